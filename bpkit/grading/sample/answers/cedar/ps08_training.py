"""Mistakes that many make: two orders for one set of samples, no bias correction, all weights alike."""

# %% minibatches
def minibatches(x, y, batch_size, rng):
    m = x.shape[1]
    x = x[:, rng.permutation(m)]
    y = y[:, rng.permutation(m)]
    for k in range(0, m, batch_size):
        yield x[:, k:k + batch_size], y[:, k:k + batch_size]

# %% sgd_step
def sgd_step(W, b, dW, db, learning_rate):
    for l in W:
        W[l] -= learning_rate * dW[l]
        b[l] -= learning_rate * db[l]
    return W, b

# %% momentum_step
def momentum_step(theta, g, v, learning_rate, mu=0.9):
    v = mu * v - learning_rate * g
    return theta + v, v

# %% rmsprop_step
def rmsprop_step(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return theta - learning_rate * g / np.sqrt(s + eps), s

# %% adam_step
def adam_step(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - learning_rate * m / (np.sqrt(v) + eps), m, v

# %% step_decay
def step_decay(learning_rate, epoch, drop=0.5, every=10):
    return learning_rate * drop ** (epoch // every)

# %% cosine_decay
def cosine_decay(learning_rate, epoch, epochs):
    return learning_rate * (1 + np.cos(np.pi * epoch / epochs))

# %% clip_by_norm
def clip_by_norm(g, c):
    return np.clip(g, -c, c)

# %% learning_rate_range_test
def learning_rate_range_test(loss_after_step, learning_rates):
    start = loss_after_step(0.0)
    best = None
    for rate in sorted(learning_rates):
        if not loss_after_step(rate) < start:
            break
        best = rate
    return best

# %% train_xor
def train_xor(rng):
    x = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    y = np.array([[0.0, 1.0, 1.0, 0.0]])
    sigmoid = activation("sigmoid")
    W1, b1 = np.full((4, 2), 0.5), np.zeros((4, 1))
    W2, b2 = np.full((1, 4), 0.5), np.zeros((1, 1))
    for epoch in range(200):
        a = sigmoid(W1 @ x + b1)
        o = sigmoid(W2 @ a + b2)
        d2 = (o - y) * o * (1 - o)
        d1 = W2.T @ d2 * a * (1 - a)
        W1, b1 = W1 - d1 @ x.T, b1 - d1.sum(axis=1, keepdims=True)
        W2, b2 = W2 - d2 @ a.T, b2 - d2.sum(axis=1, keepdims=True)
    return {1: W1, 2: W2}, {1: b1, 2: b2}

# %% fit_sine
def fit_sine(rng):
    x = np.linspace(-5, 5, 20).reshape(1, 20)
    y = np.sin(x)
    W1, b1 = rng.random((4, 1)), np.zeros((4, 1))
    W2, b2 = rng.random((1, 4)), np.zeros((1, 1))
    for epoch in range(100):
        a = np.tanh(W1 @ x + b1)
        d2 = 2 * (W2 @ a + b2 - y) / 20
        d1 = W2.T @ d2 * (1 - a**2)
        W1, b1 = W1 - 0.01 * d1 @ x.T, b1 - 0.01 * d1.sum(axis=1, keepdims=True)
        W2, b2 = W2 - 0.01 * d2 @ a.T, b2 - 0.01 * d2.sum(axis=1, keepdims=True)
    return {1: W1, 2: W2}, {1: b1, 2: b2}
