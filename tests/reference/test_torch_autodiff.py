"""The engine against PyTorch's: the same random programs, networks and Hessian-vector products."""

import numpy as np
import pytest
from expressions import ARRAY_STEPS, SCALAR_STEPS, function, programs, run
from hypothesis import given
from numpy.testing import assert_allclose
from strategies import SIZES, make_network

from bpkit.reference.autodiff import Value
from bpkit.reference.dual import hvp, jvp
from bpkit.reference.tensors import Tensor

torch = pytest.importorskip("torch")
TO_ROUNDING = {"rtol": 1e-11, "atol": 1e-12}
SHAPES = ((2, 3), (2, 1), (1, 3), (3,), ())


def torch_gradients(steps, leaves):
    tensors = [torch.tensor(leaf, requires_grad=True) for leaf in leaves]
    sum(u.sum() for u in run(steps, tensors)).backward()
    return [t.grad.numpy() for t in tensors]


@given(program=programs())
def test_values_have_the_gradients_of_torch(program):
    leaves, steps = program
    nodes = [Value(leaf) for leaf in leaves]

    sum(run(steps, nodes)).backward()

    assert_allclose([node.grad for node in nodes], torch_gradients(steps, leaves), **TO_ROUNDING)


@given(program=programs(ARRAY_STEPS, SHAPES))
def test_tensors_have_the_gradients_of_torch(program):
    leaves, steps = program
    nodes = [Tensor(leaf) for leaf in leaves]

    sum(u.sum() for u in run(steps, nodes)).backward()

    for node, gradient in zip(nodes, torch_gradients(steps, leaves), strict=True):
        assert_allclose(node.grad, gradient, **TO_ROUNDING, strict=True)


@given(program=programs(SCALAR_STEPS, ((2, 3), (3,))))
def test_values_and_tensors_agree_entry_by_entry(program):
    leaves, steps = program
    nodes = [Tensor(leaf) for leaf in leaves]
    sum(u.sum() for u in run(steps, nodes) if u.shape == (2, 3)).backward()

    x = [[Value(v) for v in leaf.ravel()] for leaf in leaves]
    shapes = [u.shape for u in run(steps, leaves)]
    for k in range(6):
        trace = run(steps, [x[0][k], x[1][k % 3]])
        sum(u for u, shape in zip(trace, shapes, strict=True) if shape == (2, 3)).backward()

    for row, node in zip(x, nodes, strict=True):
        assert_allclose([v.grad for v in row], node.grad.ravel(), **TO_ROUNDING)


def test_torch_refuses_gradients_of_another_program():
    leaves = [np.full((2, 3), 0.7)]

    right, other = (torch_gradients([(name, 0, 0)], leaves)[0] for name in ("tanh", "sigmoid"))

    assert not np.allclose(right, other)


def network_loss(net, W, array):
    """Return the mean squared error of a network without biases, on arrays of either library."""
    a = array(net.x)
    for l in W:
        a = function(net.f[l], W[l] @ a)
    return ((a - array(net.y)) ** 2).sum(axis=0).mean()


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_hessian_vector_products_and_tangents_are_those_of_torch(sizes):
    net = make_network(sizes, 5, "sigmoid", "half_squared_error")
    W = {l: torch.tensor(net.W[l]) for l in net.W}
    for l in net.W:
        v = np.random.default_rng(l).normal(size=net.W[l].shape)
        ours = (lambda w: network_loss(net, {**net.W, l: w}, np.asarray)), net.W[l], v
        theirs = (lambda w: network_loss(net, {**W, l: w}, torch.tensor)), W[l], torch.tensor(v)

        assert_allclose(hvp(*ours), torch.autograd.functional.hvp(*theirs)[1], **TO_ROUNDING)
        assert_allclose(jvp(*ours), torch.autograd.functional.jvp(*theirs), **TO_ROUNDING)
