"""A copy of the course for nbgrader to work in, and what is read out of it afterwards."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from bpkit.grading.generate import notebook_path

ROOT = Path(__file__).parents[1]
EXCHANGE = "\nc.Exchange.root = '{root}/exchange'\n"


def new_course(root, more=""):
    """Copy the course to a folder, with a place to release feedback to."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "exchange").mkdir()
    config = (ROOT / "nbgrader_config.py").read_text() + EXCHANGE.format(root=root) + more
    (root / "nbgrader_config.py").write_text(config)
    return root


def hand_in(root, set_name, student, notebook, timestamp="2030-02-01 12:00:00 UTC"):
    """Put a notebook where nbgrader's exchange would have put it, with what that writes beside it."""
    path = root / "submitted" / student / set_name / f"{set_name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    (path.parent / "timestamp.txt").write_text(timestamp)
    (path.parent / "submission_secret.txt").write_text(f"secret of {student}")


def read(root, folder, set_name):
    return nbformat.read(notebook_path(root, folder, set_name), as_version=4)


def nbgrader(root, *arguments):
    """Run an nbgrader command in the course, and return what it prints if it succeeds."""
    done = attempt(root, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def attempt(root, *arguments, before=()):
    """Run an nbgrader command in the course, behind another command, whatever comes of it."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "HOME": str(root)}
    command = [*before, sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def gradebook(root):
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}")


def scores(root, set_name, student):
    """Return a student's points by cell, as the gradebook has them."""
    with gradebook(root) as gb:
        return {
            grade.name: grade.auto_score
            for grade in gb.find_submission(set_name, student).notebooks[0].grades
        }


def autograded(root, set_name, student):
    return nbformat.read(root / "autograded" / student / set_name / f"{set_name}.ipynb", as_version=4)


def add_written_answer(root, set_name):
    """Put a question that is answered in words at the end of a set of ours."""
    path = notebook_path(root, "solutions", set_name)
    notebook = nbformat.read(path, as_version=4)
    own = {"grade_id": "reflection", "grade": True, "solution": True, "locked": False, "points": 4}
    own |= {"schema_version": 3, "task": False}
    answer = new_markdown_cell("### BEGIN SOLUTION\nBackwards.\n### END SOLUTION", id="reflection")
    answer.metadata["nbgrader"] = own
    notebook.cells.append(answer)
    nbformat.write(notebook, path)
