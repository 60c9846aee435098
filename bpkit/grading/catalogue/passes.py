"""Wrong backward passes, one for each reading of a mistake, all from the tables that the questions use."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bpkit.reference import mlp

from ..questions.slips_deltas import DELTA_SLIPS
from ..questions.slips_gradients import GRADIENT_SLIPS, WHOLE_SLIPS
from ..questions.slips_hidden import FED_WITH_Z, HIDDEN_SLIPS
from ..questions.steps import RIGHT, Pass, run, slip
from .deltas import HIDDEN, OUTPUT
from .gradients import GRADIENTS

RATE = 0.6  # of the wrong passes that need one, and of the trial
NUMBERS = {entry.number for entry in OUTPUT + HIDDEN + GRADIENTS}


@dataclass(frozen=True)
class WrongPass:
    """A wrong backward pass: the number of its mistake, how it reads, and what it gives as dW and db."""

    number: str
    reads: str
    gradients: Callable  # (W, z, a, y, f, loss) → dW, db


def updated(p, l):
    """Return W^(l) after its step."""
    return p.W[l] - RATE * RIGHT.dW(p, l)


TOO_SOON = slip(
    "M28",
    "your W^(l+1) is updated before δ^(l) is taken.",
    "eq-update",
    hidden=lambda p, l: (updated(p, l + 1).T @ p.delta[l + 1]) * p.prime(l),
)


def by_steps(steps, *given):
    return run(steps, *given)[:2]


def without_biases(W, z, a, y, f, loss):
    """Return the gradients of the network without biases, and 0 for these."""
    none = {l: np.zeros((len(W[l]), 1)) for l in W}
    z, a = mlp.forward(W, none, a[0], f)
    return mlp.backward(W, z, a, y, f, loss)[0], none


def in_reverse(W, z, a, y, f, loss):
    """Return the right gradients in the order from the last layer to the first."""
    return [{len(W) + 1 - l: p[l] for l in W} for p in mlp.backward(W, z, a, y, f, loss)[:2]]


def forwards(W, z, a, y, f, loss):
    """Return the gradients with the error of the output in layer 1, sent on to the next layers."""
    p = Pass(W, z, a, y, f, loss)
    p.delta[1] = RIGHT.output(p)
    for l in range(2, p.L + 1):
        p.delta[l] = (W[l] @ p.delta[l - 1]) * p.prime(l)
    return {l: RIGHT.dW(p, l) for l in W}, {l: RIGHT.db(p, l) for l in W}


def reading(says):
    """Return what a sentence for a student says of the formula, without why.

    >>> reading("your δ^(l) equals (W^(l+1))ᵀδ^(l+1): the factor f′(z^(l)) is missing.")
    'your δ^(l) equals (W^(l+1))ᵀδ^(l+1)'
    """
    return re.split(r"[:.](?= |$)", says)[0]


SLIPS = (*DELTA_SLIPS, *HIDDEN_SLIPS, *FED_WITH_Z, *GRADIENT_SLIPS, *WHOLE_SLIPS, TOO_SOON)
PASSES = (
    *(WrongPass(s.number, reading(s.says), partial(by_steps, s.steps)) for s in SLIPS if s.number in NUMBERS),
    WrongPass("M33", "your δ starts at the first layer and goes forward", forwards),
    WrongPass("M50", "your z^(l) is W^(l)a^(l−1), without b^(l)", without_biases),
    WrongPass("M52", "your dW and db stand in reverse order", in_reverse),
)
