"""Forward mode: an array travels with its tangent; and over reverse mode, exact second derivatives."""

import numpy as np

from .operators import ArrayOperators, expect_operand, outermost
from .rules import RULES, apply
from .shapes import expect_array, expect_filled, expect_function, expect_shape, quiet
from .tensors import Tensor


class Dual(ArrayOperators):
    r"""An array x + ε t with ε² = 0: a value, and the tangent that travels with it.

    Parameters
    ----------
    value, tangent : ndarray
        Of the same shape.

    Raises
    ------
    TypeError, ValueError
        If they do not hold numbers, or shapes do not fit.

    References
    ----------
    Equation eq-dual-number in the chapter *Formulas of automatic differentiation*.

    Examples
    --------
    >>> x = Dual(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    >>> x * x
    Dual(array([1., 4.]), array([2., 0.]))
    """

    def __init__(self, value, tangent):
        self.value, self.tangent = expect_filled("value", value), expect_array("tangent", tangent)
        expect_shape("tangent", self.tangent, self.value.shape)

    def __repr__(self):
        return f"Dual({self.value!r}, {self.tangent!r})"

    @property
    def shape(self):
        """The shape of value and tangent."""
        return self.value.shape

    def detach(self):
        """Return the value alone, a constant through which no derivative flows."""
        return self.value

    @classmethod
    def _known(cls, x):
        return x.value if isinstance(x, cls) else expect_operand(x)

    @classmethod
    @quiet
    def _apply(cls, name, *arguments, **options):
        x = [cls._known(argument) for argument in arguments]
        u = apply(name, *x, **options)
        tangents = [
            push(argument.tangent, u, *x, **options)
            for argument, push in zip(arguments, RULES[name].push, strict=True)
            if isinstance(argument, cls)
        ]
        return cls(u, np.array(np.broadcast_to(sum(tangents), np.shape(u))))  # eq-forward-accumulation


@outermost
def jvp(f, x, v):
    r"""Return f(x) and J v, the derivative of f at x in the direction v, in one walk.

    Parameters
    ----------
    f : callable
        Takes a Dual and returns a Dual, or plain numbers if it is constant.
    x, v : ndarray
        Of the same shape.

    Returns
    -------
    value, tangent : ndarray, shaped like f(x)
        :math:`f(x)` and :math:`J v` with :math:`J_{ij} = \partial f_i/\partial x_j`.

    Raises
    ------
    TypeError, ValueError
        If `x` and `v` are not arrays of the same shape, or f(x) does not hold numbers.

    References
    ----------
    Equation eq-jvp in the chapter *Jacobians and vector–Jacobian products*;
    equation eq-dual-number in the chapter *Formulas of automatic differentiation*.

    Examples
    --------
    >>> jvp(lambda x: x**2, np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    (array([1., 9.]), array([2., 6.]))
    """
    u = _lift(f(Dual(*_point_and_direction(f, x, v))))
    return u.value, u.tangent


@outermost
def hvp(f, x, v):
    r"""Return H v, the product of the Hessian of f at x with v, exact and without the Hessian.

    The gradient is computed in reverse mode on dual numbers: its tangent is H v.

    Parameters
    ----------
    f : callable
        Takes a Tensor and returns a scalar Tensor, or a plain number if it is constant.
    x, v : ndarray
        Of the same shape.

    Returns
    -------
    ndarray, shaped like `x`
        :math:`H v` with :math:`H_{ij} = \partial^2 f/\partial x_i\,\partial x_j`.

    Raises
    ------
    TypeError, ValueError
        If `x` and `v` are not arrays of the same shape, or f(x) is not a scalar.

    References
    ----------
    Equation eq-hessian-vector in the chapter *Formulas of automatic differentiation*; Pearlmutter (1994).

    Examples
    --------
    >>> hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    leaf = Tensor(Dual(*_point_and_direction(f, x, v)))
    u = f(leaf)
    (u if isinstance(u, Tensor) else Tensor(expect_array("f(x)", u))).backward()
    return _lift(leaf.grad).tangent  # eq-hessian-vector


def _lift(u):
    """Return u as a Dual: plain numbers do not change, so their tangent is 0."""
    return u if isinstance(u, Dual) else Dual(u, np.zeros_like(expect_array("f(x)", u)))


def _point_and_direction(f, x, v):
    expect_function("f", f)
    x, v = expect_filled("x", x), expect_array("v", v)
    expect_shape("v", v, x.shape)
    return x, v
