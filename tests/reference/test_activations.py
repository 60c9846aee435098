"""Activations and their derivatives: slopes, symmetries, extremes, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import CENTRAL, ELEMENTWISE, EXACT, SHAPES, SINGLE, arrays, away_from_zero

from bpkit import activation, central_difference, complex_step, derivative
from bpkit.reference.activations import (
    ACTIVATIONS,
    leaky_relu,
    leaky_relu_prime,
    relu,
    relu_prime,
    sigmoid,
    softmax,
    softplus,
)

EXTREMES = np.array([[-1e4, -745.2, -1e-300, 0.0, 1e-300, 36.8, 710.0, 1e4], [1e4] * 8])


def slopes(f, z, method):
    """Return the slope of an elementwise f at every entry: the diagonal of its Jacobian."""
    return method(f, z).reshape(z.size, z.size).diagonal().reshape(z.shape)


def test_activation_names_are_those_of_the_course():
    assert set(ACTIVATIONS) == {*ELEMENTWISE, "softmax"}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_matches_both_numerical_witnesses(name, shape):
    z = away_from_zero(shape, np.random.default_rng(0))

    assert_allclose(derivative(name)(z), slopes(activation(name), z, complex_step), **EXACT)
    assert_allclose(derivative(name)(z), slopes(activation(name), z, central_difference), **CENTRAL)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_derivative_taken_at_a_is_refused_by_both_witnesses(name):
    z = away_from_zero((3, 5), np.random.default_rng(0))
    at_a = derivative(name)(activation(name)(z))

    for method in (complex_step, central_difference):
        assert not np.allclose(at_a, slopes(activation(name), z, method), **CENTRAL)


@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_keeps_single_precision(name):
    z = away_from_zero((3, 5), np.random.default_rng(0)).astype(np.float32)
    functions = [activation(name)] if name == "softmax" else [activation(name), derivative(name)]

    for f in functions:
        assert f(z).dtype == np.float32
        assert_allclose(f(z), f(z.astype(float)), **SINGLE)


@pytest.mark.parametrize("z", [np.array([[-2, 0], [1, 3]]), np.array([[200, 3]], np.uint8)])
@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_promotes_integers(name, z):
    for f in [activation(name)] if name == "softmax" else [activation(name), derivative(name)]:
        assert_array_equal(f(z), f(z.astype(float)))
        assert f(z).dtype == np.float64


@pytest.mark.parametrize("z", [0.7, -2, np.float64(0.3), np.array(0.5)])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activation_takes_numbers(name, z):
    for f in (activation(name), derivative(name)):
        assert np.shape(f(z)) == ()
        assert f(z) == f(np.array([float(z)]))[0]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_takes_complex_numbers_so_that_it_can_be_differentiated_too(name):
    z = away_from_zero((3, 5), np.random.default_rng(0))

    second = slopes(derivative(name), z, complex_step)

    assert_allclose(second, slopes(derivative(name), z, central_difference), **CENTRAL)


@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_at_the_largest_numbers_warns_of_nothing(name):
    z = np.array(
        [[1e300, np.inf], [-1e300, -np.inf], [np.finfo(float).max, 0.0], [-np.finfo(float).max, 1.0]]
    )

    for f in [activation(name)] if name == "softmax" else [activation(name), derivative(name)]:
        assert np.isfinite(f(z)[:, 0]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_is_finite_at_extremes_without_warning(name, dtype):
    z = EXTREMES.astype(dtype)

    with np.errstate(divide="raise", over="raise", invalid="raise"):
        assert np.isfinite(activation(name)(z)).all()
        assert name == "softmax" or np.isfinite(derivative(name)(z)).all()


@pytest.mark.parametrize("dtype", [float, np.float32, complex])
@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_never_raises_for_what_numpy_can_round(name, dtype):
    z = np.array([[1e4, 745.0, 40.0, 1e-20, 1e-310]]).T.astype(dtype)
    functions = [activation(name)] if name == "softmax" else [activation(name), derivative(name)]

    with np.errstate(all="raise"):
        results = [f(side) for f in functions for side in (z, -z)]

    assert np.isfinite(results).all()


def test_naive_sigmoid_overflows_at_extremes():
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        1 / (1 + np.exp(-EXTREMES))


@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_does_not_hide_nan(name):
    z = np.array([[np.nan, 1.0], [1.0, 2.0]])

    assert np.isnan(activation(name)(z)[0, 0])
    assert np.isfinite(activation(name)(z)[:, 1]).all()


@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if name != "identity"])
def test_derivative_does_not_hide_nan(name):
    assert_array_equal(np.isnan(derivative(name)(np.array([[np.nan, 1.0]]))), [[True, False]])


@given(z=arrays(), name=st.sampled_from([*ELEMENTWISE, "softmax"]))
def test_activation_leaves_its_argument_alone(z, name):
    before = z.copy()

    a = activation(name)(z)
    if name != "softmax":
        assert derivative(name)(z).shape == z.shape

    assert a.shape == z.shape
    assert_array_equal(z, before)


@given(z=arrays())
def test_sigmoid_of_minus_z_is_one_minus_sigmoid(z):
    assert_allclose(sigmoid(-z), 1 - sigmoid(z), **EXACT)


@given(z=arrays(bound=1e4))
def test_sigmoid_lies_between_zero_and_one_and_rises(z):
    z = np.sort(z, axis=None)

    a = sigmoid(z)

    assert ((a >= 0) & (a <= 1)).all()
    assert (np.diff(a) >= 0).all()


@given(z=arrays())
def test_sigmoid_is_a_tanh_of_half_the_argument(z):
    assert_allclose(sigmoid(z), (1 + np.tanh(z / 2)) / 2, **EXACT)
    assert_allclose(4 * derivative("sigmoid")(z), derivative("tanh")(z / 2), **EXACT)


def test_sigmoid_prime_keeps_its_digits_where_sigmoid_is_near_one():
    slope = derivative("sigmoid")(np.array([[-40.0, 40.0]]))

    assert_allclose(slope, [[np.exp(-40), np.exp(-40)]], rtol=1e-14)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-14), (np.float32, 1e-5)])
def test_tanh_prime_keeps_its_digits_where_tanh_is_near_one(dtype, rtol):
    z = np.array([[-40.0, -19.0, 0.5, 15.0, 18.0, 40.0]], dtype)

    assert_allclose(derivative("tanh")(z), np.cosh(z.astype(float)) ** -2, rtol=rtol)
    assert derivative("tanh")(z).dtype == dtype


def test_tanh_prime_falls_below_sigmoid_prime_in_the_tails():
    z = np.array([[0.0, 1.66, 1.67, 3.0]])

    larger = derivative("tanh")(z) > derivative("sigmoid")(z)

    assert_array_equal(larger, [[True, True, False, False]])


@given(z=arrays(bound=1e4))
def test_relu_of_z_and_minus_z_add_up_to_their_difference_and_size(z):
    assert_array_equal(relu(z) - relu(-z), z)
    assert_array_equal(relu(z) + relu(-z), np.abs(z))


@given(z=arrays(bound=1e4))
def test_leaky_relu_takes_a_hundredth_from_the_other_side(z):
    assert_allclose(leaky_relu(z), relu(z) - 0.01 * relu(-z), **EXACT)


@given(z=arrays(bound=1e4))
def test_softplus_lies_above_relu_by_the_logarithm_of_two_at_most(z):
    gap = softplus(z) - relu(z)

    assert ((gap >= 0) & (gap <= np.log(2))).all()
    assert_allclose(softplus(z) - softplus(-z), z, **EXACT)


def test_softplus_keeps_the_digits_of_a_tiny_value():
    assert_allclose(softplus(np.array([[-40.0]])), [[np.exp(-40)]], rtol=1e-14)


def test_leaky_relu_prime_at_the_kink_is_the_slope_of_the_left_side():
    assert_array_equal(leaky_relu_prime(np.array([[0.0, -0.0, 1e-300, -1e-300]])), [[0.01, 0.01, 1, 0.01]])


def test_relu_prime_at_the_kink_is_zero():
    assert_array_equal(relu_prime(np.array([[0.0, -0.0, 1e-300, -1e-300]])), [[0, 0, 1, 0]])


@given(z=arrays(), c=st.floats(-1e3, 1e3))
def test_softmax_is_invariant_to_shift(z, c):
    assert_allclose(softmax(z + c), softmax(z), rtol=1e-9, atol=1e-12)


@given(z=arrays(bound=1e4))
def test_softmax_columns_are_probabilities(z):
    p = softmax(z)

    assert (p >= 0).all()
    assert_allclose(p.sum(axis=0), 1, **EXACT)


@given(z=arrays())
def test_softmax_treats_units_and_samples_alike_in_any_order(z):
    assert_allclose(softmax(z[::-1]), softmax(z)[::-1], **EXACT)
    assert_array_equal(softmax(z[:, ::-1]), softmax(z)[:, ::-1])


@given(z=arrays())
def test_softmax_of_two_units_is_the_sigmoid_of_their_difference(z):
    p = softmax(np.vstack([z[:1], z[-1:]]))

    assert_allclose(p[:1], sigmoid(z[:1] - z[-1:]), **EXACT)


def test_softmax_has_no_elementwise_derivative():
    with pytest.raises(ValueError, match=r"softmax has no elementwise derivative.*eq-softmax-jacobian"):
        derivative("softmax")(np.zeros((2, 1)))


@pytest.mark.parametrize("look_up", [activation, derivative])
def test_unknown_activation_is_answered_with_the_nearest_name(look_up):
    with pytest.raises(ValueError, match="no activation named 'sigmod'. Did you mean 'sigmoid'?"):
        look_up("sigmod")
    with pytest.raises(
        ValueError,
        match="named 'xyz'. The names are: identity, sigmoid, tanh, relu, leaky_relu, softplus, softmax",
    ):
        look_up("xyz")


@pytest.mark.parametrize("name", [None, 3, np.tanh, ["tanh"], np.array(["tanh", "relu"])])
@pytest.mark.parametrize("look_up", [activation, derivative])
def test_what_is_no_name_is_answered_with_the_names(look_up, name):
    with pytest.raises(ValueError, match=r"There is no activation named (?s:.*)The names are: identity, "):
        look_up(name)


REFUSED = {
    "z is a list, but should be a numpy array of numbers. Write np.array(z).": [[1.0, 2.0]],
    "z is None, but should be a numpy array of numbers.": None,
    "z is a str, but should be a numpy array of numbers.": "1.0",
    "z is a bool, but should be a numpy array of numbers.": True,
    "z has dtype bool, but should hold numbers. Write z.astype(float).": np.array([[True]]),
    "z has dtype object, but should hold numbers.": np.array([[None]]),
    "z has dtype <U1, but should hold numbers.": np.array([["1"]]),
    "z has shape (2, 0), but should hold at least one number.": np.zeros((2, 0)),
}


@pytest.mark.parametrize("message", REFUSED)
@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_activation_refuses_what_holds_no_numbers(name, message):
    for f in [activation(name)] if name == "softmax" else [activation(name), derivative(name)]:
        with pytest.raises((TypeError, ValueError)) as error:
            f(REFUSED[message])
        assert str(error.value) == message


def test_softmax_refuses_a_single_number():
    with pytest.raises(ValueError, match="z is one number, but softmax needs a column"):
        softmax(0.5)
