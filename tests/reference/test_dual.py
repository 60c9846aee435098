"""Forward mode and second derivatives: against the complex step, reverse mode, and the whole Hessian."""

import numpy as np
import pytest
from expressions import ARRAY_STEPS, programs, run
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from strategies import CENTRAL, EXACT

from bpkit import central_difference, complex_step
from bpkit.reference.autodiff import grad
from bpkit.reference.dual import Dual, hvp, jvp
from bpkit.reference.rules import RULES, elementwise, linear
from bpkit.reference.tensors import Tensor

SHAPES = ((2, 3), (2, 1), (1, 3), (3,), ())
A = np.random.default_rng(5).normal(size=(3, 4))


def directions(leaves):
    return [np.random.default_rng(k).normal(size=leaf.shape) for k, leaf in enumerate(leaves)]


@given(program=programs(ARRAY_STEPS, SHAPES))
def test_tangents_match_the_complex_step_of_any_program(program):
    leaves, steps = program
    v = directions(leaves)

    duals = run(steps, [Dual(x, t) for x, t in zip(leaves, v, strict=True)])

    trace = run(steps, [x + 1e-30j * t for x, t in zip(leaves, v, strict=True)])
    for u, by_step in zip(duals, trace, strict=True):
        assert_allclose(u.value, by_step.real, **EXACT)
        assert_allclose(u.tangent, by_step.imag / 1e-30, **EXACT)


@given(program=programs(ARRAY_STEPS, SHAPES))
def test_forward_and_reverse_mode_have_the_same_inner_product(program):
    leaves, steps = program
    v = directions(leaves)
    nodes = [Tensor(leaf) for leaf in leaves]
    sum(u.sum() for u in run(steps, nodes)).backward()

    duals = run(steps, [Dual(x, t) for x, t in zip(leaves, v, strict=True)])

    forward = sum(u.tangent.sum() for u in duals)
    assert_allclose(forward, sum((node.grad * t).sum() for node, t in zip(nodes, v, strict=True)), rtol=1e-10)


def smooth(x):
    """Return a scalar of x, shape (4, 1), that uses every smooth rule."""
    u = np.tanh(A @ x) + np.exp(-x.T @ x) / (1 + x.mean() ** 2)
    return (u**3).sum() - (2 - np.log(1 + (x * x).reshape((2, 2))).sum(axis=0)).sum() ** 2


def gradient(f, x):
    leaf = Tensor(x)
    f(leaf).backward()
    return leaf.grad


POINT = np.random.default_rng(6).normal(size=(4, 1))
DIRECTION = np.random.default_rng(7).normal(size=(4, 1))


def test_jvp_matches_both_numerical_witnesses():
    def f(x):
        return np.tanh(A @ x) * x.sum()

    value, tangent = jvp(f, POINT, DIRECTION)

    assert_array_equal(value, f(POINT))
    for method, tolerance in ((complex_step, EXACT), (central_difference, CENTRAL)):
        assert_allclose(tangent, np.tensordot(method(f, POINT), DIRECTION, 2), **tolerance)


def test_jvp_and_hvp_take_their_arguments_by_name():
    named = {"f": smooth, "x": POINT, "v": DIRECTION}

    assert_array_equal(jvp(**named)[1], jvp(smooth, POINT, DIRECTION)[1])
    assert_array_equal(hvp(**named), hvp(smooth, POINT, DIRECTION))
    assert grad(lambda x: x * x)(x=3.0) == 6.0


def test_hvp_matches_the_whole_hessian_by_the_complex_step_of_the_gradient():
    H = complex_step(lambda x: gradient(smooth, x), POINT)

    found = hvp(smooth, POINT, DIRECTION)

    assert_allclose(gradient(smooth, POINT), complex_step(smooth, POINT), **EXACT)
    assert_allclose(H.reshape(4, 4), H.reshape(4, 4).T, **EXACT)
    assert_allclose(found, np.tensordot(H, DIRECTION, 2), **EXACT)
    assert found.shape == POINT.shape


