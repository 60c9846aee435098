"""Right answers to ps07, written in different ways."""

import numpy as np

from bpkit.exercise import activation, derivative
from bpkit.grading.questions.claims import CLAIMS


def plain(z):
    return 1 / (1 + np.exp(-z))


def one_layer_gradients_from_the_activations(X, T, W, b):
    A = plain(X.dot(W) + b)
    delta = 2 * (A - T) * (A - A**2)
    return np.sum((A - T) ** 2), X.T.dot(delta), np.sum(delta, 0, keepdims=True)


def one_layer_gradients_by_einsum(X, T, W, b):
    z = np.einsum("ij,jk->ik", X, W) + b
    gap = activation("sigmoid")(z) - T
    g = 2 * gap * derivative("sigmoid")(z)
    return np.einsum("ik,ik->", gap, gap), np.einsum("ij,ik->jk", X, g), np.einsum("ik->k", g)[None, :]


def one_layer_gradients_by_rows(X, T, W, b):
    loss, dW, db = 0.0, np.zeros_like(W), np.zeros_like(b)
    for x, t in zip(X, T, strict=True):
        a = plain(x @ W + b[0])
        delta = 2 * (a - t) * a * (1 - a)
        loss += float((a - t) @ (a - t))
        dW += np.outer(x, delta)
        db[0] += delta
    return [loss, dW, db]


def one_layer_gradients_by_scalars(X, T, W, b):
    loss, dW, db = 0.0, np.empty(W.shape, order="F"), np.empty((1, W.shape[1]))
    dW[:], db[:] = 0, 0
    for i in range(X.shape[0]):
        for k in range(W.shape[1]):
            a = plain(sum(X[i, j] * W[j, k] for j in range(X.shape[1])) + b[0, k])
            delta = 2 * (a - T[i, k]) * a * (1 - a)
            loss, db[0, k] = loss + (a - T[i, k]) ** 2, db[0, k] + delta
            for j in range(X.shape[1]):
                dW[j, k] += delta * X[i, j]
    return loss, dW, db


def one_layer_gradients_with_a_column_of_ones(X, T, W, b):
    wide = np.hstack([X, np.ones((len(X), 1))])
    A = activation("sigmoid")(wide @ np.vstack([W, b]))
    both = wide.T @ ((A - T) * A * (1 - A)) * 2
    return np.linalg.norm(A - T) ** 2, both[:-1], both[-1:]


def one_layer_gradients_in_columns(X, T, W, b):
    z = W.T @ X.T + b.T
    a = np.tanh(z / 2) / 2 + 0.5
    delta = (a - T.T) * (1 - np.tanh(z / 2) ** 2) / 2
    return np.array(((a - T.T) ** 2).sum()), (delta @ X).T, delta.sum(axis=1, keepdims=True).T


def xor_step_with_names(X, y, W1, b1, W2, b2, learning_rate):
    hidden = plain(np.dot(X, W1) + b1)
    output = plain(np.dot(hidden, W2) + b2)
    error2 = (output - y) * output * (1 - output)
    error1 = np.dot(error2, W2.T) * hidden * (1 - hidden)
    W2 = W2 - learning_rate * np.dot(hidden.T, error2)
    W1 = W1 - learning_rate * np.dot(X.T, error1)
    b2 = b2 - learning_rate * error2.sum(axis=0)
    b1 = b1 - learning_rate * error1.sum(axis=0)
    return W1, b1, W2, b2


def xor_step_with_the_error_turned_round(X, y, W1, b1, W2, b2, learning_rate):
    a1 = activation("sigmoid")(X @ W1 + b1)
    o = activation("sigmoid")(a1 @ W2 + b2)
    up2 = (y - o) * (o - o**2)
    up1 = up2 @ W2.T * (a1 - a1**2)
    return [
        W1 + learning_rate * X.T @ up1,
        b1 + learning_rate * up1.sum(0, keepdims=True),
        W2 + learning_rate * a1.T @ up2,
        b2 + learning_rate * up2.sum(0, keepdims=True),
    ]


