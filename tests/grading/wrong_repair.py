"""Wrong answers to ps07 as students write them, the programs as they were found among them."""

REPAIR = "ps07_repair"
WRONG_REPAIR = (
    (
        REPAIR,
        "one_layer_gradients",
        "M23",
        """
        def one_layer_gradients(X, T, W, b):
            A = 1 / (1 + np.exp(-(X @ W + b)))
            slope = A * (1 - A)
            back = (2 * (A - T) * slope) @ W.T * slope
            return np.sum((A - T) ** 2), X.T @ back, np.sum(back, axis=0, keepdims=True)
        """,
    ),
    (
        REPAIR,
        "one_layer_gradients",
        "M4",
        """
        def one_layer_gradients(X, T, W, b):
            prime = lambda a: a * (1 - a)
            z = X @ W + b
            A = activation("sigmoid")(z)
            back = (2 * (A - T) * prime(A)) @ W.T * prime(z)
            return ((A - T) ** 2).sum(), X.T @ back, back.sum(axis=0, keepdims=True)
        """,
    ),
    (
        REPAIR,
        "one_layer_gradients",
        "M3",
        """
        def one_layer_gradients(X, T, W, b):
            z = X @ W + b
            A = activation("sigmoid")(z)
            g = 2 * (A - T) * derivative("sigmoid")(A)
            return ((A - T) ** 2).sum(), X.T @ g, g.sum(axis=0, keepdims=True)
        """,
    ),
    (
        REPAIR,
        "one_layer_gradients",
        "M6",
        """
        def one_layer_gradients(X, T, W, b):
            A = activation("sigmoid")(X @ W + b)
            g = (A - T) * A * (1 - A)
            return ((A - T) ** 2).sum(), X.T @ g, g.sum(axis=0, keepdims=True)
        """,
    ),
    (
        REPAIR,
        "one_layer_gradients",
        "M43",
        """
        def one_layer_gradients(X, T, W, b):
            A = activation("sigmoid")(X @ W + b)
            g = 2 * (A - T) * A * (1 - A)
            return ((A - T) ** 2).sum(), X.T @ g, g.sum(axis=0)
        """,
    ),
    (
        REPAIR,
        "xor_step",
        "M54",
        """
        def xor_step(X, y, W1, b1, W2, b2, learning_rate):
            a = 1 / (1 + np.exp(-(X @ W1)))
            o = 1 / (1 + np.exp(-(a @ W2)))
            d = (o - y) * o * (1 - o)
            W2 = W2 + learning_rate * a.T @ d
            d = d @ W2.T * a * (1 - a)
            return W1 + learning_rate * X.T @ d, b1, W2, b2
        """,
    ),
    (
        REPAIR,
        "xor_step",
        "M28",
        """
        def xor_step(X, y, W1, b1, W2, b2, learning_rate):
            a = activation("sigmoid")(X @ W1 + b1)
            o = activation("sigmoid")(a @ W2 + b2)
            d = (o - y) * o * (1 - o)
            W2, b2 = W2 - learning_rate * a.T @ d, b2 - learning_rate * d.sum(axis=0)
            d = d @ W2.T * a * (1 - a)
            return W1 - learning_rate * X.T @ d, b1 - learning_rate * d.sum(axis=0), W2, b2
        """,
    ),
    (
        REPAIR,
        "xor_step",
        "M50",
        """
        def xor_step(X, y, W1, b1, W2, b2, learning_rate):
            a = activation("sigmoid")(X @ W1)
            o = activation("sigmoid")(a @ W2)
            d2 = (o - y) * o * (1 - o)
            d1 = d2 @ W2.T * a * (1 - a)
            return W1 - learning_rate * X.T @ d1, b1, W2 - learning_rate * a.T @ d2, b2
        """,
    ),
    (
        REPAIR,
        "xor_step",
        "M1",
        """
        def xor_step(X, y, W1, b1, W2, b2, learning_rate):
            a = activation("sigmoid")(X @ W1 + b1)
            d2 = activation("sigmoid")(a @ W2 + b2) - y
            d1 = d2 @ W2.T * a * (1 - a)
            steps = X.T @ d1, d1.sum(0), a.T @ d2, d2.sum(0)
            return [p - learning_rate * g for p, g in zip((W1, b1, W2, b2), steps)]
        """,
    ),
    (
        REPAIR,
        "softmax_gradients",
        "M8+M42",
        """
        def softmax_gradients(W, b, x, y):
            a = np.maximum(W[1] @ x + b[1], 0)
            p = activation("softmax")(W[2] @ a + b[2])
            d2 = -y / p * p * (1 - p)
            d1 = W[2].T @ d2 * (a > 0)
            m = x.shape[1]
            return -(y * np.log(p)).sum() / m, {1: d1 @ x.T / m, 2: d2 @ a.T / m}, {l: 0 * b[l] for l in b}
        """,
    ),
    (
        REPAIR,
        "softmax_gradients",
        "M11",
        """
        def softmax_gradients(W, b, x, y):
            a = np.maximum(W[1] @ x + b[1], 0)
            e = np.exp(W[2] @ a + b[2])
            p = e / e.sum(axis=1, keepdims=True)
            d2 = (p - y) / x.shape[1]
            d1 = W[2].T @ d2 * (a > 0)
            db = {1: d1.sum(1, keepdims=True), 2: d2.sum(1, keepdims=True)}
            return -(y * np.log(p)).sum() / x.shape[1], {1: d1 @ x.T, 2: d2 @ a.T}, db
        """,
    ),
    (
        REPAIR,
        "sine_step",
        "M54",
        """
        def sine_step(W, b, x, y, learning_rate):
            a = np.tanh(W[1] @ x + b[1])
            miss = W[2] @ a + b[2] - y
            d2 = 2 * miss / x.shape[1]
            d1 = W[2].T @ d2 * (1 - a**2)
            W = {1: W[1] + learning_rate * d1 @ x.T, 2: W[2] + learning_rate * d2 @ a.T}
            b = {l: b[l] + learning_rate * d.sum(axis=1, keepdims=True) for l, d in {1: d1, 2: d2}.items()}
            return W, b, np.sum(miss**2) / x.shape[1]
        """,
    ),
    (
        REPAIR,
        "sine_step",
        "M48",
        """
        def sine_step(W, b, x, y, learning_rate):
            a = np.tanh(W[1] @ x + b[1])
            d2 = W[2] @ a + b[2] - y
            d1 = W[2].T @ d2 * (1 - a**2)
            W = {1: W[1] - learning_rate * d1 @ x.T, 2: W[2] - learning_rate * d2 @ a.T}
            b = {l: b[l] - learning_rate * d.sum(axis=1, keepdims=True) for l, d in {1: d1, 2: d2}.items()}
            return W, b, np.sum(d2**2) / x.shape[1]
        """,
    ),
    (
        REPAIR,
        "sigmoid_output_gradients",
        "M1",
        """
        def sigmoid_output_gradients(W, b, x, y):
            a = {0: x}
            for l in range(1, len(W) + 1):
                a[l] = activation("sigmoid")(W[l] @ a[l - 1] + b[l])
            delta, dW, db = a[len(W)] - y, {}, {}
            for l in range(len(W), 0, -1):
                dW[l], db[l] = delta @ a[l - 1].T / x.shape[1], delta.mean(axis=1, keepdims=True)
                delta = W[l].T @ delta * a[l - 1] * (1 - a[l - 1])
            return dW, db
        """,
    ),
    (
        REPAIR,
        "sigmoid_output_gradients",
        "M1+M34",
        """
        def sigmoid_output_gradients(W, b, x, y):
            L, m, a = len(W), x.shape[1], {0: x}
            for l in range(1, L + 1):
                a[l] = activation("sigmoid")(W[l] @ a[l - 1] + b[l])
            delta = {L: a[L] - y}
            for l in range(L - 1, 0, -1):
                delta[l] = W[l + 1].T @ delta[l + 1] * a[l] * (1 - a[l])
            dW = {l: delta[l + 1] @ a[l].T / m for l in range(1, L)}
            db = {l: delta[l + 1].mean(axis=1, keepdims=True) for l in range(1, L)}
            dW[L], db[L] = delta[L] @ a[L - 1].T / m, delta[L].mean(axis=1, keepdims=True)
            return dW, db
        """,
    ),
)
