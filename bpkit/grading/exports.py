"""Grades for other programs: JSON, a table, and what Canvas and Moodle import, each written row by row."""

import csv
import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

from .feedback import formula
from .statistics import amiss

PERSON = ("student", "last name", "first name", "email")
SUMS = ("points", "late penalty", "total", "of")


@contextmanager
def whole_file(path, encoding="utf-8"):
    """Open a file for writing that appears whole, or not at all; into a pipe or a device it is written."""
    if is_stream(path):
        sys.stdout.flush()
        stream = os.dup(1) if is_output(path) else path
        with open(stream, "w", encoding=encoding, newline="") as file:
            yield file
        return
    path = Path(os.path.realpath(path))  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("w", encoding=encoding, newline="") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def is_stream(path):
    """Say whether there is something to write into, and not a file to replace: a pipe, a device."""
    return is_output(path) or (path.exists() and not path.is_file())


def is_output(path):
    """Say whether a path leads to where this program prints."""
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def write_json(path, set_name, submissions):
    """Write every verdict: student, set, function.

    Parameters
    ----------
    path : Path
    set_name : str
    submissions : iterable of (str, Graded)
        By student, in order.
    """
    with whole_file(path) as file:
        file.write("{")
        for k, (student, graded) in enumerate(submissions):
            text = json.dumps({set_name: graded.by_function()}, indent=1, ensure_ascii=False)
            file.write(f"{',' if k else ''}\n {json.dumps(student, ensure_ascii=False)}: ")
            file.write(text.replace("\n", "\n "))
        file.write("\n}\n")


def write_csv(path, questions, submissions, marks):
    """Write a table for spreadsheets: a row a student, a column a question.

    Parameters
    ----------
    path : Path
    questions : iterable of str
    submissions : iterable of (str, Graded)
    marks : iterable of Mark
    """
    questions = list(questions)
    with whole_file(path, "utf-8-sig") as file:  # without a byte order mark Excel reads é as Ã©
        rows = csv.writer(file)
        rows.writerow(
            ["student", "last name", "first name", "email", *map(harmless, questions), *SUMS, "note"]
        )
        for mark, graded in together(marks, submissions):
            scores = {v.name: number(v.score) for v in graded.verdicts} if graded else {}
            names = map(harmless, (mark.student, mark.last_name, mark.first_name, mark.email))
            sums = map(number, (mark.score, mark.late_penalty, total(mark), mark.max))
            asked = [scores.get(name, "") for name in questions]
            rows.writerow([*names, *asked, *sums, harmless(note(mark, graded))])


def write_canvas(path, set_name, marks):
    """Write what Canvas's gradebook imports; the last column is the assignment's name there.

    Canvas knows a student by its own number (ID), else by SIS User ID, else by SIS Login ID.
    """
    with whole_file(path) as file:
        rows = csv.writer(file)
        rows.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", set_name])
        for k, mark in enumerate(marks):
            if not k:
                rows.writerow(["    Points Possible", "", "", "", "", number(mark.max)])
            lms = mark.lms_user_id or ""
            own = lms if lms.isascii() and lms.isdecimal() else ""  # Canvas reads "12ab" as the number 12
            rows.writerow([harmless(sortable(mark)), own, lms, mark.student, "", number(total(mark))])


def write_moodle(path, set_name, submissions, marks):
    """Write what Moodle's gradebook imports (Grades, Import, CSV file)."""
    with whole_file(path) as file:
        rows = csv.writer(file)
        rows.writerow(["Username", "ID number", "Email address", set_name, f"Feedback: {set_name}"])
        for mark, graded in together(marks, submissions):
            known = [mark.student, mark.lms_user_id or "", mark.email or ""]
            rows.writerow([*known, number(total(mark)), feedback(graded) if graded else ""])


def together(marks, submissions):
    """Yield (mark, Graded or None) for each mark; both come in the order of the students' names.

    >>> from types import SimpleNamespace
    >>> ada, ben = SimpleNamespace(student="ada"), SimpleNamespace(student="ben")
    >>> list(together([ada, ben], [("ben", "…")])) == [(ada, None), (ben, "…")]
    True
    """
    submissions = iter(submissions)
    student, graded = next(submissions, (None, None))
    for mark in marks:
        while student is not None and student < mark.student:
            student, graded = next(submissions, (None, None))
        yield mark, graded if student == mark.student else None


def total(mark):
    """Return the points that count: those given by hand included, and what being late cost taken off."""
    return max(0.0, mark.score - mark.late_penalty)


def number(value):
    """Return a number as every program reads it: no exponent, no more digits than it has.

    >>> number(20.0), number(13.25), number(1 / 3), number(-0.0)
    ('20', '13.25', '0.3333', '0')
    """
    return f"{value + 0:.4f}".rstrip("0").rstrip(".")


def harmless(text):
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before it.

    >>> harmless("=1+1"), harmless("ada"), harmless(None)
    ("'=1+1", 'ada', '')
    """
    return f"'{text}" if re.match(r"[=+\-@\t\r\n＝＋－＠]", text or "") else text or ""


def sortable(mark):
    """Return a name as Canvas sorts it; where the gradebook has none, the student's own id."""
    return ", ".join(filter(None, [mark.last_name, mark.first_name])) or mark.student


def note(mark, graded):
    """Say what is to be known of a mark: what was amiss, and what waits for a person."""
    waits = "a person has to look at its points" if mark.needs_manual else ""
    return "; ".join(filter(None, [amiss(graded) if graded else "", waits]))


def feedback(graded):
    """Return the feedback as Moodle shows it: HTML, without backslashes, which it reads as escapes."""
    lines = [
        f"{v.name}: {v.score:g} of {v.max:g} points. {v.message.removeprefix(f'{v.name}: ')}".strip()
        for v in graded.verdicts
    ]
    return str(formula("\n".join(lines))).replace("\\", "&#92;").replace("\n", "<br>")
