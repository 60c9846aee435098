"""Reverse mode from nothing: every result remembers what it was computed from, and derivatives walk back."""

import numpy as np

from .operators import Operators, outermost
from .rules import RULES, apply
from .shapes import expect_function, expect_number, quiet


class Node(Operators):
    """One node of a graph: its data, its gradient, and the way back to the nodes it was computed from.

    `Value` and `Tensor` are the two kinds; they say what data is and how a gradient is received.
    """

    _inputs = ()  # pairs of a node and the function that pulls a gradient back to it

    @classmethod
    @quiet
    def _apply(cls, name, *arguments, **options):
        x = [cls._known(argument) for argument in arguments]
        u = apply(name, *x, **options)
        node = cls(u)
        node._inputs = [
            (argument, lambda g, pull=pull: pull(g, u, *x, **options))
            for argument, pull in zip(arguments, RULES[name].pull, strict=True)
            if isinstance(argument, cls)
        ]
        return node

    @quiet
    def backward(self):
        """Add to the ``grad`` of every leaf the derivative of this scalar by it.

        The nodes between are set anew each time, so the same graph can be walked again.
        """
        if np.size(self.detach()) != 1:
            raise ValueError(
                f"backward starts from a scalar, but u has shape {self.shape}. Write u.sum().backward()."
            )
        order = topological_order(self)
        for node in order:
            node.grad = 0.0 if node._inputs else node.grad
        self._receive(np.ones_like(self.detach()))
        for node in reversed(order):
            for x, pull in node._inputs:
                x._receive(pull(node.grad))  # eq-reverse-accumulation


class Value(Node):
    """A number that remembers how it was computed.

    Parameters
    ----------
    data : float

    Attributes
    ----------
    data : float
    grad : float
        Derivative of the number that `backward` started from; it adds up until it is set to 0.

    Raises
    ------
    TypeError
        If `data`, or the other side of an operator, is not a number.

    References
    ----------
    Equation eq-reverse-accumulation in the chapter *Computational graphs*.

    Examples
    --------
    >>> x, y = Value(2.0), Value(3.0)
    >>> u = x * y + x**2
    >>> u.backward()
    >>> u, x.grad, y.grad
    (Value(data=10.0, grad=1.0), 7.0, 2.0)
    """

    def __init__(self, data):
        self.data, self.grad = _real("data", data), 0.0

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    def detach(self):
        """Return the number alone."""
        return self.data

    @classmethod
    def _known(cls, x):
        """Return the number of an operand, as numpy's own: there 1 / 0 is inf."""
        return np.float64(x.data if isinstance(x, cls) else _real("operand", x))

    def _receive(self, g):
        self.grad += float(g)


def _real(name, x):
    """Return x as a float, which may be inf or NaN."""
    x = x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x
    return float(x) if isinstance(x, (float, np.floating)) else expect_number(name, x)


def topological_order(v):
    """List every node that `v` was computed from, and `v`: inputs before outputs, each once.

    Parameters
    ----------
    v : Value or Tensor

    Returns
    -------
    list of Value or Tensor

    Raises
    ------
    TypeError
        If `v` is not a node of a graph.

    References
    ----------
    Equation eq-reverse-accumulation in the chapter *Computational graphs*:
    a node's gradient is complete when all that was computed from it has been visited.

    Examples
    --------
    >>> x = Value(3.0)
    >>> topological_order(x * x + 1)
    [Value(data=3.0, grad=0.0), Value(data=9.0, grad=0.0), Value(data=10.0, grad=0.0)]
    """
    if not isinstance(v, Node):
        raise TypeError(f"v is a {type(v).__name__}, but should be a Value or a Tensor.")
    order, done, stack = [], set(), [v]
    while stack:  # a list in place of recursion: graphs are deeper than Python's own stack
        waiting = [x for x, _ in stack[-1]._inputs if x not in done]
        stack.extend(reversed(waiting))
        if not waiting and (node := stack.pop()) not in done:
            done.add(node)
            order.append(node)
    return order


def grad(f):
    """Return the derivative of f, exact to rounding, by one walk forward and one back.

    Parameters
    ----------
    f : callable
        Takes a Value and returns a Value, or a plain number if it is constant.

    Returns
    -------
    callable
        Takes a number x and returns f′(x), a float.

    Raises
    ------
    TypeError
        If `f` cannot be called, or returns something else, or takes a derivative itself.

    References
    ----------
    Equation eq-reverse-accumulation in the chapter *Computational graphs*.

    Examples
    --------
    >>> grad(lambda x: x**3 - 2 * x)(2.0)
    10.0
    """
    expect_function("f", f)

    @outermost
    def derivative(x):
        leaf = Value(_real("x", x))
        u = f(leaf)
        (u if isinstance(u, Value) else Value(_real("f(x)", u))).backward()
        return leaf.grad

    return derivative
