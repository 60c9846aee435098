"""All right, in the book's style."""


# %% minibatches
def minibatches(x, y, batch_size, rng):
    """Cut the samples into batches, in random order."""
    order = rng.permutation(x.shape[1])
    for k in range(0, x.shape[1], batch_size):
        places = order[k : k + batch_size]
        yield x[:, places], y[:, places]


# %% sgd_step
def sgd_step(W, b, dW, db, learning_rate):
    """Take one step of gradient descent in every layer."""
    new_W = {l: W[l] - learning_rate * dW[l] for l in W}
    new_b = {l: b[l] - learning_rate * db[l] for l in b}
    return new_W, new_b


# %% momentum_step
def momentum_step(theta, g, v, learning_rate, mu=0.9):
    """Take one step with momentum."""
    v = mu * v + g
    return theta - learning_rate * v, v


# %% rmsprop_step
def rmsprop_step(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    """Take one step of RMSprop."""
    s = rho * s + (1 - rho) * g**2
    return theta - learning_rate * g / (np.sqrt(s) + eps), s


# %% adam_step
def adam_step(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Take one step of Adam."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% step_decay
def step_decay(learning_rate, epoch, drop=0.5, every=10):
    """Return the learning rate in an epoch, where it drops after every few epochs."""
    return learning_rate * drop ** (epoch // every)


# %% cosine_decay
def cosine_decay(learning_rate, epoch, epochs):
    """Return the learning rate in an epoch, where it fades to 0 along half a wave."""
    return learning_rate * (1 + np.cos(np.pi * epoch / epochs)) / 2


# %% clip_by_norm
def clip_by_norm(g, c):
    """Shorten a gradient that is longer than c, and keep its direction."""
    norm = np.linalg.norm(g)
    if norm > c:
        return g * (c / norm)
    return g


# %% learning_rate_range_test
def learning_rate_range_test(loss_after_step, learning_rates):
    """Return the largest rate whose step lowers the loss."""
    start = loss_after_step(0.0)
    best = None
    for rate in sorted(learning_rates):
        if loss_after_step(rate) < start:
            best = rate
    return best


# %% train_xor
def train_xor(rng):
    """Train a network 2-h-1, sigmoid in both layers, on XOR."""
    x = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    y = np.array([[0.0, 1.0, 1.0, 0.0]])
    sigmoid = activation("sigmoid")
    W = {1: rng.normal(size=(10, 2)), 2: rng.normal(size=(1, 10))}
    b = {1: np.zeros((10, 1)), 2: np.zeros((1, 1))}
    for _ in range(300):
        a = sigmoid(W[1] @ x + b[1])
        o = sigmoid(W[2] @ a + b[2])
        delta = {2: (o - y) * o * (1 - o)}
        delta[1] = (W[2].T @ delta[2]) * a * (1 - a)
        dW = {1: delta[1] @ x.T / 4, 2: delta[2] @ a.T / 4}
        db = {l: delta[l].mean(axis=1, keepdims=True) for l in delta}
        W, b = sgd_step(W, b, dW, db, 10.0)
    return W, b


# %% fit_sine
def fit_sine(rng):
    """Train a network 1-4-1, tanh in the hidden layer and identity at the output, on a sine."""
    x = np.linspace(-5, 5, 20).reshape(1, 20)
    y = np.sin(x)
    theta = rng.normal(size=13)
    m, v = np.zeros(13), np.zeros(13)
    for t in range(1, 401):
        w1, b1, w2, b2 = theta[:4, None], theta[4:8, None], theta[None, 8:12], theta[12:, None]
        a = np.tanh(w1 @ x + b1)
        delta2 = 2 * (w2 @ a + b2 - y) / 20
        delta1 = w2.T @ delta2 * (1 - a**2)
        parts = [delta1 @ x.T, delta1.sum(axis=1), delta2 @ a.T, delta2.sum(axis=1)]
        g = np.concatenate([part.ravel() for part in parts])
        theta, m, v = adam_step(theta, g, m, v, t, 0.1, beta2=0.99)
    return {1: theta[:4, None], 2: theta[None, 8:12]}, {1: theta[4:8, None], 2: theta[12:, None]}
