"""Mistakes that many make: each program is repaired half, and the other half of its fault is still there."""

# %% one_layer_gradients
def one_layer_gradients(X, T, W, b):
    A = activation("sigmoid")(X @ W + b)
    delta = (A - T) * A * (1 - A)
    return np.sum((A - T) ** 2), X.T @ delta, delta.sum(axis=0, keepdims=True)

# %% xor_step
def xor_step(X, y, W1, b1, W2, b2, learning_rate):
    a1 = activation("sigmoid")(X @ W1 + b1)
    o = activation("sigmoid")(a1 @ W2 + b2)
    delta = (o - y) * o * (1 - o)
    W2 = W2 - learning_rate * a1.T @ delta
    b2 = b2 - learning_rate * delta.sum(axis=0, keepdims=True)
    delta = (delta @ W2.T) * a1 * (1 - a1)
    W1 = W1 - learning_rate * X.T @ delta
    b1 = b1 - learning_rate * delta.sum(axis=0, keepdims=True)
    return W1, b1, W2, b2

# %% softmax_gradients
def softmax_gradients(W, b, x, y):
    m = x.shape[1]
    a1 = np.maximum(W[1] @ x + b[1], 0)
    p = activation("softmax")(W[2] @ a1 + b[2])
    delta2 = -y / p * p * (1 - p)
    delta1 = (W[2].T @ delta2) * (a1 > 0)
    dW = {1: delta1 @ x.T / m, 2: delta2 @ a1.T / m}
    db = {1: delta1.mean(axis=1, keepdims=True), 2: delta2.mean(axis=1, keepdims=True)}
    return -np.sum(y * np.log(p)) / m, dW, db

# %% sine_step
def sine_step(W, b, x, y, learning_rate):
    a = np.tanh(W[1] @ x + b[1])
    gap = W[2] @ a + b[2] - y
    delta1 = (W[2].T @ gap) * (1 - a**2)
    W = {1: W[1] - learning_rate * delta1 @ x.T, 2: W[2] - learning_rate * gap @ a.T}
    b = {
        1: b[1] - learning_rate * delta1.sum(axis=1, keepdims=True),
        2: b[2] - learning_rate * gap.sum(axis=1, keepdims=True),
    }
    return W, b, np.sum(gap**2) / x.shape[1]

# %% sigmoid_output_gradients
def sigmoid_output_gradients(W, b, x, y):
    L, m, a = len(W), x.shape[1], {0: x}
    for l in range(1, L + 1):
        a[l] = activation("sigmoid")(W[l] @ a[l - 1] + b[l])
    delta = {L: a[L] - y}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * a[l] * (1 - a[l])
    return (
        {l: delta[l] @ a[l - 1].T / m for l in delta},
        {l: delta[l].mean(axis=1, keepdims=True) for l in delta},
    )

# %% claims
claims = {
    "c01": False, "c02": False, "c03": True, "c04": True, "c05": True, "c06": True,
    "c07": True, "c08": True, "c09": True, "c10": False, "c11": True, "c12": True,
    "c13": True, "c14": True, "c15": False, "c16": True, "c17": True, "c18": False,
    "c19": False, "c20": True, "c21": False, "c22": False, "c23": True, "c24": True,
}
if all(value is None for value in claims.values()):
    raise NotImplementedError("This answer is still missing.")
