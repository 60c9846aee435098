"""Strange arguments, and the judge of what comes back: a right result or a sentence of ours, no warning."""

import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from strategies import EXACT, SINGLE

import bpkit

PACKAGE = Path(bpkit.__file__).parent
SHAPES = None  # in the place of a tolerance: the values are random, and only shapes are due


class Row(NamedTuple):
    """How one public name is tried: with which right arguments, and what is due for them by plain means."""

    right: st.SearchStrategy  # tuples of arguments
    due: Callable  # takes the same arguments
    call: Callable  # the public function, or what calls the function that it returns
    close: dict | None = EXACT
    keeps_type: bool = True  # float32 in, float32 out
    kept: int = 0  # so many first arguments are never spoiled
    stranger: tuple = ()  # what is strange for this name alone
    refusals: tuple = ()  # what it may raise beside TypeError and ValueError


# What is strange, and how what is right is spoiled.

ZOO = (
    *(None, True, 0, -1, 3, 2.5, np.nan, np.inf, 1e300, 10**12, 10**400, "tanh", "", b"tanh", object()),
    *([], [1.0], [[1.0], [2.0, 3.0]], (), (np.ones((2, 2)),), range(3), set(), np.bool_(True)),
    *({}, {1: np.ones((2, 2))}, {0: None}, {"W": 1}, np.random.RandomState(0)),
    *(np.zeros(0), np.zeros((2, 0)), np.ones(3), np.ones((2, 3)), np.ones((1, 2, 2)), np.array(1e300)),
    *(np.array(None), np.array(["a"]), np.array([[True]]), np.full((2, 3), np.nan), np.array([[1, 2]])),
    *(np.array(["2020-01-01"], "datetime64[D]"), np.array([[1j]])),
    *(lambda *_: None, lambda *_: "0.5", lambda *_: [0.5], lambda *_: np.ones(2)),
)
STRANGEST = (
    *ZOO,
    10**5000,
    np.timedelta64(3, "s"),
)  # a number too long to be printed, and time: numpy's whole number
ARRAYS_SPOILED = (
    *(
        np.transpose,
        np.ravel,
        np.ndarray.tolist,
        lambda a: a[..., :0],
        lambda a: a[None],
        lambda a: a[..., 0],
    ),
    *(lambda a: np.concatenate([a, a]), lambda a: a * np.nan, lambda a: a * 1e300, lambda a: 0 * a),
    *(lambda a, t=t: a.astype(t) for t in (int, bool, object, str, complex, np.float32)),
)
DICTS_SPOILED = (
    *(lambda d: dict(list(d.items())[1:]), lambda d: {l + 1: d[l] for l in d}),
    *(lambda d: {**d, 99: d[max(d)]}, lambda d: {str(l): d[l] for l in d}),
    *(lambda d: list(d.values()), lambda d: {**d, 1.5: None}),
)
TEXTS_SPOILED = (str.upper, str.encode, lambda s: s[:-1], lambda s: s + "s", list)
NUMBERS_SPOILED = (lambda v: -v, lambda v: 0 * v, lambda v: v * np.inf, lambda v: v * np.nan, str, np.array)
SPOILED = (
    (np.ndarray, ARRAYS_SPOILED),
    (dict, DICTS_SPOILED),
    (str, TEXTS_SPOILED),
    (float, NUMBERS_SPOILED),
)


@st.composite
def spoiled(draw, value, zoo=ZOO):
    """Draw something else in the place of a value: a strange thing, or the value with something wrong."""
    ways = next((ways for kind, ways in SPOILED if isinstance(value, kind)), ())
    if isinstance(value, dict) and draw(st.booleans()):
        l = draw(st.sampled_from(sorted(value)))
        return {**value, l: draw(spoiled(value[l], zoo))}
    if not ways or draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(zoo))
    with np.errstate(all="ignore"):
        return draw(st.sampled_from(ways))(value)


@st.composite
def trials(draw, row):
    """Draw arguments, and whether they are right: none, one or two of them are spoiled."""
    arguments = as_type(draw(row.right), draw(st.sampled_from([float, float, np.float32])))
    places = draw(st.sets(st.integers(row.kept, len(arguments) - 1), max_size=2))
    zoo = ZOO + row.stranger
    return tuple(draw(spoiled(v, zoo)) if i in places else v for i, v in enumerate(arguments)), not places


