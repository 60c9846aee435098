"""Minibatches: their order is random, so they are judged by what they hold."""

import itertools

import numpy as np

from ..comparison import Difference
from ..question import Case
from .draws_layers import dtype_of

ONE, EQUAL, SHORT, ORDER = (
    "one batch",
    "batches of equal size",
    "a short last batch",
    "random order, from rng",
)
SIZES = (  # tag, n_0, n_L, m, batch_size
    (ONE, 3, 2, 1, 1),
    (ONE, 2, 1, 9, 9),
    (ONE, 1, 3, 10, 14),
    (EQUAL, 3, 2, 12, 4),
    (EQUAL, 4, 3, 10, 5),
    (EQUAL, 2, 5, 9, 1),
    (SHORT, 2, 4, 11, 4),
    (SHORT, 10, 10, 10, 3),
    (SHORT, 1, 2, 9, 7),
    (ORDER, 3, 2, 40, 5),
    (ORDER, 2, 1, 37, 6),
    (ORDER, 1, 3, 24, 1),
    ("float32", 2, 3, 11, 3),
)
MANY = 24  # from so many samples on no two orders are equal by chance
PAIRS = (
    "should be pairs (x_b, y_b) of arrays, with all rows of x and y, and as many columns in x_b as in y_b."
)
SINGLE_PAIR = "are a single pair: yield one for each batch, or return a list of them."
TWO_LISTS = "are a list for x and a list for y: there should be one list, of pairs (x_b, y_b)."
DTYPE = "are float64, but float32 arrays should give float32."
EMPTY = "hold an empty one: stop when all samples are used."
TOO_FEW = "leave samples out: in each epoch every sample comes once."
TOO_MANY = "hold more samples than there are: in each epoch every sample comes once."
UNEVEN = "have other sizes: every batch has batch_size samples, and only the last may have fewer."
STRANGE = "hold columns that are no samples."
TORN = "tear pairs apart: a column of x_b belongs to the same column of y_b."
X_STAYS, Y_STAYS = "hold x in its old order.", "hold y in its old order."
REPEATED = "hold a sample twice: in each epoch every sample comes once."
NOT_SHUFFLED = "come in the old order: draw an order with rng."
INSIDE = "hold the old samples in each: it is all samples that are shuffled, and not those of a batch."
SAME_BATCHES = (
    "hold the same samples for every generator: it is the samples that are shuffled, not the batches."
)
OWN_RNG = "are the same for every generator: draw their order with the rng that is given."
OTHER_RNG = "are not the same for the same generator: draw their order with the rng that is given."


def minibatches(x, y, batch_size, rng):
    order = rng.permutation(x.shape[1])
    return cut(x, y, order, batch_size)


def cut(x, y, order, size):
    """Cut an order into batches."""
    places = [order[k : k + size] for k in range(0, len(order), size)]  # eq-minibatches
    return [(x[:, place], y[:, place]) for place in places]


def draw_samples(rng):
    """Draw samples that no two are alike; the first row of y rises, so that the old order is known."""
    cases = []
    for tag, n, K, m, size in SIZES:
        x, y = rng.normal(0, 1, (n, m)), rng.normal(0, 1, (K, m))
        y[0] = np.sort(y[0])
        x, y = (array.astype(dtype_of(tag)) for array in (x, y))
        cases.append(Case(tag, (x, y, size, int(rng.integers(2**31)))))
    return cases


def compare_batches(expected, got, names=None, relative=None):
    """List what is wrong with the batches of three calls: two with one seed, and one with another.

    Parameters
    ----------
    expected, got : list of three lists of pairs
        The ones expected hold the same samples, in an order of their own.
    names : str
        What the batches are called.

    Returns
    -------
    list of Difference
        Their sentences are the same whatever the order that was drawn.
    """
    right = expected[0]
    calls = got if isinstance(got, list) and len(got) == len(expected) else [None]
    says = dict.fromkeys(filter(None, (misshapen(run, *right[0]) for run in calls)))
    found = says or dict.fromkeys(symptoms(right, got))
    return [Difference((names,), "structure" if says else "value", what) for what in found]


