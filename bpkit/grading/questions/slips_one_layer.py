"""Mistakes in the gradients of a single sigmoid layer in rows, with the loss Σ(A − T)²."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np

from bpkit.reference.activations import activation, derivative

from ..pairs import Times
from ..question import Mistake

sigmoid, sigmoid_prime = activation("sigmoid"), derivative("sigmoid")


@dataclass(frozen=True)
class Lines:
    """The lines of the program in their order, each a function of what is known when it runs."""

    z: Callable = lambda v: v.X @ v.W + v.b  # eq-preactivation
    A: Callable = lambda v: sigmoid(v.z)  # eq-activation
    loss: Callable = lambda v: ((v.A - v.T) ** 2).sum()
    slope: Callable = lambda v: v.A * (1 - v.A)  # eq-sigmoid-prime
    delta: Callable = lambda v: 2 * (v.A - v.T) * v.slope  # eq-delta-output-general
    dW: Callable = lambda v: v.X.T @ v.delta  # eq-grad-weights, in rows
    db: Callable = lambda v: v.delta.sum(axis=0, keepdims=True)  # eq-grad-biases, in rows


RIGHT = Lines()


class Values:
    """The arguments of one call, and what its lines gave so far."""

    def __init__(self, X, T, W, b):
        self.X, self.T, self.W, self.b = X, T, W, b


def run_lines(lines, X, T, W, b):
    """Run the program line by line; return loss, dW and db.

    >>> run_lines(RIGHT, np.ones((1, 1)), np.ones((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)))[0]
    np.float64(0.25)
    """
    values = Values(X, T, W, b)
    for line in fields(Lines):
        setattr(values, line.name, getattr(lines, line.name)(values))
    return values.loss, values.dW, values.db


def changed(number, says, equation, **lines):
    """Return a mistake in some lines; where one is `Times` a factor, in the right line's result."""
    made = {
        name: line.after(getattr(RIGHT, name)) if isinstance(line, Times) else line
        for name, line in lines.items()
    }
    wrong = replace(RIGHT, **made)
    return Mistake(number, says, equation, partial(run_lines, wrong), wrong, run_lines)


def through_W(second_slope):
    """Return a line that sends δ through W once more, and multiplies by another slope."""
    return lambda v: (2 * (v.A - v.T) * v.slope) @ v.W.T * second_slope(v)


THROUGH = (
    "your error goes back through W a second time, though there is one layer only: "
    "dW is made of δ and X, and nothing lies between them"
)
SUM = "the loss is the sum over the batch, and so are its gradients"
SOURCE_MISTAKES = (
    changed("M23", f"{THROUGH}. Its slope is multiplied in twice as well.", "eq-grad-weights",
            delta=through_W(lambda v: v.slope)),
    changed("M4", f"{THROUGH}. And the slope a(1 − a) is fed with z.", "eq-sigmoid-prime",
            delta=through_W(lambda v: v.z * (1 - v.z))),
    changed("M3", f"{THROUGH}. And the slope is taken at A, where z belongs.", "eq-sigmoid-prime",
            slope=lambda v: sigmoid_prime(v.A), delta=through_W(lambda v: sigmoid_prime(v.z))),
    changed(None, f"{THROUGH}.", "eq-grad-weights", delta=through_W(lambda v: 1)),
)  # fmt: skip
SLOPE_MISTAKES = (
    changed("M1", "your error is 2(A − T): the slope σ′(z) = A(1 − A) is missing.", "eq-delta-output-general",
            slope=lambda v: 1),
    changed("M3", "your slope is taken at A: σ′ is a function of z.", "eq-sigmoid-prime",
            slope=lambda v: sigmoid_prime(v.A)),
    changed("M4", "your slope is z(1 − z): the form a(1 − a) needs a = σ(z), not z.", "eq-sigmoid-prime",
            slope=lambda v: v.z * (1 - v.z)),
    changed("M10", "your error divides by A(1 − A): that belongs to the binary cross-entropy.",
            "eq-delta-output-general", slope=lambda v: 1 / (v.A * (1 - v.A))),
    changed("M19", "your error is multiplied by A: the factor is the slope A(1 − A).",
            "eq-delta-output-general", slope=lambda v: v.A),
    changed("M21", "your slope is 1 − A: the factor A is missing, it is A(1 − A).", "eq-sigmoid-prime",
            slope=lambda v: 1 - v.A),
    changed("M20", "your slope is 1 − A², which is that of tanh: the sigmoid's is A(1 − A).",
            "eq-sigmoid-prime", slope=lambda v: 1 - v.A**2),
    changed("M23", "your error has the slope A(1 − A) twice.", "eq-delta-output-general",
            slope=lambda v: (v.A * (1 - v.A)) ** 2),
)  # fmt: skip
FORWARD_MISTAKES = (
    changed("M50", "your z leaves the bias out: z = XW + b.", "eq-preactivation", z=lambda v: v.X @ v.W),
    changed("M72", "your A is z itself: the sigmoid is missing.", "eq-activation", A=lambda v: v.z),
    changed("M72", "your sigmoid is applied twice.", "eq-activation", A=lambda v: sigmoid(sigmoid(v.z))),
)


