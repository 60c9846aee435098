"""Initial weights: their variance, their type, their generator, and what they refuse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bpkit import initialize
from bpkit.reference.initializers import INITIALIZERS, orthogonal

SIZES = [200, 300, 150]
VARIANCE = {
    "zeros": lambda n_out, n_in: 0,
    "uniform01": lambda n_out, n_in: 1 / 12,
    "uniform": lambda n_out, n_in: 1 / (3 * n_in),
    "xavier": lambda n_out, n_in: 2 / (n_in + n_out),
    "he": lambda n_out, n_in: 2 / n_in,
    "orthogonal": lambda n_out, n_in: 1 / max(n_out, n_in),
}
RANDOM = [kind for kind in VARIANCE if kind != "zeros"]


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
    for kind in ("uniform", "xavier", "he", "orthogonal"):
        assert abs(draw(kind)[0][1].mean()) < 5 * np.sqrt(VARIANCE[kind](300, 200) / 60_000)
    assert 0 <= draw("uniform01")[0][1].min() < draw("uniform01")[0][1].max() < 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", VARIANCE)
def test_initialize_gives_the_type_asked_for(kind, dtype):
    W, b = draw(kind, dtype=dtype)

    assert {p.dtype for p in (*W.values(), *b.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize("kind", RANDOM)
def test_initialize_draws_from_the_callers_generator_alone(kind):
    np_state = np.random.get_state()[1].copy()

    again, other = draw(kind), draw(kind, seed=1)

    assert_array_equal(draw(kind)[0][1], again[0][1])
    assert not np.array_equal(draw(kind)[0][1], other[0][1])
    assert_array_equal(np.random.get_state()[1], np_state)


def test_initialize_draws_the_bits_that_it_always_drew():
    W, _ = initialize([2, 3], "xavier", np.random.default_rng(0))

    assert_array_equal(W[1], np.random.default_rng(0).normal(0, np.sqrt(2 / 5), (3, 2)))


def test_orthogonal_keeps_the_length_of_what_goes_through():
    rng = np.random.default_rng(1)
    a, W = rng.normal(size=(4, 3)), orthogonal(6, 4, rng)

    assert_allclose(np.linalg.norm(W @ a, axis=0), np.linalg.norm(a, axis=0), rtol=1e-13)
    assert not np.allclose(np.linalg.norm(W.T @ (W @ a)[::-1], axis=0), np.linalg.norm(a, axis=0))


def traces(draw):
    rng = np.random.default_rng(2)
    return np.array([np.trace(draw(rng)) for _ in range(4000)])


def test_orthogonal_draws_every_matrix_as_likely_as_any_other():
    fair = traces(lambda rng: orthogonal(3, 3, rng))
    without_signs = traces(lambda rng: np.linalg.qr(rng.normal(size=(3, 3)))[0])

    assert abs(fair.mean()) < 0.08 and abs((fair**2).mean() - 1) < 0.12  # Haar: 0 and 1
    assert abs(without_signs.mean()) > 0.2


@pytest.mark.parametrize(
    "sizes", [[3], [], [3, 0], [2, -1, 1], [2.5, 3], 3, None, "23", np.ones((2, 2), int)]
)
def test_initialize_refuses_sizes_that_make_no_network(sizes):
    with pytest.raises(ValueError, match="but should be two or more positive whole numbers of units"):
        initialize(sizes, "he", np.random.default_rng(0))


@pytest.mark.parametrize("sizes", [[2, 3], (2, 3), np.array([2, 3]), range(2, 4)])
def test_initialize_takes_any_sequence_of_sizes(sizes):
    assert initialize(sizes, "zeros", np.random.default_rng(0))[0][1].shape == (3, 2)


def test_unknown_initializer_is_answered_with_the_nearest_name():
    with pytest.raises(ValueError, match="no initializer named 'xaver'. Did you mean 'xavier'?"):
        initialize([1, 1], "xaver", np.random.default_rng(0))


@pytest.mark.parametrize("dtype", [int, np.float16, complex, "float", None])
def test_initialize_refuses_types_that_the_course_does_not_use(dtype):
    with pytest.raises(TypeError, match="but should be float64 or float32"):
        initialize([1, 1], "he", np.random.default_rng(0), dtype)


@pytest.mark.parametrize("kind", RANDOM)
def test_initializers_refuse_what_is_no_generator_and_no_count(kind):
    draw = INITIALIZERS[kind]

    with pytest.raises(TypeError, match=r"Write np.random.default_rng\(3\)"):
        draw(2, 2, 3)
    with pytest.raises(ValueError, match="n_in is 0, but should be a whole number of at least 1"):
        draw(2, 0, np.random.default_rng(0))
    with pytest.raises(TypeError, match="n_out is a float, but should be a whole number"):
        draw(2.0, 2, np.random.default_rng(0))
