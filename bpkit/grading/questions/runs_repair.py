"""The two-layer programs of ps07 by steps, and the mistakes in what stands around the steps."""

from dataclasses import replace

import numpy as np

from bpkit.reference import mlp
from bpkit.reference.activations import activation

from ..question import Mistake
from .draws import CLASSES, SQUARED
from .slips_repair import SINE_SLIPS, SOFTMAX_SLIPS, XOR_SLIPS
from .steps import RIGHT, Pass, run, run_pass, slipped

SIGMOIDS = {1: "sigmoid", 2: "sigmoid"}
SINE = {1: "tanh", 2: "identity"}
RELU_SOFTMAX = {1: "relu", 2: "softmax"}


def xor_gradients(steps, X, y, W1, b1, W2, b2, biased=True):
    """Return the gradients of W1, b1, W2 and b2, sums over the rows, by the steps."""
    W, b = {1: W1.T, 2: W2.T}, {1: b1.T * biased, 2: b2.T * biased}
    dW, db, _ = run(steps, W, *mlp.forward(W, b, X.T, SIGMOIDS), y.T, SIGMOIDS, SQUARED)
    return [len(X) * gradient.T for l in (1, 2) for gradient in (dW[l], db[l])]


def xor_run(steps, *given, biased=True):
    """Take the step of `xor_step` by the steps of a backward pass."""
    *arrays, learning_rate = given
    gradients = xor_gradients(steps, *arrays, biased=biased)
    return tuple(p - learning_rate * g for p, g in zip(arrays[2:], gradients, strict=True))


def too_soon(X, y, W1, b1, W2, b2, learning_rate, biased=True):
    """Return steps whose δ^(1) is taken with W^(2) as it is after the step."""
    new_W2 = W2 - learning_rate * xor_gradients(RIGHT, X, y, W1, b1, W2, b2, biased)[2]
    return replace(RIGHT, hidden=lambda p, l: (new_W2 @ p.delta[2]) * p.prime(1))


def uphill(step):
    """Return a step that goes the other way, along the gradient."""
    return lambda *given: step(*given[:-1], -given[-1])


def xor_step_without_biases(*given):
    """Take a step with no biases anywhere: they do not enter z, and stay as they are."""
    W1, _, W2, _ = xor_run(RIGHT, *given, biased=False)
    return W1, given[3], W2, given[5]


def xor_step_half_repaired(*given):
    """Take the step of the program that was found, once its sign is right."""
    W1, _, W2, _ = xor_run(too_soon(*given, biased=False), *given, biased=False)
    return W1, given[3], W2, given[5]


def in_order(*places):
    """Return `xor_step` with its results in another order."""
    return lambda *given: tuple(xor_run(RIGHT, *given)[k] for k in places)


BEFORE = "δ^(1) needs the W^(2) of the forward pass: take all gradients first, then step"
NO_BIAS = "your z leaves the biases out"
XOR_MISTAKES = (
    Mistake("M28", f"your W2 is updated before δ^(1) is taken: {BEFORE}.", "eq-update",
            lambda *given: xor_run(too_soon(*given), *given)),
    Mistake("M50", f"{NO_BIAS}, and b1 and b2 stay as they were: z = aW + b.", "eq-preactivation",
            xor_step_without_biases),
    Mistake("M50", f"{NO_BIAS}: z = aW + b.", "eq-preactivation",
            lambda *given: xor_run(RIGHT, *given, biased=False)),
    Mistake("M54", "your step goes uphill, has no biases, and updates W2 too soon: that is the program as it "
            "was found.", "eq-update", uphill(xor_step_half_repaired)),
    Mistake("M28", f"your step has no biases, and W2 is updated too soon: {BEFORE}.", "eq-update",
            xor_step_half_repaired),
    Mistake(None, "your step has no learning rate: it is θ − η ∂ℒ/∂θ.", "eq-update",
            lambda *given: xor_run(RIGHT, *given[:-1], 1.0)),
    Mistake(None, "you return the gradients: the new arrays are asked for.", "eq-update",
            lambda *given: tuple(xor_gradients(RIGHT, *given[:-1]))),
    Mistake(None, "your arrays come in another order: W1, b1, W2, b2 is asked for.", "eq-update",
            in_order(0, 2, 1, 3)),
    *slipped(XOR_SLIPS, xor_run),
)  # fmt: skip


