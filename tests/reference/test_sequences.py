"""Recurrence, embedding and attention: by index, by both witnesses, by hand, and what they refuse."""

import numpy as np
import plain_layers as plain
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from plain_layers import draw, like, rnn_gradients
from strategies import EXACT

from bpkit.reference.sequences import (
    attention_backward,
    attention_forward,
    embedding_backward,
    embedding_forward,
    rnn_backward,
    rnn_delta,
    rnn_forward,
    rnn_input_gradients,
)

X, WX, WH, B, H0 = draw((4, 2, 5), (3, 2), (3, 3), (3, 1), (3, 5))
Q, K, V = draw((3, 2), (4, 2), (4, 5))
E, IDS = draw((2, 4))[0], np.array([3, 0, 3, 1, 3])


sizes = st.integers(1, 4)


@given(T=sizes, n=sizes, k=sizes, m=sizes, seed=st.integers(0, 99))
def test_recurrence_equals_the_loops_over_indices(T, n, k, m, seed):
    case = draw((T, n, m), (k, n), (k, k), (k, 1), (k, m), seed=seed)
    h = plain.recurrence(*case)

    assert_allclose(rnn_forward(*case), h, **EXACT, strict=True)
    for i, gradient in enumerate(rnn_gradients(like(h), *case)):
        true = plain.slopes(lambda v: plain.recurrence(*case[:i], v, *case[i + 1 :]), like(h), case[i])
        assert_allclose(gradient, true, **EXACT, strict=True)


def test_recurrence_of_two_steps_by_hand():
    x, h = np.array([[[1.0]], [[2.0]]]), np.array([[[0.5]], [[0.0]]])
    Wx, Wh, h0 = np.array([[10.0]]), np.array([[0.4]]), np.array([[3.0]])
    dh = np.array([[[0.6]], [[1.0]]])

    delta = rnn_delta(dh, h, Wh)  # 1.0 · 1, then (0.6 + 0.4 · 1.0) · (1 − 0.25)

    assert_allclose(delta.ravel(), [0.75, 1.0])
    assert_allclose(np.ravel(rnn_backward(dh, x, h, Wx, Wh, h0)), [0.75 + 2, 0.75 * 3 + 0.5, 1.75])
    assert_allclose(rnn_input_gradients(dh, h, Wx, Wh)[0].ravel(), [7.5, 10.0])
    assert_allclose(rnn_input_gradients(dh, h, Wx, Wh)[1], [[0.3]])


def test_recurrence_without_memory_is_a_layer_at_every_step():
    h = rnn_forward(X, WX, 0 * WH, B, H0)
    dh = like(h)

    assert_allclose(h, np.tanh(WX @ X + B), **EXACT)
    assert_allclose(rnn_delta(dh, h, 0 * WH), dh * (1 - h**2), **EXACT)


def test_recurrence_gradient_of_an_early_step_does_not_reach_later_ones():
    dh = like(np.zeros((4, 3, 5)))
    dh[2:] = 0

    delta = rnn_delta(dh, rnn_forward(X, WX, WH, B, H0), WH)

    assert_array_equal(delta[2:], np.zeros((2, 3, 5)))
    assert np.abs(delta[:2]).min() > 0


def test_recurrence_gradients_of_a_batch_are_sums_over_its_samples():
    h = rnn_forward(X, WX, WH, B, H0)
    dh = like(h)

    alone = [
        rnn_backward(dh[..., [i]], X[..., [i]], h[..., [i]], WX, WH, H0[:, [i]]) for i in range(X.shape[2])
    ]

    for found, parts in zip(rnn_backward(dh, X, h, WX, WH, H0), zip(*alone, strict=True), strict=True):
        assert_allclose(found, sum(parts), **EXACT)


