"""Mistakes of the four two-layer programs of ps07, as steps of the backward pass."""

from dataclasses import replace

import numpy as np

from ..pairs import Times
from .slips_gradients import GRADIENT_SLIPS, WHOLE_SLIPS
from .slips_hidden import HIDDEN_SLIPS
from .slips_output import OUTPUT_SLIPS
from .steps import RIGHT, slip


def only(slips, *numbers):
    """Return the slips with these numbers."""
    return tuple(s for s in slips if s.number in numbers)


def first(slips, *numbers):
    """Return the first slip with each of these numbers: here the others with it come to the same."""
    return tuple(next(s for s in slips if s.number == number) for number in numbers)


def without(slips, *numbers):
    """Return the slips but those with these numbers."""
    return tuple(s for s in slips if s.number not in numbers)


def scaled(number, says, dW, db, equation="eq-batch-loss"):
    """Return a slip that multiplies the gradients by functions of m and the number of outputs."""
    factors = {name: factor for name, factor in (("dW", dW), ("db", db)) if factor is not one}
    times = {name: Times(lambda p, factor=factor: factor(p.m, len(p.y))) for name, factor in factors.items()}
    return slip(number, says, equation, **times)


def one(m, K):
    return 1


def two(m, K):
    return 2


def minus(m, K):
    return -1


def half(m, K):
    return 0.5


def times_m(m, K):
    return m


def by_m(m, K):
    return 1 / m


def by_K(m, K):
    return 1 / K


IN_ROWS = {  # the tables of slips speak of columns and of any depth
    "(W^(l+1))ᵀδ^(l+1)": "δ^(2)(W^(2))ᵀ",
    "(l+1)": "(2)",
    "layer l + 1": "layer 2",
    "layer l ": "layer 1 ",
    "(l)": "(1)",
    "(L)": "(2)",
}


def in_rows(slips):
    """Return slips that speak of a network with two layers, in rows."""
    said = []
    for s in slips:
        says = s.says
        for symbol, number in IN_ROWS.items():
            says = says.replace(symbol, number)
        said.append(replace(s, says=says))
    return tuple(said)


SUM = "this loss is the sum over the batch, and so are its gradients"
BIAS = "the gradient of a bias is the sum of δ over the samples, of shape (1, n)"
DOWN = "the loss grows along the gradient, so a step goes against it, θ − η ∂ℒ/∂θ"
UPHILL = scaled("M54", f"your step goes uphill: {DOWN}.", minus, minus, "eq-update")
STILL = slip("M42", "your biases stay as they were: they have a gradient too, and move against it.",
             "eq-grad-biases", db=lambda p, l: np.zeros_like(RIGHT.db(p, l)))  # fmt: skip
XOR_GRADIENT_SLIPS = (  # all gradients are multiplied by m in the end
    UPHILL,
    STILL,
    scaled(None, f"your gradients are means over the samples: {SUM}.", by_m, by_m),
    scaled("M47", f"your biases move by means over the samples, your weights by sums: {SUM}.", one, by_m),
    scaled("M47", f"your weights move by means over the samples, your biases by sums: {SUM}.", by_m, one),
    scaled("M6", "your gradients are twice too large: the ½ of the half squared error cancels the 2.",
           two, two, "eq-half-squared-error-gradient"),
    scaled("M6", "your gradients are half as large as they should be: the ½ cancels the 2, and no ½ is left.",
           half, half, "eq-half-squared-error-gradient"),
    scaled("M7", f"your gradients are divided by the number of outputs: {SUM}.", by_K, by_K),
    scaled("M7", f"your gradients are means over samples and outputs: {SUM}.",
           lambda m, K: 1 / (m * K), lambda m, K: 1 / (m * K)),
    slip("M34", "your gradient of W1 is a1ᵀδ2, that of W2: W1 lies between X and δ1.", "eq-grad-weights",
         dW=lambda p, l: (p.delta[2] @ p.a[1].T / p.m) if l == 1 else RIGHT.dW(p, l)),
    slip("M36", "your gradient of W2 is made of the output: W2 is multiplied by a1, what comes into it.",
         "eq-grad-weights", dW=lambda p, l: (p.delta[2] @ p.a[2].T / p.m) if l == 2 else RIGHT.dW(p, l)),
    slip("M36", "your gradients are made of a1 and the output: a layer's weights are multiplied by what "
         "comes into it, X and a1.", "eq-grad-weights", dW=lambda p, l: p.delta[l] @ p.a[l].T / p.m),
    slip("M37", "your gradient of W2 is made of z1: what comes into layer 2 is a1 = σ(z1).",
         "eq-grad-weights", dW=lambda p, l: (p.delta[2] @ p.z[1].T / p.m) if l == 2 else RIGHT.dW(p, l)),
    slip("M38", "your gradients of the weights are transposed.", "eq-grad-weights",
         dW=lambda p, l: RIGHT.dW(p, l).T),
    slip("M40", f"your gradients are those of the last sample alone: {SUM}.", "eq-grad-weights",
         dW=lambda p, l: p.delta[l][:, -1:] @ p.a[l - 1][:, -1:].T / p.m,
         db=lambda p, l: p.delta[l][:, -1:] / p.m),
    slip("M43", f"your biases have a row for each sample: {BIAS}.", "eq-grad-biases",
         db=lambda p, l: p.delta[l] / p.m),
    slip("M44", f"your δ is summed over the units for the biases: {BIAS}.", "eq-grad-biases",
         db=lambda p, l: p.delta[l].sum(axis=0, keepdims=True) / p.m),
    slip("M44", f"all biases of a layer move by the same number, the sum over all of δ: {BIAS}.",
         "eq-grad-biases", db=lambda p, l: p.delta[l].sum() / p.m),
    slip("M53", "only your last layer learns: δ has to travel back to layer 1.", "eq-delta-hidden",
         dW=lambda p, l: RIGHT.dW(p, l) * (l == 2), db=lambda p, l: RIGHT.db(p, l) * (l == 2)),
)  # fmt: skip
SIGMOID_OUTPUT = first(OUTPUT_SLIPS, "M1", "M3", "M4", "M10")
SIGMOID_HIDDEN = without(HIDDEN_SLIPS, "M20", "M21", "M22")
LAST_ALONE = only(WHOLE_SLIPS, "M53")
XOR_SLIPS = in_rows(SIGMOID_OUTPUT + SIGMOID_HIDDEN) + XOR_GRADIENT_SLIPS

