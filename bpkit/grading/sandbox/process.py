"""The trusted half: starts the warm process, and has it fork for each submission."""

import contextlib
import os
import shutil
import socket
import struct
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from ..limits import Limits
from .cgroup import PREFIX, Cgroup, forgotten
from .fork import Fork
from .frames import FrameError
from .leash import Leash
from .levels import SandboxRefused, read_line, refusal, safe, setup, start
from .view import prepare

PID = struct.Struct("!i")
OLD = 3 * 86_400  # seconds
START = 60  # seconds that the warm process may take until its first fork answers


def tidy_up():
    """Remove the old folders of graders that were killed; a young one may be another container's."""
    for left in forgotten(Path(tempfile.gettempdir())) if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > OLD:
                shutil.rmtree(left, ignore_errors=True)


class Sandbox:
    """A warm process at one of the levels of `levels.py`; a context manager.

    Forks that draw come from a second warm process, which has matplotlib loaded and starts when the
    first of them is asked for: a fork takes the longer, the more its warm process holds.

    Parameters
    ----------
    level : str, optional
        full, kernel or process; by default the best at which students' code is secluded.
    limits : Limits, optional

    Raises
    ------
    SandboxRefused
        If this machine does not offer the level.

    Examples
    --------
    >>> with Sandbox("process") as sandbox, sandbox.fork() as fork:
    ...     fork.cell("def double(x): return 2 * x").problem
    ...     fork.call("double", [21]).result
    42
    """

    def __init__(self, level=None, limits=None, plots=False):
        self.level, self.limits = level or safe(), limits or Limits()
        self.plots, self.second = plots, None
        why = refusal(self.level)
        if why:
            raise SandboxRefused(why)

    def __enter__(self):
        tidy_up()
        self.folder = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")
        folder, limits = Path(self.folder.name), asdict(self.limits)
        prepare(folder)
        self.group = Cgroup(limits).__enter__()
        told = setup(self.level, folder, limits) | {"plots": self.plots}
        self.process, self.control = start(self.level, folder, told, self.group.joined)
        self.control.settimeout(START)
        why = read_line(self.control)
        if why:
            self.__exit__()
            raise SandboxRefused(f"The sandbox did not start at the level {self.level}: {why}.")
        return self

    def fork(self, plots=False):
        """Start a fork for one submission; the warm process is started anew if something has ended it."""
        if plots and not self.plots:
            self.second = self.second or Sandbox(self.level, self.limits, plots=True).__enter__()
            return self.second.fork()
        try:
            return self.forked()
        except (OSError, EOFError, FrameError):  # a fork before this one has ended or stopped it
            self.close()
        try:
            return self.__enter__().forked()
        except (OSError, EOFError) as error:
            raise SandboxRefused(
                f"The sandbox ends at once at the level {self.level} ({error}). Run: bpkit doctor"
            ) from error

    def forked(self):
        self.group.out_of_memory()  # what an earlier fork used up is not this one's
        ours, theirs = socket.socketpair()
        ours.settimeout(START)
        try:
            with theirs:
                socket.send_fds(self.control, [b"f"], [theirs.fileno()])
            number, handles, _, _ = socket.recv_fds(self.control, PID.size, 1)
            if len(number) < PID.size:
                raise EOFError
            return Fork(ours, Leash(PID.unpack(number)[0], handles, self.folder.name), self)
        except BaseException:
            ours.close()
            raise

    def __exit__(self, *exception):
        if self.second:
            self.second.close()
        self.close()

    def close(self):
        """End this warm process alone."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.group.__exit__()
        self.folder.cleanup()
