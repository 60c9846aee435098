"""Both sides of the equations on regularizers in the chapter *Formulas of training*."""

import itertools
import math

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import complex_step
from bpkit.reference.optimizers import sgd
from bpkit.reference.regularizers import (
    dropout_backward,
    dropout_forward,
    l2_gradients,
    l2_penalty,
)


def weights(shapes=((3, 2), (1, 3))):
    rng = np.random.default_rng(7)
    return {l: rng.normal(size=shape) for l, shape in enumerate(shapes, 1)}


@proves(
    "eq-weight-penalty",
    l2_penalty,
    without_half=lambda W, lam: 2 * l2_penalty(W, lam),
    mean=lambda W, lam: lam / 2 * sum((w**2).mean() for w in W.values()),
    absolute=lambda W, lam: lam / 2 * sum(np.abs(w).sum() for w in W.values()),
    first_layer_alone=lambda W, lam: l2_penalty({1: W[1]}, lam),
)
def test_weight_penalty_sums_every_square(equation):
    W = weights()
    squares = math.fsum(float(w) ** 2 for layer in W.values() for w in layer.ravel())

    assert_allclose(equation(W, 0.3), 0.15 * squares, **EXACT)


@proves(
    "eq-weight-penalty-gradient",
    l2_gradients,
    twice=lambda W, lam: l2_gradients(W, 2 * lam),
    of_the_absolute_values=lambda W, lam: {l: lam * np.sign(w) for l, w in W.items()},
)
def test_weight_penalty_gradient_is_the_slope_of_the_penalty(equation):
    W = weights()
    for l in W:
        slope = complex_step(lambda w: l2_penalty({**W, l: w}, 0.3), W[l])

        assert_allclose(equation(W, 0.3)[l], slope, **EXACT)


@proves(
    "eq-weight-decay",
    lambda theta, g, eta, lam: theta - eta * (g + lam * theta),
    lambda theta, g, eta, lam: (1 - eta * lam) * theta - eta * g,
    rate_missing=lambda theta, g, eta, lam: (1 - lam) * theta - eta * g,
    after_the_step=lambda theta, g, eta, lam: (1 - eta * lam) * (theta - eta * g),
    no_decay=lambda theta, g, eta, lam: theta - eta * g,
)
def test_weight_decay_is_a_step_against_loss_and_penalty(equation):
    for theta in weights().values():
        g = np.cos(theta)
        penalized = g + l2_gradients({1: theta}, 0.3)[1]

        assert_allclose(equation(theta, g, 0.2, 0.3), sgd(theta, penalized, 0.2)[0], **EXACT)


def drop(a, p):
    return dropout_forward(a, p, np.random.default_rng(8))


@proves(
    "eq-dropout-forward",
    lambda a, mask, p: drop(a, p)[0],
    lambda a, mask, p: mask * a / (1 - p),
    unscaled=lambda a, mask, p: mask * a,
    divided_by_p=lambda a, mask, p: mask * a / p,
    other_half=lambda a, mask, p: ~mask * a / (1 - p),
)
def test_dropout_scales_what_it_keeps(equation):
    for p in (0.25, 0.6):
        a = weights()[1]
        mask = drop(a, p)[1]
        kept = by_index(*a.shape, lambda j, i: a[j, i] / (1 - p) if mask[j, i] else 0.0)

        assert_allclose(equation(a, mask, p), kept, **EXACT)


@proves(
    "eq-dropout-mean",
    lambda a, mask, p: mask * a / (1 - p),
    unscaled=lambda a, mask, p: mask * a,
    divided_by_p=lambda a, mask, p: mask * a / p,
)
def test_dropout_keeps_the_mean_over_all_masks(equation):
    a, p = np.array([2.0, -1.0, 0.5]), 0.3
    mean = np.zeros(3)
    for mask in itertools.product((0, 1), repeat=3):
        chance = math.prod(1 - p if kept else p for kept in mask)
        mean += chance * equation(a, np.array(mask), p)

    assert_allclose(mean, a, **EXACT)


@proves(
    "eq-dropout-backward",
    dropout_backward,
    unscaled=lambda da, mask, p: mask * da,
    through_everything=lambda da, mask, p: da / (1 - p),
    scaled_twice=lambda da, mask, p: mask * da / (1 - p) ** 2,
)
def test_dropout_backward_is_the_slope_of_the_forward_pass(equation):
    a, da = weights()[1], np.cos(weights()[1])
    for p in (0.25, 0.6):
        slope = complex_step(lambda a: (da * drop(a, p)[0]).sum(), a)

        assert_allclose(equation(da, drop(a, p)[1], p), slope, **EXACT)
