"""The wrong backward passes: each is what it says, and the page tells of them what they do."""

import re
from pathlib import Path

import numpy as np
import pytest

from bpkit import gradcheck
from bpkit.grading.catalogue import passes, tables, trial
from bpkit.grading.catalogue.deltas import HIDDEN, OUTPUT
from bpkit.grading.catalogue.gradients import GRADIENTS
from bpkit.grading.catalogue.trial import NETWORKS, RAISES, SEEDS, SHAPE, SIZES
from bpkit.reference import mlp

PAGE = (Path(__file__).parents[2] / "book" / "misconceptions.md").read_text("utf-8")
NOT_RUN = {  # mistakes in a backward pass that these networks cannot show
    "M32",  # no value is used twice but in a matrix product
    "M51",  # their loss has no penalty
}
right = trial.right


def given(network="A", seed=0, sizes=SIZES):
    return trial.drawn(network, sizes, seed)


def ways(number):
    return [p.gradients for p in passes.PASSES if p.number == number]


def of(wrong, *drawn):
    return trial.flat(*trial.gradients(wrong, *drawn))


def numerical(loss_fn, W, b):
    return trial.flat(*gradcheck.numerical_gradients(loss_fn, W, b))


@pytest.mark.parametrize("network", NETWORKS)
def test_right_pass_learns_on_every_network_and_is_the_gradient(network):
    W, b, *rest = given(network)

    assert trial.falls(trial.left_by_the_right_pass(network)) == SEEDS
    assert (
        gradcheck.relative_error(
            of(right, W, b, *rest), numerical(lambda W, b: trial.loss_of(W, b, *rest), W, b)
        )
        < 1e-7
    )


@pytest.mark.parametrize("seed", range(3))
def test_networks_hide_nothing(seed):
    W, b, x, y, f, loss = given(seed=seed)

    assert {l: w.shape for l, w in W.items()} == {1: (5, 3), 2: (4, 5), 3: (2, 4)}
    assert x.shape == (3, 7) and y.shape == (2, 7)
    assert all((b[l] != 0).all() for l in b)


def test_every_backward_mistake_of_the_catalogue_has_a_pass():
    numbers = {entry.number for entry in OUTPUT + HIDDEN + GRADIENTS}

    assert {p.number for p, _, _ in trial.distinct()} == numbers - NOT_RUN


@pytest.mark.parametrize(
    ("number", "factors"), [("M5", [-1]), ("M6", [2, 0.5]), ("M7", [0.5]), ("M48", [7]), ("M49", [1 / 7])]
)
def test_scaled_passes_are_multiples_of_the_gradient(number, factors):
    ratios = [of(wrong, *given()) / of(right, *given()) for wrong in ways(number)]

    for factor in factors:
        assert any(np.allclose(ratio, factor) for ratio in ratios)
        distance = abs(factor - 1) / (abs(factor) + 1)
        assert any(np.isclose(trial.distance_of(wrong, "A", 0), distance) for wrong in ways(number))


def test_pass_that_updates_too_soon_uses_the_weights_after_their_step():
    W, b, x, y, f, loss = given()
    (wrong,) = ways("M28")
    z, a = mlp.forward(W, b, x, f)
    dW3 = mlp.backward(W, z, a, y, f, loss)[0][3]
    later = {**W, 3: W[3] - trial.RATE * dW3}
    delta3 = mlp.output_delta(z[3], y, f[3], loss)

    delta2 = (later[3].T @ delta3) * a[2] * (1 - a[2])

    np.testing.assert_allclose(wrong(W, z, a, y, f, loss)[1][2], delta2.mean(axis=1, keepdims=True))


def test_pass_without_biases_is_the_gradient_of_a_network_without_them():
    W, b, *rest = given()
    (wrong,) = ways("M50")
    none = {l: 0 * b[l] for l in b}

    dW, db = trial.gradients(wrong, W, b, *rest)
    want = gradcheck.numerical_gradients(lambda W, b: trial.loss_of(W, b, *rest), W, none)[0]

    np.testing.assert_allclose(trial.flat(dW), trial.flat(want), atol=1e-9)
    assert not trial.flat(db).any()


