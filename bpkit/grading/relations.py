"""What all that is wrong has to do with what was expected: its transpose, its negative, a multiple."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from .comparison import differences, parts
from .traits import arrays_of, columns, depth, parameters, place_of_samples

CONSTANT = "Yours is the expected times a constant."
WHERE = "Where it is wrong"
ELSE_RIGHT = (
    "All else is right: look for a division by 0, a logarithm of 0, or an exponential that overflows."
)
SAME, SAME_RATIO = 1e-6, 1e-4  # relative
ROUNDING = 1e-11
WHOLE = "iu"  # kinds of numbers that count something: no factor tells of those
SIMPLE = 20  # a factor up to here, or the inverse of such a one, is told whatever the inputs


@dataclass(frozen=True)
class Wrong:
    """An array that is wrong, with the expected one and the case."""

    case: object
    got: np.ndarray
    expected: np.ndarray

    @property
    def ratios(self):
        """The quotients of all entries but those where both are 0."""
        there = (self.expected != 0) | (np.abs(self.got) > ROUNDING)
        return self.got[there] / self.expected[there]


@np.errstate(all="ignore")  # a wrong number may be as large as it likes
def relation(question, findings, public):
    """Name a simple relation between all that is wrong and all that was expected."""
    if order := another_order(question, findings):
        return order
    wrong = [
        Wrong(f.case, d.got, d.expected)
        for f in findings
        for d in f.differences
        if isinstance(d.got, np.ndarray) and isinstance(d.expected, np.ndarray)
    ]
    if not wrong or len(wrong) < sum(len(f.differences) for f in findings):
        return ""
    if all(w.got.shape == w.expected.T.shape and same(w.got, w.expected.T) for w in wrong):
        return "Yours is the transpose of the expected one."
    if any(w.got.shape != w.expected.shape or w.expected.dtype.kind in WHOLE for w in wrong):
        return ""
    if all(d.kind == "dtype" for f in findings for d in f.differences):
        return "Its numbers are right." if all(same(w.got, w.expected, 1e-3) for w in wrong) else ""
    right = list(right_parts(question, findings))
    return (
        finite(wrong)
        or constant(wrong, right, public)
        or of_a_size(question, findings, wrong, right)
        or by_line(wrong)
    )


def same(got, expected, relative=SAME):
    return np.allclose(got, expected, relative, ROUNDING)


def another_order(question, findings):
    """Say where the results are right, but stand in another order."""
    names = question.returns
    if not isinstance(names, tuple) or any(f.outcome.problem for f in findings):
        return ""
    pairs = [(f.expected, f.outcome.result) for f in findings if f.differences]
    if any(not isinstance(got, tuple | list) or len(got) != len(names) for _, got in pairs):
        return ""
    for order in list(permutations(range(len(names))))[1:]:
        ordered = ((expected, [got[k] for k in order]) for expected, got in pairs)
        if all(next(iter(differences(*pair, names)), None) is None for pair in ordered):
            return f"Your results are right, but stand in another order: it is {', '.join(names)}."
    return ""


def finite(wrong):
    """Say where all that is wrong is not finite."""
    if any(np.isfinite(w.got).all() for w in wrong):
        return ""
    there = [np.isfinite(w.got) for w in wrong]
    all_else = all(same(w.got[t], w.expected[t]) for w, t in zip(wrong, there, strict=True))
    return ELSE_RIGHT if all_else and any(map(np.any, there)) else ""


def constant(wrong, right, public):
    """Name the factor, where all is the expected times one and the same, or all but what is right."""
    ratios = np.concatenate([w.ratios.ravel() for w in wrong])
    if not ratios.size or not np.allclose(np.abs(ratios), np.abs(ratios[0]), SAME_RATIO, 0):
        return ""
    one = np.allclose(ratios, ratios[0], SAME_RATIO, 0)
    if np.isclose(abs(ratios[0]), 1) and (right or not one):
        return "But for some signs it is right." if ratios.min() < 0 else ""
    says = factor(ratios[0], public) if one else ""
    return f"{WHERE}, {says[:1].lower()}{says[1:]}" if says and right else says


def factor(ratio, public=True):
    """Put a constant ratio to the expected values into words, where it tells something.

    >>> factor(-1.0), factor(2.0), factor(1.00001)
    ('The sign is reversed.', 'Yours is 2 times the expected.', '')
    >>> factor(0.4375, public=False)  # such a number could carry a hidden input out
    'Yours is the expected times a constant.'
    """
    if abs(ratio - 1) < 1e-3 or not np.isfinite(ratio):
        return ""
    if np.isclose(ratio, -1):
        return "The sign is reversed."
    if not ratio:
        return "Yours is zero."
    simple = any(abs(r) < SIMPLE and np.isclose(r, round(r), 1e-3, 0) for r in (ratio, 1 / ratio))
    return f"Yours is {ratio:.4g} times the expected." if public or simple else CONSTANT


def of_a_size(question, findings, wrong, right):
    """Name the size that the factor is in every case; as a word, so it tells nothing of the numbers."""
    if not all(steady(w.ratios) for w in wrong):
        return ""
    for size, word in sizes(question, findings):
        found = [(w.ratios[0], size(w.case, w.expected)) for w in wrong]
        found += [(1.0, size(case, expected)) for case, expected in right]
        for how, change in CHANGES.items():
            if all(n and np.isclose(ratio, change(n), SAME_RATIO, 0) for ratio, n in found):
                return f"Yours is the expected {how.format(word)}."
    return ""


def steady(ratios):
    """Say whether there are ratios, and all of them are one number."""
    return ratios.size > 0 and np.allclose(ratios, ratios[0], SAME_RATIO, 0)


CHANGES = {
    "times {}": lambda n: n,
    "divided by {}": lambda n: 1 / n,
    "times {0}, divided by {0} less 1": lambda n: n / (n - 1) if n > 1 else np.nan,
}


def right_parts(question, findings):
    """Yield the case and the expected array of each right part whose like is wrong elsewhere."""
    wrong = {kind(d.path) for f in findings for d in f.differences}
    for f in findings:
        heads = {d.path for d in f.differences}
        for path, expected in parts(f.expected, question.returns).items():
            if kind(path) in wrong and path not in heads and not f.outcome.problem and np.any(expected):
                yield f.case, np.asarray(expected)


def kind(path):
    """Return a path without numbers: dW[1] and dW[2] are of one kind."""
    return tuple(step for step in path if isinstance(step, str))


def sizes(question, findings):
    """Yield the sizes that a factor may be, each a function of the case and of the expected array."""
    cases = [f.case for f in findings]
    place = place_of_samples(cases)
    if place is not None:
        yield lambda case, expected: columns(case.arguments[place]), "m, the number of samples"
    yield lambda case, expected: expected.shape[0] if expected.ndim else 0, "the number of its rows"
    yield lambda case, expected: expected.shape[-1] if expected.ndim else 0, "the number of its columns"
    yield lambda case, expected: expected.size, "the number of its entries"
    for n, name in enumerate(parameters(question, cases)):
        flat = all(array.ndim == 1 for case in cases for array in arrays_of(case.arguments[n]))
        across = f"the number of {'entries' if flat else 'columns'} of {name}"
        yield lambda case, expected, n=n: columns(case.arguments[n]), across
        yield lambda case, expected, n=n: rows(case.arguments[n]), f"the number of rows of {name}"
    yield lambda case, expected: depth(case), "the number of layers"


def rows(argument):
    """Return the number of rows of an array, of the last one in a dict; 0 where there are none."""
    arrays = arrays_of(argument)
    return len(arrays[-1]) if arrays and arrays[-1].ndim else 0


def by_line(wrong):
    """Say where each array, each row, or each column is the expected one times a factor of its own."""
    telling = any(w.got.ndim == 2 and min(w.got.shape) > 1 and w.got.any() for w in wrong)
    if telling and all(w.got.ndim == 2 and steady(w.ratios) for w in wrong):
        return "Each array is the expected one times a factor of its own."
    for axis, line in enumerate(("column", "row")):
        if telling and all(lines_are_steady(w, axis) for w in wrong):
            return f"Each {line} is the expected one times a factor of its own."
    return ""


def lines_are_steady(w, axis):
    if w.got.ndim != 2 or not np.isfinite(w.got).all():
        return False
    squares = (w.expected**2).sum(axis, keepdims=True)
    factors = (w.got * w.expected).sum(axis, keepdims=True) / np.where(squares, squares, 1)
    return same(w.got, factors * w.expected, SAME_RATIO)