@given(d=sizes, ids=st.lists(st.integers(0, 3), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_embedding_is_the_product_with_one_hot_columns(d, ids, seed):
    E, ids = draw((d, 4), seed=seed)[0], np.array(ids)
    one_hot = np.eye(4)[:, ids]
    dy = like(E @ one_hot)

    assert_allclose(embedding_forward(E, ids), E @ one_hot, **EXACT, strict=True)
    assert_allclose(embedding_backward(dy, ids, 4), dy @ one_hot.T, **EXACT, strict=True)


def test_embedding_gradient_of_repeated_symbols_adds_up():
    dE = embedding_backward(np.array([[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]]), np.array([2, 0, 2]), 4)

    assert_array_equal(dE, [[10.0, 0.0, 101.0, 0.0], [20.0, 0.0, 202.0, 0.0]])


@given(p=sizes, s=sizes, d=sizes, e=sizes, seed=st.integers(0, 99))
def test_attention_equals_the_loops_over_indices(p, s, d, e, seed):
    case = draw((p, d), (s, d), (s, e), seed=seed)
    y = plain.attention(*case)

    assert_allclose(attention_forward(*case), y, **EXACT, strict=True)
    for i, gradient in enumerate(attention_backward(like(y), *case)):
        true = plain.slopes(lambda v: plain.attention(*case[:i], v, *case[i + 1 :]), like(y), case[i])
        assert_allclose(gradient, true, **EXACT, strict=True)


def test_attention_to_two_keys_by_hand():
    q, k, v = np.array([[np.log(3.0)]]), np.array([[1.0], [0.0]]), np.array([[8.0], [4.0]])

    dq, dk, dv = attention_backward(np.array([[1.0]]), q, k, v)

    assert_allclose(attention_forward(q, k, v), [[7.0]])  # weights 3/4 and 1/4
    assert_allclose(dv, [[0.75], [0.25]])
    assert_allclose(dq, [[0.75]])  # dS = (3/4 · 1, 1/4 · −3)
    assert_allclose(dk, np.log(3.0) * np.array([[0.75], [-0.75]]))


@pytest.mark.parametrize("size", [1e2, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_attention_with_large_scores_takes_the_best_key(size, dtype):
    q, k = np.array([[size], [-size]], dtype), np.array([[1.0], [-1.0]], dtype)
    v = np.array([[3.0], [5.0]], dtype)

    assert_array_equal(attention_forward(q, k, v), v, strict=True)
    for gradient in attention_backward(np.ones((2, 1), dtype), q, k, v)[:2]:
        assert_allclose(gradient, 0, atol=1e-30)


def test_attention_follows_the_order_of_queries_and_ignores_that_of_keys():
    y = attention_forward(Q, K, V)

    assert_allclose(attention_forward(Q[::-1], K, V), y[::-1], **EXACT)
    assert_allclose(attention_forward(Q, K[::-1], V[::-1]), y, **EXACT)
    assert not np.allclose(attention_forward(Q, K[::-1], V), y)


H = rnn_forward(X, WX, WH, B, H0)
REFUSALS = {
    "x has shape (2, 5), but should have 3 axes.": lambda: rnn_forward(X[0], WX, WH, B, H0),
    "x has shape (0, 2, 5), but should hold at least one number.": lambda: rnn_forward(X[:0], WX, WH, B, H0),
    "Wx has shape (3, 1), but should have shape (3, 2).": lambda: rnn_forward(X, WX[:, :1], WH, B, H0),
    "Wh has shape (3, 2), but should have shape (3, 3).": lambda: rnn_forward(X, WX, WX, B, H0),
    "b has shape (3,), but should have shape (3, 1).": lambda: rnn_forward(X, WX, WH, B[:, 0], H0),
    "h0 has shape (3, 1), but should have shape (3, 5).": lambda: rnn_forward(X, WX, WH, B, B),
    "h has shape (3, 3, 5), but should have shape (4, 3, 5).": lambda: rnn_backward(H, X, H[1:], WX, WH, H0),
    "dh has shape (3, 5), but should have shape (4, 3, 5).": lambda: rnn_backward(H[0], X, H, WX, WH, H0),
    "h has shape (0, 3, 5), but should hold at least one number.": lambda: rnn_delta(H[:0], H[:0], WH),
    "Wx has shape (2, 2), but should have shape (3, 2).": lambda: rnn_input_gradients(H, H, WX[1:], WH),
    "x is a list, but should be a numpy array of numbers.": lambda: rnn_forward([X], WX, WH, B, H0),
    "E has shape (2,), but should have 2 axes.": lambda: embedding_forward(E[:, 0], IDS),
    "ids is of type list, but should be a numpy array of whole": lambda: embedding_forward(E, [0, 1]),
    "ids is of type array of float64, but should be": lambda: embedding_forward(E, 1.0 * IDS),
    "ids is of type array of bool, but should be": lambda: embedding_backward(E, IDS > 1, 4),
    "ids has shape (0,), but should have shape (m,)": lambda: embedding_forward(E, IDS[:0]),
    "ids has shape (1, 5), but should have shape (m,)": lambda: embedding_forward(E, IDS[None]),
    "ids holds 4, but should hold numbers of symbols, from 0 to 3.": lambda: embedding_forward(E, IDS + 1),
    "ids holds -1, but should hold": lambda: embedding_backward(E, np.array([0, -1]), 4),
    "n is 0, but should be a whole number of at least 1.": lambda: embedding_backward(E, IDS, 0),
    "dy has shape (2, 4), but should have shape (2, 5).": lambda: embedding_backward(E, IDS, 4),
    "q has shape (0, 2), but should hold at least one number.": lambda: attention_forward(Q[:0], K, V),
    "k has shape (4, 1), but should have shape (4, 2).": lambda: attention_forward(Q, K[:, :1], V),
    "v has shape (3, 5), but should have shape (4, 5).": lambda: attention_forward(Q, K, V[1:]),
    "dy has shape (3, 2), but should have shape (3, 5).": lambda: attention_backward(Q, Q, K, V),
}


@pytest.mark.parametrize("sentence", REFUSALS)
def test_layers_refuse_in_a_sentence(sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        REFUSALS[sentence]()

    assert str(refusal.value).startswith(sentence)
