"""The questions: inputs that hide nothing, full marks however it is written, every known mistake named."""

import numpy as np
import pytest
from grading.right_answers import MANNERS, RIGHT

from bpkit.grading.check import same, try_out, verdict_of
from bpkit.grading.comparison import leaves
from bpkit.grading.marking import generator
from bpkit.grading.pointers import see
from bpkit.grading.question import Case
from bpkit.grading.questions import SETS, UnknownSet, find_question, questions_of
from bpkit.grading.questions.draws import KINK, NETWORKS
from bpkit.grading.sandbox.frames import Provided
from bpkit.grading.scoring import SHAPED
from bpkit.reference.mlp import forward

QUESTIONS = {question.name: question for asked in SETS.values() for question in asked}
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
functions = pytest.mark.parametrize(
    "question", [q for q in QUESTIONS.values() if not q.value], ids=lambda q: q.name
)


def arrays_of(value):
    """List the arrays of numbers among a case's arguments."""
    if isinstance(value, dict):
        return [array for item in value.values() for array in arrays_of(item)]
    if isinstance(value, tuple):
        return [array for item in value for array in arrays_of(item)]
    return [value] if isinstance(value, np.ndarray) and value.dtype != bool else []


def has_arrays(question):
    return any(arrays_of(case.arguments) for case in question.draw(generator(0, question.name)))


WITHOUT_ARRAYS = tuple(q.name for q in QUESTIONS.values() if not q.value and not has_arrays(q))
of_arrays = pytest.mark.parametrize(
    "question",
    [q for q in QUESTIONS.values() if not q.value and q.name not in WITHOUT_ARRAYS],
    ids=lambda q: q.name,
)
SEEDS = (0, "a secret", "another", "spring", "autumn")
ROTATED = [
    pytest.param(question, mistake, SEEDS[place % len(SEEDS)], id=f"{question.name} {mistake.number} {place}")
    for question in QUESTIONS.values()
    for place, mistake in enumerate(question.mistakes)
]
WAYS = [
    pytest.param(name, answer, id=f"{name} {getattr(answer, '__name__', place)}")
    for name, answers in RIGHT.items()
    for place, answer in enumerate(answers)
]
WRITTEN = [
    pytest.param(name, RIGHT[name][0], manner, id=f"{name} {says}")
    for name in RIGHT
    for says, manner in MANNERS.items()
    if not QUESTIONS[name].value
]


NO_BATCH = (  # by their last array
    *WITHOUT_ARRAYS,
    "affine",
    "gradient_check",
    "gradient_rank",
    "locate_fault",
    "numerical_gradients",
    "observed_order",
    "sgd_step",
    "softmax_jacobian",
    "standardize_apply",
    "to_rows",
)
SINGLE = (  # the sets that promise float32 for float32
    "ps02_layers",
    "ps03_losses",
    "ps05_backprop",
    "ps08_training",
    "ps10_generalization",
)


def values(case):
    """Return the arguments of a case that are no functions: of a function, only its calls can be compared."""
    return tuple(value for value in case.arguments if not callable(value))


def last(case):
    """List the last array of a case's arguments, if there is one."""
    return arrays_of(case.arguments)[-1:]


@pytest.mark.parametrize(("name", "answer"), WAYS)
def test_right_answers_get_full_marks(name, answer, capsys):
    verdict = verdict_of(name, answer)

    assert (verdict.score, verdict.mistake, verdict.message) == (QUESTIONS[name].points, None, "")
    assert "✗" not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "answer", "manner"), WRITTEN)
def test_right_answers_get_full_marks_in_any_manner(name, answer, manner):
    verdict = try_out(QUESTIONS[name], lambda *given: manner(answer(*given)), "any manner")

    assert (verdict.score, verdict.mistake, verdict.message) == (QUESTIONS[name].points, None, "")


@every_question
def test_right_answers_are_of_five_kinds_at_least(question):
    assert len(RIGHT[question.name]) + (0 if question.value else len(MANNERS)) >= 5


@pytest.mark.parametrize("seed", [0, "a secret", "another"])
@every_question
def test_references_get_full_marks(question, seed):
    answer = question.reference() if question.value else question.reference

    assert try_out(question, answer, seed).score == question.points


def assert_named(question, mistake, seed):
    verdict = try_out(question, mistake.wrong() if question.value else mistake.wrong, seed)

    assert verdict.score < question.points
    assert verdict.mistake == mistake.number
    assert verdict.message.startswith(f"{question.name}: ")
    assert f"{see(mistake.equation)}{f' [{mistake.number}]' if mistake.number else ''}" in verdict.message
    assert any(m.says in verdict.message for m in question.mistakes if m.number == mistake.number)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # but where a case is strict, it is an error
