"""A training set in memory, sample after sample, and the batches that it is cut into."""

import numpy as np

from ..network import Network
from ..reference.shapes import shown


def expect_network(net):
    """Raise unless `net` is a Network whose weights and biases are finite.

    >>> expect_network("net")
    Traceback (most recent call last):
    TypeError: net is a str, but should be a Network.
    """
    if not isinstance(net, Network):
        raise TypeError(f"net is a {type(net).__name__}, but should be a Network.")
    for l in net.W:
        if not (np.isfinite(net.W[l]).all() and np.isfinite(net.b[l]).all()):
            raise ValueError(
                f"The weights into layer {l} or its biases are not finite, so there is nothing to train. "
                "Draw new ones: net.initialize()."
            )


def expect_samples(net, x, y, place=""):
    """Return inputs and targets in the network's precision, or raise a sentence about what is wrong.

    Parameters
    ----------
    net : Network
    x, y : ndarray, shapes (n_0, N) and (n_L, N)
    place : str
        What a sentence begins with, such as ``"validation: "``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit the network, there is no sample, an entry is no finite number, or the loss
        does not take such targets.
    """
    try:
        with np.errstate(over="ignore"):  # what is too large for float32 is inf, and refused below
            x = net._expect_input(x)
            y = net._expect_target(y, x.shape[1])
        _expect_finite("x", x)
        _expect_finite("y", y)
    except (TypeError, ValueError) as problem:
        raise type(problem)(f"{place}{problem}") from None
    return x, y


def expect_validation(net, validation):
    """Return the pair of validation inputs and targets as `expect_samples` does, or None for None."""
    if validation is None:
        return None
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(f"validation is {shown(validation)}, but should be a pair of arrays, (x, y).")
    return expect_samples(net, *validation, place="validation: ")


def _expect_finite(name, array):
    finite = np.isfinite(array)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise ValueError(
            f"{name} holds {array[row, column]} at [{row}, {column}] as {array.dtype}, but should hold "
            "finite numbers. Replace such entries, or leave their samples out."
        )


class Samples:
    """The training set of one network: copied once, then gathered batch by batch.

    Parameters
    ----------
    net : Network
    x, y : ndarray, shapes (n_0, N) and (n_L, N)
    batch_size : int
    shuffle : bool
        Whether each epoch has an order of its own. One batch of all samples is never shuffled.
    """

    def __init__(self, net, x, y, batch_size, shuffle):
        self._net, self.N = net, x.shape[1]
        self._size = min(batch_size, self.N)
        self.per_epoch = -(-self.N // self._size)
        self.shuffled = shuffle and self.per_epoch > 1
        self._rows, self._targets, self._whole = None, None, None
        if self.per_epoch == 1:
            self._whole = net.batch(self.N)
            self._whole.x[...], self._whole.y[...] = x, y
        else:
            self._rows = np.ones((self.N, len(x) + 1), net.dtype)  # as the rows of a Batch, with their ones
            self._rows[:, :-1] = x.T
            self._targets = np.ascontiguousarray(y.T)

    def batches(self, order, first=0):
        """Give the batches of an epoch, filled, from the one with number `first` on."""
        if self._whole is not None:
            yield from [self._whole][first:]
            return
        for start in range(first * self._size, self.N, self._size):
            chosen = order[start : start + self._size]
            batch = self._net.batch(len(chosen))
            self._rows.take(chosen, 0, batch.rows, "clip")  # batch.x = x[:, chosen]
            self._targets.take(chosen, 0, batch.y.T, "clip")  # batch.y = y[:, chosen]
            yield batch

    def largest(self):
        """Return the largest absolute values of all inputs and of all targets."""
        x, y = (self._rows, self._targets) if self._whole is None else (self._whole.x, self._whole.y)
        return float(np.abs(x).max()), float(np.abs(y).max())

    def order(self, rng):
        """Return the order of an epoch, drawn from `rng` if the samples are shuffled."""
        return rng.permutation(self.N) if self.shuffled else np.arange(self.N)
