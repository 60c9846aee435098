"""The twenty questions of the concept inventory: every option is evaluated, and one is right."""

import re
from pathlib import Path

import numpy as np
import pytest

from bpkit import (
    Network,
    activation,
    backward,
    central_difference,
    derivative,
    forward,
    initialize,
    loss_and_gradients,
    numerical_gradients,
    output_delta,
)
from bpkit.reference.autodiff import Value, grad
from bpkit.reference.dual import jvp

PAGE = (Path(__file__).parents[1] / "book" / "concept_inventory.md").read_text()
LOSS = "half_squared_error"


def questions():
    """Return the options and the stated letter of each question of the page."""
    parts = re.split(r"^\*\*\d+\. .+\*\*$", PAGE, flags=re.M)[1:]
    options = [re.findall(r"^- \*\*[A-D]\*\* (.+)$", part, flags=re.M) for part in parts]
    return dict(enumerate(zip(options, re.findall(r"^\*\*([A-D])\.\*\*$", PAGE, re.M), strict=True), 1))


def number(text):
    """Return the number that an option is."""
    power = re.fullmatch(r"\$10\^\{(-?\d+)\}\$", text)
    return 10.0 ** int(power[1]) if power else float(text.strip("$"))


def which_equal(value, options):
    return [np.isclose(number(option), value) for option in options]


def network(sizes=(3, 4, 2), m=5, hidden="tanh", seed=3):
    rng, L = np.random.default_rng(seed), len(sizes) - 1
    W, b = initialize(list(sizes), "xavier", rng)
    b = {l: rng.normal(size=b[l].shape) for l in b}
    f = dict.fromkeys(range(1, L), hidden) | {L: "identity"}
    return W, b, rng.normal(size=(sizes[0], m)), rng.normal(size=(sizes[-1], m)), f


def true_gradient(W, b, x, y, f):
    return numerical_gradients(lambda W, b: loss_and_gradients(W, b, x, y, f, LOSS)[0], W, b)


def what_it_computes(options):
    W, b, x, y, f = network()
    before = {l: W[l].copy() for l in W}
    dW, _, delta = backward(W, *forward(W, b, x, f), y, f, LOSS)
    exact = all(np.allclose(dW[l], true_gradient(W, b, x, y, f)[0][l], atol=1e-8) for l in W)
    changed = not all(np.array_equal(before[l], W[l]) for l in W)
    return [changed, set(delta) == {2}, exact, all(np.allclose(dW[l], 0) for l in W)]


def which_way_is_down(options):
    return which_equal(1 - 0.5 * grad(lambda w: (w - 3) ** 2 / 2)(1.0), options)


def a_chain_of_two(options):
    x = np.array([0.4, 0.9, 1.7])
    formulas = [2 * x * np.cos(x**2), 2 * x * np.cos(2 * x), np.cos(x**2), np.cos(2 * x)]
    slope = central_difference(lambda x: np.sin(x**2).sum(), x)
    return [np.allclose(formula, slope, atol=1e-7) for formula in formulas]


def used_twice(options):
    x = Value(0.7)
    (2 * x + 5 * x).backward()
    return which_equal(x.grad, options)


def the_cheap_end(options):
    x = np.arange(1.0, 8.0)
    leaves = [Value(value) for value in x]
    cubes = sum(leaf**3 for leaf in leaves)
    cubes.backward()
    one_walk_back = np.array([leaf.grad for leaf in leaves])
    one_walk_forward = jvp(lambda x: (x**3).sum(), x, np.eye(7)[0])[1]
    differences = (((x + 1e-6 * np.eye(7)) ** 3).sum(axis=1) - (x**3).sum()) / 1e-6
    gives = [np.allclose(way, 3 * x**2, rtol=1e-12) for way in (differences, one_walk_forward, one_walk_back)]
    assert np.allclose(differences, 3 * x**2, rtol=1e-4)
    return [gives[0], gives[1], not gives[2], gives[2]]


def the_best_step(options):
    h = np.array([number(option) for option in options])
    errors = abs((np.sin(1 + h) - np.sin(1 - h)) / (2 * h) - np.cos(1))
    return list(errors == errors.min())


def shapes(options):
    W, b, x, y, f = network((3, 4), 5)
    return [option == str(backward(W, *forward(W, b, x, f), y, f, LOSS)[0][1].shape) for option in options]


