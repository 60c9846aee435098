"""How weights that are drawn at random are judged: by what they are like, and by where they come from."""

import numpy as np

from ..comparison import RELATIVE, Difference, compare, kind_of, structure

PAIR = ("W", "b")
AGAIN, ELSE = "a second call with the same seed", "a call with another seed"
NAMES = (*PAIR, AGAIN, ELSE)
ENOUGH = 2000  # entries; fewer tell no distribution
SIGMAS = 8  # so far from its mean is a normal number once in 10¹⁵ times
NORMAL_OR_UNIFORM = (1.6, 3.6)  # kurtosis: 1.8 if uniform, 3 if normal


def compare_drawn(expected, got, names, relative=RELATIVE):
    """List where weights and biases are unlike the expected ones, and whether the same seed gives them again.

    Parameters
    ----------
    expected, got : tuple
        As the probe `drawn_pair` returns them: W, b, and the pairs of two more calls.
    names : tuple of str
    relative : float
        Not used: what is random agrees to some standard deviations, and the rest exactly.

    Returns
    -------
    list of Difference

    Examples
    --------
    >>> rng, zero = np.random.default_rng(0), {1: np.zeros((99, 1))}
    >>> one, other = ({1: rng.normal(0, s, (99, 99))} for s in (1, 0.5))
    >>> [str(d) for d in compare_drawn(*((W, zero, (W, zero), (W, zero)) for W in (one, other)), NAMES)]
    ['W[1] has entries that are too small on average: their variance is not the one of its kind.']
    """
    if not is_drawn(got):
        return [structure((), f"is {kind_of_pair(got)}.")]
    found = []
    for name, wanted, given in zip(PAIR, expected, got, strict=False):
        found += differing(wanted, given, name)
    return found + [structure((name,), says) for name, says in sources(expected, got)]


def differing(expected, got, name):
    """List the differences between the arrays of all layers."""
    if not isinstance(got, dict) or set(got) != set(expected):
        return compare(expected, got, name)
    found = []
    for l, array in expected.items():
        if not isinstance(got[l], np.ndarray) or got[l].shape != array.shape:
            found += compare(array, got[l], path=(name, l))
        elif says := unlike(array, got[l]):
            found.append(Difference((name, l), "value", says, got[l], array))
    return found


def is_drawn(result):
    return isinstance(result, tuple | list) and len(result) == len(NAMES)


def kind_of_pair(got):
    count = f" of {len(got)}" if isinstance(got, tuple | list) else ""
    return f"{kind_of(got)}{count}, but should be a tuple of 2 (W, b)"


def unlike(expected, got):
    """Say how an array differs in kind from one that is drawn as it should be; nothing where it does not."""
    if got.dtype.kind != "f":
        return "does not hold floats: an update would be rounded away"
    if not expected.any():
        return "should hold nothing but 0" if got.any() else ""
    if not np.isfinite(got).all():
        return "has entries that are nan or inf"
    if got.size > 1 and np.ptp(expected) == 0:
        return "has entries that are not equal" if np.ptp(got) else ""
    if got.size > 1 and np.ptp(got) == 0:
        return "has entries that are all equal: the units of a layer then stay equal"
    return unlike_in_law(expected, got) if got.size >= ENOUGH else ""


def unlike_in_law(expected, got):
    """Say how the distribution of many entries differs from the expected one."""
    n, variance = got.size, expected.var()
    if expected.min() >= 0 and expected.max() < 1 and not (got.min() >= 0 and got.max() < 1):
        return "has entries outside of the interval from 0 to 1"
    if abs(got.mean() - expected.mean()) > SIGMAS * np.sqrt((variance + got.var()) / n):
        return f"has entries whose mean is off: {off_center(expected, got)}"
    ratio = got.var() / variance
    if abs(np.log(ratio)) > SIGMAS * np.sqrt(4 / n):
        size = "large" if ratio > 1 else "small"
        return f"has entries that are too {size} on average: their variance is not the one of its kind"
    (low, high), tails = NORMAL_OR_UNIFORM, kurtosis(got)
    if not low < tails < high and abs(tails - kurtosis(expected)) > 0.5:
        return "has entries that are neither normal nor uniform"
    kinds, wanted = np.unique(got).size, np.unique(expected).size
    if min(kinds, wanted) < 0.9 * max(kinds, wanted):
        return f"repeats its entries {'more' if kinds < wanted else 'less'} often than it should"
    return ""


def off_center(expected, got):
    """Say on which side of the expected mean the entries lie."""
    center = "0" if expected.min() < 0 else "½"
    side = "all positive" if got.min() >= 0 and center == "0" else "not centred"
    return f"it should be {center}, and they are {side}"


def kurtosis(array):
    """Return the fourth moment about the mean, in units of the squared variance.

    >>> kurtosis(np.array([-1.0, 1.0]))
    np.float64(1.0)
    """
    squares = (array - array.mean()) ** 2
    return (squares * squares).mean() / squares.mean() ** 2


def sources(expected, got):
    """Yield (name of the call, what is wrong) where another call gives what it should not."""
    for name, other, was in zip((AGAIN, ELSE), got[2:], expected[2:], strict=True):
        should, does = alike(expected[:2], was), alike(got[:2], other)
        if should and not does:
            yield name, "gives other weights: take all random numbers from rng."
        if does and not should:
            yield (
                name,
                "gives the same weights: take the random numbers from rng, and not from a seed of your own.",
            )


def alike(one, other):
    """Say whether two plain values hold the same arrays.

    >>> alike(({1: np.ones(2)}, 3), ({1: np.ones(2)}, 3)), alike([np.ones(2)], [np.zeros(2)])
    (True, False)
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(np.array_equal(one, other))
