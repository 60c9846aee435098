"""Preprocessors for ``nbgrader autograde``: the same verdicts there, and behind the formgrader's button.

`Rebuild` takes the place of nbgrader's sanitizing: of a submission only its answers count.
`Judge` takes the place of `Execute`: the cells run in the sandbox, the verdict stays outside.
`SaveVerdicts` takes the place of `SaveAutoGrades`: scores come from the judge, never from outputs.
"""

import json
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from .course import Course
from .gradebook import SetGradebook, open_gradebook
from .notebook import answers_of, rebuild, with_verdicts
from .questions import questions_of
from .sandbox.process import Sandbox
from .submission import grade_submission


def course_of(preprocessor):
    """Return the course whose converter runs this preprocessor."""
    root = Path(preprocessor.parent.parent.coursedir.root)
    return Course(root, root)


def enter_assignment(assignment, student, notebooks):
    """Enter a set into the gradebook before its first submission, as the release by nbgrader does."""
    with open_gradebook(Course(Path.cwd(), Path.cwd()), assignment):
        pass


def plain(notebook):
    """Return a notebook as plain data."""
    return json.loads(nbformat.writes(notebook))


def node(notebook):
    """Return plain data as a notebook."""
    return nbformat.reads(json.dumps(notebook), as_version=4)


class Rebuild(NbGraderPreprocessor):
    """Put the submission's answers into the released notebook."""

    def preprocess(self, nb, resources):
        """Return the released notebook with the student's answers, and the resources as they were."""
        released = course_of(self).released(resources["nbgrader"]["assignment"])
        return node(rebuild(released, answers_of(plain(nb), released))), resources


class Judge(NbGraderPreprocessor):
    """Run the answers in the sandbox, judge them outside, and show the verdicts in the check cells."""

    def preprocess(self, nb, resources):
        """Return the notebook with the verdicts as outputs; the verdicts go into the resources."""
        set_name = resources["nbgrader"]["assignment"]
        course, questions = course_of(self), list(questions_of(set_name).values())
        with Sandbox() as sandbox:
            data = json.dumps(plain(nb)).encode()
            graded = grade_submission(sandbox, data, course.released(set_name), questions, course.seed())
        resources["verdicts"] = graded.verdicts
        return node(with_verdicts(graded.notebook, graded.verdicts)), resources


class SaveVerdicts(NbGraderPreprocessor):
    """Write the judge's scores into the gradebook."""

    def preprocess(self, nb, resources):
        """Return what was given; the scores are in the gradebook then."""
        given = resources["nbgrader"]
        with Gradebook(given["db_url"]) as gradebook:
            SetGradebook(gradebook, given["assignment"]).write_scores(given["student"], resources["verdicts"])
        return nb, resources
