"""Small data sets that are made from a formula: a table of truth, two functions, two shapes."""

import math

import numpy as np

from .dataset import Dataset, balanced_labels, classified
from .inputs import expect_count, expect_number, expect_rng


def xor():
    """Return the four samples of exclusive or over {0, 1}², with one output.

    Returns
    -------
    Dataset
        x (2, 4) and y (1, 4); the labels are the values of y.

    Examples
    --------
    >>> xor().x
    array([[0., 0., 1., 1.],
           [0., 1., 0., 1.]])
    >>> xor().y
    array([[0., 1., 1., 0.]])
    """
    x = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    labels = np.array([0, 1, 1, 0])
    return Dataset(x, labels[None].astype(float), labels, ("0", "1"))


def sine(m=20):
    """Return m points of the sine, equally spaced from -5 to 5.

    Parameters
    ----------
    m : int

    Returns
    -------
    Dataset
        x (1, m) and y (1, m).

    Raises
    ------
    TypeError, ValueError
        If m is not a positive whole number.

    Examples
    --------
    >>> sine(3).y.round(3)
    array([[ 0.959,  0.   , -0.959]])
    """
    x = np.linspace(-5, 5, expect_count("m", m))[None]
    return Dataset(x, np.sin(x))


def surface(m=441, rng=None):
    """Return m samples of sin(x_1) cos(x_2), a function of two variables, over the square [-3, 3]².

    Parameters
    ----------
    m : int
    rng : numpy.random.Generator or None
        Draws the points of the square. Without it they form a grid, and m is a square number.

    Returns
    -------
    Dataset
        x (2, m) and y (1, m). On a grid x_2 runs fastest: ``y.reshape(side, side)`` has one
        row for each x_1.

    Raises
    ------
    TypeError, ValueError
        If m is not a positive whole number, or no square number where a grid is wanted.

    Examples
    --------
    >>> surface(9).x
    array([[-3., -3., -3.,  0.,  0.,  0.,  3.,  3.,  3.],
           [-3.,  0.,  3., -3.,  0.,  3., -3.,  0.,  3.]])
    >>> surface(20)
    Traceback (most recent call last):
    ValueError: m is 20, but a grid needs a square number, such as 16 or 25. Or pass rng to draw 20 points.
    """
    m = expect_count("m", m)
    x = _grid(m) if rng is None else expect_rng(rng).uniform(-3, 3, (2, m))
    return Dataset(x, np.sin(x[:1]) * np.cos(x[1:]))


def _grid(m):
    side = math.isqrt(m)
    if side**2 != m:
        near = f"a grid needs a square number, such as {side**2} or {(side + 1) ** 2}"
        raise ValueError(f"m is {m}, but {near}. Or pass rng to draw {m} points.")
    ticks = np.linspace(-3, 3, side)
    return np.stack(np.meshgrid(ticks, ticks, indexing="ij")).reshape(2, m)


def spirals(m, rng, classes=2, noise=0.02):
    """Draw m points of spirals that wind around each other 1.35 times, one spiral per class.

    A point at the distance r from the origin, from 0.1 to 1, stands at the angle 3πr + 2πk/K,
    where k is its class and K the number of classes.

    Parameters
    ----------
    m : int
    rng : numpy.random.Generator
    classes : int
        K, at least 2.
    noise : float
        Standard deviation of what is added to each coordinate, from 0 to 1.

    Returns
    -------
    Dataset
        x (2, m) and y (classes, m); the classes are equally frequent, give or take one.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> spirals(6, np.random.default_rng(0), classes=3)
    <Dataset: 6 samples, x (2, 6), y (3, 6), 3 classes: 0 1 2>
    """
    m, rng, noise = _drawn(m, rng, noise)
    labels = balanced_labels(m, expect_count("classes", classes, least=2), rng)
    r = rng.uniform(0.1, 1, m)
    angle = 3 * np.pi * r + 2 * np.pi * labels / classes
    x = r * np.stack([np.cos(angle), np.sin(angle)])
    return classified(x + rng.normal(0, noise, x.shape), labels, map(str, range(classes)))


def moons(m, rng, noise=0.1):
    """Draw m points of two half circles of radius 1, each of which reaches into the other.

    Parameters
    ----------
    m : int
    rng : numpy.random.Generator
    noise : float
        Standard deviation of what is added to each coordinate, from 0 to 1.

    Returns
    -------
    Dataset
        x (2, m) and y (2, m). Class 0 is the upper half of the circle around (0, 0), class 1
        the lower half of the circle around (1, 1/2); they are equally frequent, give or take one.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> moons(5, np.random.default_rng(0))
    <Dataset: 5 samples, x (2, 5), y (2, 5), 2 classes: 0 1>
    """
    m, rng, noise = _drawn(m, rng, noise)
    labels = balanced_labels(m, 2, rng)
    angle = rng.uniform(0, np.pi, m) + np.pi * labels
    x = np.stack([np.cos(angle) + labels, np.sin(angle) + labels / 2])
    return classified(x + rng.normal(0, noise, x.shape), labels, ("0", "1"))


def _drawn(m, rng, noise):
    return expect_count("m", m), expect_rng(rng), expect_number("noise", noise, 0, 1)
