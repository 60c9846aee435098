"""Both sides of every equation of the chapter *Forward pass*."""

import math
from decimal import Decimal

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT, SHAPES, away_from_zero, example_networks

from bpkit import activation, complex_step, derivative, forward

SCALAR = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(0.0, z),
    "leaky_relu": lambda z: max(0.01 * z, z),
    "softplus": lambda z: math.log(1 + math.exp(z)),
}


def preactivations():
    rng = np.random.default_rng(0)
    return [away_from_zero(shape, rng) for shape in SHAPES]


def in_decimal(f, z):
    """Apply f to every entry with 28 decimal digits."""
    return by_index(*z.shape, lambda j, i: float(f(Decimal(z[j, i]))))


def one_layer(W, b, x):
    return forward({1: W}, {1: b}, x, {1: "identity"})[0][1]


@proves(
    "eq-neuron",
    one_layer,
    bias_subtracted=lambda W, b, x: W @ x - b,
    bias_inside_the_sum=lambda W, b, x: W @ (x + b.sum()),
)
def test_neuron_adds_its_bias_to_a_weighted_sum(equation):
    for net in example_networks():
        W, b, x = net.W[1], net.b[1], net.x[:, :1]

        z = [[sum(W[j, k] * x[k, 0] for k in range(len(x))) + b[j, 0]] for j in range(len(W))]

        assert_allclose(equation(W, b, x), z, **EXACT)


@proves(
    "eq-preactivation",
    lambda net: forward(net.W, net.b, net.x, net.f)[0],
    without_biases=lambda net: forward(net.W, {l: 0 * net.b[l] for l in net.b}, net.x, net.f)[0],
    from_z_not_a=lambda net: forward(net.W, net.b, net.x, dict.fromkeys(net.f, "identity"))[0],
)
def test_preactivation_is_the_affine_map_of_the_layer_before(equation):
    for net in example_networks():
        a = forward(net.W, net.b, net.x, net.f)[1]
        for l, W in net.W.items():

            def entry(j, i):
                return sum(W[j, k] * a[l - 1][k, i] for k in range(W.shape[1])) + net.b[l][j, 0]

            assert_allclose(equation(net)[l], by_index(len(W), a[0].shape[1], entry), **EXACT)


@proves(
    "eq-activation",
    lambda net: forward(net.W, net.b, net.x, net.f)[1],
    one_layer_late=lambda net: {0: net.x, **forward(net.W, net.b, net.x, net.f)[0]},
    one_function_for_all=lambda net: forward(net.W, net.b, net.x, dict.fromkeys(net.f, "tanh"))[1],
)
def test_activation_applies_the_layers_function_entry_by_entry(equation):
    for net in example_networks("sigmoid"):
        z, a = forward(net.W, net.b, net.x, net.f)[0], equation(net)

        assert_allclose(a[0], net.x)
        for l in z:
            expected = by_index(*z[l].shape, lambda j, i: SCALAR[net.f[l]](z[l][j, i]))
            assert_allclose(a[l], expected, **EXACT)


@proves(
    "eq-sigmoid",
    activation("sigmoid"),
    sign_of_z=lambda z: 1 / (1 + np.exp(z)),
    hyperbolic=np.tanh,
)
def test_sigmoid_is_one_over_one_plus_exp(equation):
    for z in preactivations():
        assert_allclose(equation(z), in_decimal(lambda v: 1 / (1 + (-v).exp()), z), rtol=1e-15)


@proves(
    "eq-sigmoid-prime",
    derivative("sigmoid"),
    lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    lambda z: 1 / (1 + np.exp(-z)) * (np.exp(-z) / (1 + np.exp(-z))),
    lambda z: activation("sigmoid")(z) * (1 - activation("sigmoid")(z)),
    of_a=lambda z: derivative("sigmoid")(activation("sigmoid")(z)),
    square=lambda z: 1 - activation("sigmoid")(z) ** 2,
)
def test_sigmoid_prime_is_the_slope_of_sigmoid(equation):
    for z in preactivations():
        slopes = in_decimal(lambda v: 1 / (v.exp() + 2 + (-v).exp()), z)

        assert_allclose(equation(z), slopes, **EXACT)
        assert_allclose(complex_step(activation("sigmoid"), z).sum(axis=(2, 3)), slopes, **EXACT)


@proves(
    "eq-tanh",
    activation("tanh"),
    half_the_argument=lambda z: np.tanh(z / 2),
    sigmoid=activation("sigmoid"),
)
def test_tanh_is_the_quotient_of_exponentials(equation):
    for z in preactivations():
        quotient = in_decimal(lambda v: (v.exp() - (-v).exp()) / (v.exp() + (-v).exp()), z)

        assert_allclose(equation(z), quotient, **EXACT)


