"""What a network costs besides time: the memory of its steps, and the import of the package."""

import os
import resource
import subprocess
import sys
import tempfile
import tracemalloc

from contestants import network

IMPORT = "from time import perf_counter as now; start = now(); import {}; print(now() - start)"


def peak_of(run, steps):
    """Return how many bytes Python and numpy take at most, while steps are taken, above those of before."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    run(steps)
    return tracemalloc.get_traced_memory()[1] - before


def growth(problem, steps, build=network):
    """Return what further steps add to the peaks before: bytes of Python and numpy, kB of the process."""
    run = build(problem).run
    tracemalloc.start()
    run(100)
    traced, resident = peak_of(run, 100), _resident()
    traced = peak_of(run, steps) - traced
    tracemalloc.stop()
    return traced, _resident() - resident


def _resident():
    """Return the peak of the process's resident memory in kB; macOS counts bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def import_times(rounds=25):
    """Return the shortest times of importing numpy and bpkit, in milliseconds, each in a fresh process."""
    times = {"numpy": [], "bpkit": []}
    with tempfile.TemporaryDirectory() as cache:  # compiled once, in the first round, and then read
        settings = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        for _ in range(rounds):
            for name in times:
                command = [sys.executable, "-c", IMPORT.format(name)]
                done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
                times[name].append(1000 * float(done.stdout))
    return min(times["numpy"]), min(times["bpkit"])
