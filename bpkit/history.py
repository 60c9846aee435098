"""What a training run recorded, and what it needs to go on."""

import math

import numpy as np

RECORDED = ("epoch", "loss", "learning_rate", "seconds", "validation_loss")
SOUND = {  # what numpy does not check: a place inside the memory, and no number that comes forever
    "MT19937": lambda kept: 0 <= kept["state"]["pos"] <= 624 and any(kept["state"]["key"][1:]),
    "PCG64": lambda kept: kept["state"]["inc"] % 2 == 1,
    "PCG64DXSM": lambda kept: kept["state"]["inc"] % 2 == 1,
    "Philox": lambda kept: 0 <= kept["buffer_pos"] <= 4,
    "SFC64": lambda kept: True,
}


class History:
    """The record of a run, epoch by epoch, and the state in which the run can go on.

    Attributes
    ----------
    epoch : list of int
        1, 2, …
    loss : list of float
        The mean loss over the samples of the epoch, each measured just before its step, without the penalty.
    validation_loss : list of float
        The loss of the validation data at the end of each epoch; empty if there is none.
    learning_rate : list of float
        The rate at the first step of each epoch.
    seconds : list of float
        How long each epoch took.
    stopped : str or None
        Why the run ended, in words, such as "interrupted" or "broken off by KeyError"; None while it runs.
    """

    def __init__(self):
        for name in RECORDED:
            setattr(self, name, [])
        self.stopped = None
        self.settings = {}  # what the run was told, as JSON can hold it
        self.position = None  # where it stands, as JSON can hold it; None if it cannot go on
        self.arrays = {}  # the optimizer's states, the best weights, the last ones if the net has the best

    def add(self, loss, learning_rate, seconds, validation_loss=None):
        """Record an epoch."""
        self.epoch.append(len(self.epoch) + 1)
        self.loss.append(loss)
        self.learning_rate.append(learning_rate)
        self.seconds.append(seconds)
        if validation_loss is not None:
            self.validation_loss.append(validation_loss)

    def watched(self):
        """Return the losses that decide when to stop: of the validation data if there is any."""
        return self.validation_loss or self.loss

    def state(self):
        """Return in words how far the training went."""
        steps = self.position["step"] if self.position else 0
        if not self.settings:
            return "not trained"
        done = [_counted(len(self), "epoch")] * bool(self.epoch or not steps)
        words = f"trained for {' and '.join(done + [_counted(steps, 'step')] * bool(steps))}"
        if self.epoch:
            words += f", loss {self.loss[-1]:.3g}"
        if self.validation_loss:
            words += f", validation loss {self.validation_loss[-1]:.3g}"
        return words + (f" ({self.stopped})" if self.stopped else "")

    def plot(self, ax=None):
        """Draw the losses against the epochs, and return the Axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError
            If no epoch is recorded.
        """
        if not self.epoch:
            raise ValueError("There is no epoch to draw. Call fit first.")
        from .plots.curves import curves

        lines = {"training": self.loss}
        if self.validation_loss:
            lines["validation"] = self.validation_loss
        scale = "log" if min(map(min, lines.values())) > 0 else "linear"
        return curves(self.epoch, lines, xlabel="epoch", ylabel="loss", yscale=scale, ax=ax)

    def __len__(self):
        return len(self.epoch)

    def __repr__(self):
        return f"<History: {self.state()}>"

    def packed(self):
        """Return all of it as a dict that JSON can hold and a dict of arrays, for one file."""
        if not self.settings:
            return {}, {}
        names = RECORDED if self.validation_loss else RECORDED[:-1]
        header = {"settings": self.settings, "position": self.position, "stopped": self.stopped}
        header |= {"recorded": names, "kept": list(self.arrays)}
        record = np.array([getattr(self, name) for name in names], np.float64)
        return header, {"record": record, **{f"kept_{name}": self.arrays[name] for name in self.arrays}}

    @classmethod
    def unpacked(cls, header, arrays):
        """Return what `packed` took apart; a LookupError, TypeError or ValueError says that it is damaged."""
        history = cls()
        if not header:
            return history
        history.settings, history.position = dict(header["settings"]), header["position"]
        history.stopped = header["stopped"]
        history.arrays = {name: arrays[f"kept_{name}"] for name in header["kept"]}
        for name, column in zip(header["recorded"], _expect_record(header, arrays["record"]), strict=True):
            setattr(history, name, column.tolist())
        history.epoch = list(range(1, len(history) + 1))
        if not isinstance(history.stopped, (str, type(None))):
            raise TypeError(f"it stopped for the reason {history.stopped}")
        if history.position is not None:
            _expect_position(**history.position, settings=history.settings)
            _expect_kept(history.arrays, history.position)
        return history


