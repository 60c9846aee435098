"""Initial weights: their variance, their type, and that they come from the caller's generator alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bpkit import initialize
from bpkit.reference.initializers import INITIALIZERS

SIZES = [200, 300, 150]
VARIANCE = {
    "zeros": lambda n_out, n_in: 0,
    "uniform01": lambda n_out, n_in: 1 / 12,
    "xavier": lambda n_out, n_in: 2 / (n_in + n_out),
    "he": lambda n_out, n_in: 2 / n_in,
}


def draw(kind, seed=0, **options):
    return initialize(SIZES, kind, np.random.default_rng(seed), **options)


def test_initializer_names_are_those_of_the_course():
    assert set(INITIALIZERS) == set(VARIANCE)


@pytest.mark.parametrize("kind", VARIANCE)
def test_initialize_draws_the_variance_of_its_kind(kind):
    W, b = draw(kind)

    for l in (1, 2):
        assert W[l].shape == (SIZES[l], SIZES[l - 1])
        assert_allclose(W[l].var(), VARIANCE[kind](*W[l].shape), rtol=0.03)
        assert_array_equal(b[l], np.zeros((SIZES[l], 1)))


@pytest.mark.parametrize(("kind", "other"), [("xavier", "he"), ("he", "xavier"), ("uniform01", "he")])
def test_variance_tells_the_kinds_apart(kind, other):
    W, _ = draw(kind)

    assert not np.isclose(W[1].var(), VARIANCE[other](*W[1].shape), rtol=0.03)


def test_initialize_centres_normal_weights_and_keeps_uniform_ones_positive():
    for kind in ("xavier", "he"):
        assert abs(draw(kind)[0][1].mean()) < 5 * np.sqrt(VARIANCE[kind](300, 200) / 60_000)
    assert 0 <= draw("uniform01")[0][1].min() < draw("uniform01")[0][1].max() < 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", VARIANCE)
def test_initialize_gives_the_type_asked_for(kind, dtype):
    W, b = draw(kind, dtype=dtype)

    assert {p.dtype for p in (*W.values(), *b.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize("kind", ["uniform01", "xavier", "he"])
def test_initialize_draws_from_the_callers_generator_alone(kind):
    np_state = np.random.get_state()[1].copy()

    again, other = draw(kind), draw(kind, seed=1)

    assert_array_equal(draw(kind)[0][1], again[0][1])
    assert not np.array_equal(draw(kind)[0][1], other[0][1])
    assert_array_equal(np.random.get_state()[1], np_state)


@pytest.mark.parametrize("sizes", [[3], [], [3, 0], [2, -1, 1]])
def test_initialize_refuses_sizes_that_make_no_network(sizes):
    with pytest.raises(ValueError, match="but should be two or more positive numbers of units"):
        initialize(sizes, "he", np.random.default_rng(0))


def test_unknown_initializer_is_answered_with_the_nearest_name():
    with pytest.raises(ValueError, match="no initializer named 'xaver'. Did you mean 'xavier'?"):
        initialize([1, 1], "xaver", np.random.default_rng(0))
