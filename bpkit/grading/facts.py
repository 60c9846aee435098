"""The plain facts of a wrong answer: what differs where, and what holds in all cases."""

from dataclasses import replace

import numpy as np

CONSTANT = " Yours is the expected times a constant."


def facts(findings, public):
    """Say in one sentence what is wrong, from the first case that shows it."""
    failed = [f for f in findings if f.outcome.problem or f.differences]
    outcome = failed[0].outcome
    if outcome.problem == "unanswered" and len(failed) < len(findings):
        outcome = replace(outcome, problem="raised")  # for some inputs it is answered
    if outcome.problem:
        return outcome.says(public)
    if len(findings) == 1:
        return some(failed[0].differences, public)
    return f"{first_of(failed[0]).told(public)}{invariant(findings, public)}"


def some(differences, public, most=4):
    """List the first few differences of a single case."""
    more = f" And {len(differences) - most} more." if len(differences) > most else ""
    return " ".join(difference.told(public) for difference in differences[:most]) + more


def first_of(finding):
    """Name the difference where the error starts: of δ's, the one nearest to the output."""
    deltas = [d for d in finding.differences if d.path[:1] == ("delta",) and len(d.path) == 2]
    if deltas:
        return max(deltas, key=lambda d: d.path[1])
    return finding.differences[0]


def invariant(findings, public):
    """Name a simple relation between all that is wrong and all that was expected."""
    pairs = [(d.got, d.expected) for f in findings for d in f.differences if isinstance(d.got, np.ndarray)]
    if not pairs or len(pairs) < sum(len(f.differences) for f in findings):
        return ""
    if all(g.shape == e.T.shape and np.allclose(g, e.T, 1e-6, 1e-11) for g, e in pairs):
        return " Yours is the transpose of the expected one."
    if any(g.shape != e.shape for g, e in pairs):
        return ""
    with np.errstate(all="ignore"):  # a wrong number may be as large as it likes
        ratios = np.concatenate([(g[e != 0] / e[e != 0]).ravel() for g, e in pairs])
    if not ratios.size or not np.allclose(ratios, ratios[0], 1e-4, 0):
        return ""
    return relation(ratios[0], public)


def relation(ratio, public=True):
    """Put a constant ratio to the expected values into words, where it tells something.

    >>> relation(-1.0), relation(2.0), relation(1.00001)
    (' The sign is reversed.', ' Yours is 2 times the expected.', '')
    >>> relation(0.4375, public=False)  # such a number could carry a hidden input out
    ' Yours is the expected times a constant.'
    """
    if abs(ratio - 1) < 1e-3 or not np.isfinite(ratio):
        return ""
    if np.isclose(ratio, -1):
        return " The sign is reversed."
    if not ratio:
        return " Yours is zero."
    with np.errstate(over="ignore"):
        simple = any(abs(r) < 20 and np.isclose(r, round(r), 1e-3, 0) for r in (ratio, 1 / ratio))
    return f" Yours is {ratio:.4g} times the expected." if public or simple else CONSTANT
