"""How plain values are described in a frame: JSON for what they are, bytes for their numbers."""

import contextlib
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
INT_LIMIT = 2**63
DTYPES = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1")


class Provided(NamedTuple):
    """A function that the notebook's own imports provide, such as ``derivative("tanh")``."""

    kind: str
    name: str


class Callback(NamedTuple):
    """A function on the sender's side, by its place among the arguments it was sent with."""

    place: int


class Strange(NamedTuple):
    """What stands for a value that may not cross, with the name of its type."""

    type: str


KEYS = int | float | str | None | Strange  # what a dict may be keyed by


def describe(value, data, depth=0):
    """Return JSON for a value, and append the bytes of its arrays and numbers to `data`."""
    if depth > DEPTH_LIMIT:
        return strange("deeply nested object")
    write = WRITERS.get(type(value)) or writer_of(value)
    return write(value, data, depth)


def writer_of(value):
    """Return what describes a value of another type than the common ones."""
    kinds = (np.bool_, _bool), (np.integer | int, _int), (numbers.Real, _float), (tuple, _tuple)
    kinds += (list, _list), (dict, _dict), (str, _str)
    return next((write for kind, write in kinds if isinstance(value, kind)), _other)


def strange(name):
    return f'{{"strange":[{json.dumps(name)}]}}'


def _none(value, data, depth):
    return '{"plain":null}'


def _bool(value, data, depth):
    return '{"plain":true}' if value else '{"plain":false}'


def _str(value, data, depth):
    return f'{{"plain":{json.dumps(str(value))}}}'


def _int(value, data, depth):
    value = int(value)
    return f'{{"plain":{value}}}' if abs(value) < INT_LIMIT else strange("huge int")


def _float(value, data, depth):
    data.append(NUMBER.pack(float(value)))
    return '{"float":8}'


def _tuple(value, data, depth):
    return f'{{"tuple":[{",".join([describe(item, data, depth + 1) for item in list(value)])}]}}'


def _list(value, data, depth):
    return f'{{"list":[{",".join([describe(item, data, depth + 1) for item in list(value)])}]}}'


def _dict(value, data, depth):
    """Describe a dict; below the top its order does not count, and the description has them in one order."""
    pairs = list(dict.items(value))
    if depth:
        with contextlib.suppress(TypeError):  # keys that cannot be sorted stay as they are
            pairs.sort(key=itemgetter(0))
    words = [f"[{_key(key, data, depth)},{describe(item, data, depth + 1)}]" for key, item in pairs]
    return f'{{"dict":[{",".join(words)}]}}'


def _key(key, data, depth):
    if type(key) is int and abs(key) < INT_LIMIT:
        return f'{{"plain":{key}}}'
    return describe(key if isinstance(key, KEYS | np.generic) else Strange("object"), data, depth + 1)


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
    return f'{{"array":["{code}",{list(shape)}]}}'


CODES = {np.dtype(code): code for code in DTYPES}
SIZES = {code: np.dtype(code).itemsize for code in DTYPES}
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
    Strange: _named,
}
