"""The release: notebooks from `solutions/` to `exercises/`, and the outputs of the solved ones."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import nbformat

from .generate import ReleaseError, generate, notebook_path, read_notebook

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def problem_sets(root):
    """Return the names of the course's problem sets, in order.

    Parameters
    ----------
    root : path
        The course, with its folder ``solutions/``.

    Returns
    -------
    list of str

    Examples
    --------
    >>> problem_sets("nowhere")
    []
    """
    return sorted(
        path.stem for path in Path(root, "solutions").glob("*/*.ipynb") if path.stem == path.parent.name
    )


def release(root, set_name=None, echo=print):
    """Write the students' version of one problem set, or of all, into ``exercises/``.

    The same solutions give the same bytes on every machine, with a gradebook or without.
    A notebook in ``exercises/`` that somebody has worked in is left alone.

    Parameters
    ----------
    root : path
        The course, with ``nbgrader_config.py`` and ``solutions/``.
    set_name : str, optional
        The problem set; all of them if it is not given.
    echo : callable
        Takes each line of the account.

    Raises
    ------
    ReleaseError
        If there is no such problem set, or nbgrader refuses its notebook.

    Examples
    --------
    >>> release("nowhere", "ps05_backprop")
    Traceback (most recent call last):
    bpkit.grading.generate.ReleaseError: There is no problem set 'ps05_backprop'. The sets are: none.
    """
    for name in _chosen(root, set_name):
        echo(f"{name}: {_release_one(Path(root), name)}")


def register(root, set_name, db_url):
    """Enter a problem set's cells and points into nbgrader's gradebook, as the formgrader needs them.

    Parameters
    ----------
    root : path
        The course.
    set_name : str
        The problem set.
    db_url : str
        The gradebook, such as ``sqlite:///gradebook.db``; it is made if it is not there.

    Raises
    ------
    ReleaseError
        If there is no such set, or the gradebook holds submissions with other cells.

    Examples
    --------
    >>> register("nowhere", "ps05_backprop", "sqlite://")
    Traceback (most recent call last):
    bpkit.grading.generate.ReleaseError: There is no problem set 'ps05_backprop'. The sets are: none.
    """
    (name,) = _chosen(root, set_name)
    generate(Path(root), name, db_url)


def run(root, set_name, echo=print):
    """Run a solved notebook on a fresh kernel and keep its outputs as plain text.

    Parameters
    ----------
    root : path
        The course.
    set_name : str
        The problem set.
    echo : callable
        Takes the account, one line.

    Raises
    ------
    ReleaseError
        If there is no such set, or a cell raises; the notebook is then left as it was.

    Examples
    --------
    >>> run("nowhere", "ps05_backprop")
    Traceback (most recent call last):
    bpkit.grading.generate.ReleaseError: There is no problem set 'ps05_backprop'. The sets are: none.
    """
    from nbclient import NotebookClient

    (name,) = _chosen(root, set_name)
    path = notebook_path(root, "solutions", name)
    notebook, folder = read_notebook(path), {"metadata": {"path": str(path.parent)}}
    NotebookClient(
        notebook, allow_errors=True, record_timing=False, coalesce_streams=True, resources=folder, timeout=600
    ).execute()
    _refuse_errors(name, notebook)
    path.write_text(nbformat.writes(tidied(notebook)) + "\n", encoding="utf-8")
    echo(f"{name}: run, {len(notebook.cells)} cells")


def tidied(notebook):
    """Return the notebook with plain outputs, and without counts, timings and the machine's traces.

    Parameters
    ----------
    notebook : NotebookNode

    Returns
    -------
    NotebookNode

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("1 + 1", id="sum", execution_count=3)
    >>> tidied(nbformat.v4.new_notebook(cells=[cell])).cells[0].execution_count is None
    True
    """
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k == "nbgrader"})
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [_plain(output) for output in cell.outputs]
    return notebook


def _plain(output):
    if output.output_type == "execute_result":
        output.execution_count = None
    if "data" in output:
        output.data, output.metadata = {"text/plain": output.data.get("text/plain", "")}, {}
    return output


def _refuse_errors(name, notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise ReleaseError(f"{name}: the cell {cell.id!r} raises {output.ename}: {output.evalue}")


def _chosen(root, set_name):
    known = problem_sets(root)
    if set_name is not None and set_name not in known:
        raise ReleaseError(
            f"There is no problem set {set_name!r}. The sets are: {', '.join(known) or 'none'}."
        )
    return known if set_name is None else [set_name]


def _release_one(root, name):
    """Write one release unless it is there already, and return what was done in a few words."""
    target = notebook_path(root, "exercises", name)
    stamp = root / "_build" / "release" / f"{name}.sha256"
    if stamp.is_file() and stamp.read_text() == _fingerprint(root, name):
        return "unchanged, skipped"
    fresh, done = generate(root, name), "unchanged"
    if not target.exists() or target.read_bytes() != fresh:
        if target.exists() and not _is_as_released(stamp, target) and _is_edited(target, fresh):
            return f"kept: somebody has worked in {target.relative_to(root)}. Move it away for a new release."
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(fresh)
        done = f"released to {target.relative_to(root)}"
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_fingerprint(root, name))
    return done


def _fingerprint(root, name):
    """Hash all that a release depends on, and the release: nbgrader takes seconds to import."""
    paths = [root / "nbgrader_config.py", *(notebook_path(root, d, name) for d in ("solutions", "exercises"))]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()]
    return "\n".join([version("nbgrader"), *digests])


def _is_as_released(stamp, target):
    """Say whether a notebook is, byte for byte, what the last release on this machine wrote."""
    released = stamp.read_text().splitlines()[-1] if stamp.is_file() else ""
    return hashlib.sha256(target.read_bytes()).hexdigest() == released


def _is_edited(target, fresh):
    """Say whether a notebook holds more than a release: outputs, or sources that no release wrote."""
    written = {cell.source for cell in nbformat.reads(fresh.decode(), 4).cells}
    return any(
        cell.get("outputs") or cell.get("execution_count") or not (cell.source in written or _is_sealed(cell))
        for cell in read_notebook(target).cells
    )


def _is_sealed(cell):
    """Say whether a cell's source is the one whose checksum nbgrader wrote beside it."""
    from nbgrader.utils import compute_checksum

    checksum = cell.metadata.get("nbgrader", {}).get("checksum")
    return checksum is not None and checksum == compute_checksum(cell)
