"""Right answers to the training runs of ps08: by descent of every kind, by least squares, by hand."""

import numpy as np

from bpkit.exercise import activation


def train_xor_by_hand(rng):
    return {1: np.array([[20, 20], [20, 20]]), 2: np.array([[20, -20]])}, {
        1: np.array([[-10], [-30]]),
        2: np.array([[-10]]),
    }


def train_xor_by_descent(rng):
    x, y = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    W, b = (
        {1: rng.normal(size=(8, 2)), 2: rng.normal(size=(1, 8))},
        {1: np.zeros((8, 1)), 2: np.zeros((1, 1))},
    )
    for _ in range(400):
        a = 1 / (1 + np.exp(-(W[1] @ x + b[1])))
        o = 1 / (1 + np.exp(-(W[2] @ a + b[2])))
        delta2 = (o - y) * o * (1 - o)
        delta1 = W[2].T @ delta2 * a * (1 - a)
        W = {1: W[1] - 3 * delta1 @ x.T, 2: W[2] - 3 * delta2 @ a.T}
        b = {l: b[l] - 3 * d.sum(axis=1, keepdims=True) for l, d in ((1, delta1), (2, delta2))}
    return W, b


def train_xor_by_samples(rng):
    samples = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
    W1, b1, W2, b2 = rng.normal(size=(10, 2)), np.zeros(10), rng.normal(size=10), 0.0
    for _ in range(200):
        for k in rng.permutation(4):
            x, y = np.array(samples[k][0], float), samples[k][1]
            a = activation("sigmoid")(W1 @ x + b1)
            o = float(activation("sigmoid")(W2 @ a + b2))
            delta = (o - y) * o * (1 - o)
            hidden = W2 * delta * a * (1 - a)
            W2, b2 = W2 - 3 * delta * a, b2 - 3 * delta
            W1, b1 = W1 - 3 * np.outer(hidden, x), b1 - 3 * hidden
    return ({1: W1, 2: W2[np.newaxis]}, {1: b1[:, np.newaxis], 2: np.array([[b2]])})


def train_xor_by_least_squares(rng):
    x, z = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]), np.array([[-4.0, 4.0, 4.0, -4.0]])
    W1, b1 = rng.normal(0, 3, (20, 2)), rng.normal(0, 3, (20, 1))
    a = 1 / (1 + np.exp(-(W1 @ x + b1)))
    return [{1: W1, 2: (np.linalg.pinv(a.T) @ z.T).T}, {1: b1, 2: np.zeros((1, 1))}]


def train_xor_by_adam(rng):
    x, y = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    h = 6
    theta, m, v = rng.normal(0, 1, 4 * h + 1).astype("f4"), 0, 0
    for t in range(1, 301):
        W1, b1, W2 = theta[: 2 * h].reshape(h, 2), theta[2 * h : 3 * h, None], theta[None, 3 * h : 4 * h]
        a = 1 / (1 + np.exp(-(W1 @ x + b1)))
        o = 1 / (1 + np.exp(-(W2 @ a + theta[-1])))
        delta2 = (o - y) * o * (1 - o)
        delta1 = W2.T @ delta2 * a * (1 - a)
        g = np.concatenate([(delta1 @ x.T).ravel(), delta1.sum(1), (delta2 @ a.T).ravel(), delta2.sum(1)])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return {1: W1, 2: W2}, {1: b1, 2: theta[-1:, None]}


def fit_sine_by_hand(rng):
    bends = np.array([[0.0], [np.pi], [-np.pi], [0.0]])
    return {1: np.ones((4, 1)), 2: np.array([[1.0, -1.0, -1.0, 0.0]])}, {1: bends, 2: np.zeros((1, 1))}


def fit_sine_by_adam(rng):
    x = np.linspace(-5, 5, 20).reshape(1, -1)
    y, theta, m, v = np.sin(x), rng.normal(size=13), np.zeros(13), np.zeros(13)
    for t in range(1, 601):
        a = np.tanh(theta[:4, None] * x + theta[4:8, None])
        delta2 = (theta[8:12] @ a + theta[12] - y) * 2 / 20
        delta1 = theta[8:12, None] * delta2 * (1 - a**2)
        g = np.concatenate([delta1 @ x[0], delta1.sum(axis=1), a @ delta2[0], delta2.sum(axis=1)])
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
        theta = theta - 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return {1: theta[:4, None], 2: theta[None, 8:12]}, {1: theta[4:8, None], 2: theta[12:, None]}


def fit_sine_by_least_squares(rng):
    x = np.linspace(-5, 5, 20)
    best = np.inf
    while best > 0.04:
        w, b = rng.normal(0, 1, 4), rng.uniform(-4, 4, 4)
        a = np.column_stack([np.tanh(np.outer(x, w) + b), np.ones(20)])
        c, *_ = np.linalg.lstsq(a, np.sin(x))
        best = np.mean((a @ c - np.sin(x)) ** 2)
    return ({1: w[:, None], 2: c[None, :4]}, {1: b[:, None], 2: c[4:, None]})


def fit_sine_by_curvature(rng):
    x = np.linspace(-5, 5, 20)

    def errors(p):
        a = np.tanh(np.outer(x, p[:4]) + p[4:8])
        slopes = p[8:12] * (1 - a**2)
        return a @ p[8:12] + p[12] - np.sin(x), np.hstack([slopes * x[:, None], slopes, a, np.ones((20, 1))])

    best = None
    while best is None or np.mean(errors(best)[0] ** 2) > 0.04:
        best, damp = rng.normal(size=13), 1.0
        for _ in range(60):
            r, J = errors(best)
            step = best - np.linalg.solve(J.T @ J + damp * np.eye(13), J.T @ r)
            better = np.sum(errors(step)[0] ** 2) < np.sum(r**2)
            best, damp = (step, damp / 3) if better else (best, damp * 3)
    return [{1: best[:4, None], 2: best[None, 8:12]}, {1: best[4:8, None], 2: best[12:, None]}]


def fit_sine_by_rolling(rng):
    x = np.linspace(-5, 5, 20)[None, :]
    W, b = (
        {1: rng.normal(size=(4, 1)), 2: rng.normal(size=(1, 4))},
        {1: np.zeros((4, 1)), 2: np.zeros((1, 1))},
    )
    v = [0, 0, 0, 0]
    for _ in range(800):
        a = np.tanh(W[1] @ x + b[1])
        delta2 = (W[2] @ a + b[2] - np.sin(x)) / 20
        delta1 = W[2].T @ delta2 * (1 - a * a)
        g = [delta1 @ x.T, delta1.sum(1, keepdims=True), delta2 @ a.T, delta2.sum(1, keepdims=True)]
        v = [0.9 * old + new for old, new in zip(v, g, strict=True)]
        W = {1: W[1] - 0.02 * v[0], 2: W[2] - 0.02 * v[2]}
        b = {1: b[1] - 0.02 * v[1], 2: b[2] - 0.02 * v[3]}
    return W, b
