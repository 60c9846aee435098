"""Both sides of the equations in the chapter *From momentum to Adam*."""

import itertools
import math

import numpy as np
import pytest
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit.reference import optimizers

RATE, MU, RHO, EPS = 0.3, 0.8, 0.7, 1e-3  # a large ε, so that its place shows
BETA1, BETA2 = 0.6, 0.9
TINY = 1e-300  # an ε that no gradient notices


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
    "eq-velocity-sum",
    lambda g, mu: sum(mu ** (len(g) - k) * g[k - 1] for k in range(1, len(g) + 1)),
    first_weighs_most=lambda g, mu: sum(mu**k * g[k] for k in range(len(g))),
    one_power_more=lambda g, mu: sum(mu ** (len(g) - k) * g[k] for k in range(len(g))),
    mean=lambda g, mu: (1 - mu) * sum(mu ** (len(g) - k) * g[k - 1] for k in range(1, len(g) + 1)),
)
def test_velocity_is_the_sum_of_all_gradients_with_falling_weights(equation):
    for mu in (0.0, 0.5, 0.9):
        v = np.zeros((2, 3))
        for t, g in enumerate(gradients(), 1):
            v = optimizers.momentum(g, g, v, RATE, mu)[1]

            assert_allclose(equation(gradients()[:t], mu), v, **EXACT)


@proves(
    "eq-velocity-limit",
    lambda s, mu, t: s**t * (1 - (s * mu) ** t) / (1 - s * mu),
    limit_at_once=lambda s, mu, t: s**t / (1 - s * mu),
    same_for_both_signs=lambda s, mu, t: s**t * (1 - mu**t) / (1 - mu),
    sign_of_the_power=lambda s, mu, t: s**t * (1 - mu**t) / (1 - s * mu),
)
def test_velocity_under_a_gradient_that_stays_or_alternates(equation):
    g = np.array([2.0, -0.5])
    for s, mu in itertools.product((1, -1), (0.5, 0.9)):
        v = np.zeros(2)
        for t in range(1, 12):
            v = optimizers.momentum(g, s**t * g, v, RATE, mu)[1]

            assert_allclose(equation(s, mu, t) * g, v, **EXACT)


def rolled(theta, steps, eta, mu, c=1.0):
    """Return θ and ηv after some steps of momentum on the parabola c θ² / 2, from rest."""
    theta, v = np.array([theta]), np.zeros(1)
    for _ in range(steps):
        theta, v = optimizers.momentum(theta, c * theta, v, eta, mu)
    return np.array([theta[0], eta * v[0]])


@proves(
    "eq-momentum-with-rate",
    lambda theta, u, g, eta: (theta - (MU * u + eta * g), MU * u + eta * g),
    rate_missing=lambda theta, u, g, eta: (theta - (MU * u + g), MU * u + g),
    rate_twice=lambda theta, u, g, eta: (theta - eta * (MU * u + eta * g), MU * u + eta * g),
    old_velocity=lambda theta, u, g, eta: (theta - u, MU * u + eta * g),
)
def test_rate_inside_the_velocity_is_the_same_while_it_is_constant(equation):
    theta = phi = np.ones((2, 3))
    u = v = np.zeros((2, 3))
    for g in gradients():
        theta, u = equation(theta, u, g, RATE)
        phi, v = optimizers.momentum(phi, g, v, RATE, MU)

        assert_allclose(theta, phi, **EXACT)
        assert_allclose(u, RATE * v, **EXACT)
    slower = equation(theta, u, g, RATE / 10)[0], optimizers.momentum(phi, g, v, RATE / 10, MU)[0]
    assert np.abs(slower[0] - slower[1]).max() > 0.1  # and no longer when it changes


def momentum_matrix(x, mu):
    return np.array([[1 - x, -mu], [x, mu]])


@proves(
    "eq-momentum-matrix",
    momentum_matrix,
    transposed=lambda x, mu: momentum_matrix(x, mu).T,
    velocity_adds=lambda x, mu: np.array([[1 - x, mu], [x, mu]]),
    old_velocity=lambda x, mu: np.array([[1, -1], [x, mu]]),
)
def test_momentum_on_a_parabola_is_a_matrix_power(equation):
    for eta, mu, c in itertools.product((0.1, 0.7), (0.5, 0.9), (1.0, 3.0)):
        for t in (1, 2, 7):
            power = np.linalg.matrix_power(equation(eta * c, mu), t) @ [2.0, 0.0]

            assert_allclose(power, rolled(2.0, t, eta, mu, c), **EXACT)


