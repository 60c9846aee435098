"""PostgreSQL as nbgrader's database: a real server, started here where one is installed."""

import os
import shutil
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from grading.notebooks import BY_HAND, ROOT, hand_in, handed_in
from nbgrader.api import Gradebook

from bpkit.grading.course import Course, CourseError, configured
from bpkit.grading.gradebook import marks, open_gradebook
from bpkit.grading.handed_in import find_submissions
from bpkit.grading.rows import Entry
from bpkit.grading.runner import grade_class, kept
from bpkit.grading.sandbox.levels import best

pytest.importorskip("psycopg", reason="The driver psycopg is not installed.")
pytestmark = pytest.mark.slow

STUDENTS = ["Zoë", "ada", "ben", "Émile", "b c"]
OWNER = "postgres"


def programs():
    """Return the folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


def as_owner(folder, *command):
    """Run one of PostgreSQL's programs, which refuse to run as root."""
    user = {"user": OWNER} if os.geteuid() == 0 else {}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **user)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def server(folder):
    """Run a server that is reached through a socket in its folder, and by nobody else."""
    bin, data = programs(), folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    as_owner(folder, bin / "initdb", "-D", data, "-U", OWNER, "--auth=trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    as_owner(folder, bin / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield
    finally:
        as_owner(folder, bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@pytest.fixture(scope="module")
def url():
    """The address of an empty database."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: there is no initdb.")
    with TemporaryDirectory(prefix="pg-") as folder, server(Path(folder)):
        yield f"postgresql+psycopg://{OWNER}@/postgres?host={folder}"


def course_with(root, url):
    """Return a course whose configuration names a database."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder / BY_HAND, root / folder / BY_HAND)
    text = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(f"{text}\nc.CourseDirectory.db_url = {url!r}\n")
    configured.cache_clear()
    return Course(root, root)


def grade(course):
    submissions = find_submissions(course.home / "submitted", BY_HAND)
    return grade_class(course, BY_HAND, submissions, workers=1, level=best())


@pytest.fixture(scope="module")
def course(url, tmp_path_factory):
    """A course whose class is graded into the server."""
    course = course_with(tmp_path_factory.mktemp("course"), url)
    for student in STUDENTS:
        hand_in(course.root / "submitted", student, handed_in(BY_HAND) if student != "ben" else b"")
    assert grade(course).graded == len(STUDENTS)
    return course


def test_scores_reach_nbgrader(course, url):
    with Gradebook(url) as gradebook:
        rows = {row["student"]: row["score"] for row in gradebook.submission_dicts(BY_HAND)}
        assert rows == {student: 20 * (student != "ben") for student in STUDENTS}
        notebook = gradebook.find_submission_notebook(BY_HAND, BY_HAND, "ben")
        assert {comment.comment for comment in notebook.comments} == {"No response."}
        assert not (course.root / "gradebook.db").exists()


def test_a_second_run_skips_what_did_not_change(course):
    assert grade(course).skipped == len(STUDENTS)


def test_what_is_kept_and_the_marks_come_in_order(course, monkeypatch):
    monkeypatch.setattr("bpkit.grading.records.PAGE", 2)

    assert [student for student, _ in kept(course, BY_HAND)] == sorted(STUDENTS)
    assert [mark.student for mark in marks(course, BY_HAND)] == sorted(STUDENTS)
    assert {mark.score for mark in marks(course, BY_HAND)} == {0, 20}


def test_scores_by_hand_stay_and_ask_to_be_looked_at(course, url):
    with Gradebook(url) as gradebook:
        gradebook.find_grade("check_numbers", BY_HAND, BY_HAND, "ada").manual_score = 1.5
        gradebook.db.commit()
    with open_gradebook(course, BY_HAND) as gradebook:
        gradebook.write([Entry("ada", {"numbers": 6.0})])

    ada = next(mark for mark in marks(course, BY_HAND) if mark.student == "ada")
    assert (ada.score, ada.needs_manual) == (1.5, True)


def test_nbgrader_exports_the_scores(course, url):
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"]
    environment = os.environ | {"PATH": path, "HOME": str(course.root)}
    done = subprocess.run(
        command, cwd=course.root, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert (course.root / "grades.csv").read_text().count(BY_HAND) == len(STUDENTS)


def test_all_of_a_batch_is_written_or_nothing(course, url):
    entry = Entry("new", {"numbers": 6.0})
    with pytest.raises(CourseError, match="Another program wrote into postgresql"):
        with open_gradebook(course, BY_HAND) as gradebook:
            gradebook.write([entry, entry])

    assert "new" not in [mark.student for mark in marks(course, BY_HAND)]


def test_a_server_that_is_not_there_gives_a_sentence_without_the_password(tmp_path):
    url = f"postgresql+psycopg://ada:secret@/course?host={tmp_path}"
    course = course_with(tmp_path / "course", url)
    hand_in(course.root / "submitted", "ada", b"")

    with pytest.raises(CourseError, match=r"The database postgresql.*cannot be reached: ") as refusal:
        grade(course)
    assert "secret" not in str(refusal.value)
