"""Mistakes in the gradients of the weights and biases, and in how the whole pass is averaged."""

import numpy as np

from ..pairs import Times
from .steps import RIGHT, slip

AVERAGED = "ℒ is the mean over the batch, so the sum over the samples is divided by m, once."
SUMMED, DIVIDED = Times(lambda p: p.m), Times(lambda p: 1 / p.m)
GRADIENT_SLIPS = (
    slip(
        "M34",
        "your dW[l] is δ^(l+1)(a^(l))ᵀ: with our count of the layers it is δ^(l)(a^(l−1))ᵀ.",
        "eq-grad-weights",
        dW=lambda p, l: (p.delta[l + 1] @ p.a[l].T / p.m) if l < p.L else RIGHT.dW(p, l),
    ),
    slip(
        "M35",
        "your dW[l] uses δ^(l+1): the weights into layer l have the error of layer l.",
        "eq-grad-weights",
        dW=lambda p, l: (p.delta[l + 1] @ p.a[l - 1].T / p.m) if l < p.L else RIGHT.dW(p, l),
    ),
    slip(
        "M36",
        "your dW[l] uses a^(l): the weights into layer l are multiplied by a^(l−1), what comes into it.",
        "eq-grad-weights",
        dW=lambda p, l: p.delta[l] @ p.a[l].T / p.m,
    ),
    slip(
        "M37",
        "your dW[l] uses z^(l−1): what comes into layer l is a^(l−1).",
        "eq-grad-weights",
        dW=lambda p, l: p.delta[l] @ (p.z[l - 1] if l > 1 else p.a[0]).T / p.m,
    ),
    slip(
        "M38",
        "your dW is transposed: dW[l] has the shape of W[l].",
        "eq-grad-weights",
        dW=lambda p, l: RIGHT.dW(p, l).T,
    ),
    slip(
        "M39",
        "your dW multiplies δ and a entry by entry: it is the outer product δ^(l)(a^(l−1))ᵀ.",
        "eq-grad-weights",
        dW=lambda p, l: p.delta[l] * p.a[l - 1] / p.m,
    ),
    slip(
        "M40",
        "your gradients are those of the last sample alone: add up all samples, then divide by m.",
        "eq-grad-weights",
        dW=lambda p, l: p.delta[l][:, -1:] @ p.a[l - 1][:, -1:].T,
        db=lambda p, l: p.delta[l][:, -1:],
    ),
    slip(
        "M40",
        "your gradients are those of the last sample, divided by m: add up all samples first.",
        "eq-grad-weights",
        dW=lambda p, l: p.delta[l][:, -1:] @ p.a[l - 1][:, -1:].T / p.m,
        db=lambda p, l: p.delta[l][:, -1:] / p.m,
    ),
    slip(
        "M42",
        "your db is zero: the biases have a gradient too, the mean of δ^(l) over the batch.",
        "eq-grad-biases",
        db=lambda p, l: np.zeros_like(RIGHT.db(p, l)),
    ),
    slip(
        "M43",
        "your db is δ itself: it has one column, the mean of δ^(l) over the batch.",
        "eq-grad-biases",
        db=lambda p, l: p.delta[l],
    ),
    slip(
        "M43",
        "your db is δ divided by m, one column a sample: add the columns up.",
        "eq-grad-biases",
        db=lambda p, l: p.delta[l] / p.m,
    ),
    *(
        slip(
            "M44",
            "your db is taken over the units (axis 0): it runs over the samples, the columns (axis 1).",
            "eq-grad-biases",
            db=db,
        )
        for db in (
            lambda p, l: p.delta[l].sum(axis=0),
            lambda p, l: p.delta[l].mean(axis=0),
            lambda p, l: p.delta[l].sum(axis=0, keepdims=True),
            lambda p, l: p.delta[l].mean(axis=0, keepdims=True),
            lambda p, l: p.delta[l].sum(axis=0, keepdims=True) / p.m,
        )
    ),
    slip(
        "M46",
        "your db is multiplied by a: z^(l) contains b^(l) with the factor 1.",
        "eq-grad-biases",
        db=lambda p, l: (p.delta[l] * p.a[l - 1]).mean(axis=1, keepdims=True),
    ),
    slip(
        "M47",
        f"your db is divided by m twice, dW only once. {AVERAGED}",
        "eq-grad-biases",
        db=DIVIDED,
    ),
    slip(
        "M48",
        f"your gradients are sums over the batch. {AVERAGED}",
        "eq-grad-weights",
        dW=SUMMED,
        db=SUMMED,
    ),
    slip(
        "M47",
        f"your dW is the sum over the batch, your db the mean. {AVERAGED}",
        "eq-grad-weights",
        dW=SUMMED,
    ),
    slip(
        None,
        f"your db is the sum over the batch, your dW the mean. {AVERAGED}",
        "eq-grad-biases",
        db=SUMMED,
    ),
    slip(
        "M49",
        f"your gradients are divided by m twice. {AVERAGED}",
        "eq-grad-weights",
        dW=DIVIDED,
        db=DIVIDED,
    ),
    slip(
        "M49",
        "your dW is divided by m twice, db only once. " + AVERAGED,
        "eq-grad-weights",
        dW=DIVIDED,
    ),
)

WHOLE_SLIPS = (
    slip(
        "M49",
        f"your δ^(L) is divided by m, and the gradients once more. {AVERAGED}",
        "eq-grad-weights",
        output=DIVIDED,
    ),
    slip(
        "M53",
        "only your last layer has a gradient: δ has to travel back to every layer.",
        "eq-delta-hidden",
        dW=lambda p, l: RIGHT.dW(p, l) if l == p.L else np.zeros_like(p.W[l]),
        db=lambda p, l: RIGHT.db(p, l) if l == p.L else np.zeros_like(RIGHT.db(p, l)),
    ),
)

AVERAGED_DELTA = (  # shows in δ alone: the gradients come out right
    slip(
        "M49",
        "your δ is divided by m: it is the error of each sample, and the mean is taken in dW and db.",
        "eq-grad-weights",
        output=DIVIDED,
        dW=SUMMED,
        db=SUMMED,
    ),
)