def misshapen(run, x, y):
    """Say how the result of a call is no list of pairs with the rows of x and y, or return None."""
    if not isinstance(run, list | tuple):
        return PAIRS
    if all(is_pair(item, x, y) for item in run):
        return DTYPE if any(got.dtype.itemsize > x.dtype.itemsize for item in run for got in item) else None
    if len(run) == 2 and all(isinstance(item, np.ndarray) for item in run):
        return SINGLE_PAIR
    return TWO_LISTS if len(run) == 2 and all(isinstance(item, list | tuple) for item in run) else PAIRS


def is_pair(item, x, y):
    if not isinstance(item, list | tuple) or [type(part) for part in item] != [np.ndarray] * 2:
        return False
    floats = all(part.ndim == 2 and part.dtype.kind == "f" for part in item)
    return floats and [len(part) for part in item] == [len(x), len(y)] and len(item[0].T) == len(item[1].T)


def symptoms(right, runs):
    """Yield what is wrong with the batches of some calls, and where nothing is, with their order."""
    x, y = (np.hstack(parts) for parts in zip(*right, strict=True))
    old = np.argsort(y[0])
    x, y, sizes = x[:, old], y[:, old], sizes_of(right)
    wrong = [says for run in runs for says in contents(x, y, sizes, run)]
    yield from wrong
    if not wrong and len(old) >= MANY:
        yield from order([[frozenset(places(pair[0], x)) for pair in run] for run in runs], runs, x)


def sizes_of(run):
    return [pair[0].shape[1] for pair in run]


def places(part, whole):
    """Return where each column of an array stands in another one, -1 where it does not.

    >>> places(np.array([[3.0, 5.0]]), np.array([[1.0, 3.0]]))
    array([ 1, -1])
    """
    equal = (part[:, :, None] == whole[:, None, :]).all(axis=0)
    return np.where(equal.any(axis=1), equal.argmax(axis=1), -1)


def contents(x, y, sizes, run):
    """Yield what is wrong with the batches of one call, whatever their order."""
    got = [size for size in sizes_of(run) if size]
    if len(got) < len(run):
        yield EMPTY
    if got != sizes:
        yield TOO_FEW if sum(got) < sum(sizes) else TOO_MANY if sum(got) > sum(sizes) else UNEVEN
    if not got or sum(got) > 3 * sum(sizes):
        return
    in_x, in_y = (places(np.hstack([pair[side] for pair in run]), whole) for side, whole in enumerate((x, y)))
    if (in_x < 0).any() or (in_y < 0).any():
        yield STRANGE
        return
    if (in_x != in_y).any():
        yield TORN
        yield from (says for says, where in ((X_STAYS, in_x), (Y_STAYS, in_y)) if is_old(where))
    if max(len(set(where)) for where in (in_x, in_y)) < sum(got):
        yield REPEATED


def is_old(where):
    return (where == np.arange(len(where))).all()


def is_turned(where):
    """Say whether an order is the old one, from some place on and round.

    >>> is_turned(np.array([2, 3, 0, 1])), is_turned(np.array([2, 0, 3, 1]))
    (np.True_, np.False_)
    """
    return (np.diff(where) % len(where) == 1).all()


def order(sets, runs, x):
    """Yield what is wrong with the order of the batches of three calls; inside a batch any order is right."""
    first, again, other = sets
    starts = np.cumsum([0, *map(len, first)])
    if is_turned(places(np.hstack([x_b for x_b, _ in runs[0]]), x)):
        yield NOT_SHUFFLED
    elif first == [frozenset(range(*pair)) for pair in itertools.pairwise(starts)]:
        yield INSIDE
    elif first != again:
        yield OTHER_RNG
    elif first == other:
        yield OWN_RNG
    elif len(first) < x.shape[1] and set(first) == set(other):
        yield SAME_BATCHES
