"""Both sides of the equations for δ in the chapter *Losses and the error of the output layer*."""

import numpy as np
import pytest
from equations.proofs import by_index, logits_and_targets, losses_from, proves, slope, softmax_of
from numpy.testing import assert_allclose
from strategies import CANONICAL, ELEMENTWISE, EXACT, PAIRS, SQUARED, example_networks, run_backward

from bpkit import activation, complex_step, derivative, forward, output_delta, sample_losses
from bpkit.reference import losses

PROBABILITIES = "cross_entropy"  # columns of y sum to 1
SHARES = "binary_cross_entropy"  # entries of y lie in [0, 1)


def true_delta(z, y, f, loss):
    """Return ∂ℓ/∂z of the output layer by the complex step."""
    return complex_step(lambda z: sample_losses(z, y, f, loss).sum(), z)


def slopes_in_a(net):
    """Return ∂ℓ/∂a of every layer: what δ is not, though many texts mix the two."""
    delta, L = run_backward(net)[2], len(net.W)
    o = forward(net.W, net.b, net.x, net.f)[1][L]
    return {L: o - net.y, **{l: net.W[l + 1].T @ delta[l + 1] for l in range(1, L)}}


@proves(
    "eq-delta",
    lambda net: run_backward(net)[2],
    with_respect_to_a=slopes_in_a,
    divided_by_samples=lambda net: {l: d / d.shape[1] for l, d in run_backward(net)[2].items()},
)
def test_delta_is_the_slope_of_a_samples_loss_in_z(equation):
    for net in example_networks("tanh"):
        z = forward(net.W, net.b, net.x, net.f)[0]
        for l in z:
            slopes = complex_step(lambda z: losses_from(net, l, z).sum(), z[l])

            assert_allclose(equation(net)[l], slopes, **EXACT)


@proves(
    "eq-delta-output-chain",
    lambda slopes, paths, k: sum(slopes[j] * paths[j, k] for j in range(len(slopes))),
    own_output_only=lambda slopes, paths, k: slopes[k] * paths[k, k],
    without_slopes=lambda slopes, paths, k: paths[:, k].sum(),
)
def test_delta_output_adds_the_effects_through_all_outputs(equation):
    for f, loss in [(f, loss) for f in (*ELEMENTWISE, "softmax") for loss in SQUARED]:
        for z, y in [(z[:, :1], y[:, :1]) for z, y in logits_and_targets(loss)]:
            slopes = slope(losses.LOSSES[loss].value, activation(f)(z), y)[:, 0]
            paths = complex_step(activation(f), z)[:, 0, :, 0]

            delta = [[equation(slopes, paths, k)] for k in range(len(z))]

            assert_allclose(delta, true_delta(z, y, f, loss), **EXACT)


@proves(
    "eq-delta-output-general",
    lambda z, o, y, f, dl_do: dl_do(o, y) * derivative(f)(z),
    without_derivative=lambda z, o, y, f, dl_do: dl_do(o, y),
    derivative_at_a=lambda z, o, y, f, dl_do: dl_do(o, y) * derivative(f)(o),
    always_o_minus_y=lambda z, o, y, f, dl_do: o - y,
)
def test_delta_output_is_the_losss_slope_times_the_activations(equation):
    for f, loss in [*((f, loss) for f in ELEMENTWISE for loss in SQUARED), ("sigmoid", SHARES)]:
        for z, y in logits_and_targets(loss):
            delta = equation(z, activation(f)(z), y, f, losses.LOSSES[loss].gradient)

            assert_allclose(delta, true_delta(z, y, f, loss), **EXACT)


@proves(
    "eq-softmax-jacobian",
    lambda p, j, k: p[j] * ((j == k) - p[k]),
    lambda p, j, k: ((j == k) * p[j] * sum(p) - p[j] * p[k]) / sum(p) ** 2,
    diagonal_only=lambda p, j, k: p[j] * (1 - p[j]) * (j == k),
    sign=lambda p, j, k: p[j] * (p[k] - (j == k)),
)
def test_softmax_jacobian_is_the_slope_of_every_output_in_every_z(equation):
    for K in (1, 2, 5):
        z = np.random.default_rng(K).normal(size=K)
        p = softmax_of(z)

        J = complex_step(activation("softmax"), z)

        assert_allclose(by_index(K, K, lambda j, k: equation(p, j, k)), J, **EXACT)


@proves(
    "eq-delta-output-softmax",
    lambda p, g: p * (g - (p * g).sum(axis=0)),
    lambda p, g: sum(g[j] * p[j] * (np.eye(len(p))[:, [j]] - p) for j in range(len(p))),
    diagonal_only=lambda p, g: p * (1 - p) * g,
    sum_of_g_alone=lambda p, g: p * (g - g.sum(axis=0)),
)
def test_delta_output_of_softmax_goes_through_the_jacobian(equation):
    for loss in (*SQUARED, "cross_entropy"):
        for z, y in logits_and_targets(loss):
            p = activation("softmax")(z)
            g = losses.LOSSES[loss].gradient(p, y)

            assert_allclose(equation(p, g), true_delta(z, y, "softmax", loss), **EXACT)


