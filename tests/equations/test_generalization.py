"""Both sides of the equations on error bars, bowls, penalties and noise in the chapter *Generalisation*."""

import itertools
import math

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import complex_step
from bpkit.reference.optimizers import sgd
from bpkit.reference.regularizers import dropout_backward, dropout_forward, l2_gradients, l2_penalty


def outcomes(n, p):
    """Give every outcome of n samples, the share of wrong answers, with its probability."""
    for wrong in itertools.product((0, 1), repeat=n):
        yield sum(wrong) / n, math.prod(p if one else 1 - p for one in wrong)


def spread(shares):
    mean = math.fsum(chance * share for share, chance in shares)
    return mean, math.sqrt(math.fsum(chance * (share - mean) ** 2 for share, chance in shares))


@proves(
    "eq-standard-error",
    lambda p, n: (p, math.sqrt(p * (1 - p) / n)),
    variance=lambda p, n: (p, p * (1 - p) / n),
    not_divided=lambda p, n: (p, math.sqrt(p * (1 - p))),
    one_less=lambda p, n: (p, math.sqrt(p * (1 - p) / (n + 1))),
    right_answers=lambda p, n: (1 - p, math.sqrt(p * (1 - p) / n)),
)
def test_share_of_wrong_answers_has_the_mean_and_the_deviation_of_all_outcomes(equation):
    for p, n in itertools.product((0.1, 0.3), (1, 2, 5)):
        assert_allclose(equation(p, n), spread(list(outcomes(n, p))), **EXACT)


@proves(
    "eq-standard-error-difference",
    lambda p, q, n: math.sqrt(p * (1 - p) / n + q * (1 - q) / n),
    subtracted=lambda p, q, n: math.sqrt(abs(p * (1 - p) - q * (1 - q)) / n),
    errors_added=lambda p, q, n: math.sqrt(p * (1 - p) / n) + math.sqrt(q * (1 - q) / n),
    one_alone=lambda p, q, n: math.sqrt(p * (1 - p) / n),
)
def test_difference_of_two_shares_has_the_deviation_of_all_pairs_of_outcomes(equation):
    for p, q, n in ((0.1, 0.3, 2), (0.4, 0.2, 3)):
        pairs = itertools.product(outcomes(n, p), outcomes(n, q))
        differences = [(a - b, chance * other) for (a, chance), (b, other) in pairs]

        assert_allclose(equation(p, q, n), spread(differences)[1], **EXACT)


def second_derivatives(x, y):
    """Return the Hessian of the mean half squared error of a linear unit, by differences of a parabola."""
    extended = [[*x[:, i], 1.0] for i in range(x.shape[1])]

    def loss(theta):
        errors = [sum(t * v for t, v in zip(theta, row, strict=True)) for row in extended]
        return sum((o - target) ** 2 / 2 for o, target in zip(errors, y, strict=True)) / len(y)

    unit = np.eye(len(x) + 1)

    def second(j, k):
        return loss(unit[j] + unit[k]) - loss(unit[j]) - loss(unit[k]) + loss(0 * unit[0])

    return by_index(len(unit), len(unit), second)


def linear_problems():
    rng = np.random.default_rng(1)
    for n, m in ((1, 4), (2, 6), (3, 9)):
        yield rng.normal(1, 2, (n, m)), rng.normal(size=m)


def mean_of_products(x):
    extended = np.vstack([x, np.ones(x.shape[1])])
    return extended @ extended.T / x.shape[1]


@proves(
    "eq-input-hessian",
    mean_of_products,
    summed=lambda x: mean_of_products(x) * x.shape[1],
    twice=lambda x: 2 * mean_of_products(x),
    of_the_samples=lambda x: np.resize(x.T @ x, (len(x) + 1, len(x) + 1)),
    mean_removed=lambda x: mean_of_products(x - x.mean(axis=1, keepdims=True)),
)
def test_hessian_of_a_linear_unit_is_the_mean_of_the_inputs_products(equation):
    for x, y in linear_problems():
        assert_allclose(equation(x), second_derivatives(x, y), rtol=1e-9, atol=1e-9)


def block(R):
    return np.block([[R, np.zeros((len(R), 1))], [np.zeros((1, len(R))), np.ones((1, 1))]])


