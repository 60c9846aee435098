"""Both sides of the equations for hidden errors and gradients in the chapter *The recursion*."""

import numpy as np
from equations.proofs import by_index, losses_from, proves
from numpy.testing import assert_allclose
from strategies import EXACT, SIZES, example_networks, make_network, run_backward, total_loss

from bpkit import activation, complex_step, derivative, forward, hidden_delta, layer_gradients, sample_losses


def true_delta(net, l):
    """Return ∂ℓ/∂z of layer l by the complex step through the rest of the network."""
    z = forward(net.W, net.b, net.x, net.f)[0][l]
    return complex_step(lambda z: losses_from(net, l, z).sum(), z)


def true_gradients(net):
    """Return ∂ℒ/∂W and ∂ℒ/∂b of every layer by the complex step."""
    m = net.x.shape[1]
    dW = {l: complex_step(lambda W: total_loss(net, W={**net.W, l: W}), net.W[l]) / m for l in net.W}
    db = {l: complex_step(lambda b: total_loss(net, b={**net.b, l: b}), net.b[l]) / m for l in net.b}
    return dW, db


def one_sample_networks():
    return [make_network(sizes, 1, "sigmoid", "half_squared_error") for sizes in SIZES]


def hidden_layers(net):
    """Give W of the next layer, δ of the next layer, z and f′ for every hidden layer."""
    z, delta = forward(net.W, net.b, net.x, net.f)[0], run_backward(net)[2]
    return {l: (net.W[l + 1], delta[l + 1], z[l], derivative(net.f[l])) for l in range(1, len(net.W))}


@proves(
    "eq-chain-rule",
    lambda delta_next, link, w, f_prime, z: delta_next * link,
    lambda delta_next, link, w, f_prime, z: delta_next * w * f_prime(z),
    weight_missing=lambda delta_next, link, w, f_prime, z: delta_next * f_prime(z),
    slope_missing=lambda delta_next, link, w, f_prime, z: delta_next * w,
    links_added=lambda delta_next, link, w, f_prime, z: delta_next + link,
)
def test_chain_rule_multiplies_both_links_of_a_chain_of_single_units(equation):
    for seed in range(3):
        net = make_network((1, 1, 1, 1, 1), 1, "sigmoid", seed=seed)
        for l, (w, delta_next, z, f_prime) in hidden_layers(net).items():
            link = complex_step(lambda z: (net.W[l + 1] * activation(net.f[l])(z) + net.b[l + 1]).sum(), z)

            assert_allclose(equation(delta_next, link, w, f_prime, z), true_delta(net, l), **EXACT)


def paths_to_the_next_layer(net, l):
    """Return the slope of every z of layer l + 1 in every z of layer l, for one sample."""
    z = forward(net.W, net.b, net.x, net.f)[0][l][:, 0]
    return complex_step(lambda z: net.W[l + 1] @ activation(net.f[l])(z) + net.b[l + 1][:, 0], z)


@proves(
    "eq-chain-sum",
    lambda slopes, paths, k: sum(slopes[j] * paths[j, k] for j in range(len(slopes))),
    first_path_only=lambda slopes, paths, k: slopes[0] * paths[0, k],
    overwritten_not_added=lambda slopes, paths, k: slopes[-1] * paths[-1, k],
    product_of_sums=lambda slopes, paths, k: slopes.sum() * paths[:, k].sum(),
)
def test_chain_sum_adds_all_paths_through_the_next_layer(equation):
    for net in one_sample_networks():
        for l in range(1, len(net.W)):
            slopes, paths = true_delta(net, l + 1)[:, 0], paths_to_the_next_layer(net, l)
            sums = [equation(slopes, paths, k) for k in range(paths.shape[1])]

            assert_allclose(sums, true_delta(net, l)[:, 0], **EXACT)


@proves(
    "eq-next-layer",
    lambda W, f_prime, z, j, k: W[j, k] * f_prime(z)[k, 0],
    slope_missing=lambda W, f_prime, z, j, k: W[j, k],
    slope_of_another_unit=lambda W, f_prime, z, j, k: W[j, k] * f_prime(z)[0, 0],
    weight_missing=lambda W, f_prime, z, j, k: f_prime(z)[k, 0],
)
def test_next_layer_moves_by_the_weight_times_the_slope(equation):
    for net in one_sample_networks():
        for l, (W, _, z, f_prime) in hidden_layers(net).items():
            slopes = by_index(*W.shape, lambda j, k: equation(W, f_prime, z, j, k))

            assert_allclose(slopes, paths_to_the_next_layer(net, l), **EXACT)


@proves(
    "eq-delta-hidden-scalar",
    lambda W, delta, z, f_prime, k: (
        f_prime(z[k : k + 1]) * sum(W[j, k] * delta[j] for j in range(len(delta)))
    ),
    rows_for_columns=lambda W, delta, z, f_prime, k: (
        f_prime(z[k : k + 1]) * sum(W[j, -1 - k] * delta[j] for j in range(len(delta)))
    ),
    without_derivative=lambda W, delta, z, f_prime, k: sum(W[j, k] * delta[j] for j in range(len(delta))),
)
def test_hidden_delta_of_one_unit_sums_over_the_units_it_feeds(equation):
    for net in one_sample_networks():
        for l, (W, delta, z, f_prime) in hidden_layers(net).items():
            delta_k = [equation(W, delta[:, 0], z[:, 0], f_prime, k) for k in range(len(z))]

            assert_allclose(np.ravel(delta_k), true_delta(net, l)[:, 0], **EXACT)


