"""Mistakes in the losses: in what is averaged, in the terms, and in the way from z to ln p."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpkit.reference.activations import softmax

from ..pairs import Times
from .steps import Slip, slipped

MEAN = "sum over the outputs, then take the mean over the samples."
AVERAGES = (  # number, sentence, the loss of the batch from the terms, shape (K, m)
    ("M7", f"your loss is a mean over outputs and samples alike: {MEAN}", lambda t: t.mean()),
    ("M48", f"your loss is the sum over the batch: {MEAN}", lambda t: t.sum()),
    ("M7", f"your loss is divided by the number of outputs in the place of m: {MEAN}",
     lambda t: t.sum() / len(t)),
    (None, f"your loss has one number for each sample: {MEAN}", lambda t: t.sum(axis=0)),
)  # fmt: skip


def right(terms):
    return terms.sum(axis=0).mean()


@dataclass(frozen=True)
class Loss:
    """The steps of a loss: its terms, shape (K, m), those of the question by default, and their average."""

    terms: Callable | None = None
    average: Callable = right


def loss_run(terms):
    """Return the loss by steps, whose right terms these are."""
    return lambda steps, a, y: steps.average((steps.terms or terms)(a, y))


def averaged(terms=None):
    """Return the slips of a loss in what is averaged."""
    return tuple(
        Slip(number, says, "eq-batch-loss", Loss(terms, average)) for number, says, average in AVERAGES
    )


def reversed_sign(says, equation, terms=None):
    return Slip("M5", says, equation, Loss(terms, Times(lambda t: -1, right)))


def in_terms(equation, *slips):
    """Return slips in the terms of a loss, each given as number, sentence and wrong terms."""
    return tuple(Slip(number, says, equation, Loss(terms)) for number, says, terms in slips)


def squares(o, y):
    return (o - y) ** 2 / 2


HALF_IS_MISSING = tuple(
    Slip("M6", f"the ½ is missing{says}", "eq-half-squared-error", Loss(average=Times(lambda t: 2, average)))
    for says, average in (
        (".", right),
        (f", and your loss is a mean over outputs and samples alike: {MEAN}", np.mean),
        (f", and your loss is the sum over the batch: {MEAN}", np.sum),
        (", and your loss has one number for each sample: take their mean.", lambda t: t.sum(axis=0)),
    )
)
SQUARED_SLIPS = (
    *averaged(),
    *HALF_IS_MISSING,
    *in_terms(
        "eq-half-squared-error",
        (None, "the square is missing: your loss adds up the distances ½|o − y|.",
         lambda o, y: np.abs(o - y) / 2),
        (None, "the square is missing: your differences o − y can cancel one another.",
         lambda o, y: (o - y) / 2),
    ),
    reversed_sign("the sign is reversed: a loss is smallest where the output is right.",
                  "eq-half-squared-error"),
)  # fmt: skip
SQUARED_MISTAKES = slipped(SQUARED_SLIPS, loss_run(squares))


def yes_and_no(o, y):
    return -(y * np.log(o) + (1 - y) * np.log(1 - o))


NO_MINUS = "the minus is missing: the logarithm of a probability is negative, and the loss is positive."
BINARY_SLIPS = (*averaged(), reversed_sign(NO_MINUS, "eq-binary-cross-entropy"), *in_terms(
    "eq-binary-cross-entropy",
    (None, "the term (1 − y) ln(1 − o) is missing: where y = 0 the loss is −ln(1 − o), and not 0.",
     lambda o, y: -y * np.log(o)),
    (None, "the term y ln o is missing: where y = 1 the loss is −ln o, and not 0.",
     lambda o, y: -(1 - y) * np.log(1 - o)),
    (None, "the two logarithms are exchanged: y goes with ln o, and 1 − y with ln(1 − o).",
     lambda o, y: -(y * np.log(1 - o) + (1 - y) * np.log(o))),
    (None, "your second term has ln o, where ln(1 − o) belongs.",
     lambda o, y: -(y * np.log(o) + (1 - y) * np.log(o))),
    (None, "your second term has the wrong sign: −y ln o − (1 − y) ln(1 − o) adds up both.",
     lambda o, y: -(y * np.log(o) - (1 - y) * np.log(1 - o))),
    (None, "your loss is the half squared error of o and y.", squares),
))  # fmt: skip
BINARY_MISTAKES = slipped(BINARY_SLIPS, loss_run(yes_and_no))


def log_p(z):
    """Return ln p as eq-cross-entropy needs it, finite for every z."""
    shifted = z - z.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


def exponentials(z):
    return np.exp(z) / np.exp(z).sum(axis=0)


def shifted_by_one(z):
    """Return softmax with one maximum for all columns."""
    return exponentials(z - z.max())


def log_sum(z):
    return z - np.log(np.exp(z).sum(axis=0))


WAYS = {  # sentence on what overflows, and ln p; what warns in more cases stands first
    "e^z overflows: subtract the largest z of each column first, and take no logarithm of p itself.":
        lambda z: np.log(exponentials(z)),
    "you subtract the largest z of the batch, and take the logarithm of p, which can be 0: take each "
    "column's own, and ln p_k = z_k − max z − ln Σ_j e^(z_j − max z).": lambda z: np.log(shifted_by_one(z)),
    "you take the logarithm of p, which is 0 where a z lies far below the others: "
    "write ln p_k = z_k − max z − ln Σ_j e^(z_j − max z).": lambda z: np.log(softmax(z)),
    "e^z overflows in ln Σ_j e^(z_j): subtract the largest z of each column first, and add it afterwards.":
        log_sum,
    "you subtract the largest z of the batch: in a column far below it every e^z becomes 0. "
    "Take each column's own.": lambda z: log_sum(z - z.max()),
}  # fmt: skip
TINY = (1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
GUARDED = "you keep p away from 0 by {:g}: then the loss of a bad answer stays small. Compute ln p from z."


def crossed(log_p):
    return lambda z, y: -y * log_p(z)


def guarded(tiny):
    """Return the two ways to keep a logarithm finite by a tiny number."""
    return lambda z: np.log(softmax(z) + tiny), lambda z: np.log(np.maximum(softmax(z), tiny))


def clipped(tiny):
    return lambda z: np.log(np.clip(softmax(z), tiny, 1 - tiny))


OVERFLOW = in_terms(
    "eq-cross-entropy",
    *(("M71", says, crossed(way)) for says, way in WAYS.items()),
    *(
        ("M71", GUARDED.format(tiny), crossed(way))
        for tiny in TINY
        for way in (*guarded(tiny), clipped(tiny))
    ),
)
OVER_BATCH = "your softmax runs over the batch: each column is a sample, and sums to 1."
ANY_WAY = tuple(  # mistakes that go with every way to compute ln p; the first way is right
    slip
    for way in (None, *WAYS.values())
    for slip in (
        *averaged(way and crossed(way)),
        reversed_sign(NO_MINUS, "eq-cross-entropy", way and crossed(way)),
        *in_terms("eq-softmax", ("M11", OVER_BATCH, crossed(lambda z, way=way or log_p: way(z.T).T))),
    )
)
CROSS_SLIPS = (
    ANY_WAY
    + OVERFLOW
    + in_terms(
        "eq-cross-entropy",
        ("M72", "your softmax is left out: z are logits, and the loss needs ln p with p = softmax(z).",
         crossed(np.log)),
        (None, "your loss is −Σ y z: the part ln Σ_j e^(z_j) of ln p is missing.", crossed(lambda z: z)),
        ("M72", "your softmax is applied twice: z are logits, and p = softmax(z), once.",
         crossed(lambda z: log_p(softmax(z)))),
        (None, "your loss takes the likeliest class of y alone: it is a sum over all classes, weighted by y.",
         lambda z, y: (y == y.max(axis=0)) * -log_p(z)),
        (None, "your loss has a term (1 − y) ln(1 − p), which belongs to the binary cross-entropy.",
         lambda z, y: yes_and_no(softmax(z), y)),
    )
    + in_terms(
        "eq-softmax",
        ("M11", "your softmax runs over the whole array: each column is a sample, and sums to 1.",
         crossed(lambda z: log_p(z.reshape(-1, 1)).reshape(z.shape))),
    )
)  # fmt: skip
CROSS_MISTAKES = slipped(CROSS_SLIPS, loss_run(crossed(log_p)))
