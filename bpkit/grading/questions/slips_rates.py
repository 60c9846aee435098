"""Mistakes in the learning rate and in the norm: when it drops, how it fades, what is too long."""

import math

import numpy as np

from .slips_steps import slips

STEP_DECAY_MISTAKES = slips(
    (None, "your rate falls between the drops too: ⌊e / q⌋ is the number of drops so far, a whole number.",
     "eq-step-decay", lambda rate, epoch, drop=0.5, every=10: rate * drop ** (epoch / every)),
    (None, "your drops come one epoch too soon: epoch 0 is the first, and the first drop is at epoch q.",
     "eq-step-decay", lambda rate, epoch, drop=0.5, every=10: rate * drop ** ((epoch + 1) // every)),
    (None, "your drops come one epoch too late: the first is at epoch q itself.",
     "eq-step-decay", lambda rate, epoch, drop=0.5, every=10: rate * drop ** (max(epoch - 1, 0) // every)),
    (None, "your number of drops is rounded up: it is the whole number below e / q.",
     "eq-step-decay", lambda rate, epoch, drop=0.5, every=10: rate * drop ** math.ceil(epoch / every)),
    (None, "your number of drops is rounded: it is the whole number below e / q.",
     "eq-step-decay", lambda rate, epoch, drop=0.5, every=10: rate * drop ** round(epoch / every)),
    (None, "your rate drops once and then stays: each drop comes on top of those before.",
     "eq-step-decay", lambda rate, epoch, drop=0.5, every=10: rate * (drop if epoch >= every else 1)),
    (None, "your rate drops only in the epochs that q divides: it stays down afterwards.", "eq-step-decay",
     lambda rate, epoch, drop=0.5, every=10: rate * (drop if epoch and epoch % every == 0 else 1)),
    (None, "your drops are multiplied by their number: d is taken to that power.", "eq-step-decay",
     lambda rate, epoch, drop=0.5, every=10: rate * (drop * (epoch // every) if epoch >= every else 1)),
    (None, "your rate is divided by d: it should fall.", "eq-step-decay",
     lambda rate, epoch, drop=0.5, every=10: rate / drop ** (epoch // every)),
    (None, "your rate drops by the share d: d is the share that stays.", "eq-step-decay",
     lambda rate, epoch, drop=0.5, every=10: rate * (1 - drop) ** (epoch // every)),
    (None, "your rate drops in every epoch: there are q epochs from one drop to the next.",
     "eq-exponential-decay", lambda rate, epoch, drop=0.5, every=10: rate * drop**epoch),
    (None, "your result is the factor alone: it is multiplied by the learning rate.", "eq-step-decay",
     lambda rate, epoch, drop=0.5, every=10: drop ** (epoch // every)),
    (None, "your drop and your every are always 0.5 and 10: they are arguments.", "eq-step-decay",
     lambda rate, epoch, drop=0.5, every=10: rate * 0.5 ** (epoch // 10)),
)  # fmt: skip


def cosine(angle_of, rate_of=lambda rate, c: rate / 2 * (1 + c)):
    """Return a `cosine_decay` by the angle at an epoch, and by the rate that its cosine gives."""
    return lambda rate, epoch, epochs: rate_of(rate, math.cos(angle_of(epoch, epochs)))


def half_a_turn(epoch, epochs):
    return math.pi * epoch / epochs


def to_the_last(epoch, epochs):
    return math.pi * epoch / max(epochs - 1, 1)


COSINE_MISTAKES = slips(
    (None, "your ½ is missing: the rate starts at η, and not at 2η.", "eq-cosine-decay",
     cosine(half_a_turn, lambda rate, c: rate * (1 + c))),
    (None, "your 1 is missing: the rate would become negative.", "eq-cosine-decay",
     cosine(half_a_turn, lambda rate, c: rate * c)),
    (None, "your 1 is missing, and half of the rate is lost: η/2 times 1 + cos.", "eq-cosine-decay",
     cosine(half_a_turn, lambda rate, c: rate / 2 * c)),
    (None, "your cosine has a minus: the rate would rise from 0 to η.", "eq-cosine-decay",
     cosine(half_a_turn, lambda rate, c: rate / 2 * (1 - c))),
    (None, "your π is missing: at the end the angle is π, half a turn.", "eq-cosine-decay",
     cosine(lambda epoch, epochs: epoch / epochs)),
    (None, "your angle makes a whole turn: at the end it is π, half a turn.", "eq-cosine-decay",
     cosine(lambda epoch, epochs: 2 * half_a_turn(epoch, epochs))),
    (None, "your angle makes a quarter of a turn in 1 + cos: at the end it is π, half a turn.",
     "eq-cosine-decay", cosine(lambda epoch, epochs: half_a_turn(epoch, epochs) / 2)),
    (None, "your rate is a quarter of a wave: half a wave also starts slowly and ends slowly.",
     "eq-cosine-decay",
     cosine(lambda epoch, epochs: half_a_turn(epoch, epochs) / 2, lambda rate, c: rate * c)),
    (None, "your angle is in degrees: the cosine takes radians, and half a turn is π.", "eq-cosine-decay",
     cosine(lambda epoch, epochs: 180 * epoch / epochs)),
    (None, "your rate reaches 0 an epoch too soon: epoch counts from 0, and the end is at epoch = epochs.",
     "eq-cosine-decay", cosine(to_the_last)),
    (None, "your rate is an epoch ahead: epoch counts from 0, and there the rate is η.", "eq-cosine-decay",
     cosine(lambda epoch, epochs: half_a_turn(epoch + 1, epochs))),
    (None, "your rate falls along a straight line.", "eq-cosine-decay",
     lambda rate, epoch, epochs: rate * (1 - epoch / epochs)),
    (None, "your epoch and your epochs are exchanged in the quotient.", "eq-cosine-decay",
     lambda rate, epoch, epochs: cosine(half_a_turn)(rate, epochs, epoch)),
    (None, "your result is the factor alone: it is multiplied by the learning rate.", "eq-cosine-decay",
     lambda rate, epoch, epochs: cosine(half_a_turn)(1.0, epoch, epochs)),
)  # fmt: skip


def by_norm(norm_of, length_of=lambda g, c, norm: c):
    """Return a `clip_by_norm` by another norm, or by another length of what is too long."""

    def clip(g, c):
        norm = norm_of(g)
        return np.where(norm > c, g * length_of(g, c, norm) / np.where(norm == 0, 1, norm), g)

    return clip


def whole(g):
    return np.linalg.norm(g)


CLIP_MISTAKES = slips(
    (None, "your gradient gets the norm c in any case: one that is short enough stays.", "eq-clip-by-norm",
     lambda g, c: g * c / np.linalg.norm(g)),
    (None, "your gradient gets the norm c in any case, but for zeros: one that is short enough stays.",
     "eq-clip-by-norm", lambda g, c: g * c / (np.linalg.norm(g) or 1)),
    (None, "your entries are cut off one by one, which turns the gradient: all are multiplied by one factor.",
     "eq-clip-by-norm", lambda g, c: np.clip(g, -c, c)),
    (None, "your entries are cut off at c from above alone: all are multiplied by one factor.",
     "eq-clip-by-norm", lambda g, c: np.minimum(g, c)),
    (None, "your root is missing: the norm is the root of the sum of squares.", "eq-clip-by-norm",
     by_norm(lambda g: (g**2).sum())),
    (None, "your norm is the sum of |g|: it is the root of the sum of squares.", "eq-clip-by-norm",
     by_norm(lambda g: np.abs(g).sum())),
    (None, "your norm is the largest |g|: it is the root of the sum of squares.", "eq-clip-by-norm",
     by_norm(lambda g: np.abs(g).max())),
    (None, "your norm is the root of the mean of squares: it is that of their sum.", "eq-clip-by-norm",
     by_norm(lambda g: np.sqrt((g**2).mean()))),
    (None, "your norm is the largest singular value: np.linalg.norm(g, 2) is that of a matrix; "
     "np.linalg.norm(g) takes all entries.", "eq-clip-by-norm", by_norm(lambda g: np.linalg.norm(g, 2))),
    (None, "your norm is that of each column: the array has one.", "eq-clip-by-norm",
     by_norm(lambda g: np.linalg.norm(g, axis=0))),
    (None, "your norm is that of each row: the array has one.", "eq-clip-by-norm",
     by_norm(lambda g: np.linalg.norm(g, axis=1, keepdims=True))),
    (None, "your long gradients get the norm 1: it should be c.", "eq-clip-by-norm",
     by_norm(whole, lambda g, c, norm: 1)),
    (None, "your long gradients are multiplied by c: divide by their norm too.", "eq-clip-by-norm",
     by_norm(whole, lambda g, c, norm: c * norm)),
    (None, "your long gradients are multiplied by ‖g‖ / c: it is c / ‖g‖.", "eq-clip-by-norm",
     by_norm(whole, lambda g, c, norm: norm**2 / c)),
    (None, "your long gradients become zeros: they keep their direction, with the norm c.",
     "eq-clip-by-norm", by_norm(whole, lambda g, c, norm: 0)),
    (None, "you add 1e-06 to the norm: what is longer than c is not zero, so divide by the norm itself.",
     "eq-clip-by-norm", by_norm(whole, lambda g, c, norm: c * norm / (norm + 1e-6))),
    (None, "you add 1e-06 to the norm: what is longer than c is not zero, so divide by the norm itself.",
     "eq-clip-by-norm", lambda g, c: g * min(1, c / (np.linalg.norm(g) + 1e-6))),
    (None, "your gradient stays as it is, however long.", "eq-clip-by-norm", lambda g, c: g.copy()),
    (None, "your comparison is the wrong way round: it is the long gradients that are shortened.",
     "eq-clip-by-norm", lambda g, c: g * c / np.linalg.norm(g) if 0 < np.linalg.norm(g) < c else g.copy()),
)  # fmt: skip
