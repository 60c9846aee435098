"""Right answers to ps04: functions in other words, and the numbers in other shapes."""

import numpy as np
from grading.right_backprop import (
    backward_by_einsum,
    backward_by_recursion,
    backward_by_samples,
    forward_by_einsum,
    forward_by_loops,
    forward_by_recursion,
    loss_and_gradients_of_the_samples,
)

F = {1: "sigmoid", 2: "sigmoid"}
SQUARED = "half_squared_error"


def forward_221_by_loops(W, b, x):
    return forward_by_loops(W, b, x, F)


def forward_221_by_einsum(W, b, x):
    return forward_by_einsum(W, b, x, F)


def forward_221_with_the_plain_sigmoid(W, b, x):
    z1 = W[1].dot(x) + b[1]
    a1 = 1 / (1 + np.exp(-z1))
    z2 = np.sum(W[2].T * a1, axis=0, keepdims=True) + b[2]
    return {1: z1, 2: z2}, {0: x, 1: a1, 2: (1 + np.tanh(z2 / 2)) / 2}


def deltas_221_from_the_activations(W, z, a, y):
    delta2 = (a[2] - y) * a[2] * (1 - a[2])
    return {1: np.outer(W[2][0], np.ones(y.shape[1])) * delta2 * (a[1] - a[1] ** 2), 2: delta2}


def deltas_221_by_recursion(W, z, a, y):
    return backward_by_recursion(W, z, a, y, F, SQUARED)[2]


def deltas_221_by_samples(W, z, a, y):
    return backward_by_samples(W, z, a, y, F, SQUARED)[2]


def gradients_221_by_samples(W, b, x, y):
    z, a = forward_by_einsum(W, b, x, F)
    return backward_by_samples(W, z, a, y, F, SQUARED)[:2]


def gradients_221_by_einsum(W, b, x, y):
    z, a = forward_by_recursion(W, b, x, F)
    return backward_by_einsum(W, z, a, y, F, SQUARED)[:2]


def gradients_221_of_the_samples(W, b, x, y):
    return loss_and_gradients_of_the_samples(W, b, x, y, F, SQUARED)[1:]


def step_221_by_dicts(W, b, x, y, learning_rate):
    dW, db = gradients_221_by_samples(W, b, x, y)
    return {l: W[l] - learning_rate * dW[l] for l in W}, {l: b[l] - learning_rate * db[l] for l in b}


def step_221_on_copies(W, b, x, y, learning_rate):
    gradients = gradients_221_by_einsum(W, b, x, y)
    W, b = ({l: p[l].copy() for l in p} for p in (W, b))
    for p, dp in zip((W, b), gradients, strict=True):
        for l in p:
            p[l] -= learning_rate * dp[l]
    return [W, b]


def step_221_by_the_mean_of_steps(W, b, x, y, learning_rate):
    columns = [np.s_[:, i : i + 1] for i in range(x.shape[1])]
    steps = [step_221_by_dicts(W, b, x[i], y[i], learning_rate) for i in columns]
    return tuple({l: np.mean([step[k][l] for step in steps], axis=0) for l in (1, 2)} for k in (0, 1))


NUMBERS = {
    "z1": [0.16, 0.08],
    "a1": [0.539915, 0.519989],
    "z2": 0.113954,
    "o": 0.528458,
    "loss": 0.002559,
    "delta2": -0.017828,
    "delta1": [-0.002657, 0.002225],
    "dW2": [-0.009626, -0.009270],
    "dW1": [[-0.001329, -0.000266], [0.001112, 0.000222]],
}
CUT = NUMBERS | {
    "a1": [0.539914, 0.519989],
    "o": 0.528457,
    "delta2": -0.017827,
    "delta1": (-0.002657, 0.002224),
}
AS_ARRAYS = {name: np.array(value) for name, value in NUMBERS.items()}
AS_COLUMNS = {name: np.reshape(value, (-1, 1)) for name, value in NUMBERS.items()}
WITH_MORE = NUMBERS | {"my_note": "by hand", "dW1": [-0.001329, -0.000266, 0.001112, 0.000222]}
VALUES = {"numbers": [NUMBERS, CUT, AS_ARRAYS, AS_COLUMNS, WITH_MORE]}
