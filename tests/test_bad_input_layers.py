"""Whatever is thrown at the layers of images, batches and sequences: a right result or a sentence of ours."""

import numpy as np
import pytest
from hypothesis import strategies as st
from plain_layers import (
    ATTENTIONS,
    CONVOLUTIONS,
    EPS,
    MATRICES,
    SEQUENCES,
    attention,
    batch_norm,
    convolution,
    draw,
    layer_norm,
    max_pool,
    recurrence,
)
from strange import SHAPES, STRANGEST, Row, public_names, throw, throw_every_strange_thing

from bpkit.reference import layers, sequences

EXAMPLES = 60  # trials of each public name
BLOCKS = [(2, 3, 4, 6, 2), (1, 1, 3, 3, 3), (1, 2, 2, 5, 1)]  # N, C, H, W, size


def drawn(cases, make):
    """Draw arguments for one of the cases: `make` returns their shapes, and what stands after the arrays."""
    made = st.sampled_from([make(*case) for case in cases])
    return st.tuples(made, st.integers(0, 9)).map(lambda t: (*draw(*t[0][0], seed=t[1]), *t[0][1:]))


def arrays_of(cases, make):
    """Draw arrays alone."""
    return drawn(cases, lambda *case: (make(*case),))


def same_shapes(*places):
    """Return what is due when only shapes are: the arguments at these places."""
    return lambda *arguments: tuple(arguments[i] for i in places)


def conv_gradients_due(dy, x, k, stride, pad):
    return x, k, dy[0, :, 0, 0]


def images(N, C, H, W, F, h, w, stride, pad):
    return ((N, C, H, W), (F, C, h, w), (F,)), stride, pad


def images_back(N, C, H, W, F, h, w, stride, pad):
    size = (H + 2 * pad - h) // stride + 1, (W + 2 * pad - w) // stride + 1
    return ((N, F, *size), (N, C, H, W), (F, C, h, w)), stride, pad


def normalization(n, m):
    return ((n, m), (n, 1), (n, 1)), EPS


def normalization_back(n, m):
    return ((n, m), (n, m), (n, 1)), EPS


NORMALIZED = same_shapes(1, 2, 2)
IMAGES_AND_BATCHES = {
    "conv2d_forward": Row(drawn(CONVOLUTIONS, images), convolution, layers.conv2d_forward),
    "conv2d_backward": Row(
        drawn(CONVOLUTIONS, images_back), conv_gradients_due, layers.conv2d_backward, close=SHAPES
    ),
    "max_pool_forward": Row(
        drawn(BLOCKS, lambda N, C, H, W, size: (((N, C, H, W),), size)), max_pool, layers.max_pool_forward
    ),
    "max_pool_backward": Row(
        drawn(BLOCKS, lambda N, C, H, W, size: (((N, C, H // size, W // size), (N, C, H, W)), size)),
        lambda dy, x, size: x,
        layers.max_pool_backward,
        close=SHAPES,
    ),
    "batch_norm_forward": Row(drawn(MATRICES, normalization), batch_norm, layers.batch_norm_forward),
    "batch_norm_backward": Row(
        drawn(MATRICES, normalization_back), NORMALIZED, layers.batch_norm_backward, close=SHAPES
    ),
    "layer_norm_forward": Row(drawn(MATRICES, normalization), layer_norm, layers.layer_norm_forward),
    "layer_norm_backward": Row(
        drawn(MATRICES, normalization_back), NORMALIZED, layers.layer_norm_backward, close=SHAPES
    ),
}


def recurrent(T, n, k, m):
    return (T, n, m), (k, n), (k, k), (k, 1), (k, m)


def recurrent_delta(T, n, k, m):
    return (T, k, m), (T, k, m), (k, k)


def recurrent_back(T, n, k, m):
    return (T, k, m), (T, n, m), (T, k, m), (k, n), (k, k), (k, m)


def recurrent_inputs(T, n, k, m):
    return (T, k, m), (T, k, m), (k, n), (k, k)


def recurrent_gradients_due(dh, x, h, Wx, Wh, h0):
    return Wx, Wh, Wx[:, :1]


def recurrent_inputs_due(dh, h, Wx, Wh):
    return np.zeros((len(h), Wx.shape[1], h.shape[2])), h[0]


TABLES = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(0, 9))
SEQUENTIAL = {
    "rnn_forward": Row(arrays_of(SEQUENCES, recurrent), recurrence, sequences.rnn_forward),
    "rnn_delta": Row(
        arrays_of(SEQUENCES, recurrent_delta), lambda dh, h, Wh: h, sequences.rnn_delta, close=SHAPES
    ),
    "rnn_backward": Row(
        arrays_of(SEQUENCES, recurrent_back), recurrent_gradients_due, sequences.rnn_backward, close=SHAPES
    ),
    "rnn_input_gradients": Row(
        arrays_of(SEQUENCES, recurrent_inputs),
        recurrent_inputs_due,
        sequences.rnn_input_gradients,
        close=SHAPES,
    ),
    "embedding_forward": Row(
        TABLES.map(lambda t: (draw((t[0], t[1]), seed=t[2])[0], np.arange(t[1])[::-1] // 2)),
        lambda E, ids: np.stack([E[:, i] for i in ids], axis=1),
        sequences.embedding_forward,
    ),
    "embedding_backward": Row(
        TABLES.map(lambda t: (draw((t[0], t[1]), seed=t[2])[0], np.arange(t[1])[::-1] // 2, t[1])),
        lambda dy, ids, n: np.einsum("di,in->dn", dy, ids[:, None] == np.arange(n)),
        sequences.embedding_backward,
    ),
    "attention_forward": Row(
        arrays_of(ATTENTIONS, lambda p, s, d, e: ((p, d), (s, d), (s, e))),
        attention,
        sequences.attention_forward,
    ),
    "attention_backward": Row(
        arrays_of(ATTENTIONS, lambda p, s, d, e: ((p, e), (p, d), (s, d), (s, e))),
        same_shapes(1, 2, 3),
        sequences.attention_backward,
        close=SHAPES,
    ),
}
ROWS = IMAGES_AND_BATCHES | SEQUENTIAL


def test_every_layer_is_tried():
    assert set(ROWS) == public_names(layers, sequences)


@pytest.mark.parametrize("name", ROWS)
def test_layer_gives_a_right_result_or_a_sentence(name):
    throw(ROWS[name], EXAMPLES)


@pytest.mark.parametrize("name", ROWS)
def test_layer_takes_every_strange_thing_in_every_place(name):
    throw_every_strange_thing(ROWS[name], STRANGEST)
