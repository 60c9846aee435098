"""Both sides of the equations in the chapter *Initialisation*."""

import itertools
import math

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import activation
from bpkit.reference import initializers

FANS = [(120, 300), (300, 120), (200, 200)]


@proves(
    "eq-positive-start",
    lambda a: (a.sum() / 2, (a**2).sum() / 12),
    spread_of_a_symmetric_start=lambda a: (a.sum() / 2, (a**2).sum() / 3),
    mean_of_the_inputs=lambda a: (a.mean() / 2, (a**2).sum() / 12),
    squares_missing=lambda a: (a.sum() / 2, a.sum() / 12),
)
def test_positive_weights_give_half_the_sum_and_a_twelfth_of_the_squares(equation):
    for n_in in (1, 4, 30):
        a = np.random.default_rng(n_in).uniform(0.5, 2, (n_in, 1))
        z = initializers.uniform01(100_000, n_in, np.random.default_rng(7)) @ a
        mean, variance = equation(a)

        assert abs(z.mean() - mean) < 5 * z.std() / math.sqrt(z.size)
        assert_allclose(z.var(), variance, rtol=0.03)


@proves(
    "eq-square-of-a-sum",
    lambda variance, i, k: variance if i == k else 0,
    never_independent=lambda variance, i, k: variance,
    deviation=lambda variance, i, k: math.sqrt(variance) if i == k else 0,
    all_zero=lambda variance, i, k: 0,
)
def test_square_of_a_sum_keeps_the_mean_products_of_its_weights(equation):
    a = np.array([0.5, -2.0])
    for j, variance in itertools.product(range(3), (0.25, 2.0)):
        square = expected_square(lambda W: sum(W[j, k] * a[k] for k in range(2)), variance)
        double = sum(a[k] * a[i] * equation(variance, i, k) for k in range(2) for i in range(2))

        assert_allclose(double, square, **EXACT)


def sign_matrices(rows, columns, variance):
    """Give every matrix with entries ±√variance: the mean over them is an exact expectation."""
    for signs in itertools.product((-1, 1), repeat=rows * columns):
        yield math.sqrt(variance) * np.array(signs).reshape(rows, columns)


def expected_square(entry, variance):
    """Return the mean of entry(W)² over all 3 × 2 matrices of signs."""
    return np.mean([entry(W) ** 2 for W in sign_matrices(3, 2, variance)])


@proves(
    "eq-scale-forward",
    lambda variance, a: variance * (a**2).sum(),
    mean_of_the_squares=lambda variance, a: variance * (a**2).mean(),
    standard_deviation=lambda variance, a: math.sqrt(variance) * (a**2).sum(),
    square_of_the_sum=lambda variance, a: variance * a.sum() ** 2,
)
def test_forward_scale_is_the_variance_times_the_sum_of_squares(equation):
    a = np.array([0.5, -2.0])
    for j, variance in itertools.product(range(3), (0.25, 2.0)):
        square = expected_square(lambda W: sum(W[j, k] * a[k] for k in range(2)), variance)

        assert_allclose(equation(variance, a), square, **EXACT)


@proves(
    "eq-scale-backward",
    lambda variance, delta: variance * (delta**2).sum(),
    mean_of_the_squares=lambda variance, delta: variance * (delta**2).mean(),
    standard_deviation=lambda variance, delta: math.sqrt(variance) * (delta**2).sum(),
    square_of_the_sum=lambda variance, delta: variance * delta.sum() ** 2,
)
def test_backward_scale_is_the_variance_times_the_sum_of_squares(equation):
    delta = np.array([0.5, -2.0, 1.5])
    for k, variance in itertools.product(range(2), (0.25, 2.0)):
        square = expected_square(lambda W: sum(W[j, k] * delta[j] for j in range(3)), variance)

        assert_allclose(equation(variance, delta), square, **EXACT)


def assert_drawn(draw, variance, kurtosis):
    """Assert that weights have mean 0, the variance, and the fourth moment of their distribution."""
    for n_out, n_in in FANS:
        W, wanted = draw(n_out, n_in, np.random.default_rng(3)), variance(n_out, n_in)

        assert W.shape == (n_out, n_in)
        assert abs(W.mean()) < 5 * math.sqrt(wanted / W.size)
        assert_allclose((W**2).mean(), wanted, rtol=0.03)
        assert_allclose((W**4).mean(), kurtosis * wanted**2, rtol=0.08)


