"""What an attack is: a notebook with wrong answers, what it tries to gain, and how that would be seen."""

import copy
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field

from bpkit.grading.notebook import rebuild

SET = "ps04_by_hand"
FIRST = "forward_221"  # the answer cell that an attack begins in
RIGHT = "zoe"  # the student whose answers are right
CANARY = 47911  # the port, of TCP and UDP, that listens beside the grader
PAID = "It gets points."
TOLD = "Its feedback names a FloatingPointError: what it tried has worked."
LEFT = "A file, a process or a memory segment that bears its mark is still there."
LEAKED = "A planted secret stands in what is written about it."
HEARD = "The listener beside the grader has heard it."
HARMED = "The class is not graded to its end, or another student's verdict is not what it was."
HELPERS = '''
import os
import sys


def lie(value):
    return value


def granted():
    """Tell that it worked, by the one word that reaches the feedback: the type of an exception."""
    def forward_221(*arguments):
        raise FloatingPointError("it worked")
    globals()["forward_221"] = forward_221


def forward_221(W, b, x):
    z = {1: lie(np.zeros((2, x.shape[1]))), 2: lie(np.zeros((1, x.shape[1])))}
    return z, {0: x, **z}
'''
WRONG = {
    FIRST: HELPERS,
    "deltas_221": """
def deltas_221(W, z, a, y):
    return {1: lie(np.zeros((2, y.shape[1]))), 2: lie(np.zeros(y.shape))}
""",
    "gradients_221": """
def gradients_221(W, b, x, y):
    return {l: lie(np.zeros(W[l].shape)) for l in W}, {l: lie(np.zeros(b[l].shape)) for l in b}
""",
    "step_221": """
def step_221(W, b, x, y, learning_rate):
    return {l: lie(W[l] + 1) for l in W}, {l: lie(b[l] + 1) for l in b}
""",
    "numbers": """
sizes = {"z1": 2, "a1": 2, "z2": 1, "o": 1, "loss": 1, "delta2": 1, "delta1": 2, "dW2": 2, "dW1": 4}
numbers = {name: lie(np.zeros(size)) for name, size in sizes.items()}
""",
}


@dataclass(frozen=True)
class Link:
    """A symbolic link beside the notebook, or in its place."""

    target: str


@dataclass(frozen=True)
class Pipe:
    """A named pipe, from which nobody ever reads a byte."""


@dataclass(frozen=True)
class Folder:
    """A folder where a file should be."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A submission built to be paid for nothing, or to break the grading of others.

    >>> "a" in Attack(name="a", family="f", gain="points").student
    True
    """

    name: str
    family: str
    gain: str  # what it tries
    seen: str = PAID  # how its success would be seen
    source: str = ""  # runs after the wrong answer in the first answer cell
    answers: dict = field(default_factory=dict)  # in the place of the wrong ones
    change: Callable = dict  # what it makes of the notebook besides
    data: bytes | None = None  # the whole file, in the place of a notebook
    files: dict = field(default_factory=dict)  # {path beside the notebook: bytes, Link, Pipe or Folder}

    @property
    def student(self):
        return self.name.replace(" ", "_")

    @property
    def mark(self):
        """The word that everything it leaves behind bears; short enough for the name of a process."""
        return "mk" + hashlib.sha256(self.name.encode()).hexdigest()[:8]

    def notebook(self, released):
        """Return the bytes that are handed in; ``MARK`` and ``CANARY`` in its sources become their values."""
        if self.data is not None:
            return self.data
        wrong = WRONG if self.seen == PAID else {FIRST: WRONG[FIRST]}  # the others stay unanswered
        answers = wrong | self.answers
        answers[FIRST] += self.source
        return self.filled(json.dumps(self.change(copy.deepcopy(rebuild(released, answers))))).encode()

    def filled(self, text):
        return text.replace("MARK", self.mark).replace("CANARY", str(CANARY))

    def hand_in(self, submitted, released):
        """Write the submission into the folder of a class."""
        place = submitted / self.student / SET
        place.mkdir(parents=True)
        for name, content in ({f"{SET}.ipynb": self.notebook(released)} | self.files).items():
            self.write(place / name, content)

    def write(self, path, content):
        """Write one entry of a submission, in the place of one that is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content.replace(b"MARK", self.mark.encode()))
            return
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        make = {
            Link: lambda: path.symlink_to(content.target),
            Pipe: lambda: os.mkfifo(path),
            Folder: path.mkdir,
        }
        make[type(content)]()
