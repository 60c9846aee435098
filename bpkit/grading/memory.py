"""What the calls of an answer tell together: whether it remembers, counts, or knows some results by heart."""

from itertools import combinations

import numpy as np

from .comparison import is_number, parts
from .sandbox.values import Strange
from .traits import shapes_of

LATER = 5  # wrong calls after the last right one: fewer may be chance
MANY = 9  # entries of an array that tell it from others, though all of them are 0 or 1


def memory(question, findings, visible):
    """Say where an answer gives what it gave before, or what the check in the notebook asks for.

    Parameters
    ----------
    question : Question
    findings : list of Finding
    visible : list
        What is right for the inputs of the notebook's own check; empty where those are asked now.
    """
    if any(f.outcome.problem not in (None, "raised") for f in findings):
        return ""
    if changes_its_mind(findings):
        return (
            "The same call gives another result the second time: your function remembers something between "
            "calls, or draws random numbers."
        )
    wrong = [f for f in findings if f.differences and not f.outcome.problem]
    if not wrong:
        return ""
    if not question.value and is_constant(findings):
        return "It returns the same whatever it is given."
    if by_heart(wrong, visible):
        return "It returns the results of the check in the notebook: for other inputs there are others."
    if given_before(wrong, findings):
        return "It returns what it returned for other numbers before: nothing may be kept between calls."
    return ""


def alike(a, b):
    """Say whether two results are the same, NaN for NaN too.

    >>> alike({1: np.array([np.nan, 1.0])}, {1: np.array([np.nan, 1.0])}), alike((1.0, 2), (1.0, 3))
    (True, False)
    """
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list):
        return isinstance(b, tuple | list) and len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray | float):
        return a.shape == np.shape(b) and bool(((a == b) | (a != a) & (b != b)).all())
    return not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray) and (a == b or a != a and b != b)


def changes_its_mind(findings):
    """Say whether the same case has two outcomes."""
    twice = [(a, b) for a, b in combinations(findings, 2) if a.case is b.case]
    return any(
        is_wrong(a) != is_wrong(b) or a.differences and b.differences and not same_result(a, b)
        for a, b in twice
    )


def same_result(a, b):
    return alike(a.outcome.result, b.outcome.result)


def is_wrong(finding):
    return bool(finding.outcome.problem or finding.differences)


def by_heart(wrong, visible):
    """Say whether all wrong results are some that the check in the notebook asks for, and not by chance."""
    results = [f.outcome.result for f in wrong]
    return any(map(telling, results)) and all(any(alike(r, one) for one in visible) for r in results)


def telling(result):
    """Say whether a result holds what nobody meets by chance: a fraction, or many whole numbers.

    >>> telling((0.0, np.ones(9))), telling(np.array([0.25])), telling(np.arange(9)), telling(7)
    (False, True, True, False)
    """
    arrays = numbers_in(result)
    return any(
        bool((a != np.round(a)).any()) or a.size >= MANY and bool((a != a.flat[0]).any()) for a in arrays
    )


def numbers_in(result):
    """List the arrays and numbers of a result as arrays."""
    found = parts(result).values()
    return [
        np.asarray(p) for p in found if is_number(p) or isinstance(p, np.ndarray) and p.dtype.kind in "fiu"
    ]


def is_constant(findings):
    """Say whether all results are one and the same, although others are asked for."""
    first = findings[0]
    if first.outcome.result is None or any(f.outcome.problem for f in findings):
        return False
    if is_strange(first.outcome.result):
        return False
    numbers = numbers_in(first.outcome.result)
    if numbers and not any(np.isfinite(array).any() for array in numbers):
        return False
    if all(alike(first.expected, f.expected) for f in findings):
        return False
    return all(alike(first.outcome.result, f.outcome.result) for f in findings[1:])


def is_strange(result):
    """Say whether there is something in a result of which no more than its type is known.

    >>> is_strange([Strange("Batches")]), is_strange({1: (np.zeros(2), None)})
    (True, False)
    """
    if isinstance(result, dict):
        return any(map(is_strange, result.values()))
    return isinstance(result, Strange) or isinstance(result, list | tuple) and any(map(is_strange, result))


def given_before(wrong, findings):
    """Say whether all wrong results came for other cases before, and not by chance."""
    places = [next(k for k, f in enumerate(findings) if f is one) for one in wrong]
    return any(telling(one.outcome.result) for one in wrong) and all(
        any(f.case is not one.case and same_result(f, one) for f in findings[:k])
        for k, one in zip(places, wrong, strict=True)
    )


def tires(findings):
    """Say where the first calls are right, and later ones are not, though they are like some of the first.

    Where only numbers are wrong, they are alike if their shapes are: a single entry hides many mistakes.
    """
    first = next((k for k, f in enumerate(findings) if is_wrong(f)), 0)
    later = findings[first:]
    if len(later) < LATER or not all(is_wrong(f) and f.outcome.problem in (None, "raised") for f in later):
        return ""
    kind = shape_of if all(map(is_of_numbers, later)) else tag_of
    if set(map(kind, findings[:first])) & set(map(kind, later)):
        return "It is right in the first calls and wrong in all later ones: does it remember something?"
    return ""


def is_of_numbers(finding):
    """Say whether a result is wrong in its numbers alone."""
    return not finding.outcome.problem and all(d.kind == "value" for d in finding.differences)


def tag_of(finding):
    return finding.case.tag


def shape_of(finding):
    """Return what a case is for, its words, and the shapes of its arrays."""
    words = [value for value in finding.case.arguments if isinstance(value, str)]
    return finding.case.tag, *words, shapes_of(finding.case)