def sizes_of_roots(x, mu):
    return np.sort(np.abs(np.linalg.eigvals(momentum_matrix(x, mu))))


@proves(
    "eq-momentum-roots",
    lambda x, mu, r: r**2 - (1 + mu - x) * r + mu,
    trace_of_descent=lambda x, mu, r: r**2 - (1 - x) * r + mu,
    sign_of_mu=lambda x, mu, r: r**2 - (1 + mu - x) * r - mu,
    root_of_mu=lambda x, mu, r: r**2 - (1 + mu - x) * r + math.sqrt(mu),
)
def test_momentum_roots_are_the_eigenvalues(equation):
    for x, mu in itertools.product((0.001, 0.3, 1.7, 3.9), (0.3, 0.9)):
        roots = np.linalg.eigvals(momentum_matrix(x, mu).astype(complex))

        assert_allclose(equation(x, mu, roots), 0, rtol=0, atol=1e-13)


@proves(
    "eq-momentum-band",
    lambda mu: ((1 - math.sqrt(mu)) ** 2, (1 + math.sqrt(mu)) ** 2),
    not_rooted=lambda mu: ((1 - mu) ** 2, (1 + mu) ** 2),
    not_squared=lambda mu: (1 - math.sqrt(mu), 1 + math.sqrt(mu)),
    all_stable_rates=lambda mu: (0, 2 * (1 + mu)),
)
def test_inside_the_band_the_roots_have_the_size_of_root_mu_and_outside_one_is_larger(equation):
    for mu in (0.2, 0.5, 0.9):
        low, high = equation(mu)
        for x in np.linspace(low, high, 9)[1:-1]:
            assert_allclose(sizes_of_roots(x, mu), math.sqrt(mu), **EXACT)
        for x in (0.9 * low, 1.01 * high):
            assert sizes_of_roots(x, mu)[1] > 1.001 * math.sqrt(mu)


@proves(
    "eq-momentum-limit",
    lambda c, mu: 2 * (1 + mu) / c,
    of_descent=lambda c, mu: 2 / c,
    effective_rate=lambda c, mu: 2 * (1 - mu) / c,
    end_of_the_band=lambda c, mu: (1 + math.sqrt(mu)) ** 2 / c,
)
def test_momentum_comes_down_below_the_limit_and_diverges_above(equation):
    for c, mu in itertools.product((0.5, 3.0), (0.3, 0.8)):
        limit = equation(c, mu)

        assert abs(rolled(1.0, 2000, 0.99 * limit, mu, c)[0]) < 1e-3
        assert abs(rolled(1.0, 2000, 1.01 * limit, mu, c)[0]) > 1e3


def widest(q, mu):
    """Return by which ratio ηc may vary while no root is larger than q, found on a fine grid."""
    x = np.arange(1, 80_001) / 20_000
    matrices = np.moveaxis(momentum_matrix(x, np.full(x.size, mu)), 2, 0)
    good = x[np.abs(np.linalg.eigvals(matrices)).max(axis=1) <= q]
    return good[-1] / good[0]


@proves(
    "eq-condition-bound",
    lambda q, mu: (1 + q) * (1 + mu / q) / ((1 - q) * (1 - mu / q)),
    of_descent=lambda q, mu: (1 + q) / (1 - q),
    best_mu_always=lambda q, mu: ((1 + q) / (1 - q)) ** 2,
    mu_not_divided=lambda q, mu: (1 + q) * (1 + mu) / ((1 - q) * (1 - mu)),
)
def test_condition_bound_is_the_widest_bowl_that_shrinks_by_q(equation):
    for q, mu in [(0.8, 0.0), (0.8, 0.3), (0.6, 0.35), (0.9, 0.7)]:
        assert_allclose(equation(q, mu), widest(q, mu), rtol=2e-3)


