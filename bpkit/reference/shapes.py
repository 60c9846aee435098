"""What must hold before the equations make sense: arrays whose shapes fit, and numbers in range."""

import math
import numbers

import numpy as np

LARGEST_COUNT = 2**31
NO_NUMBERS = (bool, np.timedelta64)  # which Python and numpy count among the whole numbers
LONG = 10**20  # from here on a message says how long a whole number is, and not its digits
quiet = np.errstate(all="ignore")  # what is too large for its type is inf, and inf - inf is NaN: no warning


def expect_array(name, value, ndim=None):
    """Return `value` as floating-point numbers, or raise a TypeError or ValueError that names it.

    Integers become float64; floating-point and complex numbers stay as they are.

    >>> expect_array("z", np.array([1, 2]))
    array([1., 2.])
    >>> expect_array("z", [1, 2])
    Traceback (most recent call last):
    TypeError: z is a list, but should be a numpy array of numbers. Write np.array(z).
    """
    if not isinstance(value, (np.ndarray, numbers.Number)) or isinstance(value, bool):
        hint = f" Write np.array({name})." if isinstance(value, (list, tuple)) else ""
        raise TypeError(f"{name} is {_a(value)}, but should be a numpy array of numbers.{hint}")
    array = np.asarray(value)
    kind = array.dtype.kind
    if kind not in "iufc":
        hint = f" Write {name}.astype(float)." if kind == "b" else ""
        raise TypeError(f"{name} has dtype {array.dtype}, but should hold numbers.{hint}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} has shape {array.shape}, but should have {ndim} axes.")
    return array.astype(float) if kind in "iu" else array


def expect_filled(name, value, ndim=None):
    """Return `value` as `expect_array` does, or raise a ValueError if it holds nothing.

    >>> expect_filled("x", np.zeros((3, 0)), 2)
    Traceback (most recent call last):
    ValueError: x has shape (3, 0), but should hold at least one number.
    """
    array = expect_array(name, value, ndim)
    if not array.size:
        raise ValueError(f"{name} has shape {array.shape}, but should hold at least one number.")
    return array


def expect_shaped(name, value, shape):
    """Return `value` as `expect_array` does, or raise a ValueError if it has another shape.

    >>> expect_shaped("gamma", np.ones(3), (3, 1))
    Traceback (most recent call last):
    ValueError: gamma has shape (3,), but should have shape (3, 1).
    """
    array = expect_array(name, value)
    expect_shape(name, array, shape)
    return array


def expect_pair(**pair):
    """Return two named matrices as `expect_array` does, or raise unless they have the same shape.

    >>> o, y = expect_pair(o=np.zeros((1, 5)), y=np.zeros(5))
    Traceback (most recent call last):
    ValueError: y has shape (5,), but should have shape (1, 5).
    """
    (first, o), (second, y) = pair.items()
    o = expect_filled(first, o, 2)
    return o, expect_shaped(second, y, o.shape)


def expect_number(name, value, low=-np.inf, high=np.inf, closed=True):
    """Return `value` as a float between the bounds, which belong to the range if it is closed.

    >>> expect_number("learning_rate", -0.1, 0)
    Traceback (most recent call last):
    ValueError: learning_rate is -0.1, but should be a number of at least 0.
    """
    if not isinstance(value, (numbers.Real, np.floating)) or isinstance(value, NO_NUMBERS):
        raise TypeError(f"{name} is {_a(value)}, but should be a number.")
    number = _as_float(value)
    inside = low <= number <= high if closed else low < number < high
    if not inside or math.isinf(number):
        kind = "a finite number" if math.isinf(number) and math.isinf(high) else "a number"
        raise ValueError(f"{name} is {shown(value)}, but should be {kind}{_range(low, high, closed)}.")
    return number


def _as_float(value):
    try:
        return float(value)
    except OverflowError:  # an int beyond the largest float
        return math.inf


def expect_count(name, value, least=1, most=LARGEST_COUNT):
    """Return `value` as an int, or raise unless it is a whole number from `least` to `most`.

    >>> expect_count("batch_size", 0)
    Traceback (most recent call last):
    ValueError: batch_size is 0, but should be a whole number of at least 1.
    """
    if not isinstance(value, (int, np.integer)) or isinstance(value, NO_NUMBERS):
        raise TypeError(f"{name} is {_a(value)}, but should be a whole number.")
    if value < least:
        raise ValueError(f"{name} is {shown(value)}, but should be a whole number of at least {least}.")
    if value > most:
        raise ValueError(f"{name} is {shown(value)}, but should be a whole number of at most {most}.")
    return int(value)


