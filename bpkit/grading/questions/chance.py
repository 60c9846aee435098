"""What must be true of a result that is drawn, whatever the generator gave: a sentence on each thing amiss.

A result of the probe `drawn` is judged: three draws, two by the same seed, and what they were drawn from.
False alarms are rarer than one in 10^9.
"""

import numpy as np

from ..comparison import Difference, compare, path_name
from .draws_generalization import MANY

PARTS = ("x_train", "y_train", "x_val", "y_val")
STRAYS = 7  # standard deviations from p
ANOTHER = "is another one when the function is called again with a generator of the same seed: draw from rng."
NOT_DRAWN = "is the same for every generator: draw from rng."


def judged_by(symptoms, names=None):
    """Return a `compare` by `symptoms(given, results, expected)`, the sentences on what is wrong.

    Where the shapes or types of the results are not those expected, it says so and nothing else.
    """

    def compare_draws(expected, got, _=None, relative=None):
        *right, given = expected
        if not isinstance(got, list) or len(got) != len(expected):
            return [Difference((), "structure", "could not be read.")]
        results = got[:-1]
        wrong = misshapen(right, results, names) if names else []
        return [Difference((), "value", says) for says in wrong or symptoms(given, results)]

    return compare_draws


def misshapen(expected, results, names):
    """List what is wrong with the structure of results, their shapes and their types."""
    found = [d for pair in zip(expected, results, strict=True) for d in compare(*pair, names)]
    wrong = [d for d in found if d.kind != "value"]
    return dict.fromkeys(f"has a wrong {path_name(d.path)}: it {d.says}" if d.path else d.says for d in wrong)


def once(pairs):
    """List the sentences, each once, whose claim is true.

    >>> once([("is short.", True), ("is empty.", False), ("is short.", True)])
    ['is short.']
    """
    return list(dict.fromkeys(says for says, is_so in pairs if is_so))


def redrawn(first, again, other):
    """List what is wrong with the use of the generator; the arguments are what was drawn.

    >>> redrawn(1, 1, 2), len(redrawn(1, 2, 1))
    ([], 2)
    """
    return once([(ANOTHER, first != again), (NOT_DRAWN, first == other)])


def places(x, part):
    """Return the place in x of each column of a part, and -1 where it is none of x.

    >>> places(np.array([[1.0, 2.0, 3.0]]), np.array([[3.0, 5.0]]))
    array([ 2, -1])
    """
    same = (x[:, :, None] == part[:, None, :]).all(axis=0)
    return np.where(same.any(axis=0), same.argmax(axis=0), -1)


def split_symptoms(given, results):
    """List what is wrong with splits of samples; where there are few, they may be drawn in any way."""
    x, y, _ = given
    m = x.shape[1]
    if m >= MANY:
        chosen = [np.sort(places(x, x_val)).tolist() for _, _, x_val, _ in results]
        neighbours = any(are_neighbours(val, m) for val in chosen)
        says = "puts neighbouring samples aside: draw each by itself."
        return redrawn(*chosen) + once([(says, neighbours)])
    return once(claim for result in results for claim in of_a_split(x, y, *result))


def of_a_split(x, y, x_train, y_train, x_val, y_val):
    """Yield each thing that may be wrong with one split, and whether it is."""
    drawn = places(x, np.hstack([x_train, x_val]))
    yield "holds columns that are no samples of x.", (drawn < 0).any()
    yield "holds some samples twice and others never.", not same_numbers(drawn, range(x.shape[1]))
    apart = (np.hstack([y_train, y_val]) != y[:, drawn]).any()
    yield "does not keep the pairs together: a sample has the target of another one.", apart


def are_neighbours(places, m):
    """Say whether some of m samples lie side by side, the first one next to the last.

    >>> are_neighbours([0, 1, 5], 6), are_neighbours([0, 2, 5], 6)
    (True, False)
    """
    return sum((place + 1) % m in places for place in places) >= len(places) - 1


