"""ps02: every mistake has a sentence of its own, dtypes are kept, large numbers raise no warning."""

import inspect
import warnings

import numpy as np
import pytest
from grading import right_layers
from grading.notebooks import LAYERS, handed_in, released
from grading.wrong_layers import WRONG

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import ask, generator, mark
from bpkit.grading.outcome import WARNED
from bpkit.grading.question import LARGE
from bpkit.grading.questions import questions_of
from bpkit.grading.sandbox.cases import watched
from bpkit.grading.submission import grade_submission

QUESTIONS = questions_of(LAYERS)
SEEDS = (0, "a secret", "one more")
MISTAKES = [
    pytest.param(question, mistake, id=f"{name} {place}")
    for name, question in QUESTIONS.items()
    for place, mistake in enumerate(question.mistakes)
]
STABLE = ("sigmoid", "sigmoid_prime", "tanh_prime", "softmax")
LIKE_Z = ("sigmoid", "sigmoid_prime", "tanh_prime", "relu", "relu_prime")


def marked(name, answer, seed="secret"):
    (verdict,) = mark([QUESTIONS[name]], LocalAnswers({name: answer}), seed)
    return verdict


def compiled(name, source):
    namespace = {"np": np}
    exec(source, namespace)
    return namespace[name]


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_are_told_in_their_own_words(question, mistake):
    for seed in SEEDS:
        verdict = marked(question.name, mistake.wrong, seed)

        assert not verdict.right
        assert verdict.mistake == mistake.number
        assert verdict.message.startswith(f"{question.name}: {mistake.says} See {mistake.equation} in ")


@pytest.mark.parametrize(("name", "number", "words", "source"), WRONG)
def test_mistakes_as_students_write_them_are_told(name, number, words, source):
    for seed in SEEDS:
        verdict = marked(name, compiled(name, source), seed)

        assert not verdict.right
        assert verdict.mistake == number
        assert words in verdict.message


@pytest.mark.parametrize("name", STABLE)
def test_large_numbers_go_to_ten_thousand_in_both_precisions(name):
    cases = [case for case in QUESTIONS[name].draw(generator(0, name)) if case.strict]

    assert {case.arguments[0].dtype for case in cases} == {np.dtype("f4"), np.dtype("f8")}
    for (z,) in (case.arguments for case in cases):
        assert 5e3 < np.abs(z).max() < 1.01e4
    with warnings.catch_warnings(action="error"):
        assert all(np.isfinite(QUESTIONS[name].expected(case)).all() for case in cases)


@pytest.mark.parametrize("name", STABLE)
def test_warnings_cost_their_part_alone(name):
    def warns(z):
        if np.abs(z).max() > 700:
            np.exp(np.abs(z))
        return QUESTIONS[name].reference(z)

    verdict = marked(name, warns)

    assert [part for part, (got, full) in verdict.parts.items() if got < full] == [LARGE]


def test_warnings_that_no_mistake_explains_are_told_plainly():
    def softmax(z):
        if z.shape == (3, 5) and z.max() > 700:
            np.log(np.zeros(1))
        return QUESTIONS["softmax"].reference(z)

    def relu(z):
        np.exp(1e3 * np.abs(z))
        return QUESTIONS["relu"].reference(z)

    assert WARNED in marked("softmax", softmax).message or "one maximum" in marked("softmax", softmax).message
    with pytest.warns(RuntimeWarning):
        assert marked("relu", relu).right


