"""Wrong in ways without a name: a constant, a factor 0.9, lists, changed arguments, other shapes."""

# %% forward
def forward(W, b, x, f):
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = W[l] @ a[l - 1] + b[l] + 0.1
        a[l] = activation(f[l])(z[l])
    return z, a

# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    return 0.9 * (W_next.T @ delta_next) * f_prime(z)

# %% layer_gradients
def layer_gradients(delta, a_prev):
    dW = delta @ a_prev.T / delta.shape[1]
    return dW.tolist(), delta.mean(axis=1, keepdims=True)

# %% backward
def backward(W, z, a, y, f, loss):
    L = len(W)
    error = a[L]
    error -= y
    if loss == "half_squared_error" and f[L] == "softmax":
        o = error + y
        delta = {L: o * (error - (o * error).sum(axis=0))}
    elif loss == "half_squared_error":
        delta = {L: error * derivative(f[L])(z[L])}
    else:
        delta = {L: error}
    for l in range(L - 1, 0, -1):
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
        terms = (o - y) ** 2 / 2
    elif loss == "binary_cross_entropy":
        terms = -(y * np.log(o) + (1 - y) * np.log(1 - o))
    else:
        terms = -y * np.log(o)
    dW, db, delta = backward(W, z, a, y, f, loss)
    return terms.sum(axis=0).mean() + 1, dW, db

# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    pairs = {}
    for i in range(x.shape[1]):
        pairs[i] = loss_and_gradients(W, b, x[:, [i]], y[:, [i]], f, loss)[1:]
    return pairs

# %% to_rows
def to_rows(W, b):
    return {l: W[l].T for l in W}, {l: b[l].ravel() for l in b}
