"""One run over a class: what stands is skipped, what is finished is written, and what is safe is reported."""

import hashlib
import heapq
import json
import time
import zlib
from dataclasses import dataclass, field

from .course import write_whole
from .records import keys_of, record_of
from .rows import Entry
from .sandbox.levels import LEVELS
from .submission import Graded
from .turns import Turn
from .worker import Task

BATCH = 32  # submissions that are written in one transaction;
BATCH_SECONDS = 0.5  # or fewer, where it takes longer until there are so many
SLOWEST = 5


@dataclass(frozen=True)
class Step:
    """One submission is graded, and what came of it is safe on disk."""

    done: int
    total: int
    failed: int  # of those that are done: could not be judged
    student: str
    graded: Graded  # without its notebook
    seconds: float


@dataclass
class Summary:
    """What a run did; the three numbers together are the class."""

    graded: int = 0
    skipped: int = 0  # nothing had changed since they were graded
    failed: int = 0  # could not be judged; the next run tries them again
    seconds: float = 0.0
    slowest: list = field(default_factory=list)  # of (student, seconds)
    level: str = ""  # of the sandbox: the weakest that was used

    def count(self, step):
        """Count one submission that was graded."""
        self.graded, self.failed = step.done - step.failed, step.failed
        self.slowest = heapq.nlargest(
            SLOWEST, [*self.slowest, (step.student, step.seconds)], key=lambda s: s[1]
        )
        self.level = max(self.level, step.graded.level, key=("", *LEVELS).index)


class Run:
    """One run over a class."""

    def __init__(self, course, set_name, gradebook, stamp, progress):
        self.course, self.set_name, self.gradebook = course, set_name, gradebook
        self.stamp, self.progress, self.summary = stamp, progress, Summary()
        self.keys = keys_of(gradebook.engine, set_name)
        self.entered = gradebook.students()
        self.batch, self.since = [], 0.0
        self.total = self.failed = 0

    def plan(self, submissions):
        """Return the turns that there are; where all stands, there is none."""
        turns = []
        for submission in submissions:
            known = self.keys.get(submission.student) == self.key(*submission.read())
            self.summary.skipped += known
            self.total += not known
            if not (known and self.stands(submission)):
                turns.append(Turn(submission))
        return turns

    def stands(self, submission):
        """Say whether a student's rows are in the gradebook, and the files in their places."""
        there = all(path.exists() for path in self.paths(submission.student))
        copied = all(p.is_file() and p.read_bytes() == data for p, data in self.receipts(submission))
        return submission.student in self.entered and there and copied

    def key(self, data, amiss):
        """Return the hash of all that a verdict rests on."""
        return hashlib.sha256(self.stamp + (amiss.encode() or data or b"none")).hexdigest()

    def paths(self, student):
        """Return where a student's notebook and feedback belong."""
        notebook = self.course.autograded(student, self.set_name) / f"{self.set_name}.ipynb"
        return notebook, self.course.feedback(student, self.set_name)

    def receipts(self, submission):
        """List (path, bytes) of what nbgrader looks for beside notebook and feedback when it releases."""
        folders, receipt = [p.parent for p in self.paths(submission.student)], submission.receipt()
        return [(folder / name, data) for folder in folders for name, data in receipt.items()]

    def task(self, turn, at_home):
        """Return the task of a turn, with the notebook as it is now; workers at home write its files."""
        student = turn.submission.student
        data, amiss = turn.submission.read()
        turn.key = self.key(data, amiss)
        turn.shown = self.keys.get(student) == turn.key
        record = record_of(self.gradebook.engine, self.set_name, student) if turn.shown else None
        return Task(student, data, turn.amiss or amiss, record, self.paths(student) if at_home else ())

    def take(self, finished):
        """Take what is finished: files that came back are written at once, the rest when it is time."""
        for turn, result in finished:
            for path, packed in zip(self.paths(turn.submission.student), result.files, strict=False):
                write_whole(path, zlib.decompress(packed))
            for path, data in self.receipts(turn.submission):
                write_whole(path, data)
            self.since = self.since if self.batch else time.monotonic()
            self.batch.append((turn, result))
        if len(self.batch) >= BATCH or time.monotonic() - self.since > BATCH_SECONDS:
            self.write()

    def write(self):
        """Write what was taken, in one transaction, and report it."""
        if not self.batch:
            return
        anew = [(turn, result) for turn, result in self.batch if not turn.shown]
        missing = [(t, r) for t, r in self.batch if not (t.shown and t.submission.student in self.entered)]
        self.gradebook.write(
            [entry(turn, result) for turn, result in missing],
            [record(turn, result) for turn, result in anew],
        )
        self.batch = []
        for turn, result in anew:
            self.report(turn.submission.student, result)

    def report(self, student, result):
        self.failed += result.failed
        done = self.summary.graded + self.summary.failed + 1
        graded = Graded.of(json.loads(result.record))
        step = Step(done, self.total, self.failed, student, graded, result.seconds)
        self.summary.count(step)
        self.progress(step)


def entry(turn, result):
    """Return the rows of nbgrader's that a result asks for."""
    submission = turn.submission
    return Entry(submission.student, result.scores, result.unanswered, submission.timestamp)


def record(turn, result):
    """Return the record of a result; one that could not be judged has no key, and is tried again."""
    return turn.submission.student, "" if result.failed else turn.key, result.record
