"""Both sides of the equations in the chapter *Vanishing and exploding gradients*."""

import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import backward, complex_step, derivative, forward
from bpkit.grading.questions.slips_flow import delta_norms, saturated_fraction
from bpkit.reference.activations import sigmoid, tanh


@proves(
    "eq-delta-norm",
    delta_norms,
    sum_over_samples=lambda delta: [np.linalg.norm(delta[l], axis=0).sum() for l in sorted(delta)],
    whole_array=lambda delta: [np.linalg.norm(delta[l]) for l in sorted(delta)],
    of_the_mean=lambda delta: [np.linalg.norm(delta[l].mean(axis=1)) for l in sorted(delta)],
    along_the_rows=lambda delta: [np.linalg.norm(delta[l], axis=1).mean() for l in sorted(delta)],
)
def test_delta_norm_is_the_mean_length_of_a_column(equation):
    rng = np.random.default_rng(9)
    delta = {l: rng.normal(size=(n, 6)) for l, n in ((3, 2), (1, 4), (2, 5))}
    lengths = [[math.hypot(*column) for column in delta[l].T] for l in (1, 2, 3)]

    assert_allclose(equation(delta), [sum(row) / 6 for row in lengths], **EXACT)


@proves(
    "eq-saturated-fraction",
    saturated_fraction,
    counted=lambda z, f, threshold: (derivative(f)(z) < threshold).sum(),
    the_others=lambda z, f, threshold: np.mean(derivative(f)(z) > threshold),
    equal_ones_too=lambda z, f, threshold: np.mean(derivative(f)(z) <= threshold),
    by_activation=lambda z, f, threshold: np.mean(sigmoid(z) < threshold),
)
def test_saturated_fraction_counts_flat_places_one_by_one(equation):
    z = np.array([[0.0, 0.0, 6.0], [-6.0, 0.7, -0.4]])
    for f, threshold, flat in (("sigmoid", 0.01, 2), ("sigmoid", 0.25, 4), ("tanh", 0.7, 3)):
        assert_allclose(equation(z, f, threshold), flat / 6, **EXACT)


@proves(
    "eq-slope-ratio",
    lambda z: (2 * np.cosh(z / 2) / np.cosh(z)) ** 2,
    turned_over=lambda z: (np.cosh(z) / (2 * np.cosh(z / 2))) ** 2,
    square_missing=lambda z: 2 * np.cosh(z / 2) / np.cosh(z),
    two_missing=lambda z: (np.cosh(z / 2) / np.cosh(z)) ** 2,
)
def test_slope_ratio_is_that_of_the_complex_steps(equation):
    for z in (-3.0, -0.4, 0.0, 1.5, 6.0):
        slopes = [complex_step(f, np.array(z)) for f in (tanh, sigmoid)]

        assert_allclose(equation(z), slopes[0] / slopes[1], **EXACT)


@proves(
    "eq-equal-units",
    lambda delta, a_prev, n, m: np.ones((n, 1)) @ (delta[:1] @ a_prev.T) / m,
    not_averaged=lambda delta, a_prev, n, m: np.ones((n, 1)) @ (delta[:1] @ a_prev.T),
    shared_among_the_units=lambda delta, a_prev, n, m: np.ones((n, 1)) @ (delta[:1] @ a_prev.T) / m / n,
)
def test_equal_units_have_equal_rows_in_the_gradient(equation):
    rng, sizes = np.random.default_rng(10), (3, 4, 5, 1)
    W = {l: np.full((sizes[l], sizes[l - 1]), 0.2 * l) for l in (1, 2, 3)}
    b = {l: np.full((sizes[l], 1), 0.1) for l in W}
    f = {1: "tanh", 2: "sigmoid", 3: "identity"}
    x, y = rng.normal(size=(3, 6)), rng.normal(size=(1, 6))
    z, a = forward(W, b, x, f)
    dW, _, delta = backward(W, z, a, y, f, "half_squared_error")

    for l in (1, 2):
        assert_allclose(equation(delta[l], a[l - 1], sizes[l], 6), dW[l], **EXACT)
        assert np.linalg.matrix_rank(dW[l]) == 1
