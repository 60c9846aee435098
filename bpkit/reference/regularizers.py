"""What keeps training in bounds: a penalty on large weights, dropout, and a limit to a gradient's length."""

import numpy as np

from .shapes import expect_filled, expect_layers, expect_number, expect_rng, expect_shape, quiet


@quiet
def l2_penalty(W, lam):
    r"""Return half of `lam` times the sum of all squared weights, to be added to the loss.

    Parameters
    ----------
    W : dict of {int: ndarray}
        Weights of layers ``1..L``; biases are not penalized.
    lam : float
        At least 0.

    Returns
    -------
    scalar
        :math:`\frac\lambda2 \sum_l \lVert W^{(l)} \rVert^2`.

    Raises
    ------
    TypeError, ValueError
        If `W` is no dict of arrays, or `lam` no number of at least 0.

    References
    ----------
    Equation eq-weight-penalty in the chapter *Generalisation*.

    Examples
    --------
    >>> l2_penalty({1: np.array([[3.0, 4.0]]), 2: np.array([[1.0]])}, 0.1)
    np.float64(1.3)
    """
    W, lam = _weights(W), expect_number("lam", lam, 0)
    return lam / 2 * sum((w**2).sum() for w in W.values())  # eq-weight-penalty


@quiet
def l2_gradients(W, lam):
    r"""Return the gradient of `l2_penalty`, to be added to the gradient of the weights.

    Parameters
    ----------
    W, lam
        As `l2_penalty`.

    Returns
    -------
    dict of {int: ndarray}, shaped like `W`
        :math:`\lambda W^{(l)}`.

    Raises
    ------
    TypeError, ValueError
        As `l2_penalty`.

    References
    ----------
    Equation eq-weight-penalty-gradient in the chapter *Generalisation*.

    Examples
    --------
    >>> l2_gradients({1: np.array([[3.0, 4.0]])}, 0.5)
    {1: array([[1.5, 2. ]])}
    """
    W, lam = _weights(W), expect_number("lam", lam, 0)
    return {l: lam * w for l, w in W.items()}  # eq-weight-penalty-gradient


@quiet
def dropout_forward(a, p, rng):
    r"""Set each entry to zero with probability `p` and scale the others, so that the mean stays the same.

    This is for training; afterwards `a` is used as it is.

    Parameters
    ----------
    a : ndarray
        Activations, of any shape.
    p : float
        Probability of dropping an entry, from 0 to below 1.
    rng : numpy.random.Generator

    Returns
    -------
    out : ndarray, shaped like `a`
        :math:`\text{mask} \odot a / (1 - p)`.
    mask : ndarray of bool, shaped like `a`
        True where an entry is kept.

    Raises
    ------
    TypeError, ValueError
        If `a` is no array of numbers or is empty, `p` is out of its range, or `rng` is no generator.

    References
    ----------
    Equation eq-dropout-forward in the chapter *Generalisation*; Srivastava et al. (2014).

    Examples
    --------
    >>> dropout_forward(np.array([[1.0, 2.0, 3.0]]), 0.5, np.random.default_rng(1))
    (array([[2., 4., 0.]]), array([[ True,  True, False]]))
    """
    a, p, rng = expect_filled("a", a), _expect_p(p), expect_rng("rng", rng)
    mask = rng.random(a.shape) >= p
    return mask * a / (1 - p), mask  # eq-dropout-forward


@quiet
def dropout_backward(da, mask, p):
    r"""Send the gradient back through the entries that were kept.

    Parameters
    ----------
    da : ndarray
        Gradient by the output of `dropout_forward`.
    mask : ndarray, shaped like `da`
        What `dropout_forward` returned; 0 and 1 serve as well.
    p : float
        As `dropout_forward`.

    Returns
    -------
    ndarray, shaped like `da`
        :math:`\text{mask} \odot da / (1 - p)`.

    Raises
    ------
    TypeError, ValueError
        If `da` is no array of numbers, `mask` is no mask of its shape, or `p` is out of its range.

    References
    ----------
    Equation eq-dropout-backward in the chapter *Generalisation*.

    Examples
    --------
    >>> dropout_backward(np.array([[1.0, 1.0]]), np.array([[True, False]]), 0.75)
    array([[4., 0.]])
    """
    da, p = expect_filled("da", da), _expect_p(p)
    mask = _expect_mask(mask, da.shape)
    return mask * da / (1 - p)  # eq-dropout-backward


@quiet
def clip_by_norm(g, c):
    r"""Shorten a gradient that is longer than `c`, without turning it.

    Parameters
    ----------
    g : ndarray
        One gradient, of any shape; all gradients of a network if they are laid into one array.
    c : float
        The greatest length, above 0.

    Returns
    -------
    ndarray, shaped like `g`
        :math:`g \cdot \min(1, c / \lVert g \rVert)`. A gradient of zeros stays, and so does one with an entry
        that is infinite or NaN, for no factor repairs it.

    Raises
    ------
    TypeError, ValueError
        If `g` is no array of numbers, or `c` no number above 0.

    References
    ----------
    Equation eq-clip-by-norm in the chapter *The learning rate*; Pascanu et al. (2013).

    Examples
    --------
    >>> clip_by_norm(np.array([3.0, 4.0]), 1.0), clip_by_norm(np.array([3.0, 4.0]), 10.0)
    (array([0.6, 0.8]), array([3., 4.]))
    """
    g, c = expect_filled("g", g), expect_number("c", c, 0, closed=False)
    largest = np.abs(g).max()
    unit = g / (largest or 1)  # its squares do not overflow, those of g may
    norm = np.linalg.norm(unit)
    return unit * (c / norm) if largest * norm > c else g.copy()  # eq-clip-by-norm


def _weights(W):
    """Return `W` with floating-point arrays, or raise unless it is a dict of one array or more."""
    return {l: expect_filled(f"W[{l}]", w) for l, w in expect_layers("W", W, W).items()}


def _expect_p(p):
    if expect_number("p", p, 0, 1) == 1:
        raise ValueError("p is 1, but should be below 1: what is kept is divided by 1 - p.")
    return float(p)


def _expect_mask(mask, shape):
    """Return `mask` as bool, or raise unless it is an array of that shape whose entries are 0 and 1."""
    wanted = "but should be the array of True and False that dropout_forward returned."
    if not isinstance(mask, np.ndarray):
        raise TypeError(f"mask is of type {type(mask).__name__}, {wanted}")
    expect_shape("mask", mask, shape)
    if not np.isin(mask, (0, 1)).all():
        raise ValueError(f"mask holds other values than 0 and 1, {wanted}")
    return mask.astype(bool)