@proves(
    "eq-delta-output",
    lambda o, y: o - y,
    sign=lambda o, y: y - o,
    with_derivative=lambda o, y: (o - y) * o * (1 - o),
)
def test_delta_output_of_canonical_pairs_is_o_minus_y(equation):
    for f, loss in CANONICAL:
        for z, y in logits_and_targets(loss):
            assert_allclose(equation(activation(f)(z), y), true_delta(z, y, f, loss), **EXACT)


@proves(
    "eq-delta-identity",
    lambda o, y: (o - y) * 1,
    lambda o, y: o - y,
    not_halved=lambda o, y: 2 * (o - y),
)
def test_delta_of_identity_with_half_squared_error(equation):
    for z, y in logits_and_targets("half_squared_error"):
        assert_allclose(equation(z, y), true_delta(z, y, "identity", "half_squared_error"), **EXACT)


@proves(
    "eq-delta-sigmoid",
    lambda o, y: (o - y) / (o * (1 - o)) * o * (1 - o),
    lambda o, y: o - y,
    slope_of_the_loss_alone=lambda o, y: (o - y) / (o * (1 - o)),
    slope_of_the_output_twice=lambda o, y: (o - y) * o * (1 - o),
)
def test_delta_of_sigmoid_with_binary_cross_entropy(equation):
    for z, y in logits_and_targets(SHARES):
        assert_allclose(equation(activation("sigmoid")(z), y), true_delta(z, y, "sigmoid", SHARES), **EXACT)


@proves(
    "eq-delta-softmax",
    lambda p, y: p * (-y / p + y.sum(axis=0)),
    lambda p, y: p - y,
    without_the_sum=lambda p, y: p * (-y / p),
    diagonal_only=lambda p, y: -y * (1 - p),
)
def test_delta_of_softmax_with_cross_entropy(equation):
    for z, y in logits_and_targets(PROBABILITIES):
        delta = true_delta(z, y, "softmax", "cross_entropy")

        assert_allclose(equation(activation("softmax")(z), y), delta, **EXACT)


def test_delta_of_softmax_with_cross_entropy_needs_targets_that_sum_to_one():
    z, y = logits_and_targets(PROBABILITIES)[3]
    p, twice = activation("softmax")(z), 2 * y

    delta = true_delta(z, twice, "softmax", "cross_entropy")

    assert_allclose(p * (-twice / p + twice.sum(axis=0)), delta, **EXACT)
    assert not np.allclose(p - twice, delta)


@pytest.mark.parametrize(("f", "loss"), [pair for pair in PAIRS if pair not in CANONICAL])
def test_delta_output_of_other_pairs_is_not_o_minus_y(f, loss):
    z, y = logits_and_targets(loss)[3]

    delta = true_delta(z, y, f, loss)

    assert np.abs(activation(f)(z) - y - delta).max() > 1e-2
    assert_allclose(output_delta(z, y, f, loss), delta, **EXACT)


POTENTIALS = {  # A of each canonical pair, of one column
    "identity": lambda z: (z * z).sum() / 2,
    "sigmoid": lambda z: np.log(1 + np.exp(z)).sum(),
    "softmax": lambda z: np.log(np.exp(z).sum()),
}


@proves(
    "eq-canonical-link",
    lambda f, z: activation(f)(z),
    derivative=lambda f, z: derivative("sigmoid" if f == "softmax" else f)(z),
    itself=lambda f, z: z,
)
def test_outputs_of_canonical_pairs_are_slopes_of_one_function(equation):
    for f, loss in CANONICAL:
        for z, _ in logits_and_targets(loss):
            slopes = complex_step(lambda z: sum(POTENTIALS[f](column) for column in z.T), z)

            assert_allclose(equation(f, z), slopes, **EXACT)


@proves(
    "eq-canonical-loss",
    lambda A, z, y: A - (y * z).sum(axis=0),
    sign=lambda A, z, y: A + (y * z).sum(axis=0),
    without_target=lambda A, z, y: A - z.sum(axis=0),
)
def test_losses_of_canonical_pairs_are_that_function_less_what_the_target_weighs(equation):
    for f, loss in CANONICAL:
        for z, y in logits_and_targets(loss):
            elsewhere = z[:, ::-1] + 0.5  # other outputs for the same targets: c(y) drops out

            values = [equation(np.array([POTENTIALS[f](c) for c in at.T]), at, y) for at in (z, elsewhere)]
            truth = [sample_losses(at, y, f, loss) for at in (z, elsewhere)]

            assert_allclose(np.subtract(*values), np.subtract(*truth), atol=1e-10)
