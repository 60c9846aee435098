"""Right answers to ps10: by choice, by sorting random numbers, by masks, by loops, in place."""

import itertools
import math

import numpy as np


def train_validation_split_by_choice(x, y, fraction, rng):
    m = y.shape[1]
    val = rng.choice(m, size=round(fraction * m), replace=False)
    train = np.setdiff1d(np.arange(m), val)
    return x[:, train], y[:, train], x[:, val], y[:, val]


def train_validation_split_by_sorting(x, y, fraction, rng):
    n_val = int(np.rint(fraction * len(x[0])))
    order = np.argsort(rng.random(len(x[0])))
    train, val = order[n_val:], order[:n_val]
    return [np.take(array, part, axis=1) for part in (train, val) for array in (x, y)]


def train_validation_split_by_a_mask(x, y, fraction, rng):
    held = np.zeros(x.shape[1], dtype=bool)
    held[: round(fraction * held.size)] = True
    rng.shuffle(held)
    return x[:, ~held], y[:, ~held], x[:, held], y[:, held]


def train_validation_split_stacked(x, y, fraction, rng):
    both = rng.permutation(np.concatenate([x, y]), axis=1)
    stop = x.shape[1] - round(fraction * x.shape[1])
    train, val = np.hsplit(np.asfortranarray(both), [stop])
    return train[: len(x)], train[len(x) :], val[: len(x)], val[len(x) :]


def train_validation_split_from_a_list(x, y, fraction, rng):
    left = list(range(x.shape[1]))
    val = [left.pop(int(rng.integers(len(left)))) for _ in range(round(fraction * x.shape[1]))]
    for part in (left, val):
        yield from (x.T[part].T, y.T[part].T)


def train_validation_split_with_a_child(x, y, fraction, rng):
    child = np.random.default_rng(rng.integers(2**63, size=2))
    order, n_val = child.permutation(x.shape[1]), math.floor(fraction * x.shape[1] + 0.5)
    return tuple(array[:, part] for part in (order[n_val:], order[:n_val]) for array in (x, y))


def standardize_fit(x):
    """Stand beside the answers that apply."""
    mean, std = np.mean(x, axis=1, keepdims=True), np.std(x, axis=1, keepdims=True)
    return mean, np.where(std > 0, std, np.ones_like(std))


def standardize_apply(x, stats):
    """Stand beside the answers that fit."""
    return (x - stats[0]) / stats[1]


def standardize_fit_by_loops(x):
    mean, std = np.empty_like(x[:, :1]), np.empty_like(x[:, :1])
    for k, row in enumerate(x.tolist()):
        mean[k] = sum(row) / len(row)
        std[k] = math.sqrt(sum((v - float(mean[k, 0])) ** 2 for v in row) / len(row)) or 1
    return mean, std


def standardize_fit_by_products(x):
    ones = np.ones((x.shape[1], 1), x.dtype) / x.dtype.type(x.shape[1])
    mean = x @ ones
    std = np.sqrt((x - mean) ** 2 @ ones)
    return [mean, std + (std < 1e-6)]


def standardize_fit_with_epsilon(x):
    return x.mean(1)[:, None], np.sqrt(x.var(1))[:, None] + x.dtype.type(1e-12)


def standardize_fit_by_covariance(x):
    centred = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.atleast_1d(np.einsum("ki,ki->k", centred, centred)) / x.shape[1])
    spread[spread == 0] = np.inf
    return np.average(x, axis=1).reshape(-1, 1), spread.reshape(-1, 1)


def standardize_fit_by_features(x):
    pairs = [(row.mean(), row.std() if np.ptp(row) else x.dtype.type(1)) for row in x]
    return np.array(pairs).T[:, :, None]


def standardize_fit_of_the_transpose(x):
    rows = np.ascontiguousarray(x.T)
    std = rows.std(axis=0)
    return rows.mean(axis=0)[np.newaxis].T, np.maximum(std, np.finfo(x.dtype).tiny)[np.newaxis].T


def standardize_apply_by_loops(x, stats):
    mean, std = stats
    out = np.empty_like(x)
    for k, i in np.ndindex(*x.shape):
        out[k, i] = (x[k, i] - mean[k, 0]) / std[k, 0]
    return out


