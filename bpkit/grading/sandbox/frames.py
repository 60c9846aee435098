"""Plain values as bounded frames: what may cross between the grader and a student's process.

A frame is a head (one byte that says what it is for, and two sizes), then a line of JSON that describes
the value, then the bytes of its arrays and numbers, one after the other. So of two results with arrays
of the same shapes the descriptions are equal to the last byte, and only the numbers differ. Nothing is
pickled, and every size is checked before it is allocated.
"""

import json
import math
import struct
from functools import lru_cache

import numpy as np

from .names import known_name
from .values import INT_LIMIT, KEYS, NUMBER, SIZES, Callback, Provided, Strange, describe

HEAD = struct.Struct("!cII")  # what it is for, bytes of JSON, bytes of arrays and numbers
REPLY, ASKS = b"r", b"a"  # an answer to what was asked; a question while answering
JSON_LIMIT = 2**20
ARRAY_LIMIT = 2**26
DICT_LIMIT = 1000  # keys: crafted ones are slow to tell apart


class FrameError(ValueError):
    """A frame that does not hold what it says, or more than is allowed."""


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


@lru_cache(maxsize=1024, typed=True)  # typed, for True is not 1
def _extent(code, *shape):
    """Return how many entries an array has, and how many bytes, or raise a FrameError."""
    if code not in SIZES or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise FrameError("The frame announces an array of a kind that it may not hold.")
    count = math.prod(shape)
    return count, count * SIZES[code]


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
        count, size = _extent(code, *shape)
        start, self.at = self.at, self.at + size
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
