"""Right but for one cell, which loses a colon."""

# %% forward
def forward(W, b, x, f):
    z = dict()
    a = {0: x}
    for l in sorted(W):
        z[l] = W[l].dot(a[l - 1]) + b[l]
        a[l] = activation(f[l])(z[l])
    return z, a

# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    slope = f_prime(z)
    return slope * W_next.T.dot(delta_next)

# %% layer_gradients
def layer_gradients(delta, a_prev):
    n, m = delta.shape
    dW = delta.dot(a_prev.T) / m
    db = delta.sum(axis=1).reshape(n, 1) / m
    return dW, db

# %% backward
def backward(W, z, a, y, f, loss):
    last = max(W)
    o = a[last]
    d = o - y
    if loss == "half_squared_error":
        if f[last] == "softmax":
            d = o * d - o * (o * d).sum(axis=0)
        else:
            d = d * derivative(f[last])(z[last])
    dW, db, delta = {}, {}, {last: d}
    dW[last], db[last] = layer_gradients(d, a[last - 1])
    for l in reversed(range(1, last)):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
        dW[l], db[l] = layer_gradients(delta[l], a[l - 1])
    return dW, db, delta

# %% loss_and_gradients
def loss_and_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    o = a[max(a)]
    if loss == "half_squared_error":
        per_sample = 0.5 * ((y - o) ** 2).sum(axis=0)
    if loss == "binary_cross_entropy":
        per_sample = -(y * np.log(o) + (1 - y) * np.log(1 - o)).sum(axis=0)
    if loss == "cross_entropy":
        per_sample = -(y * np.log(o)).sum(axis=0)
    dW, db, _ = backward(W, z, a, y, f, loss)
    return np.mean(per_sample), dW, db

# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    result = []
    for xi, yi in zip(x.T, y.T):
        value, dW, db = loss_and_gradients(W, b, xi.reshape(-1, 1), yi.reshape(-1, 1), f, loss)
        result.append((dW, db))
    return result

# %% to_rows
def to_rows(W, b):
    rows_W = {}
    rows_b = {}
    for l in W:
        rows_W[l] = W[l].T
        rows_b[l] = b[l].T
    return rows_W, rows_b
