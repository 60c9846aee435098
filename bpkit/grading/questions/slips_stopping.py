"""Mistakes in early stopping: in what counts as better, in how long one waits, and in what is returned."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from ..question import Mistake


@dataclass
class Run:
    """A run that is watched: where it is, its best epoch, and for how many epochs there was no better one."""

    losses: list
    epoch: int = 0
    best: int = 0
    waited: int = 0

    @property
    def loss(self):
        return self.losses[self.epoch]


def better(run, min_delta):
    return run.loss < run.losses[run.best] - min_delta


def better_than_all(run, min_delta):
    return run.loss < min(run.losses[: run.epoch]) - min_delta


def better_than_the_last(run, min_delta):
    return run.loss < run.losses[run.epoch - 1] - min_delta


def watched(losses, patience, min_delta=0.0, *, better=better, start=0, forgets=True, returned="best"):
    """Watch a run until its patience ends; each keyword is a step that one can get wrong."""
    run = Run(losses)
    for run.epoch in range(1, len(losses)):
        if better(run, min_delta):
            run.best, run.waited = run.epoch, 0 if forgets else run.waited
        else:
            run.waited += 1
        if start + run.waited >= patience:
            break
    return getattr(run, returned) if isinstance(returned, str) else returned(run, patience)


def lowest_so_far(run, patience):
    return int(np.argmin(run.losses[: run.epoch + 1]))


SLIPS = (  # what was done, and the function that does it
    (
        "you take the lowest loss of all: a run that has stopped never sees what would have come later.",
        lambda losses, patience, min_delta=0.0: int(np.argmin(losses)),
    ),
    (
        "you wait one epoch too long: stop as soon as `patience` epochs in a row were not better.",
        partial(watched, start=-1),
    ),
    (
        "you stop one epoch too early: only after `patience` epochs in a row without a better one.",
        partial(watched, start=1),
    ),
    (
        "you stop at the first epoch that is not better, whatever the patience.",
        lambda losses, patience, min_delta=0.0: watched(losses, 1, min_delta),
    ),
    (
        "min_delta is left out: better means lower than the best by more than min_delta.",
        lambda losses, patience, min_delta=0.0: watched(losses, patience),
    ),
    (
        "min_delta has the wrong sign: better means loss < best − min_delta.",
        lambda losses, patience, min_delta=0.0: watched(losses, patience, -min_delta),
    ),
    (
        "you take ≤ for <: a loss that only reaches best − min_delta is not better.",
        partial(watched, better=lambda run, d: run.loss <= run.losses[run.best] - d),
    ),
    (
        "you compare with the epoch before: a loss has to be better than that of the best epoch.",
        partial(watched, better=better_than_the_last),
    ),
    (
        "you compare with the lowest loss, but the best epoch is the last one that was better by more than "
        "min_delta: many small gains add up to a large one.",
        partial(watched, better=better_than_all),
    ),
    (
        "you count every epoch without a better one: after a better one the count begins again.",
        partial(watched, forgets=False),
    ),
    (
        "you return the epoch in which the run stops: its best one came before.",
        partial(watched, returned="epoch"),
    ),
    (
        "you return the epoch `patience` before the end: a run may end before its patience does.",
        partial(watched, returned=lambda run, patience: max(run.epoch - patience, 0)),
    ),
    (
        "you return the lowest loss up to the stop: an epoch that was not better by min_delta was not kept.",
        partial(watched, returned=lowest_so_far),
    ),
    (
        "you count epochs from 1: the index of the first is 0.",
        lambda *given: 1 + watched(*given),
    ),
    (
        "you return the loss of the best epoch: its index is asked.",
        lambda losses, *given: losses[watched(losses, *given)],
    ),
    (
        "you return how many epochs were run: the index of the best one is asked.",
        partial(watched, returned=lambda run, patience: run.epoch + 1),
    ),
)
STOPPING_MISTAKES = tuple(Mistake(None, says, "eq-early-stopping", wrong) for says, wrong in SLIPS)


def stopped_wrongly(arguments):
    """Return what is right for a run, and what each mistake gives.

    >>> stopped_wrongly(([0.5, 0.25, 0.75, 0.125], 1))[:3]
    (1, 3, 3)
    """
    return watched(*arguments), *(wrong(*arguments) for _, wrong in SLIPS)
