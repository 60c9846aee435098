"""What is done with a gradient: one step of each optimizer, returned as new arrays."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .shapes import expect_count, expect_filled, expect_layers, expect_number, expect_shaped, quiet


@quiet
def sgd(theta, g, learning_rate):
    r"""Step against the gradient: gradient descent on one array.

    Parameters
    ----------
    theta, g : ndarray
        Parameters and their gradient, of the same shape.
    learning_rate : float

    Returns
    -------
    tuple of one ndarray
        :math:`\theta - \eta g`; the other optimizers return their states after it.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number, the shapes differ, or the rate is negative.

    References
    ----------
    Equation eq-update in the chapter *The recursion*.

    Examples
    --------
    >>> sgd(np.array([1.0, 2.0]), np.array([4.0, 0.0]), 0.5)
    (array([-1.,  2.]),)
    """
    theta, g = _alike(theta, g=g)
    eta = expect_number("learning_rate", learning_rate, 0)
    return (theta - eta * g,)  # eq-update


@quiet
def gradient_descent(theta, gradient, learning_rate):
    r"""Step against the gradient.

    Parameters
    ----------
    theta, gradient : dict of {int: ndarray}
        Parameters of layers ``1..L`` and their gradients, of the same shapes.
    learning_rate : float

    Returns
    -------
    dict of {int: ndarray}
        :math:`\theta - \eta\,\partial\mathcal L/\partial\theta`, new arrays.

    Raises
    ------
    TypeError, ValueError
        If `theta` or `gradient` is no dict of arrays, their layers or shapes differ, or the rate is negative.

    References
    ----------
    Equation eq-update in the chapter *The recursion*.

    Examples
    --------
    >>> gradient_descent({1: np.array([[1.0]])}, {1: np.array([[4.0]])}, 0.5)
    {1: array([[-1.]])}
    """
    theta, gradient = _layers("theta", theta), _layers("gradient", gradient)
    shapes = [{l: p[l].shape for l in p} for p in (theta, gradient)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"gradient has the shapes {shapes[1]}, but should have {shapes[0]}.")
    eta = expect_number("learning_rate", learning_rate, 0)
    return {l: theta[l] - eta * gradient[l] for l in theta}  # eq-update


@quiet
def momentum(theta, g, v, learning_rate, mu=0.9):
    r"""Step along a velocity that remembers past gradients (Polyak 1964).

    Parameters
    ----------
    theta, g, v : ndarray
        Parameters, their gradient and the velocity, of the same shape; the velocity starts at zero.
    learning_rate : float
    mu : float
        Share of the velocity that stays, from 0 to 1.

    Returns
    -------
    theta, v : ndarray
        :math:`v \leftarrow \mu v + g`, then :math:`\theta \leftarrow \theta - \eta v`.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number, the shapes differ, or a number is out of its range.

    References
    ----------
    Equation eq-momentum in the chapter *From momentum to Adam*.

    Examples
    --------
    >>> momentum(np.array([1.0]), np.array([4.0]), np.array([2.0]), 0.5, mu=0.5)
    (array([-1.5]), array([5.]))
    """
    theta, g, v = _alike(theta, g=g, v=v)
    eta, mu = expect_number("learning_rate", learning_rate, 0), expect_number("mu", mu, 0, 1)
    v = mu * v + g
    return theta - eta * v, v  # eq-momentum


@quiet
def nesterov(theta, g, v, learning_rate, mu=0.9):
    r"""Step along the velocity that the next step would have (Nesterov 1983).

    This is the form that needs the gradient at `theta` alone. With :math:`\theta = \varphi - \eta\mu v` it is
    the form that looks ahead from :math:`\varphi`, equation eq-nesterov-look-ahead.

    Parameters
    ----------
    theta, g, v, learning_rate, mu
        As `momentum`.

    Returns
    -------
    theta, v : ndarray
        :math:`v \leftarrow \mu v + g`, then :math:`\theta \leftarrow \theta - \eta (g + \mu v)`.

    Raises
    ------
    TypeError, ValueError
        As `momentum`.

    References
    ----------
    Equations eq-nesterov and eq-nesterov-look-ahead in the chapter *From momentum to Adam*;
    Sutskever et al. (2013).

    Examples
    --------
    >>> nesterov(np.array([1.0]), np.array([4.0]), np.array([2.0]), 0.5, mu=0.5)
    (array([-2.25]), array([5.]))
    """
    theta, g, v = _alike(theta, g=g, v=v)
    eta, mu = expect_number("learning_rate", learning_rate, 0), expect_number("mu", mu, 0, 1)
    v = mu * v + g
    return theta - eta * (g + mu * v), v  # eq-nesterov


@quiet
def adagrad(theta, g, s, learning_rate, eps=1e-8):
    r"""Step with a rate of its own for each entry, which falls with all past gradients (Duchi et al. 2011).

    Parameters
    ----------
    theta, g, s : ndarray
        Parameters, their gradient and the sum of its squares, of the same shape; the sum starts at zero.
    learning_rate : float
    eps : float
        Above 0; it is added outside the root.

    Returns
    -------
    theta, s : ndarray
        :math:`s \leftarrow s + g^2`, then :math:`\theta \leftarrow \theta - \eta g / (\sqrt s + \epsilon)`.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number, the shapes differ, or a number is out of its range.

    References
    ----------
    Equation eq-adagrad in the chapter *From momentum to Adam*.

    Examples
    --------
    >>> theta, s = adagrad(np.array([1.0]), np.array([3.0]), np.array([16.0]), 0.5)
    >>> theta.round(6), s
    (array([0.7]), array([25.]))
    """
    theta, g, s = _alike(theta, g=g, s=s)
    _expect_squares("s", s)
    eta, eps = expect_number("learning_rate", learning_rate, 0), _expect_eps(eps)
    s = s + g**2
    return theta - eta * g / (np.sqrt(s) + eps), s  # eq-adagrad


@quiet
def rmsprop(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    r"""Step with a rate of its own for each entry, from a mean of recent squares (Tieleman and Hinton 2012).

    Parameters
    ----------
    theta, g, s : ndarray
        Parameters, their gradient and the mean of its squares, of the same shape; the mean starts at zero.
    learning_rate : float
    rho : float
        Share of the mean that stays, from 0 to below 1.
    eps : float
        Above 0; it is added outside the root.

    Returns
    -------
    theta, s : ndarray
        :math:`s \leftarrow \rho s + (1 - \rho) g^2`, then
        :math:`\theta \leftarrow \theta - \eta g / (\sqrt s + \epsilon)`.

    Raises
    ------
    TypeError, ValueError
        As `adagrad`.

    References
    ----------
    Equation eq-rmsprop in the chapter *From momentum to Adam*.

    Examples
    --------
    >>> theta, s = rmsprop(np.array([1.0]), np.array([3.0]), np.array([7.0]), 0.3, rho=0.0)
    >>> theta.round(6), s
    (array([0.7]), array([9.]))
    """
    theta, g, s = _alike(theta, g=g, s=s)
    _expect_squares("s", s)
    eta, eps = expect_number("learning_rate", learning_rate, 0), _expect_eps(eps)
    rho = _expect_share("rho", rho)
    s = rho * s + (1 - rho) * g**2
    return theta - eta * g / (np.sqrt(s) + eps), s  # eq-rmsprop


@quiet
def adam(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    r"""Step along the mean gradient, each entry divided by its root mean square (Kingma and Ba 2015).

    Parameters
    ----------
    theta, g, m, v : ndarray
        Parameters, their gradient, and the means of it and of its squares, of the same shape;
        the means start at zero.
    t : int
        Number of this step, from 1.
    learning_rate : float
    beta1, beta2 : float
        Shares of the means that stay, from 0 to below 1.
    eps : float
        Above 0; it is added outside the root, after the correction.

    Returns
    -------
    theta, m, v : ndarray

    Raises
    ------
    TypeError, ValueError
        If an argument is no number, the shapes differ, or a number is out of its range.

    References
    ----------
    Equations eq-adam-means, eq-adam-correction and eq-adam in the chapter *From momentum to Adam*.

    Examples
    --------
    >>> theta, m, v = adam(np.array([1.0]), np.array([50.0]), np.zeros(1), np.zeros(1), t=1)
    >>> theta.round(6)
    array([0.999])
    """
    theta, g, m, v = _alike(theta, g=g, m=m, v=v)
    _expect_squares("v", v)
    eta, eps = expect_number("learning_rate", learning_rate, 0), _expect_eps(eps)
    beta1, beta2 = _expect_share("beta1", beta1), _expect_share("beta2", beta2)
    t = expect_count("t", t)
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2  # eq-adam-means
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)  # eq-adam-correction
    return theta - eta * m_hat / (np.sqrt(v_hat) + eps), m, v  # eq-adam


@quiet
def adamw(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    r"""Step as `adam` does and shrink the parameters apart from it (Loshchilov and Hutter 2019).

    Parameters
    ----------
    theta, g, m, v, t, learning_rate, beta1, beta2, eps
        As `adam`.
    weight_decay : float
        At least 0; it is multiplied by the learning rate.

    Returns
    -------
    theta, m, v : ndarray

    Raises
    ------
    TypeError, ValueError
        As `adam`.

    References
    ----------
    Equation eq-adamw in the chapter *From momentum to Adam*.

    Examples
    --------
    >>> adamw(np.array([1.0]), np.zeros(1), np.zeros(1), np.zeros(1), 1, 0.1, weight_decay=0.5)[0]
    array([0.95])
    """
    decay = expect_number("weight_decay", weight_decay, 0)
    stepped, m, v = adam(theta, g, m, v, t, learning_rate, beta1, beta2, eps)
    return stepped - float(learning_rate) * decay * theta, m, v  # eq-adamw


class Optimizer(NamedTuple):
    """An optimizer as a training loop uses it: ``theta, *states = step(theta, g, *states, learning_rate)``.

    Parameters
    ----------
    step : callable
        One step, such as `adam`.
    states : tuple of str
        Names of the arrays that it keeps, all of them zero at first.
    counts_steps : bool
        Whether the number of the step, from 1, stands before the learning rate.
    """

    step: Callable
    states: tuple = ()
    counts_steps: bool = False


OPTIMIZERS = {
    "gradient_descent": Optimizer(sgd),
    "momentum": Optimizer(momentum, ("v",)),
    "nesterov": Optimizer(nesterov, ("v",)),
    "adagrad": Optimizer(adagrad, ("s",)),
    "rmsprop": Optimizer(rmsprop, ("s",)),
    "adam": Optimizer(adam, ("m", "v"), counts_steps=True),
    "adamw": Optimizer(adamw, ("m", "v"), counts_steps=True),
}


def _alike(theta, **others):
    """Return all arguments as floating-point arrays, or raise unless they have the shape of `theta`."""
    theta = expect_filled("theta", theta)
    return theta, *(expect_shaped(name, other, theta.shape) for name, other in others.items())


def _layers(name, arrays):
    """Return a dict of floating-point arrays, or raise unless `arrays` is one of one array or more."""
    return {l: expect_filled(f"{name}[{l}]", p) for l, p in expect_layers(name, arrays, arrays).items()}


def _expect_eps(eps):
    return expect_number("eps", eps, 0, closed=False)


def _expect_share(name, share):
    if expect_number(name, share, 0, 1) == 1:
        raise ValueError(f"{name} is 1, but should be below 1: the mean would never change.")
    return float(share)


def _expect_squares(name, s):
    """Raise a ValueError if `s`, a sum or a mean of squares, holds a negative number; NaN passes."""
    if (s.real < 0).any():
        negative = s.real[s.real < 0][0]
        raise ValueError(
            f"{name} holds {negative}, but should hold no negative number: it is made of squares."
        )
