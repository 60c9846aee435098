"""Half of it: two programs are repaired, and half of the statements are decided."""

# %% one_layer_gradients
def one_layer_gradients(X, T, W, b):
    A = 1 / (1 + np.exp(-(X @ W + b)))
    delta = 2 * (A - T) * A * (1 - A)
    return np.sum((A - T) ** 2), X.T @ delta, delta.sum(axis=0)[np.newaxis, :]

# %% sigmoid_output_gradients
def sigmoid_output_gradients(W, b, x, y):
    a = [x]
    for l in sorted(W):
        a.append(activation("sigmoid")(W[l] @ a[-1] + b[l]))
    error, dW, db = a[-1] - y, {}, {}
    for l in sorted(W, reverse=True):
        delta = error * a[l] * (1 - a[l])
        dW[l], db[l] = delta @ a[l - 1].T / x.shape[1], delta.mean(axis=1, keepdims=True)
        error = W[l].T @ delta
    return dW, db

# %% claims
claims = {
    "c01": True, "c02": False, "c03": False, "c04": True, "c05": False, "c06": True,
    "c07": False, "c08": True, "c09": True, "c10": False, "c11": False, "c12": True,
    "c13": False, "c14": True, "c15": None, "c16": None, "c17": None, "c18": None,
    "c19": None, "c20": None, "c21": None, "c22": None, "c23": None, "c24": None,
}
if all(value is None for value in claims.values()):
    raise NotImplementedError("This answer is still missing.")
