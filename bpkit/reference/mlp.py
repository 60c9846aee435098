"""The multilayer perceptron, forward and backward, as the chapters derive it."""

import numpy as np

from .activations import activation, derivative
from .losses import batch_loss, delta_is_o_minus_y, expect_shares, loss_for, sample_losses
from .shapes import (
    check_pass,
    check_shapes,
    expect_filled,
    expect_function,
    expect_pair,
    expect_shape,
    expect_shaped,
    quiet,
)


@quiet
def forward(W, b, x, f):
    r"""Run the network on a batch and keep every layer's values.

    Parameters
    ----------
    W : dict of {int: ndarray}, shape (n_l, n_{l-1})
        Weights of layers ``1..L``.
    b : dict of {int: ndarray}, shape (n_l, 1)
        Biases of layers ``1..L``.
    x : ndarray, shape (n_0, m)
        Input, one sample per column.
    f : dict of {int: str}
        Name of each layer's activation function.

    Returns
    -------
    z, a : dict of {int: ndarray}, shape (n_l, m)
        Pre-activations of layers ``1..L`` and activations of layers ``0..L``.

    Raises
    ------
    TypeError, ValueError
        If `W`, `b`, `x` and `f` do not describe one network and a batch for it, or a name is unknown.

    References
    ----------
    Equations eq-preactivation and eq-activation in the chapter *Forward pass*.

    Examples
    --------
    >>> W, b = {1: np.array([[1.0, -1.0]])}, {1: np.array([[0.0]])}
    >>> z, a = forward(W, b, np.array([[2.0], [2.0]]), {1: "sigmoid"})
    >>> a[1]
    array([[0.5]])
    """
    W, b, x = check_shapes(W, b, x, f)
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = W[l] @ a[l - 1] + b[l]  # eq-preactivation
        a[l] = activation(f[l])(z[l])  # eq-activation
    return z, a


@quiet
def output_delta(z, y, f, loss):
    r"""Return the error of the output layer, one column per sample.

    Parameters
    ----------
    z, y : ndarray, shape (K, m)
        Pre-activation of the output layer, and target.
    f, loss : str
        Names of the output's activation function and of the loss.

    Returns
    -------
    ndarray, shape (K, m)
        :math:`\delta^{(L)} = \partial\ell/\partial z^{(L)}`, not divided by m.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, a name is unknown, the loss does not go with the output,
        or a column of y does not sum to 1 where the loss is the cross-entropy.

    References
    ----------
    Equations eq-delta-output, eq-delta-output-softmax and eq-delta-output-general
    in the chapter *Losses and the error of the output layer*.

    Examples
    --------
    >>> output_delta(np.array([[0.0]]), np.array([[1.0]]), "sigmoid", "binary_cross_entropy")
    array([[-0.5]])
    >>> output_delta(np.array([[0.0]]), np.array([[1.0]]), "sigmoid", "half_squared_error")
    array([[-0.125]])
    """
    dl_do = loss_for(f, loss).gradient
    z, y = expect_pair(z=z, y=y)
    if loss == "cross_entropy":
        expect_shares(y)
    o = activation(f)(z)
    if delta_is_o_minus_y(f, loss):
        return o - y  # eq-delta-output
    if f == "softmax":
        return o * (dl_do(o, y) - np.sum(o * dl_do(o, y), axis=0))  # eq-delta-output-softmax
    return dl_do(o, y) * derivative(f)(z)  # eq-delta-output-general


@quiet
def hidden_delta(W_next, delta_next, z, f_prime):
    r"""Return the error of a hidden layer from the error of the layer after it.

    Parameters
    ----------
    W_next : ndarray, shape (n_{l+1}, n_l)
        Weights out of this layer, into the next.
    delta_next : ndarray, shape (n_{l+1}, m)
        Error of the next layer.
    z : ndarray, shape (n_l, m)
        Pre-activation of this layer.
    f_prime : callable
        Derivative of this layer's activation function, a function of z.

    Returns
    -------
    ndarray, shape (n_l, m)
        :math:`\delta^{(l)} = (W^{(l+1)})^{\mathsf T}\delta^{(l+1)} \odot f'(z^{(l)})`.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not chain, or `f_prime` does not return an array like z.

    References
    ----------
    Equation eq-delta-hidden in the chapter *The recursion*.

    Examples
    --------
    >>> hidden_delta(np.array([[2.0, 4.0]]), np.array([[1.0]]), np.zeros((2, 1)), derivative("sigmoid"))
    array([[0.5],
           [1. ]])
    """
    W_next, z = expect_filled("W_next", W_next, 2), expect_filled("z", z, 2)
    expect_shape("z", z, (W_next.shape[1], z.shape[1]))
    delta_next = expect_shaped("delta_next", delta_next, (len(W_next), z.shape[1]))
    f_prime_z = expect_shaped("f_prime(z)", expect_function("f_prime", f_prime)(z), z.shape)
    return (W_next.T @ delta_next) * f_prime_z  # eq-delta-hidden


