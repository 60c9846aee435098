"""One submission in the sandbox: its cells run in order, its answers called, restarted where it must be."""

import contextlib
import time
from dataclasses import asdict, dataclass, field, replace

from .marking import Verdict, mark
from .notebook import NotebookError, answers_of, cells_to_run, read_notebook, rebuild
from .outcome import Outcome

CELL_SECONDS = 10
CHECK_SECONDS = 10


@dataclass
class Graded:
    """What grading a submission gave: a verdict a question, and a note where something was amiss."""

    verdicts: list
    note: str = ""
    notebook: dict = field(default_factory=dict)

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
        return {"note": self.note, "verdicts": [asdict(verdict) for verdict in self.verdicts]}

    @classmethod
    def of(cls, plain):
        """Return what `plain` gave as plain data, its lists as the tuples that they were."""
        verdicts = []
        for verdict in plain["verdicts"]:
            parts = {name: tuple(points) for name, points in verdict["parts"].items()}
            verdicts.append(Verdict(**verdict | {"parts": parts, "rests_on": tuple(verdict["rests_on"])}))
        return cls(verdicts, plain["note"])


class SandboxAnswers:
    """The answers of a submission whose cells run in a fork of the sandbox's warm process."""

    def __init__(self, sandbox, cells, present):
        self.sandbox, self.cells, self.present = sandbox, cells, present
        self.fork, self.done = None, 0
        self.broken = {}  # {name of a cell: Outcome}, for cells that did not run through
        self.deadline = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def stop(self):
        """End the fork; the next request starts another and runs the cells again."""
        if self.fork:
            self.fork.__exit__(None, None, None)
        self.fork = None

    def reach(self, name):
        """Run the cells up to the one of this name, but for those that did not come back before."""
        last = [cell for cell, _ in self.cells].index(name)
        if self.fork is None:
            self.fork, self.done = self.sandbox.fork(), 0
        while self.done <= last:
            cell, source = self.cells[self.done]
            self.done += 1
            if self.broken.get(cell, Outcome()).problem not in ("time", "died", "unreadable"):
                self.run(cell, source, name)

    def run(self, cell, source, name):
        outcome = self.fork.cell(source, CELL_SECONDS)
        if outcome.problem:
            self.broken[cell] = outcome
        if self.lost(outcome):
            self.reach(name)

    def lost(self, outcome):
        """Stop the fork if it can no longer be talked to, and say so."""
        lost = outcome.problem in ("time", "died", "unreadable")
        if lost:
            self.stop()
        return lost

    @contextlib.contextmanager
    def time_for_a_check(self, name):
        """Give the calls of one question their time together; the cells before it run first."""
        self.reach(name)
        self.deadline = time.monotonic() + CHECK_SECONDS
        yield

    def call(self, name, arguments, stand_ins):
        return self.ask(name, lambda fork, left: fork.call(name, arguments, left, stand_ins))

    def value(self, name):
        return self.ask(name, lambda fork, left: fork.value(name, left))

    def ask(self, name, request):
        """Put a request to the fork in what is left of the time."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            return Outcome(problem="time")
        self.reach(name)
        outcome = request(self.fork, left)
        self.lost(outcome)
        return self.told(name, self.broken.get(name, outcome) if outcome.problem == "missing" else outcome)

    def told(self, name, outcome):
        """Return the outcome as the student may read it: a name only if the notebook has it."""
        if outcome.problem == "unanswered" and name not in self.present:
            return Outcome(problem="absent")
        in_notebook = outcome.name.isidentifier() and any(outcome.name in source for _, source in self.cells)
        return outcome if in_notebook else replace(outcome, name="")


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
    notebook = rebuild(released, answers)
    if note:
        return Graded([nothing(question, note) for question in questions], note, notebook)
    with SandboxAnswers(sandbox, cells_to_run(notebook), set(answers)) as session:
        return Graded(list(mark(questions, session, seed)), note, notebook)


def nothing(question, note):
    """Return the verdict of a question for which there is no answer to judge."""
    parts = {name: (0.0, float(part.points)) for name, part in question.parts.items()}
    return Verdict(question.name, parts, None, f"{question.name}: {note}")