@given(program=programs(ARRAY_STEPS, SHAPES))
def test_hvp_of_any_program_matches_the_complex_step_of_its_gradient(program):
    leaves, steps = program
    v = directions(leaves)[0]

    def f(x):
        return sum(u.sum() for u in run(steps, [x, *leaves[1:]]))

    by_step = gradient(f, leaves[0] + 1e-30j * v).imag / 1e-30
    assert_allclose(hvp(f, leaves[0], v), by_step, rtol=1e-10, atol=1e-12)


def test_hvp_matches_central_differences_of_the_gradient():
    slopes = central_difference(lambda t: gradient(smooth, POINT + t * DIRECTION), np.array(0.0))

    assert_allclose(hvp(smooth, POINT, DIRECTION), slopes, **CENTRAL)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "logsumexp", "power", "divide"])
def test_second_derivatives_of_single_functions_by_hand(name):
    x, v = np.array([0.5, 2.0]), np.array([1.0, -3.0])
    s, p = 1 / (1 + np.exp(-x)), np.exp(x) / np.exp(x).sum()
    f, by_hand = {
        "sigmoid": (lambda x: x.sigmoid().sum(), s * (1 - s) * (1 - 2 * s) * v),
        "relu": (lambda x: (x.relu() ** 2).sum(), 2 * v),
        "logsumexp": (lambda x: x.logsumexp().sum(), p * v - p * (p @ v)),
        "power": (lambda x: (x**-1.5).sum(), 3.75 * x**-3.5 * v),
        "divide": (lambda x: (3 / x).sum(), 6 / x**3 * v),
    }[name]

    assert_allclose(hvp(f, x, v), by_hand, **EXACT)


def test_hvp_is_linear_in_the_direction_and_symmetric():
    v, w = DIRECTION, np.random.default_rng(8).normal(size=(4, 1))

    together = hvp(smooth, POINT, 2 * v - w)

    assert_allclose(together, 2 * hvp(smooth, POINT, v) - hvp(smooth, POINT, w), rtol=1e-10)
    assert_allclose((w * hvp(smooth, POINT, v)).sum(), (v * hvp(smooth, POINT, w)).sum(), rtol=1e-10)


def test_hvp_of_powers_is_right_where_the_slope_vanishes():
    x, v = np.array([0.0, 1.0]), np.array([1.0, 1.0])

    for n, by_hand in ((0, [0, 0]), (1, [0, 0]), (2, [2, 2]), (3, [0, 6])):
        assert_array_equal(hvp(lambda x, n=n: (x**n).sum(), x, v), by_hand)


