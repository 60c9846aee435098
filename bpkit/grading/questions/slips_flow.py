"""Mistakes in what is measured of a network: norms of errors, saturated shares, equal slopes, ranks."""

import numpy as np

from bpkit.reference.activations import activation, derivative

from ..question import Mistake

MEAN = "take the norm of each column, and then the mean over the columns."


def delta_norms(delta):
    return np.array(
        [np.linalg.norm(delta[l], axis=0).mean() for l in range(1, len(delta) + 1)]
    )  # eq-delta-norm


def in_norm(number, says, norm):
    """Return a mistake in the norm of one layer's error."""
    return Mistake(
        number,
        says,
        "eq-delta-norm",
        lambda delta: np.array([norm(delta[l]) for l in range(1, len(delta) + 1)]),
    )


def in_norms(says, wrong, number=None):
    return Mistake(number, says, "eq-delta-norm", wrong)


NORM_MISTAKES = (
    in_norm("M48", "yours is the sum over the samples: take their mean.",
            lambda d: np.linalg.norm(d, axis=0).sum()),
    in_norm(None, f"yours is the norm of the whole array: {MEAN}", np.linalg.norm),
    in_norm(None, f"yours is the root of the mean square, the norm of the whole array by √m: {MEAN}",
            lambda d: np.linalg.norm(d) / np.sqrt(d.shape[1])),
    in_norm(None, f"yours is the norm of the whole array, divided by m: {MEAN}",
            lambda d: np.linalg.norm(d) / d.shape[1]),
    in_norm(None, "yours is the largest singular value: np.linalg.norm(d, 2) takes an array for a matrix. "
            "Give it axis=0.", lambda d: np.linalg.norm(d, 2)),
    in_norm(None, f"yours is the norm of the mean error, in which samples cancel: {MEAN}",
            lambda d: np.linalg.norm(d.mean(axis=1))),
    in_norm("M44", "yours runs along the rows: a column is a sample, and axis=0 runs down the columns.",
            lambda d: np.linalg.norm(d, axis=1).mean()),
    in_norm(None, "the root is missing: a norm is the root of the sum of squares.",
            lambda d: (d**2).sum(axis=0).mean()),
    in_norm("M7", "yours is a mean over units as well: a norm is the root of a sum.",
            lambda d: np.sqrt((d**2).mean(axis=0)).mean()),
    in_norm("M7", "yours is a mean over units as well: a norm is the root of a sum.",
            lambda d: np.sqrt((d**2).mean())),
    in_norm("M7", "yours is divided by the number of units: a norm is the root of a sum.",
            lambda d: np.linalg.norm(d, axis=0).mean() / len(d)),
    in_norm(None, "yours is the sum of the absolute values: a norm is the root of a sum of squares.",
            lambda d: np.abs(d).sum(axis=0).mean()),
    in_norm(None, "yours is the mean of the absolute values: a Euclidean norm is the root of a sum of "
            "squares.", lambda d: np.abs(d).mean()),
    in_norm(None, "yours is the largest entry: a Euclidean norm is the root of a sum of squares.",
            lambda d: np.abs(d).max(axis=0).mean()),
    in_norm(None, "yours is the largest of the samples' norms: take their mean.",
            lambda d: np.linalg.norm(d, axis=0).max()),
    in_norms("the layers stand in the order of the dict: go through 1, 2, …, L.",
             lambda delta: np.array([np.linalg.norm(d, axis=0).mean() for d in delta.values()])),
    in_norms("the layers stand from the last to the first: go through 1, 2, …, L.",
             lambda delta: delta_norms(delta)[::-1]),
    in_norms("the last layer is missing: range(1, L + 1) ends with L.",
             lambda delta: delta_norms(delta)[:-1]),
    in_norms("yours has one number for each sample: take their mean.",
             lambda delta: np.array([np.linalg.norm(delta[1], axis=0)] if len(delta) == 1 else
                                    [np.linalg.norm(delta[l], axis=0) for l in range(1, len(delta) + 1)])),
    in_norms("yours is a column: the result has the shape (L,).",
             lambda delta: delta_norms(delta).reshape(-1, 1)),
    in_norms("yours is a dict: the result is an array of shape (L,), in the order of the layers.",
             lambda delta: dict(zip(sorted(delta), map(float, delta_norms(delta)), strict=True))),
    in_norms("yours is a list: the result is an array of shape (L,). Write np.array(…).",
             lambda delta: list(map(float, delta_norms(delta)))),
)  # fmt: skip

