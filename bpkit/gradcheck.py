"""The independent witness: derivatives from function values alone, by differences and by complex step."""

import math
import numbers
import sys

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

    Raises
    ------
    TypeError, ValueError
        If x does not hold real numbers, h is not positive, or f does not return numbers of one shape.

    References
    ----------
    Equation eq-central-difference in the chapter *Derivatives and the chain rule*.

    Examples
    --------
    >>> central_difference(lambda x: (x**3).sum(), np.array([1.0, 2.0])).round(6)
    array([ 3., 12.])
    """
    f, x, h = _numbers_from(f), _real("x", x), _positive("h", h)

    def quotient(step):
        above, below = f(x + h * step), f(x - h * step)
        with np.errstate(all="ignore"):  # inf - inf is NaN, as it should be
            return (above - below) / (2 * h)  # eq-central-difference

    return _by_entry(quotient, x)


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

    Raises
    ------
    TypeError, ValueError
        As `central_difference`.

    References
    ----------
    Equation eq-complex-step in the chapter *The recursion*; Squire and Trapp (1998).

    Examples
    --------
    >>> complex_step(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    f, x, h = _numbers_from(f), _real("x", x), _positive("h", h)

    def quotient(step):
        value = f(x + 1j * h * step)
        with np.errstate(all="ignore"):  # what is too large is inf
            return np.imag(value) / h  # eq-complex-step

    return _by_entry(quotient, x)


def _by_entry(quotient, x):
    """Apply `quotient` to the unit step of each entry of x; entries of x come last."""
    steps = np.eye(x.size).reshape(x.size, *x.shape)
    columns = [np.asarray(quotient(step)) for step in steps]
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def _numbers(name, value):
    """Return `value` as an array, or raise unless it is a number or an array of numbers."""
    if not isinstance(value, (np.ndarray, numbers.Number)) or isinstance(value, bool):
        kind = type(value).__name__
        raise TypeError(f"{name} is of type {kind}, but should be a number or an array of numbers.")
    array = np.asarray(value)
    if array.dtype.kind not in "iufc":
        raise TypeError(f"{name} has dtype {array.dtype}, but should hold numbers.")
    if not array.size:
        raise ValueError(f"{name} has shape {array.shape}, but should hold at least one number.")
    return array.astype(float) if array.dtype.kind in "iu" else array


def _real(name, value):
    if np.iscomplexobj(x := _numbers(name, value)):
        raise TypeError(f"{name} is complex, but should be real: the step goes from there.")
    return x


def _positive(name, value):
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name} is of type {type(value).__name__}, but should be a number.")
    if not 0 < value < math.inf or isinstance(value, int) and value > sys.float_info.max:
        raise ValueError(f"{name} is {value}, but should be a positive number.")
    return float(value)


def _function(name, value):
    if not callable(value):
        raise TypeError(f"{name} is of type {type(value).__name__}, but should be a function.")
    return value


def _numbers_from(f):
    """Return f with a check of what it returns: numbers, and always of one shape."""
    shapes = set()
    _function("f", f)

    def checked(x):
        value = _numbers("f(x)", f(x))
        shapes.add(value.shape)
        if len(shapes) > 1:
            raise ValueError(
                f"f(x) has the shapes {sorted(shapes)} in turn, but should always have the same."
            )
        return value

    return checked


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

    Raises
    ------
    TypeError, ValueError
        If W or b is not a dict of arrays, or `loss_fn` does not return one number.

    References
    ----------
    Equation eq-central-difference in the chapter *Derivatives and the chain rule*;
    equation eq-complex-step in the chapter *The recursion*.

    Examples
    --------
    >>> W, b = {1: np.array([[2.0]])}, {1: np.array([[1.0]])}
    >>> numerical_gradients(lambda W, b: (3 * W[1] + b[1]).sum(), W, b, complex_step)
    ({1: array([[3.]])}, {1: array([[1.]])})
    """
    loss_fn, method = _scalar_from(loss_fn), _function("method", method)
    W, b = _parameters("W", W), _parameters("b", b)
    dW = {l: method(lambda w: loss_fn({**W, l: w}, b), W[l]) for l in W}
    db = {l: method(lambda v: loss_fn(W, {**b, l: v}), b[l]) for l in b}
    return dW, db


def _parameters(name, value):
    if not isinstance(value, dict):
        raise TypeError(f"{name} is of type {type(value).__name__}, but should be a dict keyed by layer.")
    return {l: _real(f"{name}[{l!r}]", value[l]) for l in value}


def _scalar_from(loss_fn):
    """Return `loss_fn` with a check of what it returns: one number."""
    _function("loss_fn", loss_fn)

    def checked(W, b):
        loss = _numbers("The loss", loss_fn(W, b))
        if loss.ndim:
            raise ValueError(
                f"The loss has shape {loss.shape}, but should be one number: take its sum or its mean."
            )
        return loss

    return checked


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
    TypeError, ValueError
        If they are not arrays of numbers, or the shapes differ.

    References
    ----------
    Equation eq-relative-error in the chapter *The recursion*.

    Examples
    --------
    >>> relative_error(np.array([3.0]), np.array([1.0]))
    0.5
    """
    a, b = _numbers("a", a), _numbers("b", b)
    if a.shape != b.shape:
        raise ValueError(f"The arrays have shapes {a.shape} and {b.shape}, but should have the same.")
    with np.errstate(all="ignore"):  # what is infinite is NaN in the end, as it should be
        largest = np.abs([a, b]).max()
        if largest == 0:
            return 0.0
        unit = 2.0 ** (math.frexp(largest)[1] - 1)  # in this unit no square is too large or too small
        a, b = a / unit, b / unit
        return float(_norm(a - b) / (_norm(a) + _norm(b)))  # eq-relative-error


def _norm(a):
    return np.linalg.norm(np.ravel(a))
