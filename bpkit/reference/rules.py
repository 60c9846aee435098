"""The rules of differentiation, each written once: for numbers and arrays, for reverse and forward mode."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .activations import relu, sigmoid
from .operators import Operators, detach


class Rule(NamedTuple):
    """A function u of x (and y), and how derivatives pass through it.

    Parameters
    ----------
    value : callable
        (x, y) → u.
    push : tuple of callable, one for each argument
        (t, u, x, y) → J t: what the tangent t of the argument adds to the tangent of u.
    pull : tuple of callable, one for each argument
        (g, u, x, y) → Jᵀ g: what the gradient g of u adds to the gradient of the argument.
    """

    value: Callable
    push: tuple
    pull: tuple


def elementwise(value, *slopes):
    """Return the rule of a function of each entry by itself, from its slopes in its arguments.

    The Jacobian is diagonal, so it is its own transpose: both modes multiply by the slope
    (eq-elementwise-rule).

    >>> cube = elementwise(lambda x: x**3, lambda u, x: 3 * x**2)
    >>> cube.push[0](10.0, 8.0, 2.0), cube.pull[0](10.0, 8.0, 2.0)
    (120.0, 120.0)
    """
    shares = tuple(lambda t, u, *x, slope=slope, **options: t * slope(u, *x, **options) for slope in slopes)
    return Rule(value, push=shares, pull=shares)


def linear(value, transposed):
    """Return the rule of a linear map: forward mode applies it once more, reverse mode its transpose.

    >>> flip = linear(lambda x: x.T, lambda g, x: g.T)
    >>> flip.pull[0](np.ones((1, 2)), None, np.ones((2, 1))).shape
    (2, 1)
    """
    return Rule(
        value,
        push=(lambda t, u, x, **options: value(t, **options),),
        pull=(lambda g, u, x, **options: transposed(g, x, **options),),
    )


def apply(name, *arguments, **options):
    """Return the value of the function `name`, whatever its arguments are: numbers, arrays, Duals.

    >>> apply("multiply", 2.0, 3.0)
    np.float64(6.0)
    """
    for argument in arguments:
        if isinstance(argument, Operators):
            return argument._apply(name, *arguments, **options)
    try:
        return RULES[name].value(*arguments, **options)
    except (TypeError, ValueError):
        got = " and ".join(str(shape) for shape in (*map(np.shape, arguments), *options.values()))
        needs = NEEDS.get(name, "shapes that broadcast to a common one")
        raise ValueError(f"{name} needs {needs}, but got {got}.") from None


def _matrix_product(x, y):
    if np.ndim(x) != 2 or np.ndim(y) != 2:
        raise ValueError(NEEDS["matmul"])
    return x @ y


def _where_log_exists(x):
    """Return 1 where x is at least 0, and NaN elsewhere."""
    one = np.heaviside(detach(x).real, 1)
    return one / one


def _tanh_slope(u, x):
    """Return 1 - u², with all its digits where u is near 1."""
    return 4 * apply("sigmoid", 2 * x) * apply("sigmoid", -2 * x)


NEEDS = {
    "matmul": "matrices of shapes (n, k) and (k, m)",
    "reshape": "two shapes with as many entries",
}
_QUOTIENT = (lambda t, u, x, y: t / y, lambda t, u, x, y: -t / y * u)  # 1 / y would fail for a plain y = 0
RULES = {
    # u, and its slopes ∂u/∂x and ∂u/∂y
    "add": elementwise(np.add, lambda u, x, y: 1, lambda u, x, y: 1),
    "subtract": elementwise(np.subtract, lambda u, x, y: 1, lambda u, x, y: -1),
    "multiply": elementwise(np.multiply, lambda u, x, y: y, lambda u, x, y: x),
    "divide": Rule(np.divide, push=_QUOTIENT, pull=_QUOTIENT),
    "negative": elementwise(np.negative, lambda u, x: -1),
    "power": elementwise(lambda x, n: x**n, lambda u, x, n: n * x ** (n - 1 if n else 0)),  # x⁰ has slope 0
    "exp": elementwise(np.exp, lambda u, x: u),
    "log": elementwise(np.log, lambda u, x: _where_log_exists(x) / x),
    "tanh": elementwise(np.tanh, _tanh_slope),
    "sigmoid": elementwise(sigmoid, lambda u, x: u * apply("sigmoid", -x)),  # σ(1 - σ), with all its digits
    "relu": elementwise(relu, lambda u, x: np.heaviside(detach(x).real, 0)),
    # u, and the transposed map: g, x -> Jᵀ g
    "transpose": linear(lambda x: x.T, lambda g, x: g.T),
    "reshape": linear(lambda x, shape: x.reshape(shape), lambda g, x, shape: g.reshape(x.shape)),
    "sum": linear(
        lambda x, axis: x.sum(axis=axis, keepdims=True), lambda g, x, axis: g * np.ones_like(detach(x))
    ),
    "matmul": Rule(
        _matrix_product,
        push=(lambda t, u, x, y: t @ y, lambda t, u, x, y: x @ t),  # eq-matrix-product-jvp
        pull=(lambda g, u, x, y: g @ y.T, lambda g, u, x, y: x.T @ g),  # eq-matrix-product-vjp
    ),
}
