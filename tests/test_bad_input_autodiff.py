"""Whatever is thrown at the engines of differentiation: a right result or a sentence of ours."""

import operator

import numpy as np
import pytest
from hypothesis import strategies as st
from strange import SHAPES, STRANGEST, Row, public_names, throw, throw_every_strange_thing
from strategies import arrays

from bpkit.reference import autodiff, dual, tensors
from bpkit.reference.autodiff import Value, grad, topological_order
from bpkit.reference.dual import Dual, hvp, jvp
from bpkit.reference.tensors import Tensor, unbroadcast

EXAMPLES = 60  # trials of each public name
ROOMS = (tensors, dual, autodiff)
ELSEWHERE = {"Node"}  # what Value and Tensor have in common
MATRIX = arrays(bound=5.0).map(lambda a: a.round(6))  # a quotient by less is inf in float32 alone
NUMBERS = st.floats(0.5, 5)
TWO_NUMBERS = st.tuples(NUMBERS, NUMBERS)
TWO_ARRAYS = MATRIX.map(lambda a: (a, np.flip(a) + 1))
FUNCTIONS = st.sampled_from([lambda x: x**3 - 2 * x, lambda x: np.tanh(x) * x, lambda x: 1 / (x * x + 1)])
HESSIANS = {  # scalar functions, and their Hessian times v
    (lambda x: (x**3).sum()): lambda x, v: 6 * x * v,
    (lambda x: (x * x).sum() / 2): lambda x, v: v,
    (lambda x: x.sum() * x.sum()): lambda x, v: 2 * v.sum() + 0 * x,
}


def function_and_arrays(functions):
    return st.tuples(functions, TWO_ARRAYS).map(lambda t: (t[0], *t[1]))


def slope_due(f, x):
    return np.imag(f(np.asarray(x) + 1e-30j)) / 1e-30


def jvp_due(f, x, v):
    u = f(np.asarray(x) + 1e-30j * np.asarray(v))
    return np.real(u), np.imag(u) / 1e-30


def hvp_due(f, x, v):
    return HESSIANS.get(f, lambda x, v: 0 * x)(np.asarray(x), np.asarray(v))


def dual_sum(x, t):
    sum_of = Dual(x, t).sum(axis=0)
    return sum_of.value, sum_of.tangent


def graph(x, y):
    return Value(x) * Value(y) + 1.0


def written(kind, operation):
    """Return what applies an operation with `kind` on the left and something else on the right."""
    return lambda x, y: operation(kind(x), y).data


def turned(operation):
    """Return what applies an operation with a Tensor on the right and something else on the left."""
    return lambda x, y: operation(y, Tensor(x)).data


def by_numpy(operation):
    """Return the operation on what numpy makes of its arguments: there 1 / 0 is inf."""
    return lambda x, y: operation(np.asarray(x, float), np.asarray(y, float))


OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
ROWS = {
    "Value": Row(st.tuples(NUMBERS), lambda x: np.float64(x), lambda x: Value(x).data, keeps_type=False),
    **{
        f"Value {sign}": Row(TWO_NUMBERS, by_numpy(f), written(Value, f), keeps_type=False)
        for sign, f in OPERATIONS.items()
    },
    "topological_order": Row(
        TWO_NUMBERS.map(lambda t: (graph(*t),)), lambda v: 4, lambda v: len(topological_order(v))
    ),
    "grad": Row(
        st.tuples(FUNCTIONS, NUMBERS), slope_due, lambda f, x: np.float64(grad(f)(x)), keeps_type=False
    ),
    "Tensor": Row(st.tuples(MATRIX), lambda x: x, lambda x: Tensor(x).data),
    **{
        f"Tensor {sign}": Row(TWO_ARRAYS, by_numpy(f), written(Tensor, f), keeps_type=False)
        for sign, f in OPERATIONS.items()
        if sign != "**"
    },
    **{
        f"{sign} Tensor": Row(TWO_ARRAYS, lambda x, y, f=f: by_numpy(f)(y, x), turned(f), keeps_type=False)
        for sign, f in OPERATIONS.items()
        if sign != "**"
    },
    "Tensor **": Row(
        st.tuples(MATRIX, st.integers(0, 4)), by_numpy(operator.pow), written(Tensor, operator.pow)
    ),
    "Tensor @": Row(
        MATRIX.map(lambda a: (a, a.T)),
        lambda x, y: np.einsum("ij,jk->ik", x, y),
        written(Tensor, operator.matmul),
    ),
    "Tensor.sum": Row(
        st.tuples(MATRIX, st.sampled_from([0, 1, -1, (0, 1), None]), st.booleans()),
        lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=bool(keepdims)),
        lambda x, axis, keepdims: Tensor(x).sum(axis, keepdims).data,
    ),
    "Tensor.mean": Row(
        st.tuples(MATRIX, st.sampled_from([0, 1, -1, (0, 1), None]), st.booleans()),
        lambda x, axis, keepdims: np.mean(x, axis=axis, keepdims=bool(keepdims)),
        lambda x, axis, keepdims: Tensor(x).mean(axis, keepdims).data,
    ),
    "Tensor.reshape": Row(
        MATRIX.map(lambda a: (a, a.shape[::-1])),
        lambda x, shape: np.reshape(x, shape),
        lambda x, shape: Tensor(x).reshape(shape).data,
        stranger=((2.5,), ("a",), (10**400,), (-1, -1), (None,), ([],), (10**12, 0)),
    ),
    "Tensor.logsumexp": Row(
        st.tuples(MATRIX, st.sampled_from([0, 1, (0, 1)])),
        lambda x, axis: np.log(np.exp(x).sum(axis=axis, keepdims=True)),
        lambda x, axis: Tensor(x).logsumexp(axis).data,
    ),
    "unbroadcast": Row(
        MATRIX.map(lambda a: (a, (1, a.shape[1]))),
        lambda g, shape: np.zeros(shape),
        unbroadcast,
        close=SHAPES,
        stranger=((2.5,), ("a",), (10**400,), (-1, -1), (None,), ([],), (np.ones(2), 1)),
    ),
    "Dual": Row(TWO_ARRAYS, lambda x, t: (x, t), lambda x, t: (Dual(x, t).value, Dual(x, t).tangent)),
    "Dual.sum": Row(TWO_ARRAYS, lambda x, t: (x.sum(axis=0), t.sum(axis=0)), dual_sum),
    "jvp": Row(function_and_arrays(FUNCTIONS), jvp_due, jvp, keeps_type=False),
    "hvp": Row(function_and_arrays(st.sampled_from(list(HESSIANS))), hvp_due, hvp, keeps_type=False),
}


def test_everything_that_differentiates_is_tried():
    tried = {word for name in ROWS for word in name.replace(".", " ").split()}

    assert public_names(*ROOMS) - ELSEWHERE <= tried


@pytest.mark.parametrize("name", ROWS)
def test_engine_gives_a_right_result_or_a_sentence(name):
    throw(ROWS[name], EXAMPLES)


@pytest.mark.parametrize("name", ROWS)
def test_engine_takes_every_strange_thing_in_every_place(name):
    throw_every_strange_thing(ROWS[name], STRANGEST)
