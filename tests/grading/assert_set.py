"""A small set of another course, whose tests are assert statements, and what students handed in for it."""

import copy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bpkit.grading.generate import notebook_path

SQUARES = "squares"
STUB = """def squares(n):
    ### BEGIN SOLUTION
    return [i**2 for i in range(1, n + 1)]
    ### END SOLUTION"""
TEST = """assert squares(2) == [1, 4]
### BEGIN HIDDEN TESTS
assert squares(3) == [1, 4, 9]
### END HIDDEN TESTS"""
SHARE = "sum(value == i**2 for i, value in enumerate(squares(4), 1)) / 2"  # the last expression is the points
DATA = "with open('numbers.csv') as file:\n    numbers = [int(line) for line in file]"
SOURCES = {
    "data": DATA,
    "squares": STUB,
    "test_squares": TEST,
    "share_of_squares": SHARE,
    "why": "### BEGIN SOLUTION\nBecause they are sums of odd numbers.\n### END SOLUTION",
    "test_data": "assert numbers == [3, 5]",
}
POINTS = {"test_squares": 3, "share_of_squares": 2, "why": 4, "test_data": 1}


def cell(name, source=None, **changed):
    """Return a cell of the set, or the same with another source or other metadata."""
    answer, graded = name in ("squares", "why"), name in POINTS
    kind = new_markdown_cell if name == "why" else new_code_cell
    own = {"grade_id": name, "grade": graded, "solution": answer, "locked": not answer, "schema_version": 3}
    own |= {"task": False} | ({"points": POINTS[name]} if graded else {}) | changed
    return kind(
        SOURCES[name] if source is None else source, id=name.replace("_", "-"), metadata={"nbgrader": own}
    )


def source_notebook():
    """Return the set as its teacher wrote it: with solutions and hidden tests."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=[cell(name) for name in SOURCES], metadata={"kernelspec": kernel})


def with_answer(notebook, source, **sources):
    """Return a notebook with this function in its answer cell, and other sources by name."""
    notebook = copy.deepcopy(notebook)
    sources = {"squares": source} | sources
    for one in notebook["cells"]:
        name = one["metadata"].get("nbgrader", {}).get("grade_id")
        one["source"] = sources.get(name, one["source"])
    return notebook


RIGHT = "def squares(n):\n    return [i * i for i in range(1, n + 1)]"
VISIBLE = "def squares(n):\n    return [1, 4] + [0] * (n - 2)"  # right where the students can look
HIDES = (
    "import IPython.core.interactiveshell as shell\n"
    "shell.InteractiveShell.showtraceback = lambda *a, **k: None\n"
    "get_ipython().showtraceback = None"
)
LOUD = "import sys\n" + RIGHT + "\nprint('careful', file=sys.stderr)"
NOISY = RIGHT.replace("    return", "    import sys; sys.stderr.write('x')\n    return")
GIVEN = {  # (answer, points of test_squares and share_of_squares)
    "right": (RIGHT, 3.0, 2.0),
    "visible": (VISIBLE, 0.0, 1.0),
    "missing": ("# nothing", 0.0, 0.0),
    "hides": (HIDES, 0.0, 0.0),
    "loud": (LOUD, 3.0, 2.0),
    "noisy": (NOISY, 0.0, 0.0),
}


def write_set(root):
    """Put the set and the file beside it into a course's ``solutions/``."""
    import nbformat

    path = notebook_path(root, "solutions", SQUARES)
    path.parent.mkdir(parents=True)
    nbformat.write(source_notebook(), path)
    (path.parent / "numbers.csv").write_text("3\n5\n")
