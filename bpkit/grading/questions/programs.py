"""Backward passes that ps06 hands out: right ones, differently written, and faulty ones by what is wrong."""

from dataclasses import replace
from functools import partial

import numpy as np

from bpkit.reference.activations import derivative

from .draws import BINARY
from .slips_deltas import from_o
from .slips_gradients import AVERAGED_DELTA, GRADIENT_SLIPS
from .slips_hidden import HIDDEN_SLIPS
from .slips_output import OUTPUT_SLIPS, when
from .steps import RIGHT, Pass, run

EASY = replace(RIGHT, output=from_o(lambda p: p.o))  # takes any target, where the reference looks at it first


def steps_of(slips, number, place=0):
    """Return the steps of the slip that has a number, the first of them or another.

    >>> steps_of(HIDDEN_SLIPS, "M14").output is EASY.output
    True
    """
    return eased([slip.steps for slip in slips if slip.number == number][place])


def eased(steps):
    return replace(steps, output=EASY.output) if steps.output is RIGHT.output else steps


def by_samples(steps):
    """Return a program that takes each sample's gradients by the steps, one after the other, and averages."""

    def backward(W, z, a, y, f, loss):
        m = y.shape[1]
        runs = [run(steps, W, *columns(i, z, a), y[:, i : i + 1], f, loss) for i in range(m)]
        dW, db = ({l: sum(one[k][l] for one in runs) / m for l in W} for k in (0, 1))
        return dW, db, {l: np.hstack([delta[l] for _, _, delta in runs]) for l in W}

    return backward


def columns(i, *dicts):
    """Return dicts with the i-th column of each array."""
    return [{l: values[l][:, i : i + 1] for l in values} for values in dicts]


def in_rows(W, z, a, y, f, loss):
    """Run a backward pass on the transposed arrays, a sample in each row."""
    L, m = len(W), y.shape[1]
    D = {L: EASY.output(Pass(W, z, a, y, f, loss)).T}
    for l in range(L - 1, 0, -1):
        D[l] = (D[l + 1] @ W[l + 1]) * derivative(f[l])(z[l].T)  # eq-delta-hidden
    dW = {l: (D[l].T @ a[l - 1].T) / m for l in D}
    return dW, {l: D[l].sum(axis=0)[:, np.newaxis] / m for l in D}, {l: D[l].T for l in D}


RIGHT_PROGRAMS = (partial(run, EASY), by_samples(EASY), in_rows)


NAMED = (  # (name of the fault, steps, whether sample by sample)
    ("output f' missing", steps_of(OUTPUT_SLIPS, "M1"), False),
    ("hidden f' missing", steps_of(HIDDEN_SLIPS, "M14"), True),
    ("f' at a", steps_of(HIDDEN_SLIPS, "M18"), False),
    ("transpose missing", steps_of(HIDDEN_SLIPS, "M15"), True),
    ("sign", steps_of(OUTPUT_SLIPS, "M5"), True),
    ("not averaged", steps_of(GRADIENT_SLIPS, "M48"), False),
    ("averaged twice", steps_of(GRADIENT_SLIPS, "M49"), False),
    ("bias gradient zero", steps_of(GRADIENT_SLIPS, "M42"), False),
    ("layer off by one", steps_of(GRADIENT_SLIPS, "M34"), True),
    ("z for a", steps_of(GRADIENT_SLIPS, "M37"), False),
)
NAMED_PROGRAMS = tuple(by_samples(steps) if samples else partial(run, steps) for _, steps, samples in NAMED)


def updated(p, l):
    """Return the step back through the weights of the next layer when they have made their own step."""
    return ((p.W[l + 1] - 0.1 * RIGHT.dW(p, l + 1)).T @ p.delta[l + 1]) * p.prime(l)


def square_as_it_is(p, l):
    """Return the step back without the transpose where that shows in no shape."""
    W = p.W[l + 1]
    return ((W if W.shape[0] == W.shape[1] else W.T) @ p.delta[l + 1]) * p.prime(l)


def one_before_the_last(p):
    """Return δ^(L), but look at the layer before it, which a network of one layer does not have."""
    return EASY.output(p) + 0 * p.W[p.L - 1].sum()


FAULTY = {  # what is wrong: the steps
    "the sign is reversed": steps_of(OUTPUT_SLIPS, "M5"),
    "f' of the output is missing": steps_of(OUTPUT_SLIPS, "M1"),
    "f' of the hidden layers is missing": steps_of(HIDDEN_SLIPS, "M14"),
    "f' is missing from three layers on": replace(
        EASY, hidden=lambda p, l: p.back(l) * (p.prime(l) if l >= p.L - 1 else 1)
    ),
    "f' is taken at a": steps_of(HIDDEN_SLIPS, "M18"),
    "f' is always that of the sigmoid": replace(
        EASY, hidden=lambda p, l: p.back(l) * derivative("sigmoid")(p.z[l])
    ),
    "relu lets everything pass": steps_of(HIDDEN_SLIPS, "M22"),
    "softmax with cross-entropy": steps_of(OUTPUT_SLIPS, "M8"),
    "sigmoid with binary cross-entropy": replace(
        EASY, output=when(lambda p: p.loss == BINARY, lambda p: (p.o - p.y) * p.o * (1 - p.o))
    ),
    "W is already updated": replace(EASY, hidden=updated),
    "square W is not transposed": replace(EASY, hidden=square_as_it_is),
    "z for a": steps_of(GRADIENT_SLIPS, "M37"),
    "sums over the batch": steps_of(GRADIENT_SLIPS, "M48"),
    "the last sample alone": steps_of(GRADIENT_SLIPS, "M40"),
    "the first layer is a sum": replace(
        EASY, dW=lambda p, l: RIGHT.dW(p, l) * (p.m if l == 1 else 1)
    ),
    "db is zero": steps_of(GRADIENT_SLIPS, "M42"),
    "db is averaged twice": steps_of(GRADIENT_SLIPS, "M47"),
    "db has one axis": replace(EASY, db=lambda p, l: p.delta[l].mean(axis=1)),
    "delta is averaged": steps_of(AVERAGED_DELTA, "M49"),
    "one layer raises": replace(EASY, output=one_before_the_last),
}  # fmt: skip
FAULTY_PROGRAMS = tuple(partial(run, steps) for steps in FAULTY.values())
