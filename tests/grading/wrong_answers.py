"""Wrong answers as students write them, each with the number of its mistake."""

from textwrap import dedent

from grading.notebooks import BACKPROP, BY_HAND
from grading.wrong_checks import WRONG_CHECKS
from grading.wrong_derivatives import WRONG_DERIVATIVES
from grading.wrong_flow import WRONG_FLOW
from grading.wrong_losses import WRONG_LOSSES
from grading.wrong_repair import WRONG_REPAIR
from grading.wrong_training import WRONG_TRAINING

WRONG = (
    (
        BACKPROP,
        "forward",
        "M50",
        """
        def forward(W, b, x, f):
            z, a = {}, {0: x}
            for l in range(1, len(W) + 1):
                z[l] = np.dot(W[l], a[l - 1])
                a[l] = activation(f[l])(z[l])
            return z, a
        """,
    ),
    (
        BACKPROP,
        "hidden_delta",
        "M14",
        """
        def hidden_delta(W_next, delta_next, z, f_prime):
            return np.dot(W_next.T, delta_next)
        """,
    ),
    (
        BACKPROP,
        "hidden_delta",
        "M15",
        """
        def hidden_delta(W_next, delta_next, z, f_prime):
            return f_prime(z) * np.dot(W_next, delta_next)
        """,
    ),
    (
        BACKPROP,
        "layer_gradients",
        "M48",
        """
        def layer_gradients(delta, a_prev):
            return np.einsum("ji,ki->jk", delta, a_prev), np.sum(delta, axis=1)[:, np.newaxis]
        """,
    ),
    (
        BACKPROP,
        "layer_gradients",
        "M44",
        """
        def layer_gradients(delta, a_prev):
            return delta @ a_prev.T / len(a_prev[0]), delta.mean(axis=0)
        """,
    ),
    (
        BACKPROP,
        "backward",
        "M1",
        """
        def backward(W, z, a, y, f, loss):
            L, dW, db = max(W), {}, {}
            delta = {L: a[L] - y}
            for l in range(L - 1, 0, -1):
                delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
            for l in W:
                dW[l], db[l] = layer_gradients(delta[l], a[l - 1])
            return dW, db, delta
        """,
    ),
    (
        BACKPROP,
        "loss_and_gradients",
        "M48",
        """
        def loss_and_gradients(W, b, x, y, f, loss):
            z, a = forward(W, b, x, f)
            o = a[max(a)]
            if loss == "half_squared_error":
                total = np.sum((o - y) ** 2) / 2
            elif loss == "cross_entropy":
                total = -np.sum(y * np.log(o))
            else:
                total = -np.sum(y * np.log(o) + (1 - y) * np.log(1 - o))
            return total, *backward(W, z, a, y, f, loss)[:2]
        """,
    ),
    (
        BY_HAND,
        "deltas_221",
        "M5",
        """
        def deltas_221(W, z, a, y):
            delta2 = (y - a[2]) * a[2] * (1 - a[2])
            return {2: delta2, 1: W[2].T @ delta2 * a[1] * (1 - a[1])}
        """,
    ),
    (
        BY_HAND,
        "step_221",
        "M54",
        """
        def step_221(W, b, x, y, learning_rate):
            dW, db = gradients_221(W, b, x, y)
            return {l: W[l] + learning_rate * dW[l] for l in W}, {l: b[l] + learning_rate * db[l] for l in b}
        """,
    ),
    (
        BY_HAND,
        "numbers",
        "M14",
        """
        numbers = {
            "z1": [0.16, 0.08], "a1": [0.539915, 0.519989], "z2": 0.113954, "o": 0.528458,
            "loss": 0.002559, "delta2": -0.017828, "delta1": [-0.010697, 0.008914],
            "dW2": [-0.009626, -0.009270], "dW1": [[-0.005348, -0.001070], [0.004457, 0.000891]],
        }
        """,
    ),
)
WRONG = tuple(
    (set_name, name, number, dedent(source))
    for set_name, name, number, source in (
        *WRONG,
        *WRONG_CHECKS,
        *WRONG_DERIVATIVES,
        *WRONG_FLOW,
        *WRONG_LOSSES,
        *WRONG_REPAIR,
        *WRONG_TRAINING,
    )
)
