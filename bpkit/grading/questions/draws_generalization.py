"""Inputs of ps10: shares that leave a rest, nothing to validate, constant features, runs with ties."""

import itertools

import numpy as np

from ..question import Case
from .draws import network
from .draws_layers import dtype_of, signed
from .slips_stopping import stopped_wrongly

AT_RANDOM = "drawn at random"
MANY = 40  # samples from which on two draws never agree by chance
SPLITS = (  # tag, rows of x and of y, m, fraction
    ("a batch", 3, 2, 7, 0.3),
    ("a batch", 2, 1, 11, 0.25),
    ("a batch", 1, 3, 10, 0.2),
    ("a batch", 4, 4, 4, 0.5),
    ("a batch", 2, 3, 9, 0.8),
    ("a batch", 3, 1, 6, 0.6),
    ("an empty part", 2, 3, 1, 0.3),
    ("an empty part", 3, 2, 4, 0.1),
    ("an empty part", 2, 4, 1, 0.8),
    (AT_RANDOM, 2, 3, 60, 0.4),
    ("float32", 3, 2, 7, 0.3),
)
FITS = (("a batch", 3, 7), ("a batch", 1, 5), ("a batch", 4, 4), ("float32", 3, 6))
APPLIED = (  # tag, features, samples and samples that were fitted to
    ("a batch", 3, 4, 7),
    ("a batch", 2, 8, 5),
    ("a batch", 1, 3, 6),
    ("a batch", 4, 4, 4),
    ("one sample", 3, 1, 6),
    ("float32", 3, 4, 6),
)
CONSTANT = "a constant feature"
PENALIZED = (  # tag, units of all layers
    ("one layer", (3, 2)),
    ("one layer", (1, 4)),
    ("more layers", (4, 1, 3, 2)),
    ("more layers", (3, 3, 3)),
    ("more layers", (2, 5, 4, 3, 1, 6)),
    ("float32", (3, 5, 2)),
    ("float32", (3, 5, 2)),
)
DROPS = (  # tag, shape of a, p
    ("one sample", (6, 1), 0.4),
    ("a batch", (4, 6), 0.3),
    ("a batch", (1, 7), 0.6),
    ("a batch", (4, 4), 0.2),
    ("nothing is dropped", (3, 4), 0.0),
    ("float32", (3, 5), 0.4),
)
DROPPED = [drop for drop in DROPS if drop[-1]] * 2
MANY_ENTRIES = "many entries"
LARGE_DROPS = ((MANY_ENTRIES, (60, 50), 0.2), (MANY_ENTRIES, (50, 60), 0.7))
FOLDS = (  # tag, m, k
    ("k divides m", 6, 3),
    ("k divides m", 8, 2),
    ("k divides m", 5, 5),
    ("a rest", 7, 3),
    ("a rest", 11, 4),
    ("a rest", 9, 2),
    (AT_RANDOM, 60, 7),
)
RUNS = (  # tag, steps of the loss, smallest gains that are asked for, how many
    ("patience", (-3, -2, -1, 1, 2, 3), (), 8),
    ("ties", (-1, 0, 1), (), 5),
    ("min_delta", (-2, -1, 0, 1, 2), (2, 3, 4), 8),
)
UNIT = 1 / 32  # losses are multiples of it, so that ties are exact


def seed(rng):
    return int(rng.integers(2**31))


def draw_splits(rng):
    """Draw samples, their targets, and the share that is to be put aside."""
    return [
        Case(tag, (*(rng.normal(0, 1, (n, m)).astype(dtype_of(tag)) for n in rows), fraction, seed(rng)))
        for tag, *rows, m, fraction in SPLITS
    ]


def features(rng, n, m, dtype):
    """Draw features, each with a mean and a spread of its own."""
    return (rng.normal(0, 1, (n, m)) * rng.uniform(0.3, 3, (n, 1)) + signed(rng, (n, 1))).astype(dtype)


def draw_fits(rng):
    """Draw data to be standardized by its own statistics."""
    cases = [Case(tag, (features(rng, n, m, dtype_of(tag)),)) for tag, n, m in FITS]
    x = features(rng, 3, 6, float)
    x[rng.integers(3)] = rng.integers(1, 9) / 4
    return [*cases, Case(CONSTANT, (x,)), Case(CONSTANT, (features(rng, 2, 1, float),))]


def draw_applied(rng):
    """Draw data, and other data by whose statistics it is to be standardized."""
    cases = []
    for tag, n, m, m_train in APPLIED:
        both = features(rng, n, m + m_train, dtype_of(tag))
        cases.append(Case(tag, (both[:, :m].copy(), both[:, m:].copy())))
    both = features(rng, 3, 9, float)
    both[rng.integers(3)] = rng.integers(1, 9) / 4
    return [*cases, Case(CONSTANT, (both[:, :3].copy(), both[:, 3:].copy()))]


def draw_weights(rng):
    """Draw the weights of a network, and λ."""
    cases = []
    for tag, sizes in PENALIZED:
        W, _, _, _ = network(rng, sizes, ("tanh",) * (len(sizes) - 1), 1, dtype_of(tag))
        cases.append(Case(tag, (W, rng.uniform(0.05, 0.9))))
    return cases


def draw_dropped(rng):
    """Draw activations, many of them behind a relu: there half of the entries are 0 beforehand."""
    cases = [Case(tag, (signed(rng, shape).astype(dtype_of(tag)), p, seed(rng))) for tag, shape, p in DROPS]
    for tag, shape, p in LARGE_DROPS:
        cases.append(Case(tag, (np.maximum(signed(rng, shape), 0), p, seed(rng))))
    return cases


def draw_backward(rng):
    """Draw gradients and masks, in turn of True and False and of 1 and 0."""
    cases = []
    for (tag, shape, p), kind in zip(DROPPED, itertools.cycle((bool, float, float)), strict=False):
        kept = rng.permutation(np.arange(np.prod(shape)) >= p * np.prod(shape)).reshape(shape)
        mask = kept if kind is bool else kept.astype(dtype_of(tag))
        cases.append(Case(tag, (signed(rng, shape).astype(dtype_of(tag)), mask, p)))
    return cases


def draw_folds(rng):
    return [Case(tag, (m, k, seed(rng))) for tag, m, k in FOLDS]


def draw_runs(rng):
    """Draw validation losses until every known mistake shows, each in another way."""
    while True:
        cases = [run for *kind, count in RUNS for run in [a_run(rng, *kind) for _ in range(count)]]
        cases += [Case("to the end", (losses(rng, (-3, -2, -1), 6), 2)), Case("to the end", ([0.5], 1))]
        cases.append(Case("to the end", (losses(rng, (-1, 1), 5), 8, 0.0)))
        given = [stopped_wrongly(case.arguments) for case in cases]
        if len(set(zip(*given, strict=True))) == len(given[0]):
            return cases


def losses(rng, steps, epochs):
    """Draw a walk of losses, all of them positive."""
    walk = np.cumsum(rng.choice(steps, epochs))
    return ((walk - walk.min() + rng.integers(1, 20)) * UNIT).tolist()


def a_run(rng, tag, steps, gains):
    run = losses(rng, steps, int(rng.integers(9, 17)))
    patience = int(rng.integers(1, 5))
    return Case(tag, (run, patience, rng.choice(gains).item() * UNIT) if gains else (run, patience))
