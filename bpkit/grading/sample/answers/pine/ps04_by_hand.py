"""All right, but every check cell is deleted."""

# %% forward_221
def forward_221(W, b, x):
    def layer(l, a):
        z = W[l] @ a + b[l]
        return z, 1 / (1 + np.exp(-z))

    z1, a1 = layer(1, x)
    z2, a2 = layer(2, a1)
    return {1: z1, 2: z2}, {0: x, 1: a1, 2: a2}

# %% deltas_221
def deltas_221(W, z, a, y):
    s = {l: a[l] * (1 - a[l]) for l in (1, 2)}
    delta2 = s[2] * (a[2] - y)
    return {2: delta2, 1: s[1] * (W[2].T @ delta2)}

# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    delta = deltas_221(W, z, a, y)
    average = np.ones((x.shape[1], 1)) / x.shape[1]
    dW = {l: (delta[l] * average.T) @ a[l - 1].T for l in delta}
    db = {l: delta[l] @ average for l in delta}
    return dW, db

# %% step_221
def step_221(W, b, x, y, learning_rate):
    def moved(parameters, gradients):
        return {l: parameters[l] - learning_rate * gradients[l] for l in parameters}

    dW, db = gradients_221(W, b, x, y)
    return moved(W, dW), moved(b, db)

# %% numbers
numbers = {
    "z1": [0.16, 0.08],
    "a1": [0.5399149, 0.5199893],
    "z2": 0.1139542,
    "o": 0.5284578,
    "loss": 0.0025591,
    "delta2": -0.0178280,
    "delta1": [-0.0026573, 0.0022247],
    "dW2": [-0.0096256, -0.0092704],
    "dW1": [[-0.0013287, -0.0002657], [0.0011123, 0.0002225]],
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
