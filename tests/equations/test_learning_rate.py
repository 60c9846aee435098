"""Both sides of the equations in the chapter *The learning rate*."""

import itertools
import math
from fractions import Fraction

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT, example_networks

from bpkit import complex_step, loss_and_gradients
from bpkit.grading.questions.rate_range import learning_rate_range_test
from bpkit.reference.dual import hvp
from bpkit.reference.regularizers import clip_by_norm
from bpkit.reference.schedules import cosine_decay, exponential_decay, inverse_time, step_decay, warm_up

EPOCHS = (0, 0.5, 1, 2, 3.75, 4, 7, 12)


def bowl(eigenvalues, seed=0):
    """Return the matrix of a bowl with these eigenvalues, turned at random, and its eigenvectors."""
    n = len(eigenvalues)
    U = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]
    return U @ np.diag(eigenvalues) @ U.T, U


def distances(H, e, eta, steps):
    found = [e]
    for _ in range(steps):
        slope = complex_step(lambda e: (e * (H @ e)).sum() / 2, found[-1])
        found.append(found[-1] - eta * slope)
    return found


BOWLS = [(0.3, 1.0, 2.5), (0.1, 4.0), (2.0, 2.0, 3.0, 9.0)]


@proves(
    "eq-eigen-steps",
    lambda eta, values, t: (1 - eta * values) ** t,
    steepest_alone=lambda eta, values, t: (1 - eta * values.max()) ** t * np.ones_like(values),
    plus=lambda eta, values, t: (1 + eta * values) ** t,
    one_more=lambda eta, values, t: (1 - eta * values) ** (t + 1),
)
def test_along_each_eigenvector_a_bowl_is_a_parabola(equation):
    for values in map(np.array, BOWLS):
        H, U = bowl(values)
        e = np.random.default_rng(1).normal(size=len(values))
        for eta in (0.1, 0.5):
            for t, e_t in enumerate(distances(H, e, eta, 5)):
                assert_allclose(U.T @ e_t, equation(eta, values, t) * (U.T @ e), rtol=1e-9, atol=1e-12)


@proves(
    "eq-largest-rate",
    lambda values: 2 / max(values),
    one=lambda values: 1 / max(values),
    flattest=lambda values: 2 / min(values),
    trace=lambda values: 2 / sum(values),
)
def test_a_bowl_shrinks_below_the_limit_and_grows_above(equation):
    for values in BOWLS:
        H, _ = bowl(values)
        e = np.random.default_rng(2).normal(size=len(values))
        for share in (0.9, 1.1):
            eta = share * equation(values)
            last = np.linalg.matrix_power(np.eye(len(values)) - eta * H, 100) @ e
            assert (np.linalg.norm(last) < np.linalg.norm(e)) == (share < 1)


def hilly(theta):
    return (np.sin(theta) ** 2).sum() + (theta[0] * theta[1] - theta[2]) ** 2 / 2  # lowest at 0


@proves(
    "eq-linear-near-minimum",
    lambda H, e: H @ e,
    half=lambda H, e: H @ e / 2,
    diagonal=lambda H, e: np.diag(H) * e,
    constant=lambda H, e: np.zeros_like(e),
)
def test_gradient_near_a_minimum_is_the_hessian_times_the_distance(equation):
    H = np.array([[2.0, 0, 0], [0, 2, 0], [0, 0, 3]])
    H, turned = turn(H)
    rng = np.random.default_rng(3)
    for size in (1e-3, 1e-5):
        e = size * rng.normal(size=3)
        rest = complex_step(turned, e) - equation(H, e)
        assert np.linalg.norm(rest) < 100 * size * np.linalg.norm(e)


def turn(H):
    """Return `hilly` in other coordinates, and its Hessian there, so that nothing is diagonal."""
    Q = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0]
    return Q.T @ H @ Q, lambda theta: hilly(Q @ theta)


