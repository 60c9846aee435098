"""What is timed: seven networks with their batches, and how fast a step of each should be."""

from typing import NamedTuple

import numpy as np

from bpkit import initialize

RATE = 0.1  # the learning rate of every contestant


class Workload(NamedTuple):
    """A network and a batch of m samples; the targets stand for float64 and for float32."""

    sizes: tuple
    hidden: str
    output: str
    loss: str
    m: int
    pytorch: tuple  # PyTorch's time over ours, at least
    sklearn: tuple  # scikit-learn's time over ours, at least
    bare: tuple  # our time over that of the bare matrix products, at most


def _digits(sizes, m, *targets):
    return Workload(sizes, "relu", "softmax", "cross_entropy", m, *targets)


WORKLOADS = {
    "a": Workload((2, 2, 1), "sigmoid", "sigmoid", "half_squared_error", 1, (29, 34), (100, 100), (4.8, 4.8)),
    "b": Workload((2, 4, 1), "sigmoid", "sigmoid", "half_squared_error", 4, (31, 31), (85, 85), (4.0, 4.0)),
    "c": Workload((1, 4, 1), "tanh", "identity", "mean_squared_error", 20, (42, 40), (14, 14), (3.1, 3.1)),
    "d": _digits((784, 10, 10), 32, (7.8, 12), (5, 7), (1.6, 2.1)),
    "e": _digits((784, 128, 10), 64, (1.85, 2.4), (2.5, 2.5), (1.1, 1.4)),
    "f": _digits((784, 512, 512, 10), 256, (0.95, 1.0), (1.7, 1.7), (1.03, 1.03)),
    "g": _digits((64, 32, 10), 32, (14, 17), (6.5, 8), (3.2, 3.6)),
}
DTYPES = (np.dtype(np.float64), np.dtype(np.float32))


class Problem(NamedTuple):
    """A workload with its numbers: first parameters, inputs, targets, and the targets' classes."""

    work: Workload
    dtype: np.dtype
    W: dict
    b: dict
    x: np.ndarray
    y: np.ndarray
    classes: np.ndarray

    @property
    def f(self):
        """Return the name of each layer's activation function."""
        L = len(self.W)
        return {l: self.work.hidden if l < L else self.work.output for l in self.W}


def draw(work, dtype, rng):
    """Return the workload as a `Problem`: inputs from 0 to 1, classes as one-hot columns."""
    W, b = initialize(work.sizes, "he" if work.hidden == "relu" else "xavier", rng, dtype)
    x = rng.random((work.m, work.sizes[0])).astype(dtype).T  # sample after sample in memory
    K = work.sizes[-1]
    classes = rng.integers(0, max(K, 2), work.m)
    if K > 1:
        y = np.eye(K)[:, classes]
    else:
        y = np.sin(6 * x) if work.output == "identity" else classes[None]
    return Problem(work, dtype, W, b, x, y.astype(dtype), classes)
