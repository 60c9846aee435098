"""The sample class: twelve invented students, whose notebooks are made of their answers in `answers/`."""

import copy
import json
import re
from pathlib import Path

from ..course import write_whole
from ..notebook import grade_id, is_check, rebuild
from ..questions import SETS

ANSWERS = Path(__file__).with_name("answers")  # <student>/<set>.py, a cell "# %% <question>" an answer


def write_class(course, folder):
    """Write the notebooks that the sample class hands in, ``folder/<student>/<set>/<set>.ipynb``.

    The same release gives the same bytes, and a file that holds them already is left untouched.

    Parameters
    ----------
    course : Course
        Has the released notebooks.
    folder : path

    Raises
    ------
    CourseError
        If a set is not released.

    Examples
    --------
    >>> from bpkit.grading.course import Course
    >>> write_class(Course(Path("nowhere"), Path("nowhere")), "nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bpkit.grading.course.CourseError: ps01_derivatives is not released: ...
    """
    for set_name in SETS:
        released = course.released(set_name)
        for path in sorted(ANSWERS.glob(f"*/{set_name}.py")):
            student = path.parent.name
            text = handed_in(released, student, set_name)
            write_changed(Path(folder, student, set_name, f"{set_name}.ipynb"), text)


def handed_in(released, student, set_name):
    """Return the text of the file that a student hands in."""
    answers = cells((ANSWERS / student / f"{set_name}.py").read_text(encoding="utf-8"))
    notebook = rebuild(released, answers)
    file = ALTERATIONS.get((student, set_name), as_it_is)(notebook)
    return file if isinstance(file, str) else as_text(file)


def cells(text):
    """Split a file of answers into its cells; what stands above the first is about the student.

    >>> cells("# %% f\\nf = 1\\n\\n# %% g\\ng = 2\\n")
    {'f': 'f = 1', 'g': 'g = 2'}
    """
    _, *parts = re.split(r"^# %% (\w+)\n", text, flags=re.MULTILINE)
    return {name: source.strip() for name, source in zip(parts[::2], parts[1::2], strict=True)}


def as_text(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def write_changed(path, text):
    """Write a file unless it holds this text already."""
    if not path.exists() or path.read_bytes() != text.encode():
        write_whole(path, text)


def as_it_is(notebook):
    return notebook


def without_colon(name):
    """Return an alteration that takes the first colon out of the answer `name`."""

    def alter(notebook):
        cell = cell_of(notebook, name)
        cell["source"] = cell["source"].replace(":", "", 1)
        return notebook

    return alter


def copied(name, old, new):
    """Return an alteration that copies an answer and its check, and goes on working in the copy."""

    def alter(notebook):
        answer, check = cell_of(notebook, name), cell_of(notebook, f"check_{name}")
        below = notebook["cells"].index(check) + 1
        edited = {**copy.deepcopy(answer), "source": answer["source"].replace(old, new)}
        notebook["cells"][below:below] = [edited, copy.deepcopy(check)]
        return notebook

    return alter


def cell_of(notebook, name):
    return next(cell for cell in notebook["cells"] if grade_id(cell) == name)


def without_checks(notebook):
    return notebook | {"cells": [cell for cell in notebook["cells"] if not is_check(cell)]}


def without_cells(notebook):
    return notebook | {"cells": []}


def with_own_kernel(notebook):
    kernel = {"display_name": "Python (my-env)", "language": "python", "name": "my-env"}
    return notebook | {"metadata": {"kernelspec": kernel}}


def cut_off(notebook):
    """Return the first half of the file, as an upload that broke off leaves it."""
    text = as_text(notebook)
    return text[: len(text) // 2]


def emptied(notebook):
    return ""


ALTERATIONS = {  # what happened to a notebook besides its answers: dict → dict, or the file's text
    ("larch", "ps04_by_hand"): without_colon("deltas_221"),
    ("larch", "ps05_backprop"): without_colon("layer_gradients"),
    ("oak", "ps04_by_hand"): copied("gradients_221", "a[l].T", "a[l - 1].T"),
    ("oak", "ps05_backprop"): copied("hidden_delta", "f_prime(delta_next)", "f_prime(z)"),
    ("pine", "ps04_by_hand"): without_checks,
    ("pine", "ps05_backprop"): without_checks,
    ("poplar", "ps04_by_hand"): cut_off,
    ("poplar", "ps05_backprop"): cut_off,
    ("spruce", "ps04_by_hand"): emptied,
    ("spruce", "ps05_backprop"): without_cells,
    ("yew", "ps04_by_hand"): with_own_kernel,
    ("yew", "ps05_backprop"): with_own_kernel,
}
