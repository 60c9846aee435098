"""A control group for a warm process and all its forks, where the machine lets us make one."""

import contextlib
import os
import time
from pathlib import Path
from secrets import token_hex

FILES = {  # version → controller → (limit, what it counts)
    2: {"pids": "pids.max", "memory": "memory.max"},
    1: {"pids": "pids.max", "memory": "memory.limit_in_bytes"},
}
LIMITS = {"pids": "processes", "memory": "memory"}  # of limits.py
OVERHEAD = {"pids": 4, "memory": 2**28}  # of the warm process and what waits for it
JOIN = (
    'for group in $BPKIT_GROUPS; do echo $$ > "$group/cgroup.procs"; done; unset BPKIT_GROUPS PWD; exec "$@"'
)
PREFIX = "bpkit-"  # then the number of the grader's process


class Cgroup:
    """The folders that hold one warm process to limits on processes and memory; none is no error.

    >>> with Cgroup({"processes": 8, "memory": 2**30}) as group:
    ...     group.joined(["true"])[-1]
    'true'
    """

    def __init__(self, limits):
        self.limits = limits
        self.folders, self.killed = {}, 0

    def __enter__(self):
        for controller, (version, top) in places().items():
            folder = top / f"{PREFIX}{os.getpid()}-{token_hex(4)}-{controller}"
            for left in forgotten(top):
                with contextlib.suppress(OSError):
                    left.rmdir()
            try:
                folder.mkdir()
                self.folders[controller] = folder
                value = self.limits[LIMITS[controller]] + OVERHEAD[controller]
                (folder / FILES[version][controller]).write_text(f"{value}\n")
            except OSError:
                self.leave(controller)
        return self

    def __exit__(self, *exception):
        for controller in list(self.folders):
            self.leave(controller)

    def leave(self, controller):
        """Remove a folder as soon as the kernel has let go of the last process in it."""
        folder = self.folders.pop(controller, None)
        for _ in range(100 if folder else 0):
            try:
                folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.02)

    def joined(self, command):
        """Return a command that joins the group first, so that all that it starts is in it."""
        if not self.folders:
            return command
        groups = " ".join(map(str, self.folders.values()))
        return ["/bin/sh", "-c", f"BPKIT_GROUPS='{groups}'; {JOIN}", "sh", *command]

    def out_of_memory(self):
        """Say whether the kernel ended a process for its memory since this was asked last."""
        before, folder = self.killed, self.folders.get("memory", Path("none"))
        self.killed = sum(
            tally(folder / name, "oom_kill") for name in ("memory.events", "memory.oom_control")
        )
        return self.killed > before


def forgotten(top):
    """List the folders of graders that were killed before they could tidy up."""
    named = [(path, path.name.removeprefix(PREFIX).split("-")[0]) for path in top.glob(f"{PREFIX}*-*")]
    return [path for path, pid in named if pid.isdecimal() and not os.path.exists(f"/proc/{pid}")]


def tally(path, word):
    """Return the number beside a word in a file of counts, or 0.

    >>> tally(Path("nowhere"), "max")
    0
    """
    try:
        rows = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return 0
    return next((int(row[1]) for row in rows if row[0] == word), 0)


def places():
    """Return {controller: (version, folder)} of the groups of this process in which others can be made."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return {}
    found = {}
    for row in mounts:
        kind, options = row[row.index("-") + 1], row[-1].split(",")
        for _, controllers, path in own:
            fits = kind == "cgroup2" if not controllers else kind == "cgroup" and controllers in row[-1]
            if fits:
                inside = os.path.relpath(path, row[3]) if path.startswith(row[3]) else "."
                top = Path(row[4], inside)
                offered = v2_controllers(top) if kind == "cgroup2" else options
                version = 2 if kind == "cgroup2" else 1
                found.update({c: (version, top) for c in FILES[version] if c in offered})
    return {c: place for c, place in found.items() if os.access(place[1], os.W_OK)}


def v2_controllers(top):
    """Return which controllers the groups below this one have, ours switched on if that is allowed."""
    control = top / "cgroup.subtree_control"
    with contextlib.suppress(OSError):
        control.write_text("+pids +memory")
    try:
        return control.read_text().split()
    except OSError:
        return []