@proves(
    "eq-uniform-weights",
    initializers.uniform,
    outputs_for_inputs=lambda n_out, n_in, rng: initializers.uniform(n_in, n_out, rng).T,
    positive_half=lambda n_out, n_in, rng: np.abs(initializers.uniform(n_out, n_in, rng)),
    bound_not_rooted=lambda n_out, n_in, rng: rng.uniform(-1 / n_in, 1 / n_in, (n_out, n_in)),
    normal=lambda n_out, n_in, rng: rng.normal(0, math.sqrt(1 / (3 * n_in)), (n_out, n_in)),
)
def test_uniform_weights_have_the_moments_of_their_interval(equation):
    assert_drawn(equation, lambda n_out, n_in: 1 / (3 * n_in), 9 / 5)
    for n_out, n_in in FANS:
        largest = np.abs(equation(n_out, n_in, np.random.default_rng(4))).max()
        assert 0.999 < largest * math.sqrt(n_in) <= 1


@proves(
    "eq-xavier",
    initializers.xavier,
    he=initializers.he,
    fan_in_alone=lambda n_out, n_in, rng: rng.normal(0, math.sqrt(1 / n_in), (n_out, n_in)),
    variance_not_rooted=lambda n_out, n_in, rng: rng.normal(0, 2 / (n_in + n_out), (n_out, n_in)),
)
def test_xavier_weights_have_the_variance_of_both_widths(equation):
    assert_drawn(equation, lambda n_out, n_in: 2 / (n_in + n_out), 3)


@proves(
    "eq-he",
    initializers.he,
    xavier=initializers.xavier,
    outputs_for_inputs=lambda n_out, n_in, rng: initializers.he(n_in, n_out, rng).T,
    without_the_factor=lambda n_out, n_in, rng: initializers.he(n_out, n_in, rng) / math.sqrt(2),
)
def test_he_weights_have_twice_the_variance_of_the_width_before(equation):
    assert_drawn(equation, lambda n_out, n_in: 2 / n_in, 3)


@proves(
    "eq-orthogonal",
    initializers.orthogonal,
    normal=lambda n_out, n_in, rng: initializers.he(n_out, n_in, rng) / math.sqrt(2),
    unit_rows_alone=lambda n_out, n_in, rng: np.eye(n_out, n_in)[:, ::-1] + np.eye(n_out, n_in) / 9,
    doubled=lambda n_out, n_in, rng: 2 * initializers.orthogonal(n_out, n_in, rng),
)
def test_orthogonal_weights_have_orthonormal_rows_or_columns(equation):
    for shape in [(1, 1), (2, 5), (5, 2), (4, 4)]:
        W = equation(*shape, np.random.default_rng(5))
        short = W if shape[0] <= shape[1] else W.T
        n = len(short)
        products = by_index(n, n, lambda j, k: sum(p * q for p, q in zip(short[j], short[k], strict=True)))

        assert W.shape == shape
        assert_allclose(products, np.eye(n), rtol=0, atol=1e-14)


@proves(
    "eq-scale-through-layers",
    lambda n, variance, L: (n * variance) ** L,
    width_missing=lambda n, variance, L: variance**L,
    one_layer=lambda n, variance, L: n * variance,
    added=lambda n, variance, L: L * n * variance,
)
def test_mean_square_through_layers_is_a_power(equation):
    x = np.array([0.5, -2.0])
    for variance in (0.25, 0.5, 2.0):
        pairs = itertools.product(square_sign_matrices(variance), repeat=2)
        mean = np.mean([((V @ W @ x) ** 2).mean() for W, V in pairs])

        assert_allclose(equation(2, variance, 2) * (x**2).mean(), mean, **EXACT)


def square_sign_matrices(variance):
    return list(sign_matrices(2, 2, variance))


