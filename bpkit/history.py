"""What a training run recorded, and what it needs to go on."""

import numpy as np

RECORDED = ("epoch", "loss", "learning_rate", "seconds", "validation_loss")


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
        Why the run ended, in words; None while it runs.
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
        names, record = header["recorded"], arrays["record"]
        if tuple(names) not in (RECORDED, RECORDED[:-1]) or len(names) != len(record):
            raise ValueError(f"its record has the columns {names}")
        for name, column in zip(names, record, strict=True):
            setattr(history, name, column.tolist())
        history.epoch = [int(epoch) for epoch in history.epoch]
        history.settings = dict(header["settings"])
        history.position = header["position"] and dict(header["position"])
        history.stopped = header["stopped"]
        history.arrays = {name: arrays[f"kept_{name}"] for name in header["kept"]}
        return history


def _counted(n, unit):
    return f"{n:,} {unit}{'s' * (n != 1)}"