def xor_step_on_copies(X, y, W1, b1, W2, b2, learning_rate):
    W1, b1, W2, b2 = (p.copy() for p in (W1, b1, W2, b2))
    z1 = X @ W1 + b1
    a1 = activation("sigmoid")(z1)
    z2 = a1 @ W2 + b2
    delta2 = (activation("sigmoid")(z2) - y) * derivative("sigmoid")(z2)
    delta1 = (delta2 @ W2.T) * derivative("sigmoid")(z1)
    for p, g in ((W1, X.T @ delta1), (b1, delta1.sum(0)), (W2, a1.T @ delta2), (b2, delta2.sum(0))):
        p -= learning_rate * g
    return W1, b1, W2, b2


def xor_step_by_einsum(X, y, W1, b1, W2, b2, learning_rate):
    a = plain(np.einsum("ij,jk->ik", X, W1) + b1)
    o = plain(np.einsum("ij,jk->ik", a, W2) + b2)
    d2 = np.einsum("ik,ik,ik->ik", o - y, o, 1 - o)
    d1 = np.einsum("ik,jk,ij,ij->ij", d2, W2, a, 1 - a)
    pairs = ((W1, np.einsum("ij,ik->jk", X, d1)), (b1, d1.sum(0)), (W2, np.einsum("ij,ik->jk", a, d2)))
    return *(p - g * learning_rate for p, g in pairs), b2 - learning_rate * d2.sum(0)


def xor_step_by_rows(X, y, W1, b1, W2, b2, learning_rate):
    sums = [np.zeros_like(p) for p in (W1, b1, W2, b2)]
    for i in range(len(X)):
        x, a = X[i : i + 1], plain(X[i : i + 1] @ W1 + b1)
        o = plain(a @ W2 + b2)
        d2 = (o - y[i]) * o * (1 - o)
        d1 = d2 @ W2.T * a * (1 - a)
        for total, g in zip(sums, (x.T * d1, d1, a.T * d2, d2), strict=True):
            total += g
    return tuple(p - learning_rate * g for p, g in zip((W1, b1, W2, b2), sums, strict=True))


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def softmax_gradients_line_by_line(W, b, x, y):
    m = x.shape[1]
    z1 = W[1] @ x + b[1]
    a1 = np.maximum(z1, 0)
    p = softmax(W[2] @ a1 + b[2])
    d2 = p - y
    d1 = W[2].T @ d2 * (z1 > 0)
    dW = {1: d1 @ x.T / m, 2: d2 @ a1.T / m}
    return -(y * np.log(p)).sum() / m, dW, {1: d1.mean(1, keepdims=True), 2: d2.mean(1, keepdims=True)}


def softmax_gradients_from_logits(W, b, x, y):
    a1 = activation("relu")(W[1] @ x + b[1])
    z2 = W[2] @ a1 + b[2]
    shifted = z2 - z2.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    d2 = (np.exp(log_p) - y) / x.shape[1]
    d1 = (W[2].T @ d2) * np.sign(a1)
    dW, db = {2: d2 @ a1.T, 1: d1 @ x.T}, {2: d2.sum(1)[:, None], 1: d1.sum(1)[:, None]}
    return np.mean(-(y * log_p).sum(axis=0)), dW, db


def softmax_gradients_by_the_jacobian(W, b, x, y):
    z1 = W[1] @ x + b[1]
    a1, m = np.where(z1 > 0, z1, 0), x.shape[1]
    p = softmax(W[2] @ a1 + b[2])
    jacobians = [np.diag(column) - np.outer(column, column) for column in p.T]
    d2 = np.column_stack([J @ (-t / column) for J, t, column in zip(jacobians, y.T, p.T, strict=True)])
    d1 = np.dot(W[2].T, d2) * np.heaviside(z1, 0)
    ones = np.ones((m, 1)) / m
    return (
        -np.mean(np.log(p.T @ y).diagonal() if is_one_hot(y) else (y * np.log(p)).sum(0)),
        {
            1: d1 @ x.T / m,
            2: d2 @ a1.T / m,
        },
        {1: d1 @ ones, 2: d2 @ ones},
    )


