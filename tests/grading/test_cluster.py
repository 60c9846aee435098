"""A Dask cluster: the same verdicts as here, workers that end, and schedulers that do not answer."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from grading.notebooks import BY_HAND, hand_in, handed_in, new_course

from bpkit.grading.course import CourseError
from bpkit.grading.handed_in import find_submissions
from bpkit.grading.runner import grade_class, kept
from bpkit.grading.sandbox.levels import best

cluster = pytest.importorskip("bpkit.grading.cluster", reason="Dask is not installed.")
pytest.importorskip("distributed", reason="Dask is not installed.")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SLOWLY = "import time; time.sleep(0.2)\ndef forward_221(W, b, x, f): return None"
CLASS = {
    "ada": handed_in(BY_HAND),
    "ben": handed_in(
        BY_HAND, deltas_221="def deltas_221(W, z, a, y):\n    return {1: a[1] * 0, 2: a[2] - y}"
    ),
    "eve": b"not a notebook",
    **{f"student{k}": handed_in(BY_HAND, forward_221=SLOWLY) for k in range(9)},
}


def new_class(home):
    course = new_course(home)
    for student, data in CLASS.items():
        hand_in(home / "submitted", student, data)
    return course


def grade(course, **options):
    submissions = find_submissions(course.home / "submitted", BY_HAND)
    return grade_class(course, BY_HAND, submissions, **{"level": best()} | options)


def verdicts(course):
    return {student: graded.plain() | {"seconds": 0} for student, graded in kept(course, BY_HAND)}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """The class, graded by processes of this machine."""
    course = new_class(tmp_path_factory.mktemp("here"))
    assert grade(course, workers=2).graded == len(CLASS)
    return course


@pytest.fixture
def fresh(here, tmp_path):
    """The class again, with the same seed, and nothing graded."""
    course = new_class(tmp_path / "home")
    shutil.copy(here.home / "gradebook.seed", course.home)
    return course


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def dask(*arguments, folder):
    """Run a command of Dask's in a folder of its own, where nothing of the course is."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "dask", *arguments]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, start_new_session=True, **quiet) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def scheduler(folder):
    """Run a scheduler; yield its address and its process."""
    port = free_port()
    place = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    with dask("scheduler", *place, folder=folder / "scheduler") as process:
        for _ in range(300):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"tcp://127.0.0.1:{port}", process


def worker(address, folder, name):
    """Run a worker, without a nanny that would start another in its place."""
    options = ["--no-nanny", "--nthreads", "2", "--no-dashboard", "--local-directory", str(folder)]
    return dask("worker", address, *options, folder=folder / name)


def test_a_cluster_gives_the_same_verdicts_though_a_worker_is_killed(here, fresh, tmp_path):
    reported = []
    with scheduler(tmp_path) as (address, _):
        with worker(address, tmp_path, "one") as one, worker(address, tmp_path, "two"):
            time.sleep(3)  # until both are there

            def kill(step):
                reported.append(step.student)
                if len(reported) == 2:
                    os.kill(one.pid, signal.SIGKILL)

            summary = grade(fresh, scheduler=address, progress=kill)

    assert (summary.graded, summary.failed, summary.level) == (len(CLASS), 0, best())
    assert sorted(reported) == sorted(CLASS)
    assert verdicts(fresh) == verdicts(here)


def test_a_lost_scheduler_gives_a_sentence_and_what_was_reported_is_kept(here, fresh, tmp_path):
    reported = []
    with scheduler(tmp_path) as (address, process), worker(address, tmp_path, "one"):

        def kill(step):
            reported.append(step.student)
            process.kill()

        with pytest.raises(
            CourseError, match=f"The connection to the Dask scheduler at {address} is lost. W"
        ):
            grade(fresh, scheduler=address, progress=kill)
    before = set(verdicts(fresh))
    summary = grade(fresh, workers=2)

    assert set(reported) <= before < set(CLASS)
    assert (summary.graded, summary.skipped) == (len(CLASS) - len(before), len(before))
    assert verdicts(fresh) == verdicts(here)


def test_a_local_cluster_gives_the_same_verdicts(here, fresh):
    summary = grade(fresh, scheduler="local", workers=2)

    assert (summary.graded, summary.level) == (len(CLASS), best())
    assert verdicts(fresh) == verdicts(here)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://nowhere.invalid:8786", "smoke://signals"])
def test_addresses_without_a_scheduler_give_a_sentence(address, fresh, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 1)

    with pytest.raises(
        CourseError, match=f"There is no Dask scheduler at {address} .* Start one: dask sched"
    ):
        grade(fresh, scheduler=address)


def test_a_port_that_is_no_scheduler_gives_a_sentence(fresh, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        with pytest.raises(CourseError, match=f"There is no Dask scheduler at {address} "):
            grade(fresh, scheduler=address)


def test_a_scheduler_without_workers_gives_a_sentence(fresh, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 3)
    with scheduler(tmp_path) as (address, _):
        with pytest.raises(
            CourseError, match=f"at {address} has no workers. Start some: dask worker {address}"
        ):
            grade(fresh, scheduler=address)


def test_a_cluster_whose_last_worker_has_gone_gives_a_sentence(fresh, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "LONELY", 2)
    with scheduler(tmp_path) as (address, _), worker(address, tmp_path, "one") as one:
        with pytest.raises(CourseError, match=f"at {address} has no workers left. What was reported"):
            grade(fresh, scheduler=address, progress=lambda step: one.kill())


def test_other_versions_are_refused():
    same = {"packages": {"python": "3.11.2.final.0", "distributed": "2030.1.0"}}
    other = {"packages": {"python": "3.11.9.final.0", "distributed": "2030.2.0"}}

    cluster.refuse_versions({"client": same, "scheduler": same, "workers": {"tcp://a": same}})
    with pytest.raises(
        CourseError, match="at tcp://a Python 3.11 with distributed 2030.2.0. Install the same"
    ):
        cluster.refuse_versions({"client": same, "scheduler": same, "workers": {"tcp://a": other}})


def test_the_function_that_is_sent_needs_no_package_to_be_read():
    from distributed.protocol.pickle import dumps

    script = "import sys, pickle; sys.modules['bpkit'] = None; pickle.load(sys.stdin.buffer); print('read')"
    sent = dumps(cluster.far_work())
    done = subprocess.run([sys.executable, "-c", script], input=sent, capture_output=True, check=False)

    assert done.stdout == b"read\n", done.stderr.decode()
