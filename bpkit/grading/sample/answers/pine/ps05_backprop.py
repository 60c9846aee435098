"""All right, but every check cell is deleted."""

# %% forward
def forward(W, b, x, f):
    if not W:
        return {}, {0: x}
    L = len(W)
    z, a = forward({l: W[l] for l in W if l < L}, b, x, f)
    z[L] = W[L] @ a[L - 1] + b[L]
    a[L] = activation(f[L])(z[L])
    return z, a

# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    columns = range(z.shape[1])
    return np.stack([(delta_next[:, i] @ W_next) * f_prime(z[:, i]) for i in columns], axis=1)

# %% layer_gradients
def layer_gradients(delta, a_prev):
    dW = np.mean(delta[:, None, :] * a_prev[None, :, :], axis=2)
    db = np.mean(delta, axis=1)[:, None]
    return dW, db

# %% backward
def backward(W, z, a, y, f, loss):
    L = len(W)
    g = a[L] - y
    squared = loss == "half_squared_error"
    if squared and f[L] == "softmax":
        g = a[L] * (g - np.einsum("km,km->m", a[L], g))
    elif squared:
        g = derivative(f[L])(z[L]) * g
    delta = {L: g}
    for l in list(range(1, L))[::-1]:
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
    dW = {l: layer_gradients(delta[l], a[l - 1])[0] for l in delta}
    db = {l: layer_gradients(delta[l], a[l - 1])[1] for l in delta}
    return dW, db, delta

# %% loss_and_gradients
def loss_and_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    o = a[len(W)]

    def of_one(o, y):
        if loss == "half_squared_error":
            return (o - y) @ (o - y) / 2
        value = -(y @ np.log(o))
        return value - (1 - y) @ np.log(1 - o) if loss == "binary_cross_entropy" else value

    dW, db, _ = backward(W, z, a, y, f, loss)
    return sum(map(of_one, o.T, y.T)) / x.shape[1], dW, db

# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    result = []
    for i in range(x.shape[1]):
        one = slice(i, i + 1)
        _, *pair = loss_and_gradients(W, b, x[:, one], y[:, one], f, loss)
        result.append(tuple(pair))
    return result

# %% to_rows
def to_rows(W, b):
    return {l: np.einsum("ij->ji", W[l]) for l in W}, {l: b[l][:, 0][None, :] for l in b}
