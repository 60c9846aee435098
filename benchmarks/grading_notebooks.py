"""What is handed in: right answers in several ways, wrong ones, and classes in which no two are alike."""

import copy
import json
import re
from functools import cache
from pathlib import Path

from bpkit.grading.course import Course
from bpkit.grading.notebook import answers_of, grade_id, is_answer, rebuild
from bpkit.grading.questions import SETS
from bpkit.grading.sample import ANSWERS, handed_in

ROOT = Path(__file__).parents[1]
SET = "ps05_backprop"
COURSE = Course(ROOT, ROOT)
QUESTIONS = list(SETS[SET])
WAYS = {  # functions of tests/grading/right_backprop.py, by what follows the question's name
    "the solution": {},
    "by einsum": dict.fromkeys(("forward", "hidden_delta", "layer_gradients", "backward"), "by_einsum"),
    "in rows": {
        "forward": "in_rows",
        "hidden_delta": "in_rows",
        "layer_gradients": "of_the_mean_delta",
        "to_rows": "by_views",
    },
    "by recursion": {"forward": "by_recursion", "backward": "by_recursion", "hidden_delta": "in_place"},
    "by loops": {
        "forward": "by_loops",
        "hidden_delta": "by_loops",
        "layer_gradients": "by_loops",
        "to_rows": "by_loops",
    },
}
SLIPS = {  # (answer, what stands in the solution, what stands there instead)
    "one known mistake": ("hidden_delta", "(W_next.T @ delta_next) * f_prime(z)", "W_next.T @ delta_next"),
    "a SyntaxError": ("layer_gradients", "delta.shape[1]", "delta.shape[1"),
    "an endless loop": ("layer_gradients", "m = delta.shape[1]", "while True: pass"),
}
ENDLESS = "maple"  # of the sample class: it costs what its limit allows, whoever grades it


@cache
def released():
    return COURSE.released(SET)


@cache
def solution():
    """Return the source of each answer in the solved notebook."""
    return answers_of(json.loads((ROOT / "solutions" / SET / f"{SET}.ipynb").read_bytes()), released())


def rewritten(name, way):
    """Return the source of an answer in another way, under the question's name."""
    text = (ROOT / "tests" / "grading" / "right_backprop.py").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^def {name}_{way}\(.*?(?=\n\n\n|\Z)", text, re.M | re.S)
    return found.replace(f"{name}_{way}", name)


def as_bytes(answers):
    return json.dumps(rebuild(released(), answers)).encode()


def right(way):
    """Return a right submission, as bytes.

    >>> b"np.einsum" in right("by einsum"), b"np.einsum" in right("the solution")
    (True, False)
    """
    other = {name: rewritten(name, how) for name, how in WAYS[way].items()}
    return as_bytes(solution() | other)


def wrong(slip):
    """Return a wrong submission, as bytes; ``untouched`` is the notebook as it was handed out."""
    if slip == "untouched":
        return json.dumps(released()).encode()
    name, old, new = SLIPS[slip]
    if old not in solution()[name]:
        raise ValueError(f"The solution of {name} no longer has {old!r}.")
    return as_bytes(solution() | {name: solution()[name].replace(old, new)})


def kinds():
    """Return the files that a class is made of: by name, as text."""
    sample = sorted(path.name for path in ANSWERS.iterdir() if path.is_dir() and path.name != ENDLESS)
    files = {name: handed_in(copy.deepcopy(released()), name, SET) for name in sample}
    return files | {way: right(way).decode() for way in list(WAYS)[:4]}


def edited(text, student):
    """Return a file that is as right or wrong as before, and like no other student's."""
    try:
        notebook = json.loads(text)
    except ValueError:
        return f"{text} {student}"
    for cell in notebook["cells"]:
        if is_answer(cell):
            cell["source"] = f"{''.join(cell['source'])}\n# {grade_id(cell)} of {student}"
    notebook["metadata"]["student"] = student
    return json.dumps(notebook, indent=1)


def write_class(folder, students):
    """Write the submissions of so many students, ``folder/<student>/<set>/<set>.ipynb``.

    Parameters
    ----------
    folder : Path
    students : int

    Returns
    -------
    dict of {str: int}
        How many there are of each kind.
    """
    files = kinds()
    names = list(files)
    for k in range(students):
        student = f"student{k:05}"
        path = folder / student / SET / f"{SET}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(edited(files[names[k % len(names)]], student), encoding="utf-8")
    return {name: len(range(place, students, len(names))) for place, name in enumerate(names)}