@proves(
    "eq-best-momentum",
    lambda low, high: (
        ((math.sqrt(high) - math.sqrt(low)) / (math.sqrt(high) + math.sqrt(low))) ** 2,
        4 / (math.sqrt(high) + math.sqrt(low)) ** 2,
    ),
    factor_of_descent=lambda low, high: (((high - low) / (high + low)) ** 2, 2 / (high + low)),
    root_of_mu=lambda low, high: (
        (math.sqrt(high) - math.sqrt(low)) / (math.sqrt(high) + math.sqrt(low)),
        4 / (math.sqrt(high) + math.sqrt(low)) ** 2,
    ),
    half_the_rate=lambda low, high: (
        ((math.sqrt(high) - math.sqrt(low)) / (math.sqrt(high) + math.sqrt(low))) ** 2,
        2 / (math.sqrt(high) + math.sqrt(low)) ** 2,
    ),
)
def test_no_other_momentum_and_rate_shrink_a_bowl_faster(equation):
    for low, high in [(1.0, 9.0), (0.5, 30.0)]:

        def largest(mu, eta, low=low, high=high):
            return max(sizes_of_roots(eta * c, mu)[1] for c in (low, (low + high) / 2, high))

        mu, eta = equation(low, high)
        tried = itertools.product(np.linspace(0, 0.98, 50), np.linspace(0.02, 4, 60) / high)

        assert_allclose(largest(mu, eta), math.sqrt(mu), rtol=1e-6)
        assert min(largest(*other) for other in tried) > largest(mu, eta) - 1e-6


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
    "eq-nesterov-change",
    lambda theta, v, new_v: theta + RATE * MU * v - RATE * new_v - RATE * MU * new_v,
    lambda theta, v, new_v: theta - RATE * ((new_v - MU * v) + MU * new_v),
    old_point=lambda theta, v, new_v: theta - RATE * new_v - RATE * MU * new_v,
    one_look_less=lambda theta, v, new_v: theta + RATE * MU * v - RATE * new_v,
    gradient_alone=lambda theta, v, new_v: theta - RATE * (new_v - MU * v),
)
def test_point_ahead_moves_as_the_point_behind_says(equation):
    rng = np.random.default_rng(11)
    for shape in [(1,), (3,), (2, 3)]:
        phi, v = rng.normal(size=(2, *shape))
        theta = phi - RATE * MU * v
        new_v = MU * v + np.sin(theta)
        new_phi = phi - RATE * new_v

        assert_allclose(equation(theta, v, new_v), new_phi - RATE * MU * new_v, **EXACT)


@proves(
    "eq-nesterov-roots",
    lambda x, mu: (1, -(1 + mu) * (1 - x), mu * (1 - x)),
    of_momentum=lambda x, mu: (1, -(1 + mu - x), mu),
    product_mu=lambda x, mu: (1, -(1 + mu) * (1 - x), mu),
    sum_of_momentum=lambda x, mu: (1, -(1 + mu - x), mu * (1 - x)),
)
def test_nesterov_on_a_parabola_obeys_the_recursion_of_its_roots(equation):
    for eta, mu, c in itertools.product((0.1, 0.6), (0.5, 0.9), (0.7, 2.0)):
        theta, v, path = np.array([1.5]), np.zeros(1), [1.5]
        for _ in range(8):
            theta, v = optimizers.nesterov(theta, c * theta, v, eta, mu)
            path.append(theta[0])
        _, first, second = equation(eta * c, mu)

        for before, here, after in zip(path, path[1:], path[2:], strict=False):
            assert_allclose(after, -first * here - second * before, **EXACT)


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


def constant_steps(step, states, counts_steps=False):
    """Return the length of twelve steps, in units of the rate, under a constant gradient and without ε."""
    g = np.array([3.0, -0.02])
    theta, kept, lengths = np.zeros(2), [np.zeros(2)] * states, []
    for t in range(1, 13):
        after, *kept = step(theta, g, *kept, *([t] if counts_steps else []))
        lengths.append((theta - after) / np.sign(g) / RATE)
        theta = after
    return np.array(lengths)


@proves(
    "eq-adaptive-steps",
    lambda t: (1 / math.sqrt(t), 1 / math.sqrt(1 - RHO**t)),
    not_rooted=lambda t: (1 / t, 1 / (1 - RHO**t)),
    rmsprop_without_its_start=lambda t: (1 / math.sqrt(t), 1),
    first_step_always=lambda t: (1, 1 / math.sqrt(1 - RHO)),
)
def test_adaptive_steps_do_not_depend_on_the_size_of_a_constant_gradient(equation):
    adagrad = constant_steps(lambda theta, g, s: optimizers.adagrad(theta, g, s, RATE, TINY), 1)
    rmsprop = constant_steps(lambda theta, g, s: optimizers.rmsprop(theta, g, s, RATE, RHO, TINY), 1)
    for t in range(1, 13):
        assert_allclose(adagrad[t - 1], equation(t)[0], **EXACT)
        assert_allclose(rmsprop[t - 1], equation(t)[1], **EXACT)


