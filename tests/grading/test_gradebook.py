"""The gradebook: nbgrader's own, with our scores in it, and a person's marks untouched."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from grading.notebooks import BY_HAND, ROOT, new_course
from grading.written import WRITTEN, written_course
from nbgrader.api import Base, Gradebook, get_alembic_version
from sqlalchemy import inspect

from bpkit.grading import schema
from bpkit.grading.course import Course, CourseError
from bpkit.grading.database import engine_of
from bpkit.grading.gradebook import marks, open_gradebook
from bpkit.grading.questions import questions_of
from bpkit.grading.rows import Entry

WHEN = datetime(2030, 2, 3, 4, 5, 6)
POINTS = {f"check_{q.name}": float(q.points) for q in questions_of(BY_HAND).values()}


@pytest.fixture
def course(tmp_path):
    return new_course(tmp_path)


def entry(student, share, timestamp=None, unanswered=()):
    """Return an entry that gives each question this share of its points."""
    scores = {name.removeprefix("check_"): share * points for name, points in POINTS.items()}
    return Entry(student, scores, frozenset(unanswered), timestamp)


ADA = entry("ada", 0.5, WHEN)


def write(course, *entries):
    with open_gradebook(course, BY_HAND) as gradebook:
        gradebook.write(entries)


def grade_of(gradebook, name, student="ada"):
    return gradebook.find_grade(name, BY_HAND, BY_HAND, student)


def change(course, name, **columns):
    """Change a grade of ada's as a person does in the formgrader."""
    with Gradebook(course.db_url) as gradebook:
        for column, value in columns.items():
            setattr(grade_of(gradebook, name), column, value)
        gradebook.db.commit()


def test_scores_reach_nbgrader(course):
    write(course, ADA)

    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(BY_HAND, "ada")
        assert (submission.score, submission.max_score, submission.timestamp) == (10, 20, WHEN)
        assert not submission.needs_manual_grade
        assert {grade.name: 2 * grade.auto_score for grade in submission.notebooks[0].grades} == POINTS


def test_scores_reach_the_rows_of_the_formgrader(course):
    write(course, entry("ada", 0.25), entry("ben", 1))

    with Gradebook(course.db_url) as gradebook:
        rows = {row["student"]: row for row in gradebook.submission_dicts(BY_HAND)}
        assert {student: row["score"] for student, row in rows.items()} == {"ada": 5, "ben": 20}
        assert {row["max_score"] for row in rows.values()} == {20}
        assert gradebook.average_assignment_score(BY_HAND) == 12.5
        assert [row["score"] for row in gradebook.student_dicts()] == [5, 20]


def written_by_nbgrader(course, entries):
    """Write entries as nbgrader's converter and its preprocessors do, row by row."""
    with Gradebook(course.db_url) as gradebook:
        for one in entries:
            gradebook.update_or_create_student(one.student)
            given = {"timestamp": one.timestamp} if one.timestamp else {}
            gradebook.update_or_create_submission(BY_HAND, one.student, **given)
            notebook = gradebook.find_submission_notebook(BY_HAND, BY_HAND, one.student)
            for grade in notebook.grades:
                grade.auto_score = one.scores.get(grade.name.removeprefix("check_"))
                grade.auto_score = 0.0 if grade.name in one.unanswered else grade.auto_score
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            for comment in notebook.comments:
                comment.auto_comment = "No response." if comment.name in one.unanswered else None
            gradebook.db.commit()


