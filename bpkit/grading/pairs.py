"""Two mistakes at once: which of them go together, and what they give."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache, partial
from itertools import combinations

import numpy as np

from .comparison import compare


@dataclass(frozen=True)
class Times:
    """A step whose result is right but for a factor; so it goes with any other mistake in that step.

    >>> twice = Times(lambda x: 2, lambda x: x + 1)
    >>> twice(3), twice.after(lambda x: x - 1)(3)
    (8, 4)
    """

    factor: Callable  # of the step's first argument
    step: Callable | None = None

    def __call__(self, given, *layer):
        return self.factor(given) * self.step(given, *layer)

    def after(self, step):
        """Return the factor on the result of another step."""
        return replace(self, step=step)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two known mistakes of a question, and what both together give."""

    mistakes: tuple
    wrong: Callable
    apart: bool  # they change different steps

    @property
    def names(self):
        """Return what tells the pair from others: the numbers, or the sentences where there are none."""
        return frozenset(m.number or m.says for m in self.mistakes)


def both(one, other):
    """Return the steps with the changes of two mistakes, or None where they change the same step.

    Parameters
    ----------
    one, other : dataclass
        Of one class, whose defaults are the right steps.
    """
    merged = {}
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.default in (a, b):
            merged[field.name] = b if a is field.default else a
        elif isinstance(a, Times):
            merged[field.name] = a.after(b)
        elif isinstance(b, Times):
            merged[field.name] = b.after(a)
        else:
            return None
    return type(one)(**merged)


def changed(steps):
    """Return the names of the steps that are not the right ones."""
    return {f.name for f in fields(steps) if getattr(steps, f.name) is not f.default}


@lru_cache(maxsize=256)
def pairs_of(question):
    """List the pairs of a question's known mistakes that can be made together.

    They change different steps, or one is a factor of the same step; where no steps are known and there
    are several results, they change different ones of these.
    """
    stepwise = [m for m in question.mistakes if m.taken]
    made = ((a, b, both(a.steps, b.steps)) for a, b in combinations(stepwise, 2) if a.taken is b.taken)
    return [
        Pair((a, b), partial(a.taken, steps), not changed(a.steps) & changed(b.steps))
        for a, b, steps in made
        if steps
    ] + side_by_side(question)


def side_by_side(question):
    """List the pairs of mistakes without known steps that change different ones of several results."""
    whole = [m for m in question.mistakes if not m.taken]
    if len(whole) < 2 or question.by_symptoms or not isinstance(question.returns, tuple):
        return []
    cases = [case for case in question.draw(np.random.default_rng(0)) if not case.tag.endswith("float32")]
    places = {m: places_changed(question, m, cases) for m in whole}
    return [
        Pair((a, b), partial(merged, a, b, places[b]), True)
        for a, b in combinations([m for m in whole if places[m]], 2)
        if not places[a] & places[b]
    ]


def places_changed(question, mistake, cases):
    """Return the places of the results that a mistake changes in some case; none where it raises."""
    places = set()
    with np.errstate(all="ignore"):
        for case in cases:
            try:
                got = question.call(mistake.wrong, case.given())
                pairs = list(zip(question.expected(case), got, strict=True))
            except Exception:  # a mistake may raise whatever it likes
                return set()
            places |= {place for place, (right, wrong) in enumerate(pairs) if compare(right, wrong)}
    return places


def merged(one, other, places, *arguments):
    """Return what the first of two mistakes gives, and in the places of the other what that gives."""
    first, second = (m.wrong(*copy.deepcopy(arguments)) for m in (one, other))
    return tuple(second[k] if k in places else first[k] for k in range(len(first)))