def standardize_apply_in_rows(x, stats):
    return ((x.T - stats[0].T) / stats[1].T).T


def standardize_apply_in_place(x, stats):
    out = x.copy(order="F")
    out -= stats[0]
    out /= stats[1]
    return out


def standardize_apply_as_a_line(x, stats):
    mean, std = (np.asarray(part) for part in stats)
    slope = 1 / std
    return slope * x + (-mean * slope)


def standardize_apply_by_columns(x, stats):
    mean, std = stats
    return np.stack([(column - mean[:, 0]) / std[:, 0] for column in x.T], axis=1)


def standardize_apply_by_einsum(x, stats):
    return np.einsum("ki,k->ki", np.subtract(x, stats[0]), np.reciprocal(stats[1][:, 0]))


def l2_penalty_by_loops(W, lam):
    total = 0.0
    for layer in W.values():
        for row in layer:
            for w in row:
                total += float(w) ** 2
    return 0.5 * lam * total


def l2_penalty_by_norms(W, lam):
    return np.float64(lam / 2 * sum(np.linalg.norm(W[l]) ** 2 for l in sorted(W)))


def l2_penalty_of_one_vector(W, lam):
    theta = np.concatenate([w.ravel(order="F") for w in W.values()])
    return np.array(lam * (theta @ theta) / 2)


def l2_penalty_by_traces(W, lam):
    return lam * sum(np.trace(w @ w.T) for w in W.values()) / 2


def l2_penalty_by_einsum(W, lam):
    return 0.5 * sum(lam * np.einsum("jk,jk->", w, w) for w in W.values())


def l2_penalty_by_singular_values(W, lam):
    return lam / 2 * math.fsum(v**2 for w in W.values() for v in np.linalg.svd(w, compute_uv=False).tolist())


def l2_gradients_by_keys(W, lam):
    out = {}
    for l in range(len(W), 0, -1):
        out[l] = np.multiply(W[l], lam)
    return out


def l2_gradients_in_place(W, lam):
    out = {l: w.copy(order="F") for l, w in W.items()}
    for w in out.values():
        w *= lam
    return out


def l2_gradients_by_loops(W, lam):
    out = {l: np.zeros_like(w) for l, w in W.items()}
    for l, w in W.items():
        for place in np.ndindex(*w.shape):
            out[l][place] = lam * float(w[place])
    return out


def l2_gradients_of_the_squares(W, lam):
    return dict(zip(W, (lam / 2 * (w + w) for w in W.values()), strict=True))


def l2_gradients_by_einsum(W, lam):
    return {np.int64(l): np.einsum(",jk->jk", np.array(lam, W[l].dtype), W[l]) for l in W}


def dropout_forward_by_where(a, p, rng):
    mask = rng.uniform(size=a.shape) < 1 - p
    return np.where(mask, a / (1 - p), np.zeros_like(a)), mask


def dropout_forward_by_coins(a, p, rng):
    mask = rng.binomial(1, 1 - p, size=a.shape).astype(a.dtype)
    return a * mask / (1 - p), mask


def dropout_forward_by_choice(a, p, rng):
    mask = rng.choice([0, 1], size=a.shape, p=[p, 1 - p])
    return (a * mask / (1 - p)).astype(a.dtype), mask


def dropout_forward_by_loops(a, p, rng):
    out, mask = np.zeros_like(a, order="F"), np.zeros(a.shape, dtype=np.int8)
    for k, i in np.ndindex(*a.shape):
        if rng.random() >= p:
            mask[k, i] = 1
            out[k, i] = a[k, i] / (1 - p)
    return out, mask


def dropout_forward_in_place(a, p, rng):
    out, dropped = a.copy(), rng.random(a.size).reshape(a.shape) < p
    out[dropped] = 0
    out /= 1 - p
    return [out, np.logical_not(dropped)]


def dropout_forward_in_rows(a, p, rng):
    kept = (rng.random(a.T.shape) > p).T
    scale = (kept / (1 - p)).astype(a.dtype)
    return a * scale, kept.astype(float)


