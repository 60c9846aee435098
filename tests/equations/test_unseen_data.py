"""Both sides of the equations on data that training does not see, in the chapter *Generalisation*."""

import itertools
import math
from statistics import fmean, pstdev

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT


def cut(n_val):
    """Return the equation of a split that puts ``n_val(m, share)`` samples aside, as (T, V)."""
    return lambda order, share: tuple(reversed(np.split(order, [n_val(len(order), share)])))


@proves(
    "eq-validation-split",
    cut(lambda m, share: round(share * m)),
    cut_off=cut(lambda m, share: int(share * m)),
    rounded_up=cut(lambda m, share: math.ceil(share * m)),
    share_of_training=cut(lambda m, share: m - round(share * m)),
    nothing_left_out=lambda order, share: (order, order[: round(share * len(order))]),
)
def test_split_puts_the_nearest_whole_number_aside_and_trains_on_the_rest(equation):
    for m, share in itertools.product((1, 4, 7, 10), (0.1, 0.3, 0.6)):
        T, V = equation(np.random.default_rng(m).permutation(m), share)

        assert abs(len(V) - share * m) < 0.5
        assert sorted([*T, *V]) == list(range(m))


def by_statistics(mean, deviation):
    """Return the equation with the statistics of the samples that `mean` and `deviation` take."""
    return lambda x, T: (x - mean(x, x[:, T])) / deviation(x, x[:, T])


def over(function, **options):
    return lambda x, train: function(train, axis=1, keepdims=True, **options)


@proves(
    "eq-standardize",
    by_statistics(over(np.mean), over(np.std)),
    divided_by_one_less=by_statistics(over(np.mean), over(np.std, ddof=1)),
    by_the_variance=by_statistics(over(np.mean), over(np.var)),
    all_features_together=by_statistics(lambda x, train: train.mean(), lambda x, train: train.std()),
    of_all_samples=by_statistics(lambda x, train: over(np.mean)(x, x), lambda x, train: over(np.std)(x, x)),
    mean_left_in=by_statistics(lambda x, train: 0, over(np.std)),
)
def test_standardizing_takes_mean_and_deviation_of_the_training_samples(equation):
    x, T = np.random.default_rng(5).normal(2, [[3], [0.5], [1]], (3, 8)), [6, 0, 3, 1, 4]
    scaled = equation(x, T)

    for k, row in enumerate(x):
        mean, deviation = fmean(row[T]), pstdev(row[T])
        assert_allclose(scaled[k], [(v - mean) / deviation for v in row], **EXACT)
    assert_allclose(scaled[:, T].mean(axis=1), np.zeros(3), atol=1e-12)
    assert_allclose((scaled[:, T] ** 2).mean(axis=1), np.ones(3), **EXACT)


def watch(better, waited):
    """Return the equation: the best epoch of a run, with its two conditions."""

    def run(losses, patience, min_delta):
        best = 0
        for epoch, loss in enumerate(losses):
            if better(loss, losses[best], min_delta):
                best = epoch
            if epoch == best + waited(patience):
                break
        return best

    return run


def records(losses, patience, min_delta):
    """Return the best epoch by leaps: from one to the next that is better, as long as it is near enough."""
    best = 0
    while True:
        lower = (e for e in range(best, len(losses)) if losses[best] - losses[e] > min_delta)
        after = next(lower, len(losses))
        if after - best > patience or after == len(losses):
            return best
        best = after


def lower(loss, best, min_delta):
    return loss < best - min_delta


@proves(
    "eq-early-stopping",
    watch(lower, lambda patience: patience),
    one_epoch_longer=watch(lower, lambda patience: patience + 1),
    ties_count=watch(lambda loss, best, d: loss <= best - d, lambda patience: patience),
    without_min_delta=watch(lambda loss, best, d: loss < best, lambda patience: patience),
    min_delta_added=watch(lambda loss, best, d: loss < best + d, lambda patience: patience),
    lowest_of_all=lambda losses, patience, min_delta: int(np.argmin(losses)),
)
def test_best_epoch_is_the_last_that_came_in_time(equation):
    runs = np.random.default_rng(6).integers(1, 9, (40, 12)) / 8
    for run, patience, min_delta in itertools.product(runs.tolist(), (1, 2, 3), (0.0, 0.125)):
        assert equation(run, patience, min_delta) == records(run, patience, min_delta)


def rest_in_the_last(order, k):
    return np.split(order, [j * (len(order) // k) for j in range(1, k)])


@proves(
    "eq-folds",
    lambda order, k: np.array_split(order, k),
    lambda order, k: [order[j::k] for j in range(k)],
    rest_in_the_last=rest_in_the_last,
    rest_left_out=lambda order, k: rest_in_the_last(order[: len(order) // k * k], k),
    one_sample_twice=lambda order, k: np.array_split(np.append(order[:-1], order[:1]), k),
)
def test_folds_hold_every_sample_once_and_are_of_nearly_one_size(equation):
    for m, k in ((7, 3), (11, 4), (6, 3), (5, 5), (9, 2)):
        folds = equation(np.random.default_rng(m).permutation(m), k)

        assert len(folds) == k
        assert {len(V) for V in folds} <= {math.floor(m / k), math.ceil(m / k)}
        assert sorted(np.concatenate(folds)) == list(range(m))
