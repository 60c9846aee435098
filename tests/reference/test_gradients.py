"""Gradients at any depth against both numerical witnesses, and faults that both refuse."""

import numpy as np
import pytest
from strategies import CENTRAL, EXACT, PAIRS, assert_same, make_network, total_loss

from bpkit import (
    activation,
    central_difference,
    complex_step,
    derivative,
    forward,
    hidden_delta,
    layer_gradients,
    loss_and_gradients,
    numerical_gradients,
    output_delta,
)

UNEQUAL = (1, 3, 2, 5, 4, 6, 7, 8, 9)


def numeric(net, method):
    m = net.x.shape[1]
    return numerical_gradients(lambda W, b: total_loss(net, W, b) / m, net.W, net.b, method)


@pytest.mark.parametrize("m", [1, 5])
@pytest.mark.parametrize("depth", range(1, 9))
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_gradients_match_the_complex_step_at_any_depth(f, loss, depth, m):
    net = make_network(UNEQUAL[: depth + 1] if m == 1 else (3,) * (depth + 1), m, f, loss, seed=depth)
    _, dW, db = loss_and_gradients(*net)

    numeric_dW, numeric_db = numeric(net, complex_step)

    assert_same(dW, numeric_dW, **EXACT)
    assert_same(db, numeric_db, **EXACT)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 8])
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_gradients_match_central_differences(f, loss, depth):
    net = make_network((3, 1, 2, 4, 2, 3, 1, 2, 3)[: depth + 1], 4, f, loss, seed=depth)
    _, dW, db = loss_and_gradients(*net)

    numeric_dW, numeric_db = numeric(net, central_difference)

    assert_same(dW, numeric_dW, **CENTRAL)
    assert_same(db, numeric_db, **CENTRAL)


RIGHT = {
    "output": output_delta,
    "hidden": hidden_delta,
    "weights": lambda delta, a: layer_gradients(delta, a)[0],
    "biases": lambda delta, a: layer_gradients(delta, a)[1],
}
FAULTS = {
    "output f' missing": {"output": lambda z, y, f, loss: activation(f)(z) - y},
    "sign": {"output": lambda z, y, f, loss: -output_delta(z, y, f, loss)},
    "hidden f' missing": {"hidden": lambda W, delta, z, f_prime: W.T @ delta},
    "transpose missing": {"hidden": lambda W, delta, z, f_prime: (W @ delta) * f_prime(z)},
    "f' at a": {"hidden": lambda W, delta, z, f_prime: (W.T @ delta) * f_prime(np.tanh(z))},
    "not propagated": {"hidden": lambda W, delta, z, f_prime: delta * f_prime(z)},
    "not averaged": {"weights": lambda delta, a: delta @ a.T},
    "averaged twice": {"weights": lambda delta, a: delta @ a.T / a.shape[1] ** 2},
    "last sample only": {"weights": lambda delta, a: delta[:, -1:] @ a[:, -1:].T},
    "bias gradient zero": {"biases": lambda delta, a: 0 * delta[:, :1]},
    "bias gradient summed": {"biases": lambda delta, a: delta.sum(axis=1, keepdims=True)},
}


def run_steps(net, output, hidden, weights, biases):
    """Run backward with each of its four equations given."""
    z, a = forward(net.W, net.b, net.x, net.f)
    L = len(net.W)
    delta = {L: output(z[L], net.y, net.f[L], net.loss)}
    for l in range(L - 1, 0, -1):
        delta[l] = hidden(net.W[l + 1], delta[l + 1], z[l], derivative(net.f[l]))
    dW = {l: weights(delta[l], a[l - 1]) for l in delta}
    return dW, {l: biases(delta[l], a[l - 1]) for l in delta}


@pytest.mark.parametrize("method", [central_difference, complex_step])
@pytest.mark.parametrize("fault", FAULTS)
def test_spoiled_gradients_are_refused_by_both_witnesses(fault, method):
    net = make_network((3, 3, 3, 3), 5, "sigmoid", "half_squared_error")
    numeric_dW, numeric_db = numeric(net, method)

    dW, db = run_steps(net, **RIGHT)
    assert_same(dW, numeric_dW, **CENTRAL)
    assert_same(db, numeric_db, **CENTRAL)

    dW, db = run_steps(net, **{**RIGHT, **FAULTS[fault]})
    with pytest.raises(AssertionError):
        assert_same(dW, numeric_dW, **CENTRAL)
        assert_same(db, numeric_db, **CENTRAL)
