"""Right answers to ps03: by loops, by einsum, by generators, from logits, in Fortran order."""

import math

import numpy as np

from bpkit.exercise import activation, derivative


def half_squared_error_by_loops(o, y):
    total = 0.0
    for k, i in np.ndindex(*o.shape):
        total += 0.5 * float(o[k, i] - y[k, i]) ** 2
    return total / o.shape[1]


def half_squared_error_by_einsum(o, y):
    g = o - y
    return np.einsum("ki,ki->", g, g) / (2 * len(o.T))


def half_squared_error_by_the_norm(o, y):
    return np.linalg.norm(o - y) ** 2 / 2 / y.shape[1]


def half_squared_error_multiplied_out(o, y):
    o, y = o.astype(np.longdouble), y.astype(np.longdouble)
    return np.array(np.average((o * o).sum(0) - 2 * (o * y).sum(0) + (y * y).sum(0)) / 2)


def half_squared_error_by_generators(o, y):
    samples = [sum((p - q) ** 2 for p, q in zip(*pair, strict=True)) for pair in zip(o.T, y.T, strict=True)]
    return (
        np.float32(sum(samples) / (2 * len(samples))) if o.dtype == "f4" else sum(samples) / 2 / len(samples)
    )


def half_squared_error_by_the_trace(o, y):
    g = np.asfortranarray(o - y)
    return np.trace(g.T @ g) / 2 / g.shape[1]


def binary_cross_entropy_by_loops(o, y):
    total = 0.0
    for p, t in zip(o.ravel().tolist(), y.ravel().tolist(), strict=True):
        total -= t * math.log(p) + (1 - t) * math.log1p(-p)
    return total / o.shape[1]


def binary_cross_entropy_from_logits(o, y):
    z = np.log(o) - np.log1p(-o)
    return (np.logaddexp(0, z) - y * z).sum() / len(z[0])


def binary_cross_entropy_of_the_likelihood(o, y):
    likelihood = np.prod(o**y * (1 - o) ** (1 - y), axis=0)
    return np.mean(-np.log(likelihood))


def binary_cross_entropy_by_einsum(o, y):
    ones = np.ones(o.shape[1]) / o.shape[1]
    return -(np.einsum("ki,ki,i", y, np.log(o), ones) + np.einsum("ki,ki,i", 1 - y, np.log(1 - o), ones))


def binary_cross_entropy_in_base_two(o, y):
    bits = np.where(
        y == 1, np.log2(o), np.where(y == 0, np.log2(1 - o), y * np.log2(o) + (1 - y) * np.log2(1 - o))
    )
    return np.log(2) * -bits.mean(axis=1).sum()


def binary_cross_entropy_by_generators(o, y):
    def of_sample(i):
        return -sum(t * np.log(p) + (1 - t) * np.log(1 - p) for p, t in zip(o[:, i], y[:, i], strict=True))

    return np.float64(sum(of_sample(i) for i in range(o.shape[1])) / o.shape[1])


def cross_entropy_by_loops(z, y):
    total = 0.0
    for column, shares in zip(z.T.tolist(), y.T.tolist(), strict=True):
        top = max(column)
        log_sum = top + math.log(sum(math.exp(v - top) for v in column))
        total += sum(share * (log_sum - v) for v, share in zip(column, shares, strict=True))
    return total / z.shape[1]


def cross_entropy_by_logaddexp(z, y):
    return np.mean(np.logaddexp.reduce(z, axis=0) * y.sum(axis=0) - (y * z).sum(axis=0))


def cross_entropy_of_the_differences(z, y):
    return np.einsum("ki,ki", y, np.logaddexp.reduce(z[None] - z[:, None], axis=1)) / z.shape[1]


def cross_entropy_in_rows(z, y):
    rows = np.asfortranarray(z.T)
    rows = rows - rows.max(axis=1, keepdims=True)
    log_p = rows - np.log(np.sum(np.exp(rows), axis=1, keepdims=True))
    return -np.average(np.sum(y.T * log_p, axis=1))


def cross_entropy_by_generators(z, y):
    def of_sample(column, shares):
        kept = np.sort(column)[::-1]
        return kept[0] + np.log1p(np.exp(kept[1:] - kept[0]).sum()) - shares @ column

    pairs = zip(z.astype(float).T, y.astype(float).T, strict=True)
    return np.array(sum(of_sample(column, shares / shares.sum()) for column, shares in pairs) / len(z[0]))


