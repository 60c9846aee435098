"""What must hold before the equations make sense: arrays of numbers whose shapes fit, and numbers in range."""

import numbers

import numpy as np


def expect_array(name, value, ndim=None):
    """Return `value` as floating-point numbers, or raise a TypeError or ValueError that names it.

    Integers become float64; floating-point and complex numbers stay as they are.

    >>> expect_array("z", np.array([1, 2]))
    array([1., 2.])
    >>> expect_array("z", [1, 2])
    Traceback (most recent call last):
    TypeError: z is a list, but should be a numpy array of numbers. Write np.array(z).
    """
    if not isinstance(value, (np.ndarray, numbers.Number)) or isinstance(value, bool):
        hint = f" Write np.array({name})." if isinstance(value, (list, tuple)) else ""
        raise TypeError(f"{name} is {_a(value)}, but should be a numpy array of numbers.{hint}")
    array = np.asarray(value)
    if array.dtype.kind not in "iufc":
        raise TypeError(f"{name} has dtype {array.dtype}, but should hold floating-point numbers.")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} has shape {array.shape}, but should have {ndim} axes.")
    return array.astype(float) if array.dtype.kind in "iu" else array


def expect_number(name, value, low=-np.inf, high=np.inf, closed=True):
    """Return `value` as a float between the bounds, which belong to the range if it is closed.

    >>> expect_number("learning_rate", -0.1, 0)
    Traceback (most recent call last):
    ValueError: learning_rate is -0.1, but should be a number of at least 0.
    """
    if not isinstance(value, (numbers.Real, np.floating)) or isinstance(value, bool):
        raise TypeError(f"{name} is {_a(value)}, but should be a number.")
    inside = low <= value <= high if closed else low < value < high
    if not inside or np.isinf(value):
        raise ValueError(f"{name} is {value}, but should be a number{_range(low, high, closed)}.")
    return float(value)


def expect_count(name, value, least=1):
    """Return `value` as an int, or raise unless it is a whole number of at least `least`.

    >>> expect_count("batch_size", 0)
    Traceback (most recent call last):
    ValueError: batch_size is 0, but should be a whole number of at least 1.
    """
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise TypeError(f"{name} is {_a(value)}, but should be a whole number.")
    if value < least:
        raise ValueError(f"{name} is {value}, but should be a whole number of at least {least}.")
    return int(value)


def expect_rng(name, value):
    """Return `value`, or raise a TypeError unless it is a numpy.random.Generator.

    >>> expect_rng("rng", 3)
    Traceback (most recent call last):
    TypeError: rng is an int, but should be a numpy.random.Generator. Write np.random.default_rng(3).
    """
    if not isinstance(value, np.random.Generator):
        hint = f" Write np.random.default_rng({value})." if isinstance(value, int) else ""
        raise TypeError(f"{name} is {_a(value)}, but should be a numpy.random.Generator.{hint}")
    return value


def _a(value):
    kind = type(value).__name__
    return "None" if value is None else f"a{'n' * (kind[0] in 'aeiou')} {kind}"


def _range(low, high, closed):
    if np.isinf(low) and np.isinf(high):
        return ""
    if np.isinf(high):
        return f" of at least {low}" if closed else f" above {low}"
    return f" from {low} to {high}" if closed else f" between {low} and {high}, without these"


def expect_shape(name, array, shape):
    """Raise a ValueError unless `array` has that shape; None stands for any size.

    >>> expect_shape("b[1]", np.zeros(2), (2, 1))
    Traceback (most recent call last):
    ValueError: b[1] has shape (2,), but should have shape (2, 1).
    """
    got = np.shape(array)
    if len(got) != len(shape) or any(want not in (None, n) for n, want in zip(got, shape, strict=True)):
        wanted = ", ".join("m" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} has shape {got}, but should have shape ({wanted}).")


def check_shapes(W, b, x, f):
    """Raise a ValueError unless `W`, `b`, `x` and `f` describe one network and its input.

    >>> check_shapes({1: np.zeros((2, 3))}, {1: np.zeros((2, 1))}, np.zeros((4, 5)), {1: "relu"})
    Traceback (most recent call last):
    ValueError: x has shape (4, 5), but should have shape (3, m).
    """
    layers = list(range(1, len(W) + 1))
    for name, given in {"W": W, "b": b, "f": f}.items():
        if sorted(given) != layers or not layers:
            raise ValueError(f"{name} has the keys {sorted(given)}, but should have {layers or '1 to L'}.")
    expect_shape("x", x, (np.shape(W[1])[-1], None))
    for l in layers:
        expect_shape(f"W[{l}]", W[l], (len(W[l]), len(W[l - 1]) if l > 1 else len(x)))
        expect_shape(f"b[{l}]", b[l], (len(W[l]), 1))
