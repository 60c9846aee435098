"""Networks by plain means: formulas without care for extremes, sums by einsum, slopes by complex step."""

import math

import numpy as np

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: np.sinh(z) / np.cosh(z),
    "relu": lambda z: np.where(np.real(z) > 0, z, 0 * z),
    "leaky_relu": lambda z: np.where(np.real(z) > 0, z, 0.01 * z),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=0),
}
LOSSES = {
    "half_squared_error": lambda o, y: ((o - y) ** 2).sum(axis=0) / 2,
    "mean_squared_error": lambda o, y: ((o - y) ** 2).sum(axis=0) / len(o),
    "binary_cross_entropy": lambda o, y: -(y * np.log(o) + (1 - y) * np.log(1 - o)).sum(axis=0),
    "cross_entropy": lambda o, y: -(y * np.log(o)).sum(axis=0),
}


def forward_due(W, b, x, f):
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = np.einsum("jk,ki->ji", W[l], a[l - 1]) + b[l].reshape(len(W[l]), 1)
        a[l] = ACTIVATIONS[f[l]](z[l])
    return z, a


def losses_due(z, y, f, loss):
    return LOSSES[loss](ACTIVATIONS[f](z), y.reshape(z.shape))


def output_due(z, y, f, loss):
    return by_entry(lambda step: losses_due(z + 1e-30j * step, y, f, loss).sum().imag / 1e-30, z)


def hidden_due(W_next, delta_next, z, f_prime):
    return np.einsum("kj,ki->ji", W_next, delta_next) * f_prime(z).reshape(z.shape)


def slope_due(name, z):
    return np.imag(ACTIVATIONS[name](z + 1e-30j)) / 1e-30


def gradients_due(delta, a_prev):
    m = delta.shape[1]
    return np.einsum("ji,ki->jk", delta, a_prev) / m, np.einsum("ji->j", delta).reshape(-1, 1) / m


def backward_due(W, z, a, y, f, loss):
    L = len(W)
    delta = {L: output_due(z[L], y, f[L], loss)}
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_due(W[l + 1], delta[l + 1], z[l], lambda z: slope_due(f[l], z))
    pairs = {l: gradients_due(delta[l], a[l - 1]) for l in W}
    return {l: pairs[l][0] for l in W}, {l: pairs[l][1] for l in W}, delta


def loss_and_gradients_due(W, b, x, y, f, loss):
    z, a = forward_due(W, b, x, f)
    L = len(W)
    return losses_due(z[L], y, f[L], loss).sum() / x.shape[1], *backward_due(W, z, a, y, f, loss)[:2]


def by_entry(quotient, x):
    """Apply `quotient` to the unit step of each entry, and put the entries of x last."""
    columns = {
        i: np.asarray(quotient(1.0 * (np.arange(x.size).reshape(x.shape) == i))) for i in range(x.size)
    }
    return np.stack(list(columns.values()), axis=-1).reshape(columns[0].shape + x.shape)


def difference_due(f, x, h):
    x = np.asarray(x)
    return by_entry(lambda step: (1.0 * f(x + h * step) - 1.0 * f(x - h * step)) / (2 * h), x)


def complex_due(f, x, h):
    x = np.asarray(x)
    return by_entry(lambda step: np.imag(f(x + 1j * h * step)) / h, x)


def numerical_due(loss_fn, W, b):
    return (
        {l: difference_due(lambda w: loss_fn({**W, l: w}, b), W[l], 1e-5) for l in W},
        {l: difference_due(lambda v: loss_fn(W, {**b, l: v}), b[l], 1e-5) for l in b},
    )


def norm_due(a):
    return math.hypot(*np.abs(np.ravel(a)))


def relative_error_due(a, b):
    size = norm_due(a) + norm_due(b)
    return norm_due(a - b) / size if size else 0.0


def initialize_due(sizes, *settings):
    layers = range(1, len(sizes))
    return (
        {l: np.zeros((sizes[l], sizes[l - 1])) for l in layers},
        {l: np.zeros((sizes[l], 1)) for l in layers},
    )
