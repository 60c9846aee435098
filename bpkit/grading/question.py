"""What a question is: inputs drawn, a call made beside the student's code, and a judge that stays outside."""

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bpkit import exercise

from .agreement import Agreement
from .comparison import RELATIVE, compare, differences, leaves
from .outcome import WARNING
from .sandbox.cases import watched
from .sandbox.frames import Provided, encode

SHAPED = "keeps its arguments"  # this part and float32 count only where some value is right
SINGLE = "float32 in, float32 out"
LARGE = "large numbers"  # tags that begin so are of cases in which no warning may be raised


@dataclass(frozen=True)
class Case:
    """One call: its arguments, and what kind of case it is (`tag`)."""

    tag: str
    arguments: tuple = ()

    @property
    def strict(self):
        """Say whether numpy's warnings are errors in this case."""
        return self.tag.startswith(LARGE)

    def given(self):
        """Return fresh copies of the arguments, with the functions that `Provided` ones name."""
        return [
            getattr(exercise, v.kind)(v.name) if isinstance(v, Provided) else copy.deepcopy(v)
            for v in self.arguments
        ]


@dataclass(frozen=True)
class Part:
    """What a share of the points is for: which cases, and which paths of the result."""

    points: float
    tags: tuple = ()  # () stands for all but float32
    about: Callable = field(default=lambda path: True)
    equation: str = ""  # what to read where this part is wrong, if not the question's

    def concerns(self, case):
        return case.tag in self.tags if self.tags else not case.tag.endswith("float32")


@dataclass(frozen=True, eq=False)
class Mistake:
    """A known mistake: a wrong version of the reference, and one sentence for the student."""

    number: str | None  # its number in the catalogue, such as M14, if it stands there
    says: str
    equation: str
    wrong: Callable  # takes the question's arguments


@dataclass(frozen=True, eq=False)
class Question:
    """A question: plain data, `draw` for its inputs, and a reference to judge by."""

    name: str  # the grade_id
    parts: dict  # {name: Part}
    equation: str  # the label it rests on
    draw: Callable  # rng → list of Case
    reference: Callable
    returns: str | tuple | list | None = None  # names of the results, see `compare`
    mistakes: tuple = ()
    value: bool = False  # the answer is a value, not a function
    compare: Callable = compare  # (expected, got, names, relative) → list of Difference

    @property
    def points(self):
        """The points of all parts together."""
        return float(sum(part.points for part in self.parts.values()))

    def expected(self, case):
        """Return what the reference gives."""
        return self.reference(*case.given())


class Asked:
    """A question with its inputs drawn: made once, and put to every submission of a class."""

    def __init__(self, question, cases):
        self.question, self.cases = question, cases
        self.runs = {}  # {(mistake, place of the case): what `run` gave}

    def probe(self, answers, stand_ins):
        """Call the answer on each case, or fetch it where it is a value; return the outcomes."""
        if self.question.value:
            return [answers.value(self.question.name)]
        return answers.calls(self.question.name, self, stand_ins)

    @cached_property
    def sent(self):
        """The frame of the question's name, the arguments of all cases, and which of them are strict."""
        strict = [k for k, case in enumerate(self.cases) if case.strict]
        return encode([self.question.name, [list(case.arguments) for case in self.cases], strict])

    @cached_property
    def expected(self):
        return [self.question.expected(case) for case in self.cases]

    @cached_property
    def agreement(self):
        """What right replies look like, where the question compares in the usual way."""
        return Agreement(self.expected)

    def simulated(self, mistake, k):
        """Return what a known mistake gives for the k-th case, and what it raised; each runs once."""
        if (mistake, k) not in self.runs:
            self.runs[mistake, k] = run(mistake.wrong, self.cases[k].given(), self.cases[k].strict)
        return self.runs[mistake, k]

    def agrees(self, wrong, got, relative):
        """Say whether a result is the same as that of a wrong version, to a tolerance."""
        question = self.question
        find = differences if question.compare is compare else question.compare
        return next(iter(find(wrong, got, question.returns, relative)), None) is None

    def are_right(self, outcomes):
        """Say of each outcome whether it is not decoded yet and the expected reply."""
        if self.question.value or self.question.compare is not compare:
            return [False] * len(outcomes)
        return self.agreement.holds(outcomes)


def run(function, arguments, strict=False):
    """Return a wrong version's result and the name of what it raised, or an empty one."""
    try:
        with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"), watched(strict):
            if not strict:
                warnings.simplefilter("ignore")  # a mistake may overflow; that is its own affair
            return function(*arguments), ""
    except Exception as error:
        return None, type(error).__name__


@dataclass(frozen=True)
class Finding:
    """What the judge found of one case: what was expected, and how the outcome differs."""

    case: Case
    outcome: object
    expected: object
    differences: list
    changed: bool  # the call changed its arguments

    @property
    def warned(self):
        """Say whether all that is known to be wrong is a warning where none may be raised."""
        return self.case.strict and self.outcome.type == WARNING

    def wrong_paths(self, names):
        """Return the set of the result's paths that are wrong in this case."""
        if not (self.outcome.problem or self.differences):
            return set()
        paths = leaves(self.expected, names)
        if self.outcome.problem:
            return set(paths)
        heads = [d.path for d in self.differences]
        return {p for p in paths if any(p[: len(head)] == head for head in heads)}


def is_right(asked, outcomes):
    """Say whether there is nothing wrong in any case; the first that is found ends the search."""
    looked_at = zip(asked.are_right(outcomes), outcomes, asked.expected, strict=True)
    return all(
        right or not (got.problem or got.changed) and asked.agrees(expected, got.result, RELATIVE)
        for right, got, expected in looked_at
    )


def judge(asked, outcomes):
    """Compare the outcomes of a question's cases with the reference.

    Parameters
    ----------
    asked : Asked
    outcomes : list of Outcome
        One a case.

    Returns
    -------
    list of Finding
        One a case.
    """
    findings, question = [], asked.question
    looked_at = zip(asked.cases, outcomes, asked.expected, asked.are_right(outcomes), strict=True)
    for case, outcome, expected, right in looked_at:
        if right:
            outcome.settle()
            findings.append(Finding(case, outcome, expected, [], False))
            continue
        found = [] if outcome.problem else question.compare(expected, outcome.result, question.returns)
        findings.append(Finding(case, outcome, expected, found, not outcome.problem and outcome.changed))
    return findings


def full_marks(question):
    """Return {part: (points, of how many)} of a right answer."""
    return {name: (float(part.points), float(part.points)) for name, part in question.parts.items()}


def score_parts(question, findings):
    """Return {part: (points, of how many)} by what was found.

    The parts about arguments and float32 count only where some value is right: an answer
    that returns nothing changes no argument either.
    """
    if not any(f.outcome.problem or f.differences or f.changed for f in findings):
        return full_marks(question)
    scores = {}
    for name, part in question.parts.items():
        right = part_is_right(name, part, question, findings)
        scores[name] = (float(part.points) if right else 0.0, float(part.points))
    if not any(got for name, (got, _) in scores.items() if name not in (SHAPED, SINGLE)):
        return {name: (0.0, full) for name, (_, full) in scores.items()}
    return scores


def part_is_right(name, part, question, findings):
    """Say whether a part is right in the cases that it concerns; arguments have to be kept in all."""
    concerned = [f for f in findings if part.concerns(f.case)]
    if name == SHAPED:
        return not any(f.changed for f in findings) and all(
            f.warned or not f.outcome.problem for f in concerned
        )
    return not any(map(part.about, set().union(*(f.wrong_paths(question.returns) for f in concerned))))
