"""What wrong backward passes do on small networks: how far off they are, and whether the loss falls."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from bpkit.gradcheck import relative_error
from bpkit.reference import mlp
from bpkit.reference.initializers import initialize
from bpkit.reference.losses import batch_loss, sample_losses
from bpkit.reference.shapes import quiet

from ..questions.steps import RIGHT
from .passes import PASSES, RATE, by_steps

SIZES, EQUAL = (3, 5, 4, 2), (4, 4, 4, 4)
SAMPLES, STEPS, SEEDS = 7, 60, 5
ENOUGH = 0.9, 4  # learns: the loss ends at or below this share of where it began, in so many of the seeds
SQUARED, BINARY, CROSS = "half_squared_error", "binary_cross_entropy", "cross_entropy"
NETWORKS = {  # activation of each layer, and loss
    "A": (("tanh", "sigmoid", "sigmoid"), SQUARED),
    "B": (("tanh", "sigmoid", "softmax"), CROSS),
    "C": (("tanh", "sigmoid", "sigmoid"), BINARY),
    "D": (("relu", "relu", "identity"), SQUARED),
    "E": (("tanh", "sigmoid", "softmax"), SQUARED),
    "F": (("tanh", "sigmoid", "tanh"), SQUARED),
}
SAME = 1e-9  # a distance from the true gradient that is rounding
RAISES, SHAPE = "it raises", "it has the wrong shape"


@dataclass(frozen=True)
class Trial:
    """What became of a wrong pass on the first network that shows it: why it stopped, or what it did."""

    number: str
    reads: str
    network: str
    stops: str  # "" where it runs
    distance: float = np.nan  # from the true gradient, the median over the seeds
    cosine: float = np.nan  # of the angle to the true gradient, the median over the seeds
    left: tuple = ()  # for each seed the last loss divided by the first
    left_at_equal_widths: tuple = ()  # the same where it stops, and would run if all layers were as wide

    @property
    def median(self):
        return float(np.median(self.left))

    @property
    def learns(self):
        return enough_fall(self.left)

    @property
    def learns_at_equal_widths(self):
        return enough_fall(self.left_at_equal_widths)


def falls(ratios):
    """Return in how many of the runs the loss has fallen."""
    return sum(ratio <= ENOUGH[0] for ratio in ratios)


def enough_fall(ratios):
    return falls(ratios) >= ENOUGH[1]


def drawn(network, sizes, seed):
    """Draw a network with biases, a batch and its targets; return W, b, x, y, f and the loss."""
    names, loss = NETWORKS[network]
    rng, k = np.random.default_rng(seed), sizes[-1]
    W, b = initialize(sizes, "xavier", rng)
    b = {l: rng.normal(size=b[l].shape) for l in b}
    x = rng.normal(size=(sizes[0], SAMPLES))
    classes = names[-1] == "softmax" or loss == BINARY
    y = np.eye(k)[:, rng.integers(k, size=SAMPLES)] if classes else rng.uniform(0.1, 0.9, (k, SAMPLES))
    return W, b, x, y, dict(enumerate(names, 1)), loss


def gradients(wrong, W, b, x, y, f, loss):
    """Return what a pass gives as dW and db."""
    return wrong(W, *mlp.forward(W, b, x, f), y, f, loss)


def loss_of(W, b, x, y, f, loss):
    z, _ = mlp.forward(W, b, x, f)
    return float(batch_loss(sample_losses(z[len(W)], y, f[len(W)], loss)))


def flat(*groups):
    return np.concatenate([group[l].ravel() for group in groups for l in sorted(group)])


def stopped(wrong, given):
    """Return why training with a pass ends at the first step, or an empty string."""
    W, b = given[:2]
    try:
        dW, db = gradients(wrong, *given)
    except ValueError:
        return RAISES
    fits = all(np.shape(g[l]) == p[l].shape for g, p in ((dW, W), (db, b)) for l in p)
    return "" if fits else SHAPE


def right(*given):
    return by_steps(RIGHT, *given)


@quiet
def left(wrong, network, sizes, seed, rate=RATE):
    """Train with a pass; return the true loss after all steps divided by that before, inf out of range."""
    W, b, *rest = drawn(network, sizes, seed)
    before = loss_of(W, b, *rest)
    try:
        for _ in range(STEPS):
            dW, db = gradients(wrong, W, b, *rest)
            W, b = {l: W[l] - rate * dW[l] for l in W}, {l: b[l] - rate * db[l] for l in b}  # eq-update
        after = loss_of(W, b, *rest)
    except ValueError:
        return np.inf
    return after / before if np.isfinite(after) else np.inf


def left_of(wrong, network, sizes):
    return tuple(left(wrong, network, sizes, seed) for seed in range(SEEDS))


@cache
def left_by_the_right_pass(network):
    return left_of(right, network, SIZES)


def both(wrong, network, seed):
    """Return what a pass gives where training begins, and the true gradient, each as one long vector."""
    given = drawn(network, SIZES, seed)
    return flat(*gradients(wrong, *given)), flat(*gradients(right, *given))


def distance_of(wrong, network, seed):
    return relative_error(*both(wrong, network, seed))


def cosine(u, v):
    """Return the cosine of the angle between two vectors (eq-cosine).

    >>> round(cosine(np.array([1.0, 0.0]), np.array([1.0, 1.0])) ** 2, 9)
    np.float64(0.5)
    """
    return u @ v / (np.linalg.norm(u) * np.linalg.norm(v))


def cosine_of(wrong, network, seed):
    return cosine(*both(wrong, network, seed))


def first_shown(wrong):
    """Return the first network on which a pass is wrong, and why it stops there; or None."""
    for network in NETWORKS:
        stops = stopped(wrong, drawn(network, SIZES, 0))
        if stops or distance_of(wrong, network, 0) > SAME:
            return network, stops
    return None


def key(p, network, stops):
    """Return what two readings of a mistake have in common if they are the same pass."""
    if stops:
        return p.number, network, p.reads
    return p.number, network, flat(*gradients(p.gradients, *drawn(network, SIZES, 0))).round(9).tobytes()


def distinct():
    """Yield each wrong pass once, with the first network that shows it and why it stops there."""
    seen = set()
    for p in PASSES:
        shown = first_shown(p.gradients)
        if shown and key(p, *shown) not in seen:
            seen.add(key(p, *shown))
            yield p, *shown


def medians(rows):
    return map(float, np.median(rows, axis=1))


def trial_of(p, network, stops):
    """Run a wrong pass on the network that shows it; where it stops, at equal widths if it runs there."""
    if not stops:
        starts = [
            [measure(p.gradients, network, seed) for seed in range(SEEDS)]
            for measure in (distance_of, cosine_of)
        ]
        return Trial(p.number, p.reads, network, "", *medians(starts), left_of(p.gradients, network, SIZES))
    if stopped(p.gradients, drawn(network, EQUAL, 0)):
        return Trial(p.number, p.reads, network, stops)
    equal = left_of(p.gradients, network, EQUAL)
    return Trial(p.number, p.reads, network, stops, left_at_equal_widths=equal)


@cache
def trials():
    """Try all wrong passes; return one Trial each, in the order of the catalogue."""
    return tuple(sorted((trial_of(*shown) for shown in distinct()), key=lambda trial: int(trial.number[1:])))
