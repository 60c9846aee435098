"""The optimizers at full speed, on one vector and in place: beside each fast line stands the plain one.

θ, g and the states are vectors of all parameters, and `free` is memory to write into.
"""

import math

import numpy as np

from ..model import views
from ..reference.optimizers import OPTIMIZERS
from ..reference.regularizers import clip_by_norm

add, subtract, multiply, divide, sqrt = np.add, np.subtract, np.multiply, np.divide, np.sqrt


def _gradient_descent(theta, g, free, rate, t):
    multiply(g, rate, free)
    subtract(theta, free, theta)  # theta = theta - rate * g


def _momentum(theta, g, free, v, rate, t, mu):
    _decay_and_add(v, mu, g)  # v = mu * v + g
    multiply(v, rate, free)
    subtract(theta, free, theta)  # theta = theta - rate * v


def _nesterov(theta, g, free, v, rate, t, mu):
    _decay_and_add(v, mu, g)  # v = mu * v + g
    multiply(v, mu, free)
    add(free, g, free)
    multiply(free, rate, free)
    subtract(theta, free, theta)  # theta = theta - rate * (g + mu * v)


def _adagrad(theta, g, free, s, rate, t, eps):
    multiply(g, g, free)
    add(s, free, s)  # s = s + g**2
    _step_over_root(theta, g, free, s, rate, eps)  # theta = theta - rate * g / (np.sqrt(s) + eps)


def _rmsprop(theta, g, free, s, rate, t, rho, eps):
    multiply(g, g, free)
    multiply(free, 1 - rho, free)
    _decay_and_add(s, rho, free)  # s = rho * s + (1 - rho) * g**2
    _step_over_root(theta, g, free, s, rate, eps)  # theta = theta - rate * g / (np.sqrt(s) + eps)


def _adam(theta, g, free, m, v, rate, t, beta1, beta2, eps):
    multiply(g, 1 - beta1, free)
    _decay_and_add(m, beta1, free)  # m = beta1 * m + (1 - beta1) * g
    multiply(g, g, free)
    multiply(free, 1 - beta2, free)
    _decay_and_add(v, beta2, free)  # v = beta2 * v + (1 - beta2) * g**2
    root = math.sqrt(1 - beta2**t)  # m_hat / (sqrt(v_hat) + eps), with `root` multiplied above and below:
    _step_over_root(theta, m, free, v, rate * root / (1 - beta1**t), eps * root)


def _adamw(theta, g, free, m, v, rate, t, beta1, beta2, eps, weight_decay):
    multiply(theta, 1 - rate * weight_decay, theta)  # theta = theta - rate * weight_decay * theta
    _adam(theta, g, free, m, v, rate, t, beta1, beta2, eps)


def _decay_and_add(state, keep, value):
    multiply(state, keep, state)
    add(state, value, state)  # state = keep * state + value


def _step_over_root(theta, g, free, s, rate, eps):
    sqrt(s, free)
    add(free, eps, free)
    divide(g, free, free)
    multiply(free, rate, free)
    subtract(theta, free, theta)  # theta = theta - rate * g / (np.sqrt(s) + eps)


FAST = {
    "gradient_descent": _gradient_descent,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}


def fast_step(optimizer):
    """Return ``step(theta, g, free, *states, rate, t, *options)`` in place, for any `Optimizer`."""
    known = [name for name in OPTIMIZERS if OPTIMIZERS[name] == optimizer]
    return FAST[known[0]] if known else _in_place(optimizer)


def _in_place(optimizer):
    """Return the same for an optimizer that has no fast version: the new arrays are copied into the old."""

    def step(theta, g, free, *rest):
        *states, rate, t = rest
        counted = [t] if optimizer.counts_steps else []
        stepped = optimizer.step(theta, g, *states, *counted, rate)
        expect_stepped(optimizer, stepped, theta.shape)
        for old, new in zip((theta, *states), stepped, strict=True):
            old[...] = new

    return step


def expect_stepped(optimizer, stepped, shape):
    """Raise a ValueError unless an optimizer's step returned what it should: new arrays of real numbers.

    >>> from bpkit.reference.optimizers import Optimizer, sgd
    >>> expect_stepped(Optimizer(sgd), np.zeros(2), (2,))
    Traceback (most recent call last):
    ValueError: The step of the optimizer sgd should return a tuple of 1 arrays of real numbers, each shaped \
like theta: theta.
    """
    wanted = 1 + len(optimizer.states)
    if isinstance(stepped, tuple) and len(stepped) == wanted and all(_is_like(shape, new) for new in stepped):
        return
    raise ValueError(
        f"The step of the optimizer {name_of(optimizer.step)} should return a tuple of {wanted} arrays of "
        f"real numbers, each shaped like theta: {', '.join(('theta', *optimizer.states))}."
    )


def name_of(function):
    """Return what a function is called in a sentence and in a history.

    >>> name_of(math.sqrt)
    'sqrt'
    """
    return getattr(function, "__qualname__", type(function).__name__)


def _is_like(shape, array):
    return isinstance(array, np.ndarray) and array.shape == shape and array.dtype.kind in "iuf"


class Update:
    """What becomes of a network's gradient: the penalty is added, the length clipped, and a step taken.

    Parameters
    ----------
    net : Network
        Its `gradient` is used up, and its `theta` is changed.
    optimizer : Optimizer
    options : dict of {str: float}
        The optimizer's numbers, in the order of its arguments.
    l2 : float
        λ of the penalty on the weights; biases are left out.
    clip : float, optional
        The greatest length of the whole gradient.
    """

    def __init__(self, net, optimizer, options, l2=0.0, clip=None):
        self.states = {name: np.zeros_like(net.theta) for name in optimizer.states}
        self.t = 0
        self._theta, self._gradient, self._free = net.theta, net.gradient, np.zeros_like(net.theta)
        self._step, self._options = fast_step(optimizer), tuple(options.values())
        self._penalty, self._clip = _penalty(net, l2), clip

    def __call__(self, rate):
        """Take one step from what `net.gradient` holds."""
        theta, g, free = self._theta, self._gradient, self._free
        if self._penalty is not None:
            multiply(theta, self._penalty, free)
            add(g, free, g)  # dW = dW + l2 * W
        if self._clip is not None:
            self._clip_gradient(g)
        self.t += 1
        self._step(theta, g, free, *self.states.values(), rate, self.t, *self._options)

    def _clip_gradient(self, g):
        norm = math.sqrt(np.dot(g, g))
        if norm == math.inf:
            g[...] = clip_by_norm(g, self._clip)  # its squares overflow; the reference scales them first
        elif norm > self._clip:
            multiply(g, self._clip / norm, g)  # g = g * min(1, clip / norm)


def _penalty(net, l2):
    """Return λ for each weight and 0 for each bias, or None without a penalty."""
    if not l2:
        return None
    penalty = np.zeros_like(net.theta)
    W, _ = views(penalty, net.sizes)
    for l in W:
        W[l][...] = l2
    return penalty
