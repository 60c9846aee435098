"""Both sides of the equations on initial weights and optimizers in the chapter *Formulas of training*."""

import itertools
import math

import numpy as np
import pytest
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit.reference import initializers, optimizers

FANS = [(120, 300), (300, 120), (200, 200)]
RATE, MU, RHO, EPS = 0.3, 0.8, 0.7, 1e-3  # a large ε, so that its place shows
BETA1, BETA2 = 0.6, 0.9


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


def gradients(steps=6, shape=(2, 3)):
    return np.random.default_rng(6).normal(size=(steps, *shape))


def run(step, states, counts_steps=False):
    """Return what `step` makes of the same gradients, θ after every step, from θ = 1 and states of zero."""
    theta, kept, path = np.ones((2, 3)), [np.zeros((2, 3))] * states, []
    for t, g in enumerate(gradients(), 1):
        theta, *kept = step(theta, g, *kept, *([t] if counts_steps else []))
        path.append(theta)
    return np.array(path)


def by_entry(step, states):
    """Return the same, entry by entry, for a `step` of Python's own numbers; t is counted from 1."""
    g, path = gradients(), np.empty((6, 2, 3))
    for j, k in np.ndindex(2, 3):
        theta, kept = 1.0, [0.0] * states
        for t in range(1, 7):
            theta, *kept = step(float(g[t - 1, j, k]), t, theta, *kept)
            path[t - 1, j, k] = theta
    return path


def momentum_by_sum(theta, g, v):
    """Return the velocity as the sum of all past gradients, each times a power of μ, for the shared run."""
    step = next(t for t, known in enumerate(gradients()) if np.array_equal(known, g))
    v = sum(MU ** (step - k) * gradients()[k] for k in range(step + 1))
    return theta - RATE * v, v


@proves(
    "eq-momentum",
    lambda theta, g, v: optimizers.momentum(theta, g, v, RATE, MU),
    momentum_by_sum,
    mean_instead_of_sum=lambda theta, g, v: optimizers.momentum(theta, (1 - MU) * g, v, RATE, MU),
    old_velocity=lambda theta, g, v: (theta - RATE * v, MU * v + g),
    no_memory=lambda theta, g, v: optimizers.momentum(theta, g, v, RATE, 0),
    uphill=lambda theta, g, v: (theta + RATE * (MU * v + g), MU * v + g),
)
def test_momentum_steps_along_a_velocity(equation):
    def step(g, t, theta, v):
        v = MU * v + g
        return theta - RATE * v, v

    assert_allclose(run(equation, 1), by_entry(step, 1), **EXACT)


@proves(
    "eq-nesterov",
    lambda theta, g, v: optimizers.nesterov(theta, g, v, RATE, MU),
    plain_momentum=lambda theta, g, v: optimizers.momentum(theta, g, v, RATE, MU),
    old_velocity=lambda theta, g, v: (theta - RATE * (g + MU * v), MU * v + g),
    whole_velocity=lambda theta, g, v: (theta - RATE * (g + MU * v + g), MU * v + g),
)
def test_nesterov_steps_along_the_next_velocity(equation):
    def step(g, t, theta, v):
        v = MU * v + g
        return theta - RATE * (g + MU * v), v

    assert_allclose(run(equation, 1), by_entry(step, 1), **EXACT)


def slope(theta):
    return np.array([1.0, 0.3, 2.0]) * theta + np.sin(theta)


@proves(
    "eq-nesterov-look-ahead",
    lambda phi, v: phi - RATE * MU * v,
    from_here=lambda phi, v: phi,
    backwards=lambda phi, v: phi + RATE * MU * v,
    rate_missing=lambda phi, v: phi - MU * v,
)
def test_nesterov_is_the_gradient_at_the_point_ahead(equation):
    phi = theta = np.array([1.0, -2.0, 0.5])
    v = kept = np.zeros(3)
    for _ in range(12):
        v = MU * v + slope(equation(phi, v))
        phi = phi - RATE * v
        theta, kept = optimizers.nesterov(theta, slope(theta), kept, RATE, MU)

        assert_allclose(equation(phi, v), theta, **EXACT)


@proves(
    "eq-adagrad",
    lambda theta, g, s: optimizers.adagrad(theta, g, s, RATE, EPS),
    mean_instead_of_sum=lambda theta, g, s: optimizers.rmsprop(theta, g, s, RATE, 0.5, EPS),
    root_missing=lambda theta, g, s: (theta - RATE * g / (s + g**2 + EPS), s + g**2),
    eps_under_the_root=lambda theta, g, s: (theta - RATE * g / np.sqrt(s + g**2 + EPS), s + g**2),
)
def test_adagrad_divides_by_the_root_of_the_summed_squares(equation):
    def step(g, t, theta, s):
        s += g * g
        return theta - RATE * g / (math.sqrt(s) + EPS), s

    assert_allclose(run(equation, 1), by_entry(step, 1), **EXACT)


