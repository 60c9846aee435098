"""Losses and their slopes: values, gradients, extremes, and where δ = o − y is exact."""

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from strategies import CANONICAL, CENTRAL, EXACT, PAIRS, SHAPES, SINGLE, away_from_zero, make_target, networks

from bpkit import (
    activation,
    batch_loss,
    central_difference,
    complex_step,
    delta_is_o_minus_y,
    forward,
    output_delta,
    sample_losses,
)
from bpkit.reference import losses
from bpkit.reference.losses import LOSSES, loss_for

EXTREMES = np.array([[-1e4, 1e4, 0.0, 1e4, -1e4], [1e4, 1e4, -1e4, 0.0, -1e4]])


def draw(loss, shape, dtype=float):
    rng = np.random.default_rng(0)
    return away_from_zero(shape, rng).astype(dtype), make_target(loss, shape, rng).astype(dtype)


def from_outputs(z, y, f, loss):
    """Return ℓ of each sample from the outputs, by the formulas of the book without care for extremes."""
    o = activation(f)(z)
    if loss == "cross_entropy":
        return -(y * np.log(o)).sum(axis=0)
    return LOSSES[loss].value(o, y)


def test_losses_and_their_outputs_are_those_of_the_course():
    assert {(f, loss) for loss in LOSSES for f in LOSSES[loss].outputs} == set(PAIRS)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_sample_losses_from_z_agree_with_those_from_outputs(f, loss, shape):
    z, y = draw(loss, shape)

    found = sample_losses(z, y, f, loss)

    assert found.shape == shape[1:]
    assert_allclose(found, from_outputs(z, y, f, loss), **EXACT)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_output_delta_matches_both_numerical_witnesses(f, loss, shape):
    z, y = draw(loss, shape)

    delta = output_delta(z, y, f, loss)

    for method, tolerance in [(complex_step, EXACT), (central_difference, CENTRAL)]:
        assert_allclose(delta, method(lambda z: sample_losses(z, y, f, loss).sum(), z), **tolerance)
        assert_allclose(delta, method(lambda z: from_outputs(z, y, f, loss).sum(), z), **tolerance)


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_output_delta_with_the_sign_turned_is_refused_by_both_witnesses(f, loss):
    z, y = draw(loss, (3, 5))

    for method in (complex_step, central_difference):
        slopes = method(lambda z: sample_losses(z, y, f, loss).sum(), z)
        assert not np.allclose(-output_delta(z, y, f, loss), slopes, **CENTRAL)


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_delta_is_o_minus_y_for_the_canonical_pairs_alone(f, loss):
    z, y = draw(loss, (3, 5))

    exact = np.allclose(activation(f)(z) - y, output_delta(z, y, f, loss))

    assert delta_is_o_minus_y(f, loss) is exact is ((f, loss) in CANONICAL)


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_losses_keep_single_precision(f, loss):
    z, y = draw(loss, (3, 5), np.float32)

    found, delta = sample_losses(z, y, f, loss), output_delta(z, y, f, loss)

    assert found.dtype == delta.dtype == batch_loss(found).dtype == np.float32
    assert_allclose(found, sample_losses(z.astype(float), y.astype(float), f, loss), **SINGLE)
    assert_allclose(delta, output_delta(z.astype(float), y.astype(float), f, loss), **SINGLE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_losses_are_finite_at_extremes_without_warning(f, loss, dtype):
    z, y = EXTREMES.astype(dtype), np.array([[1, 0, 1, 0, 1], [0, 1, 0, 1, 0]], dtype)

    with np.errstate(divide="raise", over="raise", invalid="raise"):
        assert np.isfinite(sample_losses(z, y, f, loss)).all()
        assert np.isfinite(output_delta(z, y, f, loss)).all()


def test_cross_entropy_from_outputs_fails_at_extremes():
    y = np.array([[1.0, 0, 1, 0, 1], [0, 1, 0, 1, 0]])

    with np.errstate(divide="raise", invalid="raise"), pytest.raises(FloatingPointError):
        from_outputs(EXTREMES, y, "softmax", "cross_entropy")


@pytest.mark.parametrize("o", [0.0, 1.0, -0.5, 1.5, -np.inf])
@pytest.mark.parametrize("function", [losses.binary_cross_entropy, losses.binary_cross_entropy_gradient])
def test_binary_cross_entropy_refuses_outputs_that_are_no_probability(function, o):
    outputs, y = np.array([[0.5], [o]]), np.array([[1.0], [0.0]])

    with pytest.raises(ValueError, match=rf"o holds {o}, but .* needs 0 < o < 1\. .*_from_logits"):
        function(outputs, y)
    assert np.isfinite(function(np.array([[0.5], [1e-300]]), y)).all()


@pytest.mark.parametrize("o", [0.0, -0.5])
def test_cross_entropy_gradient_refuses_outputs_that_are_no_probability(o):
    with pytest.raises(ValueError, match=rf"o holds {o}, but the cross-entropy needs probabilities above 0"):
        losses.cross_entropy_gradient(np.array([[o], [1.0]]), np.array([[1.0], [0.0]]))


FORMULAS = [
    losses.half_squared_error,
    losses.mean_squared_error,
    losses.binary_cross_entropy,
    losses.binary_cross_entropy_from_logits,
    losses.cross_entropy,
    losses.half_squared_error_gradient,
    losses.mean_squared_error_gradient,
    losses.binary_cross_entropy_gradient,
    losses.cross_entropy_gradient,
]
MISFITS = {
    "y is a list, but should be a numpy array of numbers. Write np.array(y).": [[0.5]],
    "y is None, but should be a numpy array of numbers.": None,
    "y has dtype bool, but should hold numbers. Write y.astype(float).": np.array([[True, False]]),
    "y has shape (2,), but should have shape (1, 2).": np.zeros(2),
    "y has shape (2, 1), but should have shape (1, 2).": np.zeros((2, 1)),
    "y has shape (1, 1), but should have shape (1, 2).": np.zeros((1, 1)),
}


@pytest.mark.parametrize("message", MISFITS)
@pytest.mark.parametrize("formula", FORMULAS)
def test_losses_refuse_a_target_that_does_not_fit(formula, message):
    with pytest.raises((TypeError, ValueError)) as error:
        formula(np.full((1, 2), 0.5), MISFITS[message])

    assert str(error.value) == message


@pytest.mark.parametrize("o", [np.zeros((3, 0)), np.zeros((0, 2)), np.full(3, 0.5), 0.5, "0.5"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_losses_refuse_outputs_that_are_no_matrix_of_numbers(formula, o):
    with pytest.raises((TypeError, ValueError), match=r"^[oz] (is a str|has shape .*), but should .*\.$"):
        formula(o, o)


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_losses_of_the_largest_numbers_warn_of_nothing(f, loss):
    z, y = np.array([[1e300, -1e300, np.inf], [-1e300, 1e300, 0.0]]), np.array([[1.0, 0, 1], [0, 1, 0]])

    delta = output_delta(z, y, f, loss)

    assert delta.shape == z.shape
    assert sample_losses(z, y, f, loss).shape == (3,)
    assert batch_loss(sample_losses(z[:, :2], y[:, :2], f, loss)) >= 0


def test_batch_loss_refuses_an_empty_batch_and_a_matrix():
    with pytest.raises(ValueError, match=r"losses has shape \(0,\), but should hold at least one number"):
        batch_loss(np.zeros(0))
    with pytest.raises(ValueError, match=r"losses has shape \(1, 5\), but should have 1 axes"):
        batch_loss(np.zeros((1, 5)))


def test_output_delta_refuses_targets_of_cross_entropy_that_do_not_sum_to_one():
    z, y = np.zeros((2, 2)), np.array([[1.0, 1.0], [1.0, 0.0]])

    with pytest.raises(
        ValueError, match=r"column with sum 2.0, .* should sum to 1 .*with binary_cross_entropy"
    ):
        output_delta(z, y, "softmax", "cross_entropy")
    assert output_delta(z, y, "sigmoid", "binary_cross_entropy").shape == (2, 2)


def test_output_delta_takes_targets_of_cross_entropy_that_are_rounded_or_nan():
    z, y = np.zeros((3, 2)), np.array([[0.333, np.nan], [0.333, 0.0], [0.333, 0.0]])

    delta = output_delta(z, y, "softmax", "cross_entropy")

    assert_array_equal(np.isnan(delta), [[False, True], [False, False], [False, False]])


def test_cross_entropies_at_extremes_are_the_distance_to_the_right_answer():
    z, y = np.array([[1e4], [-1e4]]), np.array([[0.0], [1.0]])

    assert_allclose(sample_losses(z, y, "softmax", "cross_entropy"), [2e4])
    assert_allclose(sample_losses(z, y, "sigmoid", "binary_cross_entropy"), [2e4])
    assert_allclose(sample_losses(-z, y, "softmax", "cross_entropy"), [0.0])


def test_binary_cross_entropy_keeps_the_digits_of_a_tiny_loss():
    found = sample_losses(np.array([[40.0]]), np.array([[1.0]]), "sigmoid", "binary_cross_entropy")

    assert_allclose(found, [np.exp(-40)], rtol=1e-12)


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_losses_do_not_hide_nan(f, loss):
    z, y = draw(loss, (3, 5))
    z[0, 2] = np.nan

    assert_array_equal(np.isnan(sample_losses(z, y, f, loss)), [False, False, True, False, False])
    assert np.isnan(output_delta(z, y, f, loss)[0, 2])


@given(net=networks())
def test_sample_losses_rest_on_their_own_columns(net):
    z, f = forward(net.W, net.b, net.x, net.f)[0][len(net.W)], net.f[len(net.W)]
    order = np.random.default_rng(0).permutation(z.shape[1])

    found = sample_losses(z, net.y, f, net.loss)

    assert_allclose(sample_losses(z[:, order], net.y[:, order], f, net.loss), found[order], **EXACT)
    assert_allclose(sample_losses(z[:, :1], net.y[:, :1], f, net.loss), found[:1], **EXACT)


@given(net=networks())
def test_losses_leave_their_arguments_alone(net):
    z, f = forward(net.W, net.b, net.x, net.f)[0][len(net.W)], net.f[len(net.W)]
    before = z.copy(), net.y.copy()

    sample_losses(z, net.y, f, net.loss)
    output_delta(z, net.y, f, net.loss)

    assert_array_equal(z, before[0])
    assert_array_equal(net.y, before[1])


@given(net=networks(pairs=(("softmax", "cross_entropy"),)))
def test_cross_entropy_is_least_at_the_target_and_its_delta_sums_to_zero(net):
    z = np.log(net.y + 1e-12)

    entropy = sample_losses(z, net.y, "softmax", "cross_entropy")

    worse = sample_losses(z + net.W[len(net.W)][:, :1], net.y, "softmax", "cross_entropy")
    assert (worse >= entropy - 1e-9).all()
    assert_allclose(output_delta(z, net.y, "softmax", "cross_entropy").sum(axis=0), 0, atol=1e-12)


@given(net=networks(pairs=(("identity", "half_squared_error"), ("identity", "mean_squared_error"))))
def test_squared_errors_vanish_at_the_target_and_grow_with_the_square(net):
    z = net.y + 1

    found = sample_losses(z, net.y, "identity", net.loss)

    assert_array_equal(sample_losses(net.y, net.y, "identity", net.loss), 0)
    assert_allclose(sample_losses(z + 1, net.y, "identity", net.loss), 4 * found, **EXACT)


def test_batch_loss_is_between_the_least_and_the_largest():
    assert batch_loss(np.array([1.0, 2.0, 6.0])) == 3.0


@pytest.mark.parametrize("ask", [loss_for, delta_is_o_minus_y])
def test_unknown_output_is_answered_with_the_nearest_name(ask):
    with pytest.raises(ValueError, match="no activation named 'softmx'. Did you mean 'softmax'?"):
        ask("softmx", "cross_entropy")


@pytest.mark.parametrize("ask", [loss_for, delta_is_o_minus_y])
def test_pair_that_makes_no_sense_is_answered_with_the_outputs_that_do(ask):
    with pytest.raises(ValueError, match="cross_entropy does not go with the output 'relu'.*with: softmax"):
        ask("relu", "cross_entropy")
    with pytest.raises(ValueError, match="binary_cross_entropy does not go .* It goes with: sigmoid"):
        ask("identity", "binary_cross_entropy")


def test_unknown_loss_is_answered_with_the_nearest_name():
    with pytest.raises(ValueError, match="no loss named 'crossentropy'. Did you mean 'cross_entropy'?"):
        sample_losses(np.zeros((1, 1)), np.zeros((1, 1)), "softmax", "crossentropy")


def test_output_delta_refuses_a_target_of_another_shape():
    with pytest.raises(ValueError, match=r"y has shape \(5,\), but should have shape \(1, 5\)"):
        output_delta(np.zeros((1, 5)), np.zeros(5), "identity", "half_squared_error")
