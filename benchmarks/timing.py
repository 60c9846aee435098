"""How contestants are timed: in turns, chunk by chunk, and the best chunk counts."""

import gc
from collections import deque
from collections.abc import Callable
from itertools import repeat, starmap
from time import perf_counter as now
from typing import NamedTuple

ONE_THREAD = {  # for OpenMP, OpenBLAS, MKL, Accelerate and XLA
    **dict.fromkeys(
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NPROC"], "1"
    ),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
CHUNK = 0.002  # seconds for which a contestant runs before the next has its turn
ROUNDS = 3  # at least


class Contestant(NamedTuple):
    """One way to train: `run(n)` takes n steps, `parameters()` returns W and b, `loss` is what falls."""

    run: Callable
    parameters: Callable
    loss: str


def consume(calls):
    """Exhaust an iterator without a loop in Python."""
    deque(calls, maxlen=0)


def repeated(step, *arguments):
    """Return ``run(n)``, which calls ``step(*arguments)`` n times."""
    return lambda n: consume(starmap(step, repeat(arguments, n)))


def by_layer(arrays):
    """Return the arrays as a dict with the layers 1, 2, … as keys."""
    return dict(enumerate(arrays, 1))


def seconds_of(run, n):
    """Return how many seconds n steps take."""
    start = now()
    run(n)
    return now() - start


def steps_per_chunk(run):
    """Return how many steps fill a chunk."""
    n = 1
    while n < 1 << 16 and min(seconds_of(run, n) for _ in range(3)) < CHUNK / 2:
        n *= 2
    return n


def race(runs, seconds):
    """Return the seconds per step in every chunk of every contestant: a list for each name.

    The contestants take turns, and each round another one begins: what disturbs the machine for a while
    disturbs them all, and the shortest time of each is what its step costs.
    """
    steps = {name: steps_per_chunk(run) for name, run in runs.items()}
    times, order, end = {name: [] for name in runs}, list(runs), now() + seconds
    gc.disable()
    while now() < end or len(times[order[0]]) < ROUNDS:
        for name in order:
            runs[name](steps[name] // 8)  # its data are in the cache again
            times[name].append(seconds_of(runs[name], steps[name]) / steps[name])
        order.append(order.pop(0))
    gc.enable()
    return times
