"""Mistakes in a gradient check, and in finding the layer where a fault begins."""

from functools import partial

import numpy as np

from bpkit.gradcheck import relative_error

from ..question import Mistake
from .slips_errors import largest, norm
from .slips_quotients import central, slopes


def check_by(loss_fn, W, b, dW, db, tolerance=1e-6, *, quotient=central, error=relative_error, ok=None):
    """Run a gradient check with another quotient, error or verdict."""
    ok = ok or (lambda error, tolerance: error < tolerance)
    numeric, checked = slopes(quotient, loss_fn, W, b), {}
    for letter, given, own in zip("Wb", (dW, db), numeric, strict=True):
        for l in given:
            e = float(error(given[l], own[l]))
            checked[letter, l] = e, bool(ok(e, tolerance))
    return checked


def in_one(loss_fn, W, b, dW, db, tolerance=1e-6):
    """Give every array the error of all together."""
    pairs = list(zip((dW, db), slopes(central, loss_fn, W, b), strict=True))
    a, c = (np.concatenate([pair[k][l].ravel() for pair in pairs for l in pair[k]]) for k in (0, 1))
    error = relative_error(a, c)
    return {
        (letter, l): (error, error < tolerance)
        for letter, (given, _) in zip("Wb", pairs, strict=True)
        for l in given
    }


def changed(change):
    """Return a check whose result is changed by `change(key, (error, ok))`, which gives a key and an item."""
    return lambda *given: dict(filter(None, (change(*item) for item in check_by(*given).items())))


def ratio(below):
    """Return an error that divides by something else, and is 0 where both vanish."""
    return lambda a, b: norm(a - b) / (below(a, b) or 1)


def entry(a, b):
    below = np.abs(a) + np.abs(b)
    return (np.abs(a - b) / np.where(below == 0, 1, below)).max()


def check_mistake(number, says, wrong=None, equation="eq-relative-error", **options):
    return Mistake(number, says, equation, wrong or partial(check_by, **options))


DIFFERENCE = {"equation": "eq-central-difference"}
CHECK_MISTAKES = (
    check_mistake(
        "M78",
        "your error is absolute: a small gradient that is wrong would pass.",
        error=lambda a, b: norm(a - b),
    ),
    check_mistake(
        "M78",
        "your error is the largest absolute difference: a small gradient that is wrong would pass.",
        error=lambda a, b: largest(a - b),
    ),
    check_mistake(
        "M78", "your error is that of all layers together: a wrong layer that is small would pass.", in_one
    ),
    check_mistake(
        None,
        "your error is divided by the norm of the given gradient alone: divide by the sum of both.",
        error=ratio(lambda a, b: norm(a)),
    ),
    check_mistake(
        None,
        "your error is divided by the norm of the numerical gradient alone: divide by the sum of both.",
        error=ratio(lambda a, b: norm(b)),
    ),
    check_mistake(
        None,
        "your error is divided by the larger norm: divide by the sum of both.",
        error=ratio(lambda a, b: max(norm(a), norm(b))),
    ),
    check_mistake(
        None, "your error is the largest relative error of an entry: take norms of whole arrays.", error=entry
    ),
    check_mistake(
        None,
        "your norm is the largest entry: ‖a‖ is the root of the sum of the squares.",
        error=lambda a, b: largest(a - b) / ((largest(a) + largest(b)) or 1),
    ),
    check_mistake(
        "M74",
        "you compare with a one-sided difference, which is not exact enough for a right gradient.",
        **DIFFERENCE,
        quotient=lambda L, h: (L(h) - L(0)) / h,
    ),
    check_mistake(
        "M75",
        "you compare with a quotient that is divided by h: the two values are 2h apart.",
        **DIFFERENCE,
        quotient=lambda L, h: (L(h) - L(-h)) / h,
    ),
    check_mistake(
        "M77",
        "you compare with zero: loss_fn never sees the parameter that you move.",
        **DIFFERENCE,
        quotient=lambda L, h: 0 * L(h),
    ),
    check_mistake(None, "you do not use the tolerance that you are given.", ok=lambda e, tolerance: e < 1e-6),
    check_mistake(
        None,
        "your verdict is turned round: ok is True where the error is below the tolerance.",
        ok=lambda e, tolerance: e > tolerance,
    ),
    check_mistake(
        None, "your check leaves the biases out.", changed(lambda k, v: (k, v) if k[0] == "W" else None)
    ),
    check_mistake(
        None,
        'your keys are ("dW", l) and ("db", l): they should be ("W", l) and ("b", l).',
        changed(lambda k, v: ((f"d{k[0]}", k[1]), v)),
    ),
    check_mistake(
        None, "your items are the errors alone: each is a pair (error, ok).", changed(lambda k, v: (k, v[0]))
    ),
    check_mistake(
        None,
        "your items are the verdicts alone: each is a pair (error, ok).",
        changed(lambda k, v: (k, v[1])),
    ),
    check_mistake(
        None, "your pairs are turned round: first the error, then ok.", changed(lambda k, v: (k, v[::-1]))
    ),
)


