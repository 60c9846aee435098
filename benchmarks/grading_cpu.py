"""What grading uses: CPU time of a group of processes, of one process, of the machine; memory at its peak."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
GLANCE = 0.02  # seconds between two looks at a process
IDLE = 2.0  # seconds in which the machine shows what it does besides


class Group:
    """A control group that this process and all that it starts are in; it counts their CPU time exactly.

    What a process uses while it ends counts too, which no look at the process itself can show.
    """

    name = "control group"

    def __enter__(self):
        self.version, self.top = accounting()
        self.folder = self.top / f"bpkit-benchmark-{os.getpid()}"
        self.folder.mkdir()
        enter(self.folder, os.getpid())
        return self

    def __exit__(self, *exception):
        for _ in range(100):
            try:
                for pid in (self.folder / "cgroup.procs").read_text().split():
                    enter(self.top, pid)
                return self.folder.rmdir()
            except OSError:  # the kernel has not let go of the last process yet
                time.sleep(GLANCE)

    def seconds(self):
        """Return the CPU seconds of the group until now."""
        time.process_time()  # the kernel brings its count for this process up to date
        if self.version == 1:
            return int((self.folder / "cpuacct.usage").read_text()) / 1e9
        rows = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        return int(rows["usage_usec"]) / 1e6


class Machine:
    """The CPU time of the whole machine, less what it used before: right as far as nobody else works."""

    name = "whole machine"

    def __enter__(self):
        before = busy()
        time.sleep(IDLE)
        self.rate, self.began = (busy() - before) / IDLE, time.monotonic()
        return self

    def __exit__(self, *exception):
        pass

    def seconds(self):
        """Return the CPU seconds until now beyond what an idle machine uses."""
        return busy() - self.rate * (time.monotonic() - self.began)


def meter():
    """Return the best meter of CPU time that this machine offers."""
    try:
        with Group():
            return Group()
    except (OSError, LookupError):
        return Machine()


def enter(folder, pid):
    (folder / "cgroup.procs").write_text(f"{pid}\n")


def accounting():
    """Return the version and the folder of the control group that counts this process's CPU time.

    Raises
    ------
    LookupError
        If there is none.
    """
    own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for _, controllers, path in sorted(own, reverse=True):
        kind = "cgroup" if controllers else "cgroup2"
        if controllers and "cpuacct" not in controllers.split(","):
            continue
        for row in mounts:
            if row[row.index("-") + 1] == kind and (not controllers or "cpuacct" in row[-1].split(",")):
                return (1 if controllers else 2), Path(row[4], os.path.relpath(path, row[3]))
    raise LookupError("No control group counts CPU time.")


def busy():
    """Return the seconds that all processors together have worked since the machine started."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK  # idle, and waiting for disks


def of_process(pid):
    """Return the CPU seconds of a process's main thread, exact where it is not running; 0 where it is gone.

    >>> of_process(os.getpid()) > 0
    True
    """
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, IndexError):
        return 0.0


def of_all_threads(pid):
    """Return the CPU seconds of a process with all its threads; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:13])) / TICK


def deepest(pid):
    """Return the last of a chain of processes, each of which started the next."""
    while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(children[0])
    return pid


def peak(pid):
    """Return the bytes of memory that a process has held at most; 0 where it is gone."""
    try:
        rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(row.split()[1]) * 1024 for row in rows if row.startswith("VmHWM:")), 0)


def watched(command, **options):
    """Run a command to its end, and return what it used.

    Returns
    -------
    dict
        ``seconds`` of the clock, and ``cpu_seconds`` and ``peak_bytes`` of its first process alone.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    began, cpu, most = time.monotonic(), 0.0, 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, **options)
        while process.poll() is None:
            cpu, most = max(cpu, of_all_threads(process.pid)), max(most, peak(process.pid))
            time.sleep(GLANCE)
        seconds = time.monotonic() - began
        if process.returncode:
            said.seek(0)
            words = " ".join(map(str, command))
            raise RuntimeError(f"{words} ended with {process.returncode}:\n{said.read()}")
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_bytes": most}
