"""How an answer is called, beside the student's code: what its arguments stand for, and the probes.

A probe calls an answer in the place of a plain call, often more than once, and returns plain values to
judge; it decides nothing.
"""

import copy
from collections.abc import Iterable
from itertools import islice

import numpy as np

from .values import Handed, Provided

MOST = 1_000  # items that are taken from an answer's iterable
BACK = 1e-9  # how far from where they were numbers count as put back
PLAIN = (list, tuple, dict, str, bytes, np.ndarray)


def provide(value, handed=None):
    """Return what an argument stands for, and any other value as it is.

    Parameters
    ----------
    value : object
        A `Provided` is a function of the notebook's own or a random generator, a `Handed` a function of
        the grader's; a list may hold some.
    handed : callable, optional
        Takes the number of a `Handed`, and returns the function.

    Examples
    --------
    >>> int(provide(Provided("generator", "0")).integers(10))
    8
    >>> provide([Handed(3)], lambda number: f"number {number}"), provide([0.5])
    (['number 3'], [0.5])
    """
    if isinstance(value, Provided):
        return provided(*value)
    if isinstance(value, Handed):
        return handed(value.number)
    if isinstance(value, list) and any(isinstance(item, Provided | Handed) for item in value):
        return [provide(item, handed) for item in value]
    return value


def functions_in(given):
    """Return the lists of functions among some arguments, each with what it holds: see `still_hold`.

    >>> lists = functions_in([[abs, max], [1.0], 2.0])
    >>> still_hold(lists), lists[0][0].pop(), still_hold(lists)
    (True, <built-in function max>, False)
    """
    lists = [value for value in given if isinstance(value, list) and any(map(callable, value))]
    return [(value, [*value]) for value in lists]


def still_hold(lists):
    """Say whether the lists hold what they held before a call."""
    return all(value == before for value, before in lists)


def provided(kind, name):
    if kind == "generator":
        return np.random.default_rng(int(name))
    import bpkit.exercise

    return getattr(bpkit.exercise, kind)(name)


def listed(result):
    """Return what an iterable yields as a list, each item as it was when it came; other results as they are.

    >>> listed(n * n for n in range(3)), listed((1, 2))
    ([0, 1, 4], (1, 2))
    """
    if isinstance(result, PLAIN) or not is_iterable(result):
        return result
    return [copy.deepcopy(item) for item in islice(result, MOST)]


def is_iterable(value):
    """Say whether one can loop over a value: it has an iterator, or numbered items and a length."""
    return isinstance(value, Iterable) or all(hasattr(value, name) for name in ("__getitem__", "__len__"))


PROBES = {}


def probe(function):
    """Put a function among the probes, under its name."""
    PROBES[function.__name__] = function
    return function


def call(probe, answers, arguments):
    """Call the first of some answers as a probe does, or plainly; a probe gets all of them if they are more.

    >>> call("", [abs], [-2.0])
    2.0
    """
    answer = answers[0] if len(answers) == 1 else tuple(answers)
    return listed(PROBES[probe](answer, *arguments) if probe else answer(*arguments))


@probe
def twice(answer, *arguments):
    """Call an answer with generators of the same seed, and of the next one; the seed is its last argument.

    >>> twice(lambda n, rng: int(rng.integers(n)), 1000, 0)
    [850, 850, 473]
    """
    *rest, seed = arguments
    given = copy.deepcopy(rest), copy.deepcopy(rest), rest  # a change of the last ones shows outside
    return [
        listed(answer(*each, np.random.default_rng(number)))
        for each, number in zip(given, (seed, seed, seed + 1), strict=True)
    ]


@probe
def drawn(answer, *arguments):
    """Call an answer as `twice` does, the first time with the arguments themselves; return those as well.

    So it shows whether the arguments are kept, and what the results were drawn from.

    >>> drawn(lambda n, rng: int(rng.integers(n)), 1000, 0)
    [850, 850, 473, [1000]]
    """
    *before, seed = copy.deepcopy(arguments)
    first = listed(answer(*arguments[:-1], np.random.default_rng(seed)))
    again, other = (
        listed(answer(*copy.deepcopy(before), np.random.default_rng(number))) for number in (seed, seed + 1)
    )
    return [first, again, other, before]


@probe
def drawn_pair(answer, *arguments):
    """Call an answer that returns a pair as `twice` does; return the first pair's two, and the other pairs.

    >>> drawn_pair(lambda n, rng: (n, int(rng.integers(n))), 1000, 0)
    (1000, 850, (1000, 850), (1000, 473))
    """
    first, again, other = twice(answer, *arguments)
    pair = isinstance(first, tuple | list) and len(first) == 2
    return (*first, again, other) if pair else first


@probe
def fitted(answers, x):
    """Apply what was fitted to the same data; the answers are the one that fits, and the other.

    >>> fitted((np.mean, np.subtract), np.array([1.0, 3.0]))
    array([-1.,  1.])
    """
    fit, apply = answers
    return applied((apply, fit), x, x)


@probe
def applied(answers, x, fitted_to):
    """Apply to `x` what was fitted to other data; the answers are the one that applies, and the other.

    It has to be right whatever is fitted and applied in between.

    >>> applied((np.subtract, np.mean), np.array([1.0, 3.0]), np.array([5.0]))
    array([-4., -2.])
    """
    apply, fit = answers
    stats = fit(fitted_to)
    fit(1 - 2 * fitted_to)
    apply(x.copy(), stats)
    return apply(x, stats)


@probe
def restored(answer, *arguments):
    """Call an answer; numbers in its arguments that it moved and put back lose what rounding left in them.

    >>> W = {1: np.array([0.1])}
    >>> def answer(W):
    ...     W[1] += 0.2
    ...     W[1] -= 0.2
    >>> restored(answer, W), W[1][0] == 0.1
    (None, np.True_)
    """
    before = [copy.deepcopy(value) if isinstance(value, dict) else value for value in arguments]
    result = answer(*arguments)
    for value, own in zip(arguments, before, strict=True):
        for key in own if isinstance(own, dict) else ():
            put_back(value.get(key), own[key])
    return result


def put_back(array, own):
    """Write the numbers that an array had into it, if it still holds them but for rounding."""
    if isinstance(array, np.ndarray) and array.shape == own.shape and np.abs(array - own).max() <= BACK:
        array[...] = own