def is_one_hot(y):
    return set(np.unique(y)) <= {0.0, 1.0}


def softmax_gradients_by_samples(W, b, x, y):
    m = x.shape[1]
    parts = [softmax_gradients_line_by_line(W, b, x[:, i : i + 1], y[:, i : i + 1]) for i in range(m)]
    means = [{l: sum(part[k][l] for part in parts) / m for l in (2, 1)} for k in (1, 2)]
    return sum(part[0] for part in parts) / m, *means


def softmax_gradients_by_einsum(W, b, x, y):
    z = np.einsum("ij,jm->im", W[1], x) + b[1]
    a = activation("relu")(z)
    p = activation("softmax")(np.einsum("ij,jm->im", W[2], a) + b[2])
    d = p - y
    back = np.einsum("ij,im,jm->jm", W[2], d, derivative("relu")(z))
    dW = {1: np.einsum("im,jm->ij", back, x) / len(x.T), 2: np.einsum("im,jm->ij", d, a) / len(x.T)}
    db = {1: np.mean(back, axis=1).reshape(-1, 1), 2: np.mean(d, axis=1).reshape(-1, 1)}
    return -np.einsum("km,km->", y, np.log(p)) / len(x.T), dW, db


def sine_step_line_by_line(W, b, x, y, learning_rate):
    m = x.shape[1]
    a = np.tanh(W[1] @ x + b[1])
    o = W[2] @ a + b[2]
    loss = np.sum((o - y) ** 2) / m
    d2 = 2 * (o - y) / m
    d1 = W[2].T @ d2 * (1 - a**2)
    new_W = {1: W[1] - learning_rate * d1 @ x.T, 2: W[2] - learning_rate * d2 @ a.T}
    new_b = {1: b[1] - learning_rate * d1.sum(1, keepdims=True), 2: b[2] - learning_rate * d2.sum(1)[:, None]}
    return new_W, new_b, loss


def sine_step_by_the_book(W, b, x, y, learning_rate):
    z = {1: W[1] @ x + b[1]}
    a = {0: x, 1: activation("tanh")(z[1])}
    z[2] = a[2] = W[2] @ a[1] + b[2]
    delta = {2: 2 * (a[2] - y)}
    delta[1] = (W[2].T @ delta[2]) * derivative("tanh")(z[1])
    W = {l: W[l] - learning_rate * delta[l] @ a[l - 1].T / x.shape[1] for l in delta}
    b = {l: b[l] - learning_rate * delta[l].mean(axis=1, keepdims=True) for l in delta}
    return W, b, np.mean(np.sum((a[2] - y) ** 2, axis=0))


def sine_step_on_copies(W, b, x, y, learning_rate):
    W, b = ({l: p[l].copy() for l in p} for p in (W, b))
    a = np.tanh(W[1].dot(x) + b[1])
    gap = W[2].dot(a) + b[2] - y
    back = W[2].T.dot(gap) / np.cosh(W[1].dot(x) + b[1]) ** 2
    rate = 2 * learning_rate / gap.shape[1]
    W[2] -= rate * gap.dot(a.T)
    b[2] -= rate * gap.sum(axis=1, keepdims=True)
    W[1] -= rate * back.dot(x.T)
    b[1] -= rate * back.sum(axis=1, keepdims=True)
    return [W, b, np.square(gap).sum(axis=0).mean()]


def sine_step_by_samples(W, b, x, y, learning_rate):
    m = x.shape[1]
    steps = [sine_step_line_by_line(W, b, x[:, [i]], y[:, [i]], learning_rate) for i in range(m)]
    return *({l: sum(s[k][l] for s in steps) / m for l in (1, 2)} for k in (0, 1)), sum(
        s[2] for s in steps
    ) / m


