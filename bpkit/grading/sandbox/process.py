"""The trusted half: starts the warm process, and has it fork for each submission."""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from ..limits import Limits
from .cgroup import PREFIX, Cgroup, forgotten
from .fork import Fork
from .frames import FrameError
from .inside import FORK, HOLD, PID
from .leash import Leash
from .levels import SandboxRefused, read_line, refusal, safe, setup, start
from .view import prepare

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

    Rich forks, with IPython and matplotlib, come from a second warm process, which starts when the first
    of them is asked for: a fork takes the longer, the more its warm process holds.

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

    def __init__(self, level=None, limits=None, rich=False):
        self.level, self.limits = level or safe(), limits or Limits()
        self.rich, self.second = rich, None
        self.cases, self.brought = {}, {}  # {name of an answer: frame with its arguments}: here; in there
        why = refusal(self.level)
        if why:
            raise SandboxRefused(why)

    def __enter__(self):
        tidy_up()
        self.folder = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")
        folder, limits = Path(self.folder.name), asdict(self.limits)
        prepare(folder)
        self.group = Cgroup(limits).__enter__()
        told = setup(self.level, folder, limits) | {"rich": self.rich}
        self.process, self.control = start(self.level, folder, told, self.group.joined)
        self.control.settimeout(START)
        self.brought = {}
        why = read_line(self.control)
        if why:
            self.__exit__()
            raise SandboxRefused(f"The sandbox did not start at the level {self.level}: {why}.")
        return self

    def hold(self, cases):
        """Have the arguments of some answers' cases ready in every fork to come.

        Parameters
        ----------
        cases : dict of {str: bytes}
            By the name of the answer, the frame of a list: the name, and the list of the cases' arguments.
            With none of them, no fork to come finds any that were held before: what it shows is read.
        """
        if self.brought and not cases:
            self.close()
            self.__enter__()
        self.cases = cases

    def fork(self, rich=False):
        """Start a fork for one submission; the warm process is started anew if something has ended it."""
        if rich and not self.rich:
            self.second = self.second or Sandbox(self.level, self.limits, rich=True).__enter__()
            self.second.hold(self.cases)
            return self.second.fork()
        try:
            return self.forked()
        except (OSError, EOFError, FrameError, SandboxRefused):  # it was ended, or is just ending
            self.close()
        try:
            return self.__enter__().forked()
        except (OSError, EOFError) as error:
            raise SandboxRefused(
                f"The sandbox ends at once at the level {self.level} ({error}). Run: bpkit doctor"
            ) from error

    def forked(self):
        self.group.out_of_memory()  # what an earlier fork used up is not this one's
        for name, frame in self.cases.items():
            if self.brought.get(name) is not frame:
                self.control.sendall(HOLD + frame)
                self.brought[name] = frame
        ours, theirs = socket.socketpair()
        ours.settimeout(START)
        try:
            with theirs:
                socket.send_fds(self.control, [FORK], [theirs.fileno()])
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