CROSS_SLIPS = (
    slip("M2", "your δ^(2) has the factor p(1 − p) once too often: with softmax and cross-entropy it "
         "cancels, and δ^(2) = p − y.", "eq-delta-output", output=lambda p: (p.o - p.y) * p.o * (1 - p.o)),
    slip("M5", "your δ^(2) has the sign reversed: it is p − y, and not y − p.", "eq-delta-output",
         output=lambda p: p.y - p.o),
    slip("M6", "your δ^(2) is twice the right one: there is no square here that could give a 2.",
         "eq-delta-output", output=lambda p: 2 * (p.o - p.y)),
    slip("M7", "your δ^(2) is divided by the number of classes: ℓ is the sum over the classes.",
         "eq-cross-entropy", output=lambda p: (p.o - p.y) / len(p.y)),
    slip("M8", "your δ^(2) is −y(1 − p), the diagonal of the softmax's Jacobian alone: every output depends "
         "on every z of its column.", "eq-softmax-jacobian", output=lambda p: -p.y * (1 - p.o)),
    slip("M9", "your δ^(2) is −y/p, the derivative by p: the way from p back to z, through the softmax, "
         "is missing.", "eq-delta-output-softmax", output=lambda p: -p.y / p.o),
    slip("M72", "your δ^(2) is z − y: the softmax of the output is missing.", "eq-activation",
         output=lambda p: p.z[2] - p.y),
)  # fmt: skip
RELU_SLIPS = only(HIDDEN_SLIPS, "M14", "M15", "M16", "M19", "M25", "M27", "M30", "M31") + (
    slip("M20", "your hidden layer has the sigmoid's slope a(1 − a): that of relu is 1 where z > 0, else 0.",
         "eq-relu-prime", hidden=lambda p, l: p.back(l) * p.a[l] * (1 - p.a[l])),
    slip("M20", "your hidden layer has the slope of tanh, 1 − a²: that of relu is 1 where z > 0, else 0.",
         "eq-relu-prime", hidden=lambda p, l: p.back(l) * (1 - p.a[l] ** 2)),
    slip("M22", "your slope of relu is 1 where z < 0 and 0 where z > 0: it is the other way round.",
         "eq-relu-prime", hidden=lambda p, l: p.back(l) * (p.z[l] < 0)),
)  # fmt: skip
CROSS_LOSS_SLIPS = (
    slip("M48", "your loss is the sum over the batch: ℒ is the mean.", "eq-batch-loss",
         loss=Times(lambda p: p.m)),
    slip("M7", "your loss is a mean over the classes too: ℓ is their sum.", "eq-cross-entropy",
         loss=Times(lambda p: 1 / len(p.y))),
    slip("M5", "your loss has the sign reversed: ln p is negative, and the loss is −Σ y ln p.",
         "eq-cross-entropy", loss=Times(lambda p: -1)),
)  # fmt: skip
SOFTMAX_SLIPS = CROSS_SLIPS + RELU_SLIPS + GRADIENT_SLIPS + LAST_ALONE + CROSS_LOSS_SLIPS