def as_type(value, dtype):
    """Return arguments with every array of floating-point numbers of that type."""
    if isinstance(value, np.ndarray):
        return value.astype(dtype) if value.dtype.kind == "f" else value
    if isinstance(value, dict):
        return {l: as_type(value[l], dtype) for l in value}
    return tuple(as_type(v, dtype) for v in value) if type(value) is tuple else value


def number_types(value):
    """Return the types of all arrays in some arguments; integers count as what they become."""
    if isinstance(value, np.ndarray):
        return {np.dtype(float) if value.dtype.kind in "iu" else value.dtype}
    if isinstance(value, (dict, tuple)):
        return set().union(*(number_types(v) for v in (value.values() if isinstance(value, dict) else value)))
    return set()


def size_of(value):
    """Return the largest absolute value of all numbers in some arguments; NaN is larger than any."""
    if isinstance(value, (dict, tuple)):
        return max((size_of(v) for v in (value.values() if isinstance(value, dict) else value)), default=0)
    plain = isinstance(value, (np.ndarray, float, int)) and np.asarray(value).dtype.kind in "iufc"
    return (
        np.nan_to_num(np.abs(np.asarray(value, complex)), nan=np.inf, posinf=np.inf).max(initial=0)
        if plain
        else 0
    )


# The judge.


def judge(row, arguments, right):
    """Call, and return "answered" or "refused"; raise where the answer is neither right nor a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = row.call(*arguments)
    except (TypeError, ValueError, *row.refusals) as error:
        assert not right, f"Right arguments are refused: {error}"
        assert_is_a_sentence_of_ours(error)
        return "refused"
    types = number_types(arguments)
    if not any(t.kind == "c" for t in types):  # complex numbers may pass, for the complex step
        with np.errstate(all="ignore"):
            due = row.due(*arguments)
        coarse = SINGLE if types & {np.dtype("f4")} else row.close
        moderate = size_of(arguments) < 20
        assert_agrees(found, due, coarse if row.close and moderate else SHAPES)
        assert row.close or not moderate or is_finite(found)
        assert not row.keeps_type or len(types) != 1 or number_types(found) <= types
    return "answered"


def is_finite(found):
    return np.isfinite(size_of(found))


def assert_is_a_sentence_of_ours(error):
    if isinstance(error, OSError) and error.filename is not None:
        return  # the system's own words, and the path
    place = traceback.extract_tb(error.__traceback__)[-1]
    assert Path(place.filename).is_relative_to(PACKAGE), f"{place.filename} says: {error}"
    assert place.line.startswith("raise "), f"{place.line} says: {error}"
    assert str(error).endswith((".", "?", '"')) and " " in str(error), f"This is no sentence: {error}"
    assert "could not be broadcast" not in str(error)


def assert_agrees(found, due, close):
    """Assert the structure and shapes that are due, and the values too unless `close` is None."""
    if isinstance(due, dict):
        assert set(found) == set(due)
        for l in due:
            assert_agrees(found[l], due[l], close)
    elif isinstance(due, tuple):
        for one, other in zip(found, due, strict=True):
            assert_agrees(one, other, close)
    else:
        assert np.shape(found) == np.shape(due)
        if close is not None:
            assert_allclose(found, due, **close)


# The trials.


def public_names(*modules):
    """Return the names of all public functions and classes that these modules define."""
    return {
        name
        for module in modules
        for name, member in vars(module).items()
        if callable(member) and member.__module__ == module.__name__ and not name.startswith("_")
    }


def throw(row, examples):
    """Judge the row on arguments of which up to two are spoiled; both answers must come."""
    outcomes = []

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(trial=trials(row))
    def try_one(trial):
        outcomes.append(judge(row, *trial))

    try_one()

    assert len(outcomes) >= examples
    assert min(outcomes.count("answered"), outcomes.count("refused")) >= examples // 50


def throw_every_strange_thing(row, zoo=ZOO):
    """Judge the row with every strange thing in every place, and some must be refused."""
    outcomes = []

    @settings(max_examples=2, phases=[Phase.generate])
    @given(right=row.right)
    def try_all(right):
        for i in range(row.kept, len(right)):
            for thing in zoo + row.stranger:
                outcomes.append(judge(row, (*right[:i], thing, *right[i + 1 :]), False))

    try_all()

    assert "refused" in outcomes
