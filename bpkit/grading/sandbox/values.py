"""How plain values are described in a frame: JSON for what they are, bytes for their numbers.

Whole numbers, strings, True, False and None stand for themselves; a JSON list is an array, its type before
its shape, or a float; a JSON object with one name holds anything else, a dict's keys and items in turn.
"""

import json
import numbers
import struct
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from .names import ENTRIES, type_name

NUMBER = struct.Struct("<d")
DEPTH_LIMIT = 12
AS_GIVEN = -DEPTH_LIMIT  # the depth to start from where dicts are to keep their order
INT_LIMIT = 2**63
DTYPES = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1")


class Provided(NamedTuple):
    """A function that the notebook's own imports provide, such as ``derivative("tanh")``."""

    kind: str
    name: str


class Callback(NamedTuple):
    """A function on the sender's side, by its place among the arguments it was sent with."""

    place: int


class Handed(NamedTuple):
    """A function that stays with the grader, by its number among those of the question."""

    number: int


class Strange(NamedTuple):
    """What stands for a value that may not cross, with the name of its type."""

    type: str


FIRST = itemgetter(0)
KEYS = int | float | str | None | Strange  # what a dict may be keyed by
PAIR = 2  # or by a pair of such


def describe(value, data, depth=0):
    """Return JSON for a value, and append the bytes of its arrays and numbers to `data`."""
    if depth > DEPTH_LIMIT:
        return strange("deeply nested object")
    return (WRITERS.get(type(value)) or writer_of(value))(value, data, depth)


def writer_of(value):
    """Return what describes a value of another type than the common ones."""
    kinds = (np.bool_, _bool), (np.integer | int, _int), (numbers.Real, _float), (tuple, _tuple)
    kinds += (list, _list), (dict, _dict), (str, _str)
    return next((write for kind, write in kinds if isinstance(value, kind)), _other)


def strange(name):
    return f'{{"strange":[{json.dumps(name)}]}}'


def _none(value, data, depth):
    return "null"


def _bool(value, data, depth):
    return "true" if value else "false"


def _str(value, data, depth):
    return json.dumps(str(value))


def _int(value, data, depth):
    value = int(value)
    return str(value) if abs(value) < INT_LIMIT else strange("huge int")


def _float(value, data, depth):
    data.append(NUMBER.pack(float(value)))
    return '["float"]'


def _tuple(value, data, depth):
    return f'{{"tuple":[{",".join([describe(item, data, depth + 1) for item in list(value)])}]}}'


def _list(value, data, depth):
    return f'{{"list":[{",".join([describe(item, data, depth + 1) for item in list(value)])}]}}'


def _dict(value, data, depth):
    """Describe a dict; its order does not count below the top, and there the description has one order.

    >>> describe([{2: "b", 1: "a"}], []), describe([{2: "b", 1: "a"}], [], AS_GIVEN)
    ('{"list":[{"dict":[1,"a",2,"b"]}]}', '{"list":[{"dict":[2,"b",1,"a"]}]}')
    """
    pairs, words = list(dict.items(value)), []
    try:
        pairs = sorted(pairs, key=FIRST) if depth > 0 else pairs
    except TypeError:  # keys that cannot be sorted stay as they are
        pass
    for key, item in pairs:
        words += _key(key, data, depth), describe(item, data, depth + 1)
    return f'{{"dict":[{",".join(words)}]}}'


def _key(key, data, depth):
    if type(key) is int and -INT_LIMIT < key < INT_LIMIT:
        return str(key)
    fine = isinstance(key, KEYS | np.generic) or is_pair(key)
    return describe(key if fine else Strange("object"), data, depth + 1)


def is_pair(key):
    """Say whether a key is a pair of plain keys.

    >>> is_pair(("W", 1)), is_pair(("W", (1, 2))), is_pair(("W", 1, 2))
    (True, False, False)
    """
    return (
        type(key) is tuple and len(key) == PAIR and all(isinstance(part, KEYS | np.generic) for part in key)
    )


def _named(value, data, depth):
    return f'{{"{type(value).__name__.lower()}":{json.dumps(list(value))}}}'


def _other(value, data, depth):
    return strange(type_name(value))


def _array(value, data, depth):
    code = CODES.get(value.dtype)
    if code is None and value.dtype.kind == "f" and value.dtype.itemsize > 8:
        code, value = "<f8", value.astype("<f8")
    if code is None:
        code = value.dtype.newbyteorder("<").str
        if code not in DTYPES:
            return strange(ENTRIES.get(value.dtype.kind, "array of another kind"))
        value = value.astype(code)
    data.append(value.tobytes())
    return _array_words(code, value.shape)


@lru_cache(maxsize=1024)
def _array_words(code, shape):
    return f'["{code}"{"".join([f",{n}" for n in shape])}]'


CODES = {np.dtype(code): code for code in DTYPES}
WRITERS = {
    np.ndarray: _array,
    dict: _dict,
    float: _float,
    np.float64: _float,
    int: _int,
    str: _str,
    tuple: _tuple,
    list: _list,
    bool: _bool,
    type(None): _none,
    Provided: _named,
    Callback: _named,
    Handed: _named,
    Strange: _named,
}
