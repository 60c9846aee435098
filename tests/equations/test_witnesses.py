"""Both sides of the update and of the equations that check a gradient, in the chapter *The recursion*."""

import math

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import CENTRAL, EXACT, example_networks, run_backward, total_loss

from bpkit import central_difference, complex_step, gradient_descent, relative_error


@proves(
    "eq-update",
    gradient_descent,
    ascent=lambda theta, g, rate: {l: theta[l] + rate * g[l] for l in theta},
    gradient_alone=lambda theta, g, rate: {l: -rate * g[l] for l in theta},
    first_layer_only=lambda theta, g, rate: {**theta, 1: theta[1] - rate * g[1]},
)
def test_update_steps_against_the_gradient(equation):
    for net in example_networks("sigmoid"):
        dW = run_backward(net)[0]
        stepped = equation(net.W, dW, 0.3)
        for l, W in net.W.items():
            expected = by_index(*W.shape, lambda j, k: W[j, k] - 0.3 * dW[l][j, k])

            assert_allclose(stepped[l], expected, **EXACT)


@proves(
    "eq-update",
    gradient_descent,
    ascent=lambda theta, g, rate: {l: theta[l] + rate * g[l] for l in theta},
    twice_the_rate=lambda theta, g, rate: {l: theta[l] - 2 * rate * g[l] for l in theta},
)
def test_update_lowers_the_loss_by_the_rate_times_the_squared_gradient(equation):
    rate = 1e-6
    for net in example_networks("sigmoid"):
        dW, m = run_backward(net)[0], net.x.shape[1]

        fall = (total_loss(net) - total_loss(net, W=equation(net.W, dW, rate))) / m

        assert_allclose(fall / rate, sum((g**2).sum() for g in dW.values()), rtol=1e-4)


@proves(
    "eq-complex-step",
    complex_step,
    real_part=lambda f, x, h: np.full(x.shape, np.real(f(x + 1j * h)) / h),
    not_divided=lambda f, x, h: h * complex_step(f, x, h),
    real_step=central_difference,
)
def test_complex_step_is_the_slope_to_rounding(equation):
    rng = np.random.default_rng(5)
    for shape in [(3, 2), (1, 4), (5,)]:
        x = rng.normal(size=shape)

        slopes = equation(lambda x: (x**3 + np.sin(x)).sum(), x, 1e-9)

        assert_allclose(slopes, 3 * x**2 + np.cos(x), rtol=1e-14)
        assert_allclose(slopes, central_difference(lambda x: (x**3 + np.sin(x)).sum(), x), **CENTRAL)


def length(entries):
    return math.sqrt(math.fsum(float(v) ** 2 for v in np.ravel(entries)))


@proves(
    "eq-relative-error",
    relative_error,
    absolute=lambda a, b: np.linalg.norm(a - b),
    larger_length=lambda a, b: np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b)),
    length_of_the_sum=lambda a, b: np.linalg.norm(a - b) / np.linalg.norm(a + b),
)
def test_relative_error_compares_a_difference_with_both_lengths(equation):
    rng = np.random.default_rng(6)
    for shape in [(3, 2), (1, 4), (5,)]:
        a, b = rng.normal(size=shape), rng.normal(size=shape)

        assert_allclose(equation(a, b), length(a - b) / (length(a) + length(b)), **EXACT)
