"""Both sides of the equations for recurrence, embedding and attention in *Formulas of layers*."""

import math

import numpy as np
import plain_layers as plain
from equations.proofs import proves, softmax_of
from numpy.testing import assert_allclose
from plain_layers import like, slopes
from strategies import EXACT

from bpkit import activation
from bpkit.reference import sequences


@proves(
    "eq-recurrence",
    sequences.rnn_forward,
    start_at_zero=lambda x, Wx, Wh, b, h0: sequences.rnn_forward(x, Wx, Wh, b, 0 * h0),
    weights_transposed=lambda x, Wx, Wh, b, h0: sequences.rnn_forward(x, Wx, Wh.T, b, h0),
    never_recurrent=lambda x, Wx, Wh, b, h0: np.tanh(Wx @ x + Wh @ h0 + b),
    backward_in_time=lambda x, Wx, Wh, b, h0: sequences.rnn_forward(x[::-1], Wx, Wh, b, h0),
)
def test_recurrence_feeds_each_state_into_the_next(equation):
    for case in plain.recurrences():
        assert_allclose(equation(*case), plain.recurrence(*case), **EXACT)


def delta_by_index(dh, h, Wh, steps=None, slope=lambda h: 1 - h**2, transpose=True):
    """Go back through time, at most `steps` steps from each state."""
    delta = []
    for t in range(len(h)):
        last = min(len(h), t + 1 + (len(h) if steps is None else steps))
        g = 0 * h[0]
        for s in reversed(range(t, last)):
            g = (dh[s] + (Wh.T if transpose else Wh) @ g) * slope(h[s])
        delta.append(g)
    return np.stack(delta)


@proves(
    "eq-recurrence-delta",
    sequences.rnn_delta,
    delta_by_index,
    cut_after_one_step=lambda dh, h, Wh: delta_by_index(dh, h, Wh, steps=1),
    own_step_only=lambda dh, h, Wh: delta_by_index(dh, h, Wh, steps=0),
    slope_missing=lambda dh, h, Wh: delta_by_index(dh, h, Wh, slope=np.ones_like),
    slope_at_h=lambda dh, h, Wh: delta_by_index(dh, h, Wh, slope=lambda h: 1 - np.tanh(h) ** 2),
    transpose_missing=lambda dh, h, Wh: delta_by_index(dh, h, Wh, transpose=False),
)
def test_recurrence_delta_is_the_slope_in_what_tanh_is_taken_of(equation):
    for x, Wx, Wh, b, h0 in plain.recurrences():
        h = plain.recurrence(x, Wx, Wh, b, h0)
        dh, one = like(h), np.eye(len(Wh))
        inner = Wx @ x + b
        delta = slopes(lambda z: plain.recurrence(z, one, Wh, 0 * b, h0), dh, inner)

        assert_allclose(equation(dh, h, Wh), delta, **EXACT)


def recurrence_slopes(argument):
    """Give (dh, h, case) and the slope in the argument of that number, for every case."""
    for case in plain.recurrences():
        h = plain.recurrence(*case)
        dh = like(h)
        true = slopes(
            lambda v: plain.recurrence(*case[:argument], v, *case[argument + 1 :]), dh, case[argument]
        )
        yield dh, h, *case, true


def weights_by_step(delta, a, steps=slice(None)):
    return sum(d @ v.T for d, v in list(zip(delta, a, strict=True))[steps])


def before(h, h0):
    return [h0, *h[:-1]]


@proves(
    "eq-recurrence-input-weights",
    lambda dh, h, x, Wx, Wh, h0: sequences.rnn_backward(dh, x, h, Wx, Wh, h0)[0],
    lambda dh, h, x, Wx, Wh, h0: weights_by_step(sequences.rnn_delta(dh, h, Wh), x),
    last_step_only=lambda dh, h, x, Wx, Wh, h0: dh[-1] * (1 - h[-1] ** 2) @ x[-1].T,
    not_through_time=lambda dh, h, x, Wx, Wh, h0: weights_by_step(dh * (1 - h**2), x),
    averaged=lambda dh, h, x, Wx, Wh, h0: (
        weights_by_step(sequences.rnn_delta(dh, h, Wh), x) / x.shape[2] / len(x)
    ),
)
def test_recurrence_input_weights_gradient_sums_over_time(equation):
    for dh, h, x, Wx, Wh, _, h0, dWx in recurrence_slopes(1):
        assert_allclose(equation(dh, h, x, Wx, Wh, h0), dWx, **EXACT)


