"""The one writer: verdicts into nbgrader's own database, so that all of nbgrader goes on working."""

from contextlib import contextmanager

from sqlalchemy import func, select

from . import schema as s
from .course import CourseError
from .database import in_sentences, open_database, place, writing
from .marks import Mark, marks
from .notebook import grade_id, is_check
from .penalties import Penalties
from .questions import SETS
from .records import write_records
from .rows import SetRows

__all__ = ["Mark", "SetGradebook", "marks", "open_gradebook"]


@contextmanager
def open_gradebook(course, set_name):
    """Open a course's gradebook for one set; it is made, and the set entered, where that is missing.

    Yields
    ------
    SetGradebook

    Raises
    ------
    CourseError
        If the database is no gradebook, or holds submissions of another version of the set.
    """
    course.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(course)
    try:
        with in_sentences(course):
            if set_name not in SETS or not entered(engine, course, set_name):
                enter(engine, course, set_name)
            yield SetGradebook(engine, set_name, course)
    finally:
        engine.dispose()


def entered(engine, course, set_name):
    """Say whether the gradebook knows the set with the cells and points of its release."""
    with engine.connect() as connection:
        return points_entered(connection, set_name) == points_released(course.released(set_name))


def points_entered(connection, set_name):
    """Return the points of each graded cell of a set in the gradebook."""
    points = func.coalesce(s.grade_cells.c.max_score, s.task_cells.c.max_score)
    query = (
        select(s.base_cell.c.name, points)
        .join(s.notebook, s.notebook.c.id == s.base_cell.c.notebook_id)
        .join(s.assignment, s.assignment.c.id == s.notebook.c.assignment_id)
        .outerjoin(s.grade_cells, s.grade_cells.c.id == s.base_cell.c.id)
        .outerjoin(s.task_cells, s.task_cells.c.id == s.base_cell.c.id)
        .where(s.assignment.c.name == set_name, s.notebook.c.name == set_name, points.is_not(None))
    )
    return dict(connection.execute(query).all())


def points_released(released):
    """Return the points of each graded cell of a released notebook."""
    graded = [cell for cell in released["cells"] if is_check(cell) or is_task(cell)]
    return {grade_id(cell): float(cell["metadata"]["nbgrader"]["points"]) for cell in graded}


def is_task(cell):
    return bool(cell["metadata"].get("nbgrader", {}).get("task"))


def enter(engine, course, set_name):
    """Have nbgrader enter a set's cells and points.

    Raises
    ------
    CourseError
        If the gradebook holds submissions of another version, or the release is of another version.
    """
    from .release import ReleaseError, problem_sets, register  # takes seconds to import

    if set_name in problem_sets(course.root):
        try:
            register(course.root, set_name, course.db_url)
        except ReleaseError as error:
            if "submissions associated" not in str(error):
                raise
            raise CourseError(
                f"The gradebook {place(course)} holds submissions of another version of {set_name}, with "
                "other cells. Grade this version into another folder (--into), or move the gradebook away."
            ) from error
    if not entered(engine, course, set_name):
        raise CourseError(
            f"{course.released_path(set_name)} has other cells or points than the gradebook {place(course)} "
            f"and solutions/{set_name}. Run: bpkit release {set_name}"
        )


class SetGradebook:
    """The gradebook's rows of one problem set."""

    def __init__(self, engine, set_name, course):
        self.engine, self.set_name = engine, set_name
        with self.engine.connect() as connection:
            self.rows = SetRows(connection, set_name)
        self.penalties = Penalties(self.rows, course)

    def students(self):
        """Return the students whose submission of the set the gradebook knows."""
        query = select(s.submitted_assignment.c.student_id)
        query = query.join(
            s.submitted_notebook, s.submitted_notebook.c.assignment_id == s.submitted_assignment.c.id
        ).where(s.submitted_notebook.c.notebook_id == self.rows.notebook)
        with self.engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def write(self, entries, records=()):
        """Write entries and records, (student, key, JSON), all of them or none."""
        with writing(self.engine) as connection:
            if entries:
                notebooks = self.rows.write(connection, entries)
                self.penalties.write(connection, list(notebooks.values()))
            if records:
                write_records(connection, self.set_name, records)