@proves(
    "eq-rmsprop",
    lambda theta, g, s: optimizers.rmsprop(theta, g, s, RATE, RHO, EPS),
    shares_exchanged=lambda theta, g, s: optimizers.rmsprop(theta, g, s, RATE, 1 - RHO, EPS),
    sum_of_squares=lambda theta, g, s: optimizers.adagrad(theta, g, s, RATE, EPS),
    eps_under_the_root=lambda theta, g, s: (
        theta - RATE * g / np.sqrt(RHO * s + (1 - RHO) * g**2 + EPS),
        RHO * s + (1 - RHO) * g**2,
    ),
)
def test_rmsprop_divides_by_the_root_of_the_mean_square(equation):
    def step(g, t, theta, s):
        s = RHO * s + (1 - RHO) * g * g
        return theta - RATE * g / (math.sqrt(s) + EPS), s

    assert_allclose(run(equation, 1), by_entry(step, 1), **EXACT)


@proves(
    "eq-adam-means",
    lambda g, m, v: optimizers.adam(0 * g, g, m, v, 1, RATE, BETA1, BETA2)[1:],
    shares_exchanged=lambda g, m, v: optimizers.adam(0 * g, g, m, v, 1, RATE, 1 - BETA1, 1 - BETA2)[1:],
    betas_exchanged=lambda g, m, v: optimizers.adam(0 * g, g, m, v, 1, RATE, BETA2, BETA1)[1:],
    square_missing=lambda g, m, v: (BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g),
)
def test_adam_keeps_weighted_means_of_the_gradient_and_its_square(equation):
    m = v = np.zeros((2, 3))
    for t, g in enumerate(gradients(), 1):
        m, v = equation(g, m, v)
        past = list(enumerate(gradients()[:t], 1))

        assert_allclose(m, sum((1 - BETA1) * BETA1 ** (t - k) * g for k, g in past), **EXACT)
        assert_allclose(v, sum((1 - BETA2) * BETA2 ** (t - k) * g**2 for k, g in past), **EXACT)


@proves(
    "eq-adam-correction",
    lambda mean, beta, t: mean / (1 - beta**t),
    none=lambda mean, beta, t: mean,
    first_step_always=lambda mean, beta, t: mean / (1 - beta),
    one_step_late=lambda mean, beta, t: mean / (1 - beta ** (t + 1)),
)
def test_correction_makes_the_mean_of_a_constant_gradient_that_gradient(equation):
    g, zero = np.array([0.5, -3.0]), np.zeros(2)
    m = v = zero
    for t in range(1, 8):
        _, m, v = optimizers.adam(zero, g, m, v, t, RATE, BETA1, BETA2)

        assert_allclose(equation(m, BETA1, t), g, **EXACT)
        assert_allclose(equation(v, BETA2, t), g**2, **EXACT)


def adam(theta, g, m, v, t):
    return optimizers.adam(theta, g, m, v, t, RATE, BETA1, BETA2, EPS)


def adam_by_entry(g, t, theta, m, v):
    m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
    root = math.sqrt(v / (1 - BETA2**t))
    return theta - RATE * m / (1 - BETA1**t) / (root + EPS), m, v


@proves(
    "eq-adam",
    adam,
    counted_from_two=lambda theta, g, m, v, t: adam(theta, g, m, v, t + 1),
    never_corrected=lambda theta, g, m, v, t: adam(theta, g, m, v, 10**6),
    eps_before_the_correction=lambda theta, g, m, v, t: optimizers.adam(
        theta, g, m, v, t, RATE, BETA1, BETA2, EPS / math.sqrt(1 - BETA2**t)
    ),
)
def test_adam_divides_the_corrected_mean_by_the_corrected_root(equation):
    assert_allclose(run(equation, 2, counts_steps=True), by_entry(adam_by_entry, 2), **EXACT)


DECAY = 0.4


@proves(
    "eq-adamw",
    lambda theta, g, m, v, t: optimizers.adamw(theta, g, m, v, t, RATE, BETA1, BETA2, EPS, DECAY),
    into_the_gradient=lambda theta, g, m, v, t: adam(theta, g + DECAY * theta, m, v, t),
    rate_missing=lambda theta, g, m, v, t: optimizers.adamw(
        theta, g, m, v, t, RATE, BETA1, BETA2, EPS, DECAY / RATE
    ),
    no_decay=adam,
)
def test_adamw_shrinks_the_parameters_apart_from_the_gradient(equation):
    def step(g, t, theta, m, v):
        stepped, m, v = adam_by_entry(g, t, theta, m, v)
        return stepped - RATE * DECAY * theta, m, v

    assert_allclose(run(equation, 2, counts_steps=True), by_entry(step, 2), **EXACT)


def test_runs_tell_a_changed_step_apart():
    exact = run(adam, 2, counts_steps=True)

    with pytest.raises(AssertionError):
        assert_allclose(exact * (1 + 1e-9), by_entry(adam_by_entry, 2), **EXACT)
