"""Where training starts: weights drawn at the scale that keeps a layer's values and errors alive."""

import numpy as np

from .activations import look_up


def xavier(n_out, n_in, rng):
    """Draw weights of variance 2 / (n_in + n_out), shape (n_out, n_in) (Glorot and Bengio 2010).

    >>> xavier(300, 100, np.random.default_rng(0)).var().round(4)
    np.float64(0.005)
    """
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_out, n_in))


def he(n_out, n_in, rng):
    """Draw weights of variance 2 / n_in, shape (n_out, n_in) (He et al. 2015).

    >>> he(300, 100, np.random.default_rng(0)).var().round(3)
    np.float64(0.02)
    """
    return rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))


def uniform01(n_out, n_in, rng):
    """Draw weights from U[0, 1), shape (n_out, n_in): all positive, a start to learn from and not to use.

    >>> uniform01(2, 3, np.random.default_rng(0)).min() >= 0
    np.True_
    """
    return rng.random((n_out, n_in))


def zeros(n_out, n_in, rng):
    """Return weights that are all zero, shape (n_out, n_in): the units of a layer then stay equal.

    >>> zeros(1, 2, None)
    array([[0., 0.]])
    """
    return np.zeros((n_out, n_in))


INITIALIZERS = {"zeros": zeros, "uniform01": uniform01, "xavier": xavier, "he": he}


def initialize(sizes, kind, rng, dtype=np.float64):
    """Draw the weights of a network and set its biases to zero.

    Parameters
    ----------
    sizes : sequence of int
        Units of layers ``0..L``.
    kind : str
        One of the keys of ``INITIALIZERS``.
    rng : numpy.random.Generator
    dtype : dtype
        float64 or float32.

    Returns
    -------
    W, b : dict of {int: ndarray}, shapes (n_l, n_{l-1}) and (n_l, 1)

    Raises
    ------
    ValueError
        If `kind` is unknown or a size is not positive.

    References
    ----------
    Glorot and Bengio (2010), He et al. (2015).

    Examples
    --------
    >>> W, b = initialize([2, 3, 1], "xavier", np.random.default_rng(0))
    >>> W[1].shape, b[2].shape
    ((3, 2), (1, 1))
    """
    draw = look_up(INITIALIZERS, kind, "initializer")
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes is {list(sizes)}, but should be two or more positive numbers of units.")
    layers = range(1, len(sizes))
    W = {l: draw(sizes[l], sizes[l - 1], rng).astype(dtype) for l in layers}
    b = {l: np.zeros((sizes[l], 1), dtype) for l in layers}
    return W, b
