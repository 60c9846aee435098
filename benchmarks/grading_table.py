"""The record of grading: what was measured beside its goals, as lines, as JSON, and as rows to quote."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from statistics import median

import table
from grading_class import further
from grading_verdict import STEPS, WHERE, rounded

GOALS = {"verdict_ms": 20, "class_ms": 60, "driver_mb": 300, "two_workers": 1.8}
PACKAGES = ("nbgrader", "ipython", "sqlalchemy", "distributed")
VERDICT_HEAD = f"{'':9}{'right':14}{'own':>8}{'beyond':>8} |" + "".join(f"{name:>9}" for name in STEPS)
VERDICT_HEAD += " |" + "".join(f"{name:>9}" for name in WHERE)
WRONG_HEAD = f"{'':9}{'wrong':18}{'all':>8}{'explaining':>12}{'forks':>7}"
FOOT = """
CPU time in ms, medians over the rounds. own: the student's own code, run without a grader.
beyond: all but own (goal: at most 20). Left of the second bar, by what is done:
fork starts one, shuts it in and ends it; cells runs them; calls carries arguments and results;
verdict reads the notebook and judges. Right of it, by who uses it, own included."""


def right_line(r):
    """Return the line of one right submission at one level."""
    mark = "!" if r["beyond_ms"] > GOALS["verdict_ms"] else " "
    line = f"{r['level']:9}{r['way']:14}{r['own_ms']:>8.1f}{r['beyond_ms']:>7.1f}{mark} |"
    line += "".join(f"{r['steps_ms'][step]:>9.1f}" for step in STEPS)
    return line + " |" + "".join(f"{r['where_ms'][place]:>9.1f}" for place in WHERE)


def wrong_line(r):
    """Return the line of one wrong submission."""
    return f"{'':9}{r['slip']:18}{r['all_ms']:>8.1f}{r['explaining_ms']:>12.1f}{r['forks']:>7}"


def class_line(r):
    """Return the line of one class."""
    return (
        f"{r['students']:,} submissions: {r['cpu_ms']:.1f} ms of CPU time each (goal: {GOALS['class_ms']}), "
        f"{r['driver_cpu_ms']:.1f} of them the driver's; {r['per_minute']:,.0f} a minute; driver "
        f"{r['driver_mb']:.0f} MB (goal: {GOALS['driver_mb']}); again, unchanged: {r['again_seconds']:.1f} s"
    )


def stock_line(r):
    return (
        f"nbgrader {r['nbgrader']}: {r['cpu_ms']:,.0f} ms of CPU time for each further submission, "
        f"{r['first_cpu_ms']:,.0f} ms for one alone; {60e3 / r['wall_ms']:.0f} a minute"
    )


def workers_line(r):
    return f"two workers do {r['times']:.2f} times the work of one (goal: {GOALS['two_workers']})"


def dask_line(r):
    return f"two workers of an embedded Dask cluster do {r['times']:.2f} times the work of two own processes"


def beyond(document, level):
    """Return the median over the right submissions of what a verdict costs beyond the student's code."""
    return median(r["beyond_ms"] for r in document["right"] if r["level"] == level)


def levels(document):
    return list(dict.fromkeys(r["level"] for r in document["right"]))


def document(parts, meter, words):
    """Return the whole run as it goes into grading.json.

    Parameters
    ----------
    parts : dict
        With right, wrong, stock, classes, workers and dask.
    meter : str
        What measured CPU time.
    words : str
        The figure in words.
    """
    facts = table.document([], words)
    facts["versions"] |= versions()
    return {
        **{name: facts[name] for name in ("versions", "system", "processor", "figure")},
        "kernel": platform.release().split("-")[0],
        "cores": len(os.sched_getaffinity(0)),
        "meter": meter,
        "goals": GOALS,
        **shortened(parts),
        "further_ms": shortened(further(parts["classes"])),
    }


def versions():
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def shortened(value):
    """Return plain data with its fractions cut to four digits."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shortened(item) for item in value]
    return rounded(value) if isinstance(value, float) else value


def rows(document):
    """Return the rows that pages quote, as Markdown: what, bpkit, stock nbgrader.

    Parameters
    ----------
    document : dict
        What grading.json holds.

    Returns
    -------
    list of str
    """
    large, stock = document["classes"][-1], document["stock"]
    n, best = large["students"], levels(document)[0]
    workers, cores = document["workers"]["times"], document["cores"]
    return [
        f"| | bpkit | goal | nbgrader {stock['nbgrader']} |",
        "| --- | --- | --- | --- |",
        f"| CPU time of a verdict, beyond the student's own code | {beyond(document, best):.0f} ms | 20 ms | "
        f"{stock['cpu_ms']:,.0f} ms |",
        *(
            f"| CPU time of everything, in a class of {c['students']:,} | {c['cpu_ms']:.0f} ms | 60 ms | "
            f"{stock['cpu_ms']:,.0f} ms |"
            for c in document["classes"]
        ),
        f"| submissions a minute, {cores} cores | {large['per_minute']:,.0f} | | "
        f"{60e3 / stock['wall_ms']:.0f} |",
        f"| memory of the driver, in a class of {n:,} | {large['driver_mb']:.0f} MB | 300 MB | |",
        f"| work of two workers, as a multiple of one's | {workers:.2f} | 1.8 | |",
    ]
