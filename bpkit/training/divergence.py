"""When a loss or a weight is no longer finite: where it began, and what to try."""

import math

import numpy as np

from ..reference.mlp import forward

GENTLE = 0.1  # a rate with which most networks begin; no larger one is advised


class TrainingDiverged(FloatingPointError):
    """The loss or a weight is inf or NaN: training has stopped, and sound weights are back.

    They are those from the beginning of the epoch with the lowest training loss; or those with the best
    validation loss, if `fit` watches one with patience and it is lower than theirs.
    """


def diverged(run, x, what):
    """Put sound weights back, and return the error that says where it went wrong and what to try.

    Parameters
    ----------
    run : Run
    x : ndarray, shape (n_0, m), or None
        Inputs whose loss is not finite; None if a weight is not.
    what : str
        What was found, such as ``"the loss became inf"``.

    Returns
    -------
    TrainingDiverged
    """
    history, settings = run.net.history, run.settings
    rate, epoch = settings.rate_at(len(history)), len(history) + 1
    where = where_not_finite(run.net, x)
    tries = advice(_reached(run), rate, settings.l2, settings.clip, run.update.t)
    weights = _put_weights_back(run)
    history.stopped, history.arrays = "diverged", {}
    return TrainingDiverged(
        f"Training diverged in epoch {epoch}: {what}; {where}. {weights} are back. {tries}"
    )


def _put_weights_back(run):
    """Give the network the calm weights, or the best if those are better; return in words which."""
    net = run.net
    net.theta[:] = run.calm
    watched = run.validation is not None and run.best_loss is not None
    if watched and not net.evaluate(*run.validation) < run.best_loss:
        net.theta[:] = run.best
        return "The best weights"
    return f"The weights from before {f'epoch {run.calm_epoch}' if run.calm_epoch else 'this run'}"


def is_finite(array):
    """Return whether every entry is finite; a finite sum of squares says so at once.

    >>> is_finite(np.array([1.0])), is_finite(np.array([np.nan]))
    (True, False)
    """
    return math.isfinite(np.dot(array, array)) or bool(np.isfinite(array).all())


def where_not_finite(net, x):
    """Return in words what is not finite first, on the way from the first layer to the loss.

    Parameters
    ----------
    net : Network
    x : ndarray, shape (n_0, m), or None
        Not looked at if a weight is not finite.

    Returns
    -------
    str
    """
    L = len(net.W)
    for l in net.W:
        if not np.isfinite(net.W[l]).all() or not np.isfinite(net.b[l]).all():
            return f"the weights into layer {l} are the first that are not finite"
    z, a = forward(net.W, net.b, x, net.f)
    for l in z:
        if not np.isfinite(z[l]).all():
            return f"z of layer {l} is the first that is not finite"
    return f"the output of layer {L} reaches {np.abs(a[L]).max():.0e}, and the loss of that is not finite"


def advice(reached, rate, l2, clip, stepped):
    """Return in words what to try.

    A step takes learning_rate * l2 times each weight from it: above 1 it turns the weight around.

    Parameters
    ----------
    reached : dict of {str: float}
        The largest absolute values of inputs and targets.
    rate, l2 : float
    clip : float, optional
    stepped : int
        How many steps were taken.

    Returns
    -------
    str

    Examples
    --------
    >>> advice({"inputs": 1.0, "targets": 200.0}, 0.5, 0.0, None, 7)
    'Try learning_rate=0.05, or clip=1.0, or targets between -1 and 1 (they reach 2e+02).'
    """
    scales = [
        f"{name} between -1 and 1 (they reach {reached[name]:.2g})" for name in reached if reached[name] > 10
    ]
    if not stepped:
        tries = scales or ["other weights, net.initialize()"]
        return f"No step was taken yet, so the learning rate is not the cause. Try {', or '.join(tries)}."
    smaller = min(rate / 10, GENTLE)
    tries = [f"learning_rate={_short(smaller)}"] * (rate > 0)
    if smaller * l2 > 1:
        tries = [f"learning_rate={_short(smaller)} with l2={_short(0.01 / smaller)} (it is {l2:.2g})"]
    elif clip is None:
        tries += ["clip=1.0"]
    return f"Try {', or '.join((tries + scales) or ['other weights, net.initialize()'])}."


def _short(number):
    return f"{float(f'{number:.1g}'):g}"


def _reached(run):
    x, y = run.samples.largest()
    if run.validation is not None:
        x, y = (
            max(most, float(np.abs(part).max())) for most, part in zip((x, y), run.validation, strict=True)
        )
    return {"inputs": x, "targets": y}
