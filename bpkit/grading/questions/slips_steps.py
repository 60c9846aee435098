"""Mistakes in one step of an optimizer: in its direction, in what it remembers, and in what divides it."""

from dataclasses import is_dataclass

import numpy as np

from ..question import Mistake

UPHILL = "your step goes along the gradient, uphill: θ − η g has a minus."


def slips(*rows):
    """Return mistakes, each given as number, sentence, equation and wrong version.

    A wrong version that is a dataclass of pieces can be made together with one in other pieces.
    """
    return tuple(Mistake(*row, *((row[-1], piece_by_piece) if is_dataclass(row[-1]) else ())) for row in rows)


def piece_by_piece(step, *given):
    return step(*given)


def with_steps(change):
    """Return an `sgd_step` by `change(array, gradient, rate)`."""

    def step(W, b, dW, db, learning_rate):
        return tuple(
            {l: change(theta[l], g[l], learning_rate) for l in theta} for theta, g in ((W, dW), (b, db))
        )

    return step


def with_layers(chosen):
    """Return an `sgd_step` that steps only in the layers `chosen(L)`."""

    def step(W, b, dW, db, learning_rate):
        layers = chosen(len(W))
        return tuple(
            {l: theta[l] - learning_rate * g[l] * (l in layers) for l in theta}
            for theta, g in ((W, dW), (b, db))
        )

    return step


def downhill(theta, g, learning_rate):
    return theta - learning_rate * g


def only(W_moves, b_moves):
    def step(W, b, dW, db, learning_rate):
        return with_steps(downhill)(
            W, b, {l: W_moves * dW[l] for l in W}, {l: b_moves * db[l] for l in b}, learning_rate
        )

    return step


SGD_MISTAKES = slips(
    ("M54", UPHILL, "eq-update", with_steps(lambda theta, g, rate: theta + rate * g)),
    (None, "your b stays as it was: the biases take a step too.", "eq-update", only(1, 0)),
    (None, "your W stays as it was: the weights take a step too.", "eq-update", only(0, 1)),
    ("M53", "only your last layer takes a step: every layer does.", "eq-update", with_layers(lambda L: {L})),
    (None, "your first layer takes no step: layers are counted from 1.", "eq-update",
     with_layers(lambda L: range(2, L + 1))),
    (None, "your last layer takes no step: range(1, L) ends before L.", "eq-update",
     with_layers(lambda L: range(1, L))),
    (None, "your learning rate is missing: the step is η times the gradient.", "eq-update",
     with_steps(lambda theta, g, rate: theta - g)),
    (None, "your gradient is divided by the learning rate: the step is η times the gradient.", "eq-update",
     with_steps(lambda theta, g, rate: theta - g / rate)),
    (None, "your result is the step −η g alone: add it to what was there.", "eq-update",
     with_steps(lambda theta, g, rate: -rate * g)),
    (None, "your step is multiplied by θ: θ − η g has no θ in its second term.", "eq-update",
     with_steps(lambda theta, g, rate: theta * (1 - rate * g))),
    (None, "your step follows the sign of the gradient alone, and not its size.", "eq-update",
     with_steps(lambda theta, g, rate: theta - rate * np.sign(g))),
    (None, "your θ is multiplied by 1 − η: it stays whole, and −η g is added to it.", "eq-update",
     with_steps(lambda theta, g, rate: (1 - rate) * theta - rate * g)),
    ("M70", "your arrays hold whole numbers: what is written into an array of integers is cut off there.",
     "eq-update", with_steps(lambda theta, g, rate: (theta - rate * g).astype(int))),
)  # fmt: skip


def rolling(v_of, step_of=lambda g, old, v, mu: v, sign=-1):
    """Return a `momentum_step` by its new velocity and by what is taken from θ, times η."""

    def step(theta, g, v, learning_rate, mu=0.9):
        new = v_of(g, v, mu, learning_rate)
        return theta + sign * learning_rate * step_of(g, v, new, mu), new

    return step


def right_v(g, v, mu, eta):
    return mu * v + g


def moved_by_v(v_of, sign):
    """Return a `momentum_step` whose velocity is the step itself."""

    def step(theta, g, v, learning_rate, mu=0.9):
        new = v_of(g, v, mu, learning_rate)
        return theta + sign * new, new

    return step