@proves(
    "eq-recurrence-state-weights",
    lambda dh, h, x, Wx, Wh, h0: sequences.rnn_backward(dh, x, h, Wx, Wh, h0)[1],
    lambda dh, h, x, Wx, Wh, h0: weights_by_step(sequences.rnn_delta(dh, h, Wh), before(h, h0)),
    state_of_the_same_step=lambda dh, h, x, Wx, Wh, h0: weights_by_step(sequences.rnn_delta(dh, h, Wh), h),
    start_forgotten=lambda dh, h, x, Wx, Wh, h0: weights_by_step(
        sequences.rnn_delta(dh, h, Wh), before(h, 0 * h0)
    ),
    transposed=lambda dh, h, x, Wx, Wh, h0: weights_by_step(sequences.rnn_delta(dh, h, Wh), before(h, h0)).T,
)
def test_recurrence_state_weights_gradient_takes_the_state_before(equation):
    for dh, h, x, Wx, Wh, _, h0, dWh in recurrence_slopes(2):
        assert_allclose(equation(dh, h, x, Wx, Wh, h0), dWh, **EXACT)


@proves(
    "eq-recurrence-biases",
    lambda dh, h, x, Wx, Wh, h0: sequences.rnn_backward(dh, x, h, Wx, Wh, h0)[2],
    lambda dh, h, x, Wx, Wh, h0: sum(d @ np.ones((d.shape[1], 1)) for d in sequences.rnn_delta(dh, h, Wh)),
    one_dimensional=lambda dh, h, x, Wx, Wh, h0: sequences.rnn_delta(dh, h, Wh).sum(axis=(0, 2)),
    first_step_only=lambda dh, h, x, Wx, Wh, h0: sequences.rnn_delta(dh, h, Wh)[0].sum(axis=1, keepdims=True),
    averaged_over_the_batch=lambda dh, h, x, Wx, Wh, h0: (
        sequences.rnn_delta(dh, h, Wh).sum(axis=0).mean(axis=1, keepdims=True)
    ),
)
def test_recurrence_bias_gradient_sums_over_time_and_batch(equation):
    for dh, h, x, Wx, Wh, _, h0, db in recurrence_slopes(3):
        assert_allclose(equation(dh, h, x, Wx, Wh, h0), db, **EXACT, strict=True)


@proves(
    "eq-recurrence-input-gradient",
    lambda dh, h, Wx, Wh: sequences.rnn_input_gradients(dh, h, Wx, Wh)[0],
    lambda dh, h, Wx, Wh: np.stack([Wx.T @ d for d in sequences.rnn_delta(dh, h, Wh)]),
    not_through_time=lambda dh, h, Wx, Wh: Wx.T @ (dh * (1 - h**2)),
    slope_missing=lambda dh, h, Wx, Wh: Wx.T @ dh,
)
def test_recurrence_input_gradient_is_the_slope_in_the_inputs(equation):
    for dh, h, _, Wx, Wh, _, _, dx in recurrence_slopes(0):
        assert_allclose(equation(dh, h, Wx, Wh), dx, **EXACT)


@proves(
    "eq-recurrence-start-gradient",
    lambda dh, h, Wx, Wh: sequences.rnn_input_gradients(dh, h, Wx, Wh)[1],
    lambda dh, h, Wx, Wh: Wh.T @ sequences.rnn_delta(dh, h, Wh)[0],
    transpose_missing=lambda dh, h, Wx, Wh: Wh @ sequences.rnn_delta(dh, h, Wh)[0],
    delta_alone=lambda dh, h, Wx, Wh: sequences.rnn_delta(dh, h, Wh)[0],
    last_step=lambda dh, h, Wx, Wh: Wh.T @ sequences.rnn_delta(dh, h, Wh)[-1],
)
def test_recurrence_start_gradient_is_the_slope_in_the_first_state(equation):
    for dh, h, _, Wx, Wh, _, _, dh0 in recurrence_slopes(4):
        assert_allclose(equation(dh, h, Wx, Wh), dh0, **EXACT)


def tables():
    """Give tables of columns and symbols, some of them repeated, some never there."""
    cases = [((3, 5), [4, 0, 4, 1]), ((1, 2), [1, 1, 1]), ((4, 1), [0]), ((3, 3), [2, 0, 0])]
    return [(plain.draw(shape)[0], np.array(ids)) for shape, ids in cases]


@proves(
    "eq-embedding",
    sequences.embedding_forward,
    lambda E, ids: E @ (np.arange(E.shape[1])[:, None] == ids),
    rows=lambda E, ids: E[ids % len(E)].T,
    sorted_first=lambda E, ids: E[:, np.sort(ids)],
    next_column=lambda E, ids: np.roll(E, 1, axis=1)[:, ids],
)
def test_embedding_takes_the_column_of_each_symbol(equation):
    for E, ids in tables():
        columns = np.array([[E[j, symbol] for symbol in ids] for j in range(len(E))])

        assert_allclose(equation(E, ids), columns, **EXACT)


def overwritten(dy, ids, n):
    dE = np.zeros((len(dy), n))
    dE[:, ids] = dy
    return dE


@proves(
    "eq-embedding-gradient",
    sequences.embedding_backward,
    lambda dy, ids, n: dy @ (np.arange(n)[:, None] == ids).T,
    overwritten_not_added=overwritten,
    averaged=lambda dy, ids, n: sequences.embedding_backward(dy, ids, n) / len(ids),
)
def test_embedding_gradient_adds_what_arrives_at_a_symbol(equation):
    for E, ids in tables():
        dy = like(E[:, ids])
        dE = slopes(lambda E: np.stack([E[:, symbol] for symbol in ids], axis=1), dy, E)

        assert_allclose(equation(dy, ids, E.shape[1]), dE, **EXACT)


