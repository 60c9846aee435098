"""ps03_losses: the three losses, and the error of the output layer for every pair that makes sense."""

from bpkit.reference import losses, mlp

from ..question import LARGE, Mistake, Question
from ..scoring import SHAPED, SINGLE, Part
from .draws import CLASSES, SQUARED
from .draws_layers import LARGE_32
from .draws_losses import (
    COUPLED,
    ELEMENTWISE,
    SHORT,
    draw_binary,
    draw_cross,
    draw_delta,
    draw_pairs,
    draw_squared,
)
from .slips_deltas import DELTA_SLIPS
from .slips_losses import BINARY_MISTAKES, CROSS_MISTAKES, SQUARED_MISTAKES
from .steps import Pass, slipped

ALSO_SINGLE = {"float32 as well": Part(0.25, ("float32",)), SHAPED: Part(0.25)}
FAR = (LARGE, LARGE_32)


def half_squared_error(o, y):
    return losses.batch_loss(losses.half_squared_error(o, y))


def binary_cross_entropy(o, y):
    return losses.batch_loss(losses.binary_cross_entropy(o, y))


def cross_entropy(z, y):
    return losses.batch_loss(losses.cross_entropy(z, y))


def delta_run(steps, z, y, f, loss):
    """Take δ^(L) by the steps: the output layer is layer 1, and the only one."""
    return steps.output(Pass({1: z}, {1: z}, {}, y, {1: f}, loss))


def pairs_slip(says, wrong, number=None):
    return Mistake(number, says, "eq-delta-output", wrong)


EXACT_FOR = "o − y is exact for identity with half squared error and for the two cross-entropies alone"
PAIR_MISTAKES = (
    pairs_slip(f"you say yes to every pair: {EXACT_FOR}.", lambda f, loss: True, "M1"),
    pairs_slip("you say no to every pair: for three of them f′ cancels.", lambda f, loss: False),
    pairs_slip(
        "you say yes where it is no, and no where it is yes.",
        lambda f, loss: not losses.delta_is_o_minus_y(f, loss),
    ),
    pairs_slip(
        "you say no to identity with half squared error: there f′ is 1, and δ = (o − y) · 1.",
        lambda f, loss: loss != SQUARED,
    ),
    pairs_slip(
        "you say yes to softmax with cross-entropy alone: two more pairs make f′ cancel.",
        lambda f, loss: (f, loss) == ("softmax", CLASSES),
    ),
    pairs_slip(
        "you say yes to identity, sigmoid and softmax whatever the loss: it is the pair that decides.",
        lambda f, loss: f in ("identity", "sigmoid", "softmax"),
    ),
    pairs_slip(
        "you say yes to softmax with half squared error: there every output depends on every z.",
        lambda f, loss: f == "softmax" or losses.delta_is_o_minus_y(f, loss),
    ),
    pairs_slip(
        "you say yes to sigmoid with half squared error: there the factor o(1 − o) stays.",
        lambda f, loss: f == "sigmoid" or losses.delta_is_o_minus_y(f, loss),
    ),
    pairs_slip(
        "you say yes to relu: its derivative is 1 where z > 0, but 0 where z < 0.",
        lambda f, loss: f == "relu" or losses.delta_is_o_minus_y(f, loss),
    ),
)
QUESTIONS = (
    Question(
        "half_squared_error",
        {"one sample": Part(1, ("one sample",)), "a batch": Part(1.5, ("a batch",)), **ALSO_SINGLE},
        "eq-half-squared-error",
        draw_squared,
        half_squared_error,
        None,
        SQUARED_MISTAKES,
    ),
    Question(
        "binary_cross_entropy",
        {
            "one sample": Part(1, ("one sample",)),
            "targets 0 and 1": Part(1.25, ("targets 0 and 1",)),
            "targets in between": Part(1.25, ("targets in between",)),
            **ALSO_SINGLE,
        },
        "eq-binary-cross-entropy",
        draw_binary,
        binary_cross_entropy,
        None,
        BINARY_MISTAKES,
    ),
    Question(
        "cross_entropy",
        {
            "one sample": Part(1, ("one sample",)),
            "one-hot targets": Part(1, ("one-hot targets",)),
            "soft targets": Part(1, ("soft targets",)),
            LARGE: Part(1.5, FAR),
            **ALSO_SINGLE,
        },
        "eq-cross-entropy",
        draw_cross,
        cross_entropy,
        None,
        CROSS_MISTAKES,
    ),
    Question(
        "output_delta",
        {
            SHORT: Part(1.5, (SHORT,), equation="eq-delta-output"),
            ELEMENTWISE: Part(1.5, (ELEMENTWISE,)),
            COUPLED: Part(1.5, (COUPLED,), equation="eq-delta-output-softmax"),
            LARGE: Part(1, FAR),
            SINGLE: Part(0.25, ("float32",)),
            SHAPED: Part(0.25),
        },
        "eq-delta-output-general",
        draw_delta,
        mlp.output_delta,
        None,
        slipped(DELTA_SLIPS, delta_run),
    ),
    Question(
        "delta_is_o_minus_y",
        {
            "half squared error": Part(1.5, ("half squared error",)),
            "the cross-entropies": Part(0.5, ("the cross-entropies",)),
        },
        "eq-delta-output",
        draw_pairs,
        losses.delta_is_o_minus_y,
        None,
        PAIR_MISTAKES,
    ),
)
