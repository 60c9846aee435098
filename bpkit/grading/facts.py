"""The plain facts of a wrong answer: what differs where, and what holds in all cases."""

from dataclasses import replace

from .memory import memory, tires
from .relations import WHERE, relation
from .starts import first_of, right_throughout, start
from .traits import where_right

CHANGED = "the call changes its arguments. Work on copies: the caller needs them as they were."


def facts(question, findings, public, visible=()):
    """Say what is wrong in the first case that shows it, and then what holds in all cases.

    Parameters
    ----------
    question : Question
    findings : list of Finding
    public : bool
        Whether numbers and an exception's own words may be told.
    visible : list, optional
        The results that the check in the notebook asks for, if it is not that check.
    """
    failed = [f for f in findings if f.outcome.problem or f.differences]
    first = shown(failed, findings, public)
    if len(findings) == 1:
        return first
    remembers = memory(question, findings, visible)
    always = [remembers] if remembers else invariants(question, findings, public)
    besides = f"Besides, {CHANGED}" if any(f.changed for f in findings) else ""
    return " ".join(filter(None, [first, *always, besides]))


def invariants(question, findings, public):
    """List what holds in all cases: where the error starts, what it is, where there is none."""
    judged = [f for f in findings if not f.case.tag.endswith("float32")]
    if question.by_symptoms:
        return [where_right(question, judged)]
    related = relation(question, findings, public)
    where = where_right(question, judged) if not related or related.startswith(WHERE) else ""
    if not (related or where) and (tired := tires(findings)):
        return [tired]
    return [start(question, judged), related, where, right_throughout(question, judged)]


def shown(failed, findings, public):
    """Say what is wrong in the first case that shows it."""
    outcome = failed[0].outcome
    if outcome.problem == "unanswered" and len(failed) < len(findings):
        outcome = replace(outcome, problem="raised")  # for some inputs it is answered
    if outcome.problem:
        return outcome.says(public)
    if len(findings) == 1:
        return some(failed[0].differences, public)
    return first_of(failed[0]).told(public)


def some(differences, public, most=4):
    """List the first few differences of a single case."""
    more = f" And {len(differences) - most} more." if len(differences) > most else ""
    return " ".join(difference.told(public) for difference in differences[:most]) + more


def counted(findings):
    """Say how much of a value is wrong, kind by kind, and not what: it can be changed and tried again.

    Where a value is judged in a single case, or cannot be read, there is nothing to count.
    """
    if len(findings) == 1 or any(not d.path for f in findings for d in f.differences):
        return ""
    if any(f.outcome.problem for f in findings):
        return ""
    kinds = dict.fromkeys(f.case.tag for f in findings)
    told = {kind: [f.differences for f in findings if f.case.tag == kind] for kind in kinds}
    return " ".join(f"{kind}: {amount(found)}." for kind, found in told.items() if any(found))


def amount(found):
    """Say how many of some cases are wrong, and how many not answered, by the differences of each.

    >>> from .comparison import Difference
    >>> amount([[], [], [Difference(("c01",), "structure", "")], [Difference(("c02",), "value", "")]])
    '1 wrong and 1 open of 4'
    """
    number = {kind: sum(bool(d) and d[0].kind == kind for d in found) for kind in ("value", "structure")}
    words = [f"{n} {word}" for n, word in zip(number.values(), ("wrong", "open"), strict=True) if n]
    return f"{' and '.join(words)} of {len(found)}"
