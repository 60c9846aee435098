"""What cheap checks say of a wrong backward pass, and the sheet of errors by which it can be told."""

from functools import cache

import numpy as np

from bpkit.gradcheck import numerical_gradients, relative_error

from .passes import PASSES
from .trial import SIZES, SQUARED, drawn, flat, gradients, loss_of, stopped

TOLERANCE = 1e-6  # of a gradient check with central differences
STOPS, REFUSED, PASSED = "stops", "refused", "passes"
SEED = 3  # of the networks that are checked: no unit of relu is near its kink
LUCKY = "a lucky network"
VISITS = "as drawn", "one sample", "linear hidden", "linear output"
PATIENTS = {  # number of the mistake, and how the sentence of its way begins
    1: ("M47", "your db"),
    2: ("M37", "your dW"),
    3: ("M14", "your δ"),
    4: ("M40", "your gradients are those of the last sample alone"),
    5: ("M1", "your δ"),
    6: ("M7", "your δ"),
}


def pass_of(number, reads):
    """Return the first wrong pass of that number whose reading begins so, (W, z, a, y, f, loss) → dW, db."""
    return next(p.gradients for p in PASSES if p.number == number and p.reads.startswith(reads))


def lucky():
    """Return what hides most: a chain of single units, one sample, relu, an identity output, no biases."""
    W, b = {l: np.array([[0.5 + l]]) for l in (1, 2, 3)}, {l: np.zeros((1, 1)) for l in (1, 2, 3)}
    return W, b, np.array([[0.8]]), np.array([[-0.4]]), {1: "relu", 2: "relu", 3: "identity"}, SQUARED


def visit(name):
    """Return network A and its batch as drawn, or with one thing made easy."""
    W, b, x, y, f, loss = drawn("A", SIZES, SEED)
    if name == "one sample":
        x, y = x[:, :1], y[:, :1]
    if name == "linear hidden":
        f = {**f, 1: "identity", 2: "identity"}
    if name == "linear output":
        f = {**f, 3: "identity"}
    return W, b, x, y, f, loss


@cache
def case(name):
    """Return the network of that name and a batch, and the gradient of the loss by central differences."""
    W, b, *rest = lucky() if name == LUCKY else visit(name) if name in VISITS else drawn(name, SIZES, SEED)
    return (W, b, *rest), numerical_gradients(lambda W, b: loss_of(W, b, *rest), W, b)


def named(dW, db):
    """Return the arrays by the names that a program has for them."""
    return {f"{name}[{l}]": part[l] for name, part in (("dW", dW), ("db", db)) for l in sorted(part)}


def errors(claimed, true):
    """Return the relative error of each array."""
    claimed, true = named(*claimed), named(*true)
    return {name: relative_error(claimed[name], true[name]) for name in true}


def compared(wrong, given, true):
    """Compare a pass with a gradient, array by array: it stops, it is refused, or it passes."""
    if stopped(wrong, given):
        return STOPS
    return PASSED if max(errors(gradients(wrong, *given), true).values()) < TOLERANCE else REFUSED


def gradient_check(wrong, name):
    return compared(wrong, *case(name))


def mean_of_samples(wrong, name):
    """Compare a pass on a batch with the mean of the same pass on its samples; no derivative is needed."""
    given, _ = case(name)
    if stopped(wrong, given):
        return STOPS
    W, b, x, y, *rest = given
    singles = [gradients(wrong, W, b, x[:, [i]], y[:, [i]], *rest) for i in range(x.shape[1])]
    mean = [{l: np.mean([one[part][l] for one in singles], axis=0) for l in W} for part in (0, 1)]
    return compared(wrong, given, mean)


CHECKS = {
    "the shapes agree": lambda t, wrong: STOPS if t.stops else PASSED,
    "the loss falls": lambda t, wrong: STOPS if t.stops else PASSED if t.learns else REFUSED,
    "batch = mean of its samples": lambda t, wrong: mean_of_samples(wrong, t.network),
    "gradient check, lucky network": lambda t, wrong: gradient_check(wrong, LUCKY),
    "gradient check, network A": lambda t, wrong: gradient_check(wrong, "A"),
    "gradient check, A to F": lambda t, wrong: gradient_check(wrong, t.network),
}


def findings(trials):
    """Return {check: what it says of each wrong pass, in their order}."""
    ways = [(t, pass_of(t.number, t.reads)) for t in trials]
    return {name: [check(*way) for way in ways] for name, check in CHECKS.items()}


def vanishing(trials):
    """Return {visit: the mistakes that are wrong as drawn, and right there}."""
    ways = {(t.number, t.reads): pass_of(t.number, t.reads) for t in trials}
    wrong = [key for key in ways if gradient_check(ways[key], VISITS[0]) == REFUSED]
    return {
        name: list(dict.fromkeys(key[0] for key in wrong if gradient_check(ways[key], name) == PASSED))
        for name in VISITS[1:]
    }


def factors(trials):
    """Return the mistakes that are one factor in all arrays, as drawn."""
    given, true = case(VISITS[0])
    ways = [(t.number, pass_of(t.number, t.reads)) for t in trials]
    wrong = [way for way in ways if gradient_check(way[1], VISITS[0]) == REFUSED]
    ratios = [(number, ratio(flat(*gradients(way, *given)), flat(*true))) for number, way in wrong]
    return list(dict.fromkeys(number for number, one in ratios if one != "varies"))


def sheet(patient):
    """Return the lines of a patient's sheet: the error of each array at each visit, and its ratio."""
    wrong, columns = pass_of(*PATIENTS[patient]), {}
    for name in reversed(VISITS):
        given, true = case(name)
        claimed = gradients(wrong, *given)
        columns[name] = [shown(error) for error in errors(claimed, true).values()]
    pairs = zip(named(*claimed).values(), named(*true).values(), strict=True)  # as drawn, the last
    table = {"": named(*true), **dict(reversed(columns.items())), "ratio": [ratio(u, v) for u, v in pairs]}
    heads = [(head.split() + ["", ""])[:2] for head in table]
    lines = [*zip(*heads, strict=True), *zip(*table.values(), strict=True)]
    return ["".join(f"{cell:<8}" for cell in line).rstrip() for line in lines]


def shown(error):
    """Write an error with two digits, and what is below the tolerance as right.

    >>> shown(1e-9), shown(1 / 3)
    ('right', '0.33')
    """
    return "right" if error < TOLERANCE else f"{error:.2g}"


def ratio(claimed, true):
    """Say by which factor an array is off, if it is one.

    >>> ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0])), ratio(np.array([2.0, 4.0]), np.array([1.0, 1.0]))
    ('2', 'varies')
    """
    factors = claimed / true
    return f"{factors.mean():.3g}" if np.allclose(factors, factors.mean(), rtol=1e-4) else "varies"
