"""Both sides of the equations in the chapter *What training is*."""

import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT, example_networks

from bpkit import complex_step, loss_and_gradients, sample_losses


def lines(seed=0):
    """Draw w, b, and N examples, for N of 1 and more."""
    rng = np.random.default_rng(seed)
    for N in (1, 2, 7):
        yield *rng.normal(size=2), rng.normal(size=N), rng.normal(size=N)


def line_loss(w, b, x, y):
    return ((w * x + b - y) ** 2).mean() / 2


@proves(
    "eq-line",
    lambda w, b, x: w * x + b,
    no_bias=lambda w, b, x: w * x,
    exchanged=lambda w, b, x: b * x + w,
    bias_times_x=lambda w, b, x: (w + b) * x,
)
def test_line_goes_through_b_and_rises_by_w(equation):
    for w, b, x, _ in lines():
        assert_allclose(equation(w, b, np.zeros(3)), b, **EXACT)
        assert_allclose(equation(w, b, x + 1) - equation(w, b, x), w, **EXACT)


@proves(
    "eq-training-loss",
    lambda loss, o, y: sum(loss(a, b) for a, b in zip(o, y, strict=True)) / len(o),
    sum_alone=lambda loss, o, y: sum(loss(a, b) for a, b in zip(o, y, strict=True)),
    loss_of_the_means=lambda loss, o, y: loss(np.mean(o), np.mean(y)),
    last_example=lambda loss, o, y: loss(o[-1], y[-1]),
)
def test_training_loss_is_the_mean_of_the_examples(equation):
    rng = np.random.default_rng(1)
    for N in (2, 5):
        o, y = rng.normal(size=(2, N))
        losses = sample_losses(o[None], y[None], "identity", "half_squared_error")

        assert_allclose(equation(lambda a, b: (a - b) ** 2 / 2, o, y), losses.mean(), **EXACT)


def line_gradient(w, b, x, y):
    error = w * x + b - y
    return np.array([(error * x).mean(), error.mean()])


@proves(
    "eq-line-gradient",
    line_gradient,
    summed=lambda w, b, x, y: line_gradient(w, b, x, y) * (1 + len(x)),
    exchanged=lambda w, b, x, y: line_gradient(w, b, x, y)[::-1],
    sign=lambda w, b, x, y: -line_gradient(w, b, x, y),
    mean_before_product=lambda w, b, x, y: (w * x + b - y).mean() * np.array([x.mean() + 1, 1]),
)
def test_line_gradient_is_that_of_the_complex_step(equation):
    for w, b, x, y in lines(2):
        slope = complex_step(lambda v, x=x, y=y: line_loss(v[0], v[1], x, y), np.array([w, b]))

        assert_allclose(equation(w, b, x, y), slope, **EXACT)


def hilly(v):
    return np.sin(v).sum() + (v**2).prod() + v[0] * v[-1]


@proves(
    "eq-first-order",
    lambda g, v: g @ v,
    steps_alone=lambda g, v: v.sum(),
    first_knob=lambda g, v: g[0] * v[0],
    lengths=lambda g, v: np.linalg.norm(g) * np.linalg.norm(v),
    sign=lambda g, v: -g @ v,
)
def test_rest_of_first_order_vanishes_faster_than_the_step(equation):
    rng = np.random.default_rng(3)
    for n in (2, 3, 6):
        theta, v = rng.normal(size=(2, n))
        g = complex_step(hilly, theta)
        for size in (1e-3, 1e-5):
            rest = hilly(theta + size * v) - hilly(theta) - equation(g, size * v)
            assert abs(rest) / (size * np.linalg.norm(v)) < 100 * size


@proves(
    "eq-steepest-descent",
    lambda g, s: -s * g,
    along=lambda g, s: s * g,
    signs_alone=lambda g, s: -np.sign(g) * s * np.linalg.norm(g) / math.sqrt(g.size),
    largest_entry=lambda g, s: -s * np.linalg.norm(g) * np.sign(g) * (abs(g) == abs(g).max()),
)
def test_no_step_of_the_same_length_goes_down_faster(equation):
    rng = np.random.default_rng(4)
    for n in (2, 3, 5):
        g, s = rng.normal(size=n), rng.uniform(0.1, 2)
        step = equation(g, s)
        others = rng.normal(size=(200, n))
        others *= np.linalg.norm(step) / np.linalg.norm(others, axis=1, keepdims=True)

        assert_allclose(g @ step, -np.linalg.norm(g) * np.linalg.norm(step), **EXACT)
        assert (others @ g >= g @ step).all()


