"""Plain values as bounded frames: what may cross between the grader and a student's process.

A frame is a head (one byte that says what it is for, and two sizes), then a line of JSON that describes
the value, then the bytes of its arrays and numbers, one after the other. So of two results with arrays
of the same shapes the descriptions are equal to the last byte, and only the numbers differ. Nothing is
pickled, and every size is checked before it is allocated.
"""

import contextlib
import json
import math
import numbers
import struct
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from .names import ENTRIES, known_name, type_name

HEAD = struct.Struct("!cII")  # what it is for, bytes of JSON, bytes of arrays and numbers
REPLY, ASKS = b"r", b"a"  # an answer to what was asked; a question while answering
JSON_LIMIT = 2**20
NUMBER = struct.Struct("<d")
ARRAY_LIMIT = 2**26
DEPTH_LIMIT = 12
DICT_LIMIT = 1000  # keys: crafted ones are slow to tell apart
INT_LIMIT = 2**63
DTYPES = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1")


class FrameError(ValueError):
    """A frame that does not hold what it says, or more than is allowed."""


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


def encode(value, purpose=REPLY):
    """Return a value as one frame.

    >>> decode(encode({1: np.eye(2), "rate": 0.5, "pair": (1, None)}))
    {1: array([[1., 0.],
           [0., 1.]]), 'rate': 0.5, 'pair': (1, None)}
    """
    data = []
    text = describe(value, data).encode()
    data = b"".join(data)
    if len(text) > JSON_LIMIT or len(data) > ARRAY_LIMIT:
        raise FrameError(f"The value takes {len(text) + len(data)} bytes, more than a frame may hold.")
    return HEAD.pack(purpose, len(text), len(data)) + text + data


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


def decode(frame):
    """Return the value of a frame, or raise a FrameError.

    Its arrays are views into the frame: they can be written to where the frame is a bytearray.
    """
    text_size, data_size = sizes(frame[: HEAD.size])
    if len(frame) != HEAD.size + text_size + data_size:
        raise FrameError("The frame is shorter or longer than it says.")
    text, data = frame[HEAD.size : HEAD.size + text_size], frame[HEAD.size + text_size :]
    try:
        reader = _Reader(data)
        value = reader.build(json.loads(text))
    except FrameError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        OverflowError,
        struct.error,
    ) as error:
        raise FrameError("The frame does not describe a value.") from error
    if reader.at != len(data):
        raise FrameError("The frame holds more bytes than its arrays need.")
    return value


def sizes(head):
    """Return the sizes that a frame's head announces, or raise a FrameError if they are over the limits."""
    if len(head) != HEAD.size:
        raise FrameError("The frame is shorter than its head.")
    purpose, text_size, data_size = HEAD.unpack(head)
    if purpose not in (REPLY, ASKS):
        raise FrameError("The frame does not say what it is for.")
    if text_size > JSON_LIMIT or data_size > ARRAY_LIMIT:
        raise FrameError(f"The frame announces {text_size + data_size} bytes, more than a frame may hold.")
    return text_size, data_size


KEYS = int | float | str | None | Strange  # what a dict may be keyed by


class _Reader:
    """Builds the value that a description and its bytes make, from the first byte on."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def build(self, node):
        """Return the value of a JSON node."""
        ((kind, content),) = node.items()
        return self.BUILDERS[kind](self, content)

    def plain(self, content):
        if type(content) is int and abs(content) >= INT_LIMIT or type(content) is float:
            raise FrameError("The frame holds a whole number that is too large, or a fraction in its text.")
        if not isinstance(content, None | bool | int | str):
            raise FrameError("The frame's text holds more than plain values.")
        return content

    def number(self, content):
        self.at += NUMBER.size
        return NUMBER.unpack_from(self.data, self.at - NUMBER.size)[0]

    def array(self, content):
        code, shape = content
        if code not in SIZES or len(shape) > 8 or not all([type(n) is int and n >= 0 for n in shape]):
            raise FrameError("The frame announces an array of a kind that it may not hold.")
        count = math.prod(shape)
        start, self.at = self.at, self.at + count * SIZES[code]
        if self.at > len(self.data):
            raise FrameError("The frame announces an array larger than its bytes.")
        if count == 0:
            return np.zeros(shape, code)
        return np.frombuffer(self.data, code, count, start).reshape(shape)

    def items(self, content):
        return [self.build(node) for node in content]

    def pairs(self, content):
        built = {}
        for name, value in content:
            key = self.build(name)
            if not isinstance(key, KEYS) or len(built) >= DICT_LIMIT:
                raise FrameError("The frame holds a dict with more keys, or others, than it may have.")
            built[key] = self.build(value)
        return built

    BUILDERS = {
        "array": array,
        "float": number,
        "plain": plain,
        "list": items,
        "tuple": lambda self, content: tuple(self.items(content)),
        "dict": pairs,
        "provided": lambda self, content: Provided(*map(str, content)),
        "callback": lambda self, content: Callback(*map(int, content)),
        "strange": lambda self, content: Strange(*map(known_name, content)),
    }
