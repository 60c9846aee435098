"""What the calls of an answer tell together: whether it remembers, counts, or knows some results by heart."""

from itertools import combinations

import numpy as np

from .comparison import compare, parts
from .traits import shapes_of

EXACT = 1e-12  # relative: the same result once more


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
        return tires(findings)
    if all(by_heart(f, visible) for f in wrong):
        return "It returns the results of the check in the notebook: for other inputs there are others."
    if is_constant(findings):
        return "It returns the same whatever it is given."
    if all(given_before(f, findings) for f in wrong):
        return "It returns what it returned for other numbers before: nothing may be kept between calls."
    return tires(findings)


def alike(a, b):
    """Say whether two results are the same."""
    return not compare(a, b, relative=EXACT)


def changes_its_mind(findings):
    """Say whether the same case has two outcomes."""
    twice = [(a, b) for a, b in combinations(findings, 2) if a.case is b.case]
    return any(
        is_wrong(a) != is_wrong(b) or a.differences and b.differences and not alike_outcomes(a, b)
        for a, b in twice
    )


def alike_outcomes(a, b):
    return alike(a.outcome.result, b.outcome.result)


def is_wrong(finding):
    return bool(finding.outcome.problem or finding.differences)


def by_heart(finding, visible):
    """Say whether a result is one of those that the check in the notebook asks for, and not by chance."""
    return telling(finding.outcome.result) and any(alike(one, finding.outcome.result) for one in visible)


def telling(result):
    """Say whether there is a number in a result that nobody meets by chance.

    >>> telling((0.0, np.ones(2))), telling(np.array([0.25])), telling(7)
    (False, True, False)
    """
    try:
        numbers = [np.asarray(part, float) for part in parts(result).values() if not isinstance(part, int)]
    except (TypeError, ValueError):
        return False
    return any(bool((numbers != np.round(numbers)).any()) for numbers in numbers)


def is_constant(findings):
    """Say whether all results are one and the same, although others are asked for."""
    first = findings[0]
    if first.outcome.result is None or any(f.outcome.problem for f in findings):
        return False
    if all(alike(first.expected, f.expected) for f in findings):
        return False
    return all(alike(first.outcome.result, f.outcome.result) for f in findings[1:])


def given_before(finding, findings):
    """Say whether the same result came for another case before."""
    earlier = findings[: next(k for k, f in enumerate(findings) if f is finding)]
    return telling(finding.outcome.result) and any(
        alike(f.outcome.result, finding.outcome.result) for f in earlier if f.case is not finding.case
    )


def tires(findings):
    """Say where the first calls are right, and later ones are not, though they are like some of the first."""
    first = next((k for k, f in enumerate(findings) if is_wrong(f)), 0)
    later = findings[first:]
    if len(later) < 2 or not all(map(is_wrong, later)):
        return ""
    before, after = ({(f.case.tag, shapes_of(f.case)) for f in some} for some in (findings[:first], later))
    if before & after:
        return "It is right in the first calls and wrong in all later ones: does it remember something?"
    return ""