def what_bends(options):
    rng, names = np.random.default_rng(0), ["relu", "tanh", "leaky_relu", "identity"]
    W, b = initialize([3, 5, 5, 2], "xavier", rng)
    u, v = rng.normal(size=(2, 3, 6))

    def run(x, name):
        return forward(W, b, x, dict.fromkeys(W, name))[1][3]

    return [np.allclose(run(u + v, name), run(u, name) + run(v, name)) for name in names]


def far_out(options):
    sigmoid, tanh = (derivative(name)(np.array(3.0)) for name in ("sigmoid", "tanh"))
    return [sigmoid > tanh, tanh > sigmoid, np.isclose(sigmoid, tanh), sigmoid == tanh == 0]


def the_short_form(options):
    z = np.array([[np.log(0.8 / 0.2)]])
    return which_equal(output_delta(z, np.ones((1, 1)), "sigmoid", LOSS).item(), options)


def blame(options):
    W2, errors, slope = np.array([[2.0], [-1.0]]), np.array([[0.5], [-1.0]]), 0.25
    return which_equal((W2.T @ errors).item() * slope, options)


def ten_times_the_same(options):
    W, b, x, y, f = network(m=1)
    one = loss_and_gradients(W, b, x, y, f, LOSS)[1]
    ten = loss_and_gradients(W, b, np.tile(x, 10), np.tile(y, 10), f, LOSS)[1]
    return [np.allclose(ten[1], factor * one[1]) for factor in (0, 0.1, 1, 10)]


def where_the_slope_is_taken(options):
    W, b, x, y, f = network((3, 3, 3), 5, "sigmoid")
    z, a = forward(W, b, x, f)
    s, right = derivative("sigmoid"), true_gradient(W, b, x, y, f)[0][1]
    back = W[2].T @ (a[2] - y)
    factors = [activation("sigmoid")(z[1]), s(z[2]), s(a[1]), s(z[1])]
    return [np.allclose(back * factor @ x.T / 5, right, atol=1e-8) for factor in factors]


def when_to_step(options):
    W, b, x, y, f = network()
    z, a = forward(W, b, x, f)
    dW = backward(W, z, a, y, f, LOSS)[0]

    def wrong(rate):
        return backward(W | {2: W[2] - rate * dW[2]}, z, a, y, f, LOSS)[0]

    off = [np.linalg.norm(wrong(rate)[1] - dW[1]) for rate in (0.01, 0.1, 1)]
    return [0 < off[0] < off[1] < off[2], off[1] == 0, not np.allclose(wrong(1)[2], dW[2]), False]


def without_slopes(W, z, a, y):
    delta = {2: a[2] - y, 1: W[2].T @ (a[2] - y)}
    return {l: delta[l] @ a[l - 1].T / y.shape[1] for l in W}


def a_falling_loss(options):
    W, b, x, y, f = network((3, 8, 2), 7)
    losses = []
    for _ in range(300):
        z, a = forward(W, b, x, f)
        losses.append(loss_and_gradients(W, b, x, y, f, LOSS)[0])
        used, right = without_slopes(W, z, a, y), backward(W, z, a, y, f, LOSS)[0]
        W = {l: W[l] - 0.1 * used[l] for l in W}
    ratio = used[1] / right[1]
    assert losses[-1] < losses[0] / 2
    claims = [np.allclose(ratio, 1), (ratio > 0).all(), np.allclose(ratio, ratio[0, 0])]
    return [*claims, not any(claims)]


def what_hides_a_mistake(options):
    def unseen(W, b, x, y, f):
        dW = backward(W, *forward(W, b, x, f), y, f, LOSS)[0]
        right = true_gradient(W, b, x, y, f)[0]
        return all(np.allclose(x.shape[1] * dW[l], right[l], atol=1e-8) for l in W)

    W, b, *rest = network()
    no_biases = (W, {l: 0 * b[l] for l in b}, *rest)
    return [unseen(*net) for net in (network(m=1), no_biases, network(hidden="relu"), network((3, 3, 3)))]


def too_large_a_rate(options):
    def grows(rate):
        theta = np.array(1.0)
        for _ in range(20):
            theta = theta - rate * grad(lambda t: 5 * t**2)(theta.item())
        return 5 * theta**2 > 5

    return [grows(number(option)) for option in options]


