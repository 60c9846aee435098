"""The training set in memory: every sample once an epoch, in a random order, and nothing else let in."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from training.runs import make_net

from bpkit import Network
from bpkit.training.samples import Samples, expect_samples


def numbered(N):
    """Return a network, and N samples that hold their own numbers."""
    number = np.arange(float(N))
    return Network([2, 1, 1], initializer="zeros"), np.array([number, -number]), number[None] + 0.5


def gathered(samples, order, first=0):
    return [(batch.x.copy(), batch.y.copy()) for batch in samples.batches(order, first)]


@given(st.integers(1, 20), st.integers(1, 25), st.booleans())
def test_batches_hold_every_sample_once_with_its_target(N, batch_size, shuffle):
    net, x, y = numbered(N)
    samples = Samples(net, x, y, batch_size, shuffle)

    batches = gathered(samples, samples.order(np.random.default_rng(0)))

    assert [b.shape[1] for b, _ in batches[:-1]] == [batch_size] * (samples.per_epoch - 1)
    assert all(np.array_equal(b[0], -b[1]) and np.array_equal(b[0] + 0.5, t[0]) for b, t in batches)
    assert sorted(np.concatenate([b[0] for b, _ in batches])) == list(range(N))


def test_order_is_drawn_anew_and_batches_follow_it():
    net, x, y = numbered(50)
    samples, rng = Samples(net, x, y, 8, True), np.random.default_rng(0)
    first, second = samples.order(rng), samples.order(rng)

    found = np.concatenate([b[0] for b, _ in gathered(samples, second)])

    assert not np.array_equal(first, second)
    assert_array_equal(found, second)


def test_batches_can_begin_in_the_middle():
    net, x, y = numbered(20)
    samples = Samples(net, x, y, 3, True)
    order = samples.order(np.random.default_rng(0))

    for (x_b, y_b), (wanted_x, wanted_y) in zip(
        gathered(samples, order, 4), gathered(samples, order)[4:], strict=True
    ):
        assert_array_equal(x_b, wanted_x)
        assert_array_equal(y_b, wanted_y)


@pytest.mark.parametrize(
    "layout", [np.ascontiguousarray, np.asfortranarray, lambda array: array[:, ::-1][:, ::-1]]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_data_of_any_layout_and_precision_are_taken(layout, dtype):
    net, x, y = numbered(12)
    x, y = layout(x.astype(dtype)), layout(np.round(y).astype(dtype))

    x_taken, y_taken = expect_samples(net, x, y)

    assert x_taken.dtype == y_taken.dtype == np.float64
    assert_array_equal(x_taken, x)
    assert_array_equal(y_taken, y)


def spoiled(value, row, column):
    x = np.ones((3, 4))
    x[row, column] = value
    return x


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (np.ones((2, 4)), np.ones((2, 4)), ValueError, "x has shape (2, 4), but should have shape (3, m)."),
        (np.ones((3, 4)), np.ones((2, 5)), ValueError, "y has shape (2, 5), but should have shape (2, 4)."),
        (np.ones((3, 4)), np.ones(4), ValueError, "y has shape (4,), but should have 2 axes."),
        (
            np.ones((3, 0)),
            np.ones((2, 0)),
            ValueError,
            "x has no columns, but should hold at least one sample.",
        ),
        ([[1.0]], np.ones((2, 4)), TypeError, "x is a list, but should be a numpy array of numbers."),
        (spoiled(np.nan, 2, 1), np.ones((2, 4)), ValueError, "x holds nan at [2, 1]"),
        (spoiled(-np.inf, 0, 3), np.ones((2, 4)), ValueError, "x holds -inf at [0, 3]"),
        (np.ones((3, 4)), spoiled(np.nan, 1, 2)[:2], ValueError, "y holds nan at [1, 2]"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_data_that_do_not_fit_are_refused(x, y, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make_net().fit(x, y)


def test_data_too_large_for_single_precision_are_refused():
    with pytest.raises(ValueError, match=r"x holds inf at \[1, 1\] as float32"):
        make_net(dtype=np.float32).fit(spoiled(1e300, 1, 1), np.ones((2, 4)))


@pytest.mark.parametrize(
    ("output", "loss", "message"),
    [
        (
            "sigmoid",
            "binary_cross_entropy",
            r"y holds -1.0, but binary_cross_entropy needs targets from 0 to 1",
        ),
        (
            "softmax",
            "cross_entropy",
            "y has a column with sum -2.0, but for cross_entropy each should sum to 1",
        ),
    ],
)
def test_targets_that_the_loss_does_not_take_are_refused(output, loss, message):
    with pytest.raises(ValueError, match=message):
        make_net(output, loss).fit(np.ones((3, 4)), -np.ones((2, 4)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_shares_below_zero_are_refused_although_they_sum_to_one(dtype):
    net, x, y = make_net("softmax", "cross_entropy", dtype), np.ones((3, 4)), np.eye(2)[:, [0, 1, 1, 0]]

    with pytest.raises(ValueError, match="y holds 2.0, but cross_entropy needs targets from 0 to 1"):
        net.fit(x, 3 * y - 1)
    with pytest.raises(ValueError, match="validation: y holds 2.0"):
        net.fit(x, y, validation=(x, 3 * y - 1))
    assert net.fit(x, 0.8 * y + 0.1, epochs=1).history.stopped == "all epochs done"


def test_whole_batch_comes_once_and_not_after_its_step():
    net, x, y = numbered(5)
    samples = Samples(net, x, y, 5, True)

    assert [len(gathered(samples, np.arange(5), first)) for first in (0, 1)] == [1, 0]
