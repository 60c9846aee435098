"""Mistakes in the forward pass and in the loss."""

from bpkit.reference import mlp
from bpkit.reference.activations import activation

from ..question import Mistake
from .draws import SQUARED


def forward_slip(change):
    """Return `forward` with `change(z, a, l, W, b, f)` giving what layer l gets for z and a."""

    def wrong(W, b, x, f):
        z, a = {}, {0: x}
        for l in W:
            z[l], a[l] = change(z, a, l, W, b, f)
        return z, a

    return wrong


def without_bias(z, a, l, W, b, f):
    pre = W[l] @ a[l - 1]
    return pre, activation(f[l])(pre)


def over_the_batch(z, a, l, W, b, f):
    pre = W[l] @ a[l - 1] + b[l]
    return pre, activation(f[l])(pre.T).T if f[l] == "softmax" else activation(f[l])(pre)


def linear_output(z, a, l, W, b, f):
    pre = W[l] @ a[l - 1] + b[l]
    return pre, pre if l == len(W) else activation(f[l])(pre)


def z_is_a(z, a, l, W, b, f):
    post = activation(f[l])(W[l] @ a[l - 1] + b[l])
    return post, post


def twice_at_the_output(z, a, l, W, b, f):
    pre = W[l] @ a[l - 1] + b[l]
    post = activation(f[l])(pre)
    return pre, activation(f[l])(post) if l == len(W) else post


FORWARD_MISTAKES = (
    Mistake("M72", "your output layer applies its activation twice.", "eq-activation",
            forward_slip(twice_at_the_output)),
    Mistake("M11", "your softmax runs over the batch: each column is a sample, and sums to 1.",
            "eq-softmax", forward_slip(over_the_batch)),
    Mistake("M50", "your z leaves the bias out: z^(l) = W^(l)a^(l−1) + b^(l).",
            "eq-preactivation", forward_slip(without_bias)),
    Mistake("M72", "your output layer leaves its activation out: a^(L) = f(z^(L)).",
            "eq-activation", forward_slip(linear_output)),
    Mistake("M72", "your z holds the activations: z^(l) is what goes into f, a^(l) what comes out.",
            "eq-preactivation", forward_slip(z_is_a)),
)  # fmt: skip


def loss_slip(factor):
    """Return `loss_and_gradients` whose loss is multiplied by `factor(loss, y)`."""

    def wrong(W, b, x, y, f, loss):
        value, dW, db = mlp.loss_and_gradients(W, b, x, y, f, loss)
        return value * factor(loss, y), dW, db

    return wrong


LOSS_MISTAKES = (
    Mistake("M6", "your half squared error lacks the ½.", "eq-half-squared-error",
            loss_slip(lambda loss, y: 2 if loss == SQUARED else 1)),
    Mistake("M7", "your loss is a mean over the outputs: ℓ is their sum.", "eq-half-squared-error",
            loss_slip(lambda loss, y: 1 / len(y))),
    Mistake("M48", "your loss is the sum over the batch: ℒ is the mean.", "eq-batch-loss",
            loss_slip(lambda loss, y: y.shape[1])),
)  # fmt: skip
