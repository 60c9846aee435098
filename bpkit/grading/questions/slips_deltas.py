"""Mistakes in δ^(L) where it is asked for by itself: for every pair of output and loss, large numbers too."""

import numpy as np

from bpkit.reference.activations import activation

from ..pairs import Times
from .draws import BINARY, CLASSES, SQUARED
from .slips_gradients import AVERAGED_DELTA
from .slips_output import OUTPUT_SLIPS, when
from .steps import RIGHT, slip

AT_ONCE = (
    "with this pair of output and loss the factor cancels by hand, before any number is put in: δ = o − y."
)


def from_o(output):
    """Return a step that is right but for o, which is `output(p)`."""

    def delta(p):
        o = output(p)
        g = o - p.y
        if p.canonical:
            return g
        return g * p.prime(p.L) if p.elementwise else o * (g - (o * g).sum(axis=0))

    return delta


def prime_by(formula):
    """Return a step whose f′ is `formula(z, o)` for every output that has one."""
    return when(lambda p: p.elementwise and not p.canonical, lambda p: p.dl_do * formula(p.z[p.L], p.o))


def prime_of(name, formula):
    """Return a step whose f′ is `formula(z, o)` for one output with half squared error."""
    return when(lambda p: p.f[p.L] == name and p.loss == SQUARED, lambda p: p.dl_do * formula(p.z[p.L], p.o))


def uncancelled(*losses):
    """Return a step that computes the factor and its inverse, where it could have cancelled them."""

    def delta(p):
        if p.loss == CLASSES:
            g = -p.y / p.o
            return p.o * (g - (p.o * g).sum(axis=0))
        return (p.o - p.y) / (p.o * (1 - p.o)) * p.prime(p.L)

    return when(lambda p: p.loss in losses, delta)


def careless(*names):
    """Return a step with formulas for these outputs that overflow."""
    formulas = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=0),
        "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    }
    chosen = {name: formulas[name] for name in names}
    return from_o(lambda p: chosen.get(p.f[p.L], activation(p.f[p.L]))(p.z[p.L]))


FACTOR_SLIPS = (
    slip(
        "M1",
        "your δ^(L) is ∂ℓ/∂o for every pair: the way from o back to z, the factor f′(z^(L)), is missing.",
        "eq-delta-output-general",
        output=lambda p: p.dl_do,
    ),
    slip(
        "M1",
        "your δ^(L) for sigmoid with binary cross-entropy is ∂ℓ/∂o = (o − y) / (o(1 − o)): "
        "the factor f′(z^(L)) is missing, and it cancels the denominator.",
        "eq-delta-output",
        output=when(lambda p: p.loss == BINARY, lambda p: (p.o - p.y) / (p.o * (1 - p.o))),
    ),
    slip(
        "M7",
        "your δ^(L) of the half squared error has the factor 2/K: that is the mean squared error's.",
        "eq-half-squared-error",
        output=Times(lambda p: 2 / len(p.y) if p.loss == SQUARED else 1),
    ),
    slip(
        "M19",
        "your δ^(L) is multiplied by o = f(z^(L)): the factor is the derivative f′(z^(L)).",
        "eq-delta-output-general",
        output=prime_by(lambda z, o: o),
    ),
    slip(
        "M20",
        "your δ^(L) has the sigmoid's derivative o(1 − o) for tanh and relu too: each output has its own.",
        "eq-delta-output-general",
        output=prime_by(lambda z, o: o * (1 - o)),
    ),
    slip(
        "M20",
        "your δ^(L) for tanh has the sigmoid's derivative o(1 − o): that of tanh is 1 − o².",
        "eq-tanh-prime",
        output=prime_of("tanh", lambda z, o: o * (1 - o)),
    ),
    slip(
        "M21",
        "your derivative of tanh is 1 − o: the square is missing, it is 1 − o².",
        "eq-tanh-prime",
        output=prime_of("tanh", lambda z, o: 1 - o),
    ),
    slip(
        "M22",
        "your δ^(L) for relu is o − y everywhere: where z < 0 the derivative is 0.",
        "eq-relu-prime",
        output=prime_of("relu", lambda z, o: np.ones_like(z)),
    ),
    slip(
        "M23",
        "your δ^(L) has the factor f′(z^(L)) twice where the half squared error asks for it once.",
        "eq-delta-output-general",
        output=when(lambda p: p.elementwise and not p.canonical, lambda p: RIGHT.output(p) * p.prime(p.L)),
    ),
)
SOFTMAX_SLIPS = (
    slip(
        "M11",
        "your softmax runs over the batch: each column is a sample, and sums to 1.",
        "eq-softmax",
        output=when(lambda p: not p.elementwise, from_o(lambda p: activation("softmax")(p.z[p.L].T).T)),
    ),
    slip(
        "M8",
        "your sum over the outputs in softmax with half squared error runs over the samples too: "
        "each column has its own.",
        "eq-delta-output-softmax",
        output=when(
            lambda p: not (p.elementwise or p.canonical),
            lambda p: p.o * (p.o - p.y - (p.o * (p.o - p.y)).sum()),
        ),
    ),
    slip(
        "M72",
        "your o is z itself: the output's activation is missing, o = f(z).",
        "eq-activation",
        output=from_o(lambda p: p.z[p.L]),
    ),
    slip(
        "M72",
        "your output's activation is applied twice: z is what goes into f, and o = f(z).",
        "eq-activation",
        output=from_o(lambda p: activation(p.f[p.L])(p.o)),
    ),
)
OVERFLOWING = "overflows for large z. activation(name) gives you a form that does not."
LARGE_SLIPS = (  # what warns in more cases stands first
    *(
        slip("M71", f"your own formula for {' and '.join(names)} {OVERFLOWING}", "eq-activation",
             output=careless(*names))
        for names in (("sigmoid", "softmax", "tanh"), ("sigmoid", "softmax"),
                      ("sigmoid",), ("softmax",), ("tanh",))
    ),
    *(
        slip("M71", f"your formula divides by 0 where o is 0 or 1: {AT_ONCE}", "eq-delta-output",
             output=uncancelled(*losses))
        for losses in ((BINARY, CLASSES), (BINARY,), (CLASSES,))
    ),
)  # fmt: skip
DELTA_SLIPS = OUTPUT_SLIPS + FACTOR_SLIPS + SOFTMAX_SLIPS + LARGE_SLIPS + AVERAGED_DELTA
