"""Both sides of the equations in the chapter *The misconception clinic*."""

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import complex_step, relative_error


def smooth(theta):
    return np.sin(theta[:-1] * theta[1:]).sum() + (theta**3).sum()


@proves(
    "eq-wrong-step",
    lambda loss, theta, g, g_hat, eta: loss(theta) - eta * (g * g_hat).sum(),
    sign=lambda loss, theta, g, g_hat, eta: loss(theta) + eta * (g * g_hat).sum(),
    as_if_right=lambda loss, theta, g, g_hat, eta: loss(theta) - eta * (g_hat * g_hat).sum(),
    true_gradient=lambda loss, theta, g, g_hat, eta: loss(theta) - eta * (g * g).sum(),
)
def test_loss_after_a_wrong_step_is_known_up_to_a_rest_that_vanishes_faster(equation):
    rng = np.random.default_rng(1)
    for n in (2, 3, 6):
        theta, g_hat = rng.normal(size=n), rng.normal(size=n)
        g = complex_step(smooth, theta)
        rests = [
            abs(smooth(theta - eta * g_hat) - equation(smooth, theta, g, g_hat, eta)) / eta
            for eta in (1e-3, 1e-5)
        ]

        assert rests[1] < rests[0] / 50  # r / η goes to 0 with η


def drawn():
    """Draw pairs of vectors of every kind: at random, stretched, turned round, and at right angles."""
    rng = np.random.default_rng(2)
    for n in (2, 5):
        g = rng.normal(size=n)
        yield from ((g, rng.normal(size=n)), (g, 3 * g), (g, 0.2 * rng.normal(size=n)), (g, -g))
        across = rng.normal(size=n)
        yield g, across - across @ g / (g @ g) * g


@proves(
    "eq-cosine",
    lambda g, g_hat: (g * g_hat).sum() / (np.linalg.norm(g) * np.linalg.norm(g_hat)),
    not_divided=lambda g, g_hat: (g * g_hat).sum(),
    one_length=lambda g, g_hat: (g * g_hat).sum() / np.linalg.norm(g) ** 2,
    positive=lambda g, g_hat: abs(g @ g_hat) / (np.linalg.norm(g) * np.linalg.norm(g_hat)),
)
def test_cosine_is_that_of_the_angle_in_the_plane_of_both(equation):
    for g, g_hat in drawn():
        along = g / np.linalg.norm(g)
        x = g_hat @ along
        across = np.linalg.norm(g_hat - x * along)

        assert_allclose(equation(g, g_hat), np.cos(np.arctan2(across, x)), **EXACT)


def ratio_and_cosine(g, g_hat):
    lengths = np.linalg.norm(g), np.linalg.norm(g_hat)
    return lengths[1] / lengths[0], g @ g_hat / (lengths[0] * lengths[1])


@proves(
    "eq-error-and-angle",
    lambda c, cos: (1 + c**2 - 2 * c * cos) / (1 + c) ** 2,
    angle_alone=lambda c, cos: (1 - cos) / 2,
    length_alone=lambda c, cos: (c - 1) ** 2 / (1 + c) ** 2,
    not_squared=lambda c, cos: (1 + c**2 - 2 * c * cos) / (1 + c),
    sign=lambda c, cos: (1 + c**2 + 2 * c * cos) / (1 + c) ** 2,
)
def test_relative_error_is_made_of_length_and_angle(equation):
    for g, g_hat in drawn():
        assert_allclose(equation(*ratio_and_cosine(g, g_hat)), relative_error(g_hat, g) ** 2, **EXACT)


@proves(
    "eq-least-cosine",
    lambda c, r: ((1 - r**2) / 2 * (c + 1 / c) - r**2, 1 - 2 * r**2),
    bound_too_high=lambda c, r: ((1 - r**2) / 2 * (c + 1 / c) - r**2, 1 - r**2),
    bound_too_low=lambda c, r: ((1 - r**2) / 2 * (c + 1 / c) - r**2, 1 - 3 * r**2),
    ratio_missing=lambda c, r: ((1 - r**2) - r**2, 1 - 2 * r**2),
    half_missing=lambda c, r: ((1 - r**2) * (c + 1 / c) - r**2, 1 - 2 * r**2),
)
def test_cosine_has_a_least_value_that_equal_lengths_reach(equation):
    for g, g_hat in drawn():
        c, cos = ratio_and_cosine(g, g_hat)
        r = relative_error(g_hat, g)
        same_length = g_hat / c

        assert_allclose(equation(c, r)[0], cos, **EXACT)
        assert cos >= equation(c, r)[1] - 1e-12
        least = equation(1.0, relative_error(same_length, g))[1]
        assert_allclose(least, ratio_and_cosine(g, same_length)[1], **EXACT)
