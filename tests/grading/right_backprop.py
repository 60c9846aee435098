"""Right answers to ps05: by loops, by einsum, by recursion, in rows, one sample at a time."""

import numpy as np

from bpkit.exercise import activation, derivative


def forward_by_loops(W, b, x, f):
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = np.empty((len(W[l]), x.shape[1]), x.dtype)
        for j, i in np.ndindex(*z[l].shape):
            z[l][j, i] = b[l][j, 0]
            for k in range(len(a[l - 1])):
                z[l][j, i] += W[l][j, k] * a[l - 1][k, i]
        a[l] = activation(f[l])(z[l])
    return z, a


def forward_by_einsum(W, b, x, f):
    z, a = {}, {0: x}
    for l, weights in W.items():
        z[l] = np.einsum("jk,ki->ji", weights, a[l - 1], optimize=True) + b[l]
        a[l] = activation(f[l])(z[l])
    return [z, a]


def forward_by_recursion(W, b, x, f):
    L = len(W)
    if L == 0:
        return {}, {0: x.copy()}
    z, a = forward_by_recursion({l: W[l] for l in range(1, L)}, b, x, f)
    z[L] = np.dot(W[L], a[L - 1]) + b[L]
    a[L] = activation(f[L])(z[L])
    return z, a


def forward_in_rows(W, b, x, f):
    rows, z, a = x.T, {}, {0: x}
    for l in W:
        z[l] = (rows @ W[l].T + b[l].T).T
        a[l] = activation(f[l])(z[l])
        rows = a[l].T
    return z, a


def forward_with_the_bias_as_a_weight(W, b, x, f):
    z, a = {}, {0: x}
    for l in W:
        ones = np.ones((1, x.shape[1]), x.dtype)
        z[l] = np.hstack([W[l], b[l]]) @ np.vstack([a[l - 1], ones])
        a[l] = activation(f[l])(z[l])
    return z, a


def hidden_delta_by_loops(W_next, delta_next, z, f_prime):
    delta = np.zeros_like(z)
    for k, i in np.ndindex(*z.shape):
        for j in range(len(W_next)):
            delta[k, i] += W_next[j, k] * delta_next[j, i] * f_prime(z[k, i])
    return delta


def hidden_delta_by_einsum(W_next, delta_next, z, f_prime):
    return np.einsum("jk,ji,ki->ki", W_next, delta_next, f_prime(z))


def hidden_delta_by_columns(W_next, delta_next, z, f_prime):
    columns = zip(delta_next.T, z.T, strict=True)
    return np.stack([np.diag(f_prime(c)) @ (d @ W_next) for d, c in columns], axis=1)


def hidden_delta_in_rows(W_next, delta_next, z, f_prime):
    return ((delta_next.T @ W_next) * f_prime(z.T)).T


def hidden_delta_in_place(W_next, delta_next, z, f_prime):
    delta = f_prime(z.copy())
    delta *= np.matmul(np.transpose(W_next), delta_next)
    return delta


def layer_gradients_by_loops(delta, a_prev):
    n, m = delta.shape
    dW = np.zeros((n, len(a_prev)), delta.dtype)
    db = np.zeros((n, 1), delta.dtype)
    for i in range(m):
        for j in range(n):
            dW[j] += delta[j, i] * a_prev[:, i] / m
            db[j, 0] += delta[j, i] / m
    return dW, db


def layer_gradients_by_einsum(delta, a_prev):
    return np.einsum("ji,ki->jk", delta, a_prev) / delta.shape[1], np.einsum("ji->j", delta)[:, None] / len(
        delta.T
    )


def layer_gradients_by_outer_products(delta, a_prev):
    pairs = list(zip(delta.T, a_prev.T, strict=True))
    dW = sum(np.outer(d, a) for d, a in pairs) / len(pairs)
    return [dW, np.average(delta, axis=1).reshape(-1, 1)]


def layer_gradients_of_the_mean_delta(delta, a_prev):
    share = delta / delta.shape[1]
    return share @ a_prev.T, share.sum(axis=1, keepdims=True)


def layer_gradients_by_one_product(delta, a_prev):
    m = delta.shape[1]
    both = delta @ np.vstack([a_prev, np.ones((1, m), delta.dtype)]).T / m
    return both[:, :-1], both[:, -1:]


def backward_by_recursion(W, z, a, y, f, loss):
    L, m = len(W), y.shape[1]

    def delta_of(l):
        if l < L:
            return (W[l + 1].T @ delta_of(l + 1)) * derivative(f[l])(z[l])
        g = a[L] - y
        if loss != "half_squared_error":
            return g
        if f[L] != "softmax":
            return g * derivative(f[L])(z[L])
        return a[L] * (g - (a[L] * g).sum(axis=0))

    delta = {l: delta_of(l) for l in W}
    dW = {l: delta[l] @ a[l - 1].T / m for l in W}
    return dW, {l: delta[l].mean(axis=1, keepdims=True) for l in W}, delta