def cross_entropy_without_the_small(z, y):
    shifted = np.maximum(z - z.max(axis=0), -700)  # e^-700 adds nothing to a sum of 1 or more
    log_sum = np.log(np.exp(shifted).sum(axis=0))
    return ((z.max(axis=0) + log_sum - z) * y).sum() / np.float64(z.shape[1])


def output_delta_by_loops(z, y, f, loss):
    o, delta = activation(f)(z), np.empty_like(z, order="F")
    for k, i in np.ndindex(*z.shape):
        if loss != "half_squared_error":
            delta[k, i] = o[k, i] - y[k, i]
        elif f != "softmax":
            delta[k, i] = (o[k, i] - y[k, i]) * derivative(f)(z[k, i])
        else:
            delta[k, i] = sum((o[j, i] - y[j, i]) * o[j, i] * ((j == k) - o[k, i]) for j in range(len(z)))
    return delta


def output_delta_by_einsum(z, y, f, loss):
    o = activation(f)(z)
    if loss in ("cross_entropy", "binary_cross_entropy"):
        return np.subtract(o, y)
    if f == "softmax":
        jacobian = np.einsum("ji,jk->jki", o, np.eye(len(o), dtype=o.dtype)) - np.einsum("ji,ki->jki", o, o)
        return np.einsum("jki,ji->ki", jacobian, o - y)
    return np.einsum("ki,ki->ki", o - y, derivative(f)(z))


def output_delta_by_columns(z, y, f, loss):
    def column(p, t, z):
        g = p - t
        match loss, f:
            case "half_squared_error", "softmax":
                return (np.diag(p) - np.outer(p, p)) @ g
            case "half_squared_error", _:
                return np.diag(derivative(f)(z)) @ g
        return g

    return np.stack(list(map(column, activation(f)(z).T, y.T, z.T)), axis=1)


def output_delta_with_slopes_in_a(z, y, f, loss):
    a = activation(f)(z)
    slopes = {"sigmoid": a * (1 - a), "tanh": 1 - a**2, "relu": (z > 0).astype(z.dtype)}
    g = a - y
    if loss == "half_squared_error":
        return a * (g - np.sum(a * g, axis=0, keepdims=True)) if f == "softmax" else slopes.get(f, 1) * g
    return g


def output_delta_in_place(z, y, f, loss):
    delta = np.array(activation(f)(z.copy()), order="F")
    o = delta.copy()
    delta -= y
    if loss == "half_squared_error" and f == "softmax":
        delta -= np.add.reduce(o * delta)
        delta *= o
    elif loss == "half_squared_error":
        delta *= derivative(f)(z)
    return delta


def output_delta_in_rows(z, y, f, loss):
    o, targets = activation(f)(z).T, y.T
    g = o - targets
    if loss == "half_squared_error":
        g = o * g - o * (o * g).sum(axis=1)[:, None] if f == "softmax" else g * derivative(f)(z.T)
    return g.T


def delta_is_o_minus_y_by_a_set(f, loss):
    return (f, loss) in {
        ("softmax", "cross_entropy"),
        ("identity", "half_squared_error"),
        ("sigmoid", "binary_cross_entropy"),
    }


def delta_is_o_minus_y_by_the_loss(f, loss):
    return loss != "half_squared_error" or f == "identity"


def delta_is_o_minus_y_by_a_table(f, loss):
    canonical = dict(
        zip(("half_squared_error", "binary_cross_entropy"), ("identity", "sigmoid"), strict=True)
    )
    return np.bool_(canonical.get(loss, "softmax") == f)


def delta_is_o_minus_y_by_cases(f, loss):
    match loss:
        case "half_squared_error":
            return f == "identity"
        case "cross_entropy" | "binary_cross_entropy":
            return True


def delta_is_o_minus_y_measured(f, loss):
    z, y = np.array([[0.7], [-0.9]]), np.array([[0.25], [0.75]])
    return np.all(np.isclose(output_delta_by_einsum(z, y, f, loss), activation(f)(z) - y))


def delta_is_o_minus_y_by_letters(f, loss):
    return np.array(["cross" in loss, f[0] == "i"]).any()
