"""The names of types that may cross: Python's and numpy's own, for a name of one's own could be a message."""

import builtins
import types

import numpy as np

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
