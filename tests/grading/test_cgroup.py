"""Control groups: made, joined and removed where the machine lets us, and no error where it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpkit.grading.sandbox import cgroup
from bpkit.grading.sandbox.cgroup import FILES, OVERHEAD, Cgroup, places, tally, v2_controllers

LIMITS = {"processes": 9, "memory": 2**30}
WANTED = {"pids": 9 + OVERHEAD["pids"], "memory": 2**30 + OVERHEAD["memory"]}


@pytest.fixture
def group():
    with Cgroup(LIMITS) as one:
        if not one.folders:
            pytest.skip("This machine lets us make no control group.")
        yield one


def test_a_group_holds_to_the_limits(group):
    for controller, folder in group.folders.items():
        version, top = places()[controller]
        assert folder.parent == top
        assert int((folder / FILES[version][controller]).read_text()) == WANTED[controller]


def test_what_is_started_is_in_the_group_and_the_grader_is_not(group):
    command = group.joined([sys.executable, "-c", "print(open('/proc/self/cgroup').read())"])
    inside = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    outside = Path("/proc/self/cgroup").read_text()

    for folder in group.folders.values():
        assert folder.name in inside
        assert folder.name not in outside


def test_a_command_that_joins_keeps_its_words_and_not_the_names_of_groups(group):
    source = "import os, sys; print(sys.argv[1:], [k for k in os.environ if 'GROUP' in k])"
    words = ["a b", "$HOME", "'", '"', "*", "\\", "\n", ""]
    told = subprocess.run(
        group.joined([sys.executable, "-c", source, *words]), capture_output=True, text=True
    )

    assert told.stdout == f"{words} []\n"


def test_more_processes_than_the_limit_are_refused(group):
    if "pids" not in group.folders:
        pytest.skip("There is no control group for processes.")
    source = (
        "import os, time\ntry:\n    while True:\n        if os.fork() == 0: time.sleep(0.2); os._exit(0)\n"
    )
    command = group.joined([sys.executable, "-c", f"{source}except BlockingIOError: print('refused')"])

    assert subprocess.run(command, capture_output=True, text=True).stdout == "refused\n"


def test_the_folders_of_a_group_are_removed():
    with Cgroup(LIMITS) as one:
        folders = list(one.folders.values())
        subprocess.run(one.joined(["true"]), check=True)
        assert all(folder.is_dir() for folder in folders)

    assert not any(folder.exists() for folder in folders)
    assert one.folders == {}


def test_two_groups_of_one_grader_are_apart():
    with Cgroup(LIMITS) as one, Cgroup(LIMITS) as other:
        assert not set(one.folders.values()) & set(other.folders.values())


@pytest.mark.parametrize(
    "found", [{}, {"pids": (2, Path("/proc")), "memory": (1, Path("/nowhere/x"))}], ids=len
)
def test_where_no_group_can_be_made_the_command_stays_as_it_is(found, monkeypatch):
    monkeypatch.setattr(cgroup, "places", lambda: found)
    with Cgroup(LIMITS) as one:
        assert one.folders == {}
        assert one.joined(["true", "x y"]) == ["true", "x y"]
        assert not one.out_of_memory()


def test_a_place_in_which_nothing_may_be_written_is_none():
    assert all(os.access(top, os.W_OK) for _, top in places().values())
    assert all(controller in FILES[version] for controller, (version, _) in places().items())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("memory.events", "low 0\nhigh 0\nmax 31\noom 2\noom_kill {}\noom_group_kill 0\n"),
        ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n"),
    ],
)
def test_an_end_for_memory_is_told_once(name, text, tmp_path):
    one = Cgroup(LIMITS)
    one.folders["memory"] = tmp_path
    said = []
    for killed in (0, 1, 1, 3, 3):
        (tmp_path / name).write_text(text.format(killed))
        said.append(one.out_of_memory())

    assert said == [False, True, False, True, False]


def test_counts_that_are_not_there_are_zero(tmp_path):
    (tmp_path / "counts").write_text("max 7\noom_kill 2\n")

    assert [tally(tmp_path / "counts", word) for word in ("max", "oom_kill", "oom")] == [7, 2, 0]
    assert tally(tmp_path, "max") == tally(tmp_path / "none", "max") == 0


def test_a_folder_without_controllers_offers_none(tmp_path):
    assert v2_controllers(tmp_path / "none") == []
    assert v2_controllers(Path("/proc")) == []
