"""Mistakes in the chain rule of scalar functions, and in the gradient of one neuron."""

import math

from bpkit.reference.activations import sigmoid, sigmoid_prime, tanh_prime

from ..question import Mistake


def values(fs, x):
    """Return what goes into each function in turn, and what comes out of the last.

    >>> values([abs, math.sqrt], -4.0)
    [-4.0, 4.0, 2.0]
    """
    us = [x]
    for f in fs:
        us.append(f(us[-1]))
    return us


def chain(fs, f_primes, x):
    us = values(fs, x)
    slopes = [f_prime(us[k]) for k, f_prime in enumerate(f_primes)]
    return us[-1], float(math.prod(slopes))  # eq-chain-of-functions


def in_factors(says, factors, combine=math.prod):
    """Return the mistake of another product, by `factors(fs, f_primes, us)`; y is right."""

    def wrong(fs, f_primes, x):
        us = values(fs, x)
        return us[-1], float(combine(factors(fs, f_primes, us)))

    return Mistake(None, says, "eq-chain-of-functions", wrong)


def in_chain(says, wrong):
    return Mistake(None, says, "eq-chain-of-functions", wrong)


def at(place):
    """Return the factors with every slope taken at one of the values."""
    return lambda fs, f_primes, us: [f_prime(us[place]) for f_prime in f_primes]


def right_factors(fs, f_primes, us):
    return [f_prime(u) for f_prime, u in zip(f_primes, us[:-1], strict=True)]


def by_differences(ahead, behind):
    """Return a chain whose slope is a difference quotient, by steps ahead of x and behind it."""

    def wrong(fs, f_primes, x):
        rise = values(fs, x + ahead)[-1] - values(fs, x - behind)[-1]
        return values(fs, x)[-1], rise / (ahead + behind)

    return wrong


QUOTIENT = "your dy/dx is a difference quotient, which is only near it: multiply the slopes f′(u)."
SUM = "your dy/dx is the sum of the slopes: along a chain they are multiplied."
ONE_FACTOR = "is the only one in your dy/dx: there is a factor for every function of the list."
EMPTY = "of an empty list y is x itself, and dy/dx is 1."
CHAIN_MISTAKES = (
    in_factors("every slope is taken at x: each f′ belongs to the value that went into its f.", at(0)),
    in_factors("every slope is taken at y: each f′ belongs to the value that went into its f.", at(-1)),
    in_factors(
        "each slope is taken at what came out of its function: it belongs to what went in. "
        "Compute f′(u) before u becomes f(u).",
        lambda fs, f_primes, us: [f_prime(u) for f_prime, u in zip(f_primes, us[1:], strict=True)],
    ),
    in_factors(SUM, right_factors, sum),
    in_factors(SUM, right_factors, lambda factors: sum(factors) if factors else 1),
    in_factors(
        "you multiply the values and not the slopes: the factors are f′(u).",
        lambda fs, f_primes, us: us[1:],
    ),
    in_factors(
        "f_primes is read from its end: the k-th slope belongs to the k-th function.",
        lambda fs, f_primes, us: right_factors(fs, f_primes[::-1], us),
    ),
    in_factors(f"the slope of the last function {ONE_FACTOR}", lambda *given: right_factors(*given)[-1:]),
    in_factors(f"the slope of the last function {ONE_FACTOR}", lambda *given: [right_factors(*given)[-1]]),
    in_factors(f"the slope of the first function {ONE_FACTOR}", lambda *given: right_factors(*given)[:1]),
    in_factors(f"the slope of the first function {ONE_FACTOR}", lambda *given: [right_factors(*given)[0]]),
    in_factors(f"your dy/dx is 0 where there is no function: {EMPTY}",
               lambda *given: right_factors(*given) or [0]),
    in_chain("you apply the functions from right to left: fs[0] comes first.",
             lambda fs, f_primes, x: chain(fs[::-1], f_primes[::-1], x)),
    in_chain("you apply the functions from right to left, and their slopes from left to right: "
             "fs[0] comes first.", lambda fs, f_primes, x: chain(fs[::-1], f_primes, x)),
    in_chain("every function gets x: each one takes what the one before it gave.",
             lambda fs, f_primes, x: (fs[-1](x) if fs else x, math.prod(g(x) for g in f_primes))),
    in_chain("you return dy/dx first: y comes first, and then dy/dx.",
             lambda fs, f_primes, x: chain(fs, f_primes, x)[::-1]),
    in_chain("your y is what goes into the last function: apply that one too.",
             lambda fs, f_primes, x: (values(fs[:-1], x)[-1], chain(fs, f_primes, x)[1])),
    in_chain(f"your y of an empty list is 0: {EMPTY}",
             lambda fs, f_primes, x: chain(fs, f_primes, x) if fs else (0.0, 1.0)),
    in_chain(QUOTIENT, by_differences(1e-5, 1e-5)),
    in_chain(QUOTIENT, by_differences(1e-6, 0)),
)  # fmt: skip


def pre(w, b, x):
    return w * x + b


def error(w, b, x, y):
    """Return δ, the derivative of the loss by the pre-activation."""
    z = pre(w, b, x)
    return (sigmoid(z) - y) * sigmoid_prime(z)


