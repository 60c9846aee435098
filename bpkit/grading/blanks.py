"""Two results side by side, without the entries in which neither has a number."""

import numpy as np


def has_blanks(value):
    """Say whether an array in a result holds NaN or inf.

    >>> has_blanks({1: np.array([np.nan])}), has_blanks((np.ones(2), None))
    (True, False)
    """
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        return any(map(has_blanks, value))
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and not np.isfinite(value).all()


def without_blanks(a, b):
    """Return two results with 0 where the arrays of both hold NaN or inf, so that the rest can be compared.

    >>> without_blanks(np.array([np.nan, 1.0]), np.array([np.inf, 2.0]))
    (array([0., 1.]), array([0., 2.]))
    >>> without_blanks({1: np.array([np.nan])}, {1: np.array([3.0])})
    ({1: array([nan])}, {1: array([3.])})
    """
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        pairs = {key: without_blanks(a[key], b[key]) for key in a}
        return tuple({key: pair[side] for key, pair in pairs.items()} for side in (0, 1))
    if isinstance(a, tuple | list) and isinstance(b, tuple | list) and len(a) == len(b) > 0:
        return tuple(map(type(a), zip(*map(without_blanks, a, b), strict=True)))
    if not all(isinstance(array, np.ndarray) and array.dtype.kind == "f" for array in (a, b)):
        return a, b
    blank = ~(np.isfinite(a) | np.isfinite(b)) if a.shape == b.shape else np.False_
    return (np.where(blank, 0, a), np.where(blank, 0, b)) if blank.any() else (a, b)
