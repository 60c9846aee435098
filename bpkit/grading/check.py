"""`check` for students: the questions of the course on public inputs, in the student's own kernel."""

import contextlib
import traceback
from dataclasses import replace

import numpy as np

from .marking import PUBLIC_SEED, mark
from .outcome import Outcome
from .questions import find_question, questions_of
from .sandbox.cases import watched
from .sandbox.frames import FrameError, Provided, decode, encode
from .sandbox.probes import call, functions_in, still_hold

OURS = (__file__, call.__code__.co_filename)  # what stands between a check and the answer


class AnswerError(Exception):
    """An answer that is not right yet; its message is what the student reads.

    >>> raise AnswerError("hidden_delta: the factor f′(z) is missing.")
    Traceback (most recent call last):
    bpkit.grading.check.AnswerError: hidden_delta: the factor f′(z) is missing.
    """

    def _render_traceback_(self):
        """Give IPython the message alone: the frames of `check` would tell the student nothing."""
        return [f"AnswerError: {self}"]


def check_answers(*functions, **answers):
    """Judge answers with public seeds, print a line a part, and raise where something is wrong.

    Parameters
    ----------
    *functions : callable
        Answers under their own names.
    **answers : object
        Answers under the names of their questions.

    Raises
    ------
    AnswerError
        If an answer is wrong; it holds the messages.
    TypeError
        If there is nothing to check, or no question of that name.

    Examples
    --------
    >>> def to_rows(W, b):
    ...     return W, b
    >>> check_answers(to_rows)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bpkit.grading.check.AnswerError: to_rows: ...
    """
    named = {getattr(function, "__name__", repr(function)): function for function in functions} | answers
    if not named:
        raise TypeError(
            "check() needs an answer: check(hidden_delta), or check(numbers=numbers) for a value."
        )
    wrong = [verdict.message for verdict in map(verdict_of, named, named.values()) if not verdict.right]
    if wrong:
        raise AnswerError("\n".join(wrong))


def verdict_of(name, answer):
    """Judge one answer, print its parts, and return the verdict."""
    set_name = find_question(name)
    local = LocalAnswers({**getattr(answer, "__globals__", {}), name: answer})
    questions = questions_of(set_name)
    above = list(questions)[: list(questions).index(name)]
    earlier = [questions[n] for n in above if n in local.namespace and not questions[n].value]
    *_, verdict = mark([*earlier, questions[name]], local, PUBLIC_SEED, public=True)
    print("\n".join(verdict.lines()[: 1 + len(verdict.parts)]))
    return verdict


def try_out(question, answer, seed="a trial"):
    """Judge an answer to a question that may stand in no set yet, in this process.

    Parameters
    ----------
    question : Question
    answer : object
        A function, or the value where the question asks for one.
    seed : str or int
        Other seeds draw other inputs.

    Returns
    -------
    Verdict
        Its ``lines()`` are what a student reads.

    Examples
    --------
    >>> question = questions_of("ps05_backprop")["hidden_delta"]
    >>> try_out(question, question.reference).right
    True
    """
    (verdict,) = mark([question], LocalAnswers({**question.uses, question.name: answer}), seed)
    return verdict


class LocalAnswers:
    """The answers of a notebook that is open: its functions, called in this process."""

    def __init__(self, namespace):
        self.namespace = namespace

    def time_for_a_check(self, question):
        """Set no limit: in an open notebook the student interrupts."""
        return contextlib.nullcontext()

    def value(self, name):
        return sent(self.namespace[name], (), ())

    def calls(self, name, asked, stand_ins):
        return [self.call(asked.question, case, stand_ins) for case in asked.cases]

    def call(self, question, case, stand_ins):
        given = case.given()
        lists = functions_in(given)
        functions = [self.namespace.get(name) for name in question.answers]
        if not all(map(callable, functions)):
            return Outcome(problem="missing")
        try:
            with (
                replaced(getattr(functions[0], "__globals__", {}), stand_ins),
                watched(case.strict),
            ):
                result = call(question.probe, functions, given)
        except Exception as error:
            return raised(error)
        outcome = sent(result, given, case.arguments)
        return outcome if still_hold(lists) else replace(outcome, changed=True)


def sent(result, after, before):
    """Return the outcome as the grader will see it: only plain values come out of the sandbox."""
    try:
        result, *after = decode(encode((result, *after)))
    except FrameError:
        return Outcome(problem="unreadable")
    pairs = zip(before, after, strict=True)
    return Outcome(result, not all(stays(a) or same(a, b) for a, b in pairs))


def stays(value):
    """Say whether an argument cannot be changed by a call, or is a list of functions: see `still_hold`."""
    return callable(value) or isinstance(value, Provided) or type(value) is list and any(map(stays, value))


def same(a, b):
    """Say whether two plain values are equal to the last bit.

    >>> same({1: np.ones(2)}, {1: np.ones(2)}), same([1.0], [2.0])
    (True, False)
    >>> same(np.full(2, np.nan), np.full(2, np.nan))
    True
    """
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and layout(a) == layout(b) and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list):
        return isinstance(b, tuple | list) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def layout(array):
    return array.dtype, array.shape


@contextlib.contextmanager
def replaced(namespace, stand_ins):
    """Put functions in the place of a namespace's own for a while."""
    own = {name: namespace[name] for name in stand_ins if name in namespace}
    namespace.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            namespace.pop(name, None)
        namespace.update(own)


def raised(error):
    """Return the outcome of an exception: unanswered where the stub raised it, and else where it arose."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename not in OURS]
    kind = "unanswered" if isinstance(error, NotImplementedError) else "raised"
    own = [frame.lineno for frame in frames if frame.filename == frames[0].filename]
    return Outcome(
        problem=kind, type=type(error).__name__, line=own[-1] if own else None, message=str(error)[:500]
    )
