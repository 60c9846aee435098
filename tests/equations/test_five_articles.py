"""Both sides of the equations in the chapter *Five articles repaired*."""

import math
from functools import reduce

import numpy as np
from equations.proofs import proves, softmax_of
from numpy.testing import assert_allclose
from strategies import CENTRAL, EXACT, example_networks, run_backward

from bpkit import activation, central_difference, complex_step, derivative, forward, sample_losses


def hilly(theta):
    return np.sin(theta).sum() + (theta**2).prod() + theta[0] ** 2 * theta[-1]


@proves(
    "eq-second-derivatives-symmetric",
    lambda second, i, k: second[i, k],
    lambda second, i, k: second[k, i],
    sign=lambda second, i, k: -second[k, i],
    one_knob=lambda second, i, k: second[i, i],
)
def test_change_of_one_slope_along_another_knob_is_that_of_four_losses(equation):
    rng = np.random.default_rng(0)
    for n in (2, 4):
        theta, h = rng.normal(size=n), 1e-3
        second = central_difference(lambda v: complex_step(hilly, v), theta)
        for i, k in np.ndindex(n, n):
            turn_i, turn_k = h * np.eye(n)[i], h * np.eye(n)[k]
            around = [hilly(theta + p * turn_i + q * turn_k) * p * q for p in (1, -1) for q in (1, -1)]
            assert_allclose(equation(second, i, k), sum(around) / (2 * h) ** 2, rtol=1e-4, atol=1e-4)


@proves(
    "eq-without-biases",
    lambda z, x: z(x) + z(-x) - 2 * z(0 * x),
    once=lambda z, x: z(x) + z(-x) - z(0 * x),
    odd=lambda z, x: z(x) + z(-x),
    difference=lambda z, x: z(x) - z(-x) - 2 * z(0 * x),
)
def test_sigmoid_network_without_biases_has_one_sum_at_opposite_points(equation):
    rng = np.random.default_rng(1)
    for n, hidden, outputs in ((1, 1, 1), (2, 4, 1), (5, 3, 2)):
        W1, W2 = rng.normal(size=(hidden, n)), rng.normal(size=(outputs, hidden))

        def z(x, W1=W1, W2=W2):
            return W2 @ (1 / (1 + np.exp(-W1 @ x)))

        assert_allclose(equation(z, rng.normal(size=(n, 6))), np.zeros((outputs, 6)), **EXACT)


def factors(net, l, i=0):
    """Return ∂ℓ/∂o of sample i as a row, J_L, and then W and F of every layer down to layer l."""
    z, a = forward(net.W, net.b, net.x, net.f)
    L, one = len(net.W), slice(i, i + 1)

    def loss_at(o):
        return sample_losses(o, net.y[:, one], "identity", net.loss).sum()

    row = complex_step(loss_at, a[L][:, one]).T
    softened = activation(net.f[L])
    J = central_difference(lambda v: softened(v), z[L][:, one]).reshape(len(net.y), -1)
    pairs = [(net.W[k + 1], np.diag(derivative(net.f[k])(z[k][:, i]))) for k in range(L - 1, l - 1, -1)]
    return [row, J, *(factor for pair in pairs for factor in pair)]


def product(matrices):
    return reduce(np.matmul, matrices)


@proves(
    "eq-error-as-product",
    product,
    no_output=lambda matrices: product([matrices[0], *matrices[2:]]),
    last_slope_missing=lambda matrices: product(matrices[:-1] if len(matrices) > 2 else matrices[:1]),
    exchanged=lambda matrices: product([*matrices[:-2], matrices[-1], matrices[-2]]),
    from_the_right=lambda matrices: product([matrices[0], *matrices[:0:-1]]),
)
def test_error_of_a_layer_is_the_product_of_all_that_follow(equation):
    for net in [*example_networks("sigmoid"), *example_networks("softmax")]:
        delta = run_backward(net)[2]
        for l in delta:
            matrices = factors(net, l)
            try:
                row = equation(matrices)
            except ValueError as error:
                raise AssertionError("The shapes do not fit.") from error
            assert row.shape == (1, len(delta[l]))
            assert_allclose(row.T, delta[l][:, :1], **CENTRAL)


@proves(
    "eq-cross-entropy-of-label",
    lambda p, y, c: -sum(target * math.log(chance) for target, chance in zip(y, p, strict=True)),
    lambda p, y, c: -math.log(p[c]),
    sign=lambda p, y, c: math.log(p[c]),
    next_class=lambda p, y, c: -math.log(p[c - 1]),
    all_classes=lambda p, y, c: -sum(map(math.log, p)),
)
def test_cross_entropy_of_a_label_is_that_of_the_one_hot_column(equation):
    rng = np.random.default_rng(2)
    for K in (2, 3, 5):
        z = rng.normal(size=(K, 1))
        for c in range(K):
            y = np.eye(K)[:, c : c + 1]
            value = equation(softmax_of(z.ravel()), y.ravel(), c)
            assert_allclose(value, sample_losses(z, y, "softmax", "cross_entropy").item(), **EXACT)


@proves(
    "eq-slopes-cross",
    lambda: 2 * math.acosh((1 + math.sqrt(3)) / 2),
    half=lambda: math.acosh((1 + math.sqrt(3)) / 2),
    other_sign=lambda: 2 * math.acosh((1 + math.sqrt(5)) / 2),
    rounded=lambda: 1.66,
)
def test_tanh_is_flatter_than_the_sigmoid_beyond_the_crossing(equation):
    crossing = equation()
    for sign in (-1, 1):
        inside, outside = (sign * crossing * (1 + s * 1e-6) for s in (-1, 1))
        slopes = [
            (complex_step(np.tanh, np.array(z)), complex_step(lambda v: 1 / (1 + np.exp(-v)), np.array(z)))
            for z in (inside, outside, 5 * outside, 0.1 * inside)
        ]
        assert [tanh < sigmoid for tanh, sigmoid in slopes] == [False, True, True, False]


@proves(
    "eq-scaled-loss",
    lambda theta, eta, c, slope: theta - eta / c * slope,
    not_divided=lambda theta, eta, c, slope: theta - eta * slope,
    multiplied=lambda theta, eta, c, slope: theta - eta * c * slope,
    sign=lambda theta, eta, c, slope: theta + eta / c * slope,
)
def test_rate_divided_by_the_constant_takes_the_same_step(equation):
    rng = np.random.default_rng(3)
    for n in (2, 3):
        theta, eta = rng.normal(size=n), 0.3
        for c in (0.5, 2.0, 40.0):
            scaled = complex_step(lambda v, c=c: c * hilly(v), theta)
            assert_allclose(
                equation(theta, eta, c, scaled), theta - eta * complex_step(hilly, theta), **EXACT
            )
