"""Mistakes that many make: pairs torn apart, m − 1, the ½, no scale, the lowest loss of all, one large fold."""

# %% train_validation_split
def train_validation_split(x, y, fraction, rng):
    n = round(fraction * x.shape[1])
    x, y = rng.permutation(x, axis=1), rng.permutation(y, axis=1)
    return x[:, n:], y[:, n:], x[:, :n], y[:, :n]

# %% standardize_fit
def standardize_fit(x):
    mean, m = x.mean(axis=1, keepdims=True), x.shape[1]
    std = np.sqrt(((x - mean) ** 2).sum(axis=1, keepdims=True) / max(m - 1, 1))
    std[std == 0] = 1
    return mean, std

# %% standardize_apply
def standardize_apply(x, stats):
    mean, std = stats
    return (x - mean) / std

# %% l2_penalty
def l2_penalty(W, lam):
    return lam * sum(np.linalg.norm(w) ** 2 for w in W.values())

# %% l2_gradients
def l2_gradients(W, lam):
    return {l: 2 * lam * w for l, w in W.items()}

# %% dropout_forward
def dropout_forward(a, p, rng):
    mask = rng.random(a.shape) > p
    return a * mask, mask

# %% dropout_backward
def dropout_backward(da, mask, p):
    return da * mask

# %% early_stopping
def early_stopping(val_losses, patience, min_delta=0.0):
    return int(np.argmin(val_losses))

# %% k_folds
def k_folds(m, k, rng):
    order, n = rng.permutation(m), m // k
    folds = [order[j * n : (j + 1) * n if j < k - 1 else m] for j in range(k)]
    return [(np.setdiff1d(order, fold), fold) for fold in folds]
