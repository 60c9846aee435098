"""The multilayer perceptron: types, properties of batches, extremes, values found by hand, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from strategies import EXACT, PAIRS, SINGLE, Network, assert_same, make_network, networks, run_backward

from bpkit import backward, forward, hidden_delta, layer_gradients, loss_and_gradients

UNEQUAL = (1, 3, 2, 5, 4, 6, 7, 8, 9)
BY_HAND = Network(
    W={1: np.array([[0.2, -0.4], [0.5, 0.3]]), 2: np.array([[0.6, -0.5]])},
    b={1: np.array([[0.1], [-0.2]]), 2: np.array([[0.05]])},
    x=np.array([[0.5], [0.1]]),
    y=np.array([[0.6]]),
    f={1: "sigmoid", 2: "sigmoid"},
    loss="half_squared_error",
)
AS_PRINTED = {"rtol": 0, "atol": 5e-9}


def columns(net, chosen):
    return net._replace(x=net.x[:, chosen], y=net.y[:, chosen])


def as_type(net, dtype):
    W, b = ({l: p[l].astype(dtype) for l in p} for p in (net.W, net.b))
    return net._replace(W=W, b=b, x=net.x.astype(dtype), y=net.y.astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_network_keeps_its_type(f, loss, depth, dtype):
    exact = make_network(UNEQUAL[: depth + 1], 5, f, loss)
    net = as_type(exact, dtype)

    value, dW, db = loss_and_gradients(*net)

    z, a = forward(net.W, net.b, net.x, net.f)
    found = [value, *dW.values(), *db.values(), *z.values(), *a.values(), *run_backward(net)[2].values()]
    assert {p.dtype for p in found} == {np.dtype(dtype)}
    for l in dW:
        assert_allclose(dW[l], run_backward(exact)[0][l], **SINGLE)


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8])
def test_integer_samples_are_promoted(dtype):
    net = make_network((2, 3, 1), 4)._replace(x=np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype))
    promoted = net._replace(x=net.x.astype(float))

    assert_same(loss_and_gradients(*net)[1], loss_and_gradients(*promoted)[1])
    assert forward(net.W, net.b, net.x, net.f)[1][0].dtype == np.float64


def test_integer_parameters_are_promoted():
    W, b, f = {1: np.array([[2, -1]])}, {1: np.array([[1]])}, {1: "identity"}

    value, dW, db = loss_and_gradients(W, b, np.array([[3], [1]]), np.array([[4]]), f, "half_squared_error")

    assert value == 2.0
    assert_same(dW, {1: np.array([[6.0, 2.0]])})
    assert_same(db, {1: np.array([[2.0]])})


@given(net=networks())
def test_batch_gradient_is_the_mean_of_its_samples_gradients(net):
    m = net.x.shape[1]
    value, dW, db = loss_and_gradients(*net)

    alone = [loss_and_gradients(*columns(net, [i])) for i in range(m)]

    assert_allclose(value, np.mean([v for v, _, _ in alone]), **EXACT)
    assert_same(dW, {l: np.mean([dW[l] for _, dW, _ in alone], axis=0) for l in dW}, **EXACT)
    assert_same(db, {l: np.mean([db[l] for _, _, db in alone], axis=0) for l in db}, **EXACT)


@given(net=networks())
def test_order_of_samples_changes_no_gradient(net):
    order = np.random.default_rng(0).permutation(net.x.shape[1])

    value, dW, db = loss_and_gradients(*columns(net, order))

    assert_allclose(value, loss_and_gradients(*net)[0], **EXACT)
    assert_same(dW, loss_and_gradients(*net)[1], **EXACT)
    assert_same(db, loss_and_gradients(*net)[2], **EXACT)


@given(net=networks())
def test_batch_repeated_has_the_same_gradient(net):
    twice = columns(net, [*range(net.x.shape[1])] * 2)

    assert_same(loss_and_gradients(*twice)[1], loss_and_gradients(*net)[1], **EXACT)


@given(net=networks())
def test_one_sample_alone_has_the_values_it_has_in_the_batch(net):
    z, a = forward(net.W, net.b, net.x, net.f)

    z_one, a_one = forward(net.W, net.b, net.x[:, :1], net.f)

    assert_same(z_one, {l: z[l][:, :1] for l in z}, **EXACT)
    assert_same(a_one, {l: a[l][:, :1] for l in a}, **EXACT)
    assert_same(
        run_backward(columns(net, [0]))[2], {l: d[:, :1] for l, d in run_backward(net)[2].items()}, **EXACT
    )


@given(net=networks())
def test_network_leaves_its_arguments_alone(net):
    arrays = [*net.W.values(), *net.b.values(), net.x, net.y]
    before, f, layers = [p.copy() for p in arrays], dict(net.f), list(net.W)

    loss_and_gradients(*net)

    for now, then in zip(arrays, before, strict=True):
        assert_array_equal(now, then)
    assert (net.f, list(net.W)) == (f, layers)


@given(net=networks())
def test_network_keys_are_the_layers(net):
    layers = set(range(1, len(net.W) + 1))
    z, a = forward(net.W, net.b, net.x, net.f)

    assert set(z) == layers
    assert set(a) == {0, *layers}
    assert [set(result) for result in run_backward(net)] == [layers] * 3


def test_order_of_keys_changes_nothing():
    net = make_network((2, 3, 1, 4), 5)
    W, b, f = ({l: p[l] for l in reversed(p)} for p in (net.W, net.b, net.f))

    assert_same(loss_and_gradients(W, b, net.x, net.y, f, net.loss)[1], loss_and_gradients(*net)[1])


@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_network_is_finite_at_extremes_without_warning(f, loss):
    net = make_network((2, 3, 4), 5, f, loss)
    net = net._replace(b={1: 1e4 * np.sign(net.b[1]), 2: 1e4 * np.sign(net.b[2])})

    with np.errstate(divide="raise", over="raise", invalid="raise"):
        value, dW, db = loss_and_gradients(*net)

    assert np.isfinite([value, *(p.sum() for p in (*dW.values(), *db.values()))]).all()


def test_network_does_not_hide_nan():
    net = make_network((2, 3, 4), 5)
    net.x[0, 2] = np.nan

    value, dW, db = loss_and_gradients(*net)

    assert np.isnan(value)
    assert np.isnan(dW[1]).any()
    assert np.isnan(db[2]).any()


def test_worked_example_has_the_values_found_by_hand():
    z, a = forward(BY_HAND.W, BY_HAND.b, BY_HAND.x, BY_HAND.f)
    value, dW, db = loss_and_gradients(*BY_HAND)
    delta = run_backward(BY_HAND)[2]

    assert_same(z, {1: np.array([[0.16], [0.08]]), 2: np.array([[0.11395426]])}, **AS_PRINTED)
    assert_allclose(a[1], [[0.53991488], [0.51998934]], **AS_PRINTED)
    assert_allclose([a[2].item(), value], [0.52845778, 0.00255914], **AS_PRINTED)
    assert_same(
        delta, {1: np.array([[-0.0026571], [0.00222489]]), 2: np.array([[-0.01782762]])}, **AS_PRINTED
    )
    assert_allclose(dW[1], [[-0.00132855, -0.00026571], [0.00111245, 0.00022249]], **AS_PRINTED)
    assert_allclose(dW[2], [[-0.0096254, -0.00927017]], **AS_PRINTED)
    assert_same(db, delta, **EXACT)


def test_worked_example_after_one_step_is_nearer_to_its_target():
    _, dW, db = loss_and_gradients(*BY_HAND)
    W = {l: BY_HAND.W[l] - 0.5 * dW[l] for l in dW}
    b = {l: BY_HAND.b[l] - 0.5 * db[l] for l in db}

    o = forward(W, b, BY_HAND.x, BY_HAND.f)[1][2]

    assert_allclose(o, [[0.53203145]], **AS_PRINTED)
    assert_allclose(loss_and_gradients(W, b, *BY_HAND[2:])[0], 0.00230986, **AS_PRINTED)


def test_worked_example_refuses_o_minus_y():
    o = forward(BY_HAND.W, BY_HAND.b, BY_HAND.x, BY_HAND.f)[1][2]

    ratio = (o - BY_HAND.y) / run_backward(BY_HAND)[2][2]

    assert_allclose(ratio, [[4.0130]], atol=5e-5)


def test_softmax_in_a_hidden_layer_runs_forward_and_says_why_not_backward():
    net = make_network((2, 3, 1), 5)
    net.f[1] = "softmax"

    assert_allclose(forward(net.W, net.b, net.x, net.f)[1][1].sum(axis=0), 1)
    with pytest.raises(ValueError, match="softmax has no elementwise derivative"):
        loss_and_gradients(*net)


REFUSALS = {
    "W has the keys [0, 1], but should have [1, 2].": {"W": {0: np.eye(2), 1: np.eye(2)}},
    "W has the keys [], but should have 1 to L.": {"W": {}},
    "b has the keys [1], but should have [1, 2].": {"b": {1: np.zeros((3, 1))}},
    "f has the keys [1, 2, 3], but should have [1, 2].": {"f": dict.fromkeys((1, 2, 3), "tanh")},
    "x has shape (3, 5), but should have shape (2, m).": {"x": np.zeros((3, 5))},
    "x has shape (2,), but should have shape (2, m).": {"x": np.zeros(2)},
    "W[2] has shape (3, 1), but should have shape (3, 3).": {"W": {1: np.ones((3, 2)), 2: np.ones((3, 1))}},
    "b[1] has shape (3,), but should have shape (3, 1).": {"b": {1: np.zeros(3), 2: np.zeros((1, 1))}},
    "b[1] has shape (1, 3), but should have shape (3, 1).": {"b": {1: np.zeros((1, 3)), 2: np.zeros((1, 1))}},
    "y has shape (5,), but should have shape (1, 5).": {"y": np.zeros(5)},
    "y has shape (5, 1), but should have shape (1, 5).": {"y": np.zeros((5, 1))},
    "There is no activation named 'tan'. Did you mean 'tanh'?": {"f": {1: "tan", 2: "identity"}},
    "There is no loss named 'half_squared'. Did you mean": {"loss": "half_squared"},
    "cross_entropy does not go with the output 'identity'.": {"loss": "cross_entropy"},
    "W is a list, but should be a dict keyed by the layers' numbers.": {
        "W": [np.ones((3, 2)), np.ones((1, 3))]
    },
    "b is None, but should be a dict keyed by the layers' numbers.": {"b": None},
    "f is a str, but should be a dict keyed by the layers' numbers.": {"f": "tanh"},
    "W has the keys ['1', 2], but should have [1, 2].": {"W": {"1": np.ones((3, 2)), 2: np.ones((1, 3))}},
    "W[1] is a list, but should be a numpy array of numbers. Write np.array(W[1]).": {
        "W": {1: [[1.0]], 2: np.ones((1, 3))}
    },
    "W[2] is None, but should be a numpy array of numbers.": {"W": {1: np.ones((3, 2)), 2: None}},
    "W[1] has shape (6,), but should have 2 axes.": {"W": {1: np.ones(6), 2: np.ones((1, 3))}},
    "W[1] has shape (0, 2), but should hold": {"W": {1: np.ones((0, 2)), 2: np.ones((1, 0))}},
    "b[2] has dtype object, but should hold": {"b": {1: np.zeros((3, 1)), 2: np.array([[None]])}},
    "b[2] is a str, but should be": {"b": {1: np.zeros((3, 1)), 2: "0.0"}},
    "x is a list, but should be a numpy array of numbers. Write np.array(x).": {"x": [[1.0], [2.0]]},
    "x has dtype bool, but should hold numbers. Write x.astype(float).": {"x": np.ones((2, 5), bool)},
    "x has shape (2, 0), but should hold at least one number.": {"x": np.zeros((2, 0))},
    "y is None, but should be a numpy array of numbers.": {"y": None},
    "y has dtype <U3, but should hold numbers.": {"y": np.array([["yes"] * 5])},
    "There is no activation named None.": {"f": {1: "tanh", 2: None}},
    "There is no loss named <function": {"loss": np.sum},
}


@pytest.mark.parametrize("message", REFUSALS)
def test_network_refuses_what_does_not_fit(message):
    net = make_network((2, 3, 1), 5)._replace(**REFUSALS[message])

    with pytest.raises((TypeError, ValueError)) as error:
        loss_and_gradients(*net)

    assert str(error.value).startswith(message)


@pytest.mark.parametrize("scale", [1e150, 1e300])
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_network_at_the_largest_numbers_warns_of_nothing(f, loss, scale):
    net = make_network((2, 3, 4), 5, f, loss)
    huge = net._replace(W={l: scale * net.W[l] for l in net.W}, x=scale * net.x)

    value, dW, db = loss_and_gradients(*huge)

    assert np.shape(value) == ()
    assert [(dW[l].shape, db[l].shape) for l in net.W] == [(net.W[l].shape, net.b[l].shape) for l in net.W]


AFTER_FORWARD = {
    "W is None, but should be a dict keyed by the layers' numbers.": {"W": None},
    "W[2] has shape (1, 2), but should have shape (1, 3).": {"W": {1: np.ones((3, 2)), 2: np.ones((1, 2))}},
    "z is a tuple, but should be a dict keyed by the layers' numbers.": {"z": ()},
    "z has the keys [2], but should have [1, 2].": {"z": {2: np.ones((1, 5))}},
    "z[1] has shape (5, 3), but should have shape (3, 5).": {"z": {1: np.ones((5, 3)), 2: np.ones((1, 5))}},
    "z[2] has dtype bool, but": {"z": {1: np.ones((3, 5)), 2: np.ones((1, 5), bool)}},
    "a has the keys [1, 2], but should have [0, 1, 2].": {"a": {1: np.ones((3, 5)), 2: np.ones((1, 5))}},
    "a[0] has shape (3, 5), but should have shape (2, m).": {"a": dict.fromkeys((0, 1, 2), np.ones((3, 5)))},
    "f has the keys [1], but should have [1, 2].": {"f": {1: "tanh"}},
}


@pytest.mark.parametrize("message", AFTER_FORWARD)
def test_backward_refuses_what_forward_did_not_return(message):
    net = make_network((2, 3, 1), 5)
    z, a = forward(net.W, net.b, net.x, net.f)
    given = {"W": net.W, "z": z, "a": a, "y": net.y, "f": net.f, "loss": net.loss}

    with pytest.raises((TypeError, ValueError)) as error:
        backward(**{**given, **AFTER_FORWARD[message]})

    assert str(error.value).startswith(message)


ONES = np.ones((2, 3))  # units, samples
STEPS = {
    "W_next is a list, but": (hidden_delta, [[1.0, 2.0]], np.ones((1, 3)), ONES, np.cos),
    "W_next has shape (2,), but should have 2 axes.": (
        hidden_delta,
        np.ones(2),
        np.ones((1, 3)),
        ONES,
        np.cos,
    ),
    "z has shape (2, 3), but should have shape (4, 3).": (hidden_delta, np.ones((1, 4)), ONES, ONES, np.cos),
    "delta_next has shape (2, 3), but should have shape (1, 3).": (
        hidden_delta,
        np.ones((1, 2)),
        ONES,
        ONES,
        np.cos,
    ),
    "f_prime is a str, but should be a function. Write derivative('tanh').": (
        hidden_delta,
        *(np.ones((2, 2)), ONES, ONES, "tanh"),
    ),
    "f_prime(z) has shape (3,), but should have shape (2, 3).": (
        hidden_delta,
        *(np.ones((2, 2)), ONES, ONES, lambda z: z[0]),
    ),
    "f_prime(z) is None, but should": (hidden_delta, np.ones((2, 2)), ONES, ONES, lambda z: None),
    "delta has shape (3,), but should have 2 axes.": (layer_gradients, np.ones(3), ONES),
    "delta has shape (2, 0), but should hold": (layer_gradients, ONES[:, :0], ONES[:, :0]),
    "a_prev has shape (2, 2), but should have shape (2, 3).": (layer_gradients, ONES, ONES[:, 1:]),
    "a_prev is a tuple, but should be a numpy array": (layer_gradients, ONES, (1.0,)),
}


@pytest.mark.parametrize("message", STEPS)
def test_one_step_back_refuses_what_does_not_fit(message):
    function, *given = STEPS[message]

    with pytest.raises((TypeError, ValueError)) as error:
        function(*given)

    assert str(error.value).startswith(message)


def test_backward_refuses_a_target_of_another_shape():
    net = make_network((2, 3, 1), 5)
    z, a = forward(net.W, net.b, net.x, net.f)

    with pytest.raises(ValueError, match=r"y has shape \(1, 4\), but should have shape \(1, 5\)"):
        backward(net.W, z, a, net.y[:, :4], net.f, net.loss)
