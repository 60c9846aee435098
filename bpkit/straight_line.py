"""The step of a network of a few units, written out in plain numbers: no array, no loop over layers.

A call to numpy takes as long as ten products of plain numbers, so a tiny network is fastest this way.
Each line of the text is one line of the equations for one unit; `step_source` returns it to be read.
"""

import math
import struct

import numpy as np

from .reference.losses import delta_is_o_minus_y

PRODUCTS = 120  # weights × samples up to which plain numbers beat arrays
VALUE = {  # a = f(z)
    "identity": "{z}",
    "sigmoid": "0.5 + 0.5 * tanh(0.5 * ({z}))",
    "tanh": "tanh({z})",
    "relu": "0.0 if (z := {z}) < 0.0 else z",
}
SLOPE = {  # the factor f′(z), from a
    "identity": "",
    "sigmoid": " * {a} * (1.0 - {a})",
    "tanh": " * (1.0 - {a} * {a})",
    "relu": " * ({a} > 0.0)",
}


def error_factor(net):
    """Return the number before o - y in the output error: 2/K for the mean squared error, else 1."""
    return 2 / net.sizes[-1] if net.loss == "mean_squared_error" else 1.0


def step_in_numbers(net, m):
    """Return ``step(theta, x, y, rate)`` in plain numbers, or None where arrays are faster.

    Its text has one line for every unit, forward and backward; `step_source` returns it.
    """
    if net.theta.size * m > PRODUCTS or not set(net.f.values()) <= set(VALUE):
        return None
    memory = struct.Struct(f"{net.theta.size}{net.dtype.char}")
    write = memory.pack_into if net.dtype == np.float64 else _write_single(memory)
    names = {"tanh": math.tanh, "read": memory.unpack_from, "write": write}
    exec(step_source(net, m), names)  # the text is made of the names and numbers below alone
    return names["step"]


def _write_single(memory):
    """Return a write that rounds to float32, and to inf what is too large for it."""

    def write(theta, start, *values):
        try:
            memory.pack_into(theta, start, *values)
        except OverflowError:
            with np.errstate(over="ignore"):
                theta[:] = values

    return write


def step_source(net, m):
    """Return the text of one step in plain numbers.

    >>> from bpkit import Network
    >>> print(step_source(Network([1, 1], output="sigmoid", rng=0), 1))
    def step(theta, x, y, rate):
        w1_0_0, b1_0, = read(theta)
        (a0_0,), (y_0,), = *x.tolist(), *y.tolist()
        a1_0 = 0.5 + 0.5 * tanh(0.5 * (b1_0 + w1_0_0 * a0_0))
        d1_0 = (a1_0 - y_0) * a1_0 * (1.0 - a1_0)
        gw1_0_0 = d1_0 * a0_0
        gb1_0 = d1_0
        write(theta, 0, w1_0_0 - rate * gw1_0_0, b1_0 - rate * gb1_0)
    """
    n, L = net.sizes, len(net.f)
    parameters = [p for l in net.f for j in range(n[l]) for p in _row(l, j, n[l - 1])]
    samples = [f"a0_{k}" for k in range(n[0])] + [f"y_{j}" for j in range(n[L])]
    if m == 1:
        start, indent, adds = [f"{''.join(f'({s},), ' for s in samples)}= *x.tolist(), *y.tolist()"], "", "="
    else:
        start = [f"{''.join(f'g{p} = ' for p in parameters)}0.0"]
        start += [f"for {''.join(f'{s}, ' for s in samples)}in zip(*x.tolist(), *y.tolist()):"]
        indent, adds = "    ", "+="
    middle = [*_numbers_forward(net), *_numbers_backward(net), *_numbers_gradient(net, adds)]
    stepped = ", ".join(f"{p} - rate * g{p}" for p in parameters)
    lines = [
        f"{''.join(f'{p}, ' for p in parameters)}= read(theta)",
        *start,
        *(indent + line for line in middle),
    ]
    return "\n    ".join(["def step(theta, x, y, rate):", *lines, f"write(theta, 0, {stepped})"])


def _row(l, j, inputs):
    return [*(f"w{l}_{j}_{k}" for k in range(inputs)), f"b{l}_{j}"]


def _numbers_forward(net):
    for l in net.f:
        for j in range(net.sizes[l]):  # a[l] = f(W[l] @ a[l - 1] + b[l])
            products = [f"w{l}_{j}_{k} * a{l - 1}_{k}" for k in range(net.sizes[l - 1])]
            yield f"a{l}_{j} = " + VALUE[net.f[l]].format(z=" + ".join([f"b{l}_{j}", *products]))


def _numbers_backward(net):
    L = len(net.f)
    for j in range(net.sizes[L]):  # delta[L] = factor * (o - y) * f_prime(z[L])
        slope = "" if delta_is_o_minus_y(net.f[L], net.loss) else SLOPE[net.f[L]].format(a=f"a{L}_{j}")
        yield f"d{L}_{j} = {f'{error_factor(net)} * ' * (error_factor(net) != 1)}(a{L}_{j} - y_{j}){slope}"
    for l in range(L - 1, 0, -1):
        for j in range(net.sizes[l]):  # delta[l] = (W[l + 1].T @ delta[l + 1]) * f_prime(z[l])
            paths = [f"w{l + 1}_{i}_{j} * d{l + 1}_{i}" for i in range(net.sizes[l + 1])]
            yield f"d{l}_{j} = ({' + '.join(paths)})" + SLOPE[net.f[l]].format(a=f"a{l}_{j}")


def _numbers_gradient(net, adds):
    for l in net.f:
        for j in range(net.sizes[l]):  # dW[l] = delta[l] @ a[l - 1].T, db[l] = delta[l].sum(axis=1)
            for k in range(net.sizes[l - 1]):
                yield f"gw{l}_{j}_{k} {adds} d{l}_{j} * a{l - 1}_{k}"
            yield f"gb{l}_{j} {adds} d{l}_{j}"
