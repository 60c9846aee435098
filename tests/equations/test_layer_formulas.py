"""Both sides of the equations for convolution, pooling and normalization in *Formulas of layers*."""

import math

import numpy as np
import plain_layers as plain
from equations.proofs import proves
from numpy.testing import assert_allclose
from plain_layers import like, slopes
from strategies import EXACT

from bpkit.reference import layers

NORMS = {0: plain.layer_norm, 1: plain.batch_norm}


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


@proves(
    "eq-convolution",
    layers.conv2d_forward,
    kernel_turned=lambda x, k, b, s, p: layers.conv2d_forward(x, k[:, :, ::-1, ::-1], b, s, p),
    bias_forgotten=lambda x, k, b, s, p: layers.conv2d_forward(x, k, 0 * b, s, p),
    first_channel_only=lambda x, k, b, s, p: layers.conv2d_forward(x[:, :1], k[:, :1], b, s, p),
    stride_forgotten=lambda x, k, b, s, p: layers.conv2d_forward(x, k, b, 1, p),
    pad_forgotten=lambda x, k, b, s, p: layers.conv2d_forward(x, k, b, s),
)
def test_convolution_sums_a_window_times_the_kernel(equation):
    for case in plain.convolutions():
        assert_allclose(equation(*case), plain.convolution(*case), **EXACT)


@proves(
    "eq-convolution-size",
    lambda H, h, s, p: (H + 2 * p - h) // s + 1,
    lambda H, h, s, p: layers.conv2d_forward(
        np.ones((1, 1, H, H)), np.ones((1, 1, h, h)), np.ones(1), s, p
    ).shape[2],
    padded_on_one_side=lambda H, h, s, p: (H + p - h) // s + 1,
    rounded_up=lambda H, h, s, p: math.ceil((H + 2 * p - h) / s) + 1,
    last_place_forgotten=lambda H, h, s, p: (H + 2 * p - h) // s,
)
def test_convolution_size_counts_the_places_of_the_kernel(equation):
    for H, h, s, p in np.ndindex(6, 4, 4, 3):
        H, h, s = H + 3, h + 1, s + 1
        if h <= H + 2 * p:
            places = [start for start in range(-p, H + p) if (start + p) % s == 0 and start + h <= H + p]

            assert equation(H, h, s, p) == len(places)


def input_gradient_by_index(dy, x, k, stride, pad, turned=1):
    """Add what every pair of an output and a kernel entry sends to the pixel that they share."""
    dx = np.zeros_like(padded(x, pad))
    for n, f, i, j in np.ndindex(dy.shape):
        for c, u, v in np.ndindex(k.shape[1:]):
            entry = k[f, c, ::turned, ::turned][u, v]
            dx[n, c, i * stride + u, j * stride + v] += entry * dy[n, f, i, j]
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


@proves(
    "eq-convolution-input-gradient",
    lambda dy, x, k, s, p: layers.conv2d_backward(dy, x, k, s, p)[0],
    input_gradient_by_index,
    kernel_turned=lambda dy, x, k, s, p: input_gradient_by_index(dy, x, k, s, p, turned=-1),
    first_kernel_only=lambda dy, x, k, s, p: input_gradient_by_index(dy[:, :1], x, k[:1], s, p),
    padding_not_cut=lambda dy, x, k, s, p: input_gradient_by_index(dy, padded(x, p), k, s, 0),
)
def test_convolution_input_gradient_is_the_slope_in_the_images(equation):
    for x, k, b, stride, pad in plain.convolutions():
        dy = like(plain.convolution(x, k, b, stride, pad))
        dx = slopes(lambda x: plain.convolution(x, k, b, stride, pad), dy, x)

        assert_allclose(equation(dy, x, k, stride, pad), dx, **EXACT)


def kernel_gradient_by_index(dy, x, k, stride, pad, images=slice(None)):
    dk, x = np.zeros_like(k), padded(x, pad)[images]
    for f, c, u, v in np.ndindex(k.shape):
        for n, i, j in np.ndindex(len(x), *dy.shape[2:]):
            dk[f, c, u, v] += dy[n, f, i, j] * x[n, c, i * stride + u, j * stride + v]
    return dk


