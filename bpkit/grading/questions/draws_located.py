"""Inputs of ps06: gradients with a fault in some layer, and programs."""

from functools import partial

import numpy as np

from ..question import Case
from . import draws_checks
from .draws_losses import signed

HIGHEST, RELATIVE_ONLY, SHAPES, NAN = "the highest layer", "errors of any scale", "another shape", "nan"
FAULTS = draws_checks.FAULTS | {
    "rounded": lambda rng, g: g * (1 + rng.uniform(-4e-7, 4e-7, g.shape)),
    "just wrong": lambda rng, g: g * (1 + rng.uniform(1e-5, 1e-4)),
    "small entry": lambda rng, g: g + 4e-7 * np.linalg.norm(g) * np.eye(1, g.size).reshape(g.shape),
    "row": lambda rng, g: g.ravel(),
    "transposed": lambda rng, g: g.T.copy(),
    "nan": lambda rng, g: np.where(np.arange(g.size).reshape(g.shape) == g.size - 1, np.nan, g),
    "all nan": lambda rng, g: np.full_like(g, np.nan),
}
LOCATED = (  # tag, sizes, {(letter, layer): fault}, {(letter, layer): scale}; layers change places
    (HIGHEST, (3, 2), {("W", 1): "factor"}, {}),
    (HIGHEST, (3, 5, 4, 2), {("W", 2): "one entry"}, {}),
    (HIGHEST, (3, 5, 4, 2), {("b", 2): "sign"}, {}),
    (HIGHEST, (4, 3, 1, 2, 5, 3), {("W", 1): "factor", ("W", 4): "zero", ("b", 2): "sign"}, {}),
    (HIGHEST, (4, 4, 4), {("b", 2): "zero", ("W", 1): "sign"}, {}),
    (HIGHEST, (2, 3, 1, 4), {("W", 3): "just wrong", ("b", 1): "factor"}, {}),
    (HIGHEST, (3, 5, 4, 2), {}, {}),
    (HIGHEST, (2, 2), {}, {}),
    (RELATIVE_ONLY, (3, 4, 2), {("W", 1): "factor"}, {("W", 1): 1e-9, ("b", 1): 1e-9}),
    (RELATIVE_ONLY, (3, 4, 2, 2), {("b", 2): "one entry"}, {("b", 2): 1e-10, ("W", 3): 1e7, ("b", 3): 1e8}),
    (RELATIVE_ONLY, (2, 4, 3), {("W", 1): "just wrong", ("W", 2): "small entry"},
     {("b", 1): 1e6, ("b", 2): 0.0}),
    (SHAPES, (3, 4, 1), {("b", 2): "row"}, {}),
    (SHAPES, (4, 1, 3), {("W", 1): "row"}, {}),
    (SHAPES, (2, 3, 5), {("W", 2): "transposed", ("b", 1): "sign"}, {}),
    (NAN, (3, 2, 4), {("W", 2): "nan", ("W", 1): "factor"}, {}),
    (NAN, (2, 3, 2, 1), {("b", 2): "all nan"}, {}),
)  # fmt: skip


def draw_located(rng):
    """Draw gradients of a network, and the true ones; what is right is so but for rounding.

    Each row comes twice: the same shapes do not have their fault in the same place.
    """
    return [located(rng, *row) for row in LOCATED for _ in range(2)]


def located(rng, tag, sizes, faults, scales):
    layers = range(1, len(sizes))
    place = dict(zip(layers, rng.permutation(layers).tolist(), strict=True))
    faults, scales = ({(letter, place[l]): what for (letter, l), what in d.items()} for d in (faults, scales))
    if tag == SHAPES:  # a layer of one unit goes with its fault
        sizes = (sizes[0], *(sizes[l] for l in sorted(layers, key=place.get)))
    shapes = {"W": lambda l: (sizes[l], sizes[l - 1]), "b": lambda l: (sizes[l], 1)}
    true = {
        letter: {l: scales.get((letter, l), 1.0) * signed(rng, 0.1, 2, shape(l)) for l in layers}
        for letter, shape in shapes.items()
    }
    fault = {
        letter: {l: FAULTS[faults.get((letter, l), "rounded")](rng, true[letter][l]) for l in layers}
        for letter in true
    }
    return Case(tag, (fault["W"], fault["b"], true["W"], true["b"]))


def draw_programs(*kinds):
    """Return a `draw` of programs in random order; each kind is a tag with its programs."""
    cases = [Case(tag, (program,)) for tag, programs in kinds for program in programs]
    return partial(shuffled, cases)


def shuffled(cases, rng):
    return [cases[k] for k in rng.permutation(len(cases))]
