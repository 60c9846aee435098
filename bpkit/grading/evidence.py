"""Which pairs of mistakes are worth a try: single mistakes already tell of most that they do not fit."""

from functools import lru_cache

import numpy as np

from .comparison import compare, is_number, parts
from .pairs import pairs_of

EXACT = 1e-8  # relative: an answer that is a known mistake equals it to rounding
NEAR, NEAR_ZERO = 1e-6, 1e-10  # relative and absolute: marks of the same numbers
ABSENT = (1e300, 0.0)  # the mark of what is not there
MOST = 1000  # entries: no part of a result has more


class Evidence:
    """What the mistakes that can be one of two give for the k-th case: what each changes, and its marks.

    A mark is one number of an array, the same for the same array, so that all are compared at once.
    """

    def __init__(self, asked, k):
        self.asked, self.expected, self.pairs = asked, asked.expected[k], pairs_of(asked.question)
        self.paths = telling(asked, k)
        singles = {m: n for n, m in enumerate(dict.fromkeys(m for pair in self.pairs for m in pair.mistakes))}
        self.places = np.array([[singles[m] for m in pair.mistakes] for pair in self.pairs]).T
        self.given, raised = zip(*(asked.simulated(m, k) for m in singles), strict=True)
        self.raised = np.array([bool(name) for name in raised])
        self.changed = self.differ(self.expected, self.given) | self.raised[:, None]
        self.marks = np.array([self.marks_of(given) for given in self.given])

    def likely(self, finding):
        """List the pairs that no part of the result speaks against.

        What one of the two changes alone must be as that one gives it, and what neither changes right.
        """
        wrong = self.at(finding.differences)
        off = self.off(finding.outcome.result) | self.raised[:, None]
        same = ~self.changed.T
        against = (self.changed & off).astype(int) @ same
        against = against + against.T + (wrong & ~self.changed).astype(int) @ same
        return [self.pairs[n] for n in np.flatnonzero(against[*self.places] == 0)]

    def off(self, got):
        """Say of each mistake and each part of a result whether the part is not as the mistake gives it."""
        if self.asked.question.compare is not compare:
            return self.differ(got, self.given)
        mark, size = np.moveaxis(self.marks, -1, 0)
        own, own_size = self.marks_of(got).T
        with np.errstate(all="ignore"):  # marks of numbers without bounds
            return np.abs(mark - own) > NEAR * (size + own_size) + NEAR_ZERO

    def differ(self, got, given):
        """Say of each of some results and of each part whether it differs from what was got."""
        return np.array([self.at(self.asked.differences(one, got, EXACT)) for one in given])

    def at(self, differences):
        """Say of each part whether one of the differences is in it, or in what it is part of."""
        heads = {d.path for d in differences}
        return np.array([any(path[:n] in heads for n in range(len(path) + 1)) for path in self.paths], bool)

    def marks_of(self, result):
        """Return the mark and the size of each part of a result."""
        try:
            found = parts(result, self.asked.question.returns)
        except ValueError:  # a tuple of another length
            found = {}
        return np.array([mark(found[path]) if path in found else ABSENT for path in self.paths])


def telling(asked, k):
    """List the paths of what the k-th result consists of, but for zeros, which a factor does not change."""
    return [path for path, part in parts(asked.expected[k], asked.question.returns).items() if np.any(part)]


def mark(part):
    """Return a number by which an array is known, and its size.

    >>> mark(np.ones((2, 1)))[0] == mark(np.ones((1, 2)))[0], mark("text")
    (np.False_, (1e+300, 0.0))
    """
    numbers = isinstance(part, np.ndarray) and part.dtype.kind in "fiu" and part.size <= MOST
    if not numbers and not is_number(part):
        return ABSENT
    flat = np.asarray(part, float).ravel()
    with np.errstate(all="ignore"):
        return flat @ weights(np.shape(part)), np.sqrt(flat @ flat)


@lru_cache(maxsize=1024)
def weights(shape):
    """Return numbers between -1 and 1, others for each shape."""
    return np.random.default_rng([len(shape), *shape]).uniform(-1, 1, int(np.prod(shape)))