@proves(
    "eq-power-iteration",
    lambda product, v: (v := v / np.linalg.norm(v), (v * product(v)).sum()),
    not_normalised=lambda product, v: (v, (v * product(v)).sum()),
    length_of_the_square=lambda product, v: (v := v / np.linalg.norm(v), (product(v) ** 2).sum()),
    first_entry=lambda product, v: (v := v / np.linalg.norm(v), product(v)[0]),
)
def test_power_iteration_finds_the_largest_eigenvalue(equation):
    for values in BOWLS:
        H, _ = bowl(values)

        def loss(e, H=H):
            return (e.reshape((1, -1)) @ H @ e.reshape((-1, 1))).sum() / 2

        def product(v, loss=loss):
            return hvp(loss, np.zeros_like(v), v)

        v = np.random.default_rng(5).normal(size=len(values))
        for _ in range(60):
            v, found = equation(product, v)
            v = product(v)

        assert_allclose(found, max(values), rtol=1e-10)


@proves(
    "eq-convergence-factor",
    lambda eta, low, high: max(abs(1 - eta * low), abs(1 - eta * high)),
    steepest_alone=lambda eta, low, high: abs(1 - eta * high),
    flattest_alone=lambda eta, low, high: abs(1 - eta * low),
    the_smaller=lambda eta, low, high: min(abs(1 - eta * low), abs(1 - eta * high)),
)
def test_the_largest_factor_belongs_to_one_of_the_ends(equation):
    for values in BOWLS:
        H, _ = bowl(values)
        for eta in (0.05, 0.2, 0.4):
            norm = np.linalg.norm(np.eye(len(values)) - eta * H, 2)  # the largest stretch of a step
            assert_allclose(equation(eta, min(values), max(values)), norm, **EXACT)


def factor(eta, low, high):
    return max(abs(1 - eta * low), abs(1 - eta * high))


@proves(
    "eq-best-rate",
    lambda low, high: (2 / (low + high), (high / low - 1) / (high / low + 1)),
    one_over_the_steepest=lambda low, high: (1 / high, 1 - low / high),
    at_the_limit=lambda low, high: (2 / high, 1.0),
    mean_of_the_rates=lambda low, high: ((1 / low + 1 / high) / 2, (high - low) / (high + low)),
    factor_turned_over=lambda low, high: (2 / (low + high), (high + low) / (high - low)),
)
def test_no_rate_shrinks_a_bowl_faster_than_the_best(equation):
    for low, high in ((1.0, 5.0), (0.1, 4.0), (2.0, 2.5)):
        eta, rho = equation(low, high)
        others = np.linspace(0, 2 / low, 4001)

        assert_allclose(factor(eta, low, high), rho, **EXACT)
        assert all(factor(other, low, high) >= rho * (1 - 1e-12) for other in others)


@proves(
    "eq-steps-needed",
    lambda kappa, epsilon: math.log(1 / epsilon) / math.log((kappa + 1) / (kappa - 1)),
    for_large_kappa=lambda kappa, epsilon: kappa / 2 * math.log(1 / epsilon),
    without_the_half=lambda kappa, epsilon: kappa * math.log(1 / epsilon),
    factor_of_the_smallest_rate=lambda kappa, epsilon: -math.log(1 / epsilon) / math.log(1 - 1 / kappa),
)
def test_steps_needed_leave_the_share_that_was_asked_for(equation):
    for kappa, epsilon in ((1.5, 1e-2), (3.0, 1e-3), (40.0, 0.5)):
        t, rate = equation(kappa, epsilon), 2 / (1 + kappa)

        assert_allclose(abs(1 - rate) ** t, epsilon, **EXACT)
        assert_allclose(abs(1 - rate * kappa) ** t, epsilon, **EXACT)

    assert_allclose(equation(1e4, 1e-3), 1e4 / 2 * math.log(1e3), rtol=1e-8)


@proves(
    "eq-range-test",
    learning_rate_range_test,
    the_smallest=lambda loss, rates: min(rate for rate in rates if loss(rate) < loss(0.0)),
    not_lower=lambda loss, rates: max(rate for rate in rates if loss(rate) <= loss(0.0)),
    the_lowest_loss=lambda loss, rates: min(rates, key=loss),
    as_long_as_it_falls=lambda loss, rates: rates[0],
)
def test_the_largest_rate_that_lowers_the_loss_of_a_bowl_is_below_two_over_its_curvature(equation):
    rates = [n / 64 for n in range(1, 64)]
    for h, theta in itertools.product((4.0, 8.0, 16.0), (-1.5, 0.5)):
        best = equation(lambda rate, h=h, theta=theta: h * ((1 - rate * h) * theta) ** 2 / 2, rates)

        assert_allclose(best, 2 / h - 1 / 64, **EXACT)


