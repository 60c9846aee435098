"""Stock nbgrader with the same answers: assert statements, some hidden, on the same inputs."""

import json
import os
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import numpy as np
from grading_notebooks import QUESTIONS, ROOT, SET, SLIPS, WAYS, edited, right, wrong

from bpkit.grading.marking import PUBLIC_SEED, ask
from bpkit.grading.notebook import grade_id, is_check
from bpkit.grading.sandbox.frames import Provided

CONFIGURATION = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
"""
SHOWN, HIDDEN = 1, 3  # cases of a question: as many as instructors write by hand
TEST = '''"""{name} gives the right values."""
def agree(got, expected):
    if isinstance(expected, dict):
        assert set(got) == set(expected)
        got, expected = [got[key] for key in expected], list(expected.values())
    if isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for pair in zip(got, expected):
            agree(*pair)
    else:
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-9)

{shown}
### BEGIN HIDDEN TESTS
{hidden}
### END HIDDEN TESTS'''
POINTS = """
select submitted_assignment.student_id, sum(grade.auto_score) from grade
join submitted_notebook on grade.notebook_id = submitted_notebook.id
join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
group by submitted_assignment.student_id
"""


def test_source(question):
    """Return the source of a question's test cell."""
    asked = ask(question, PUBLIC_SEED)
    lines = [
        f"agree({question.name}({', '.join(map(written, case.arguments))}), {written(expected)})"
        for case, expected in zip(asked.cases, asked.expected, strict=True)
    ]
    shown, hidden = lines[:SHOWN], lines[SHOWN : SHOWN + HIDDEN]
    return TEST.format(name=question.name, shown="\n".join(shown), hidden="\n".join(hidden))


def written(value):
    """Return the source of a plain value.

    >>> written({1: np.ones((1, 2)), "f": Provided("derivative", "tanh")})
    "{1: np.array([[1.0, 1.0]]), 'f': derivative('tanh')}"
    """
    if isinstance(value, Provided):
        return f"{value.kind}({value.name!r})"
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(written, value))}]"
    return repr(value.item() if isinstance(value, np.generic) else value)


def new_course(folder):
    """Write a course of stock nbgrader, and have it make the assignment."""
    notebook = json.loads((ROOT / "solutions" / SET / f"{SET}.ipynb").read_bytes())
    tests = {f"check_{question.name}": test_source(question) for question in QUESTIONS}
    for cell in notebook["cells"]:
        if is_check(cell):
            cell["source"] = tests[grade_id(cell)]
    path = folder / "source" / SET / f"{SET}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))
    (folder / "nbgrader_config.py").write_text(CONFIGURATION)
    nbgrader(folder, "generate_assignment", SET)


def nbgrader(folder, *arguments):
    """Run a command of nbgrader's in a course."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    own = dict.fromkeys(("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), str(folder))
    own["PATH"] = os.pathsep.join(
        [sysconfig.get_path("scripts"), os.environ["PATH"]]
    )  # nbgrader calls alembic
    done = subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"nbgrader {arguments[0]} ended with {done.returncode}:\n{done.stderr}")


def hand_in(folder, notebooks):
    """Put notebooks where students' submissions lie, the answers in cells of the released one."""
    released = json.loads((folder / "release" / SET / f"{SET}.ipynb").read_bytes())
    for student, data in notebooks.items():
        answers = {grade_id(cell): cell["source"] for cell in json.loads(edited(data, student))["cells"]}
        cells = [
            cell
            | {"source": cell["source"] if is_check(cell) else answers.get(grade_id(cell), cell["source"])}
            for cell in released["cells"]
        ]
        path = folder / "submitted" / student / SET / f"{SET}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(released | {"cells": cells}))


def measure_stock(meter, students):
    """Measure `nbgrader autograde` on right submissions and a wrong one; starting the command is apart.

    Parameters
    ----------
    meter : Group or Machine
    students : int
        Right submissions; a run of the command on the wrong one alone comes first.

    Returns
    -------
    dict
        ``cpu_ms`` and ``wall_ms`` of a further submission, and of a run of the command for one alone.
    """
    from nbgrader import __version__

    ways = list(WAYS)
    handed_in = {f"right{k:02}": right(ways[k % len(ways)]) for k in range(students)}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        new_course(folder)
        hand_in(folder, {"wrong": wrong(next(iter(SLIPS)))})
        alone = autograde(folder, meter)
        hand_in(folder, handed_in)
        together = autograde(folder, meter)
        expect_marks(folder, handed_in)
    cpu, wall = (1e3 * (b - a) / students for a, b in zip(alone, together, strict=True))
    first = {"first_cpu_ms": 1e3 * alone[0], "first_wall_ms": 1e3 * alone[1]}
    return {"nbgrader": __version__, "submissions": students, "cpu_ms": cpu, "wall_ms": wall} | first


def autograde(folder, meter):
    """Grade everything anew, and return the seconds of CPU time and of the clock."""
    before, began = meter.seconds(), time.monotonic()
    nbgrader(folder, "autograde", SET, "--force")
    return meter.seconds() - before, time.monotonic() - began


def expect_marks(folder, handed_in):
    """Raise a ValueError unless the right submissions get all points, and the wrong one does not."""
    with sqlite3.connect(folder / "gradebook.db") as base:
        points = dict(base.execute(POINTS).fetchall())
    full = sum(question.points for question in QUESTIONS)
    expected = {student: full for student in handed_in}
    if {student: points.get(student) for student in expected} != expected or points["wrong"] >= full:
        raise ValueError(f"Stock nbgrader gives {points}, but the right ones should have {full:g}.")
