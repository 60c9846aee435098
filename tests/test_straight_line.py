"""The step in plain numbers: where it is used, what it reads like, and that it is the same step."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from strategies import CANONICAL

from bpkit import Network, straight_line
from bpkit.straight_line import step_in_numbers, step_source


@pytest.mark.parametrize(
    ("sizes", "hidden", "m", "used"),
    [
        ((2, 2, 1), "sigmoid", 1, True),
        ((2, 4, 1), "sigmoid", 4, True),
        ((1, 4, 1), "tanh", 20, False),
        ((64, 32, 10), "relu", 1, False),
        ((2, 2, 1), "softplus", 1, False),
    ],
)
def test_plain_numbers_are_for_few_products_of_known_functions(sizes, hidden, m, used):
    assert (step_in_numbers(Network(sizes, hidden, rng=0), m) is not None) == used


def test_plain_numbers_are_not_for_softmax():
    net = Network([2, 2], output="softmax", loss="cross_entropy", rng=0)

    assert step_in_numbers(net, 1) is None


@pytest.mark.parametrize(
    "pair", [*CANONICAL[:2], ("tanh", "mean_squared_error"), ("relu", "half_squared_error")]
)
@pytest.mark.parametrize("m", [1, 3])
def test_plain_numbers_and_arrays_take_the_same_step(monkeypatch, pair, m):
    rng = np.random.default_rng(0)
    numbers, arrays = (Network([3, 4, 2], "relu", *pair, rng=1) for _ in range(2))
    monkeypatch.setattr(straight_line, "PRODUCTS", 10**6)
    assert step_in_numbers(numbers, m)

    for _ in range(20):
        x, y = rng.normal(size=(3, m)), rng.random((2, m))
        monkeypatch.setattr(straight_line, "PRODUCTS", 10**6)
        numbers.step(x, y, 0.1)
        monkeypatch.setattr(straight_line, "PRODUCTS", 0)
        arrays.step(x, y, 0.1)

    assert_allclose(numbers.theta, arrays.theta, rtol=1e-12, atol=1e-15)


def test_text_of_a_step_has_one_line_for_every_unit():
    lines = step_source(Network([2, 3, 1], "tanh", rng=0), 1).splitlines()

    assert [line.split()[0] for line in lines if line.strip().startswith(("a", "d1", "d2"))] == [
        *("a1_0", "a1_1", "a1_2", "a2_0", "d2_0", "d1_0", "d1_1", "d1_2")
    ]


def test_text_of_a_step_with_a_wrong_sign_is_found(monkeypatch):
    monkeypatch.setitem(straight_line.SLOPE, "tanh", " * (1.0 + {a} * {a})")
    net, plain = Network([2, 3, 1], "tanh", rng=0), Network([2, 3, 1], "tanh", rng=0)
    x, y = np.ones((2, 1)), np.ones((1, 1))

    net.step(x, y, 0.1)
    plain.forward(x)
    dW, _ = plain.backward(y)

    assert not np.allclose(net.W[1], plain.W[1] - 0.1 * dW[1])
