"""Which learning rate to begin with: a short trial in which the rate grows from step to step."""

import copy
import math
from typing import NamedTuple

import numpy as np

from ..reference.shapes import expect_count, expect_number, quiet
from .resuming import expect_generator
from .samples import Samples, expect_network, expect_samples
from .settings import expect_optimizer
from .updates import Update

WINDOW = 5  # steps whose losses are averaged
FAR = 4.0  # the trial ends when the loss is so many times the lowest one


class RangeTest(NamedTuple):
    """What `range_test` found; `suggestion` is None if no rate lowered the loss."""

    learning_rates: np.ndarray
    losses: np.ndarray
    suggestion: float | None

    def plot(self, ax=None):
        """Draw the losses against the rates, and return the Axes."""
        from ..plots.curves import curves

        found = "no suggestion" if self.suggestion is None else f"suggested: {self.suggestion:.2g}"
        xlabel = f"learning rate ({found})"
        return curves(
            self.learning_rates, {"training": self.losses}, xlabel=xlabel, ylabel="loss", xscale="log", ax=ax
        )


def range_test(
    net,
    x,
    y,
    *,
    lowest=1e-6,
    highest=10.0,
    steps=100,
    batch_size=32,
    optimizer="gradient_descent",
    l2=0.0,
    clip=None,
    rng=None,
):
    """Try growing learning rates on a copy of the network, one step each, and suggest one.

    The suggestion is a tenth of the rate at which the loss, averaged over five steps, was lowest: that rate
    is already a little too large, for the loss turns up behind it.

    Parameters
    ----------
    net : Network
        It is left as it is.
    x, y : ndarray, shapes (n_0, N) and (n_L, N)
    lowest, highest : float
        The first and the last rate; each is a fixed multiple of the one before.
    steps : int
    batch_size, optimizer, l2, clip, rng
        As `fit`.

    Returns
    -------
    RangeTest
        Rates and losses, each loss measured just before the step of its rate, up to where their average is
        not finite or above four times its lowest value; the suggestion; and `plot`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    References
    ----------
    Smith (2017), *Cyclical learning rates for training neural networks*, section 3.3.

    Examples
    --------
    >>> from bpkit import Network
    >>> x = np.linspace(-1, 1, 64)[None]
    >>> found = range_test(Network([1, 8, 1], rng=0), x, x**2, rng=0)
    >>> 0.01 < found.suggestion < 1
    True
    """
    expect_network(net)
    _, optimizer, options = expect_optimizer(optimizer)
    clip = None if clip is None else expect_number("clip", clip, 0, closed=False)
    rates = _growing(lowest, highest, steps)
    x, y = expect_samples(net, x, y)
    rng, net = expect_generator(rng), copy.copy(net)
    samples = Samples(net, x, y, expect_count("batch_size", batch_size), shuffle=True)
    update = Update(net, optimizer, options, expect_number("l2", l2, 0), clip)
    losses = np.array(_losses(samples, rng, update, rates))
    rates = rates[: len(losses)]
    return RangeTest(rates, losses, _suggestion(rates, losses))


def _growing(lowest, highest, steps):
    lowest = expect_number("lowest", lowest, 0, closed=False)
    highest, steps = (
        expect_number("highest", highest, lowest, closed=False),
        expect_count("steps", steps, WINDOW),
    )
    return np.geomspace(lowest, highest, steps)


def _losses(samples, rng, update, rates):
    """Return the loss before each step, until their average is far above its lowest value or not finite."""
    losses, batches, least = [], _endless(samples, rng), math.inf
    for rate in rates.tolist():
        losses.append(_step(next(batches), update, rate))
        average = sum(losses[-WINDOW:]) / len(losses[-WINDOW:])
        if not average < math.inf or average > FAR * least:
            return losses[:-1]
        if len(losses) >= WINDOW:
            least = min(least, average)
    return losses


def _endless(samples, rng):
    while True:
        yield from samples.batches(samples.order(rng))


@quiet  # rates are tried until the loss is inf
def _step(batch, update, rate):
    batch.forward()
    loss = batch.loss()
    batch.backward(1 / batch.m)
    update(rate)
    return loss


def _suggestion(rates, losses):
    if len(losses) < WINDOW:
        return None
    averages = np.convolve(losses, np.full(WINDOW, 1 / WINDOW), "valid")
    lowest = int(averages.argmin())
    return float(rates[lowest + WINDOW // 2] / 10) if lowest else None
