"""Reverse mode on arrays: the graph of `autodiff`, with broadcasting and products of matrices."""

import numpy as np

from .autodiff import Node
from .operators import ArrayOperators, Operators, detach, expect_operand
from .shapes import expect_array, expect_filled, shown


class Tensor(ArrayOperators, Node):
    """An array that remembers how it was computed.

    Parameters
    ----------
    data : ndarray, or Dual for second derivatives
        Integers become float64; float32 stays. The array is not copied.

    Attributes
    ----------
    data : ndarray
    grad : ndarray, shaped like `data`
        Derivative of the scalar that `backward` started from; it adds up until it is set to 0.

    Raises
    ------
    TypeError, ValueError
        If `data` or an operand does not hold numbers, or shapes do not fit.

    References
    ----------
    Equation eq-vjp in the chapter *Jacobians and vector–Jacobian products*;
    equation eq-unbroadcast in the chapter *Formulas of automatic differentiation*.

    Examples
    --------
    >>> W, b = Tensor(np.array([[1.0, 2.0]])), Tensor(np.array([[0.5]]))
    >>> a = np.array([[1.0, 3.0], [0.0, 1.0]])
    >>> (W @ a + b).mean().backward()
    >>> W.grad, b.grad
    (array([[2. , 0.5]]), array([[1.]]))
    """

    def __init__(self, data):
        self.data = data if _is_dual(data) else expect_filled("data", data)
        self.grad = np.zeros_like(detach(self.data))

    def __repr__(self):
        return f"Tensor({self.data!r})"

    @property
    def shape(self):
        """The shape of the data."""
        return self.data.shape

    def detach(self):
        """Return the array alone, a constant through which no derivative flows."""
        return detach(self.data)

    @classmethod
    def _known(cls, x):
        return x.data if isinstance(x, cls) else expect_operand(x)

    def _receive(self, g):
        self.grad = self.grad + unbroadcast(g, self.shape)  # eq-unbroadcast


def _is_dual(data):
    return isinstance(data, ArrayOperators) and not isinstance(data, Node)


def unbroadcast(g, shape):
    """Sum a gradient over the copies that broadcasting made, back to the shape from which they were made.

    Parameters
    ----------
    g : ndarray
        Gradient of the array after broadcasting.
    shape : tuple of int
        Shape of the array before.

    Returns
    -------
    ndarray, of that shape

    Raises
    ------
    TypeError, ValueError
        If `shape` is no tuple, or an array of that shape does not broadcast to the shape of `g`.

    References
    ----------
    Equation eq-unbroadcast in the chapter *Formulas of automatic differentiation*.

    Examples
    --------
    >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 1))
    array([[3.],
           [7.]])
    """
    if not isinstance(shape, tuple) or not all(isinstance(n, (int, np.integer)) for n in shape):
        raise TypeError(f"shape is {shown(shape)}, but should be a tuple of whole numbers.")
    g = g if isinstance(g, Operators) else expect_array("g", g)
    new = len(g.shape) - len(shape)
    before = (1,) * new + shape
    if new < 0 or any(n not in (1, after) for n, after in zip(before, g.shape, strict=True)):
        raise ValueError(f"g has shape {g.shape}, but should have a shape to which {shape} broadcasts.")
    copied = tuple(i for i, n in enumerate(before) if n == 1)
    return g.sum(axis=copied, keepdims=True).reshape(shape)  # eq-unbroadcast