def dropout_backward_by_where(da, mask, p):
    return np.where(mask, da, 0) / da.dtype.type(1 - p)


def dropout_backward_by_loops(da, mask, p):
    out = np.zeros_like(da, order="F")
    for place in zip(*np.nonzero(mask), strict=True):
        out[place] = da[place] / (1 - p)
    return out


def dropout_backward_in_place(da, mask, p):
    out = da.copy()
    out[mask == 0] = 0
    out *= 1 / (1 - p)
    return out


def dropout_backward_by_einsum(da, mask, p):
    return np.einsum("ki,ki->ki", mask.astype(da.dtype), da) / (1 - p)


def dropout_backward_by_columns(da, mask, p):
    columns = [np.diag(kept).astype(da.dtype) @ d for kept, d in zip(mask.T, da.T, strict=True)]
    return np.array(columns).T / (1 - p)


def dropout_backward_at_the_kept(da, mask, p):
    out = np.zeros_like(da)
    kept = mask.astype(bool)
    out[kept] = da[kept] / (1 - p)
    return out


def early_stopping_by_counting(val_losses, patience, min_delta=0.0):
    best, kept, waited = math.inf, None, 0
    for epoch in range(len(val_losses)):
        if val_losses[epoch] < best - min_delta:
            best, kept, waited = val_losses[epoch], epoch, 0
            continue
        waited += 1
        if waited >= patience:
            return kept
    return kept


def early_stopping_by_recursion(val_losses, patience, min_delta=0.0, best=0):
    ahead = range(best + 1, min(best + patience + 1, len(val_losses)))
    after = next((e for e in ahead if val_losses[e] < val_losses[best] - min_delta), None)
    return best if after is None else early_stopping_by_recursion(val_losses, patience, min_delta, after)


def early_stopping_by_windows(val_losses, patience, min_delta=0.0):
    losses, best = np.array(val_losses), 0
    while True:
        (better,) = np.nonzero(losses[best + 1 : best + 1 + patience] < losses[best] - min_delta)
        if not better.size:
            return np.int64(best)
        best += 1 + better[0]


def early_stopping_by_accumulating(val_losses, patience, min_delta=0.0):
    def step(state, now):
        (best, loss, done), (epoch, new) = state, now
        done = done or epoch - best > patience
        return (epoch, new, False) if not done and new < loss - min_delta else (best, loss, done)

    *_, (best, _, _) = itertools.accumulate(enumerate(val_losses), step, initial=(0, val_losses[0], False))
    return best


def early_stopping_by_while(val_losses, patience, min_delta=0.0):
    epoch, best, left = 0, 0, patience
    while left > 0 and epoch + 1 < len(val_losses):
        epoch += 1
        left -= 1
        if val_losses[best] - val_losses[epoch] > min_delta:
            best, left = epoch, patience
    return np.array(best)


def k_folds_of_every_kth(m, k, rng):
    order = np.arange(m)
    rng.shuffle(order)
    folds = [order[j::k] for j in range(k)]
    return [(np.concatenate([f for f in folds if f is not val]), val) for val in folds]


def k_folds_by_labels(m, k, rng):
    labels = rng.permuted(np.arange(m) % k)
    return tuple((np.flatnonzero(labels != j), np.flatnonzero(labels == j)) for j in range(k))


def k_folds_by_bounds(m, k, rng):
    order = rng.permutation(m)
    bounds = [m * j // k for j in range(k + 1)]
    return [
        [np.r_[order[:start], order[stop:]], order[start:stop]] for start, stop in itertools.pairwise(bounds)
    ]


def k_folds_one_by_one(m, k, rng):
    order, start = np.argsort(rng.random(m)), 0
    for j in range(k):
        stop = start + m // k + (j < m % k)
        yield np.delete(order, slice(start, stop)), order[start:stop]
        start = stop


def k_folds_from_sets(m, k, rng):
    left, folds = set(range(m)), []
    for j in range(k):
        val = rng.choice(sorted(left), size=math.ceil(len(left) / (k - j)), replace=False)
        left -= set(val.tolist())
        train = sorted(set(range(m)) - set(val.tolist()))
        folds.append((np.array(train, dtype=np.int32), val))
    return folds