THRESHOLD = 0.01


def saturated_fraction(z, f, threshold=THRESHOLD):
    return np.mean(derivative(f)(z) < threshold)  # eq-saturated-fraction


def in_share(number, says, wrong):
    """Return a mistake in the share, by `wrong(z, f, threshold)`; its default threshold is the right one."""
    return Mistake(
        number, says, "eq-saturated-fraction", lambda z, f, threshold=THRESHOLD: wrong(z, f, threshold)
    )


def other_default(value):
    """Return the mistake of another default threshold."""
    says = f"your default threshold is {value:g}, and should be 0.01: keep threshold=0.01 in the first line."
    return Mistake(
        None, says, "eq-saturated-fraction", lambda z, f, threshold=value: saturated_fraction(z, f, threshold)
    )


def by_activation(z, f, threshold):
    """Return the share of activations that are as near to an end of their range as the threshold."""
    a = activation(f)(z)
    low, high = {"tanh": (-1, 1), "sigmoid": (0, 1), "relu": (0, np.inf)}.get(f, (-np.inf, np.inf))
    return np.mean((a < low + threshold) | (a > high - threshold))


SHARE_MISTAKES = (
    in_share(None, "you count slopes that are equal to the threshold: saturated is strictly below it.",
             lambda z, f, t: np.mean(derivative(f)(z) <= t)),
    in_share(None, "yours is the share that is not saturated: count the slopes below the threshold.",
             lambda z, f, t: np.mean(derivative(f)(z) > t)),
    in_share(None, "yours is the share that is not saturated: count the slopes below the threshold.",
             lambda z, f, t: np.mean(derivative(f)(z) >= t)),
    in_share("M18", "f′ is taken at a: it is a function of z.",
             lambda z, f, t: np.mean(derivative(f)(activation(f)(z)) < t)),
    in_share("M19", "you compare f(z) with the threshold: it is the slope f′(z) that is small.",
             lambda z, f, t: np.mean(activation(f)(z) < t)),
    in_share("M19", "you compare |f(z)| with the threshold: it is the slope f′(z) that is small.",
             lambda z, f, t: np.mean(np.abs(activation(f)(z)) < t)),
    in_share(None, "you compare z with the threshold: it is the slope f′(z) that is small.",
             lambda z, f, t: np.mean(z < t)),
    in_share(None, "you compare |z| with the threshold: it is the slope f′(z) that is small.",
             lambda z, f, t: np.mean(np.abs(z) < t)),
    in_share(None, "you ask how near the activation is to the end of its range: ask for the slope f′(z).",
             by_activation),
    in_share(None, "yours is a count: divide by the number of entries.",
             lambda z, f, t: (derivative(f)(z) < t).sum()),
    in_share(None, "yours is in percent: the share runs from 0 to 1.",
             lambda z, f, t: 100 * saturated_fraction(z, f, t)),
    in_share(None, "you divide by the number of samples: divide by the number of entries.",
             lambda z, f, t: (derivative(f)(z) < t).sum() / z.shape[1]),
    in_share(None, "you divide by the number of units: divide by the number of entries.",
             lambda z, f, t: (derivative(f)(z) < t).sum() / len(z)),
    in_share(None, "yours has one number for each sample: the share is over all entries.",
             lambda z, f, t: np.mean(derivative(f)(z) < t, axis=0)),
    in_share(None, "yours has one number for each unit: the share is over all entries.",
             lambda z, f, t: np.mean(derivative(f)(z) < t, axis=1)),
    in_share("M20", "you take the slope of the sigmoid, whatever f says.",
             lambda z, f, t: saturated_fraction(z, "sigmoid", t)),
    in_share("M20", "you take the slope of tanh, whatever f says.",
             lambda z, f, t: saturated_fraction(z, "tanh", t)),
    in_share(None, "your threshold is always 0.01: take the one that is given.",
             lambda z, f, t: saturated_fraction(z, f)),
    in_share(None, "yours is a mean of slopes: count the slopes below the threshold.",
             lambda z, f, t: np.mean(derivative(f)(z))),
    *map(other_default, (0.1, 0.05, 0.02, 0.001, 1e-4)),
)  # fmt: skip


def tanh_sigmoid_crossover():
    return float(2 * np.arccosh((1 + np.sqrt(3)) / 2))  # eq-slope-ratio is 1


