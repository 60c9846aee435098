"""Right in the end: one answer takes the wrong layer's a, and is corrected in a copy of its cell."""

# %% forward_221
def forward_221(W, b, x):
    sigmoid = activation("sigmoid")
    z1 = np.dot(W[1], x) + b[1]
    a1 = sigmoid(z1)
    z2 = np.dot(W[2], a1) + b[2]
    return {1: z1, 2: z2}, {0: x, 1: a1, 2: sigmoid(z2)}

# %% deltas_221
def deltas_221(W, z, a, y):
    delta2 = (a[2] - y) * a[2] * (1 - a[2])
    delta1 = np.dot(W[2].T, delta2) * a[1] * (1 - a[1])
    return {1: delta1, 2: delta2}

# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    delta = deltas_221(W, z, a, y)
    dW = {l: np.dot(delta[l], a[l].T) / x.shape[1] for l in delta}
    db = {l: np.mean(delta[l], axis=1, keepdims=True) for l in delta}
    return dW, db

# %% step_221
def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    return tuple({l: p[l] - learning_rate * g[l] for l in p} for p, g in ((W, dW), (b, db)))

# %% numbers
numbers = {
    "z1": [0.16, 0.08],
    "a1": [0.539914, 0.519989],
    "z2": 0.113954,
    "o": 0.528457,
    "loss": 0.002559,
    "delta2": -0.017827,
    "delta1": [-0.002657, 0.002224],
    "dW2": [-0.009625, -0.009270],
    "dW1": [[-0.001328, -0.000265], [0.001112, 0.000222]],
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
