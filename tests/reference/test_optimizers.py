"""One step of gradient descent: where it goes, what it keeps, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import EXACT, arrays

from bpkit import gradient_descent


@given(theta=arrays(), gradient=arrays(), rate=st.floats(0, 1))
def test_gradient_descent_leaves_its_arguments_alone(theta, gradient, rate):
    gradient = np.resize(gradient, theta.shape)
    before = theta.copy(), gradient.copy()

    stepped = gradient_descent({1: theta}, {1: gradient}, rate)

    assert_array_equal(theta, before[0])
    assert_array_equal(gradient, before[1])
    assert not np.shares_memory(stepped[1], theta)
    assert_allclose(stepped[1] + rate * gradient, theta, rtol=1e-9, atol=1e-9)


def test_gradient_descent_on_a_parabola_shrinks_geometrically():
    theta = {1: np.array([[8.0]]), 2: np.array([[-2.0]])}

    for _ in range(10):
        theta = gradient_descent(theta, theta, 0.25)

    assert_allclose(theta[1], [[8 * 0.75**10]], **EXACT)
    assert_allclose(theta[2], [[-2 * 0.75**10]], **EXACT)


@pytest.mark.parametrize("rate", [0.1, np.float64(0.1)])
def test_gradient_descent_keeps_single_precision(rate):
    ones = {1: np.ones((2, 3), np.float32)}

    assert gradient_descent(ones, ones, rate)[1].dtype == np.float32


def test_gradient_descent_promotes_integers():
    stepped = gradient_descent({1: np.array([[1, 2]])}, {1: np.array([[1, 1]])}, 0.5)

    assert_array_equal(stepped[1], [[0.5, 1.5]])


@pytest.mark.parametrize("gradient", [{1: np.zeros((3, 2))}, {2: np.zeros((2, 3))}, {1: np.zeros(3)}])
def test_gradient_descent_refuses_a_gradient_of_another_shape(gradient):
    with pytest.raises(ValueError, match=r"gradient has the shapes .*, but should have \{1: \(2, 3\)\}"):
        gradient_descent({1: np.zeros((2, 3))}, gradient, 0.1)