def in_crossover(says, value):
    return Mistake(None, says, "eq-slope-ratio", lambda: float(value))


DIGITS = "your z has too few digits: it is asked to 1e-6. Bisect further, and round nothing."
CROSSOVER_MISTAKES = (
    in_crossover("your z is negative: the slopes are even functions, and the z > 0 is asked.",
                 -tanh_sigmoid_crossover()),
    in_crossover("that is where tanh and the sigmoid are equal: their slopes are asked.",
                 np.log(1 + np.sqrt(2))),
    in_crossover("that is where the slope of tanh is ¼, the largest one of the sigmoid: at the same z the "
                 "sigmoid has a smaller one.", np.arccosh(2)),
    in_crossover("that is the common slope: the z at which it is found is asked.",
                 derivative("tanh")(np.array(tanh_sigmoid_crossover()))),
    in_crossover("that is half of the z that is asked.", tanh_sigmoid_crossover() / 2),
    *(in_crossover(DIGITS, round(tanh_sigmoid_crossover(), digits)) for digits in range(1, 5)),
    *(in_crossover(DIGITS, np.floor(tanh_sigmoid_crossover() * 10**k) / 10**k) for k in range(1, 5)),
)  # fmt: skip


def gradient_rank(dW):
    return {l: int(np.linalg.matrix_rank(dW[l])) for l in dW}


def in_rank(says, rank, number=None):
    """Return a mistake in the rank of one layer's gradient."""
    return Mistake(number, says, "eq-equal-units", lambda dW: {l: rank(dW[l]) for l in dW})


def in_ranks(says, wrong, number=None):
    return Mistake(number, says, "eq-equal-units", wrong)


def singular_values(matrix):
    return np.linalg.svd(matrix, compute_uv=False)


RANK_MISTAKES = (
    in_rank("yours is the smaller side of the matrix, the largest rank that it could have: take the rank of "
            "its numbers.", lambda g: min(g.shape)),
    in_rank("yours is the number of rows: take the rank of the matrix.", len),
    in_rank("yours is the number of columns: take the rank of the matrix.", lambda g: g.shape[1]),
    in_rank("yours is the number of axes: np.ndim is not the rank of a matrix, np.linalg.matrix_rank is.",
            np.ndim),
    in_rank("you count rows that are not equal: rows that are multiples of each other, or sums, count once.",
            lambda g: len(np.unique(g, axis=0))),
    in_rank("you count rows that are not zero: equal rows count once.", lambda g: int(g.any(axis=1).sum())),
    in_rank("you count entries that are not zero: take the rank of the matrix.", np.count_nonzero),
    in_rank("you count singular values above 0: rounding leaves some of 1e-17. Compare with a small number.",
            lambda g: int((singular_values(g) > 0).sum())),
    in_rank("your limit for a singular value is one and the same, and a gradient that has faded is small "
            "as a whole: compare with its largest singular value.",
            lambda g: int((singular_values(g) > 0.01).sum())),
    in_rank("yours says whether the rank is 1: the rank itself is asked.",
            lambda g: bool(np.linalg.matrix_rank(g) == 1)),
    in_rank("yours is 1 for every layer: that holds only where all units are equal.", lambda g: 1),
    in_rank("yours is the number of ranks that are missing: the rank itself is asked.",
            lambda g: min(g.shape) - int(np.linalg.matrix_rank(g))),
    in_rank("yours is the largest singular value: count those that are not 0.",
            lambda g: float(np.linalg.norm(g, 2))),
    in_ranks("you take the same gradient for every layer: dW[l] belongs to l.",
             lambda dW: dict.fromkeys(dW, int(np.linalg.matrix_rank(dW[1])))),
    in_ranks("you take the last gradient for every layer: dW[l] belongs to l.",
             lambda dW: dict.fromkeys(dW, int(np.linalg.matrix_rank(dW[len(dW)])))),
    in_ranks("your layers are counted from 0: the first gradient is dW[1].",
             lambda dW: {l - 1: rank for l, rank in gradient_rank(dW).items()}),
    in_ranks("yours is a list: the result is a dict keyed by layer.",
             lambda dW: list(gradient_rank(dW).values())),
    in_ranks("yours is an array: the result is a dict keyed by layer.",
             lambda dW: np.array(list(gradient_rank(dW).values()))),
)  # fmt: skip
