"""The independent witness itself: its order, its shapes, and what it catches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import CENTRAL, EXACT, PAIRS, arrays, make_network, run_backward, total_loss

from bpkit import central_difference, complex_step, numerical_gradients, relative_error

METHODS = [central_difference, complex_step]


def gradients(net, method):
    m = net.x.shape[1]
    return numerical_gradients(lambda W, b: total_loss(net, W, b) / m, net.W, net.b, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 3)])
def test_derivative_has_the_shape_of_values_then_entries(method, shape):
    x = np.random.default_rng(0).normal(size=shape)

    J = method(lambda x: np.stack([x.sum() ** 2, (x**3).sum()]), x)

    assert J.shape == (2, *shape)
    assert_allclose(J[0], np.full(shape, 2 * x.sum()), **CENTRAL)
    assert_allclose(J[1], 3 * x**2, **CENTRAL)


@pytest.mark.parametrize("method", METHODS)
def test_derivative_of_a_linear_map_is_its_matrix(method):
    A = np.random.default_rng(1).normal(size=(3, 4))

    assert_allclose(method(lambda x: A @ x, np.ones(4)), A, **CENTRAL)


@pytest.mark.parametrize("method", METHODS)
def test_derivative_leaves_x_alone_and_promotes_integers(method):
    x = np.array([1, 2, 3])
    before = x.copy()

    assert_allclose(method(lambda x: (x**2).sum(), x), [2.0, 4.0, 6.0], **CENTRAL)
    assert_array_equal(x, before)


@pytest.mark.parametrize("method", METHODS)
def test_derivative_does_not_hide_nan(method):
    assert np.isnan(method(lambda x: (x * np.array([1.0, np.nan])).sum(), np.ones(2))).all()


@pytest.mark.parametrize("h", [np.float32(1e-5), np.float64(1e-5), np.array(1e-5)[()], 1e-5])
@pytest.mark.parametrize("method", METHODS)
def test_derivative_takes_steps_of_any_float(method, h):
    assert_allclose(method(np.sin, np.array(1.0), h), np.cos(1.0), **CENTRAL)


def test_central_difference_is_of_second_order():
    h = np.array([1e-1, 1e-2, 1e-3])

    errors = [abs(central_difference(np.exp, np.array(1.0), step) - np.e) for step in h]

    assert_allclose(np.polyfit(np.log(h), np.log(errors), 1)[0], 2, atol=0.01)


def test_central_difference_at_its_default_step_beats_steps_far_from_it():
    x = np.array(1.0)

    errors = {h: abs(central_difference(np.exp, x, h) - np.e) for h in (1e-2, 6e-6, 1e-11)}

    assert errors[6e-6] < 1e-9 < min(errors[1e-2], errors[1e-11])
    assert central_difference(np.exp, x) == central_difference(np.exp, x, 6e-6)


@given(x=arrays(bound=3))
def test_complex_step_agrees_with_calculus_to_rounding(x):
    assert_allclose(
        complex_step(lambda x: (x * np.exp(x)).sum(), x), (1 + x) * np.exp(x), rtol=1e-13, atol=1e-15
    )


def test_complex_step_is_blind_where_the_function_is_not_analytic():
    assert complex_step(np.abs, np.array(2.0)) == 0
    assert_allclose(central_difference(np.abs, np.array(2.0)), 1, **CENTRAL)


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_numerical_gradients_agree_with_each_other_and_with_backward(f, loss):
    net = make_network((2, 3, 1, 4), 5, f, loss)
    dW, db, _ = run_backward(net)

    for method, tolerance in [(central_difference, CENTRAL), (complex_step, EXACT)]:
        numeric_dW, numeric_db = gradients(net, method)
        for l in net.W:
            assert_allclose(numeric_dW[l], dW[l], **tolerance)
            assert_allclose(numeric_db[l], db[l], **tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_numerical_gradients_leave_the_parameters_alone(method):
    net = make_network((2, 3, 4), 5)
    before = {l: (net.W[l].copy(), net.b[l].copy()) for l in net.W}

    dW, db = gradients(net, method)

    assert set(dW) == set(db) == set(net.W)
    for l in before:
        assert_array_equal(net.W[l], before[l][0])
        assert_array_equal(net.b[l], before[l][1])


def test_numerical_gradients_use_central_differences_unless_told():
    W, b = {1: np.array([[2.0]])}, {1: np.array([[1.0]])}

    dW, db = numerical_gradients(lambda W, b: abs(3 * W[1] + b[1]).sum(), W, b)

    assert_allclose([dW[1], db[1]], [[[3.0]], [[1.0]]], **CENTRAL)


@given(a=arrays(), scale=st.floats(1e-3, 1e3))
def test_relative_error_is_symmetric_bounded_and_free_of_scale(a, scale):
    b = np.flip(a) + 1

    error = relative_error(a, b)

    assert 0 <= error <= 1
    assert error == relative_error(b, a)
    assert_allclose(relative_error(scale * a, scale * b), error, rtol=1e-9, atol=1e-12)


def test_relative_error_of_equal_opposite_and_vanishing_arrays():
    a = np.array([[3.0, -4.0]])

    assert relative_error(a, a) == 0
    assert relative_error(a, -a) == 1
    assert relative_error(0 * a, 0 * a) == 0
    assert relative_error(a, 0 * a) == 1
    assert isinstance(relative_error(a, a), float)


def test_relative_error_sees_a_wrong_factor_on_a_tiny_gradient():
    assert_allclose(relative_error(np.array([1e-12]), np.array([2e-12])), 1 / 3)


@pytest.mark.parametrize("scale", [5e-324, 1e-200, 1e-160, 1e160, 1e200, 1e307])
def test_relative_error_knows_no_number_too_small_or_too_large(scale):
    assert_allclose(relative_error(np.array([scale]), np.array([3 * scale])), 0.5)
    assert relative_error(np.array([scale, 0.0]), np.array([scale, 0.0])) == 0


def test_relative_error_of_infinite_gradients_is_nan():
    assert np.isnan(relative_error(np.array([np.inf, 1.0]), np.array([np.inf, 1.0])))


def test_relative_error_does_not_hide_nan():
    assert np.isnan(relative_error(np.array([1.0, np.nan]), np.ones(2)))


def test_relative_error_refuses_arrays_that_would_only_broadcast():
    with pytest.raises(ValueError, match=r"shapes \(3, 1\) and \(3,\), but should have the same"):
        relative_error(np.ones((3, 1)), np.ones(3))


def test_derivative_of_infinite_values_is_nan_without_a_warning():
    assert np.isnan(central_difference(lambda x: x + np.inf, np.ones(2))).all()
    assert complex_step(lambda x: np.array(1e300j), np.array(1.0)) == np.inf


@pytest.mark.parametrize("method", METHODS)
def test_derivative_lets_the_functions_own_warnings_through(method):
    with pytest.warns(RuntimeWarning, match="overflow"):
        method(lambda x: np.exp(x), np.array(1e3))


CHECKED = {
    "x is of type list, but should be a number or an array of numbers.": (np.sin, [1.0]),
    "x is of type NoneType, but should be a number or an array of numbers.": (np.sin, None),
    "x has dtype object, but should hold numbers.": (np.sin, np.array([None])),
    "x has dtype bool, but should hold numbers.": (np.sin, np.array([True])),
    "x has shape (0,), but should hold at least one number.": (np.sin, np.zeros(0)),
    "x is complex, but should be real: the step goes from there.": (np.sin, np.array([1j])),
    "f is of type str, but should be a function.": ("sin", np.ones(2)),
    "f(x) is of type NoneType, but should be a number or an array of numbers.": (lambda x: None, np.ones(2)),
    "f(x) is of type list, but should be a number or an array of numbers.": (lambda x: [1.0], np.ones(2)),
    "f(x) has dtype bool, but should hold numbers.": (lambda x: x.real > 0, np.ones(2)),
    "h is 0, but should be a positive number.": (np.sin, np.ones(2), 0),
    "h is -1e-06, but should be a positive number.": (np.sin, np.ones(2), -1e-6),
    "h is nan, but should be a positive number.": (np.sin, np.ones(2), np.nan),
    "h is inf, but should be a positive number.": (np.sin, np.ones(2), np.inf),
    "h is 10000000000000000000000": (np.sin, np.ones(2), 10**400),
    "h is of type str, but should be a number.": (np.sin, np.ones(2), "small"),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("message", CHECKED)
def test_derivative_refuses_what_it_cannot_differentiate(message, method):
    with pytest.raises((TypeError, ValueError)) as error:
        method(*CHECKED[message])

    assert str(error.value).startswith(message)


@pytest.mark.parametrize("method", METHODS)
def test_derivative_refuses_a_function_whose_values_change_their_shape(method):
    sizes = iter(range(1, 9))

    with pytest.raises(ValueError, match=r"f\(x\) has the shapes \[\(1,\), \(2,\)\] in turn"):
        method(lambda x: np.ones(next(sizes)), np.ones(2))


ONE = {1: np.ones((1, 1))}
NO_GRADIENT = {
    "loss_fn is of type float, but should be a function.": (0.5, ONE, ONE),
    "method is of type str, but should be a function.": (lambda W, b: 0.5, ONE, ONE, "central"),
    "W is of type list, but should be a dict keyed by layer.": (lambda W, b: 0.5, [1.0], ONE),
    "W[1] is of type list, but should be": (lambda W, b: 0.5, {1: [1.0]}, ONE),
    "b[1] has shape (0, 1), but should hold": (lambda W, b: 0.5, ONE, {1: np.ones((0, 1))}),
    "The loss has shape (1, 1), but should be one number": (lambda W, b: W[1] + b[1], ONE, ONE),
    "The loss is of type tuple, but should be": (lambda W, b: (0.5, 1), ONE, ONE),
}


@pytest.mark.parametrize("message", NO_GRADIENT)
def test_numerical_gradients_refuse_what_has_no_gradient(message):
    with pytest.raises((TypeError, ValueError)) as error:
        numerical_gradients(*NO_GRADIENT[message])

    assert str(error.value).startswith(message)


@pytest.mark.parametrize("value", [[1.0], None, "1.0", np.array([True]), np.array([None]), np.zeros(0)])
def test_relative_error_refuses_what_is_no_array_of_numbers(value):
    with pytest.raises(
        (TypeError, ValueError), match=r"^a (is of type|has dtype|has shape) .*, but should .*\."
    ):
        relative_error(value, value)
