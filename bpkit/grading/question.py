"""What a question is: inputs drawn, a call made beside the student's code, and a judge that stays outside."""

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from .agreement import Agreement
from .blanks import has_blanks, without_blanks
from .comparison import RELATIVE, compare, differences, leaves
from .outcome import WARNING
from .sandbox.cases import watched
from .sandbox.frames import encode
from .sandbox.probes import call, provide
from .sandbox.values import AS_GIVEN, Handed
from .scoring import entirely

LARGE = "large numbers"  # tags that begin so are of cases in which no warning may be raised


@dataclass(frozen=True)
class Case:
    """One call of an answer.

    Parameters
    ----------
    tag : str
        What kind of case it is; parts name the tags that concern them. In a case whose tag begins with
        "large numbers" no warning may be raised.
    arguments : tuple
        An argument may be a function, or a list of functions: pure ones, for they stay with the grader,
        who computes them wherever the answer calls them.
    """

    tag: str
    arguments: tuple = ()

    @property
    def strict(self):
        """Say whether numpy's warnings are errors in this case."""
        return self.tag.startswith(LARGE)

    def given(self):
        """Return fresh copies of the arguments, with what stands behind those that are `Provided`."""
        return [provide(copy.deepcopy(value)) for value in self.arguments]


@dataclass(frozen=True, eq=False)
class Mistake:
    """A known mistake: a wrong version of the reference, and one sentence for the student.

    Parameters
    ----------
    number : str or None
        Its number in the catalogue, such as M14, if it stands there.
    says : str
        What the student reads.
    equation : str
        The label of the equation to look at.
    wrong : callable
        The wrong version; it takes the question's arguments.
    steps, taken : object and callable, optional
        Where it is a mistake in single steps: the steps, see ``pairs.both``, and what takes them,
        ``(steps, *arguments)`` → result.
    """

    number: str | None
    says: str
    equation: str
    wrong: Callable
    steps: object = None
    taken: Callable | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """A question: plain data, `draw` for its inputs, and a reference to judge by.

    Parameters
    ----------
    name : str
        The grade_id of the answer's cell.
    parts : dict of {str: Part}
        What the points are for, by the name of the part.
    equation : str
        The label of the equation that it rests on.
    draw : callable
        Takes a numpy.random.Generator and returns a list of `Case`.
    reference : callable
        What is right; it takes the arguments of a case.
    returns : str, tuple or list, optional
        Names of the results, see ``compare``.
    mistakes : tuple of Mistake
        The known mistakes.
    value : bool
        Whether the answer is a value, not a function.
    compare : callable
        (expected, got, names, relative) → list of `Difference`.
    by_symptoms : bool
        Whether results are random: a mistake shows in what ``compare`` says, not in numbers.
    probe : str
        What calls the answer, of ``sandbox.probes.PROBES``; plainly if none does.
    uses : dict
        Of the other answers that the probe calls, by name, the references.
    seconds : int, optional
        Of CPU time for all calls together, if not those of the limits.
    again : bool
        Whether some cases are drawn a second time, for answers that remember.
    stands_in : bool
        Whether the reference takes the place of a wrong answer in later ones.
    """

    name: str
    parts: dict
    equation: str
    draw: Callable
    reference: Callable
    returns: str | tuple | list | None = None
    mistakes: tuple = ()
    value: bool = False
    compare: Callable = compare
    by_symptoms: bool = False
    probe: str = ""
    uses: dict = field(default_factory=dict)
    seconds: int | None = None
    again: bool = True
    stands_in: bool = True

    @property
    def points(self):
        """The points of all parts together."""
        return float(sum(part.points for part in self.parts.values()))

    @property
    def lenient(self):
        """Say whether a part may give all its points although a case is wrong."""
        return any(part.share is not entirely for part in self.parts.values())

    @property
    def answers(self):
        """The names of the answer and of those that the probe calls besides."""
        return [self.name, *self.uses]

    def expected(self, case):
        """Return what the reference gives."""
        return self.call(self.reference, case.given())

    def call(self, function, arguments):
        """Call a function as the answer is called, with the references of the others that it needs."""
        return call(self.probe, [function, *self.uses.values()], arguments)


class Asked:
    """A question with its inputs drawn: made once, and put to every submission of a class."""

    def __init__(self, question, cases):
        self.question, self.cases = question, cases
        self.runs = {}  # {(mistake, place of the case): what `run` gave}
        self.evidence = {}  # {place of the case: which pairs of mistakes it speaks against}

    def probe(self, answers, stand_ins):
        """Call the answer on each case, or fetch it once where it is a value; return the outcomes."""
        if self.question.value:
            return [answers.value(self.question.name)] * len(self.cases)
        return answers.calls(self.question.name, self, stand_ins)

    @cached_property
    def sent(self):
        """The frame of the question's name, the arguments of all cases, and which of them are strict."""
        strict = [k for k, case in enumerate(self.cases) if case.strict]
        return encode([self.question.name, self.arguments_and_functions[0], strict], depth=AS_GIVEN)

    @property
    def functions(self):
        """The functions among the arguments, by number."""
        return dict(enumerate(self.arguments_and_functions[1]))

    @cached_property
    def arguments_and_functions(self):
        functions = []
        return [[numbered(value, functions) for value in case.arguments] for case in self.cases], functions

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
            case = self.cases[k]
            wrong = partial(self.question.call, mistake.wrong, case.given())
            self.runs[mistake, k] = run(wrong, case.strict)
        return self.runs[mistake, k]

    def shows(self, wrong, finding, relative):
        """Say whether a case shows what a known mistake gives: the same result, or the same symptoms."""
        if self.question.by_symptoms:
            return said(self.question.compare(finding.expected, wrong, self.question.returns)) == said(
                finding.differences
            )
        got = finding.outcome.result
        if finding.has_blanks:
            wrong, got = without_blanks(wrong, got)
        return self.agrees(wrong, got, relative)

    def differences(self, wrong, got, relative):
        """Return where a result differs from that of a wrong version, to a tolerance."""
        question = self.question
        find = differences if question.compare is compare else question.compare
        return find(wrong, got, question.returns, relative)

    def agrees(self, wrong, got, relative):
        """Say whether a result is the same as that of a wrong version, to a tolerance."""
        return next(iter(self.differences(wrong, got, relative)), None) is None

    def are_right(self, outcomes):
        """Say of each outcome whether it is not decoded yet and the expected reply."""
        if self.question.value or self.question.compare is not compare:
            return [False] * len(outcomes)
        return self.agreement.holds(outcomes)


def numbered(value, functions):
    """Return an argument with numbers in the place of its functions, which are put into a list.

    >>> numbered([abs, 0.5], functions := []), functions
    ([Handed(number=0), 0.5], [<built-in function abs>])
    """
    if callable(value):
        functions.append(value)
        return Handed(len(functions) - 1)
    return [numbered(item, functions) for item in value] if type(value) is list else value


def said(differences):
    return {(d.path, d.says) for d in differences}


def run(function, strict=False):
    """Return a wrong version's result and the name of what it raised, or an empty one."""
    try:
        with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"), watched(strict):
            if not strict:
                warnings.simplefilter("ignore")  # a mistake may overflow; that is its own affair
            return function(), ""
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

    @cached_property
    def has_blanks(self):
        """Say whether entries of the result are no numbers: a known mistake may have others there."""
        return has_blanks(self.outcome.result)

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
