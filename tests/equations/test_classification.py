"""Both sides of the equations in the chapter *Classification with softmax*."""

import itertools
import math

import numpy as np
import pytest
from equations.proofs import proves, softmax_of
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import activation, complex_step, sample_losses
from bpkit.data import one_hot

SIZES = [(2, 1), (3, 4), (5, 2)]  # K, m


def classified():
    """Draw logits, labels and probabilities, by their definition, for several shapes."""
    rng = np.random.default_rng(0)
    for K, m in SIZES:
        z = rng.normal(0, 2, (K, m))
        yield z, rng.integers(K, size=m), np.array([softmax_of(column) for column in z.T]).T


def chosen(p, labels):
    return p[labels, np.arange(len(labels))]


@proves(
    "eq-likelihood",
    lambda p, labels: np.prod(chosen(p, labels)),
    summed=lambda p, labels: np.sum(chosen(p, labels)) - len(labels) + 1,
    mean=lambda p, labels: np.prod(chosen(p, labels)) ** (1 / (1 + len(labels))),
    first_class=lambda p, labels: np.prod(p[0]),
)
def test_likelihoods_of_all_outcomes_sum_to_one(equation):
    for _, _, p in classified():
        K, m = p.shape
        outcomes = [np.array(c) for c in itertools.product(range(K), repeat=m)]
        chances = [math.prod(p[c[i], i] for i in range(m)) for c in outcomes]

        assert_allclose([equation(p, c) for c in outcomes], chances, **EXACT)
        assert_allclose(sum(equation(p, c) for c in outcomes), 1, **EXACT)


@proves(
    "eq-log-likelihood",
    lambda p, labels: -math.log(np.prod(chosen(p, labels))) / len(labels),
    lambda p, labels: -np.log(chosen(p, labels)).mean(),
    lambda p, labels: -(one_hot(labels, len(p)) * np.log(p)).sum(axis=0).mean(),
    sign=lambda p, labels: np.log(chosen(p, labels)).mean(),
    summed=lambda p, labels: -np.log(chosen(p, labels)).sum() * 2,
    logarithm_of_the_mean=lambda p, labels: -math.log(chosen(p, labels).mean() / 2),
    mean_over_classes=lambda p, labels: -(one_hot(labels, len(p)) * np.log(p)).mean(),
)
def test_logarithm_of_the_likelihood_is_the_mean_cross_entropy(equation):
    for z, labels, p in classified():
        y = np.array([[float(k == c) for c in labels] for k in range(len(z))])

        assert_allclose(equation(p, labels), sample_losses(z, y, "softmax", "cross_entropy").mean(), **EXACT)


softmax = activation("softmax")


@proves(
    "eq-softmax-shift",
    lambda z, r: softmax(z),
    scaled=lambda z, r: softmax(r * z),
    first_alone=lambda z, r: softmax(z + r * np.eye(len(z))[:, :1]),
    times_e_to_the_r=lambda z, r: math.exp(r) * softmax(z),
)
def test_softmax_knows_differences_alone(equation):
    for z, _, _ in classified():
        for r in (-3.0, 0.5, 20.0):
            shifted = np.array([softmax_of([v + r for v in column]) for column in z.T]).T

            assert_allclose(equation(z, r), shifted, **EXACT)


@proves(
    "eq-log-odds",
    lambda z, j, k: z[j] - z[k],
    exchanged=lambda z, j, k: z[k] - z[j],
    quotient=lambda z, j, k: z[j] / z[k],
    against_all=lambda z, j, k: z[j] - np.logaddexp.reduce(z),
)
def test_difference_of_logits_is_the_logarithm_of_the_quotient(equation):
    for z, _, p in classified():
        for j, k in itertools.permutations(range(len(z)), 2):
            odds = [math.log(p[j, i] / p[k, i]) for i in range(z.shape[1])]

            assert_allclose(equation(z, j, k), odds, **EXACT)


