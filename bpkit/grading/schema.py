"""The tables of nbgrader's database that grading reads and writes, and the one that is ours.

nbgrader takes seconds to import, and writes row by row; these tables are written many rows at once.
"""

from sqlalchemy import Boolean, Column, DateTime, Float, Interval, MetaData, String, Table, Text, case

REVISION = "e43177bfe90b"  # of nbgrader's schema
NAME = String(128)
BY_CODE = NAME.with_variant(String(128, collation="C"), "postgresql")  # in order as Python sorts

theirs, ours = MetaData(), MetaData()


def key():
    return Column("id", String(32), primary_key=True)


assignment = Table("assignment", theirs, key(), Column("name", NAME), Column("duedate", DateTime))
notebook = Table("notebook", theirs, key(), Column("name", NAME), Column("assignment_id", String(32)))
base_cell = Table(
    "base_cell", theirs, key(), Column("name", NAME), Column("notebook_id", String(32)), Column("type", NAME)
)
grade_cells = Table("grade_cells", theirs, key(), Column("max_score", Float), Column("cell_type", String(8)))
task_cells = Table("task_cells", theirs, key(), Column("max_score", Float))
student = Table(
    "student",
    theirs,
    Column("id", NAME, primary_key=True),
    *(Column(name, NAME) for name in ("first_name", "last_name", "email", "lms_user_id")),
)
submitted_assignment = Table(
    "submitted_assignment",
    theirs,
    key(),
    Column("assignment_id", String(32)),
    Column("student_id", NAME),
    Column("timestamp", DateTime),
    Column("extension", Interval),
)
submitted_notebook = Table(
    "submitted_notebook",
    theirs,
    key(),
    Column("assignment_id", String(32)),
    Column("notebook_id", String(32)),
    Column("flagged", Boolean, default=False),
    Column("late_submission_penalty", Float),
)
grade = Table(
    "grade",
    theirs,
    key(),
    Column("notebook_id", String(32)),
    Column("cell_id", String(32)),
    Column("auto_score", Float),
    Column("manual_score", Float),
    Column("extra_credit", Float),
    Column("needs_manual_grade", Boolean, default=True),
)
comment = Table(
    "comment",
    theirs,
    key(),
    Column("notebook_id", String(32)),
    Column("cell_id", String(32)),
    Column("auto_comment", Text),
)
verdicts = Table(
    "bpkit_verdict",
    ours,
    Column("set_name", NAME, primary_key=True),
    Column("student", BY_CODE, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("verdict", Text, nullable=False),
)

automatic = case((grade.c.manual_score.is_not(None), grade.c.manual_score), else_=grade.c.auto_score)
extra = case((grade.c.extra_credit.is_not(None), grade.c.extra_credit), else_=0.0)
score = case((automatic.is_not(None), automatic + extra), else_=0.0)  # of one cell, as nbgrader counts it
