"""Plain values as bounded frames: what may cross between the grader and a student's process.

A frame is 8 bytes of length, then a line of JSON that describes the value, then the bytes of its
arrays, one after the other. Nothing is pickled, and every size is checked before it is allocated.
"""

import builtins
import json
import math
import numbers
import struct
import types
from typing import NamedTuple

import numpy as np

LENGTH = struct.Struct("!II")  # bytes of JSON, bytes of arrays
JSON_LIMIT = 2**20
ARRAY_LIMIT = 2**26
DEPTH_LIMIT = 12
INT_LIMIT = 2**63
DTYPES = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1")
OWN = "object of a class of its own"
KINDS = {
    types.GeneratorType: "generator",
    types.CoroutineType: "coroutine",
    np.ma.MaskedArray: "masked array",
}
ENTRIES = {
    "O": "array of objects",
    "U": "array of text",
    "S": "array of text",
    "c": "array of complex numbers",
}
OTHERS = {"function", "deeply nested object", "huge int", "subclass of ndarray", "array of another kind"}
OTHERS |= {*KINDS.values(), *ENTRIES.values()}


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


def encode(value):
    """Return a value as one frame.

    >>> decode(encode({1: np.eye(2), "rate": 0.5, "pair": (1, None)}))
    {1: array([[1., 0.],
           [0., 1.]]), 'rate': 0.5, 'pair': (1, None)}
    """
    arrays = []
    text = json.dumps(_describe(value, arrays, 0)).encode()
    data = b"".join(arrays)
    if len(text) > JSON_LIMIT or len(data) > ARRAY_LIMIT:
        raise FrameError(f"The value takes {len(text) + len(data)} bytes, more than a frame may hold.")
    return LENGTH.pack(len(text), len(data)) + text + data


def _describe(value, arrays, depth):
    """Return JSON for a value and append its arrays' bytes to `arrays`."""
    if depth > DEPTH_LIMIT:
        return {"strange": ["deeply nested object"]}
    if value is None or isinstance(value, bool | str):
        return {"plain": value if value is None or isinstance(value, bool) else str(value)}
    if type(value) is np.ndarray:
        return _describe_array(value, arrays)
    if isinstance(value, np.bool_ | numbers.Real):
        return _describe_number(value)
    if isinstance(value, Provided | Callback | Strange):
        return {type(value).__name__.lower(): list(value)}
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_describe(item, arrays, depth + 1) for item in list(value)]}
    if isinstance(value, dict):
        pairs = dict.items(value)
        return {"dict": [[_describe(part, arrays, depth + 1) for part in pair] for pair in pairs]}
    return {"strange": [type_name(value)]}


def _describe_number(value):
    if isinstance(value, bool | np.bool_):
        return {"plain": bool(value)}
    if isinstance(value, np.integer | int):
        return {"plain": int(value)} if abs(int(value)) < INT_LIMIT else {"strange": ["huge int"]}
    return {"plain": float(value)}


def _describe_array(array, arrays):
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(float)
    code = array.dtype.newbyteorder("<").str
    if code not in DTYPES:
        return {"strange": [ENTRIES.get(array.dtype.kind, "array of another kind")]}
    arrays.append(np.ascontiguousarray(array, dtype=code).tobytes())
    return {"array": [code, list(array.shape)]}


def type_name(value):
    """Name a value's type where Python or numpy gave the name; a name of one's own could carry a message.

    An exception of another class is named by the first of Python's own that it derives from.

    >>> type_name(np.recarray(1, "f8")), type_name(np.linalg.LinAlgError()), type_name(type("my", (), {})())
    ('numpy recarray', 'ValueError', 'object of a class of its own')
    """
    kind = type(value)
    if kind in KINDS:
        return KINDS[kind]
    if vars(np).get(kind.__name__) is kind:
        return f"numpy {kind.__name__}"
    classes = kind.__mro__ if isinstance(value, BaseException) else (kind,)
    public = (own for own in classes if not own.__name__.startswith("_"))  # not _IncompleteInputError
    named = [own.__name__ for own in public if vars(builtins).get(own.__name__) is own]
    if named or isinstance(value, np.ndarray):
        return named[0] if named else "subclass of ndarray"
    return "function" if callable(value) else OWN


def known_name(text):
    """Return a name that `type_name` could have given, and the one for all others where it could not.

    >>> known_name("numpy matrix"), known_name("ValueError"), known_name("x = 0.25")
    ('numpy matrix', 'ValueError', 'object of a class of its own')
    """
    if text.startswith("numpy "):
        return text if isinstance(vars(np).get(text.removeprefix("numpy ")), type) else OWN
    return text if text in OTHERS or isinstance(vars(builtins).get(text), type) else OWN


def decode(frame):
    """Return the value of a frame, or raise a FrameError."""
    text_size, data_size = sizes(frame[: LENGTH.size])
    if len(frame) != LENGTH.size + text_size + data_size:
        raise FrameError("The frame is shorter or longer than it says.")
    text, data = frame[LENGTH.size : LENGTH.size + text_size], frame[LENGTH.size + text_size :]
    try:
        value, rest = _build(json.loads(text), memoryview(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise FrameError("The frame does not describe a value.") from error
    if len(rest):
        raise FrameError("The frame holds more bytes than its arrays need.")
    return value


def sizes(head):
    """Return the sizes that a frame's head announces, or raise a FrameError if they are over the limits."""
    if len(head) != LENGTH.size:
        raise FrameError("The frame is shorter than its head.")
    text_size, data_size = LENGTH.unpack(head)
    if text_size > JSON_LIMIT or data_size > ARRAY_LIMIT:
        raise FrameError(f"The frame announces {text_size + data_size} bytes, more than a frame may hold.")
    return text_size, data_size


def _build(node, data):
    """Return the value of a JSON node and the bytes of `data` that it did not use."""
    ((kind, content),) = node.items()
    if kind == "plain" and isinstance(content, None | bool | int | float | str):
        if isinstance(content, int) and abs(content) >= INT_LIMIT:
            raise FrameError("The frame holds a whole number that is too large.")
        return content, data
    if kind == "array":
        return _build_array(*content, data)
    if kind in ("tuple", "list"):
        items, data = _build_all(content, data)
        return (tuple(items) if kind == "tuple" else items), data
    if kind == "dict":
        pairs, data = _build_all([{"tuple": pair} for pair in content], data)
        return dict(pairs), data
    if kind == "provided":
        return Provided(*map(str, content)), data
    if kind == "callback":
        return Callback(*map(int, content)), data
    if kind == "strange":
        return Strange(*map(known_name, content)), data
    raise FrameError(f"A frame cannot hold a {kind!r}.")


def _build_all(nodes, data):
    items = []
    for node in nodes:
        item, data = _build(node, data)
        items.append(item)
    return items, data


def _build_array(code, shape, data):
    if code not in DTYPES or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise FrameError("The frame announces an array of a kind that it may not hold.")
    size = math.prod(shape) * np.dtype(code).itemsize
    if size > len(data):
        raise FrameError("The frame announces an array larger than its bytes.")
    return np.frombuffer(data[:size], dtype=code).reshape(shape).copy(), data[size:]