@proves(
    "eq-delta-hidden",
    hidden_delta,
    lambda W, delta, z, f_prime: W.T @ delta * f_prime(z),
    without_derivative=lambda W, delta, z, f_prime: W.T @ delta,
    derivative_at_a=lambda W, delta, z, f_prime: (W.T @ delta) * f_prime(np.tanh(z)),
    derivative_twice=lambda W, delta, z, f_prime: (W.T @ delta) * f_prime(z) ** 2,
    absolute_weights=lambda W, delta, z, f_prime: (np.abs(W).T @ delta) * f_prime(z),
)
def test_hidden_delta_is_the_slope_in_a_hidden_layers_z(equation):
    for net in example_networks("sigmoid"):
        for l, known in hidden_layers(net).items():
            assert_allclose(equation(*known), true_delta(net, l), **EXACT)


def test_hidden_delta_without_transpose_is_refused_on_a_square_layer():
    net = make_network((3, 3, 3, 3), 5)
    W, delta, z, f_prime = hidden_layers(net)[1]

    assert_allclose((W.T @ delta) * f_prime(z), true_delta(net, 1), **EXACT)
    assert not np.allclose((W @ delta) * f_prime(z), true_delta(net, 1))


@proves(
    "eq-grad-weights-scalar",
    lambda delta, a_prev, j, k: delta[j] * a_prev[k],
    first_input_only=lambda delta, a_prev, j, k: delta[j] * a_prev[0],
    delta_alone=lambda delta, a_prev, j, k: delta[j],
)
def test_weight_gradient_of_one_weight_is_delta_times_its_input(equation):
    for net in one_sample_networks():
        a, delta = forward(net.W, net.b, net.x, net.f)[1], run_backward(net)[2]
        for l, dW in true_gradients(net)[0].items():
            products = by_index(*dW.shape, lambda j, k: equation(delta[l][:, 0], a[l - 1][:, 0], j, k))

            assert_allclose(products, dW, **EXACT)


@proves(
    "eq-grad-biases-scalar",
    lambda delta, a_prev, j: delta[j],
    times_input=lambda delta, a_prev, j: delta[j] * a_prev[0],
    not_trained=lambda delta, a_prev, j: 0.0,
)
def test_bias_gradient_of_one_bias_is_delta(equation):
    for net in one_sample_networks():
        a, delta = forward(net.W, net.b, net.x, net.f)[1], run_backward(net)[2]
        for l, db in true_gradients(net)[1].items():
            entries = [equation(delta[l][:, 0], a[l - 1][:, 0], j) for j in range(len(db))]

            assert_allclose(entries, db[:, 0], **EXACT)


@proves(
    "eq-grad-weights",
    lambda delta, a_prev: layer_gradients(delta, a_prev)[0],
    lambda delta, a_prev: 1 / delta.shape[1] * delta @ a_prev.T,
    not_averaged=lambda delta, a_prev: delta @ a_prev.T,
    last_sample_only=lambda delta, a_prev: delta[:, -1:] @ a_prev[:, -1:].T,
    transposed=lambda delta, a_prev: a_prev @ delta.T / delta.shape[1],
)
def test_weight_gradient_is_the_mean_of_delta_times_input(equation):
    for net in example_networks("sigmoid"):
        a, delta = forward(net.W, net.b, net.x, net.f)[1], run_backward(net)[2]
        for l, dW in true_gradients(net)[0].items():
            assert_allclose(equation(delta[l], a[l - 1]), dW, **EXACT)


@proves(
    "eq-grad-biases",
    lambda delta, a_prev: layer_gradients(delta, a_prev)[1],
    lambda delta, a_prev: 1 / delta.shape[1] * delta @ np.ones((delta.shape[1], 1)),
    not_averaged=lambda delta, a_prev: delta.sum(axis=1, keepdims=True),
    one_dimensional=lambda delta, a_prev: delta.mean(axis=1),
    over_units=lambda delta, a_prev: delta.mean(axis=0, keepdims=True),
    not_trained=lambda delta, a_prev: np.zeros((len(delta), 1)),
)
def test_bias_gradient_is_the_mean_of_delta(equation):
    for net in example_networks("sigmoid"):
        a, delta = forward(net.W, net.b, net.x, net.f)[1], run_backward(net)[2]
        for l, db in true_gradients(net)[1].items():
            assert_allclose(equation(delta[l], a[l - 1]), db, **EXACT, strict=True)


def run_shifted(V, c, net):
    """Run a network whose V[l] and c[l] lead out of layer l, and return the mean loss."""
    a = net.x
    for l in range(len(V)):
        z = V[l] @ a + c[l]
        a = activation(net.f[l + 1])(z)
    return sample_losses(z, net.y, net.f[len(V)], net.loss).mean()


@proves(
    "eq-grad-weights-shifted",
    lambda delta, a, l: delta[l + 1] @ a[l].T / a[l].shape[1],
    activation_of_the_same_layer=lambda delta, a, l: delta[l + 1] @ a[l + 1].T / a[l].shape[1],
    not_averaged=lambda delta, a, l: delta[l + 1] @ a[l].T,
)
def test_weight_gradient_in_the_shifted_indexing_is_the_same_gradient(equation):
    for net in example_networks("sigmoid"):
        a, delta = forward(net.W, net.b, net.x, net.f)[1], run_backward(net)[2]
        V, c = {l - 1: net.W[l] for l in net.W}, {l - 1: net.b[l] for l in net.b}
        for l in V:
            dV = complex_step(lambda v: run_shifted({**V, l: v}, c, net), V[l])

            assert_allclose(equation(delta, a, l), dV, **EXACT)
