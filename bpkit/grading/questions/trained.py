"""Networks that an answer has trained: judged from outside, by the loss that they have."""

from dataclasses import dataclass

import numpy as np

from bpkit.reference import mlp

from ..comparison import Difference
from ..question import Case
from ..sandbox.frames import Provided
from .slips_steps import slips

RUNS = 10  # generators that each of the two is tried with
NO_PAIR = "is not a pair (W, b) of dicts of arrays with the keys 1 and 2."
IN_ROWS = "has its W and b in rows: W[l] has the shape (n_l, n_{l-1}), and b[l] is a column."
NOT_FINITE = "has entries that are nan or inf: the steps were too large."
TWINS = "has hidden units that are all alike: they started alike, and so they stayed."
NOTHING = "has learned nothing: it is no better than one output for all samples."
STUCK = "is stuck: it has learned something, but its loss is far above the bound."
NEAR = "comes near the bound, but its loss is not below it: take more steps, or larger ones."


@dataclass(frozen=True)
class Task:
    """What is to be learned: samples, the network's two activations, and the bound for its loss."""

    x: np.ndarray
    y: np.ndarray
    f: tuple
    of_square: float  # the loss of an output is this times (o - y)²
    bound: float
    others: tuple  # pairs of activations that students take instead
    width: int | None = None  # of the hidden layer, if not any

    def loss(self, W, b, f=None):
        """Return the loss of a network, the mean over the samples."""
        W, b = ({l: p[l].astype(float) for l in p} for p in (W, b))
        with np.errstate(all="ignore"):  # a network may be as bad as it likes
            _, a = mlp.forward(W, b, self.x, dict(enumerate(f or self.f, start=1)))
            return self.of_square * ((a[2] - self.y) ** 2).sum(axis=0).mean()

    @property
    def loss_of_a_constant(self):
        return self.of_square * self.y.var()


SINE_X = np.linspace(-5, 5, 20)[np.newaxis]
XOR = Task(
    np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]),
    np.array([[0.0, 1.0, 1.0, 0.0]]),
    ("sigmoid", "sigmoid"),
    0.5,
    0.01,
    (("sigmoid", "identity"), ("tanh", "sigmoid")),
)
SINE = Task(
    SINE_X,
    np.sin(SINE_X),
    ("tanh", "identity"),
    1.0,
    0.05,
    (("tanh", "tanh"), ("sigmoid", "identity")),
    width=4,
)


def xor_by_hand(rng):
    """Return a network for XOR: one unit finds "one or both", the other "both"."""
    W = {1: np.array([[9.0, 9.0], [9.0, 9.0]]), 2: np.array([[9.0, -9.0]])}
    return W, {1: np.array([[-4.0], [-13.0]]), 2: np.array([[-4.0]])}


def sine_by_hand(rng):
    """Return a network for the sine: tanh(x), its arch in the middle, and one step down at each end."""
    W = {1: np.ones((4, 1)), 2: np.array([[0.5, 0.5, -1.0, -1.0]])}
    return W, {1: np.array([[0.0], [0.0], [-3.0], [3.0]]), 2: np.zeros((1, 1))}


def draw_generators(rng):
    """Draw the generators to train with; there is nothing else to draw."""
    return [Case("generators", (Provided("generator", str(rng.integers(2**31))),)) for _ in range(RUNS)]


def judged_by(task):
    """Return a `compare` that judges a network by its loss, whatever network is expected."""

    def compare(expected, got, names=None, relative=None):
        says = fault(task, got)
        return [Difference((names,), "value", says)] if says else []

    return compare


def fault(task, network):
    """Say what is wrong with a network in one sentence without a number, or return None."""
    if not is_pair(network):
        return NO_PAIR
    W, b = network
    shapes = [p[l].shape for p in (W, b) for l in (1, 2)]
    h, n = task.width or max(shapes[2], default=0), len(task.x)
    if shapes == [(n, h), (h, 1), (1, h), (1, 1)]:
        return IN_ROWS
    if shapes != [(h, n), (1, h), (h, 1), (1, 1)]:
        h = "h" if task.width is None else h
        return f"should have W[1] of shape ({h}, {n}), b[1] of ({h}, 1), W[2] of (1, {h}) and b[2] of (1, 1)."
    if not all(np.isfinite(p[l]).all() for p in network for l in (1, 2)):
        return NOT_FINITE
    return None if task.loss(W, b) < task.bound else failure(task, W, b)


def is_pair(network):
    """Say whether there are W and b, each of two arrays of numbers.

    >>> is_pair(xor_by_hand(None)), is_pair(({1: 0.5, 2: 0.5}, {}))
    (True, False)
    """
    if not isinstance(network, list | tuple) or len(network) != 2:
        return False
    dicts = all(isinstance(p, dict) and set(p) == {1, 2} for p in network)
    return dicts and all(
        isinstance(a, np.ndarray) and a.dtype.kind in "fiu" for p in network for a in p.values()
    )


def failure(task, W, b):
    """Say what kind of network it is whose loss is not below the bound."""
    units = np.hstack([W[1], b[1], W[2].T])
    if len(units) > 1 and np.ptp(units, axis=0).max() <= 1e-9:
        return TWINS
    loss = task.loss(W, b)
    if not loss < task.loss_of_a_constant / 2:  # on its way a network may fit others by chance
        for f in task.others:
            if task.loss(W, b, f) < task.bound:
                return f"would be right with {words(*f)}: what is asked is {words(*task.f)}."
    if not loss < 0.95 * task.loss_of_a_constant:
        return NOTHING
    return STUCK if loss > 3 * task.bound else NEAR


def words(hidden, output):
    return f"a {hidden} hidden layer and {'an' if output == 'identity' else 'a'} {output} output"


def in_rows(by_hand):
    return lambda rng: tuple({l: p[l].T for l in p} for p in by_hand(rng))


def alike(by_hand):
    """Return a network in which every parameter of a layer has the same value."""
    return lambda rng: tuple({l: np.zeros_like(p[l]) for l in p} for p in by_hand(rng))


def with_output(scale, shift, by_hand):
    """Return a network whose output would be right if it were scaled and shifted."""

    def network(rng):
        W, b = by_hand(rng)
        return {**W, 2: scale * W[2]}, {**b, 2: scale * b[2] + shift}

    return network


def network_slips(by_hand, *more):
    """Return the mistakes of both tasks, and those of one."""
    return slips(
        ("M66", "your hidden units start alike, and so they stay: draw the first weights with rng.",
         "eq-xavier", alike(by_hand)),
        (None, "your W and b are in rows: W[l] has the shape (n_l, n_{l-1}), and samples are columns.",
         "eq-preactivation", in_rows(by_hand)),
        *more,
    )  # fmt: skip


XOR_MISTAKES = network_slips(
    xor_by_hand,
    ("M72", "your output is z^(2): the output of this network is a sigmoid too.", "eq-activation",
     with_output(1 / 9, 4 / 9, xor_by_hand)),
)  # fmt: skip
SINE_MISTAKES = network_slips(
    sine_by_hand,
    ("M72", "your output has a tanh of its own: here it is z^(2) as it is.", "eq-activation",
     with_output(2, 0, sine_by_hand)),
)  # fmt: skip
