"""ps07_repair: five programs as they circulate, repaired, and 24 statements to judge."""

from bpkit.reference import mlp
from bpkit.reference.activations import activation
from bpkit.reference.optimizers import gradient_descent

from ..question import Mistake, Question
from ..scoring import SHAPED, Part
from .claims import CLAIM_MISTAKES, beyond_guessing, compare_claims, draw_claims, truth
from .draws import CLASSES, SQUARED
from .draws_repair import draw_one_layer, draw_sigmoids, draw_sine, draw_softmax, draw_xor
from .ps05_backprop import about
from .runs_repair import (
    NO_BIAS,
    RELU_SOFTMAX,
    SINE,
    SINE_MISTAKES,
    SOFTMAX_MISTAKES,
    XOR_MISTAKES,
    sigmoid_run,
    unbiased,
)
from .slips_one_layer import ONE_LAYER_MISTAKES
from .slips_repair import SIGMOID_SLIPS
from .steps import RIGHT, slipped

sigmoid = activation("sigmoid")


def one_layer_gradients(X, T, W, b):
    A = sigmoid(X @ W + b)  # eq-preactivation and eq-activation, in rows
    delta = 2 * (A - T) * A * (1 - A)  # eq-delta-output-general
    return ((A - T) ** 2).sum(), X.T @ delta, delta.sum(axis=0, keepdims=True)


def xor_step(X, y, W1, b1, W2, b2, learning_rate):
    a = sigmoid(X @ W1 + b1)
    o = sigmoid(a @ W2 + b2)
    delta2 = (o - y) * o * (1 - o)  # eq-delta-output-general
    delta1 = (delta2 @ W2.T) * a * (1 - a)  # eq-delta-hidden, in rows
    gradients = X.T @ delta1, delta1.sum(axis=0), a.T @ delta2, delta2.sum(axis=0)
    return tuple(p - learning_rate * g for p, g in zip((W1, b1, W2, b2), gradients, strict=True))


def softmax_gradients(W, b, x, y):
    return mlp.loss_and_gradients(W, b, x, y, RELU_SOFTMAX, CLASSES)


def sine_step(W, b, x, y, learning_rate):
    half, dW, db = mlp.loss_and_gradients(W, b, x, y, SINE, SQUARED)
    rate = 2 * learning_rate  # the loss has no ½: it is twice ours, and so are its gradients
    return gradient_descent(W, dW, rate), gradient_descent(b, db, rate), 2 * half


def sigmoid_output_gradients(W, b, x, y):
    return mlp.loss_and_gradients(W, b, x, y, dict.fromkeys(W, "sigmoid"), SQUARED)[1:]


SIGMOID_MISTAKES = (
    Mistake("M50", f"{NO_BIAS}: z^(l) = W^(l)a^(l−1) + b^(l).", "eq-preactivation",
            lambda W, b, x, y: sigmoid_run(RIGHT, W, unbiased(b), x, y)),
    *slipped(SIGMOID_SLIPS, sigmoid_run),
)  # fmt: skip
BATCHES = ("a batch", "as many outputs as inputs")
QUESTIONS = (
    Question(
        "one_layer_gradients",
        {
            "the loss": Part(0.5, about=about("loss"), equation="eq-half-squared-error"),
            "dW of one sample": Part(0.5, ("one sample",), about("dW")),
            "dW of a batch": Part(1, BATCHES, about("dW")),
            "db": Part(0.75, about=about("db"), equation="eq-grad-biases"),
            SHAPED: Part(0.25),
        },
        "eq-grad-weights",
        draw_one_layer,
        one_layer_gradients,
        ("loss", "dW", "db"),
        ONE_LAYER_MISTAKES,
    ),
    Question(
        "xor_step",
        {
            "the output layer's weights": Part(0.75, about=about("W2")),
            "the hidden layer's weights": Part(1, about=about("W1"), equation="eq-delta-hidden"),
            "the biases": Part(1, about=about("b1", "b2"), equation="eq-grad-biases"),
            SHAPED: Part(0.25),
        },
        "eq-update",
        draw_xor,
        xor_step,
        ("W1", "b1", "W2", "b2"),
        XOR_MISTAKES,
    ),
    Question(
        "softmax_gradients",
        {
            "the loss": Part(0.5, about=about("loss"), equation="eq-cross-entropy"),
            "dW": Part(1, about=about("dW"), equation="eq-grad-weights"),
            "db": Part(0.75, about=about("db"), equation="eq-grad-biases"),
            SHAPED: Part(0.25),
        },
        "eq-delta-output",
        draw_softmax,
        softmax_gradients,
        ("loss", "dW", "db"),
        SOFTMAX_MISTAKES,
    ),
    Question(
        "sine_step",
        {
            "the loss before the step": Part(0.5, about=about("loss"), equation="eq-mean-squared-error"),
            "W": Part(1, about=about("W")),
            "b": Part(0.75, about=about("b"), equation="eq-grad-biases"),
            SHAPED: Part(0.25),
        },
        "eq-update",
        draw_sine,
        sine_step,
        ("W", "b", "loss"),
        SINE_MISTAKES,
    ),
    Question(
        "sigmoid_output_gradients",
        {
            "one sample": Part(0.5, ("one sample",)),
            "dW of two layers": Part(0.75, ("two layers",), about("dW")),
            "dW of other depths": Part(0.75, ("other depths",), about("dW")),
            "db": Part(0.75, about=about("db"), equation="eq-grad-biases"),
            SHAPED: Part(0.25),
        },
        "eq-delta-output-general",
        draw_sigmoids,
        sigmoid_output_gradients,
        ("dW", "db"),
        SIGMOID_MISTAKES,
    ),
    Question(
        "claims",
        {"the statements": Part(6, share=beyond_guessing)},
        "eq-delta",
        draw_claims,
        truth,
        None,
        CLAIM_MISTAKES,
        value=True,
        compare=compare_claims,
    ),
)
