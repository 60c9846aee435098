"""The problem set on training: each mistake told apart from all others, inputs that hide nothing."""

import inspect
import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import handed_in, released
from grading.right_answers import RIGHT
from grading.wrong_training import WRONG_TRAINING

from bpkit.grading.blanks import without_blanks
from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import draw_again, generator, mark
from bpkit.grading.questions import questions_of
from bpkit.grading.questions.draws_training import FIRST, GIVEN, LATER, TINY
from bpkit.grading.questions.rate_range import BOWL, BROKEN, ISLANDS, NONE
from bpkit.grading.scoring import at_least
from bpkit.grading.submission import grade_submission

TRAINING = "ps08_training"
QUESTIONS = questions_of(TRAINING)
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
MISTAKES = [
    pytest.param(question, mistake, id=f"{question.name} {mistake.number} {place}")
    for question in QUESTIONS.values()
    for place, mistake in enumerate(question.mistakes)
]
SEEDS = ("spring", "summer", "autumn")
STEPS = ("momentum_step", "rmsprop_step", "adam_step")


def marked(question, answer, seed):
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        (verdict,) = mark([question], LocalAnswers({question.name: answer}), seed)
    return verdict


def cases_of(name, seed=0):
    return QUESTIONS[name].draw(generator(seed, name))


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_are_told_by_their_own_sentence(question, mistake):
    for seed in SEEDS:
        verdict = marked(question, mistake.wrong, seed)

        assert not verdict.right
        assert verdict.mistake == mistake.number
        assert verdict.message.startswith(f"{question.name}: {mistake.says} See {mistake.equation} in ")


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_have_no_name_where_their_own_is_unknown(question, mistake):
    alone = [replace(other, taken=None) for other in question.mistakes]  # two may well give the same
    others = tuple(other for other in alone if other.says != mistake.says)
    told = marked(replace(question, mistakes=others), mistake.wrong, "winter").message

    assert not any(other.says in told for other in others)


@pytest.mark.parametrize("seed", SEEDS)
@every_question
def test_right_answers_are_right_whatever_is_drawn(question, seed):
    assert len(RIGHT[question.name]) >= 5
    for answer in RIGHT[question.name]:
        verdict = marked(question, answer, seed)

        assert (verdict.score, verdict.mistake, verdict.message) == (question.points, None, ""), answer


def renamed(name, function):
    """Return the source of a function under the name of its question, with what it needs above it."""
    source = inspect.getsource(function).replace(function.__name__, name)
    return f"import copy\nimport math\n\nimport numpy as np\n\n\n{source}"


def grade(sandbox, **answers):
    """Grade the solved notebook with these answers in it."""
    data = handed_in(TRAINING, **answers)
    return grade_submission(sandbox, data, released(TRAINING), list(QUESTIONS.values()), "a secret")


@pytest.mark.parametrize("place", [1, 3, 4])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    graded = grade(sandbox, **{name: renamed(name, RIGHT[name][place]) for name in QUESTIONS})

    assert [v.message for v in graded.verdicts] == [""] * 11
    assert (graded.score, graded.max) == (20, 20)


def test_wrong_answers_are_told_in_the_sandbox(sandbox):
    sources = {name: source for _, name, _, source in WRONG_TRAINING}
    numbers = {name: number for _, name, number, _ in WRONG_TRAINING}
    graded = grade(sandbox, **sources)

    assert {v.name: v.mistake for v in graded.verdicts if not v.right} == numbers


def test_a_run_that_rests_on_a_wrong_step_gets_its_points(sandbox):
    uphill = "def sgd_step(W, b, dW, db, learning_rate): return {l: W[l] + dW[l] for l in W}, b"
    verdicts = {verdict.name: verdict for verdict in grade(sandbox, sgd_step=uphill).verdicts}

    assert not verdicts["sgd_step"].right
    assert verdicts["train_xor"].right
    assert verdicts["train_xor"].rests_on == ("sgd_step",)


@pytest.mark.parametrize("name", STEPS)
def test_steps_start_from_zero_states_and_go_on_from_others(name):
    states = {"momentum_step": (2,), "rmsprop_step": (2,), "adam_step": (2, 3)}[name]
    for case in cases_of(name):
        zero = [not case.arguments[k].any() for k in states]

        assert all(zero) if case.tag == FIRST else not any(zero)
        assert any(case.arguments[0].shape[0] != case.arguments[0].shape[1] for case in cases_of(name))


def test_adam_is_asked_at_the_first_step_at_early_ones_and_late():
    times = {case.tag: set() for case in cases_of("adam_step")}
    for case in cases_of("adam_step"):
        times[case.tag].add(case.arguments[4])

    assert times[FIRST] == {1}
    assert min(times[LATER]) == 2 and max(times[LATER]) >= 1000
    assert min(times[GIVEN]) > 1


