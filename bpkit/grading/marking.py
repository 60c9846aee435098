"""From answers to verdicts: each question in turn, with ours in the place of an earlier one that is wrong."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from .diagnosis import facts, known_mistake
from .question import judge, score_parts

PUBLIC_SEED = 0
CHANGED = "the call changes its arguments. Work on copies: the caller needs them as they were."
CHAPTERS = {
    "notation": "Notation",
    "forward_pass": "Forward pass",
    "losses": "Losses and the error of the output layer",
    "recursion": "The recursion",
    "worked_example": "A worked example by hand",
}


@dataclass(frozen=True)
class Verdict:
    """What a question gave: points by part, and what the student reads.

    >>> Verdict("f", {"a batch": (1.0, 2.0)}, None, "f: the sign is reversed.").score
    1.0
    """

    name: str
    parts: dict  # {part: (points, of how many)}
    mistake: str | None
    message: str
    stuck: bool = False  # it ran out of time or died

    @property
    def score(self):
        return sum(got for got, _ in self.parts.values())

    @property
    def max(self):
        return sum(full for _, full in self.parts.values())

    @property
    def right(self):
        return self.score == self.max

    def lines(self):
        """Return what the student reads, line by line: each part with ✓ or ✗, then the message."""
        parts = [f"  {'✓' if got == full else '✗'} {part}" for part, (got, full) in self.parts.items()]
        head = f"{self.name}: {self.score:g} of {self.max:g} points"
        return [head, *parts, *([self.message] if self.message else [])]


def generator(seed, name):
    """Return the generator of a question's inputs; the same seed and name give the same inputs everywhere.

    >>> generator(0, "forward").integers(100) == generator(0, "forward").integers(100)
    np.True_
    """
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest))


def mark(questions, answers, seed, public=False):
    """Judge a set's answers in their order, one verdict a question.

    Parameters
    ----------
    questions : list of Question
    answers : object
        Has ``call(name, arguments, stand_ins)`` and ``value(name)``, which return an Outcome, and
        ``time_for_a_check(name)``, a context manager around the calls of one question.
    seed : int or str
    public : bool
        Whether messages may hold an exception's own words: only where the inputs are public.

    Yields
    ------
    Verdict
    """
    wrong, stuck = [], False
    for question in questions:
        alone = partial(mark_one, question, answers, seed, public, {})
        backed = partial(mark_backed, question, answers, seed, public, wrong)
        tries = [backed, alone] if stuck else [alone, backed] if wrong and not question.value else [alone]
        verdict = first_right(tries)
        if not verdict.right or verdict.message:
            wrong.append(question)
            stuck = stuck or verdict.stuck
        yield verdict


def first_right(tries):
    """Return the first verdict that is right, and where none is, the best of them."""
    verdicts = []
    for judge_it in tries:
        verdicts.append(judge_it())
        if verdicts[-1].right:
            return verdicts[-1]
    return max(verdicts, key=lambda verdict: verdict.score)


def mark_backed(question, answers, seed, public, wrong):
    """Judge a question with ours in the place of the earlier answers that are wrong."""
    asked = set()
    stand_ins = {q.name: recorded(q.reference, asked, q.name) for q in wrong if not q.value}
    verdict = mark_one(question, answers, seed, public, stand_ins)
    if not asked:
        return verdict
    names = " and ".join(name for name in stand_ins if name in asked)
    says = f"{question.name} was judged with ours in the place of {names}, which it rests on."
    return replace(verdict, message="\n".join(filter(None, [verdict.message, says])))


def recorded(function, asked, name):
    """Return the function, made to note its name in `asked` when it is called."""

    def call(*arguments, **keywords):
        asked.add(name)
        return function(*arguments, **keywords)

    return call


def mark_one(question, answers, seed, public, stand_ins):
    """Judge one question and, where it is wrong, say why."""
    cases = question.draw(generator(seed, question.name))
    with answers.time_for_a_check(question.name):
        outcomes = [question.probe(answers, case, stand_ins) for case in cases]
    findings = judge(question, cases, outcomes)
    parts = score_parts(question, findings)
    if all(got == full for got, full in parts.values()):
        return Verdict(question.name, parts, None, "")
    stuck = any(f.outcome.problem in ("time", "died") for f in findings)
    return Verdict(question.name, parts, *explain(question, findings, public), stuck)


def explain(question, findings, public):
    """Return the number of the known mistake, or None, and the message for the student."""
    if not any(f.outcome.problem or f.differences for f in findings):
        return "M61", f"{question.name}: {CHANGED} [M61]"
    mistake = known_mistake(question, findings)
    if mistake:
        return mistake.number, f"{question.name}: {mistake.says} {see(question, mistake)} [{mistake.number}]"
    return None, f"{question.name}: {facts(findings, public)} {see(question, question)}"


def see(question, source):
    """Say where in the book the answer stands."""
    return f"See {source.equation} in the chapter “{CHAPTERS[question.chapter]}”."
