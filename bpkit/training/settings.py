"""What `fit` is told: checked before anything changes, and written down for a run that goes on."""

import inspect

import numpy as np

from ..reference.activations import look_up
from ..reference.optimizers import OPTIMIZERS, Optimizer
from ..reference.schedules import SCHEDULES
from ..reference.shapes import expect_count, expect_function, expect_number, expect_switch, shown
from .updates import expect_stepped, name_of


class Settings:
    """The settings of a run as `fit` takes them, checked."""

    def __init__(
        self,
        epochs,
        batch_size,
        optimizer,
        learning_rate,
        schedule,
        l2,
        clip,
        target_loss,
        patience,
        min_delta,
        shuffle,
        callbacks,
    ):
        self.epochs = expect_count("epochs", epochs)
        self.batch_size = expect_count("batch_size", batch_size)
        self.learning_rate = expect_number("learning_rate", learning_rate, 0)
        self.l2 = expect_number("l2", l2, 0)
        self.clip = clip if clip is None else expect_number("clip", clip, 0, closed=False)
        self.target_loss = target_loss if target_loss is None else expect_number("target_loss", target_loss)
        self.patience = patience if patience is None else expect_count("patience", patience)
        self.min_delta = expect_number("min_delta", min_delta, 0)
        self.shuffle = expect_switch("shuffle", shuffle)
        self.callbacks = _expect_callbacks(callbacks)
        self.optimizer_name, self.optimizer, self.options = expect_optimizer(optimizer)
        self.schedule_name, self.rate_at, self.schedule_options = expect_schedule(
            schedule, self.learning_rate, self.epochs
        )

    def recorded(self, x, y, validation):
        """Return what must be the same when the run goes on, as JSON can hold it."""
        same = ("batch_size", "learning_rate", "l2", "clip", "patience", "min_delta", "shuffle")
        return {
            **{name: getattr(self, name) for name in same},
            "optimizer": [self.optimizer_name, self.options],
            "schedule": [self.schedule_name, self.schedule_options],
            "the shape of x": list(x.shape),
            "the shape of y": list(y.shape),
            "the shape of the validation data": validation and list(validation[0].shape),
        }


def expect_same(before, now):
    """Raise a ValueError unless a run that goes on is told the same as it was at its beginning."""
    differing = [
        f"{name} is {now[name]}, but was {before.get(name)}" for name in now if now[name] != before.get(name)
    ]
    if differing:
        raise ValueError(
            f"A run goes on as it began, but {'; '.join(differing)}. Give the same again, or call fit "
            "without resume to begin a new run from these weights."
        )


def expect_optimizer(value):
    """Return the name, the `Optimizer` and its options, complete and checked.

    >>> expect_optimizer(("momentum", {"mu": 0.5}))[2], expect_optimizer("momentum")[2]
    ({'mu': 0.5}, {'mu': 0.9})
    """
    if isinstance(value, Optimizer):
        _expect_parts(*value)
        if value not in OPTIMIZERS.values():
            _try_step(value, {})
            return name_of(value.step), value, {}
        value = next(name for name in OPTIMIZERS if OPTIMIZERS[name] == value)
    name, given = _name_and_options("optimizer", value)
    optimizer = look_up(OPTIMIZERS, name, "optimizer")
    known = inspect.signature(optimizer.step).parameters.values()
    defaults = {p.name: p.default for p in known if p.default is not p.empty and p.name != "learning_rate"}
    options = _complete(name, defaults, given)
    _try_step(optimizer, options)
    return name, optimizer, options


def _try_step(optimizer, options):
    """Let the reference check the options, and see that an optimizer of one's own returns what it should."""
    theta = np.zeros(3)
    arrays, counted = [theta] * (2 + len(optimizer.states)), [1] * optimizer.counts_steps
    expect_stepped(optimizer, optimizer.step(*arrays, *counted, 0.1, **options), theta.shape)


def _expect_parts(step, states, counts_steps):
    """Raise unless an `Optimizer` is made from a function, names of its own and a bool."""
    expect_function("step of the optimizer", step)
    words = isinstance(states, (tuple, list)) and all(isinstance(name, str) for name in states)
    if not words or len(set(states)) != len(states):
        raise TypeError(
            f"states of the optimizer is {shown(states)}, but should be a tuple of different names, such as "
            '("m", "v").'
        )
    expect_switch("counts_steps of the optimizer", counts_steps)


def expect_schedule(value, learning_rate, epochs):
    """Return the name, the rate as a function of the epoch, and the options; `epochs` is filled in.

    >>> name, rate_at, options = expect_schedule("cosine_decay", 0.1, 20)
    >>> rate_at(20), options
    (0.0, {'epochs': 20.0})
    """
    if callable(value):
        return name_of(value), _checked_rate(value, learning_rate), {}
    name, given = _name_and_options("schedule", value)
    schedule = look_up(SCHEDULES, name, "schedule")
    known = list(inspect.signature(schedule).parameters.values())[2:]
    options = _complete(name, {p.name: epochs if p.default is p.empty else p.default for p in known}, given)
    schedule(learning_rate, 0, **options)
    if name == "constant":
        return name, lambda epoch: learning_rate, options
    return name, lambda epoch: schedule(learning_rate, epoch, **options), options


def _checked_rate(schedule, learning_rate):
    def rate_at(epoch):
        return expect_number(
            f"the rate that schedule returns for epoch {epoch:g}", schedule(learning_rate, epoch), 0
        )

    rate_at(0.0)
    return rate_at


def _name_and_options(kind, value):
    name, options = value if isinstance(value, (tuple, list)) and len(value) == 2 else (value, {})
    if not isinstance(name, str) or not isinstance(options, dict):
        raise TypeError(
            f"{kind} is {shown(value)}, but should be a name, a pair such as (name, {{option: number}}), or "
            f"{'an Optimizer' if kind == 'optimizer' else 'a function of (learning_rate, epoch)'}."
        )
    return name, options


def _complete(name, defaults, given):
    for option in given:
        if option not in defaults:
            known = f"Its options are: {', '.join(defaults)}." if defaults else "It has none."
            raise ValueError(f"{name} has no option {option!r}. {known}")
    return {option: expect_number(option, value) for option, value in {**defaults, **given}.items()}


def _expect_callbacks(callbacks):
    if not isinstance(callbacks, (list, tuple)):
        raise TypeError(
            f"callbacks is {shown(callbacks)}, but should be a list of functions. Write [callback]."
        )
    return tuple(expect_function(f"callbacks[{i}]", callback) for i, callback in enumerate(callbacks))
