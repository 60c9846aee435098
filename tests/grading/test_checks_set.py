"""The problem set on checks: each mistake told apart, and programs that are what they are said to be."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
from grading import right_checks, right_programs
from grading.notebooks import handed_in, released
from grading.right_answers import RIGHT
from grading.wrong_checks import CHECKS, WRONG_CHECKS

from bpkit.gradcheck import relative_error
from bpkit.grading.check import LocalAnswers, same
from bpkit.grading.comparison import RELATIVE
from bpkit.grading.marking import CHANGED, draw_again, generator, mark
from bpkit.grading.notebook import grade_id
from bpkit.grading.questions import questions_of
from bpkit.grading.questions.blind_tests import TRIED, cases_of, is_exposed, tell
from bpkit.grading.questions.draws import BINARY, CLASSES, SQUARED
from bpkit.grading.questions.draws_checks import STEP
from bpkit.grading.questions.programs import (
    FAULTY,
    FAULTY_PROGRAMS,
    NAMED,
    NAMED_PROGRAMS,
    RIGHT_PROGRAMS,
)
from bpkit.grading.questions.verdicts import FAULT_NAMES, compare_errors, compare_names
from bpkit.grading.sandbox.probes import restored
from bpkit.grading.scoring import SHAPED
from bpkit.grading.submission import grade_submission
from bpkit.reference import mlp

QUESTIONS = questions_of(CHECKS)
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
MISTAKES = [
    pytest.param(question, mistake, id=f"{question.name} {mistake.number} {place}")
    for question in QUESTIONS.values()
    for place, mistake in enumerate(question.mistakes)
]
SEEDS = ("spring", "summer", "autumn")


def grade(sandbox, **answers):
    """Grade the solved notebook with these answers in it."""
    data = handed_in(CHECKS, **answers)
    return grade_submission(sandbox, data, released(CHECKS), list(QUESTIONS.values()), "a secret")


def marked(question, answer, seed="winter"):
    (verdict,) = mark([question], LocalAnswers({question.name: answer}), seed)
    return verdict


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of 0 / 0
@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_are_told_by_their_own_sentence(question, mistake):
    for seed in SEEDS:
        verdict = marked(question, mistake.wrong, seed)

        assert not verdict.right
        assert verdict.mistake == mistake.number
        assert mistake.says in verdict.message


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_have_no_name_where_their_own_is_unknown(question, mistake):
    others = tuple(other for other in question.mistakes if other.says != mistake.says)
    verdict = marked(replace(question, mistakes=others), mistake.wrong)

    assert verdict.mistake is None
    assert not any(other.says in verdict.message for other in others)


@pytest.mark.parametrize("seed", SEEDS)
@every_question
def test_right_answers_are_right_whatever_is_drawn(question, seed):
    assert len(RIGHT[question.name]) >= 5
    for answer in RIGHT[question.name]:
        verdict = marked(question, answer, seed)

        assert (verdict.score, verdict.mistake, verdict.message) == (question.points, None, ""), answer


def whole(module):
    """Return the source of a module of right answers without what it imports of ours."""
    lines = inspect.getsource(module).splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("from grading"))


@pytest.mark.parametrize("place", [0, 2, 3])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    every = whole(right_checks) + whole(right_programs)
    answers = {name: f"{every}\n{name} = {RIGHT[name][place].__name__}" for name in QUESTIONS}
    graded = grade(sandbox, **answers)

    assert [v.message for v in graded.verdicts] == [""] * 6
    assert (graded.score, graded.max) == (20, 20)


@pytest.mark.parametrize(
    ("name", "number", "source"), [w[1:] for w in WRONG_CHECKS[1::4]], ids=[w[1] for w in WRONG_CHECKS[1::4]]
)
def test_mistakes_are_named_in_the_sandbox(name, number, source, sandbox):
    graded = grade(sandbox, **{name: source})

    assert {v.name: v.mistake for v in graded.verdicts if not v.right} == {name: number}


@pytest.mark.parametrize("name", ["relative_error", "gradient_check"])
def test_answers_that_follow_from_a_wrong_one_get_their_points(name, sandbox):
    graded = grade(sandbox, **{name: f"def {name}(*given): return 0.3"})

    assert {v.name for v in graded.verdicts if not v.right} == {name}
    assert {root for v in graded.verdicts for root in v.rests_on} == {name}


def test_every_fault_has_its_name():
    assert [tell(program) for program in NAMED_PROGRAMS] == [name for name, _, _ in NAMED]
    assert [tell(program) for program in RIGHT_PROGRAMS] == [None] * 3
    assert len(FAULT_NAMES) == 10


def test_faulty_programs_are_twenty_and_right_ones_are_three():
    assert len(FAULTY_PROGRAMS) == 20 and all(map(is_exposed, FAULTY_PROGRAMS))
    assert len(RIGHT_PROGRAMS) == 3 and not any(map(is_exposed, RIGHT_PROGRAMS))


def exposed(**options):
    return {
        says for says, program in zip(FAULTY, FAULTY_PROGRAMS, strict=True) if is_exposed(program, **options)
    }


@pytest.mark.parametrize("network", TRIED, ids=str)
def test_no_network_exposes_all_programs(network):
    assert 0 < len(exposed(networks=(network,))) < 20


def test_networks_with_one_activation_in_all_hidden_layers_expose_all_programs():
    ordinary = tuple(
        ("ordinary", sizes, (*[hidden] * (len(sizes) - 2), output), loss, 4)
        for hidden in ("sigmoid", "tanh", "relu")
        for output, loss in (("sigmoid", SQUARED), ("sigmoid", BINARY), ("softmax", CLASSES))
        for sizes in ((3, 2), (3, 4, 4, 2))
    )

    assert exposed(networks=ordinary) == set(FAULTY)


@pytest.mark.parametrize("looked_at", ["dW", "db", "delta"])
def test_no_result_exposes_all_programs(looked_at):
    assert len(exposed(looked_at=(looked_at,))) < 20


def test_right_programs_take_targets_whose_columns_do_not_sum_to_one():
    W, z, a, y, f, loss = next(given for given in cases_of(TRIED) if given[-1] == "cross_entropy")
    results = [program(W, z, a, 2 * y, f, loss) for program in RIGHT_PROGRAMS]

    for _, _, delta in results:
        assert np.allclose(delta[len(W)], a[len(W)] - 2 * y)


@pytest.mark.parametrize("says", [True, False])
def test_tests_that_always_say_the_same_get_nothing(says):
    assert marked(QUESTIONS["expose"], lambda backward: says).score == 0


@pytest.mark.parametrize("says", [None, *FAULT_NAMES])
def test_diagnoses_that_are_always_the_same_get_nothing(says):
    assert marked(QUESTIONS["diagnose"], lambda backward: says).score == 0


@pytest.mark.parametrize(("name", "each"), [("diagnose", 0.4), ("expose", 0.2)])
def test_every_faulty_program_that_is_missed_costs_its_share(name, each):
    question = QUESTIONS[name]
    missed = next(c.arguments[0] for c in question.draw(generator(0, "any")) if c.tag == "a faulty program")
    right = None if name == "diagnose" else False

    def but_for_one(backward):
        return right if is_the_same(backward, missed) else question.reference(backward)

    assert marked(question, but_for_one).score == pytest.approx(4 - each)


def is_the_same(backward, other):
    """Say whether two programs give the same wrong results wherever both are tried."""
    for given in cases_of(TRIED):
        outcomes = []
        for program in (backward, other):
            try:
                outcomes.append(program(*given))
            except Exception as error:
                outcomes.append(type(error).__name__)
        if not same(*outcomes):
            return False
    return True


@pytest.mark.parametrize(("name", "wrongly"), [("diagnose", "sign"), ("expose", True)])
def test_a_right_program_that_does_not_pass_costs_everything(name, wrongly):
    question = QUESTIONS[name]

    def suspicious(backward):
        return wrongly if backward is RIGHT_PROGRAMS[2] else question.reference(backward)

    verdict = marked(question, suspicious)

    assert verdict.score == 0
    assert "a right program: 2 of 3" in verdict.message


@pytest.mark.parametrize("kind", [bool, np.bool_, np.array])
def test_numpy_bools_count(kind):
    question = QUESTIONS["expose"]

    assert marked(question, lambda backward: kind(question.reference(backward))).right
    assert not marked(question, lambda backward: int(question.reference(backward))).right


def test_other_names_are_no_names():
    (difference,) = compare_names("sign", "x = 0.25")

    assert str(difference) == "the result is not one of the ten names, but the fault is 'sign'."
    assert "should be the name of a fault" in str(compare_names(None, 3)[0])
    assert "the program is right" in str(compare_names(None, "sign")[0])


@pytest.mark.parametrize("error", [0.5004, 0.4996])
def test_errors_agree_to_three_digits(error):
    expected = {("W", 1): (0.5, False), ("b", 1): (2e-11, True)}

    assert compare_errors(expected, {("W", 1): [error, False], ("b", 1): [9e-8, True]}) == []
    assert len(compare_errors(expected, {("W", 1): (1.002 * error, False), ("b", 1): (2e-7, True)})) == 2
    assert len(compare_errors(expected, {("W", 1): (np.nan, False), ("b", 1): (0.0, False)})) == 2


def test_losses_bend_so_much_that_a_one_sided_quotient_is_far_off():
    question = QUESTIONS["numerical_gradients"]
    one_sided = [m.wrong for m in question.mistakes if m.number == "M74"]
    for seed in SEEDS:
        for case in draw_again(question, seed):
            for wrong in one_sided:
                got, right = question.call(wrong, case.given()), question.expected(case)
                pairs = [(p[l], q[l]) for p, q in zip(got, right, strict=True) for l in q]

                assert min(relative_error(*pair) for pair in pairs) > 5 * RELATIVE


def test_losses_are_called_some_hundred_times_at_most():
    calls = 0

    def counted(loss_fn):
        def counting(W, b):
            nonlocal calls
            calls += 1
            return loss_fn(W, b)

        return counting

    question = QUESTIONS["numerical_gradients"]
    cases = draw_again(question, "count")
    for case in cases:
        loss_fn, *rest = case.given()
        question.reference(counted(loss_fn), *rest)

    assert calls <= 60 * len(cases)
    assert any(case.tag == STEP and case.arguments[-1] > 1e-3 for case in cases)


def put_back(moved):
    """Return an answer that leaves the first weight so far from where it was."""

    def numerical_gradients(loss_fn, W, b, h=1e-5):
        W[1][0, 0] += moved
        loss_fn(W, b)
        W[1][0, 0] -= moved
        result = QUESTIONS["numerical_gradients"].reference(loss_fn, W, b, h)
        W[1][0, 0] += moved if moved > 1e-9 else moved / 2
        return result

    return numerical_gradients


@pytest.mark.parametrize(("moved", "kept"), [(1e-10, True), (1e-8, False), (0.5, False)])
def test_arguments_that_are_put_back_but_for_rounding_are_kept(moved, kept):
    verdict = marked(QUESTIONS["numerical_gradients"], put_back(moved))

    assert verdict.right == kept
    assert kept or (verdict.parts[SHAPED][0] == 0 and CHANGED in verdict.message)


@pytest.mark.parametrize("new", [np.zeros(2), np.full((2, 1), 7.0), 3, None])
def test_what_is_no_longer_the_same_array_is_not_put_back(new):
    W = {1: np.zeros((2, 1))}

    def answer(W):
        W[1] = new

    restored(answer, W)

    assert W[1] is new


def test_nan_among_arguments_is_no_change():
    assert same({1: np.array([np.nan, 1.0])}, {1: np.array([np.nan, 1.0])})
    assert not same({1: np.array([np.nan, 1.0])}, {1: np.array([np.nan, 2.0])})


def test_the_right_program_of_the_book_is_told_to_be_right():
    assert tell(mlp.backward) is None and not is_exposed(mlp.backward)


def test_the_answer_in_words_is_read_by_a_person_and_leaves_the_points_alone():
    cells = {
        grade_id(cell): cell["metadata"]["nbgrader"]
        for cell in released(CHECKS)["cells"]
        if "nbgrader" in cell["metadata"]
    }

    assert cells["why"]["grade"] and cells["why"]["solution"] and cells["why"]["points"] == 0
    assert b"How to read an answer" not in handed_in(CHECKS, why="Because.")
