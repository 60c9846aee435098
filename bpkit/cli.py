"""The command line: the one room that prints, parses arguments and exits."""

import argparse
import json
import sys
import time
from pathlib import Path
from urllib.parse import quote

from bpkit import __version__

DONE, NOT_RIGHT, NOT_POSSIBLE, INTERRUPTED = 0, 1, 2, 130
EXITS = """exit codes:
  0    done (for check: every answer is right; for doctor: everything is there)
  1    not right: an answer is wrong, the book does not build, something is missing
  2    not possible: a wrong argument, no such set, nothing handed in, an unusable gradebook
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
    except KeyboardInterrupt:
        complain("Stopped. What was done until now is kept; run the same command to go on.")
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
    """
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed. Run: make course (or: pip install 'bpkit[dev]')"
    return str(error)


class Unfit(Exception):
    """The command cannot be carried out here; the message says why."""


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

    verb(course, "build the book, release the exercises, grade the sample class, and say where all is")
    verb(book, "build the book, strictly")
    sub = verb(release, "make the students' notebooks from the solutions")
    sub.add_argument("set", nargs="?", help="a problem set; all of them if none is given")
    sub.add_argument("--run", action="store_true", help="first run the solutions and store their outputs")
    sub = verb(check, "try a student's notebook on the public inputs")
    sub.add_argument("notebook", type=Path)
    sub.add_argument("--set", help="the problem set, where the notebook's name does not tell")
    sub = verb(grade, "grade a class with the secret seed")
    sub.add_argument("set")
    sub.add_argument("--submitted", type=Path, help="folder of <student>/<set>/<set>.ipynb (submitted/)")
    sub.add_argument("--json", type=Path, help="write every verdict to this file too")
    sub.add_argument("--into", type=Path, help="folder for gradebook, notebooks and feedback (the course)")
    sub.add_argument("--workers", type=positive, help="processes (one a core)")
    sub = verb(report, "write a class's report again, from what is graded")
    sub.add_argument("set")
    sub.add_argument("--into", type=Path, help="the folder that was graded into (the course)")
    verb(doctor, "say what is installed, and what to do about the rest")
    sub = verb(serve, "show the book and the sample class on this machine alone")
    sub.add_argument("--port", type=positive, default=8000)
    return top


def positive(text):
    """Return a positive whole number, or refuse the argument.

    >>> positive("2")
    2
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def root():
    """Return the course's folder: this one, or the nearest above it that holds a course."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir() and (folder / "nbgrader_config.py").is_file():
            return folder
    raise Unfit(
        f"{here} is not in a course. Go to its folder, the one with solutions/ and nbgrader_config.py."
    )


def course_of(into):
    from bpkit.grading.course import Course

    return Course(root(), into or root())


def course(options):
    from bpkit.grading.questions import SETS
    from bpkit.grading.sample import write_class

    top, home = root(), root() / "_build" / "sample_class"
    print("1 of 3  the book")
    if book(options):
        return NOT_RIGHT
    print("2 of 3  the exercises")
    release(argparse.Namespace(set=None, run=False))
    print("3 of 3  the sample class")
    write_class(course_of(home), home / "submitted")
    for name in ("solutions", "exercises", "nbgrader_config.py"):  # so that nbgrader works there too
        if not (home / name).exists():
            (home / name).symlink_to(Path("..", "..", name))
    for name in SETS:
        given = {"submitted": home / "submitted", "json": None, "into": home, "workers": None}
        grade(argparse.Namespace(set=name, **given))
    print(where(top, home))


def where(top, home):
    """Say where everything is and how to open it."""
    return f"""
The course is ready.
  The book          {top / "_build" / "html" / "index.html"}
  The exercises     {top / "exercises"}
  The gradebook     {home / "gradebook.db"}
  The feedback      {home / "feedback"}
  The class report  {home / "report"}
Open the pages in a browser, or all of them at once:  make serve
Open the gradebook in nbgrader's formgrader:          make formgrader
Begin with an exercise:                               make lab"""


def book(options):
    from bpkit.book import BookError, build

    try:
        print(f"The book is in {build(root())}")
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
    from bpkit.grading.marking import PUBLIC_SEED
    from bpkit.grading.questions import questions_of
    from bpkit.grading.sandbox.process import Sandbox
    from bpkit.grading.submission import grade_submission

    if not options.notebook.is_file():
        raise Unfit(f"There is no notebook {options.notebook}.")
    name = options.set or options.notebook.stem.split(" (")[0]  # a browser's second copy is "… (1)"
    questions = list(questions_of(name).values())
    with Sandbox() as sandbox:
        data = options.notebook.read_bytes()
        graded = grade_submission(sandbox, data, course_of(None).released(name), questions, PUBLIC_SEED)
    for verdict in graded.verdicts:
        print("\n".join(verdict.lines()))
    print(f"{graded.score:g} of {graded.max:g} points on the public inputs.")
    return DONE if graded.score == graded.max else NOT_RIGHT


def grade(options):
    from bpkit.grading.questions import questions_of
    from bpkit.grading.runner import find_submissions, grade_class
    from bpkit.grading.sandbox.process import Sandbox

    questions_of(options.set)
    course = course_of(options.into)
    submissions = find_submissions(options.submitted or course.home / "submitted", options.set)
    print(f"{options.set}: {len(submissions)} submissions, sandbox level {Sandbox.LEVEL}")
    graded, skipped = grade_class(course, options.set, submissions, options.workers, Progress())
    if skipped:
        print(f"  {len(skipped)} of {len(submissions)} skipped: nothing changed since they were graded.")
    if options.json:
        write_json(options.json, options.set, graded)
    write_report(course, options.set, graded)


class Progress:
    """Prints a line a submission: how many are done, how fast, and how long the rest takes."""

    def __init__(self):
        self.start = time.monotonic()

    def __call__(self, done, total, student, graded):
        rate = done / (time.monotonic() - self.start)
        left = f", {(total - done) / rate:.0f} s left" if done < total else ""
        head = f"  [{done:>{len(str(total))}}/{total}] {student:<16} {graded.score:g} of {graded.max:g}"
        print(f"{head}  ({rate:.2g}/s{left})  {graded.note}".rstrip(), flush=True)


def write_json(path, set_name, graded):
    """Write all verdicts as JSON: student, set, function."""
    plain = {student: {set_name: result.by_function()} for student, result in graded.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"  The verdicts are in {path}")


def write_report(course, set_name, graded):
    from bpkit.grading.course import write_whole
    from bpkit.grading.report import report_page

    path = course.home / "report" / f"{set_name}.html"
    links = {student: f"../feedback/{quote(student)}/{set_name}/{set_name}.html" for student in graded}
    write_whole(path, report_page(set_name, graded, links))
    print(f"  The class report is in {path}")


def report(options):
    from bpkit.grading.questions import questions_of
    from bpkit.grading.runner import all_kept

    questions_of(options.set)
    course = course_of(options.into)
    graded = all_kept(course, options.set)
    if not graded:
        raise Unfit(f"Nothing of {options.set} is graded in {course.home}. Run: bpkit grade {options.set}")
    write_report(course, options.set, graded)


def doctor(options):
    from bpkit.doctor import findings

    rows = findings()
    for good, name, says in rows:
        print(f"  {'✓' if good else '✗'} {name:<12} {says}")
    return DONE if all(good for good, _, _ in rows) else NOT_RIGHT


def serve(options):
    from bpkit.book import serve

    serve(root(), options.port)
