"""Mistakes that many make: f' forgotten, sums for means, o - y for every loss, the half of the loss."""

# %% forward
def forward(W, b, x, f):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = activation(f[l])(z[l])
    return z, a

# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    return W_next.T @ delta_next

# %% layer_gradients
def layer_gradients(delta, a_prev):
    dW = delta @ a_prev.T
    db = delta.sum(axis=1, keepdims=True)
    return dW, db

# %% backward
def backward(W, z, a, y, f, loss):
    L = len(W)
    delta = {L: a[L] - y}
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
    dW, db = {}, {}
    for l in delta:
        dW[l], db[l] = layer_gradients(delta[l], a[l - 1])
    return dW, db, delta

# %% loss_and_gradients
def loss_and_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    dW, db, delta = backward(W, z, a, y, f, loss)
    o = a[len(W)]
    if loss == "half_squared_error":
        terms = (o - y) ** 2
    elif loss == "binary_cross_entropy":
        terms = -(y * np.log(o) + (1 - y) * np.log(1 - o))
    else:
        terms = -y * np.log(o)
    return terms.sum(axis=0).mean(), dW, db

# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    m = x.shape[1]
    pairs = []
    for i in range(m):
        _, dW, db = loss_and_gradients(W, b, x[:, [i]], y[:, [i]], f, loss)
        pairs.append(({l: dW[l] / m for l in dW}, {l: db[l] / m for l in db}))
    return pairs

# %% to_rows
def to_rows(W, b):
    return {l: W[l].T for l in W}, dict(b)
