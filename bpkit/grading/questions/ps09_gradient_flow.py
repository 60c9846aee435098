"""ps09_gradient_flow: where weights start, and how errors grow, fade and stay equal on their way back."""

from bpkit.reference.initializers import initialize

from ..question import Question
from ..scoring import SHAPED, Part
from .drawn_weights import NAMES, compare_drawn
from .draws_flow import (
    DEAD,
    DEFAULT,
    EQUAL,
    EXACT,
    GIVEN,
    HE,
    OTHER,
    START,
    XAVIER,
    draw_crossover,
    draw_errors,
    draw_ranks,
    draw_slopes,
    draw_starts,
)
from .slips_flow import (
    CROSSOVER_MISTAKES,
    NORM_MISTAKES,
    RANK_MISTAKES,
    SHARE_MISTAKES,
    delta_norms,
    gradient_rank,
    saturated_fraction,
    tanh_sigmoid_crossover,
)
from .slips_starts import START_MISTAKES


def result(*names):
    """Return a part's `about`: these of the results."""
    return lambda path: path[0] in names


QUESTIONS = (
    Question(
        "initialize",
        {
            START: Part(1.5, (START,), result("W")),
            XAVIER: Part(1.75, (XAVIER,), result("W"), "eq-xavier"),
            HE: Part(1.75, (HE,), result("W"), "eq-he"),
            "the biases": Part(1, (START, XAVIER, HE), result("b")),
            "random numbers from rng": Part(1, (START, XAVIER, HE), result(*NAMES[2:])),
        },
        "eq-xavier",
        draw_starts,
        initialize,
        NAMES,
        START_MISTAKES,
        compare=compare_drawn,
        probe="drawn_pair",
        again=False,
    ),
    Question(
        "delta_norms",
        {"one sample": Part(1.25, ("one sample",)), "a batch": Part(2.5, ("a batch",)), SHAPED: Part(0.25)},
        "eq-delta-norm",
        draw_errors,
        delta_norms,
        None,
        NORM_MISTAKES,
    ),
    Question(
        "saturated_fraction",
        {
            GIVEN: Part(1.5, (GIVEN,)),
            DEFAULT: Part(1.25, (DEFAULT,)),
            EXACT: Part(1, (EXACT,)),
            SHAPED: Part(0.25),
        },
        "eq-saturated-fraction",
        draw_slopes,
        saturated_fraction,
        None,
        SHARE_MISTAKES,
    ),
    Question(
        "tanh_sigmoid_crossover",
        {"the z where they meet": Part(2)},
        "eq-slope-ratio",
        draw_crossover,
        tanh_sigmoid_crossover,
        None,
        CROSSOVER_MISTAKES,
        again=False,
    ),
    Question(
        "gradient_rank",
        {
            EQUAL: Part(0.75, (EQUAL,)),
            OTHER: Part(1.5, (OTHER,)),
            DEAD: Part(0.5, (DEAD,)),
            SHAPED: Part(0.25),
        },
        "eq-equal-units",
        draw_ranks,
        gradient_rank,
        None,
        RANK_MISTAKES,
    ),
)
