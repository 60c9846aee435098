"""Where training starts: weights drawn at the scale that keeps a layer's values and errors alive."""

import numpy as np

from .activations import look_up
from .shapes import LARGEST_COUNT, NO_NUMBERS, expect_count, expect_rng, shown


def zeros(n_out, n_in, rng):
    """Return weights that are all zero, shape (n_out, n_in): the units of a layer then stay equal.

    >>> zeros(1, 2, None)
    array([[0., 0.]])
    """
    return np.zeros((expect_count("n_out", n_out), expect_count("n_in", n_in)))


def uniform01(n_out, n_in, rng):
    """Draw weights from U[0, 1), shape (n_out, n_in): all positive, a start to learn from and not to use.

    >>> uniform01(2, 3, np.random.default_rng(0)).min() >= 0
    np.True_
    """
    shape = _shape(n_out, n_in, rng)
    return rng.random(shape)


def uniform(n_out, n_in, rng):
    """Draw weights from U[-1/√n_in, 1/√n_in), shape (n_out, n_in) (eq-uniform-weights).

    Glorot and Bengio (2010) name it, as their equation 1, the usual start before theirs.

    >>> uniform(300, 100, np.random.default_rng(0)).max().round(3)
    np.float64(0.1)
    """
    shape = _shape(n_out, n_in, rng)
    return rng.uniform(-1 / np.sqrt(n_in), 1 / np.sqrt(n_in), shape)  # eq-uniform-weights


def xavier(n_out, n_in, rng):
    """Draw normal weights of variance 2 / (n_in + n_out), shape (n_out, n_in) (eq-xavier).

    Glorot and Bengio (2010), equation 12: a compromise between the way forward and the way back.

    >>> xavier(300, 100, np.random.default_rng(0)).var().round(4)
    np.float64(0.005)
    """
    shape = _shape(n_out, n_in, rng)
    return rng.normal(0, np.sqrt(2 / (n_in + n_out)), shape)  # eq-xavier


def he(n_out, n_in, rng):
    """Draw normal weights of variance 2 / n_in, shape (n_out, n_in), for relu (eq-he).

    He et al. (2015): relu sets half of the values to zero, and the factor 2 makes up for it.

    >>> he(300, 100, np.random.default_rng(0)).var().round(3)
    np.float64(0.02)
    """
    shape = _shape(n_out, n_in, rng)
    return rng.normal(0, np.sqrt(2 / n_in), shape)  # eq-he


def orthogonal(n_out, n_in, rng):
    """Draw weights with orthonormal columns, or rows where n_out < n_in, shape (n_out, n_in) (eq-orthogonal).

    Saxe et al. (2014). The signs follow Mezzadri (2007), so that every such matrix is as likely as any other.

    >>> W = orthogonal(2, 3, np.random.default_rng(0))
    >>> np.allclose(W @ W.T, np.eye(2))
    True
    """
    shape = _shape(n_out, n_in, rng)
    Q, R = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    Q = Q * np.copysign(1, np.diag(R))  # QR alone leaves the signs to the algorithm
    return Q if n_out >= n_in else Q.T.copy()  # eq-orthogonal


INITIALIZERS = {
    "zeros": zeros,
    "uniform01": uniform01,
    "uniform": uniform,
    "xavier": xavier,
    "he": he,
    "orthogonal": orthogonal,
}


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
        If `kind` is unknown or `sizes` is not two or more positive whole numbers.
    TypeError
        If `rng` is no generator, or `dtype` neither float64 nor float32.

    References
    ----------
    Equations eq-uniform-weights, eq-xavier, eq-he and eq-orthogonal in the chapter *Initialisation*.

    Examples
    --------
    >>> W, b = initialize([2, 3, 1], "xavier", np.random.default_rng(0))
    >>> W[1].shape, b[2].shape
    ((3, 2), (1, 1))
    """
    draw = look_up(INITIALIZERS, kind, "initializer")
    _check_network(sizes, dtype)
    expect_rng("rng", rng)
    layers = range(1, len(sizes))
    W = {l: draw(sizes[l], sizes[l - 1], rng).astype(dtype) for l in layers}
    b = {l: np.zeros((sizes[l], 1), dtype) for l in layers}
    return W, b


def _shape(n_out, n_in, rng):
    """Return (n_out, n_in), or raise unless both are counts and `rng` is a generator."""
    expect_rng("rng", rng)
    return expect_count("n_out", n_out), expect_count("n_in", n_in)


def _check_network(sizes, dtype):
    """Raise unless `sizes` are those of a network and `dtype` is a floating-point type of the course."""
    listed = isinstance(sizes, (list, tuple, range, np.ndarray)) and getattr(sizes, "ndim", 1) == 1
    if not listed or len(sizes) < 2 or not all(_is_size(n) for n in sizes):
        raise ValueError(
            f"sizes is {shown(sizes)}, but should be two or more positive whole numbers of units."
        )
    if isinstance(dtype, np.ndarray) or dtype not in (np.float64, np.float32, "float64", "float32"):
        raise TypeError(f"dtype is {shown(dtype)}, but should be float64 or float32.")


def _is_size(n):
    return isinstance(n, (int, np.integer)) and not isinstance(n, NO_NUMBERS) and 0 < n <= LARGEST_COUNT
