"""Where a command was called: the course that it is about."""

from pathlib import Path


class Unfit(Exception):
    """The command cannot be carried out here; the message says why."""


def root():
    """Return the course's folder: this one, or the nearest above it that holds a course."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir() and (folder / "nbgrader_config.py").is_file():
            return folder
    raise Unfit(
        f"{here} is not in a course. Go to its folder, the one with solutions/ and nbgrader_config.py."
    )


def course_of(into):
    """Return the course, with everything that grading writes in the folder `into`, or beside the course."""
    from bpkit.grading.course import Course

    return Course(root(), into or root())
