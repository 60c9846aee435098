"""Both sides of the equations on minibatches and on the range test in the chapter *Formulas of training*."""

import itertools
import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit.grading.questions.batches import minibatches
from bpkit.grading.questions.rate_range import learning_rate_range_test


def numbers_of(x, B, rng):
    """Return the samples of each batch, by their numbers."""
    return [x_b[0].tolist() for x_b, _ in minibatches(x, x, B, rng)]


def by_the_formula(x, B, rng):
    m, pi = x.shape[1], rng.permutation(x.shape[1])
    return [[pi[i - 1] for i in range(1, m + 1) if (k - 1) * B < i <= min(k * B, m)] for k in batches(m, B)]


def batches(m, B):
    return range(1, math.ceil(m / B) + 1)


def without_the_rest(x, B, rng):
    return [numbers for numbers in numbers_of(x, B, rng) if len(numbers) == B]


def filled_up(x, B, rng):
    return numbers_of(np.resize(x, (1, -(-x.size // B) * B)), B, rng)


def one_more(x, B, rng):
    return [*numbers_of(x, B, rng), []]


def with_replacement(x, B, rng):
    return numbers_of(rng.choice(x[0], (1, x.size)), B, rng)


@proves(
    "eq-minibatches",
    numbers_of,
    by_the_formula,
    without_the_rest=without_the_rest,
    filled_up=filled_up,
    an_empty_one=one_more,
    with_replacement=with_replacement,
    not_shuffled=lambda x, B, rng: [x[0, k : k + B].tolist() for k in range(0, x.size, B)],
)
def test_minibatches_hold_every_sample_once_in_random_order(equation):
    for m, B in itertools.product((1, 5, 12), (1, 3, 4, 20)):
        found = equation(np.arange(m)[np.newaxis], B, np.random.default_rng(m))

        assert [len(numbers) for numbers in found] == [min(B, m - k) for k in range(0, m, B)]
        assert sorted(itertools.chain(*found)) == list(range(m))

    orders = [equation(np.arange(4)[np.newaxis], 4, np.random.default_rng(seed)) for seed in range(200)]
    assert len({tuple(numbers) for (numbers,) in orders}) == math.factorial(4)


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
