"""Mistakes in dropout: in what is drawn, in the scale, in the mask, and on the way back."""

import numpy as np

from .slips_parted import mistakes, not_from_rng


def dropped(kept, scale):
    """Return dropout with a mask by `kept(shape, p, rng)` and a scale by p."""

    def forward(a, p, rng):
        mask = kept(a.shape, p, rng)
        return mask * a * a.dtype.type(scale(p)), mask

    return forward


def by_entry(shape, p, rng):
    return rng.random(shape) >= p


def by_p(shape, p, rng):
    return rng.random(shape) < p


def by_rank(shape, p, rng):
    return rng.random(shape).argsort(axis=0) >= round(p * shape[0])


def inverse(p):
    return 1 / (1 - p)


def inverse_p(p):
    return 1 / p if p else np.inf


right_dropout = dropped(by_entry, inverse)


def with_scaled_mask(a, p, rng):
    mask = by_entry(a.shape, p, rng) / a.dtype.type(1 - p)
    return a * mask, mask


def with_turned_mask(a, p, rng):
    out, mask = right_dropout(a, p, rng)
    return out, ~mask


def by_the_share(a, p, rng):
    mask = by_entry(a.shape, p, rng)
    return mask * a / a.dtype.type(mask.mean() or 1), mask


def read_off(a, p, rng):
    out, _ = right_dropout(a, p, rng)
    return out, out != 0


KEEPS = "you keep with probability p: p is the probability of dropping."
BY_P = "what is kept is divided by p: divide it by 1 − p, the share that is kept."
FORWARD_MISTAKES = mistakes(
    "eq-dropout-forward",
    (None, KEEPS, dropped(by_p, inverse_p)),
    (None, KEEPS, dropped(by_p, lambda p: 1 / p)),
    (None, "you keep with probability p, and scale as if p were dropped: draw ≥ p is kept.",
     dropped(by_p, inverse)),
    (None, "what is kept is not scaled: divide it by 1 − p.", dropped(by_entry, lambda p: 1)),
    (None, "what is kept is multiplied by 1 − p: divide it, for its mean to stay.",
     dropped(by_entry, lambda p: 1 - p)),
    (None, BY_P, dropped(by_entry, inverse_p)),
    (None, BY_P, dropped(by_entry, lambda p: 1 / p)),
    (None, "your mask is scaled: return 0 and 1, and scale out.", with_scaled_mask),
    (None, "your mask is 1 where an entry is dropped: let it be 1 where one is kept.", with_turned_mask),
    (None, "you draw one number for each row: then a unit is dropped for all samples. Draw for each entry.",
     dropped(lambda shape, p, rng: by_entry((shape[0], 1), p, rng) & np.ones(shape, bool), inverse)),
    (None, "you draw one number for each column: then a sample is dropped whole. Draw for each entry.",
     dropped(lambda shape, p, rng: by_entry((1, shape[1]), p, rng) & np.ones(shape, bool), inverse)),
    (None, "you draw one number for all entries: draw one for each.",
     dropped(lambda shape, p, rng: by_entry((1, 1), p, rng) & np.ones(shape, bool), inverse)),
    (None, "you drop a fixed number in each column: let each entry have a chance of its own.",
     dropped(by_rank, inverse)),
    (None, "you divide by the share that happened to be kept: divide by 1 − p.", by_the_share),
    (None, "your mask is read off out: what was 0 before is not dropped.", read_off),
    (None, "nothing is dropped: that is right after training, and not in it.",
     lambda a, p, rng: (a.copy(), np.ones(a.shape, bool))),
    *not_from_rng(right_dropout),
)  # fmt: skip
BACKWARD_MISTAKES = mistakes(
    "eq-dropout-backward",
    (None, "the scale is missing: what went forward with 1 / (1 − p) comes back with it.",
     lambda da, mask, p: mask * da),
    (None, "the mask is missing: what was dropped has no gradient.", lambda da, mask, p: da / (1 - p)),
    (None, "mask and scale are missing: the gradient goes the way of the forward pass.",
     lambda da, mask, p: da.copy()),
    (None, "you multiply by 1 − p: divide by it.", lambda da, mask, p: mask * da * (1 - p)),
    (None, "you multiply by p: divide by 1 − p.", lambda da, mask, p: mask * da * p),
    (None, "you divide by p: divide by 1 − p.", lambda da, mask, p: mask * da / p),
    (None, "the scale is applied twice: the error divides by 1 − p once.",
     lambda da, mask, p: mask * da / (1 - p) ** 2),
    (None, "the mask is turned round: 1 stands for what was kept.",
     lambda da, mask, p: (mask == 0) * da / (1 - p)),
)  # fmt: skip
