"""The one writer: verdicts into nbgrader's own database, so that all of nbgrader goes on working."""

import os
import sysconfig
import warnings
from contextlib import contextmanager

from .course import CourseError
from .notebook import grade_id, is_check


@contextmanager
def open_gradebook(course, set_name):
    """Open a course's gradebook for one set; it is made, and the set entered, where that is missing.

    Yields
    ------
    SetGradebook

    Raises
    ------
    CourseError
        If the file is no gradebook, or holds submissions for another version of the set.
    """
    from nbgrader.api import Gradebook  # takes a second to import
    from sqlalchemy.exc import DatabaseError

    from .release import register

    course.home.mkdir(parents=True, exist_ok=True)
    programs = sysconfig.get_path("scripts")  # nbgrader starts alembic by its name
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
    try:
        with Gradebook(course.db_url, "backpropagation") as gradebook:
            if not entered(gradebook, course, set_name):
                register(course.root, set_name, course.db_url)
                gradebook.db.expire_all()
            yield SetGradebook(gradebook, set_name)
    except DatabaseError as error:
        raise CourseError(
            f"{course.gradebook} cannot be used as nbgrader's gradebook: {error.orig}. If an older nbgrader "
            "made it, back it up and run: nbgrader db upgrade"
        ) from error


def entered(gradebook, course, set_name):
    """Say whether the gradebook knows the set with the cells and points of its release."""
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(set_name, set_name)
    except MissingEntry:
        return False
    cells = [cell for cell in course.released(set_name)["cells"] if is_check(cell)]
    released = {grade_id(cell): float(cell["metadata"]["nbgrader"]["points"]) for cell in cells}
    return {cell.name: cell.max_score for cell in notebook.grade_cells} == released


class SetGradebook:
    """The gradebook's rows of one problem set."""

    def __init__(self, gradebook, set_name):
        self.gradebook, self.set_name = gradebook, set_name

    def has(self, student):
        """Say whether a student's submission of the set has its scores."""
        from nbgrader.api import MissingEntry

        try:
            grades = self.gradebook.find_submission_notebook(self.set_name, self.set_name, student).grades
        except MissingEntry:
            return False
        return all(grade.auto_score is not None for grade in grades)

    def write(self, submission, graded):
        """Write one student's scores; a score that a person gave by hand stays, and asks to be looked at."""
        self.gradebook.update_or_create_student(submission.student)
        given = {"timestamp": submission.timestamp} if submission.timestamp else {}
        with warnings.catch_warnings():  # nbgrader builds its rows outside the session; they are whole
            warnings.filterwarnings("ignore", "Object of type <Submitted.*not in session")
            self.gradebook.update_or_create_submission(self.set_name, submission.student, **given)
        self.write_scores(submission.student, graded.verdicts)

    def write_scores(self, student, verdicts):
        """Write the scores of a submission that the gradebook knows, in one transaction."""
        scores = {f"check_{verdict.name}": verdict.score for verdict in verdicts}
        notebook = self.gradebook.find_submission_notebook(self.set_name, self.set_name, student)
        for grade in notebook.grades:
            if grade.name in scores:
                grade.auto_score = scores[grade.name]
                grade.needs_manual_grade = grade.manual_score is not None
        self.gradebook.db.commit()
