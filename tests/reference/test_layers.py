"""Convolution, pooling and normalization: by index, by both witnesses, by hand, and what they refuse."""

import numpy as np
import plain_layers as plain
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from plain_layers import draw, like
from strategies import EXACT

from bpkit.reference.layers import (
    batch_norm_backward,
    batch_norm_forward,
    conv2d_backward,
    conv2d_forward,
    layer_norm_backward,
    layer_norm_forward,
    max_pool_backward,
    max_pool_forward,
)

X, K, B = draw((2, 3, 5, 6), (4, 3, 3, 2), (4,))
ROWS, GAMMA, BETA = draw((3, 5), (3, 1), (3, 1))


@st.composite
def convolutions(draw_one):
    """Draw shapes, stride and padding of convolutions whose kernels fit."""
    N, C, F, h, w, stride = (draw_one(st.integers(1, 3)) for _ in range(6))
    pad, more, wider = (draw_one(st.integers(0, 2)) for _ in range(3))
    H, W = max(1, h - 2 * pad) + more, max(1, w - 2 * pad) + wider
    return *draw((N, C, H, W), (F, C, h, w), (F,), seed=draw_one(st.integers(0, 99))), stride, pad


@given(case=convolutions())
def test_convolution_equals_the_loops_over_indices(case):
    x, k, _, stride, pad = case
    y = plain.convolution(*case)

    assert_allclose(conv2d_forward(*case), y, **EXACT, strict=True)

    dx, dk, db = conv2d_backward(like(y), x, k, stride, pad)
    gradients = [plain.slopes(lambda v: plain.convolution(v, *case[1:]), like(y), x)]
    gradients += [plain.slopes(lambda v: plain.convolution(x, v, *case[2:]), like(y), k)]
    assert_allclose(dx, gradients[0], **EXACT, strict=True)
    assert_allclose(dk, gradients[1], **EXACT, strict=True)
    assert_allclose(db, like(y).sum(axis=(0, 2, 3)), **EXACT, strict=True)


def test_convolution_with_stride_and_padding_by_hand():
    x, k = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])

    y = conv2d_forward(x, k, np.array([0.5]), stride=2, pad=1)
    dx, dk, db = conv2d_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), x, k, stride=2, pad=1)

    assert_array_equal(y, [[[[1000.5, 3200.5], [40.5, 65.5]]]])
    assert_array_equal(dx, [[[[1000.0, 200.0, 2000.0], [30.0, 4.0, 40.0]]]])
    assert_array_equal(dk, [[[[20.0, 36.0], [4.0, 7.0]]]])
    assert_array_equal(db, [10.0])


def test_convolution_gradients_of_a_batch_are_sums_over_its_images():
    dy = like(conv2d_forward(X, K, B))

    alone = [conv2d_backward(dy[[n]], X[[n]], K) for n in range(len(X))]

    dx, dk, db = conv2d_backward(dy, X, K)
    assert_allclose(dx, np.concatenate([one[0] for one in alone]), **EXACT)
    assert_allclose(dk, sum(one[1] for one in alone), **EXACT)
    assert_allclose(db, sum(one[2] for one in alone), **EXACT)


def test_convolution_by_one_pixel_is_a_matrix_product():
    y = conv2d_forward(X, K[:, :, :1, :1], 0 * B)

    assert_allclose(y, (K[:, :, 0, 0] @ X.reshape(2, 3, 30)).reshape(2, 4, 5, 6), **EXACT)


@given(N=st.integers(1, 3), C=st.integers(1, 3), size=st.integers(1, 3), seed=st.integers(0, 99))
def test_max_pool_equals_the_loops_over_indices(N, C, size, seed):
    x = np.random.default_rng(seed).integers(0, 3, (N, C, 2 * size, 3 * size)).astype(float)  # many ties
    y = plain.max_pool(x, size)

    assert_array_equal(max_pool_forward(x, size), y, strict=True)
    assert_allclose(
        max_pool_backward(like(y), x, size), plain.slopes(lambda x: plain.max_pool(x, size), like(y), x)
    )


@pytest.mark.parametrize(
    ("block", "winner"),
    [
        ([[1, 1], [1, 1]], (0, 0)),
        ([[0, 1], [1, 1]], (0, 1)),
        ([[0, 0], [1, 1]], (1, 0)),
        ([[0, 1], [1, 0]], (0, 1)),
        ([[-3, -2], [-3, -1]], (1, 1)),
    ],
)
def test_max_pool_gives_a_tie_to_the_first_in_row_major_order(block, winner):
    dx = max_pool_backward(np.array([[[[7.0]]]]), np.array([[block]], dtype=float), 2)

    assert dx[0, 0][winner] == 7.0
    assert np.count_nonzero(dx) == 1


