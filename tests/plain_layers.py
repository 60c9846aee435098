"""Layers as plain loops over indices, numbers to feed them, and the slopes of their outputs."""

import math

import numpy as np

from bpkit import complex_step
from bpkit.reference.sequences import rnn_backward, rnn_forward, rnn_input_gradients

EPS = 1e-5
CONVOLUTIONS = [  # N, C, H, W, F, h, w, stride, pad
    (2, 3, 5, 6, 4, 3, 2, 1, 0),
    (1, 2, 6, 5, 3, 2, 3, 2, 1),
    (3, 1, 7, 4, 2, 3, 1, 3, 2),
    (1, 1, 1, 1, 1, 1, 1, 1, 0),
    (2, 2, 3, 3, 2, 3, 3, 2, 2),
]
MATRICES = [(3, 5), (4, 2), (1, 6), (5, 1), (4, 4)]
SEQUENCES = [(4, 2, 3, 5), (1, 3, 2, 4), (5, 1, 4, 1), (3, 3, 3, 3)]  # T, n, k, m
ATTENTIONS = [(3, 4, 2, 5), (1, 3, 4, 2), (4, 1, 3, 2), (3, 3, 3, 3)]  # p, s, d, e


def draw(*shapes, seed=0):
    """Draw a normal array of each shape."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def convolutions():
    """Give x, k, b, stride and pad of every case."""
    for N, C, H, W, F, h, w, stride, pad in CONVOLUTIONS:
        yield *draw((N, C, H, W), (F, C, h, w), (F,)), stride, pad


def batches(shapes=tuple(MATRICES)):
    """Give x, gamma and beta of every case."""
    for n, m in shapes:
        yield draw((n, m), (n, 1), (n, 1))


def recurrences():
    """Give x, Wx, Wh, b and h0 of every case."""
    for T, n, k, m in SEQUENCES:
        yield draw((T, n, m), (k, n), (k, k), (k, 1), (k, m))


def queries():
    """Give q, k and v of every case."""
    for p, s, d, e in ATTENTIONS:
        yield draw((p, d), (s, d), (s, e))


def like(y, seed=1):
    """Draw an upstream gradient for the output y."""
    return draw(np.shape(y), seed=seed)[0]


def slopes(forward, dy, x):
    """Return the gradient of Σ dy · forward(x) with respect to x, by the complex step."""
    return complex_step(lambda x: (dy * forward(x)).sum(), x)


def rnn_gradients(dh, x, Wx, Wh, b, h0):
    """Return the gradients of all five arguments of `rnn_forward`, in its order."""
    h = rnn_forward(x, Wx, Wh, b, h0)
    dWx, dWh, db = rnn_backward(dh, x, h, Wx, Wh, h0)
    dx, dh0 = rnn_input_gradients(dh, h, Wx, Wh)
    return dx, dWx, dWh, db, dh0


def convolution(x, k, b, stride, pad):
    """Slide kernels over images, one output after another; what lies outside counts as zero."""
    (N, C, H, W), (F, _, h, w) = x.shape, k.shape
    starts = [range(-pad, size + pad - side + 1, stride) for size, side in ((H, h), (W, w))]
    y = np.zeros((N, F, len(starts[0]), len(starts[1])), np.result_type(x, k, b))
    for n, f, i, j in np.ndindex(y.shape):
        y[n, f, i, j] = b[f]
        for c, u, v in np.ndindex(C, h, w):
            row, column = starts[0][i] + u, starts[1][j] + v
            if 0 <= row < H and 0 <= column < W:
                y[n, f, i, j] += k[f, c, u, v] * x[n, c, row, column]
    return y


def max_pool(x, size):
    """Take the largest entry of each block; of equal ones the first, row by row."""
    N, C, H, W = x.shape
    y = np.zeros((N, C, H // size, W // size), x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        pixels = [x[n, c, i * size + u, j * size + v] for u in range(size) for v in range(size)]
        y[n, c, i, j] = max(pixels, key=lambda pixel: pixel.real)
    return y


def batch_norm(x, gamma, beta, eps=EPS):
    """Normalize each row by its own mean and variance, then scale and shift it."""
    y = np.zeros_like(x, np.result_type(x, gamma, beta))
    for j, row in enumerate(x):
        mu = sum(row) / len(row)
        v = sum((value - mu) ** 2 for value in row) / len(row)
        for i, value in enumerate(row):
            y[j, i] = gamma[j, 0] * (value - mu) / np.sqrt(v + eps) + beta[j, 0]
    return y


def layer_norm(x, gamma, beta, eps=EPS):
    """Normalize each column by its own mean and variance, then scale and shift its entries."""
    one, zero = np.ones((x.shape[1], 1)), np.zeros((x.shape[1], 1))
    return batch_norm(x.T, one, zero, eps).T * gamma + beta


def recurrence(x, Wx, Wh, b, h0):
    """Compute each unit of each step and sample by itself."""
    (T, n, m), k = x.shape, len(Wh)
    h = np.zeros((T, k, m), np.result_type(x, Wx, Wh, b, h0))
    for t, j, i in np.ndindex(h.shape):
        before = h[t - 1, :, i] if t else h0[:, i]
        z = sum(Wx[j, a] * x[t, a, i] for a in range(n)) + sum(Wh[j, a] * before[a] for a in range(k))
        h[t, j, i] = np.tanh(z + b[j, 0])
    return h


def attention(q, k, v):
    """Compute each query's output by itself, by the definition of softmax."""
    y = np.zeros((len(q), v.shape[1]), np.result_type(q, k, v))
    for i, query in enumerate(q):
        e = [np.exp(sum(query * key) / math.sqrt(len(query))) for key in k]
        for j, value in enumerate(v):
            y[i] += e[j] / sum(e) * value
    return y
