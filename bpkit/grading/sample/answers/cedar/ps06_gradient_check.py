"""Mistakes that many make: to one side only, absolute errors, nan that passes, tests on one sample."""

# %% numerical_gradients
def numerical_gradients(loss_fn, W, b, h=1e-5):
    dW, db = {}, {}
    start = loss_fn(W, b)
    for theta, grad in ((W, dW), (b, db)):
        for l in theta:
            grad[l] = np.zeros_like(theta[l])
            for i in np.ndindex(theta[l].shape):
                theta[l][i] += h
                grad[l][i] = (loss_fn(W, b) - start) / h
                theta[l][i] -= h
    return dW, db

# %% relative_error
def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-8)

# %% gradient_check
def gradient_check(loss_fn, W, b, dW, db, tolerance=1e-6):
    nW, nb = numerical_gradients(loss_fn, W, b)
    errors = {}
    for l in W:
        errors["W", l] = np.abs(dW[l] - nW[l]).max()
        errors["b", l] = np.abs(db[l] - nb[l]).max()
    return {key: (error, error < tolerance) for key, error in errors.items()}

# %% locate_fault
def locate_fault(dW, db, dW_true, db_true):
    for l in sorted(dW, reverse=True):
        if dW[l].shape != dW_true[l].shape or relative_error(dW[l], dW_true[l]) > 1e-6:
            return l
        if db[l].shape != db_true[l].shape or relative_error(db[l], db_true[l]) > 1e-6:
            return l

# %% diagnose
def diagnose(backward):
    W, b, f, x, y = draw(np.random.default_rng(1), (2, 2, 2), ("tanh", "sigmoid"), 1)
    z, a = forward(W, b, x, f)
    dW, db, delta = backward(W, z, a, y, f, "half_squared_error")
    right = (a[2] - y) * derivative("sigmoid")(z[2])
    if np.allclose(delta[2], -right):
        return "sign"
    if np.allclose(delta[2], a[2] - y):
        return "output f' missing"
    if np.allclose(delta[1], W[2].T @ right):
        return "hidden f' missing"
    if np.allclose(delta[1], W[2] @ right * derivative("tanh")(z[1])):
        return "transpose missing"
    if np.allclose(delta[1], W[2].T @ right * derivative("tanh")(a[1])):
        return "f' at a"
    if np.allclose(db[2], 0):
        return "bias gradient zero"
    if np.allclose(dW[2], right @ z[1].T):
        return "z for a"
    if np.allclose(dW[1], right @ a[1].T):
        return "layer off by one"
    return None

# %% expose
def expose(backward):
    W, b, f, x, y = draw(np.random.default_rng(2), (3, 4, 2), ("tanh", "sigmoid"), 5)
    z, a = forward(W, b, x, f)
    dW, db, delta = backward(W, z, a, y, f, "half_squared_error")
    before = loss_of(W, b, x, y, f, "half_squared_error")
    W = {l: W[l] - 0.1 * dW[l] for l in W}
    b = {l: b[l] - 0.1 * db[l] for l in b}
    return loss_of(W, b, x, y, f, "half_squared_error") > before