@proves(
    "eq-standardized-hessian",
    lambda x: block(np.atleast_2d(np.corrcoef(x))),
    covariances=lambda x: block(np.atleast_2d(np.cov(x, bias=True))),
    no_correlation=lambda x: np.eye(len(x) + 1),
    bias_left_out=lambda x: block(np.atleast_2d(np.corrcoef(x))) - np.eye(len(x) + 1)[-1:],
)
def test_standardized_features_leave_correlations_alone(equation):
    for x, y in list(linear_problems())[1:]:
        scaled = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)

        assert_allclose(equation(x), second_derivatives(scaled, y), rtol=1e-9, atol=1e-9)


@proves(
    "eq-slowest-direction",
    lambda c: 1 - min(c) / max(c),
    lambda c: 1 - 1 / (max(c) / min(c)),
    inverse=lambda c: min(c) / max(c),
    twice_the_rate=lambda c: 1 - 2 * min(c) / max(c),
    squared=lambda c: (1 - min(c) / max(c)) ** 2,
)
def test_slowest_direction_keeps_its_share_in_every_step(equation):
    rng = np.random.default_rng(2)
    for n in (2, 3, 5):
        c, axes = rng.uniform(0.1, 3, n), np.linalg.qr(rng.normal(size=(n, n)))[0]
        theta = axes @ np.ones(n)
        for _ in range(4):
            theta = theta - (axes * c @ axes.T @ theta) / max(c)

        assert_allclose(np.abs(axes.T @ theta).max(), equation(c) ** 4, **EXACT)


@proves(
    "eq-shrinkage",
    lambda c, lam, lowest: c / (c + lam) * lowest,
    the_lost_share=lambda c, lam, lowest: lam / (c + lam) * lowest,
    same_for_all=lambda c, lam, lowest: lowest / (1 + lam),
    half=lambda c, lam, lowest: c / (c + lam / 2) * lowest,
    subtracted=lambda c, lam, lowest: (1 - lam / c) * lowest,
)
def test_penalty_shrinks_the_lowest_point_along_each_axis_of_the_bowl(equation):
    rng = np.random.default_rng(3)
    for n, lam in itertools.product((1, 2, 4), (0.1, 2.0)):
        c, axes, lowest = rng.uniform(0.1, 3, n), np.linalg.qr(rng.normal(size=(n, n)))[0], rng.normal(size=n)
        H = axes * c @ axes.T
        with_penalty = np.linalg.solve(H + lam * np.eye(n), H @ axes @ lowest)

        assert_allclose(axes @ equation(c, lam, lowest), with_penalty, rtol=1e-9)


def weights(shapes=((3, 2), (1, 3))):
    rng = np.random.default_rng(7)
    return {l: rng.normal(size=shape) for l, shape in enumerate(shapes, 1)}


@proves(
    "eq-weight-penalty",
    l2_penalty,
    without_half=lambda W, lam: 2 * l2_penalty(W, lam),
    mean=lambda W, lam: lam / 2 * sum((w**2).mean() for w in W.values()),
    absolute=lambda W, lam: lam / 2 * sum(np.abs(w).sum() for w in W.values()),
    first_layer_alone=lambda W, lam: l2_penalty({1: W[1]}, lam),
)
def test_weight_penalty_sums_every_square(equation):
    W = weights()
    squares = math.fsum(float(w) ** 2 for layer in W.values() for w in layer.ravel())

    assert_allclose(equation(W, 0.3), 0.15 * squares, **EXACT)


@proves(
    "eq-weight-penalty-gradient",
    l2_gradients,
    twice=lambda W, lam: l2_gradients(W, 2 * lam),
    of_the_absolute_values=lambda W, lam: {l: lam * np.sign(w) for l, w in W.items()},
)
def test_weight_penalty_gradient_is_the_slope_of_the_penalty(equation):
    W = weights()
    for l in W:
        slope = complex_step(lambda w: l2_penalty({**W, l: w}, 0.3), W[l])

        assert_allclose(equation(W, 0.3)[l], slope, **EXACT)


@proves(
    "eq-weight-decay",
    lambda theta, g, eta, lam: theta - eta * (g + lam * theta),
    lambda theta, g, eta, lam: (1 - eta * lam) * theta - eta * g,
    rate_missing=lambda theta, g, eta, lam: (1 - lam) * theta - eta * g,
    after_the_step=lambda theta, g, eta, lam: (1 - eta * lam) * (theta - eta * g),
    no_decay=lambda theta, g, eta, lam: theta - eta * g,
)
def test_weight_decay_is_a_step_against_loss_and_penalty(equation):
    for theta in weights().values():
        g = np.cos(theta)
        penalized = g + l2_gradients({1: theta}, 0.3)[1]

        assert_allclose(equation(theta, g, 0.2, 0.3), sgd(theta, penalized, 0.2)[0], **EXACT)


