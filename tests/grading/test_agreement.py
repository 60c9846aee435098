"""Right replies are known by their bytes: exactly where the closer look would find nothing to say."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpkit.grading.agreement import TOLERANCES, Agreement
from bpkit.grading.comparison import compare
from bpkit.grading.sandbox.frames import HEAD, RESULTS, Strange, bundle, describe, framed
from bpkit.grading.sandbox.replies import outcomes_of

BELOW = 0.1  # times the tolerance
CODES = ("<f8", "<f4")


def nested(leaves):
    """Draw a result of these leaves: one of them, or dicts, tuples and lists of such."""
    keys = st.integers(-3, 9) | st.sampled_from(["W", "b", "δ"])

    def inside(inner):
        items = st.lists(inner, min_size=1, max_size=3)
        return items | items.map(tuple) | st.dictionaries(keys, inner, min_size=1, max_size=3)

    return st.recursive(leaves, inside, max_leaves=5)


def arrays_of(code):
    width = 8 * np.dtype(code).itemsize
    floats = st.floats(-1000, 1000, width=width, allow_subnormal=False)
    entries = st.integers(-9, 9) if code == "<i8" else floats
    return hnp.arrays(code, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=entries)


numbers = arrays_of("<f8") | arrays_of("<f4") | st.floats(-1000, 1000)
exact = st.integers(-5, 5) | st.booleans() | st.none() | st.sampled_from(["relu", ""])
results = nested(numbers | numbers | exact)


def changed(value, change):
    """Return a result with a change made to each of its numbers and arrays, which keep their types."""
    if isinstance(value, dict):
        return {key: changed(item, change) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)([changed(item, change) for item in value])
    if isinstance(value, np.ndarray):
        return np.asarray(change(value), value.dtype)
    return float(change(value)) if isinstance(value, float) else value


def numbers_in(value):
    found = []
    changed(value, lambda number: found.append(number) or 0)
    return found


def reply(*results, changed=False):
    """Return the frame of some results."""
    data = []
    return bundle([(describe(result, data, depth=1), changed) for result in results], data)


def holds(expected, frame):
    """Say whether a frame holds the expected result, and nothing else."""
    (held,) = Agreement([expected]).holds(outcomes_of(frame))
    return held


def is_right(expected, frame):
    """Say what the closer look finds: no difference, and the arguments as they were."""
    (got,) = outcomes_of(frame)
    return not (got.problem or got.changed or compare(expected, got.result))


@given(results)
def test_the_expected_reply_holds(expected):
    assume(numbers_in(expected))

    assert holds(expected, reply(expected))


@given(results, st.sampled_from([-1, 1]))
def test_rounding_holds(expected, sign):
    assume(numbers_in(expected))

    def rounded(number):
        relative, absolute = TOLERANCES[np.result_type(number)]
        return number + sign * BELOW * (relative * abs(number) + absolute / 8)

    frame = reply(changed(expected, rounded))
    assert holds(expected, frame)
    assert is_right(expected, frame)


@given(results, st.floats(-12, 1), st.sampled_from([-1, 1]), st.integers(0, 9))
def test_what_holds_is_right_however_far_it_is_off(expected, digits, sign, place):
    places = iter(range(1000))

    def moved(number):
        return number + (sign * 10**digits * (1 + abs(number)) if next(places) == place else 0)

    frame = reply(changed(expected, moved))

    assert is_right(expected, frame) or not holds(expected, frame)


@given(st.lists(results, min_size=1, max_size=5), st.data())
def test_each_result_of_a_question_is_judged_by_itself(expected, data):
    assume(all(map(numbers_in, expected)))
    wrong = data.draw(st.lists(st.booleans(), min_size=len(expected), max_size=len(expected)))
    got = [changed(e, lambda x: x + 1 + abs(x)) if w else e for e, w in zip(expected, wrong, strict=True)]
    cut = data.draw(st.integers(1, len(expected)))
    frames = [reply(*some) for some in (got[:cut], got[cut:]) if some]

    held = Agreement(expected).holds([one for frame in frames for one in outcomes_of(frame)])

    assert held == [not w for w in wrong]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("value", [1.0, 1e-3, 1e6])
def test_the_tolerance_is_that_of_the_closer_look(code, value):
    expected = {1: np.full((3, 2), value, code), 2: np.ones(4, code)}
    relative, absolute = TOLERANCES[np.dtype(code)]
    off = [times * (2 * relative * value + absolute / np.sqrt(6)) for times in (0.9, 1.1)]
    frames = [reply(expected | {1: (expected[1] + gap).astype(code)}) for gap in off]

    assert [holds(expected, frame) for frame in frames] == [True, False]
    assert [is_right(expected, frame) for frame in frames] == [True, False]


def test_each_array_is_measured_by_itself():
    expected = (np.full(3, 1e9), np.full(3, 1e-3))

    assert not holds(expected, reply((expected[0], 2 * expected[1])))


OTHER = {
    "nan": lambda a: np.where(a == a.max(), np.nan, a),
    "inf": lambda a: np.where(a == a.max(), np.inf, a),
    "all inf": lambda a: np.full_like(a, np.inf),
    "transposed": lambda a: a.T,
    "transposed in place": lambda a: np.ascontiguousarray(a.T).reshape(a.shape),
    "flat": np.ravel,
    "a dimension more": lambda a: a[None],
    "shorter": lambda a: a[:1],
    "float32": lambda a: a.astype("<f4"),
    "float16": lambda a: a.astype("<f2"),
    "integers": lambda a: a.astype("<i8"),
    "the other byte order": lambda a: a.view(">f8").astype("<f8"),
    "bits of integers": lambda a: a.view("<i8"),
    "reversed": lambda a: a[::-1],
    "wrong sign": np.negative,
    "a list": np.ndarray.tolist,
    "none": lambda a: None,
    "strange": lambda a: Strange("generator"),
}


@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize(
    "wrap", [lambda a: a, lambda a: {1: np.ones(2), 2: a}, lambda a: ([a], 0.5)], ids="adt"
)
def test_other_results_do_not_hold(name, wrap):
    right = np.arange(6.0).reshape(2, 3) + 0.5

    assert not holds(wrap(right), reply(wrap(OTHER[name](right))))
    assert holds(wrap(right), reply(wrap(right.copy(order="F"))))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("code", CODES)
def test_what_is_not_finite_never_holds(value, code):
    expected = np.array([1.0, value], code)

    assert not holds(expected, reply(expected))


@pytest.mark.parametrize(
    "got",
    [
        {1: 1.0},
        {2: 1.0, 1: 1.0, 3: 1.0},
        {"1": 1.0, 2: 1.0},
        {1: 1, 2: 1.0},
        {1: True, 2: 1.0},
        (1.0, 1.0),
        1.0,
        {},
    ],
)
def test_other_structures_do_not_hold(got):
    assert not holds({1: 1.0, 2: 1.0}, reply(got))


def test_the_order_of_keys_does_not_count():
    assert holds({1: 1.0, 2: 2.0}, reply({2: 2.0, 1: 1.0}))
    assert not holds({1: 1.0, 2: 2.0}, reply({1: 2.0, 2: 1.0}))


def test_a_bundle_that_is_a_tuple_holds_for_either_look():
    frame = framed(b'{"tuple":[["float"],false]}', np.array(2.0).tobytes(), RESULTS)

    assert holds(2.0, frame)
    assert outcomes_of(frame)[0].result == 2.0


def test_changed_arguments_do_not_hold():
    assert holds(np.ones(3), reply(np.ones(3)))
    assert not holds(np.ones(3), reply(np.ones(3), changed=True))


@pytest.mark.parametrize("expected", [1, True, None, "x", [], {}, np.arange(3), np.ones(0)])
def test_results_without_numbers_to_measure_are_left_to_the_closer_look(expected):
    assert not holds(expected, reply(expected))


def test_more_results_than_there_are_cases_do_not_hold():
    outcomes = outcomes_of(reply(1.0, 1.0))

    assert Agreement([1.0, 1.0]).holds(outcomes) == [True, True]
    assert Agreement([1.0]).holds(outcomes[:1]) == [False]
    assert Agreement([1.0, 1.0, 1.0]).holds([*outcomes_of(reply(1.0)), *outcomes]) == [True] * 3


RIGHT = {"W": {1: np.array([[0.25, -1.0]]), 2: np.array([[3.0]])}, "loss": 0.125}
FRAME = reply(RIGHT)
NUMBERS = 4 * 8  # bytes


@given(st.integers(HEAD.size, len(FRAME) - 1), st.integers(1, 255))
def test_a_byte_that_is_not_the_expected_one_holds_only_as_rounding(place, mask):
    frame = bytearray(FRAME)
    frame[place] ^= mask
    frame = bytes(frame)

    if holds(RIGHT, frame):
        assert place >= len(FRAME) - NUMBERS and is_right(RIGHT, frame)


@given(st.binary(max_size=200), st.integers(0, 100))
@example(b"", 0)
@example(FRAME, 0)
@example(FRAME[:-1], 0)
@example(FRAME[HEAD.size :], 0)
def test_no_bytes_raise(data, text):
    sizes = min(text, len(data)), len(data) - min(text, len(data))
    head = FRAME[: HEAD.size]

    for frame in (
        HEAD.pack(RESULTS, 1, *sizes) + data,
        head + data,
        FRAME + data,
        head + FRAME[HEAD.size : HEAD.size + len(data)] + data,
    ):
        held = holds(RIGHT, frame)
        assert held == (frame == FRAME) or is_right(RIGHT, frame)


@given(st.binary(min_size=NUMBERS, max_size=NUMBERS))
def test_any_numbers_in_the_place_of_the_right_ones_raise_nothing(data):
    frame = FRAME[:-NUMBERS] + data

    assert not holds(RIGHT, frame) or is_right(RIGHT, frame)
