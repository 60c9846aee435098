"""Reverse mode on numbers: hand values, random programs, deep graphs, and what it refuses."""

import math

import numpy as np
import pytest
from expressions import PLAIN, SCALAR_STEPS, function, programs, run
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from strategies import CENTRAL, EXACT

from bpkit import central_difference, complex_step
from bpkit.reference.autodiff import Value, grad, topological_order
from bpkit.reference.rules import RULES, elementwise
from bpkit.reference.tensors import Tensor

POINTS = np.array([-2.5, -0.3, 0.2, 1.0, 3.0])
FUNCTIONS = SCALAR_STEPS | {"+": lambda x, y: x + x, "*": lambda x, y: x * x, "/": lambda x, y: x / (x + 9)}


def gradients(steps, leaves):
    """Return the derivative of the sum of all that a program computes, by each leaf."""
    nodes = [Value(leaf) for leaf in leaves]
    sum(run(steps, nodes)).backward()
    return np.array([node.grad for node in nodes])


@given(program=programs())
def test_backward_matches_the_complex_step_of_any_program(program):
    leaves, steps = program

    by_step = complex_step(lambda x: sum(run(steps, list(x))), np.array(leaves))

    assert_allclose(gradients(steps, leaves), by_step, **EXACT)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_grad_matches_both_numerical_witnesses(name):
    def f(x):
        return FUNCTIONS[name](x, x)

    for x in np.abs(POINTS) if name in ("log", "power") else POINTS:
        assert_allclose(grad(f)(x), complex_step(f, x), **EXACT)
        assert_allclose(grad(f)(x), central_difference(f, x), **CENTRAL)


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("divide", lambda u, x, y: u / y),
        ("tanh", lambda u, x: 1 - x**2),
        ("exp", lambda u, x: x),
        ("log", lambda u, x: 1 / u),
        ("relu", lambda u, x: 1),
        ("sigmoid", lambda u, x: x * (1 - x)),
        ("power", lambda u, x, n: x ** (n - 1)),
        ("negative", lambda u, x: 1),
    ],
)
def test_wrong_slope_is_refused_by_the_complex_step(name, slope, monkeypatch):
    right = RULES[name]
    wrong = elementwise(right.value, *[slope] * len(right.pull))
    step = {"divide": "number first", "negative": "negative", "power": "square"}.get(name, name)
    monkeypatch.setitem(RULES, name, wrong)

    found = [grad(lambda x: SCALAR_STEPS[step](x, x))(x) for x in (-0.7, 0.7)]

    with np.errstate(invalid="ignore"):
        exact = [complex_step(lambda x: SCALAR_STEPS[step](x, x), np.array(x)) for x in (-0.7, 0.7)]
    assert not np.allclose(found, exact, equal_nan=True)


def test_neuron_by_hand():
    w, b, x, y = Value(2.0), Value(-1.0), Value(0.5), 1.0

    loss = ((w * x + b).sigmoid() - y) ** 2 / 2
    loss.backward()

    assert loss.data == 0.125  # σ(0) = ½
    assert (w.grad, b.grad, x.grad) == (-0.0625, -0.125, -0.25)  # δ = (½ - 1) · ¼


def test_gradients_add_up_over_shared_nodes():
    x, y = Value(3.0), Value(-2.0)

    u = x * x * y + x
    (u + u * x).backward()

    assert x.grad == 1 + 2 * 3 + 2 * 3 * -2 + 3 * 9 * -2
    assert y.grad == 9 + 27


@given(program=programs())
def test_backward_again_is_right_after_the_leaves_are_set_to_zero(program):
    leaves, steps = program
    nodes = [Value(leaf) for leaf in leaves]
    u = sum(run(steps, nodes))
    u.backward()
    once = [node.grad for node in nodes]
    for node in nodes:
        node.grad = 0

    u.backward()

    assert [node.grad for node in nodes] == once


def test_backward_adds_to_the_gradients_of_leaves_that_were_not_set_to_zero():
    x = Value(2.0)
    u = (x * 3) ** 2

    u.backward()
    u.backward()
    (x * 5).backward()

    assert x.grad == 36 + 36 + 5


def test_backward_from_a_leaf_is_one():
    x = Value(4.0)

    x.backward()

    assert (x.grad, x.data) == (1.0, 4.0)


def test_chains_may_be_deeper_than_the_stack_of_python():
    x = Value(0.5)
    u = x
    for _ in range(20_000):
        u = u * 1.0 + 0.0 * x

    u.backward()

    assert x.grad == 1.0
    assert len(topological_order(u)) == 3 * 20_000 + 1


@given(program=programs())
def test_topological_order_has_inputs_first_and_every_node_once(program):
    leaves, steps = program
    trace = run(steps, [Value(leaf) for leaf in leaves])

    order = topological_order(sum(trace))

    place = {id(node): k for k, node in enumerate(order)}
    assert len(place) == len(order)
    assert all(id(node) in place for node in trace)
    for u, (name, i, j) in zip(trace[len(leaves) :], steps, strict=True):
        inputs = {i, j} if name in "+-*/" else {i}
        assert all(place[id(trace[k])] < place[id(u)] for k in inputs)


