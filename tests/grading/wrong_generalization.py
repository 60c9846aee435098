"""Wrong answers to ps10 as students write them, with the number of the mistake and a few words of it."""

from textwrap import dedent

WRONG = (
    (
        "train_validation_split",
        None,
        "nothing is drawn",
        """
        def train_validation_split(x, y, fraction, rng):
            n = x.shape[1] - round(fraction * x.shape[1])
            return x[:, :n], y[:, :n], x[:, n:], y[:, n:]
        """,
    ),
    (
        "train_validation_split",
        "M62",
        "keep its target",
        """
        def train_validation_split(x, y, fraction, rng):
            n = round(fraction * x.shape[1])
            x, y = rng.permutation(x, axis=1), rng.permutation(y, axis=1)
            return x[:, n:], y[:, n:], x[:, :n], y[:, :n]
        """,
    ),
    (
        "train_validation_split",
        None,
        "the two parts are exchanged",
        """
        def train_validation_split(x, y, fraction, rng):
            m = x.shape[1]
            order = rng.permutation(m)
            n = round(fraction * m)
            return x[:, order[:n]], y[:, order[:n]], x[:, order[n:]], y[:, order[n:]]
        """,
    ),
    (
        "train_validation_split",
        None,
        "cut off",
        """
        def train_validation_split(x, y, fraction, rng):
            order = rng.permutation(x.shape[1])
            n = int(x.shape[1] * fraction)
            val, train = order[:n], order[n:]
            return x[:, train], y[:, train], x[:, val], y[:, val]
        """,
    ),
    (
        "train_validation_split",
        None,
        "[-0:] is everything",
        """
        def train_validation_split(x, y, fraction, rng):
            n = round(x.shape[1] * fraction)
            order = np.argsort(rng.random(x.shape[1]))
            train, val = order[:-n], order[-n:]
            return x[:, train], y[:, train], x[:, val], y[:, val]
        """,
    ),
    (
        "train_validation_split",
        None,
        "changes from call to call",
        """
        def train_validation_split(x, y, fraction, rng):
            order = np.random.permutation(x.shape[1])
            n = round(x.shape[1] * fraction)
            return x[:, order[n:]], y[:, order[n:]], x[:, order[:n]], y[:, order[:n]]
        """,
    ),
    (
        "train_validation_split",
        None,
        "the same for every generator",
        """
        def train_validation_split(x, y, fraction, rng):
            np.random.seed(42)
            order = np.random.permutation(x.shape[1])
            n = round(x.shape[1] * fraction)
            return x[:, order[n:]], y[:, order[n:]], x[:, order[:n]], y[:, order[:n]]
        """,
    ),
    (
        "train_validation_split",
        None,
        "another order",
        """
        def train_validation_split(x, y, fraction, rng):
            order = rng.permutation(x.shape[1])
            n = round(x.shape[1] * fraction)
            return x[:, order[n:]], x[:, order[:n]], y[:, order[n:]], y[:, order[:n]]
        """,
    ),
    (
        "train_validation_split",
        None,
        "holds some samples twice and others never",
        """
        def train_validation_split(x, y, fraction, rng):
            m, n = x.shape[1], round(fraction * x.shape[1])
            train, val = rng.integers(m, size=m - n), rng.integers(m, size=n)
            return x[:, train], y[:, train], x[:, val], y[:, val]
        """,
    ),
    (
        "standardize_fit",
        None,
        "divided by m − 1",
        """
        def standardize_fit(x):
            mean, m = x.mean(axis=1, keepdims=True), x.shape[1]
            std = np.sqrt(((x - mean) ** 2).sum(axis=1, keepdims=True) / max(m - 1, 1))
            return mean, np.where(std == 0, 1, std)
        """,
    ),
    (
        "standardize_fit",
        None,
        "divided by m − 1",
        """
        def standardize_fit(x):
            m = x.shape[1]
            std = x.std(axis=1, keepdims=True, ddof=1) if m > 1 else x * np.nan
            std[std == 0] = 1
            return x.mean(axis=1, keepdims=True), std
        """,
    ),
    (
        "standardize_fit",
        None,
        "divided by m − 1: here it is the mean of the squares, divided by m. Besides, a constant",
        """
        def standardize_fit(x):
            mean, m = x.mean(axis=1, keepdims=True), x.shape[1]
            with np.errstate(invalid="ignore"):
                return mean, np.sqrt(((x - mean) ** 2).sum(axis=1, keepdims=True) / np.float32(m - 1))
        """,
    ),
    (
        "standardize_fit",
        None,
        "each feature has its own",
        """
        def standardize_fit(x):
            return np.mean(x), np.std(x) or 1.0
        """,
    ),
    (
        "standardize_fit",
        None,
        "a constant feature becomes nan",
        """
        def standardize_fit(x):
            return x.mean(axis=1).reshape(-1, 1), np.sqrt(x.var(axis=1)).reshape(-1, 1)
        """,
    ),
    (
        "standardize_apply",
        None,
        "by its own statistics",
        """
        def standardize_apply(x, stats):
            std = np.std(x, axis=1)[:, None]
            std[std == 0] = 1
            return (x - np.mean(x, axis=1)[:, None]) / std
        """,
    ),
    (
        "l2_penalty",
        "M51",
        "the ½ is missing",
        """
        def l2_penalty(W, lam):
            return lam * sum(np.linalg.norm(w) ** 2 for w in W.values())
        """,
    ),
    (
        "l2_penalty",
        None,
        "the norms are not squared",
        """
        def l2_penalty(W, lam):
            total = 0
            for l in W:
                total += np.sqrt(np.sum(W[l] ** 2))
            return lam * total / 2
        """,
    ),
    (
        "l2_gradients",
        "M51",
        "a factor 2 is left",
        """
        def l2_gradients(W, lam):
            return {l: 2 * lam * W[l] for l in range(1, len(W) + 1)}
        """,
    ),
    (
        "dropout_forward",
        None,
        "p is the probability of dropping",
        """
        def dropout_forward(a, p, rng):
            mask = (rng.random(a.shape) < p).astype(float)
            with np.errstate(all="ignore"):
                return a * mask / p if p else np.full(a.shape, np.nan), mask
        """,
    ),
    (
        "dropout_forward",
        None,
        "not scaled",
        """
        def dropout_forward(a, p, rng):
            mask = rng.binomial(1, 1 - p, a.shape)
            return (a * mask).astype(a.dtype), mask
        """,
    ),
    (
        "dropout_forward",
        None,
        "your mask is scaled",
        """
        def dropout_forward(a, p, rng):
            mask = ((rng.random(a.shape) > p) / (1 - p)).astype(a.dtype)
            return a * mask, mask
        """,
    ),
    (
        "dropout_forward",
        None,
        "one number for each row",
        """
        def dropout_forward(a, p, rng):
            mask = np.repeat(rng.random((len(a), 1)) >= p, a.shape[1], axis=1)
            return a * mask / (1 - p), mask
        """,
    ),
    (
        "dropout_forward",
        None,
        "read off out",
        """
        def dropout_forward(a, p, rng):
            out = a.copy()
            out[rng.random(a.shape) < p] = 0
            return out / (1 - p), out != 0
        """,
    ),
    (
        "dropout_forward",
        None,
        "does not drop an entry with probability p",
        """
        def dropout_forward(a, p, rng):
            mask = rng.normal(size=a.shape) > p if p else np.ones(a.shape, bool)
            return a * mask / (1 - p), mask
        """,
    ),
    (
        "dropout_backward",
        None,
        "the scale is missing",
        """
        def dropout_backward(da, mask, p):
            return np.where(mask == 0, 0, da).astype(da.dtype)
        """,
    ),
    (
        "dropout_backward",
        None,
        "the mask is missing",
        """
        def dropout_backward(da, mask, p):
            return da * (1 / (1 - p))
        """,
    ),
    (
        "early_stopping",
        None,
        "the lowest loss of all",
        """
        def early_stopping(val_losses, patience, min_delta=0.0):
            return val_losses.index(min(val_losses))
        """,
    ),
    (
        "early_stopping",
        None,
        "one epoch too long",
        """
        def early_stopping(val_losses, patience, min_delta=0.0):
            best, wait = 0, 0
            for i, loss in enumerate(val_losses):
                if loss < val_losses[best] - min_delta:
                    best, wait = i, 0
                elif i > 0:
                    wait += 1
                    if wait > patience:
                        break
            return best
        """,
    ),
    (
        "early_stopping",
        None,
        "you take ≤ for <",
        """
        def early_stopping(val_losses, patience, min_delta=0.0):
            best, wait = 0, 0
            for i in range(1, len(val_losses)):
                if val_losses[best] - val_losses[i] >= min_delta:
                    best, wait = i, 0
                else:
                    wait += 1
                if wait == patience:
                    return best
            return best
        """,
    ),
    (
        "early_stopping",
        None,
        "the count begins again",
        """
        def early_stopping(val_losses, patience, min_delta=0.0):
            best = float("inf")
            kept = bad = 0
            for i, loss in enumerate(val_losses):
                if loss < best - min_delta:
                    best, kept = loss, i
                else:
                    bad += 1
                    if bad >= patience:
                        break
            return kept
        """,
    ),
    (
        "k_folds",
        None,
        "nothing is drawn",
        """
        def k_folds(m, k, rng):
            everything = np.arange(m)
            return [(np.setdiff1d(everything, part), part) for part in np.array_split(everything, k)]
        """,
    ),
    (
        "k_folds",
        None,
        "the last fold gets all",
        """
        def k_folds(m, k, rng):
            order, n = rng.permutation(m), m // k
            cuts = [(j * n, (j + 1) * n if j < k - 1 else m) for j in range(k)]
            return [(np.concatenate([order[:i], order[j:]]), order[i:j]) for i, j in cuts]
        """,
    ),
    (
        "k_folds",
        None,
        "train and val are exchanged",
        """
        def k_folds(m, k, rng):
            labels = rng.permutation(np.arange(m) % k)
            return [(np.where(labels == j)[0], np.where(labels != j)[0]) for j in range(k)]
        """,
    ),
    (
        "k_folds",
        None,
        "drawn anew",
        """
        def k_folds(m, k, rng):
            folds = []
            for _ in range(k):
                val = rng.choice(m, m // k, replace=False)
                folds.append((np.setdiff1d(np.arange(m), val), val))
            return folds
        """,
    ),
    (
        "k_folds",
        None,
        "arrays of whole numbers",
        """
        def k_folds(m, k, rng):
            parts = np.array_split(rng.permutation(m), k)
            return [([i for i in range(m) if i not in val], val.tolist()) for val in parts]
        """,
    ),
)
WRONG = tuple((name, number, words, dedent(source)) for name, number, words, source in WRONG)
