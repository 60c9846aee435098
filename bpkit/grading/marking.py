"""From answers to verdicts: each question in turn, with ours in the place of an earlier one that is wrong."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np

from .diagnosis import known_mistakes, told
from .facts import CHANGED, counted, facts
from .pointers import see
from .question import Asked, is_right, judge
from .scoring import SHAPED, SINGLE, full_marks, score_parts

PUBLIC_SEED = 0
STUCK = ("time", "memory", "output", "died")


@dataclass(frozen=True)
class Verdict:
    """What a question gave: points by part, and what the student reads.

    >>> Verdict("f", {"a batch": (1.0, 2.0)}, None, "f: the sign is reversed.").score
    1.0
    """

    name: str
    parts: dict  # {part: (points, of how many)}
    mistake: str | None  # its number, or of two together both: M14+M38
    message: str
    stuck: bool = False  # it ran out of time or died
    rests_on: tuple = ()  # earlier answers in whose place ours stood
    limit: str = ""  # the limit that it met: time, memory, processes, files, output, ended

    @property
    def score(self):
        return sum(got for got, _ in self.parts.values())

    @property
    def max(self):
        return sum(full for _, full in self.parts.values())

    @property
    def right(self):
        return self.score == self.max

    @property
    def mistakes(self):
        """The numbers of the mistakes that were found: none, one or two."""
        return self.mistake.split("+") if self.mistake else []

    def line(self, part):
        """Return the line of a part, with its points where they are neither all nor none."""
        got, full = self.parts[part]
        return f"  {self.sign(part)} {part}{f': {got:.3g} of {full:g} points' if 0 < got < full else ''}"

    def sign(self, part):
        """Return ✓ or ✗; where nothing is right, the parts that need a right value are not judged: ·."""
        got, full = self.parts[part]
        return "✓" if got == full else "✗" if self.score or part not in (SHAPED, SINGLE) else "·"

    def lines(self):
        """Return what the student reads, line by line: each part with ✓ or ✗, then the message."""
        parts = [self.line(part) for part in self.parts]
        head = f"{self.name}: {self.score:.4g} of {self.max:g} points"
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
        Has ``calls(name, asked, stand_ins)``, which returns an Outcome a case, ``value(name)``, which
        returns one, and ``time_for_a_check(question)``, a context manager around the calls of one question.
    seed : int or str
    public : bool
        Whether messages may hold an exception's own words: only where the inputs are public.

    Yields
    ------
    Verdict
    """
    wrong, stuck = {}, False  # {question: names of the answers that it fails because of}
    for question in questions:
        alone = partial(try_alone, question, answers, seed, public)
        backed = partial(try_backed, question, answers, seed, public, wrong)
        tries = [backed, alone] if stuck else [alone, backed] if wrong and not question.value else [alone]
        verdict = first_right(tries)
        if not verdict.right or verdict.rests_on:
            wrong[question] = verdict.rests_on if verdict.right else (question.name,)
            stuck = stuck or verdict.stuck
        yield verdict


def first_right(tries):
    """Return the verdict on the first attempt that is right, and where none is, the best of them."""
    attempts = []
    for attempt in tries:
        attempts.append(attempt())
        if attempts[-1].right:
            return attempts[-1].verdict()
    return max(
        (a.verdict() for a in attempts), key=lambda verdict: (verdict.score, verdict.mistake is not None)
    )


def try_alone(question, answers, seed, public, stand_ins=None):
    """Put a question to the answers as they are."""
    asked = ask(question, seed)
    with answers.time_for_a_check(question):
        return Attempt(asked, asked.probe(answers, stand_ins or {}), public)


def try_backed(question, answers, seed, public, wrong):
    """Put a question with ours in the place of the earlier answers that are wrong."""
    called = set()
    stand_ins = {q.name: recorded(q.reference, called, q.name) for q in wrong if q.stands_in and not q.value}
    attempt = try_alone(question, answers, seed, public, stand_ins)
    roots = dict.fromkeys(root for q, because in wrong.items() if q.name in called for root in because)
    return replace(attempt, rests_on=tuple(roots))


def recorded(function, asked, name):
    """Return the function, made to note its name in `asked` when it is called."""

    def call(*arguments, **keywords):
        asked.add(name)
        return function(*arguments, **keywords)

    return call


