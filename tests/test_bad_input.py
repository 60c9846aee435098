"""Whatever is thrown at a public function: a right result or a sentence of ours, and never a warning."""

import math
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from strategies import CANONICAL, CENTRAL, ELEMENTWISE, EXACT, PAIRS, SINGLE, arrays, networks

import bpkit

PACKAGE = Path(bpkit.__file__).parent
EXAMPLES = 250  # trials of each public name


class Row(NamedTuple):
    """How one public name is tried: with which right arguments, and what is due for them by plain means."""

    right: st.SearchStrategy  # tuples of arguments
    due: Callable  # takes the same arguments
    call: Callable  # the public function, or what calls the function that it returns
    close: dict | None = EXACT  # None: the values are random, and only their shapes are due
    keeps_type: bool = True  # float32 in, float32 out


# What is due, by plain means: the formulas without care for extremes, sums by einsum, slopes by complex step.

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: np.sinh(z) / np.cosh(z),
    "relu": lambda z: np.where(np.real(z) > 0, z, 0 * z),
    "leaky_relu": lambda z: np.where(np.real(z) > 0, z, 0.01 * z),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=0),
}
LOSSES = {
    "half_squared_error": lambda o, y: ((o - y) ** 2).sum(axis=0) / 2,
    "mean_squared_error": lambda o, y: ((o - y) ** 2).sum(axis=0) / len(o),
    "binary_cross_entropy": lambda o, y: -(y * np.log(o) + (1 - y) * np.log(1 - o)).sum(axis=0),
    "cross_entropy": lambda o, y: -(y * np.log(o)).sum(axis=0),
}


def forward_due(W, b, x, f):
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = np.einsum("jk,ki->ji", W[l], a[l - 1]) + b[l].reshape(len(W[l]), 1)
        a[l] = ACTIVATIONS[f[l]](z[l])
    return z, a


def losses_due(z, y, f, loss):
    return LOSSES[loss](ACTIVATIONS[f](z), y.reshape(z.shape))


def output_due(z, y, f, loss):
    return by_entry(lambda step: losses_due(z + 1e-30j * step, y, f, loss).sum().imag / 1e-30, z)


def hidden_due(W_next, delta_next, z, f_prime):
    return np.einsum("kj,ki->ji", W_next, delta_next) * f_prime(z).reshape(z.shape)


def slope_due(name, z):
    return np.imag(ACTIVATIONS[name](z + 1e-30j)) / 1e-30


def gradients_due(delta, a_prev):
    m = delta.shape[1]
    return np.einsum("ji,ki->jk", delta, a_prev) / m, np.einsum("ji->j", delta).reshape(-1, 1) / m


def backward_due(W, z, a, y, f, loss):
    L = len(W)
    delta = {L: output_due(z[L], y, f[L], loss)}
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_due(W[l + 1], delta[l + 1], z[l], lambda z: slope_due(f[l], z))
    pairs = {l: gradients_due(delta[l], a[l - 1]) for l in W}
    return {l: pairs[l][0] for l in W}, {l: pairs[l][1] for l in W}, delta


def loss_and_gradients_due(W, b, x, y, f, loss):
    z, a = forward_due(W, b, x, f)
    L = len(W)
    return losses_due(z[L], y, f[L], loss).sum() / x.shape[1], *backward_due(W, z, a, y, f, loss)[:2]


def by_entry(quotient, x):
    """Apply `quotient` to the unit step of each entry, and put the entries of x last."""
    columns = {
        i: np.asarray(quotient(1.0 * (np.arange(x.size).reshape(x.shape) == i))) for i in range(x.size)
    }
    return np.stack(list(columns.values()), axis=-1).reshape(columns[0].shape + x.shape)


def difference_due(f, x, h):
    x = np.asarray(x)
    return by_entry(lambda step: (1.0 * f(x + h * step) - 1.0 * f(x - h * step)) / (2 * h), x)


def complex_due(f, x, h):
    x = np.asarray(x)
    return by_entry(lambda step: np.imag(f(x + 1j * h * step)) / h, x)


def numerical_due(loss_fn, W, b):
    return (
        {l: difference_due(lambda w: loss_fn({**W, l: w}, b), W[l], 1e-5) for l in W},
        {l: difference_due(lambda v: loss_fn(W, {**b, l: v}), b[l], 1e-5) for l in b},
    )


def norm_due(a):
    return math.hypot(*np.abs(np.ravel(a)))


def relative_error_due(a, b):
    size = norm_due(a) + norm_due(b)
    return norm_due(a - b) / size if size else 0.0


