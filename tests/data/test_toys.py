"""Sets made from a formula: their values, their classes, and that no straight line parts the shapes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from bpkit.data import digits, moons, sine, spirals, surface, xor


def linear_accuracy(dataset):
    """Return the share of samples on the right side of the best straight line by least squares."""
    x = np.vstack([dataset.x, np.ones(dataset.x.shape[1])])
    scores = np.linalg.lstsq(x.T, dataset.y.T, rcond=None)[0].T @ x
    return (scores.argmax(axis=0) == dataset.labels).mean()


def test_xor_is_exclusive_or_of_its_inputs():
    truth = xor()

    assert_array_equal(truth.y[0], truth.x[0] != truth.x[1])
    assert_array_equal(truth.labels, truth.y[0])
    assert len(np.unique(truth.x, axis=1).T) == 4


def test_sine_is_twenty_points_from_minus_five_to_five():
    curve = sine()

    assert_array_equal(curve.x, np.linspace(-5, 5, 20)[None])
    assert_array_equal(curve.y, np.sin(curve.x))
    assert curve.labels is None and curve.names is None


def test_surface_on_a_grid_has_one_row_for_each_first_coordinate():
    grid, ticks = surface(25), np.linspace(-3, 3, 5)

    assert_allclose(grid.y.reshape(5, 5), np.outer(np.sin(ticks), np.cos(ticks)))
    assert_array_equal(grid.x[1].reshape(5, 5)[0], ticks)


def test_surface_draws_points_all_over_the_square():
    drawn = surface(1000, np.random.default_rng(0))

    assert_allclose(drawn.y[0], np.sin(drawn.x[0]) * np.cos(drawn.x[1]))
    assert (np.abs(drawn.x) <= 3).all()
    assert_allclose(drawn.x.mean(axis=1), 0, atol=0.2)
    assert_allclose(drawn.x.std(axis=1), np.sqrt(3), atol=0.1)


@given(m=st.integers(1, 40), classes=st.integers(2, 5), seed=st.integers(0, 99))
def test_spirals_are_balanced_and_the_same_for_the_same_generator(m, classes, seed):
    one, other = (spirals(m, np.random.default_rng(seed), classes) for _ in range(2))

    counts = np.bincount(one.labels, minlength=classes)
    assert counts.max() - counts.min() <= 1
    assert one.x.shape == (2, m) and one.y.shape == (classes, m)
    assert_array_equal(one.x, other.x)
    assert_array_equal(one.y.argmax(axis=0), one.labels)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_spirals_are_told_apart_by_angle_and_radius_together(classes):
    wound = spirals(600, np.random.default_rng(1), classes, noise=0)

    r, angle = np.hypot(*wound.x), np.arctan2(wound.x[1], wound.x[0])
    turn = (angle - 3 * np.pi * r) / (2 * np.pi / classes)
    assert_array_equal(np.round(turn).astype(int) % classes, wound.labels)
    assert 0.1 <= r.min() < 0.12 and 0.98 < r.max() <= 1
    assert linear_accuracy(wound) < 1 / classes + 0.2


def test_moons_are_two_half_circles_that_no_line_parts():
    halves = moons(400, np.random.default_rng(1), noise=0)

    centre = np.array([[0.0, 1.0], [0.0, 0.5]])[:, halves.labels]
    assert_allclose(np.hypot(*(halves.x - centre)), 1)
    assert_array_equal(halves.x[1] < centre[1], halves.labels == 1)
    assert 0.7 < linear_accuracy(halves) < 0.95
    assert_array_equal(np.bincount(halves.labels), [200, 200])


@pytest.mark.parametrize("make", [moons, spirals])
def test_noise_has_the_standard_deviation_that_was_asked_for(make):
    clean, noisy = (make(2000, np.random.default_rng(3), noise=s) for s in (0, 0.3))

    assert_allclose((noisy.x - clean.x).std(axis=1), 0.3, rtol=0.1)


@pytest.mark.parametrize("make", [moons, spirals])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"m": -1}, "m is -1"),
        ({"rng": None}, "rng is None, but should be a numpy.random.Generator"),
        ({"rng": np.random}, "rng is <module"),
        ({"noise": -0.1}, "noise is -0.1, but should be a number from 0 to 1."),
        ({"noise": np.nan}, "noise is nan"),
        ({"noise": "much"}, "noise is 'much', but should be a number."),
    ],
)
def test_shapes_refuse_what_they_cannot_draw(make, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make(**{"m": 5, "rng": np.random.default_rng(0), **options})


def test_spirals_of_one_class_are_refused():
    with pytest.raises(ValueError, match="classes is 1, but should be a whole number of at least 2"):
        spirals(5, np.random.default_rng(0), classes=1)


def test_digits_are_scaled_and_closer_to_their_own_class():
    loaded = digits()

    means = loaded.x @ loaded.y.T / loaded.y.sum(axis=1)
    nearest = ((loaded.x[:, :, None] - means[:, None]) ** 2).sum(axis=0).argmin(axis=1)
    assert loaded.x.shape == (64, 1797) and loaded.x.min() == 0 and loaded.x.max() == 1
    assert (nearest == loaded.labels).mean() > 0.85