def backward_by_einsum(W, z, a, y, f, loss):
    L, m = len(W), y.shape[1]
    if loss == "half_squared_error" and f[L] == "softmax":
        jacobian = np.einsum("ji,jk->jki", a[L], np.eye(len(y), dtype=y.dtype)) - np.einsum(
            "ji,ki->jki", a[L], a[L]
        )
        delta = {L: np.einsum("jki,ki->ji", jacobian, a[L] - y)}
    else:
        slope = derivative(f[L])(z[L]) if loss == "half_squared_error" else 1
        delta = {L: (a[L] - y) * slope}
    for l in reversed(range(1, L)):
        delta[l] = np.einsum("jk,ji,ki->ki", W[l + 1], delta[l + 1], derivative(f[l])(z[l]))
    dW = {l: np.einsum("ji,ki->jk", delta[l], a[l - 1]) / m for l in delta}
    return dW, {l: np.einsum("ji->j", delta[l])[:, None] / m for l in delta}, delta


def backward_by_samples(W, z, a, y, f, loss):
    L, m = len(W), y.shape[1]
    dW, db = {l: 0 * W[l] for l in W}, {l: 0 * W[l][:, :1] for l in W}
    delta = {l: np.empty_like(z[l]) for l in z}
    for i in range(m):
        p = a[L][:, i]
        if loss == "half_squared_error" and f[L] == "softmax":
            d = (np.diag(p) - np.outer(p, p)) @ (p - y[:, i])
        elif loss == "half_squared_error":
            d = derivative(f[L])(z[L][:, i]) * (p - y[:, i])
        else:
            d = p - y[:, i]
        for l in range(L, 0, -1):
            delta[l][:, i] = d
            dW[l] += np.outer(d, a[l - 1][:, i]) / m
            db[l] += d[:, None] / m
            if l > 1:
                d = derivative(f[l - 1])(z[l - 1][:, i]) * (W[l].T @ d)
    return dW, db, delta


def loss_and_gradients_in_one_loop(W, b, x, y, f, loss):
    z, a = forward_in_rows(W, b, x, f)
    dW, db, _ = backward_by_recursion(W, z, a, y, f, loss)
    o, total = a[len(W)], 0.0
    for k, i in np.ndindex(*y.shape):
        if loss == "half_squared_error":
            total += 0.5 * (o[k, i] - y[k, i]) ** 2
        elif loss == "cross_entropy":
            total -= y[k, i] * np.log(o[k, i])
        else:
            total -= y[k, i] * np.log(o[k, i]) + (1 - y[k, i]) * np.log1p(-o[k, i])
    return total / x.shape[1], dW, db


def loss_and_gradients_from_logits(W, b, x, y, f, loss):
    z, a = forward_by_einsum(W, b, x, f)
    dW, db, _ = backward_by_einsum(W, z, a, y, f, loss)
    logits, m = z[len(W)], x.shape[1]
    if loss == "cross_entropy":
        total = (np.logaddexp.reduce(logits, axis=0) * y.sum(axis=0) - (y * logits).sum(axis=0)).sum()
    elif loss == "binary_cross_entropy":
        total = (np.logaddexp(0, logits) - y * logits).sum()
    else:
        total = np.linalg.norm(a[len(W)] - y) ** 2 / 2
    return [float(total) / m, dW, db]


def loss_and_gradients_of_the_samples(W, b, x, y, f, loss):
    columns = [np.s_[:, i : i + 1] for i in range(x.shape[1])]
    each = [loss_and_gradients_in_one_loop(W, b, x[i], y[i], f, loss) for i in columns]
    dW, db = ({l: np.mean([r[k][l] for r in each], axis=0) for l in W} for k in (1, 2))
    return np.mean([r[0] for r in each]), dW, db


def per_sample_gradients_by_slices(W, b, x, y, f, loss):
    columns = [np.s_[:, i : i + 1] for i in range(x.shape[1])]
    return [loss_and_gradients_in_one_loop(W, b, x[i], y[i], f, loss)[1:] for i in columns]


def per_sample_gradients_from_the_deltas(W, b, x, y, f, loss):
    z, a = forward_by_loops(W, b, x, f)
    _, _, delta = backward_by_samples(W, z, a, y, f, loss)
    pairs = []
    for i in range(x.shape[1]):
        dW = {l: np.outer(delta[l][:, i], a[l - 1][:, i]) for l in delta}
        pairs.append([dW, {l: delta[l][:, [i]] for l in delta}])
    return tuple(pairs)


def per_sample_gradients_by_einsum(W, b, x, y, f, loss):
    z, a = forward_by_einsum(W, b, x, f)
    _, _, delta = backward_by_einsum(W, z, a, y, f, loss)
    dW = {l: np.einsum("ji,ki->ijk", delta[l], a[l - 1]) for l in delta}
    return [({l: dW[l][i] for l in dW}, {l: delta[l][:, i, None] for l in dW}) for i in range(x.shape[1])]


def to_rows_by_views(W, b):
    return {l: W[l].T for l in W}, {l: b[l].T for l in b}


def to_rows_by_loops(W, b):
    W_rows = {l: np.array([[W[l][j, k] for j in range(len(W[l]))] for k in range(W[l].shape[1])]) for l in W}
    return [W_rows, {l: np.array([list(b[l][:, 0])]) for l in b}]


def to_rows_by_einsum(W, b):
    return tuple({l: np.einsum("jk->kj", p[l]) for l in p} for p in (W, b))
