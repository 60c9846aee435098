"""Mistakes in what an affine layer sends back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..pairs import Times
from ..question import Mistake
from .steps import Slip, slipped

PRODUCT, COPIES = "eq-matrix-product-vjp", "eq-unbroadcast"


@dataclass(frozen=True)
class SentBack:
    """The steps of `affine_vjp`, each a function of the upstream gradient and the layer."""

    dW: Callable = lambda g, W, a: g @ a.T  # eq-matrix-product-vjp
    da: Callable = lambda g, W, a: W.T @ g  # eq-matrix-product-vjp
    db: Callable = lambda g, W, a: g.sum(axis=1, keepdims=True)  # eq-unbroadcast


RIGHT = SentBack()


def vjp_run(steps, W, a, g):
    return steps.dW(g, W, a), steps.da(g, W, a), steps.db(g, W, a)


def times(factor, *names):
    """Return the steps with a factor in some of them."""
    return SentBack(**{name: Times(factor, getattr(RIGHT, name)) for name in names})


def of_m(g):
    return 1 / g.shape[1]


VJP_SLIPS = (
    Slip("M15", "your da is W g: backwards the sum runs over the rows of W, so it is Wᵀ g.", PRODUCT,
         SentBack(da=lambda g, W, a: W @ g)),
    Slip("M30", "your da is g itself: it comes back through the weights, Wᵀ g.", PRODUCT,
         SentBack(da=lambda g, W, a: g)),
    Slip(None, "your da is transposed: it has the shape of a, its samples in columns.", PRODUCT,
         SentBack(da=lambda g, W, a: g.T @ W)),
    Slip("M38", "your dW is transposed: it has the shape of W.", PRODUCT,
         SentBack(dW=lambda g, W, a: a @ g.T)),
    Slip("M39", "your dW multiplies g and a entry by entry: it is the matrix product g aᵀ.", PRODUCT,
         SentBack(dW=lambda g, W, a: g * a)),
    Slip("M40", "your dW and db are those of the last sample alone: add up all samples.", PRODUCT,
         SentBack(dW=lambda g, W, a: g[:, -1:] @ a[:, -1:].T, db=lambda g, W, a: g[:, -1:])),
    Slip("M42", "your db is zero: b is copied into every column, and its gradient is their sum.", COPIES,
         SentBack(db=lambda g, W, a: np.zeros((len(g), 1)))),
    Slip("M43", "your db is g itself: b was copied into m columns, so add them up.", COPIES,
         SentBack(db=lambda g, W, a: g)),
    Slip(None, "your db has lost its second axis: keepdims=True keeps it a column.", COPIES,
         SentBack(db=lambda g, W, a: g.sum(axis=1))),
    Slip(None, "your db lies in a row: it has the shape of b, (n, 1).", COPIES,
         SentBack(db=lambda g, W, a: g.sum(axis=1)[None])),
    *(
        Slip("M44", "your db sums over the units (axis 0): it runs over the samples (axis 1).", COPIES,
             SentBack(db=lambda g, W, a, kept=kept: g.sum(axis=0, keepdims=kept)))
        for kept in (False, True)
    ),
    Slip(None, "your db is the sum of all entries: each unit has its own.", COPIES,
         SentBack(db=lambda g, W, a: g.sum())),
    Slip("M49", "your gradients are means over the batch: here they are sums, not divided by m.", PRODUCT,
         times(of_m, "dW", "db")),
    Slip("M49", "all your results are divided by m: here they are sums, and nothing is divided.", PRODUCT,
         times(of_m, "dW", "da", "db")),
    Slip("M47", "your db is a mean, your dW a sum: both are sums over the batch.", COPIES, times(of_m, "db")),
    Slip("M49", "your dW is a mean, your db a sum: both are sums over the batch.", PRODUCT,
         times(of_m, "dW")),
    Slip("M5", "all your results have the sign reversed.", PRODUCT, times(lambda g: -1, "dW", "da", "db")),
)  # fmt: skip
OTHER_ORDER = "your results stand in another order: it is (dW, da, db)."
VJP_MISTAKES = slipped(VJP_SLIPS, vjp_run) + (
    Mistake("M52", OTHER_ORDER, PRODUCT, lambda W, a, g: (W.T @ g, g @ a.T, g.sum(axis=1, keepdims=True))),
    Mistake("M52", OTHER_ORDER, PRODUCT, lambda W, a, g: (g @ a.T, g.sum(axis=1, keepdims=True), W.T @ g)),
)
