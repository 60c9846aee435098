"""Attacks by the notebook's own words: points, ids, copies, other kernels and other formats."""

import copy
from functools import partial

from attacks.attack import FIRST, HARMED, SET, Attack

metadata = partial(Attack, family="notebook metadata")


def nbgrader_of(notebook):
    """List the metadata by which nbgrader knows cells."""
    return [cell["metadata"]["nbgrader"] for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]


def checks(notebook):
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def many_points(notebook):
    for given in nbgrader_of(notebook):
        if given["grade"]:
            given.update(points=10**6, max_score=10**6, checksum="0")
    return notebook


def no_checks(notebook):
    dropped = checks(notebook)
    return notebook | {"cells": [cell for cell in notebook["cells"] if cell not in dropped]}


def content_checks(notebook):
    """Unlock the tests, empty them, and let them end in their points."""
    for cell in checks(notebook):
        cell["source"] = str(cell["metadata"]["nbgrader"]["points"])
        cell["metadata"]["nbgrader"].update(locked=False, solution=True, checksum="")
    return notebook


def forged_outputs(notebook):
    for cell in checks(notebook):
        points = str(cell["metadata"]["nbgrader"]["points"])
        result = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
        cell["outputs"] = [result | {"data": {"text/plain": points}}]
        cell["execution_count"] = 1
    return notebook


def tests_first(notebook):
    """Put a copy of each test, empty, in front of the real one, under the same name."""
    copies = copy.deepcopy(checks(notebook))
    for cell in copies:
        cell.update(source="pass", id=cell["id"] + "2")
    return notebook | {"cells": [*copies, *notebook["cells"], *copies]}


def many_answers(notebook):
    answers = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == FIRST]
    return notebook | {"cells": notebook["cells"] + answers * 200}


def renamed(notebook):
    """Give each answer the name of the next, and each test the name of an answer."""
    given = [given for given in nbgrader_of(notebook) if given["cell_type"] == "code"]
    names = [entry["grade_id"] for entry in given]
    for entry, name in zip(given, names[1:] + names[:1], strict=True):
        entry["grade_id"] = name
    return notebook


def strange_names(notebook):
    """Name cells by what is no name: paths, markup, numbers, lists, nothing."""
    names = ["../../../x", "<script>alert(1)</script>", "", "x" * 10**5, 7, None, ["a"], {"b": 1}]
    for given, name in zip(nbgrader_of(notebook), names, strict=False):
        given["grade_id"] = name
    return notebook


def skipped(notebook):
    tags = ["skip-execution", "raises-exception", "remove-cell", "nbval-skip", "remove_input", "hide-output"]
    for cell in checks(notebook):
        cell["metadata"]["tags"] = tags
        cell["metadata"].update(deletable=True, editable=True)
    return notebook


def no_code(notebook):
    """Turn the tests into cells that do not run."""
    for cell, kind in zip(checks(notebook), ["raw", "markdown", "heading", 7, None], strict=True):
        cell["cell_type"] = kind
    return notebook


def other_kernel(notebook):
    language = {"name": "R", "file_extension": "/../../../x.py", "version": "' + open('x').read() + '"}
    kernel = {"name": "bash", "display_name": "Bash", "language": "bash", "argv": ["touch", "MARK"]}
    return notebook | {"metadata": {"kernelspec": kernel, "language_info": language}}


def old_format(notebook):
    cells = [{"cell_type": "code", "language": "python", "input": "1", "outputs": []}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


def future_format(notebook):
    return notebook | {"nbformat": 99, "nbformat_minor": 10**6, "metadata": []}


def own_limits(notebook):
    """Set limits of one's own, and a cell that needs them."""
    notebook["metadata"]["bpkit"] = {"limits": {"cell_seconds": 600, "check_seconds": 600, "memory": 2**40}}
    return notebook


def own_tests(notebook):
    """Add tests of one's own, worth more than all others."""
    cell = copy.deepcopy(checks(notebook)[0])
    cell.update(id="check_more", source="30")
    cell["metadata"]["nbgrader"].update(grade_id="check_more", points=30)
    return notebook | {"cells": [*notebook["cells"], cell]}


def old_schema(notebook):
    for given in nbgrader_of(notebook):
        given.update(schema_version=1, points="3; drop table grade", grade="yes")
    return notebook


def wrong_types(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [{}, [], None, "x", 7][number % 5]
        cell["outputs"] = {"a": [None]}
    return notebook


def other_marks(notebook):
    """Bring along what nbgrader writes when it has graded."""
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["score"] = cell["metadata"]["manual_score"] = 20
        cell["id"] = f"cell-{number}"
    return notebook | {"metadata": notebook["metadata"] | {"celltoolbar": "Create Assignment", "score": 20}}


CHANGES = {
    many_points: ("points", "Its metadata say that each test is worth a million points."),
    no_checks: ("tests deleted", "Its tests are not there."),
    content_checks: ("tests emptied", "Its tests are unlocked, and do nothing but end in their points."),
    forged_outputs: ("outputs forged", "The outputs of its tests are there already, and right."),
    tests_first: ("tests doubled", "Empty tests of the same names come before and after the real ones."),
    renamed: ("cells renamed", "Each cell has the name of the next."),
    skipped: ("tests skipped", "Tags say that the tests are not to be run, or may fail."),
    no_code: ("tests are text", "The tests are no longer cells of code."),
    own_tests: ("tests of its own", "A further test is worth thirty points."),
    other_marks: ("marks brought along", "Scores stand in the metadata, and ids are new."),
}
BREAKS = {
    many_answers: ("answers copied", "An answer cell is there two hundred times."),
    strange_names: ("strange names", "Cells are named by paths, markup, numbers and nothing."),
    other_kernel: ("other kernel", "It asks for another kernel, and for one that it describes itself."),
    old_format: ("old format", "It is in the format of 2013."),
    future_format: ("future format", "It is in a format that nobody knows yet."),
    old_schema: ("old schema", "Its metadata follow an early version of nbgrader, with text for points."),
    wrong_types: ("wrong types", "Its metadata and outputs are of every type but the right one."),
}
ATTACKS = [
    *(metadata(name=name, gain=gain, change=change) for change, (name, gain) in CHANGES.items()),
    *(metadata(name=name, gain=gain, change=change, seen=HARMED) for change, (name, gain) in BREAKS.items()),
    metadata(
        name="limits of its own",
        gain="Its metadata grant it ten minutes, of which it uses as many as it gets.",
        change=own_limits,
        source="def forward_221(W, b, x):\n    while True:\n        pass\n",
        seen=HARMED,
    ),
    metadata(
        name="name of another",
        gain="A second notebook beside it has the name of another set.",
        files={"ps05_backprop.ipynb": b'{"cells": []}', f"{SET}-copy.ipynb": b"{}"},
    ),
]
