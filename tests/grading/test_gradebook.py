"""The gradebook: nbgrader's own, with our scores in it, and a person's marks untouched."""

import shutil
from types import SimpleNamespace

import pytest
from grading.notebooks import BY_HAND, ROOT, new_gradebook
from nbgrader.api import Gradebook

from bpkit.grading.course import Course, CourseError
from bpkit.grading.gradebook import open_gradebook
from bpkit.grading.marking import Verdict
from bpkit.grading.questions import questions_of
from bpkit.grading.runner import Submission
from bpkit.grading.submission import Graded

ADA = Submission("ada", b"", "2030-02-03 04:05:06 UTC")
WHEN = "2030-02-03T04:05:06"


@pytest.fixture
def course(tmp_path):
    course = Course(ROOT, tmp_path)
    course.gradebook.write_bytes(new_gradebook())
    return course


def graded(share):
    """Return verdicts that give each question this share of its points."""
    parts = {q.name: {"all": (share * q.points, q.points)} for q in questions_of(BY_HAND).values()}
    return Graded([Verdict(name, part, None, "") for name, part in parts.items()])


def write(course, submission, result):
    with open_gradebook(course, BY_HAND) as gradebook:
        gradebook.write(submission, result)


def grade_of(gradebook, name, student="ada"):
    return gradebook.find_grade(f"check_{name}", BY_HAND, BY_HAND, student)


def test_scores_reach_nbgrader(course):
    write(course, ADA, graded(0.5))

    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(BY_HAND, "ada")
        assert (submission.score, submission.max_score) == (10, 20)
        assert submission.timestamp.isoformat() == WHEN
        assert not submission.needs_manual_grade
        assert {grade.name: grade.auto_score for grade in submission.notebooks[0].grades} == {
            f"check_{q.name}": q.points / 2 for q in questions_of(BY_HAND).values()
        }


def test_scores_reach_the_rows_of_the_formgrader(course):
    write(course, ADA, graded(0.25))
    write(course, SimpleNamespace(student="ben", timestamp=None), graded(1))

    with Gradebook(course.db_url) as gradebook:
        rows = {row["student"]: row for row in gradebook.submission_dicts(BY_HAND)}
        assert {student: row["score"] for student, row in rows.items()} == {"ada": 5, "ben": 20}
        assert {row["max_score"] for row in rows.values()} == {20}
        assert gradebook.average_assignment_score(BY_HAND) == 12.5
        assert [row["score"] for row in gradebook.student_dicts()] == [5, 20]


def test_later_scores_take_the_place_of_earlier_ones(course):
    write(course, ADA, graded(1))
    write(course, Submission("ada", b"", None), graded(0))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(BY_HAND, "ada").score == 0
        assert gradebook.find_submission(BY_HAND, "ada").timestamp.isoformat() == WHEN
        assert len(gradebook.students) == 1


def test_scores_by_hand_stay_and_ask_to_be_looked_at(course):
    write(course, ADA, graded(0.5))
    with Gradebook(course.db_url) as gradebook:
        grade_of(gradebook, "numbers").manual_score = 1.25
        gradebook.db.commit()
    write(course, ADA, graded(1))

    with Gradebook(course.db_url) as gradebook:
        grade, other = grade_of(gradebook, "numbers"), grade_of(gradebook, "forward_221")
        assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (1.25, 6, True)
        assert (other.score, other.needs_manual_grade) == (3, False)
        assert gradebook.find_submission(BY_HAND, "ada").needs_manual_grade


def test_comments_and_extra_credit_stay(course):
    write(course, ADA, graded(0.5))
    with Gradebook(course.db_url) as gradebook:
        grade_of(gradebook, "numbers").extra_credit = 0.5
        gradebook.db.commit()
    write(course, ADA, graded(1))

    with Gradebook(course.db_url) as gradebook:
        assert grade_of(gradebook, "numbers").score == 6.5


def test_students_without_scores_are_known(course):
    with open_gradebook(course, BY_HAND) as gradebook:
        assert not gradebook.has("ada")
        gradebook.gradebook.add_student("ada")
        assert not gradebook.has("ada")
        gradebook.write(ADA, graded(1))
        assert gradebook.has("ada")
        assert not gradebook.has("ben")


@pytest.mark.parametrize("student", ["Zoë O'Neil", "a;b--", 'x"y', "<script>", "学生", "a b\tc"])
def test_names_of_every_kind_are_written(student, course):
    write(course, SimpleNamespace(student=student, timestamp=None), graded(1))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(BY_HAND, student).score == 20


def test_marks_that_nbgrader_does_not_know_are_left_out(course):
    write(course, ADA, Graded([Verdict("nosuch", {"all": (9.0, 9.0)}, None, "")]))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(BY_HAND, "ada").score == 0


def test_points_that_changed_in_the_release_are_entered(course, tmp_path):
    root = tmp_path / "course"
    for folder in ("solutions", "exercises"):
        place = shutil.copytree(ROOT / folder / BY_HAND, root / folder / BY_HAND)
        notebook = place / f"{BY_HAND}.ipynb"
        notebook.write_text(notebook.read_text("utf-8").replace('"points": 6', '"points": 7'), "utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    write(Course(root, tmp_path), ADA, graded(1))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_assignment(BY_HAND).max_score == 21
        assert grade_of(gradebook, "numbers").max_score == 7


@pytest.mark.parametrize("data", [b"no database at all" * 99, b"SQLite format 3\0" + b"x" * 2000])
def test_files_that_are_no_gradebook_give_a_sentence(data, tmp_path):
    course = Course(ROOT, tmp_path)
    course.gradebook.write_bytes(data)

    with pytest.raises(CourseError, match=r"cannot be used as nbgrader's gradebook: .*nbgrader db upgrade$"):
        with open_gradebook(course, BY_HAND):
            pass
    assert course.gradebook.read_bytes() == data


def test_a_folder_in_the_place_of_the_gradebook_gives_a_sentence(tmp_path):
    course = Course(ROOT, tmp_path)
    course.gradebook.mkdir()

    with pytest.raises(CourseError, match="cannot be used as nbgrader's gradebook"):
        with open_gradebook(course, BY_HAND):
            pass