def same_numbers(some, others):
    return sorted(some) == sorted(others)


def fold_symptoms(given, results):
    """List what is wrong with folds; where there are few samples, they may be drawn in any way."""
    m, k = given
    unlike = once(claim for folds in results for claim in unlike_folds(folds, k))
    if unlike:
        return unlike
    if m >= MANY:
        return of_many_folds([[frozenset(val.tolist()) for _, val in folds] for folds in results], m)
    wrong = once(claim for folds in results for claim in of_folds(folds, m))
    exchanged = [[(val, train) for train, val in folds] for folds in results]
    if wrong and not once(claim for folds in exchanged for claim in of_folds(folds, m)):
        return ["has train and val exchanged: each fold is (train, val)."]
    return wrong


def of_many_folds(results, m):
    """List what is wrong with the way in which folds, sets of validation samples, are drawn."""
    first, _, other = results
    neighbours = all(are_neighbours(val, m) for val in first)
    together = set(first) == set(other) and first != other
    return redrawn(*results) + once(
        [
            ("has folds of neighbouring samples: shuffle the samples first.", neighbours),
            ("has the same folds in another order: shuffle the samples, and not the folds.", together),
        ]
    )


def unlike_folds(folds, k):
    """Yield what else than folds a result may be, and whether it is."""
    many = isinstance(folds, list | tuple)
    yield f"should be a list of {k} folds.", not many or len(folds) != k
    pairs = many and all(isinstance(fold, list | tuple) and len(fold) == 2 for fold in folds)
    yield "should hold pairs (train, val).", not pairs
    arrays = pairs and all(is_index(array) for fold in folds for array in fold)
    yield "should hold arrays of whole numbers, of shape (n,): they are to serve as indices.", not arrays


def is_index(array):
    return isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind in "iu"


def of_folds(folds, m):
    """Yield each thing that may be wrong with folds, and whether it is."""
    validated = np.concatenate([val for _, val in folds]).tolist()
    every = set(range(m))
    yield "leaves samples out: every one is validated once.", not every <= set(validated)
    yield "validates samples more than once.", len(set(validated)) < len(validated)
    yield "has indices that are none of 0 to m − 1.", not every >= set(validated)
    sizes = [len(val) for _, val in folds]
    yield "has folds whose sizes differ by more than 1.", max(sizes) - min(sizes) > 1
    leak = all(same_numbers(train, every) for train, _ in folds)
    yield "trains on the validation samples too: train is the rest.", leak
    rest = all(same_numbers(train, every - set(val.tolist())) for train, val in folds)
    yield "has a train that is not the rest of the samples.", not rest and not leak


def dropout_symptoms(given, results):
    """List what is wrong with dropout: in many entries how they are drawn, in few what becomes of them."""
    a, p = given
    unlike = once(claim for result in results for claim in unlike_dropout(a, result))
    if unlike:
        return unlike
    kept = [(np.asarray(mask) != 0) for _, mask in results]
    if a.size >= MANY**2:
        dealt = once(claim for mask in kept for claim in of_many(a, p, mask))
        return redrawn(*(mask.tobytes() for mask in kept)) + dealt
    entries = once(claim for (out, mask), keep in zip(results, kept, strict=True)
                   for claim in of_few(p, out, mask, keep))  # fmt: skip
    return entries or scale_symptoms(a, p, [out for out, _ in results], kept)


def unlike_dropout(a, result):
    """Yield what else than (out, mask) a result may be, and whether it is."""
    pair = isinstance(result, list | tuple) and len(result) == 2
    yield "should be a pair (out, mask).", not pair
    out, mask = result if pair else (None, None)
    shaped = all(isinstance(array, np.ndarray) and array.shape == a.shape for array in (out, mask))
    yield "should hold two arrays, out and mask, of the shape of a.", pair and not shaped
    numbers = shaped and out.dtype.kind in "fiu" and mask.dtype.kind in "fiub"
    yield "should hold numbers in out, and 0 and 1 or True and False in mask.", shaped and not numbers
    single = a.dtype != np.float32 or (numbers and out.dtype == np.float32)
    yield "is float64 in out, but float32 arrays should give float32.", numbers and not single


