"""One network and its gradients in six notations: this course's and five others.

`of` translates from this course into a notation, and `ours` translates back; answers may be missing.
"""

from typing import NamedTuple

import numpy as np


class Course(NamedTuple):
    """This course: the input is layer 0, samples are columns, and the gradients are means."""

    W: dict
    b: dict
    x: np.ndarray
    y: np.ndarray
    delta: dict = {}
    dW: dict = {}
    db: dict = {}


class Ufldl(NamedTuple):
    """UFLDL: the input is layer 1, and W[l] leads out of layer l.

    >>> ours = Course({1: np.ones((2, 3))}, {1: np.zeros((2, 1))}, np.ones((3, 4)), np.ones((2, 4)))
    >>> theirs = Ufldl.of(ours._replace(delta={1: np.zeros((2, 4))}))
    >>> list(theirs.W), list(theirs.delta)
    ([1], [2])
    >>> list(theirs.ours().delta)
    [1]
    """

    W: dict
    b: dict
    x: np.ndarray
    y: np.ndarray
    delta: dict
    grad_W: dict
    grad_b: dict

    @classmethod
    def of(cls, ours):
        return cls(*ours[:4], _renumbered(ours.delta, 1), ours.dW, ours.db)

    def ours(self):
        return Course(*self[:4], _renumbered(self.delta, -1), self.grad_W, self.grad_b)


class Nielsen(NamedTuple):
    """Nielsen: the input is layer 1, w[l] leads into layer l, samples are a list, the gradients are sums.

    >>> ours = Course({1: np.ones((2, 3))}, {1: np.zeros((2, 1))}, np.ones((3, 4)), np.ones((2, 4)))
    >>> theirs = Nielsen.of(ours._replace(dW={1: np.ones((2, 3))}))
    >>> theirs.nabla_w
    {2: array([[4., 4., 4.],
           [4., 4., 4.]])}
    >>> len(theirs.x), theirs.x[0].shape, theirs.ours().x.shape
    (4, (3, 1), (3, 4))
    """

    w: dict
    b: dict
    x: list
    y: list
    delta: dict
    nabla_w: dict
    nabla_b: dict

    @classmethod
    def of(cls, ours):
        m = ours.x.shape[1]
        return cls(
            *(_renumbered(values, 1) for values in (ours.W, ours.b)),
            *(_columns(matrix) for matrix in (ours.x, ours.y)),
            {l + 1: _columns(matrix) for l, matrix in ours.delta.items()},
            *({l + 1: m * mean for l, mean in values.items()} for values in (ours.dW, ours.db)),
        )

    def ours(self):
        m = len(self.x)
        return Course(
            *(_renumbered(values, -1) for values in (self.w, self.b)),
            *(np.hstack(columns) for columns in (self.x, self.y)),
            {l - 1: np.hstack(columns) for l, columns in self.delta.items()},
            *({l - 1: total / m for l, total in values.items()} for values in (self.nabla_w, self.nabla_b)),
        )


class DeepLearningAi(NamedTuple):
    """deeplearning.ai: everything as in this course, under names that end in the layer's number.

    >>> ours = Course({1: np.ones((2, 3))}, {1: np.zeros((2, 1))}, np.ones((3, 4)), np.ones((2, 4)))
    >>> theirs = DeepLearningAi.of(ours._replace(delta={1: np.zeros((2, 4))}))
    >>> list(theirs.parameters), list(theirs.grads)
    (['W1', 'b1'], ['dZ1'])
    >>> list(theirs.ours().W)
    [1]
    """

    parameters: dict
    X: np.ndarray
    Y: np.ndarray
    grads: dict

    @classmethod
    def of(cls, ours):
        parameters = _named("W", ours.W) | _named("b", ours.b)
        grads = _named("dZ", ours.delta) | _named("dW", ours.dW) | _named("db", ours.db)
        return cls(parameters, ours.x, ours.y, grads)

    def ours(self):
        W, b = (_numbered(name, self.parameters) for name in ("W", "b"))
        return Course(W, b, self.X, self.Y, *(_numbered(name, self.grads) for name in ("dZ", "dW", "db")))


class Nndl(NamedTuple):
    """nndl: layers as in this course, but one sample at a time, and a vector has one axis.

    >>> ours = Course({1: np.ones((2, 3))}, {1: np.zeros((2, 1))}, np.ones((3, 4)), np.ones((2, 4)))
    >>> theirs = Nndl.of(ours)
    >>> theirs.b[1].shape, len(theirs.x), theirs.x[0].shape
    ((2,), 4, (3,))
    >>> theirs.ours().b[1].shape, theirs.ours().x.shape
    ((2, 1), (3, 4))
    """

    W: dict
    b: dict
    x: list
    y: list
    delta: dict
    dW: dict
    db: dict

    @classmethod
    def of(cls, ours):
        b, db = ({l: column[:, 0] for l, column in values.items()} for values in (ours.b, ours.db))
        delta = {l: list(matrix.T) for l, matrix in ours.delta.items()}
        return cls(ours.W, b, list(ours.x.T), list(ours.y.T), delta, ours.dW, db)

    def ours(self):
        b, db = ({l: vector[:, None] for l, vector in values.items()} for values in (self.b, self.db))
        delta = {l: np.stack(vectors, axis=1) for l, vectors in self.delta.items()}
        x, y = np.stack(self.x, axis=1), np.stack(self.y, axis=1)
        return Course(self.W, b, x, y, delta, self.dW, db)


class Rows(NamedTuple):
    """Row layout: samples are rows, all is transposed, lists start at 0, and 1/m stands inside delta.

    >>> ours = Course({1: np.ones((2, 3))}, {1: np.zeros((2, 1))}, np.ones((3, 4)), np.ones((2, 4)))
    >>> theirs = Rows.of(ours._replace(delta={1: np.ones((2, 4))}))
    >>> theirs.W[0].shape, theirs.X.shape, theirs.delta[0][0]
    ((3, 2), (4, 3), array([0.25, 0.25]))
    >>> theirs.ours().delta[1].shape
    (2, 4)
    """

    W: list
    b: list
    X: np.ndarray
    Y: np.ndarray
    delta: list
    dW: list
    db: list

    @classmethod
    def of(cls, ours):
        m = ours.x.shape[1]
        W, b, delta, dW, db = (_listed(values) for values in (ours.W, ours.b, *ours[4:]))
        return cls(W, b, ours.x.T, ours.y.T, [matrix / m for matrix in delta], dW, db)

    def ours(self):
        m = len(self.X)
        delta = [m * matrix for matrix in self.delta]
        W, b, delta, dW, db = (_keyed(values) for values in (self.W, self.b, delta, self.dW, self.db))
        return Course(W, b, self.X.T, self.Y.T, delta, dW, db)


def _renumbered(values, step):
    return {l + step: value for l, value in values.items()}


def _columns(matrix):
    """Return the columns of a matrix, each of shape (n, 1)."""
    return [matrix[:, [i]] for i in range(matrix.shape[1])]


def _named(name, values):
    return {f"{name}{l}": value for l, value in values.items()}


def _numbered(name, values):
    numbers = {key: key.removeprefix(name) for key in values if key.startswith(name)}
    return {int(number): values[key] for key, number in numbers.items()}


def _listed(values):
    """Return the transposes in a list, that of layer 1 first."""
    return [values[l].T for l in sorted(values)]


def _keyed(matrices):
    return {l: matrix.T for l, matrix in enumerate(matrices, start=1)}
