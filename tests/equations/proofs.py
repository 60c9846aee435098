"""What a proof of an equation is: a test that accepts the equation and refuses its wrong versions."""

import functools
from contextlib import nullcontext

import numpy as np
import pytest

from bpkit import activation, sample_losses


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