def equal_weights(options):
    _, _, x, y, f = network(m=8)
    W = {1: np.full((4, 3), 0.3), 2: np.full((2, 4), 0.3)}
    b = {1: np.zeros((4, 1)), 2: np.zeros((2, 1))}
    first, dW, _ = loss_and_gradients(W, b, x, y, f, LOSS)
    gradient_is_zero = np.allclose(dW[1], 0)
    for _ in range(200):
        last, dW, db = loss_and_gradients(W, b, x, y, f, LOSS)
        W, b = {l: W[l] - 0.1 * dW[l] for l in W}, {l: b[l] - 0.1 * db[l] for l in b}
    equal = np.allclose(W[1], W[1][0])
    return [equal and last < first, not equal, gradient_is_zero, last > first]


def twenty_layers(options):
    W, b, x, y, f = network([30] * 21, 10, "sigmoid")
    delta = backward(W, *forward(W, b, x, f), y, f, LOSS)[2]
    ratio = np.linalg.norm(delta[1]) / np.linalg.norm(delta[20])
    return [0.1 < ratio < 10, 0 < ratio < 1e-6, ratio > 1e6, ratio == 0]


def two_losses(options):
    rng = np.random.default_rng(2)

    def noisy_sine(m):
        x = rng.uniform(-3, 3, (1, m))
        return x, np.sin(x) + 0.3 * rng.normal(size=(1, m))

    (x, y), unseen = noisy_sine(8), noisy_sine(200)
    runs = [overfitted(x, y, unseen, rate) for rate in (0.01, 0.02)]
    losses, later = (
        np.array(runs[0].history.validation_loss[part]) for part in (slice(800), slice(800, None))
    )
    slow = np.array(runs[1].history.validation_loss)
    rises = losses[-1] > 1.5 * losses.min()
    W, b, f = runs[0].W, runs[0].b, runs[0].f
    wrong = not np.allclose(loss_and_gradients(W, b, x, y, f, LOSS)[1][1], true_gradient(W, b, x, y, f)[0][1])
    learns_noise = runs[0].history.loss[-1] < 0.3**2 / 2 < losses.min()
    return [rises and slow[-1] < 1.5 * slow.min(), wrong, learns_noise, later.min() < losses.min()]


def overfitted(x, y, unseen, rate):
    net = Network([1, 30, 30, 1], rng=0)
    return net.fit(
        x, y, epochs=1600, batch_size=8, optimizer="adam", learning_rate=rate, validation=unseen, rng=0
    )


EVALUATED = (
    what_it_computes,
    which_way_is_down,
    a_chain_of_two,
    used_twice,
    the_cheap_end,
    the_best_step,
    shapes,
    what_bends,
    far_out,
    the_short_form,
    blame,
    ten_times_the_same,
    where_the_slope_is_taken,
    when_to_step,
    a_falling_loss,
    what_hides_a_mistake,
    too_large_a_rate,
    equal_weights,
    twenty_layers,
    two_losses,
)


@pytest.mark.parametrize("evaluate", EVALUATED, ids=lambda question: question.__name__)
def test_exactly_the_stated_option_is_right(evaluate):
    options, letter = questions()[1 + EVALUATED.index(evaluate)]

    right = [option for option, holds in zip("ABCD", evaluate(options), strict=True) if holds]

    assert right == [letter]


def test_each_question_has_four_options_and_its_title_is_the_test():
    titles = re.findall(r"^\*\*\d+\. (.+)\.\*\*$", PAGE, re.M)

    assert [len(options) for options, _ in questions().values()] == [4] * 20
    assert [title.lower().replace(" ", "_") for title in titles] == [test.__name__ for test in EVALUATED]


def test_the_letters_for_instructors_are_those_of_the_answers():
    rows = re.findall(r"^\| answer \| (.+) \|$", PAGE, re.M)

    assert " | ".join(rows).split(" | ") == [letter for _, letter in questions().values()]


def test_no_letter_is_right_much_more_often_than_another():
    letters = [letter for _, letter in questions().values()]

    assert {letter: letters.count(letter) for letter in "ABCD"} == dict.fromkeys("ABCD", 5)


def test_every_answer_says_what_each_wrong_option_reveals():
    answers = re.findall(r"^```\{dropdown\} Answer.*?\n\*\*([A-D])\.\*\*\n(.+?)^```$", PAGE, re.M | re.S)
    silent = {}
    for i, (letter, text) in enumerate(answers, 1):
        named = set(re.findall(r"\b[A-D]\b", text.replace("A to C", "A B C"))) | {letter}
        silent[i] = set("ABCD") - named

    assert {i: letters for i, letters in silent.items() if letters} == {}
