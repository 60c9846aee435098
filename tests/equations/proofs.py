"""What a proof is: a test that accepts an equation and refuses its wrong versions; and what proofs share."""

import functools
import math
from contextlib import nullcontext

import numpy as np
import pytest
from strategies import SHAPES, away_from_zero, make_target

from bpkit import activation, complex_step, sample_losses


def proves(label, *members, **wrong):
    """Run the decorated proof on each of the equation's `members`, and see it fail on each `wrong` version.

    The label is the equation's label in the book; a line ``x = y = z`` there has two members, y and z.
    """
    if not wrong:
        raise TypeError(f"The proof of {label} has no wrong version. Give one that it must refuse.")

    def decorate(proof):
        @functools.wraps(proof)
        def test(equation):
            with pytest.raises(AssertionError) if equation in wrong.values() else nullcontext():
                proof(equation)

        versions = {**{f"member-{i}": member for i, member in enumerate(members)}, **wrong}
        return pytest.mark.parametrize("equation", versions.values(), ids=versions)(test)

    return decorate


def by_index(rows, columns, entry):
    """Return the matrix whose entry in row j and column k is ``entry(j, k)``, by two plain loops."""
    return np.array([[entry(j, k) for k in range(columns)] for j in range(rows)])


def losses_from(net, l, z):
    """Return ℓ of each sample as a function of layer l's pre-activation: the rest of the forward pass."""
    for k in range(l + 1, len(net.W) + 1):
        z = net.W[k] @ activation(net.f[k - 1])(z) + net.b[k]
    return sample_losses(z, net.y, net.f[len(net.W)], net.loss)


def logits_and_targets(loss):
    """Draw pre-activations of every shape, and targets that suit the loss."""
    rng = np.random.default_rng(2)
    return [(away_from_zero(shape, rng), make_target(loss, shape, rng)) for shape in SHAPES]


def softmax_of(column):
    """Return softmax by its definition, with Python's own numbers."""
    return [math.exp(v) / sum(math.exp(u) for u in column) for v in column]


def slope(value, o, y):
    """Return ∂ℓ/∂o by the complex step; a sample's loss rests on its own column alone."""
    return complex_step(lambda o: value(o, y).sum(), o)
