"""All right, in a third style: samples in rows inside, matmul, and one function for everything."""


# %% forward_221
def forward_221(W, b, x):
    values, sums, layer = [x.T], [], 1
    while layer <= 2:
        sums.append(np.matmul(values[-1], np.transpose(W[layer])) + np.transpose(b[layer]))
        values.append(np.tanh(sums[-1] / 2) / 2 + 0.5)  # the sigmoid, written with tanh
        layer += 1
    return {1: sums[0].T, 2: sums[1].T}, {0: x, 1: values[1].T, 2: values[2].T}


# %% deltas_221
def deltas_221(W, z, a, y):
    hidden, out = a[1].T, a[2].T
    out_error = (out - y.T) * out * (1 - out)
    hidden_error = np.matmul(out_error, W[2]) * hidden * (1 - hidden)
    return dict([(1, hidden_error.T), (2, out_error.T)])


# %% gradients_221
def gradients_221(W, b, x, y):
    z, a = forward_221(W, b, x)
    delta = deltas_221(W, z, a, y)
    ones = np.full((x.shape[1], 1), 1 / x.shape[1])
    dW, db, layer = {}, {}, 2
    while layer:
        dW[layer] = np.matmul(delta[layer] * ones.T, np.transpose(a[layer - 1]))
        db[layer] = np.matmul(delta[layer], ones)
        layer -= 1
    return dW, db


# %% step_221
def step_221(W, b, x, y, learning_rate):
    import copy

    W, b = copy.deepcopy(W), copy.deepcopy(b)
    dW, db = gradients_221(W, b, x, y)
    for l in W:
        W[l] -= learning_rate * dW[l]
        b[l] -= learning_rate * db[l]
    return W, b


# %% numbers
numbers = {
    "z1": [0.2 * 0.5 - 0.4 * 0.1 + 0.1, 0.5 * 0.5 + 0.3 * 0.1 - 0.2],
    "a1": [0.53991492, 0.51998934],
    "z2": 0.6 * 0.53991492 - 0.5 * 0.51998934 + 0.05,
    "o": 0.52845776,
    "loss": 0.5 * (0.52845776 - 0.6) ** 2,
    "delta2": (0.52845776 - 0.6) * 0.52845776 * (1 - 0.52845776),
}
numbers["delta1"] = [
    0.6 * numbers["delta2"] * 0.53991492 * (1 - 0.53991492),
    -0.5 * numbers["delta2"] * 0.51998934 * (1 - 0.51998934),
]
numbers["dW2"] = [numbers["delta2"] * 0.53991492, numbers["delta2"] * 0.51998934]
numbers["dW1"] = [[delta * 0.5, delta * 0.1] for delta in numbers["delta1"]]
