"""What the figures ask of their arguments: arrays of numbers, networks and lines whose shapes fit."""

import numpy as np


def expect_array(name, value, shape):
    """Return `value` as an array of that shape, or raise; None stands for any size above 0.

    >>> expect_array("x", [1, 2], (None,))
    array([1, 2])
    >>> expect_array("b[1]", np.zeros(2), (2, 1))
    Traceback (most recent call last):
    ValueError: b[1] has shape (2,), but should have shape (2, 1).
    """
    array = _as_array(name, value)
    fits = array.ndim == len(shape) and all(
        got == (want or got) for got, want in zip(array.shape, shape, strict=True)
    )
    if not fits or not array.size:
        letters = iter("nm")
        wanted = ", ".join(str(want or next(letters)) for want in shape) + "," * (len(shape) == 1)
        raise ValueError(f"{name} has shape {array.shape}, but should have shape ({wanted}).")
    return array


def _as_array(name, value):
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} is {value!r:.60}, but should be an array of numbers.")
    return array


def expect_dict(name, value, keys="names"):
    """Return `value`, or raise unless it is a dict that holds something.

    >>> expect_dict("lines", {})
    Traceback (most recent call last):
    ValueError: lines is {}, but should hold at least one entry.
    """
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {value!r:.60}, but should be a dict keyed by {keys}.")
    if not value:
        raise ValueError(f"{name} is {{}}, but should hold at least one entry.")
    return value


def expect_weights(W):
    """Return the weights of layers 1 to L as arrays, or raise unless their shapes chain.

    >>> expect_weights({1: np.zeros((2, 3)), 2: np.zeros((1, 3))})
    Traceback (most recent call last):
    ValueError: W[2] has shape (1, 3), but should have shape (n, 2).
    """
    layers = range(1, 1 + len(expect_dict("W", W, "the layers' numbers")))
    if W.keys() != set(layers):
        raise ValueError(f"W has the keys {list(W)}, but should have {list(layers)}.")
    chained = {}
    for l in layers:
        chained[l] = expect_array(f"W[{l}]", W[l], (None, len(chained[l - 1]) if l > 1 else None))
    return chained


def expect_layers(name, value, sizes, columns=None, complete=False):
    """Return arrays of shape (n_l, columns) for some layers, or for all; None stands for none.

    >>> expect_layers("b", {0: np.zeros((2, 1))}, {1: 2})
    Traceback (most recent call last):
    ValueError: b has the keys [0], but should have [1].
    """
    if value is None and not complete:
        return {}
    expect_dict(name, value, "the layers' numbers")
    if not value.keys() <= sizes.keys() or complete and value.keys() != sizes.keys():
        raise ValueError(f"{name} has the keys {list(value)}, but should have {list(sizes)}.")
    return {l: expect_array(f"{name}[{l}]", value[l], (sizes[l], columns)) for l in value}


def expect_lines(name, lines, x):
    """Return a dict of arrays as long as x, or raise.

    >>> expect_lines("lines", {"up": [1, 2]}, np.arange(3))
    Traceback (most recent call last):
    ValueError: lines['up'] has shape (2,), but should have shape (3,).
    """
    return {key: expect_array(f"{name}[{key!r}]", y, x.shape) for key, y in expect_dict(name, lines).items()}
