"""Layers that see sequences: recurrence through time, embedding of symbols, attention between positions."""

import math

import numpy as np

from .activations import softmax
from .shapes import expect_count, expect_filled, expect_shape, expect_shaped, quiet


@quiet
def rnn_forward(x, Wx, Wh, b, h0):
    """Run a tanh recurrence over a batch of sequences and keep every state.

    Parameters
    ----------
    x : ndarray, shape (T, n, m)
        T steps; at each, one sample per column.
    Wx, Wh : ndarray, shapes (k, n) and (k, k)
        Weights from the input and from the state before.
    b : ndarray, shape (k, 1)
    h0 : ndarray, shape (k, m)
        The state before the first step.

    Returns
    -------
    ndarray, shape (T, k, m)

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or there is no step.

    References
    ----------
    Equation eq-recurrence in the chapter *Formulas of layers*.

    Examples
    --------
    >>> one, x = np.ones((1, 1)), np.array([[[1.0]], [[0.0]]])
    >>> rnn_forward(x, one, 2 * one, 0 * one, 0 * one).ravel().round(4)
    array([0.7616, 0.9093])
    """
    x, Wx, Wh, h0 = _recurrence(x, Wx, Wh, h0)
    b = expect_shaped("b", b, (len(Wh), 1))
    h = [h0]
    for x_t in x:
        h.append(np.tanh(Wx @ x_t + Wh @ h[-1] + b))  # eq-recurrence
    return np.stack(h[1:])


@quiet
def rnn_delta(dh, h, Wh):
    r"""Send the error back through time, from the last step to the first.

    Parameters
    ----------
    dh : ndarray, shape (T, k, m)
        Gradient that reaches each state from outside the recurrence: at every step, or zero where
        there is none.
    h : ndarray, shape (T, k, m)
        What `rnn_forward` returned.
    Wh : ndarray, shape (k, k)

    Returns
    -------
    ndarray, shape (T, k, m)
        :math:`\delta_t`, the gradient with respect to what tanh was taken of at step t.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or there is no step.

    References
    ----------
    Equation eq-recurrence-delta in the chapter *Formulas of layers*.

    Examples
    --------
    >>> rnn_delta(np.array([[[0.0]], [[1.0]]]), np.zeros((2, 1, 1)), np.array([[0.5]])).ravel()
    array([0.5, 1. ])
    """
    h = expect_filled("h", h, 3)
    dh, Wh = expect_shaped("dh", dh, h.shape), expect_shaped("Wh", Wh, (h.shape[1], h.shape[1]))
    delta = np.zeros((len(h) + 1, *h.shape[1:]), np.result_type(dh, h, Wh))  # after the last step, zero
    for t in reversed(range(len(h))):
        delta[t] = (dh[t] + Wh.T @ delta[t + 1]) * (1 - h[t] ** 2)  # eq-recurrence-delta
    return delta[:-1]


@quiet
def rnn_backward(dh, x, h, Wx, Wh, h0):
    """Return the gradients of a recurrence's weights and biases (backpropagation through time).

    Parameters
    ----------
    dh, h
        As `rnn_delta`.
    x, Wx, Wh, h0
        As `rnn_forward`.

    Returns
    -------
    dWx, dWh, db : ndarray, shapes (k, n), (k, k) and (k, 1)
        Sums over the steps and over the batch.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or there is no step.

    References
    ----------
    Equations eq-recurrence-delta, eq-recurrence-input-weights, eq-recurrence-state-weights and
    eq-recurrence-biases in the chapter *Formulas of layers*.

    Examples
    --------
    >>> one, x = np.ones((1, 1)), np.array([[[1.0]], [[3.0]]])
    >>> rnn_backward(np.ones((2, 1, 1)), x, np.zeros((2, 1, 1)), one, 0.5 * one, 4 * one)
    (array([[4.5]]), array([[6.]]), array([[2.5]]))
    """
    x, Wx, Wh, h0 = _recurrence(x, Wx, Wh, h0)
    h = expect_shaped("h", h, (len(x), *h0.shape))
    delta, before = rnn_delta(dh, h, Wh), np.concatenate([h0[None], h[:-1]])
    dWx = np.einsum("tkm,tnm->kn", delta, x)  # eq-recurrence-input-weights
    dWh = np.einsum("tkm,tjm->kj", delta, before)  # eq-recurrence-state-weights
    db = delta.sum(axis=(0, 2))[:, None]  # eq-recurrence-biases
    return dWx, dWh, db


