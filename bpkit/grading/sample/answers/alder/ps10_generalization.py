"""All right, in the book's style."""


# %% train_validation_split
def train_validation_split(x, y, fraction, rng):
    """Put a share of the samples aside, drawn at random."""
    m = x.shape[1]
    order = rng.permutation(m)
    val, train = np.split(order, [round(fraction * m)])
    return x[:, train], y[:, train], x[:, val], y[:, val]


# %% standardize_fit
def standardize_fit(x):
    """Find mean and deviation of each feature."""
    mean = np.mean(x, axis=1, keepdims=True)
    std = np.std(x, axis=1, keepdims=True)
    return {"mean": mean, "std": np.where(std == 0, np.ones_like(std), std)}


# %% standardize_apply
def standardize_apply(x, stats):
    """Shift and scale each feature by what `standardize_fit` found."""
    return (x - stats["mean"]) / stats["std"]


# %% l2_penalty
def l2_penalty(W, lam):
    """Return the penalty on large weights."""
    return lam / 2 * sum(np.sum(W[l] ** 2) for l in W)


# %% l2_gradients
def l2_gradients(W, lam):
    """Return the gradient of the penalty."""
    return {l: lam * W[l] for l in W}


# %% dropout_forward
def dropout_forward(a, p, rng):
    """Drop each entry with probability p, and scale the others."""
    mask = rng.random(a.shape) >= p
    return a * mask / (1 - p), mask


# %% dropout_backward
def dropout_backward(da, mask, p):
    """Send a gradient back through the entries that were kept."""
    return da * mask / (1 - p)


# %% early_stopping
def early_stopping(val_losses, patience, min_delta=0.0):
    """Return the epoch that a run with this patience keeps."""
    best, waited = 0, 0
    for epoch in range(1, len(val_losses)):
        waited += 1
        if val_losses[epoch] < val_losses[best] - min_delta:
            best, waited = epoch, 0
        if waited == patience:
            break
    return best


# %% k_folds
def k_folds(m, k, rng):
    """Cut the samples into folds, and let each be put aside once."""
    order = rng.permutation(m)
    folds = [order[j::k] for j in range(k)]
    return [(np.concatenate(folds[:j] + folds[j + 1 :]), folds[j]) for j in range(k)]
