"""Mistakes in a step of Adam: in the two means, in their correction, and in the quotient."""

from dataclasses import dataclass, replace

import numpy as np

from .slips_steps import UPHILL, slips


@dataclass(frozen=True)
class Adam:
    """A step of Adam in its pieces; a mistake replaces one or two of them."""

    m_of: object = lambda g, m, beta: beta * m + (1 - beta) * g  # eq-adam-means
    v_of: object = lambda g, v, beta: beta * v + (1 - beta) * g**2
    m_hat: object = lambda m, beta, t: m / (1 - beta**t)  # eq-adam-correction
    v_hat: object = lambda v, beta, t: v / (1 - beta**t)
    step: object = lambda m, v, eps: m / (np.sqrt(v) + eps)  # eq-adam
    sign: int = -1
    later: int = 0  # how much later than t the correction is taken
    kept: object = lambda given, new, hats: new  # which means are returned

    def __call__(self, theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        new = self.m_of(g, m, beta1), self.v_of(g, v, beta2)
        t = t + self.later
        hats = self.m_hat(new[0], beta1, t), self.v_hat(new[1], beta2, t)
        moved = theta + self.sign * learning_rate * self.step(*hats, eps)
        return moved, *self.kept((m, v), new, hats)


RIGHT = Adam()


def wrong(**pieces):
    return replace(RIGHT, **pieces)


def as_it_is(mean, beta, t):
    return mean


def swapped(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return RIGHT(theta, g, m, v, t, learning_rate, beta2, beta1, eps)


def early_eps(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Step with the correction in the learning rate, and so with ε beside an uncorrected root."""
    m, v = RIGHT.m_of(g, m, beta1), RIGHT.v_of(g, v, beta2)
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(v) + eps), m, v


def with_old_means(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    _, *new = RIGHT(theta, g, m, v, t, learning_rate, beta1, beta2, eps)
    hats = RIGHT.m_hat(m, beta1, t), RIGHT.v_hat(v, beta2, t)
    return theta - learning_rate * RIGHT.step(*hats, eps), *new


def along_g(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    _, *new = RIGHT(theta, g, m, v, t, learning_rate, beta1, beta2, eps)
    return theta - learning_rate * RIGHT.step(g, RIGHT.v_hat(new[1], beta2, t), eps), *new


def by_defaults(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return RIGHT(theta, g, m, v, t, learning_rate)


ADAM_MISTAKES = slips(
    ("M58", "the bias correction is missing: m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).",
     "eq-adam-correction", wrong(m_hat=as_it_is, v_hat=as_it_is)),
    ("M58", "your v is not corrected: v̂ = v / (1 − β₂ᵗ).", "eq-adam-correction", wrong(v_hat=as_it_is)),
    ("M58", "your m is not corrected: m̂ = m / (1 − β₁ᵗ).", "eq-adam-correction", wrong(m_hat=as_it_is)),
    ("M58", "your correction counts from 0: t starts at 1, and β is taken to the power t as it is.",
     "eq-adam-correction", wrong(later=-1)),
    ("M58", "your correction is one step ahead: t starts at 1, and β is taken to the power t as it is.",
     "eq-adam-correction", wrong(later=1)),
    ("M58", "your correction divides by 1 − β in every step: it is 1 − βᵗ, which grows towards 1.",
     "eq-adam-correction",
     wrong(m_hat=lambda m, beta, t: m / (1 - beta), v_hat=lambda v, beta, t: v / (1 - beta))),
    ("M58", "your correction divides by 1 − β t: it is β to the power t.", "eq-adam-correction",
     wrong(m_hat=lambda m, beta, t: m / (1 - beta * t), v_hat=lambda v, beta, t: v / (1 - beta * t))),
    ("M58", "your correction multiplies by 1 − βᵗ: it divides.", "eq-adam-correction",
     wrong(m_hat=lambda m, beta, t: m * (1 - beta**t), v_hat=lambda v, beta, t: v * (1 - beta**t))),
    ("M58", "you return the corrected means: the next step corrects again, and needs m and v themselves.",
     "eq-adam-correction", wrong(kept=lambda given, new, hats: hats)),
    ("M54", UPHILL, "eq-adam", wrong(sign=1)),
    (None, "your root is missing: m̂ is divided by √v̂ + ε.", "eq-adam",
     wrong(step=lambda m, v, eps: m / (v + eps))),
    (None, "your ε is inside the root: m̂ is divided by √v̂ + ε.", "eq-adam",
     wrong(step=lambda m, v, eps: m / np.sqrt(v + eps))),
    (None, "your ε is missing: where no gradient has come yet you divide 0 by 0.", "eq-adam",
     wrong(step=lambda m, v, eps: m / np.sqrt(v))),
    (None, "your ε stands beside √v, before the correction: here it is added to √v̂.", "eq-adam", early_eps),
    (None, "your step takes g in the place of m̂.", "eq-adam", along_g),
    (None, "your g is not squared in v.", "eq-adam-means",
     wrong(v_of=lambda g, v, beta: beta * v + (1 - beta) * g)),
    (None, "your g is squared in m too.", "eq-adam-means",
     wrong(m_of=lambda g, m, beta: beta * m + (1 - beta) * g**2)),
    (None, "your β₁ and β₂ are exchanged: β₁ belongs to m, and β₂ to v.", "eq-adam-means", swapped),
    (None, "your 1 − β₁ and 1 − β₂ are missing in the means.", "eq-adam-means",
     wrong(m_of=lambda g, m, beta: beta * m + g, v_of=lambda g, v, beta: beta * v + g**2)),
    (None, "your β and 1 − β are exchanged: β is the share of the mean that stays.", "eq-adam-means",
     wrong(m_of=lambda g, m, beta: (1 - beta) * m + beta * g,
           v_of=lambda g, v, beta: (1 - beta) * v + beta * g**2)),
    (None, "your step takes the old means: first the new ones, and then the step with them.",
     "eq-adam-means", with_old_means),
    (None, "your means are returned as they came: the next step needs the new ones.", "eq-adam-means",
     wrong(kept=lambda given, new, hats: given)),
    (None, "your v is returned before m: the order is θ, m, v.", "eq-adam",
     wrong(kept=lambda given, new, hats: new[::-1])),
    (None, "your β₁, β₂ and ε are always the defaults: they are arguments.", "eq-adam-means", by_defaults),
)  # fmt: skip