@proves(
    "eq-convolution-kernel-gradient",
    lambda dy, x, k, s, p: layers.conv2d_backward(dy, x, k, s, p)[1],
    kernel_gradient_by_index,
    first_image_only=lambda dy, x, k, s, p: kernel_gradient_by_index(dy, x, k, s, p, slice(1)),
    averaged=lambda dy, x, k, s, p: kernel_gradient_by_index(dy, x, k, s, p) / dy[0, 0].size,
    turned=lambda dy, x, k, s, p: kernel_gradient_by_index(dy, x, k, s, p)[:, :, ::-1, ::-1],
)
def test_convolution_kernel_gradient_is_the_slope_in_the_kernels(equation):
    for x, k, b, stride, pad in plain.convolutions():
        dy = like(plain.convolution(x, k, b, stride, pad))
        dk = slopes(lambda k: plain.convolution(x, k, b, stride, pad), dy, k)

        assert_allclose(equation(dy, x, k, stride, pad), dk, **EXACT)


@proves(
    "eq-convolution-bias-gradient",
    lambda dy, x, k, s, p: layers.conv2d_backward(dy, x, k, s, p)[2],
    lambda dy, x, k, s, p: [dy[:, f].sum() for f in range(len(k))],
    averaged=lambda dy, x, k, s, p: dy.mean(axis=(0, 2, 3)),
    first_image_only=lambda dy, x, k, s, p: dy[0].sum(axis=(1, 2)),
    by_image=lambda dy, x, k, s, p: dy.sum(axis=(1, 2, 3)),
)
def test_convolution_bias_gradient_is_the_slope_in_the_biases(equation):
    for x, k, b, stride, pad in plain.convolutions():
        dy = like(plain.convolution(x, k, b, stride, pad))
        db = slopes(lambda b: plain.convolution(x, k, b, stride, pad), dy, b)

        assert_allclose(equation(dy, x, k, stride, pad), db, **EXACT)


def images():
    """Give images and sizes of blocks; the last image is full of ties."""
    smooth = [(plain.draw((2, 3, 4, 6))[0], 2), (plain.draw((1, 2, 3, 9))[0], 3)]
    return [*smooth, (plain.draw((1, 1, 2, 2))[0], 1), (np.ones((2, 1, 4, 2)), 2)]


@proves(
    "eq-max-pool",
    layers.max_pool_forward,
    mean=lambda x, size: x[:, :, ::size, ::size] * 0 + x.mean(),
    first_pixel=lambda x, size: x[:, :, ::size, ::size],
    smallest=lambda x, size: -layers.max_pool_forward(-x, size),
)
def test_max_pool_keeps_the_largest_of_each_block(equation):
    for x, size in images():
        assert_allclose(equation(x, size), plain.max_pool(x, size), **EXACT)


def to_all_largest(dy, x, size):
    """Give the gradient to every pixel that equals the largest of its block."""
    spread = np.ones((size, size))
    return np.kron(dy, spread) * (x == np.kron(layers.max_pool_forward(x, size), spread))


def tilted(x):
    """Lower each pixel a little more than the one before it, so that of equal ones the first is largest."""
    return x - 1e-9 * np.arange(x.size).reshape(x.shape)


@proves(
    "eq-max-pool-gradient",
    layers.max_pool_backward,
    lambda dy, x, size: to_all_largest(dy, tilted(x), size),
    to_every_tie=to_all_largest,
    to_every_pixel=lambda dy, x, size: np.kron(dy, np.ones((size, size))),
    to_the_last_tie=lambda dy, x, size: to_all_largest(dy, 2 * x - tilted(x), size),
)
def test_max_pool_gradient_goes_to_the_first_largest_of_each_block(equation):
    for x, size in images():
        dy = like(plain.max_pool(x, size))
        dx = slopes(lambda x: plain.max_pool(x, size), dy, tilted(x))

        assert_allclose(equation(dy, x, size), dx, **EXACT)


def normalized(x, axis, ddof=0):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True, ddof=ddof) + plain.EPS)


def unscaled(forward, x):
    return forward(x, np.ones((len(x), 1)), np.zeros((len(x), 1)))


PACKAGE = {0: layers.layer_norm_forward, 1: layers.batch_norm_forward}
BACKWARD = {0: layers.layer_norm_backward, 1: layers.batch_norm_backward}


@proves(
    "eq-normalize",
    lambda x, axis: unscaled(PACKAGE[axis], x),
    normalized,
    not_centred=lambda x, axis: x / np.sqrt(x.var(axis, keepdims=True) + plain.EPS),
    divided_by_the_variance=lambda x, axis: (
        (x - x.mean(axis, keepdims=True)) / (x.var(axis, keepdims=True) + plain.EPS)
    ),
    unbiased=lambda x, axis: normalized(x, axis, ddof=1 if x.shape[axis] > 1 else 0),
    over_the_other_axis=lambda x, axis: normalized(x, 1 - axis),
)
def test_normalize_takes_mean_and_spread_away(equation):
    for axis, norm in NORMS.items():
        for x, _, _ in plain.batches():
            assert_allclose(equation(x, axis), unscaled(norm, x), **EXACT)


