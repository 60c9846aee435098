"""What runs in each worker, on this machine or another: one submission in, its verdicts and pages out.

A task carries all that it needs, and brings back a few kilobytes; nothing is shared but the package.
"""

import atexit
import functools
import hashlib
import json
import threading
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from .asserts import grade_asserts, verdict, without_files
from .course import FULL, CourseError, write_whole
from .feedback import feedback_page
from .limits import Limits
from .notebook import (
    answers_of,
    grade_id,
    is_answer,
    is_check,
    read_notebook,
    rebuild,
    source_of,
    with_verdicts,
)
from .questions import SETS
from .sandbox.levels import SandboxRefused
from .sandbox.process import Sandbox
from .submission import Graded, grade_submission, nothing

PACKAGE = Path(__file__).parents[1]
AFTERWARDS = ("report.py", "exports.py", "likeness.py", "statistics.py")  # they read verdicts alone
TRIES = 2  # a sandbox that broke may have been broken from outside


class WorkerEnded(Exception):
    """A worker ended before a task was done; `at_work` says whether it was at work on this one."""

    def __init__(self, at_work):
        super().__init__(at_work)
        self.at_work = at_work


@dataclass(frozen=True)
class Setup:
    """What is the same for a whole run."""

    set_name: str
    released: bytes  # the notebook as it was handed out, as compressed JSON
    seed: str
    level: str | None  # of the sandbox; None for the best that the worker's machine offers
    sources: str  # hash of the code that judges


@dataclass(frozen=True)
class Task:
    """One submission: to be judged, or, where it has a record, only to be shown once more."""

    student: str
    data: bytes | None
    amiss: str = ""  # why it cannot be judged
    record: dict | None = None
    paths: tuple = ()  # of notebook and feedback, where the worker can write them itself


@dataclass(frozen=True)
class Result:
    """What comes back: the record as JSON, the scores by name, and the files that are to be written."""

    record: str
    scores: dict
    unanswered: frozenset
    files: tuple  # compressed
    failed: bool
    seconds: float


def work(setup, task):
    """Judge one submission, and make its pages.

    Raises
    ------
    CourseError
        If this worker has other code than the one that asks, or no space left.
    SandboxRefused
        If this machine does not offer the sandbox's level.
    """
    if sources_here() != setup.sources:
        raise CourseError(
            "A worker has other code than the bpkit that asked it, and could judge otherwise. Install the "
            "same version there; where the code was changed meanwhile, run the command again."
        )
    if task.record is not None:
        return shown(setup, task, remembered(setup, task), failed=False)
    if task.amiss:
        return shown(setup, task, unjudged(setup, task.amiss), failed=True)
    return judged(setup, task)


def judged(setup, task):
    """Judge a submission; an error of the grader's own is written down, and the class goes on."""
    began = time.monotonic()
    for left in reversed(range(TRIES)):
        try:
            graded = grade(setup, task.data)
            graded.seconds = graded.seconds or time.monotonic() - began
            return shown(setup, task, graded, failed=False)
        except CourseError:
            raise
        except Exception as error:
            close_sandbox()
            if isinstance(error, SandboxRefused) and not left:
                raise
            if getattr(error, "errno", None) in FULL:
                raise CourseError(f"A worker has no space left ({error}). Make room there.") from error
            met = f"The grader met with a {type(error).__name__}."
    return shown(setup, task, unjudged(setup, met), failed=True)


def grade(setup, data):
    released, questions = prepared(setup)
    sandbox = sandbox_of(setup.level, Limits.of(released))
    if questions is None:
        return grade_asserts(sandbox, data, released)
    return grade_submission(sandbox, data, released, questions, setup.seed)


@functools.lru_cache(maxsize=4)
def prepared(setup):
    """Return the released notebook, and the questions; None where the set's tests are its own."""
    questions = SETS.get(setup.set_name)
    return json.loads(zlib.decompress(setup.released)), questions and list(questions)


def unjudged(setup, why):
    """Return what is written of a submission that could not be judged; a person has to look at it."""
    released, questions = prepared(setup)
    note = f"This submission could not be judged. {why}"
    if questions is None:
        verdicts = [verdict(cell, 0.0, note) for cell in filter(is_check, released["cells"])]
    else:
        verdicts = [nothing(question, note) for question in questions]
    return Graded(verdicts, note, without_files(released))


def remembered(setup, task):
    """Return a record with the student's answers, and without running anything."""
    graded, (released, _) = Graded.of(task.record), prepared(setup)
    answers = {} if graded.note else answers_of(read_notebook(task.data), released)
    graded.notebook = without_files(rebuild(released, answers))
    return graded


def shown(setup, task, graded, failed):
    """Return the result: what is kept of a verdict, and what is to be read of it."""
    notebook = graded.notebook if graded.inside else marked_outside(graded)
    page = feedback_page(task.student, setup.set_name, graded)
    files = json.dumps(notebook, ensure_ascii=False) + "\n", page  # with an indent it takes ten times as long
    return Result(
        record=json.dumps(graded.plain()),
        scores={verdict.name: verdict.score for verdict in graded.verdicts},
        unanswered=unanswered(prepared(setup)[0], notebook),
        files=delivered([text.encode(errors="replace") for text in files], task.paths),
        failed=failed,
        seconds=graded.seconds,
    )


def marked_outside(graded):
    """Return the graded notebook with its verdicts, and with where they come from."""
    notebook = with_verdicts(graded.notebook, graded.verdicts)
    own = {"verdict": "outside", "level": graded.level}
    return notebook | {"metadata": notebook["metadata"] | {"bpkit": own}}


def delivered(files, paths):
    """Write files where that is possible here; those that are to be written elsewhere are returned."""
    if not paths:
        return tuple(zlib.compress(data, 1) for data in files)
    for path, data in zip(paths, files, strict=True):
        write_whole(path, data)
    return ()


def unanswered(released, notebook):
    """Return the names of the answers that are as they were handed out."""
    stubs = {grade_id(cell): source_of(cell) for cell in released["cells"] if is_answer(cell)}
    answers = {grade_id(cell): source_of(cell) for cell in notebook["cells"] if is_answer(cell)}
    return frozenset(name for name, source in answers.items() if stubs.get(name) == source)


@functools.cache
def sources_here():
    return sources()


def sources():
    """Return a hash of the code that judges, as it is on disk."""
    digest = hashlib.sha256()
    rooms = (PACKAGE / "grading", PACKAGE / "reference")
    judging = {PACKAGE / "exercise.py", *(path for room in rooms for path in room.rglob("*.py"))}
    judging -= {PACKAGE / "grading" / name for name in AFTERWARDS}
    for path in sorted(path for path in judging if PACKAGE / "grading" / "sample" not in path.parents):
        digest.update(path.read_bytes())
    return digest.hexdigest()


warm = threading.local()  # each thread's sandbox, and what it was started for
started = []


def sandbox_of(level, limits):
    """Return this thread's sandbox; it is started at its first submission."""
    if getattr(warm, "key", None) != (level, limits):
        close_sandbox()
        warm.sandbox = Sandbox(level, limits).__enter__()
        warm.key = (level, limits)
        started.append(warm.sandbox)
    return warm.sandbox


def close_sandbox():
    """End this thread's sandbox, if it has one."""
    if getattr(warm, "key", None):
        warm.key = None
        started.remove(warm.sandbox)
        warm.sandbox.__exit__()


@atexit.register
def close_all():
    """End the sandboxes of all threads."""
    while started:
        started.pop().__exit__()