@proves(
    "eq-adam-bias",
    lambda beta, t, mean: (1 - beta**t) * mean,
    lambda beta, t, mean: (1 - beta) * sum(beta ** (t - k) for k in range(1, t + 1)) * mean,
    unbiased=lambda beta, t, mean: mean,
    one_step=lambda beta, t, mean: (1 - beta) * mean,
    one_step_late=lambda beta, t, mean: (1 - beta ** (t + 1)) * mean,
)
def test_expected_adam_means_lack_the_weights_of_the_steps_before_the_first(equation):
    for t in range(1, 6):
        m, v = np.zeros((2, 2**t))
        draws = np.array(list(itertools.product((-1.0, 4.0), repeat=t))).T  # every run, all equally likely
        for g in draws:
            _, m, v = optimizers.adam(0 * g, g, m, v, 1, RATE, BETA1, BETA2)

        assert_allclose(m.mean(), equation(BETA1, t, 1.5), **EXACT)
        assert_allclose(v.mean(), equation(BETA2, t, 8.5), **EXACT)


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


@proves(
    "eq-adam-uncorrected",
    lambda t: (1 - BETA1**t) / math.sqrt(1 - BETA2**t),
    corrected=lambda t: 1,
    not_rooted=lambda t: (1 - BETA1**t) / (1 - BETA2**t),
    betas_exchanged=lambda t: (1 - BETA2**t) / math.sqrt(1 - BETA1**t),
)
def test_uncorrected_adam_takes_steps_of_another_length(equation):
    lengths = constant_steps(lambda *a: optimizers.adam(*a, 10**6, RATE, BETA1, BETA2, TINY), 2)
    for t in range(1, 13):
        assert_allclose(lengths[t - 1], equation(t), **EXACT)


@proves(
    "eq-adam-first-step",
    lambda g, eps: -RATE * g / (np.abs(g) + eps),
    sign_alone=lambda g, eps: -RATE * np.sign(g),
    uphill=lambda g, eps: RATE * g / (np.abs(g) + eps),
    eps_under_the_root=lambda g, eps: -RATE * g / np.sqrt(g**2 + eps),
)
def test_first_step_of_adam_is_the_rate_where_the_gradient_is_larger_than_eps(equation):
    g, zero = np.array([50.0, -1.0, 1e-2, -1e-4, 1e-9, 0.0]), np.zeros(6)
    for eps in (1e-2, 1e-8):
        step = optimizers.adam(zero, g, zero, zero, 1, RATE, eps=eps)[0]

        assert_allclose(equation(g, eps), step, **EXACT)


def adam_run(scale, eps):
    def step(theta, g, m, v, t):
        return optimizers.adam(theta, scale * g, m, v, t, RATE, BETA1, BETA2, eps)

    return run(step, 2, counts_steps=True)


@proves(
    "eq-adam-scale",
    lambda scale, eps: eps / scale,
    same_eps=lambda scale, eps: eps,
    multiplied=lambda scale, eps: eps * scale,
    rooted=lambda scale, eps: eps / math.sqrt(scale),
)
def test_scaled_gradients_are_the_same_to_adam_as_another_eps(equation):
    for scale, eps in itertools.product((1e-3, 0.5, 200.0), (0.1, 1e-3)):
        assert_allclose(adam_run(scale, eps), adam_run(1.0, equation(scale, eps)), **EXACT)


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


TURN = np.linalg.qr(np.random.default_rng(10).normal(size=(3, 3)))[0]


@proves(
    "eq-turned-path",
    lambda theta: TURN @ theta,
    not_turned=lambda theta: theta,
    turned_back=lambda theta: TURN.T @ theta,
    lengths_alone=lambda theta: np.linalg.norm(theta) * np.ones(3) / math.sqrt(3),
)
def test_paths_of_sums_of_gradients_turn_with_the_landscape(equation):
    for name in ("gradient_descent", "momentum", "nesterov"):
        optimizer = optimizers.OPTIMIZERS[name]
        theta, kept = np.array([1.0, -2.0, 0.5]), [np.zeros(3) for _ in optimizer.states]
        turned, turned_kept = TURN @ theta, kept
        for _ in range(8):
            theta, *kept = optimizer.step(theta, slope(theta), *kept, RATE)
            g = TURN @ slope(TURN.T @ turned)  # the gradient of L(Qᵀθ)
            turned, *turned_kept = optimizer.step(turned, g, *turned_kept, RATE)

            assert_allclose(equation(theta), turned, **EXACT)


def test_path_of_adagrad_does_not_turn_with_the_landscape():
    g, zero = np.array([1.0, -2.0, 0.5]), np.zeros(3)

    step = optimizers.adagrad(zero, g, zero, RATE)[0]
    turned = optimizers.adagrad(zero, TURN @ g, zero, RATE)[0]

    assert np.abs(TURN @ step - turned).max() > 0.01