def initialize_due(sizes, *settings):
    layers = range(1, len(sizes))
    return (
        {l: np.zeros((sizes[l], sizes[l - 1])) for l in layers},
        {l: np.zeros((sizes[l], 1)) for l in layers},
    )


# What is right, and how it is spoiled.

NAMES = st.sampled_from([*ELEMENTWISE, "softmax"])
NETWORKS = networks()
TWO_ARRAYS = arrays(bound=5.0).map(lambda a: (a, np.flip(a) + 1))
ZOO = (
    *(None, True, 0, -1, 3, 2.5, np.nan, np.inf, 1e300, 10**400, "tanh", "", b"tanh", object(), range(3)),
    *(
        [],
        [1.0],
        (),
        (np.ones((2, 2)),),
        {},
        {1: np.ones((2, 2))},
        {0: None},
        {"W": 1},
        set(),
        np.bool_(True),
    ),
    *(np.zeros(0), np.zeros((2, 0)), np.ones(3), np.ones((2, 3)), np.ones((1, 2, 2)), np.array(1e300)),
    *(np.array(None), np.array(["a"]), np.array([[True]]), np.full((2, 3), np.nan), np.array([[1, 2]])),
    *(np.array(["2020-01-01"], "datetime64[D]"), np.array([[1j]]), np.random.RandomState(0)),
    *(lambda *given: None, lambda *given: "0.5", lambda *given: [0.5], lambda *given: np.ones(2)),
)
ARRAYS_SPOILED = (
    *(
        np.transpose,
        np.ravel,
        np.ndarray.tolist,
        lambda a: a[..., :0],
        lambda a: a[None],
        lambda a: a[..., 0],
    ),
    *(lambda a: np.concatenate([a, a]), lambda a: a * np.nan, lambda a: a * 1e300, lambda a: 0 * a),
    *(lambda a, t=t: a.astype(t) for t in (int, bool, object, str, complex, np.float32)),
)
DICTS_SPOILED = (
    *(
        lambda d: dict(list(d.items())[1:]),
        lambda d: {l + 1: d[l] for l in d},
        lambda d: {**d, 99: d[max(d)]},
    ),
    *(lambda d: {str(l): d[l] for l in d}, lambda d: list(d.values()), lambda d: {**d, 1.5: None}),
)
TEXTS_SPOILED = (str.upper, str.encode, lambda s: s[:-1], lambda s: s + "s", list)
NUMBERS_SPOILED = (lambda v: -v, lambda v: 0 * v, lambda v: v * np.inf, lambda v: v * np.nan, str, np.array)
SPOILED = (
    (np.ndarray, ARRAYS_SPOILED),
    (dict, DICTS_SPOILED),
    (str, TEXTS_SPOILED),
    (float, NUMBERS_SPOILED),
)


@st.composite
def spoiled(draw, value):
    """Draw something else in the place of a value: a strange thing, or the value with something wrong."""
    ways = next((ways for kind, ways in SPOILED if isinstance(value, kind)), ())
    if isinstance(value, dict) and draw(st.booleans()):
        l = draw(st.sampled_from(sorted(value)))
        return {**value, l: draw(spoiled(value[l]))}
    if not ways or draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(ZOO))
    with np.errstate(all="ignore"):
        return draw(st.sampled_from(ways))(value)


@st.composite
def trials(draw, right):
    """Draw arguments, and whether they are right: none, one or two of them are spoiled."""
    arguments = as_type(draw(right), draw(st.sampled_from([float, float, np.float32])))
    places = draw(st.sets(st.integers(0, len(arguments) - 1), max_size=2))
    return tuple(draw(spoiled(v)) if i in places else v for i, v in enumerate(arguments)), not places


def as_type(value, dtype):
    """Return arguments with every array of that type."""
    if isinstance(value, np.ndarray):
        return value.astype(dtype)
    if isinstance(value, dict):
        return {l: as_type(value[l], dtype) for l in value}
    return tuple(as_type(v, dtype) for v in value) if isinstance(value, tuple) else value


def number_types(value):
    """Return the types of all arrays in some arguments; integers count as what they become."""
    if isinstance(value, np.ndarray):
        return {np.dtype(float) if value.dtype.kind in "iu" else value.dtype}
    if isinstance(value, (dict, tuple)):
        return set().union(*(number_types(v) for v in (value.values() if isinstance(value, dict) else value)))
    return set()


def size_of(value):
    """Return the largest absolute value of all numbers in some arguments; NaN is larger than any."""
    if isinstance(value, (dict, tuple)):
        return max((size_of(v) for v in (value.values() if isinstance(value, dict) else value)), default=0)
    plain = isinstance(value, (np.ndarray, float, int)) and np.asarray(value).dtype.kind in "iufc"
    return np.nan_to_num(np.abs(np.asarray(value, complex)), nan=np.inf).max(initial=0) if plain else 0


