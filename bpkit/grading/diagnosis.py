"""Which known mistake, or which two, give what an answer returned."""

import numpy as np

from .evidence import EXACT, Evidence, telling
from .outcome import WARNING
from .pairs import pairs_of
from .pointers import see

TOGETHER = "two mistakes together give exactly what you returned."
FEW = 16  # pairs that are all tried: what parts say of steps that hang together is not always true
FIRST, SECOND = "First, ", "Second, "


def known_mistakes(asked, findings):
    """Return the one known mistake, or the two, that give what the answer gave in every float64 case.

    Mistakes with the same number, or the same sentence, count as one. A mistake that raises fits an
    answer that raises, and one that gives NaN or inf for a number an answer that does so too, but both
    only together with a case in which mistake and answer return the same wrong result. Where an answer
    raised nothing but a warning, its value is not known: there a mistake fits that gives any value or
    warns too.

    Returns
    -------
    tuple of Mistake
        Empty where none fits, or several do.
    """
    judged = [(k, f) for k, f in enumerate(findings) if not f.case.tag.endswith("float32")]
    judged.sort(key=lambda pair: not pair[1].differences)  # what is wrong tells mistakes apart soonest
    fitting = [m for m in asked.question.mistakes if fits(asked, m, judged)]
    if fitting:
        return (fitting[0],) if len({m.number or m.says for m in fitting}) == 1 else ()
    pairs = [pair for pair in pairs_worth_a_try(asked, judged) if fits(asked, pair, judged)]
    plain = [pair for pair in pairs if pair.apart] or pairs  # two mistakes in one step are rarer
    return plain[0].mistakes if len({pair.names for pair in plain}) == 1 else ()


def told(mistakes):
    """Return the numbers of one mistake or two as ``M14`` or ``M14+M38``, or None, and what to tell."""
    numbers = dict.fromkeys(m.number for m in mistakes if m.number)
    lines = [f"{m.says} {see(m.equation)}{f' [{m.number}]' if m.number else ''}" for m in mistakes]
    if len(lines) == 2:
        lines = [TOGETHER, f"{FIRST}{lines[0]}", f"{SECOND}{lines[1]}"]
    return "+".join(numbers) or None, "\n".join(lines)


def fits(asked, mistake, findings):
    told = False
    for k, finding in findings:
        wrong, raised = asked.simulated(mistake, k)
        if finding.warned and raised in ("", WARNING):
            told = told or raised == WARNING
            continue
        if bool(raised) != (finding.outcome.problem == "raised") or (finding.outcome.problem and not raised):
            return False
        if raised or no_number(wrong) and no_number(finding.outcome.result):
            continue
        if not asked.shows(wrong, finding, EXACT):
            return False
        told = told or bool(finding.differences)
    return told


def no_number(result):
    """Say whether a result is a single number, but NaN or inf.

    >>> no_number(np.log(1.0)), no_number(float("nan")), no_number(np.array([1.0, np.inf]))
    (False, True, False)
    """
    return isinstance(result, float | np.floating) and not np.isfinite(result)


def pairs_worth_a_try(asked, findings):
    """List the pairs of mistakes that the wrong case with most parts does not speak against."""
    pairs = pairs_of(asked.question)
    clear = [(k, f) for k, f in findings if f.differences and not no_number(f.outcome.result)]
    if not clear or asked.question.by_symptoms:
        return []
    if len(pairs) <= FEW:
        return pairs
    k, finding = max(clear, key=lambda pair: len(telling(asked, pair[0])))
    if k not in asked.evidence:
        asked.evidence[k] = Evidence(asked, k)
    return asked.evidence[k].likely(finding)