@pytest.mark.parametrize(("question", "mistake", "seed"), ROTATED)
def test_known_mistakes_lose_points_and_are_named(question, mistake, seed):
    assert_named(question, mistake, seed)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", [0, "one more secret"])
@pytest.mark.parametrize(("question", "mistake", "another"), ROTATED)
def test_known_mistakes_are_named_whatever_is_drawn(question, mistake, another, seed):
    assert_named(question, mistake, seed)


@functions
def test_nonsense_gets_nothing_and_no_name(question):
    for nonsense in (lambda *given: None, lambda *given: given, lambda *given: 1 / 0):
        verdict = try_out(question, nonsense, 0)

        assert (verdict.score, verdict.mistake) == (0, None)
        assert "your code raised a" in verdict.message or "See eq-" in verdict.message


@pytest.mark.parametrize("name", SETS)
def test_points_of_a_set_sum_to_twenty(name):
    assert sum(question.points for question in questions_of(name).values()) == 20
    assert {type(p) for q in SETS[name] for p in (q.points,)} == {float}


@every_question
def test_every_case_counts_for_some_part_and_every_part_has_a_case(question):
    cases = question.draw(generator(0, question.name))

    assert all(any(part.concerns(case) for part in question.parts.values()) for case in cases)
    assert all(any(part.concerns(case) for case in cases) for part in question.parts.values())


@functions
def test_inputs_are_the_same_for_the_same_seed_alone(question):
    first, again, other = (
        question.draw(generator(seed, question.name)) for seed in ("secret", "secret", "other")
    )

    assert all(same(values(a), values(b)) for a, b in zip(first, again, strict=True))
    if any(case.arguments for case in first):
        assert not all(same(a.arguments, b.arguments) for a, b in zip(first, other, strict=True))


@functions
def test_inputs_have_batches_and_single_samples(question):
    arrays = [array for case in question.draw(generator(0, question.name)) for array in last(case)]

    assert question.name in NO_BATCH or {1} < {array.shape[1] for array in arrays}
    assert all(array.flags.writeable and array.dtype.kind == "f" for array in arrays)


@pytest.mark.parametrize("seed", range(5))
def test_networks_keep_their_distance_from_the_kink_and_have_biases(seed):
    for case in QUESTIONS["forward"].draw(generator(seed, "forward")):
        W, b, x, f = case.arguments
        z, _ = forward(W, b, x, f)

        assert min(np.abs(z[l]).min() for l in z) > KINK
        assert min(np.abs(b[l]).min() for l in b) >= np.float32(0.1)
        assert all(z[l].min() < 0 < z[l].max() for l in z if f[l] == "relu")


def test_networks_ask_for_every_pair_of_output_and_loss():
    pairs = {(names[-1], loss) for _, _, names, loss, _ in NETWORKS}

    assert pairs == {
        *((output, "half_squared_error") for output in ("identity", "sigmoid", "tanh", "relu", "softmax")),
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "cross_entropy"),
    }


def test_networks_have_sizes_that_show_a_transpose():
    unequal = [sizes for tag, sizes, *_ in NETWORKS if len(set(sizes)) == len(sizes)]

    assert len(unequal) >= 3
    assert max(len(sizes) for _, sizes, *_ in NETWORKS) == 6
    assert min(len(sizes) for _, sizes, *_ in NETWORKS) == 2


@of_arrays
def test_single_precision_is_asked_where_it_is_promised(question):
    dtypes = {
        case.tag.endswith("float32"): {array.dtype for array in arrays_of(case.arguments)}
        for case in question.draw(generator(0, question.name))
    }

    assert dtypes.get(True, {np.dtype("f4")}) == {np.dtype("f4")}
    assert dtypes[False] == {np.dtype("f8")}
    assert (True in dtypes) == (find_question(question.name) in SINGLE)


def test_provided_functions_are_those_of_the_notebook():
    (function,) = Case("", (Provided("derivative", "tanh"),)).given()

    assert function(0.0) == 1.0


def test_arguments_are_given_as_fresh_copies():
    case = Case("", ({1: np.ones(2)},))
    case.given()[0][1][0] = 5.0

    assert same(case.arguments, ({1: np.ones(2)},))


@pytest.mark.parametrize("name", ["ps05", "", "PS05_BACKPROP", "forward"])
def test_unknown_sets_are_refused_with_a_list(name):
    with pytest.raises(UnknownSet, match=f"There are: {', '.join(SETS)}"):
        questions_of(name)


@every_question
def test_every_entry_of_every_result_counts_for_some_part(question):
    parts = [part for name, part in question.parts.items() if name != SHAPED]

    for case in question.draw(generator(0, question.name)):
        for path in leaves(question.expected(case), question.returns):
            assert any(part.concerns(case) and part.about(path) for part in parts), (case.tag, path)