def neuron_gradient(w, b, x, y):
    delta = error(w, b, x, y)
    return delta * x, delta, delta * w  # eq-neuron-gradient


def in_delta(number, says, delta):
    """Return a mistake in δ, by `delta(z, a, y)`: it reaches all three slopes."""

    def wrong(w, b, x, y):
        z = pre(w, b, x)
        d = delta(z, sigmoid(z), y)
        return d * x, d, d * w

    return Mistake(number, says, "eq-neuron-gradient", wrong)


def in_slopes(number, says, slopes):
    """Return a mistake after δ, by `slopes(delta, w, b, x, a)`."""

    def wrong(w, b, x, y):
        return slopes(error(w, b, x, y), w, b, x, sigmoid(pre(w, b, x)))

    return Mistake(number, says, "eq-neuron-gradient", wrong)


def without_bias(w, b, x, y):
    return neuron_gradient(w, 0 * b, x, y)


NEURON_MISTAKES = (
    in_delta("M1", "the factor σ′(z) is missing: z moves a by that slope.", lambda z, a, y: a - y),
    in_delta("M3", "σ′ is taken at a: it is a function of z, and σ′(z) = a(1 − a).",
             lambda z, a, y: (a - y) * sigmoid_prime(a)),
    in_delta("M4", "your slope is z(1 − z): it is σ′(z) = a(1 − a), with a = σ(z).",
             lambda z, a, y: (a - y) * z * (1 - z)),
    in_delta("M5", "the sign is reversed: the derivative of ½(a − y)² by a is a − y.",
             lambda z, a, y: (y - a) * sigmoid_prime(z)),
    in_delta("M6", "there is a factor 2 too many: the ½ of the loss cancels the 2 of the square.",
             lambda z, a, y: 2 * (a - y) * sigmoid_prime(z)),
    in_delta("M6", "there is a factor ½ too many: it cancels the 2 of the square.",
             lambda z, a, y: (a - y) * sigmoid_prime(z) / 2),
    in_delta("M19", "your slope is a, and not a(1 − a): the factor is σ′(z), not σ(z).",
             lambda z, a, y: (a - y) * a),
    in_delta(None, "your slope is 1 − a, and not a(1 − a).", lambda z, a, y: (a - y) * (1 - a)),
    in_delta("M20", "your slope is 1 − a², which belongs to tanh: that of the sigmoid is a(1 − a).",
             lambda z, a, y: (a - y) * (1 - a**2)),
    in_delta("M20", "your slope is 1 − tanh(z)²: that of the sigmoid is a(1 − a).",
             lambda z, a, y: (a - y) * tanh_prime(z)),
    in_delta("M23", "σ′(z) stands there twice.", lambda z, a, y: (a - y) * sigmoid_prime(z) ** 2),
    in_delta(None, "the factor a − y is missing: that is the slope of the loss.",
             lambda z, a, y: sigmoid_prime(z)),
    in_delta(None, "you multiply by the loss itself: its derivative by a is a − y.",
             lambda z, a, y: (a - y) ** 2 / 2 * sigmoid_prime(z)),
    in_delta(None, "your error is z − y: the loss compares a = σ(z) with y.",
             lambda z, a, y: (z - y) * sigmoid_prime(z)),
    Mistake("M50", "the bias is missing in z = wx + b.", "eq-neuron-gradient", without_bias),
    in_slopes("M42", "your db is 0: b moves z one to one, so db is δ.",
              lambda d, w, b, x, a: (d * x, 0.0, d * w)),
    in_slopes("M46", "your db has the factor x: b moves z one to one, so db is δ.",
              lambda d, w, b, x, a: (d * x, d * x, d * w)),
    in_slopes(None, "your db has the factor b: b moves z one to one, so db is δ.",
              lambda d, w, b, x, a: (d * x, d * b, d * w)),
    in_slopes(None, "your dw and dx are exchanged: w moves z by x, and x moves it by w.",
              lambda d, w, b, x, a: (d * w, d, d * x)),
    in_slopes(None, "the factor x is missing in your dw: w moves z by x.",
              lambda d, w, b, x, a: (d, d, d * w)),
    in_slopes(None, "the factor w is missing in your dx: x moves z by w.",
              lambda d, w, b, x, a: (d * x, d, d)),
    in_slopes(None, "your dx is 0: x moves z too, by w.", lambda d, w, b, x, a: (d * x, d, 0.0)),
    in_slopes(None, "your dx has the factor x, where w belongs: x moves z by w.",
              lambda d, w, b, x, a: (d * x, d, d * x)),
    in_slopes("M36", "your dw has the factor a, the output: w multiplies the input x.",
              lambda d, w, b, x, a: (d * a, d, d * w)),
    in_slopes(None, "the order is another one: dw comes first, then db, then dx.",
              lambda d, w, b, x, a: (d * w, d * x, d)),
    in_slopes(None, "the order is another one: dw comes first, then db, then dx.",
              lambda d, w, b, x, a: (d * x, d * w, d)),
    in_slopes(None, "the order is another one: dw comes first, then db, then dx.",
              lambda d, w, b, x, a: (d, d * x, d * w)),
)  # fmt: skip