def scaled(number, says, loss=None, dW=None, db=None):
    """Return a mistake that multiplies the loss, dW and db, each by a factor."""
    label = "eq-mean-squared-error-gradient" if number == "M6" else "eq-batch-loss"
    times = {"loss": loss, "dW": dW, "db": db}
    return changed(number, says, label, **{name: factor for name, factor in times.items() if factor})


half, minus = Times(lambda v: 0.5), Times(lambda v: -1)
mean, mean_of_all = Times(lambda v: 1 / len(v.T)), Times(lambda v: 1 / v.T.size)
half_mean = Times(lambda v: 0.5 / len(v.T))
SCALE_MISTAKES = (
    scaled("M6", "your gradients lack the factor 2: the loss has no ½ that could cancel it.",
           None, half, half),
    scaled("M6", "your loss and its gradients are half as large: this loss has no ½.", half, half, half),
    scaled("M6", "your loss has a ½ that does not belong to it; its gradients are right.", half),
    scaled("M6", "your db lacks the factor 2; dW has it.", None, None, half),
    scaled("M6", "your dW lacks the factor 2; db has it.", None, half),
    scaled(None, f"your loss and gradients are means over the samples: here {SUM}.", mean, mean, mean),
    scaled(None, f"your loss is a mean over the samples, your gradients are sums: here {SUM}.", mean),
    scaled(None, f"your gradients are means over the samples: here {SUM}.", None, mean, mean),
    scaled("M7", f"your loss is a mean over samples and outputs: here {SUM}.", mean_of_all),
    scaled("M7", f"your loss and gradients are means over samples and outputs: here {SUM}.",
           mean_of_all, mean_of_all, mean_of_all),
    scaled("M7", f"your gradients are means over samples and outputs: here {SUM}.",
           None, mean_of_all, mean_of_all),
    scaled("M48", f"your loss and gradients are those of the course's own loss, ½ and mean: here {SUM}, "
           "without the ½.", half_mean, half_mean, half_mean),
    scaled("M48", f"your gradients are those of the course's own loss, ½ and mean: here {SUM}, "
           "without the ½.", None, half_mean, half_mean),
    scaled("M47", f"your db is the mean over the samples, your dW the sum: {SUM}.", None, None, mean),
    scaled("M47", f"your dW is the mean over the samples, your db the sum: {SUM}.", None, mean),
    scaled("M5", "the sign of your gradients is reversed: ∂ℓ/∂A is 2(A − T), and not 2(T − A).",
           None, minus, minus),
)  # fmt: skip
BIAS = "db is the sum of δ over the samples, one number for each output, of shape (1, n)"
SHAPE_MISTAKES = (
    changed("M38", "your dW is transposed: it has the shape of W.", "eq-grad-weights",
            dW=lambda v: v.delta.T @ v.X),
    changed("M36", "your dW is made of A: the weights are multiplied by X, what comes into the layer.",
            "eq-grad-weights", dW=lambda v: v.A.T @ v.delta),
    changed("M40", f"your gradients are those of the last sample alone: {SUM}.", "eq-grad-weights",
            dW=lambda v: v.X[-1:].T @ v.delta[-1:], db=lambda v: v.delta[-1:]),
    changed("M42", f"your db is zero: the bias has a gradient too. {BIAS}.", "eq-grad-biases",
            db=lambda v: np.zeros_like(v.b)),
    changed("M43", f"your db is δ itself: {BIAS}.", "eq-grad-biases", db=lambda v: v.delta),
    changed("M43", f"your db has lost a dimension: {BIAS}. Use keepdims=True.", "eq-grad-biases",
            db=lambda v: v.delta.sum(axis=0)),
    changed("M44", f"your db is summed over the outputs: {BIAS}.", "eq-grad-biases",
            db=lambda v: v.delta.sum(axis=1, keepdims=True)),
    changed("M44", f"your db is summed over the outputs: {BIAS}. Use axis=0.", "eq-grad-biases",
            db=lambda v: v.delta.sum(axis=1)),
    changed("M44", f"your db is a single number: {BIAS}.", "eq-grad-biases", db=lambda v: v.delta.sum()),
    changed(None, "your db is a column: in rows it has the shape (1, n), as b has.", "eq-grad-biases",
            db=lambda v: v.delta.sum(axis=0)[:, None]),
    changed("M46", "your db is that of a weight: the bias is multiplied by 1, and not by X.",
            "eq-grad-biases", db=lambda v: (v.X.T @ v.delta).sum(axis=0, keepdims=True)),
)  # fmt: skip
ONE_LAYER_MISTAKES = SOURCE_MISTAKES + SLOPE_MISTAKES + FORWARD_MISTAKES + SCALE_MISTAKES + SHAPE_MISTAKES