MSE = "this loss is the sum of (o − y)² over the outputs, its mean over the samples, without a ½"
HALF, BY_K = Times(lambda p: 0.5), Times(lambda p: 1 / len(p.y))
SINE_LOSS_SLIPS = (
    slip("M6", f"your loss has a ½: {MSE}.", "eq-mean-squared-error", loss=HALF),
    slip("M6", f"your loss and your step are those of the half squared error: {MSE}.",
         "eq-mean-squared-error", loss=HALF, dW=HALF, db=HALF),
    slip("M7", f"your loss is a mean over the outputs too: {MSE}.", "eq-mean-squared-error", loss=BY_K),
    slip("M7", f"your loss and your step are those of a mean over the outputs too: {MSE}.",
         "eq-mean-squared-error", loss=BY_K, dW=BY_K, db=BY_K),
    slip("M48", f"your loss is the sum over the batch: {MSE}.", "eq-batch-loss", loss=Times(lambda p: p.m)),
)  # fmt: skip
TWO = "eq-mean-squared-error-gradient"
SINE_SCALE_SLIPS = (
    scaled("M6", f"your gradients lack the factor 2: {MSE}.", half, half, TWO),
    scaled("M6", f"your gradients have the factor 2 twice: {MSE}.", two, two, TWO),
    scaled("M7", f"your gradients are divided by the number of outputs: {MSE}.", by_K, by_K),
    scaled("M48", f"your gradients are sums over the batch, and lack the factor 2: {MSE}.",
           lambda m, K: m / 2, lambda m, K: m / 2),
    scaled("M5", "your gradients have the sign reversed, are sums over the batch and lack the factor 2, as "
           f"in the program that was found: {MSE}.", lambda m, K: -m / 2, lambda m, K: -m / 2),
)  # fmt: skip
TANH_SLIPS = without(HIDDEN_SLIPS, "M3", "M4", "M20", "M22") + (
    slip("M20", "your hidden layer has the sigmoid's slope a(1 − a): that of tanh is 1 − a².",
         "eq-tanh-prime", hidden=lambda p, l: p.back(l) * p.a[l] * (1 - p.a[l])),
    slip("M4", "your slope is 1 − z²: the form 1 − a² needs a = tanh(z), not z.", "eq-tanh-prime",
         hidden=lambda p, l: p.back(l) * (1 - p.z[l] ** 2)),
    slip("M72", "your output layer has the slope of tanh: its activation is the identity, with slope 1.",
         "eq-delta-output-general", output=lambda p: (p.o - p.y) * (1 - p.o**2)),
)  # fmt: skip
SINE_STEP_SLIPS = (UPHILL, STILL, *without(GRADIENT_SLIPS, "M42"), *LAST_ALONE)
SINE_SLIPS = TANH_SLIPS + SINE_STEP_SLIPS + SINE_SCALE_SLIPS + SINE_LOSS_SLIPS


def next_delta(p, l):
    return p.delta[min(l + 1, p.L)]


SHIFTED_SLIPS = (
    slip("M34", "your dW[l] is δ^(l+1)(a^(l))ᵀ and your db[l] belongs to δ^(l+1): with our count of the "
         "layers they are made of δ^(l) and a^(l−1).", "eq-grad-weights",
         dW=lambda p, l: (p.delta[l + 1] @ p.a[l].T / p.m) if l < p.L else RIGHT.dW(p, l),
         db=lambda p, l: next_delta(p, l).mean(axis=1, keepdims=True)),
    slip("M34", "your db[l] is made of δ^(l+1): with our count of the layers it is made of δ^(l).",
         "eq-grad-biases", db=lambda p, l: next_delta(p, l).mean(axis=1, keepdims=True)),
    slip("M23", "your δ has the factor f′(z) twice, in every layer.", "eq-delta-output-general",
         output=lambda p: RIGHT.output(p) * p.prime(p.L), hidden=lambda p, l: p.back(l) * p.prime(l) ** 2),
    slip("M23", "your δ^(L) has the factor f′(z^(L)) twice.", "eq-delta-output-general",
         output=lambda p: RIGHT.output(p) * p.prime(p.L)),
    slip("M6", "your δ^(L) is half the right one: the derivative of ½(o − y)² is o − y, with no ½ left.",
         "eq-half-squared-error", output=lambda p: RIGHT.output(p) / 2),
    slip("M19", "your δ^(L) is multiplied by o: the factor is the slope o(1 − o).", "eq-delta-output-general",
         output=lambda p: (p.o - p.y) * p.o),
)  # fmt: skip
SIGMOID_SLIPS = (
    SIGMOID_OUTPUT
    + SHIFTED_SLIPS
    + first(OUTPUT_SLIPS, "M5", "M6", "M7")
    + SIGMOID_HIDDEN
    + GRADIENT_SLIPS
    + LAST_ALONE
)
