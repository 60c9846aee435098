"""The command line: its verbs, their arguments, and the exit codes."""

import argparse
import os
import shutil
import sys
import textwrap
from pathlib import Path

from bpkit import __version__
from bpkit.grade_command import Stopped, add_grading, add_outputs, grade, positive, report
from bpkit.here import Unfit, course_of, root

DONE, NOT_RIGHT, NOT_POSSIBLE, INTERRUPTED = 0, 1, 2, 130
SIGNS = {True: "✓", False: "✗", None: "·"}  # of the doctor; · for what the course can do without
EXITS = """exit codes:
  0    done (for check: every answer is right; for doctor: everything is there)
  1    not right: an answer is wrong, the book does not build, something is missing
  2    not possible: a wrong argument, no such set, nothing handed in, an unusable gradebook, no sandbox
  130  interrupted; what was graded until then is kept
"""


def main(arguments=None):
    """Run the command and return its exit code.

    >>> main(["check", "nowhere.ipynb"])
    2
    """
    options = parser().parse_args(arguments)
    try:
        return options.do(options) or DONE
    except KeyboardInterrupt as stop:
        done = stop if isinstance(stop, Stopped) else "What was done until now"
        complain(f"Stopped. {done} is kept; run the same command to go on.")
        return INTERRUPTED
    except Exception as error:
        if not is_sentence(error):
            raise
        complain(sentence(error))
        return NOT_POSSIBLE


def is_sentence(error):
    """Say whether an exception is meant for the reader: one of ours, or the machine's disk or network."""
    return isinstance(error, OSError) or (
        type(error).__module__.startswith("bpkit.") or isinstance(error, ModuleNotFoundError | Unfit)
    )


def sentence(error):
    """Return what to tell the reader of an exception.

    >>> sentence(ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader"))
    "nbgrader is not installed. Run: make course (or: pip install 'bpkit[dev]')"
    >>> sentence(PermissionError(13, "Permission denied", "grades.csv"))
    'grades.csv: Permission denied.'
    """
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed. Run: make course (or: pip install 'bpkit[dev]')"
    if isinstance(error, OSError) and error.strerror:
        where = os.fsdecode(error.filename) + ": " if isinstance(error.filename, str | bytes) else ""
        return f"{where}{error.strerror}."
    return str(error)


def complain(sentence):
    print(f"bpkit: {sentence}", file=sys.stderr)


def parser():
    """Return the parser, one function of this module a verb."""
    top = argparse.ArgumentParser("bpkit", epilog=EXITS, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--version", action="version", version=f"bpkit {__version__}")
    verbs = top.add_subparsers(metavar="verb", required=True)

    def verb(function, says):
        sub = verbs.add_parser(function.__name__, help=says, description=says)
        sub.set_defaults(do=function)
        return sub

    says = "build the book, release the exercises, grade the sample class, and say where all is"
    verb(course, says).set_defaults(pdf=False)
    sub = verb(book, "build the book, strictly")
    sub.add_argument("--pdf", action="store_true", help="print it as a PDF too")
    sub = verb(release, "make the students' notebooks from the solutions")
    sub.add_argument("set", nargs="?", help="a problem set; all of them if none is given")
    sub.add_argument("--run", action="store_true", help="first run the solutions and store their outputs")
    sub = verb(check, "try a student's notebook on the public inputs")
    sub.add_argument("notebook", type=Path)
    sub.add_argument("--set", help="the problem set, where the notebook's name does not tell")
    sub = verb(grade, "grade a class with the secret seed")
    sub.add_argument("set")
    add_grading(sub)
    sub = verb(report, "write a class's report and exports again, from what is graded")
    sub.add_argument("set")
    sub.add_argument("--into", type=Path, help="the folder that was graded into (the course)")
    add_outputs(sub)
    verb(doctor, "say what is installed, and what to do about the rest")
    sub = verb(serve, "show the book and the sample class on this machine alone")
    sub.add_argument("--port", type=positive, default=8000)
    return top


def course(options):
    from bpkit.course_command import grade_sample, where

    print("1 of 3  the book")
    if book(options):
        return NOT_RIGHT
    print("2 of 3  the exercises")
    release(argparse.Namespace(set=None, run=False))
    print("3 of 3  the sample class")
    grade_sample()
    print(where())


def book(options):
    from bpkit.book import BookError, build

    try:
        print(f"The book is in {build(root())}")
        if options.pdf:
            from bpkit.book_pdf import pdf

            print(f"The PDF is {pdf(root())}")
    except BookError as error:
        complain(str(error))
        return NOT_RIGHT


def release(options):
    from bpkit.grading.release import problem_sets, release, run

    if options.run:
        for name in [options.set] if options.set else problem_sets(root()):
            run(root(), name)
    release(root(), options.set)


def check(options):
    from bpkit.grading.limits import Limits
    from bpkit.grading.marking import PUBLIC_SEED
    from bpkit.grading.questions import questions_of
    from bpkit.grading.sandbox.levels import best
    from bpkit.grading.sandbox.process import Sandbox
    from bpkit.grading.submission import grade_submission

    if not options.notebook.is_file():
        raise Unfit(f"There is no notebook {options.notebook}.")
    name = options.set or options.notebook.stem.split(" (")[0]  # a browser's second copy is "… (1)"
    questions = list(questions_of(name).values())
    released = course_of(None).released(name)
    with Sandbox(best(), Limits.of(released)) as sandbox:
        data = options.notebook.read_bytes()
        graded = grade_submission(sandbox, data, released, questions, PUBLIC_SEED)
    for verdict in graded.verdicts:
        print("\n".join(verdict.lines()))
    print(f"{graded.score:g} of {graded.max:g} points on the public inputs.")
    return DONE if graded.score == graded.max else NOT_RIGHT


def doctor(options):
    from bpkit.doctor import findings

    rows = findings()
    width = min(shutil.get_terminal_size().columns, 110)
    for good, name, says in rows:
        head = f"  {SIGNS[good]} {name:<20} "
        indents = {"initial_indent": head, "subsequent_indent": " " * len(head)}
        print(textwrap.fill(says, width, break_on_hyphens=False, break_long_words=False, **indents))
    return NOT_RIGHT if any(good is False for good, _, _ in rows) else DONE


def serve(options):
    from bpkit.book_server import serve

    serve(root(), options.port)
