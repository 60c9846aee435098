"""What an answer is called with: ready before the fork, fresh for each request, looked at after each call."""

import contextlib
import warnings
from operator import attrgetter, is_

import numpy as np

from .frames import encode, parts, read

LAYOUT = attrgetter("shape", "dtype", "strides")


def watched(strict):
    """Return a context for a call: where a case is strict, numpy's warnings are errors in it.

    >>> with watched(True):
    ...     np.exp(np.array([1e4]))
    Traceback (most recent call last):
    RuntimeWarning: overflow encountered in exp
    """
    if not strict:
        return contextlib.nullcontext()
    return warnings.catch_warnings(action="error", category=RuntimeWarning)


class Cases:
    """The arguments of a question's cases.

    Parameters
    ----------
    frame : bytes or bytearray
        A list of them, each a list of arguments.
    strict : iterable of int
        Places of the cases in which no warning may be raised.

    Examples
    --------
    >>> from bpkit.grading.sandbox.frames import encode
    >>> cases = Cases(encode([[{1: np.ones(2)}]]))
    >>> ((arguments,),) = [cases.fresh()]
    >>> cases.changed(0)
    False
    >>> arguments[0][1] *= 2
    >>> cases.changed(0)
    True
    """

    def __init__(self, frame, strict=()):
        self.strict = frozenset(strict)
        self.text, data = parts(frame)
        self.before = bytes(data)
        self.ready = self.drawn()

    def drawn(self):
        self.data = bytearray(self.before)
        self.arguments = read(self.text, self.data)
        self.forms = [Form(arguments) for arguments in self.arguments]
        return self.arguments

    def fresh(self):
        """Return all arguments as they were drawn, however earlier calls have left them."""
        arguments, self.ready = self.ready or self.drawn(), None
        return arguments

    def changed(self, k):
        """Say whether the k-th arguments have other keys, items, shapes, types or numbers than they had."""
        if self.data == self.before and self.forms[k].kept():
            return False
        try:
            return encode(self.arguments[k]) != encode(read(self.text, self.before)[k])
        except Exception:  # what was put into them may raise anything
            return True


class Form:
    """What arguments are made of, but for the numbers in their arrays: quick to compare."""

    def __init__(self, arguments):
        self.arrays, self.containers = [], []
        self.find(arguments)
        self.before = self.held()
        self.shapes = [*map(LAYOUT, self.arrays)]

    def find(self, value):
        """Note the arrays and the containers in a value."""
        if isinstance(value, np.ndarray):
            self.arrays.append(value)
        elif isinstance(value, dict | list):
            self.containers.append(value)
        for item in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
        ):
            self.find(item)

    def held(self):
        """List what the containers hold, one after the other, each behind how much it is."""
        return [item for container in self.containers for item in (len(container), *parts_of(container))]

    def kept(self):
        """Say whether the containers hold the same objects, and the arrays have the same shapes and types."""
        held = self.held()
        same = len(held) == len(self.before) and all(map(is_, held, self.before))
        return same and self.shapes == [*map(LAYOUT, self.arrays)]


def parts_of(container):
    """Return the keys and items of a dict, or the items of a list."""
    return (*container, *container.values()) if isinstance(container, dict) else container
