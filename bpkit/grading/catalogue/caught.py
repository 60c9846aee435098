"""What the grader does with each known mistake of each question: points lost, and whether it is named."""

import warnings
from dataclasses import dataclass

from ..check import try_out
from ..questions import SETS

SEED = "the catalogue"


@dataclass(frozen=True)
class Caught:
    """A known mistake handed in as an answer: what it lost, of how many points, and whether it was named."""

    set_name: str
    question: str
    number: str | None
    says: str
    lost: float
    points: float
    named: bool


def hand_in(set_name, question, mistake):
    """Mark a known mistake as an answer, with inputs that are the same each time."""
    answer = mistake.wrong() if question.value else mistake.wrong
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # but where cases are strict
        verdict = try_out(question, answer, SEED)
    alike = [m.says for m in question.mistakes if m.number == mistake.number]
    named = verdict.mistake == mistake.number and any(says in verdict.message for says in alike)
    lost = question.points - verdict.score
    return Caught(
        set_name, question.name, mistake.number, mistake.says, lost, float(question.points), bool(named)
    )


def every_known_mistake(sets=SETS):
    """Hand in every known mistake of every question; return one `Caught` each, in the order of the sets."""
    return [
        hand_in(set_name, question, mistake)
        for set_name, asked in sets.items()
        for question in asked
        for mistake in question.mistakes
    ]
