"""Reverse mode on arrays: networks, broadcasting, random programs, and what it refuses."""

import numpy as np
import pytest
from expressions import ARRAY_STEPS, programs, run
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from strategies import EXACT, PAIRS, SINGLE, SIZES, assert_same, make_network, run_backward

from bpkit import complex_step
from bpkit.reference import tensors
from bpkit.reference.autodiff import Value, topological_order
from bpkit.reference.dual import Dual
from bpkit.reference.tensors import Tensor, unbroadcast

SHAPES = ((2, 3), (2, 1), (1, 3), (3,), ())
OUTPUTS = {
    "identity": lambda z: z,
    "softmax": lambda z: (z - z.logsumexp()).exp(),
    "softplus": lambda z: (1 + z.exp()).log(),
    "leaky_relu": lambda z: z.relu() - 0.01 * (-z).relu(),
    **{name: lambda z, name=name: getattr(z, name)() for name in ("sigmoid", "tanh", "relu")},
}
LOSSES = {
    "half_squared_error": lambda o, y: ((o - y) ** 2).sum(axis=0) / 2,
    "mean_squared_error": lambda o, y: ((o - y) ** 2).mean(axis=0),
    "binary_cross_entropy": lambda o, y: -(y * o.log() + (1 - y) * (1 - o).log()).sum(axis=0),
    "cross_entropy": lambda o, y: -(y * o.log()).sum(axis=0),
}


def network_gradients(net):
    """Return dW and db of a network by the graph alone: no equation of backpropagation is used."""
    W, b = ({l: Tensor(p[l]) for l in p} for p in (net.W, net.b))
    a = net.x
    for l in W:
        a = OUTPUTS[net.f[l]](W[l] @ a + b[l])
    LOSSES[net.loss](a, net.y).mean().backward()
    return ({l: p[l].grad for l in p} for p in (W, b))


@pytest.mark.parametrize("m", [1, 5])
@pytest.mark.parametrize("sizes", [(2, 3), *SIZES], ids=str)
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_network_has_the_gradients_of_backpropagation(f, loss, sizes, m):
    net = make_network(sizes, m, f, loss)

    dW, db = network_gradients(net)

    assert_same(dW, run_backward(net)[0], **EXACT)
    assert_same(db, run_backward(net)[1], **EXACT)


def test_network_of_another_loss_has_other_gradients():
    net = make_network((2, 4, 3), 5, "sigmoid", "half_squared_error")

    dW, _ = network_gradients(net._replace(loss="mean_squared_error"))

    assert not np.allclose(dW[1], run_backward(net)[0][1])


def gradients(steps, leaves):
    """Return the derivative of the sum of all that a program computes, by each leaf."""
    nodes = [Tensor(leaf) for leaf in leaves]
    sum(u.sum() for u in run(steps, nodes)).backward()
    return [node.grad for node in nodes]


def gradients_by_complex_step(steps, leaves):
    def total(k, x):
        return sum(u.sum() for u in run(steps, [*leaves[:k], x, *leaves[k + 1 :]]))

    return [complex_step(lambda x: total(k, x), leaf) for k, leaf in enumerate(leaves)]


@given(program=programs(ARRAY_STEPS, SHAPES))
def test_backward_matches_the_complex_step_of_any_program(program):
    leaves, steps = program

    found, exact = gradients(steps, leaves), gradients_by_complex_step(steps, leaves)

    for leaf, gradient, by_step in zip(leaves, found, exact, strict=True):
        assert gradient.shape == leaf.shape
        assert_allclose(gradient, by_step, **EXACT)


