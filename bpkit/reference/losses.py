"""ℓ and ∂ℓ/∂o by name, one value per sample, and where δ = o − y is exact."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS, activation, look_up, softplus
from .shapes import expect_filled, expect_pair, quiet


@quiet
def half_squared_error(o, y):
    """Return ½ Σ_k (o_k - y_k)² for each sample, shape (m,) (eq-half-squared-error).

    >>> half_squared_error(np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]]))
    array([2.5])
    """
    o, y = expect_pair(o=o, y=y)
    return ((o - y) ** 2).sum(axis=0) / 2


@quiet
def mean_squared_error(o, y):
    """Return (1/K) Σ_k (o_k - y_k)² for each sample, shape (m,) (eq-mean-squared-error).

    >>> mean_squared_error(np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]]))
    array([2.5])
    """
    o, y = expect_pair(o=o, y=y)
    return ((o - y) ** 2).mean(axis=0)


@quiet
def binary_cross_entropy(o, y):
    """Return -Σ_k (y_k ln o_k + (1 - y_k) ln(1 - o_k)), 0 < o < 1, shape (m,) (eq-binary-cross-entropy).

    >>> binary_cross_entropy(np.array([[0.5]]), np.array([[1.0]])).round(6)
    array([0.693147])
    """
    o, y = expect_pair(o=o, y=y)
    _expect_open(o)
    return -(y * np.log(o) + (1 - y) * np.log1p(-o)).sum(axis=0)


@quiet
def binary_cross_entropy_from_logits(z, y):
    """Return the binary cross-entropy of o = σ(z), finite for every z, shape (m,) (eq-binary-cross-entropy).

    >>> binary_cross_entropy_from_logits(np.array([[-1e4]]), np.array([[1.0]]))
    array([10000.])
    """
    z, y = expect_pair(z=z, y=y)
    return (y * softplus(-z) + (1 - y) * softplus(z)).sum(axis=0)  # -ln σ(z) = softplus(-z)


@quiet
def cross_entropy(z, y):
    """Return -Σ_k y_k ln p_k with p = softmax(z), finite for every finite z, shape (m,) (eq-cross-entropy).

    >>> cross_entropy(np.array([[1e4], [0.0]]), np.array([[0.0], [1.0]]))
    array([10000.])
    """
    z, y = expect_pair(z=z, y=y)
    shifted = z - z.real.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    return -(y * log_p).sum(axis=0)


@quiet
def half_squared_error_gradient(o, y):
    """Return ∂ℓ/∂o = o - y, shape (K, m) (eq-half-squared-error-gradient).

    >>> half_squared_error_gradient(np.array([[1.0]]), np.array([[0.5]]))
    array([[0.5]])
    """
    o, y = expect_pair(o=o, y=y)
    return o - y


@quiet
def mean_squared_error_gradient(o, y):
    """Return ∂ℓ/∂o = (2/K)(o - y), shape (K, m) (eq-mean-squared-error-gradient).

    >>> mean_squared_error_gradient(np.array([[1.0]]), np.array([[0.5]]))
    array([[1.]])
    """
    o, y = expect_pair(o=o, y=y)
    return 2 * (o - y) / o.shape[0]


@quiet
def binary_cross_entropy_gradient(o, y):
    """Return ∂ℓ/∂o = (o - y) / (o(1 - o)), 0 < o < 1, shape (K, m) (eq-binary-cross-entropy-gradient).

    >>> binary_cross_entropy_gradient(np.array([[0.5]]), np.array([[1.0]]))
    array([[-2.]])
    """
    o, y = expect_pair(o=o, y=y)
    _expect_open(o)
    return (o - y) / (o * (1 - o))


@quiet
def cross_entropy_gradient(o, y):
    """Return ∂ℓ/∂p = -y/p, shape (K, m) (eq-cross-entropy-gradient).

    >>> cross_entropy_gradient(np.array([[0.5], [0.5]]), np.array([[1.0], [0.0]]))
    array([[-2.],
           [-0.]])
    """
    o, y = expect_pair(o=o, y=y)
    if (o.real <= 0).any():
        raise ValueError(f"o holds {o.real.min()}, but the cross-entropy needs probabilities above 0.")
    return -y / o


def _expect_open(o):
    outside = (o.real <= 0) | (o.real >= 1)
    if outside.any():
        raise ValueError(
            f"o holds {o.real[outside][0]}, but the binary cross-entropy needs 0 < o < 1. "
            "Where z is at hand, use binary_cross_entropy_from_logits: it is finite for every z."
        )


@quiet
def expect_shares(y):
    """Raise a ValueError unless the columns of `y` sum to 1, which the cross-entropy's δ = o - y rests on.

    >>> expect_shares(np.array([[1.0], [1.0]]))
    Traceback (most recent call last):
    ValueError: y has a column with sum 2.0, but for cross_entropy each should sum to 1 (eq-cross-entropy). \
Where several classes can be right at once, use sigmoid with binary_cross_entropy.
    """
    sums = y.sum(axis=0)
    off = np.abs(sums - 1) > 1e-3  # room for float32 and for rounded targets
    if off.any():
        raise ValueError(
            f"y has a column with sum {sums[off][0]}, but for cross_entropy each should sum to 1 "
            "(eq-cross-entropy). Where several classes can be right at once, use sigmoid with "
            "binary_cross_entropy."
        )


def expect_targets(y, loss):
    """Raise a ValueError unless the finite entries of `y` are what `loss` compares with.

    >>> expect_targets(np.array([[-1.0, 1.0]]), "binary_cross_entropy")
    Traceback (most recent call last):
    ValueError: y holds -1.0, but binary_cross_entropy needs targets from 0 to 1. \