def weights(q, k, temperature=None):
    """Return softmax over the keys of the scaled scores."""
    return activation("softmax")(k @ q.T / (temperature or math.sqrt(q.shape[1]))).T


@proves(
    "eq-attention-weights",
    lambda q, k: sequences.attention_forward(q, k, np.eye(len(k))),
    weights,
    not_scaled=lambda q, k: weights(q, k, 1),
    scaled_by_d=lambda q, k: weights(q, k, q.shape[1]),
    over_the_queries=lambda q, k: weights(k, q).T,
)
def test_attention_weights_are_softmax_over_the_keys(equation):
    for q, k, _ in plain.queries():
        scores = [[sum(query * key) / math.sqrt(len(key)) for key in k] for query in q]

        assert_allclose(equation(q, k), [softmax_of(row) for row in scores], **EXACT)


@proves(
    "eq-attention",
    sequences.attention_forward,
    lambda q, k, v: weights(q, k) @ v,
    keys_for_values=lambda q, k, v: weights(q, k) @ k,
    plain_mean=lambda q, k, v: np.ones((len(q), len(k))) @ v / len(k),
)
def test_attention_averages_the_values(equation):
    for q, k, v in plain.queries():
        assert_allclose(equation(q, k, v), plain.attention(q, k, v), **EXACT)


def attention_slopes(argument):
    """Give dy, q, k, v and the slope in the argument of that number, for every case."""
    for case in plain.queries():
        dy = like(plain.attention(*case))
        true = slopes(
            lambda x: plain.attention(*case[:argument], x, *case[argument + 1 :]), dy, case[argument]
        )
        yield dy, *case, true


def score_gradient(dy, q, k, v):
    A, dA = weights(q, k), dy @ v.T
    return A * (dA - (A * dA).sum(axis=1, keepdims=True))


@proves(
    "eq-attention-value-gradient",
    lambda dy, q, k, v: sequences.attention_backward(dy, q, k, v)[2],
    lambda dy, q, k, v: weights(q, k).T @ dy,
    transpose_missing=lambda dy, q, k, v: weights(k, q) @ dy,
    unweighted=lambda dy, q, k, v: np.ones((len(k), len(q))) @ dy / len(k),
)
def test_attention_value_gradient_is_the_slope_in_the_values(equation):
    for *known, dv in attention_slopes(2):
        assert_allclose(equation(*known), dv, **EXACT)


@proves(
    "eq-attention-score-gradient",
    score_gradient,
    lambda dy, q, k, v: np.stack(
        [(np.diag(A) - np.outer(A, A)) @ dA for A, dA in zip(weights(q, k), dy @ v.T, strict=True)]
    ),
    softmax_slope_forgotten=lambda dy, q, k, v: dy @ v.T,
    diagonal_only=lambda dy, q, k, v: weights(q, k) * (1 - weights(q, k)) * (dy @ v.T),
    mean_over_the_queries=lambda dy, q, k, v: (
        weights(q, k) * (dy @ v.T - (weights(q, k) * (dy @ v.T)).sum(axis=0))
    ),
)
def test_attention_score_gradient_is_the_slope_in_the_scores(equation):
    for q, k, v in plain.queries():
        dy, S = like(q @ k.T @ v), q @ k.T / math.sqrt(q.shape[1])
        dS = slopes(lambda S: activation("softmax")(S.T).T @ v, dy, S)

        assert_allclose(equation(dy, q, k, v), dS, **EXACT)


@proves(
    "eq-attention-query-gradient",
    lambda dy, q, k, v: sequences.attention_backward(dy, q, k, v)[0],
    lambda dy, q, k, v: score_gradient(dy, q, k, v) @ k / math.sqrt(q.shape[1]),
    not_scaled=lambda dy, q, k, v: score_gradient(dy, q, k, v) @ k,
    softmax_slope_forgotten=lambda dy, q, k, v: dy @ v.T @ k / math.sqrt(q.shape[1]),
)
def test_attention_query_gradient_is_the_slope_in_the_queries(equation):
    for *known, dq in attention_slopes(0):
        assert_allclose(equation(*known), dq, **EXACT)


@proves(
    "eq-attention-key-gradient",
    lambda dy, q, k, v: sequences.attention_backward(dy, q, k, v)[1],
    lambda dy, q, k, v: score_gradient(dy, q, k, v).T @ q / math.sqrt(q.shape[1]),
    not_scaled=lambda dy, q, k, v: score_gradient(dy, q, k, v).T @ q,
    softmax_slope_forgotten=lambda dy, q, k, v: (dy @ v.T).T @ q / math.sqrt(q.shape[1]),
)
def test_attention_key_gradient_is_the_slope_in_the_keys(equation):
    for *known, dk in attention_slopes(1):
        assert_allclose(equation(*known), dk, **EXACT)
