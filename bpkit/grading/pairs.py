"""Two mistakes at once: which of them go together, and what they give."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache, partial
from itertools import combinations


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
    """List the pairs of a question's known mistakes that can be made together."""
    stepwise = [m for m in question.mistakes if m.taken]
    made = ((a, b, both(a.steps, b.steps)) for a, b in combinations(stepwise, 2) if a.taken is b.taken)
    return [
        Pair((a, b), partial(a.taken, steps), not changed(a.steps) & changed(b.steps))
        for a, b, steps in made
        if steps
    ]
