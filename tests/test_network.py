"""The fast path equals the reference: forward, backward, steps of every size, and what they leave behind."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import PAIRS, SIZES, make_target

from bpkit import Network, forward, loss_and_gradients
from bpkit import network as fast
from bpkit.reference.activations import ACTIVATIONS

HIDDEN = [name for name in ACTIVATIONS if name != "softmax"]
LAST_BITS = {np.float64: {"rtol": 1e-13, "atol": 1e-15}, np.float32: {"rtol": 2e-5, "atol": 1e-6}}
SMALL_AND_LARGE = [((2, 2, 1), 1), ((2, 4, 1), 4), ((1, 4, 1), 20), ((9, 8, 7, 6), 5)]


def a_case(sizes, m, hidden="tanh", output="identity", loss="half_squared_error", dtype=np.float64, seed=0):
    """Return a network and a batch that suits its loss."""
    rng = np.random.default_rng(seed)
    net = Network(sizes, hidden, output, loss, dtype, rng)
    for l in net.b:
        net.b[l] = rng.normal(0, 0.5, net.b[l].shape)
    x = rng.normal(size=(sizes[0], m)).astype(dtype)
    return net, x, make_target(loss, (sizes[-1], m), rng).astype(dtype)


def plain(net):
    """Return copies of W and b, as the reference takes them."""
    return {l: w.copy() for l, w in net.W.items()}, {l: b.copy() for l, b in net.b.items()}


def assert_equals_reference(net, x, y):
    tolerance = LAST_BITS[net.dtype.type]
    z, a = forward(*plain(net), x, net.f)
    loss, dW, db = loss_and_gradients(*plain(net), x, y, net.f, net.loss)

    assert_allclose(net.forward(x), a[len(a) - 1], **tolerance)
    net.backward(y)

    for l in net.f:
        assert_allclose(net.z[l], z[l], **tolerance)
        assert_allclose(net.a[l], a[l], **tolerance)
        assert_allclose(net.dW[l], dW[l], **tolerance, strict=True)
        assert_allclose(net.db[l], db[l], **tolerance, strict=True)
    assert_allclose(net.evaluate(x, y), loss, **tolerance)


def assert_step_equals_reference(net, x, y, rate=0.5):
    W, b = plain(net)
    _, dW, db = loss_and_gradients(W, b, x, y, net.f, net.loss)

    net.step(x, y, rate)

    for l in W:
        assert_allclose(net.W[l], W[l] - net.dtype.type(rate) * dW[l], **LAST_BITS[net.dtype.type])
        assert_allclose(net.b[l], b[l] - net.dtype.type(rate) * db[l], **LAST_BITS[net.dtype.type])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_network_equals_the_reference_for_every_function_and_loss(hidden, output, loss, dtype):
    for sizes in SIZES:
        for m in (1, 5):
            assert_equals_reference(*a_case(sizes, m, hidden, output, loss, dtype))
            assert_step_equals_reference(*a_case(sizes, m, hidden, output, loss, dtype))


@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    m=st.integers(1, 9),
    pair=st.sampled_from(PAIRS),
    hidden=st.sampled_from(HIDDEN),
    seed=st.integers(0, 2**16),
)
def test_network_of_any_size_equals_the_reference(sizes, m, pair, hidden, seed):
    assert_equals_reference(*a_case(sizes, m, hidden, *pair, seed=seed))
    assert_step_equals_reference(*a_case(sizes, m, hidden, *pair, seed=seed))


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_network_with_a_wrong_slope_is_found(monkeypatch, name):
    monkeypatch.setitem(fast.FAST, name, (fast.FAST[name][0], fast.FAST["identity"][1]))

    with pytest.raises(AssertionError):
        assert_equals_reference(*a_case((3, 4, 2), 3, name))


def test_hidden_layers_may_differ():
    net, x, y = a_case((3, 4, 5, 6, 2), 4, ["relu", "sigmoid", "softplus"])

    assert net.f == {1: "relu", 2: "sigmoid", 3: "softplus", 4: "identity"}
    assert_equals_reference(net, x, y)


@pytest.mark.parametrize(("sizes", "m"), SMALL_AND_LARGE)
def test_many_steps_equal_many_steps_of_the_reference(sizes, m):
    net, x, y = a_case(sizes, m, "tanh", "sigmoid", "binary_cross_entropy")

    for _ in range(50):
        assert_step_equals_reference(net, x, y)


@pytest.mark.parametrize(("sizes", "m"), SMALL_AND_LARGE)
def test_step_leaves_its_arguments_and_the_inspected_values_alone(sizes, m):
    net, x, y = a_case(sizes, m)
    net.forward(x)
    net.backward(y)
    seen = {l: (net.z[l].copy(), net.delta[l].copy(), net.dW[l].copy()) for l in net.f}
    before = x.copy(), y.copy()

    net.step(x, y, 1.0)

    assert_array_equal(x, before[0])
    assert_array_equal(y, before[1])
    for l in net.f:
        for now, then in zip((net.z[l], net.delta[l], net.dW[l]), seen[l], strict=True):
            assert_array_equal(now, then)


def test_delta_is_one_column_per_sample_and_not_divided_by_the_batch():
    net, x, y = a_case((2, 3, 2), 6, "tanh", "identity", "half_squared_error")

    o = net.forward(x)
    net.backward(y)

    assert_allclose(net.delta[2], o - y, **LAST_BITS[np.float64])
    assert_allclose(net.db[2], (o - y).mean(axis=1, keepdims=True), **LAST_BITS[np.float64])


def test_output_of_forward_is_a_new_array():
    net, x, _ = a_case((2, 3, 2), 6)
    first = net.forward(x)
    kept = first.copy()

    net.forward(x + 1)

    assert_array_equal(first, kept)


def test_step_takes_any_memory_order_and_integers():
    for x in (np.array([[0, 1], [1, 0]]), np.asfortranarray(np.eye(2)), np.eye(4)[::2, ::2]):
        net = Network([2, 3, 1], rng=0)
        other = Network([2, 3, 1], rng=0)
        y = np.array([[1, 0]])

        net.step(x, y, 1)
        other.step(np.ascontiguousarray(x, float), y.astype(float), 1.0)

        assert_array_equal(net.theta, other.theta)


def test_batches_of_many_sizes_keep_few_buffers():
    net, _, _ = a_case((9, 8, 7), 1)

    for m in range(1, 40):
        net.step(np.ones((9, m)), np.ones((7, m)), 0.1)
        net.batch(m)

    assert len(net._steps) == len(net._batches) == fast.KEPT_BATCHES


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_loss_of_a_batch_equals_the_networks(output, loss, rows):
    net, x, y = a_case((3, 4, 2), 5, "tanh", output, loss)
    batch = fast.Batch(net, 5, np.zeros_like(net.theta), rows)
    batch.x[...], batch.y[...] = x, y

    batch.forward()

    assert_allclose(batch.loss(), net.evaluate(x, y), rtol=1e-13)
    assert batch.x.T.flags.c_contiguous is False
    assert batch.y.T.flags.c_contiguous is rows


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("sizes", "m"), SMALL_AND_LARGE)
def test_step_that_overflows_gives_no_warning(sizes, m, dtype):
    net, x, y = a_case(sizes, m, "identity", dtype=dtype)

    for _ in range(12):
        net.step(x, y, 1e30)

    assert not np.isfinite(net.theta).all()


@pytest.mark.parametrize(("sizes", "m"), SMALL_AND_LARGE)
def test_step_does_not_hide_what_is_no_number(sizes, m):
    net, x, y = a_case(sizes, m, "relu")
    x[0, 0] = np.nan

    net.step(x, y, 0.1)

    assert np.isnan(net.theta).any()


@pytest.mark.parametrize(
    ("x", "y", "rate", "message"),
    [
        (np.ones((3, 4)), np.ones((1, 4)), 0.1, r"x has shape \(3, 4\), but should have shape \(2, m\)"),
        (np.ones((2, 4)), np.ones((1, 3)), 0.1, r"y has shape \(1, 3\), but should have shape \(1, 4\)"),
        (np.ones((2, 4)), np.ones((4, 1)), 0.1, r"y has shape \(4, 1\)"),
        (np.ones(2), np.ones((1, 1)), 0.1, "x has shape"),
        (np.ones((2, 0)), np.ones((1, 0)), 0.1, "x has no columns"),
        (
            np.ones((2, 4)),
            np.ones((1, 4)),
            -0.1,
            "learning_rate is -0.1, but should be a number of at least 0",
        ),
        (np.ones((2, 4)), np.ones((1, 4)), np.inf, "learning_rate is inf"),
        (np.ones((2, 4)), np.ones((1, 4)), np.nan, "learning_rate is nan"),
    ],
)
def test_step_refuses_what_does_not_fit_and_changes_nothing(x, y, rate, message):
    net = Network([2, 3, 1], rng=0)
    before = net.theta.copy()

    with pytest.raises(ValueError, match=message):
        net.step(x, y, rate)

    assert_array_equal(net.theta, before)


@pytest.mark.parametrize("scale", [2.0, 0.0, -1.0])
def test_targets_that_the_loss_cannot_take_are_refused(scale):
    net = Network([2, 3, 2], output="softmax", loss="cross_entropy", rng=0)
    x, y = np.ones((2, 4)), scale * np.eye(2)[:, [0, 1, 0, 1]]
    net.forward(x)

    for use in (lambda: net.step(x, y, 0.1), lambda: net.backward(y), lambda: net.evaluate(x, y)):
        with pytest.raises(ValueError, match="but for cross_entropy each should sum to 1"):
            use()


@pytest.mark.parametrize(
    ("x", "y", "rate"),
    [
        ([[1.0], [2.0]], np.ones((1, 1)), 0.1),
        (np.array([["a"], ["b"]]), np.ones((1, 1)), 0.1),
        (np.ones((2, 1), bool), np.ones((1, 1)), 0.1),
        (np.ones((2, 1), complex), np.ones((1, 1)), 0.1),
        (np.ones((2, 1)), np.ones((1, 1), complex), 0.1),
        (np.ones((2, 1)), None, 0.1),
        (np.ones((2, 1)), np.ones((1, 1)), "0.1"),
        (np.ones((2, 1)), np.ones((1, 1)), None),
    ],
)
def test_step_refuses_what_is_no_number(x, y, rate):
    with pytest.raises(TypeError, match=r"(x|y|learning_rate) (is|has dtype) .*, but should"):
        Network([2, 3, 1], rng=0).step(x, y, rate)


def test_backward_before_forward_says_what_to_do():
    net = Network([2, 3, 1], rng=0)

    with pytest.raises(ValueError, match=r"Call forward\(x\) first"):
        net.backward(np.ones((1, 1)))
    net.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"y has shape \(1, 1\), but should have shape \(1, 3\)"):
        net.backward(np.ones((1, 1)))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_are_networks_of_their_own(duplicate):
    net, x, y = a_case((2, 3, 1), 4)
    net.step(x, y, 0.1)

    other = duplicate(net)
    other.step(x, y, 0.1)
    other.W[1][0, 0] = 7

    assert other.theta[0] == 7 != net.theta[0]
    net.step(x, y, 0.1)
    assert_array_equal(net.theta[1:], other.theta[1:])


def test_signature_shows_the_arguments():
    names = list(inspect.signature(Network).parameters)

    assert names == ["sizes", "hidden", "output", "loss", "dtype", "rng", "initializer"]