def is_wrong(a, b, error=relative_error, ignores=()):
    """Say whether an array is wrong, as far as one looks."""
    if a.shape != b.shape and "shapes" not in ignores:
        return True
    e = error(a, b)
    return e > 1e-6 or bool(np.isnan(e)) and "nan" not in ignores


def broadcast_error(a, b):
    return 0.0 if not (a.any() or b.any()) else norm(a - b) / (norm(a) + norm(b))


def locate_by(dW, db, dW_true, db_true, *, wrong=is_wrong, arrays="Wb", which=max, none=None, shift=0):
    """Find a faulty layer by another test of an array, among some arrays, or another layer."""
    pairs = [pair for letter, pair in (("W", (dW, dW_true)), ("b", (db, db_true))) if letter in arrays]
    found = [l for a, b in pairs for l in b if wrong(a[l], b[l])]
    return which(found) - shift if found else none


def locate_mistake(number, says, equation="eq-delta-hidden", **options):
    return Mistake(number, says, equation, partial(locate_by, **options))


def not_allclose(a, b):
    return a.shape != b.shape or not np.allclose(a, b)


def alone(what):
    return f"you look at {what} alone: a layer is wrong if its dW or its db is."


ONLY_ABSOLUTE = "you compare by absolute differences: a small gradient can be wrong, and a large one right."
ERROR = {"equation": "eq-relative-error"}
LOCATE_MISTAKES = (
    locate_mistake(
        None,
        "you return the lowest faulty layer: δ travels from the last layer to the first, "
        "so the fault began in the highest.",
        which=min,
    ),
    locate_mistake(None, alone("dW"), arrays="W"),
    locate_mistake(None, alone("db"), arrays="b"),
    locate_mistake(
        None,
        "you let nan pass: every comparison with nan is False, so ask whether the error is small.",
        **ERROR,
        wrong=partial(is_wrong, ignores=("nan",)),
    ),
    locate_mistake(
        None,
        "you do not compare the shapes: numpy repeats an array of another shape to make it fit.",
        **ERROR,
        wrong=partial(is_wrong, error=broadcast_error, ignores=("shapes",)),
    ),
    locate_mistake(
        None,
        "you neither compare the shapes nor see a nan: ask for both before you ask for the error.",
        **ERROR,
        wrong=partial(is_wrong, error=broadcast_error, ignores=("shapes", "nan")),
    ),
    locate_mistake("M78", ONLY_ABSOLUTE, **ERROR, wrong=partial(is_wrong, error=lambda a, b: norm(a - b))),
    locate_mistake("M78", ONLY_ABSOLUTE, **ERROR, wrong=partial(is_wrong, error=lambda a, b: largest(a - b))),
    locate_mistake(
        "M78",
        "you compare with np.allclose, which lets every difference below 1e-8 pass.",
        **ERROR,
        wrong=not_allclose,
    ),
    locate_mistake(None, "you return 0 where no layer is wrong: return None.", none=0),
    locate_mistake(None, "you count the layers from 0: the first one is layer 1.", shift=1),
)