def drop(a, p):
    return dropout_forward(a, p, np.random.default_rng(8))


@proves(
    "eq-dropout-forward",
    lambda a, mask, p: drop(a, p)[0],
    lambda a, mask, p: mask * a / (1 - p),
    unscaled=lambda a, mask, p: mask * a,
    divided_by_p=lambda a, mask, p: mask * a / p,
    other_half=lambda a, mask, p: ~mask * a / (1 - p),
)
def test_dropout_scales_what_it_keeps(equation):
    for p in (0.25, 0.6):
        a = weights()[1]
        mask = drop(a, p)[1]
        kept = by_index(*a.shape, lambda j, i: a[j, i] / (1 - p) if mask[j, i] else 0.0)

        assert_allclose(equation(a, mask, p), kept, **EXACT)


@proves(
    "eq-dropout-mean",
    lambda a, mask, p: mask * a / (1 - p),
    unscaled=lambda a, mask, p: mask * a,
    divided_by_p=lambda a, mask, p: mask * a / p,
)
def test_dropout_keeps_the_mean_over_all_masks(equation):
    a, p = np.array([2.0, -1.0, 0.5]), 0.3
    mean = np.zeros(3)
    for mask in itertools.product((0, 1), repeat=3):
        chance = math.prod(1 - p if kept else p for kept in mask)
        mean += chance * equation(a, np.array(mask), p)

    assert_allclose(mean, a, **EXACT)


@proves(
    "eq-dropout-backward",
    dropout_backward,
    unscaled=lambda da, mask, p: mask * da,
    through_everything=lambda da, mask, p: da / (1 - p),
    scaled_twice=lambda da, mask, p: mask * da / (1 - p) ** 2,
)
def test_dropout_backward_is_the_slope_of_the_forward_pass(equation):
    a, da = weights()[1], np.cos(weights()[1])
    for p in (0.25, 0.6):
        slope = complex_step(lambda a: (da * drop(a, p)[0]).sum(), a)

        assert_allclose(equation(da, drop(a, p)[1], p), slope, **EXACT)


def linear_unit():
    rng = np.random.default_rng(9)
    return *rng.normal(size=(2, 3)), 0.4, -0.7  # w, a, b, y


def half_square(w, a, b, y):
    return (w @ a + b - y) ** 2 / 2


@proves(
    "eq-input-noise",
    lambda w, a, s: s**2 / 2 * (w**2).sum(),
    not_halved=lambda w, a, s: s**2 * (w**2).sum(),
    deviation=lambda w, a, s: s / 2 * (w**2).sum(),
    square_of_the_sum=lambda w, a, s: s**2 / 2 * w.sum() ** 2,
    times_the_inputs=lambda w, a, s: s**2 / 2 * (w**2 * a**2).sum(),
)
def test_noise_on_the_inputs_of_a_linear_unit_costs_a_penalty_on_its_weights(equation):
    w, a, b, y = linear_unit()
    for s in (0.3, 1.5):
        noisy = [half_square(w, a + s * np.array(e), b, y) for e in itertools.product((-1, 1), repeat=3)]

        assert_allclose(half_square(w, a, b, y) + equation(w, a, s), np.mean(noisy), **EXACT)


@proves(
    "eq-dropout-penalty",
    lambda w, a, p: p / (2 * (1 - p)) * (w**2 * a**2).sum(),
    not_halved=lambda w, a, p: p / (1 - p) * (w**2 * a**2).sum(),
    unscaled=lambda w, a, p: p * (1 - p) / 2 * (w**2 * a**2).sum(),
    weights_alone=lambda w, a, p: p / (2 * (1 - p)) * (w**2).sum(),
    square_of_the_sum=lambda w, a, p: p / (2 * (1 - p)) * (w @ a) ** 2,
)
def test_dropout_before_a_linear_unit_costs_a_penalty_on_weights_and_activations(equation):
    w, a, b, y = linear_unit()
    for p in (0.25, 0.6):
        mean = 0.0
        for mask in itertools.product((0, 1), repeat=3):
            chance = math.prod(1 - p if kept else p for kept in mask)
            mean += chance * half_square(w, np.array(mask) * a / (1 - p), b, y)

        assert_allclose(half_square(w, a, b, y) + equation(w, a, p), mean, **EXACT)
