"""The book's equations at full speed: beside each fast line stands the plain line that it equals.

Every array is made once and written again and again.
The bias is the last column of W against a row of ones: one product gives W a + b, and one gives dW and db.
All parameters lie in one vector and all gradients in another: an update is one call.
The factor η/m enters at δ^(L) and reaches every gradient from there.
A network of a few units is not worth a call to numpy: `straight_line` writes its step in plain numbers.
"""

import contextvars
import functools
import math
import types

import numpy as np

from .model import Model, blocks_of, views
from .reference.activations import activation, derivative
from .reference.losses import cross_entropy, delta_is_o_minus_y
from .reference.shapes import expect_count, expect_number
from .straight_line import error_factor, step_in_numbers

add, subtract, multiply = np.add, np.subtract, np.multiply
KEPT_BATCHES = 8  # buffers stay for the batch sizes that came last


class Numbers:
    """0, ½ and 1 without axes, which numpy takes up faster than Python's numbers, and a row for m sums."""

    def __init__(self, dtype, K, m):
        self.zero, self.half, self.one = (np.array(value, dtype) for value in (0, 0.5, 1))
        self.ones, self.row = np.ones((1, K), dtype), np.empty((1, m), dtype)  # to add up the K outputs


def _sigmoid(z, a, number):
    multiply(z, number.half, a)  # a = 1 / (1 + e^-z) = ½ + ½ tanh(z/2), which never overflows
    np.tanh(a, a)
    multiply(a, number.half, a)
    add(a, number.half, a)


def _sigmoid_prime(delta, z, a, free, number):
    subtract(number.one, a, free)  # delta *= a * (1 - a)
    multiply(free, a, free)
    multiply(delta, free, delta)


def _tanh(z, a, number):
    np.tanh(z, a)  # a = tanh(z)


def _tanh_prime(delta, z, a, free, number):
    multiply(a, a, free)  # delta *= 1 - a**2
    subtract(number.one, free, free)
    multiply(delta, free, delta)


def _relu(z, a, number):
    np.maximum(z, number.zero, out=a)  # a = max(0, z), and NaN stays NaN


def _relu_prime(delta, z, a, free, number):
    np.sign(a, free)  # delta *= z > 0; a = max(0, z) is never negative
    multiply(delta, free, delta)


def _softmax(z, a, number):
    np.maximum.reduce(z, 0, None, number.row, True)  # a = e^z / (e^z).sum(axis=0)
    subtract(z, number.ones.T.dot(number.row, a), a)
    np.exp(a, a)
    np.divide(a, number.ones.dot(a, number.row), a)


def _softmax_product(delta, z, a, free, number):
    multiply(a, delta, free)  # delta = a * (delta - (a * delta).sum(axis=0))
    subtract(delta, number.ones.dot(free, number.row), delta)
    multiply(a, delta, delta)


FAST = {  # a = f(z) in place, and delta *= f′(z) in place
    "identity": (None, None),  # a is z, the same memory, and f′ is 1
    "sigmoid": (_sigmoid, _sigmoid_prime),
    "tanh": (_tanh, _tanh_prime),
    "relu": (_relu, _relu_prime),
    "softmax": (_softmax, _softmax_product),
}


def _half_squared_error(z, o, y, free, number):
    subtract(o, y, free)  # ((o - y)**2).sum() / 2; twice that, over K, is the mean squared error
    errors = free.ravel()
    return errors.dot(errors) / 2


def _binary_cross_entropy(z, o, y, free, number):
    np.logaddexp(number.zero, z, free)  # (ln(1 + e^z) - y * z).sum()
    return add.reduce(free, None) - np.vdot(y, z)


def _cross_entropy(z, o, y, free, number):
    np.log(o, free)  # -(y * ln(o)).sum()
    multiply(y, free, free)
    total = -add.reduce(free, None)
    return total if total < math.inf else cross_entropy(z, y).sum()  # ln(o) is lost where o rounds to 0


LOSS = {
    "half_squared_error": _half_squared_error,
    "mean_squared_error": _half_squared_error,
    "binary_cross_entropy": _binary_cross_entropy,
    "cross_entropy": _cross_entropy,
}


def _from_reference(name):
    """Return a slower pair for a function that has no fast one."""
    f, f_prime = activation(name), derivative(name)
    return (
        lambda z, a, number: np.copyto(a, f(z)),
        lambda delta, z, a, free, number: multiply(delta, f_prime(z), delta),
    )


