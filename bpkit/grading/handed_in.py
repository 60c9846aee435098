"""What students handed in: found in its folders, and read when its turn comes."""

import os
import re
import stat
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .course import CourseError
from .notebook import SIZE_LIMIT

LONGEST = 128  # characters that nbgrader's database holds of a student's name
RECEIPT = ("timestamp.txt", "submission_secret.txt")  # what nbgrader hands in beside a notebook
RECEIPT_LIMIT = 4096  # bytes of each


@dataclass(frozen=True, slots=True)
class Submission:
    """A student's submission of one set; its notebook stays on disk until it is needed."""

    student: str
    path: Path | None  # of the notebook; None where none was handed in
    timestamp: datetime | None = None
    amiss: str = ""  # why its folder cannot be read
    place: Path | None = field(default=None, compare=False)  # its folder

    def read(self):
        """Return the notebook's bytes, or None, and why they cannot be read, or an empty string."""
        return (None, self.amiss) if self.path is None else read(self.path, SIZE_LIMIT + 1)

    def receipt(self):
        """Return the bytes of what nbgrader needs to release feedback, by file name."""
        found = {name: read(self.place / name, RECEIPT_LIMIT)[0] for name in RECEIPT if self.place}
        return {name: data for name, data in found.items() if data is not None}


def read(path, size):
    """Return the first bytes of a file handed in, or None, and why they cannot be read, or ""."""
    try:
        if leads_away(path):
            return None, "The notebook or its folder is a link to another place. Hand in the file itself."
        if not stat.S_ISREG(path.stat().st_mode):
            return None, "What has the notebook's name is not a file."
        with path.open("rb") as file:
            return file.read(size), ""
    except (OSError, RuntimeError) as error:  # a ring of links is a RuntimeError
        return None, f"The notebook cannot be read: {getattr(error, 'strerror', '') or error}."


def leads_away(path):
    """Say whether a link leads out of the student's folder: the file there may be somebody else's."""
    set_folder = path.parent
    student = set_folder.parent
    if not any(map(os.path.islink, (path, set_folder, student))):
        return False
    here = student.parent.resolve() / student.name / set_folder.name
    return not path.resolve().is_relative_to(here)


def find_submissions(folder, set_name):
    """List the submissions of a set in ``folder/<student>/<set>/``, in order of the students.

    Raises
    ------
    CourseError
        If there are none, or two students have one name.
    """
    students = sorted(os.listdir(folder)) if Path(folder).is_dir() else []
    found = [submission(Path(folder) / student / set_name, set_name) for student in students]
    found = [one for one in found if one]
    if not found:
        raise CourseError(
            f"There are no submissions of {set_name} in {folder}. They belong in "
            f"{folder}/<student>/{set_name}/{set_name}.ipynb"
        )
    refuse_names([one.student for one in found], folder)
    return found


def refuse_names(students, folder):
    """Raise a CourseError if two students' names are one, or one cannot be written into a gradebook."""
    seen = {}
    for student in students:
        if len(student) > LONGEST or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in student):
            raise CourseError(
                f"A student's folder in {folder} has the name {student!r}, which a gradebook cannot hold: "
                f"a name has at most {LONGEST} characters, and no control characters. Rename the folder."
            )
        other = seen.setdefault(same_name(student), student)
        if other != student:
            raise CourseError(
                f"Two students have one id: the folders {other!r} and {student!r} in {folder}. Grading one "
                "would overwrite the other in places. Rename or remove one of them."
            )


def same_name(student):
    """Return what two names share that a person, or a file system, may take for one.

    >>> same_name("Ada ") == same_name("ada")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", student).casefold()).strip()


def submission(place, set_name):
    """Find one submission, or None; one in a folder that cannot be read says so when it is read."""
    student = place.parent.name
    try:
        if not stat.S_ISDIR(place.stat().st_mode):
            return None
        path = notebook_in(place, set_name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Submission(student, None, amiss=f"The student's folder cannot be read: {error.strerror}.")
    return Submission(student, path, timestamp(place / "timestamp.txt"), place=place)


def notebook_in(place, set_name):
    """Return a submission's notebook, or None; a single one under another name counts too."""
    path = place / f"{set_name}.ipynb"
    names = os.listdir(place)
    if path.name in names:
        return path
    others = [name for name in names if name.endswith(".ipynb")]
    return place / others[0] if len(others) == 1 else None


def timestamp(path):
    """Return when a submission was handed in, or None where its file is missing or holds no time."""
    try:
        return in_utc((read(path, RECEIPT_LIMIT)[0] or b"").decode().strip())
    except (ValueError, OverflowError):
        return None


def in_utc(text):
    """Return the time that a text says, in UTC, as nbgrader understands it.

    >>> in_utc("2030-02-03 04:05:06 UTC").isoformat()
    '2030-02-03T04:05:06'
    """
    from dateutil import parser, tz

    zone = re.fullmatch(r"(\S+ \S+) (\S+)", text)
    if zone:
        offset = int(zone[2]) if re.fullmatch(r"[+-]?\d+", zone[2]) else tz.gettz(zone[2])
        time = parser.parse(f"{zone[1]} TZ", tzinfos={"TZ": offset})
    else:
        time = parser.parse(text)
    return time.replace(tzinfo=None) - (time.utcoffset() or time - time)
