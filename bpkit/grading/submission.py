"""One submission in the sandbox: its cells run in order, its answers called, restarted where it must be."""

import ast
import builtins
import contextlib
import time
import warnings
from dataclasses import dataclass, field, replace

from .marking import Verdict, held, mark
from .notebook import NotebookError, answers_of, cells_to_run, read_notebook, rebuild
from .outcome import Outcome
from .sandbox.replies import Unread


@dataclass
class Graded:
    """What grading a submission gave: a verdict a question, and a note where something was amiss."""

    verdicts: list
    note: str = ""
    notebook: dict = field(default_factory=dict)
    level: str = ""  # of the sandbox
    inside: bool = False  # the verdicts come from the set's own asserts, inside the sandbox
    seconds: float = 0.0  # that grading took

    @property
    def score(self):
        return sum(verdict.score for verdict in self.verdicts)

    @property
    def max(self):
        return sum(verdict.max for verdict in self.verdicts)

    def by_function(self):
        """Return what ``bpkit grade --json`` writes of a submission, by the name of the function."""
        return {
            v.name: {
                "score": v.score,
                "max": v.max,
                "parts": {part: list(points) for part, points in v.parts.items()},
                "mistake": v.mistake,
                "message": v.message,
            }
            for v in self.verdicts
        }

    def plain(self):
        """Return the verdicts as plain data, as `Graded.of` takes them back."""
        return {
            "note": self.note,
            "level": self.level,
            "inside": self.inside,
            "seconds": self.seconds,
            "verdicts": [vars(verdict) for verdict in self.verdicts],
        }

    @classmethod
    def of(cls, plain):
        """Return what `plain` gave as plain data, its lists as the tuples that they were."""
        verdicts = []
        for verdict in plain["verdicts"]:
            parts = {name: tuple(points) for name, points in verdict["parts"].items()}
            verdicts.append(Verdict(**verdict | {"parts": parts, "rests_on": tuple(verdict["rests_on"])}))
        rest = {name: plain[name] for name in ("note", "level", "inside", "seconds")}
        return cls(verdicts, **rest)


NAMES = 20  # an honest answer lacks a few; one of thousands would be a letter box
AGAIN = 1  # CPU seconds to ask once more for replies that were ready when the time was over
RICH = ("matplotlib", "pylab", "plots", "IPython", "ipython", "display")  # cells that name these need more
SOURCE_LIMIT = 2**17  # characters of a cell
LINES = 500  # no answer has more; a line that may be any number would be a letter box
LOST = ("time", "memory", "output", "died", "unreadable")  # after these the fork cannot be talked to