def test_passes_that_run_forwards_or_in_reverse_stop():
    for number, why in (("M33", RAISES), ("M52", SHAPE)):
        (wrong,) = ways(number)

        assert trial.stopped(wrong, given()) == why
        assert trial.stopped(wrong, given(sizes=trial.EQUAL)) == ""


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("M14", ""),
        ("M15", RAISES),
        ("M16", RAISES),
        ("M25", RAISES),
        ("M34", SHAPE),
        ("M38", SHAPE),
        ("M43", SHAPE),
    ],
)
def test_passes_stop_where_shapes_do_not_fit(number, why):
    assert {trial.stopped(wrong, given()) for wrong in ways(number)} == {why}


def test_losses_that_leave_the_range_of_numbers_have_not_fallen():
    assert (
        trial.left(lambda *given: [{l: p[l] * -1e300 for l in p} for p in right(*given)], "D", SIZES, 0)
        == np.inf
    )


def test_loss_has_fallen_enough_at_nine_tenths_in_four_runs():
    assert trial.enough_fall((0.9,) * 4 + (np.inf,))
    assert not trial.enough_fall((0.9,) * 3 + (0.91,) * 2)


def test_page_has_the_numbers_of_the_trial():
    assert f"{', '.join(map(str, SIZES[:-1]))} and {SIZES[-1]} units" in PAGE
    assert f"{trial.SAMPLES} samples, and a run takes {trial.STEPS} steps with $\\eta = {trial.RATE}$" in PAGE
    assert f"from {SEEDS} seeds" in PAGE
    assert f"at {trial.ENOUGH[0]:.0%}".replace("%", " %") in PAGE
    assert f"at least {trial.ENOUGH[1]} of the {SEEDS} runs" in PAGE
    assert f"at {', '.join(map(str, trial.EQUAL))} units" in PAGE
    assert f"network is A with $m = {trial.SAMPLES}$ samples and $K = {SIZES[-1]}$ outputs" in PAGE


@pytest.fixture(scope="module")
def tried():
    return trial.trials()


@pytest.fixture(scope="module")
def learning(tried):
    return [t for t in tried if not t.stops and t.learns]


@pytest.mark.slow
def test_every_pass_that_runs_is_wrong(tried):
    assert all(1e-6 < t.distance <= 1 for t in tried if not t.stops)
    assert len({(t.number, t.reads, t.network) for t in tried}) == len(tried)


@pytest.mark.slow
def test_figures_are_as_their_words_say(tried, learning):
    running = [t for t in tried if not t.stops]
    rest = [t for t in running if not t.learns]
    right = {name: np.median(trial.left_by_the_right_pass(name)) for name in NETWORKS}
    ends = [t.median / right[t.network] for t in learning]

    assert all(t.cosine > 1 - 2 * t.distance**2 - 0.05 for t in running)  # medians, so nearly
    assert all(t.cosine > 0 for t in running if t.distance < 1 / np.sqrt(2))
    assert all(t.cosine > 0.5 for t in learning)
    assert sum(0.5 < end < 2 for end in ends) >= len(ends) - 1 and min(ends) < 0.2
    assert max(t.distance for t in learning if t.cosine > 0.98) > 0.9
    assert len([t for t in rest if t.cosine > 0 and t.median > 10]) > 3
    assert len(learning) > len(rest)


@pytest.mark.slow
def test_most_that_stop_run_with_equal_widths_and_learn(tried):
    stops = [t for t in tried if t.stops]
    run = [t for t in stops if t.left_at_equal_widths]

    assert len(run) > len(stops) / 2
    assert sum(t.learns_at_equal_widths for t in run) > len(run) / 2


@pytest.mark.slow
def test_table_of_the_runs_has_a_line_for_each(tried):
    lines = tables.runs(tried)

    assert [re.match(r"\| \[(M\d+)\]", line)[1] for line in lines[2:]] == [t.number for t in tried]
    assert all(line.count(" | ") == 4 for line in lines)
