"""Inputs of ps03: targets of every kind, and pre-activations so large that a careless program overflows."""

import numpy as np

from ..question import LARGE, Case
from .draws import BINARY, CLASSES, SQUARED, target
from .draws_layers import LARGE_32

FARTHEST = 1e4  # what abs(z) may reach
SINGLE_SIZES = ((3, 4), (2, 1))
PAIRS = (
    *((f, SQUARED) for f in ("identity", "sigmoid", "tanh", "relu", "softmax")),
    ("sigmoid", BINARY),
    ("softmax", CLASSES),
)
SHORT = "where the short form is exact"
ELEMENTWISE = "sigmoid, tanh and relu with half squared error"
COUPLED = "softmax with half squared error"


def signed(rng, low, high, size):
    """Draw numbers of both signs whose absolute values lie between two bounds.

    >>> np.abs(signed(np.random.default_rng(0), 2, 3, (4, 5))).min() >= 2
    np.True_
    """
    return rng.uniform(low, high, size) * rng.choice((-1, 1), size)


def draw_loss(pair, sizes, more=lambda rng: ()):
    """Return a `draw` by `pair(rng, tag, size)`, an output and its target; `sizes` are those of each tag."""
    table = [(tag, size) for tag, chosen in sizes.items() for size in chosen]
    table += [("float32", size) for size in SINGLE_SIZES]

    def draw(rng):
        cases = []
        for tag, size in table:
            given = (array.astype("f4" if tag == "float32" else "f8") for array in pair(rng, tag, size))
            cases.append(Case(tag, tuple(given)))
        return [*cases, *more(rng)]

    return draw


def squared_pair(rng, tag, size):
    return rng.normal(0, 1, size), rng.normal(0.2, 0.8, size)


def binary_pair(rng, tag, size):
    """Draw probabilities and targets: 0 and 1, or between, or both."""
    sure, between = rng.choice((0.0, 1.0), size), rng.uniform(0.05, 0.95, size)
    mixed = np.where(rng.uniform(size=size) < 0.5, sure, between)
    y = {"targets 0 and 1": sure, "targets in between": between}.get(tag, mixed)
    return rng.uniform(0.03, 0.97, size), y


def cross_pair(rng, tag, size):
    soft = target(rng, "softmax", CLASSES, *size)
    return signed(rng, 0.05, 2.5, size), one_hot(rng, *size) if tag == "one-hot targets" else soft


def one_hot(rng, K, m):
    """Draw a target with one class for each sample.

    >>> one_hot(np.random.default_rng(0), 3, 2).sum(axis=0)
    array([1., 1.])
    """
    return np.eye(K)[:, rng.integers(K, size=m)]


def large_logits(rng):
    """Return cases whose logits overflow each in another way, and one whose logits are all positive."""
    near = rng.uniform(0.1, 3, (3, 5))
    far = np.vstack([near[:2], near[2:] - rng.uniform(900, FARTHEST / 2, (1, 5))])
    apart = near + np.array([[0, FARTHEST, -FARTHEST, 800, -800]])[:, rng.permutation(5)]
    column = signed(rng, 500, FARTHEST, (4, 1))
    large = [near + 0.9 * FARTHEST, near - 0.9 * FARTHEST, far, apart.clip(-FARTHEST, FARTHEST), column]
    cases = [Case(LARGE, (z, target(rng, "softmax", CLASSES, *z.shape))) for z in large]
    cases.append(Case(LARGE, (far, one_hot(rng, *far.shape))))
    narrow = tuple(array.astype("f4") for array in cases[0].arguments)
    return [Case("soft targets", (near, target(rng, "softmax", CLASSES, *near.shape))), *cases,
            Case(LARGE_32, narrow)]  # fmt: skip


draw_squared = draw_loss(squared_pair, {"one sample": ((3, 1), (5, 1)), "a batch": ((4, 6), (1, 5), (3, 3))})
draw_binary = draw_loss(
    binary_pair,
    {
        "one sample": ((3, 1), (1, 1)),
        "targets 0 and 1": ((4, 6), (1, 5), (3, 3)),
        "targets in between": ((2, 5), (4, 3)),
    },
)
draw_cross = draw_loss(
    cross_pair,
    {"one sample": ((4, 1),), "one-hot targets": ((4, 6), (1, 4), (3, 3)), "soft targets": ((3, 5), (2, 4))},
    large_logits,
)


def kind(f, loss):
    """Return the part of `output_delta` that a pair belongs to.

    >>> kind("sigmoid", BINARY)
    'where the short form is exact'
    """
    if f == "identity" or loss != SQUARED:
        return SHORT
    return COUPLED if f == "softmax" else ELEMENTWISE


def draw_delta(rng):
    """Draw cases of every pair: ordinary ones by shape, large ones, and some in float32."""
    cases = []
    for f, loss in PAIRS:
        for size in ((3, 6), (4, 1), (3, 3), (2, 5) if f == "softmax" else (1, 5)):
            cases.append(of_pair(rng, kind(f, loss), f, loss, signed(rng, 0.05, 2.5, size)))
        for z in (signed(rng, 800, FARTHEST, (3, 4)), np.tile(signed(rng, 800, FARTHEST, (1, 2)), (3, 1))):
            cases.append(of_pair(rng, LARGE, f, loss, z))
        cases.append(of_pair(rng, "float32", f, loss, signed(rng, 0.05, 2.5, (2, 3)), "f4"))
        cases.append(of_pair(rng, LARGE_32, f, loss, signed(rng, 800, FARTHEST, (3, 2)), "f4"))
    return cases


def of_pair(rng, tag, f, loss, z, dtype="f8"):
    """Return a case of `output_delta` for a pair of output and loss."""
    return Case(tag, (z.astype(dtype), target(rng, f, loss, *z.shape, dtype), f, loss))


def draw_pairs(rng):
    """Draw the sensible pairs in random order."""
    tags = {SQUARED: "half squared error"}
    cases = [Case(tags.get(loss, "the cross-entropies"), (f, loss)) for f, loss in PAIRS]
    return [cases[k] for k in rng.permutation(len(cases))]
