"""f and f′ by name: the activation functions of the course, all functions of z."""

import difflib

import numpy as np

from .shapes import expect_filled, quiet, shown

LEAK = 0.01  # the slope of leaky relu where z < 0


def identity(z):
    """Return z itself, as a new array.

    >>> identity(np.array([[-1.0, 2.0]]))
    array([[-1.,  2.]])
    """
    return +expect_filled("z", z)


def identity_prime(z):
    """Return 1 for every entry of z.

    >>> identity_prime(np.array([[-1.0, 2.0]]))
    array([[1., 1.]])
    """
    return np.ones_like(expect_filled("z", z))


@quiet
def sigmoid(z):
    """Return 1 / (1 + e^(-z)) without overflow, like `z` (eq-sigmoid).

    >>> sigmoid(np.array([[-1e4, 0.0, 1e4]]))
    array([[0. , 0.5, 1. ]])
    """
    z = expect_filled("z", z)
    e = _decay(z)
    return np.where(z.real < 0, e, 1) / (1 + e)


@quiet
def sigmoid_prime(z):
    """Return σ(z)(1 - σ(z)), a function of z and not of a (eq-sigmoid-prime).

    >>> sigmoid_prime(np.array([[0.0]]))
    array([[0.25]])
    """
    e = _decay(expect_filled("z", z))
    return e / (1 + e) ** 2  # the same for z and -z; 1 - σ(z) would lose its digits where σ(z) is near 1


def _decay(z):
    """Return e^(-|z|), which never overflows."""
    return np.exp(np.where(z.real < 0, z, -z))


@quiet
def tanh(z):
    """Return (e^z - e^(-z)) / (e^z + e^(-z)), like `z` (eq-tanh).

    >>> tanh(np.array([[0.0]]))
    array([[0.]])
    """
    return np.tanh(expect_filled("z", z))


@quiet
def tanh_prime(z):
    """Return 1 - tanh(z)² in the form 4 e^(-2|z|) / (1 + e^(-2|z|))² (eq-tanh-prime).

    >>> tanh_prime(np.array([[0.0]]))
    array([[1.]])
    """
    return 4 * sigmoid_prime(2 * expect_filled("z", z))  # 1 - tanh(z)² would lose its digits near 1


def relu(z):
    """Return max(0, z); NaN stays NaN (eq-relu).

    >>> relu(np.array([[-1.0, 0.0, 2.0]]))
    array([[0., 0., 2.]])
    """
    z = expect_filled("z", z)
    return np.where(z.real < 0, 0, z)


def relu_prime(z):
    """Return 1 where z > 0 and else 0: the value at the kink is a choice, ours is 0 (eq-relu-prime).

    >>> relu_prime(np.array([[-1.0, 0.0, 2.0]]))
    array([[0., 0., 1.]])
    """
    return np.heaviside(expect_filled("z", z).real, 0)


@quiet
def leaky_relu(z):
    """Return z where z > 0 and else 0.01 z; NaN stays NaN (eq-leaky-relu).

    >>> leaky_relu(np.array([[-1.0, 0.0, 2.0]]))
    array([[-0.01,  0.  ,  2.  ]])
    """
    z = expect_filled("z", z)
    return np.where(z.real < 0, LEAK * z, z)


def leaky_relu_prime(z):
    """Return 1 where z > 0 and else 0.01, which at the kink is a choice (eq-leaky-relu-prime).

    >>> leaky_relu_prime(np.array([[-1.0, 0.0, 2.0]]))
    array([[0.01, 0.01, 1.  ]])
    """
    return np.maximum(relu_prime(z), LEAK)


@quiet
def softplus(z):
    """Return ln(1 + e^z) without overflow, like `z` (eq-softplus).

    >>> softplus(np.array([[-1e4, 0.0, 1e4]])).tolist()
    [[0.0, 0.6931471805599453, 10000.0]]
    """
    z = expect_filled("z", z)
    return relu(z) + np.log1p(_decay(z))  # ln(1 + e^z) = z + ln(1 + e^(-z))


def softplus_prime(z):
    """Return σ(z), the slope of softplus (eq-softplus-prime).

    >>> softplus_prime(np.array([[0.0]]))
    array([[0.5]])
    """
    return sigmoid(z)


@quiet
def softmax(z):
    """Return e^z divided by its column sums, shape (K, m): each column sums to 1 (eq-softmax).

    >>> softmax(np.array([[0.0], [0.0]]))
    array([[0.5],
           [0.5]])
    """
    z = expect_filled("z", z)
    if not z.ndim:
        raise ValueError("z is one number, but softmax needs a column: give it the shape (K, m).")
    e = np.exp(z - z.real.max(axis=0, keepdims=True))  # softmax(z + c) = softmax(z)
    return e / e.sum(axis=0, keepdims=True)


def _softmax_prime(z):
    raise ValueError(
        "softmax has no elementwise derivative: each output depends on every z of its column. "
        "Use the Jacobian (eq-softmax-jacobian), or output_delta for a softmax output layer."
    )


ACTIVATIONS = {
    "identity": (identity, identity_prime),
    "sigmoid": (sigmoid, sigmoid_prime),
    "tanh": (tanh, tanh_prime),
    "relu": (relu, relu_prime),
    "leaky_relu": (leaky_relu, leaky_relu_prime),
    "softplus": (softplus, softplus_prime),
    "softmax": (softmax, _softmax_prime),
}


def look_up(table, name, kind):
    """Return ``table[name]``, or raise a ValueError that lists the names and the nearest one.

    >>> look_up({"tanh": 1}, "tahn", "activation")
    Traceback (most recent call last):
    ValueError: There is no activation named 'tahn'. Did you mean 'tanh'? The names are: tanh.
    """
    if isinstance(name, str) and name in table:
        return table[name]
    near = difflib.get_close_matches(name, table, n=1) if isinstance(name, str) else ()
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"There is no {kind} named {shown(name)}.{hint} The names are: {', '.join(table)}.")


def activation(name):
    """Return the activation function `name`, a function of z (eq-activation).

    Parameters
    ----------
    name : str
        One of the keys of ``ACTIVATIONS``.

    Returns
    -------
    callable
        Takes z of shape (n, m) and returns a of the same shape.
        It raises a TypeError or ValueError where z does not hold numbers.

    Raises
    ------
    ValueError
        If there is no activation of that name.

    References
    ----------
    Equation eq-activation in the chapter *Forward pass*.

    Examples
    --------
    >>> activation("tanh")(np.zeros((1, 1)))
    array([[0.]])
    """
    return look_up(ACTIVATIONS, name, "activation")[0]


def derivative(name):
    """Return the derivative of the activation function `name`: a function of z, never of a.

    Parameters
    ----------
    name : str
        One of the keys of ``ACTIVATIONS``.

    Returns
    -------
    callable
        Takes z of shape (n, m) and returns f′(z) of the same shape.
        For softmax it raises a ValueError when called, for softmax is not elementwise.

    Raises
    ------
    ValueError
        If there is no activation of that name.

    References
    ----------
    Equation eq-delta-hidden in the chapter *The recursion*.

    Examples
    --------
    >>> derivative("sigmoid")(np.zeros((1, 1)))
    array([[0.25]])
    """
    return look_up(ACTIVATIONS, name, "activation")[1]
