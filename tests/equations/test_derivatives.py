"""Both sides of the equations in the chapter *Derivatives and the chain rule*."""

import math
from fractions import Fraction

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import CENTRAL, EXACT

from bpkit import activation, central_difference, complex_step, derivative

sigmoid, sigmoid_prime = activation("sigmoid"), derivative("sigmoid")


def powers(rng):
    """Draw a polynomial of degree 5 with whole coefficients, and give it with its slope."""
    c = [int(v) for v in rng.integers(1, 9, 6)]
    return (
        lambda x: sum(v * x**n for n, v in enumerate(c)),
        lambda x: sum(n * v * x ** (n - 1) for n, v in enumerate(c) if n),
    )


@proves(
    "eq-derivative",
    lambda f, x, h: (f(x + h) - f(x)) / h,
    other_point=lambda f, x, h: (f(x + 1) - f(x)) / 1,
    upside_down=lambda f, x, h: h / (f(x + h) - f(x)),
    gain_alone=lambda f, x, h: f(x + h) - f(x),
)
def test_derivative_is_what_the_quotient_comes_close_to(equation):
    rng = np.random.default_rng(1)
    for x in (Fraction(1, 3), Fraction(-3, 2), Fraction(0)):
        f, slope = powers(rng)
        for h in (Fraction(1, 10**k) * sign for k in (6, 9, 12) for sign in (1, -1)):
            assert abs(equation(f, x, h) - slope(x)) < 1000 * abs(h)


@proves(
    "eq-linear-approximation",
    lambda f, slope, x, h: f(x + h) - f(x) - slope(x) * h,
    no_line=lambda f, slope, x, h: f(x + h) - f(x),
    other_slope=lambda f, slope, x, h: f(x + h) - f(x) - slope(x + 1) * h,
    sign=lambda f, slope, x, h: f(x + h) - f(x) + slope(x) * h,
)
def test_linear_approximation_leaves_a_rest_that_vanishes_faster_than_the_step(equation):
    rng = np.random.default_rng(2)
    for x in (Fraction(1, 3), Fraction(-3, 2), Fraction(2)):
        f, slope = powers(rng)
        for k in (6, 9, 12):
            h = Fraction(1, 10**k)
            assert abs(equation(f, slope, x, h) / h) < 2000 * h


@proves(
    "eq-forward-difference",
    lambda f, x, h: (f(x + h) - f(x)) / h,
    backward=lambda f, x, h: (f(x) - f(x - h)) / h,
    central=lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
    divided_by_two_steps=lambda f, x, h: (f(x + h) - f(x)) / (2 * h),
    not_divided=lambda f, x, h: f(x + h) - f(x),
)
def test_forward_difference_is_the_slope_of_the_chord_ahead(equation):
    for x, h in ((1.0, 0.5), (-2.0, 0.25), (0.5, 2.0)):
        assert_allclose(equation(lambda v: v**2, x, h), 2 * x + h, **EXACT)
        assert_allclose(equation(lambda v: v**3, x, h), 3 * x**2 + 3 * x * h + h**2, **EXACT)