class Batch:
    """The buffers of one network for batches of m samples, and the two passes through them.

    `x` (n_0, m) and `y` (n_L, m) are to be filled; `forward` fills `z` and `a`, and `backward` fills `delta`
    and `gradient`, the vector of all dW and db.  With `rows`, `x` and `y` lie in memory sample after sample:
    the attribute `rows` (m, n_0 + 1) is x and the ones beside it, transposed.
    """

    def __init__(self, net, m, gradient, rows=False):
        L, sizes = len(net.W), net.sizes
        order = "F" if rows else "C"
        ones = {l: np.ones((sizes[l] + 1, m), net.dtype, order if l == 0 else "C") for l in range(L)}
        self.y = np.zeros((sizes[L], m), net.dtype, order)
        self.a = {l: ones[l][:-1] for l in ones} | {L: np.zeros_like(self.y, order="C")}
        self.x, self.rows = self.a[0], ones[0].T
        self.z = {l: self.a[l] if net.f[l] == "identity" else np.zeros_like(self.a[l]) for l in net.f}
        self.delta = {l: np.zeros_like(self.a[l]) for l in net.f}
        self.gradient, self.m = gradient, m
        self._number, self._scale = Numbers(net.dtype, sizes[L], m), np.array(1, net.dtype)
        self._factor, self._loss = error_factor(net), net.loss
        self._free = np.zeros(max(sizes[1:]) * m, net.dtype)
        self._plan(net, ones, blocks_of(gradient, sizes))

    def _plan(self, net, ones, dWb):
        """List once what each pass does, layer by layer, so that the passes look nothing up."""
        L, Wb = len(net.W), blocks_of(net.theta, net.sizes)
        fast = {l: FAST.get(net.f[l]) or _from_reference(net.f[l]) for l in net.f}
        z, a, delta = self.z, self.a, self.delta
        free = {l: self._free[: a[l].size].reshape(a[l].shape) for l in net.f}
        self._output_prime = None if delta_is_o_minus_y(net.f[L], net.loss) else fast[L][1]
        self._up = [(Wb[l].dot, ones[l - 1], z[l], fast[l][0], a[l]) for l in net.f]
        self._down = [
            (
                net.W[l + 1].T.dot,
                delta[l + 1],
                delta[l],
                fast[l][1],
                z[l],
                a[l],
                free[l],
                ones[l - 1].T,
                dWb[l],
            )
            for l in range(L - 1, 0, -1)
        ]
        self._last = z[L], a[L], delta[L], free[L], ones[L - 1].T, dWb[L]

    def forward(self):
        """Fill z and a from x."""
        for Wb_dot, a_prev, z, activate, a in self._up:
            Wb_dot(a_prev, z)  # z[l] = W[l] @ a[l - 1] + b[l]
            if activate:
                activate(z, a, self._number)  # a[l] = f(z[l])

    def backward(self, scale):
        """Fill delta and gradient from z, a and y, times `scale`: 1/m gives the gradient of the mean."""
        z, o, delta, free, a_prev_T, dWb = self._last
        self._scale[...] = scale * self._factor
        subtract(o, self.y, delta)  # delta[L] = dl_do * f_prime(z[L]), which is o - y for a canonical pair
        multiply(delta, self._scale, delta)
        if self._output_prime:
            self._output_prime(delta, z, o, free, self._number)
        delta.dot(a_prev_T, dWb)  # dW[L] = delta[L] @ a[L - 1].T, db[L] = delta[L].sum(axis=1)
        for W_next_T_dot, delta_next, delta, times_f_prime, z, a, free, a_prev_T, dWb in self._down:
            W_next_T_dot(delta_next, delta)  # delta[l] = (W[l + 1].T @ delta[l + 1]) * f_prime(z[l])
            if times_f_prime:
                times_f_prime(delta, z, a, free, self._number)
            delta.dot(a_prev_T, dWb)  # dW[l] = delta[l] @ a[l - 1].T, db[l] = delta[l].sum(axis=1)

    def loss(self):
        """Return the batch's loss, from what `forward` filled."""
        z, o, _, free, *_ = self._last
        total = LOSS[self._loss](z, o, self.y, free, self._number)
        return float(total) * self._factor / self.m  # batch_loss(sample_losses(z, y, f, loss))


