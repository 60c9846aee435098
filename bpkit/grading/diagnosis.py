"""Which known mistake fits what an answer returned; where none does, the plain facts."""

import warnings

import numpy as np

EXACT = 1e-8  # relative: an answer that is a known mistake equals it to rounding


def known_mistake(question, findings):
    """Return the one known mistake that gives what the answer gave in every float64 case, or None.

    Mistakes with the same number count as one. A mistake that raises fits an answer that raises,
    but only together with a case in which both return the same wrong result.
    """
    judged = [f for f in findings if not f.case.tag.endswith("float32")]
    fitting = [m for m in question.mistakes if fits(question, m, judged)]
    return fitting[0] if len({m.number for m in fitting}) == 1 else None


def fits(question, mistake, findings):
    told = False
    for finding in findings:
        wrong, raised = run(mistake.wrong, finding.case.given())
        if raised != (finding.outcome.problem == "raised") or (finding.outcome.problem and not raised):
            return False
        if not raised and question.compare(wrong, finding.outcome.result, question.returns, EXACT):
            return False
        told = told or bool(finding.differences)
    return told


def run(function, arguments):
    """Return a wrong version's result and whether it raised."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a mistake may overflow; that is its own affair
            return function(*arguments), False
    except Exception:
        return None, True


def facts(findings, public):
    """Say in one sentence what is wrong, from the first case that shows it."""
    failed = [f for f in findings if f.outcome.problem or f.differences]
    if failed[0].outcome.problem:
        return failed[0].outcome.says(public)
    if len(findings) == 1:
        return some(failed[0].differences)
    return f"{first_of(failed[0])}{invariant(findings)}{only_some(findings)}"


def some(differences, most=4):
    """List the first few differences of a single case."""
    more = f" And {len(differences) - most} more." if len(differences) > most else ""
    return " ".join(map(str, differences[:most])) + more


def first_of(finding):
    """Name the difference where the error starts: of δ's, the one nearest to the output."""
    deltas = [d for d in finding.differences if d.path[:1] == ("delta",) and len(d.path) == 2]
    if deltas:
        return str(max(deltas, key=lambda d: d.path[1]))
    return str(finding.differences[0])


def invariant(findings):
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
    return (
        " The sign is reversed."
        if np.isclose(ratios[0], -1)
        else f" Yours is {ratios[0]:.4g} times the expected."
    )


def only_some(findings):
    """Say so where an answer is right for one sample and wrong only for batches."""
    wrong = {f.case.tag for f in findings if f.outcome.problem or f.differences}
    right = {f.case.tag for f in findings} - wrong
    return " It is right for one sample, and wrong for a batch." if "one sample" in right and wrong else ""
