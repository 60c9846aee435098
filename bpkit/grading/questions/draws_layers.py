"""Inputs for ps02: numbers on both sides of the kink, shapes that show a transpose, very large numbers."""

import numpy as np

from bpkit.reference.activations import softmax

from ..question import LARGE, Case
from .draws import LAYERS

LARGE_32 = f"{LARGE} in float32"
SIZES = (  # tag, how many layers of units
    ("one layer", 2),
    ("a network", 4),
    ("a network", 5),
    ("a network", 3),
)
ENTRIES = (  # tag, shape of z
    ("one sample", (1, 1)),
    ("one sample", (3, 1)),
    ("a batch", (2, 5)),
    ("a batch", (1, 6)),
    ("a batch", (5, 3)),
    ("a batch", (4, 4)),
    ("float32", (3, 4)),
)
COLUMNS = (  # tag, K and m
    ("one sample", (3, 1)),
    ("a batch", (2, 5)),
    ("a batch", (5, 3)),
    ("a batch", (1, 4)),
    ("a batch", (4, 4)),
    ("float32", (3, 4)),
)
CLASSES = (("two classes", 2), ("more classes", 1), ("more classes", 3), ("more classes", 5), ("float32", 4))


def dtype_of(tag):
    return np.float32 if tag.endswith("float32") else np.float64


def draw_sizes(rng):
    """Draw networks whose layers all differ in size, one of them a single unit; then one with equal ones."""
    cases = []
    for tag, layers in SIZES:
        sizes = [1, *rng.choice(np.arange(2, 40), layers - 1, replace=False).tolist()]
        cases.append(Case(tag, (sizes[1:] + sizes[:1] if layers % 2 else sizes,)))
    return [*cases, Case("a network", ([int(rng.integers(2, 9))] * 4,))]


def draw_affine(rng):
    """Draw W, a and b of one layer."""
    return [
        Case(tag, tuple(rng.normal(0, 1, shape).astype(dtype_of(tag)) for shape in ((n, k), (k, m), (n, 1))))
        for tag, n, k, m in LAYERS
    ]


def draw_vjp(rng):
    """Draw W, a and the upstream gradient of one layer."""
    return [
        Case(tag, tuple(rng.normal(0, 1, shape).astype(dtype_of(tag)) for shape in ((n, k), (k, m), (n, m))))
        for tag, n, k, m in LAYERS
    ]


def signed(rng, shape):
    """Draw numbers off the kink: abs(z) from 0.1 to 3, and both signs where there is room for them."""
    signs = rng.permutation(np.resize((1, -1), np.prod(shape)) * rng.choice((1, -1)))
    return rng.uniform(0.1, 3, shape) * signs.reshape(shape)


def huge(rng):
    """Draw numbers up to 1e4 of both signs, some at which float32 or float64 alone is at its end."""
    return (
        np.array([[9e3], [750.0], [100.0], [12.0]])
        * rng.uniform(1, 1.1, (4, 4))
        * rng.permuted(np.resize((1, -1), (4, 4)), axis=1)
    )


def draw_entries(rng):
    """Draw z for a function of each entry."""
    return [Case(tag, (signed(rng, shape).astype(dtype_of(tag)),)) for tag, shape in ENTRIES]


def draw_wide(rng):
    """Draw z for relu: entries of every size."""
    cases = draw_entries(rng)
    for case in cases:
        (z,) = case.arguments
        z *= rng.permutation(np.resize((100, 1, 10), z.size)).reshape(z.shape)
    return cases


def draw_far(rng):
    """Draw z for a function of each entry, and then entries far from 0."""
    far = [Case(tag, (huge(rng).astype(dtype_of(tag)),)) for tag in (LARGE, LARGE_32)]
    return draw_entries(rng) + far


def draw_kink(rng):
    """Draw z for a slope, and then entries some of which are 0."""
    z = signed(rng, (3, 4))
    z[rng.permuted(np.resize((True, False), (3, 4)), axis=1)] = 0.0
    return [*draw_entries(rng), Case("at the kink", (z,))]


def draw_columns(rng):
    """Draw z for softmax, and then columns whose largest entries are far from 0 and far apart."""
    cases = [Case(tag, (rng.normal(0, 1.5, shape).astype(dtype_of(tag)),)) for tag, shape in COLUMNS]
    one = 8e3 * rng.uniform(1, 1.2) + rng.normal(0, 1, (3, 1))
    levels = rng.permutation([9.5e3, 800.0, 0.0, -800.0, -9.5e3])
    apart = [(tag, levels + rng.normal(0, 1, (3, 5))) for tag in (LARGE, LARGE_32)]
    apart.append((LARGE, huge(rng)))
    return [*cases, Case(LARGE, (one,)), *(Case(tag, (z.astype(dtype_of(tag)),)) for tag, z in apart)]


def draw_classes(rng):
    """Draw a column of probabilities."""
    return [Case(tag, (softmax(rng.normal(0, 1, (K, 1))).astype(dtype_of(tag)),)) for tag, K in CLASSES]
