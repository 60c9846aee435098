"""Mistakes in the start of a network: in the variance of its weights, their law, shape and source."""

import numpy as np

from bpkit.reference.initializers import initialize

from ..question import Mistake


def normal(variance):
    """Return a draw of normal weights, by their variance as a function of n_out and n_in."""
    return lambda n_out, n_in, rng: rng.normal(0, np.sqrt(variance(n_out, n_in)), (n_out, n_in))


RIGHT = {
    "zeros": lambda n_out, n_in, rng: np.zeros((n_out, n_in)),
    "uniform01": lambda n_out, n_in, rng: rng.random((n_out, n_in)),
    "xavier": normal(lambda n_out, n_in: 2 / (n_in + n_out)),
    "he": normal(lambda n_out, n_in: 2 / n_in),
}


def start(sizes, kind, rng, **draws):
    """Return W and b as they should be, but for the kinds that are drawn in another way."""
    draw, layers = (RIGHT | draws)[kind], range(1, len(sizes))
    W = {l: draw(sizes[l], sizes[l - 1], rng) for l in layers}
    return W, {l: np.zeros((sizes[l], 1)) for l in layers}


def in_draw(number, says, equation, **draws):
    """Return the mistake of drawing some kinds in another way."""
    return Mistake(number, says, equation, lambda sizes, kind, rng: start(sizes, kind, rng, **draws))


def in_result(number, says, change):
    """Return a mistake after the draw, by `change(W, b, rng)`."""
    return Mistake(
        number, says, "eq-xavier", lambda sizes, kind, rng: change(*initialize(sizes, kind, rng), rng)
    )


def he(says, variance):
    return in_draw(None, says, "eq-he", he=normal(variance))


def xavier(says, variance):
    return in_draw(None, says, "eq-xavier", xavier=normal(variance))


def both(says, xavier, he, number=None):
    return in_draw(number, says, "eq-xavier", xavier=xavier, he=he)


def spoiled(change):
    """Return the draws of xavier and he with something done to them: `change(draw, n_out, n_in, rng)`."""

    def of(draw):
        return lambda n_out, n_in, rng: change(draw, n_out, n_in, rng)

    return {"xavier": of(RIGHT["xavier"]), "he": of(RIGHT["he"])}


def deviation(kind, n_out, n_in):
    return np.sqrt(2 / n_in if kind == "he" else 2 / (n_in + n_out))


