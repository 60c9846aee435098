"""Where a course keeps its things: the released notebooks, what was handed in, and what grading writes."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


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
        return f"sqlite:///{self.gradebook.resolve()}"

    def released_bytes(self, set_name):
        """Return the released notebook's bytes, or raise a CourseError if it is not released."""
        path = self.root / "exercises" / set_name / f"{set_name}.ipynb"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise CourseError(f"{set_name} is not released: there is no {path}. Run: bpkit release") from None

    def released(self, set_name):
        """Return the released notebook."""
        return json.loads(self.released_bytes(set_name))

    def autograded(self, student, set_name):
        return self.home / "autograded" / student / set_name

    def feedback(self, student, set_name):
        return self.home / "feedback" / student / set_name / f"{set_name}.html"

    def seed(self):
        """Return the course's secret seed; it is drawn once, and kept beside the gradebook."""
        path = self.home / "gradebook.seed"
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(16) + "\n")
        return path.read_text().strip()


def write_whole(path, text):
    """Write a file so that a reader, or a crash, finds it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
