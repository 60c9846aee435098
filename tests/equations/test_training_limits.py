"""Both sides of the equations on schedules and regularizers in the chapter *Formulas of training*."""

import itertools
import math
from fractions import Fraction

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import complex_step
from bpkit.reference.optimizers import sgd
from bpkit.reference.regularizers import (
    clip_by_norm,
    dropout_backward,
    dropout_forward,
    l2_gradients,
    l2_penalty,
)
from bpkit.reference.schedules import cosine_decay, exponential_decay, inverse_time, step_decay, warm_up

EPOCHS = (0, 0.5, 1, 2, 3.75, 4, 7, 12)


@proves(
    "eq-step-decay",
    lambda eta, e: step_decay(eta, e, drop=0.25, every=4),
    without_floor=lambda eta, e: exponential_decay(eta, e, drop=0.25**0.25),
    one_epoch_early=lambda eta, e: step_decay(eta, e + 1, drop=0.25, every=4),
    subtracted=lambda eta, e: eta - 0.25 * (e // 4),
)
def test_step_decay_drops_once_for_each_span_that_is_over(equation):
    for e in EPOCHS:
        spans = sum(1 for end in (4, 8, 12, 16) if e >= end)

        assert_allclose(equation(0.8, e), 0.8 * math.prod([0.25] * spans), **EXACT)


@proves(
    "eq-exponential-decay",
    lambda eta, e: exponential_decay(eta, e, drop=0.9),
    by_steps=lambda eta, e: step_decay(eta, e, drop=0.9, every=1),
    e_to_the_minus=lambda eta, e: eta * math.exp(-0.9 * e),
)
def test_exponential_decay_loses_the_same_share_in_every_span(equation):
    for e in EPOCHS:
        quarters = math.prod([math.sqrt(math.sqrt(0.9))] * int(4 * e))

        assert_allclose(equation(0.8, e), 0.8 * quarters, **EXACT)


@proves(
    "eq-inverse-time",
    lambda eta, e: inverse_time(eta, e, decay=0.5),
    one_missing=lambda eta, e: eta / (1 + 0.5 * e + 0.5),
    squared=lambda eta, e: eta / (1 + 0.5 * e) ** 2,
    rooted=lambda eta, e: eta / math.sqrt(1 + 0.5 * e),
)
def test_inverse_time_divides_by_a_number_that_grows_steadily(equation):
    for e in EPOCHS:
        assert_allclose(equation(0.8, e), float(Fraction(4, 5) / (1 + Fraction(e) / 2)), **EXACT)


@proves(
    "eq-cosine-decay",
    lambda eta, e, epochs: cosine_decay(eta, e, epochs),
    lambda eta, e, epochs: eta * math.cos(math.pi * e / (2 * epochs)) ** 2,
    quarter_wave=lambda eta, e, epochs: eta * math.cos(math.pi * e / (2 * epochs)),
    whole_wave=lambda eta, e, epochs: cosine_decay(eta, 2 * e, epochs),
    straight=lambda eta, e, epochs: eta * (1 - e / epochs),
)
def test_cosine_decay_has_the_known_values_of_half_a_wave(equation):
    root2, root3 = math.sqrt(2), math.sqrt(3)
    known = [(0, 2), (2, 1 + root3 / 2), (3, 1 + root2 / 2), (4, 1.5), (6, 1), (8, 0.5), (12, 0)]

    for e, twice in known:
        assert_allclose(equation(0.8, e, 12), 0.4 * twice, **EXACT)


@proves(
    "eq-warm-up",
    lambda eta, e: warm_up(eta, e, warm_up_epochs=4),
    from_zero=lambda eta, e: eta * min(1, e / 4),
    never_ending=lambda eta, e: eta * (e + 1) / 5,
    one_epoch_short=lambda eta, e: warm_up(eta, e, warm_up_epochs=3),
)
def test_warm_up_rises_by_equal_parts_until_the_rate_is_reached(equation):
    for e in EPOCHS:
        part = min(Fraction(1), (Fraction(e) + 1) / 5)

        assert_allclose(equation(0.8, e), float(Fraction(4, 5) * part), **EXACT)


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


@proves(
    "eq-clip-by-norm",
    clip_by_norm,
    entry_by_entry=lambda g, c: np.clip(g, -c, c),
    always=lambda g, c: g * c / max(np.linalg.norm(g), 1e-300),
    largest_entry=lambda g, c: g * min(1, c / max(np.abs(g).max(), 1e-300)),
    divided_by_c=lambda g, c: g / max(c, 1),
)
def test_clip_shortens_what_is_longer_than_the_limit(equation):
    for g, c in itertools.product([*weights().values(), np.zeros((2, 2))], (0.5, 2.0, 100.0)):
        length = math.sqrt(math.fsum(float(v) ** 2 for v in g.ravel()))
        factor = c / length if length > c else 1

        assert_allclose(equation(g, c), factor * g, **EXACT)
