"""The problem set on derivatives: mistakes told apart, and steps between the noise and the error."""

import inspect
import math
from dataclasses import replace
from textwrap import dedent

import numpy as np
import pytest
from grading.notebooks import handed_in, released
from grading.right_answers import RIGHT

from bpkit.gradcheck import complex_step
from bpkit.grading.check import LocalAnswers
from bpkit.grading.comparison import ABSOLUTE, RELATIVE
from bpkit.grading.diagnosis import TOGETHER
from bpkit.grading.marking import draw_again, generator, mark
from bpkit.grading.questions import questions_of
from bpkit.grading.questions.draws_derivatives import FUNCTIONS, Curve, gentle
from bpkit.grading.submission import grade_submission

DERIVATIVES = "ps01_derivatives"
QUESTIONS = questions_of(DERIVATIVES)
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
DIFFERENCES = ("forward_difference", "central_difference")
SEEDS = ("spring", "summer", "autumn")


def marked(question, answer, seed):
    (verdict,) = mark([question], LocalAnswers({question.name: answer}), seed)
    return verdict


def renamed(name, function):
    """Return the source of a function under the name of its question, with what it needs."""
    source = inspect.getsource(function).replace(function.__name__, name)
    return f"import functools\nimport math\n\n\n{source}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a wrong step may overflow
@every_question
def test_mistakes_are_told_by_their_own_sentence(question):
    for seed in SEEDS:
        for mistake in question.mistakes:
            verdict = marked(question, mistake.wrong, seed)

            assert not verdict.right
            assert verdict.mistake == mistake.number
            assert mistake.says in verdict.message


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@every_question
def test_mistakes_have_no_name_where_their_own_is_unknown(question):
    for mistake in question.mistakes:
        others = tuple(other for other in question.mistakes if other.says != mistake.says)
        verdict = marked(replace(question, mistakes=others), mistake.wrong, "winter")

        assert not verdict.right
        if TOGETHER not in verdict.message:  # two others may give exactly what this one gives
            assert not any(other.says in verdict.message for other in others)


@pytest.mark.parametrize("seed", SEEDS)
@every_question
def test_right_answers_are_right_whatever_is_drawn(question, seed):
    assert len(RIGHT[question.name]) >= 5
    for answer in RIGHT[question.name]:
        verdict = marked(question, answer, seed)

        assert (verdict.score, verdict.mistake, verdict.message) == (question.points, None, ""), answer


@pytest.mark.parametrize("place", [1, 4])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    answers = {name: renamed(name, RIGHT[name][place]) for name in QUESTIONS}
    data = handed_in(DERIVATIVES, **answers)
    graded = grade_submission(sandbox, data, released(DERIVATIVES), list(QUESTIONS.values()), "a secret")

    assert [v.message for v in graded.verdicts] == [""] * 5
    assert (graded.score, graded.max) == (20, 20)


def gap(right, other):
    """Return how far a value is from the right one, in units of what is tolerated."""
    return abs(other - right) / (RELATIVE * (abs(other) + abs(right)) + ABSOLUTE)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_steps_leave_rounding_far_below_the_tolerance(name):
    for seed in SEEDS:
        for case in draw_again(QUESTIONS[name], seed):
            exact = QUESTIONS[name].reference(*map(exactly, case.arguments))
            for answer in RIGHT[name]:
                assert gap(float(exact), answer(*case.arguments)) < 0.01


def exactly(value):
    """Return a number, or a function of the draw, that computes to three digits more."""
    if not isinstance(value, Curve):
        return np.longdouble(value)
    return replace(value, c=np.longdouble(value.c), p=np.longdouble(value.p), q=np.longdouble(value.q))


@pytest.mark.parametrize("name", DIFFERENCES)
def test_the_default_step_is_told_from_any_other(name):
    question = QUESTIONS[name]
    right = inspect.signature(question.reference).parameters["h"].default
    for seed in SEEDS:
        for case in question.draw(generator(seed, name)):
            if len(case.arguments) == 2:
                wrong = [question.reference(*case.arguments, right * factor) for factor in (0.5, 0.8, 1.3, 2)]

                assert min(gap(question.expected(case), value) for value in wrong) > 5


@pytest.mark.parametrize("name", FUNCTIONS)
def test_slopes_are_those_of_the_functions(name):
    f, x = gentle(np.random.default_rng(3), name)

    assert math.isclose(f.prime(x), complex_step(f, np.array(x)), rel_tol=1e-12)


def test_functions_are_called_where_they_stand_and_arguments_may_be_arrays():
    f, x = gentle(np.random.default_rng(4), "sin")

    assert f(np.array([x, x]))[1] == f(x)
    assert f == Curve(f.name, f.c, f.p, f.q) != f.prime


def test_chains_have_every_length_and_repeat_a_function():
    cases = QUESTIONS["chain"].draw(generator(0, "chain"))
    lengths = [len(case.arguments[0]) for case in cases]

    assert {0, 1, 2, 3, 5} == set(lengths)
    assert any(len(set(case.arguments[0])) < len(case.arguments[0]) for case in cases)


def test_a_chain_whose_list_is_emptied_loses_that_part_alone(sandbox):
    emptied = """
    def chain(fs, f_primes, x):
        slope = 1.0
        while fs:
            slope, x = slope * f_primes.pop(0)(x), fs.pop(0)(x)
        return x, slope
    """
    answers = {}
    exec(dedent(emptied), answers)
    question = QUESTIONS["chain"]
    graded = grade_submission(
        sandbox, handed_in(DERIVATIVES, chain=emptied), released(DERIVATIVES), [question], "a"
    )

    for verdict in (*graded.verdicts, marked(question, answers["chain"], 0)):
        assert (verdict.score, verdict.mistake) == (5.75, "M61")


def test_orders_are_asked_of_steps_in_any_order_and_of_rounding_too():
    question = QUESTIONS["observed_order"]
    cases = question.draw(generator(0, "orders"))
    orders = [question.expected(case) for case in cases]

    assert any((np.diff(case.arguments[0]) > 0).any() for case in cases)
    assert min(orders) < -0.5 and max(orders) > 1.5
    assert {len(case.arguments[0]) for case in cases} >= {2, 12}


@pytest.mark.parametrize("kind", [float, np.float64, np.longdouble, np.array])
def test_a_slope_may_be_any_number(kind):
    question = QUESTIONS["central_difference"]

    assert marked(question, lambda *given: kind(question.reference(*given)), 0).right
    assert not marked(question, lambda *given: np.array([question.reference(*given)]), 0).right


def test_an_error_in_an_empty_list_costs_that_part_alone():
    def product(fs, f_primes, x):
        return QUESTIONS["chain"].reference(fs, f_primes, x) if fs[0] else None

    verdict = marked(QUESTIONS["chain"], product, 0)

    assert [part for part in verdict.parts if verdict.sign(part) == "✗"] == ["an empty list"]
    assert (verdict.score, verdict.mistake) == (5.25, None)
