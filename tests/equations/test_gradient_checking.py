"""Both sides of the equations in the chapter *Gradient checking*."""

import itertools
import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import CENTRAL, EXACT

from bpkit import activation, complex_step, relative_error

relu = activation("relu")


def lengths(u, v):
    return np.linalg.norm(u) + np.linalg.norm(v)


@proves(
    "eq-error-share",
    lambda r_l, part, whole: r_l * part / whole,
    own_error=lambda r_l, part, whole: r_l,
    upside_down=lambda r_l, part, whole: r_l * whole / part,
    squared=lambda r_l, part, whole: r_l * (part / whole) ** 2,
)
def test_error_of_one_array_counts_by_its_share(equation):
    rng = np.random.default_rng(1)
    for n in (1, 3, 8):
        u_l, v_l, others = rng.normal(size=n), rng.normal(size=n), rng.normal(size=5)
        u, v = np.append(u_l, others), np.append(v_l, others)

        share = equation(relative_error(u_l, v_l), lengths(u_l, v_l), lengths(u, v))

        assert_allclose(share, relative_error(u, v), **EXACT)


@proves(
    "eq-error-of-a-factor",
    lambda c: abs(c - 1) / (c + 1),
    absolute=lambda c: abs(c - 1),
    signed=lambda c: (c - 1) / (c + 1),
    by_the_larger=lambda c: abs(c - 1) / max(c, 1),
)
def test_factor_gives_the_same_error_in_every_array(equation):
    rng = np.random.default_rng(2)
    for shape in [(3, 2), (1, 4), (5,)]:
        v = rng.normal(size=shape)
        for c in (0.5, 2.0, 7.0, 1 / 7, 1.001):
            assert_allclose(equation(c), relative_error(c * v, v), **EXACT)


@proves(
    "eq-least-error",
    lambda M3, r: np.cbrt(9 * M3 * r**2) / 2,
    no_half=lambda M3, r: np.cbrt(9 * M3 * r**2),
    rounding_alone=lambda M3, r: np.cbrt(9 * M3 * r**2) / 3,
    first_power=lambda M3, r: np.cbrt(9 * M3 * r) / 2,
)
def test_least_error_is_the_lowest_point_of_the_total_error(equation):
    for M3, r in np.random.default_rng(3).uniform(0.1, 2, (5, 2)):
        h = np.linspace(0.05, 5, 100_000)

        assert_allclose(equation(M3, r), (h**2 / 6 * M3 + r / h).min(), rtol=1e-7)


@proves(
    "eq-difference-at-kink",
    lambda z, h: (1 + z / h) / 2,
    half=lambda z, h: 0.5,
    whole=lambda z, h: 1 + z / h,
    sign=lambda z, h: (1 - z / h) / 2,
)
def test_difference_across_the_kink_lies_between_both_slopes(equation):
    for h in (1e-3, 0.5, 2.0):
        for z in h * np.array([-1, -0.7, -0.1, 0, 0.2, 0.9, 1]):
            assert_allclose(equation(z, h), (relu(z + h) - relu(z - h)) / (2 * h), **EXACT)


@proves(
    "eq-noisy-difference",
    lambda s, h: math.sqrt(2 * s**2) / (2 * h),
    lambda s, h: s / (math.sqrt(2) * h),
    deviations_added=lambda s, h: s / h,
    one_end=lambda s, h: s / (2 * h),
    squared_step=lambda s, h: s / (math.sqrt(2) * h**2),
)
def test_noise_of_both_ends_adds_up_in_the_quotient(equation):
    for s, h in ((0.3, 0.1), (2.0, 1e-3)):
        noise = s * np.array([-math.sqrt(1.5), 0, math.sqrt(1.5)])  # three equally likely values
        assert_allclose(noise.std(), s)

        quotients = [(up - down) / (2 * h) for up, down in itertools.product(noise, noise)]

        assert_allclose(equation(s, h), np.std(quotients), **EXACT)


def smooth(theta):
    return np.sin(theta[:-1] * theta[1:]).sum() + (theta**3).sum()


@proves(
    "eq-directional-difference",
    lambda f, theta, v, h: (f(theta + h * v) - f(theta - h * v)) / (2 * h),
    forward_half=lambda f, theta, v, h: (f(theta + h * v) - f(theta)) / (2 * h),
    not_divided=lambda f, theta, v, h: f(theta + h * v) - f(theta - h * v),
    all_ones=lambda f, theta, v, h: (f(theta + h) - f(theta - h)) / (2 * h),
    unit_length=lambda f, theta, v, h: (
        (f(theta + h * v / np.linalg.norm(v)) - f(theta - h * v / np.linalg.norm(v))) / (2 * h)
    ),
)
def test_directional_difference_is_the_gradient_along_the_direction(equation):
    rng = np.random.default_rng(4)
    for n in (2, 3, 6):
        theta, v = rng.normal(size=n), rng.normal(size=n)

        assert_allclose(equation(smooth, theta, v, 6e-6), complex_step(smooth, theta) @ v, **CENTRAL)


@proves(
    "eq-random-direction",
    lambda d: (d**2).sum(),
    lambda d: np.linalg.norm(d) ** 2,
    length=lambda d: np.linalg.norm(d),
    mean=lambda d: (d**2).mean(),
    sum_first=lambda d: d.sum() ** 2,
)
def test_random_direction_sees_the_squared_length_on_average(equation):
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)  # exact for squares of standard normal numbers
    weights = weights / weights.sum()
    for n in (1, 2, 4):
        d = np.random.default_rng(n).normal(size=n)
        v = np.array(list(itertools.product(nodes, repeat=n)))
        chance = np.prod(list(itertools.product(weights, repeat=n)), axis=1)

        assert_allclose(equation(d), chance @ (v @ d) ** 2, **EXACT)


@proves(
    "eq-missed-by-chance",
    lambda c: c * math.sqrt(2 / math.pi),
    half=lambda c: c / math.sqrt(2 * math.pi),
    larger=lambda c: c * math.sqrt(math.pi / 2),
    squared=lambda c: c**2 * math.sqrt(2 / math.pi),
)
def test_probability_of_missing_an_error_stays_below_its_bound_and_comes_close_to_it(equation):
    for c in (1e-4, 0.01, 0.3, 1.0, 3.0):
        assert math.erf(c / math.sqrt(2)) <= equation(c)  # the normal law, whatever the length of d
    assert_allclose(equation(1e-4), math.erf(1e-4 / math.sqrt(2)), rtol=1e-6)
