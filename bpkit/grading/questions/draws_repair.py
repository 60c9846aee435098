"""Inputs of ps07: rows for two programs, columns for three; rates at which the order of steps shows."""

import numpy as np

from ..question import Case
from .draws import CLASSES, SQUARED, network, target
from .draws_losses import one_hot

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
POINTS = np.linspace(-5, 5, 20).reshape(1, -1)
ONE_LAYER = (  # tag, samples, inputs, outputs
    ("one sample", 1, 3, 2),
    ("a batch", 7, 3, 2),
    ("a batch", 5, 1, 4),
    ("a batch", 6, 4, 1),
    ("a batch", 2, 3, 5),
    ("as many outputs as inputs", 5, 3, 3),
    ("as many outputs as inputs", 4, 4, 4),
    ("as many outputs as inputs", 3, 1, 1),
)
TWO_LAYERS = (  # tag, samples, sizes, learning rate
    ("one sample", 1, (3, 4, 2), 0.5),
    ("a batch", 6, (2, 4, 3), 1.0),
    ("a batch", 5, (1, 3, 2), 2.0),
    ("a batch", 7, (4, 1, 3), 1.0),
    ("a batch", 5, (3, 2, 1), 1.0),
    ("a batch", 5, (3, 3, 3), 0.3),
    ("a batch", 4, (4, 4, 4), 1.0),
)
RELU_SOFTMAX = (  # tag, sizes, m
    ("one sample", (3, 5, 4), 1),
    ("a batch", (3, 4, 2), 6),
    ("a batch", (2, 5, 3), 4),
    ("a batch", (1, 3, 5), 7),
    ("a batch", (4, 1, 3), 5),
    ("square layers", (3, 3, 3), 5),
    ("square layers", (4, 4, 4), 4),
)
TANH_IDENTITY = (  # tag, sizes, m, learning rate
    ("one sample", (3, 5, 4), 1, 0.5),
    ("a batch", (3, 4, 2), 6, 1.0),
    ("a batch", (2, 5, 3), 4, 0.2),
    ("a batch", (1, 3, 5), 7, 1.0),
    ("a batch", (4, 1, 3), 5, 0.5),
    ("a batch", (3, 3, 3), 5, 1.0),
    ("a batch", (4, 4, 4), 4, 0.3),
)
SIGMOID = (  # tag, sizes, m
    ("one sample", (3, 5, 4, 2), 1),
    ("two layers", (3, 4, 2), 6),
    ("two layers", (4, 4, 4), 4),
    ("other depths", (3, 2), 5),
    ("other depths", (4, 3, 1, 5), 7),
    ("other depths", (4, 4, 4, 4), 5),
    ("other depths", (2, 5, 3, 1, 4), 6),
    ("other depths", (2, 4, 3, 1, 6, 5), 8),
)


def sigmoids(rng, sizes, m):
    """Draw a network of sigmoid layers, and a batch with targets between 0 and 1.

    >>> W, b, x, y = sigmoids(np.random.default_rng(0), (3, 2), 4)
    >>> W[1].shape, y.shape
    ((2, 3), (2, 4))
    """
    W, b, _, x = network(rng, sizes, ["sigmoid"] * (len(sizes) - 1), m)
    return W, b, x, rng.uniform(0.05, 0.95, (sizes[-1], m))


def draw_one_layer(rng):
    cases = []
    for tag, samples, inputs, outputs in ONE_LAYER:
        W, b, x, y = sigmoids(rng, (inputs, outputs), samples)
        cases.append(Case(tag, (x.T, y.T, W[1].T, b[1].T)))
    return cases


def draw_xor(rng):
    """Draw XOR itself on a 2-3-1 network, and other batches on other networks."""
    W, b, _, _ = sigmoids(rng, (2, 3, 1), 1)
    cases = [Case("a batch", (*XOR, W[1].T, b[1].T, W[2].T, b[2].T, 1.0))]
    for tag, samples, sizes, rate in TWO_LAYERS:
        W, b, x, y = sigmoids(rng, sizes, samples)
        cases.append(Case(tag, (x.T, y.T, W[1].T, b[1].T, W[2].T, b[2].T, rate)))
    return cases


def draw_softmax(rng):
    """Draw networks with targets of one class, and one with targets that are shared among the classes."""
    cases = []
    for tag, sizes, m in RELU_SOFTMAX:
        W, b, _, x = network(rng, sizes, ("relu", "softmax"), m)
        soft = target(rng, "softmax", CLASSES, sizes[-1], m)
        cases.append(Case(tag, (W, b, x, soft if m == 4 else one_hot(rng, sizes[-1], m))))
    return cases


def draw_sine(rng):
    """Draw the sine on twenty points with a 1-4-1 network, and other batches on other networks."""
    W, b, _, _ = network(rng, (1, 4, 1), ("tanh", "identity"), 1)
    cases = [Case("a batch", (W, b, POINTS.copy(), np.sin(POINTS), 0.1))]
    for tag, sizes, m, rate in TANH_IDENTITY:
        W, b, _, x = network(rng, sizes, ("tanh", "identity"), m)
        y = target(rng, "identity", SQUARED, sizes[-1], m)
        cases.append(Case(tag, (W, b, x, y, rate)))
    return cases


def draw_sigmoids(rng):
    return [Case(tag, sigmoids(rng, sizes, m)) for tag, sizes, m in SIGMOID]
