"""Stopped anywhere and run again: nothing reported is lost, nothing graded twice, the database is whole."""

import ctypes
import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from grading.notebooks import BY_HAND, ROOT, hand_in, handed_in, new_course, solutions

from bpkit.grading.gradebook import marks
from bpkit.grading.sandbox.levels import best

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="Processes are looked up in /proc."),
]

STUDENTS, STOPS, SEED = 10, 50, 20300203
SLOWLY = "import time\ntime.sleep(0.05)\n" + solutions(BY_HAND)["forward_221"]
ANSWERS = [
    {},
    {"deltas_221": "def deltas_221(W, z, a, y):\n    return {1: a[1] * 0, 2: a[2] - y}"},
    {"step_221": "def step_221(*given): return None"},
]
SUBREAPER = 36  # of <linux/prctl.h>
LIBC = ctypes.CDLL(None)


def class_of(home):
    """Return a course with a class: some are right, some wrong, one hands in no notebook."""
    course = new_course(home)
    for number in range(STUDENTS - 1):
        data = handed_in(BY_HAND, forward_221=SLOWLY, **ANSWERS[number % len(ANSWERS)])
        hand_in(home / "submitted", f"student{number:02}", data)
    hand_in(home / "submitted", "student99", b"not a notebook")
    return course


def handed_in_anew(course):
    """Let the class hand in the same answers in other files."""
    for path in course.home.glob(f"submitted/*/{BY_HAND}/*.ipynb"):
        path.write_bytes(path.read_bytes() + b" ")


@contextmanager
def adopting():
    """Let the processes that a stopped run leaves behind become children of this one."""
    LIBC.prctl(SUBREAPER, 1)
    try:
        yield
    finally:
        LIBC.prctl(SUBREAPER, 0)


def children(pid):
    """List the processes that a process has started, and those that these have."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            own = int(path.parent.name)
            pids += [own, *children(own)]
    return pids


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def kill_one(process, mark):
    """Kill one of a run's processes whose command holds a mark, as soon as there is one."""
    while process.poll() is None:
        marked = [child for child in children(process.pid) if mark in command_of(child)]
        if marked:
            return os.kill(marked[0], signal.SIGKILL)
        time.sleep(0.02)


def fill_the_disk(process):
    """Let the run write no file beyond a size, as on a disk that is full."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2**13, 2**13))


BLOWS = {
    "interrupt": lambda process: os.killpg(process.pid, signal.SIGINT),
    "driver": lambda process: process.kill(),
    "worker": lambda process: kill_one(process, "spawn_main"),
    "sandbox": lambda process: kill_one(process, "inside"),
    "disk": fill_the_disk,
}


@contextmanager
def run(course):
    """Run `bpkit grade` in a session of its own."""
    command = [sys.executable, "-m", "bpkit", "grade", BY_HAND, "--into", course.home, "--workers", "2"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True}
    options = ["--sandbox", best()]
    environment = os.environ | {"TMPDIR": str(course.home.parent)}
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, env=environment, start_new_session=True, **pipes
    ) as process:
        yield process


def stopped(course, blow, moment):
    """Run and strike at a moment; return whether it went on until then, its exit code, and what it said."""
    others = set(children(os.getpid()))
    with run(course) as process:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            BLOWS[blow](process)
        struck = process.returncode is None
        said, complaint = process.communicate(timeout=60)
    assert left_behind(others) == []
    return struck, process.returncode, said, complaint


def left_behind(others, patience=15):
    """Return the processes that a run has left beside the others, once they had time to end."""
    deadline = time.monotonic() + patience
    while (left := set(children(os.getpid())) - others) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [command_of(pid) for pid in left]


def reported(said):
    """Return how many a run reported as done, and of how many."""
    return max(
        ((int(n), int(of)) for n, of in re.findall(r"^ +(\d+) of (\d+), ", said, re.M)), default=(0, 0)
    )


def records(course):
    """Return what is kept by student, byte for byte; the seconds in it tell one grading from another."""
    with closing(sqlite3.connect(course.gradebook)) as connection:
        try:
            return {
                s: (k, v) for s, k, v in connection.execute("SELECT student, key, verdict FROM bpkit_verdict")
            }
        except sqlite3.OperationalError:  # the run was stopped before it made the table
            return {}


def check_whole(course):
    """Check that the database is whole, that no row is an orphan, and that what is kept has its pages."""
    with closing(sqlite3.connect(course.gradebook)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    scores = {mark.student: mark.score for mark in marks(course, BY_HAND)}
    for student, (_, verdict) in records(course).items():
        parts = [v["parts"].values() for v in json.loads(verdict)["verdicts"]]
        assert scores.pop(student) == sum(got for part in parts for got, _ in part)
        json.loads((course.autograded(student, BY_HAND) / f"{BY_HAND}.ipynb").read_bytes())
        assert course.feedback(student, BY_HAND).read_text("utf-8").rstrip().endswith("</html>")
    assert scores == {}


def check_end(blow, code, complaint):
    """Check that a run ended as it should after a blow, and with a sentence where it could say one."""
    ends = {"interrupt": (130, -signal.SIGINT), "driver": (-signal.SIGKILL,), "disk": (2,)}
    assert code in (0, *ends.get(blow, (2,))), (blow, code, complaint)
    if code in (2, 130):
        assert complaint.startswith("bpkit: "), complaint
    if blow == "disk" and code == 2:
        assert "space left" in complaint or "File too large" in complaint


def test_a_class_is_graded_once_however_often_it_is_stopped(tmp_path):
    rng, course, began = random.Random(SEED), class_of(tmp_path / "home"), time.monotonic()
    assert stopped(course, None, 60)[1] == 0
    whole, wanted = time.monotonic() - began, list(marks(course, BY_HAND))
    standing, struck, finished = records(course), [], 0

    with adopting():
        while len(struck) < STOPS:
            if len(standing) == STUDENTS:
                finished += 1
                handed_in_anew(course)
                standing = {}
            blow, before = rng.choice(sorted(BLOWS)), records(course)
            hit, code, said, complaint = stopped(course, blow, rng.uniform(0.1, 0.8) * whole)
            struck += [blow] * hit
            check_end(blow, code, complaint)
            check_whole(course)
            done, total = reported(said)
            new = {s: r for s, r in records(course).items() if before.get(s) != r}
            assert total in (0, STUDENTS - len(standing))  # what stands is not to be graded,
            assert standing.keys() & new.keys() == set()  # and was not
            assert done <= len(new)  # what was reported is kept
            standing |= new

    assert set(struck) == set(BLOWS)
    assert finished > 1
    assert stopped(course, None, 60)[1] == 0
    assert list(marks(course, BY_HAND)) == wanted


def test_a_grading_that_is_done_twice_is_noticed(tmp_path):
    course = class_of(tmp_path / "home")
    assert stopped(course, None, 60)[1] == 0
    before = records(course)
    with closing(sqlite3.connect(course.gradebook)) as connection, connection:
        connection.execute("UPDATE bpkit_verdict SET key = ''")
    assert stopped(course, None, 60)[1] == 0

    assert all(before[student] != record for student, record in records(course).items())
