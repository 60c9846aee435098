"""Mistakes in the relative error of two arrays."""

from functools import partial

import numpy as np

from ..question import Mistake

norm = np.linalg.norm


def largest(a):
    return np.abs(a).max()


def total(a):
    return np.abs(a).sum()


def squared(a):
    return (a * a).sum()


def spectral(a):
    return norm(a, 2)


def quotient_of(length):
    return lambda a, b: (length(a - b), length(a) + length(b))


RATIOS = (  # what is divided by what, in the place of ‖a − b‖ and ‖a‖ + ‖b‖
    (
        None,
        "you divide by ‖a‖ alone: neither array is trusted more, so divide by ‖a‖ + ‖b‖.",
        lambda a, b: (norm(a - b), norm(a)),
    ),
    (
        None,
        "you divide by ‖b‖ alone: neither array is trusted more, so divide by ‖a‖ + ‖b‖.",
        lambda a, b: (norm(a - b), norm(b)),
    ),
    (
        None,
        "you divide by the larger of the two norms: divide by their sum.",
        lambda a, b: (norm(a - b), max(norm(a), norm(b))),
    ),
    (
        None,
        "you divide by ‖a + b‖: that vanishes for opposite arrays. Divide by ‖a‖ + ‖b‖.",
        lambda a, b: (norm(a - b), norm(a + b)),
    ),
    (
        None,
        "you compare the norms alone, ‖a‖ − ‖b‖: opposite arrays would be equal.",
        lambda a, b: (abs(norm(a) - norm(b)), norm(a) + norm(b)),
    ),
    (
        None,
        "your norm is the largest entry: ‖a‖ is the root of the sum of the squares.",
        quotient_of(largest),
    ),
    (
        None,
        "your norm is the sum of the absolute entries: ‖a‖ is the root of the sum of the squares.",
        quotient_of(total),
    ),
    (None, "your norms are squared: take the root of each sum of squares.", quotient_of(squared)),
    (
        None,
        "your norm is the spectral norm of a matrix: ‖a‖ is the root of the sum of the squares.",
        quotient_of(spectral),
    ),
)


def divided(ratio, a, b):
    above, below = ratio(a, b)
    return np.float64(above) / below


def zero_where_both_vanish(wrong, a, b):
    return 0.0 if not (a.any() or b.any()) else wrong(a, b)


def entry_by_entry(mean_or_max, a, b):
    below = np.abs(a) + np.abs(b)
    return mean_or_max(np.abs(a - b) / np.where(below == 0, 1, below))


def guarded(tiny, a, b):
    return norm(a - b) / (norm(a) + norm(b) + tiny)


def floored(tiny, a, b):
    return norm(a - b) / max(norm(a) + norm(b), tiny)


ABSOLUTE = "your error is absolute: a wrong gradient that is small would pass. Divide by ‖a‖ + ‖b‖."
GUARD = "you keep the denominator away from 0 by {:g}: small arrays then look equal. Only 0 / 0 needs a case."


def error_mistake(number, says, wrong):
    return Mistake(number, says, "eq-relative-error", wrong)


ERROR_MISTAKES = (
    *(
        error_mistake(number, says, wrong)
        for number, says, ratio in RATIOS
        for wrong in (
            partial(divided, ratio),
            partial(zero_where_both_vanish, partial(divided, ratio)),
        )
    ),
    *(
        error_mistake("M78", ABSOLUTE, lambda a, b, length=length: length(a - b))
        for length in (norm, largest, total)
    ),
    error_mistake(
        "M78",
        "your error is the mean of the absolute differences: divide norms by norms.",
        lambda a, b: np.abs(a - b).mean(),
    ),
    error_mistake(
        None,
        "your error is the largest relative error of an entry: take norms of whole arrays.",
        partial(entry_by_entry, np.max),
    ),
    error_mistake(
        None,
        "your error is the mean of the entries' relative errors: take norms of whole arrays.",
        partial(entry_by_entry, np.mean),
    ),
    error_mistake(
        None,
        "your error is 1 where both arrays vanish: they are equal, so it is 0.",
        lambda a, b: divided(quotient_of(norm), a, b) if a.any() or b.any() else 1.0,
    ),
    *(
        error_mistake(None, GUARD.format(tiny), partial(way, tiny))
        for tiny in (1e-7, 1e-8, 1e-10, 1e-12)
        for way in (guarded, floored)
        if way is guarded or tiny > 1e-8 / 2
    ),
)
