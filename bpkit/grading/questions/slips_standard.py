"""Mistakes in the statistics, and in the penalty on large weights and its gradient."""

import numpy as np

from .slips_parted import mistakes


def mean(x, axis=1):
    return x.mean(axis=axis, keepdims=True)


def spread(x, axis=1, ddof=0):
    """Return the standard deviation, and 1 where it is 0."""
    std = x.std(axis=axis, ddof=min(ddof, x.shape[axis] - 1), keepdims=True)
    return np.where(std == 0, std.dtype.type(1), std)


def of_all(x):
    return np.full_like(x[:, :1], x.mean()), np.full_like(x[:, :1], x.std() or 1)


@np.errstate(all="ignore")
def unbiased(x):
    """Return the deviation as np.std(ddof=1) gives it: nan for one sample."""
    squares = ((x - mean(x)) ** 2).sum(axis=1, keepdims=True)
    return np.sqrt(squares / x.dtype.type(x.shape[1] - 1))


BY_LESS = "your variance is divided by m − 1: here it is the mean of the squares, divided by m."
KEPT = "your statistics are kept outside, those of the last data that was fitted: return them, and use stats."
FIT_MISTAKES = mistakes(
    "eq-standardize",
    (None, BY_LESS, lambda x: (mean(x), spread(x, ddof=1))),
    (None, BY_LESS, lambda x: (mean(x), np.where(unbiased(x) == 0, x.dtype.type(1), unbiased(x)))),
    (None, f"{BY_LESS} Besides, a constant feature becomes nan.", lambda x: (mean(x), unbiased(x))),
    (None, KEPT, lambda x: (1 - 2 * mean(x), spread(1 - 2 * x))),
    (None, "your mean and deviation are taken over all features together: each feature has its own.", of_all),
    (None, "your mean and deviation are taken over the features of a sample: take them over the samples.",
     lambda x: (mean(x, axis=0), spread(x, axis=0))),
    (None, "you divide by the variance: divide by its root, the standard deviation.",
     lambda x: (mean(x), spread(x) ** 2)),
    (None, "a constant feature becomes nan, for its deviation is 0: let it stay 0.",
     lambda x: (mean(x), x.std(axis=1, keepdims=True))),
    (None, "the mean is not subtracted.", lambda x: (0 * mean(x), spread(x))),
    (None, "you do not divide by the standard deviation.", lambda x: (mean(x), spread(x) * 0 + 1)),
    (None, "you scale to the range from 0 to 1: subtract the mean, and divide by the standard deviation.",
     lambda x: (x.min(axis=1, keepdims=True),
                np.where(np.ptp(x, axis=1, keepdims=True) == 0, 1, np.ptp(x, axis=1, keepdims=True)))),
    (None, "you divide by the largest absolute value: divide by the standard deviation.",
     lambda x: (mean(x), np.where(spread(x) == 0, 1, np.abs(x - mean(x)).max(axis=1, keepdims=True) or 1))
     if len(x) == 1 else (mean(x), np.maximum(np.abs(x).max(axis=1, keepdims=True), 1e-30))),
)  # fmt: skip
APPLY_MISTAKES = mistakes(
    "eq-standardize",
    (None, "the data is standardized by its own statistics: take those of the training data.",
     lambda x, stats: (x - mean(x)) / spread(x)),
    (None, "the mean is that of the data itself: take that of the training data.",
     lambda x, stats: (x - mean(x)) / stats[1]),
    (None, "the deviation is that of the data itself: take that of the training data.",
     lambda x, stats: (x - stats[0]) / spread(x)),
    (None, "the mean is not subtracted.", lambda x, stats: x / stats[1]),
    (None, "you do not divide by the standard deviation.", lambda x, stats: x - stats[0]),
    (None, "you divide by the variance: divide by its root, the standard deviation.",
     lambda x, stats: (x - stats[0]) / stats[1] ** 2),
    (None, "you divide before you subtract: it is (x − μ) / σ, and not x / σ − μ.",
     lambda x, stats: x / stats[1] - stats[0]),
    (None, "you multiply by the standard deviation: divide by it.",
     lambda x, stats: (x - stats[0]) * stats[1]),
    (None, KEPT, lambda x, stats: (x - (1 - 2 * stats[0])) / np.where(stats[1] == 1, stats[1], 2 * stats[1])),
)  # fmt: skip