def columns_of(course):
    """Return what stands in every row that grading writes, with names in the place of ids."""
    rows = []
    with Gradebook(course.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(BY_HAND):
            for notebook in submission.notebooks:
                parts = [submission, submission.student, notebook, *notebook.grades, *notebook.comments]
                rows += [part.to_dict() | raw(part) for part in parts]
    return sorted((sorted(row.items(), key=repr) for row in rows), key=repr)


def raw(row):
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {name: value for name, value in columns.items() if name != "id" and not name.endswith("_id")} | {
        "id": getattr(row, "name", None)
    }


@pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize("make", [new_course, written_course], ids=["code", "written"])
def test_rows_are_those_that_nbgrader_writes(make, tmp_path):
    ours, theirs = make(tmp_path / "ours"), make(tmp_path / "theirs")
    entries = [ADA, entry("ben", 0, None, {"forward_221", WRITTEN}), entry("joe", 1, WHEN)]
    write(ours, *entries)
    written_by_nbgrader(theirs, entries)

    assert columns_of(ours) == columns_of(theirs)
    assert len(columns_of(ours)) >= 3 * (3 + 2 * len(POINTS))


def test_rows_that_nbgrader_wrote_are_written_over(tmp_path):
    ours, theirs = new_course(tmp_path / "ours"), new_course(tmp_path / "theirs")
    write(ours, ADA)
    with pytest.warns(match="not in session"):
        written_by_nbgrader(theirs, [entry("ada", 1, None, {"numbers"})])
    write(theirs, ADA)

    assert columns_of(ours) == columns_of(theirs)


def test_later_scores_take_the_place_of_earlier_ones(course):
    write(course, ADA)
    write(course, entry("ada", 0, None, {"numbers"}))
    write(course, entry("ada", 0.25))

    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(BY_HAND, "ada")
        assert (submission.score, submission.timestamp) == (5, WHEN)
        assert {comment.auto_comment for comment in submission.notebooks[0].comments} == {None}
        assert len(gradebook.students) == 1


def test_scores_by_hand_stay_and_ask_to_be_looked_at(course):
    write(course, ADA)
    change(course, "check_numbers", manual_score=1.25)
    write(course, entry("ada", 1))

    with Gradebook(course.db_url) as gradebook:
        grade, other = grade_of(gradebook, "check_numbers"), grade_of(gradebook, "check_forward_221")
        assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (1.25, 6, True)
        assert (other.score, other.needs_manual_grade) == (3, False)
        assert gradebook.find_submission(BY_HAND, "ada").needs_manual_grade


def test_extra_credit_and_comments_and_names_stay(course):
    write(course, ADA)
    change(course, "check_numbers", extra_credit=0.5)
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", email="ada@example.org")
        gradebook.find_comment("numbers", BY_HAND, BY_HAND, "ada").manual_comment = "Well done."
        gradebook.db.commit()
    write(course, entry("ada", 1, None, {"numbers"}))

    with Gradebook(course.db_url) as gradebook:
        assert grade_of(gradebook, "check_numbers").score == 6.5
        assert gradebook.find_comment("numbers", BY_HAND, BY_HAND, "ada").comment == "Well done."
        assert gradebook.find_student("ada").first_name == "Ada"


def test_written_answers_wait_for_a_person(tmp_path):
    course = written_course(tmp_path)
    write(course, entry("ada", 1), entry("ben", 1, None, {WRITTEN}))

    with Gradebook(course.db_url) as gradebook:
        ada, ben = (grade_of(gradebook, WRITTEN, student) for student in ("ada", "ben"))
        assert (ada.auto_score, ada.needs_manual_grade) == (None, True)
        assert (ben.auto_score, ben.needs_manual_grade) == (0, False)
    assert [mark.needs_manual for mark in marks(course, BY_HAND)] == [True, False]


def test_all_of_a_batch_is_written_or_nothing(course):
    with pytest.raises(CourseError, match="Another program wrote into"):
        write(course, ADA, entry("ben", 1), entry("ben", 0))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.students == []


@pytest.mark.parametrize(
    "student", ["Zoë O'Neil", "a;b--", 'x"y', "<script>", "学生", "a b\tc", "%s :new_id"]
)
def test_names_of_every_kind_are_written(student, course):
    write(course, entry(student, 1))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(BY_HAND, student).score == 20


def test_marks_that_nbgrader_does_not_know_are_left_out(course):
    write(course, Entry("ada", {"nosuch": 9.0}))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_submission(BY_HAND, "ada").score == 0


def test_marks_count_as_nbgrader_does(course):
    write(course, entry("ben", 1), ADA)
    change(course, "check_numbers", manual_score=1.25, extra_credit=0.5)
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_student("ada", last_name="L", lms_user_id="77")
        theirs = {row["student"]: row["score"] for row in gradebook.submission_dicts(BY_HAND)}
    ada, ben = marks(course, BY_HAND)

    assert {mark.student: mark.score for mark in (ada, ben)} == theirs == {"ada": 8.75, "ben": 20}
    assert (ada.last_name, ada.lms_user_id, ada.email, ada.max) == ("L", "77", "", 20)


def test_marks_of_what_is_not_graded_are_none(course, tmp_path):
    assert list(marks(course, BY_HAND)) == []
    assert list(marks(Course(ROOT, tmp_path / "nowhere"), BY_HAND)) == []
    assert not (tmp_path / "nowhere").exists()


def test_points_that_changed_in_the_release_are_entered(tmp_path):
    root = tmp_path / "course"
    for folder in ("solutions", "exercises"):
        place = shutil.copytree(ROOT / folder / BY_HAND, root / folder / BY_HAND)
        notebook = place / f"{BY_HAND}.ipynb"
        notebook.write_text(notebook.read_text("utf-8").replace('"points": 6', '"points": 7'), "utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = new_course(tmp_path / "home", root)
    write(course, entry("ada", 1))

    with Gradebook(course.db_url) as gradebook:
        assert gradebook.find_assignment(BY_HAND).max_score == 21
        assert grade_of(gradebook, "check_numbers").max_score == 7


def test_submissions_of_another_version_are_refused(tmp_path):
    course = new_course(tmp_path / "home")
    write(course, ADA)
    other = written_course(tmp_path / "other")

    with pytest.raises(CourseError, match=f"holds submissions of another version of {BY_HAND}, with other"):
        write(Course(other.root, course.home), entry("ben", 1))


def test_a_release_of_another_version_is_refused(tmp_path):
    course = written_course(tmp_path)
    shutil.copytree(ROOT / "exercises" / BY_HAND, course.root / "exercises" / BY_HAND, dirs_exist_ok=True)

    with pytest.raises(CourseError, match=f"has other cells or points than .* Run: bpkit release {BY_HAND}"):
        write(course, ADA)


@pytest.mark.parametrize("data", [b"no database at all" * 99, b"SQLite format 3\0" + b"x" * 2000])
def test_files_that_are_no_gradebook_give_a_sentence(data, tmp_path):
    course = Course(ROOT, tmp_path)
    course.gradebook.write_bytes(data)

    with pytest.raises(CourseError, match=r"cannot be used as nbgrader's gradebook: .*nbgrader db upgrade$"):
        write(course)
    assert course.gradebook.read_bytes() == data


def test_a_folder_in_the_place_of_the_gradebook_gives_a_sentence(tmp_path):
    course = Course(ROOT, tmp_path)
    course.gradebook.mkdir()

    with pytest.raises(CourseError, match="cannot be used as nbgrader's gradebook"):
        write(course)


def execute(course, *statements):
    with closing(sqlite3.connect(course.gradebook)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE alembic_version SET version_num = '724cde206c17'", "DROP TABLE alembic_version"],
    ids=["old", "oldest"],
)
def test_gradebooks_of_an_older_nbgrader_are_refused_and_left_as_they_are(statement, course):
    execute(course, statement)
    before = course.gradebook.read_bytes()

    with pytest.raises(CourseError, match="made by another version of nbgrader. .* run: nbgrader db upgrade"):
        write(course, ADA)
    assert course.gradebook.read_bytes() == before


def test_a_gradebook_that_is_made_is_nbgraders(tmp_path):
    home = tmp_path / "new"
    with open_gradebook(Course(ROOT, home), BY_HAND):
        pass
    ours, theirs = engine_of(f"sqlite:///{home / 'gradebook.db'}"), f"sqlite:///{tmp_path / 'theirs.db'}"
    with Gradebook(theirs) as gradebook:
        wanted = inspect(gradebook.engine).get_table_names()
        head = get_alembic_version()

    assert set(inspect(ours).get_table_names()) == {*wanted, "bpkit_verdict"}
    assert head == schema.REVISION


def test_our_picture_of_the_tables_is_true():
    for name, table in schema.theirs.tables.items():
        there = Base.metadata.tables[name].columns
        assert {c.name: c.type.python_type for c in table.columns} == {
            c.name: there[c.name].type.python_type for c in table.columns
        }
        needed = [c.name for c in there if not c.nullable and c.name not in table.columns]
        assert needed == [] or name in ("assignment", "grade_cells", "task_cells")


def test_a_gradebook_that_another_program_writes_into_gives_a_sentence(course, monkeypatch):
    monkeypatch.setattr("bpkit.grading.database.PATIENCE", 0.1)
    write(course)
    with closing(sqlite3.connect(course.gradebook)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CourseError, match="Another program has been writing into .* Close it. What was"):
            write(course, ADA)
    write(course, ADA)


PLUGIN = """
from nbgrader.plugins import BasePlugin
class PerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return None if student_id == "ill" else total_seconds_late / 86400 * 2
"""


@pytest.mark.parametrize(
    ("setting", "penalties"),
    [
        ("c.LateSubmissionPlugin.penalty_method = 'none'", [0, 0, 0, 0, 0]),
        ("c.LateSubmissionPlugin.penalty_method = 'zero'", [0, 0, 10, 10, 10]),
        ("c.AssignLatePenalties.plugin_class = 'late_by_day.PerDay'", [0, 0, 0, 4, 10]),
    ],
    ids=["none", "zero", "own"],
)
def test_late_submissions_lose_what_the_plugin_says(setting, penalties, tmp_path):
    course = late_course(tmp_path, setting)
    days = {"a": None, "b": 0, "ill": 3, "late": 2, "later": 30}
    entries = [entry(s, 0.5, d if d is None else WHEN + timedelta(d)) for s, d in days.items()]
    write(course, *entries)

    assert [mark.late_penalty for mark in marks(course, BY_HAND)] == penalties
    with Gradebook(course.db_url) as gradebook:
        given = [gradebook.find_submission(BY_HAND, s).late_submission_penalty for s in sorted(days)]
    assert given == penalties


def late_course(home, setting):
    """Return a course with a due date and a plugin for penalties."""
    root = home / "course"
    shutil.copytree(ROOT / "exercises", root / "exercises")
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{setting}\n")
    (root / "late_by_day.py").write_text(PLUGIN)
    course = new_course(home / "home", root)
    with Gradebook(course.db_url) as gradebook:
        gradebook.update_or_create_assignment(BY_HAND, duedate=WHEN)
    return course


def test_penalties_go_when_a_student_gets_more_time(tmp_path):
    course = late_course(tmp_path, "c.LateSubmissionPlugin.penalty_method = 'zero'")
    write(course, entry("ada", 0.5, WHEN + timedelta(2)))
    before = [mark.late_penalty for mark in marks(course, BY_HAND)]
    with Gradebook(course.db_url) as gradebook:
        gradebook.grant_extension(BY_HAND, "ada", days=3)
    write(course, entry("ada", 1))

    assert before == [10]
    assert [(mark.late_penalty, mark.score) for mark in marks(course, BY_HAND)] == [(0, 20)]