@quiet
def rnn_input_gradients(dh, h, Wx, Wh):
    """Return the gradients of what goes into a recurrence: its inputs and its first state.

    Parameters
    ----------
    dh, h, Wh
        As `rnn_delta`.
    Wx : ndarray, shape (k, n)

    Returns
    -------
    dx : ndarray, shape (T, n, m)
    dh0 : ndarray, shape (k, m)

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or there is no step.

    References
    ----------
    Equations eq-recurrence-input-gradient and eq-recurrence-start-gradient
    in the chapter *Formulas of layers*.

    Examples
    --------
    >>> one, h = np.ones((1, 1)), np.zeros((1, 1, 1))
    >>> rnn_input_gradients(np.ones((1, 1, 1)), h, 2 * one, 3 * one)
    (array([[[2.]]]), array([[3.]]))
    """
    delta, Wx = rnn_delta(dh, h, Wh), expect_filled("Wx", Wx, 2)
    expect_shape("Wx", Wx, (delta.shape[1], Wx.shape[1]))
    dx = Wx.T @ delta  # eq-recurrence-input-gradient
    dh0 = Wh.T @ delta[0]  # eq-recurrence-start-gradient
    return dx, dh0


def _recurrence(x, Wx, Wh, h0):
    x, Wx, h0 = expect_filled("x", x, 3), expect_filled("Wx", Wx, 2), expect_filled("h0", h0, 2)
    k, (_, n, m) = len(Wx), x.shape
    expect_shape("Wx", Wx, (k, n))
    expect_shape("h0", h0, (k, m))
    return x, Wx, expect_shaped("Wh", Wh, (k, k)), h0


def embedding_forward(E, ids):
    """Return the column of a table for every symbol.

    Parameters
    ----------
    E : ndarray, shape (d, n)
        One column of d numbers for each of the n symbols of the vocabulary.
    ids : ndarray of int, shape (m,)
        The symbols' numbers, from 0 to n - 1.

    Returns
    -------
    ndarray, shape (d, m)

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or a symbol is not in the vocabulary.

    References
    ----------
    Equation eq-embedding in the chapter *Formulas of layers*.

    Examples
    --------
    >>> embedding_forward(np.array([[1.0, 2.0, 3.0]]), np.array([2, 0, 2]))
    array([[3., 1., 3.]])
    """
    E = expect_filled("E", E, 2)
    return E[:, _symbols(ids, E.shape[1])]  # eq-embedding


@quiet
def embedding_backward(dy, ids, n):
    """Return the gradient of the table: what arrives at a symbol's columns adds up.

    Parameters
    ----------
    dy : ndarray, shape (d, m)
        Gradient with respect to what `embedding_forward` returned.
    ids : ndarray of int, shape (m,)
    n : int
        Size of the vocabulary.

    Returns
    -------
    ndarray, shape (d, n)

    Raises
    ------
    TypeError, ValueError
        As `embedding_forward`, or if `dy` has not one column for each symbol.

    References
    ----------
    Equation eq-embedding-gradient in the chapter *Formulas of layers*.

    Examples
    --------
    >>> embedding_backward(np.array([[1.0, 5.0, 2.0]]), np.array([2, 0, 2]), 3)
    array([[5., 0., 3.]])
    """
    n, dy = expect_count("n", n), expect_filled("dy", dy, 2)
    ids = _symbols(ids, n)
    expect_shape("dy", dy, (len(dy), len(ids)))
    dE = np.zeros((len(dy), n), dy.dtype)
    np.add.at(dE, (slice(None), ids), dy)  # eq-embedding-gradient
    return dE


