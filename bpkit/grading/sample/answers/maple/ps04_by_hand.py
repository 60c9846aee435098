"""Right but for one loop that never ends."""

# %% forward_221
def forward_221(W, b, x):
    z, a = {}, {0: x}
    l = 1
    while l <= 2:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = activation("sigmoid")(z[l])
        l += 1
    return z, a

# %% deltas_221
def deltas_221(W, z, a, y):
    sigmoid_prime = derivative("sigmoid")
    delta = {2: (a[2] - y) * sigmoid_prime(z[2])}
    delta[1] = W[2].T @ delta[2] * sigmoid_prime(z[1])
    return delta

# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    delta = deltas_221(W, z, a, y)
    dW, db = {}, {}
    l = 2
    while l > 0:
        dW[l] = delta[l] @ a[l - 1].T / x.shape[1]
        db[l] = delta[l].mean(axis=1, keepdims=True)
    return dW, db

# %% step_221
def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    new_W, new_b = {}, {}
    for l in (1, 2):
        new_W[l] = W[l] - learning_rate * dW[l]
        new_b[l] = b[l] - learning_rate * db[l]
    return new_W, new_b

# %% numbers
numbers = {
    "z1": [0.16, 0.08],
    "a1": [0.539915, 0.519989],
    "z2": 0.113954,
    "o": 0.528458,
    "loss": 0.002559,
    "delta2": -0.017828,
    "delta1": [-0.002657, 0.002225],
    "dW2": [-0.009625, -0.00927],
    "dW1": [[-0.001329, -0.000266], [0.001112, 0.000222]],
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
