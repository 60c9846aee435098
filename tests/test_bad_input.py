"""Whatever is thrown at a public function: a right result or a sentence of ours, and never a warning."""

import warnings

import numpy as np
import pytest
from hypothesis import strategies as st
from plain_networks import (
    ACTIVATIONS,
    backward_due,
    complex_due,
    difference_due,
    forward_due,
    gradients_due,
    hidden_due,
    initialize_due,
    loss_and_gradients_due,
    losses_due,
    numerical_due,
    output_due,
    relative_error_due,
    slope_due,
)
from strange import SHAPES, Row, judge, public_names, throw, throw_every_strange_thing
from strategies import CANONICAL, CENTRAL, ELEMENTWISE, PAIRS, arrays, networks

import bpkit
from bpkit.reference import activations

EXAMPLES = 250  # trials of each public name
NAMES = st.sampled_from([*ELEMENTWISE, "softmax"])
NETWORKS = networks()
TWO_ARRAYS = arrays(bound=5.0).map(lambda a: (a, np.flip(a) + 1))

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
        close=SHAPES,
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
        close=SHAPES,
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


ELSEWHERE = {"TrainingDiverged", "range_test"}  # an error, and a function that trains


def test_every_public_function_is_tried():
    assert set(ROWS) == {name for name in bpkit.__all__ if callable(getattr(bpkit, name))} - ELSEWHERE
    assert EXAMPLES * len(ROWS) >= 2000


@pytest.mark.parametrize("name", ROWS)
def test_public_function_gives_a_right_result_or_a_sentence(name):
    throw(ROWS[name], EXAMPLES)


@pytest.mark.parametrize("name", ROWS)
def test_public_function_takes_every_strange_thing_in_every_place(name):
    throw_every_strange_thing(ROWS[name])


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


def test_judge_finds_a_random_result_that_is_not_finite():
    row = Row(st.none(), lambda x: x, lambda x: x * np.inf, close=SHAPES)

    with pytest.raises(AssertionError):
        judge(row, (X,), right=True)


def test_judge_accepts_an_error_of_the_system_where_it_names_the_path():
    def fail(path):
        raise OSError("something is wrong")

    named, nameless = (Row(st.none(), str, call, refusals=(OSError,)) for call in (open, fail))

    assert judge(named, ("no such file",), right=False) == "refused"
    with pytest.raises(AssertionError, match="something is wrong"):
        judge(nameless, ("no such file",), right=False)


def test_public_names_are_those_that_a_module_defines_itself():
    found = public_names(activations)

    assert {"tanh", "look_up"} <= found
    assert not found & {"_decay", "expect_filled", "np"}
