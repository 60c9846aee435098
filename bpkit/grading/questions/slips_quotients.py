"""Mistakes in central differences over a network's parameters."""

from functools import partial

import numpy as np

from ..question import Mistake


def slopes(quotient, loss_fn, W, b, h=1e-5):
    """Take another quotient for each entry: `quotient(L, h)`, with L(t) the loss at t beside it."""

    def of_entry(p, l, i):
        def moved(t):
            own = p[l][i]
            p[l][i] = own + t
            value = loss_fn(W, b)
            p[l][i] = own
            return value

        return quotient(moved, h)

    return tuple({l: by_entry(partial(of_entry, p, l), p[l].shape) for l in p} for p in (W, b))


def by_entry(value, shape):
    """Return an array whose entries are `value(index)`, one after the other.

    >>> by_entry(lambda i: sum(i), (2, 2))
    array([[0., 1.],
           [1., 2.]])
    """
    array = np.empty(shape)
    for i in np.ndindex(shape):
        array[i] = value(i)
    return array


def central(L, h):
    return (L(h) - L(-h)) / (2 * h)


def together(loss_fn, W, b, h=1e-5):
    """Move all entries of an array at once."""

    def of(p, l):
        values = [loss_fn(*({**q, l: q[l] + t} if q is p else q for q in (W, b))) for t in (h, -h)]
        return np.full(p[l].shape, (values[0] - values[1]) / (2 * h))

    return {l: of(W, l) for l in W}, {l: of(b, l) for l in b}


def left_there(first, by_layer, loss_fn, W, b, h=1e-5):
    """Move an entry by `first`, then to the other side, and leave it there."""
    gradients = {id(p): {l: np.empty(p[l].shape) for l in p} for p in (W, b)}
    arrays = [(p, l) for p in (W, b) for l in p]
    for p, l in sorted(arrays, key=lambda pair: pair[1]) if by_layer else arrays:
        for i in np.ndindex(p[l].shape):
            p[l][i] += first * h
            value = loss_fn(W, b)
            p[l][i] -= 2 * first * h
            gradients[id(p)][l][i] = first * (value - loss_fn(W, b)) / (2 * h)
    return gradients[id(W)], gradients[id(b)]


def without_biases(loss_fn, W, b, h=1e-5):
    return slopes(central, loss_fn, W, b, h)[0], {l: np.zeros_like(b[l]) for l in b}


def exchanged(loss_fn, W, b, h=1e-5):
    return slopes(central, loss_fn, W, b, h)[::-1]


def by_quotient(number, says, quotient):
    return Mistake(number, says, "eq-central-difference", partial(slopes, quotient))


def quotient_mistake(number, says, wrong):
    return Mistake(number, says, "eq-central-difference", wrong)


ONE_SIDED = "your quotient steps to one side only: its error is of order h, that of a central difference h²."
NOT_RESTORED = (
    "you leave each parameter where the second step has put it: put it back before you turn to the next one."
)
IGNORED = "you do not use the h that you are given."
QUOTIENT_MISTAKES = (
    by_quotient("M74", ONE_SIDED, lambda L, h: (L(h) - L(0)) / h),
    by_quotient("M74", ONE_SIDED, lambda L, h: (L(0) - L(-h)) / h),
    by_quotient("M75", "you divide by h: the two values are 2h apart.", lambda L, h: (L(h) - L(-h)) / h),
    by_quotient(
        None,
        "your quotient is divided by 2 and multiplied by h: write / (2 * h).",
        lambda L, h: (L(h) - L(-h)) / 2 * h,
    ),
    by_quotient(None, "your difference of two losses is not divided by 2h.", lambda L, h: L(h) - L(-h)),
    by_quotient(
        None,
        "your second step goes back to where the first began: it has to go on to the other side.",
        lambda L, h: (L(h) - L(0)) / (2 * h),
    ),
    by_quotient(
        None,
        "your two values are h apart, not 2h: go by h to each side.",
        lambda L, h: (L(h / 2) - L(-h / 2)) / h,
    ),
    by_quotient(
        None,
        "your sign is reversed: the loss at +h comes first, then that at −h.",
        lambda L, h: (L(-h) - L(h)) / (2 * h),
    ),
    by_quotient(
        "M77",
        "your gradient is zero: loss_fn never sees the parameter that you move. Look for a copy.",
        lambda L, h: 0 * L(h),
    ),
    *(by_quotient(None, IGNORED, lambda L, h, own=own: central(L, own)) for own in (1e-5, 1e-4, 1e-6)),
    *(
        quotient_mistake("M76", NOT_RESTORED, partial(left_there, first, by_layer))
        for first in (1, -1)
        for by_layer in (False, True)
    ),
    quotient_mistake(None, "you move a whole array at once: each entry has a slope of its own.", together),
    quotient_mistake(None, "your db is zero: the biases are parameters too.", without_biases),
    quotient_mistake(None, "you return (db, dW): dW comes first.", exchanged),
)
