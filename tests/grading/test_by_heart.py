"""Answers that know the check in the notebook by heart, one shape, or the first call: what they deserve."""

import numpy as np
import pytest

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import PUBLIC_SEED, Attempt, ask, mark
from bpkit.grading.outcome import PROBLEMS, Outcome
from bpkit.grading.questions import SETS
from bpkit.grading.sandbox.values import describe
from bpkit.grading.traits import arrays_of

QUESTIONS = [q for asked in SETS.values() for q in asked if q.again and not (q.value or q.probe)]
OF_ARRAYS = [q for q in QUESTIONS if arrays_of(q.draw(np.random.default_rng(0))[0].arguments)]
OF_WORDS = [
    q.name for q in QUESTIONS if not any(arrays_of(c.arguments) for c in q.draw(np.random.default_rng(0)))
]
FEW_RESULTS = ("gradient_rank", "locate_fault")  # small numbers: some are the same again
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
of_arrays = pytest.mark.parametrize("question", OF_ARRAYS, ids=lambda q: q.name)
REMEMBERS = (
    "The same call gives another result the second time",
    "It returns what it returned for other numbers before",
    "It is right in the first calls and wrong in all later ones",
)


def marked(question, answer, seed="secret"):
    (verdict,) = mark([question], LocalAnswers({question.name: answer} | question.uses), seed)
    return verdict


def all_of(given):
    """Return what tells some arguments from all others."""
    data = []
    return str(describe([value for value in given if not callable(value)], data)), *data


def shapes_of(given):
    """Return what tells some arguments from those of other shapes or words."""
    words = [value for value in given if isinstance(value, str)]
    return str([array.shape for array in arrays_of(tuple(given))]), *words


def table(question, key):
    """Return an answer that looks up what the check in the notebook asks for."""
    asked = ask(question, PUBLIC_SEED)
    results = {key(case.given()): result for case, result in zip(asked.cases, asked.expected, strict=True)}
    return lambda *given: results[key(given)]


def kept(question, key):
    """Return an answer that computes what it has not met before, and else returns what it keeps."""
    seen = {}

    def answer(*given):
        if key(given) not in seen:
            seen[key(given)] = question.reference(*given)
        return seen[key(given)]

    return answer


def first_calls(question, some):
    """Return an answer that is right in its first calls, and returns nothing later."""
    calls = []

    def answer(*given):
        calls.append(given)
        return question.reference(*given) if len(calls) <= some else None

    return answer


def one_shape(question):
    """Return an answer that is right for one shape, that of the case that is asked twice."""
    cases = ask(question, "secret").cases
    twice = next(a for a, b in zip(cases, cases[1:], strict=False) if a is b)
    shape = shapes_of(twice.given())

    def answer(*given):
        if shapes_of(given) != shape:
            raise ValueError("This shape was not expected.")
        return question.reference(*given)

    return answer


@every_question
def test_what_is_right_in_the_notebook_alone_gets_nothing(question):
    answer = table(question, all_of)

    assert marked(question, answer, PUBLIC_SEED).right
    verdict = marked(question, answer)
    if question.name == "delta_is_o_minus_y":  # a table of seven pairs is an answer to it
        assert verdict.right
    else:
        assert (verdict.score, verdict.mistake) == (0, None)
        assert "your code raised a KeyError" in verdict.message


@of_arrays
def test_results_of_the_notebook_by_shape_get_little_and_are_recognised(question):
    verdict = marked(question, table(question, shapes_of))

    assert verdict.mistake is None
    if question.name not in FEW_RESULTS:
        assert verdict.score <= question.points / 3
        assert "It returns the results of the check in the notebook" in verdict.message


@of_arrays
def test_answers_for_one_shape_get_the_parts_that_ask_no_other(question):
    verdict = marked(question, one_shape(question))

    assert verdict.score <= question.points / 3
    assert "your code raised a ValueError" in verdict.message
    assert "It is right" in verdict.message


@of_arrays
def test_answers_that_keep_results_by_shape_get_little_and_are_told_so(question):
    verdict = marked(question, kept(question, shapes_of))

    assert not verdict.right
    if question.name not in FEW_RESULTS:
        assert verdict.score <= question.points / 3
        assert any(says in verdict.message for says in REMEMBERS)


@every_question
def test_answers_that_keep_their_first_result_get_little_and_are_told_so(question):
    verdict = marked(question, kept(question, lambda given: None))

    assert verdict.score <= question.points / 3
    assert question.name in OF_WORDS or "It returns the same whatever it is given." in verdict.message


@every_question
@pytest.mark.parametrize("some", [1, 3])
def test_answers_that_are_right_in_the_first_calls_get_nothing_and_are_told_so(question, some):
    verdict = marked(question, first_calls(question, some))

    assert (verdict.score, verdict.mistake) == (0, None)
    assert question.name in (*OF_WORDS, *FEW_RESULTS) or any(says in verdict.message for says in REMEMBERS)


@of_arrays
def test_two_last_calls_alone_do_not_tell_of_memory(question):
    verdict = marked(question, first_calls(question, len(ask(question, "secret").cases) - 2))

    assert not verdict.right
    assert REMEMBERS[2] not in verdict.message


@every_question
def test_answers_that_keep_results_by_all_arguments_are_right(question):
    assert marked(question, kept(question, all_of)).right


def test_mistakes_that_one_entry_hides_are_no_memory():
    relu = next(q for q in QUESTIONS if q.name == "relu")
    messages = [marked(relu, lambda z: np.clip(z, 0, 1), f"seed {n}").message for n in range(12)]

    assert not any(REMEMBERS[2] in message for message in messages)


def test_answers_that_draw_random_numbers_are_told_so():
    rng = np.random.default_rng(0)
    hidden = next(q for q in QUESTIONS if q.name == "hidden_delta")
    verdict = marked(hidden, lambda *given: hidden.reference(*given) + rng.normal())

    assert verdict.score == 0
    assert REMEMBERS[0] in verdict.message and "draws random numbers" in verdict.message


def test_answers_that_ran_out_of_time_are_not_told_to_remember():
    asked = ask(QUESTIONS[0], "secret")
    late = [Outcome(one) if k < 1 else Outcome(problem="time") for k, one in enumerate(asked.expected)]

    message = Attempt(asked, late, public=False).verdict().message

    assert message.startswith(f"{QUESTIONS[0].name}: {PROBLEMS['time']} See eq-")
