"""Where a course keeps its things: the released notebooks, what was handed in, and what grading writes."""

import errno
import functools
import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what a device without space says


class CourseError(Exception):
    """Something that the instructor can mend; the message says what and how."""


@dataclass(frozen=True)
class Course:
    """A course's folders.

    >>> Course(Path("c"), Path("c")).gradebook.as_posix()
    'c/gradebook.db'
    """

    root: Path  # holds solutions/ and exercises/
    home: Path  # holds submitted/, autograded/, feedback/ and the gradebook

    @property
    def gradebook(self):
        return self.home / "gradebook.db"

    @property
    def db_url(self):
        """The database of the gradebook, as SQLAlchemy writes it.

        It is the one that the course's ``nbgrader_config.py`` names, for example
        ``c.CourseDirectory.db_url = "postgresql+psycopg://user:password@host/name"``. Where that names
        none, or where grading writes into another folder than the course, it is a file there.
        """
        own = self.home.resolve() == self.root.resolve()
        named = configured(self.root).CourseDirectory.get("db_url") if own else None
        return named or f"sqlite:///{self.gradebook.resolve()}"

    def released_path(self, set_name):
        return self.root / "exercises" / set_name / f"{set_name}.ipynb"

    def released_bytes(self, set_name):
        """Return the released notebook's bytes, or raise a CourseError if it is not released."""
        path = self.released_path(set_name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise CourseError(f"{set_name} is not released: there is no {path}. Run: bpkit release") from None

    def released(self, set_name):
        """Return the released notebook, or raise a CourseError if the file holds none."""
        try:
            notebook = json.loads(self.released_bytes(set_name))
            kinds = [cell["metadata"] and cell["cell_type"] for cell in notebook["cells"]]
        except (ValueError, KeyError, TypeError):
            kinds = []
        if not kinds:
            path = self.released_path(set_name)
            raise CourseError(f"{path} is not a notebook. Move it away, and run: bpkit release {set_name}")
        return notebook

    def autograded(self, student, set_name):
        return self.home / "autograded" / student / set_name

    def feedback(self, student, set_name):
        return self.home / "feedback" / student / set_name / f"{set_name}.html"

    def seed(self):
        """Return the course's secret seed; it is drawn once, and kept beside the gradebook.

        Raises
        ------
        CourseError
            If its file holds something else.
        """
        path = self.home / "gradebook.seed"
        if not path.exists():
            draw_seed(path)
        seed = path.read_bytes().strip()
        if not re.fullmatch(rb"[0-9a-f]{32}", seed):
            raise CourseError(
                f"{path} does not hold a seed, which is 32 hexadecimal digits. Restore it from a backup. If "
                "there is none, remove it: a new seed is drawn then, and the class is graded anew with it."
            )
        return seed.decode()


def draw_seed(path):
    """Write a new seed for its owner alone; of several that are written at once, one stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.part")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(16) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


@functools.cache
def configured(root):
    """Return what a course's ``nbgrader_config.py`` says; nothing where there is none.

    Raises
    ------
    CourseError
        If it cannot be run.
    """
    from traitlets.config import Config, PyFileConfigLoader

    if not (root / "nbgrader_config.py").is_file():
        return Config()
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except Exception as error:
        path = root / "nbgrader_config.py"
        raise CourseError(f"{path} cannot be run: {type(error).__name__}: {error}.") from error


def write_whole(path, text):
    """Write a text, or bytes, so that a reader, or a crash, finds the file whole or not at all."""
    os.makedirs(path.parent, exist_ok=True)
    partial = f"{path}.part"
    try:
        with open(partial, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.replace(partial, path)
    except OSError:
        Path(partial).unlink(missing_ok=True)
        raise