@proves(
    "eq-normalize-scale",
    lambda x, gamma, beta, axis: PACKAGE[axis](x, gamma, beta),
    lambda x, gamma, beta, axis: gamma * normalized(x, axis) + beta,
    shift_forgotten=lambda x, gamma, beta, axis: gamma * normalized(x, axis),
    shifted_then_scaled=lambda x, gamma, beta, axis: gamma * (normalized(x, axis) + beta),
)
def test_normalize_scale_scales_and_shifts_each_feature(equation):
    for axis, norm in NORMS.items():
        for x, gamma, beta in plain.batches():
            assert_allclose(equation(x, gamma, beta, axis), norm(x, gamma, beta), **EXACT)


def spread(x, axis):
    return np.sqrt(x.var(axis, keepdims=True) + plain.EPS)


def mean(x, axis):
    return x.mean(axis, keepdims=True)


def input_gradient(dy, x, gamma, axis, with_mean=1, with_spread=1):
    g, x_hat = gamma * dy, normalized(x, axis)
    return (g - with_mean * mean(g, axis) - with_spread * x_hat * mean(g * x_hat, axis)) / spread(x, axis)


@proves(
    "eq-normalize-input-gradient",
    lambda dy, x, gamma, axis: BACKWARD[axis](dy, x, gamma)[0],
    input_gradient,
    mean_taken_as_constant=lambda dy, x, gamma, axis: input_gradient(dy, x, gamma, axis, with_mean=0),
    variance_taken_as_constant=lambda dy, x, gamma, axis: input_gradient(dy, x, gamma, axis, with_spread=0),
    gamma_forgotten=lambda dy, x, gamma, axis: input_gradient(dy, x, 1, axis),
    gamma_at_the_end=lambda dy, x, gamma, axis: gamma * input_gradient(dy, x, 1, 0),
)
def test_normalize_input_gradient_is_the_slope_in_x(equation):
    for axis, norm in NORMS.items():
        for x, gamma, beta in plain.batches():
            dy = like(x)
            dx = slopes(lambda x: norm(x, gamma, beta), dy, x)

            assert_allclose(equation(dy, x, gamma, axis), dx, **EXACT)


@proves(
    "eq-normalize-scale-gradient",
    lambda dy, x, gamma, axis: BACKWARD[axis](dy, x, gamma)[1],
    lambda dy, x, gamma, axis: (dy * normalized(x, axis)).sum(axis=1, keepdims=True),
    of_x=lambda dy, x, gamma, axis: (dy * x).sum(axis=1, keepdims=True),
    averaged=lambda dy, x, gamma, axis: (dy * normalized(x, axis)).mean(axis=1, keepdims=True),
    not_summed=lambda dy, x, gamma, axis: dy * normalized(x, axis),
)
def test_normalize_scale_gradient_is_the_slope_in_gamma(equation):
    for axis, norm in NORMS.items():
        for x, gamma, beta in plain.batches():
            dy = like(x)
            dgamma = slopes(lambda gamma: norm(x, gamma, beta), dy, gamma)

            assert_allclose(equation(dy, x, gamma, axis), dgamma, **EXACT, strict=True)


@proves(
    "eq-normalize-shift-gradient",
    lambda dy, x, gamma, axis: BACKWARD[axis](dy, x, gamma)[2],
    lambda dy, x, gamma, axis: dy @ np.ones((dy.shape[1], 1)),
    averaged=lambda dy, x, gamma, axis: dy.mean(axis=1, keepdims=True),
    over_features=lambda dy, x, gamma, axis: dy.sum(axis=0, keepdims=True),
    times_gamma=lambda dy, x, gamma, axis: (gamma * dy).sum(axis=1, keepdims=True),
)
def test_normalize_shift_gradient_is_the_slope_in_beta(equation):
    for axis, norm in NORMS.items():
        for x, gamma, beta in plain.batches():
            dy = like(x)
            dbeta = slopes(lambda beta: norm(x, gamma, beta), dy, beta)

            assert_allclose(equation(dy, x, gamma, axis), dbeta, **EXACT, strict=True)
