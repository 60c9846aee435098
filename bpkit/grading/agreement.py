"""Whether replies are the expected ones, seen from their bytes: right answers need not be decoded.

Two results with arrays of the same shapes have the same description in a frame, and only their numbers
differ. So right answers show in a comparison of bytes for each, and a few operations on the numbers of
all at once. `comparison.compare` looks closer at any other; both know the same tolerances.
"""

from itertools import accumulate, pairwise

import numpy as np

from .comparison import ABSOLUTE, ABSOLUTE_32, RELATIVE, RELATIVE_32
from .sandbox.frames import HEAD, bundle, decode, describe, encode, parts
from .sandbox.replies import Unread

TOLERANCES = {np.dtype("f8"): (RELATIVE, ABSOLUTE), np.dtype("f4"): (RELATIVE_32, ABSOLUTE_32)}


class Agreement:
    """The replies of right answers that keep their arguments, but for rounding.

    Parameters
    ----------
    expected : list
        The results, one a case.

    Examples
    --------
    >>> from bpkit.grading.sandbox.replies import outcomes_of
    >>> right, two = Agreement([np.array([1.0, 2.0]), 3.0]), ['["<f8",2]', '["float"]']
    >>> for last in 3.0 + 1e-12, 3.1:
    ...     data = [np.array([1.0, 2.0, last]).tobytes()]
    ...     right.holds(outcomes_of(bundle([(text, False) for text in two], data)))
    [True, True]
    [True, False]
    """

    def __init__(self, expected):
        self.texts, self.numbers, pieces = [], [], []
        for k, result in enumerate(expected):
            data = []
            self.texts.append((describe(result, data, depth=1), False))
            self.numbers.append(b"".join(data))
            types = leaf_types(*decode(encode([result])))  # in the order in which they are described
            pieces += [(k, dtype, len(piece)) for dtype, piece in zip(types, data, strict=True)]
        self.cases = np.array([k for k, _, _ in pieces], int)
        starts = accumulate((size for _, _, size in pieces), initial=0)
        places = [(n, start, *piece) for n, (start, piece) in enumerate(zip(starts, pieces, strict=False))]
        self.groups = [
            Group(
                dtype,
                b"".join(self.numbers),
                [(n, start, size) for n, start, _, d, size in places if d == dtype and size],
            )
            for dtype in TOLERANCES
        ]

    def holds(self, outcomes):
        """Say of each outcome whether it is not read yet and the expected result; where in doubt, not."""
        described, numbers = np.zeros(len(outcomes), bool), self.numbers.copy()
        for k, outcome in enumerate(outcomes):
            if isinstance(outcome, Unread) and outcome.place == 0:
                for case, data in enumerate(self.split(outcome.bundle, k), k):
                    described[case], numbers[case] = True, data
        joined, near = np.frombuffer(b"".join(numbers), np.uint8), np.zeros(len(self.cases), bool)
        for group in self.groups:
            near[group.places] = group.close(joined)
        right, wrong = (np.bincount(self.cases[some], minlength=len(outcomes)) for some in (near, ~near))
        return (described & (right > 0) & (wrong == 0)).tolist()

    def split(self, given, first):
        """Return the numbers of each result in a bundle; where it is not described as expected, nothing."""
        numbers = self.numbers[first : first + given.count]
        at = HEAD.size + given.text_size
        text, data = given.frame[HEAD.size : at], given.frame[at:]
        want, right = parts(bundle(self.texts[first : first + given.count], numbers))
        if len(data) != len(right) or as_lists(text) != as_lists(want):
            return []
        ends = accumulate(map(len, numbers), initial=0)
        return [data[start:end] for start, end in pairwise(ends)]


def as_lists(text):
    """Return a description with lists in the place of tuples: either is right."""
    return text.replace(b'{"tuple":', b'{"list":')


class Group:
    """All expected numbers of one type: arrays, and single numbers as arrays of one.

    Parameters
    ----------
    dtype : dtype
    data : bytes
        The numbers of all cases.
    arrays : list of (int, int, int)
        Of each array its place among those of all types, where it begins in `data`, and its bytes.
    """

    def __init__(self, dtype, data, arrays):
        self.dtype, self.places = dtype, [place for place, _, _ in arrays]
        self.bytes = np.array([at for _, start, size in arrays for at in range(start, start + size)], int)
        counts = [size // dtype.itemsize for _, _, size in arrays]
        self.firsts = np.cumsum([0, *counts])[:-1]
        self.want = self.numbers(np.frombuffer(data, np.uint8))
        self.size = self.norms(self.want)

    def numbers(self, joined):
        return joined[self.bytes].view(self.dtype).astype(float)

    def norms(self, numbers):
        """Return the Euclidean norm of each array."""
        return np.sqrt(np.add.reduceat(numbers * numbers, self.firsts)) if numbers.size else numbers

    def close(self, joined):
        """Say of each array whether it is within the tolerances."""
        relative, absolute = TOLERANCES[self.dtype]
        with np.errstate(all="ignore"):  # nan and inf are in doubt
            got = self.numbers(joined)
            gap = self.norms(got - self.want)
            return (gap <= relative * (self.size + self.norms(got)) + absolute) & np.isfinite(gap + self.size)


def leaf_types(result):
    """Yield the type of each array and float in a result, as it crosses in a frame.

    >>> [str(dtype) for dtype in leaf_types((0.5, {1: np.ones(2, "f4"), 2: "relu"}))]
    ['float64', 'float32']
    """
    if isinstance(result, dict):
        result = tuple(result.values())
    if isinstance(result, tuple | list):
        for item in result:
            yield from leaf_types(item)
    elif isinstance(result, np.ndarray | float):
        yield np.asarray(result).dtype
