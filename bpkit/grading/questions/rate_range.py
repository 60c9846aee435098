"""The range test of learning rates: losses after one step, and the ways to pick a wrong rate."""

import math

import numpy as np

from ..question import Case
from .slips_steps import slips

BOWL, ISLANDS, BROKEN, NONE = "a bowl", "islands", "nan, inf and equal losses", "no rate at all"


def learning_rate_range_test(loss_after_step, learning_rates):
    start = loss_after_step(0.0)
    lower = [rate for rate in learning_rates if loss_after_step(rate) < start]  # eq-range-test
    return max(lower, default=None)


def bowl(start, highest):
    """Return the loss of a step in a bowl: lower than at the start for rates from 0 to `highest`."""
    return lambda rate: start * (1 - 2 * rate / highest) ** 2


def beyond(loss, edge, value):
    """Return a loss that is something else for rates above an edge."""
    return lambda rate: value if rate > edge else loss(rate)


def waves(start, length):
    """Return a loss that is lower in the first half of each wave, and higher in the second."""
    return lambda rate: start * (1 - 0.5 * math.sin(2 * math.pi * rate / length))


def uphill(start):
    return lambda rate: start * (1 + rate)


def rates(rng, highest, lower, higher):
    """Draw so many rates below the highest good one, and so many above it, in random order."""
    below, above = rng.uniform(0.05, 0.95, lower), rng.uniform(1.1, 6, higher)
    return rng.permutation(highest * np.concatenate([below, above])).tolist()


def broken(rng, value):
    """Return a case whose loss is no number, or none that is lower, from some good rate on."""
    start, highest = rng.uniform(0.5, 3), 10 ** rng.uniform(-2, 0)
    given = rates(rng, highest, 4, 3)
    edge = sorted(given)[2] * 1.001  # so that rates that are good in the bowl fail too
    return Case(BROKEN, (beyond(bowl(start, highest), edge, start if value is None else value), given))


def islands(rng):
    """Return a case in which the largest good rate lies beyond rates that fail."""
    start, length = rng.uniform(0.5, 3), 10 ** rng.uniform(-2, 0)
    parts = rng.uniform(0.1, 0.4, 7) + np.array([0, 0.5, 1, 1.5, 2, 2.5, 2.5])
    return Case(ISLANDS, (waves(start, length), rng.permutation(length * parts).tolist()))


def draw_range_test(rng):
    """Draw losses after a step, and rates in order and in any order."""
    cases = []
    for order in (sorted, list, lambda given: sorted(given, reverse=True), list):
        start, highest = rng.uniform(0.5, 3), 10 ** rng.uniform(-2, 0)
        cases.append(Case(BOWL, (bowl(start, highest), order(rates(rng, highest, 4, 3)))))
    cases += [islands(rng) for _ in range(3)]
    cases += [broken(rng, value) for value in (math.inf, math.nan, None)]
    start, highest = rng.uniform(0.5, 3), 10 ** rng.uniform(-2, 0)
    for loss in (bowl(start, highest), uphill(start), lambda rate: start):
        cases.append(Case(NONE, (loss, rates(rng, highest, 0, 4))))
    return cases


def chosen(choose):
    """Return a wrong range test by what it picks from [(rate, loss), ...] and the loss at the start."""

    def test(loss_after_step, learning_rates):
        return choose([(rate, loss_after_step(rate)) for rate in learning_rates], loss_after_step(0.0))

    return test


def lower(tried, start):
    return [rate for rate, loss in tried if loss < start]


def until_it_fails(tried, start):
    best = None
    for rate, loss in tried:
        if not loss < start:
            break
        best = rate
    return best


def until_it_rises(tried, start):
    best = None
    for rate, loss in sorted(tried):
        if loss >= start:
            break
        best = rate
    return best


def while_it_falls(tried, start):
    best = None
    for rate, loss in sorted(tried):
        if not loss < start:
            break
        best, start = rate, loss
    return best


def lowest(tried, start):
    finite = [(loss, rate) for rate, loss in tried if math.isfinite(loss)]
    return min(finite)[1] if finite else None


def lowest_of_the_lower(tried, start):
    return min(((loss, rate) for rate, loss in tried if loss < start), default=(0, None))[1]


LARGEST = "the largest rate whose loss is lower than at the start is asked"
RANGE_MISTAKES = slips(
    (None, f"you stop at the first rate of the list that fails: {LARGEST}, wherever it stands.",
     "eq-range-test", chosen(until_it_fails)),
    (None, f"you stop at the smallest rate that fails: {LARGEST}, and it may lie beyond.", "eq-range-test",
     chosen(lambda tried, start: until_it_fails(sorted(tried), start))),
    (None, f"you stop at the smallest rate that fails, and take nan for lower: {LARGEST}.", "eq-range-test",
     chosen(until_it_rises)),
    (None, f"you compare each loss with the one before it: {LARGEST}.", "eq-range-test",
     chosen(while_it_falls)),
    (None, f"you take the last of the list that is lower: {LARGEST}, in any order.", "eq-range-test",
     chosen(lambda tried, start: (lower(tried, start) or [None])[-1])),
    (None, f"you take the first of the list that is lower: {LARGEST}, in any order.", "eq-range-test",
     chosen(lambda tried, start: (lower(tried, start) or [None])[0])),
    (None, f"you take the smallest rate: {LARGEST}.", "eq-range-test",
     chosen(lambda tried, start: min(lower(tried, start), default=None))),
    (None, f"you take the rate with the lowest loss: {LARGEST}.", "eq-range-test", chosen(lowest)),
    (None, f"you take the rate with the lowest loss of those that are lower: {LARGEST}.", "eq-range-test",
     chosen(lowest_of_the_lower)),
    (None, "you also take a rate whose loss is equal to that at the start: it has to be lower.",
     "eq-range-test",
     chosen(lambda tried, start: max((r for r, loss in tried if loss <= start), default=None))),
    (None, "you take nan for lower: a comparison with nan is false, and so is the opposite one.",
     "eq-range-test",
     chosen(lambda tried, start: max((r for r, loss in tried if not loss >= start), default=None))),
    (None, "you take every rate whose loss is finite: it has to be lower than at the start.",
     "eq-range-test",
     chosen(lambda tried, start: max((r for r, loss in tried if math.isfinite(loss)), default=None))),
    (None, "you compare with the first rate of the list: the start is loss_after_step(0.0).", "eq-range-test",
     chosen(lambda tried, start: max(lower(tried, tried[0][1]), default=None))),
    (None, "where no rate is lower your answer is 0: it should be None.", "eq-range-test",
     chosen(lambda tried, start: max(lower(tried, start), default=0.0))),
    (None, "your answer is the loss: it should be the rate.", "eq-range-test",
     chosen(lambda tried, start: max(((r, loss) for r, loss in tried if loss < start), default=[None])[-1])),
    (None, "your answer is the place in the list: it should be the rate itself.", "eq-range-test",
     chosen(lambda tried, start: max(((r, k) for k, (r, loss) in enumerate(tried) if loss < start),
                                     default=[None])[-1])),
)  # fmt: skip
