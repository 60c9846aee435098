"""nbgrader's own commands on a copy of the course, with a real gradebook."""

import csv
import re
import shutil

import pytest
from grading.pages import Page
from nbgrader_course import ROOT, autograded, gradebook, hand_in, nbgrader, new_course, read, scores

from bpkit.grading.generate import notebook_path

SET = "ps04_by_hand"
LATE = "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
STOCK = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with three submissions: the solution, the same handed in late, and an untouched notebook."""
    root = new_course(tmp_path_factory.mktemp("course"), LATE)
    for student, folder in {"solved": "solutions", "late": "solutions", "untouched": "exercises"}.items():
        day = "2030-02-03" if student == "late" else "2030-02-01"
        hand_in(root, SET, student, read(root, folder, SET), f"{day} 12:00:00 UTC")
    return root


@pytest.fixture(scope="module")
def graded(course):
    """The course, graded by nbgrader before anything but a date was entered into its gradebook."""
    nbgrader(course, "db", "assignment", "add", SET, "--duedate", "2030-02-02 12:00:00 UTC")
    nbgrader(course, "autograde", SET)
    return course


@pytest.fixture(scope="module")
def generated(graded):
    """The course, released by nbgrader although `exercises/` is there and graded submissions too."""
    nbgrader(graded, "generate_assignment", SET)
    return graded


@pytest.fixture(scope="module")
def feedback(graded):
    """The course with its feedback pages, by student."""
    nbgrader(graded, "generate_feedback", SET)
    pages = graded.glob(f"feedback/*/{SET}/{SET}.html")
    return {path.parts[-3]: path.read_text(encoding="utf-8") for path in pages}


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


@pytest.mark.parametrize("student, score", [("solved", 20), ("late", 20), ("untouched", 0)])
def test_autograde_enters_the_scores(student, score, graded):
    with gradebook(graded) as gb:
        assert gb.find_submission(SET, student).score == score
        assert not gb.find_submission(SET, student).needs_manual_grade


@pytest.mark.parametrize("student, penalty", [("solved", None), ("late", 20), ("untouched", None)])
def test_autograde_assigns_late_penalties(student, penalty, graded):
    with gradebook(graded) as gb:
        assert gb.find_submission(SET, student).notebooks[0].late_submission_penalty == penalty


def test_autograde_says_where_the_verdict_was_formed(graded):
    notebook = autograded(graded, SET, "solved")

    assert notebook.metadata.bpkit.verdict == "outside"
    assert notebook.metadata.bpkit.level in ("full", "kernel")


def test_autograde_takes_the_level_that_the_configuration_asks_for(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course", symlinks=True)
    nbgrader(root, "autograde", SET, "--student", "solved", "--force", "--Judge.sandbox=process")

    assert autograded(root, SET, "solved").metadata.bpkit.level == "process"
    assert scores(root, SET, "solved") == scores(graded, SET, "solved")


def test_feedback_has_a_page_for_each_student(feedback):
    assert set(feedback) == {"solved", "late", "untouched"}


def test_feedback_holds_the_judges_messages(feedback):
    assert "forward_221: it is not answered yet." in feedback["untouched"]
    assert "forward_221: 3 of 3 points" in feedback["solved"]
    assert "Late submission penalty" in feedback["late"]


def test_feedback_holds_nothing_hidden(feedback, graded):
    seed = (graded / "gradebook.seed").read_text().strip()

    assert [student for student, page in feedback.items() if seed in page or "array(" in page] == []


def outside(page):
    """List what a page would load from elsewhere: scripts, styles, pictures, frames, fonts."""
    loads = [
        attributes.get("src") or attributes.get("href")
        for tag, attributes in Page(page).elements
        if tag in ("script", "link", "img", "iframe", "object", "embed", "source")
    ]
    return [address for address in loads if address and not address.startswith("data:")] + re.findall(
        r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\"']+", page
    )


def test_feedback_loads_nothing_from_the_network(feedback):
    assert {student: outside(page) for student, page in feedback.items()} == dict.fromkeys(feedback, [])
    assert all("Content-Security-Policy" in page for page in feedback.values())


def test_feedback_of_stock_nbgrader_loads_from_the_network(feedback, graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course", symlinks=True)
    (root / "nbgrader_config.py").write_text(STOCK)
    nbgrader(root, "generate_feedback", SET, "--student", "solved", "--force")

    (address,) = outside((root / "feedback" / "solved" / SET / f"{SET}.html").read_text(encoding="utf-8"))
    assert "mathjax" in address


def test_release_feedback_copies_the_pages(feedback, graded):
    nbgrader(graded, "release_feedback", SET)

    released = (graded / "exchange" / "backpropagation" / "feedback").glob("*.html")
    assert {path.read_text(encoding="utf-8") for path in released} == set(feedback.values())


def test_export_writes_the_scores(graded):
    nbgrader(graded, "export", "--to", "grades.csv")

    with open(graded / "grades.csv", newline="") as file:
        found = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert found == {"solved": 20, "late": 0, "untouched": 0}


def test_db_lists_the_students(graded):
    listed = nbgrader(graded, "db", "student", "list")

    assert "solved" in listed
    assert "untouched" in listed
