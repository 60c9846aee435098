"""The layers against PyTorch's own, forward and backward, to rounding."""

import numpy as np
import plain_layers as plain
import pytest
from numpy.testing import assert_allclose
from plain_layers import like

from bpkit.reference import layers, sequences

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-13}


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def run_torch(torch, function, *arrays):
    """Return PyTorch's output, an upstream gradient for it, and the gradients of all arrays."""
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = function(*tensors)
    dy = like(y)
    y.backward(torch.tensor(dy))
    return y.detach().numpy(), dy, [t.grad.numpy() for t in tensors]


def assert_all_close(found, wanted):
    for array, expected in zip(found, wanted, strict=True):
        assert_allclose(array, expected, **TO_ROUNDING, strict=True)


def test_convolution_agrees_with_torch(torch):
    for x, k, b, stride, pad in plain.convolutions():
        y, dy, gradients = run_torch(
            torch, lambda *t: torch.nn.functional.conv2d(*t, stride=stride, padding=pad), x, k, b
        )

        assert_allclose(layers.conv2d_forward(x, k, b, stride, pad), y, **TO_ROUNDING, strict=True)
        assert_all_close(layers.conv2d_backward(dy, x, k, stride, pad), gradients)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_max_pool_agrees_with_torch(torch, size):
    smooth = plain.draw((2, 3, 6, 12))[0]
    for x in (smooth, np.round(smooth)):  # the second is full of ties, which PyTorch gives to the first too
        y, dy, (dx,) = run_torch(torch, lambda x: torch.nn.functional.max_pool2d(x, size), x)

        assert_allclose(layers.max_pool_forward(x, size), y, **TO_ROUNDING, strict=True)
        assert_allclose(layers.max_pool_backward(dy, x, size), dx, **TO_ROUNDING, strict=True)


def test_batch_norm_agrees_with_torch(torch):
    def batch_norm(x, gamma, beta):  # samples are rows there; it wants more than one
        return torch.nn.functional.batch_norm(x.T, None, None, gamma[:, 0], beta[:, 0], training=True).T

    for case in plain.batches([(3, 5), (4, 2), (1, 6), (4, 4)]):
        y, dy, gradients = run_torch(torch, batch_norm, *case)

        assert_allclose(layers.batch_norm_forward(*case), y, **TO_ROUNDING)
        assert_all_close(layers.batch_norm_backward(dy, *case[:2]), gradients)


def test_layer_norm_agrees_with_torch(torch):
    def layer_norm(x, gamma, beta):
        return torch.nn.functional.layer_norm(x.T, (len(x),), gamma[:, 0], beta[:, 0]).T

    for case in plain.batches():
        y, dy, gradients = run_torch(torch, layer_norm, *case)

        assert_allclose(layers.layer_norm_forward(*case), y, **TO_ROUNDING)
        assert_all_close(layers.layer_norm_backward(dy, *case[:2]), gradients)


def recur(torch, x, Wx, Wh, b, h0):
    """Run PyTorch's own recurrence, which takes (T, m, n), with our weights and one of its two biases."""
    rnn = torch.nn.RNN(*Wx.shape[::-1], dtype=torch.float64)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    weights = dict(zip(names, (Wx, Wh, b[:, 0], 0 * b[:, 0]), strict=True))
    return torch.func.functional_call(rnn, weights, (x.mT, h0.T[None]))[0].mT


def test_recurrence_agrees_with_torch(torch):
    for x, Wx, Wh, b, h0 in plain.recurrences():
        y, dh, (dx, dWx, dWh, db, dh0) = run_torch(torch, lambda *t: recur(torch, *t), x, Wx, Wh, b, h0)

        h = sequences.rnn_forward(x, Wx, Wh, b, h0)

        assert_allclose(h, y, **TO_ROUNDING, strict=True)
        assert_all_close(sequences.rnn_backward(dh, x, h, Wx, Wh, h0), (dWx, dWh, db))
        assert_all_close(sequences.rnn_input_gradients(dh, h, Wx, Wh), (dx, dh0))


def test_embedding_agrees_with_torch(torch):
    E, ids = plain.draw((3, 5))[0], np.array([4, 0, 4, 1, 4])

    y, dy, (dE,) = run_torch(torch, lambda E: torch.nn.functional.embedding(torch.tensor(ids), E.T).T, E)

    assert_allclose(sequences.embedding_forward(E, ids), y, **TO_ROUNDING)
    assert_allclose(sequences.embedding_backward(dy, ids, 5), dE, **TO_ROUNDING)


def test_attention_agrees_with_torch(torch):
    for case in plain.queries():
        y, dy, gradients = run_torch(torch, torch.nn.functional.scaled_dot_product_attention, *case)

        assert_allclose(sequences.attention_forward(*case), y, **TO_ROUNDING, strict=True)
        assert_all_close(sequences.attention_backward(dy, *case), gradients)


def test_torch_refuses_a_turned_kernel_and_cut_time(torch):
    x, k, b, stride, pad = next(plain.convolutions())
    y, _, _ = run_torch(torch, lambda *t: torch.nn.functional.conv2d(*t), x, k[:, :, ::-1].copy(), b)
    assert not np.allclose(layers.conv2d_forward(x, k, b, stride, pad), y)

    x, Wx, Wh, b, h0 = next(plain.recurrences())
    _, dh, gradients = run_torch(torch, lambda *t: recur(torch, *t), x, Wx, Wh, b, h0)
    h = sequences.rnn_forward(x, Wx, Wh, b, h0)
    assert not np.allclose(sequences.rnn_backward(dh, x, h, Wx, 0 * Wh, h0)[0], gradients[1])
