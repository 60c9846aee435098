"""ps04_by_hand: the 2-2-1 network, sigmoid throughout, half squared error."""

from dataclasses import replace

import numpy as np

from bpkit.reference import mlp
from bpkit.reference.optimizers import gradient_descent

from ..comparison import Difference, is_number
from ..question import Case, Mistake, Question
from ..scoring import SHAPED, Part
from .draws import SQUARED, network
from .slips_forward import FORWARD_SLIPS, forward_run
from .slips_gradients import AVERAGED_DELTA, GRADIENT_SLIPS, WHOLE_SLIPS
from .slips_hidden import HIDDEN_SLIPS
from .slips_output import OUTPUT_SLIPS
from .steps import RIGHT, run, slipped

F = {1: "sigmoid", 2: "sigmoid"}
W = {1: np.array([[0.2, -0.4], [0.5, 0.3]]), 2: np.array([[0.6, -0.5]])}
B = {1: np.array([[0.1], [-0.2]]), 2: np.array([[0.05]])}
X, Y = np.array([[0.5], [0.1]]), np.array([[0.6]])
NUMBER_TOLERANCE = 2e-6  # absolute: six decimals, rounded or cut
DELTA_SLIPS = tuple(s for s in OUTPUT_SLIPS if s.equation != "eq-delta-output-softmax") + HIDDEN_SLIPS
SLIPS = DELTA_SLIPS + GRADIENT_SLIPS + WHOLE_SLIPS
NOT_HERE = ("M2", "M7", "M8", "M9", "M15", "M16", "M20", "M21", "M22")  # one sigmoid output, W[2] not square
NOT_BY_HAND = (*NOT_HERE, "M25", "M40", "M42", "M43", "M44", "M46", "M47", "M48", "M49", None)  # m = 1, no db


def forward_221(W, b, x):
    return mlp.forward(W, b, x, F)


def deltas_221(W, z, a, y):
    return mlp.backward(W, z, a, y, F, SQUARED)[2]


def gradients_221(W, b, x, y):
    return mlp.loss_and_gradients(W, b, x, y, F, SQUARED)[1:]


def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    return gradient_descent(W, dW, learning_rate), gradient_descent(b, db, learning_rate)


def step_uphill(W, b, x, y, learning_rate):
    down = step_221(W, b, x, y, learning_rate)
    return [{l: 2 * old[l] - new[l] for l in old} for old, new in zip((W, b), down, strict=True)]


def numbers(steps=RIGHT):
    z, a = forward_221(W, B, X)
    dW, _, delta = run(steps, W, z, a, Y, F, SQUARED)
    loss = (a[2] - Y) ** 2 / 2
    given = {"z1": z[1], "a1": a[1], "z2": z[2], "o": a[2], "loss": loss}
    return given | {"delta2": delta[2], "delta1": delta[1], "dW2": dW[2], "dW1": dW[1]}


def draw(arguments):
    """Return a `draw` of cases by `arguments(W, b, x, y)`: the sheet's own network, then others."""

    def cases(rng):
        drawn = [Case("one sample", arguments(W, B, X, Y))]
        for tag, m in (("one sample", 1), ("a batch", 5), ("a batch", 2), ("a batch", 3)):
            weights, b, _, x = network(rng, (2, 2, 1), F.values(), m)
            drawn.append(Case(tag, arguments(weights, b, x, rng.uniform(0.05, 0.95, (1, m)))))
        return drawn

    return cases


def draw_steps(rng):
    rates = (0.5, 1.0, 0.3, 1.0, 2.0)
    cases = draw(lambda W, b, x, y: (W, b, x, y))(rng)
    return [Case(c.tag, (*c.arguments, rate)) for c, rate in zip(cases, rates, strict=True)]


def layers_run(steps, W, b, x):
    return forward_run(steps, W, b, x, F)


def delta_run(steps, W, z, a, y):
    return run(steps, W, z, a, y, F, SQUARED)[2]


def gradient_run(steps, W, b, x, y):
    return run(steps, W, *forward_221(W, b, x), y, F, SQUARED)[:2]


def step_run(steps, W, b, x, y, learning_rate):
    dW, db = gradient_run(steps, W, b, x, y)
    return tuple({l: p[l] - learning_rate * dp[l] for l in p} for p, dp in ((W, dW), (b, db)))


def updated_too_soon(W, b, x, y, learning_rate):
    """Step with W^(2) already updated when δ^(1) is taken."""
    new_W2 = step_221(W, b, x, y, learning_rate)[0][2]
    steps = replace(RIGHT, hidden=lambda p, l: (new_W2.T @ p.delta[2]) * p.prime(1))
    return step_run(steps, W, b, x, y, learning_rate)


STEP_MISTAKES = (
    Mistake(None, "your b stays as it was: the biases have a gradient too, the mean of δ over the batch.",
            "eq-grad-biases", lambda W, b, x, y, rate: (step_221(W, b, x, y, rate)[0], b)),
    Mistake("M28", "your W[2] is updated before δ^(1) is taken: take all gradients first, then step.",
            "eq-update", updated_too_soon),
    Mistake("M54", "your step goes along the gradient, uphill: θ − η ∂ℒ/∂θ has a minus.",
            "eq-update", step_uphill),
)  # fmt: skip