class SandboxAnswers:
    """The answers of a submission whose cells run in a fork of the sandbox's warm process."""

    def __init__(self, sandbox, cells, present):
        self.sandbox, self.cells, self.present = sandbox, cells, present
        self.limits = sandbox.limits
        self.sources = dict(cells)
        self.rich = any(word in source for _, source in cells for word in RICH)
        self.places = {cell: place for place, (cell, _) in enumerate(cells)}
        self.fork, self.done, self.sent = None, 0, (0, 0)
        self.broken = {}  # {name of a cell: Outcome}, for cells that did not run through
        self.ends = time.monotonic() + self.limits.submission_seconds
        self.clock = None

    def give_time(self, questions):
        """Let the submission take as much longer as some of its questions may."""
        more = (question.seconds for question in questions if question.seconds)
        self.ends += sum(map(self.limits.wall_seconds, more))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def stop(self):
        """End the fork; the next request starts another and runs the cells again."""
        if self.fork:
            self.sent = self.fork.sent
            self.fork.__exit__(None, None, None)
        self.fork = None

    def start(self):
        """Start a fork; what those before it have sent counts, for it is kept until all is judged."""
        self.fork, self.done = self.sandbox.fork(self.rich), 0
        self.fork.sent = self.sent

    @property
    def out_of_time(self):
        return time.monotonic() >= self.ends or (self.clock is not None and self.clock.over)

    def reach(self, *names):
        """Run the cells up to the last of these names, but for those that did not come back before."""
        if self.fork is None:
            self.start()
        last = max(self.places[name] for name in names)
        while self.done <= last and not self.out_of_time:
            cell, source = self.cells[self.done]
            self.done += 1
            if self.broken.get(cell, Outcome()).problem in LOST:
                continue
            outcome = self.fork.cell(source) if len(source) < SOURCE_LIMIT else Outcome(problem="large")
            if outcome.problem == "rich" and not self.rich:
                self.rich = True
                self.stop()
            elif outcome.problem:
                self.broken[cell] = outcome
            if self.fork is None or self.lost(outcome):
                self.start()

    def lost(self, outcome):
        """Stop the fork if it can no longer be talked to, and say so."""
        lost = not isinstance(outcome, Unread) and outcome.problem in LOST
        if lost:
            self.stop()
        return lost

    @contextlib.contextmanager
    def time_for_a_check(self, question):
        """Give the calls of one question their time together; the cells before it run first."""
        self.clock = None
        self.reach(*question.answers)
        self.clock = self.fork.new_clock(question.seconds or self.limits.check_seconds)
        yield

    def calls(self, name, asked, stand_ins):
        """Return an Outcome for each case; after a case that ended the fork another goes on with the rest.

        Replies come in bundles. Where the last bundle is lost with the fork, its cases are asked once
        more, one reply at a time, so that only the case that ended the fork is without a result.
        """
        outcomes, careful, question = [], False, asked.question
        ours = stand_ins | asked.functions
        while (left := len(asked.cases) - len(outcomes)) and not self.out_of_time:
            self.reach(*question.answers)
            fork, how = self.fork, {"first": len(outcomes), "careful": careful, "probe": question.probe}
            got = fork.calls(question.answers, left, self.clock, ours, **how)
            if self.lost(got[-1]) and not careful:
                careful = True
                if got.pop().problem == "time":
                    self.clock = fork.new_clock(AGAIN)
            outcomes += [self.told(question.answers, outcome) for outcome in got]
        return outcomes + [Outcome(problem="time", limit="time")] * left

    def value(self, name):
        if self.out_of_time:
            return Outcome(problem="time", limit="time")
        if self.fork and self.fork.advised:
            self.stop()  # a value is no function: what ours said before could be it
        self.reach(name)
        outcome = self.fork.value(name, self.clock)
        self.lost(outcome)
        return self.told([name], outcome)

    def told(self, names, outcome):
        """Return the outcome as the student may read it: a name only if the notebook has it."""
        name = names[0]
        if isinstance(outcome, Unread):
            return outcome
        if outcome.problem == "missing":
            outcome = next((self.broken[each] for each in names if each in self.broken), outcome)
        if outcome.problem == "unanswered" and name not in self.present:
            return Outcome(problem="absent")
        known = outcome.name and outcome.name in undefined(self.sources[name])
        last = min(self.sources[name].count("\n") + 1, LINES)
        line = outcome.line if outcome.line and outcome.line <= last else None
        return replace(outcome, name=outcome.name if known else "", line=line)


def undefined(source):
    """Return the names that a cell uses and does not define; none where it is no plain Python, or many.

    >>> sorted(undefined("def f(x): return my_helper(x) + y"))
    ['my_helper', 'y']
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a backslash in a docstring is the student's affair
            nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = [node for node in nodes if isinstance(node, ast.Name)]
    used = {node.id for node in names if isinstance(node.ctx, ast.Load)} - set(dir(builtins))
    given = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    given |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    given |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return used - given if len(used - given) <= NAMES else set()


def grade_submission(sandbox, data, released, questions, seed):
    """Grade one submission.

    Parameters
    ----------
    sandbox : Sandbox
    data : bytes or None
        The notebook as it was handed in; None where there is none.
    released : dict
        The notebook as it was handed out.
    questions : list of Question
    seed : str

    Returns
    -------
    Graded
        Never an exception of the student's making.
    """
    try:
        if data is None:
            raise NotebookError("No notebook was handed in.")
        answers, note = answers_of(read_notebook(data), released), ""
    except NotebookError as error:
        answers, note = {}, str(error)
    notebook, began = rebuild(released, answers), time.monotonic()
    if note:
        verdicts = [nothing(question, note) for question in questions]
    else:
        sandbox.hold(held(tuple(questions), seed))
        with SandboxAnswers(sandbox, cells_to_run(notebook), set(answers)) as session:
            session.give_time(questions)
            verdicts = list(mark(questions, session, seed))
    return Graded(verdicts, note, notebook, sandbox.level, seconds=time.monotonic() - began)


def nothing(question, note):
    """Return the verdict of a question for which there is no answer to judge."""
    parts = {name: (0.0, float(part.points)) for name, part in question.parts.items()}
    return Verdict(question.name, parts, None, f"{question.name}: {note}")
