"""What nbgrader grades besides this course's questions: other courses' sets, and answers in words."""

import gc
import shutil

import pytest
from grading.assert_set import GIVEN, SQUARES, with_answer, write_set
from nbgrader_course import (
    add_written_answer,
    attempt,
    autograded,
    gradebook,
    hand_in,
    nbgrader,
    new_course,
    read,
    scores,
)

from bpkit.grading.asserts import grade_asserts, released_with_tests
from bpkit.grading.course import Course, CourseError
from bpkit.grading.generate import notebook_path
from bpkit.grading.limits import Limits
from bpkit.grading.nbgrader_plugin import sandbox_of
from bpkit.grading.runner import find_submissions, grade_class
from bpkit.grading.sandbox.process import Sandbox

SET = "ps04_by_hand"
WORDS = "The error goes back the way that the values came."
STOCK = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""

WITHOUT_NAMESPACES = ("bwrap", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns", "--")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with an assert-style set, and with an answer in words in one of its own; both handed in."""
    root = new_course(tmp_path_factory.mktemp("adopted"))
    write_set(root)
    add_written_answer(root, SET)
    for name in (SQUARES, SET):
        nbgrader(root, "generate_assignment", name)
    for student, (answer, *_) in GIVEN.items():
        words = {} if student == "missing" else {"why": WORDS}
        hand_in(root, SQUARES, student, with_answer(read(root, "exercises", SQUARES), answer, **words))
    hand_in(root, SET, "silent", with_answer(read(root, "solutions", SET), "", reflection="YOUR ANSWER HERE"))
    hand_in(root, SET, "wordy", with_answer(read(root, "solutions", SET), "", reflection=WORDS))
    return root


@pytest.fixture(scope="module")
def stock(course, tmp_path_factory):
    """The same assert-style set, graded by nbgrader alone."""
    root = shutil.copytree(course, tmp_path_factory.mktemp("stock") / "course")
    (root / "nbgrader_config.py").write_text(STOCK)
    nbgrader(root, "autograde", SQUARES)
    return root


@pytest.fixture(scope="module")
def graded(course, stock):
    for name in (SQUARES, SET):
        nbgrader(course, "autograde", name)
    return course


@pytest.mark.parametrize("student", GIVEN)
def test_autograde_gives_an_adopted_set_the_points_of_before(student, graded, stock):
    _, test, share = GIVEN[student]

    found = scores(graded, SQUARES, student)

    assert found == scores(stock, SQUARES, student)
    assert (found["test_squares"], found["share_of_squares"], found["test_data"]) == (test, share, 1)


def test_autograde_marks_an_adopted_set_as_judged_inside(graded, stock):
    ours, theirs = (autograded(root, SQUARES, "right") for root in (graded, stock))

    assert ours.metadata.bpkit.verdict == "inside"
    assert ours.metadata.bpkit.level in ("full", "kernel")
    assert ours.cells[-1].source.startswith("**Verdict inside.**")
    assert [one.source for one in ours.cells[:-1]] == [one.source for one in theirs.cells]


def test_autograde_shows_the_outputs_of_an_adopted_set(graded, stock):
    ours, theirs = (autograded(root, SQUARES, "visible") for root in (graded, stock))
    shown = [
        [output.get("ename") or output.data for output in one.get("outputs", ())] for one in theirs.cells
    ]

    assert [[o.get("ename") or o.data for o in one.get("outputs", ())] for one in ours.cells[:-1]] == shown
    assert ["AssertionError"] in shown


def test_feedback_of_an_adopted_set_says_that_the_verdict_is_inside(graded):
    nbgrader(graded, "generate_feedback", SQUARES, "--student", "visible")

    page = (graded / "feedback" / "visible" / SQUARES / f"{SQUARES}.html").read_text(encoding="utf-8")
    assert "Verdict inside." in page
    assert "AssertionError" in page


def test_released_with_tests_grades_as_nbgrader_does(graded, sandbox):
    released = released_with_tests(Course(graded, graded), SQUARES)
    data = (graded / "submitted" / "visible" / SQUARES / f"{SQUARES}.ipynb").read_bytes()

    result = grade_asserts(sandbox, data, released)

    assert "BEGIN HIDDEN TESTS" in str(released["cells"])
    assert "BEGIN HIDDEN TESTS" not in str(read(graded, "exercises", SQUARES))
    found = scores(graded, SQUARES, "visible")
    assert {verdict.name: verdict.score for verdict in result.verdicts} == {
        name: score for name, score in found.items() if score is not None
    }


def test_grade_class_gives_an_adopted_set_the_points_of_nbgrader(graded, tmp_path):
    grade_class(Course(graded, tmp_path), SQUARES, find_submissions(graded / "submitted", SQUARES), workers=1)

    for student in GIVEN:
        assert scores(tmp_path, SQUARES, student) == scores(graded, SQUARES, student)
    notebook = autograded(tmp_path, SQUARES, "right")
    assert notebook.metadata.bpkit == autograded(graded, SQUARES, "right").metadata.bpkit


def test_released_with_tests_refuses_a_set_that_the_gradebook_does_not_know(graded):
    shutil.copytree(graded / "exercises" / SQUARES, graded / "exercises" / "cubes")
    (graded / "exercises" / "cubes" / f"{SQUARES}.ipynb").rename(
        graded / "exercises" / "cubes" / "cubes.ipynb"
    )

    with pytest.raises(
        CourseError, match="The gradebook does not know cubes. Run: nbgrader generate_assignment"
    ):
        released_with_tests(Course(graded, graded), "cubes")


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as warm:
        yield warm


@pytest.mark.parametrize(
    "set_name, student, cell, score, waits",
    [
        (SET, "wordy", "reflection", None, True),
        (SET, "silent", "reflection", 0, False),
        (SQUARES, "right", "why", None, True),
        (SQUARES, "missing", "why", 0, False),
    ],
)
def test_autograde_leaves_written_answers_to_a_person(set_name, student, cell, score, waits, graded):
    with gradebook(graded) as gb:
        grade = gb.find_grade(cell, set_name, set_name, student)
        assert (grade.auto_score, grade.needs_manual_grade) == (score, waits)
        comment = gb.find_comment(cell, set_name, set_name, student)
        assert comment.auto_comment == (None if waits else "No response.")
    assert waits == (WORDS in str(autograded(graded, set_name, student)))


def test_points_given_by_hand_stay_and_count(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    with gradebook(root) as gb:
        gb.find_grade("reflection", SET, SET, "wordy").manual_score = 3.5
        gb.find_grade("check_forward_221", SET, SET, "wordy").manual_score = 1
        gb.db.commit()
    nbgrader(root, "autograde", SET, "--student", "wordy", "--force")

    with gradebook(root) as gb:
        assert gb.find_submission(SET, "wordy").score == 20 - 3 + 1 + 3.5
        assert gb.find_grade("check_forward_221", SET, SET, "wordy").needs_manual_grade


def test_autograde_refuses_a_check_that_no_question_judges(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    path = notebook_path(root, "solutions", SET)
    path.write_text(path.read_text().replace('"check_forward_221"', '"check_nothing"'))
    (root / "gradebook.db").unlink()
    nbgrader(root, "generate_assignment", SET)
    failed = attempt(root, "autograde", SET, "--student", "wordy", "--force")

    assert failed.returncode == 1
    assert "The cell check_nothing carries points, but there is no question that judges it." in failed.stderr


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="Only bubblewrap can take namespaces away here.")
@pytest.mark.parametrize("set_name, student", [(SET, "wordy"), (SQUARES, "right")])
def test_autograde_refuses_where_nothing_secludes(set_name, student, graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    command = ("autograde", set_name, "--student", student, "--force")
    refused = attempt(root, *command, before=WITHOUT_NAMESPACES)

    assert refused.returncode == 1
    assert "User namespaces must be allowed here" in refused.stderr
    assert "To grade with limits alone, where you trust the notebooks: c.Judge.sandbox" in refused.stderr
    assert not (root / "autograded" / student / set_name).exists()
    assert attempt(root, *command, "--Judge.sandbox=process", before=WITHOUT_NAMESPACES).returncode == 0
    assert scores(root, set_name, student) == scores(graded, set_name, student)


class Run:
    """A run of nbgrader, as far as the sandbox is tied to it."""

    def __init__(self, *assignments):
        self.assignments = dict.fromkeys(assignments)


def test_sandbox_of_a_run_is_one_and_ends_with_it():
    run = Run("submitted/a/ps", "submitted/b/ps")
    with sandbox_of(run, "process", Limits()) as first:
        pass
    with sandbox_of(run, "process", Limits()) as second:
        assert second is first
    assert first.process.poll() is None

    del run
    gc.collect()
    assert first.process.poll() is not None


def test_sandbox_of_a_single_submission_ends_at_once():
    with sandbox_of(Run("submitted/a/ps"), "process", Limits()) as alone:
        assert alone.process.poll() is None
    assert alone.process.poll() is not None
