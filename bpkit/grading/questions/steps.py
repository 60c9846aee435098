"""A backward pass in steps: a mistake replaces one step, and one table of mistakes serves every question."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from bpkit.reference.activations import activation, derivative
from bpkit.reference.losses import batch_loss, loss_for, sample_losses
from bpkit.reference.mlp import output_delta

from ..pairs import Times
from ..question import Mistake


@dataclass
class Pass:
    """One backward pass on its way: what `backward` is given, and the δ's so far."""

    W: dict
    z: dict
    a: dict
    y: np.ndarray
    f: dict
    loss: str
    delta: dict = field(default_factory=dict)

    @property
    def L(self):
        return len(self.W)

    @property
    def m(self):
        return self.y.shape[1]

    def back(self, l):
        """Return (W^(l+1))ᵀ δ^(l+1)."""
        return self.W[l + 1].T @ self.delta[l + 1]

    @property
    def o(self):
        return activation(self.f[self.L])(self.z[self.L])

    @property
    def dl_do(self):
        return loss_for(self.f[self.L], self.loss).gradient(self.o, self.y)

    @property
    def canonical(self):
        """Say whether δ^(L) = o - y is exact here."""
        return loss_for(self.f[self.L], self.loss).canonical == self.f[self.L]

    @property
    def elementwise(self):
        return self.f[self.L] != "softmax"

    def prime(self, l, of=None):
        """Return f_l′ at z^(l), or at what is given."""
        f_prime = self.f[l] if callable(self.f[l]) else derivative(self.f[l])
        return f_prime(self.z[l] if of is None else of)


@dataclass(frozen=True)
class Steps:
    """The four steps of the backward pass, each a function of the pass and the layer, and the loss."""

    output: Callable = lambda p: output_delta(p.z[p.L], p.y, p.f[p.L], p.loss)  # eq-delta-output-general
    hidden: Callable = lambda p, l: p.back(l) * p.prime(l)  # eq-delta-hidden
    dW: Callable = lambda p, l: p.delta[l] @ p.a[l - 1].T / p.m  # eq-grad-weights
    db: Callable = lambda p, l: p.delta[l].mean(axis=1, keepdims=True)  # eq-grad-biases
    loss: Callable = lambda p: batch_loss(sample_losses(p.z[p.L], p.y, p.f[p.L], p.loss))  # eq-batch-loss


RIGHT = Steps()


def run(steps, W, z, a, y, f, loss):
    """Run a backward pass with these steps; return dW, db and delta as `backward` does."""
    return run_pass(steps, Pass(W, z, a, y, f, loss))


def run_pass(steps, p):
    p.delta[p.L] = steps.output(p)
    for l in range(p.L - 1, 0, -1):
        p.delta[l] = steps.hidden(p, l)
    layers = range(1, p.L + 1)
    return {l: steps.dW(p, l) for l in layers}, {l: steps.db(p, l) for l in layers}, p.delta


@dataclass(frozen=True)
class Slip:
    """A mistake in one step of the backward pass: number, sentence, equation, and the steps it changes."""

    number: str
    says: str
    equation: str
    steps: Steps


def slip(number, says, equation, **steps):
    """Return a mistake in these steps; where one is `Times` a factor, in the right step's result."""
    made = {
        name: step.after(getattr(RIGHT, name)) if isinstance(step, Times) else step
        for name, step in steps.items()
    }
    return Slip(number, says, equation, replace(RIGHT, **made))


def slipped(slips, function, without=()):
    """Return a question's mistakes, whose wrong version is `function(steps, *arguments)`.

    Parameters
    ----------
    slips : tuple of Slip
    function : callable
        The question's reference, with the steps as its first argument.
    without : tuple of str
        Numbers that this question cannot show: there the slip changes nothing, or always raises.

    Returns
    -------
    tuple of Mistake
    """
    return tuple(
        Mistake(s.number, s.says, s.equation, partial(function, s.steps), s.steps, function)
        for s in slips
        if s.number not in without
    )
