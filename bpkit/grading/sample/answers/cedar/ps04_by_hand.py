"""Mistakes that many make: the short form o - y where it is not exact, a step uphill, and the pencil alike."""

# %% forward_221
def forward_221(W, b, x):
    z1 = W[1] @ x + b[1]
    a1 = activation("sigmoid")(z1)
    z2 = W[2] @ a1 + b[2]
    return {1: z1, 2: z2}, {0: x, 1: a1, 2: activation("sigmoid")(z2)}

# %% deltas_221
def deltas_221(W, z, a, y):
    delta2 = a[2] - y
    delta1 = (W[2].T @ delta2) * derivative("sigmoid")(z[1])
    return {1: delta1, 2: delta2}

# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    delta = deltas_221(W, z, a, y)
    dW = {l: delta[l] @ a[l - 1].T / x.shape[1] for l in delta}
    db = {l: delta[l].mean(axis=1, keepdims=True) for l in delta}
    return dW, db

# %% step_221
def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    W = {l: W[l] + learning_rate * dW[l] for l in W}
    b = {l: b[l] + learning_rate * db[l] for l in b}
    return W, b

# %% numbers
numbers = {
    "z1": [0.16, 0.08],
    "a1": [0.539915, 0.519989],
    "z2": 0.113954,
    "o": 0.528458,
    "loss": 0.002559,
    "delta2": -0.071542,
    "delta1": [-0.010663, 0.008927],
    "dW2": [-0.038627, -0.037201],
    "dW1": [[-0.005332, -0.001066], [0.004464, 0.000893]],
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
