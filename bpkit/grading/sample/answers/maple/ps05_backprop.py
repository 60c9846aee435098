"""Right but for one loop that never ends."""

# %% forward
def forward(W, b, x, f):
    z, a = {}, {0: x}
    l = 1
    while l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = activation(f[l])(z[l])
        l += 1
    return z, a

# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    delta = np.zeros_like(z)
    i = 0
    while i < delta.shape[1]:
        delta[:, i] = (W_next.T @ delta_next[:, i]) * f_prime(z[:, i])
    return delta

# %% layer_gradients
def layer_gradients(delta, a_prev):
    m = a_prev.shape[1]
    return (delta @ a_prev.T) / m, np.mean(delta, axis=1, keepdims=True)

# %% backward
def backward(W, z, a, y, f, loss):
    l = len(W)
    if loss in ("binary_cross_entropy", "cross_entropy"):
        delta = {l: a[l] - y}
    elif f[l] == "softmax":
        weighted = a[l] * (a[l] - y)
        delta = {l: weighted - a[l] * weighted.sum(axis=0, keepdims=True)}
    else:
        delta = {l: (a[l] - y) * derivative(f[l])(z[l])}
    while l > 1:
        l -= 1
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
    dW, db = {}, {}
    for l in delta:
        dW[l], db[l] = layer_gradients(delta[l], a[l - 1])
    return dW, db, delta

# %% loss_and_gradients
def loss_and_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    o = a[len(W)]
    if loss == "half_squared_error":
        value = ((o - y) ** 2).sum() / (2 * y.shape[1])
    elif loss == "binary_cross_entropy":
        value = -(y * np.log(o) + (1 - y) * np.log(1 - o)).sum() / y.shape[1]
    else:
        value = -(y * np.log(o)).sum() / y.shape[1]
    dW, db, _ = backward(W, z, a, y, f, loss)
    return value, dW, db

# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    pairs = []
    while len(pairs) < x.shape[1]:
        i = [len(pairs)]
        pairs.append(loss_and_gradients(W, b, x[:, i], y[:, i], f, loss)[1:])
    return pairs

# %% to_rows
def to_rows(W, b):
    return {l: W[l].T for l in W}, {l: b[l].T for l in b}
