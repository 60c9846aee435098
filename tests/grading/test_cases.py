"""The arguments of a question's cases: ready, fresh again for each request, and looked at after each call."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bpkit.grading.sandbox.cases import Cases
from bpkit.grading.sandbox.frames import Provided, encode

DRAWN = [
    [
        {
            1: np.arange(6.0).reshape(2, 3),
            2: np.ones((1, 2), "f4"),
            4: np.ones((1, 1)),
            5: np.arange(4.0).reshape(2, 2),
        },
        [np.ones(2), 1.0],
        Provided("a", "b"),
        3,
    ]
] * 2


@pytest.fixture
def cases():
    return Cases(encode(DRAWN))


CHANGES = {
    "a number": lambda W, v: W[1].__setitem__((0, 0), 7.0),
    "a number in place": lambda W, v: np.negative(W[1], out=W[1]),
    "a bit": lambda W, v: np.nextafter(W[1], 9, out=W[1]),
    "an array": lambda W, v: W.__setitem__(1, W[1] * 2),
    "an array of one": lambda W, v: v.__setitem__(0, np.zeros(2)),
    "a key more": lambda W, v: W.__setitem__(3, 0),
    "a key less": lambda W, v: W.pop(1),
    "no keys": lambda W, v: W.clear(),
    "another key": lambda W, v: W.__setitem__("1", W.pop(1)),
    "an item more": lambda W, v: v.append(0),
    "its shape": lambda W, v: setattr(W[1], "shape", (3, 2)),
    "its type": lambda W, v: setattr(W[1], "dtype", "i8"),
    "another type": lambda W, v: W.__setitem__(1, W[1].astype("f4")),
    "an equal number of another shape": lambda W, v: W.__setitem__(4, W[4][0]),
    "an equal number of another type": lambda W, v: v.__setitem__(1, 1),
    "a number for an equal one": lambda W, v: v.__setitem__(1, True),
    "the order of its numbers": lambda W, v: setattr(W[5], "strides", (8, 16)),
    "what cannot be described": lambda W, v: W.__setitem__(1, Nameless()),
}


class Nameless:
    @property
    def __class__(self):
        raise RuntimeError


@pytest.mark.filterwarnings("ignore:Setting the (shape|strides):DeprecationWarning")  # students' may allow it
@pytest.mark.parametrize("name", CHANGES)
def test_changes_are_seen_in_their_own_case(name, cases):
    first, _ = cases.fresh()
    CHANGES[name](*first[:2])

    assert [cases.changed(k) for k in range(2)] == [True, False]


SAME = {
    "nothing": lambda W, v: None,
    "read": lambda W, v: (W[1] @ np.ones(3), W[2].T, v[0].sum()),
    "changed back": lambda W, v: (np.negative(W[1], out=W[1]), np.negative(W[1], out=W[1])),
    "an equal array": lambda W, v: W.__setitem__(1, W[1].copy()),
    "another order": lambda W, v: W.__setitem__(1, W.pop(1)),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same_afterwards_is_not_changed(name, cases):
    SAME[name](*cases.fresh()[0][:2])

    assert not cases.changed(0)


def test_the_next_request_has_the_arguments_as_they_were(cases):
    for _ in range(3):
        (W, v, function, number), _ = cases.fresh()
        assert_array_equal(W[1], DRAWN[0][0][1], strict=True)
        assert_array_equal(W[2], DRAWN[0][0][2], strict=True)
        assert (v[0].tolist(), v[1], function, number) == ([1.0, 1.0], 1.0, ("a", "b"), 3)
        W[1][...] = 0
        v.clear()
        assert cases.changed(0)


def test_arrays_can_be_written_to(cases):
    assert all(array.flags.writeable for array in cases.fresh()[0][0].values())