@proves(
    "eq-tanh-prime",
    derivative("tanh"),
    lambda z: (np.cosh(z) ** 2 - np.sinh(z) ** 2) / np.cosh(z) ** 2,
    without_square=lambda z: 1 - np.tanh(z),
    of_a=lambda z: derivative("tanh")(np.tanh(z)),
)
def test_tanh_prime_is_the_slope_of_tanh(equation):
    for z in preactivations():
        slopes = complex_step(np.tanh, z).sum(axis=(2, 3))

        assert_allclose(equation(z), slopes, **EXACT)


@proves("eq-relu", activation("relu"), absolute_value=np.abs, negative_side=lambda z: np.minimum(0, z))
def test_relu_is_the_larger_of_zero_and_z(equation):
    for z in preactivations():
        assert_allclose(equation(z), by_index(*z.shape, lambda j, i: max(0.0, z[j, i])), rtol=0)


@proves("eq-relu-prime", derivative("relu"), always_open=np.ones_like, reversed=lambda z: (z < 0) * 1.0)
def test_relu_prime_is_the_slope_of_relu_on_either_side(equation):
    for z in [np.array([[0.0, -0.0]]), *preactivations()]:
        slopes = [[0.0, 0.0]] if not z.any() else complex_step(activation("relu"), z).sum(axis=(2, 3))

        assert_allclose(equation(z), slopes, **EXACT)


@proves(
    "eq-leaky-relu",
    activation("leaky_relu"),
    relu=activation("relu"),
    leak_everywhere=lambda z: 0.01 * z,
    leak_on_the_other_side=lambda z: np.where(z > 0, 0.01 * z, z),
)
def test_leaky_relu_shrinks_what_is_negative(equation):
    for z in preactivations():
        expected = by_index(*z.shape, lambda j, i: z[j, i] if z[j, i] > 0 else 0.01 * z[j, i])

        assert_allclose(equation(z), expected, **EXACT)


@proves(
    "eq-leaky-relu-prime",
    derivative("leaky_relu"),
    relu=derivative("relu"),
    of_the_kink_from_above=lambda z: np.where(z >= 0, 1, 0.01),
    reversed=lambda z: np.where(z < 0, 1, 0.01),
)
def test_leaky_relu_prime_is_the_slope_of_leaky_relu_on_either_side(equation):
    for z in [np.array([[0.0, -0.0]]), *preactivations()]:
        slopes = complex_step(activation("leaky_relu"), z).sum(axis=(2, 3)) if z.any() else [[0.01, 0.01]]

        assert_allclose(equation(z), slopes, **EXACT)


@proves(
    "eq-softplus",
    activation("softplus"),
    lambda z: -np.log(activation("sigmoid")(-z)),
    without_the_one=lambda z: np.log(np.exp(z)),
    sign_of_z=lambda z: np.log(1 + np.exp(-z)),
)
def test_softplus_is_the_logarithm_of_one_plus_exp(equation):
    for z in preactivations():
        assert_allclose(equation(z), in_decimal(lambda v: (1 + v.exp()).ln(), z), **EXACT)


@proves(
    "eq-softplus-prime",
    derivative("softplus"),
    lambda z: np.exp(z) / (1 + np.exp(z)),
    lambda z: 1 / (1 + np.exp(-z)),
    activation("sigmoid"),
    sign_of_z=lambda z: 1 / (1 + np.exp(z)),
    slope_of_sigmoid=derivative("sigmoid"),
)
def test_softplus_prime_is_the_slope_of_softplus(equation):
    for z in preactivations():
        slopes = in_decimal(lambda v: v.exp() / (1 + v.exp()), z)

        assert_allclose(equation(z), slopes, **EXACT)
        assert_allclose(complex_step(activation("softplus"), z).sum(axis=(2, 3)), slopes, **EXACT)


@proves(
    "eq-softmax",
    activation("softmax"),
    over_the_batch=lambda z: activation("softmax")(z.T).T,
    without_exponentials=lambda z: z / z.sum(axis=0),
)
def test_softmax_is_the_share_of_each_exponential(equation):
    for z in preactivations():
        total = [sum(Decimal(v).exp() for v in column) for column in z.T]
        shares = by_index(*z.shape, lambda j, i: float(Decimal(z[j, i]).exp() / total[i]))

        assert_allclose(equation(z), shares, **EXACT)
