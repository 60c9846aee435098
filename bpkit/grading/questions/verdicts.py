"""How ps06 compares what answers say of gradients and programs, and what share of the points that gives."""

import numpy as np

from ..comparison import RELATIVE, Difference, compare, kind_of
from .programs import NAMED

RIGHT_ONE, FAULTY_ONE = "a right program", "a faulty program"
FAULT_NAMES = tuple(dict.fromkeys(name for name, _, _ in NAMED))


def compare_errors(expected, got, names=None, relative=RELATIVE):
    """List the differences of two gradient checks; errors may differ by 1e-3 of theirs, or by 1e-7.

    >>> compare_errors({("W", 1): (0.5, False)}, {("W", 1): (0.5004, False)})
    []
    """
    return [d for d in compare(expected, got, names, relative) if not is_near(d.expected, d.got)]


def is_near(expected, got):
    """Say whether two errors are as near as the rounding of difference quotients leaves them."""
    if not isinstance(expected, np.ndarray) or not isinstance(got, np.ndarray):
        return False
    return expected.shape == got.shape == () and bool(abs(expected - got) <= max(1e-3 * abs(expected), 1e-7))


def compare_names(expected, got, names=None, relative=RELATIVE):
    """List what is wrong with the name of a fault, or with None for a right program.

    >>> [str(d) for d in compare_names("sign", None)]
    ["the result is None, but the fault is 'sign'."]
    """
    if not (got is None or isinstance(got, str)):
        return [
            Difference((), "structure", f"is {kind_of(got)}, but should be the name of a fault, or None.")
        ]
    if got == expected:
        return []
    is_what = repr(got) if got in (None, *FAULT_NAMES) else "not one of the ten names"
    should = f"the fault is {expected!r}" if expected else "the program is right"
    return [Difference((), "value", f"is {is_what}, but {should}.")]


def compare_verdicts(expected, got, names=None, relative=RELATIVE):
    """List what is wrong with a verdict on a program: True is for those that are faulty somewhere.

    >>> [str(d) for d in compare_verdicts(True, False)]
    ['the result is False for a program that is wrong somewhere.']
    """
    if type(expected) is not type(got):
        return compare(expected, got, names, relative)
    kind = "wrong somewhere" if expected else "right"
    return [] if got == expected else [Difference((), "value", f"is {got} for a program that is {kind}.")]


def where_right_ones_pass(rights):
    """Give the share of the faulty programs that are found, but nothing where a right one does not pass.

    >>> faulty = [("a faulty program", True), ("a faulty program", False)]
    >>> [where_right_ones_pass([*faulty, ("a right program", right)]) for right in (True, False)]
    [0.5, 0.0]
    """
    found = [right for tag, right in rights if tag == FAULTY_ONE]
    accepted = all(right for tag, right in rights if tag == RIGHT_ONE)
    return sum(found) / len(found) if accepted else 0.0
