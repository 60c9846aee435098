"""Inputs of ps09: networks to be started, errors of many layers, slopes near a threshold, known ranks."""

import numpy as np

from ..question import Case

START, XAVIER, HE = "zeros and U[0, 1)", "xavier", "he"
TAGS = {"zeros": START, "uniform01": START, "xavier": XAVIER, "he": HE}
SMALL = ((3, 5, 1), (1, 1), (4, 2, 3, 1, 6, 5), (4, 4, 4, 4))
GIVEN, DEFAULT, EXACT = "a given threshold", "the default threshold", "slopes at the threshold"
EQUAL, OTHER, DEAD = "equal units", "other ranks", "gradients of zero"


def large_sizes(rng):
    """Draw the sizes of a network whose weights are enough to tell their variance by."""
    return [int(rng.integers(*bounds)) for bounds in ((35, 45), (240, 280), (80, 100))]


def draw_starts(rng):
    """Draw sizes, kinds and seeds: large networks that show a distribution, and small ones of any shape."""
    cases = []
    for kind, tag in TAGS.items():
        some = {"zeros": SMALL[:2], "uniform01": SMALL[2:]}.get(kind, SMALL)
        large = [] if kind == "zeros" else [large_sizes(rng)]
        for sizes in [*large, *map(list, some)]:
            cases.append(Case(tag, (sizes, kind, int(rng.integers(2**31)))))
    return cases


ERRORS = (  # tag, units of layers 1 to L, m
    ("one sample", (3,), 1),
    ("one sample", (5, 4, 2), 1),
    ("a batch", (5, 4, 3, 1, 2), 7),
    ("a batch", (3, 6), 4),
    ("a batch", (4, 4, 4, 4), 4),
    ("a batch", (2, 4, 3, 6, 5), 3),
    ("a batch", (6, 1, 5), 2),
)


def draw_errors(rng):
    """Draw errors of several layers, in dicts whose keys stand in any order, as the way back makes them."""
    cases = []
    for place, (tag, sizes, m) in enumerate(ERRORS):
        delta = {l: rng.normal(0, rng.uniform(0.3, 2), (n, m)) for l, n in enumerate(sizes, 1)}
        keys = list(reversed(delta)) if place < 4 else [*range(2, len(sizes) + 1), 1]
        cases.append(Case(tag, ({l: delta[l] for l in keys},)))
    return cases


def where(name, slope):
    """Return the z > 0 where the sigmoid's or tanh's derivative has a value.

    >>> where("sigmoid", 0.25), where("tanh", 1.0)
    (np.float64(0.0), np.float64(0.0))
    """
    if name == "tanh":
        return np.arctanh(np.sqrt(1 - slope))
    a = (1 + np.sqrt(1 - 4 * slope)) / 2
    return np.log(a / (1 - a))


def near(rng, name, threshold, size):
    """Draw pre-activations of which some have a slope within a hundredth of the threshold."""
    z = rng.normal(0, rng.uniform(2, 6), size)
    slopes = threshold * (1 + rng.uniform(1e-3, 9e-3, size) * rng.choice((-1, 1), size))
    close = where(name, slopes) * rng.choice((-1, 1), size)
    return np.where(rng.uniform(size=size) < 0.5, z, close)


def spread(rng, size):
    """Draw pre-activations away from 0."""
    return rng.uniform(0.05, 6, size) * rng.choice((-1, 1), size)


def draw_slopes(rng):
    cases = [
        Case(DEFAULT, (spread(rng, (5, 7)), "relu")),
        Case(DEFAULT, (spread(rng, (3, 4)), "identity")),
        Case(GIVEN, (spread(rng, (1, 6)), "relu", 0.5)),
        *(
            Case(EXACT, (spread(rng, (4, 6)), *given))
            for given in (("relu", 0.0), ("relu", 1.0), ("identity", 1.0))
        ),
    ]
    for name, size in (("tanh", (5, 8)), ("sigmoid", (7, 1)), ("tanh", (4, 4)), ("sigmoid", (6, 9))):
        cases.append(Case(DEFAULT, (near(rng, name, 0.01, size), name)))
        threshold = float(rng.uniform(0.03, 0.2))
        cases.append(Case(GIVEN, (near(rng, name, threshold, size), name, threshold)))
    for name, threshold in (("tanh", 1.0), ("sigmoid", 0.25)):
        z = spread(rng, (6, 9))
        z[rng.uniform(size=z.shape) < rng.uniform(0.2, 0.8)] = 0.0  # there the slope is the threshold itself
        cases.append(Case(EXACT, (z, name, threshold)))
    return cases


def draw_crossover(rng):
    """Return the one case of a function without arguments."""
    return [Case("the z where they meet")]


MATRICES = (  # tag, shapes of layers 1 to L
    (EQUAL, ((4, 3), (2, 4))),
    (EQUAL, ((5, 5), (5, 5), (1, 5))),
    (OTHER, ((5, 3), (4, 5), (2, 4))),
    (OTHER, ((6, 4),)),
    (OTHER, ((3, 1), (7, 3), (2, 7), (3, 2), (1, 3))),
    (OTHER, ((4, 4), (4, 4), (4, 4), (4, 4))),
    (OTHER, ((5, 4), (7, 5), (6, 7), (4, 6))),
    (DEAD, ((3, 4), (2, 3))),
    (DEAD, ((5, 4), (3, 5), (6, 3))),
)


FADED = 2.0**-10  # how small the gradient of the first of many layers is


def draw_ranks(rng):
    """Draw gradients of known rank: their entries are exact, and their singular values well away from 0."""
    cases = []
    for tag, shapes in MATRICES:
        ranks = draw_ranks_of(rng, tag, shapes)
        drawn = [of_rank(rng, tag, *shape, rank) for shape, rank in zip(shapes, ranks, strict=True)]
        drawn[0] = drawn[0] * FADED if len(drawn) > 2 else drawn[0]
        cases.append(Case(tag, (dict(enumerate(drawn, 1)),)))
    return cases


def draw_ranks_of(rng, tag, shapes):
    """Draw a rank for each shape: 1 with equal units, sometimes 0 where gradients are dead, and else any."""
    while True:
        ranks = [1 if tag == EQUAL else int(rng.integers(1, min(shape) + 1)) for shape in shapes]
        if tag == DEAD:
            ranks = [rank * int(rng.integers(2)) for rank in ranks]
        between = any(1 < rank < min(shape) for rank, shape in zip(ranks, shapes, strict=True))
        if tag == EQUAL or tag == OTHER and between or tag == DEAD and 0 in ranks:
            return ranks


def of_rank(rng, tag, rows, columns, rank):
    """Draw a matrix of this rank; with equal units, one whose rows are all the same."""
    while True:
        left = np.ones((rows, rank)) if tag == EQUAL else rng.integers(-4, 5, (rows, rank)) / 4
        matrix = left @ (rng.integers(-4, 5, (rank, columns)) / 4)
        if not rank or np.linalg.svd(matrix, compute_uv=False)[rank - 1] > 0.1:
            return matrix
