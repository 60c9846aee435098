"""Mistakes in what an affine layer sends back."""

import numpy as np

from ..question import Mistake

PRODUCT, COPIES = "eq-matrix-product-vjp", "eq-unbroadcast"


def vjp(dW=None, da=None, db=None):
    """Return `affine_vjp` with a wrong version in the place of some results."""
    steps = (
        dW or (lambda W, a, g: g @ a.T),
        da or (lambda W, a, g: W.T @ g),
        db or (lambda W, a, g: g.sum(axis=1, keepdims=True)),
    )
    return lambda W, a, g: tuple(step(W, a, g) for step in steps)


def divided(W, a, g, all_three=False):
    """Return the means over the batch."""
    dW, da, db = vjp()(W, a, g)
    m = g.shape[1]
    return dW / m, da / m if all_three else da, db / m


VJP_MISTAKES = (
    Mistake("M15", "your da is W g: backwards the sum runs over the rows of W, so it is Wᵀ g.", PRODUCT,
            vjp(da=lambda W, a, g: W @ g)),
    Mistake("M30", "your da is g itself: it comes back through the weights, Wᵀ g.", PRODUCT,
            vjp(da=lambda W, a, g: g)),
    Mistake(None, "your da is transposed: it has the shape of a, its samples in columns.", PRODUCT,
            vjp(da=lambda W, a, g: g.T @ W)),
    Mistake("M38", "your dW is transposed: it has the shape of W.", PRODUCT,
            vjp(dW=lambda W, a, g: a @ g.T)),
    Mistake("M39", "your dW multiplies g and a entry by entry: it is the matrix product g aᵀ.", PRODUCT,
            vjp(dW=lambda W, a, g: g * a)),
    Mistake("M40", "your dW and db are those of the last sample alone: add up all samples.", PRODUCT,
            vjp(dW=lambda W, a, g: g[:, -1:] @ a[:, -1:].T, db=lambda W, a, g: g[:, -1:])),
    Mistake("M42", "your db is zero: b is copied into every column, and its gradient is their sum.", COPIES,
            vjp(db=lambda W, a, g: np.zeros((len(g), 1)))),
    Mistake("M43", "your db is g itself: b was copied into m columns, so add them up.", COPIES,
            vjp(db=lambda W, a, g: g)),
    Mistake(None, "your db has lost its second axis: keepdims=True keeps it a column.", COPIES,
            vjp(db=lambda W, a, g: g.sum(axis=1))),
    Mistake(None, "your db lies in a row: it has the shape of b, (n, 1).", COPIES,
            vjp(db=lambda W, a, g: g.sum(axis=1)[None])),
    *(
        Mistake("M44", "your db sums over the units (axis 0): it runs over the samples (axis 1).", COPIES,
                vjp(db=lambda W, a, g, kept=kept: g.sum(axis=0, keepdims=kept)))
        for kept in (False, True)
    ),
    Mistake(None, "your db is the sum of all entries: each unit has its own.", COPIES,
            vjp(db=lambda W, a, g: g.sum())),
    Mistake("M49", "your gradients are means over the batch: here they are sums, not divided by m.",
            PRODUCT, divided),
    Mistake("M49", "all your results are divided by m: here they are sums, and nothing is divided.", PRODUCT,
            lambda W, a, g: divided(W, a, g, all_three=True)),
    Mistake("M47", "your db is a mean, your dW a sum: both are sums over the batch.", COPIES,
            vjp(db=lambda W, a, g: g.mean(axis=1, keepdims=True))),
    Mistake("M49", "your dW is a mean, your db a sum: both are sums over the batch.", PRODUCT,
            vjp(dW=lambda W, a, g: g @ a.T / g.shape[1])),
    Mistake("M5", "all your results have the sign reversed.", PRODUCT,
            lambda W, a, g: vjp()(W, a, -g)),
    Mistake("M52", "your results stand in another order: it is (dW, da, db).", PRODUCT,
            lambda W, a, g: (W.T @ g, g @ a.T, g.sum(axis=1, keepdims=True))),
    Mistake("M52", "your results stand in another order: it is (dW, da, db).", PRODUCT,
            lambda W, a, g: (g @ a.T, g.sum(axis=1, keepdims=True), W.T @ g)),
)  # fmt: skip
