"""The one shape in which every data set of the course comes."""

from typing import NamedTuple

import numpy as np

from .inputs import as_array, expect_count, shown


class _Fields(NamedTuple):
    x: np.ndarray
    y: np.ndarray
    labels: np.ndarray | None
    names: tuple | None


class Dataset(_Fields):
    """Samples in columns, with their targets and, for classes, their labels.

    Attributes
    ----------
    x : ndarray, shape (n_0, m)
        Inputs, one sample per column.
    y : ndarray, shape (n_L, m)
        Targets; one-hot columns where there is one output per class.
    labels : ndarray of int, shape (m,), or None
        Number of each sample's class, from 0.
    names : tuple of str or None
        Name of each class.

    Raises
    ------
    TypeError, ValueError
        If x or y is no array of two axes, or they, the labels and the names do not fit.

    Examples
    --------
    >>> Dataset(np.zeros((2, 3)), np.zeros((1, 3)))
    <Dataset: 3 samples, x (2, 3), y (1, 3)>
    """

    __slots__ = ()

    def __new__(cls, x, y, labels=None, names=None):
        """Return the data set, or raise unless its parts fit."""
        _expect_samples("y", y, _expect_samples("x", x))
        if names is not None:
            _expect_names(names)
        if labels is not None:
            _expect_labels(labels, x.shape[1], names)
        return super().__new__(cls, x, y, labels, names)

    @property
    def rows(self):
        """The samples in rows, shape (m, n_0), and the labels or else y.T: what scikit-learn takes."""
        return self.x.T, self.y.T if self.labels is None else self.labels

    def __repr__(self):
        classes = f", {len(self.names)} classes: {' '.join(self.names)}" if self.names else ""
        return f"<Dataset: {self.x.shape[1]} samples, x {self.x.shape}, y {self.y.shape}{classes}>"


def _expect_samples(name, value, m=None):
    """Return how many samples an array holds, or raise unless it holds m of them in its columns."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        raise TypeError(f"{name} is {shown(value)}, but should be a numpy array of numbers.")
    if value.ndim != 2 or value.shape[1] != (value.shape[1] if m is None else m):
        wanted = f"(n, {'m' if m is None else m})"
        raise ValueError(
            f"{name} has shape {value.shape}, but should have shape {wanted}, one sample per column."
        )
    return value.shape[1]


def _expect_names(names):
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"names is {shown(names)}, but should be a tuple of str.")


def _expect_labels(labels, m, names):
    if not isinstance(labels, np.ndarray) or labels.shape != (m,) or labels.dtype.kind not in "iu":
        raise TypeError(f"labels is {shown(labels)}, but should be an array of {m} whole numbers.")
    if names is not None and m and not 0 <= labels.min() <= labels.max() < len(names):
        raise ValueError(
            f"labels holds {labels.min()} to {labels.max()}, but there are names for 0 to {len(names) - 1}."
        )


def one_hot(labels, classes):
    """Return one column per label, with 1 in the row of its class and 0 elsewhere.

    Parameters
    ----------
    labels : array of int, shape (m,)
        Each from 0 to ``classes - 1``.
    classes : int

    Returns
    -------
    ndarray, shape (classes, m)

    Raises
    ------
    TypeError, ValueError
        If a label is no whole number, or out of range.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 1.],
           [0., 0.],
           [1., 0.]])
    """
    labels, classes = as_array("labels", labels), expect_count("classes", classes)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        got = f"shape {labels.shape} and dtype {labels.dtype}"
        raise TypeError(f"labels has {got}, but should be whole numbers of shape (m,).")
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ValueError(f"labels holds {outside[0]}, but should hold numbers from 0 to {classes - 1}.")
    return (np.arange(classes)[:, None] == labels).astype(float)


def classified(x, labels, names):
    """Return the data set of the inputs `x` with one-hot targets for `labels`."""
    names = tuple(names)
    return Dataset(x, one_hot(labels, len(names)), np.array(labels, dtype=int), names)


def balanced_labels(m, classes, rng):
    """Draw m labels in random order, each class as often as any other, give or take one."""
    first = rng.permutation(classes)  # which classes come once more often is drawn too
    return rng.permutation(first[np.arange(m) % classes])