@pytest.mark.parametrize("left", SHAPES)
@pytest.mark.parametrize("right", SHAPES)
@pytest.mark.parametrize("name", ["+", "-", "*", "/"])
def test_gradients_of_broadcast_operands_are_summed_back(name, left, right):
    rng = np.random.default_rng(0)
    leaves, steps = [rng.normal(size=left), rng.normal(size=right) + 5], [(name, 0, 1)]

    found = gradients(steps, leaves)

    for gradient, by_step in zip(found, gradients_by_complex_step(steps, leaves), strict=True):
        assert_allclose(gradient, by_step, **EXACT)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda g, shape: np.broadcast_to(np.ravel(g)[0], shape),
        lambda g, shape: unbroadcast(g, shape) * np.prod(shape) / max(np.size(g), 1),
    ],
    ids=["first copy only", "mean over copies"],
)
def test_wrong_sum_over_copies_is_refused_by_the_complex_step(wrong, monkeypatch):
    leaves, steps = [np.ones((2, 3)), np.full((2, 1), 0.5)], [("*", 0, 1)]
    monkeypatch.setattr(tensors, "unbroadcast", wrong)

    found = gradients(steps, leaves)

    assert not np.allclose(found[1], gradients_by_complex_step(steps, leaves)[1])


@pytest.mark.parametrize(
    ("shape", "by_hand"),
    [
        ((2, 3), [[0, 1, 2], [3, 4, 5]]),
        ((2, 1), [[3], [12]]),
        ((1, 3), [[3, 5, 7]]),
        ((3,), [3, 5, 7]),
        ((1, 1, 1), None),
        ((1, 1), [[15]]),
        ((), 15),
    ],
)
def test_unbroadcast_sums_over_the_copies(shape, by_hand):
    g = np.arange(6.0).reshape(2, 3)

    if by_hand is None:
        with pytest.raises(ValueError, match="should have a shape to which"):
            unbroadcast(g, shape)
    else:
        assert_array_equal(unbroadcast(g, shape), np.array(by_hand, float), strict=True)
    assert_array_equal(g, np.arange(6.0).reshape(2, 3))


def test_unbroadcast_gives_a_new_array_of_the_same_precision():
    g = np.ones((2, 3), np.float32)

    assert not np.shares_memory(unbroadcast(g, (2, 3)), g)
    assert unbroadcast(g, (3,)).dtype == np.float32


def test_backward_again_is_right_after_the_leaves_are_set_to_zero():
    x = Tensor(np.array([[1.0, -2.0]]))
    u = (x * x.tanh() + x.sum()).sum()
    u.backward()
    once = x.grad
    x.grad = 0

    u.backward()

    assert_array_equal(x.grad, once, strict=True)
    u.backward()
    assert_allclose(x.grad, 2 * once, **EXACT)


def test_chains_may_be_deeper_than_the_stack_of_python():
    x = u = Tensor(np.ones((2, 2)))
    for _ in range(5000):
        u = u + x

    u.sum().backward()

    assert_array_equal(x.grad, np.full((2, 2), 5001.0))
    assert len(topological_order(u)) == 5001


def test_single_precision_stays():
    x = Tensor(np.array([[0.5, -1.5]], np.float32))
    f = [x * 2 / 3 - 1, 1 / x, x**2, x.exp(), (x * x).log(), x.tanh(), x.sigmoid(), x.relu(), x @ x.T]
    f += [x.mean(), x.logsumexp(axis=1), x.reshape((2, 1))]

    sum(u.sum() for u in f).backward()

    assert {u.data.dtype for u in f} == {x.grad.dtype} == {np.dtype(np.float32)}
    double = Tensor(x.data.astype(float))
    double.sigmoid().sum().backward()
    x.grad = 0
    x.sigmoid().sum().backward()
    assert_allclose(x.grad, double.grad, **SINGLE)


def test_integers_become_double_precision_and_data_is_left_alone():
    data = np.array([[1, 2]])
    x = Tensor(data)

    (x * np.array([3, 4])).sum().backward()

    assert_array_equal(x.grad, [[3.0, 4.0]])
    assert (x.data.dtype, data.dtype) == (np.dtype(float), np.dtype(int))


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
def test_logsumexp_is_finite_at_extremes_and_its_slope_is_softmax(axis):
    z = np.array([[1e4, 0.0, -1e4], [1e4, 1.0, -3e4]])
    x = Tensor(z)

    u = x.logsumexp(axis)
    u.sum().backward()

    shifted = np.exp(z - z.max(axis=axis, keepdims=True))
    assert np.isfinite(u.data).all()
    assert_allclose(x.grad, shifted / shifted.sum(axis=axis, keepdims=True), **EXACT)


