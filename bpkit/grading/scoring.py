"""What the points of a question are for: its parts, and what share of a part's points an answer gets."""

from collections.abc import Callable
from dataclasses import dataclass, field

SHAPED = "keeps its arguments"  # this part and float32 count only where some value is right
SINGLE = "float32 in, float32 out"


def entirely(rights):
    """Give all points where every case is right.

    >>> entirely([("a batch", True), ("one sample", False)])
    0.0
    """
    return float(all(right for _, right in rights))


def in_proportion(rights):
    """Give the share of the cases that are right.

    >>> in_proportion([("a batch", True), ("one sample", False)])
    0.5
    """
    return sum(right for _, right in rights) / len(rights)


def at_least(share):
    """Return what gives all points where this share of the cases is right.

    >>> at_least(0.5)([("a batch", True), ("one sample", False)])
    1.0
    """
    return lambda rights: float(in_proportion(rights) >= share)


@dataclass(frozen=True)
class Part:
    """What a share of the points is for: which cases, and which paths of the result.

    Parameters
    ----------
    points : float
        How many it gives.
    tags : tuple of str
        The tags of its cases; none stand for all but float32.
    about : callable
        Takes the path of a result and says whether it counts here; by default each does.
    equation : str
        The label of the equation to read where this part is wrong, if not the question's.
    share : callable
        Takes (tag, is right) of each of its cases and returns the share of the points.
    """

    points: float
    tags: tuple = ()
    about: Callable = field(default=lambda path: True)
    equation: str = ""
    share: Callable = entirely

    def concerns(self, case):
        return case.tag in self.tags if self.tags else not case.tag.endswith("float32")


def full_marks(question):
    """Return {part: (points, of how many)} of a right answer."""
    return {name: (float(part.points), float(part.points)) for name, part in question.parts.items()}


def score_parts(question, findings):
    """Return {part: (points, of how many)} by what was found.

    The parts about arguments and float32 count only where some value is right: an answer
    that returns nothing changes no argument either.
    """
    if not any(f.outcome.problem or f.differences or f.changed for f in findings):
        return full_marks(question)
    scores = {}
    for name, part in question.parts.items():
        share = share_of(name, part, question, findings)
        scores[name] = (float(part.points * share), float(part.points))
    if not any(got for name, (got, _) in scores.items() if name not in (SHAPED, SINGLE)):
        return {name: (0.0, full) for name, (_, full) in scores.items()}
    return scores


def share_of(name, part, question, findings):
    """Return the share of a part's points by the cases that concern it; arguments have to be kept in all."""
    concerned = [f for f in findings if part.concerns(f.case)]
    if name == SHAPED:
        kept = all(f.warned or not f.outcome.problem for f in concerned)
        return float(kept and not any(f.changed for f in findings))
    wrong = [any(map(part.about, f.wrong_paths(question.returns))) for f in concerned]
    return part.share([(f.case.tag, not is_wrong) for f, is_wrong in zip(concerned, wrong, strict=True)])