def _symbols(ids, n):
    """Return ids, or raise unless they are numbers of symbols in a vocabulary of n."""
    if not isinstance(ids, np.ndarray) or ids.dtype.kind not in "iu":
        kind = f"array of {ids.dtype}" if isinstance(ids, np.ndarray) else type(ids).__name__
        raise TypeError(f"ids is of type {kind}, but should be a numpy array of whole numbers.")
    if ids.ndim != 1 or not ids.size:
        raise ValueError(f"ids has shape {ids.shape}, but should have shape (m,) with m at least 1.")
    outside = ids[(ids < 0) | (ids >= n)]
    if outside.size:
        raise ValueError(f"ids holds {outside[0]}, but should hold numbers of symbols, from 0 to {n - 1}.")
    return ids


@quiet
def attention_forward(q, k, v):
    """Return, for every query, the mean of the values weighted by how well their keys match it.

    Parameters
    ----------
    q : ndarray, shape (p, d)
        Queries; positions are **rows** here.
    k : ndarray, shape (s, d)
        Keys.
    v : ndarray, shape (s, e)
        Values.

    Returns
    -------
    ndarray, shape (p, e)

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or there is no position.

    References
    ----------
    Equations eq-attention-weights and eq-attention in the chapter *Formulas of layers*.

    Examples
    --------
    >>> attention_forward(np.zeros((1, 2)), np.ones((2, 2)), np.array([[1.0], [4.0]]))
    array([[2.5]])
    """
    q, k, v = _positions(q, k, v)
    return _attention_weights(q, k) @ v  # eq-attention


@quiet
def attention_backward(dy, q, k, v):
    """Send the gradient back through attention.

    Parameters
    ----------
    dy : ndarray, shape (p, e)
        Gradient with respect to what `attention_forward` returned.
    q, k, v
        As `attention_forward`.

    Returns
    -------
    dq, dk, dv : ndarray, shapes (p, d), (s, d) and (s, e)

    Raises
    ------
    TypeError, ValueError
        As `attention_forward`, or if `dy` has another shape than its output.

    References
    ----------
    Equations eq-attention-value-gradient, eq-attention-score-gradient, eq-attention-query-gradient and
    eq-attention-key-gradient in the chapter *Formulas of layers*.

    Examples
    --------
    >>> q, k, v = np.zeros((1, 1)), np.array([[1.0], [3.0]]), np.array([[1.0], [5.0]])
    >>> attention_backward(np.array([[1.0]]), q, k, v)
    (array([[2.]]), array([[0.],
           [0.]]), array([[0.5],
           [0.5]]))
    """
    q, k, v = _positions(q, k, v)
    dy, root_d = expect_shaped("dy", dy, (len(q), v.shape[1])), math.sqrt(q.shape[1])
    A, dA = _attention_weights(q, k), dy @ v.T
    dv = A.T @ dy  # eq-attention-value-gradient
    dS = A * (dA - (A * dA).sum(axis=1, keepdims=True))  # eq-attention-score-gradient
    dq = dS @ k / root_d  # eq-attention-query-gradient
    dk = dS.T @ q / root_d  # eq-attention-key-gradient
    return dq, dk, dv


def _attention_weights(q, k):
    """Return softmax over the keys: `softmax` takes columns, so the scores are transposed for it."""
    return softmax((q @ k.T / math.sqrt(q.shape[1])).T).T  # eq-attention-weights


def _positions(q, k, v):
    q, k, v = expect_filled("q", q, 2), expect_filled("k", k, 2), expect_filled("v", v, 2)
    expect_shape("k", k, (len(k), q.shape[1]))
    expect_shape("v", v, (len(k), v.shape[1]))
    return q, k, v