VARIANCE = "you take the variance for the standard deviation: rng.normal wants its square root."
LIMIT = "your limits are ± the standard deviation σ: the variance of U[−c, c) is c²/3, so that c is √3 σ."
DRAW_MISTAKES = (
    both(VARIANCE, normal(lambda n_out, n_in: (2 / (n_in + n_out)) ** 2),
         normal(lambda n_out, n_in: (2 / n_in) ** 2)),
    he(VARIANCE, lambda n_out, n_in: (2 / n_in) ** 2),
    xavier(VARIANCE, lambda n_out, n_in: (2 / (n_in + n_out)) ** 2),
    both(LIMIT, normal(lambda n_out, n_in: 2 / (n_in + n_out) / 3), normal(lambda n_out, n_in: 2 / n_in / 3)),
    he(LIMIT, lambda n_out, n_in: 2 / n_in / 3),
    xavier(LIMIT, lambda n_out, n_in: 2 / (n_in + n_out) / 3),
    both("you take the limit √3 σ of a uniform distribution for a standard deviation.",
         normal(lambda n_out, n_in: 6 / (n_in + n_out)), normal(lambda n_out, n_in: 6 / n_in)),
    he("your he divides by n_out: it looks at what enters a unit, n_in = sizes[l − 1].",
       lambda n_out, n_in: 2 / n_out),
    he("your he has the variance 1/n_in: relu halves the mean square, and the factor 2 makes up for it.",
       lambda n_out, n_in: 1 / n_in),
    he("your he has the variance of xavier: it looks at n_in alone.", lambda n_out, n_in: 2 / (n_in + n_out)),
    xavier("your xavier has the variance of he: it looks at n_in and n_out.", lambda n_out, n_in: 2 / n_in),
    xavier("your xavier divides by n_out alone: it looks at n_in and n_out.", lambda n_out, n_in: 2 / n_out),
    xavier("your xavier has the variance 1/n_in: it looks at n_in and n_out.", lambda n_out, n_in: 1 / n_in),
    xavier("your xavier has the variance 1/(n_in + n_out): there is a 2 above the line.",
           lambda n_out, n_in: 1 / (n_in + n_out)),
    both("your xavier and your he are exchanged.", RIGHT["he"], RIGHT["xavier"]),
    both("your weights are all of variance 1: it has to fall as the layers get wider.",
         normal(lambda n_out, n_in: 1), normal(lambda n_out, n_in: 1)),
    both("your weights have the standard deviation 0.01 in every layer: it has to follow the layer's sizes.",
         normal(lambda n_out, n_in: 1e-4), normal(lambda n_out, n_in: 1e-4)),
    in_draw("M67", "your weights are all positive, for they are drawn from U[0, 1): only uniform01 is.",
            "eq-xavier", xavier=RIGHT["uniform01"], he=RIGHT["uniform01"]),
    in_draw("M67", "your weights are all positive: their mean should be 0, so draw from both sides of it.",
            "eq-xavier", **{kind: lambda n_out, n_in, rng, kind=kind: rng.random((n_out, n_in))
                            * deviation(kind, n_out, n_in) for kind in ("xavier", "he")}),
    in_draw("M67", "your weights are all positive: their mean should be 0, so draw from both sides of it.",
            "eq-xavier", **{kind: lambda n_out, n_in, rng, kind=kind: rng.random((n_out, n_in))
                            * np.sqrt(3) * deviation(kind, n_out, n_in) for kind in ("xavier", "he")}),
    in_draw("M67", "your weights are all positive: their mean should be 0, so draw from both sides of it.",
            "eq-xavier", **spoiled(lambda draw, *given: np.abs(draw(*given)))),
    in_draw("M66", "your weights are all zero, whatever the kind: the units of a layer then stay equal.",
            "eq-xavier", **dict.fromkeys(("uniform01", "xavier", "he"), RIGHT["zeros"])),
    in_draw("M66", "your weights of a layer are all equal: its units then stay equal. Draw each entry.",
            "eq-xavier", **spoiled(lambda draw, n_out, n_in, rng: np.full((n_out, n_in), draw(1, 1, rng)))),
    in_draw("M66", "the units of a layer all get the same row: they then stay equal. Draw each entry.",
            "eq-xavier", **spoiled(lambda draw, n_out, n_in, rng: np.tile(draw(n_out, n_in, rng)[:1],
                                                                         (n_out, 1)))),
    in_draw(None, "your uniform01 runs from −1 to 1: U[0, 1) is what rng.random gives.", "eq-xavier",
            uniform01=lambda n_out, n_in, rng: rng.uniform(-1, 1, (n_out, n_in))),
    in_draw(None, "your uniform01 is normal: U[0, 1) is what rng.random gives.", "eq-xavier",
            uniform01=normal(lambda n_out, n_in: 1)),
    in_draw(None, "your zeros are ones.", "eq-xavier", zeros=lambda n_out, n_in, rng: np.ones((n_out, n_in))),
)  # fmt: skip
OTHER_SOURCE = "your random numbers come from numpy itself: take all of them from rng, the generator you get."
OWN_SEED = "your random numbers come from a generator of your own with a fixed seed: take them from rng."
RESULT_MISTAKES = (
    in_result("M38", "your W are transposed: W[l] has the shape (n_l, n_(l−1)), a row for each unit.",
              lambda W, b, rng: ({l: W[l].T.copy() for l in W}, b)),
    in_result(None, "your b have the shape (n,): a column (n, 1) is what z = Wa + b needs.",
              lambda W, b, rng: (W, {l: b[l].ravel() for l in b})),
    in_result(None, "your b are rows: a column (n, 1) is what z = Wa + b needs.",
              lambda W, b, rng: (W, {l: b[l].T for l in b})),
    in_result(None, "your b are drawn at random: biases start at zero.",
              lambda W, b, rng: (W, {l: rng.normal(0, 1, b[l].shape) for l in b})),
    in_result(None, "your b are ones: biases start at zero.",
              lambda W, b, rng: (W, {l: np.ones(b[l].shape) for l in b})),
    in_result(None, "your layers are counted from 0: the first weights are W[1].",
              lambda W, b, rng: ({l - 1: W[l] for l in W}, {l - 1: b[l] for l in b})),
    in_result(None, "your b has a key 0: the input has no biases.",
              lambda W, b, rng: (W, {0: np.zeros((W[1].shape[1], 1)), **b})),
    in_result(None, "you return b first: W comes first, and then b.", lambda W, b, rng: (b, W)),
    Mistake(None, OTHER_SOURCE, "eq-xavier",
            lambda sizes, kind, rng: initialize(sizes, kind, np.random.default_rng())),
    Mistake(None, OWN_SEED, "eq-xavier",
            lambda sizes, kind, rng: initialize(sizes, kind, np.random.default_rng(0))),
)  # fmt: skip
START_MISTAKES = DRAW_MISTAKES + RESULT_MISTAKES
