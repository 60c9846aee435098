"""The independent witness: derivatives from function values alone, by differences and by complex step."""

import numpy as np


def central_difference(f, x, h=6e-6):
    r"""Approximate the derivative of f at x by central differences.

    Parameters
    ----------
    f : callable
        Takes an array like `x` and returns a scalar or an array.
    x : ndarray
        Real; it is not changed.
    h : float
        Step in units of x; the default, near the cube root of the rounding unit, balances
        the error of the formula, of order h², against rounding, of order 1/h.

    Returns
    -------
    ndarray, shape f(x).shape + x.shape
        :math:`(f(x + h e_i) - f(x - h e_i)) / 2h` for every entry i of x.

    References
    ----------
    Equation eq-central-difference in the chapter *The recursion*.

    Examples
    --------
    >>> central_difference(lambda x: (x**3).sum(), np.array([1.0, 2.0])).round(6)
    array([ 3., 12.])
    """
    return _by_entry(lambda step: (f(x + h * step) - f(x - h * step)) / (2 * h), x)  # eq-central-difference


def complex_step(f, x, h=1e-30):
    r"""Compute the derivative of f at x to rounding error, by a step along the imaginary axis.

    Parameters
    ----------
    f : callable
        Takes a complex array like `x`; it must be analytic there, so no ``abs`` and no ``max``
        of complex numbers.
    x : ndarray
        Real; it is not changed.
    h : float
        Step in units of x; nothing is subtracted, so it may be as small as one likes.

    Returns
    -------
    ndarray, shape f(x).shape + x.shape
        :math:`\operatorname{Im} f(x + i h e_j) / h` for every entry j of x.

    References
    ----------
    Equation eq-complex-step in the chapter *The recursion*; Squire and Trapp (1998).

    Examples
    --------
    >>> complex_step(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    return _by_entry(lambda step: np.imag(f(x + 1j * h * step)) / h, x)  # eq-complex-step


def _by_entry(difference, x):
    """Apply `difference` to the unit step of each entry of x; entries of x come last."""
    x = np.asarray(x)
    steps = np.eye(x.size).reshape(x.size, *x.shape)
    columns = [np.asarray(difference(step)) for step in steps]
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def numerical_gradients(loss_fn, W, b, method=central_difference):
    """Differentiate a network's loss by every weight and bias, without backpropagation.

    Parameters
    ----------
    loss_fn : callable
        Takes dicts like `W` and `b` and returns a scalar.
    W, b : dict of {int: ndarray}
        Parameters of layers ``1..L``; they are not changed.
    method : callable
        `central_difference` or `complex_step`.

    Returns
    -------
    dW, db : dict of {int: ndarray}, shaped like `W` and `b`

    References
    ----------
    Equations eq-central-difference and eq-complex-step in the chapter *The recursion*.

    Examples
    --------
    >>> W, b = {1: np.array([[2.0]])}, {1: np.array([[1.0]])}
    >>> numerical_gradients(lambda W, b: (3 * W[1] + b[1]).sum(), W, b, complex_step)
    ({1: array([[3.]])}, {1: array([[1.]])})
    """
    dW = {l: method(lambda w: loss_fn({**W, l: w}, b), W[l]) for l in W}
    db = {l: method(lambda v: loss_fn(W, {**b, l: v}), b[l]) for l in b}
    return dW, db


def relative_error(a, b):
    """Return ‖a - b‖ / (‖a‖ + ‖b‖), and 0 where both vanish.

    Parameters
    ----------
    a, b : ndarray
        Of the same shape.

    Returns
    -------
    float
        0 for equal arrays, 1 for opposite ones.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    Equation eq-relative-error in the chapter *The recursion*.

    Examples
    --------
    >>> relative_error(np.array([3.0]), np.array([1.0]))
    0.5
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"The arrays have shapes {np.shape(a)} and {np.shape(b)}, but should have the same.")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(np.subtract(a, b)) / size) if size else 0.0  # eq-relative-error