def squares(W):
    return sum((w**2).sum() for w in W.values())


PENALTY_MISTAKES = mistakes(
    "eq-weight-penalty",
    ("M51", "the ½ is missing.", lambda W, lam: lam * squares(W)),
    (None, "λ is missing.", lambda W, lam: squares(W) / 2),
    (None, "the norms are not squared: (λ/2) Σ ‖W‖² adds up the squares of all weights.",
     lambda W, lam: lam / 2 * sum(np.linalg.norm(w) for w in W.values())),
    (None, "it is the square of the sum of the norms: square each norm, and then sum.",
     lambda W, lam: lam / 2 * sum(np.linalg.norm(w) for w in W.values()) ** 2),
    (None, "your norm is the largest singular value: ‖W‖² is the sum of all squared entries.",
     lambda W, lam: lam / 2 * sum(np.linalg.norm(w, 2) ** 2 for w in W.values())),
    (None, "you add up absolute values, and not squares.",
     lambda W, lam: lam / 2 * sum(np.abs(w).sum() for w in W.values())),
    (None, "you add up absolute values, and not squares, and the ½ is missing.",
     lambda W, lam: lam * sum(np.abs(w).sum() for w in W.values())),
    (None, "you square the sum of the weights: square each weight, and then sum.",
     lambda W, lam: lam / 2 * sum(w.sum() ** 2 for w in W.values())),
    (None, "you take the mean of the squares of each layer: take their sum.",
     lambda W, lam: lam / 2 * sum((w**2).mean() for w in W.values())),
    (None, "only the last layer counts: add up all layers.", lambda W, lam: lam / 2 * (W[max(W)] ** 2).sum()),
    (None, "only the first layer counts: add up all layers.", lambda W, lam: lam / 2 * (W[1] ** 2).sum()),
    (None, "your penalty has one number for each layer: add them up.",
     lambda W, lam: {l: lam / 2 * (w**2).sum() for l, w in W.items()}),
    ("M5", "the sign is reversed: large weights have to cost something.",
     lambda W, lam: -lam / 2 * squares(W)),
)  # fmt: skip


def each(function):
    """Return what computes a dict from the weights, layer by layer."""
    return lambda W, lam: {l: function(w, lam) for l, w in W.items()}


GRADIENT_MISTAKES = mistakes(
    "eq-weight-penalty-gradient",
    ("M51", "a factor 2 is left: the ½ of the penalty cancels the 2 of the square.",
     each(lambda w, lam: 2 * lam * w)),
    (None, "the ½ is left: the derivative of (λ/2) w² is λ w.", each(lambda w, lam: lam / 2 * w)),
    (None, "λ is missing.", each(lambda w, lam: w)),
    ("M5", "the sign is reversed: a step against the gradient has to shrink the weights.",
     each(lambda w, lam: -lam * w)),
    (None, "it is the gradient of the absolute values, λ sign(W).", each(lambda w, lam: lam * np.sign(w))),
    (None, "it is the gradient of the norm without its square, λ W / ‖W‖.",
     each(lambda w, lam: lam * w / np.linalg.norm(w))),
    (None, "it is the gradient of half the norm without its square, (λ/2) W / ‖W‖.",
     each(lambda w, lam: lam / 2 * w / np.linalg.norm(w))),
    (None, "your gradient is one number for each layer: it has the shape of W.",
     each(lambda w, lam: lam * w.sum())),
    ("M38", "your gradient is transposed: it has the shape of W.", each(lambda w, lam: lam * w.T)),
    (None, "you return the weights after a step: the gradient alone is asked.",
     each(lambda w, lam: (1 - lam) * w)),
    (None, "your gradients come as a list: a dict with the keys of W is asked.",
     lambda W, lam: [lam * w for w in W.values()]),
)  # fmt: skip