def sine_step_in_rows(W, b, x, y, learning_rate):
    X, T, W1, W2 = x.T, y.T, W[1].T, W[2].T
    A = np.tanh(X @ W1 + b[1].T)
    E = A @ W2 + b[2].T - T
    D = E @ W2.T * (1 - A * A)
    c = 2 * learning_rate / len(X)
    W = {2: (W2 - c * A.T @ E).T, 1: (W1 - c * X.T @ D).T}
    return W, {2: b[2] - c * E.sum(0)[:, None], 1: b[1] - c * D.sum(0)[:, None]}, float((E**2).sum() / len(X))


def sigmoid_output_gradients_by_loops(W, b, x, y):
    a, m = [x], x.shape[1]
    for l in range(1, len(W) + 1):
        a.append(plain(W[l] @ a[-1] + b[l]))
    dW, db = {}, {}
    delta = (a[-1] - y) * a[-1] * (1 - a[-1])
    for l in range(len(W), 0, -1):
        dW[l], db[l] = delta @ a[l - 1].T / m, delta.sum(axis=1, keepdims=True) / m
        delta = W[l].T @ delta * a[l - 1] * (1 - a[l - 1])
    return dW, db


def sigmoid_output_gradients_by_recursion(W, b, x, y):
    m, L = x.shape[1], len(W)

    def back(l, a):
        """Return the gradients from layer l on, and the error by what comes into it."""
        if l > L:
            return {}, {}, a - y
        out = plain(W[l] @ a + b[l])
        dW, db, g = back(l + 1, out)
        delta = g * out * (1 - out)
        return dW | {l: delta @ a.T / m}, db | {l: delta.mean(1, keepdims=True)}, W[l].T @ delta

    return back(1, x)[:2]


def sigmoid_output_gradients_by_einsum(W, b, x, y):
    z, a = {}, {0: x}
    for l in sorted(W):
        z[l] = np.einsum("ij,jm->im", W[l], a[l - 1]) + b[l]
        a[l] = activation("sigmoid")(z[l])
    L, f_prime = max(W), derivative("sigmoid")
    delta = {L: (a[L] - y) * f_prime(z[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = np.einsum("ij,im,jm->jm", W[l + 1], delta[l + 1], f_prime(z[l]))
    dW = {l: np.einsum("im,jm->ij", delta[l], a[l - 1]) / x.shape[1] for l in delta}
    return dW, {l: np.einsum("im->i", delta[l])[:, np.newaxis] / x.shape[1] for l in delta}


def sigmoid_output_gradients_by_samples(W, b, x, y):
    m = x.shape[1]
    parts = [sigmoid_output_gradients_by_loops(W, b, x[:, i : i + 1], y[:, i : i + 1]) for i in range(m)]
    return [{l: np.mean([part[k][l] for part in parts], axis=0) for l in W} for k in (0, 1)]


def sigmoid_output_gradients_divided_early(W, b, x, y):
    a = {0: x}
    for l in range(1, len(W) + 1):
        a[l] = (1 + np.tanh((W[l].dot(a[l - 1]) + b[l]) / 2)) / 2
    L, dW, db = len(W), {}, {}
    g = (a[L] - y) / y.shape[1]
    for l in reversed(range(1, L + 1)):
        g = g * (a[l] - np.square(a[l]))
        dW[l], db[l] = np.asfortranarray(g.dot(a[l - 1].T)), np.add.reduce(g, axis=1, keepdims=True)
        g = W[l].T.dot(g)
    return dW, db


JUDGED = {name: claim.true for name, claim in CLAIMS.items()}
VALUES = {
    "claims": [
        JUDGED,
        {name: np.bool_(true) for name, true in JUDGED.items()},
        {name: np.array(true) for name, true in JUDGED.items()},
        dict(reversed(JUDGED.items())),
        JUDGED | {"c25": None, "note": "ask about c09"},
    ]
}
