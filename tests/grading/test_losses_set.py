"""The problem set on losses: each mistake told apart from all others, large numbers, an answer in words."""

import inspect
import warnings
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import handed_in, released
from grading.right_answers import RIGHT
from grading.wrong_losses import WRONG_LOSSES

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import draw_again, generator, mark
from bpkit.grading.notebook import grade_id
from bpkit.grading.questions import questions_of
from bpkit.grading.questions.draws_losses import FARTHEST, PAIRS
from bpkit.grading.submission import grade_submission

LOSSES = "ps03_losses"
QUESTIONS = questions_of(LOSSES)
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
MISTAKES = [
    pytest.param(question, mistake, id=f"{question.name} {mistake.number} {place}")
    for question in QUESTIONS.values()
    for place, mistake in enumerate(question.mistakes)
]
SEEDS = ("spring", "summer", "autumn")


def grade(sandbox, **answers):
    """Grade the solved notebook with these answers in it."""
    data = handed_in(LOSSES, **answers)
    return grade_submission(sandbox, data, released(LOSSES), list(QUESTIONS.values()), "a secret")


def renamed(name, function):
    """Return the source of a function under the name of its question."""
    return inspect.getsource(function).replace(function.__name__, name)


def marked(question, answer, seed):
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # but where cases are strict
        (verdict,) = mark([question], LocalAnswers({question.name: answer}), seed)
    return verdict


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_are_told_by_their_own_sentence(question, mistake):
    for seed in SEEDS:
        verdict = marked(question, mistake.wrong, seed)

        assert not verdict.right
        assert verdict.mistake == mistake.number
        assert mistake.says in verdict.message


def alike(mistake, other):
    """Say whether one may be told for the other: where both warn, one may warn wherever the other does."""
    return mistake.says == other.says or mistake.number == other.number == "M71"


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_have_no_name_where_their_own_is_unknown(question, mistake):
    alone = [replace(other, taken=None) for other in question.mistakes]  # two may well give the same
    others = tuple(other for other in alone if not alike(mistake, other))

    assert marked(replace(question, mistakes=others), mistake.wrong, "winter").mistake is None


@pytest.mark.parametrize("seed", SEEDS)
@every_question
def test_right_answers_are_right_whatever_is_drawn(question, seed):
    assert len(RIGHT[question.name]) >= 5
    for answer in RIGHT[question.name]:
        verdict = marked(question, answer, seed)

        assert (verdict.score, verdict.mistake, verdict.message) == (question.points, None, ""), answer


@pytest.mark.parametrize("place", [1, 3])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    answers = {name: renamed(name, RIGHT[name][place]) for name in QUESTIONS}
    graded = grade(sandbox, **answers)

    assert [v.message for v in graded.verdicts] == [""] * 5
    assert (graded.score, graded.max) == (20, 20)


@pytest.mark.parametrize(
    ("name", "number", "source"), [wrong[1:] for wrong in WRONG_LOSSES if wrong[2] in ("M71", "M72")]
)
def test_warnings_are_named_in_the_sandbox(name, number, source, sandbox):
    graded = grade(sandbox, **{name: source})

    assert {v.name: v.mistake for v in graded.verdicts if not v.right} == {name: number}


@pytest.mark.parametrize("name", ["cross_entropy", "output_delta"])
def test_large_cases_reach_far_and_stay_within_the_bound(name):
    large = [
        np.abs(case.arguments[0]).max()
        for seed in SEEDS
        for case in draw_again(QUESTIONS[name], seed)
        if case.strict
    ]

    assert max(large) > 0.8 * FARTHEST
    assert 700 < min(large) and max(large) <= FARTHEST


def test_targets_suit_their_losses():
    crossed = [case.arguments[1] for case in QUESTIONS["cross_entropy"].draw(generator(0, "y"))]
    binary = np.concatenate(
        [case.arguments[1].ravel() for case in QUESTIONS["binary_cross_entropy"].draw(generator(0, "y"))]
    )

    assert all(np.allclose(y.sum(axis=0), 1, atol=1e-6) for y in crossed)
    assert any(set(np.unique(y)) == {0, 1} for y in crossed) and any(y.max() < 1 for y in crossed)
    assert {0, 1} < set(binary) and ((binary > 0) & (binary < 1)).any()


def test_nan_alone_has_no_name():
    assert marked(QUESTIONS["cross_entropy"], lambda z, y: np.nan, 0).mistake is None


@every_question
def test_sizes_hide_nothing(question):
    sizes = {
        case.arguments[0].shape
        for case in question.draw(generator(0, question.name))
        if isinstance(case.arguments[0], np.ndarray)
    }

    if question.name != "delta_is_o_minus_y":
        assert {K for K, m in sizes if m == 1} and {m for K, m in sizes if m > 1}
        assert any(K == m > 1 for K, m in sizes) and any(K != m and min(K, m) > 1 for K, m in sizes)


def test_every_pair_of_output_and_loss_is_asked():
    asked = {case.arguments[2:] for case in QUESTIONS["output_delta"].draw(generator(0, "pairs"))}
    said = {case.arguments for case in QUESTIONS["delta_is_o_minus_y"].draw(generator(0, "pairs"))}

    assert asked == said == set(PAIRS) and len(PAIRS) == 7


@pytest.mark.parametrize("kind", [bool, np.bool_, np.array])
def test_numpy_bools_count(kind):
    question = QUESTIONS["delta_is_o_minus_y"]

    assert marked(question, lambda f, loss: kind(question.reference(f, loss)), 0).right
    assert not marked(question, lambda f, loss: int(question.reference(f, loss)), 0).right


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.longdouble, np.array])
def test_a_loss_may_be_any_number(kind):
    question = QUESTIONS["half_squared_error"]

    assert marked(question, lambda o, y: kind(question.reference(o, y)), 0).right


def test_the_answer_in_words_is_read_by_a_person_and_leaves_the_points_alone():
    cells = {
        grade_id(cell): cell["metadata"]["nbgrader"]
        for cell in released(LOSSES)["cells"]
        if "nbgrader" in cell["metadata"]
    }

    assert cells["why"]["grade"] and cells["why"]["solution"] and cells["why"]["points"] == 0
    assert b"How to read an answer" not in handed_in(LOSSES, why="Because.")
