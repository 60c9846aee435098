"""Wrong answers to ps08 as students write them, each with the number of its mistake."""

TRAINING = "ps08_training"
WRONG_TRAINING = (
    (
        TRAINING,
        "minibatches",
        "M62",
        """
        def minibatches(x, y, batch_size, rng):
            m = x.shape[1]
            x = x[:, rng.permutation(m)]
            y = y[:, rng.permutation(m)]
            for k in range(0, m, batch_size):
                yield x[:, k : k + batch_size], y[:, k : k + batch_size]
        """,
    ),
    (
        TRAINING,
        "minibatches",
        "M62",
        """
        def minibatches(x, y, batch_size, rng):
            rng.shuffle(x, axis=1)
            starts = range(0, x.shape[1], batch_size)
            return [(x[:, k : k + batch_size], y[:, k : k + batch_size]) for k in starts]
        """,
    ),
    (
        TRAINING,
        "minibatches",
        "M63",
        """
        def minibatches(x, y, batch_size, rng):
            order, batches = rng.permutation(x.shape[1]), []
            for k in range(x.shape[1] // batch_size):
                places = order[k * batch_size : (k + 1) * batch_size]
                batches.append((x[:, places], y[:, places]))
            return batches
        """,
    ),
    (
        TRAINING,
        "minibatches",
        None,
        """
        def minibatches(x, y, batch_size, rng):
            order = np.random.permutation(x.shape[1])
            starts = range(0, x.shape[1], batch_size)
            return [(x[:, order[k : k + batch_size]], y[:, order[k : k + batch_size]]) for k in starts]
        """,
    ),
    (
        TRAINING,
        "minibatches",
        None,
        """
        def minibatches(x, y, batch_size, rng):
            m = x.shape[1]
            for _ in range(int(np.ceil(m / batch_size))):
                places = rng.choice(m, batch_size)
                yield x[:, places], y[:, places]
        """,
    ),
    (
        TRAINING,
        "sgd_step",
        "M54",
        """
        def sgd_step(W, b, dW, db, learning_rate):
            return {l: W[l] + learning_rate * dW[l] for l in W}, {l: b[l] + learning_rate * db[l] for l in b}
        """,
    ),
    (
        TRAINING,
        "sgd_step",
        "M61",
        """
        def sgd_step(W, b, dW, db, learning_rate):
            for l in W:
                W[l] -= learning_rate * dW[l]
                b[l] -= learning_rate * db[l]
            return W, b
        """,
    ),
    (
        TRAINING,
        "sgd_step",
        "M70",
        """
        def sgd_step(W, b, dW, db, learning_rate):
            new_W, new_b = {}, {}
            for l in W:
                new_W[l], new_b[l] = np.zeros(W[l].shape, dtype=int), np.zeros(b[l].shape, dtype=int)
                new_W[l][:] = W[l] - learning_rate * dW[l]
                new_b[l][:] = b[l] - learning_rate * db[l]
            return new_W, new_b
        """,
    ),
    (
        TRAINING,
        "momentum_step",
        "M57",
        """
        def momentum_step(theta, g, v, learning_rate, mu=0.9):
            v = mu * v - learning_rate * g
            return theta + v, v
        """,
    ),
    (
        TRAINING,
        "momentum_step",
        "M57",
        """
        def momentum_step(theta, g, v, learning_rate, mu=0.9):
            v = mu * v + (1 - mu) * g
            return theta - learning_rate * v, v
        """,
    ),
    (
        TRAINING,
        "momentum_step",
        "M61",
        """
        def momentum_step(theta, g, v, learning_rate, mu=0.9):
            v *= mu
            v += g
            return theta - learning_rate * v, v
        """,
    ),
    (
        TRAINING,
        "rmsprop_step",
        None,
        """
        def rmsprop_step(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
            s = rho * s + (1 - rho) * np.square(g)
            return theta - learning_rate / np.sqrt(s + eps) * g, s
        """,
    ),
    (
        TRAINING,
        "adam_step",
        "M58",
        """
        def adam_step(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            return theta - learning_rate * m / (np.sqrt(v) + eps), m, v
        """,
    ),
    (
        TRAINING,
        "adam_step",
        "M58",
        """
        def adam_step(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            with np.errstate(all="ignore"):
                m_hat = m / (1 - np.power(beta1, t - 1.0))
                v_hat = v / (1 - np.power(beta2, t - 1.0))
                return theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v
        """,
    ),
    (
        TRAINING,
        "adam_step",
        "M58",
        """
        def adam_step(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
            m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
            v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
            return theta - learning_rate * m / (np.sqrt(v) + eps), m, v
        """,
    ),
    (
        TRAINING,
        "step_decay",
        None,
        """
        def step_decay(learning_rate, epoch, drop=0.5, every=10):
            return learning_rate * np.power(drop, epoch / every)
        """,
    ),
    (
        TRAINING,
        "cosine_decay",
        None,
        """
        def cosine_decay(learning_rate, epoch, epochs):
            return learning_rate * (1 + np.cos(np.pi * epoch / epochs))
        """,
    ),
    (
        TRAINING,
        "clip_by_norm",
        None,
        """
        def clip_by_norm(g, c):
            return g / np.linalg.norm(g) * c
        """,
    ),
    (
        TRAINING,
        "clip_by_norm",
        None,
        """
        def clip_by_norm(g, c):
            return np.minimum(np.maximum(g, -c), c)
        """,
    ),
    (
        TRAINING,
        "learning_rate_range_test",
        None,
        """
        def learning_rate_range_test(loss_after_step, learning_rates):
            start, best = loss_after_step(0.0), None
            for rate in sorted(learning_rates):
                if loss_after_step(rate) >= start:
                    return best
                best = rate
            return best
        """,
    ),
    (
        TRAINING,
        "learning_rate_range_test",
        "M61",
        """
        def learning_rate_range_test(loss_after_step, learning_rates):
            learning_rates.sort()
            good = [rate for rate in learning_rates if loss_after_step(rate) < loss_after_step(0.0)]
            return good[-1] if good else None
        """,
    ),
    (
        TRAINING,
        "train_xor",
        "M66",
        """
        def train_xor(rng):
            x, y = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
            W = {1: np.full((4, 2), 0.5), 2: np.full((1, 4), 0.5)}
            b = {1: np.zeros((4, 1)), 2: np.zeros((1, 1))}
            for _ in range(300):
                a1 = activation("sigmoid")(W[1] @ x + b[1])
                o = activation("sigmoid")(W[2] @ a1 + b[2])
                delta2 = (o - y) * o * (1 - o)
                delta1 = W[2].T @ delta2 * a1 * (1 - a1)
                W = {1: W[1] - delta1 @ x.T, 2: W[2] - delta2 @ a1.T}
                b = {1: b[1] - delta1.sum(axis=1, keepdims=True), 2: b[2] - delta2.sum(axis=1, keepdims=True)}
            return W, b
        """,
    ),
    (
        TRAINING,
        "train_xor",
        None,
        """
        def train_xor(rng):
            W = {1: 3 * rng.normal(size=(2, 8)), 2: rng.normal(size=(8, 1))}
            return W, {1: np.zeros((1, 8)), 2: np.zeros((1, 1))}
        """,
    ),
    (
        TRAINING,
        "fit_sine",
        "M66",
        """
        def fit_sine(rng):
            return {1: np.zeros((4, 1)), 2: np.zeros((1, 4))}, {1: np.zeros((4, 1)), 2: np.zeros((1, 1))}
        """,
    ),
)