@proves(
    "eq-descent",
    lambda eta, g: -eta * (g @ g),
    not_squared=lambda eta, g: -eta * np.linalg.norm(g),
    sign=lambda eta, g: eta * (g @ g),
    no_rate=lambda eta, g: -(g @ g),
)
def test_descent_lowers_the_loss_by_the_rate_times_the_squared_length(equation):
    rng = np.random.default_rng(5)
    for n in (2, 3, 6):
        theta = rng.normal(size=n)
        g = complex_step(hilly, theta)
        for eta in (1e-4, 1e-6):
            rest = hilly(theta - eta * g) - hilly(theta) - equation(eta, g)
            assert abs(rest) / (eta * (g @ g)) < 100 * eta


@proves(
    "eq-quadratic-steps",
    lambda eta, c, t: (1 - eta * c) ** t,
    plus=lambda eta, c, t: (1 + eta * c) ** t,
    one_more=lambda eta, c, t: (1 - eta * c) ** (t + 1),
    added=lambda eta, c, t: 1 - t * eta * c,
)
def test_steps_on_a_parabola_multiply_the_distance(equation):
    for c in (0.5, 3.0):
        for share in (0.1, 0.9, 1.5, 2.2):
            eta, lowest, theta = share / c, 0.7, 2.0
            for t in range(6):
                assert_allclose(theta - lowest, equation(eta, c, t) * (2.0 - lowest), **EXACT)
                theta -= eta * c * (theta - lowest)


@proves(
    "eq-batches",
    lambda parts: sum(parts) / len(parts),
    sum_alone=sum,
    one_batch=lambda parts: parts[0],
    first_and_last=lambda parts: (parts[0] + parts[-1]) / 2,
)
def test_mean_of_the_batches_gradients_is_the_full_gradient(equation):
    for net in example_networks("sigmoid")[::2]:
        rng = np.random.default_rng(6)
        x, y = rng.normal(size=(len(net.x), 12)), rng.random((len(net.y), 12))

        def gradient(columns, net=net, x=x, y=y):
            return loss_and_gradients(net.W, net.b, x[:, columns], y[:, columns], net.f, net.loss)[1][1]

        parts = [gradient(columns) for columns in rng.permutation(12).reshape(4, 3)]
        assert_allclose(equation(parts), gradient(slice(None)), **EXACT)


def stops(losses, k, epsilon):
    """Return the first step at which the rule ends the run, or None."""
    steps = range(k, len(losses))
    return next((t for t in steps if min(losses[: t - k + 1]) - min(losses[: t + 1]) < epsilon), None)


def stops_plainly(losses, k, epsilon):
    """Keep the lowest loss of every step, and go back k steps."""
    lowest = [losses[0]]
    for loss in losses[1:]:
        lowest.append(min(lowest[-1], loss))
    for t in range(k, len(losses)):
        if lowest[t - k] - lowest[t] < epsilon:
            return t
    return None


@proves(
    "eq-patience",
    stops,
    no_patience=lambda losses, k, epsilon: stops(losses, 1, epsilon),
    last_losses=lambda losses, k, epsilon: next(
        (t for t in range(k, len(losses)) if losses[t - k] - losses[t] < epsilon), None
    ),
    one_early=lambda losses, k, epsilon: stops(losses, k - 1, epsilon),
)
def test_patience_ends_a_run_whose_lowest_loss_has_gained_too_little(equation):
    assert equation([5, 4, 6, 3, 2.9, 2.8, 2.7, 1], 2, 0.5) == 5  # the 6 is no gain to wait for
    assert equation([3, 2, 1, 0], 2, 0.5) is None
    rng = np.random.default_rng(7)
    for k in (2, 3, 5):
        losses = np.cumsum(rng.normal(-0.2, 1, 40)).tolist()
        assert equation(losses, k, 0.1) == stops_plainly(losses, k, 0.1)