def test_cross_entropy_from_logits_is_finite_at_extremes():
    z, y = Tensor(np.array([[1e4], [0.0]])), np.array([[0.0], [1.0]])

    loss = -(y * (z - z.logsumexp())).sum()
    loss.backward()

    assert loss.data == 1e4
    assert_array_equal(z.grad, [[1.0], [-1.0]])


def test_results_out_of_range_are_infinite_or_nan_without_a_warning():
    x = Tensor(np.array([0.0, -1.0, 1e3, np.nan]))

    (x.log().sum() + x.exp().sum() + (1 / x).sum()).backward()

    assert_array_equal(x.log().data, [-np.inf, np.nan, np.log(1e3), np.nan])
    assert_array_equal(np.isnan(x.grad), [True, True, False, True])
    assert x.grad[2] == np.inf


def test_array_first_and_functions_of_numpy_go_through_the_rules():
    A, x = np.array([[1.0, 2.0]]), Tensor(np.array([[0.5], [-1.0]]))

    u = np.tanh(A @ x) + A * 2 - np.exp(-x)

    assert repr(A @ x) == "Tensor(array([[-1.5]]))"
    assert u.shape == (2, 2)
    u.sum().backward()
    by_step = complex_step(lambda x: (np.tanh(A @ x) + A * 2 - np.exp(-x)).sum(), x.data)
    assert_allclose(x.grad, by_step, **EXACT)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda x: Tensor([1.0]), r"data is a list, but should be a numpy array of numbers. Write np.array"),
        (lambda x: Tensor(x), "data is a Tensor, but should be"),
        (
            lambda x: Tensor(np.zeros((2, 0))),
            r"data has shape \(2, 0\), but should hold at least one number.",
        ),
        (lambda x: Tensor(np.array(["a"])), "data has dtype <U1, but should hold"),
        (lambda x: x + [1, 2], "operand is a list, but should be"),
        (lambda x: x * True, "operand is a bool"),
        (lambda x: x + Value(1), "operand is a Value"),
        (lambda x: Dual(x.data, x.data) + x, "operand is a Tensor"),
        (
            lambda x: x + np.ones(4),
            r"add needs shapes that broadcast to a common one, but got \(2, 3\) and \(4,\)",
        ),
        (
            lambda x: x @ x,
            r"matmul needs matrices of shapes \(n, k\) and \(k, m\), but got \(2, 3\) and \(2, 3\).",
        ),
        (lambda x: x @ np.ones(3), r"matmul needs matrices .* but got \(2, 3\) and \(3,\)."),
        (lambda x: x.reshape((4, 2)), r"reshape needs two shapes .* but got \(2, 3\) and \(4, 2\)."),
        (lambda x: x.reshape(6), "shape is 6, but should be a tuple"),
        (lambda x: x.sum(2), r"axis is 2, but should be None, or one or more axes of the shape \(2, 3\)."),
        (lambda x: x.mean((0, 0)), r"axis is \(0, 0\), but"),
        (lambda x: x.logsumexp("rows"), "axis is 'rows', but"),
        (lambda x: x.logsumexp(10**30), r"axis is about 10\*\*30, but"),
        (lambda x: x.sum(0, np.ones(2)), r"keepdims is array\(\[1., 1.\]\), but should be True or False."),
        (lambda x: x.mean(0, np.ones(2)), r"keepdims is array\(\[1., 1.\]\), but should be True or False."),
        (lambda x: x.backward(), r"backward starts from a scalar, but u has shape \(2, 3\). Write u.sum\(\)"),
        (lambda x: np.add.reduce(x), "np.add has no rule"),
        (
            lambda x: unbroadcast(np.ones((2, 3)), (4, 1)),
            r"g has shape \(2, 3\), but should have a shape to which",
        ),
        (lambda x: unbroadcast(np.ones(3), (2, 3)), r"g has shape \(3,\), but should"),
        (lambda x: unbroadcast(np.ones(3), 3), "shape is 3, but should be a tuple"),
        (lambda x: unbroadcast([1.0], ()), "g is a list"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        wrong(Tensor(np.ones((2, 3))))
