"""Right but for one cell, which loses a colon."""

# %% forward_221
def forward_221(W, b, x):
    a = [x]
    z = []
    for l in [1, 2]:
        z.append(W[l].dot(a[-1]) + b[l])
        a.append(activation("sigmoid")(z[-1]))
    return dict(zip([1, 2], z)), dict(enumerate(a))

# %% deltas_221
def deltas_221(W, z, a, y):
    s2 = derivative("sigmoid")(z[2])
    s1 = derivative("sigmoid")(z[1])
    d2 = (a[2] - y) * s2
    d1 = W[2].T * d2 * s1
    return {1: d1, 2: d2}

# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    d = deltas_221(W, z, a, y)
    m = y.shape[1]
    dW = {1: d[1].dot(x.T) / m, 2: d[2].dot(a[1].T) / m}
    db = {1: d[1].mean(axis=1).reshape(2, 1), 2: d[2].mean(axis=1).reshape(1, 1)}
    return dW, db

# %% step_221
def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    W1 = W[1] - learning_rate * dW[1]
    W2 = W[2] - learning_rate * dW[2]
    b1 = b[1] - learning_rate * db[1]
    b2 = b[2] - learning_rate * db[2]
    return {1: W1, 2: W2}, {1: b1, 2: b2}

# %% numbers
numbers = {
    "z1": [0.160000, 0.080000],
    "a1": [0.539915, 0.519989],
    "z2": [0.113954],
    "o": [0.528458],
    "loss": [0.002559],
    "delta2": [-0.017828],
    "delta1": [-0.002657, 0.002225],
    "dW2": [-0.009626, -0.009270],
    "dW1": [-0.001329, -0.000266, 0.001112, 0.000222],
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