def expect_switch(name, value):
    """Return `value` as a bool, or raise a TypeError unless it is True or False.

    >>> expect_switch("keepdims", "no")
    Traceback (most recent call last):
    TypeError: keepdims is 'no', but should be True or False.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {shown(value)}, but should be True or False.")
    return bool(value)


def shown(value):
    """Return how a message writes a value: in one line, and of a very long number its size.

    >>> shown(2.5), shown(-(10**400))
    ('2.5', 'about -10**400')
    """
    if isinstance(value, int) and abs(value) >= LONG:
        return f"about {'-' * (value < 0)}10**{round(value.bit_length() * math.log10(2))}"
    try:
        return f"{value!s:.60}" if isinstance(value, numbers.Number) else f"{value!r:.60}"
    except ValueError:  # Python writes no number of more than 4300 digits
        return _a(value)


def expect_function(name, value):
    """Return `value`, or raise a TypeError unless it can be called.

    >>> expect_function("f_prime", "tanh")
    Traceback (most recent call last):
    TypeError: f_prime is a str, but should be a function. Write derivative('tanh').
    """
    if not callable(value):
        hint = f" Write derivative({value!r})." if isinstance(value, str) else ""
        raise TypeError(f"{name} is {_a(value)}, but should be a function.{hint}")
    return value


def expect_rng(name, value):
    """Return `value`, or raise a TypeError unless it is a numpy.random.Generator.

    >>> expect_rng("rng", 3)
    Traceback (most recent call last):
    TypeError: rng is an int, but should be a numpy.random.Generator. Write np.random.default_rng(3).
    """
    if not isinstance(value, np.random.Generator):
        is_seed = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LONG
        hint = f" Write np.random.default_rng({value})." if is_seed else ""
        raise TypeError(f"{name} is {_a(value)}, but should be a numpy.random.Generator.{hint}")
    return value


def _a(value):
    kind = type(value).__name__
    return "None" if value is None else f"a{'n' * (kind[0] in 'aeiou')} {kind}"


def _range(low, high, closed):
    if np.isinf(low) and np.isinf(high):
        return ""
    if np.isinf(high):
        return f" of at least {low}" if closed else f" above {low}"
    return f" from {low} to {high}" if closed else f" between {low} and {high}, without these"


def expect_shape(name, array, shape):
    """Raise a ValueError unless `array` has that shape; None stands for any size.

    >>> expect_shape("b[1]", np.zeros(2), (2, 1))
    Traceback (most recent call last):
    ValueError: b[1] has shape (2,), but should have shape (2, 1).
    """
    got = np.shape(array)
    if got == shape:
        return
    wanted = [n if want is None else want for n, want in zip(got, shape, strict=False)]
    if len(got) != len(shape) or list(got) != wanted:
        wanted = ", ".join("m" if n is None else str(n) for n in shape) + "," * (len(shape) == 1)
        raise ValueError(f"{name} has shape {got}, but should have shape ({wanted}).")


def expect_layers(name, value, layers):
    """Return `value`, or raise unless it is a dict whose keys are these layers.

    >>> expect_layers("b", {0: np.zeros((1, 1))}, [1])
    Traceback (most recent call last):
    ValueError: b has the keys [0], but should have [1].
    """
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {_a(value)}, but should be a dict keyed by the layers' numbers.")
    if value.keys() != set(layers) or not value:
        raise ValueError(f"{name} has the keys {list(value)}, but should have {list(layers) or '1 to L'}.")
    return value


def expect_weights(W):
    """Return the weights of layers 1 to L as `expect_array` does, or raise unless their shapes chain.

    >>> expect_weights({1: np.zeros((2, 3)), 2: np.zeros((1, 3))})
    Traceback (most recent call last):
    ValueError: W[2] has shape (1, 3), but should have shape (1, 2).
    """
    layers = range(1, len(W) + 1) if isinstance(W, dict) else ()
    expect_layers("W", W, layers)
    W = {l: expect_filled(f"W[{l}]", W[l], 2) for l in layers}
    for l in layers[1:]:
        expect_shape(f"W[{l}]", W[l], (len(W[l]), len(W[l - 1])))
    return W


def check_shapes(W, b, x, f):
    """Return `W`, `b` and `x` as `expect_array` does, or raise unless they and `f` describe one network.

    >>> check_shapes({1: np.zeros((2, 3))}, {1: np.zeros((2, 1))}, np.zeros((4, 5)), {1: "relu"})
    Traceback (most recent call last):
    ValueError: x has shape (4, 5), but should have shape (3, m).
    """
    W = expect_weights(W)
    expect_layers("b", b, W)
    expect_layers("f", f, W)
    x = expect_filled("x", x)
    expect_shape("x", x, (W[1].shape[1], None))
    return W, {l: expect_shaped(f"b[{l}]", b[l], (len(W[l]), 1)) for l in W}, x


def check_pass(W, z, a, f):
    """Return `W`, `z` and `a` as `expect_array` does, or raise unless z and a fit the network's layers.

    >>> check_pass({1: np.zeros((2, 3))}, {1: np.zeros((2, 5))}, {1: np.zeros((2, 5))}, {1: "relu"})
    Traceback (most recent call last):
    ValueError: a has the keys [1], but should have [0, 1].
    """
    W = expect_weights(W)
    expect_layers("z", z, W)
    expect_layers("f", f, W)
    x = expect_filled("a[0]", expect_layers("a", a, [0, *W])[0])
    expect_shape("a[0]", x, (W[1].shape[1], None))
    m = x.shape[1]
    z = {l: expect_shaped(f"z[{l}]", z[l], (len(W[l]), m)) for l in W}
    return W, z, {0: x, **{l: expect_shaped(f"a[{l}]", a[l], (len(W[l]), m)) for l in W}}
