"""What ends a fork with all that it started, and how long it may go on."""

import os
import select
import shutil
import signal
import time
from pathlib import Path

DEATH = 60  # seconds that the kernel may take to end a process


class Leash:
    """What ends a fork with all that it started, and tells how much it has computed."""

    def __init__(self, pid, handles, homes):
        self.handle, self.homes = handles[0] if handles else None, homes
        self.pid = pid if self.handle is None else pid_behind(self.handle)

    def end(self):
        """End the fork; at the levels with namespaces nothing that it started outlives it."""
        if self.handle is not None:
            self.end_by_handle()
        elif self.pid:
            end_group(self.pid)
            shutil.rmtree(os.path.join(self.homes, str(self.pid)), ignore_errors=True)
        self.pid = self.handle = None

    def end_by_handle(self):
        try:
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            select.select([self.handle], [], [], DEATH)
        except ProcessLookupError:
            pass
        os.close(self.handle)

    def cpu_seconds(self):
        """Return the CPU seconds that the fork and its ended children used, or 0 where that is unknown."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def pid_behind(handle):
    """Return the number by which this process knows the one behind a handle."""
    rows = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    return next((int(row.split()[1]) for row in rows if row.startswith("Pid:")), None)


def end_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


class Clock:
    """The time that some requests have together: CPU seconds, and some times as many of the clock."""

    def __init__(self, seconds, wall):
        self.cpu, self.ends = seconds, time.monotonic() + wall

    @property
    def over(self):
        return self.cpu <= 0 or time.monotonic() >= self.ends