RATE_INSIDE = "your learning rate is inside v: here v ← μ v + g, and η comes in θ ← θ − η v."
MOMENTUM_MISTAKES = slips(
    ("M57", "your step goes along v, uphill: θ − η v has a minus.", "eq-momentum", rolling(right_v, sign=1)),
    ("M57", "your v holds −g in the place of g: v ← μ v + g, and the minus comes in θ ← θ − η v.",
     "eq-momentum", rolling(lambda g, v, mu, eta: mu * v - g, sign=1)),
    ("M57", "your step has two minus signs, in v and in θ: v ← μ v + g.", "eq-momentum",
     rolling(lambda g, v, mu, eta: mu * v - g)),
    ("M57", RATE_INSIDE, "eq-momentum", moved_by_v(lambda g, v, mu, eta: mu * v + eta * g, -1)),
    ("M57", RATE_INSIDE, "eq-momentum", moved_by_v(lambda g, v, mu, eta: mu * v - eta * g, 1)),
    ("M57", "your step looks ahead, as Nesterov's does: here it is η v and no more.", "eq-nesterov",
     rolling(right_v, lambda g, old, v, mu: g + mu * v)),
    ("M57", "your g is multiplied by 1 − μ: here v ← μ v + g.", "eq-momentum",
     rolling(lambda g, v, mu, eta: mu * v + (1 - mu) * g)),
    ("M57", "your μ stands at the gradient: it is the share of v that stays, v ← μ v + g.", "eq-momentum",
     rolling(lambda g, v, mu, eta: v + mu * g)),
    ("M57", "your μ is missing: v ← μ v + g.", "eq-momentum", rolling(lambda g, v, mu, eta: v + g)),
    ("M57", "your μ and 1 − μ are exchanged.", "eq-momentum",
     rolling(lambda g, v, mu, eta: (1 - mu) * v + mu * g)),
    (None, "your step takes the old v: first v ← μ v + g, and then θ ← θ − η v with the new one.",
     "eq-momentum", rolling(right_v, lambda g, old, v, mu: old)),
    (None, "your step takes g in the place of v: then the velocity moves nothing.", "eq-momentum",
     rolling(right_v, lambda g, old, v, mu: g)),
    (None, "your v is returned as it came: the next step needs the new one.", "eq-momentum",
     lambda theta, g, v, eta, mu=0.9: (theta - eta * (mu * v + g), v)),
    (None, "your v is g itself: it forgets the velocity before it.", "eq-momentum",
     rolling(lambda g, v, mu, eta: g)),
    (None, "your learning rate is missing: θ ← θ − η v.", "eq-momentum", moved_by_v(right_v, -1)),
    (None, "your μ is always 0.9: it is an argument.", "eq-momentum",
     lambda theta, g, v, eta, mu=0.9: rolling(right_v)(theta, g, v, eta, 0.9)),
)  # fmt: skip


def squared(s_of, step_of=lambda g, s, eps: g / (np.sqrt(s) + eps), sign=-1, kept=lambda s: s):
    """Return an `rmsprop_step` by its new mean of squares and by what is taken from θ, times η."""

    def step(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
        new = s_of(g, s, rho)
        return theta + sign * learning_rate * step_of(g, new, eps), kept(new)

    return step


def right_s(g, s, rho):
    return rho * s + (1 - rho) * g**2


def with_old_s(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    return theta - learning_rate * g / (np.sqrt(s) + eps), right_s(g, s, rho)


def returned_as_it_came(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    return theta - learning_rate * g / (np.sqrt(right_s(g, s, rho)) + eps), s


RMSPROP_MISTAKES = slips(
    ("M54", UPHILL, "eq-rmsprop", squared(right_s, sign=1)),
    (None, "your root is missing: g is divided by √s + ε.", "eq-rmsprop",
     squared(right_s, lambda g, s, eps: g / (s + eps))),
    (None, "your ε is inside the root: g is divided by √s + ε.", "eq-rmsprop",
     squared(right_s, lambda g, s, eps: g / np.sqrt(s + eps))),
    (None, "your ε is missing: where no gradient has come yet you divide 0 by 0.", "eq-rmsprop",
     squared(right_s, lambda g, s, eps: g / np.sqrt(s))),
    (None, "your g is not squared in s.", "eq-rmsprop",
     squared(lambda g, s, rho: rho * s + (1 - rho) * g)),
    (None, "your s takes |g|: it is a mean of squares.", "eq-rmsprop",
     squared(lambda g, s, rho: rho * s + (1 - rho) * np.abs(g))),
    (None, "your ρ and 1 − ρ are exchanged: ρ is the share of s that stays.", "eq-rmsprop",
     squared(lambda g, s, rho: (1 - rho) * s + rho * g**2)),
    (None, "your 1 − ρ is missing: s ← ρ s + (1 − ρ) g².", "eq-rmsprop",
     squared(lambda g, s, rho: rho * s + g**2)),
    (None, "your s is a sum of all squares, as Adagrad's is: here s ← ρ s + (1 − ρ) g².", "eq-adagrad",
     squared(lambda g, s, rho: s + g**2)),
    (None, "your s is g² itself: it forgets the squares before it.", "eq-rmsprop",
     squared(lambda g, s, rho: (1 - rho) * g**2)),
    (None, "your step takes the old s: first the new s, and then the step with it.", "eq-rmsprop",
     with_old_s),
    (None, "your s is returned as it came: the next step needs the new one.", "eq-rmsprop",
     returned_as_it_came),
    (None, "your step takes no g: it is η g / (√s + ε).", "eq-rmsprop",
     squared(right_s, lambda g, s, eps: 1 / (np.sqrt(s) + eps))),
    (None, "your step takes no s: g is divided by √s + ε.", "eq-rmsprop",
     squared(right_s, lambda g, s, eps: g)),
    (None, "your root is returned in the place of s: keep the mean of squares itself.", "eq-rmsprop",
     squared(right_s, kept=np.sqrt)),
    (None, "your ρ and ε are always 0.9 and 1e-8: they are arguments.", "eq-rmsprop",
     lambda theta, g, s, eta, rho=0.9, eps=1e-8: squared(right_s)(theta, g, s, eta)),
)  # fmt: skip
