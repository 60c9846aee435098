"""nbgrader's own commands on what `bpkit grade` wrote: feedback, export, and the upgrade of the database."""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig

import pytest
from grading.notebooks import BY_HAND, ROOT, hand_in, handed_in, new_course
from nbgrader.api import Gradebook

from bpkit.grading.handed_in import find_submissions
from bpkit.grading.runner import grade_class, kept
from bpkit.grading.sandbox.levels import best

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with a class of two, graded; a person has changed a mark and written a comment."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder / BY_HAND, root / folder / BY_HAND)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = new_course(root, root)
    for student, answers in {"ada": {}, "ben": {"step_221": "def step_221(*given): return None"}}.items():
        hand_in(root / "submitted", student, handed_in(BY_HAND, **answers))
    submissions = find_submissions(root / "submitted", BY_HAND)
    assert grade_class(course, BY_HAND, submissions, workers=1, level=best()).graded == 2
    with Gradebook(course.db_url) as gradebook:
        gradebook.find_grade("check_step_221", BY_HAND, BY_HAND, "ben").manual_score = 1.5
        gradebook.find_comment("step_221", BY_HAND, BY_HAND, "ben").manual_comment = "The idea is right."
        gradebook.db.commit()
    return course


def nbgrader(course, *arguments):
    """Run an nbgrader command in the course."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "HOME": str(course.root)}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(
        command, cwd=course.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_export_has_the_marks(course):
    nbgrader(course, "export", "--to", "grades.csv")

    with open(course.root / "grades.csv", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"ada": 20, "ben": 18.5}


def test_generate_feedback_shows_marks_and_comments(course):
    nbgrader(course, "generate_feedback", BY_HAND, "--force")

    page = course.feedback("ben", BY_HAND).read_text("utf-8")
    assert "The idea is right." in page
    assert "18.5" in page


def test_upgrade_of_the_database_leaves_our_records(course):
    before = list(kept(course, BY_HAND))
    nbgrader(course, "db", "upgrade")

    assert list(kept(course, BY_HAND)) == before != []
    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(BY_HAND, "ben").score == 18.5
