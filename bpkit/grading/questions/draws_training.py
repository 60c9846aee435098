"""Inputs of ps08: first steps and later ones, rates by epochs, gradients on either side of a norm."""

import numpy as np

from ..question import Case
from .draws_layers import dtype_of
from .draws_losses import signed

FIRST, LATER, GIVEN = "the first step", "later steps", "other hyperparameters"
TINY = "tiny gradients and zeros"
SHAPES = (  # tag, shapes of θ
    (FIRST, ((3, 5), (4, 1))),
    (LATER, ((2, 5), (1, 4), (4, 4), (3, 1))),
    (GIVEN, ((5, 2), (1, 3), (3, 3))),
    ("float32", ((2, 3), (4, 1))),
)
SQUARES = (*SHAPES, (TINY, ((3, 4), (4, 1))))
NETWORKS = (  # tag, sizes
    ("one layer", (3, 2)),
    ("one layer", (2, 1)),
    ("more layers", (3, 5, 4, 2)),
    ("more layers", (2, 4, 3, 1, 6, 5)),
    ("more layers", (4, 4, 4)),
    ("float32", (3, 2, 4)),
)


def draw_sgd(rng):
    """Draw networks with gradients, and a learning rate for each."""
    cases = []
    for tag, sizes in NETWORKS:
        layers = range(1, len(sizes))
        W, dW = ({l: normal(rng, tag, (sizes[l], sizes[l - 1])) for l in layers} for _ in "Wd")
        b, db = ({l: normal(rng, tag, (sizes[l], 1)) for l in layers} for _ in "bd")
        cases.append(Case(tag, (W, b, dW, db, rate_of(rng))))
    return cases


def normal(rng, tag, shape):
    return rng.normal(0, 1, shape).astype(dtype_of(tag))


def rate_of(rng):
    return float(rng.uniform(0.1, 0.9))


def draw_momentum(rng):
    """Draw steps with a velocity of either sign."""
    cases = []
    for tag, shape in flat(SHAPES):
        theta, g = normal(rng, tag, shape), normal(rng, tag, shape)
        v = (tag != FIRST) * normal(rng, tag, shape)
        more = (float(rng.uniform(0.2, 0.7)),) if tag == GIVEN else ()
        cases.append(Case(tag, (theta, g, v, rate_of(rng), *more)))
    return cases


def flat(table):
    return [(tag, shape) for tag, shapes in table for shape in shapes]


def draw_rmsprop(rng):
    """Draw steps with a mean of squares; where ε is given it is large, so that its place shows."""
    cases = []
    for tag, shape in flat(SQUARES):
        theta, g, _, s = drawn(rng, tag, shape)
        more = (float(rng.uniform(0.2, 0.7)), large_eps(rng)) if tag == GIVEN else ()
        cases.append(Case(tag, (theta, g, s, rate_of(rng), *more)))
    return cases


def large_eps(rng):
    return float(rng.uniform(0.1, 0.4))


def drawn(rng, tag, shape):
    """Draw θ, a gradient, and states that some gradients before it have left behind."""
    theta, g = (
        normal(rng, tag, shape),
        signed(rng, 0.7, 2, shape).astype(dtype_of(tag)),
    )  # ε is nothing beside it
    m, v = 0.5 * normal(rng, tag, shape), rng.uniform(0.3, 2, shape).astype(dtype_of(tag))
    if tag == TINY:  # so small that ε counts; entries without a gradient have never had one
        alive = rng.permuted(np.resize((1.0, 0.0, 1.0), shape), axis=None)
        return theta, 1e-7 * alive * g, 1e-7 * alive * m, 1e-14 * alive * v
    return (theta, g, 0 * m, 0 * v) if tag == FIRST else (theta, g, m, v)


def draw_adam(rng):
    """Draw steps at every time: the first, early ones, and some so late that the correction fades."""
    times = iter((1, 1, 2, 5, 30, 2000, 3, 2, 7, 3, 4, 4, 60))
    cases = []
    for (tag, shape), t in zip(flat(SQUARES), times, strict=True):
        rate = (rate_of(rng),) if tag != FIRST else ()  # the default one
        betas = (float(rng.uniform(0.2, 0.6)), float(rng.uniform(0.7, 0.95)))
        more = (*betas, large_eps(rng)) if tag == GIVEN else ()
        cases.append(Case(tag, (*drawn(rng, tag, shape), t, *rate, *more)))
    return cases


def draw_step_decay(rng):
    """Draw epochs before, at and between the drops, and drops of another size and distance."""
    late = 10 * int(rng.integers(3, 9)) + int(rng.integers(6, 9))  # nearer to the drop that comes
    epochs = (0, int(rng.integers(6, 9)), 9, 10, int(rng.integers(11, 15)), 20, late)
    cases = [Case("the defaults", (rate_of(rng), epoch)) for epoch in epochs]
    for times, beyond in ((0, 1), (1, 0), (2, 2), (3, 0), (2, -2)):
        every, drop = int(rng.integers(5, 9)), float(rng.uniform(0.6, 0.9))
        cases.append(Case("another drop", (rate_of(rng), times * every + beyond, drop, every)))
    return cases


def draw_cosine(rng):
    """Draw the start, the end and epochs between them."""
    cases = []
    for epochs in (int(rng.integers(5, 20)), int(rng.integers(30, 200)), 1):
        cases += [
            Case("the start", (rate_of(rng), 0, epochs)),
            Case("the end", (rate_of(rng), epochs, epochs)),
        ]
    for epochs in rng.integers(5, 200, 4).tolist():
        cases.append(Case("between", (rate_of(rng), int(rng.integers(1, epochs)), epochs)))
    return cases


def draw_gradients(rng):
    """Draw gradients below, at and above the norm that is allowed, and gradients of zeros."""
    cases = []
    for tag, factor, shapes in (
        ("long gradients", (0.05, 0.2), ((3, 5),)),  # longer than c even in the mean of its squares
        ("long gradients", (0.1, 0.9), ((4, 1), (1, 4), (4, 4))),
        ("short gradients", (1.1, 9.0), ((2, 5), (5, 1), (3, 3))),
        ("float32", (0.1, 0.9), ((2, 3),)),
        ("float32", (1.1, 9.0), ((3, 1),)),
    ):
        for shape in shapes:
            g = float(rng.uniform(0.3, 30)) * normal(rng, tag, shape)
            g = g.astype(dtype_of(tag))
            cases.append(Case(tag, (g, float(np.linalg.norm(g) * rng.uniform(*factor)))))
    small = rng.normal(0, 0.01, (2, 3))  # beside which a number added to the norm shows
    cases.append(Case("long gradients", (small, float(np.linalg.norm(small) * rng.uniform(0.1, 0.9)))))
    at = 2.0 ** rng.integers(-4, 5)  # exact in floats, and so is the norm
    cases.append(Case("short gradients", (at * np.array([[3.0, 0.0], [0.0, 4.0]]), 5 * float(at))))
    return [*cases, *(Case("zeros", (np.zeros(shape), rate_of(rng))) for shape in ((2, 3), (1, 1)))]