def test_plain_numbers_stand_on_either_side():
    x = Value(4.0)

    results = [2 + x, x + 2, 2 - x, x - 2, 2 * x, x * 2, 2 / x, x / 2, np.float64(2) - x, np.array(2) / x]

    assert [u.data for u in results] == [6, 6, -2, 2, 8, 8, 0.5, 2, -2, 0.5]
    for u in results:
        u.backward()
    assert x.grad == 1 + 1 - 1 + 1 + 2 + 2 - 2 / 16 + 0.5 - 1 - 2 / 16


@pytest.mark.parametrize("name", PLAIN)
def test_functions_of_numpy_and_methods_give_the_same(name):
    x = Value(0.8)

    u = function(name, x)

    assert_allclose(u.data, PLAIN[name](np.float64(0.8)), **EXACT)
    if name in ("exp", "log", "tanh"):
        assert getattr(np, name)(x).data == u.data


def test_value_introduces_itself():
    x = Value(2)
    (x * x).backward()

    assert repr(x) == "Value(data=2.0, grad=4.0)"
    assert type(x.data) is type(x.grad) is type((x * 3).data) is float


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("f", "x", "value", "slope"),
    [
        (lambda x: 1 / x, 0, INF, -INF),
        (lambda x: x / 0, 0, NAN, INF),
        (lambda x: x**-2, 0, INF, -INF),
        (lambda x: x**0.5, 0, 0, INF),
        (lambda x: x**0, 0, 1, 0),
        (lambda x: x**1, 0, 0, 1),
        (lambda x: x**0.5, -1, NAN, NAN),
        (lambda x: x.log(), 0, -INF, INF),
        (lambda x: x.log(), -1, NAN, NAN),
        (lambda x: x.exp(), 1000, INF, INF),
        (lambda x: x.exp() - x.exp(), 1000, NAN, NAN),
        (lambda x: x.tanh(), -INF, -1, 0),
        (lambda x: x.sigmoid(), -1e4, 0, 0),
        (lambda x: x.sigmoid(), 40, 1, math.exp(-40)),
        (lambda x: x.tanh(), -20, -1, math.cosh(20) ** -2),
        (lambda x: x.relu(), 0, 0, 0),
        (lambda x: x.relu(), NAN, NAN, NAN),
        (lambda x: x * x, NAN, NAN, NAN),
        (lambda x: x * 1e300 * 1e300, 1, INF, INF),
    ],
)
def test_results_out_of_range_are_infinite_or_nan_without_a_warning(f, x, value, slope):
    assert_allclose(f(Value(x)).data, value, rtol=1e-15)
    assert_allclose(grad(f)(x), slope, rtol=1e-14)


def test_grad_of_a_constant_is_zero_and_of_the_identity_one():
    assert grad(lambda x: 3)(2.0) == grad(lambda x: Value(3))(2.0) == 0.0
    assert grad(lambda x: x)(2) == 1.0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda x: Value("a"), "data is a str, but should be a number."),
        (lambda x: Value(True), "data is a bool, but should be a number."),
        (lambda x: Value(1j), "data is a complex, but should be a number."),
        (lambda x: Value(x), "data is a Value, but should be a number."),
        (lambda x: Value(np.ones(2)), "data is a ndarray, but should be a number."),
        (lambda x: x + "a", "operand is a str, but should be a number."),
        (lambda x: None - x, "operand is None, but should be a number."),
        (lambda x: np.ones(2) * x, "operand is a ndarray, but should be a number."),
        (lambda x: x + Tensor(np.ones(2)), "operand is a Tensor, but should be a number."),
        (lambda x: x**x, "The exponent is a Value, but should be a number."),
        (lambda x: 2**x, r"no rule. Write \(x \* log\(c\)\).exp\(\) for c \*\* x."),
        (lambda x: np.sin(x), "np.sin has no rule of differentiation here. There are"),
        (lambda x: np.sum(x), "np.sum has no rule"),
        (lambda x: np.multiply(x, 2, out=np.ones(1)), "np.multiply has no rule"),
        (lambda x: np.asarray(x), r"A Value is not an array. Its numbers are x.detach\(\)."),
        (lambda x: topological_order(2.0), "v is a float, but should be a Value or a Tensor."),
        (lambda x: grad(3), "f is an int, but should be a function."),
        (lambda x: grad(abs)("a"), "x is a str, but should be a number."),
        (lambda x: grad(lambda x: None)(1), r"f\(x\) is None, but should be a number."),
    ],
)
def test_what_is_not_a_number_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(TypeError, match=sentence):
        wrong(Value(2.0))


def test_derivative_inside_a_derivative_is_refused_and_the_next_one_works():
    with pytest.raises(TypeError, match="A derivative inside a derivative is not computed here"):
        grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0)

    assert grad(lambda x: x * x)(3.0) == 6.0


def test_values_do_not_write_into_the_arrays_they_come_from():
    data = np.array(2.0)

    grad(lambda x: x**2)(data)

    assert_array_equal(data, 2.0)