def rest(third, x, h, weight):
    """Return ∫ weight(t) f‴(x + t) dt from 0 to h, by Gauss's rule."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    t = h * (nodes + 1) / 2
    return h / 2 * weights @ (weight(t) * third(x + t))


@proves(
    "eq-taylor",
    lambda f, x, h: f[0](x) + h * f[1](x) + h**2 * f[2](x) / 2 + rest(f[3], x, h, lambda t: (h - t) ** 2 / 2),
    no_half=lambda f, x, h: f[0](x) + h * f[1](x) + h**2 * f[2](x) + rest(f[3], x, h, lambda t: (h - t) ** 2),
    no_rest=lambda f, x, h: f[0](x) + h * f[1](x) + h**2 * f[2](x) / 2,
    weight=lambda f, x, h: f[0](x) + h * f[1](x) + h**2 * f[2](x) / 2 + rest(f[3], x, h, lambda t: t**2 / 2),
)
def test_taylor_formula_is_exact_for_steps_to_both_sides(equation):
    sine = (np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x))
    growth = tuple(lambda x, n=n: 0.5**n * np.exp(0.5 * x) for n in range(4))
    for f in (sine, growth):
        for x, h in ((0.3, 1.0), (-1.0, -0.7), (2.0, 0.25)):
            assert_allclose(equation(f, x, h), f[0](x + h), **EXACT)


def assert_among(error, values):
    """Say that some ξ on the way gives the error, but for rounding."""
    assert min(values) - 1e-9 <= error <= max(values) + 1e-9


@proves(
    "eq-forward-difference-error",
    lambda h, xi: h * np.exp(xi) / 2,
    no_half=lambda h, xi: h * np.exp(xi),
    second_order=lambda h, xi: h**2 * np.exp(xi) / 2,
    sign=lambda h, xi: -h * np.exp(xi) / 2,
)
def test_error_of_the_forward_difference_is_half_the_step_times_a_curvature_on_the_way(equation):
    for x, h in ((0.0, 0.1), (1.0, 0.01), (-0.5, -0.2)):
        error = (np.exp(x + h) - np.exp(x)) / h - np.exp(x)
        assert_among(error, equation(h, np.linspace(x, x + h, 5)))


@proves(
    "eq-central-difference-error",
    lambda h, xi: h**2 * np.exp(xi) / 6,
    a_third=lambda h, xi: h**2 * np.exp(xi) / 3,
    first_order=lambda h, xi: h * np.exp(xi) / 6,
    sign=lambda h, xi: -(h**2) * np.exp(xi) / 6,
)
def test_error_of_the_central_difference_is_a_sixth_of_the_squared_step_times_a_third_derivative(equation):
    for x, h in ((0.0, 0.1), (1.0, 0.05), (-0.5, 0.2)):
        error = (np.exp(x + h) - np.exp(x - h)) / (2 * h) - np.exp(x)
        assert_among(error, equation(h, np.linspace(x - h, x + h, 5)))


def cubes(x):
    """Return Σ x³, whose slope is 3x² and whose central difference is 3x² + h² exactly."""
    return (x**3).sum()


def difference_by_loop(f, x, h):
    slopes = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        slopes[index] = (f(up) - f(down)) / (2 * h)
    return slopes


@proves(
    "eq-central-difference",
    central_difference,
    forward=lambda f, x, h: difference_by_loop(f, x + h / 2, h / 2),
    divided_by_h=lambda f, x, h: 2 * difference_by_loop(f, x, h),
    all_entries_at_once=lambda f, x, h: np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h)),
)
def test_central_difference_moves_one_entry_both_ways(equation):
    rng = np.random.default_rng(4)
    for shape in [(3, 2), (1, 4), (5,)]:
        x = rng.normal(size=shape)

        assert_allclose(equation(cubes, x, 0.125), 3 * x**2 + 0.125**2, **EXACT)
        assert_allclose(equation(cubes, x, 0.125), difference_by_loop(cubes, x, 0.125), **EXACT)


def observed_order(steps, errors):
    u, v = np.log(steps), np.log(errors)
    return (u - u.mean()) @ (v - v.mean()) / ((u - u.mean()) @ (u - u.mean()))


@proves(
    "eq-observed-order",
    observed_order,
    turned_over=lambda steps, errors: observed_order(errors, steps),
    without_logarithms=lambda steps, errors: np.polyfit(steps, errors, 1)[0],
    through_the_origin=lambda steps, errors: np.log(steps) @ np.log(errors) / (np.log(steps) @ np.log(steps)),
    first_and_last=lambda steps, errors: math.log(errors[-1] / errors[0]) / math.log(steps[-1] / steps[0]),
)
def test_observed_order_minimizes_the_squared_distance_of_the_logarithms(equation):
    rng = np.random.default_rng(6)
    for count in (2, 3, 8):
        steps, errors = 10.0 ** rng.uniform(-4, 0, count), 10.0 ** rng.uniform(-8, 0, count)
        line = np.polyfit(np.log10(steps), np.log10(errors), 1)

        assert_allclose(equation(steps, errors), line[0], rtol=1e-8)


def worst_errors(r, M2, M3, h):
    """Return both errors where all is worst: f(x) = M₂x²/2 or M₃x³/6 at 0, and noise of size r against it."""
    forward = ((M2 * h**2 / 2 + r) - (-r)) / h
    central = ((M3 * h**3 / 6 + r) - (-M3 * h**3 / 6 - r)) / (2 * h)
    return forward, central


def total_error(r, M2, M3, h):
    return h / 2 * M2 + 2 * r / h, h**2 / 6 * M3 + r / h


@proves(
    "eq-total-error",
    total_error,
    no_rounding=lambda r, M2, M3, h: (h / 2 * M2, h**2 / 6 * M3),
    one_rounding=lambda r, M2, M3, h: (h / 2 * M2 + r / h, h**2 / 6 * M3 + r / h),
    whole_step=lambda r, M2, M3, h: (h * M2 + 2 * r / h, h**2 / 6 * M3 + r / h),
)
def test_total_error_is_reached_where_formula_and_rounding_are_worst(equation):
    for r, M2, M3, h in np.random.default_rng(7).uniform(0.1, 2, (5, 4)):
        assert_allclose(equation(r, M2, M3, h), worst_errors(r, M2, M3, h), **EXACT)


@proves(
    "eq-best-step",
    lambda r, M2, M3: (2 * np.sqrt(r / M2), np.cbrt(3 * r / M3)),
    no_factors=lambda r, M2, M3: (np.sqrt(r / M2), np.cbrt(r / M3)),
    square_roots=lambda r, M2, M3: (2 * np.sqrt(r / M2), np.sqrt(3 * r / M3)),
    upside_down=lambda r, M2, M3: (2 * np.sqrt(M2 / r), np.cbrt(M3 / (3 * r))),
)
def test_best_steps_have_the_smallest_total_error(equation):
    for r, M2, M3 in np.random.default_rng(8).uniform(0.1, 2, (5, 3)):
        forward, central = equation(r, M2, M3)

        for factor in (0.99, 1.01):
            assert total_error(r, M2, M3, factor * forward)[0] > total_error(r, M2, M3, forward)[0]
            assert total_error(r, M2, M3, factor * central)[1] > total_error(r, M2, M3, central)[1]


LINKS = (
    (np.sin, np.cos),
    (np.exp, np.exp),
    (lambda u: u**3 - u, lambda u: 3 * u**2 - 1),
    (np.tanh, lambda u: 1 - np.tanh(u) ** 2),
)


@proves(
    "eq-chain-of-two",
    lambda f, g, x: g[1](f[0](x)) * f[1](x),
    slope_at_x=lambda f, g, x: g[1](x) * f[1](x),
    other_order=lambda f, g, x: f[1](g[0](x)) * g[1](x),
    added=lambda f, g, x: g[1](f[0](x)) + f[1](x),
    outer_alone=lambda f, g, x: g[1](f[0](x)),
)
def test_chain_rule_of_two_is_the_complex_step_of_the_composition(equation):
    for f in LINKS:
        for g in LINKS:
            slope = complex_step(lambda x, f=f, g=g: g[0](f[0](x)), np.array(0.3))
            if f is not g:
                assert_allclose(equation(f, g, 0.3), slope, **EXACT)


def chain(links, x):
    u, product = x, 1.0
    for f, slope in links:
        u, product = f(u), product * slope(u)
    return product


@proves(
    "eq-chain-of-functions",
    chain,
    at_x=lambda links, x: math.prod(slope(x) for _, slope in links),
    added=lambda links, x: sum(slope(x) for _, slope in links),
    from_right_to_left=lambda links, x: chain(links[::-1], x),
    last_only=lambda links, x: chain(links, x) / chain(links[:-1], x),
)
def test_chain_rule_is_the_complex_step_of_the_composition(equation):
    for links in ((), LINKS[:1], LINKS[1:3], LINKS, LINKS[::-1]):

        def composed(u, links=links):
            for f, _ in links:
                u = f(u)
            return u

        for x in (0.4, -0.7):
            assert_allclose(equation(links, x), complex_step(composed, np.array(x)), **EXACT)


def neuron_loss(w, b, x, y):
    return (sigmoid(w * x + b) - y) ** 2 / 2


@proves(
    "eq-neuron-loss",
    neuron_loss,
    no_half=lambda w, b, x, y: 2 * neuron_loss(w, b, x, y),
    no_bias=lambda w, b, x, y: neuron_loss(w, 0, x, y),
    not_squared=lambda w, b, x, y: abs(sigmoid(w * x + b) - y) / 2,
)
def test_neuron_loss_is_that_of_its_three_steps(equation):
    for w, b, x, y in np.random.default_rng(9).normal(size=(5, 4)):
        z = w * x + b
        a = 1 / (1 + math.exp(-z))

        assert_allclose(equation(w, b, x, y), 0.5 * (a - y) * (a - y), **EXACT)


@proves(
    "eq-partial-derivative",
    lambda f, v, k, h: (f(v + h * np.eye(v.size)[k]) - f(v)) / h,
    all_at_once=lambda f, v, k, h: (f(v + h) - f(v)) / h,
    neighbour=lambda f, v, k, h: (f(v + h * np.eye(v.size)[k - 1]) - f(v)) / h,
    not_divided=lambda f, v, k, h: f(v + h * np.eye(v.size)[k]) - f(v),
)
def test_partial_derivative_moves_one_entry(equation):
    rng = np.random.default_rng(10)
    for n in (2, 3, 5):
        v, c = rng.normal(size=n), rng.normal(size=n)
        for k in range(n):
            partial = equation(lambda v, c=c: (c * v**2).sum() + v[0] * v[-1], v, k, 1e-7)
            exact = 2 * c[k] * v[k] + (k == 0) * v[-1] + (k == n - 1) * v[0]

            assert_allclose(partial, exact, rtol=1e-5, atol=1e-5)


def neuron_gradient(w, b, x, y):
    z = w * x + b
    delta = (sigmoid(z) - y) * sigmoid_prime(z)
    return delta * np.array([x, 1, w])


@proves(
    "eq-neuron-gradient",
    neuron_gradient,
    slope_missing=lambda w, b, x, y: (sigmoid(w * x + b) - y) * np.array([x, 1, w]),
    exchanged=lambda w, b, x, y: neuron_gradient(w, b, x, y)[::-1],
    sign=lambda w, b, x, y: -neuron_gradient(w, b, x, y),
    factor_two=lambda w, b, x, y: 2 * neuron_gradient(w, b, x, y),
)
def test_neuron_gradient_is_that_of_both_witnesses(equation):
    for *knobs, y in np.random.default_rng(11).normal(size=(6, 4)):

        def loss(v, y=y):
            return neuron_loss(v[0], v[1], v[2], y)

        found = equation(*knobs, y)
        assert_allclose(found, complex_step(loss, np.array(knobs)), **EXACT)
        assert_allclose(found, central_difference(loss, np.array(knobs)), **CENTRAL)
