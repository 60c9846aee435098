"""What a network is: its sizes, its parameters in one vector, what it predicts, and its file."""

import math
from collections.abc import Sequence

import numpy as np

from . import archive
from .history import History
from .reference.activations import ACTIVATIONS, activation, look_up
from .reference.initializers import initialize
from .reference.losses import batch_loss, expect_targets, loss_for, sample_losses
from .reference.shapes import expect_array, expect_count, expect_shape, quiet, shown

SUITED = {"relu": "he", "leaky_relu": "he", "softplus": "he"}  # the other hidden layers start with xavier
HIDDEN = {name: name for name in ACTIVATIONS if name != "softmax"}
LARGEST = 2**40  # parameters
PRECISIONS = (np.dtype(np.float64), np.dtype(np.float32))


class Views(dict):
    """Arrays by layer, views into one vector: ``W[l] = value`` writes into the view and keeps it."""

    @quiet
    def __setitem__(self, l, value):
        if not isinstance(l, (int, np.integer)) or l not in self:
            raise ValueError(f"There is no layer {l!r}. The layers are {', '.join(map(str, self))}.")
        value = expect_real(f"the value for layer {l}", value)
        expect_shape(f"the value for layer {l}", value, self[l].shape)
        self[l][...] = value

    def _refuse(self, *arguments):
        raise TypeError("A network's layers cannot be taken out. Copy them: dict(net.W).")

    __delitem__ = pop = popitem = clear = _refuse

    def __reduce__(self):
        return dict, (dict(self),)  # a copy is a dict of arrays, and no part of the network


def views(vector, sizes):
    """Return W and b, or dW and db: views into a vector that holds ``[W | b]`` layer by layer.

    >>> W, b = views(np.arange(3.0), (2, 1))
    >>> W, b
    ({1: array([[0., 1.]])}, {1: array([[2.]])})
    """
    blocks = blocks_of(vector, sizes)
    return Views({l: blocks[l][:, :-1] for l in blocks}), Views({l: blocks[l][:, -1:] for l in blocks})


def blocks_of(vector, sizes):
    """Return ``[W | b]`` of each layer, shape (n_l, n_{l-1} + 1), as views into one vector."""
    shapes = [(n, k + 1) for k, n in zip(sizes, sizes[1:], strict=False)]
    ends = np.cumsum([n * k for n, k in shapes])
    parts = np.split(vector, ends[:-1])
    return {l: part.reshape(shape) for l, (part, shape) in enumerate(zip(parts, shapes, strict=True), 1)}


class Model:
    """The sizes, functions and parameters of a network, and no way to train it: that is `Network`."""

    def __init__(
        self,
        sizes,
        hidden="tanh",
        output="identity",
        loss="half_squared_error",
        dtype=np.float64,
        rng=None,
        initializer=None,
    ):
        self.sizes = _expect_sizes(sizes)
        L = len(self.sizes) - 1
        self.f = {**_expect_hidden(hidden, L), L: output}
        self.loss = loss
        loss_for(output, loss)
        self.dtype = _expect_dtype(dtype)
        self.theta = np.zeros(_parameters(self.sizes), self.dtype)
        self._W, self._b = views(self.theta, self.sizes)
        self.history = History()
        self.initialize(initializer, rng)

    @property
    def W(self):
        """Weights by layer: live views, so that writing into them changes the network."""
        return self._W

    @W.setter
    def W(self, values):
        _copy_into(self._W, values, "W")

    @property
    def b(self):
        """Biases by layer: live views, so that writing into them changes the network."""
        return self._b

    @b.setter
    def b(self, values):
        _copy_into(self._b, values, "b")

    def initialize(self, kind=None, rng=None):
        """Draw new weights and set the biases to zero.

        Parameters
        ----------
        kind : str, optional
            One of the ``INITIALIZERS``; by default ``"he"`` before relu and its kin, else ``"xavier"``.
        rng : numpy.random.Generator or int, optional
            Where the random numbers come from; a fresh source by default.
        """
        kind = SUITED.get(self.f[1], "xavier") if kind is None else kind
        W, b = initialize(self.sizes, kind, generator(rng), self.dtype)
        self.W, self.b = W, b

    def predict(self, x):
        """Return the output o for inputs `x`, shapes (n_L, m) and (n_0, m), as a new array."""
        return activation(self.f[len(self.W)])(self._output_z(x))

    def evaluate(self, x, y):
        """Return the loss of the batch, the mean over its samples, as a float."""
        z = self._output_z(x)
        y = self._expect_target(y, z.shape[1])
        return float(batch_loss(sample_losses(z, y, self.f[len(self.W)], self.loss)))

    @quiet
    def _output_z(self, x):
        L = len(self.W)
        a = self._expect_input(x)
        for l in range(1, L):
            a = activation(self.f[l])(self.W[l] @ a + self.b[l])
        return self.W[L] @ a + self.b[L]

    @quiet
    def _expect_input(self, x):
        x = expect_real("x", x, 2)
        expect_shape("x", x, (self.sizes[0], None))
        if not x.shape[1]:
            raise ValueError("x has no columns, but should hold at least one sample.")
        return x.astype(self.dtype, copy=False)

    @quiet
    def _expect_target(self, y, m):
        y = expect_real("y", y, 2)
        expect_shape("y", y, (self.sizes[-1], m))
        expect_targets(y, self.loss)
        return y.astype(self.dtype, copy=False)

    def save(self, path):
        """Write the network, with what `fit` needs to go on, into one ``.npz`` file without pickle.

        Raises
        ------
        OSError
            If the folder is missing or the disk is full; an older file of that name is then kept.
        """
        training, arrays = self.history.packed()
        header = {
            "sizes": self.sizes,
            "f": list(self.f.values()),
            "loss": self.loss,
            "dtype": self.dtype.name,
        }
        shapes = {name: [array.shape, array.dtype.str] for name, array in arrays.items()}
        archive.write(
            path, {**header, "training": training, "shapes": shapes}, {"theta": self.theta, **arrays}
        )

    @classmethod
    def load(cls, path):
        """Return the network that `save` wrote.

        Raises
        ------
        ValueError
            If the file is truncated, damaged or foreign: there is then no network, not even a part of one.
        FileNotFoundError
            If there is no such file.
        """
        with archive.whole(path):
            header, arrays = archive.read(path, _expected_arrays)
            *hidden, output = header["f"]
            net = cls(header["sizes"], hidden, output, header["loss"], header["dtype"], initializer="zeros")
            net.theta[:] = arrays.pop("theta")
            net.history = History.unpacked(header["training"], arrays)
        return net

    def __reduce__(self):
        *hidden, output = self.f.values()
        arguments = (self.sizes, hidden, output, self.loss, self.dtype, None, "zeros")
        return type(self), arguments, {"theta": self.theta, "history": self.history}

    def __setstate__(self, state):
        self.theta[:] = state["theta"]
        self.history = state["history"]

    def __repr__(self):
        *hidden, output = self.f.values()
        same = hidden[0] if len(set(hidden)) == 1 else hidden
        middle = f", hidden={same!r}" if hidden else ""
        return (
            f"{type(self).__name__}({list(self.sizes)}{middle}, output={output!r}, loss={self.loss!r}, "
            f"dtype={self.dtype.name}): {self.theta.size:,} parameters, {self.history.state()}"
        )

    def summary(self):
        """Return the network as a table: a line for every layer, and what it is trained for."""
        lines = [f"{'layer':>6}{'units':>9}  {'function':<12}{'shape of W':>16}{'parameters':>14}"]
        lines += [f"{0:>6}{self.sizes[0]:>9,}  input"]
        for l in self.W:
            n, k = self.W[l].shape
            lines += [f"{l:>6}{n:>9,}  {self.f[l]:<12}{f'({n}, {k})':>16}{n * k + n:>14,}"]
        lines += [f"{self.theta.size:,} parameters of {self.dtype.name}, {self.theta.nbytes / 1e3:,.1f} kB"]
        lines += [f"loss: {self.loss}; {self.history.state()}"]
        return "\n".join(lines)


