"""Mistakes in δ^(L), the error of the output layer."""

from ..pairs import Times
from .steps import RIGHT, slip


def when(condition, wrong):
    """Return a step for δ^(L) that is wrong where the condition holds and right elsewhere."""
    return lambda p: wrong(p) if condition(p) else RIGHT.output(p)


def output_prime(p):
    """Return f′ of the output as a student writes it: o(1 - o) for softmax too."""
    return p.prime(p.L) if p.elementwise else p.o * (1 - p.o)


OUTPUT_SLIPS = (
    slip(
        "M1",
        "your δ^(L) equals o − y: the factor f′(z^(L)) is missing. "
        "o − y alone is exact only for identity with half squared error, sigmoid with binary "
        "cross-entropy, and softmax with cross-entropy.",
        "eq-delta-output-general",
        output=lambda p: p.o - p.y,
    ),
    slip(
        "M1",
        "your δ^(L) equals o − y for every output but softmax: the factor f′(z^(L)) is missing "
        "where sigmoid, tanh or relu goes with the half squared error.",
        "eq-delta-output-general",
        output=when(lambda p: p.elementwise, lambda p: p.o - p.y),
    ),
    slip(
        "M1",
        "your δ^(L) equals o − y for softmax with half squared error too: "
        "there the Jacobian of softmax stays.",
        "eq-delta-output-softmax",
        output=when(lambda p: not (p.canonical or p.elementwise), lambda p: p.o - p.y),
    ),
    slip(
        "M2",
        "your δ^(L) has the factor f′(z^(L)) once too often: with this pair of output and loss "
        "the factor cancels, and δ^(L) = o − y.",
        "eq-delta-output",
        output=lambda p: (p.o - p.y) * output_prime(p),
    ),
    slip(
        "M2",
        "your δ^(L) = o − y has a factor o(1 − o) too many: with this pair of output and loss it cancels.",
        "eq-delta-output",
        output=when(lambda p: p.canonical, lambda p: (p.o - p.y) * p.o * (1 - p.o)),
    ),
    slip(
        "M3",
        "your f′ of the output layer is taken at o = a^(L): it is a function of z^(L).",
        "eq-delta-output-general",
        output=when(lambda p: not p.canonical and p.elementwise, lambda p: p.dl_do * p.prime(p.L, p.o)),
    ),
    slip(
        "M4",
        "your derivative in δ^(L) is z(1 − z): the form a(1 − a) needs a = σ(z), not z.",
        "eq-sigmoid-prime",
        output=when(lambda p: not p.canonical, lambda p: p.dl_do * p.z[p.L] * (1 - p.z[p.L])),
    ),
    slip(
        "M5",
        "your δ^(L) has the sign reversed: it is the derivative of the loss, so it has o − y and not y − o.",
        "eq-delta-output-general",
        output=Times(lambda p: -1),
    ),
    slip(
        "M6",
        "your δ^(L) is twice the right one: the ½ of the half squared error cancels the 2.",
        "eq-half-squared-error",
        output=Times(lambda p: 2),
    ),
    slip(
        "M6",
        "your δ^(L) of the half squared error is twice the right one: the ½ cancels the 2.",
        "eq-half-squared-error",
        output=Times(lambda p: 2 if p.loss == "half_squared_error" else 1),
    ),
    slip(
        "M6",
        "your δ^(L) is half the right one: the derivative of ½(o − y)² is o − y, for the 2 cancels the ½.",
        "eq-half-squared-error",
        output=Times(lambda p: 1 / 2),
    ),
    slip(
        "M7",
        "your δ^(L) is divided by the number of outputs: ℓ is the sum over the outputs, not their mean.",
        "eq-half-squared-error",
        output=Times(lambda p: 1 / len(p.y)),
    ),
    slip(
        "M8",
        "your δ^(L) keeps only the diagonal of the softmax's Jacobian: "
        "every output depends on every z of its column.",
        "eq-softmax-jacobian",
        output=when(lambda p: p.loss == "cross_entropy", lambda p: -p.y * (1 - p.o)),
    ),
    slip(
        "M8",
        "your δ^(L) for softmax with half squared error keeps only the diagonal of the Jacobian, p(1 − p): "
        "every output depends on every z of its column.",
        "eq-delta-output-softmax",
        output=when(lambda p: not (p.canonical or p.elementwise), lambda p: p.dl_do * output_prime(p)),
    ),
    slip(
        "M9",
        "your δ^(L) is −y/p, the derivative by p: the way from p back to z, through the softmax, is missing.",
        "eq-delta-output-softmax",
        output=when(lambda p: p.loss == "cross_entropy", lambda p: p.dl_do),
    ),
    slip(
        "M10",
        "your δ^(L) divides by o(1 − o): that belongs to the binary cross-entropy, not to the squared error.",
        "eq-delta-output-general",
        output=when(
            lambda p: p.f[p.L] == "sigmoid" and p.loss == "half_squared_error",
            lambda p: (p.o - p.y) / (p.o * (1 - p.o)),
        ),
    ),
)