def test_warnings_are_errors_in_strict_cases_alone():
    z = np.array([1e4])

    with pytest.raises(RuntimeWarning), watched(True):
        np.exp(z)
    with watched(True), pytest.warns(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    with watched(False), pytest.warns(RuntimeWarning):
        np.exp(z)


def test_strict_cases_are_told_to_the_sandbox():
    asked = ask(QUESTIONS["softmax"], "secret")

    assert [case.tag for case in asked.cases if case.strict].count(LARGE) == 4  # one of them drawn again
    assert not any(case.strict for case in ask(QUESTIONS["relu"], "secret").cases)


def graded(sandbox, answers):
    """Grade the solved notebook with these answers in it."""
    questions = list(QUESTIONS.values())
    return grade_submission(sandbox, handed_in(LAYERS, **answers), released(LAYERS), questions, "a secret")


def test_warnings_are_judged_in_the_sandbox_too(sandbox):
    overflows = {name: source for name, number, _, source in WRONG if number == "M71"}
    verdicts = graded(sandbox, overflows).verdicts

    assert {v.name: v.mistake for v in verdicts if not v.right} == dict.fromkeys(STABLE, "M71")
    assert all(v.score > v.max / 2 for v in verdicts)


def test_right_answers_get_full_marks_in_the_sandbox(sandbox):
    chosen = {
        "count_parameters": right_layers.count_parameters_by_a_dot_product,
        "affine": right_layers.affine_by_columns,
        "sigmoid": right_layers.sigmoid_by_masks,
        "sigmoid_prime": right_layers.sigmoid_prime_by_exponentials,
        "tanh_prime": right_layers.tanh_prime_by_a_generator,
        "relu": right_layers.relu_on_a_copy,
        "relu_prime": right_layers.relu_prime_into_zeros,
        "softmax": right_layers.softmax_by_differences,
        "softmax_jacobian": right_layers.softmax_jacobian_by_loops,
        "affine_vjp": right_layers.affine_vjp_by_tensordot,
    }
    sources = {name: inspect.getsource(f).replace(f.__name__, name) for name, f in chosen.items()}
    verdicts = graded(sandbox, sources).verdicts

    assert [(v.score, v.message) for v in verdicts] == [(q.points, "") for q in QUESTIONS.values()]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "?"])
@pytest.mark.parametrize("name", LIKE_Z)
def test_other_dtypes_than_that_of_z_are_refused(name, dtype):
    verdict = marked(name, lambda z: QUESTIONS[name].reference(z).astype(dtype))

    assert verdict.score < verdict.max
    assert verdict.parts["one sample"][0] == 0 or dtype == "f8"
    assert "True and False" in verdict.message or "but should" in verdict.message or dtype in "i8"


@pytest.mark.parametrize("name", LIKE_Z)
def test_results_of_another_kind_are_told(name):
    for wrong in (None, 0.5, "z", np.array("z"), np.ones((2, 2), complex)):
        verdict = marked(name, lambda z, wrong=wrong: wrong)

        assert (verdict.score, verdict.mistake) == (0, None)
        assert "the result " in verdict.message


def test_sizes_differ_and_one_layer_has_a_single_unit():
    drawn = [case.arguments[0] for case in QUESTIONS["count_parameters"].draw(generator(0, "x"))]

    assert all(len(set(sizes)) == len(sizes) and 1 in sizes for sizes in drawn[:-1])
    assert len(set(drawn[-1])) == 1
    assert all(type(n) is int for sizes in drawn for n in sizes)


def test_slopes_are_asked_at_the_kink_and_else_away_from_it():
    for seed in SEEDS:
        *others, at = QUESTIONS["relu_prime"].draw(generator(seed, "relu_prime"))
        (z,) = at.arguments

        assert (z == 0).any() and (z > 0).any() and (z < 0).any()
        assert all(np.abs(case.arguments[0]).min() > 1e-3 for case in others)


def test_layers_are_given_single_samples_and_batches():
    shapes = [[v.shape for v in case.arguments] for case in QUESTIONS["affine"].draw(generator(0, "x"))]

    assert {1} < {m for _, (_, m), _ in shapes}
    assert all(W == (b[0], a[0]) and b[1] == 1 for W, a, b in shapes)
    assert sum(len({*W, a[1]}) == 3 for W, a, _ in shapes) >= 3


@pytest.mark.parametrize("change", ["sizes.reverse()", "sizes.append(3)", "sizes[0] += 1"])
def test_sizes_that_were_changed_cost_their_part(change):
    source = f"""
def count_parameters(sizes):
    total = sum((n + 1) * k for n, k in zip(sizes, sizes[1:]))
    {change}
    return total
"""

    assert marked("count_parameters", compiled("count_parameters", source)).mistake == "M61"


def test_counts_that_are_off_by_one_are_wrong():
    reference = QUESTIONS["count_parameters"].reference

    for error in (-1, 1, 0.5):
        assert marked("count_parameters", lambda sizes, error=error: reference(sizes) + error).score == 0


@pytest.mark.parametrize("highest", [1, 6, 20])
def test_a_relu_that_ends_somewhere_is_wrong(highest):
    for seed in SEEDS:
        assert not marked("relu", lambda z: np.clip(z, 0, highest), seed).right
