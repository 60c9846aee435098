"""Preprocessors for ``nbgrader autograde``: the same verdicts there, and behind the formgrader's button.

`Rebuild` stands before nbgrader's sanitizing: of a submission only its answers count.
`Judge` takes the place of `Execute`: the cells run in the sandbox, the verdict stays outside.
`SaveVerdicts` takes the place of `SaveAutoGrades`: scores come from the judge, never from outputs.

The sets of other courses, whose tests are assert statements, keep nbgrader's sanitizing and rules;
only their cells run in the sandbox, and their notebooks say that the verdict comes from inside.
"""

import json
import weakref
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_solution
from traitlets import Enum

from .asserts import files_in, marked_inside, refuse_other_languages, run_cells
from .course import Course, CourseError
from .gradebook import open_gradebook
from .limits import Limits
from .notebook import NotebookError, answers_of, rebuild, with_verdicts
from .questions import SETS
from .sandbox.levels import LEVELS, SandboxRefused, best, refusal
from .sandbox.process import Sandbox
from .submission import grade_submission

UNLIMITED = 3600  # seconds, where nbgrader is told to set no limit
DOWN = "To grade with limits alone, where you trust the notebooks: c.Judge.sandbox = 'process'"

warm = weakref.WeakKeyDictionary()  # {a run of nbgrader: its sandbox}


class ByTheClock(Limits):
    """Limits whose seconds are the clock's, as those of nbgrader's ``Execute.timeout`` are."""

    def wall_seconds(self, seconds):
        """Return the same."""
        return seconds


def course_of(converter):
    """Return the course that one of nbgrader's converters works on."""
    root = Path(converter.coursedir.root)
    return Course(root, root)


def enter_assignment(assignment, student, notebooks):
    """Enter a set into the gradebook before its first submission, as the release by nbgrader does."""
    if assignment in SETS:
        with open_gradebook(Course(Path.cwd(), Path.cwd()), assignment):
            pass


def plain(notebook):
    """Return a notebook as plain data."""
    return json.loads(nbformat.writes(notebook))


def node(notebook):
    """Return plain data as a notebook."""
    return nbformat.reads(json.dumps(notebook), as_version=4)


@contextmanager
def sandbox_of(converter, level, limits):
    """Yield a run's warm process: one for all its submissions, which ends with the run.

    For a single submission, as behind the formgrader's button, it ends at once: the server goes on.
    """
    if len(converter.assignments) == 1:
        with Sandbox(level, limits) as sandbox:
            yield sandbox
        return
    if converter not in warm:
        warm[converter] = Sandbox(level, limits).__enter__()
        weakref.finalize(converter, warm[converter].__exit__)
    yield warm[converter]


class Rebuild(NbGraderPreprocessor):
    """Put the submission's answers into the released notebook."""

    def preprocess(self, nb, resources):
        """Return the released notebook with the student's answers; the sets of others stay as they are."""
        set_name = resources["nbgrader"]["assignment"]
        if set_name not in SETS:
            return nb, resources
        released = course_of(self.parent.parent).released(set_name)
        try:
            answers = answers_of(plain(nb), released)
        except NotebookError as error:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], error)
            answers = {}
        return node(rebuild(released, answers)), resources


class Judge(NbGraderPreprocessor):
    """Run the answers in the sandbox, judge them outside, and show the verdicts in the check cells."""

    sandbox = Enum(
        (None, *LEVELS),
        None,
        allow_none=True,
        help="The sandbox's level. Without it: the best that this machine offers, and never 'process'.",
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Return the notebook with what was found as outputs; the scores go into the resources."""
        judged = self.outside if resources["nbgrader"]["assignment"] in SETS else self.inside
        return judged(plain(nb), resources), resources

    def level(self):
        """Return the sandbox's level, or raise SandboxRefused, with what to do about it."""
        level = self.sandbox or best()
        why = refusal(level if self.sandbox else "full") if self.sandbox or level == "process" else None
        if why:
            raise SandboxRefused(f"{why} {DOWN}")
        return level

    def outside(self, notebook, resources):
        """Judge a set of this course, and put its scores into the resources."""
        set_name, converter, level = resources["nbgrader"]["assignment"], self.parent.parent, self.level()
        course = course_of(converter)
        released, data = course.released(set_name), json.dumps(notebook).encode()
        with sandbox_of(converter, level, Limits.of(released)) as sandbox:
            graded = grade_submission(sandbox, data, released, list(SETS[set_name]), course.seed())
        resources["scores"] = {f"check_{verdict.name}": verdict.score for verdict in graded.verdicts}
        notebook = with_verdicts(graded.notebook, graded.verdicts)
        notebook["metadata"]["bpkit"] = {"verdict": "outside", "level": level}
        return node(notebook)

    def inside(self, notebook, resources):
        """Run a set of another course; its scores come from its outputs, by nbgrader's own rules."""
        settings = Execute(parent=self.parent)
        if not settings.enabled:
            return node(notebook)
        refuse_other_languages(notebook)
        converter, level = self.parent.parent, self.level()
        seconds = settings.timeout if settings.timeout and settings.timeout > 0 else UNLIMITED
        files = beside(converter, resources["nbgrader"])
        with sandbox_of(converter, level, ByTheClock.of(notebook)) as sandbox:
            run_cells(sandbox, notebook["cells"], seconds, files, settings.error_on_timeout)
        return node(marked_inside(notebook, level))


def beside(converter, given):
    """Return the files beside a submission: the student's, under those of the course."""
    place, student, name = converter.coursedir, given["student"], given["assignment"]
    theirs = files_in(Path(place.format_path(place.submitted_directory, student, name)))
    ours = files_in(Path(place.format_path(place.source_directory, ".", name)))
    kept = [file for file in converter.exclude_overwriting.get(name, ()) if file in theirs]
    return theirs | ours | {file: theirs[file] for file in kept}


class SaveVerdicts(SaveAutoGrades):
    """Write the judge's scores into the gradebook; what a person grades, and other sets, as nbgrader does."""

    def _add_score(self, cell, resources):
        if "scores" not in resources or is_solution(cell):
            super()._add_score(cell, resources)
            return
        given, name = resources["nbgrader"], cell.metadata.nbgrader["grade_id"]
        if name not in resources["scores"]:
            raise CourseError(f"The cell {name} carries points, but there is no question that judges it.")
        grade = self.gradebook.find_grade(name, given["notebook"], given["assignment"], given["student"])
        grade.auto_score = resources["scores"][name]
        grade.needs_manual_grade = grade.manual_score is not None
        self.gradebook.db.commit()
