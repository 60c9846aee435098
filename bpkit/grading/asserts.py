"""Sets whose tests are assert statements: run in the sandbox, given points by nbgrader's own rules.

The verdict on such a set comes from inside: from what the student's own process showed. The code is
shut in as all others is, but it can still change what its tests show. So the notebook says it.
"""

import base64
import time

from .course import CourseError
from .limits import Limits
from .marking import Verdict
from .notebook import NotebookError, grade_id, is_answer, is_check, read_notebook, source_of
from .submission import Graded

FILES_LIMIT = 16 * 2**20  # bytes of the files beside a notebook
CHUNK = 2**19  # characters of a file that go into the sandbox at a time
LOSSES = 3  # so often a notebook's cells run again, without the one that did not come back
NOTE = (
    "**Verdict inside.** The points of this notebook come from its own tests, run in the student's process. "
    "The process was shut in (sandbox level: {level}), but its code can change what its tests show."
)
TIMED_OUT = {  # what nbgrader writes
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["\x1b[0;31mCellTimeoutError\x1b[0m: No reply from kernel before timeout"],
}
SET_UP = "import os, sys; os.environ['NBGRADER_EXECUTION'] = 'autograde'; sys.path.insert(0, '')"
WRITE = (
    "import base64, pathlib; path = pathlib.Path({name!r}); path.parent.mkdir(parents=True, exist_ok=True); "
    "path.open('ab').write(base64.b64decode({text!r}))"
)


def released_with_tests(course, set_name):
    """Return the released notebook with its hidden tests, and with the files that lie beside it.

    The tests are those that nbgrader keeps in the gradebook since the set was generated; the files
    stand in the notebook's metadata, under ``bpkit.files``.

    Parameters
    ----------
    course : Course
    set_name : str

    Returns
    -------
    dict
        What `grade_asserts` takes as `released`.

    Raises
    ------
    CourseError
        If the gradebook does not know the set.
    """
    from nbgrader.api import Gradebook, MissingEntry  # takes seconds to import

    released = course.released(set_name)
    try:
        with Gradebook(course.db_url) as gradebook:
            notebook = gradebook.find_notebook(set_name, set_name)
            tests = {cell.name: cell.source for cell in notebook.source_cells if cell.locked}
    except MissingEntry:
        raise CourseError(
            f"The gradebook does not know {set_name}. Run: nbgrader generate_assignment {set_name}"
        ) from None
    for cell in released["cells"]:
        cell["source"] = tests.get(grade_id(cell), cell["source"])
    folder = course.root / "exercises" / set_name
    released["metadata"].setdefault("bpkit", {})["files"] = files_in(folder)
    return released


def files_in(folder):
    """Return the files of a folder but for its notebooks, as base64 by name.

    Raises
    ------
    CourseError
        If they are larger than 16 MB together.
    """
    paths = [
        p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".ipynb" and not p.is_symlink()
    ]
    if sum(path.stat().st_size for path in paths) > FILES_LIMIT:
        raise CourseError(f"The files in {folder} are larger than 16 MB together. A sandbox takes no more.")
    return {str(p.relative_to(folder)): base64.b64encode(p.read_bytes()).decode() for p in paths}


def grade_asserts(sandbox, data, released):
    """Grade one submission by the tests in its notebook.

    Parameters
    ----------
    sandbox : Sandbox
    data : bytes or None
        The notebook as it was handed in; None where there is none.
    released : dict
        The notebook as it was handed out, with all of its tests: what `released_with_tests` returns.

    Returns
    -------
    Graded
        A verdict for each cell that carries points and that no person has to grade.
    """
    refuse_other_languages(released)
    began = time.monotonic()
    files = released["metadata"].get("bpkit", {}).get("files", {})
    try:
        if data is None:
            raise NotebookError("No notebook was handed in.")
        notebook = restored(read_notebook(data), released)
    except NotebookError as error:
        verdicts = [verdict(cell, 0.0, str(error)) for cell in released["cells"] if is_check(cell)]
        return Graded(verdicts, str(error), without_files(released), sandbox.level, inside=True)
    sandbox.hold({})  # the student reads all that these cells show
    met = run_cells(sandbox, notebook["cells"], Limits.of(released).cell_seconds, files)
    verdicts = list(verdicts_of(notebook, released, met))
    marked, seconds = marked_inside(notebook, sandbox.level), time.monotonic() - began
    return Graded(verdicts, "", marked, sandbox.level, inside=True, seconds=seconds)


