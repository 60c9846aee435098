"""Both sides of the equations in the chapter *Derivatives and the chain rule*."""

import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import complex_step
from bpkit.grading.questions.draws_derivatives import draw_chain, draw_neuron
from bpkit.grading.questions.ps01_derivatives import forward_difference
from bpkit.grading.questions.slips_chain import chain, neuron_gradient
from bpkit.grading.questions.slips_differences import observed_order


@proves(
    "eq-forward-difference",
    forward_difference,
    backward=lambda f, x, h: (f(x) - f(x - h)) / h,
    central=lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
    divided_by_two_steps=lambda f, x, h: (f(x + h) - f(x)) / (2 * h),
    not_divided=lambda f, x, h: f(x + h) - f(x),
)
def test_forward_difference_is_the_slope_of_the_chord_ahead(equation):
    for x, h in ((1.0, 0.5), (-2.0, 0.25), (0.5, 2.0)):
        assert_allclose(equation(lambda v: v**2, x, h), 2 * x + h, **EXACT)
        assert_allclose(equation(lambda v: v**3, x, h), 3 * x**2 + 3 * x * h + h**2, **EXACT)


@proves(
    "eq-observed-order",
    observed_order,
    turned_over=lambda hs, errors: observed_order(errors, hs),
    without_logarithms=lambda hs, errors: np.polyfit(hs, errors, 1)[0],
    through_the_origin=lambda hs, errors: np.log(hs) @ np.log(errors) / (np.log(hs) @ np.log(hs)),
    first_and_last=lambda hs, errors: math.log(errors[-1] / errors[0]) / math.log(hs[-1] / hs[0]),
)
def test_observed_order_minimizes_the_squared_distance_of_the_logarithms(equation):
    rng = np.random.default_rng(6)
    for count in (2, 3, 8):
        hs, errors = 10.0 ** rng.uniform(-4, 0, count), 10.0 ** rng.uniform(-8, 0, count)
        u, v = np.log10(hs), np.log10(errors)

        rests = v - v.mean() - equation(hs, errors) * (u - u.mean())

        assert_allclose(rests @ (u - u.mean()), 0, atol=1e-12 * (u @ u) * abs(v).max())


@proves(
    "eq-chain-of-functions",
    lambda fs, slopes, x: chain(fs, slopes, x)[1],
    at_x=lambda fs, slopes, x: math.prod(slope(x) for slope in slopes),
    added=lambda fs, slopes, x: sum(slope(x) for slope in slopes),
    from_right_to_left=lambda fs, slopes, x: chain(fs[::-1], slopes[::-1], x)[1],
    last_only=lambda fs, slopes, x: chain(fs[-1:], slopes[-1:], chain(fs[:-1], slopes[:-1], x)[0])[1],
)
def test_chain_rule_is_the_complex_step_of_the_composition(equation):
    for case in draw_chain(np.random.default_rng(7)):
        fs, slopes, x = case.arguments

        def composed(u, fs=fs):
            for f in fs:
                u = f(u)
            return u

        assert_allclose(equation(fs, slopes, x), complex_step(composed, np.array(x)), **EXACT)


@proves(
    "eq-neuron-gradient",
    neuron_gradient,
    slope_missing=lambda w, b, x, y: [(1 / (1 + np.exp(-w * x - b)) - y) * v for v in (x, 1, w)],
    exchanged=lambda w, b, x, y: neuron_gradient(w, b, x, y)[::-1],
    sign=lambda w, b, x, y: [-g for g in neuron_gradient(w, b, x, y)],
    factor_two=lambda w, b, x, y: [2 * g for g in neuron_gradient(w, b, x, y)],
)
def test_neuron_gradient_is_the_complex_step_of_the_loss(equation):
    for case in draw_neuron(np.random.default_rng(8)):
        *knobs, y = case.arguments

        def loss(v, y=y):
            return (1 / (1 + np.exp(-v[0] * v[2] - v[1])) - y) ** 2 / 2

        assert_allclose(equation(*knobs, y), complex_step(loss, np.array(knobs)), **EXACT)
