"""The marks as nbgrader counts them: what a person gave by hand, and what being late cost, included."""

from dataclasses import dataclass

from sqlalchemy import case, func, select

from . import schema as s
from .records import database_with


@dataclass(frozen=True)
class Mark:
    """What a student has of a set.

    >>> Mark("ada", "Ada", "Lovelace", "", "", 17.0, 20.0, 1.0, False).score
    17.0
    """

    student: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str
    score: float  # before the penalty
    max: float
    late_penalty: float
    needs_manual: bool  # a person has to look at it


def marks(course, set_name):
    """Iterate over the marks of a set, in order of the students who handed in.

    Yields
    ------
    Mark
    """
    with database_with(course, s.submitted_notebook) as engine:
        if engine is None:
            return
        with engine.connect() as connection:
            full = connection.execute(full_marks(set_name)).scalar() or 0.0
            found = connection.execute(marks_by_student(set_name)).all()
    for student, *names, raw, penalty, needs_manual in sorted(found, key=lambda row: row[0]):
        yield Mark(student, *(name or "" for name in names), raw, full, penalty, bool(needs_manual))


def full_marks(set_name):
    """Return the query for the points of all cells of a set."""
    points = func.coalesce(s.grade_cells.c.max_score, s.task_cells.c.max_score, 0.0)
    return (
        select(func.sum(points))
        .select_from(s.base_cell)
        .join(s.notebook, s.notebook.c.id == s.base_cell.c.notebook_id)
        .join(s.assignment, s.assignment.c.id == s.notebook.c.assignment_id)
        .outerjoin(s.grade_cells, s.grade_cells.c.id == s.base_cell.c.id)
        .outerjoin(s.task_cells, s.task_cells.c.id == s.base_cell.c.id)
        .where(s.assignment.c.name == set_name)
    )


def marks_by_student(set_name):
    """Return the query for a row a student: name and address, points, penalty, whether somebody must look."""
    who = s.student.c["id", "first_name", "last_name", "email", "lms_user_id"]
    handed, books = s.submitted_assignment, s.submitted_notebook
    late = select(func.coalesce(func.sum(books.c.late_submission_penalty), 0.0))
    looks = func.max(case((s.grade.c.needs_manual_grade, 1), else_=0))
    late = late.where(books.c.assignment_id == handed.c.id).correlate(handed).scalar_subquery()
    return (
        select(*who, func.sum(s.score), late, looks)
        .join(handed, handed.c.student_id == s.student.c.id)
        .join(s.assignment, s.assignment.c.id == handed.c.assignment_id)
        .join(books, books.c.assignment_id == handed.c.id)
        .join(s.grade, s.grade.c.notebook_id == books.c.id)
        .where(s.assignment.c.name == set_name)
        .group_by(*who, handed.c.id)
    )
