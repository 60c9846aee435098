"""All right, in the book's style."""


# %% half_squared_error
def half_squared_error(o, y):
    """Return the half squared error of a batch: sum over the outputs, mean over the samples."""
    return np.mean(np.sum((o - y) ** 2, axis=0) / 2)


# %% binary_cross_entropy
def binary_cross_entropy(o, y):
    """Return the binary cross-entropy of a batch: sum over the outputs, mean over the samples."""
    return -np.mean(np.sum(y * np.log(o) + (1 - y) * np.log(1 - o), axis=0))


# %% cross_entropy
def cross_entropy(z, y):
    """Return the cross-entropy of a batch, from logits: sum over the classes, mean over the samples."""
    top = np.max(z, axis=0)
    log_sum = top + np.log(np.sum(np.exp(z - top), axis=0))
    return np.mean(np.sum(y * (log_sum - z), axis=0))


# %% output_delta
def output_delta(z, y, f, loss):
    """Return the error of the output layer, one column per sample."""
    o = activation(f)(z)
    error = o - y
    if loss != "half_squared_error":
        return error
    if f == "softmax":
        return o * (error - np.sum(o * error, axis=0))
    return error * derivative(f)(z)


# %% delta_is_o_minus_y
def delta_is_o_minus_y(f, loss):
    """Say whether the error of the output layer is exactly o - y for this pair."""
    return loss != "half_squared_error" or f == "identity"
