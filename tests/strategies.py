"""What the tests draw: arrays away from kinks, targets, and networks for every pair of output and loss."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from bpkit import backward, forward, sample_losses

EXACT = {"rtol": 1e-11, "atol": 1e-13}  # complex step and finite sums, float64
CENTRAL = {"rtol": 1e-5, "atol": 1e-8}  # central differences, float64
SINGLE = {"rtol": 1e-3, "atol": 1e-5}  # float32 against float64

ELEMENTWISE = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus")
KINKED = ("relu", "leaky_relu")
SQUARED = ("half_squared_error", "mean_squared_error")
PAIRS = [
    *((f, loss) for loss in SQUARED for f in (*ELEMENTWISE, "softmax")),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"),
]
CANONICAL = [
    ("identity", "half_squared_error"),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"),
]
SHAPES = [(1, 1), (3, 1), (1, 4), (3, 5), (4, 4)]
SIZES = [(2, 3, 1), (1, 3, 2, 4), (4, 1, 3, 2), (3, 3, 3, 3)]


class Network(NamedTuple):
    """A network, a batch for it, and the loss: what `loss_and_gradients` takes, in its order."""

    W: dict
    b: dict
    x: np.ndarray
    y: np.ndarray
    f: dict
    loss: str


def away_from_zero(shape, rng, scale=2.0):
    """Draw normal numbers that stay a hundredth away from the kink of relu and leaky relu."""
    z = rng.normal(0, scale, shape)
    return z + np.copysign(0.01, z)


def make_target(loss, shape, rng):
    """Draw what the loss compares with: any numbers, numbers in [0, 1), or columns that sum to 1."""
    if loss == "cross_entropy":
        return rng.dirichlet(np.ones(shape[0]), shape[1]).T
    return rng.random(shape) if loss == "binary_cross_entropy" else rng.normal(size=shape)


def make_network(sizes, m, output="identity", loss="half_squared_error", seed=0):
    """Draw a network whose hidden layers take turns, again until no unit stands near a kink."""
    rng, L = np.random.default_rng(seed), len(sizes) - 1
    turns = ("tanh", "relu", "sigmoid", "identity", "leaky_relu", "softplus")
    f = {l: turns[(l - 1) % len(turns)] for l in range(1, L)} | {L: output}
    while True:
        W = {l: rng.normal(0, 1.5 / np.sqrt(sizes[l - 1]), (sizes[l], sizes[l - 1])) for l in f}
        b = {l: rng.normal(0, 0.5, (sizes[l], 1)) for l in f}
        x, y = rng.normal(size=(sizes[0], m)), make_target(loss, (sizes[-1], m), rng)
        z, _ = forward(W, b, x, f)
        if all(np.abs(z[l]).min() > 1e-3 for l in f if f[l] in KINKED):
            return Network(W, b, x, y, f, loss)


def example_networks(output="identity", loss="half_squared_error"):
    """Give networks of unequal sizes, one of which is 1, and square ones; batches of one and more."""
    return [make_network(sizes, m, output, loss) for sizes in SIZES for m in (1, 5)]


def run_backward(net):
    """Return dW, db and delta of the package for a network."""
    z, a = forward(net.W, net.b, net.x, net.f)
    return backward(net.W, z, a, net.y, net.f, net.loss)


def total_loss(net, W=None, b=None):
    """Return the sum of ℓ over the batch, for other parameters if they are given."""
    z, _ = forward(W or net.W, b or net.b, net.x, net.f)
    return sample_losses(z[len(z)], net.y, net.f[len(z)], net.loss).sum()


def assert_same(found, wanted, **tolerance):
    """Assert that two dicts of arrays have the same layers, shapes and values."""
    assert set(found) == set(wanted)
    for l in wanted:
        assert_allclose(found[l], wanted[l], **tolerance, strict=True)


@st.composite
def networks(draw, pairs=tuple(PAIRS)):
    """Draw small networks of every pair: up to four layers, units and samples from one to four."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    output, loss = draw(st.sampled_from(pairs))
    return make_network(sizes, draw(st.integers(1, 4)), output, loss, draw(st.integers(0, 2**16)))


@st.composite
def arrays(draw, bound=50.0):
    """Draw matrices of one to four rows and columns with entries between the bounds."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    entries = st.floats(-bound, bound, allow_subnormal=False)
    return np.array(
        draw(st.lists(entries, min_size=rows * columns, max_size=rows * columns)), dtype=float
    ).reshape(rows, columns)