def sine_run(steps, W, b, x, y, learning_rate, f=SINE):
    """Take the step of `sine_step` by the steps of a backward pass: its loss is twice ours."""
    p = Pass(W, *mlp.forward(W, b, x, f), y, f, SQUARED)
    dW, db, _ = run_pass(steps, p)
    W, b = ({l: t[l] - 2 * learning_rate * dt[l] for l in t} for t, dt in ((W, dW), (b, db)))
    return W, b, 2 * steps.loss(p)


def sine_changed(change):
    """Return `sine_step` with `change(new W, new b, loss, *arguments)` for its result."""
    return lambda *given: change(*sine_run(RIGHT, *given), *given)


def sine_too_soon(*given):
    new_W2 = sine_run(RIGHT, *given)[0][2]
    return sine_run(replace(RIGHT, hidden=lambda p, l: (new_W2.T @ p.delta[2]) * p.prime(1)), *given)


def unbiased(b):
    return {l: 0 * b[l] for l in b}


def sine_without_biases(W, b, *given):
    W, moved, loss = sine_run(RIGHT, W, unbiased(b), *given)
    return W, {l: b[l] + moved[l] for l in b}, loss


SINE_MISTAKES = (
    Mistake("M28", f"your W[2] is updated before δ^(1) is taken: {BEFORE}.", "eq-update", sine_too_soon),
    Mistake("M50", f"{NO_BIAS}: z^(l) = W^(l)a^(l−1) + b^(l).", "eq-preactivation", sine_without_biases),
    Mistake("M72", "your output passes through tanh: the output layer is the identity.", "eq-activation",
            lambda *given: sine_run(RIGHT, *given, f={1: "tanh", 2: "tanh"})),
    Mistake(None, "your loss is taken after the step: the one before it is asked for.", "eq-update",
            sine_changed(lambda W, b, loss, *given: (W, b, sine_run(RIGHT, W, b, *given[2:])[2]))),
    Mistake(None, "your step has no learning rate: it is θ − η ∂ℒ/∂θ.", "eq-update",
            lambda *given: sine_run(RIGHT, *given[:-1], 1.0)),
    Mistake(None, "you return W and b as they were before the step.", "eq-update",
            sine_changed(lambda W, b, loss, *given: (*given[:2], loss))),
    *slipped(SINE_SLIPS, sine_run),
)  # fmt: skip


def softmax_run(steps, W, b, x, y, f=RELU_SOFTMAX):
    """Return loss and gradients of the relu and softmax network by the steps."""
    p = Pass(W, *mlp.forward(W, b, x, f), y, f, CLASSES)
    return steps.loss(p), *run_pass(steps, p)[:2]


def over_the_batch(W, b, x, y):
    """Return what a softmax gives whose rows sum to 1, where the columns should."""
    z, _ = mlp.forward(W, b, x, RELU_SOFTMAX)
    p = activation("softmax")(z[2].T).T
    steps = replace(RIGHT, output=lambda _: p - y)
    return -(y * np.log(p)).sum(axis=0).mean(), *softmax_run(steps, W, b, x, y)[1:]


SOFTMAX_MISTAKES = (
    Mistake("M11", "your softmax runs over the batch: each column is a sample, and sums to 1.", "eq-softmax",
            over_the_batch),
    Mistake("M50", f"{NO_BIAS}: z^(l) = W^(l)a^(l−1) + b^(l).", "eq-preactivation",
            lambda W, b, x, y: softmax_run(RIGHT, W, unbiased(b), x, y)),
    Mistake("M72", "your hidden layer is linear: its relu is missing on the way forward and back.",
            "eq-activation",
            lambda *given: softmax_run(RIGHT, *given, f={1: "identity", 2: "softmax"})),
    *slipped(SOFTMAX_SLIPS, softmax_run),
)  # fmt: skip


def sigmoid_run(steps, W, b, x, y):
    """Return the gradients of a network of sigmoid layers by the steps."""
    f = dict.fromkeys(W, "sigmoid")
    return run(steps, W, *mlp.forward(W, b, x, f), y, f, SQUARED)[:2]
