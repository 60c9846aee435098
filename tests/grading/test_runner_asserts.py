"""The runner on a set of another course: its own tests give the points, and what is hidden in them counts."""

import json
import shutil

import nbformat
import pytest
from grading.assert_set import GIVEN, POINTS, SQUARES, with_answer, write_set
from grading.notebooks import ROOT
from nbgrader.api import Gradebook

from bpkit.grading.course import Course
from bpkit.grading.generate import generate, notebook_path
from bpkit.grading.gradebook import marks
from bpkit.grading.handed_in import Submission, find_submissions
from bpkit.grading.runner import grade_class, kept
from bpkit.grading.sandbox.levels import best

pytestmark = pytest.mark.slow
CLASS = ("right", "visible", "hides")


def grade(course):
    submissions = find_submissions(course.root / "submitted", SQUARES)
    return grade_class(course, SQUARES, submissions, workers=1, level=best())


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with the set and a class, graded; one wrote no answer in words."""
    root = tmp_path_factory.mktemp("course")
    write_set(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    released = generate(root, SQUARES)
    files = {notebook_path(root, "exercises", SQUARES): nbformat.reads(released.decode(), 4)}
    for student in CLASS:
        words = {} if student == "hides" else {"why": "Odd numbers."}
        notebook = with_answer(nbformat.reads(released.decode(), 4), GIVEN[student][0], **words)
        files[root / "submitted" / student / SQUARES / f"{SQUARES}.ipynb"] = notebook
    for path, notebook in files.items():
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    shutil.copy(root / "solutions" / SQUARES / "numbers.csv", root / "exercises" / SQUARES)
    course = Course(root, root)
    assert grade(course).graded == len(CLASS)
    return course


def test_the_tests_of_the_set_give_the_points(course):
    assert {m.student: m.score for m in marks(course, SQUARES)} == {
        student: sum(GIVEN[student][1:]) + POINTS["test_data"] for student in CLASS
    }
    assert all(graded.inside and graded.level == best() for _, graded in kept(course, SQUARES))


def test_answers_in_words_wait_for_a_person(course):
    with Gradebook(course.db_url) as gradebook:
        grades = {s: gradebook.find_grade("why", SQUARES, SQUARES, s) for s in CLASS}
        assert {s: (g.auto_score, g.needs_manual_grade) for s, g in grades.items()} == {
            **dict.fromkeys(("right", "visible"), (None, True)),
            "hides": (0, False),
        }
        comment = gradebook.find_comment("why", SQUARES, SQUARES, "hides")
        assert comment.comment == "No response."


def test_the_graded_notebook_says_that_the_verdict_is_inside(course):
    path = course.autograded("right", SQUARES) / f"{SQUARES}.ipynb"

    assert json.loads(path.read_bytes())["metadata"]["bpkit"] == {"verdict": "inside", "level": best()}


def test_a_second_run_skips_what_did_not_change(course):
    assert grade(course).skipped == len(CLASS)


def test_pages_that_are_missing_are_made_again_without_grading(course):
    shutil.rmtree(course.root / "feedback")
    shutil.rmtree(course.root / "autograded")

    assert grade(course).skipped == len(CLASS)
    assert len(list(course.root.glob(f"autograded/*/{SQUARES}/{SQUARES}.ipynb"))) == len(CLASS)
    assert len(list(course.root.glob(f"feedback/*/{SQUARES}/{SQUARES}.html"))) == len(CLASS)


def test_hidden_tests_that_changed_grade_anew(course):
    path = notebook_path(course.root, "solutions", SQUARES)
    path.write_text(path.read_text().replace("squares(3) == [1, 4, 9]", "squares(2)[0] == 1"))

    assert grade(course).graded == len(CLASS)
    assert {m.student: m.score for m in marks(course, SQUARES)}["visible"] > sum(GIVEN["visible"][1:]) + 1


def test_what_cannot_be_judged_has_no_points(course, tmp_path):
    link = tmp_path / f"{SQUARES}.ipynb"
    link.symlink_to(notebook_path(course.root, "solutions", SQUARES))
    summary = grade_class(course, SQUARES, [Submission("eve", link)], workers=1, level=best())

    assert summary.failed == 1
    assert {m.student: m.score for m in marks(course, SQUARES)}["eve"] == 0
