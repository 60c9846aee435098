"""Wrong in ways without a name: lists, a factor 0.9, a constant, changed arguments, too few decimals."""

# %% forward_221
def forward_221(W, b, x):
    sigmoid = activation("sigmoid")
    z1 = W[1] @ x + b[1]
    z2 = W[2] @ sigmoid(z1) + b[2]
    z = {1: z1.tolist(), 2: z2.tolist()}
    return z, {0: x.tolist(), 1: sigmoid(z1).tolist(), 2: sigmoid(z2).tolist()}

# %% deltas_221
def deltas_221(W, z, a, y):
    sigmoid_prime = derivative("sigmoid")
    delta2 = 0.9 * (a[2] - y) * sigmoid_prime(z[2])
    return {1: (W[2].T @ delta2) * sigmoid_prime(z[1]), 2: delta2}

# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    delta = deltas_221(W, z, a, y)
    dW = {l: delta[l] @ a[l - 1].T / x.shape[1] + 0.01 for l in delta}
    db = {l: delta[l].mean(axis=1, keepdims=True) for l in delta}
    return dW, db

# %% step_221
def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    for l in W:
        W[l] -= learning_rate * dW[l]
        b[l] -= learning_rate * db[l]
    return W, b

# %% numbers
numbers = {
    "z1": [0.16, 0.08],
    "a1": [0.5399, 0.52],
    "z2": 0.114,
    "o": 0.5285,
    "loss": 0.0026,
    "delta2": -0.0178,
    "delta1": [-0.0027, 0.0022],
    "dW2": [-0.0096, -0.0093],
    "dW1": [-0.0013, -0.0003, 0.0011],
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