@proves(
    "eq-relu-half",
    lambda z: (z**2).mean() / 2,
    all_of_it=lambda z: (z**2).mean(),
    half_of_the_variance_of_relu=lambda z: np.maximum(z, 0).var(),
    half_of_the_absolute=lambda z: np.abs(z).mean() / 2,
)
def test_relu_keeps_half_of_the_mean_square_of_symmetric_numbers(equation):
    for n in (1, 5, 40):
        half = np.random.default_rng(n).exponential(size=n)
        z = np.concatenate([half, -half])

        assert_allclose(equation(z), (activation("relu")(z) ** 2).mean(), **EXACT)
    W = np.array(list(sign_matrices(1, 3, 0.7)))[:, 0]  # symmetric weights give symmetric z, for every a
    z = W @ np.array([0.3, 1.0, 2.5])
    assert_allclose(equation(z), (activation("relu")(z) ** 2).mean(), **EXACT)


def mean_under_normal(function, sigma):
    """Return the mean of function(z) for z ~ N(0, σ²), by the trapezoid rule on a wide, fine grid."""
    t = np.linspace(-12, 12, 24_001)
    return np.trapezoid(function(sigma * t) * np.exp(-(t**2) / 2), t) / math.sqrt(2 * math.pi)


def gain(f, sigma):
    return sigma**2 / mean_under_normal(lambda z: activation(f)(z) ** 2, sigma)


@proves(
    "eq-gain",
    lambda f, sigma, n_in: gain(f, sigma) / n_in,
    gain_not_squared=lambda f, sigma, n_in: math.sqrt(gain(f, sigma)) / n_in,
    upside_down=lambda f, sigma, n_in: 1 / (gain(f, sigma) * n_in),
    always_one=lambda f, sigma, n_in: 1 / n_in,
)
def test_weights_with_the_gain_keep_the_mean_square(equation):
    rng, n_in = np.random.default_rng(8), 200
    for f, sigma in itertools.product(("identity", "relu", "tanh"), (0.5, 2.0)):
        z = rng.normal(0, sigma, (n_in, 100))
        W = rng.normal(0, math.sqrt(equation(f, sigma, n_in)), (5000, n_in))

        assert_allclose(((W @ activation(f)(z)) ** 2).mean(), sigma**2, rtol=0.06)


@proves(
    "eq-tanh-small",
    lambda sigma: sigma**2 - 2 * sigma**4,
    slope_one=lambda sigma: sigma**2,
    third=lambda sigma: sigma**2 - sigma**4 / 3,
    two_thirds=lambda sigma: sigma**2 - 2 / 3 * sigma**4,
)
def test_tanh_keeps_the_mean_square_up_to_the_sixth_power(equation):
    for sigma in (0.1, 0.05, 0.02):
        exact = mean_under_normal(lambda z: np.tanh(z) ** 2, sigma)

        assert abs(equation(sigma) - exact) < 6 * sigma**6


@proves(
    "eq-uniform-variance",
    lambda c: c**2 / 3,
    width_for_half_of_it=lambda c: (2 * c) ** 2 / 3,
    of_the_positive_half=lambda c: c**2 / 12,
    square_missing=lambda c: c / 3,
)
def test_uniform_variance_is_the_mean_of_evenly_spaced_squares(equation):
    for c in (0.5, 1.0, 3.0):
        middles = c * (np.arange(-5000, 5000) + 0.5) / 5000

        assert_allclose(equation(c), (middles**2).mean(), rtol=1e-7)
        assert_allclose(equation(c), (middles + 7).var(), rtol=1e-7)


@proves(
    "eq-orthogonal-length",
    lambda W, a: W.T @ W @ a @ a,
    lambda W, a: a @ a,
    times_the_width=lambda W, a: len(W) * (a @ a),
    not_squared=lambda W, a: math.sqrt(a @ a),
)
def test_orthogonal_weights_keep_every_length(equation):
    rng = np.random.default_rng(9)
    for n_out, n_in in [(1, 1), (5, 2), (4, 4), (30, 30)]:
        W, a = initializers.orthogonal(n_out, n_in, rng), rng.normal(0, 2, n_in)

        assert_allclose(math.fsum((W @ a) ** 2), equation(W, a), **EXACT)
