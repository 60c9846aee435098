"""Inputs of ps01: scalar functions and points at which no wrong formula gives the right number."""

import itertools
from dataclasses import dataclass

import numpy as np

from ..question import Case

GIVEN, DEFAULT = "a given step", "the default step"
ONE, SEVERAL, NONE = "one function", "several functions", "an empty list"
NEURON, AT_ZERO = "a neuron", "a zero among its numbers"
POINTS, EXTREME = "many points", "two points"
FUNCTIONS = {  # name: (F, F′)
    "sin": (np.sin, np.cos),
    "exp": (np.exp, np.exp),
    "tanh": (np.tanh, lambda v: 1 / np.cosh(v) ** 2),
    "square": (np.square, lambda v: 2 * v),
    "root": (lambda v: np.sqrt(1 + v * v), lambda v: v / np.sqrt(1 + v * v)),
}


@dataclass(frozen=True)
class Curve:
    """A scalar function c F(p u + q), and its derivative; two with the same numbers are equal.

    >>> f = Curve("square", 3.0, 2.0, 1.0)
    >>> f(1.0), f.prime(1.0)
    (np.float64(27.0), 36.0)
    """

    name: str
    c: float
    p: float
    q: float

    def __call__(self, u):
        F, _ = FUNCTIONS[self.name]
        return self.c * F(self.p * u + self.q)

    @property
    def prime(self):
        return Slope(self)


@dataclass(frozen=True)
class Slope:
    """The derivative of a curve."""

    of: Curve

    def __call__(self, u):
        f, (_, F_prime) = self.of, FUNCTIONS[self.of.name]
        return f.c * f.p * F_prime(f.p * u + f.q)


def signed(rng, low, high):
    """Draw a number of either sign whose absolute value lies between two bounds.

    >>> 2 <= abs(signed(np.random.default_rng(0), 2, 3)) <= 3
    True
    """
    return float(rng.uniform(low, high) * rng.choice((-1, 1)))


def apart(values, gap):
    """Say whether numbers are neither near each other nor near 0, relative to the largest of them.

    >>> apart([1.0, 2.0], 0.1), apart([1.0, 1.0], 0.1)
    (True, False)
    """
    scale = max(map(abs, values))
    pairs = itertools.combinations([0.0, *values], 2)
    return all(abs(a - b) > gap * scale for a, b in pairs)


def gentle(rng, name):
    """Draw a function that changes over a distance of about 1, and a point for it."""
    return Curve(name, signed(rng, 0.7, 1.6), signed(rng, 0.6, 1.4), signed(rng, 0.2, 0.9)), signed(
        rng, 0.3, 1.2
    )


def steep(rng, name):
    """Draw a function that changes within a thousandth, and a point for it.

    There even the smallest of the usual steps leaves an error that shows, and the one of rounding is far
    below it: a step of another size gives another number, and any order of operations the same one.
    """
    f = Curve(name, signed(rng, 7e-4, 1.6e-3), signed(rng, 2000, 4000), signed(rng, 0.4, 0.9))
    return f, signed(rng, 0.1, 0.3) / abs(f.p)


def quotients(f, x, h):
    """Return the one-sided quotients, the central ones with two steps, and the derivative."""
    above, below = f(x + h) - f(x), f(x) - f(x - h)
    half = f(x + h / 2) - f(x - h / 2)
    return above / h, below / h, (above + below) / (2 * h), half / h, f.prime(x)


def draw_differences(step):
    """Return a `draw` of functions, points and steps; where the step is not given, it is `step`."""

    def draw(rng):
        cases = []
        for name in ("sin", "exp", "square", "tanh", "sin"):
            while True:
                f, x = gentle(rng, name)
                h = float(rng.uniform(0.1, 0.4))
                names_differ = quotients(f, x, h)[
                    : 2 if name == "square" else 5
                ]  # its central ones are exact
                if apart(names_differ, 1e-3) and 0.05 < abs(f.prime(x)) < 20:
                    break
            cases.append(Case(GIVEN, (f, x, h)))
        for name in ("exp", "sin", "exp"):
            while True:
                f, x = steep(rng, name)
                if apart(quotients(f, x, step)[:3], 1e-5):
                    break
            cases.append(Case(DEFAULT, (f, x)))
        return cases

    return draw


