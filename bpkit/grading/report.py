"""What the instructor reads: one self-contained page for a class."""

from collections import Counter
from statistics import mean, median

from .feedback import template


def summary(graded):
    """Return what a class did, as plain numbers.

    Parameters
    ----------
    graded : dict of {str: Graded}
        By student.

    Returns
    -------
    dict
        ``marks`` by student, ``questions`` with mean score and share of full marks, ``mistakes``
        as (number, question, sentence, students) from the most frequent on, and ``look``:
        students that a person should see, with the reason.
    """
    marks = {student: g.score for student, g in graded.items()}
    by_question = {}
    for g in graded.values():
        for verdict in g.verdicts:
            by_question.setdefault(verdict.name, []).append(verdict)
    questions = [
        {
            "name": name,
            "max": verdicts[0].max,
            "mean": mean(v.score for v in verdicts),
            "right": sum(v.right for v in verdicts) / len(verdicts),
        }
        for name, verdicts in by_question.items()
    ]
    return {"marks": marks, "questions": questions, "mistakes": mistakes(graded), "look": look(graded)}


def mistakes(graded):
    """Count the named mistakes, the most frequent first."""
    found = [(v.mistake, v.name, v.message) for g in graded.values() for v in g.verdicts if v.mistake]
    return [(*mistake, count) for mistake, count in Counter(found).most_common()]


def look(graded):
    """List (student, reason) for submissions that a person should see."""
    reasons = [(student, g.note) for student, g in graded.items() if g.note]
    stuck = [
        (student, f"{verdict.name}: the code did not end, or ended its process.")
        for student, g in graded.items()
        for verdict in g.verdicts
        if verdict.stuck
    ]
    return reasons + stuck


def report_page(set_name, graded, links):
    """Return a class's report as an HTML page.

    Parameters
    ----------
    set_name : str
    graded : dict of {str: Graded}
        By student.
    links : dict of {str: str}
        Where each student's feedback page is; a student may be missing.

    Returns
    -------
    str
    """
    found = summary(graded)
    full = sum(question["max"] for question in found["questions"])
    values = list(found["marks"].values())
    return template("report.html").render(
        set_name=set_name,
        full=full,
        graded=graded,
        links=links,
        mean=mean(values),
        median=median(values),
        bars=distribution(values, full),
        **found,
    )


def distribution(values, full, bins=5):
    """Count the marks in equal ranges: (label, students), the best mark in the last.

    >>> distribution([0, 3, 20], 20, 2)
    [('0 to 10', 2), ('10 to 20', 1)]
    """
    width = full / bins
    counts = Counter(min(int(value / width), bins - 1) for value in values)
    return [(f"{k * width:g} to {(k + 1) * width:g}", counts[k]) for k in range(bins)]
