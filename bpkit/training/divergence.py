"""When a loss or a weight is no longer finite: where it began, and what to try."""

import math

import numpy as np

from ..reference.mlp import forward


class TrainingDiverged(FloatingPointError):
    """The loss or a weight is inf or NaN: training has stopped, and the last finite weights are back."""


def is_finite(array):
    """Return whether every entry is finite; a finite sum of squares says so at once.

    >>> is_finite(np.array([1.0])), is_finite(np.array([np.nan]))
    (True, False)
    """
    return math.isfinite(np.dot(array, array)) or bool(np.isfinite(array).all())


def where_not_finite(net, x):
    """Return in words what is not finite first, on the way from the first layer to the loss.

    Parameters
    ----------
    net : Network
    x : ndarray, shape (n_0, m)

    Returns
    -------
    str
    """
    L = len(net.W)
    for l in net.W:
        if not np.isfinite(net.W[l]).all() or not np.isfinite(net.b[l]).all():
            return f"the weights into layer {l} are the first that are not finite"
    z, a = forward(net.W, net.b, x, net.f)
    for l in z:
        if not np.isfinite(z[l]).all():
            return f"z of layer {l} is the first that is not finite"
    return f"the output of layer {L} reaches {np.abs(a[L]).max():.0e}, and the loss of that is not finite"


def advice(x, rate, clip, stepped):
    """Return in words what to try; `stepped` says whether any step was taken."""
    largest = float(np.abs(x).max())
    scale = f"inputs between -1 and 1 (they reach {largest:.2g})" if largest > 10 else ""
    if not stepped:
        return (
            f"No step was taken yet, so the learning rate is not the cause. Try {scale or 'smaller weights'}."
        )
    tries = [f"learning_rate={rate / 10:.1g}", "clip=1.0" if clip is None else "", scale]
    return f"Try {', or '.join(filter(None, tries))}."
