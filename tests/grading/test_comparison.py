"""The comparison: exactly the promised tolerance, and no other way for a wrong result to pass."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import arrays

from bpkit.grading.comparison import compare, leaves, path_name
from bpkit.grading.sandbox.frames import Strange

A = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, 4.0]])


def says(expected, got, names=None):
    return [str(difference) for difference in compare(expected, got, names)]


@given(arrays(), st.floats(0, 3), st.integers(0, 2**16))
def test_tolerance_is_relative_to_both_norms(expected, times, seed):
    step = np.random.default_rng(seed).normal(size=expected.shape)
    got = expected + times * 1e-6 * step
    gap, size = np.linalg.norm(expected - got), np.linalg.norm(expected) + np.linalg.norm(got)
    assume(abs(gap / (1e-6 * size + 1e-11) - 1) > 1e-6)

    assert bool(compare(expected, got)) is bool(gap > 1e-6 * size + 1e-11)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_tolerance_has_its_edge_where_it_is_promised(size):
    assert not says(np.array([size]), np.array([size * (1 + 1.999e-6)]))
    assert says(np.array([size]), np.array([size * (1 + 2.001e-6)]))


def test_tolerance_at_zero_is_absolute():
    assert not says(np.zeros(2), np.array([0.9e-11, 0.0]))
    assert says(np.zeros(2), np.array([1.1e-11, 0.0]))
    assert not says(0.0, 0.9e-11)
    assert says(0.0, 1.1e-11)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, -1e300, 1.7e308])
@pytest.mark.parametrize("expected", [A, A.astype(np.float32), 2.0, np.float32(2), 2])
def test_numbers_out_of_bounds_never_pass(bad, expected):
    got = np.array(expected, dtype=float)
    got.flat[-1] = bad

    assert says(expected, got if isinstance(expected, np.ndarray) else bad)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_out_of_bounds_do_not_pass_where_they_were_expected(bad):
    assert says(np.array([bad]), np.array([bad]))
    assert says(bad, bad)


@pytest.mark.parametrize("shape", [(3, 2), (6,), (2, 3, 1), (1, 2, 3), (0, 3), ()])
def test_shapes_are_compared(shape):
    assert says(A, np.ones(shape)) == [f"the result has shape {shape}, but should have shape (2, 3)."]


@pytest.mark.parametrize("got", [1.0, None, True, "x", [[1.0]], {1: 1.0}, Strange("numpy matrix")])
def test_arrays_are_asked_for_where_arrays_are_expected(got):
    (sentence,) = says(np.ones((1, 1)), got)

    assert sentence.endswith("but should be an array of shape (1, 1).")


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float16, np.uint8])
def test_other_number_types_pass_where_the_values_are_right(dtype):
    assert not says(np.array([1.0, 2.0]), np.array([1, 2], dtype))


def test_arrays_of_bool_are_not_numbers():
    assert says(np.ones(2), np.ones(2, bool)) == ["the result holds bool entries, but should hold numbers."]


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64])
def test_single_precision_is_kept(dtype):
    (difference,) = compare(np.ones(2, np.float32), np.ones(2, dtype))

    assert difference.kind == "dtype"
    assert not compare(np.ones(2, np.float32), np.ones(2, np.float32) * np.float32(1.0009))
    assert compare(np.ones(2, np.float32), np.ones(2, np.float32) * np.float32(1.003))


def test_order_of_keys_is_free():
    assert not says({1: A, 2: A}, {2: A, 1: A})


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ({1: A}, "lacks the key 2"),
        ({1: A, 2: A, 3: A}, "has more keys"),
        ({0: A, 1: A}, "lacks the key 2 and has others"),
        ({}, "lacks the keys 1, 2"),
        ({"1": A, "2": A}, "lacks the keys 1, 2 and has others"),
        ({"x[0, 0] is 0.25": A}, "lacks the keys 1, 2 and has others"),
        ({1: A, 2: A, 12345: A}, "has more keys"),
    ],
)
def test_missing_and_extra_keys_are_told_without_the_students_words(got, words):
    assert says({1: A, 2: A}, got) == [f"the result {words}: the keys should be 1, 2."]


@pytest.mark.parametrize("got", [[A, A], (A,), A, None, "ab"])
def test_dicts_are_asked_for(got):
    assert "but should be a dict." in says({1: A, 2: A}, got)[0]


@pytest.mark.parametrize("got", [(A, A), [A, A]])
def test_tuples_and_lists_are_the_same(got):
    assert not says((A, A), got)
    assert not says([A, A], got)


@pytest.mark.parametrize("got", [(A,), [A, A, A], A, {0: A, 1: A}, None, (A, None)])
def test_results_that_are_missing_are_said(got):
    (sentence,) = says((A, A), got, ("dW", "db"))

    assert sentence.startswith("db is None") or sentence.endswith("a tuple of 2 (dW, db).")


@pytest.mark.parametrize("got", [2, 2.0, np.float64(2), np.int8(2), np.array(2.0), np.float32(2)])
@pytest.mark.parametrize("expected", [2.0, np.float64(2), np.float32(2), 2])
def test_any_real_scalar_counts_as_a_number(expected, got):
    assert not says(expected, got)


@pytest.mark.parametrize("got", [True, "2", None, [2.0], np.array([2.0]), np.array([[2.0]]), (2.0,), 2.001])
def test_other_things_do_not_count_as_a_number(got):
    assert says(2.0, got)


def test_whole_numbers_are_not_rounded_towards_the_expected():
    assert says(2, 2.7) == ["the result differs: yours 2.7, expected 2."]


@pytest.mark.parametrize("expected", [True, None, "sign"])
@pytest.mark.parametrize("got", [True, False, None, "sign", "x is 0.25", 1, 0, 1.0, np.array(True)])
def test_words_and_truth_values_are_compared_exactly(expected, got):
    right = bool(got == expected) and type(getattr(got, "item", lambda: got)()) is type(expected)

    assert (not says(expected, got)) is right
    assert "0.25" not in "".join(says(expected, got))


def test_first_difference_is_shown_with_its_place():
    got = A.copy()
    got[1, 1:] = 7

    assert says({1: A}, {1: got}) == [
        "result[1] differs in 2 of 6 entries, first at [1, 1]: yours 7, expected 0."
    ]


def test_entries_that_are_not_finite_are_counted():
    got = np.where(A > 0, np.nan, A)

    assert says((A, 1.0), (got, 1.0), ("z", "a")) == ["z has entries that are nan or inf (4 of 6)."]


def test_every_difference_is_listed_with_its_path():
    pairs = [({1: A}, {1: A}), ({1: A}, {1: A})]
    wrong = [({1: A}, {1: -A}), ({1: A}, {1: A.T})]

    assert [d.path for d in compare(pairs, wrong, [("dW", "db")])] == [(0, "db", 1), (1, "db", 1)]
    assert leaves(pairs, [("dW", "db")]) == [(0, "dW", 1), (0, "db", 1), (1, "dW", 1), (1, "db", 1)]
    assert path_name((1, "db", 1)) == "result[1] db[1]"
