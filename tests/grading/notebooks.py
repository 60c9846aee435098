"""Notebooks to grade: the solved ones of the course, with some answers replaced."""

import functools
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from bpkit.grading.check import LocalAnswers
from bpkit.grading.course import Course
from bpkit.grading.gradebook import open_gradebook
from bpkit.grading.notebook import answers_of, cells_to_run, rebuild

ROOT = Path(__file__).parents[2]
LAYERS, BY_HAND, BACKPROP = "ps02_layers", "ps04_by_hand", "ps05_backprop"


def released(set_name):
    return Course(ROOT, ROOT).released(set_name)


def solutions(set_name):
    """Return the source of each answer in the solved notebook."""
    solved = json.loads((ROOT / "solutions" / set_name / f"{set_name}.ipynb").read_bytes())
    return answers_of(solved, released(set_name))


def handed_in(set_name, **answers):
    """Return the solved notebook with these answers in it, as the bytes of a submission."""
    return json.dumps(answered(set_name, answers)).encode()


def answered(set_name, answers):
    sources = {name: dedent(source) for name, source in answers.items()}
    return rebuild(released(set_name), solutions(set_name) | sources)


def opened(set_name, **answers):
    """Return the answers of such a notebook as they are when it is open, its cells run in this process."""
    namespace = {}
    for _, source in cells_to_run(answered(set_name, answers)):
        exec(source, namespace)
    return LocalAnswers(namespace)


def hand_in(folder, student, data, name=f"{BY_HAND}.ipynb"):
    """Put a notebook of ps04 where students' submissions lie; without data only its folder."""
    place = folder / student / BY_HAND
    place.mkdir(parents=True, exist_ok=True)
    if data is not None:
        (place / name).write_bytes(data)


def new_course(home, root=ROOT):
    """Return a course that grades into a folder, with a gradebook that knows ps04 and no students."""
    home.mkdir(exist_ok=True)
    course = Course(root, home)
    course.gradebook.write_bytes(new_gradebook())
    return course


@functools.cache
def new_gradebook():
    """Return a gradebook that knows ps04 and no students, as bytes; nbgrader takes seconds to make one."""
    with TemporaryDirectory() as folder:
        course = Course(ROOT, Path(folder))
        with open_gradebook(course, BY_HAND):
            pass
        return course.gradebook.read_bytes()