def compare_numbers(expected, got, names=None, relative=None):
    """List the numbers that are missing or differ by more than 2e-6; each is compared flattened."""
    if not isinstance(got, dict):
        return [Difference((), "structure", "is not a dict: fill in numbers = {…} as it was given.")]
    found = ((key, numbers_differ(expected[key], got.get(key))) for key in expected)
    return [Difference((key,), "value", says) for key, says in found if says]


def numbers_differ(expected, got):
    """Say how one entry of `numbers` differs, or return None."""
    if got is None:
        return "is not filled in yet."
    try:
        flat = np.asarray(got if holds_numbers(got) else None).ravel()
    except ValueError:  # lists of unequal lengths
        flat = np.array([None])
    if flat.dtype.kind not in "fiu":
        return "is not a number, a list of numbers or an array."
    wanted = expected.ravel()
    if flat.shape != wanted.shape:
        return f"has {flat.size} numbers, but should have {wanted.size}."
    gap = np.abs(flat - wanted)
    off = ~(gap <= NUMBER_TOLERANCE)
    if not off.any():
        return None
    few = " Give six decimals." if gap.max() < 1e-3 else ""
    return f"differs in {off.sum()} of {off.size} numbers.{few}"


def holds_numbers(value):
    """Say whether there are only numbers in a value: beside a long text each would be made as long.

    >>> holds_numbers([[0.5], np.ones(2)]), holds_numbers([0.5, "x"])
    (True, False)
    """
    if isinstance(value, list | tuple):
        return all(map(holds_numbers, value))
    return isinstance(value, np.ndarray) or is_number(value)


def here(mistakes):
    """Return the mistakes with the layers of this network in their sentences."""
    layers = {"(l+1)": "(2)", "(l)": "(1)", "(L)": "(2)"}
    return tuple(replace(m, says=said(m.says, layers)) for m in mistakes)


def by_layer(function, without):
    """Return all mistakes of a question: those in δ with this network's layers, the others with any l."""
    in_delta = here(slipped(DELTA_SLIPS, function, without))
    return in_delta + slipped(GRADIENT_SLIPS + WHOLE_SLIPS, function, without)


def said(sentence, layers):
    for symbol, number in layers.items():
        sentence = sentence.replace(symbol, number)
    return sentence


def part_of(name):
    return lambda path: name in path


BY_HAND = {  # points, and what to read
    "z1": (0.5, "eq-preactivation"),
    "a1": (0.5, "eq-activation"),
    "z2": (0.5, "eq-preactivation"),
    "o": (0.5, "eq-activation"),
    "loss": (0.5, "eq-half-squared-error"),
    "delta2": (1, "eq-delta-output-general"),
    "delta1": (1, "eq-delta-hidden"),
    "dW2": (0.75, "eq-grad-weights"),
    "dW1": (0.75, "eq-grad-weights"),
}
QUESTIONS = (
    Question(
        "forward_221",
        {
            "one sample": Part(1, ("one sample",)),
            "a batch": Part(1.5, ("a batch",)),
            SHAPED: Part(0.5),
        },
        "eq-preactivation",
        draw(lambda W, b, x, y: (W, b, x)),
        forward_221,
        ("z", "a"),
        slipped(FORWARD_SLIPS, layers_run, ("M11",)),
    ),
    Question(
        "deltas_221",
        {
            "δ of the output layer": Part(1.75, about=part_of(2), equation="eq-delta-output-general"),
            "δ of the hidden layer": Part(1.75, about=part_of(1)),
            SHAPED: Part(0.5),
        },
        "eq-delta-hidden",
        draw(lambda W, b, x, y: (W, *forward_221(W, b, x), y)),
        deltas_221,
        "delta",
        here(slipped(DELTA_SLIPS + AVERAGED_DELTA, delta_run, NOT_HERE)),
    ),
    Question(
        "gradients_221",
        {
            "dW": Part(2, about=part_of("dW")),
            "db": Part(1.5, about=part_of("db"), equation="eq-grad-biases"),
            SHAPED: Part(0.5),
        },
        "eq-grad-weights",
        draw(lambda W, b, x, y: (W, b, x, y)),
        gradients_221,
        ("dW", "db"),
        by_layer(gradient_run, NOT_HERE),
    ),
    Question(
        "step_221",
        {"W": Part(1.5, about=part_of("W")), "b": Part(1, about=part_of("b")), SHAPED: Part(0.5)},
        "eq-update",
        draw_steps,
        step_221,
        ("W", "b"),
        STEP_MISTAKES + by_layer(step_run, (*NOT_HERE, "M5", "M42")),
    ),
    Question(
        "numbers",
        {name: Part(points, (), part_of(name), label) for name, (points, label) in BY_HAND.items()},
        "eq-delta-output-general",
        lambda rng: [Case("one sample")],
        numbers,
        None,
        by_layer(numbers, (*NOT_BY_HAND, "M53")),
        value=True,
        compare=compare_numbers,
    ),
)
