"""What ``bpkit grade`` and ``bpkit report`` do: grade a class, and write what was asked for."""

import argparse
import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from bpkit.here import Unfit, course_of
from bpkit.progress import Progress, table

OUTPUTS = {  # option → what it writes
    "json": "every verdict, as JSON",
    "csv": "a table for spreadsheets: a row a student, a column a question",
    "canvas": "the marks as Canvas's gradebook imports them",
    "moodle": "the marks and the feedback as Moodle's gradebook imports them",
}


class Stopped(KeyboardInterrupt):
    """An interrupt; its message names what is kept."""


def add_outputs(sub):
    """Give a verb the options for what else it writes."""
    for name, says in OUTPUTS.items():
        sub.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {says}")


def add_grading(sub):
    """Give a verb the options of grading."""
    from bpkit.grading.sandbox.levels import LEVELS

    sub.add_argument("--submitted", type=Path, help="folder of <student>/<set>/<set>.ipynb (submitted/)")
    sub.add_argument("--into", type=Path, help="folder for gradebook, notebooks and feedback (the course)")
    sub.add_argument("--workers", type=positive, help="processes (one a core)")
    sub.add_argument(
        "--scheduler",
        nargs="?",
        const="local",
        type=address,
        metavar="tcp://HOST:PORT",
        help="grade on a Dask cluster: the one at this address, or without an address a local one",
    )
    sub.add_argument("--sandbox", choices=LEVELS, help="its level (the best of full and kernel)")
    add_outputs(sub)


def address(text):
    """Return a scheduler's address, or refuse the argument.

    >>> address("tcp://10.0.0.1:8786")
    'tcp://10.0.0.1:8786'
    """
    if text != "local" and "://" not in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address such as tcp://10.0.0.1:8786")
    return text


def positive(text):
    """Return a positive whole number, or refuse the argument.

    >>> positive("2")
    2
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def grade(options):
    """Grade a class."""
    from bpkit.grading.handed_in import find_submissions
    from bpkit.grading.runner import grade_class

    course = asked_course(options)
    submissions = find_submissions(options.submitted or course.home / "submitted", options.set)
    print(f"{options.set}: {len(submissions)} submission{'s' * (len(submissions) != 1)}", flush=True)
    progress = Progress()
    try:
        summary = grade_class(
            course,
            options.set,
            submissions,
            workers=options.workers,
            scheduler=options.scheduler,
            level=options.sandbox,
            progress=progress,
        )
    except KeyboardInterrupt:
        raise Stopped(f"What this run graded ({progress.done} of {progress.total})") from None
    finally:
        progress.end()
    print(table(options.set, summary, write_outputs(course, options)))


def report(options):
    """Write a class's report and exports again, from what is graded."""
    write_outputs(asked_course(options), options)


def asked_course(options):
    """Return the course, once it is sure that it has the set, and that the files asked for can be written."""
    from bpkit.grading.questions import SETS, UnknownSet, unknown

    course = course_of(options.into)
    released = (course.root / "exercises").glob("*/*.ipynb")
    sets = [*SETS, *sorted({path.stem for path in released if path.stem == path.parent.name} - set(SETS))]
    if options.set not in sets:
        raise UnknownSet(unknown("problem set", options.set, sets))
    course.released(options.set)
    for name in OUTPUTS:
        if path := getattr(options, name):
            refuse_unwritable(path, name)
    return course


def refuse_unwritable(path, name):
    """Raise Unfit if a file cannot be written, or its folder cannot be made."""
    from bpkit.grading.exports import is_stream

    if path.is_dir():
        raise Unfit(f"{path} is a folder, and --{name} needs the name of a file.")
    place = Path(os.path.realpath(path)).parent
    try:
        if is_stream(path):
            return
        while not place.exists():
            place = place.parent
        with TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise Unfit(
            f"{path} cannot be written: {place}: {error.strerror}. Give --{name} a file in another folder."
        ) from None


def write_outputs(course, options):
    """Write the report and the files that were asked for, and return what the class did."""
    from bpkit.grading.marks import marks
    from bpkit.grading.report import gather, write_report

    statistics, alike = gather(course, options.set)
    if not statistics.students:
        raise Unfit(f"Nothing of {options.set} is graded in {course.home}. Run: bpkit grade {options.set}")
    for name, write in writers(course, options.set, statistics).items():
        if path := getattr(options, name):
            write(path)
            print(f"  {path} has {OUTPUTS[name]}")
    print(f"  {write_report(course, options.set, statistics, alike)} is the class report")
    if waiting := sum(mark.needs_manual for mark in marks(course, options.set)):
        marks_wait = "mark waits" if waiting == 1 else "marks wait"
        print(f"  {waiting} {marks_wait} for a person, in the formgrader; export again after that")
    return statistics


def writers(course, set_name, statistics):
    """Return the function that writes each output to a path."""
    from bpkit.grading import exports
    from bpkit.grading.marks import marks
    from bpkit.grading.records import kept

    found, given = partial(kept, course, set_name), partial(marks, course, set_name)
    return {
        "json": lambda path: exports.write_json(path, set_name, found()),
        "csv": lambda path: exports.write_csv(path, statistics.questions, found(), given()),
        "canvas": lambda path: exports.write_canvas(path, set_name, given()),
        "moodle": lambda path: exports.write_moodle(path, set_name, found(), given()),
    }
