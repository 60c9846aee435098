"""How the learning rate changes with the epochs: each schedule turns (learning_rate, epoch) into a rate."""

import math

from .shapes import expect_number


def constant(learning_rate, epoch):
    """Keep the learning rate.

    Parameters
    ----------
    learning_rate : float
        At least 0.
    epoch : float
        Epochs done so far: 0 at the first step, with a fraction inside an epoch.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument is no number or is out of its range.

    Examples
    --------
    >>> constant(0.1, 7)
    0.1
    """
    return _checked(learning_rate, epoch)[0]


def step_decay(learning_rate, epoch, drop=0.5, every=10):
    """Multiply the learning rate by `drop` after each `every` epochs.

    Parameters
    ----------
    learning_rate, epoch
        As `constant`.
    drop : float
        From 0 to 1.
    every : float
        Epochs from one drop to the next, above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As `constant`.

    References
    ----------
    Equation eq-step-decay in the chapter *The learning rate*.

    Examples
    --------
    >>> [step_decay(0.8, epoch) for epoch in (0, 9.9, 10, 25)]
    [0.8, 0.8, 0.4, 0.2]
    """
    eta, e = _checked(learning_rate, epoch)
    drop, every = expect_number("drop", drop, 0, 1), expect_number("every", every, 0, closed=False)
    return eta * drop ** (e // every)  # eq-step-decay


def exponential_decay(learning_rate, epoch, drop=0.95):
    """Multiply the learning rate by `drop` with each epoch, without steps in between.

    Parameters
    ----------
    learning_rate, epoch
        As `constant`.
    drop : float
        From 0 to 1.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As `constant`.

    References
    ----------
    Equation eq-exponential-decay in the chapter *The learning rate*.

    Examples
    --------
    >>> [exponential_decay(0.8, epoch, drop=0.25) for epoch in (0, 0.5, 1)]
    [0.8, 0.4, 0.2]
    """
    eta, e = _checked(learning_rate, epoch)
    drop = expect_number("drop", drop, 0, 1)
    return eta * drop**e  # eq-exponential-decay


def inverse_time(learning_rate, epoch, decay=1.0):
    """Divide the learning rate by a number that grows steadily: with `decay` 1 by the number of the epoch.

    Parameters
    ----------
    learning_rate, epoch
        As `constant`.
    decay : float
        At least 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As `constant`.

    References
    ----------
    Equation eq-inverse-time in the chapter *The learning rate*; Robbins and Monro (1951).

    Examples
    --------
    >>> [inverse_time(0.8, epoch) for epoch in (0, 1, 3)]
    [0.8, 0.4, 0.2]
    """
    eta, e = _checked(learning_rate, epoch)
    decay = expect_number("decay", decay, 0)
    return eta / (1 + decay * e)  # eq-inverse-time


def cosine_decay(learning_rate, epoch, epochs):
    """Follow half a wave of the cosine from the learning rate down to 0, and stay there.

    Parameters
    ----------
    learning_rate, epoch
        As `constant`.
    epochs : float
        Where 0 is reached, above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As `constant`.

    References
    ----------
    Equation eq-cosine-decay in the chapter *The learning rate*; Loshchilov and Hutter (2017).

    Examples
    --------
    >>> [round(cosine_decay(0.8, epoch, 30), 6) for epoch in (0, 10, 15, 20, 30)]
    [0.8, 0.6, 0.4, 0.2, 0.0]
    """
    eta, e = _checked(learning_rate, epoch)
    e = min(e, expect_number("epochs", epochs, 0, closed=False))
    return eta / 2 * (1 + math.cos(math.pi * (e / epochs)))  # eq-cosine-decay


def warm_up(learning_rate, epoch, warm_up_epochs=5):
    r"""Raise the learning rate in a straight line, never from 0, until it is reached after `warm_up_epochs`.

    Every schedule is proportional to the rate it is given, so a warm-up goes before another schedule as its
    learning rate: ``cosine_decay(warm_up(0.1, epoch), epoch, epochs)``.

    Parameters
    ----------
    learning_rate, epoch
        As `constant`.
    warm_up_epochs : float
        At least 0, which is no warm-up; w in the formula.

    Returns
    -------
    float
        :math:`\eta \min(1, (e + 1) / (w + 1))` for the learning rate :math:`\eta` and the epoch e.

    Raises
    ------
    TypeError, ValueError
        As `constant`.

    References
    ----------
    Equation eq-warm-up in the chapter *The learning rate*; Goyal et al. (2017).

    Examples
    --------
    >>> [round(warm_up(0.5, epoch, warm_up_epochs=4), 6) for epoch in (0, 1, 2, 3, 4, 5)]
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.5]
    """
    eta, e = _checked(learning_rate, epoch)
    wait = expect_number("warm_up_epochs", warm_up_epochs, 0)
    return eta * min(1, (e + 1) / (wait + 1))  # eq-warm-up


SCHEDULES = {
    "constant": constant,
    "step_decay": step_decay,
    "exponential_decay": exponential_decay,
    "inverse_time": inverse_time,
    "cosine_decay": cosine_decay,
    "warm_up": warm_up,
}


def _checked(learning_rate, epoch):
    """Return both as floats, or raise unless they are numbers of at least 0."""
    return expect_number("learning_rate", learning_rate, 0), expect_number("epoch", epoch, 0)