def plain(state):
    """Return the state of a bit generator as JSON can hold it.

    >>> plain({"state": {"key": np.array([1, 2], np.uint32), "pos": 0}})
    {'state': {'key': [1, 2], 'pos': 0}}
    """
    if isinstance(state, dict):
        return {name: plain(value) for name, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def generator_from(state):
    """Return the Generator that has the state, or raise a ValueError, LookupError or TypeError.

    numpy takes a state as it comes: a wrong place reads foreign memory, and a generator that stands still
    never ends a shuffle.

    >>> rng = np.random.default_rng(0)
    >>> generator_from(plain(rng.bit_generator.state)).random() == rng.random()
    True
    """
    name = state["bit_generator"]
    bits = getattr(np.random, expect_bit_generator(name))()
    if not SOUND[name](state):
        raise ValueError(f"no {name} can have such a state")
    try:
        bits.state = state
    except OverflowError:
        raise ValueError(f"a number in the state of {name} is too large") from None
    if plain(bits.state) != state:
        raise ValueError(f"numpy reads another state of {name} than is given")
    return np.random.Generator(bits)


def expect_bit_generator(name):
    """Return `name`, or raise a ValueError unless it is one of numpy's bit generators.

    >>> expect_bit_generator("Foreign")
    Traceback (most recent call last):
    ValueError: rng is made from Foreign, but should be made from a bit generator of numpy, such as PCG64.
    """
    if name not in SOUND:
        raise ValueError(
            f"rng is made from {name}, but should be made from a bit generator of numpy, such as PCG64."
        )
    return name


def _expect_record(header, record):
    """Return the record, or raise unless it has a row of numbers for each name."""
    names, epochs = tuple(header["recorded"]), record.shape[-1]
    if names not in (RECORDED, RECORDED[:-1]) or record.shape != (len(names), epochs):
        raise ValueError(f"its record has the columns {names} and the shape {record.shape}")
    if record.dtype != np.float64 or record[0].tolist() != list(range(1, epochs + 1)):
        raise ValueError("its epochs are not counted from 1 on")
    if epochs and (names == RECORDED) != (header["settings"]["the shape of the validation data"] is not None):
        raise ValueError("its losses of the validation data do not fit its settings")
    return record


def _expect_position(rng, step, total, seconds, best_loss, waited, updates, settings):
    """Raise unless a run can stand at such a place."""
    generator_from(rng)
    for name, count in {"step": step, "waited": waited, "updates": updates}.items():
        if type(count) is not int or not 0 <= count < 2**53:
            raise ValueError(f"its {name} is {count!r:.60}")
    for number in (total, seconds, 0.0 if best_loss is None else best_loss):
        if type(number) is not float or not math.isfinite(number):
            raise ValueError(f"it counts a loss or a time of {number!r:.60}")
    size, N = settings["batch_size"], settings["the shape of x"][1]
    if type(size) is not int or (step - 1) * size >= N:
        raise ValueError(f"its step is {step}, but an epoch of {N} samples has fewer")


def _expect_kept(arrays, position):
    """Raise unless the arrays are vectors of one length, with the best weights if there is a best loss."""
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) > 1 or any(array.ndim != 1 or array.dtype.kind != "f" for array in arrays.values()):
        raise ValueError(f"its arrays {list(arrays)} are no vectors that fit")
    if ("best" in arrays) != (position["best_loss"] is not None):
        raise ValueError("its best weights do not fit its best loss")


def _counted(n, unit):
    return f"{n:,} {unit}{'s' * (n != 1)}"
