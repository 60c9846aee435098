"""All right, in a third style: samples in rows inside, matmul, and while loops."""


# %% forward
def forward(W, b, x, f):
    z, a, layer = {}, {0: x}, 0
    while layer < len(W):
        layer += 1
        z[layer] = np.transpose(np.matmul(a[layer - 1].T, W[layer].T) + b[layer].T)
        a[layer] = activation(f[layer])(z[layer])
    return z, a


# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    rows = np.matmul(np.transpose(delta_next), W_next)
    return np.transpose(rows * np.transpose(f_prime(z)))


# %% layer_gradients
def layer_gradients(delta, a_prev):
    dW = np.matmul(a_prev, delta.T).T / len(delta.T)
    db = np.mean(delta.T, axis=0).reshape(len(delta), 1)
    return dW, db


# %% backward
def backward(W, z, a, y, f, loss):
    layer = len(W)
    out, slack = a[layer].T, (a[layer] - y).T
    if (f[layer], loss) == ("softmax", "half_squared_error"):
        slack = out * slack - out * np.sum(out * slack, axis=1, keepdims=True)
    elif loss == "half_squared_error":
        slack = slack * derivative(f[layer])(z[layer]).T
    delta = {layer: slack.T}
    while layer > 1:
        layer -= 1
        delta[layer] = hidden_delta(W[layer + 1], delta[layer + 1], z[layer], derivative(f[layer]))
    gradients = [layer_gradients(delta[l], a[l - 1]) for l in sorted(delta)]
    dW = {l: pair[0] for l, pair in enumerate(gradients, 1)}
    db = {l: pair[1] for l, pair in enumerate(gradients, 1)}
    return dW, db, delta


# %% loss_and_gradients
def loss_and_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    o = a[len(W)]
    each = {
        "half_squared_error": lambda: np.square(o - y) / 2,
        "binary_cross_entropy": lambda: -y * np.log(o) - (1 - y) * np.log1p(-o),
        "cross_entropy": lambda: -y * np.log(o),
    }[loss]()
    dW, db, delta = backward(W, z, a, y, f, loss)
    return each.sum() / each.shape[1], dW, db


# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    delta = backward(W, z, a, y, f, loss)[2]
    pairs, i = [], 0
    while i < x.shape[1]:
        dW = {l: np.outer(delta[l][:, i], a[l - 1][:, i]) for l in delta}
        pairs.append((dW, {l: delta[l][:, i : i + 1] for l in delta}))
        i += 1
    return pairs


# %% to_rows
def to_rows(W, b):
    return {l: np.transpose(W[l]) for l in W}, {l: np.reshape(b[l], (1, -1)) for l in b}
