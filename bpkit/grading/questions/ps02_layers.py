"""ps02_layers: activations and their slopes, shapes, the Jacobian of softmax, and what a layer sends back."""

import numpy as np

from bpkit.reference import activations

from ..comparison import RELATIVE, Difference, compare
from ..question import LARGE, Question
from ..scoring import SHAPED, SINGLE, Part
from .draws_layers import (
    LARGE_32,
    draw_affine,
    draw_classes,
    draw_columns,
    draw_far,
    draw_kink,
    draw_sizes,
    draw_vjp,
    draw_wide,
)
from .slips_layers import (
    AFFINE_MISTAKES,
    COUNT_MISTAKES,
    JACOBIAN_MISTAKES,
    RELU_MISTAKES,
    RELU_PRIME_MISTAKES,
    SIGMOID_MISTAKES,
    SIGMOID_PRIME_MISTAKES,
    SOFTMAX_MISTAKES,
    TANH_PRIME_MISTAKES,
)
from .slips_vjp import VJP_MISTAKES


def count_parameters(sizes):
    return sum(sizes[l] * sizes[l - 1] + sizes[l] for l in range(1, len(sizes)))  # eq-preactivation


def affine(W, a, b):
    return W @ a + b  # eq-preactivation


def softmax_jacobian(p):
    return np.diagflat(p) - p @ p.T  # eq-softmax-jacobian


def affine_vjp(W, a, g):
    dW, da = g @ a.T, W.T @ g  # eq-matrix-product-vjp
    return dW, da, g.sum(axis=1, keepdims=True)  # eq-unbroadcast


def alike(expected, got, names=None, relative=RELATIVE):
    """List the differences as `compare` does; the dtype must be the expected one too."""
    arrays = isinstance(got, np.ndarray) and got.shape == expected.shape
    if not arrays or got.dtype.kind not in "bfiu":
        return compare(expected, got, names, relative)
    if got.dtype != expected.dtype:
        return [Difference((), "dtype", f"holds {got.dtype}, but should hold {expected.dtype}, as z does.")]
    return compare(*(a.astype(int) if a.dtype == bool else a for a in (expected, got)), names, relative)


def about(name):
    return lambda path: name in path


def parts(batch, one=0.5, **more):
    """Return the parts that all have, and what is more: a batch, one sample, float32, the arguments."""
    return {
        "one sample": Part(one, ("one sample",)),
        "a batch": Part(batch, ("a batch",)),
        **{name.replace("_", " "): part for name, part in more.items()},
        SINGLE: Part(0.25, ("float32",)),
        SHAPED: Part(0.25),
    }


def far(points):
    """Return the part about large numbers."""
    return Part(points, (LARGE, LARGE_32))


QUESTIONS = (
    Question(
        "count_parameters",
        {
            "one layer": Part(0.25, ("one layer",)),
            "a network": Part(0.5, ("a network",)),
            SHAPED: Part(0.25),
        },
        "eq-preactivation",
        draw_sizes,
        count_parameters,
        None,
        COUNT_MISTAKES,
    ),
    Question(
        "affine",
        parts(0.5, square_layers=Part(0.5, ("square layers",))),
        "eq-preactivation",
        draw_affine,
        affine,
        None,
        AFFINE_MISTAKES,
    ),
    Question(
        "sigmoid",
        parts(0.5, large_numbers=far(0.5)),
        "eq-sigmoid",
        draw_far,
        activations.sigmoid,
        None,
        SIGMOID_MISTAKES,
        compare=alike,
    ),
    Question(
        "sigmoid_prime",
        parts(0.5, large_numbers=far(0.5)),
        "eq-sigmoid-prime",
        draw_far,
        activations.sigmoid_prime,
        None,
        SIGMOID_PRIME_MISTAKES,
        compare=alike,
    ),
    Question(
        "tanh_prime",
        parts(0.5, large_numbers=far(0.5)),
        "eq-tanh-prime",
        draw_far,
        activations.tanh_prime,
        None,
        TANH_PRIME_MISTAKES,
        compare=alike,
    ),
    Question(
        "relu",
        parts(0.25, 0.25),
        "eq-relu",
        draw_wide,
        activations.relu,
        None,
        RELU_MISTAKES,
        compare=alike,
    ),
    Question(
        "relu_prime",
        parts(0.5, at_the_kink=Part(0.5, ("at the kink",))),
        "eq-relu-prime",
        draw_kink,
        activations.relu_prime,
        None,
        RELU_PRIME_MISTAKES,
        compare=alike,
    ),
    Question(
        "softmax",
        parts(1, large_numbers=far(1)),
        "eq-softmax",
        draw_columns,
        activations.softmax,
        None,
        SOFTMAX_MISTAKES,
    ),
    Question(
        "softmax_jacobian",
        {
            "two classes": Part(0.5, ("two classes",)),
            "more classes": Part(1, ("more classes",)),
            SINGLE: Part(0.25, ("float32",)),
            SHAPED: Part(0.25),
        },
        "eq-softmax-jacobian",
        draw_classes,
        softmax_jacobian,
        None,
        JACOBIAN_MISTAKES,
    ),
    Question(
        "affine_vjp",
        {
            "dW": Part(1, about=about("dW")),
            "da": Part(0.75, about=about("da")),
            "db": Part(0.75, about=about("db"), equation="eq-unbroadcast"),
            SINGLE: Part(0.25, ("float32",)),
            SHAPED: Part(0.25),
        },
        "eq-matrix-product-vjp",
        draw_vjp,
        affine_vjp,
        ("dW", "da", "db"),
        VJP_MISTAKES,
    ),
)