@dataclass(frozen=True)
class Attempt:
    """What an answer gave for a question, judged as far as someone asks."""

    asked: Asked
    outcomes: list
    public: bool
    rests_on: tuple = ()  # earlier answers in whose place ours stood, and that it called

    @cached_property
    def right(self):
        return is_right(self.asked, self.outcomes) or (self.asked.question.lenient and self.has_all_points)

    @property
    def has_all_points(self):
        question = self.asked.question
        return score_parts(question, judge(self.asked, self.outcomes)) == full_marks(question)

    def verdict(self):
        """Return the verdict and, where something is wrong, why."""
        question = self.asked.question
        if self.right:
            return Verdict(
                question.name, full_marks(question), None, self.backed_by(""), False, self.rests_on
            )
        findings = judge(self.asked, self.outcomes)
        parts = score_parts(question, findings)
        limit = next((f.outcome.limit for f in findings if f.outcome.limit), "")
        stuck = any(f.outcome.problem in STUCK for f in findings)
        mistake, message = explain(self.asked, findings, parts, self.public)
        message = how_many(question, findings, message)
        return Verdict(question.name, parts, mistake, self.backed_by(message), stuck, self.rests_on, limit)

    def backed_by(self, message):
        """Return a message with what the verdict rests on."""
        if not self.rests_on:
            return message
        name, roots = self.asked.question.name, " and ".join(self.rests_on)
        says = f"{name} was judged with ours in the place of {roots}, which it rests on."
        return "\n".join(filter(None, [message, says]))


@lru_cache(maxsize=256)
def ask(question, seed):
    """Return a question with the inputs that a seed gives and the results expected; nobody changes them."""
    return Asked(question, draw_again(question, seed))


@lru_cache(maxsize=16)
def held(questions, seed):
    """Return what a sandbox shall hold for some questions: by name, the frame of their cases."""
    return {q.name: ask(q, seed).sent for q in questions if not q.value}


def draw_again(question, seed):
    """Draw a question's cases, some of them again: answers may not remember.

    The first batch comes twice as it is, and of each kind one more case with other numbers in the
    same shapes, for an answer that keeps what it returned.
    """
    rng = generator(seed, question.name)
    cases = question.draw(rng)
    if question.value or not question.again:
        return cases
    twice = next((k for k, case in enumerate(cases) if case.tag == "a batch"), 0)
    fresh = {case.tag: case for case in question.draw(rng) if not case.tag.endswith("float32")}
    return [*cases[: twice + 1], *cases[twice:], *fresh.values()]


def explain(asked, findings, parts, public):
    """Return the number of the known mistake, or None, and the message for the student."""
    question = asked.question
    if not any(f.outcome.problem or f.differences for f in findings):
        return "M61", f"{question.name}: {CHANGED} [M61]"
    mistakes = known_mistakes(asked, findings)
    if mistakes:
        numbers, says = told(mistakes)
        besides = f"\nBesides, {CHANGED}" if any(f.changed for f in findings) else ""
        return numbers, f"{question.name}: {says}{besides}"
    if question.value and (counts := counted(findings)):
        return None, f"{question.name}: {counts}"
    secret = not (public or question.value or question.by_symptoms or question.seconds)
    visible = ask(question, PUBLIC_SEED).expected if secret else []
    says = f"{question.name}: {facts(question, findings, public or question.value, visible)}"
    raised = all(f.outcome.problem in ("raised", "unreadable", *STUCK) for f in findings)
    return None, says if raised else f"{says} {see(first_wrong_equation(question, parts))}"


def how_many(question, findings, message):
    """Return a message with how many cases are right, of each kind, where not all of them have to be."""
    if not question.lenient or question.value or all(f.outcome.problem for f in findings):
        return message
    kinds = dict.fromkeys(f.case.tag for f in findings)
    count = {kind: how_often_right([f for f in findings if f.case.tag == kind]) for kind in sorted(kinds)}
    each = "; ".join(f"{kind}: {times}" for kind, times in count.items()) if len(kinds) > 1 else ""
    return f"{message}\nIn {how_often_right(findings)} cases yours is right{f' ({each})' if each else ''}."


def how_often_right(findings):
    right = sum(not (f.outcome.problem or f.differences) for f in findings)
    return f"{right} of {len(findings)}"


def first_wrong_equation(question, parts):
    """Return the label to read: that of the first part that is wrong, or the question's."""
    wrong = (question.parts[name].equation for name, (got, full) in parts.items() if got < full)
    return next(wrong, "") or question.equation
