"""A class of attackers and two honest students, and what the command `bpkit grade` makes of it."""

import json
import os
import shutil
import site
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
from grading.notebooks import ROOT, handed_in, new_gradebook, solutions

from attacks import ATTACKS, container
from attacks.attack import RIGHT, SET

MISTAKEN = "yan"  # the student with a known mistake
HONEST = (RIGHT, MISTAKEN)
FORGOT = "def deltas_221(W, z, a, y):\n    return {1: (W[2].T @ (a[2] - y)) * a[1] * (1 - a[1]), 2: a[2] - y}"
SEED = "5eed5eed0badc0de5eed5eed0badc0de"
SECRETS = {
    "the seed": SEED,
    "a neighbour": "planted-8d0f-in-a-notebook",
    "the environment": "planted-51c2-in-the-environment",
    "the gradebook": "planted-c77a-in-the-gradebook",
    "a hidden input": "line 9973",  # as the number of a line that no notebook has
}
LIMITS = {"cell_seconds": 1, "check_seconds": 1, "memory": 2**30, "files": 2**24, "processes": 32}
SECONDS = 240
GRANTED = "FloatingPointError"  # the word by which an attack tells that what it tried has worked
PACKAGES = [Path(folder) for folder in (*site.getsitepackages(), *sys.path) if folder.endswith("-packages")]
NUMPY = Path(numpy.__file__).parent
WITH_CACHE = [ROOT, ROOT / "bpkit", *PACKAGES, NUMPY]
PLACES = [*WITH_CACHE, *(folder / "__pycache__" for folder in WITH_CACHE)]
PROCESS_STOPS = {  # the families that the level *process* promises to stop; it secludes nobody
    "patched comparison and display",
    "lying arrays",
    "rewritten shell, syntax trees and input",
    "tracing",
    "time",
    "memory",
    "files beside the notebook",
    "not a notebook",
    "notebook metadata",
    "forged frames",
    "forged bundles",
    "held cases",
}


def promised(level):
    """Return the attacks that a level promises to stop."""
    return [attack for attack in ATTACKS if level != "process" or attack.family in PROCESS_STOPS]


@dataclass(frozen=True)
class Graded:
    """What grading a class gave: the verdicts by student, what was written of each, what was left behind."""

    verdicts: dict
    written: dict  # {student: everything that was written of the submission}
    found: container.Found

    def points(self, student):
        return sum(verdict["score"] for verdict in self.verdicts[student].values())

    def told(self, student):
        """Say whether the student's feedback names the exception of an attack that worked."""
        return any(GRANTED in verdict["message"] for verdict in self.verdicts[student].values())

    def leaked(self, student):
        """Return which planted secrets stand in what was written of a submission."""
        return [name for name, secret in SECRETS.items() if secret in self.written[student]]

    def gained(self, attack):
        """Return what an attack gained, in words."""
        student = attack.student
        if student not in self.verdicts:
            return ["There is no verdict on it."]
        points = self.points(student)
        gains = [f"It got {points:g} points."] if points else []
        gains += ["Its feedback says that what it tried has worked."] if self.told(student) else []
        gains += [f"What is written of it shows a secret: {name}." for name in self.leaked(student)]
        return gains + [f"It left {what}." for what in self.found.left_by(attack)]


def new_class(folder, attacks):
    """Write a course with its class into a folder, with the secrets in their places."""
    home = folder / "class"
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    released = with_limits(folder / "exercises" / SET / f"{SET}.ipynb")
    for attack in attacks:
        attack.hand_in(home / "submitted", released)
    comment = f"# {SECRETS['a neighbour']}\n"
    honest(home / "submitted", RIGHT, numbers=comment + solutions(SET)["numbers"])
    honest(home / "submitted", MISTAKEN, deltas_221=FORGOT)
    (home / "gradebook.seed").write_text(SEED + "\n")
    (home / "gradebook.db").write_bytes(new_gradebook())
    with sqlite3.connect(home / "gradebook.db") as base:
        base.execute("insert into student (id, first_name) values (?, ?)", (RIGHT, SECRETS["the gradebook"]))
    base.close()
    return home


def with_limits(path):
    """Write the limits into a released notebook, and return it."""
    released = json.loads(path.read_bytes())
    released["metadata"]["bpkit"] = {"limits": LIMITS}
    path.write_text(json.dumps(released))
    return released


def honest(submitted, student, **answers):
    place = submitted / student / SET
    place.mkdir(parents=True)
    (place / f"{SET}.ipynb").write_bytes(handed_in(SET, **answers))


def environment(folder):
    """Return the variables of a command that grades in a folder, with a home and a temporary folder."""
    own = {"HOME": folder / "home", "TMPDIR": folder / "temporary"}
    for path in own.values():
        path.mkdir(exist_ok=True)
    passed = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return passed | {name: str(path) for name, path in own.items()} | {"API_KEY": SECRETS["the environment"]}


def offered(level):
    """Return why a container here does not offer a level, or an empty string."""
    ask = f"from bpkit.grading.sandbox.levels import refusal; print(refusal({level!r}) or '')"
    command = container.contained([sys.executable, "-c", ask], privileged=level != "process")
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def grade(folder, attacks, level, workers=1, seconds=SECONDS):
    """Grade a class of these attacks and the honest students by the command line, in a container."""
    home = new_class(folder, attacks)
    paths = ["--submitted", home / "submitted", "--into", home, "--json", home / "verdicts.json"]
    command = [sys.executable, "-m", "bpkit", "grade", SET, *map(str, paths)]
    command += ["--sandbox", level, "--workers", str(workers)]
    found = container.run(
        command,
        folder / "ward",
        cwd=folder,
        environment=environment(folder),
        watched=[
            folder / name for name in ("solutions", "exercises", "class/submitted", "home", "temporary")
        ],
        places=[folder, home, *PLACES],
        seconds=seconds,
        privileged=level != "process",
    )
    return Graded(verdicts(home), {path.name: written(home, path.name) for path in students(home)}, found)


def students(home):
    return sorted((home / "submitted").iterdir())


def verdicts(home):
    path = home / "verdicts.json"
    plain = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {student: sets[SET] for student, sets in plain.items()}


def written(home, student):
    """Return all that grading wrote of a student, as one text."""
    folders = [home / kind / student for kind in ("autograded", "feedback")]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    texts = [path.read_text("utf-8", "replace") for path in paths]
    return "\n".join([*texts, json.dumps(verdicts(home).get(student), ensure_ascii=False)])