@pytest.mark.parametrize("name", ["rmsprop_step", "adam_step"])
def test_tiny_gradients_have_zeros_that_never_had_a_gradient(name):
    for case in [case for case in cases_of(name) if case.tag == TINY]:
        g, *states = case.arguments[1:4] if name == "adam_step" else case.arguments[1:3]
        dead = g == 0

        assert 0 < dead.sum() < g.size
        assert all(not state[dead].any() for state in states)
        assert np.abs(g[~dead]).max() < 1e-6


def lower(loss, rates):
    return [rate for rate in rates if loss(rate) < loss(0.0)]


@pytest.mark.parametrize("seed", SEEDS)
def test_range_tests_ask_for_each_kind_of_loss(seed):
    kinds = {}
    for case in cases_of("learning_rate_range_test", seed):
        kinds.setdefault(case.tag, []).append(case.arguments)

    assert all(not lower(*given) for given in kinds[NONE])
    for loss, rates in kinds[BOWL]:
        assert sorted(rates)[: len(lower(loss, rates))] == sorted(lower(loss, rates))
    for loss, rates in kinds[ISLANDS]:
        failing = set(rates) - set(lower(loss, rates))
        assert min(failing) < max(lower(loss, rates)) < max(failing)
    ends = [loss(max(rates)) - loss(0.0) for loss, rates in kinds[BROKEN]]
    assert ends[0] == math.inf and math.isnan(ends[1]) and ends[2] == 0
    assert any(rates != sorted(rates) for _, rates in kinds[BOWL])


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_lie_below_at_and_above_the_norm(seed):
    ratios = {}
    for case in [case for case in cases_of("clip_by_norm", seed) if case.tag != "zeros"]:
        g, c = case.arguments
        ratios.setdefault(case.tag, []).append(float(np.linalg.norm(g)) / c)

    assert min(ratios["long gradients"]) > 1.05
    assert sorted(ratios["short gradients"])[-1] == 1 > 0.95 > sorted(ratios["short gradients"])[-2]


def test_the_last_epoch_of_a_cosine_is_asked():
    ends = [case.arguments for case in cases_of("cosine_decay") if case.tag == "the end"]

    assert ends and all(epoch == epochs for _, epoch, epochs in ends)


@pytest.mark.parametrize("name", ["train_xor", "fit_sine"])
def test_runs_are_ten_with_time_enough_and_not_repeated(name):
    question = QUESTIONS[name]

    assert len({case.arguments for case in draw_again(question, "a secret")}) == 10
    assert question.seconds == 60
    assert [part.share([("", k > 0) for k in range(10)]) for part in question.parts.values()] == [1]


def sometimes(right, share):
    """Return an answer that is right for the first generators and wrong for the others."""
    calls = iter(range(1000))
    return lambda rng: right(rng) if next(calls) < share else ({1: np.zeros((4, 2))}, {})


@pytest.mark.parametrize(("name", "needed"), [("train_xor", 9), ("fit_sine", 8)])
def test_runs_may_fail_now_and_then_and_the_message_counts(name, needed):
    question = QUESTIONS[name]

    assert marked(question, sometimes(question.reference, needed), 0).right
    wrong = marked(question, sometimes(question.reference, needed - 1), 0)
    assert wrong.score == 0
    assert wrong.message.endswith(f"\nIn {needed - 1} of 10 cases yours is right.")


def test_what_has_to_be_right_in_every_case_is_not_counted():
    question = QUESTIONS["step_decay"]
    lenient = {name: replace(part, share=at_least(0.9)) for name, part in question.parts.items()}
    wrong = question.mistakes[0].wrong

    assert "cases yours" not in marked(question, wrong, 0).message
    assert "cases yours" in marked(replace(question, parts=lenient), wrong, 0).message
    stub = marked(replace(question, parts=lenient), lambda rate, epoch, drop=0, every=0: 1 / 0, 0)
    assert "cases yours" not in stub.message


def test_blanks_are_those_of_both():
    a, b = np.array([1.0, np.nan, np.inf, np.nan]), np.array([1.0, np.inf, 2.0, np.nan])
    (left,), (right,) = without_blanks([a], [b])

    assert np.array_equal(left, [1, 0, np.inf, 0]) and np.array_equal(right, [1, 0, 2, 0])
    assert without_blanks((a,), None) == ((a,), None)
    assert without_blanks({1: a}, {2: b}) == ({1: a}, {2: b})
    assert without_blanks(a[:2], b)[1] is b


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("clip_by_norm", lambda g, c: g, "stays as it is, however long"),
        ("clip_by_norm", lambda g, c: g * min(1, c / (np.linalg.norm(g) + 1e-6)), "you add 1e-06"),
        ("step_decay", lambda e, k, d=0.5, q=10: e * d ** round(k / q), "your number of drops is rounded:"),
    ],
    ids=["g itself", "norm plus 1e-6", "rounded"],
)
def test_mistakes_are_told_apart_whatever_is_drawn(name, answer, says, seed):
    verdict = marked(QUESTIONS[name], answer, str(seed))

    assert not verdict.right
    assert says in verdict.message