WRONG = {
    "tanh": elementwise(np.tanh, lambda u, x: 1 - x**2),
    "multiply": elementwise(np.multiply, lambda u, x, y: x, lambda u, x, y: y),
    "matmul": RULES["matmul"]._replace(push=(lambda t, u, x, y: t @ y, lambda t, u, x, y: 0 * (x @ t))),
    "sum": linear(RULES["sum"].value, lambda g, x, axis: g * np.ones_like(x.detach()) / 2),
    "exp": RULES["exp"]._replace(push=(lambda t, u, x: t,)),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rule_is_refused_by_the_hessian(name, monkeypatch):
    right = hvp(smooth, POINT, DIRECTION)
    monkeypatch.setitem(RULES, name, WRONG[name])

    assert not np.allclose(hvp(smooth, POINT, DIRECTION), right)


def test_functions_of_numbers_and_constants():
    assert_array_equal(hvp(lambda x: x**3, np.array(2.0), np.array(5.0)), 60.0)
    assert jvp(lambda x: x**3, np.array(2.0), np.array(5.0)) == (8.0, 60.0)
    value, tangent = jvp(lambda x: np.ones(3), POINT, DIRECTION)
    assert_array_equal(value, np.ones(3))
    assert_array_equal(tangent, np.zeros(3))
    assert_array_equal(hvp(lambda x: 7.0, POINT, DIRECTION), np.zeros((4, 1)))
    assert_array_equal(hvp(lambda x: x.sum(), POINT, DIRECTION), np.zeros((4, 1)))


def test_single_precision_stays():
    x, v = POINT.astype(np.float32), DIRECTION.astype(np.float32)

    found = jvp(lambda x: (2 * x.sigmoid() - x**2).mean(axis=0), x, v)

    assert {u.dtype for u in found} == {np.dtype(np.float32)}
    assert hvp(lambda x: (x**3).sum() / 2, x, v).dtype == np.float32


def test_arguments_are_left_alone_and_results_are_new():
    x, v = POINT.copy(), DIRECTION.copy()

    value, tangent = jvp(lambda x: x * 1, x, v)
    found = hvp(smooth, x, v)
    value += 1
    tangent += 1
    found += 1

    assert_array_equal(x, POINT)
    assert_array_equal(v, DIRECTION)


def test_broadcast_tangent_has_the_shape_of_the_value():
    u = Dual(np.ones((2, 1)), np.array([[1.0], [2.0]])) + np.zeros((1, 3))

    assert_array_equal(u.tangent, [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    assert repr(Dual(np.ones(1), np.zeros(1))) == "Dual(array([1.]), array([0.]))"


def test_results_out_of_range_are_infinite_or_nan_without_a_warning():
    x = np.array([0.0, -1.0, 1e3, np.nan])

    _, slopes = jvp(lambda x: x.log(), x, np.ones(4))
    _, exploded = jvp(lambda x: x.exp(), x, np.ones(4))

    assert_array_equal(slopes, [np.inf, np.nan, 1e-3, np.nan])
    assert_array_equal(exploded[2:], [np.inf, np.nan])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_division_by_a_plain_zero_is_infinite_or_nan(dtype):
    x, t = np.array([1.0, -2.0, 0.0, 3.0], dtype), np.array([1.0, 1.0, 1.0, 0.0], dtype)
    leaf = Tensor(x)

    dual = Dual(x, t) / 0
    (leaf / 0).sum().backward()

    assert_array_equal(dual.value, [np.inf, -np.inf, np.nan, np.inf])
    assert_array_equal(dual.tangent, [np.inf, np.inf, np.inf, np.nan])
    assert_array_equal(leaf.grad, [np.inf] * 4)
    assert {dual.value.dtype, dual.tangent.dtype, leaf.grad.dtype} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: Dual(np.ones(2), np.ones(3)), r"tangent has shape \(3,\), but should have shape \(2,\)."),
        (lambda: Dual([1.0], np.ones(1)), "value is a list, but should be"),
        (lambda: Dual(np.ones(0), np.ones(0)), r"value has shape \(0,\), but should hold"),
        (lambda: jvp(smooth, POINT, np.ones(4)), r"v has shape \(4,\), but should have shape \(4, 1\)."),
        (lambda: hvp(smooth, POINT, [1.0]), "v is a list"),
        (lambda: hvp(smooth, None, POINT), "x is None"),
        (lambda: hvp("f", POINT, POINT), "f is a str, but should be a function."),
        (lambda: jvp(lambda x: None, POINT, POINT), r"f\(x\) is None, but should be"),
        (lambda: hvp(lambda x: "a", POINT, POINT), r"f\(x\) is a str, but should be"),
        (
            lambda: hvp(lambda x: x * x, POINT, POINT),
            r"backward starts from a scalar, but u has shape \(4, 1\).",
        ),
        (lambda: jvp(lambda x: np.sin(x), POINT, POINT), "np.sin has no rule"),
        (lambda: jvp(lambda x: x + Tensor(POINT), POINT, POINT), "operand is a Tensor"),
        (lambda: jvp(lambda x: hvp(smooth, POINT, POINT), POINT, POINT), "A derivative inside a derivative"),
        (lambda: grad(lambda x: jvp(smooth, POINT, POINT)[1])(1.0), "A derivative inside a derivative"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        wrong()
