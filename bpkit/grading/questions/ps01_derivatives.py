"""ps01_derivatives: difference quotients, the chain rule of scalar functions, and one neuron's gradient."""

from ..question import Question
from ..scoring import SHAPED, Part
from .draws_derivatives import (
    AT_ZERO,
    DEFAULT,
    EXTREME,
    GIVEN,
    NEURON,
    NONE,
    ONE,
    POINTS,
    SEVERAL,
    draw_chain,
    draw_differences,
    draw_neuron,
    draw_orders,
)
from .slips_chain import CHAIN_MISTAKES, NEURON_MISTAKES, chain, neuron_gradient
from .slips_differences import (
    CENTRAL_MISTAKES,
    CENTRAL_STEP,
    FORWARD_MISTAKES,
    FORWARD_STEP,
    ORDER_MISTAKES,
    observed_order,
)


def forward_difference(f, x, h=FORWARD_STEP):
    return (f(x + h) - f(x)) / h  # eq-forward-difference


def central_difference(f, x, h=CENTRAL_STEP):
    return (f(x + h) - f(x - h)) / (2 * h)  # eq-central-difference


def result(name):
    """Return a part's `about`: this one of the results."""
    return lambda path: path[:1] == (name,)


QUESTIONS = (
    Question(
        "forward_difference",
        {GIVEN: Part(2, (GIVEN,)), DEFAULT: Part(1, (DEFAULT,))},
        "eq-forward-difference",
        draw_differences(FORWARD_STEP),
        forward_difference,
        None,
        FORWARD_MISTAKES,
    ),
    Question(
        "central_difference",
        {GIVEN: Part(3, (GIVEN,)), DEFAULT: Part(1, (DEFAULT,))},
        "eq-central-difference",
        draw_differences(CENTRAL_STEP),
        central_difference,
        None,
        CENTRAL_MISTAKES,
    ),
    Question(
        "observed_order",
        {EXTREME: Part(1, (EXTREME,)), POINTS: Part(1.75, (POINTS,)), SHAPED: Part(0.25)},
        "eq-observed-order",
        draw_orders,
        observed_order,
        None,
        ORDER_MISTAKES,
    ),
    Question(
        "chain",
        {
            "the value y": Part(1.5, (ONE, SEVERAL), result("y")),
            "dy/dx of one function": Part(1, (ONE,), result("dydx")),
            "dy/dx of several functions": Part(2.5, (SEVERAL,), result("dydx")),
            NONE: Part(0.75, (NONE,)),
            SHAPED: Part(0.25, (ONE, SEVERAL)),
        },
        "eq-chain-of-functions",
        draw_chain,
        chain,
        ("y", "dydx"),
        CHAIN_MISTAKES,
    ),
    Question(
        "neuron_gradient",
        {
            "dw": Part(1.5, (NEURON, AT_ZERO), result("dw")),
            "db": Part(1, (NEURON, AT_ZERO), result("db")),
            "dx": Part(1.5, (NEURON, AT_ZERO), result("dx")),
        },
        "eq-neuron-gradient",
        draw_neuron,
        neuron_gradient,
        ("dw", "db", "dx"),
        NEURON_MISTAKES,
    ),
)
