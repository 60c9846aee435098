"""ps08_training: batches, steps, learning rates, and two networks that learn."""

from bpkit.reference import optimizers, regularizers, schedules

from ..question import Question
from ..scoring import SHAPED, SINGLE, Part, at_least
from . import batches
from .batches import minibatches
from .draws_training import (
    FIRST,
    GIVEN,
    LATER,
    TINY,
    draw_adam,
    draw_cosine,
    draw_gradients,
    draw_momentum,
    draw_rmsprop,
    draw_sgd,
    draw_step_decay,
)
from .rate_range import BOWL, BROKEN, ISLANDS, NONE, RANGE_MISTAKES, draw_range_test, learning_rate_range_test
from .slips_adam import ADAM_MISTAKES
from .slips_batches import BATCH_MISTAKES
from .slips_rates import CLIP_MISTAKES, COSINE_MISTAKES, STEP_DECAY_MISTAKES
from .slips_steps import MOMENTUM_MISTAKES, RMSPROP_MISTAKES, SGD_MISTAKES
from .trained import (
    SINE,
    SINE_MISTAKES,
    XOR,
    XOR_MISTAKES,
    draw_generators,
    judged_by,
    sine_by_hand,
    xor_by_hand,
)

ALSO = {SINGLE: Part(0.25, ("float32",)), SHAPED: Part(0.25)}


def sgd_step(W, b, dW, db, learning_rate):
    return tuple(optimizers.gradient_descent(*pair, learning_rate) for pair in ((W, dW), (b, db)))


def about(name):
    return lambda path: name in path


QUESTIONS = (
    Question(
        "minibatches",
        {
            batches.ONE: Part(0.5, (batches.ONE,)),
            batches.EQUAL: Part(0.5, (batches.EQUAL,)),
            batches.SHORT: Part(0.75, (batches.SHORT,)),
            batches.ORDER: Part(0.75, (batches.ORDER,)),
            **ALSO,
        },
        "eq-minibatches",
        batches.draw_samples,
        minibatches,
        "your batches",
        BATCH_MISTAKES,
        compare=batches.compare_batches,
        by_symptoms=True,
        probe="twice",
        stands_in=False,  # its generator cannot leave the sandbox
    ),
    Question(
        "sgd_step",
        {
            "one layer": Part(0.25, ("one layer",)),
            "W": Part(0.375, about=about("W")),
            "b": Part(0.375, about=about("b")),
            **ALSO,
        },
        "eq-update",
        draw_sgd,
        sgd_step,
        ("W", "b"),
        SGD_MISTAKES,
    ),
    Question(
        "momentum_step",
        {
            FIRST: Part(0.25, (FIRST,)),
            LATER: Part(0.5, (LATER,)),
            GIVEN: Part(0.25, (GIVEN,)),
            **ALSO,
        },
        "eq-momentum",
        draw_momentum,
        optimizers.momentum,
        ("theta", "v"),
        MOMENTUM_MISTAKES,
    ),
    Question(
        "rmsprop_step",
        {
            FIRST: Part(0.25, (FIRST,)),
            LATER: Part(0.25, (LATER,)),
            GIVEN: Part(0.25, (GIVEN,)),
            TINY: Part(0.25, (TINY,)),
            **ALSO,
        },
        "eq-rmsprop",
        draw_rmsprop,
        optimizers.rmsprop,
        ("theta", "s"),
        RMSPROP_MISTAKES,
    ),
    Question(
        "adam_step",
        {
            "m and v": Part(0.5, about=lambda path: "theta" not in path, equation="eq-adam-means"),
            FIRST: Part(0.5, (FIRST,), equation="eq-adam-correction"),
            LATER: Part(0.5, (LATER,), equation="eq-adam-correction"),
            GIVEN: Part(0.25, (GIVEN,)),
            TINY: Part(0.25, (TINY,)),
            **ALSO,
        },
        "eq-adam",
        draw_adam,
        optimizers.adam,
        ("theta", "m", "v"),
        ADAM_MISTAKES,
    ),
    Question(
        "step_decay",
        {"the defaults": Part(0.5, ("the defaults",)), "another drop": Part(0.5, ("another drop",))},
        "eq-step-decay",
        draw_step_decay,
        schedules.step_decay,
        None,
        STEP_DECAY_MISTAKES,
    ),
    Question(
        "cosine_decay",
        {
            "the start": Part(0.25, ("the start",)),
            "the end": Part(0.25, ("the end",)),
            "between": Part(0.5, ("between",)),
        },
        "eq-cosine-decay",
        draw_cosine,
        schedules.cosine_decay,
        None,
        COSINE_MISTAKES,
    ),
    Question(
        "clip_by_norm",
        {
            "long gradients": Part(0.5, ("long gradients",)),
            "short gradients": Part(0.25, ("short gradients",)),
            "zeros": Part(0.25, ("zeros",)),
            **ALSO,
        },
        "eq-clip-by-norm",
        draw_gradients,
        regularizers.clip_by_norm,
        None,
        CLIP_MISTAKES,
    ),
    Question(
        "learning_rate_range_test",
        {
            BOWL: Part(0.5, (BOWL,)),
            ISLANDS: Part(0.5, (ISLANDS,)),
            BROKEN: Part(0.5, (BROKEN,)),
            NONE: Part(0.25, (BOWL, NONE)),  # to say always that there is none is no answer
            SHAPED: Part(0.25),
        },
        "eq-range-test",
        draw_range_test,
        learning_rate_range_test,
        None,
        RANGE_MISTAKES,
    ),
    Question(
        "train_xor",
        {"below 0.01 for 9 of 10 generators": Part(2, share=at_least(0.9))},
        "eq-half-squared-error",
        draw_generators,
        xor_by_hand,
        "your network",
        XOR_MISTAKES,
        compare=judged_by(XOR),
        by_symptoms=True,
        seconds=60,
        again=False,
    ),
    Question(
        "fit_sine",
        {"below 0.05 for 8 of 10 generators": Part(2.5, share=at_least(0.8))},
        "eq-mean-squared-error",
        draw_generators,
        sine_by_hand,
        "your network",
        SINE_MISTAKES,
        compare=judged_by(SINE),
        by_symptoms=True,
        seconds=60,
        again=False,
    ),
)