Where the two classes are -1 and 1, take (y + 1) / 2.
    """
    if loss == "cross_entropy":
        expect_shares(y)
        hint = "Each column holds the shares of the classes. Where a sample has one class, that one has 1."
    elif loss == "binary_cross_entropy":
        hint = "Where the two classes are -1 and 1, take (y + 1) / 2."
    else:
        return
    outside = (y < 0) | (y > 1 + 1e-3)
    if outside.any():
        raise ValueError(f"y holds {y[outside][0]}, but {loss} needs targets from 0 to 1. {hint}")


class Loss(NamedTuple):
    """A loss as the course uses it: its ways to be computed, the outputs it suits, its canonical output.

    Parameters
    ----------
    value : callable or None
        ℓ of (o, y).
    gradient : callable
        ∂ℓ/∂o of (o, y).
    outputs : tuple of str
        The activation functions of the output layer that it goes with.
    canonical : str or None
        The output for which δ = o - y is exact.
    from_z : callable, optional
        ℓ of (z, y), finite where o rounds to 0 or 1.
    """

    value: Callable | None
    gradient: Callable
    outputs: tuple
    canonical: str | None
    from_z: Callable | None = None


REGRESSION_OUTPUTS = tuple(ACTIVATIONS)
LOSSES = {
    "half_squared_error": Loss(
        half_squared_error, half_squared_error_gradient, REGRESSION_OUTPUTS, "identity"
    ),
    "mean_squared_error": Loss(mean_squared_error, mean_squared_error_gradient, REGRESSION_OUTPUTS, None),
    "binary_cross_entropy": Loss(
        binary_cross_entropy,
        binary_cross_entropy_gradient,
        ("sigmoid",),
        "sigmoid",
        binary_cross_entropy_from_logits,
    ),
    "cross_entropy": Loss(None, cross_entropy_gradient, ("softmax",), "softmax", cross_entropy),
}


def loss_for(f, loss):
    """Return the `Loss` named `loss`, or raise a ValueError if the output `f` does not suit it.

    Parameters
    ----------
    f : str
        Name of the output layer's activation function.
    loss : str
        One of the keys of ``LOSSES``.

    Returns
    -------
    Loss

    Raises
    ------
    ValueError
        If there is no such loss or output, or if the loss makes no sense with that output.

    References
    ----------
    The table in the chapter *Losses and the error of the output layer*.

    Examples
    --------
    >>> loss_for("tanh", "cross_entropy")
    Traceback (most recent call last):
    ValueError: cross_entropy does not go with the output 'tanh'. It goes with: softmax.
    """
    entry = look_up(LOSSES, loss, "loss")
    look_up(ACTIVATIONS, f, "activation")
    if f not in entry.outputs:
        raise ValueError(
            f"{loss} does not go with the output {f!r}. It goes with: {', '.join(entry.outputs)}."
        )
    return entry


def delta_is_o_minus_y(f, loss):
    """Say whether δ^(L) = o - y is exact for the output `f` with the loss `loss`.

    Parameters
    ----------
    f, loss : str
        Names of the output's activation function and of the loss.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        As `loss_for`.

    References
    ----------
    Equation eq-delta-output in the chapter *Losses and the error of the output layer*.

    Examples
    --------
    >>> delta_is_o_minus_y("sigmoid", "binary_cross_entropy")
    True
    >>> delta_is_o_minus_y("sigmoid", "half_squared_error")
    False
    """
    return loss_for(f, loss).canonical == f


def sample_losses(z, y, f, loss):
    """Return ℓ of each sample from the output layer's pre-activation.

    Parameters
    ----------
    z, y : ndarray, shape (K, m)
        Pre-activation of the output layer, and target.
    f, loss : str
        Names of the output's activation function and of the loss.

    Returns
    -------
    ndarray, shape (m,)

    Raises
    ------
    ValueError
        As `loss_for`.

    References
    ----------
    Equations eq-half-squared-error to eq-cross-entropy in the chapter
    *Losses and the error of the output layer*.

    Examples
    --------
    >>> sample_losses(np.array([[2.0, 0.0]]), np.array([[0.0, 1.0]]), "identity", "half_squared_error")
    array([2. , 0.5])
    """
    value, from_z = loss_for(f, loss).value, loss_for(f, loss).from_z
    z, y = expect_pair(z=z, y=y)
    return from_z(z, y) if from_z else value(activation(f)(z), y)


@quiet
def batch_loss(losses):
    """Return the loss of the batch, the mean of ℓ over its samples.

    Parameters
    ----------
    losses : ndarray, shape (m,)

    Returns
    -------
    scalar

    References
    ----------
    Equation eq-batch-loss in the chapter *Losses and the error of the output layer*.

    Examples
    --------
    >>> batch_loss(np.array([1.0, 3.0]))
    np.float64(2.0)
    """
    losses = expect_filled("losses", losses, 1)
    return losses.mean()  # eq-batch-loss
