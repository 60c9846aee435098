"""Whatever is thrown at the formulas of training: a right result or a sentence of ours."""

import numpy as np
import pytest
from hypothesis import strategies as st
from strange import SHAPES, STRANGEST, Row, public_names, throw, throw_every_strange_thing
from strategies import arrays

from bpkit.reference import initializers, optimizers, regularizers, schedules

EXAMPLES = 60  # trials of each public name
ROOMS = (initializers, optimizers, schedules, regularizers)
ELSEWHERE = {"gradient_descent", "initialize", "Optimizer"}  # tried with bpkit, and a record

GENERATORS = st.integers(0, 99).map(np.random.default_rng)
COUNTS = st.integers(1, 5)
RATES, SHARES, EPSILONS = st.floats(1e-3, 1), st.floats(0, 0.9), st.floats(1e-8, 1e-3)
EPOCHS = st.floats(0, 15)
MATRIX = arrays(bound=5.0)


def alike(n, positive=()):
    """Draw n arrays of one shape; those at the places `positive` have no negative entry."""
    turned = MATRIX.map(lambda a: [np.roll(a, i) + i / 2 for i in range(n)])
    return turned.map(lambda them: tuple(np.abs(a) if i in positive else a for i, a in enumerate(them)))


def joined(*parts):
    """Draw tuples from several strategies, and join them to one."""
    return st.tuples(*parts).map(lambda drawn: sum(drawn, ()))


# Weights at the start, and one step of each optimizer.


def weights_row(draw_weights):
    return Row(
        st.tuples(COUNTS, COUNTS, GENERATORS),
        lambda n_out, n_in, rng: np.zeros((n_out, n_in)),
        draw_weights,
        close=SHAPES,
        keeps_type=False,
    )


def momentum_due(theta, g, v, eta, mu):
    v = g + mu * v
    return theta - eta * v, v


def nesterov_due(theta, g, v, eta, mu):
    v = g + mu * v
    return theta - eta * g - eta * mu * v, v


def adagrad_due(theta, g, s, eta, eps):
    s = s + g * g
    return theta - g / (s**0.5 + eps) * eta, s


def rmsprop_due(theta, g, s, eta, rho, eps):
    s = g * g + rho * (s - g * g)
    return theta - g / (s**0.5 + eps) * eta, s


def adam_due(theta, g, m, v, t, eta, beta1, beta2, eps, decay=0):
    m, v = g + beta1 * (m - g), g * g + beta2 * (v - g * g)
    step = m / (1 - beta1**t) / ((v / (1 - beta2**t)) ** 0.5 + eps)
    return theta - eta * step - eta * decay * theta, m, v


STEPS = st.integers(1, 9).map(lambda t: (t,))
ADAM = joined(alike(4, positive=[3]), STEPS, st.tuples(RATES, SHARES, SHARES, EPSILONS))
ROWS = {
    **{name: weights_row(draw_weights) for name, draw_weights in initializers.INITIALIZERS.items()},
    "sgd": Row(joined(alike(2), st.tuples(RATES)), lambda theta, g, eta: (theta - eta * g,), optimizers.sgd),
    "momentum": Row(joined(alike(3), st.tuples(RATES, SHARES)), momentum_due, optimizers.momentum),
    "nesterov": Row(joined(alike(3), st.tuples(RATES, SHARES)), nesterov_due, optimizers.nesterov),
    "adagrad": Row(
        joined(alike(3, positive=[2]), st.tuples(RATES, EPSILONS)), adagrad_due, optimizers.adagrad
    ),
    "rmsprop": Row(
        joined(alike(3, positive=[2]), st.tuples(RATES, SHARES, EPSILONS)), rmsprop_due, optimizers.rmsprop
    ),
    "adam": Row(ADAM, adam_due, optimizers.adam),
    "adamw": Row(joined(ADAM, st.tuples(SHARES)), adam_due, optimizers.adamw),
    "constant": Row(st.tuples(RATES, EPOCHS), lambda eta, e: eta, schedules.constant),
    "step_decay": Row(
        st.tuples(RATES, EPOCHS, SHARES, st.floats(1, 9)),
        lambda eta, e, drop, every: eta * np.power(drop, np.floor(e / every)),
        schedules.step_decay,
    ),
    "exponential_decay": Row(
        st.tuples(RATES, EPOCHS, SHARES),
        lambda eta, e, drop: eta * np.power(drop, e),
        schedules.exponential_decay,
    ),
    "inverse_time": Row(
        st.tuples(RATES, EPOCHS, SHARES),
        lambda eta, e, decay: eta / (1 + np.multiply(decay, e)),
        schedules.inverse_time,
    ),
    "cosine_decay": Row(
        st.tuples(RATES, EPOCHS, st.floats(1, 15)),
        lambda eta, e, epochs: eta * np.cos(np.pi / 2 * np.minimum(1, np.divide(e, epochs))) ** 2,
        schedules.cosine_decay,
    ),
    "warm_up": Row(
        st.tuples(RATES, EPOCHS, st.floats(0, 9)),
        lambda eta, e, wait: eta * min(1, (1.0 + e) / (1.0 + wait)),
        schedules.warm_up,
    ),
    "l2_penalty": Row(
        st.tuples(alike(2).map(lambda t: {1: t[0], 2: t[1]}), SHARES),
        lambda W, lam: sum(lam * np.vdot(w, w) / 2 for w in W.values()),
        regularizers.l2_penalty,
    ),
    "l2_gradients": Row(
        st.tuples(alike(2).map(lambda t: {1: t[0], 2: t[1]}), SHARES),
        lambda W, lam: {l: np.multiply(W[l], lam) for l in W},
        regularizers.l2_gradients,
    ),
    "dropout_forward": Row(
        st.tuples(MATRIX, SHARES, GENERATORS),
        lambda a, p, rng: (a, a),
        regularizers.dropout_forward,
        close=SHAPES,
        keeps_type=False,
    ),
    "dropout_backward": Row(
        st.tuples(MATRIX, SHARES).map(lambda t: (t[0], t[0] > 0, t[1])),
        lambda da, mask, p: np.where(mask, da, 0) / (1 - p),
        regularizers.dropout_backward,
        keeps_type=False,
    ),
    "clip_by_norm": Row(
        st.tuples(MATRIX, st.floats(0.1, 9)),
        lambda g, c: g / max(1, np.sqrt(np.sum(1.0 * g * g)) / c),
        regularizers.clip_by_norm,
    ),
}


def test_every_formula_of_training_is_tried():
    assert set(ROWS) == public_names(*ROOMS) - ELSEWHERE


@pytest.mark.parametrize("name", ROWS)
def test_formula_of_training_gives_a_right_result_or_a_sentence(name):
    throw(ROWS[name], EXAMPLES)


@pytest.mark.parametrize("name", ROWS)
def test_formula_of_training_takes_every_strange_thing_in_every_place(name):
    throw_every_strange_thing(ROWS[name], STRANGEST)
