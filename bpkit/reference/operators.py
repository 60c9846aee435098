"""What can be written with a Value, a Tensor or a Dual: each operator and each function names its rule."""

import contextvars
import functools
import math

import numpy as np

from .shapes import NO_NUMBERS, expect_filled, expect_number, expect_switch, shown

UFUNCS = ("add", "subtract", "multiply", "divide", "negative", "exp", "log", "tanh", "matmul")
_differentiating = contextvars.ContextVar("differentiating", default=False)


def detach(x):
    """Return the numbers of x, a constant through which no derivative flows; a plain number stays as it is.

    >>> detach(3.0)
    3.0
    """
    return x.detach() if isinstance(x, Operators) else x


def expect_operand(x):
    """Return a constant operand; a plain number stays one, so that it does not decide an array's type.

    >>> expect_operand(2)
    2.0
    """
    if type(x) is float:
        return x
    return expect_number("operand", x) if type(x) is int else expect_filled("operand", x)


def outermost(differentiate):
    """Refuse a derivative inside a function that is being differentiated: it would be taken for a constant.

    >>> outermost(outermost(abs))(-1)
    Traceback (most recent call last):
    TypeError: A derivative inside a derivative is not computed here. Second derivatives are hvp's.
    """

    @functools.wraps(differentiate)
    def alone(*arguments, **named):
        if _differentiating.get():
            raise TypeError(
                "A derivative inside a derivative is not computed here. Second derivatives are hvp's."
            )
        token = _differentiating.set(True)
        try:
            return differentiate(*arguments, **named)
        finally:
            _differentiating.reset(token)

    return alone


class Operators:
    """Plain arithmetic and the functions of the engine; a subclass says in `_apply` how a rule is applied."""

    def _apply(self, name, *arguments, **options):
        raise NotImplementedError

    def __add__(self, other):
        return self._apply("add", self, other)

    def __radd__(self, other):
        return self._apply("add", other, self)

    def __sub__(self, other):
        return self._apply("subtract", self, other)

    def __rsub__(self, other):
        return self._apply("subtract", other, self)

    def __mul__(self, other):
        return self._apply("multiply", self, other)

    def __rmul__(self, other):
        return self._apply("multiply", other, self)

    def __truediv__(self, other):
        return self._apply("divide", self, other)

    def __rtruediv__(self, other):
        return self._apply("divide", other, self)

    def __neg__(self):
        return self._apply("negative", self)

    def __pow__(self, exponent):
        return self._apply("power", self, n=expect_number("The exponent", exponent))

    def __rpow__(self, base):
        raise TypeError(
            "A plain number to a variable power has no rule. Write (x * log(c)).exp() for c ** x."
        )

    def exp(self):
        """Return e^x."""
        return self._apply("exp", self)

    def log(self):
        """Return ln x: -inf at 0, NaN below."""
        return self._apply("log", self)

    def tanh(self):
        """Return tanh x."""
        return self._apply("tanh", self)

    def sigmoid(self):
        """Return 1 / (1 + e^(-x)), without overflow."""
        return self._apply("sigmoid", self)

    def relu(self):
        """Return max(0, x), with slope 0 at the kink."""
        return self._apply("relu", self)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or options or ufunc.__name__ not in UFUNCS:
            raise TypeError(_no_rule(ufunc))
        return self._apply(ufunc.__name__, *inputs)

    def __array_function__(self, function, types, arguments, options):
        raise TypeError(_no_rule(function))

    def __array__(self, *_, **__):
        raise TypeError(f"A {type(self).__name__} is not an array. Its numbers are x.detach().")


class ArrayOperators(Operators):
    """What arrays have beside plain arithmetic: products of matrices, sums and shapes."""

    def __matmul__(self, other):
        return self._apply("matmul", self, other)

    def __rmatmul__(self, other):
        return self._apply("matmul", other, self)

    @property
    def T(self):
        """The transposed array."""
        return self._apply("transpose", self)

    def sum(self, axis=None, keepdims=False):
        """Return the sum over all entries, or over an axis or a tuple of axes."""
        axes, keepdims = _expect_axes(axis, self.shape), expect_switch("keepdims", keepdims)
        total = self._apply("sum", self, axis=axes)
        left = tuple(n for i, n in enumerate(self.shape) if i not in axes)
        return total if keepdims else total.reshape(left)

    def mean(self, axis=None, keepdims=False):
        """Return the mean over all entries, or over an axis or a tuple of axes."""
        count = math.prod(self.shape[i] for i in _expect_axes(axis, self.shape))
        return self.sum(axis, keepdims) / count

    def reshape(self, shape):
        """Return the same entries in another shape, a tuple of whole numbers."""
        if not isinstance(shape, tuple):
            raise TypeError(f"shape is {shown(shape)}, but should be a tuple of whole numbers.")
        return self._apply("reshape", self, shape=shape)

    def logsumexp(self, axis=0):
        """Return ln Σ e^x along an axis, which is kept: x minus it is the logarithm of softmax."""
        axes = _expect_axes(axis, self.shape)
        top = self.detach().real.max(axis=axes, keepdims=True)  # e^(x - top) is at most 1
        return (self - top).exp().sum(axis, keepdims=True).log() + top


def _no_rule(function):
    return (
        f"np.{function.__name__} has no rule of differentiation here. There are + - * / @, ** with a plain "
        "exponent, exp, log, tanh, sigmoid, relu, sum, mean, reshape, T and logsumexp. "
        "The numbers alone are x.detach()."
    )


def _expect_axes(axis, shape):
    """Return the axes as a tuple of numbers from 0 on; None stands for all."""
    n = len(shape)
    axes = tuple(range(n)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    whole = all(
        isinstance(i, (int, np.integer)) and not isinstance(i, NO_NUMBERS) and -n <= i < n for i in axes
    )
    if not whole or len({i % n for i in axes}) < len(axes):
        raise ValueError(
            f"axis is {shown(axis)}, but should be None, or one or more axes of the shape {shape}."
        )
    return tuple(int(i % n) for i in axes)
