"""Mistakes in single layers: the activation functions, their slopes, shapes, and what is sent back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpkit.reference.activations import relu, relu_prime, sigmoid, sigmoid_prime, softmax, tanh, tanh_prime

from ..question import Mistake
from .steps import Slip, slipped

OVERFLOWS = (
    "your formula leaves the range of numbers where |z| is large: e^10000 overflows, e^(−10000) does not. "
)
COUNT_MISTAKES = (
    Mistake("M50", "you leave the biases out: every unit behind the input has one.", "eq-preactivation",
            lambda sizes: sum(n * k for k, n in zip(sizes, sizes[1:], strict=False))),
    Mistake(None, "you count biases for the input layer too: layer 0 has no weights and no biases.",
            "eq-preactivation",
            lambda sizes: sum(n * k for k, n in zip(sizes, sizes[1:], strict=False)) + sum(sizes)),
    Mistake(None, "you count one bias for a whole layer: b^(l) has n_l of them, one for each unit.",
            "eq-preactivation",
            lambda sizes: sum(n * k + 1 for k, n in zip(sizes, sizes[1:], strict=False))),
    Mistake(None, "you count a layer's biases by the units before it: b^(l) has n_l entries, not n_(l−1).",
            "eq-preactivation",
            lambda sizes: sum(n * k + k for k, n in zip(sizes, sizes[1:], strict=False))),
    Mistake("M53", "you count the last layer alone: all layers have weights and biases.", "eq-preactivation",
            lambda sizes: sizes[-1] * sizes[-2] + sizes[-1]),
    Mistake(None, "you count units: a layer has n_l n_(l−1) weights and n_l biases.", "eq-preactivation",
            sum),
)  # fmt: skip


@dataclass(frozen=True)
class Affine:
    """The steps of `affine`: the product, and how b is added."""

    product: Callable = lambda W, a: W @ a  # eq-preactivation
    plus: Callable = lambda Wa, b: Wa + b


def affine_run(steps, W, a, b):
    return steps.plus(steps.product(W, a), b)


AFFINE_SLIPS = (
    Slip("M50", "your z leaves the bias out: z = W a + b.", "eq-preactivation",
         Affine(plus=lambda Wa, b: Wa)),
    Slip(None, "your W is transposed: row j of W holds the weights of unit j, so the product is W a.",
         "eq-preactivation", Affine(lambda W, a: W.T @ a)),
    Slip(None, "your product is a W: the matrix stands on the left, and the samples are columns.",
         "eq-preactivation", Affine(lambda W, a: a @ W)),
    Slip("M39", "you multiply W and a entry by entry: z = W a + b has the matrix product.",
         "eq-preactivation", Affine(lambda W, a: W * a)),
    Slip("M69", "your bias lies along the samples: b is a column, and is added to every column of W a.",
         "eq-preactivation", Affine(plus=lambda Wa, b: Wa + b.T)),
)  # fmt: skip
AFFINE_MISTAKES = slipped(AFFINE_SLIPS, affine_run) + (
    Mistake(None, "your bias is added before the product: z = W a + b, and not W (a + b).",
            "eq-preactivation", lambda W, a, b: W @ (a + b)),
    Mistake(None, "your z has its samples in rows: they are columns here, and z has the shape (n, m).",
            "eq-preactivation", lambda W, a, b: (W @ a + b).T),
)  # fmt: skip


def written_plainly(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def slope_mistakes(name, f, f_prime, label, *own):
    """Return the mistakes that every slope knows: f′ of a, f for f′, the sign, and f′ applied twice."""
    return (
        *own,
        Mistake("M18", f"your slope is taken at {name}(z): the argument is z, and f′ is a function of z.",
                label, lambda z: f_prime(f(z))),
        Mistake("M19", f"you return {name}(z) itself: its slope is asked.", label, f),
        Mistake("M5", "your slope has the sign reversed: the function rises everywhere.", label,
                lambda z: -f_prime(z)),
        Mistake("M23", "your slope is squared: the factor stands there once.", label,
                lambda z: f_prime(z) ** 2),
    )  # fmt: skip


SIGMOID_MISTAKES = (
    Mistake("M71", f"{OVERFLOWS}Take e^(−|z|) on both sides of 0.", "eq-sigmoid",
            lambda z: 1 / (1 + np.exp(-z))),
    Mistake(None, "your exponent has the wrong sign: it is e^(−z).", "eq-sigmoid", lambda z: sigmoid(-z)),
    Mistake(None, "yours is σ(2z): σ(z) = (1 + tanh(z/2)) / 2.", "eq-sigmoid", lambda z: sigmoid(2 * z)),
    Mistake("M20", "yours is tanh: the sigmoid runs from 0 to 1.", "eq-sigmoid", tanh),
    Mistake("M19", "yours is the slope σ′: σ itself is asked.", "eq-sigmoid", sigmoid_prime),
)  # fmt: skip
SIGMOID_PRIME_MISTAKES = slope_mistakes(
    "σ", sigmoid, sigmoid_prime, "eq-sigmoid-prime",
    Mistake("M71", f"{OVERFLOWS}Use σ(z), which does not, or e^(−|z|).", "eq-sigmoid-prime", written_plainly),
    Mistake("M4", "yours is z(1 − z): the form a(1 − a) needs a = σ(z), and the argument is z.",
            "eq-sigmoid-prime", lambda z: z * (1 - z)),
    Mistake(None, "your slope is 1 − σ(z): the factor σ(z) is missing.", "eq-sigmoid-prime",
            lambda z: sigmoid(-z)),
    Mistake("M20", "yours is 1 − σ²: that is the form of tanh. The sigmoid has σ(1 − σ).", "eq-sigmoid-prime",
            lambda z: 1 - sigmoid(z) ** 2),
    Mistake("M20", "yours is the slope of tanh.", "eq-sigmoid-prime", tanh_prime),
)  # fmt: skip
TANH_PRIME_MISTAKES = slope_mistakes(
    "tanh", tanh, tanh_prime, "eq-tanh-prime",
    Mistake("M71", f"{OVERFLOWS}Use np.tanh, which does not.", "eq-tanh-prime",
            lambda z: 1 / np.cosh(z) ** 2),
    Mistake("M4", "yours is 1 − z²: the form 1 − a² needs a = tanh(z), and the argument is z.",
            "eq-tanh-prime", lambda z: 1 - z**2),
    Mistake("M21", "yours is 1 − tanh(z): the square is missing.", "eq-tanh-prime", lambda z: 1 - tanh(z)),
    Mistake(None, "yours is 1 + tanh²(z): it is 1 minus the square.", "eq-tanh-prime",
            lambda z: 1 + tanh(z) ** 2),
    Mistake("M20", "yours is the slope of the sigmoid.", "eq-tanh-prime", sigmoid_prime),
    Mistake("M20", "yours is a(1 − a) with a = tanh(z): that is the form of the sigmoid.", "eq-tanh-prime",
            lambda z: tanh(z) * (1 - tanh(z))),
)  # fmt: skip
RELU_MISTAKES = (
    Mistake("M19", "yours is the slope, 0 or 1: relu(z) is z itself where z > 0.", "eq-relu", relu_prime),
    Mistake(None, "you let everything pass: relu makes the negative numbers 0.", "eq-relu", lambda z: +z),
    Mistake(None, "yours is |z|: relu makes the negative numbers 0.", "eq-relu", np.abs),
    Mistake(None, "yours is min(0, z): relu keeps the positive numbers.", "eq-relu", lambda z: -relu(-z)),
    Mistake("M20", "yours is the leaky relu: here the slope below 0 is 0.", "eq-relu",
            lambda z: np.where(z > 0, z, 0.01 * z)),
)  # fmt: skip
RELU_PRIME_MISTAKES = (
    Mistake(None, "yours holds True and False: make them numbers of the dtype of z.", "eq-relu-prime",
            lambda z: z > 0),
    Mistake(None, "yours holds True and False, and is True at 0: make them numbers of the dtype of z, "
            "and let the slope at 0 be 0.", "eq-relu-prime", lambda z: z >= 0),
    Mistake(None, "yours holds whole numbers: make them numbers of the dtype of z.", "eq-relu-prime",
            lambda z: (z > 0).astype(int)),
    Mistake("M22", "your slope at 0 is 1: at the kink it is a choice, and ours is 0.", "eq-relu-prime",
            lambda z: np.heaviside(z, 1)),
    Mistake("M22", "your slope is 1 everywhere: it is 0 where z ≤ 0.", "eq-relu-prime", np.ones_like),
    Mistake(None, "your slope at 0 is ½: at the kink it is a choice, and ours is 0.", "eq-relu-prime",
            lambda z: np.heaviside(z, 0.5)),
    Mistake("M19", "you return relu(z) itself: its slope is 1 where z > 0.", "eq-relu-prime", relu),
    Mistake(None, "your slope is −1 below 0: that is the slope of |z|.", "eq-relu-prime", np.sign),
    Mistake(None, "your slope is 1 below 0 and 0 above: it is the other way round.", "eq-relu-prime",
            lambda z: np.heaviside(-z, 0)),
    Mistake("M20", "yours is the slope of the leaky relu: here it is 0 below 0.", "eq-relu-prime",
            lambda z: np.where(z > 0, 1, 0.01)),
)  # fmt: skip


def softmax_of(z, shift, total):
    e = np.exp(z - shift)
    return e / total(e)


SOFTMAX_MISTAKES = (
    Mistake("M71", f"{OVERFLOWS}Subtract each column's maximum from it first.", "eq-softmax",
            lambda z: softmax_of(z, 0, lambda e: e.sum(axis=0))),
    Mistake("M71", "you subtract one maximum from all columns, so all of a column far below it becomes 0: "
            "each column has its own.", "eq-softmax",
            lambda z: softmax_of(z, z.max(), lambda e: e.sum(axis=0))),
    Mistake("M71", "you subtract the smallest entry of each column, and e^z overflows where the largest lies "
            "far above it: subtract the largest.", "eq-softmax",
            lambda z: softmax_of(z, z.min(axis=0), lambda e: e.sum(axis=0))),
    Mistake("M11", "your softmax runs over the batch: each column is a sample, and sums to 1.", "eq-softmax",
            lambda z: softmax(z.T).T),
    Mistake("M11", "you divide by the sum of all entries: each column sums to 1 by itself.", "eq-softmax",
            lambda z: softmax_of(z, z.max(), np.sum)),
    Mistake("M11", "you divide by the sum of all entries: each column sums to 1 by itself.", "eq-softmax",
            lambda z: softmax_of(z, z.max(axis=0), np.sum)),
    Mistake("M11", "you subtract a maximum of each row: a whole column must lose the same number.",
            "eq-softmax", lambda z: softmax_of(z, z.max(axis=1, keepdims=True), lambda e: e.sum(axis=0))),
    Mistake(None, "you do not divide by the sum: each column of probabilities sums to 1.", "eq-softmax",
            np.exp),
    Mistake(None, "you do not divide by the sum: each column of probabilities sums to 1.", "eq-softmax",
            lambda z: np.exp(z - z.max(axis=0))),
    Mistake("M20", "yours is the sigmoid of each entry: softmax divides by the sum of its column.",
            "eq-softmax", sigmoid),
    Mistake(None, "yours is the logarithm of softmax.", "eq-softmax", lambda z: np.log(softmax(z))),
)  # fmt: skip
COPIED = "you subtract from p and not from the diagonal: p stands in J where j = k alone, as np.diagflat(p)."
DIAGONAL = "J has K rows and K columns, for every output depends on every z."
JACOBIAN_MISTAKES = (
    Mistake("M8", f"you keep only the diagonal, p(1 − p): {DIAGONAL}", "eq-softmax-jacobian",
            lambda p: np.diagflat(p * (1 - p))),
    Mistake("M8", f"yours is p(1 − p), a slope for each entry: {DIAGONAL}", "eq-softmax-jacobian",
            lambda p: p * (1 - p)),
    Mistake(None, "the outer product is missing: J = diag(p) − p pᵀ.", "eq-softmax-jacobian", np.diagflat),
    Mistake(None, "the diagonal is missing: J = diag(p) − p pᵀ.", "eq-softmax-jacobian", lambda p: -p @ p.T),
    Mistake("M5", "your J has the sign reversed: its diagonal, p(1 − p), is positive.", "eq-softmax-jacobian",
            lambda p: p @ p.T - np.diagflat(p)),
    Mistake(None, "you add the outer product: J = diag(p) − p pᵀ.", "eq-softmax-jacobian",
            lambda p: np.diagflat(p) + p @ p.T),
    Mistake(None, "you subtract pᵀp, which is one number: p pᵀ is the K by K matrix.", "eq-softmax-jacobian",
            lambda p: np.diagflat(p) - p.T @ p),
    Mistake(None, COPIED, "eq-softmax-jacobian", lambda p: p - p @ p.T),
    Mistake(None, COPIED, "eq-softmax-jacobian", lambda p: p.T - p @ p.T),
    Mistake(None, "np.diag takes the diagonal out of a matrix, and of a column its first entry: "
            "np.diagflat(p) lays p on a diagonal.", "eq-softmax-jacobian", lambda p: np.diag(p) - p @ p.T),
    Mistake("M3", "you take the softmax of p once more: p holds the probabilities already.",
            "eq-softmax-jacobian", lambda p: np.diagflat(softmax(p)) - softmax(p) @ softmax(p).T),
)  # fmt: skip
