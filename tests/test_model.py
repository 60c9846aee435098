"""A network's parts: its live views, what it predicts, what it says of itself, and what it refuses."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from strategies import PAIRS, make_target

from bpkit import Network, forward, initialize, loss_and_gradients
from bpkit.model import views


def test_views_are_live_in_both_directions():
    net = Network([2, 3, 1], rng=0)
    x = np.ones((2, 1))
    before = net.predict(x)

    net.W[1][0, 1] = 5
    net.b[2][...] = 3
    assert not np.allclose(net.predict(x), before)

    net.theta[:] = 0
    assert_array_equal(net.W[1], np.zeros((3, 2)))
    assert_array_equal(net.b[2], [[0.0]])


def test_assigning_to_a_layer_or_to_all_writes_into_the_views():
    net = Network([2, 3, 1], rng=0)
    view, W = net.W[1], initialize([2, 3, 1], "he", np.random.default_rng(1))[0]

    net.W[1] = W[1]
    net.W[1] -= 1
    assert net.W[1] is view
    assert_array_equal(view, W[1] - 1)

    net.W = W
    assert net.W[1] is view
    assert_array_equal(view, W[1])


@pytest.mark.parametrize(
    ("assign", "message"),
    [
        (lambda net: net.W.__setitem__(3, np.ones((1, 1))), "There is no layer 3. The layers are 1, 2"),
        (lambda net: net.W.__setitem__([1], np.ones((1, 1))), r"There is no layer \[1\]"),
        (
            lambda net: net.W.__setitem__(1, np.ones((2, 3))),
            r"has shape \(2, 3\), but should have shape \(3, 2\)",
        ),
        (
            lambda net: setattr(net, "b", {1: np.ones((3, 1))}),
            r"b should be a dict of arrays with the keys \[1, 2\]",
        ),
    ],
)
def test_assigning_what_does_not_fit_is_refused(assign, message):
    with pytest.raises(ValueError, match=message):
        assign(Network([2, 3, 1], rng=0))


@pytest.mark.parametrize("take_out", [lambda W: W.pop(1), lambda W: W.clear(), lambda W: W.__delitem__(1)])
def test_layers_cannot_be_taken_out(take_out):
    net = Network([2, 3, 1], rng=0)

    with pytest.raises(TypeError, match=r"cannot be taken out. Copy them: dict\(net.W\)"):
        take_out(net.W)
    assert list(net.W) == [1, 2]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda W: pickle.loads(pickle.dumps(W))])
def test_copied_weights_are_arrays_of_their_own(duplicate):
    net = Network([2, 3, 1], rng=0)
    before = net.W[1].copy()

    kept = duplicate(net.W)
    net.W[1][...] = 0

    assert_array_equal(kept[1], before)
    net.W = kept
    assert_array_equal(net.W[1], before)


def test_numbers_too_large_for_single_precision_give_no_warning():
    net = Network([2, 3, 1], dtype=np.float32, rng=0)
    x, y = np.full((2, 1), 1e200), np.full((1, 1), 1e300)

    net.forward(x)
    net.backward(y)
    net.W[1] = np.full((3, 2), 1e300)
    net.step(x, y, 0.1)

    assert not np.isfinite(net.predict(x)).all()
    assert not np.isfinite(net.evaluate(x, y))


def test_views_hold_every_parameter_once():
    theta = np.arange(3 * 3 + 2 * 4.0)

    W, b = views(theta, (2, 3, 2))

    assert sorted(np.concatenate([v.ravel() for v in (*W.values(), *b.values())])) == list(theta)
    assert_array_equal(b[1].ravel(), [2, 5, 8])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_predict_and_evaluate_are_the_references(output, loss, dtype):
    rng = np.random.default_rng(0)
    net = Network([3, 4, 2], "sigmoid", output, loss, dtype, rng)
    x, y = rng.normal(size=(3, 5)).astype(dtype), make_target(loss, (2, 5), rng).astype(dtype)

    _, a = forward(dict(net.W), dict(net.b), x, net.f)
    value, _, _ = loss_and_gradients(dict(net.W), dict(net.b), x, y, net.f, loss)

    assert_array_equal(net.predict(x), a[2], strict=True)
    assert_allclose(net.evaluate(x, y), value, rtol=1e-6 if dtype == np.float32 else 1e-14)


@pytest.mark.parametrize(("hidden", "scale"), [("tanh", 2 / (300 + 200)), ("relu", 2 / 300)])
def test_first_weights_suit_the_hidden_layers(hidden, scale):
    net = Network([300, 200, 1], hidden, rng=0)

    assert_allclose(net.W[1].var(), scale, rtol=0.03)
    assert_array_equal(net.b[1], np.zeros((200, 1)))


def test_same_source_of_random_numbers_gives_the_same_network():
    nets = [Network([3, 2], rng=rng) for rng in (7, np.random.default_rng(7), 2**70)]

    assert_array_equal(nets[0].theta, nets[1].theta)
    assert not np.array_equal(nets[0].theta, nets[2].theta)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sizes": [3]}, ValueError, "at least the input and the output layer"),
        ({"sizes": 3}, TypeError, "sizes is 3, but should be a list of numbers of units"),
        ({"sizes": [[2], [3, 1]]}, TypeError, r"sizes\[0\] is a list, but should be a whole number"),
        ({"sizes": "23"}, TypeError, "sizes is '23', but should be a list"),
        ({"sizes": [2, 2**31 - 1, 2**31 - 1]}, ValueError, "parameters, which no machine can hold"),
        ({"sizes": [2, 1], "hidden": "foo"}, ValueError, "no hidden activation named 'foo'"),
        ({"dtype": None}, TypeError, "dtype is None, but should be float64 or float32"),
        ({"sizes": [2, 0, 1]}, ValueError, r"sizes\[1\] is 0, but should be a whole number of at least 1"),
        ({"sizes": [2, 1.5]}, TypeError, r"sizes\[1\] is a float, but should be a whole number"),
        ({"hidden": "tahn"}, ValueError, "no hidden activation named 'tahn'. Did you mean 'tanh'"),
        ({"hidden": "softmax"}, ValueError, "no hidden activation named 'softmax'"),
        ({"hidden": ["tanh", "tanh"]}, ValueError, "hidden names 2 functions, but there are 1 hidden layers"),
        ({"hidden": 3}, TypeError, "hidden is 3, but should be a name or a list of names"),
        ({"output": "sigmoyd"}, ValueError, "sigmoyd"),
        ({"loss": "cross_entropy"}, ValueError, "cross_entropy does not go with the output 'identity'"),
        ({"loss": "half_square_error"}, ValueError, "Did you mean 'half_squared_error'"),
        ({"dtype": "int32"}, ValueError, "dtype is int32, but should be float64 or float32"),
        ({"dtype": "flot"}, TypeError, "dtype is 'flot', but should be float64 or float32"),
        (
            {"rng": "seed"},
            TypeError,
            "rng is 'seed', but should be a numpy.random.Generator, or a whole number",
        ),
        ({"rng": -1}, ValueError, "rng is -1"),
        ({"initializer": "xaver"}, ValueError, "Did you mean 'xavier'"),
    ],
)
def test_network_refuses_what_makes_no_sense(arguments, error, message):
    with pytest.raises(error, match=message):
        Network(**{"sizes": [2, 3, 1], "rng": 0, **arguments})


def test_network_introduces_itself():
    net = Network([2, 3, 1], output="sigmoid", loss="binary_cross_entropy", dtype="float32", rng=0)

    assert repr(net).startswith(
        "Network([2, 3, 1], hidden='tanh', output='sigmoid', loss='binary_cross_entropy'"
    )
    assert "13 parameters" in repr(net)
    assert repr(Network([2, 3, 4, 1], ["tanh", "relu"], rng=0)).count("['tanh', 'relu']") == 1
    assert "hidden" not in repr(Network([2, 1], rng=0))


def test_summary_has_a_line_for_every_layer_and_the_right_counts():
    lines = Network([20, 30, 5], rng=0).summary().splitlines()

    assert [line.split()[0] for line in lines[1:4]] == ["0", "1", "2"]
    assert lines[2].split() == ["1", "30", "tanh", "(30,", "20)", "630"]
    assert lines[4].startswith(f"{20 * 30 + 30 + 30 * 5 + 5} parameters of float64")


def test_complex_weights_are_refused():
    with pytest.raises(TypeError, match="the value for layer 1 has dtype complex128, but should hold real"):
        Network([2, 3, 1], rng=0).W[1] = 1j * np.ones((3, 2))
