"""Mistakes in the forward pass and in the loss."""

from collections.abc import Callable
from dataclasses import dataclass

from bpkit.reference.activations import activation

from ..pairs import Times
from .draws import SQUARED
from .steps import Slip, slip, slipped


@dataclass(frozen=True)
class Layer:
    """The steps of one layer: what goes into f, what comes out, and what is kept as z."""

    before: Callable = lambda W, a, b: W @ a + b  # eq-preactivation
    after: Callable = lambda z, f, last: activation(f)(z)  # eq-activation
    kept: Callable = lambda z, a: z


def forward_run(steps, W, b, x, f):
    """Run the network forward with these steps."""
    z, a = {}, {0: x}
    for l in W:
        before = steps.before(W[l], a[l - 1], b[l])
        a[l] = steps.after(before, f[l], l == len(W))
        z[l] = steps.kept(before, a[l])
    return z, a


def over_the_batch(z, f, last):
    return activation(f)(z.T).T if f == "softmax" else activation(f)(z)


def linear_output(z, f, last):
    return z if last else activation(f)(z)


def twice_at_the_output(z, f, last):
    a = activation(f)(z)
    return activation(f)(a) if last else a


FORWARD_SLIPS = (
    Slip("M72", "your output layer applies its activation twice.", "eq-activation",
         Layer(after=twice_at_the_output)),
    Slip("M11", "your softmax runs over the batch: each column is a sample, and sums to 1.", "eq-softmax",
         Layer(after=over_the_batch)),
    Slip("M50", "your z leaves the bias out: z^(l) = W^(l)a^(l−1) + b^(l).", "eq-preactivation",
         Layer(before=lambda W, a, b: W @ a)),
    Slip("M72", "your output layer leaves its activation out: a^(L) = f(z^(L)).", "eq-activation",
         Layer(after=linear_output)),
    Slip("M72", "your z holds the activations: z^(l) is what goes into f, a^(l) what comes out.",
         "eq-preactivation", Layer(kept=lambda z, a: a)),
)  # fmt: skip
FORWARD_MISTAKES = slipped(FORWARD_SLIPS, forward_run)
LOSS_SLIPS = (
    slip("M6", "your half squared error lacks the ½.", "eq-half-squared-error",
         loss=Times(lambda p: 2 if p.loss == SQUARED else 1)),
    slip("M7", "your loss is a mean over the outputs: ℓ is their sum.", "eq-half-squared-error",
         loss=Times(lambda p: 1 / len(p.y))),
    slip("M48", "your loss is the sum over the batch: ℒ is the mean.", "eq-batch-loss",
         loss=Times(lambda p: p.m)),
)  # fmt: skip
