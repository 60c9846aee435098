"""Mistakes in how samples are put aside: once, and fold by fold."""

import numpy as np

from ..question import Mistake


def mistakes(equation, *slips):
    """Return mistakes given as number, sentence and wrong function."""
    return tuple(Mistake(number, says, equation, wrong) for number, says, wrong in slips)


OWN = "your result is the same for every generator: draw from rng, and from nothing else."
ANOTHER = (
    "your result changes from call to call with the same generator: draw from rng, and from nothing else."
)


def parts_of(x, y, train, val):
    return x[:, train], y[:, train], x[:, val], y[:, val]


def size(m, fraction):
    return round(fraction * m)


def cut(x, y, order, n_val):
    """Put the first samples of an order aside."""
    return parts_of(x, y, order[n_val:], order[:n_val])


def in_order(x, y, fraction, rng):
    return cut(x, y, np.arange(x.shape[1]), size(x.shape[1], fraction))


def shuffled_apart(x, y, fraction, rng):
    m = x.shape[1]
    (x_train, _, x_val, _), (_, y_train, _, y_val) = (
        cut(x, y, rng.permutation(m), size(m, fraction)) for _ in range(2)
    )
    return x_train, y_train, x_val, y_val


def sized(n_val):
    """Return a split that puts `n_val(m, fraction)` samples aside."""
    return lambda x, y, fraction, rng: cut(
        x, y, rng.permutation(x.shape[1]), n_val(x.shape[1], fraction)
    )  # fmt: skip


def from_behind(x, y, fraction, rng):
    order, n_val = rng.permutation(x.shape[1]), size(x.shape[1], fraction)
    return parts_of(x, y, order[:-n_val], order[-n_val:])


def in_rows(x, y, fraction, rng):
    order, n_val = rng.permutation(len(x)), size(len(x), fraction)
    return x[order[n_val:]], y[order[n_val:]], x[order[:n_val]], y[order[:n_val]]


def never_put_aside(x, y, fraction, rng):
    order, n_val = rng.permutation(x.shape[1]), size(x.shape[1], fraction)
    return x, y, x[:, order[:n_val]], y[:, order[:n_val]]


def by_coin(x, y, fraction, rng):
    val = rng.random(x.shape[1]) < fraction
    return parts_of(x, y, ~val, val)


def not_from_rng(function):
    """Return the two mistakes of a function that draws from a generator of its own, seeded or not."""
    return (
        (None, OWN, lambda *given: function(*given[:-1], np.random.default_rng(0))),
        (None, ANOTHER, lambda *given: function(*given[:-1], np.random.default_rng())),
    )


def right_split(x, y, fraction, rng):
    return sized(size)(x, y, fraction, rng)


def as_scikit_learn(x, y, fraction, rng):
    x_train, y_train, x_val, y_val = right_split(x, y, fraction, rng)
    return x_train, x_val, y_train, y_val


SPLIT_MISTAKES = mistakes(
    "eq-validation-split",
    (None, "nothing is drawn: you put the samples aside in the order in which they come.", in_order),
    ("M62", "x and y are shuffled each in its own order: a sample has to keep its target.", shuffled_apart),
    (None, "the two parts are exchanged: fraction is the share of the validation samples.",
     sized(lambda m, fraction: m - size(m, fraction))),
    (None, "the number of validation samples is cut off: take round(fraction · m).",
     sized(lambda m, fraction: int(fraction * m))),
    (None, "the number of validation samples is rounded up: take round(fraction · m).",
     sized(lambda m, fraction: int(np.ceil(fraction * m)))),
    (None, "where no sample is to be put aside, you put all aside: in Python [-0:] is everything.",
     from_behind),
    (None, "you put rows aside: the samples are the columns.", in_rows),
    ("M64", "the validation samples are still in the training set: take them out.", never_put_aside),
    (None, "each sample is put aside by a coin of its own: then their number is not round(fraction · m).",
     by_coin),
    *not_from_rng(right_split),
    (None, "your results stand in another order: x_train, y_train, x_val, y_val are asked.", as_scikit_learn),
)  # fmt: skip


def folds_of(order, parts):
    return [(np.setdiff1d(order, val), val) for val in parts]


def in_turn(m, k, rng):
    return folds_of(np.arange(m), np.array_split(np.arange(m), k))


def shuffled_folds(m, k, rng):
    folds = in_turn(m, k, rng)
    return [folds[j] for j in rng.permutation(k)]


def starts(m, k):
    return [j * (m // k) for j in range(k)]


def rest_in_the_last(m, k, rng):
    order = rng.permutation(m)
    return folds_of(order, np.split(order, starts(m, k)[1:]))


def rest_left_out(m, k, rng):
    order = rng.permutation(m)
    return folds_of(order, [order[at : at + m // k] for at in starts(m, k)])


def large_folds(m, k, rng):
    order, n = rng.permutation(m), -(-m // k)
    return folds_of(order, [order[j * n : (j + 1) * n] for j in range(k)])


def right_folds(m, k, rng):
    order = rng.permutation(m)
    return folds_of(order, np.array_split(order, k))


def drawn_anew(m, k, rng):
    return [(order[m // k :], order[: m // k]) for order in (rng.permutation(m) for _ in range(k))]


FOLD_MISTAKES = mistakes(
    "eq-folds",
    (None, "nothing is drawn: your folds are neighbours in the order of the samples.", in_turn),
    (None, "only the folds are shuffled, and not the samples.", shuffled_folds),
    (None, "the last fold gets all that is left over: sizes may differ by 1, and not by more.",
     rest_in_the_last),
    (None, "what is left over is validated nowhere: give each of the first folds one sample more.",
     rest_left_out),
    (None, "every fold is rounded up, and the last ones get too little.", large_folds),
    (None, "train and val are exchanged: each fold is (train, val).",
     lambda *given: [(val, train) for train, val in right_folds(*given)]),
    ("M64", "train holds all samples: take the validation samples out.",
     lambda m, k, rng: [(np.arange(m), val) for _, val in right_folds(m, k, rng)]),
    (None, "each fold is drawn anew, so that some samples are validated twice and others never.", drawn_anew),
    (None, "you return the validation indices alone: each fold is (train, val).",
     lambda *given: [val for _, val in right_folds(*given)]),
    *not_from_rng(right_folds),
)  # fmt: skip