class Network(Model):
    """A multilayer perceptron that trains at full speed, with the equations of the book.

    Parameters
    ----------
    sizes : sequence of int
        Units of layers ``0..L``.
    hidden : str or sequence of str
        Activation function of the hidden layers, one name for all or one for each.
    output : str
        Activation function of the output layer.
    loss : str
        A loss that goes with the output.
    dtype : dtype
        float64 or float32.
    rng : numpy.random.Generator or int, optional
        Where the first weights come from; a fresh source by default.
    initializer : str, optional
        One of the ``INITIALIZERS``; by default ``"he"`` before relu and its kin, else ``"xavier"``.

    Attributes
    ----------
    W, b : dict of {int: ndarray}, shapes (n_l, n_{l-1}) and (n_l, 1)
        Live views: writing into them changes the network.
    z, a, delta : dict of {int: ndarray}, shape (n_l, m)
        What the last `forward` and `backward` found; the next ones write over them.
    dW, db : dict of {int: ndarray}, shaped like `W` and `b`
        Gradients of the batch's mean loss, from the last `backward`.
    history : History
        What `fit` recorded.

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive whole number, a name is unknown, or the loss does not go with the output.

    Examples
    --------
    >>> net = Network([2, 3, 1], output="sigmoid", loss="binary_cross_entropy", rng=0)
    >>> x, y = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0.0, 1, 1, 0]])
    >>> before = net.evaluate(x, y)
    >>> for _ in range(100):
    ...     net.step(x, y, 0.5)
    >>> net.evaluate(x, y) < before
    True
    """

    z = a = delta = dW = db = types.MappingProxyType({})  # until forward and backward fill them
    _inspected = None

    gradient = functools.cached_property(lambda net: np.zeros_like(net.theta))  # of `step` and `fit`
    _steps = functools.cached_property(lambda net: {})  # by the shapes of x and y
    _batches = functools.cached_property(lambda net: {})  # by the number of samples

    def forward(self, x):
        """Return the output for `x`, shapes (n_L, m) and (n_0, m), and fill `z` and `a`."""
        x = self._expect_input(x)
        if self._inspected is None or self._inspected.m != x.shape[1]:
            batch = self._inspected = Batch(self, x.shape[1], np.zeros_like(self.theta))
            self.z, self.a = batch.z, batch.a
        self._inspected.x[...] = x
        quietly()(self._inspected.forward)
        return self.a[len(self.W)].copy()

    def backward(self, y):
        """Fill `delta`, `dW` and `db` from the targets of the batch of `forward`, and return dW and db."""
        batch = self._inspected
        if batch is None:
            raise ValueError("backward needs what forward leaves behind. Call forward(x) first.")
        batch.y[...] = self._expect_target(y, batch.m)
        quietly()(batch.backward, 1.0)
        batch.gradient /= batch.m
        self.delta, (self.dW, self.db) = batch.delta, views(batch.gradient, self.sizes)
        return self.dW, self.db

    def step(self, x, y, learning_rate):
        """Take one step of gradient descent on a batch; `z`, `a`, `delta`, `dW` and `db` stay as they were.

        NaN in x or y goes into the weights, as the equations say; `fit` refuses it.
        What the loss takes as targets is checked at the first step with a batch of that shape.

        Raises
        ------
        TypeError, ValueError
            If the shapes do not fit, the arrays hold no real numbers, or the rate is negative or not finite.
        """
        right = type(x) is type(y) is np.ndarray and x.dtype is y.dtype is self.dtype
        if not (right and type(learning_rate) is float and 0 <= learning_rate < math.inf):
            learning_rate, x = expect_number("learning_rate", learning_rate, 0), self._expect_input(x)
            y = self._expect_target(y, x.shape[1])
        step = self._steps.get((x.shape, y.shape)) or self._plan_step(x, y)
        step(x, y, learning_rate)  # W[l] -= learning_rate * dW[l], b[l] -= learning_rate * db[l]

    def batch(self, m):
        """Return the `Batch` in which `fit` puts m samples; the buffers of the last few sizes are kept."""
        m = expect_count("m", m)
        if m not in self._batches:
            _make_room(self._batches)[m] = Batch(self, m, self.gradient, rows=True)
        return self._batches[m]

    def _plan_step(self, x, y):
        m = self._expect_input(x).shape[1]
        self._expect_target(y, m)
        theta, gradient, in_numbers = self.theta, self.gradient, step_in_numbers(self, m)
        batch = None if in_numbers else Batch(self, m, gradient, rows=not x.flags.c_contiguous)

        def numbers(x, y, learning_rate):
            in_numbers(theta, x, y, learning_rate / m)

        def arrays(x, y, learning_rate):
            batch.x[...], batch.y = x, y
            batch.forward()
            batch.backward(learning_rate / m)
            subtract(theta, gradient, theta)

        step = numbers if in_numbers else functools.partial(quietly(), arrays)
        return _make_room(self._steps).setdefault((x.shape, y.shape), step)


def quietly():
    """Return ``run(function, *arguments)``, in which numpy gives inf and NaN without a warning.

    A network that diverges shows it in its numbers, and `fit` says it in a sentence.
    To enter a context costs 20 ns; ``np.errstate`` does the same in 900.
    """
    context = contextvars.copy_context()
    context.run(np.seterr, all="ignore")
    return context.run


def _make_room(kept):
    """Return the dict without its oldest entry if it is full."""
    if len(kept) >= KEPT_BATCHES:
        del kept[next(iter(kept))]
    return kept
