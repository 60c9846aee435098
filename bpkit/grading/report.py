"""What the instructor reads: one self-contained page for a class, written while it is made."""

import json
from itertools import islice
from urllib.parse import quote

from .exports import whole_file
from .feedback import template
from .likeness import GROUPS, Likeness
from .records import kept
from .statistics import ENOUGH, ClassStatistics

ROWS = 100  # students in one table
NAMED = 12  # students named of a group with almost the same answers


def gather(course, set_name):
    """Add up what is graded of a set.

    Returns
    -------
    statistics : ClassStatistics
    alike : list of (students, questions)
        Who shares which telling answers.
    """
    statistics = ClassStatistics()
    with Likeness(course.released(set_name)) as likeness:
        for student, graded in kept(course, set_name):
            statistics.add(student, graded)
            likeness.add(student, graded_notebook(course, student, set_name), graded)
        return statistics, list(likeness.groups())


def graded_notebook(course, student, set_name):
    """Return a student's graded notebook; an empty one where it is no longer there."""
    try:
        return json.loads((course.autograded(student, set_name) / f"{set_name}.ipynb").read_bytes())
    except (OSError, ValueError):
        return {}


def write_report(course, set_name, statistics, alike):
    """Write a class's report and return where it is."""
    path = course.home / "report" / f"{set_name}.html"
    with whole_file(path) as file:
        file.writelines(report_page(set_name, statistics, alike, kept(course, set_name)))
    return path


def report_page(set_name, statistics, alike, submissions):
    """Yield a class's report, an HTML page, piece by piece.

    Parameters
    ----------
    set_name : str
    statistics : ClassStatistics
    alike : list of (students, questions)
    submissions : iterable of (student, Graded)

    Yields
    ------
    str
    """
    return template("report.html").generate(
        set_name=set_name,
        found=statistics,
        judged=judged(statistics),
        bars=statistics.distribution(),
        enough=ENOUGH,
        mistakes=statistics.frequent_mistakes(),
        unnamed=[question for question in statistics.questions.values() if question.unnamed],
        look=[
            ("Could not be judged", statistics.unjudged),
            ("Met a limit", statistics.limited),
            ("Nothing to judge", statistics.noted),
        ],
        alike=alike,
        most_alike=GROUPS,
        named=NAMED,
        hundreds=hundreds(submissions),
        link=lambda student: f"../feedback/{quote(student)}/{set_name}/{set_name}.html",
    )


def judged(statistics):
    """Say where the verdicts were formed, and at which levels of the sandbox.

    >>> statistics = ClassStatistics()
    >>> statistics.levels.update({"full": 3, "process": 1})
    >>> judged(statistics)
    'Judged outside the sandbox, level full (3) and process (1).'
    """
    levels = {level: count for level, count in statistics.levels.items() if level}
    where = "Verdict inside the sandbox" if statistics.inside else "Judged outside the sandbox"
    counted = " and ".join(f"{level} ({count})" for level, count in levels.items())
    return f"{where}, level {counted if len(levels) > 1 else ''.join(levels)}." if levels else ""


def hundreds(submissions):
    """Yield the rows of the table of students, (student, points, {question: points}), a hundred at a time."""
    rows = ((student, g.score, {v.name: v.score for v in g.verdicts}) for student, g in submissions)
    while some := list(islice(rows, ROWS)):
        yield some
