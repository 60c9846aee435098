"""All right, in the book's style."""


# %% forward
def forward(W, b, x, f):
    """Run the network on a batch and keep every layer's values."""
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = activation(f[l])(z[l])
    return z, a


# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    """Return the error of a hidden layer from the error of the layer after it."""
    return (W_next.T @ delta_next) * f_prime(z)


# %% layer_gradients
def layer_gradients(delta, a_prev):
    """Return the gradients of one layer's weights and biases, means over the batch."""
    m = delta.shape[1]
    return delta @ a_prev.T / m, delta.sum(axis=1, keepdims=True) / m


# %% backward
def backward(W, z, a, y, f, loss):
    """Send the error back through the network and return every layer's gradients."""
    L = len(W)
    error = a[L] - y
    if loss != "half_squared_error":
        delta = {L: error}
    elif f[L] == "softmax":
        delta = {L: a[L] * (error - np.sum(a[L] * error, axis=0))}
    else:
        delta = {L: error * derivative(f[L])(z[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
    dW, db = {}, {}
    for l in range(1, L + 1):
        dW[l], db[l] = layer_gradients(delta[l], a[l - 1])
    return dW, db, delta


# %% loss_and_gradients
def loss_and_gradients(W, b, x, y, f, loss):
    """Run the network forward and backward on a batch."""
    z, a = forward(W, b, x, f)
    dW, db, _ = backward(W, z, a, y, f, loss)
    o, m = a[len(W)], x.shape[1]
    if loss == "half_squared_error":
        total = np.sum((o - y) ** 2) / 2
    elif loss == "binary_cross_entropy":
        total = -np.sum(y * np.log(o) + (1 - y) * np.log(1 - o))
    else:
        total = -np.sum(y * np.log(o))
    return float(total / m), dW, db


# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    """Return the gradients of every sample's own loss."""
    columns = [[i] for i in range(x.shape[1])]
    return [loss_and_gradients(W, b, x[:, i], y[:, i], f, loss)[1:] for i in columns]


# %% to_rows
def to_rows(W, b):
    """Return the parameters of the same network for samples in rows."""
    return {l: W[l].T for l in W}, {l: b[l].T for l in b}