@quiet
def layer_gradients(delta, a_prev):
    r"""Return the gradients of one layer's weights and biases, means over the batch.

    Parameters
    ----------
    delta : ndarray, shape (n_l, m)
        Error of the layer, one column per sample.
    a_prev : ndarray, shape (n_{l-1}, m)
        Activation of the layer before it.

    Returns
    -------
    dW : ndarray, shape (n_l, n_{l-1})
    db : ndarray, shape (n_l, 1)

    Raises
    ------
    TypeError, ValueError
        If the arguments are not two matrices with one column per sample.

    References
    ----------
    Equations eq-grad-weights and eq-grad-biases in the chapter *The recursion*.

    Examples
    --------
    >>> layer_gradients(np.array([[1.0, 3.0]]), np.array([[1.0, 1.0], [0.0, 2.0]]))
    (array([[2., 3.]]), array([[2.]]))
    """
    delta, a_prev = expect_filled("delta", delta, 2), expect_filled("a_prev", a_prev, 2)
    m = delta.shape[1]
    expect_shape("a_prev", a_prev, (len(a_prev), m))
    dW = delta @ a_prev.T / m  # eq-grad-weights
    db = delta.sum(axis=1, keepdims=True) / m  # eq-grad-biases
    return dW, db


def backward(W, z, a, y, f, loss):
    r"""Send the error back through the network and return every layer's gradients.

    Parameters
    ----------
    W : dict of {int: ndarray}, shape (n_l, n_{l-1})
        Weights of layers ``1..L``.
    z, a : dict of {int: ndarray}, shape (n_l, m)
        What `forward` returned.
    y : ndarray, shape (n_L, m)
        Target.
    f : dict of {int: str}
        Name of each layer's activation function.
    loss : str
        Name of the loss.

    Returns
    -------
    dW, db : dict of {int: ndarray}, shapes (n_l, n_{l-1}) and (n_l, 1)
        Gradients of the batch's mean loss.
    delta : dict of {int: ndarray}, shape (n_l, m)
        Errors of layers ``1..L``, one column per sample.

    Raises
    ------
    TypeError, ValueError
        If `z` and `a` do not fit `W`; and as `output_delta`.

    References
    ----------
    Equation eq-delta-output-general in the chapter *Losses and the error of the output layer*;
    equations eq-delta-hidden, eq-grad-weights and eq-grad-biases in the chapter *The recursion*.

    Examples
    --------
    >>> W, b, f = {1: np.array([[2.0]])}, {1: np.array([[1.0]])}, {1: "identity"}
    >>> z, a = forward(W, b, np.array([[3.0]]), f)
    >>> backward(W, z, a, np.array([[5.0]]), f, "half_squared_error")
    ({1: array([[6.]])}, {1: array([[2.]])}, {1: array([[2.]])})
    """
    W, z, a = check_pass(W, z, a, f)
    L = len(W)
    delta = {L: output_delta(z[L], y, f[L], loss)}  # eq-delta-output-general
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))  # eq-delta-hidden
    gradients = {l: layer_gradients(delta[l], a[l - 1]) for l in delta}
    dW = {l: gradients[l][0] for l in delta}  # eq-grad-weights
    db = {l: gradients[l][1] for l in delta}  # eq-grad-biases
    return dW, db, delta


def loss_and_gradients(W, b, x, y, f, loss):
    """Run the network forward and backward on a batch.

    Parameters
    ----------
    W, b, x, f
        As `forward`.
    y, loss
        As `backward`.

    Returns
    -------
    loss : scalar
        Mean over the batch.
    dW, db : dict of {int: ndarray}, shapes (n_l, n_{l-1}) and (n_l, 1)

    Raises
    ------
    TypeError, ValueError
        As `forward` and `backward`.

    References
    ----------
    Equation eq-batch-loss in the chapter *Losses and the error of the output layer*.

    Examples
    --------
    >>> W, b, f = {1: np.array([[2.0]])}, {1: np.array([[1.0]])}, {1: "identity"}
    >>> x, y = np.array([[3.0]]), np.array([[5.0]])
    >>> loss_and_gradients(W, b, x, y, f, "half_squared_error")
    (np.float64(2.0), {1: array([[6.]])}, {1: array([[2.]])})
    """
    z, a = forward(W, b, x, f)
    L = len(z)
    dW, db, _ = backward(W, z, a, y, f, loss)
    return batch_loss(sample_losses(z[L], y, f[L], loss)), dW, db  # eq-batch-loss