# The judge.


def judge(row, arguments, right):
    """Call, and return "answered" or "refused"; raise where the answer is neither right nor a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = row.call(*arguments)
    except (TypeError, ValueError) as error:
        assert not right, f"Right arguments are refused: {error}"
        assert_is_a_sentence_of_ours(error)
        return "refused"
    types = number_types(arguments)
    if not any(t.kind == "c" for t in types):  # complex numbers may pass, for the complex step
        with np.errstate(all="ignore"):
            due = row.due(*arguments)
        coarse = SINGLE if types & {np.dtype("f4")} else row.close
        assert_agrees(found, due, coarse if row.close and size_of(arguments) < 20 else None)
        assert not row.keeps_type or len(types) != 1 or number_types(found) <= types
    return "answered"


def assert_is_a_sentence_of_ours(error):
    place = traceback.extract_tb(error.__traceback__)[-1]
    assert Path(place.filename).is_relative_to(PACKAGE), f"{place.filename} says: {error}"
    assert place.line.startswith("raise "), f"{place.line} says: {error}"
    assert str(error).endswith((".", "?")) and " " in str(error), f"This is no sentence: {error}"
    assert "could not be broadcast" not in str(error)


def assert_agrees(found, due, close):
    """Assert the structure and shapes that are due, and the values too unless `close` is None."""
    if isinstance(due, dict):
        assert set(found) == set(due)
        for l in due:
            assert_agrees(found[l], due[l], close)
    elif isinstance(due, tuple):
        for one, other in zip(found, due, strict=True):
            assert_agrees(one, other, close)
    else:
        assert np.shape(found) == np.shape(due)
        if close is not None:
            assert_allclose(found, due, **close)


# The table: a public callable that is missing here fails the test below.

SIZES = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple)
GENERATORS = st.integers(0, 99).map(np.random.default_rng)
TYPES = st.sampled_from([np.float64, np.float32])


def parts(*names):
    """Draw a network and return these of its parts."""
    return NETWORKS.map(lambda net: tuple(getattr(net, name) for name in names))


def parameters(net):
    return net.W, net.b


def output_layer(net):
    z, L = forward_due(net.W, net.b, net.x, net.f)[0], len(net.W)
    return z[L], net.y, net.f[L], net.loss


@np.errstate(all="ignore")  # the warnings of a function that is given belong to whoever gives it
def cube(x):
    return x**3 - x


@np.errstate(all="ignore")
def length(x):
    return np.sum(x * x)


@np.errstate(all="ignore")
def squares(W, b):
    """Return a loss of given parameters whose gradients are simple."""
    return sum((np.asarray(p[l]) ** 2).sum() for p in (W, b) for l in p)


ROWS = {
    "Network": Row(
        st.tuples(SIZES, st.sampled_from(PAIRS), TYPES, GENERATORS).map(
            lambda t: (t[0], "tanh", *t[1], *t[2:])
        ),
        initialize_due,
        lambda *settings: parameters(bpkit.Network(*settings)),
        close=None,
        keeps_type=False,
    ),
    "activation": Row(
        st.tuples(NAMES, arrays(bound=5.0)),
        lambda name, z: ACTIVATIONS[name](np.asarray(z)),
        lambda name, z: bpkit.activation(name)(z),
    ),
    "backward": Row(
        NETWORKS.map(lambda n: (n.W, *forward_due(n.W, n.b, n.x, n.f), n.y, n.f, n.loss)),
        backward_due,
        bpkit.backward,
    ),
    "batch_loss": Row(
        arrays(bound=5.0).map(lambda a: (a.ravel(),)),
        lambda losses: sum(losses) / len(losses),
        bpkit.batch_loss,
    ),
    "central_difference": Row(
        st.tuples(st.sampled_from([cube, length]), arrays(bound=2.0), st.floats(1e-6, 1e-4)),
        difference_due,
        bpkit.central_difference,
        CENTRAL,
        keeps_type=False,
    ),
    "complex_step": Row(
        st.tuples(st.sampled_from([cube, length]), arrays(bound=2.0), st.floats(1e-30, 1e-20)),
        complex_due,
        bpkit.complex_step,
        keeps_type=False,
    ),
    "delta_is_o_minus_y": Row(
        st.sampled_from(PAIRS), lambda f, loss: (f, loss) in CANONICAL, bpkit.delta_is_o_minus_y
    ),
    "derivative": Row(
        st.tuples(st.sampled_from(ELEMENTWISE), arrays(bound=5.0)),
        slope_due,
        lambda name, z: bpkit.derivative(name)(z),
    ),
    "forward": Row(parts("W", "b", "x", "f"), forward_due, bpkit.forward),
    "gradient_descent": Row(
        st.tuples(TWO_ARRAYS, st.floats(1e-3, 1)).map(lambda t: ({1: t[0][0]}, {1: t[0][1]}, t[1])),
        lambda theta, g, rate: {l: theta[l] - rate * np.reshape(g[l], np.shape(theta[l])) for l in theta},
        bpkit.gradient_descent,
    ),
    "hidden_delta": Row(
        NETWORKS.map(lambda n: (n.W[1], n.W[1] @ n.x, n.x, np.cos)), hidden_due, bpkit.hidden_delta
    ),
    "initialize": Row(
        st.tuples(SIZES, st.sampled_from(["zeros", "uniform01", "xavier", "he"]), GENERATORS, TYPES),
        initialize_due,
        bpkit.initialize,
        close=None,
        keeps_type=False,
    ),
    "layer_gradients": Row(NETWORKS.map(lambda n: (n.W[1] @ n.x, n.x)), gradients_due, bpkit.layer_gradients),
    "loss_and_gradients": Row(
        parts("W", "b", "x", "y", "f", "loss"), loss_and_gradients_due, bpkit.loss_and_gradients
    ),
    "numerical_gradients": Row(
        NETWORKS.map(lambda n: (squares, n.W, n.b)),
        numerical_due,
        bpkit.numerical_gradients,
        CENTRAL,
        keeps_type=False,
    ),
    "output_delta": Row(NETWORKS.map(output_layer), output_due, bpkit.output_delta),
    "relative_error": Row(TWO_ARRAYS, relative_error_due, bpkit.relative_error),
    "sample_losses": Row(NETWORKS.map(output_layer), losses_due, bpkit.sample_losses),
}


NOT_CALLED = {"TrainingDiverged", "range_test"}


def test_every_public_function_is_tried():
    assert set(ROWS) == {name for name in bpkit.__all__ if callable(getattr(bpkit, name))} - NOT_CALLED
    assert EXAMPLES * len(ROWS) >= 2000


@pytest.mark.parametrize("name", ROWS)
def test_public_function_gives_a_right_result_or_a_sentence(name):
    outcomes = []

    @settings(max_examples=EXAMPLES)
    @given(trial=trials(ROWS[name].right))
    def throw(trial):
        outcomes.append(judge(ROWS[name], *trial))

    throw()

    assert len(outcomes) >= EXAMPLES
    assert min(outcomes.count("answered"), outcomes.count("refused")) >= EXAMPLES // 50


@pytest.mark.parametrize("name", ROWS)
def test_public_function_takes_every_strange_thing_in_every_place(name):
    tried = []

    @settings(max_examples=2, phases=[Phase.generate])
    @given(arguments=ROWS[name].right)
    def throw(arguments):
        for i in range(len(arguments)):
            tried.extend(
                judge(ROWS[name], (*arguments[:i], thing, *arguments[i + 1 :]), False) for thing in ZOO
            )

    throw()

    assert "refused" in tried


X = np.ones((2, 3))
MISBEHAVING = {
    "a traceback of an operation": lambda x: x + np.ones(5),
    "a traceback from inside numpy": np.linalg.inv,
    "a traceback from inside Python": lambda x: {}[x],
    "another error": lambda x: x.no_such_method(),
    "a warning": lambda x: np.log(0 * x),
    "a deprecated use": lambda x: warnings.warn("old", DeprecationWarning, stacklevel=1) or 2 * x,
    "a wrong shape": lambda x: 2 * x[0],
    "a wrong value": lambda x: 3 * x,
    "another type": lambda x: (2 * x).astype(np.float32),
    "no array": lambda x: None,
}


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("way", MISBEHAVING)
def test_judge_finds_what_is_neither_right_nor_a_sentence(way, right):
    with pytest.raises((AssertionError, AttributeError, Warning)):
        judge(Row(st.none(), lambda x: 2 * x, MISBEHAVING[way]), (X,), right)


def test_judge_accepts_a_right_result_and_a_sentence():
    refuse = Row(st.none(), lambda x: 2 * x, lambda x: bpkit.batch_loss(x))

    assert judge(Row(st.none(), lambda x: 2 * x, lambda x: x + x), (X,), right=True) == "answered"
    assert judge(refuse, (X,), right=False) == "refused"
    with pytest.raises(AssertionError, match="Right arguments are refused: losses has shape"):
        judge(refuse, (X,), right=True)