@proves(
    "eq-cross-entropy-logits",
    lambda z, y: np.log(np.exp(z).sum(axis=0)) - (y * z).sum(axis=0),
    sign=lambda z, y: np.log(np.exp(z).sum(axis=0)) + (y * z).sum(axis=0),
    largest_logit=lambda z, y: z.max(axis=0) - (y * z).sum(axis=0),
    no_logarithm=lambda z, y: np.exp(z).sum(axis=0) - (y * z).sum(axis=0),
)
def test_cross_entropy_is_a_difference_of_logits(equation):
    for z, labels, p in classified():
        for y in (one_hot(labels, len(z)), p[::-1]):
            K, m = z.shape
            losses = [-sum(y[k, i] * math.log(p[k, i]) for k in range(K)) for i in range(m)]

            assert_allclose(equation(z, y), losses, **EXACT)


@proves(
    "eq-log-sum-exp",
    lambda z: z.max() + math.log(np.exp(z - z.max()).sum()),
    as_it_stands=lambda z: np.log(np.exp(z).sum()),
    largest_alone=lambda z: z.max(),
    never_put_back=lambda z: math.log(np.exp(z - z.max()).sum()),
    smallest=lambda z: z.min() + np.log(np.exp(z - z.min()).sum()),
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_logarithm_of_the_sum_is_the_same_far_from_zero(equation):
    for z, _, _ in classified():
        plain = math.log(sum(math.exp(v) for v in z[:, 0]))

        assert_allclose(equation(z[:, 0]), plain, **EXACT)
        assert_allclose(equation(z[:, 0] + 2000), plain + 2000, **EXACT)
    assert_allclose(equation(np.array([0.0, 1000.0])), 1000, **EXACT)


@proves(
    "eq-two-classes",
    lambda z: np.exp(z[0]) / (np.exp(z[0]) + np.exp(z[1])),
    lambda z: 1 / (1 + np.exp(-(z[0] - z[1]))),
    lambda z: activation("sigmoid")(z[0] - z[1]),
    exchanged=lambda z: activation("sigmoid")(z[1] - z[0]),
    first_logit=lambda z: activation("sigmoid")(z[0]),
    twice=lambda z: activation("sigmoid")(2 * (z[0] - z[1])),
)
def test_two_classes_are_a_sigmoid_of_the_difference(equation):
    z = np.random.default_rng(1).normal(0, 2, (2, 7))

    assert_allclose(equation(z), [softmax_of(column)[0] for column in z.T], **EXACT)


def in_bins(value):
    """Return the equation: two values for each bin that `value` takes from its p and y."""

    def both(p, y, bins):
        place = np.minimum((p * bins).astype(int), bins - 1)
        return [value(p[place == B], y[place == B]) for B in range(bins)]

    return both


@proves(
    "eq-reliability",
    in_bins(lambda p, y: (p.mean(), y.mean())),
    summed=in_bins(lambda p, y: (p.sum(), y.sum())),
    exchanged=in_bins(lambda p, y: (y.mean(), p.mean())),
    right_answers=in_bins(lambda p, y: (p.mean(), ((p > 0.5) == y).mean())),
)
def test_reliability_is_the_mean_prediction_and_the_share_in_each_bin(equation):
    rng = np.random.default_rng(2)
    p, y = rng.random(60), rng.integers(2, size=60)
    for bins in (1, 4):
        found = []
        for B in range(bins):
            inside = [i for i in range(60) if B / bins <= p[i] < (B + 1) / bins]
            shares = sum(p[i] for i in inside), sum(int(y[i]) for i in inside)
            found.append([share / len(inside) for share in shares])

        assert_allclose(equation(p, y, bins), found, **EXACT)


@proves(
    "eq-temperature",
    lambda z, tau: softmax(z / tau),
    multiplied=lambda z, tau: softmax(z * tau),
    of_the_probabilities=lambda z, tau: softmax(softmax(z) / tau),
    one_for_all=lambda z, tau: softmax(z),
    not_normalized=lambda z, tau: np.exp(z / tau) / np.exp(z).sum(axis=0),
)
def test_temperature_divides_log_odds_and_keeps_the_order(equation):
    for z, _, p in classified():
        for tau in (0.5, 3.0):
            cooled = equation(z, tau)

            assert_allclose(cooled.sum(axis=0), 1, **EXACT)
            assert_allclose(np.log(cooled[0] / cooled[-1]), np.log(p[0] / p[-1]) / tau, rtol=1e-9)
            assert (cooled.argmax(axis=0) == p.argmax(axis=0)).all()


def cross_entropy(z, y):
    return (-y * (z - np.log(np.exp(z).sum(axis=0)))).sum()


@proves(
    "eq-label-smoothing",
    lambda y, eps: (1 - eps) * y + eps / len(y),
    rest_forgotten=lambda y, eps: (1 - eps) * y,
    rest_to_each=lambda y, eps: (1 - eps) * y + eps,
    rest_to_the_others=lambda y, eps: (1 - eps) * y + eps / (len(y) - 1) * (1 - y),
)
def test_smoothed_target_is_that_of_labels_redrawn_now_and_then_and_keeps_the_error(equation):
    for z, labels, p in classified():
        K, eps = len(z), 0.2
        y = one_hot(labels, K)
        redrawn = sum(one_hot(np.full(len(labels), k), K) for k in range(K)) / K
        target = equation(y, eps)

        assert_allclose(target, (1 - eps) * y + eps * redrawn, **EXACT)
        assert_allclose(p - target, complex_step(lambda z: cross_entropy(z, target), z), **EXACT)


@proves(
    "eq-delta-any-sum",
    lambda p, y: y.sum(axis=0) * p - y,
    short_form=lambda p, y: p - y,
    target_scaled=lambda p, y: p - y / y.sum(axis=0),
    all_scaled=lambda p, y: y.sum(axis=0) * (p - y),
)
def test_error_for_targets_of_any_sum(equation):
    for z, _, p in classified():
        y = np.random.default_rng(3).uniform(0, 2, z.shape)

        assert_allclose(equation(p, y), complex_step(lambda z: cross_entropy(z, y), z), **EXACT)


@proves(
    "eq-smoothed-logits",
    lambda K, eps: math.log(1 + K * (1 - eps) / eps),
    one_missing=lambda K, eps: math.log(K * (1 - eps) / eps),
    two_classes=lambda K, eps: math.log(1 + 2 * (1 - eps) / eps),
    others_alone=lambda K, eps: math.log(1 + (K - 1) * (1 - eps) / eps),
)
def test_descent_on_smoothed_targets_ends_at_finite_logits(equation):
    for K, eps in itertools.product((3, 5), (0.1, 0.3)):
        target = [1 - eps + eps / K, *[eps / K] * (K - 1)]

        assert_allclose(softmax_of([equation(K, eps), *[0.0] * (K - 1)]), target, **EXACT)


@proves(
    "eq-class-weights",
    lambda p, y, v: (-v * np.log((p * y).sum(axis=0)), v * (p - y)),
    no_weight_in_the_error=lambda p, y, v: (-v * np.log((p * y).sum(axis=0)), p - y),
    target_weighted=lambda p, y, v: (-v * np.log((p * y).sum(axis=0)), p - v * y),
    no_weight_in_the_loss=lambda p, y, v: (-np.log((p * y).sum(axis=0)), v * (p - y)),
)
def test_weight_of_a_class_is_that_many_copies_of_its_samples(equation):
    for z, labels, p in classified():
        y, v = one_hot(labels, len(z)), 1 + labels
        loss, delta = equation(p, y, v)
        copies = np.repeat(np.arange(len(labels)), v)
        copied = sample_losses(z[:, copies], y[:, copies], "softmax", "cross_entropy")

        assert_allclose(loss.sum(), copied.sum(), **EXACT)
        assert_allclose(delta, complex_step(lambda z: cross_entropy(z, v * y), z), **EXACT)
