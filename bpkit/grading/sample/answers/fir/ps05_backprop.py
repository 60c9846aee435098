"""Half of it: some functions are not answered, one leaves its second result out."""

# %% forward
def forward(W, b, x, f):
    z, a = {}, {0: x}
    for l, name in f.items():
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = activation(name)(z[l])
    return z, a

# %% layer_gradients
def layer_gradients(delta, a_prev):
    dW = delta @ a_prev.T / a_prev.shape[1]
    db = None  # not yet
    return dW, db

# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    pairs = []
    for i in range(x.shape[1]):
        loss_i, dW, db = loss_and_gradients(W, b, x[:, i : i + 1], y[:, i : i + 1], f, loss)
        pairs.append((dW, db))
    return pairs

# %% to_rows
def to_rows(W, b):
    return {l: W[l].T for l in W}, {l: b[l].T for l in b}
