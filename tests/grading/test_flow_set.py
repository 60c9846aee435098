"""The problem set on gradient flow: weights judged by what they are like, and mistakes told apart."""

import inspect
import math
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import handed_in, released
from grading.right_answers import RIGHT

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import generator, mark
from bpkit.grading.questions import questions_of
from bpkit.grading.questions.drawn_weights import ENOUGH, SIGMAS
from bpkit.grading.questions.draws_flow import DEFAULT, EXACT, where
from bpkit.grading.questions.slips_flow import tanh_sigmoid_crossover
from bpkit.grading.submission import grade_submission
from bpkit.reference.activations import derivative

FLOW = "ps09_gradient_flow"
QUESTIONS = questions_of(FLOW)
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
SEEDS = ("spring", "summer", "autumn")
START = QUESTIONS["initialize"]


def marked(question, answer, seed):
    (verdict,) = mark([question], LocalAnswers({question.name: answer}), seed)
    return verdict


def wrong_parts(verdict):
    return [part for part in verdict.parts if verdict.sign(part) == "✗"]


@every_question
def test_mistakes_are_told_by_their_own_sentence(question):
    for place, mistake in enumerate(question.mistakes):
        verdict = marked(question, mistake.wrong, SEEDS[place % 3])

        assert not verdict.right
        assert verdict.mistake == mistake.number
        assert mistake.says in verdict.message


@every_question
def test_mistakes_have_no_name_where_their_own_is_unknown(question):
    for mistake in question.mistakes[:: 6 if question is START else 1]:
        others = tuple(other for other in question.mistakes if other.says != mistake.says)
        verdict = marked(replace(question, mistakes=others), mistake.wrong, "winter")

        assert not verdict.right
        assert not any(other.says in verdict.message for other in others)


@pytest.mark.parametrize("seed", SEEDS)
@every_question
def test_right_answers_are_right_whatever_is_drawn(question, seed):
    assert len(RIGHT[question.name]) >= 5
    for answer in RIGHT[question.name]:
        verdict = marked(question, answer, seed)

        assert (verdict.score, verdict.mistake, verdict.message) == (question.points, None, ""), answer


@pytest.mark.parametrize("place", [0, 1])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    sources = {name: inspect.getsource(RIGHT[name][place]) for name in QUESTIONS}
    answers = {
        name: "import math\n\n\n" + source.replace(RIGHT[name][place].__name__, name)
        for name, source in sources.items()
    }
    data = handed_in(FLOW, **answers)
    graded = grade_submission(sandbox, data, released(FLOW), list(QUESTIONS.values()), "a secret")

    assert [v.message for v in graded.verdicts] == [""] * 5
    assert (graded.score, graded.max) == (20, 20)


def changed(**draws):
    """Return a right start but for some kinds, drawn by `draw(n_out, n_in, rng)`."""

    def answer(sizes, kind, rng):
        W, b = START.reference(sizes, kind, rng)
        layers = range(1, len(sizes))
        return ({l: draws[kind](sizes[l], sizes[l - 1], rng) for l in layers} if kind in draws else W), b

    return answer


def scaled(draw):
    """Return a draw of he's variance from one of variance 1."""
    return lambda n_out, n_in, rng: draw(rng, (n_out, n_in)) * np.sqrt(2 / n_in)


def clipped(rng, shape):
    """Draw normal numbers without those beyond two standard deviations, of variance 1 again."""
    drawn = rng.normal(size=shape)
    while (far := np.abs(drawn) > 2).any():
        drawn[far] = rng.normal(size=far.sum())
    return drawn / 0.8796256610342398


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda rng, shape: rng.choice((-1.0, 1.0), shape), "neither normal nor uniform"),
        (lambda rng, shape: rng.laplace(0, math.sqrt(0.5), shape), "neither normal nor uniform"),
        (lambda rng, shape: rng.exponential(1, shape) - 1, "neither normal nor uniform"),
        (lambda rng, shape: rng.normal(0, 1.15, shape), "too large on average"),
        (lambda rng, shape: rng.normal(0.1, 1, shape), "mean is off"),
        (lambda rng, shape: np.round(rng.normal(size=shape), 2), "repeats its entries"),
        (lambda rng, shape: np.full(shape, np.nan), "nan or inf"),
        (lambda rng, shape: rng.normal(size=(*shape, 1)), "shape"),
    ],
)
def test_weights_of_another_kind_are_refused(draw, says):
    for seed in SEEDS:
        verdict = marked(START, changed(he=scaled(draw)), seed)

        assert (
            "he" in wrong_parts(verdict) and verdict.score >= START.points - 2.75
        )  # the source may be wrong too
        assert says in verdict.message and verdict.mistake is None