CHAINS = (  # tag, names of the functions, left to right
    (ONE, ("sin",)),
    (ONE, ("root",)),
    (SEVERAL, ("square", "sin")),
    (SEVERAL, ("tanh", "exp")),
    (SEVERAL, ("sin", "root", "tanh")),
    (SEVERAL, ("exp", "sin", "tanh", "square", "root")),
    (NONE, ()),
)


def draw_chain(rng):
    cases = []
    for tag, names in CHAINS:
        fs, x = chain_of(rng, names)
        cases.append(Case(tag, (fs, [f.prime for f in fs], x)))
    f, x = chain_of(rng, ("sin",))
    twice = [*f, *f]  # the same function may stand in a list more than once
    into_a_steep_one, at = chain_with_a_steep_end(rng)
    return [
        *cases,
        Case(SEVERAL, (twice, [f.prime for f in twice], x)),
        Case(SEVERAL, (into_a_steep_one, [f.prime for f in into_a_steep_one], at)),
    ]


def chain_with_a_steep_end(rng):
    """Draw a chain that bends within a thousandth, so that no difference quotient is near its slope."""
    while True:
        fs, x = chain_of(rng, ("tanh",))
        fs.append(steep(rng, "sin")[0])
        factors = [abs(fs[0].prime(x)), abs(fs[1].prime(fs[0](x)))]
        if 0.2 < factors[1] < 4 and apart([*factors, 1.0], 0.01):
            return fs, x


def chain_of(rng, names):
    """Draw functions whose factors in the chain rule are neither small nor large nor alike, and a point."""
    while True:
        fs, x = [gentle(rng, name)[0] for name in names], signed(rng, 0.3, 1.2)
        factors, u = [], x
        for f in fs:
            factors.append(abs(f.prime(u)))
            u = f(u)
        if not fs or min(factors) > 0.2 and max(factors) < 4 and apart([*factors, 1.0], 0.01):
            return fs, x


def draw_neuron(rng):
    """Draw neurons with inputs and targets, far from what would make two formulas agree."""
    cases = []
    for y in (0.0, 1.0, 0.3, 0.7):
        while True:
            w, b, x = signed(rng, 0.4, 1.6), signed(rng, 0.2, 0.9), signed(rng, 0.3, 1.8)
            a = 1 / (1 + np.exp(-(w * x + b)))
            if apart([w, b, x, 1.0, a], 0.05) and abs(a - y) > 0.1:
                break
        cases.append(Case(NEURON, (w, b, x, y)))
    w, b, x, y = cases[-1].arguments
    return [
        *cases,
        Case(AT_ZERO, (w, b, 0.0, y)),
        Case(AT_ZERO, (0.0, b, x, y)),
        Case(AT_ZERO, (w, 0.0, x, y)),
    ]


def draw_orders(rng):
    """Draw steps in any order and errors that follow a power of them, more or less."""
    cases = []
    for tag, count in ((POINTS, 4), (POINTS, 7), (EXTREME, 2), (POINTS, 12)):
        hs = 10.0 ** rng.permutation(-np.cumsum(rng.uniform(0.3, 1.0, count)))
        noise = 10.0 ** rng.uniform(-0.4, 0.4, count)
        cases.append(Case(tag, (hs, rng.uniform(0.1, 5) * hs ** rng.choice((1.0, 2.0, 4.0)) * noise)))
    hs = 10.0 ** -np.arange(1.0, 7.0)  # and an error of rounding, which grows as the step shrinks
    return [*cases, Case(POINTS, (hs, rng.uniform(1, 5) * 1e-16 / hs * 10.0 ** rng.uniform(-0.4, 0.4, 6)))]
