"""Both sides of the losses and their slopes in the chapter *Losses and the error of the output layer*."""

import math

import numpy as np
from equations.proofs import by_index, logits_and_targets, proves, slope, softmax_of
from numpy.testing import assert_allclose
from strategies import EXACT, SHAPES, make_target

from bpkit import activation, batch_loss
from bpkit.reference import losses

PROBABILITIES = "cross_entropy"  # columns of y sum to 1
SHARES = "binary_cross_entropy"  # entries of y lie in [0, 1)


def outputs_and_targets(loss):
    """Draw outputs between 0 and 1 and targets that suit the loss."""
    rng = np.random.default_rng(1)
    return [(rng.uniform(0.05, 0.95, shape), make_target(loss, shape, rng)) for shape in SHAPES]


def by_sample(o, y, term):
    """Sum term(o_k, y_k) over the outputs of each sample, by two plain loops."""
    K, m = o.shape
    return [sum(term(o[k, i], y[k, i]) for k in range(K)) for i in range(m)]


@proves(
    "eq-half-squared-error",
    losses.half_squared_error,
    without_half=lambda o, y: ((o - y) ** 2).sum(axis=0),
    over_samples=lambda o, y: ((o - y) ** 2).sum(axis=1) / 2,
)
def test_half_squared_error_halves_the_sum_over_outputs(equation):
    for o, y in outputs_and_targets("half_squared_error"):
        assert_allclose(equation(o, y), by_sample(o, y, lambda o, y: (o - y) ** 2 / 2), **EXACT)


@proves("eq-mean-squared-error", losses.mean_squared_error, summed=lambda o, y: ((o - y) ** 2).sum(axis=0))
def test_mean_squared_error_averages_over_outputs(equation):
    for o, y in outputs_and_targets("mean_squared_error"):
        squares = by_sample(o, y, lambda o, y: (o - y) ** 2)

        assert_allclose(equation(o, y), [s / len(o) for s in squares], **EXACT)


def log_loss(o, y):
    return -y * math.log(o) - (1 - y) * math.log(1 - o)


@proves(
    "eq-binary-cross-entropy",
    losses.binary_cross_entropy,
    first_term_only=lambda o, y: -(y * np.log(o)).sum(axis=0),
    swapped=lambda o, y: losses.binary_cross_entropy(y, o),
)
def test_binary_cross_entropy_sums_both_terms(equation):
    for o, y in outputs_and_targets(SHARES):
        assert_allclose(equation(o, y), by_sample(o, y, log_loss), **EXACT)


@proves(
    "eq-binary-cross-entropy",
    losses.binary_cross_entropy_from_logits,
    of_z=lambda z, y: np.log1p(np.exp(-z)).sum(axis=0),
    sign=lambda z, y: losses.binary_cross_entropy_from_logits(-z, y),
)
def test_binary_cross_entropy_from_logits_is_that_of_sigmoid(equation):
    for z, y in logits_and_targets(SHARES):
        o = by_index(*z.shape, lambda j, i: 1 / (1 + math.exp(-z[j, i])))

        assert_allclose(equation(z, y), by_sample(o, y, log_loss), **EXACT)


@proves(
    "eq-cross-entropy",
    losses.cross_entropy,
    without_softmax=lambda z, y: -(y * np.log(np.abs(z))).sum(axis=0),
    softmax_over_the_batch=lambda z, y: -(y * np.log(activation("softmax")(z.T).T)).sum(axis=0),
)
def test_cross_entropy_takes_the_logarithm_of_softmax(equation):
    for z, y in logits_and_targets(PROBABILITIES):
        p = np.array([softmax_of(column) for column in z.T]).T

        assert_allclose(equation(z, y), by_sample(p, y, lambda p, y: -y * math.log(p)), **EXACT)


@proves("eq-batch-loss", batch_loss, summed=np.sum, median=np.median)
def test_batch_loss_is_the_mean_over_samples(equation):
    for m in (1, 2, 5):
        per_sample = np.random.default_rng(m).exponential(size=m)

        assert_allclose(equation(per_sample), sum(per_sample[i] for i in range(m)) / m, **EXACT)


@proves(
    "eq-half-squared-error-gradient",
    losses.half_squared_error_gradient,
    sign=lambda o, y: y - o,
    factor_two=lambda o, y: 2 * (o - y),
)
def test_half_squared_error_gradient_is_its_slope(equation):
    for o, y in outputs_and_targets("half_squared_error"):
        assert_allclose(equation(o, y), slope(losses.half_squared_error, o, y), **EXACT)


@proves(
    "eq-mean-squared-error-gradient",
    losses.mean_squared_error_gradient,
    not_divided=lambda o, y: 2 * (o - y),
    divided_by_samples=lambda o, y: 2 * (o - y) / o.shape[1],
)
def test_mean_squared_error_gradient_is_its_slope(equation):
    for o, y in outputs_and_targets("mean_squared_error"):
        assert_allclose(equation(o, y), slope(losses.mean_squared_error, o, y), **EXACT)


@proves(
    "eq-binary-cross-entropy-gradient",
    losses.binary_cross_entropy_gradient,
    lambda o, y: -y / o + (1 - y) / (1 - o),
    with_respect_to_z=lambda o, y: o - y,
    first_term_only=lambda o, y: -y / o,
)
def test_binary_cross_entropy_gradient_is_its_slope(equation):
    for o, y in outputs_and_targets(SHARES):
        assert_allclose(equation(o, y), slope(losses.binary_cross_entropy, o, y), **EXACT)


@proves(
    "eq-cross-entropy-gradient",
    losses.cross_entropy_gradient,
    with_respect_to_z=lambda p, y: p - y,
    sign=lambda p, y: y / p,
)
def test_cross_entropy_gradient_is_its_slope_in_p(equation):
    for p, y in outputs_and_targets(PROBABILITIES):
        assert_allclose(equation(p, y), slope(lambda p, y: -(y * np.log(p)).sum(axis=0), p, y), **EXACT)
