"""Penalty, dropout and clipping: what they change, what they keep, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import CENTRAL, EXACT, arrays

from bpkit import central_difference
from bpkit.reference.regularizers import (
    clip_by_norm,
    dropout_backward,
    dropout_forward,
    l2_gradients,
    l2_penalty,
)


def seeded(seed=0):
    return np.random.default_rng(seed)


@given(w=arrays(), v=arrays(), lam=st.floats(0, 10))
def test_l2_gradients_match_central_differences(w, v, lam):
    W = {1: w, 2: v}

    for l, dW in l2_gradients(W, lam).items():
        slope = central_difference(lambda p: l2_penalty({**W, l: p}, lam), W[l], h=1e-3)
        assert_allclose(dW, slope, rtol=1e-5, atol=1e-4)


def test_l2_gradients_that_forget_the_half_are_refused():
    W = {1: np.array([[3.0, -1.0]])}
    slope = central_difference(lambda p: l2_penalty({1: p}, 0.4), W[1])

    assert_allclose(l2_gradients(W, 0.4)[1], slope, **CENTRAL)
    assert not np.allclose(l2_gradients(W, 0.8)[1], slope)


def test_l2_penalty_has_the_value_worked_by_hand():
    W = {1: np.array([[1.0, -2.0]]), 2: np.array([[3.0]])}

    assert_allclose(l2_penalty(W, 0.5), 3.5, **EXACT)  # 0.25 · (1 + 4 + 9)
    assert l2_penalty(W, 0) == 0


def test_dropout_drops_the_share_and_keeps_the_mean():
    out, mask = dropout_forward(np.ones((200, 500)), 0.3, seeded())

    assert_allclose(mask.mean(), 0.7, atol=0.006)
    assert_allclose(out.mean(), 1, atol=0.01)
    assert_allclose(out[mask], 1 / 0.7, **EXACT)
    assert not out[~mask].any()


def test_dropout_draws_every_entry_by_itself():
    mask = dropout_forward(np.ones((400, 300)), 0.5, seeded())[1]

    for axis in (0, 1):
        assert_allclose(mask.mean(axis=axis).std(), 0.5 / np.sqrt(mask.shape[axis]), rtol=0.15)


def test_dropout_draws_from_the_callers_generator():
    a = np.ones((4, 5))

    assert_array_equal(dropout_forward(a, 0.5, seeded())[1], dropout_forward(a, 0.5, seeded())[1])
    assert not np.array_equal(dropout_forward(a, 0.5, seeded())[1], dropout_forward(a, 0.5, seeded(1))[1])


def test_dropout_of_probability_zero_changes_nothing():
    a = seeded().normal(size=(3, 4))

    out, mask = dropout_forward(a, 0, seeded())

    assert mask.all()
    assert_array_equal(out, a)
    assert_array_equal(dropout_backward(a, mask, 0), a)


def test_dropout_backward_matches_central_differences():
    a, da = seeded().normal(size=(3, 4)), seeded(1).normal(size=(3, 4))
    slope = central_difference(lambda a: (da * dropout_forward(a, 0.4, seeded(2))[0]).sum(), a)
    mask = dropout_forward(a, 0.4, seeded(2))[1]

    assert_allclose(dropout_backward(da, mask, 0.4), slope, **CENTRAL)
    assert not np.allclose(mask * da, slope)


def test_dropout_backward_takes_masks_of_numbers():
    da, mask = np.ones((2, 3)), np.array([[1, 0, 1], [0, 1, 1]])

    for kind in (bool, int, float, np.float32):
        assert_array_equal(dropout_backward(da, mask.astype(kind), 0.5), 2 * mask)


@given(g=arrays(), c=st.floats(1e-3, 100))
def test_clip_never_exceeds_the_limit_and_never_turns(g, c):
    clipped, length = clip_by_norm(g, c), np.linalg.norm(g)

    assert np.linalg.norm(clipped) <= min(c, length) * (1 + 1e-12)
    assert_allclose(clipped * length, g * np.linalg.norm(clipped), rtol=1e-9, atol=1e-9)


def test_clip_leaves_short_gradients_and_zero_as_they_are():
    g = np.array([[3.0, 4.0]])

    for unchanged in (g, np.zeros((2, 3))):
        clipped = clip_by_norm(unchanged, 5.0)
        assert_array_equal(clipped, unchanged)
        assert clipped is not unchanged


@pytest.mark.parametrize(("dtype", "huge"), [(np.float64, 1e300), (np.float32, 1e38), (np.float64, 1.7e308)])
def test_clip_brings_huge_gradients_to_the_limit(dtype, huge):
    clipped = clip_by_norm(np.array([huge, -huge, 0, huge, huge], dtype), 2.0)

    assert_allclose(clipped, [1, -1, 0, 1, 1], rtol=1e-6)


def test_clip_shows_what_is_not_a_number():
    assert np.isnan(clip_by_norm(np.array([1.0, np.nan]), 0.5)[1])
    assert_array_equal(clip_by_norm(np.array([1.0, np.inf]), 0.5), [1, np.inf])


def test_regularizers_leave_their_arguments_alone():
    a = np.array([[30.0, -40.0], [0.0, 1.0]])
    before = a.copy()

    out, mask = dropout_forward(a, 0.5, seeded())
    results = [out, dropout_backward(a, mask, 0.5), clip_by_norm(a, 1.0), l2_gradients({1: a}, 1.0)[1]]

    assert_array_equal(a, before)
    assert not any(np.shares_memory(result, a) for result in results)


def test_regularizers_keep_single_precision():
    a = np.ones((3, 4), np.float32)
    out, mask = dropout_forward(a, 0.5, seeded())
    results = [out, dropout_backward(a, mask, 0.5), clip_by_norm(a, 1.0), l2_gradients({1: a}, 0.1)[1]]

    assert {result.dtype for result in (*results, l2_penalty({1: a}, 0.1))} == {np.dtype(np.float32)}


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1.5e308])
def test_what_is_not_a_number_shows_and_raises_no_warning(bad):
    a = np.array([[bad, 1.0]])

    assert not np.isfinite(l2_penalty({1: a}, 0.1))
    assert not np.isfinite(dropout_forward(a, 0.5, seeded())[0][0, 0])
    assert not np.isfinite(dropout_backward(a, np.ones((1, 2), bool), 0.5)[0, 0])


@pytest.mark.parametrize("W", [np.ones((2, 2)), [np.ones((2, 2))], None])
def test_penalty_refuses_what_is_no_dict_of_weights(W):
    for function in (l2_penalty, l2_gradients):
        with pytest.raises(TypeError, match="W is .*, but should be a dict keyed by the layers' numbers"):
            function(W, 0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: l2_penalty({1: [1.0]}, 0.1), r"W\[1\] is a list, but should be a numpy array"),
        (lambda: l2_penalty({}, 0.1), r"W has the keys \[\], but should have 1 to L"),
        (lambda: l2_gradients({1: np.ones(1)}, -1), "lam is -1, but should be a number of at least 0"),
        (lambda: dropout_forward(np.ones(3), 1, seeded()), "p is 1, but should be below 1"),
        (lambda: dropout_forward(np.ones(3), -0.1, seeded()), "p is -0.1, but should be a number from 0"),
        (lambda: dropout_forward(np.ones((3, 0)), 0.5, seeded()), r"a has shape \(3, 0\), but should hold"),
        (
            lambda: dropout_forward(np.ones(3), 0.5, 7),
            "rng is an int, but should be a numpy.random.Generator",
        ),
        (lambda: dropout_backward(np.ones(3), np.ones(2), 0.5), r"mask has shape \(2,\), but should have"),
        (
            lambda: dropout_backward(np.ones(2), np.array([0.5, 1]), 0.5),
            "mask holds other values than 0 and 1",
        ),
        (lambda: dropout_backward(np.ones(1), [True], 0.5), "mask is of type list, but should be the array"),
        (lambda: clip_by_norm(np.ones(2), 0), "c is 0, but should be a number above 0"),
        (lambda: clip_by_norm(np.ones(0), 1.0), r"g has shape \(0,\), but should hold at least one number"),
        (lambda: clip_by_norm("g", 1.0), "g is a str, but should be a numpy array"),
    ],
)
def test_regularizers_say_what_is_wrong(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