def of_few(p, out, mask, kept):
    """Yield each thing that may be wrong with the entries of one result, but for their scale."""
    yield (
        "has other entries than 0 and 1 in its mask: scale out, and leave the mask.",
        not np.isin(mask, (0, 1)).all(),
    )
    yield "drops entries although p is 0.", p == 0 and not kept.all()
    turned = p > 0 and (out[~kept] != 0).any()
    yield "is not 0 in out where the mask is 0: 1 stands for what is kept.", turned


def scale_symptoms(a, p, outs, kept):
    """Say by what the entries that are kept are multiplied, where it is not 1 / (1 − p)."""
    ratios = [out[mask] / a[mask] for out, mask in zip(outs, kept, strict=True)]
    scales = {
        "": 1 / (1 - p),
        "does not scale what is kept: divide it by 1 − p.": 1,
        "multiplies by 1 − p what is kept: divide it by 1 − p.": 1 - p,
        "divides by p what is kept: divide it by 1 − p.": 1 / p if p else np.inf,
        "multiplies by p what is kept: divide it by 1 − p.": p,
        "divides twice by 1 − p what is kept: once is enough.": 1 / (1 - p) ** 2,
    }
    for says, scale in scales.items():
        if all(np.allclose(ratio, scale, tolerance(a), 0) for ratio in ratios):
            return [says] if says else []
    happened = [1 / mask.mean() if mask.any() else 1 for mask in kept]
    if all(np.allclose(r, scale, tolerance(a), 0) for r, scale in zip(ratios, happened, strict=True)):
        return ["divides by the share that happened to be kept: divide by 1 − p, the share that is expected."]
    return ["is not mask · a / (1 − p) in out."]


def tolerance(a):
    return 1e-3 if a.dtype == np.float32 else 1e-6


def of_many(a, p, kept):
    """Yield each thing that may be wrong with the way in which many entries are drawn, and whether it is."""
    rows, columns = ((kept == kept.take([0], axis)).all() for axis in (1, 0))
    yield "drops nothing.", kept.all()
    yield "drops everything or nothing: draw a number for each entry.", rows and columns and not kept.all()
    yield "drops whole rows: draw a number for each entry.", rows and not columns
    yield "drops whole columns: draw a number for each entry.", columns and not rows
    if not (rows or columns):
        even = any(np.ptp(kept.sum(axis=axis)) == 0 for axis in (0, 1)) and not kept.all()
        yield "drops the same number in every row or column: let each entry have a chance of its own.", even
        yield from of_shares(p, kept[a == 0], kept[a != 0])


def of_shares(p, where_zero, elsewhere):
    """Yield what may be wrong with the share that is dropped, where a is 0 and elsewhere."""
    drops = near(elsewhere, p)
    keeps = near(elsewhere, 1 - p)
    yield "keeps an entry with probability p: p is the probability of dropping it.", keeps and not drops
    yield (
        "counts as dropped what was 0 before: the mask is drawn, and not read off out.",
        (drops and not where_zero.any()),
    )
    stray = not (drops or keeps) or (where_zero.any() and not near(where_zero, p if drops else 1 - p))
    yield "does not drop an entry with probability p.", stray


def near(kept, p):
    """Say whether about the share `p` of the entries is dropped.

    >>> near(np.arange(1000) >= 210, 0.2), near(np.arange(1000) >= 210, 0.4)
    (True, False)
    """
    dropped = kept.size - np.count_nonzero(kept)
    return bool(abs(dropped - p * kept.size) <= STRAYS * np.sqrt(p * (1 - p) * kept.size))
