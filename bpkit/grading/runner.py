"""Many submissions: found, graded in parallel by warm processes, kept, and skipped where nothing changed."""

import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

from .course import CourseError, write_whole
from .feedback import feedback_page
from .gradebook import open_gradebook
from .notebook import SIZE_LIMIT, with_verdicts
from .questions import questions_of
from .submission import Graded, nothing
from .worker import grade_one, start_worker

PACKAGE = Path(__file__).parents[1]
SAMPLE = PACKAGE / "grading" / "sample"


@dataclass(frozen=True)
class Submission:
    """A student's notebook for one set; `data` is None where none was handed in."""

    student: str
    data: bytes | None
    timestamp: str | None


def find_submissions(folder, set_name):
    """List the submissions of a set in ``folder/<student>/<set>/``.

    Raises
    ------
    CourseError
        If there are none.
    """
    places = sorted(path for path in Path(folder).glob(f"*/{set_name}") if path.is_dir())
    if not places:
        raise CourseError(
            f"There are no submissions of {set_name} in {folder}. They belong in "
            f"{folder}/<student>/{set_name}/{set_name}.ipynb"
        )
    return [submission(place, set_name) for place in places]


def submission(place, set_name):
    """Read one submission; a single notebook under another name counts too."""
    path = place / f"{set_name}.ipynb"
    others = list(place.glob("*.ipynb"))
    path = others[0] if not path.exists() and len(others) == 1 else path
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError:
        data = None
    return Submission(place.parent.name, data, timestamp(place / "timestamp.txt"))


def timestamp(path):
    """Return when a submission was handed in, or None where its file is missing or holds no time."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        from nbgrader.utils import parse_utc  # takes a second to import

        parse_utc(text)
    except (OSError, ValueError, OverflowError):
        return None
    return text


def grade_class(
    course, set_name, submissions, workers=None, progress=lambda done, total, student, graded: None
):
    """Grade a class, and write gradebook, notebooks and feedback.

    What was graded before with the same notebook, questions and seed is taken as it stands.

    Parameters
    ----------
    course : Course
    set_name : str
    submissions : list of Submission
    workers : int, optional
        Processes; by default one a core.
    progress : callable
        Called as (done, total, student, Graded) after each submission that was graded anew.

    Returns
    -------
    graded : dict of {str: Graded}
        By student.
    skipped : set of str
        Students whose verdicts stood already.
    """
    stamp = fingerprint(course, set_name)
    keys = {s.student: hashlib.sha256(stamp + (s.data or b"none")).hexdigest() for s in submissions}
    kept = {s.student: kept_verdict(course, set_name, s.student, keys[s.student]) for s in submissions}
    graded = {student: verdict for student, verdict in kept.items() if verdict}
    todo = [s for s in submissions if s.student not in graded]
    with open_gradebook(course, set_name) as gradebook:
        for s in submissions:
            if s.student in graded and not gradebook.has(s.student):
                gradebook.write(s, graded[s.student])
        for done, (s, result) in enumerate(grade_all(course, set_name, todo, workers), 1):
            gradebook.write(s, result)
            keep(course, set_name, s.student, keys[s.student], result)
            graded[s.student] = result
            progress(done, len(todo), s.student, result)
    return {s.student: graded[s.student] for s in submissions}, set(graded) - {s.student for s in todo}


def fingerprint(course, set_name):
    """Return a hash of all that a verdict depends on besides the submission."""
    digest = hashlib.sha256(course.released_bytes(set_name) + course.seed().encode())
    rooms = (PACKAGE / "grading", PACKAGE / "reference")
    judging = [PACKAGE / "exercise.py", *(path for room in rooms for path in room.rglob("*.py"))]
    for path in sorted(path for path in judging if SAMPLE not in path.parents):
        digest.update(path.read_bytes())
    return digest.digest()


def grade_all(course, set_name, submissions, workers):
    """Yield (submission, Graded) as they are ready; if one ends a worker, the rest go on, each alone."""
    setup = (course.released(set_name), set_name, course.seed())
    left = list(submissions)
    try:
        for s, result in grade_in_pool(setup, submissions, workers):
            left.remove(s)
            yield s, result
    except BrokenProcessPool:
        for s in left:
            try:
                yield from grade_in_pool(setup, [s], 1)
            except BrokenProcessPool:
                yield s, not_judged(setup, "It ended the grader's process.")


def grade_in_pool(setup, submissions, workers):
    """Yield (submission, Graded) from a pool of processes."""
    if not submissions:
        return
    workers = min(workers or os.cpu_count() or 1, len(submissions))
    pool = ProcessPoolExecutor(workers, get_context("spawn"), start_worker, setup)
    try:
        waiting = {pool.submit(grade_one, s.data): s for s in submissions}
        for future in as_completed(waiting):
            yield waiting[future], result_of(future, setup)
    except (KeyboardInterrupt, GeneratorExit):
        for process in active_children():  # a worker may be waiting for an endless loop
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def result_of(future, setup):
    """Return what a worker found; an error of the grader's own is written down, and the class goes on."""
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:
        return not_judged(setup, f"The grader met with a {type(error).__name__}.")


def not_judged(setup, why):
    """Return what is written of a submission that could not be judged; a person has to look at it."""
    released, set_name, _ = setup
    note = f"This submission could not be judged. {why}"
    return Graded([nothing(question, note) for question in questions_of(set_name).values()], note, released)


def record_path(course, set_name, student):
    return course.autograded(student, set_name) / "verdict.json"


def kept_verdict(course, set_name, student, key):
    """Return what was graded before, or None if there is nothing or something has changed."""
    try:
        record = json.loads(record_path(course, set_name, student).read_text(encoding="utf-8"))
        return Graded.of(record) if record["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(course, set_name, student, key, graded):
    """Write the graded notebook and the feedback page, and last the record that says it is done."""
    notebook = with_verdicts(graded.notebook, graded.verdicts)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    write_whole(course.autograded(student, set_name) / f"{set_name}.ipynb", text)
    write_whole(course.feedback(student, set_name), feedback_page(student, set_name, graded))
    record = json.dumps({"key": key, **graded.plain()}, indent=1, ensure_ascii=False)
    write_whole(record_path(course, set_name, student), record + "\n")


def all_kept(course, set_name):
    """Return what is graded of a set, whatever it was graded with, by student."""
    records = sorted((course.home / "autograded").glob(f"*/{set_name}/verdict.json"))
    return {path.parents[1].name: Graded.of(json.loads(path.read_text(encoding="utf-8"))) for path in records}