def refuse_other_languages(notebook):
    """Raise a CourseError if a notebook is in another language than the sandbox's.

    >>> refuse_other_languages({"metadata": {"kernelspec": {"name": "ir", "language": "R"}}})
    Traceback (most recent call last):
    bpkit.grading.course.CourseError: The notebook is in R, but the sandbox runs Python alone.
    """
    language = notebook["metadata"].get("kernelspec", {}).get("language") or "python"
    if language.lower() != "python":
        raise CourseError(f"The notebook is in {language}, but the sandbox runs Python alone.")


def restored(notebook, released):
    """Return a submission with all that its release locks as it was, by nbgrader's rules.

    What the student added stays where it is. Of copies of a cell the last one counts. What is missing
    stays missing, and gets no points.

    Raises
    ------
    NotebookError
        If there is no cell of the release in it.
    """
    theirs = {grade_id(cell): cell for cell in released["cells"] if "nbgrader" in cell["metadata"]}
    given = {key: value for key, value in released["metadata"].items() if key != "bpkit"}
    last = {grade_id(cell): place for place, cell in enumerate(notebook["cells"])}
    cells = [
        restored_cell(cell, theirs.get(grade_id(cell)) if last[grade_id(cell)] == place else None)
        for place, cell in enumerate(notebook["cells"])
    ]
    if not any(cell["metadata"] for cell in cells):
        raise NotebookError("The notebook has none of this set's cells. Hand in the set's own notebook.")
    return {"cells": cells, "metadata": given, "nbformat": 4, "nbformat_minor": 4}


def restored_cell(cell, theirs):
    """Return a cell of a submission; `theirs` is the released cell of that name, if there is one."""
    kind = (theirs or cell).get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    locked = theirs is not None and not is_answer(theirs)
    fresh = {"cell_type": kind, "metadata": {}, "source": source_of(theirs if locked else cell)}
    if theirs is not None:
        fresh["metadata"] = {"nbgrader": theirs["metadata"]["nbgrader"]}
    return fresh | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def run_cells(sandbox, cells, seconds, files=None, timed_out=TIMED_OUT):
    """Run a notebook's code cells, and put what they show into them.

    As under nbgrader, cells after one that raised run too. A cell that ran out of time, or ended its
    process, leaves nothing behind: the cells before it run again without it, and then the rest.

    Parameters
    ----------
    sandbox : Sandbox
    cells : list of dict
        Plain cells; their outputs are replaced.
    seconds : int
        What one cell may take.
    files : dict of {str: str}, optional
        Files that lie beside the notebook, as `files_in` returns them.
    timed_out : dict
        The error that a cell shows that ran out of time.

    Returns
    -------
    dict of {str: str}
        By the name of a graded cell, the limit that it or a cell since the one before it met.
    """
    met, limit = {}, ""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    with Session(sandbox, seconds, files or {}, timed_out) as session:
        for count, cell in enumerate((cell for cell in code if source_of(cell).strip()), 1):
            cell["execution_count"], cell["outputs"] = count, session.run(source_of(cell))
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
            limit = session.limit or limit
            if is_check(cell):
                met[grade_id(cell)], limit = limit, ""
    return met


