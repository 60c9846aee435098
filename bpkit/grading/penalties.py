"""What being late costs: as the course's plugin for nbgrader says, by nbgrader's own rules."""

import sys
from types import SimpleNamespace

from sqlalchemy import func, select

from . import schema as s
from .course import configured
from .rows import put


class Penalties:
    """Writes the penalties of one set; the plugin is loaded once a submission is late."""

    def __init__(self, rows, course):
        self.rows, self.course, self.assigner = rows, course, None

    def write(self, connection, notebooks):
        """Write what notebooks lose, by their ids; one that is not late loses nothing."""
        late = self.late(connection, notebooks) if self.rows.assignment.duedate else {}
        rows = [
            {
                "id": notebook,
                "late_submission_penalty": self.penalty(*late[notebook]) if notebook in late else None,
            }
            for notebook in notebooks
        ]
        put(connection, s.submitted_notebook, ("id",), rows)

    def late(self, connection, notebooks):
        """Return {notebook: (student, score, seconds late)} of those that are late."""
        handed = s.submitted_assignment.c
        query = (
            select(
                s.submitted_notebook.c.id,
                handed.student_id,
                handed.timestamp,
                handed.extension,
                func.sum(s.score),
            )
            .join(s.submitted_assignment, handed.id == s.submitted_notebook.c.assignment_id)
            .join(s.grade, s.grade.c.notebook_id == s.submitted_notebook.c.id)
            .where(s.submitted_notebook.c.id.in_(notebooks), handed.timestamp.is_not(None))
            .group_by(s.submitted_notebook.c.id, handed.student_id, handed.timestamp, handed.extension)
        )
        found = {}
        for notebook, student, timestamp, extension, score in connection.execute(query):
            due = self.rows.assignment.duedate
            seconds = (timestamp - (due + extension if extension else due)).total_seconds()
            if seconds > 0:
                found[notebook] = student, score, seconds
        return found

    def penalty(self, student, score, seconds):
        """Return what the plugin takes off, at most the score, or None."""
        self.assigner = self.assigner or assigner_of(self.course)
        penalty = self.assigner.plugin_inst.late_submission_penalty(student, score, seconds)
        return (
            None
            if penalty is None
            else self.assigner._check_late_penalty(SimpleNamespace(score=score), penalty)
        )


def assigner_of(course):
    """Return nbgrader's preprocessor for penalties, with the plugin that the course's configuration names."""
    from nbgrader.preprocessors import AssignLatePenalties  # takes seconds to import

    sys.path.insert(0, str(course.root))  # nbgrader runs in the course's folder, and finds its plugins there
    try:
        assigner = AssignLatePenalties(config=configured(course.root))
        assigner.init_plugin()
    finally:
        sys.path.remove(str(course.root))
    return assigner
