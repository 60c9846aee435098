"""What must fit together before the equations make sense: the shapes of a network and its input."""

import numpy as np


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