class Session:
    """A notebook's cells in a fork; what does not come back is left out when they run again."""

    def __init__(self, sandbox, seconds, files, timed_out):
        self.sandbox, self.seconds, self.timed_out = sandbox, seconds, timed_out
        self.set_up = [f"exec({line!r}, {{}})" for line in (SET_UP, *writes(files))]
        self.ran, self.losses, self.fork = [], 0, None
        self.limit = ""  # that the last cell met

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.fork:
            self.fork.__exit__(None, None, None)
        self.fork = None

    def run(self, source):
        """Run a cell, and return its outputs."""
        if self.losses == LOSSES:
            return [error("NotRun", f"{LOSSES} cells before this one did not come back.")]
        if self.fork is None:
            self.fork = self.sandbox.fork(rich=True)
            for earlier in (*self.set_up, *self.ran):
                self.fork.cell(earlier, self.seconds)
        outcome = self.fork.cell(source, self.seconds, outputs=True)
        self.limit = outcome.limit
        if outcome.problem in (None, "raised", "unanswered"):
            self.ran.append(source)
        else:
            self.losses += 1
            self.__exit__()
        return self.shown(outcome)

    def shown(self, outcome):
        """Return a cell's outputs; one that failed shows an error, whatever its code did to hide it."""
        outputs = sound(outcome.result)
        if outcome.problem == "time":
            return [*outputs, {"output_type": "error", **self.timed_out}]
        if outcome.problem and not any(output["output_type"] == "error" for output in outputs):
            return [*outputs, error(outcome.type or "CellError", outcome.says())]
        return outputs


def writes(files):
    """Yield the lines of Python that write files, a part at a time: a frame holds only so much."""
    for name, text in files.items():
        for start in range(0, len(text) or 1, CHUNK):
            yield WRITE.format(name=name, text=text[start : start + CHUNK])


def error(name, says):
    """Return an error as a cell shows it."""
    return {"output_type": "error", "ename": name, "evalue": says, "traceback": [f"{name}: {says}"]}


def sound(outputs):
    """Return those outputs that are what a notebook may hold: an untrusted process made them."""
    import nbformat

    def fits(output):
        try:
            nbformat.validate(output, ref="output", version=4, version_minor=4)
        except nbformat.ValidationError:
            return False
        return True

    return [output for output in outputs if fits(output)] if isinstance(outputs, list) else []


def verdicts_of(notebook, released, met):
    """Yield a verdict for each graded cell of the release; where a person has to grade, there is none."""
    there = {grade_id(cell): cell for cell in notebook["cells"] if cell["metadata"]}
    for cell in filter(is_check, released["cells"]):
        ran = there.get(grade_id(cell))
        points = points_of(ran) if ran else 0.0
        if points is not None:
            says = first_error(ran) if ran else "The cell is not in the notebook."
            yield verdict(cell, points, says, met.get(grade_id(cell), ""))


def points_of(cell):
    """Return the points that nbgrader gives a cell for its outputs, or None where a person decides."""
    import nbformat
    from nbgrader.utils import determine_grade

    try:
        return determine_grade(nbformat.from_dict(cell))[0]
    except (KeyError, ValueError):  # it shows more points than it has; nbgrader stops there
        return 0.0


def first_error(cell):
    """Return what a cell's first error says, or that there is no answer."""
    errors = (output for output in cell.get("outputs", ()) if output["output_type"] == "error")
    says = next((f"{shown['ename']}: {shown['evalue']}".rstrip(": ") for shown in errors), "")
    return says[:500] or (
        "No response." if is_answer(cell) else "The test wrote to stderr, or gave fewer points."
    )


def verdict(cell, points, says, limit=""):
    """Return the verdict on a graded cell."""
    full = float(cell["metadata"]["nbgrader"]["points"])
    message = "" if points == full else f"{grade_id(cell)}: {says}"
    return Verdict(grade_id(cell), {"its own test": (float(points), full)}, None, message, limit=limit)


def without_files(released):
    """Return a released notebook without what `released_with_tests` put into its metadata."""
    return released | {"metadata": {k: v for k, v in released["metadata"].items() if k != "bpkit"}}


def marked_inside(notebook, level):
    """Return a notebook that says at its end, and in its metadata, that its verdict comes from inside.

    The cells stay where they were, for whoever counts them.

    >>> marked_inside({"cells": [], "metadata": {}}, "full")["metadata"]
    {'bpkit': {'verdict': 'inside', 'level': 'full'}}
    """
    note = {"cell_type": "markdown", "metadata": {}, "source": NOTE.format(level=level)}
    if notebook.get("nbformat_minor", 4) > 4:
        note["id"] = "verdict-inside"
    metadata = notebook["metadata"] | {"bpkit": {"verdict": "inside", "level": level}}
    return notebook | {"cells": [*notebook["cells"], note], "metadata": metadata}
