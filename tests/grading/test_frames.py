"""Frames: what is sent arrives, and a frame that lies is refused before anything is allocated."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from bpkit.grading.sandbox import frames
from bpkit.grading.sandbox.frames import (
    HEAD,
    REPLY,
    Callback,
    FrameError,
    Provided,
    Strange,
    decode,
    describe,
    encode,
    sizes,
)
from bpkit.grading.sandbox.names import OWN, known_name, type_name
from bpkit.grading.sandbox.values import DTYPES

arrays = hnp.arrays(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False)
plain = st.none() | st.booleans() | numbers | st.text(max_size=9) | arrays
keys = st.integers(-9, 9) | st.text(max_size=5)
keys |= st.tuples(keys, keys)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(keys, inner),
    max_leaves=8,
)


def assert_same(found, wanted):
    assert type(found) is type(wanted)
    if isinstance(wanted, np.ndarray):
        assert found.dtype == wanted.dtype
        assert_array_equal(found, wanted, strict=True)
    elif isinstance(wanted, tuple | list):
        assert len(found) == len(wanted)
        for pair in zip(found, wanted, strict=True):
            assert_same(*pair)
    elif isinstance(wanted, dict):
        assert found.keys() == wanted.keys()  # below the top their order does not count
        for key in wanted:
            assert_same(found[key], wanted[key])
    else:
        assert found == wanted


def frame_of(node, data=b""):
    """Build a frame from the JSON that describes its value."""
    text = node if isinstance(node, bytes) else json.dumps(node).encode()
    return HEAD.pack(REPLY, 1, len(text), len(data)) + text + data


@given(values)
def test_frames_give_back_what_was_sent(value):
    assert_same(decode(encode(value)), value)


@given(st.binary(max_size=80))
def test_garbage_is_refused(data):
    with pytest.raises(FrameError):
        decode(data)


@given(
    st.recursive(
        st.integers() | st.text(max_size=9) | st.none(),
        lambda s: st.lists(s, min_size=1) | st.lists(s).map(lambda n: {"plain": n}),
        max_leaves=5,
    ).filter(lambda n: isinstance(n, list | dict))
)
def test_json_that_describes_no_value_is_refused(node):
    with pytest.raises(FrameError):
        decode(frame_of(node))


@pytest.mark.parametrize(
    "value", [np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]), np.arange(12.0).reshape(3, 4)[::2, ::-1]]
)
def test_order_in_memory_does_not_matter(value):
    assert_array_equal(decode(encode(value)), value, strict=True)


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.float64(2.5), 2.5),
        (np.str_("W"), "W"),
    ],
)
def test_numpy_scalars_arrive_as_plain_numbers(sent, arrives):
    assert decode(encode(sent)) == arrives
    assert type(decode(encode(sent))) is type(arrives)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_arrive(value):
    assert_array_equal(decode(encode(value)), value)


@pytest.mark.parametrize("value", [Provided("derivative", "tanh"), Callback(2)])
def test_functions_cross_by_their_name_or_place(value):
    assert decode(encode((value, 1))) == (value, 1)


def test_long_double_arrives_as_float():
    assert decode(encode(np.ones(2, np.longdouble))).dtype == np.float64


class Sub(np.ndarray):
    pass


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.ones((2, 2)).view(Sub), "subclass of ndarray"),
        (np.ma.masked_array([1.0]), "masked array"),
        (np.ones((2, 2)).view(np.recarray), "numpy recarray"),
        (np.array([None]), "array of objects"),
        (np.array([1j]), "array of complex numbers"),
        (np.array(["x"]), "array of text"),
        ({1.0}, "set"),
        (1j, "complex"),
        (b"bytes", "bytes"),
        ((n for n in ()), "generator"),
        (len, "function"),
        (2**70, "huge int"),
        (type("x_is_0_25", (), {})(), OWN),
    ],
)
def test_what_may_not_cross_becomes_strange(value, name):
    assert decode(encode([value])) == [Strange(name)]


def test_matrix_becomes_strange():
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1.0]])

    assert decode(encode(matrix)) == Strange("numpy matrix")


def test_deep_nesting_becomes_strange():
    value = []
    for _ in range(40):
        value = [value]

    assert "deeply nested object" in repr(decode(encode(value)))


def test_subclasses_of_containers_arrive_as_their_base():
    class Tricky(dict):
        def items(self):
            raise RuntimeError

    assert type(decode(encode(Tricky({1: 2.0})))) is dict


@pytest.mark.parametrize("name", ["x = 0.25", "numpy x", "array of dtype 0.25", "secret", "\ud800", ""])
def test_names_of_ones_own_do_not_cross(name):
    kind = type(name.encode(errors="replace").decode(), (), {})

    assert decode(frame_of({"strange": [name]})) == Strange(OWN)
    assert known_name(name) == type_name(kind()) == OWN


@pytest.mark.parametrize("name", ["x_is_0_25", "ValueError", "Exception"])
def test_exceptions_of_ones_own_are_named_by_what_python_calls_them(name):
    error = type(name, (KeyError,), {})("0.25")

    assert type_name(error) == known_name("KeyError") == "KeyError"


@pytest.mark.parametrize("name", ["ValueError", "ZeroDivisionError", "dict", "numpy matrix", "function"])
def test_names_that_python_and_numpy_gave_do_cross(name):
    assert known_name(name) == name


@pytest.mark.parametrize("change", [lambda f: f[:-1], lambda f: f + b"x", lambda f: f[:5], lambda f: b""])
def test_frames_that_are_too_short_or_too_long_are_refused(change):
    with pytest.raises(FrameError, match="shorter"):
        decode(change(encode(np.ones(3))))


@pytest.mark.parametrize(
    ("code", "shape", "data"),
    [
        ("<f8", [3], bytes(16)),  # more than there is
        ("<f8", [1], bytes(16)),  # less than there is
        ("<f8", [2**40, 2**40], b""),
        ("<f8", [-1], bytes(8)),
        ("<f8", [-1, -1], bytes(8)),
        ("<f8", [1.0], bytes(8)),
        ("<f8", [True], bytes(8)),
        ("<f8", [[1]], bytes(8)),
        ("<f8", [1] * 9, bytes(8)),
        ("<c16", [1], bytes(16)),
        ("|O8", [1], bytes(8)),
        ("|V8", [1], bytes(8)),
        (["<f8"], [1], bytes(8)),
        (None, [1], bytes(8)),
    ],
)
def test_arrays_that_lie_are_refused(code, shape, data):
    with pytest.raises(FrameError):
        decode(frame_of([code, *shape], data))
    assert decode(frame_of(["<f8", 1], bytes(8))) == 0.0


@pytest.mark.parametrize("head", [(2**32 - 1, 0), (0, 2**32 - 1), (frames.JSON_LIMIT + 1, 0)])
def test_sizes_over_the_limits_are_refused_by_the_head_alone(head):
    with pytest.raises(FrameError, match="more than a frame may hold"):
        sizes(HEAD.pack(REPLY, 1, *head))


@pytest.mark.parametrize("purpose", [b"x", b"\0"])
def test_frames_for_no_purpose_are_refused(purpose):
    with pytest.raises(FrameError, match="what it is for"):
        sizes(HEAD.pack(purpose, 1, 1, 1))


@given(values)
def test_descriptions_depend_on_shapes_and_not_on_numbers(value):
    shifted = decode(bytearray(encode(value)))
    for array in shifted if isinstance(shifted, list | tuple) else [shifted]:
        if isinstance(array, np.ndarray):
            array[...] = 0

    assert describe(shifted, []) == describe(value, [])


def test_values_over_the_limits_are_not_sent(monkeypatch):
    monkeypatch.setattr(frames, "ARRAY_LIMIT", 100)

    assert encode(np.zeros(12))
    with pytest.raises(FrameError, match="more than a frame may hold"):
        encode(np.zeros(13))


@pytest.mark.parametrize(
    "node",
    [
        {},
        {"list": [], "dict": []},
        2**70,
        -(2**63),
        {"pickle": "x"},
        [],
        {"list": 3},
        {"dict": 3},
        {"dict": [{"list": []}, 1]},
        {"dict": [{"tuple": [1]}, 1]},
        {"dict": [{"tuple": [1, 2, 3]}, 1]},
        {"dict": [{"tuple": [1, {"list": []}]}, 1]},
        {"dict": [{"tuple": [1, {"tuple": [1, 2]}]}, 1]},
        {"dict": [True]},
        {"dict": [1, 2, 3]},
        {"provided": ["derivative"]},
        {"callback": ["one"]},
        {"strange": ["a", "b"]},
        0.5,
        ["float"],
        ["float", 8],
        [["float"]],
        b"[1",
        b"NaN",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"list": [' * 20_000,
        b"9" * 5000,
    ],
)
def test_descriptions_that_describe_nothing_are_refused(node):
    with pytest.raises(FrameError):
        decode(frame_of(node))
