"""What a class costs with all that is written of it: CPU time, memory, time of the clock, workers."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from grading_cpu import watched
from grading_notebooks import COURSE, ROOT, SET, write_class

from bpkit.grading.course import Course
from bpkit.grading.handed_in import find_submissions
from bpkit.grading.runner import grade_class

TURNS = (1, 2, 2, 1)  # workers: what disturbs the machine for a while disturbs both
WARM = 0.2  # the share of a class after which all workers are at work
DASK = {"own processes": None, "Dask": "local"}


def measure_class(meter, students):
    """Grade a class by the command, twice: anew, and when nothing has changed.

    Parameters
    ----------
    meter : Group or Machine
    students : int

    Returns
    -------
    dict
    """
    with tempfile.TemporaryDirectory() as place:
        submitted, home = Path(place, "submitted"), Path(place, "home")
        kinds = write_class(submitted, students)
        anew = command(meter, submitted, home)
        again = command(meter, submitted, home)
    return {
        "students": students,
        "kinds": kinds,
        "cpu_ms": 1e3 * anew["all"] / students,
        "driver_cpu_ms": 1e3 * anew["cpu_seconds"] / students,
        "driver_mb": anew["peak_bytes"] / 1e6,
        "seconds": anew["seconds"],
        "per_minute": 60 * students / anew["seconds"],
        "again_cpu_ms": 1e3 * again["all"] / students,
        "again_seconds": again["seconds"],
    }


def command(meter, submitted, home):
    """Run ``bpkit grade``, and return what it used."""
    command = [sys.executable, "-m", "bpkit", "grade", SET, "--submitted", submitted, "--into", home]
    before, here = meter.seconds(), time.process_time()
    found = watched(command, cwd=ROOT)
    in_all = meter.seconds() - before
    return found | {"all": in_all - (time.process_time() - here)}


def further(classes):
    """Return what a further submission costs in the larger classes, in milliseconds of CPU time.

    >>> further([{"students": 10, "cpu_ms": 30.0}, {"students": 100, "cpu_ms": 12.0}])
    [10.0]
    """
    pairs = zip(classes, classes[1:], strict=False)
    return [
        (b["cpu_ms"] * b["students"] - a["cpu_ms"] * a["students"]) / (b["students"] - a["students"])
        for a, b in pairs
    ]


def rate(submissions, home, workers, scheduler=None):
    """Grade a class into a new folder, and return how many submissions a second, once all are at work."""
    shutil.rmtree(home / "autograded", ignore_errors=True)
    (home / "gradebook.db").unlink(missing_ok=True)
    times = []
    grade_class(
        Course(COURSE.root, home),
        SET,
        submissions,
        workers=workers,
        scheduler=scheduler,
        progress=lambda step: times.append(time.monotonic()),
    )
    return steady(times)


def steady(times):
    """Return how many steps a second there are, without the share at the beginning.

    >>> steady([0, 7, 8, 9, 10, 11])
    1.0
    """
    first = int(WARM * len(times))
    if times[-1] - times[first] < 1e-2:
        raise ValueError(f"{len(times)} submissions are reported at once: too few to see how fast they go.")
    last_at_once = max(k for k, at in enumerate(times) if at - times[first] < 1e-2)
    return (len(times) - 1 - last_at_once) / (times[-1] - times[last_at_once])


def measure_workers(students, turns=TURNS):
    """Measure one worker and two in turn.

    Returns
    -------
    dict
        Submissions a second, by the number of workers, and how many times as many two do.
    """
    with tempfile.TemporaryDirectory() as place:
        submissions = new_class(Path(place), students)
        found = {"1": [], "2": []}
        for workers in turns:
            found[str(workers)].append(rate(submissions, Path(place), workers))
    best = {workers: max(rates) for workers, rates in found.items()}
    return {"students": students, "per_second": found, "times": best["2"] / best["1"]}


def measure_dask(students):
    """Measure two workers of an embedded Dask cluster beside two own processes.

    Returns
    -------
    dict
        Submissions a second, and Dask's share of what own processes do.
    """
    with tempfile.TemporaryDirectory() as place:
        submissions = new_class(Path(place), students)
        found = {name: rate(submissions, Path(place), 2, scheduler) for name, scheduler in DASK.items()}
    return {"students": students, "per_second": found, "times": found["Dask"] / found["own processes"]}


def new_class(folder, students):
    write_class(folder / "submitted", students)
    return find_submissions(folder / "submitted", SET)
