"""Whether a reply is the expected one, seen from its bytes: right answers need not be decoded.

Two results with arrays of the same shapes have the same description in a frame, and only their numbers
differ. So a right answer shows in one comparison of bytes and a few operations on all numbers at once.
`comparison.compare` looks closer at any other; both know the same tolerances.
"""

import re

import numpy as np

from .comparison import ABSOLUTE, ABSOLUTE_32, RELATIVE, RELATIVE_32
from .sandbox.frames import HEAD, describe, encode

TOLERANCES = {"<f8": (RELATIVE, ABSOLUTE), "<f4": (RELATIVE_32, ABSOLUTE_32)}


class Agreement:
    """The reply of a right answer that keeps its arguments, but for rounding.

    Parameters
    ----------
    expected : object
        The result.
    arguments : list
        As they come back after the call.

    Examples
    --------
    >>> right = Agreement(np.array([1.0, 2.0]), [])
    >>> right.holds(encode({"result": np.array([1.0, 2.0 + 1e-12]), "arguments": []}))
    True
    >>> right.holds(encode({"result": np.array([1.0, 2.1]), "arguments": []}))
    False
    """

    def __init__(self, expected, arguments):
        pieces = []
        text = describe(expected, pieces)
        codes = {"<f8" if number else code for code, number in LEAVES.findall(text)}
        self.frame = encode({"result": expected, "arguments": arguments})
        self.code = codes.pop() if len(codes) == 1 and all(pieces) else None
        if self.code not in TOLERANCES:
            self.code = None
            return
        numbers = b"".join(pieces)
        text_size = HEAD.unpack_from(self.frame)[1]
        self.start = HEAD.size + text_size
        self.head, self.tail = self.frame[: self.start], self.frame[self.start + len(numbers) :]
        self.want = np.frombuffer(numbers, self.code).astype(float)
        sizes = [len(piece) // np.dtype(self.code).itemsize for piece in pieces]
        self.first = np.cumsum([0, *sizes[:-1]])
        self.size = self.norms(self.want)

    def norms(self, numbers):
        """Return the Euclidean norm of each array of the result."""
        with np.errstate(all="ignore"):  # nan and inf are in doubt
            return np.sqrt(np.add.reduceat(numbers * numbers, self.first))

    def holds(self, frame):
        """Say whether a frame is the expected reply to within the tolerances; where in doubt, it is not."""
        if self.code is None or len(frame) != len(self.frame):
            return False
        if not (frame.startswith(self.head) and frame.endswith(self.tail)):
            return False
        relative, absolute = TOLERANCES[self.code]
        with np.errstate(all="ignore"):  # nan and inf are in doubt
            got = np.frombuffer(frame, self.code, len(self.want), self.start).astype(float)
            gap = self.norms(got - self.want)
            return bool(
                (gap <= relative * (self.size + self.norms(got)) + absolute).all()
                and np.isfinite(gap + self.size).all()
            )


LEAVES = re.compile(r'\{"(?:array":\["([^"]+)|(float))"')
