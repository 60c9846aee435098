"""`check` for students: what it prints, what it raises, and that the grader sees the same."""

import numpy as np
import pytest
from grading.notebooks import BACKPROP, BY_HAND, opened
from grading.right_by_hand import NUMBERS

from bpkit import exercise
from bpkit.grading.check import AnswerError, LocalAnswers, check_answers
from bpkit.grading.question import Case, Question
from bpkit.grading.sandbox import frames
from bpkit.reference import mlp


def without_prime(W_next, delta_next, z, f_prime):
    return W_next.T @ delta_next


def test_right_answers_print_their_parts_and_raise_nothing(capsys):
    exercise.check(mlp.hidden_delta)

    assert capsys.readouterr().out.splitlines() == [
        "hidden_delta: 4 of 4 points",
        "  ✓ one sample",
        "  ✓ a batch",
        "  ✓ square layers",
        "  ✓ float32 in, float32 out",
        "  ✓ keeps its arguments",
    ]


def test_wrong_answers_raise_what_the_student_reads(capsys):
    with pytest.raises(AnswerError) as raised:
        exercise.check(hidden_delta=without_prime)

    assert str(raised.value).startswith("hidden_delta: your δ^(l) equals (W^(l+1))ᵀδ^(l+1)")
    assert str(raised.value).endswith("See eq-delta-hidden in the chapter “The recursion”. [M14]")
    assert "  ✗ a batch" in capsys.readouterr().out


def test_values_are_checked_under_their_name(capsys):
    exercise.check(numbers=NUMBERS)

    assert capsys.readouterr().out.startswith("numbers: 6 of 6 points")


def test_several_answers_are_all_checked(capsys):
    with pytest.raises(AnswerError, match="^hidden_delta: .*\nto_rows: "):
        exercise.check(mlp.forward, hidden_delta=without_prime, to_rows=lambda W, b: (b, W))

    assert [line for line in capsys.readouterr().out.splitlines() if "points" in line] == [
        "forward: 3 of 3 points",
        "hidden_delta: 0 of 4 points",
        "to_rows: 0 of 2 points",
    ]


def test_results_of_earlier_mistakes_are_not_held_against_an_answer(capsys):
    wrong = "def hidden_delta(W_next, delta_next, z, f_prime): return W_next.T @ delta_next"
    exercise.check(opened(BACKPROP, hidden_delta=wrong).namespace["backward"])

    assert capsys.readouterr().out.startswith("backward: 4 of 4 points")


def test_stubs_are_told_that_they_are_not_answered():
    stub = 'def forward_221(W, b, x): raise NotImplementedError("This answer is still missing.")'

    with pytest.raises(AnswerError, match="it is not answered yet"):
        exercise.check(opened(BY_HAND, forward_221=stub).namespace["forward_221"])


def test_exceptions_are_told_with_line_and_words():
    def to_rows(W, b):
        return W[0].T

    with pytest.raises(AnswerError, match=r"your code raised a KeyError in line \d+ of its cell: 0"):
        exercise.check(to_rows)


def test_lines_are_those_of_the_answer():
    def hidden_delta(W_next, delta_next, z, f_prime):
        return 1 / 0

    line = hidden_delta.__code__.co_firstlineno + 1
    with pytest.raises(AnswerError, match=f"in line {line} of its cell"):
        check_answers(hidden_delta)


@pytest.mark.parametrize(
    ("positional", "named", "says"),
    [
        ((), {}, "needs an answer"),
        ((np.sin,), {}, "There is no question named 'sin'"),
        ((3,), {}, "There is no question named '3'"),
        ((), {"forwards": np.sin}, "Did you mean 'forward'"),
    ],
)
def test_calls_that_check_nothing_say_so(positional, named, says):
    with pytest.raises(TypeError, match=says):
        exercise.check(*positional, **named)


@pytest.mark.parametrize("answer", [None, 3, "text", {}])
def test_answers_that_are_no_functions_are_told_so(answer):
    with pytest.raises(AnswerError, match="it is not defined"):
        check_answers(hidden_delta=answer)


def test_answers_are_given_copies_of_the_inputs():
    def hidden_delta(W_next, delta_next, z, f_prime):
        result = mlp.hidden_delta(W_next, delta_next, z, f_prime)
        delta_next[:] = z[:] = 0
        return result

    for _ in range(2):
        with pytest.raises(AnswerError, match="the call changes its arguments"):
            check_answers(hidden_delta)


class Sub(np.ndarray):
    pass


@pytest.mark.parametrize("kind", [lambda a: a.view(Sub), np.ma.masked_array, lambda a: a.astype(object)])
def test_subclasses_of_arrays_are_refused_as_the_grader_refuses_them(kind):
    def hidden_delta(*given):
        return kind(mlp.hidden_delta(*given))

    with pytest.raises(AnswerError, match="but should be an array of shape"):
        check_answers(hidden_delta)


def test_results_that_no_frame_holds_are_told_so(monkeypatch):
    monkeypatch.setattr(frames, "ARRAY_LIMIT", 10_000)

    with pytest.raises(AnswerError, match="could not be read"):
        check_answers(hidden_delta=lambda *given: np.zeros((100, 100)))


def test_stand_ins_are_taken_away_again():
    answers = LocalAnswers({"f": lambda: 1})
    answers.namespace["f"].__globals__.pop("never_there", None)
    answers.call(Question("f", {}, "", list, len), Case(""), {"never_there": len})

    assert "never_there" not in globals()


def test_errors_show_the_student_their_message_alone():
    assert AnswerError("forward: no.")._render_traceback_() == ["AnswerError: forward: no."]


def test_interrupts_reach_the_student():
    def to_rows(W, b):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_answers(to_rows)
