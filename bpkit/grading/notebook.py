"""Answers out of a submission, into the released notebook: what a student handed in is otherwise ignored."""

import ast
import json
import warnings

SIZE_LIMIT = 20 * 2**20  # bytes of a submission


class NotebookError(ValueError):
    """A submission that is not a notebook; the message tells the student why."""


def read_notebook(data):
    """Return the notebook that some bytes hold.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    dict

    Raises
    ------
    NotebookError
        If they hold none.

    Examples
    --------
    >>> read_notebook(b"")
    Traceback (most recent call last):
    bpkit.grading.notebook.NotebookError: The file is empty. Save the notebook and hand it in again.
    """
    if not data.strip():
        raise NotebookError("The file is empty. Save the notebook and hand it in again.")
    if len(data) > SIZE_LIMIT:
        raise NotebookError("The file is larger than 20 MB. Clear the outputs, save, and hand it in again.")
    try:
        notebook = json.loads(data)
    except UnicodeDecodeError:
        raise NotebookError("The file is not a notebook: it is not UTF-8 text. Save it anew.") from None
    except (ValueError, RecursionError):
        raise NotebookError(
            "The file is not a notebook: it is not JSON. Hand in the .ipynb itself."
        ) from None
    if isinstance(notebook, dict) and "worksheets" in notebook:
        raise NotebookError(
            "The notebook is in a format of before 2015. Open it in JupyterLab and save it anew."
        )
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotebookError("The file is JSON, but not a notebook: it has no list of cells.")
    return notebook


def source_of(cell):
    """Return a cell's source as one string that can be written, whichever way it is stored."""
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.encode(errors="replace").decode()  # half of a surrogate pair is no character


def grade_id(cell):
    """Return the name that nbgrader or the cell itself gives it, or None."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    name = name or cell.get("id")
    return name if isinstance(name, str) else None


def answers_of(notebook, released):
    """Take the answers out of a submission.

    A cell is known by its ``grade_id``; where a tool has removed that, by its id, or by the
    definition at its left margin. Of copies of a cell the last one that was worked on counts.

    Parameters
    ----------
    notebook : dict
        The submission.
    released : dict
        The notebook as it was handed out.

    Returns
    -------
    dict of {str: str}
        Source of each answer that is there.

    Raises
    ------
    NotebookError
        If there is none.
    """
    stubs = {grade_id(cell): cell for cell in released["cells"] if is_answer(cell)}
    found, others = {}, []
    for cell in notebook["cells"]:
        name, kind = grade_id(cell), cell.get("cell_type")
        if name not in stubs:
            others += [cell] if kind == "code" else []
        elif kind == stubs[name]["cell_type"]:
            source = source_of(cell)
            if name not in found or source != source_of(stubs[name]):
                found[name] = source
    for cell in others if len(found) < len(stubs) else ():
        name = defined(source_of(cell), set(stubs) - set(found))
        if name:
            found[name] = source_of(cell)
    if not found:
        raise NotebookError(
            "The notebook has none of this set's answer cells. Hand in the set's own notebook."
        )
    return found


def is_answer(cell):
    """Say whether a released cell is for an answer."""
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def defined(source, names):
    r"""Return the one of `names` that a source defines at its left margin, or None.

    >>> defined("import numpy\n\ndef forward(W): ...", {"forward"}), defined("numbers = {}", {"numbers"})
    ('forward', 'numbers')
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a backslash in a docstring is the student's affair
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    heads = [head for node in body for head in heads_of(node)]
    return next((head for head in reversed(heads) if head in names), None)


def heads_of(node):
    """List the names that a statement defines: of a function or class, or of an assignment."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def rebuild(released, answers):
    """Return the released notebook with these answers in its answer cells."""
    cells = [
        cell | {"source": answers[grade_id(cell)]} if is_answer(cell) and grade_id(cell) in answers else cell
        for cell in released["cells"]
    ]
    return released | {"cells": cells}


def cells_to_run(notebook):
    """List (name, source) of a rebuilt notebook's cells that count: the locked ones, and the answers."""
    return [
        (grade_id(cell), source_of(cell))
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and "nbgrader" in cell["metadata"] and not is_check(cell)
    ]


def is_check(cell):
    """Say whether a released cell carries points."""
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


def with_verdicts(notebook, verdicts):
    """Return the notebook with each check cell showing what the judge found."""
    shown = {f"check_{verdict.name}": verdict for verdict in verdicts}
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell = cell | {"outputs": [], "execution_count": None}
        if is_check(cell) and grade_id(cell) in shown:
            text = "\n".join(shown[grade_id(cell)].lines()) + "\n"
            cell = cell | {"outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}
        cells.append(cell)
    return notebook | {"cells": cells}
