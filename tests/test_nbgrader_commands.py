"""nbgrader's own commands on a copy of the course, with a real gradebook."""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from bpkit.grading.generate import notebook_path

ROOT = Path(__file__).parents[1]
SET = "ps04_by_hand"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nbgrader")]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course with two submissions: the solution, and the exercises as they were handed out."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for student, folder in {"solved": "solutions", "untouched": "exercises"}.items():
        shutil.copytree(root / folder / SET, root / "submitted" / student / SET)
    return root


@pytest.fixture(scope="module")
def graded(course):
    """The course, graded by nbgrader before anything was entered into its gradebook."""
    nbgrader(course, "autograde", SET)
    return course


@pytest.fixture(scope="module")
def generated(graded):
    """The course, released by nbgrader although `exercises/` is there and graded submissions too."""
    nbgrader(graded, "generate_assignment", SET)
    return graded


def nbgrader(root, *arguments):
    """Run an nbgrader command in the course, and return what it prints if it succeeds."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "HOME": str(root)}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def gradebook(root):
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}")


def test_generate_assignment_writes_the_exercises(generated):
    path = notebook_path(generated, "exercises", SET)

    assert path.read_bytes() == notebook_path(ROOT, "exercises", SET).read_bytes()


def test_generate_assignment_enters_the_assignment(generated):
    with gradebook(generated) as gb:
        assert gb.find_assignment(SET).max_score == 20


def test_validate_passes_the_solution(course):
    assert "Success!" in nbgrader(course, "validate", f"solutions/{SET}/{SET}.ipynb")


def test_validate_fails_the_exercises(course):
    assert "VALIDATION FAILED ON 5 CELL(S)!" in nbgrader(course, "validate", f"exercises/{SET}/{SET}.ipynb")


@pytest.mark.parametrize("student, score", [("solved", 20), ("untouched", 0)])
def test_autograde_enters_the_scores(student, score, graded):
    with gradebook(graded) as gb:
        assert gb.find_submission(SET, student).score == score


def test_generate_feedback_writes_a_page_for_each_student(graded):
    nbgrader(graded, "generate_feedback", SET)

    pages = {path.parts[-3] for path in graded.glob(f"feedback/*/{SET}/{SET}.html")}
    assert pages == {"solved", "untouched"}


def test_export_writes_the_scores(graded):
    nbgrader(graded, "export", "--to", "grades.csv")

    with open(graded / "grades.csv", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"solved": 20, "untouched": 0}


def test_db_lists_the_students(graded):
    listed = nbgrader(graded, "db", "student", "list")

    assert "solved" in listed
    assert "untouched" in listed
