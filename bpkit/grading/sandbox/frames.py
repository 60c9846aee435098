"""Plain values as bounded frames: what may cross between the grader and a student's process.

A frame is a head (one byte that says what it is for, how many results it holds, and two sizes), then a
line of JSON that describes the value, then the bytes of its arrays and numbers, one after the other. So of
two results with arrays of the same shapes the descriptions are equal to the last byte, and only the numbers
differ. Nothing is pickled, and every size is checked before it is allocated.
"""

import json
import math
import struct
from functools import lru_cache

import numpy as np

from .names import known_name
from .values import DTYPES, INT_LIMIT, KEYS, NUMBER, Callback, Handed, Provided, Strange, describe, is_pair

HEAD = struct.Struct("!cHII")  # what it is for, results, bytes of JSON, bytes of arrays and numbers
REPLY, ASKS, RESULTS = b"r", b"a", b"R"  # an answer to what was asked; a question meanwhile; see `bundle`
JSON_LIMIT = 2**20
ARRAY_LIMIT = 2**26
DICT_LIMIT = 1000  # keys: crafted ones are slow to tell apart
TYPES = {code: np.dtype(code) for code in DTYPES}
FLOAT = ["float"]


class FrameError(ValueError):
    """A frame that does not hold what it says, or more than is allowed."""


def encode(value, purpose=REPLY, depth=0):
    """Return a value as one frame; from the depth `AS_GIVEN` on its dicts keep their order.

    >>> decode(encode({1: np.eye(2), "rate": 0.5, "pair": (1, None)}))
    {1: array([[1., 0.],
           [0., 1.]]), 'rate': 0.5, 'pair': (1, None)}
    """
    data = []
    return framed(describe(value, data, depth).encode(), b"".join(data), purpose)


def asking(request):
    """Return a request of the grader's as one frame: a dict of plain values, as JSON alone."""
    return framed(json.dumps(request).encode())


def bundle(descriptions, data):
    """Return some results of an answer as one frame: a list of each with whether its arguments changed.

    Parameters
    ----------
    descriptions : list of (str, bool)
    data : list of bytes
    """
    words = ",".join(f"{text},{'true' if changed else 'false'}" for text, changed in descriptions)
    return framed(f'{{"list":[{words}]}}'.encode(), b"".join(data), RESULTS, len(descriptions))


def framed(text, data=b"", purpose=REPLY, count=1):
    """Return a description and its bytes as one frame, or raise a FrameError."""
    if len(text) > JSON_LIMIT or len(data) > ARRAY_LIMIT:
        raise FrameError(f"The value takes {len(text) + len(data)} bytes, more than a frame may hold.")
    return HEAD.pack(purpose, count, len(text), len(data)) + text + data


def decode(frame):
    """Return the value of a frame, or raise a FrameError.

    Its arrays are views into the frame: they can be written to where the frame is a bytearray.
    """
    return read(*parts(frame))


def parts(frame):
    """Return a frame's description and its bytes, or raise a FrameError."""
    text_size, data_size = sizes(frame[: HEAD.size])
    if len(frame) != HEAD.size + text_size + data_size:
        raise FrameError("The frame is shorter or longer than it says.")
    return frame[HEAD.size : HEAD.size + text_size], frame[HEAD.size + text_size :]


def read(text, data):
    """Return the value of a description and its bytes, or raise a FrameError."""
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
        StopIteration,
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
    purpose, _, text_size, data_size = HEAD.unpack(head)
    if purpose not in (REPLY, ASKS, RESULTS):
        raise FrameError("The frame does not say what it is for.")
    if text_size > JSON_LIMIT or data_size > ARRAY_LIMIT:
        raise FrameError(f"The frame announces {text_size + data_size} bytes, more than a frame may hold.")
    return text_size, data_size


@lru_cache(maxsize=1024, typed=True)  # typed, for True is not 1
def _extent(code, *shape):
    """Return an array's type, shape and bytes, or raise a FrameError."""
    if code not in TYPES or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise FrameError("The frame announces an array of a kind that it may not hold.")
    size = math.prod(shape) * TYPES[code].itemsize
    if size > ARRAY_LIMIT or max(shape, default=0) > ARRAY_LIMIT:
        raise FrameError("The frame announces an array larger than it may hold.")
    return shape, TYPES[code], size


class _Reader:
    """Builds the value that a description and its bytes make, from the first byte on."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def build(self, node):
        """Return the value of a JSON node."""
        if type(node) is list:
            return self.array(node)
        if type(node) is dict:
            ((kind, content),) = node.items()
            return self.BUILDERS[kind](self, content)
        if type(node) is int and abs(node) >= INT_LIMIT or type(node) is float:
            raise FrameError("The frame holds a whole number that is too large, or a fraction in its text.")
        return node

    def array(self, words):
        """Return an array, or a float."""
        if words == FLOAT:
            self.at += NUMBER.size
            return NUMBER.unpack_from(self.data, self.at - NUMBER.size)[0]
        shape, dtype, size = _extent(*words)
        start, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise FrameError("The frame announces an array larger than its bytes.")
        return np.ndarray(shape, dtype, self.data, start) if size else np.zeros(shape, dtype)

    def items(self, content):
        return [self.build(node) for node in content]

    def pairs(self, content):
        built, rest = {}, iter(content)
        for node in rest:
            key = self.build(node)
            if not (isinstance(key, KEYS) or is_pair(key)) or len(built) >= DICT_LIMIT:
                raise FrameError("The frame holds a dict with more keys, or others, than it may have.")
            built[key] = self.build(next(rest))
        return built

    BUILDERS = {
        "list": items,
        "tuple": lambda self, content: tuple(self.items(content)),
        "dict": pairs,
        "provided": lambda self, content: Provided(*map(str, content)),
        "callback": lambda self, content: Callback(*map(int, content)),
        "handed": lambda self, content: Handed(*map(int, content)),
        "strange": lambda self, content: Strange(*map(known_name, content)),
    }