def test_clipped_normal_weights_of_the_right_variance_are_right():
    assert marked(START, changed(he=scaled(clipped)), 0).right


def test_ranks_do_not_depend_on_the_size_of_a_gradient():
    def gradient_rank(dW):
        return {l: int((np.linalg.svd(g)[1] > 0.01).sum()) for l, g in dW.items()}

    for seed in SEEDS:
        assert "a gradient that has faded" in marked(QUESTIONS["gradient_rank"], gradient_rank, seed).message


@pytest.mark.parametrize("dtype", [int, bool])
def test_zeros_that_are_no_floats_are_refused(dtype):
    verdict = marked(START, changed(zeros=lambda p, q, rng: np.zeros((p, q), dtype)), 0)

    assert wrong_parts(verdict) == ["zeros and U[0, 1)"]
    assert "does not hold floats" in verdict.message


def test_false_alarms_are_rare():
    sizes = [case.arguments[0] for seed in SEEDS for case in START.draw(generator(seed, "initialize"))]
    judged = [p * q for s in sizes for p, q in zip(s[1:], s[:-1], strict=True) if p * q >= ENOUGH]

    assert min(judged) > 4 * ENOUGH
    assert 2 * len(judged) * math.erfc(SIGMAS / math.sqrt(2)) < 1e-12


def test_judged_weights_are_far_from_the_limits():
    rng, n = np.random.default_rng(5), 5 * ENOUGH
    for _ in range(100):
        one, other = rng.normal(size=n), rng.uniform(-math.sqrt(3), math.sqrt(3), n)

        assert abs(one.mean() - other.mean()) < SIGMAS / 1.5 * math.sqrt(2 / n)
        assert abs(math.log(one.var() / other.var())) < SIGMAS / 1.5 * math.sqrt(4 / n)


def test_starts_are_asked_in_every_depth_and_of_layers_that_are_not_square():
    sizes = [case.arguments[0] for case in START.draw(generator(0, "initialize"))]

    assert {len(s) - 1 for s in sizes} == {1, 2, 3, 5}
    assert all(
        abs(math.log(p / q)) > 0.5 for s in sizes if max(s) > 100 for p, q in zip(s, s[1:], strict=False)
    )


@pytest.mark.parametrize(("result", "says"), [(None, "None"), ((1, 2, 3), "a tuple of 3"), ({}, "a dict")])
def test_starts_that_are_no_pair_are_told_so(result, says):
    verdict = marked(START, lambda sizes, kind, rng: result, 0)

    assert f"is {says}, but should be a tuple of 2 (W, b)" in verdict.message
    assert verdict.score == 0


def test_thresholds_have_slopes_on_both_sides_and_on_themselves():
    exact, near = 0, 0
    for case in QUESTIONS["saturated_fraction"].draw(generator(0, "slopes")):
        z, name, threshold = (*case.arguments, 0.01)[:3]
        slopes = derivative(name)(z)
        distance = np.abs(slopes - threshold)
        if case.tag == EXACT:
            exact += (distance == 0).any()
        else:
            assert distance.min() > 1e-4 * threshold
            near += (distance < 0.01 * threshold).any()
        if case.tag == DEFAULT:
            assert len(case.arguments) == 2

    assert exact >= 4 and near >= 8


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
@pytest.mark.parametrize("slope", [0.2, 0.01, 0.001])
def test_slopes_are_found_again(name, slope):
    assert math.isclose(derivative(name)(where(name, slope)), slope, rel_tol=1e-9)


def test_slopes_meet_where_the_reference_says():
    z = np.array(tanh_sigmoid_crossover())

    assert math.isclose(derivative("tanh")(z), derivative("sigmoid")(z), rel_tol=1e-14)


@pytest.mark.parametrize(("off", "right"), [(1e-6, True), (-1e-6, True), (5e-6, False), (-5e-6, False)])
def test_the_crossover_is_asked_to_a_millionth(off, right):
    question = QUESTIONS["tanh_sigmoid_crossover"]

    assert marked(question, lambda: tanh_sigmoid_crossover() + off, 0).right == right


def test_ranks_are_plain_to_see():
    for seed in SEEDS:
        for case in QUESTIONS["gradient_rank"].draw(generator(seed, "ranks")):
            for gradient in case.arguments[0].values():
                s = np.linalg.svd(gradient, compute_uv=False)

                assert ((s > 5e-5) | (s < 1e-14)).all()
    assert {0, 1, 2, 3, 4} <= {
        rank
        for case in QUESTIONS["gradient_rank"].draw(generator(0, "ranks"))
        for rank in QUESTIONS["gradient_rank"].expected(case).values()
    }