def expect_real(name, value, ndim=None):
    """Return `value` as real floating-point numbers, or raise a TypeError or ValueError that names it.

    >>> expect_real("x", np.array([1j]))
    Traceback (most recent call last):
    TypeError: x has dtype complex128, but should hold real numbers.
    """
    array = expect_array(name, value, ndim)
    if array.dtype.kind == "c":
        raise TypeError(f"{name} has dtype {array.dtype}, but should hold real numbers.")
    return array


def generator(rng):
    """Return a numpy.random.Generator: the one given, one made from a seed, or a fresh one for None.

    >>> generator(0).random() == np.random.default_rng(0).random()
    True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is not None and not isinstance(rng, (int, np.integer)):
        raise TypeError(
            f"rng is {shown(rng)}, but should be a numpy.random.Generator, or a whole number as its seed."
        )
    return np.random.default_rng(rng if rng is None else expect_count("rng", rng, least=0, most=math.inf))


def _copy_into(views, values, name):
    if not isinstance(values, dict) or set(values) != set(views):
        raise ValueError(f"{name} should be a dict of arrays with the keys {list(views)}.")
    for l, value in values.items():
        views[l] = value


def _expect_sizes(sizes):
    listed = isinstance(sizes, (Sequence, np.ndarray)) and not isinstance(sizes, (str, bytes))
    if not listed or getattr(sizes, "ndim", 1) != 1:
        raise TypeError(
            f"sizes is {shown(sizes)}, but should be a list of numbers of units, such as [2, 3, 1]."
        )
    if len(sizes) < 2:
        raise ValueError(f"sizes is {list(sizes)}, but should name at least the input and the output layer.")
    sizes = tuple(expect_count(f"sizes[{l}]", n) for l, n in enumerate(sizes))
    if _parameters(sizes) > LARGEST:
        raise ValueError(f"sizes ask for {_parameters(sizes):.2g} parameters, which no machine can hold.")
    return sizes


def _parameters(sizes):
    return sum((k + 1) * n for k, n in zip(sizes, sizes[1:], strict=False))


def _expect_hidden(hidden, L):
    names = [look_up(HIDDEN, hidden, "hidden activation")] * (L - 1) if isinstance(hidden, str) else hidden
    if not isinstance(names, Sequence):
        raise TypeError(
            f"hidden is {shown(hidden)}, but should be a name or a list of names, one per hidden layer."
        )
    if len(names) != L - 1:
        raise ValueError(f"hidden names {len(names)} functions, but there are {L - 1} hidden layers.")
    return {l: look_up(HIDDEN, name, "hidden activation") for l, name in enumerate(names, 1)}


def _expect_dtype(dtype):
    try:
        found = np.dtype("" if dtype is None else dtype)
    except (TypeError, ValueError):
        raise TypeError(f"dtype is {shown(dtype)}, but should be float64 or float32.") from None
    if found not in PRECISIONS:
        raise ValueError(f"dtype is {found}, but should be float64 or float32.")
    return found


def _expected_arrays(header):
    sizes = _expect_sizes(header["sizes"])
    return {**header["shapes"], "theta": ((_parameters(sizes),), _expect_dtype(header["dtype"]))}
