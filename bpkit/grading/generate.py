"""One problem set through nbgrader's GenerateAssignment: what students get, as bytes."""

import logging
import os
import sysconfig
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat


class ReleaseError(ValueError):
    """A problem set cannot be released or run; the message is a sentence for the instructor."""


def notebook_path(root, folder, set_name):
    """Return where a problem set's notebook lies.

    >>> notebook_path("course", "exercises", "ps05_backprop").as_posix()
    'course/exercises/ps05_backprop/ps05_backprop.ipynb'
    """
    return Path(root, folder, set_name, f"{set_name}.ipynb")


def read_notebook(path):
    """Return the notebook at `path`.

    Parameters
    ----------
    path : path

    Returns
    -------
    NotebookNode

    Raises
    ------
    ReleaseError
        If the file is not a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except nbformat.reader.NotJSONError as error:
        raise ReleaseError(f"{path} is not a notebook, for it is not valid JSON.") from error


def generate(root, set_name, db_url=None):
    """Return the students' version of a problem set.

    Parameters
    ----------
    root : path
        The course, with ``nbgrader_config.py`` and ``solutions/``.
    set_name : str
        The problem set.
    db_url : str, optional
        nbgrader's gradebook, which then learns the set's cells; without it no gradebook is opened.

    Returns
    -------
    bytes
        The notebook, the same with a gradebook and without.

    Raises
    ------
    ReleaseError
        If the notebook's metadata are invalid, or nbgrader refuses it.
    """
    from nbgrader.converters import GenerateAssignment, NbGraderException  # takes seconds to import
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    _check_metadata(set_name, read_notebook(notebook_path(root, "solutions", set_name)))
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.SaveCells.enabled = db_url is not None
    memory = _Memory()
    with TemporaryDirectory() as folder, _programs_on_path():
        paths = {"root": str(Path(root).resolve()), "release_directory": folder}
        paths |= {"db_url": db_url} if db_url else {}
        course = CourseDirectory(config=config, assignment_id=set_name, **paths)
        try:
            GenerateAssignment(course, config=config, log=memory.logger, no_database=db_url is None).start()
        except NbGraderException as error:
            raise ReleaseError(f"nbgrader does not release {set_name}: {memory.reason() or error}") from error
        return Path(folder, set_name, f"{set_name}.ipynb").read_bytes()


def _check_metadata(set_name, notebook):
    from nbgrader import nbgraderformat

    refusals = (
        nbgraderformat.ValidationError,
        nbgraderformat.SchemaTooNewError,
        nbgraderformat.SchemaTooOldError,
    )
    try:
        nbgraderformat.MetadataValidator().validate_nb(notebook)
    except refusals as error:
        reason = str(error).splitlines()[0]
        raise ReleaseError(f"The solution of {set_name} has invalid nbgrader metadata: {reason}.") from error


@contextmanager
def _programs_on_path():
    """Put this environment's programs on the search path: nbgrader calls alembic by its name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


class _Memory(logging.Handler):
    """Keeps what nbgrader logs, for the one line that explains a failure."""

    def __init__(self):
        super().__init__()
        self.tracebacks = []
        self.logger = logging.Logger("release")
        self.logger.addHandler(self)

    def emit(self, record):
        if record.getMessage().startswith("Traceback"):
            self.tracebacks.append(record.getMessage())

    def reason(self):
        """Return the last line of the last traceback, or an empty string."""
        return self.tracebacks[-1].strip().splitlines()[-1] if self.tracebacks else ""