@proves(
    "eq-one-step-bound",
    lambda g, H: 2 * (g @ g) / (g @ H @ g),
    one=lambda g, H: (g @ g) / (g @ H @ g),
    limit=lambda g, H: 2 / np.linalg.eigvalsh(H)[-1],
    turned_over=lambda g, H: 2 * (g @ H @ g) / (g @ g),
    length_for_square=lambda g, H: 2 * np.linalg.norm(g) / (g @ H @ g),
)
def test_one_step_lowers_the_loss_of_a_bowl_up_to_the_bound(equation):
    rng = np.random.default_rng(6)
    for values in BOWLS:
        H, _ = bowl(values)
        e = rng.normal(size=len(values))
        bound = equation(H @ e, H)
        before, below, above = (
            (f := e - share * bound * (H @ e)) @ H @ f / 2 for share in (0.0, 0.999, 1.001)
        )

        assert below < before < above
        assert bound >= 2 / max(values) * (1 - 1e-12)


@proves(
    "eq-step-decay",
    lambda eta, e: step_decay(eta, e, drop=0.25, every=4),
    without_floor=lambda eta, e: exponential_decay(eta, e, drop=0.25**0.25),
    one_epoch_early=lambda eta, e: step_decay(eta, e + 1, drop=0.25, every=4),
    subtracted=lambda eta, e: eta - 0.25 * (e // 4),
)
def test_step_decay_drops_once_for_each_span_that_is_over(equation):
    for e in EPOCHS:
        spans = sum(1 for end in (4, 8, 12, 16) if e >= end)

        assert_allclose(equation(0.8, e), 0.8 * math.prod([0.25] * spans), **EXACT)


@proves(
    "eq-exponential-decay",
    lambda eta, e: exponential_decay(eta, e, drop=0.9),
    by_steps=lambda eta, e: step_decay(eta, e, drop=0.9, every=1),
    e_to_the_minus=lambda eta, e: eta * math.exp(-0.9 * e),
)
def test_exponential_decay_loses_the_same_share_in_every_span(equation):
    for e in EPOCHS:
        quarters = math.prod([math.sqrt(math.sqrt(0.9))] * int(4 * e))

        assert_allclose(equation(0.8, e), 0.8 * quarters, **EXACT)


@proves(
    "eq-inverse-time",
    lambda eta, e: inverse_time(eta, e, decay=0.5),
    one_missing=lambda eta, e: eta / (1 + 0.5 * e + 0.5),
    squared=lambda eta, e: eta / (1 + 0.5 * e) ** 2,
    rooted=lambda eta, e: eta / math.sqrt(1 + 0.5 * e),
)
def test_inverse_time_divides_by_a_number_that_grows_steadily(equation):
    for e in EPOCHS:
        assert_allclose(equation(0.8, e), float(Fraction(4, 5) / (1 + Fraction(e) / 2)), **EXACT)


@proves(
    "eq-cosine-decay",
    lambda eta, e, epochs: cosine_decay(eta, e, epochs),
    lambda eta, e, epochs: eta * math.cos(math.pi * e / (2 * epochs)) ** 2,
    quarter_wave=lambda eta, e, epochs: eta * math.cos(math.pi * e / (2 * epochs)),
    whole_wave=lambda eta, e, epochs: cosine_decay(eta, 2 * e, epochs),
    straight=lambda eta, e, epochs: eta * (1 - e / epochs),
)
def test_cosine_decay_has_the_known_values_of_half_a_wave(equation):
    root2, root3 = math.sqrt(2), math.sqrt(3)
    known = [(0, 2), (2, 1 + root3 / 2), (3, 1 + root2 / 2), (4, 1.5), (6, 1), (8, 0.5), (12, 0)]

    for e, twice in known:
        assert_allclose(equation(0.8, e, 12), 0.4 * twice, **EXACT)


@proves(
    "eq-warm-up",
    lambda eta, e: warm_up(eta, e, warm_up_epochs=4),
    from_zero=lambda eta, e: eta * min(1, e / 4),
    never_ending=lambda eta, e: eta * (e + 1) / 5,
    one_epoch_short=lambda eta, e: warm_up(eta, e, warm_up_epochs=3),
)
def test_warm_up_rises_by_equal_parts_until_the_rate_is_reached(equation):
    for e in EPOCHS:
        part = min(Fraction(1), (Fraction(e) + 1) / 5)

        assert_allclose(equation(0.8, e), float(Fraction(4, 5) * part), **EXACT)


def sample_slopes(net, W1):
    """Return ∂ℓ_i/∂W^(1) of each sample at another W^(1)."""
    columns = range(net.x.shape[1])
    W = {**net.W, 1: W1}
    parts = [loss_and_gradients(W, net.b, net.x[:, [i]], net.y[:, [i]], net.f, net.loss) for i in columns]
    return np.array([dW[1] for _, dW, _ in parts])


def small_steps(net, eta):
    W1 = net.W[1]
    for i in range(net.x.shape[1]):
        W1 = W1 - eta * sample_slopes(net, W1)[i]
    return W1


@proves(
    "eq-linear-scaling",
    lambda W1, slopes, eta: W1 - len(slopes) * eta * slopes.mean(axis=0),
    same_rate=lambda W1, slopes, eta: W1 - eta * slopes.mean(axis=0),
    root_of_the_factor=lambda W1, slopes, eta: W1 - math.sqrt(len(slopes)) * eta * slopes.mean(axis=0),
    sum_with_the_larger_rate=lambda W1, slopes, eta: W1 - len(slopes) * eta * slopes.sum(axis=0),
)
def test_small_steps_are_one_large_step_but_for_the_square_of_the_rate(equation):
    tried = [net for net in example_networks("sigmoid") if net.x.shape[1] > 1]
    assert tried
    for net in tried:
        slopes = sample_slopes(net, net.W[1])
        far, near = (
            np.linalg.norm(small_steps(net, eta) - equation(net.W[1], slopes, eta)) for eta in (1e-3, 1e-5)
        )
        assert near <= 2e-4 * far


@proves(
    "eq-sum-rate",
    lambda theta, slopes, eta: theta - eta * sum(slopes),
    lambda theta, slopes, eta: theta - eta * len(slopes) * (sum(slopes) / len(slopes)),
    rate_divided=lambda theta, slopes, eta: theta - eta / len(slopes) * sum(slopes) / len(slopes),
    mean=lambda theta, slopes, eta: theta - eta * sum(slopes) / len(slopes),
)
def test_sum_over_the_batch_has_the_rate_of_its_size(equation):
    tried = [net for net in example_networks("sigmoid") if net.x.shape[1] > 1]
    assert tried
    for net in tried:
        m = net.x.shape[1]
        mean = loss_and_gradients(net.W, net.b, net.x, net.y, net.f, net.loss)[1][1]
        stepped = equation(net.W[1], list(sample_slopes(net, net.W[1])), 0.2)

        assert_allclose(stepped, net.W[1] - 0.2 * m * mean, **EXACT)


def long_and_short():
    rng = np.random.default_rng(7)
    return [rng.normal(size=(3, 2)), rng.normal(size=(1, 3)), np.zeros((2, 2))]


@proves(
    "eq-clip-by-norm",
    clip_by_norm,
    entry_by_entry=lambda g, c: np.clip(g, -c, c),
    always=lambda g, c: g * c / max(np.linalg.norm(g), 1e-300),
    largest_entry=lambda g, c: g * min(1, c / max(np.abs(g).max(), 1e-300)),
    divided_by_c=lambda g, c: g / max(c, 1),
)
def test_clip_shortens_what_is_longer_than_the_limit(equation):
    for g, c in itertools.product(long_and_short(), (0.5, 2.0, 100.0)):
        length = math.sqrt(math.fsum(float(v) ** 2 for v in g.ravel()))
        factor = c / length if length > c else 1

        assert_allclose(equation(g, c), factor * g, **EXACT)


@proves(
    "eq-clip-by-value",
    lambda g, c: np.minimum(c, np.maximum(-c, g)),
    by_norm=clip_by_norm,
    above_alone=lambda g, c: np.minimum(c, g),
    below_alone=lambda g, c: np.maximum(-c, g),
    signs=lambda g, c: c * np.sign(g),
)
def test_clip_by_value_limits_each_entry_and_keeps_its_sign(equation):
    for g, c in itertools.product(long_and_short(), (0.5, 2.0, 100.0)):
        limited = [math.copysign(min(abs(v), c), v) for v in g.ravel().tolist()]

        assert_allclose(equation(g, c).ravel(), limited, **EXACT)
