"""One step of each optimizer: where it goes, what it keeps, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import EXACT, arrays

from bpkit import gradient_descent
from bpkit.reference.optimizers import OPTIMIZERS, adam, adamw, momentum, nesterov, rmsprop


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


@pytest.mark.parametrize("theta", [np.zeros(2), [np.zeros(2)], None])
def test_gradient_descent_refuses_what_is_no_dict(theta):
    with pytest.raises(TypeError, match="theta is .*, but should be a dict keyed by the layers' numbers"):
        gradient_descent(theta, {1: np.zeros(2)}, 0.1)


@pytest.mark.parametrize("gradient", [[1.0], "g", None])
def test_gradient_descent_refuses_layers_that_are_no_arrays(gradient):
    with pytest.raises(TypeError, match=r"gradient\[1\] is .*, but should be a numpy array of numbers"):
        gradient_descent({1: np.zeros(1)}, {1: gradient}, 0.1)


@pytest.mark.parametrize(("rate", "error"), [(np.nan, ValueError), (np.inf, ValueError), ("0.1", TypeError)])
def test_gradient_descent_refuses_rates_that_are_no_numbers(rate, error):
    with pytest.raises(error, match="learning_rate is .*, but should be a (finite )?number"):
        gradient_descent({1: np.zeros(1)}, {1: np.zeros(1)}, rate)


def step(name, theta, g, learning_rate=0.1, t=1, **options):
    """Take the first step of an optimizer by name, with states of zero."""
    optimizer = OPTIMIZERS[name]
    states = [np.zeros_like(theta) for _ in optimizer.states]
    count = [t] if optimizer.counts_steps else []
    return optimizer.step(theta, g, *states, *count, learning_rate, **options)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_leave_their_arguments_alone(name):
    arguments = [np.full((2, 3), value) for value in (1.0, 2.0, 3.0, 4.0)]
    before = [a.copy() for a in arguments]
    optimizer = OPTIMIZERS[name]
    given = arguments[: 2 + len(optimizer.states)]

    results = optimizer.step(*given, *([5] if optimizer.counts_steps else []), 0.1)

    assert len(results) == 1 + len(optimizer.states)
    assert all(np.array_equal(p, q) for p, q in zip(arguments, before, strict=True))
    assert not any(np.shares_memory(new, old) for new in results for old in arguments)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (2, 1, 3)])
def test_optimizers_treat_every_entry_alike(name, shape):
    rng = np.random.default_rng(0)
    theta, g = rng.normal(size=shape), rng.normal(size=shape)

    whole = step(name, theta, g)
    flat = step(name, theta.ravel(), g.ravel())

    for one, other in zip(whole, flat, strict=True):
        assert one.shape == shape
        assert_array_equal(one.ravel(), other)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("rate", [0.1, np.float64(0.1)])
def test_optimizers_keep_single_precision(name, rate):
    ones = np.ones((2, 3), np.float32)

    assert {result.dtype for result in step(name, ones, ones, rate)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_find_the_lowest_point_of_a_bowl(name):
    optimizer, theta = OPTIMIZERS[name], np.array([1.0, -2.0])
    states = [np.zeros(2) for _ in optimizer.states]

    for t in range(1, 1001):
        rate = 0.5 / np.sqrt(t)
        count = [t] if optimizer.counts_steps else []
        theta, *states = optimizer.step(theta, np.array([1.0, 3.0]) * theta, *states, *count, rate)

    assert np.abs(theta).max() < 0.05


def test_first_step_of_adaptive_optimizers_is_the_rate_for_any_gradient():
    g = np.array([1e-3, -1.0, 1e5])

    for name in ("adagrad", "adam"):
        assert_allclose(step(name, np.zeros(3), g, 0.01)[0], -0.01 * np.sign(g), rtol=2e-5)
    assert_allclose(step("rmsprop", np.zeros(3), g, 0.01)[0], -0.01 * np.sign(g) / np.sqrt(0.1), rtol=1e-4)
    assert_allclose(step("gradient_descent", np.zeros(3), g, 0.01)[0], -0.01 * g)


def test_momentum_has_the_values_worked_by_hand():
    theta, v = momentum(np.array([1.0]), np.array([2.0]), np.array([0.0]), 0.1, 0.5)
    theta, v = momentum(theta, np.array([1.0]), v, 0.1, 0.5)

    assert_allclose((theta[0], v[0]), (0.6, 2.0), **EXACT)  # v: 2, then 0.5 · 2 + 1; θ: 1 - 0.2 - 0.2


def test_nesterov_has_the_values_worked_by_hand():
    theta, v = nesterov(np.array([1.0]), np.array([2.0]), np.array([0.0]), 0.1, 0.5)
    theta, v = nesterov(theta, np.array([1.0]), v, 0.1, 0.5)

    assert_allclose((theta[0], v[0]), (0.5, 2.0), **EXACT)  # θ: 1 - 0.1 · (2 + 1) - 0.1 · (1 + 1)


def test_adam_has_the_values_worked_by_hand():
    theta, m, v = adam(np.array([1.0]), np.array([2.0]), np.zeros(1), np.zeros(1), 1, 0.1, 0.5, 0.75)
    assert_allclose((theta[0], m[0], v[0]), (0.9, 1.0, 1.0), rtol=1e-8)

    theta, m, v = adam(theta, np.array([-1.0]), m, v, 2, 0.1, 0.5, 0.75)
    assert_allclose((m[0], v[0]), (0.0, 1.0), **EXACT)  # 0.5 · 1 - 0.5 and 0.75 · 1 + 0.25 · 1
    assert_allclose(theta[0], 0.9, rtol=1e-8)


def test_without_memory_momentum_is_gradient_descent():
    theta, g = np.array([1.0, 2.0]), np.array([3.0, -1.0])

    for method in (momentum, nesterov):
        assert_array_equal(method(theta, g, np.ones(2), 0.1, mu=0)[0], theta - 0.1 * g)


def test_adamw_without_decay_is_adam():
    theta, g = np.array([1.0, 2.0]), np.array([3.0, -1.0])

    assert_array_equal(step("adamw", theta, g, weight_decay=0)[0], step("adam", theta, g)[0])
    assert not np.array_equal(step("adamw", theta, g)[0], step("adam", theta, g)[0])


def test_adamw_decays_by_the_rate_alone_however_large_the_gradient():
    theta = np.array([10.0, 10.0])
    still, decay = (
        step(name, theta, np.array([1e-3, 1e3]), **options)[0]
        for name, options in (("adam", {}), ("adamw", {"weight_decay": 0.5}))
    )

    assert_allclose(still - decay, 0.1 * 0.5 * theta, **EXACT)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_entry_that_never_had_a_gradient_stays(name):
    options = {"weight_decay": 0} if name == "adamw" else {}

    assert step(name, np.array([1.0, 1.0]), np.array([0.0, 1.0]), **options)[0][0] == 1


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_optimizers_show_what_is_not_a_number_in_its_entry_alone(name, bad):
    stepped = step(name, np.ones(2), np.array([1.0, bad]))[0]

    assert np.isfinite(stepped[0]) and not np.isfinite(stepped[1])


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("dtype", "huge"), [(np.float64, 1e200), (np.float32, 1e30)])
def test_huge_gradients_raise_no_warning(name, dtype, huge):
    results = step(name, np.ones(2, dtype), np.full(2, huge, dtype))

    assert not any(np.isnan(result).any() for result in results)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_refuse_a_gradient_of_another_shape(name):
    with pytest.raises(ValueError, match=r"g has shape \(3, 1\), but should have shape \(3,\)"):
        step(name, np.ones(3), np.ones((3, 1)))


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if OPTIMIZERS[name].states])
def test_optimizers_refuse_a_state_of_another_shape(name):
    optimizer = OPTIMIZERS[name]
    states = [np.ones((3, 1)) for _ in optimizer.states]
    message = rf"{optimizer.states[0]} has shape \(3, 1\), but should have shape \(3,\)"

    with pytest.raises(ValueError, match=message):
        optimizer.step(np.ones(3), np.ones(3), *states, *([1] if optimizer.counts_steps else []), 0.1)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("theta", "g"), [([1.0], np.ones(1)), (np.ones(1), "g"), (None, np.ones(1))])
def test_optimizers_refuse_what_is_no_array(name, theta, g):
    with pytest.raises(TypeError, match="but should be a numpy array of numbers"):
        step(name, theta, g)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    ("rate", "error"), [(-0.1, ValueError), (np.nan, ValueError), (np.inf, ValueError), ("0.1", TypeError)]
)
def test_optimizers_refuse_rates_that_make_no_step(name, rate, error):
    with pytest.raises(error, match="learning_rate is .*, but should be a (finite )?number"):
        step(name, np.ones(1), np.ones(1), rate)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("momentum", {"mu": 1.1}, "mu is 1.1, but should be a number from 0 to 1"),
        ("nesterov", {"mu": -0.1}, "mu is -0.1, but should be a number from 0 to 1"),
        ("rmsprop", {"rho": 2}, "rho is 2, but should be a number from 0 to 1"),
        ("adagrad", {"eps": 0}, "eps is 0, but should be a number above 0"),
        ("rmsprop", {"eps": 0}, "eps is 0, but should be a number above 0"),
        ("adam", {"eps": -1e-8}, "eps is -1e-08, but should be a number above 0"),
        ("adam", {"beta1": 1}, "beta1 is 1, but should be below 1"),
        ("rmsprop", {"rho": 1}, "rho is 1, but should be below 1"),
        ("adamw", {"beta2": 1.5}, "beta2 is 1.5, but should be a number from 0 to 1"),
        ("adam", {"t": 0}, "t is 0, but should be a whole number of at least 1"),
        ("adamw", {"weight_decay": -0.1}, "weight_decay is -0.1, but should be a number of at least 0"),
    ],
)
def test_optimizers_refuse_numbers_out_of_their_range(name, options, message):
    with pytest.raises(ValueError, match=message):
        step(name, np.ones(1), np.ones(1), **options)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_refuse_nothing_to_train(name):
    with pytest.raises(ValueError, match=r"theta has shape \(0, 3\), but should hold at least one number"):
        step(name, np.ones((0, 3)), np.ones((0, 3)))


def test_steps_are_counted_in_whole_numbers():
    with pytest.raises(TypeError, match="t is a float, but should be a whole number"):
        adamw(np.ones(1), np.ones(1), np.ones(1), np.ones(1), 1.0)


def test_optimizers_promote_integers():
    ones = np.ones(2, int)

    assert rmsprop(ones, ones, ones, 0.1)[0].dtype == np.float64


@pytest.mark.parametrize(("name", "place"), [("adagrad", 0), ("rmsprop", 0), ("adam", 1), ("adamw", 1)])
def test_optimizers_refuse_a_negative_sum_of_squares(name, place):
    optimizer = OPTIMIZERS[name]
    states = [np.zeros(2) for _ in optimizer.states]
    states[place][1] = -0.5
    count = [1] if optimizer.counts_steps else []

    with pytest.raises(
        ValueError, match=f"^{optimizer.states[place]} holds -0.5, but should hold no negative"
    ):
        optimizer.step(np.ones(2), np.ones(2), *states, *count, 0.1)
    states[place][1] = np.nan
    assert np.isnan(optimizer.step(np.ones(2), np.ones(2), *states, *count, 0.1)[0][1])
