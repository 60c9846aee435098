"""Many submissions: graded by warm workers here or on a cluster, kept, and skipped where nothing changed."""

import fcntl
import hashlib
import json
import time
import zlib
from contextlib import contextmanager

from .asserts import released_with_tests
from .course import CourseError
from .database import in_sentences
from .gradebook import open_gradebook
from .handed_in import find_submissions
from .notebook import grade_id, is_answer, is_check
from .questions import SETS
from .records import kept
from .run import Run, Step, Summary
from .sandbox.levels import SandboxRefused, refusal, safe
from .turns import take_turns
from .worker import Setup, sources

__all__ = ["Step", "Summary", "find_submissions", "grade_class", "kept"]


def grade_class(
    course,
    set_name,
    submissions,
    *,
    workers=None,
    scheduler=None,
    level=None,
    progress=lambda step: None,
):
    """Grade a class, and write gradebook, notebooks and feedback.

    What was graded before with the same notebook, questions and seed is skipped.

    Parameters
    ----------
    course : Course
    set_name : str
    submissions : list of Submission
    workers : int, optional
        Processes; by default one a core. A cluster that is there has its own.
    scheduler : str, optional
        Grade on a Dask cluster: the one at this address, or with ``local`` one that is started here.
    level : str, optional
        Of the sandbox; by default the best at which students' code is secluded.
    progress : callable
        Called with a Step for each submission that was graded, once its verdict is safe on disk.

    Returns
    -------
    Summary

    Raises
    ------
    CourseError
        If something is amiss that the instructor can mend.
    SandboxRefused
        If the machine does not offer the sandbox's level.
    """
    began = time.monotonic()
    refuse_unfit(course, set_name)
    level = level_of(level, scheduler)
    with in_sentences(course), alone(course), open_gradebook(course, set_name) as gradebook:
        released = released_of(course, set_name)
        run = Run(course, set_name, gradebook, fingerprint(course, released), progress)
        turns = run.plan(submissions)
        if turns:
            setup = Setup(set_name, released, course.seed(), level, sources())
            with team_of(scheduler, workers) as team:
                for finished in take_turns(team, setup, turns, run.task):
                    run.take(finished)
                run.write()
    run.summary.seconds = time.monotonic() - began
    run.summary.level = run.summary.level or level or ""
    return run.summary


def level_of(level, scheduler):
    """Return the sandbox's level here; the workers of a cluster that is there each find their own."""
    if scheduler not in (None, "local"):
        return level
    level = level or safe()
    why = refusal(level)
    if why:
        raise SandboxRefused(why)
    return level


def team_of(scheduler, workers):
    """Return those who do the work; Dask is imported only where it is asked for."""
    if scheduler is None:
        from .processes import Processes

        return Processes(workers)
    from .cluster import Cluster

    return Cluster(scheduler, workers)


@contextmanager
def alone(course):
    """Let no second run write into a course's folder; the lock ends with this process, however it ends."""
    course.seed()
    with (course.home / "gradebook.seed").open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                f"Another bpkit grade is grading into {course.home}. Wait until it has ended."
            ) from None
        yield


def refuse_unfit(course, set_name):
    """Raise a CourseError if the released notebook has other cells or points than the questions."""
    cells, questions = course.released(set_name)["cells"], SETS.get(set_name, ())
    checks = [cell for cell in cells if is_check(cell) and not is_answer(cell)]
    given = {grade_id(cell): cell["metadata"]["nbgrader"].get("points", 0) for cell in checks}
    asked = {f"check_{question.name}": question.points for question in questions}
    answers = {grade_id(cell) for cell in cells if is_answer(cell) and cell["cell_type"] == "code"}
    for name in (question.name for question in questions):
        if name not in answers:
            raise changed(course, set_name, f"it lacks the cell for the answer {name}")
    for name in [*asked, *given] if questions else ():
        if given.get(name) != asked.get(name):
            has, wants = (f"{p[name]:g} points" if name in p else "none" for p in (given, asked))
            raise changed(course, set_name, f"its cell {name} has {has}, but should have {wants}")


def changed(course, set_name, how):
    return CourseError(
        f"{course.released_path(set_name)} has been changed: {how}. Move the file away, and run: "
        f"bpkit release {set_name}. If you mean to change the set, change its questions in "
        f"bpkit/grading/questions/{set_name}.py too."
    )


def released_of(course, set_name):
    """Return the released notebook as workers get it; with its hidden tests, where the tests are its own."""
    own = set_name in SETS
    released = course.released(set_name) if own else released_with_tests(course, set_name)
    return zlib.compress(json.dumps(released).encode())


def fingerprint(course, released):
    """Return a hash of all that a verdict depends on besides the submission."""
    return hashlib.sha256(released + course.seed().encode() + sources().encode()).digest()
