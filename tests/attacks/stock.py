"""Stock nbgrader with the same answer cells: a set with assert-style hidden tests, graded by its command."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attacks import container
from attacks.attack import RIGHT, SET
from attacks.classroom import GRANTED, PLACES, SEED, environment, written
from bpkit.grading.notebook import answers_of, grade_id, is_check, rebuild
from bpkit.grading.questions import ps04_by_hand as ours

ROOT = Path(__file__).parents[2]
SECONDS = 12  # for each submission of a batch, and for the start
CAPS = {"RLIMIT_AS": 6 * 2**30, "RLIMIT_FSIZE": 2**28}  # stock nbgrader has no limits but on time
CONFIGURATION = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.Execute.timeout = 5
c.Execute.startup_timeout = 20
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
"""
POINTS = """
select student.id, coalesce(sum(coalesce(grade.manual_score, grade.auto_score)), 0) from grade
join submitted_notebook on grade.notebook_id = submitted_notebook.id
join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
join student on submitted_assignment.student_id = student.id group by student.id
"""
TEST = '''"""{name} gives the right values."""
{sheet}
### BEGIN HIDDEN TESTS
{hidden}
### END HIDDEN TESTS'''
COMPARES = ("assert np.allclose({}, {}, atol=1e-6)", "np.testing.assert_allclose({}, {}, atol=1e-6)")
CALLS = {
    "forward_221": "forward_221(W, b, x)",
    "deltas_221": "deltas_221(W, *forward_221(W, b, x), y)",
    "gradients_221": "gradients_221(W, b, x, y)",
    "step_221": "step_221(W, b, x, y, 0.5)",
}


@dataclass(frozen=True)
class Outcome:
    """What one grading run gave: points by student, what was written of each, what was left behind."""

    scores: dict
    told: set  # students whose notebook says that what they tried has worked
    leaked: set
    found: container.Found


def tests():
    """Return the source of each test cell: the sheet's network in the open, another one hidden."""
    rng = np.random.default_rng(4)
    W = {1: rng.normal(size=(2, 2)).round(2), 2: rng.normal(size=(1, 2)).round(2)}
    b, x, y = {1: np.array([[0.3], [-0.1]]), 2: np.array([[0.2]])}, np.ones((2, 3)) / 4, np.ones((1, 3)) / 2
    sheet, other = (ours.W, ours.B, ours.X, ours.Y), (W, b, x, y)
    sources = {name: test(name, sheet, other) for name in CALLS}
    numbers = {key: value.ravel().round(6).tolist() for key, value in ours.numbers().items()}
    lines = [f"assert np.allclose(np.ravel(numbers[{k!r}]), {v}, atol=2e-6)" for k, v in numbers.items()]
    return sources | {"numbers": TEST.format(name="numbers", sheet="assert numbers", hidden="\n".join(lines))}


def test(name, sheet, other):
    shown, hidden = ([f"result = {CALLS[name]}", *asserts(name, given)] for given in (sheet, other))
    head, call = "def hidden(W, b, x, y):\n    ", f"\n\nhidden({', '.join(map(plain, other))})"
    return TEST.format(name=name, sheet="\n".join(shown), hidden=head + "\n    ".join(hidden) + call)


def plain(value):
    """Return the source of a value: a dictionary of arrays, or one array."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {plain(entry)}" for key, entry in value.items()) + "}"
    return f"np.array({value.round(9).tolist()})"


def asserts(name, given):
    """Return lines that compare a result with the values that ours gives, as instructors write them."""
    expected = eval(CALLS[name], vars(ours) | dict(zip("Wbxy", given, strict=True)))
    pairs = [("result", expected)] if isinstance(expected, dict) else zip(
        ("result[0]", "result[1]"), expected, strict=True
    )  # fmt: skip
    lines = []
    for (place, values), compare in zip(pairs, COMPARES, strict=False):
        lines.append(f"assert set({place}) == {set(values)}")
        for key, value in values.items():
            lines.append(f"assert {place}[{key}].shape == {value.shape}")
            lines.append(compare.format(f"{place}[{key}]", value.round(9).tolist()))
    return lines


def new_course(folder):
    """Write a course of stock nbgrader, and have it make the assignment."""
    notebook = json.loads((ROOT / "solutions" / SET / f"{SET}.ipynb").read_bytes())
    sources = tests()
    for cell in notebook["cells"]:
        if is_check(cell):
            cell["source"] = sources[grade_id(cell).removeprefix("check_")]
        if grade_id(cell) == "setup":
            cell["source"] = "import numpy as np\n\nfrom bpkit.exercise import activation, derivative"
    place = folder / "source" / SET / f"{SET}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(notebook))
    (folder / "nbgrader_config.py").write_text(CONFIGURATION)
    (folder / "gradebook.seed").write_text(SEED)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", SET]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=os.environ | environment(folder))
    return notebook


def grade(course, folder, attacks):
    """Grade these attacks, and after them the right student, by stock nbgrader in a container."""
    shutil.copytree(course, folder)
    released = json.loads((folder / "release" / SET / f"{SET}.ipynb").read_bytes())
    for attack in attacks:
        attack.hand_in(folder / "submitted", released)
    solved = answers_of(json.loads((course / "source" / SET / f"{SET}.ipynb").read_bytes()), released)
    place = folder / "submitted" / RIGHT / SET / f"{SET}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(rebuild(released, solved)))
    found = container.run(
        [sys.executable, "-m", "nbgrader", "autograde", SET],
        folder / "ward",
        cwd=folder,
        environment=environment(folder),
        watched=[folder / name for name in ("source", "release", "submitted", "temporary")],
        places=[folder, *PLACES],
        seconds=SECONDS * (2 + len(attacks)),
        caps=CAPS,
    )
    texts = {attack.student: written(folder, attack.student) for attack in attacks}
    told = {student for student, text in texts.items() if f'"ename": "{GRANTED}"' in text}
    return Outcome(scores(folder), told, {student for student, text in texts.items() if SEED in text}, found)


def scores(folder):
    """Return what stands in the gradebook, by student; nothing where it can no longer be read."""
    try:
        with sqlite3.connect(f"file:{folder / 'gradebook.db'}?mode=ro", uri=True) as base:
            return dict(base.execute(POINTS).fetchall())
    except sqlite3.Error:
        return {}