def test_normalizations_leave_mean_zero_and_variance_one():
    x = 5 + 3 * draw((4, 50))[0]
    one, zero = np.ones((4, 1)), np.zeros((4, 1))

    for norm, axis in [(batch_norm_forward, 1), (layer_norm_forward, 0)]:
        y = norm(x, one, zero, eps=1e-12)

        assert_allclose(y.mean(axis=axis), 0, atol=1e-12)
        assert_allclose(y.var(axis=axis), 1, rtol=1e-10)
        assert not np.allclose(y.mean(axis=1 - axis), 0)


def test_normalization_gradients_are_blind_to_shift_and_scale_of_the_input():
    dy, one = like(ROWS), np.ones((3, 1))

    for backward, axis in [(batch_norm_backward, 1), (layer_norm_backward, 0)]:
        dx = backward(dy, ROWS, one, eps=1e-14)[0]

        assert_allclose(dx.sum(axis=axis), 0, atol=1e-13)
        assert_allclose((dx * ROWS).sum(axis=axis), 0, atol=1e-12)


def test_batch_norm_of_one_sample_is_beta_and_stops_the_gradient():
    dx, dgamma, dbeta = batch_norm_backward(ROWS[:, :1], ROWS[:, :1], GAMMA)

    assert_array_equal(batch_norm_forward(ROWS[:, :1], GAMMA, BETA), BETA)
    assert_array_equal(dx, np.zeros((3, 1)))
    assert_array_equal(dgamma, np.zeros((3, 1)))
    assert_array_equal(dbeta, ROWS[:, :1])


def test_layer_norm_of_a_sample_does_not_look_at_the_others():
    alone = np.hstack([layer_norm_forward(ROWS[:, [i]], GAMMA, BETA) for i in range(5)])

    assert_allclose(layer_norm_forward(ROWS, GAMMA, BETA), alone, **EXACT)
    assert not np.allclose(batch_norm_forward(ROWS[:, :2], GAMMA, BETA), alone[:, :2])


REFUSALS = {
    "x has shape (2, 3, 5), but should have 4 axes.": lambda: conv2d_forward(X[..., 0], K, B),
    "x has shape (0, 3, 5, 6), but should hold at least one number.": lambda: conv2d_forward(X[:0], K, B),
    "k has shape (4, 2, 3, 2), but should have shape (4, 3, 3, 2).": lambda: conv2d_forward(X, K[:, :2], B),
    "b has shape (4, 1), but should have shape (4,).": lambda: conv2d_forward(X, K, B[:, None]),
    "stride is 0, but should be a whole number of at least 1.": lambda: conv2d_forward(X, K, B, 0),
    "pad is -1, but should be a whole number of at least 0.": lambda: conv2d_backward(X, X, K, 1, -1),
    "stride is a float, but should be a whole number.": lambda: conv2d_forward(X, K, B, 1.5),
    "k has kernels of 3 by 2, but the images have 2 by 6 pixels": lambda: conv2d_forward(X[:, :, :2], K, B),
    "dy has shape (2, 3, 5, 6), but should have shape (2, 4, 3, 5).": lambda: conv2d_backward(X, X, K),
    "x is a list, but should be a numpy array of numbers. Write np.array(x).": lambda: max_pool_forward(
        [1], 2
    ),
    "size is 4, but should divide the 5 rows and the 6 columns of x.": lambda: max_pool_forward(X, 4),
    "size is 5, but should divide the 5 rows and the 6 columns of x.": lambda: max_pool_forward(X, 5),
    "size is 3, but should divide the 5 rows and the 6 columns of x.": lambda: max_pool_backward(X, X, 3),
    "size is 0, but should be a whole number of at least 1.": lambda: max_pool_backward(X, X, 0),
    "dy has shape (2, 3, 5, 6), but should have shape (2, 3, 1, 2).": lambda: max_pool_backward(
        X, X[:, :, :3], 3
    ),
    "x has shape (3, 0), but should hold at least one number.": lambda: batch_norm_forward(
        ROWS[:, :0], GAMMA, BETA
    ),
    "gamma has shape (3,), but should have shape (3, 1).": lambda: batch_norm_backward(
        ROWS, ROWS, GAMMA[:, 0]
    ),
    "beta has shape (2, 1), but should have shape (3, 1).": lambda: layer_norm_forward(ROWS, GAMMA, BETA[:2]),
    "dy has shape (3, 1), but should have shape (3, 5).": lambda: layer_norm_backward(GAMMA, ROWS, GAMMA),
    "eps is 0, but should be a number above 0.": lambda: layer_norm_forward(ROWS, GAMMA, BETA, 0),
    "pad is 2147483648, but images of 4 by 5 pixels with so much padding": lambda: conv2d_backward(
        np.ones((1, 1, 4, 5)), np.ones((1, 1, 4, 5)), np.ones((1, 1, 1, 1)), pad=2**31
    ),
    "x has dtype bool, but should hold numbers. Write x.astype(float).": lambda: layer_norm_forward(
        ROWS > 0, GAMMA, BETA
    ),
}


@pytest.mark.parametrize("sentence", REFUSALS)
def test_layers_refuse_in_a_sentence(sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        REFUSALS[sentence]()

    assert str(refusal.value).startswith(sentence)
