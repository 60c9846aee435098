"""Where a result differs from the expected one: in structure, in shape, in kind, or in value."""

import math
from dataclasses import dataclass

import numpy as np

from .outcome import with_article
from .sandbox.frames import Strange

RELATIVE, ABSOLUTE = 1e-6, 1e-11  # for float64
RELATIVE_32, ABSOLUTE_32 = 1e-3, 1e-6  # for float32
LARGE = 32  # no size, key or length that is asked for is larger


@dataclass(frozen=True)
class Difference:
    """A place in the result and what is wrong there; `kind` is structure, dtype or value."""

    path: tuple
    kind: str
    says: str
    got: object = None
    expected: object = None
    relative: float = 0.0  # the tolerance that a value exceeds

    def __str__(self):
        return self.told(public=True)

    def told(self, public):
        """Tell the difference; numbers only where the inputs are public, for they could carry inputs out."""
        says, numbers = self.says, ""
        if not says:
            says, numbers = first_difference(self.expected, self.got, self.relative)
        what = f"{says}: {numbers}" if public and numbers else says
        return f"{path_name(self.path)} {what}{'' if what.endswith('.') else '.'}"


def path_name(path):
    """Write a path as the student would: names, then indices in brackets.

    >>> path_name(("dW", 2)), path_name((0, "dW", 1)), path_name(()), path_name((("W", 1), 0))
    ('dW[2]', 'result[0] dW[1]', 'the result', 'W[1][0]')
    """
    if not path:
        return "the result"
    words = ""
    for step in path:
        step = path_name(step) if isinstance(step, tuple) else step
        named = isinstance(step, str)
        words += f" {step}" if named and words else step if named else f"{'' if words else 'result'}[{step}]"
    return words


def compare(expected, got, names=None, relative=RELATIVE, path=()):
    """List the differences between a result and the expected one.

    Parameters
    ----------
    expected, got : ndarray, number, bool, str, None, or tuple, list or dict of such
    names : str, tuple of str or list, optional
        What the result is called, or the items of a tuple; ``[names]`` for the items of a list.
    relative : float
        Tolerance: float64 arrays agree where ‖a - b‖ ≤ relative (‖a‖ + ‖b‖) + 1e-11.
    path : tuple
        Where in the whole result this part stands.

    Returns
    -------
    list of Difference
        Empty where they agree.

    References
    ----------
    Equation eq-relative-error in the chapter *The recursion*.

    Examples
    --------
    >>> [str(d) for d in compare({1: np.ones((2, 1))}, {1: np.ones(2)})]
    ['result[1] has shape (2,), but should have shape (2, 1).']
    """
    return list(differences(expected, got, names, relative, path))


def differences(expected, got, names=None, relative=RELATIVE, path=()):
    """Return what `compare` lists, one by one: who asks only whether there is any need not wait.

    >>> next(iter(differences(1.0, 1.0)), None)
    """
    if isinstance(names, str):
        path, names = (*path, names), None
    if isinstance(got, Strange):
        return [structure(path, f"is {with_article(got.type)}, but should be {kind_of(expected)}.")]
    if isinstance(expected, dict):
        return differences_in_dict(expected, got, names, relative, path)
    if isinstance(expected, tuple | list):
        return differences_in_items(expected, got, names, relative, path)
    if isinstance(expected, np.ndarray):
        return compare_arrays(expected, got, relative, path)
    return compare_scalars(expected, got, relative, path)


def structure(path, says):
    return Difference(path, "structure", says)


def kind_of(value):
    """Say what kind of thing a value is, with the article of the sentence.

    >>> kind_of({1: 0}), kind_of(np.ones((2, 3))), kind_of(True)
    ('a dict', 'an array of shape (2, 3)', 'True or False')
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape_of(value)}"
    if isinstance(value, bool):
        return "True or False"
    if is_number(value):
        return "a number"
    if value is None:
        return "None"
    return "a string" if isinstance(value, str) else with_article(type(value).__name__)


def shape_of(array):
    """Write a shape; one that is far from any that is asked for could carry the inputs out.

    >>> shape_of(np.ones((2, 3))), shape_of(np.ones((4375, 0)))
    ('(2, 3)', '(many, 0)')
    """
    sizes = [str(n) if n <= LARGE else "many" for n in array.shape[:3]]
    rest = ", …" if array.ndim > 3 else "," if array.ndim == 1 else ""
    return f"({', '.join(sizes)}{rest})"


def differences_in_dict(expected, got, names, relative, path):
    if not isinstance(got, dict):
        return [structure(path, f"is {kind_of(got)}, but should be a dict.")]
    if set(got) != set(expected):
        return [structure(path, keys_differ(expected, got))]
    pairs = ((expected[key], got[key], (*path, key)) for key in expected)
    return (d for e, g, where in pairs for d in differences(e, g, None, relative, where))


def keys_differ(expected, got):
    """Say which keys are missing; those that are too many could carry the inputs out.

    >>> keys_differ({1: 0, 2: 0}, {0: 0, 1: 0})
    'lacks the key 2 and has others: the keys should be 1, 2.'
    """
    missing = [str(key) for key in expected if key not in got]
    lacks = f"lacks the key{'s' * (len(missing) > 1)} {', '.join(missing)}" if missing else ""
    others = f"has {'others' if missing else 'more keys'}" if set(got) - set(expected) else ""
    what = " and ".join(filter(None, [lacks, others]))
    return f"{what}: the keys should be {', '.join(map(str, expected))}."


def differences_in_items(expected, got, names, relative, path):
    if not isinstance(got, tuple | list) or len(got) != len(expected):
        size = f"{kind_of(got)} of {count(got)}" if isinstance(got, tuple | list) else kind_of(got)
        what = f" ({', '.join(names)})" if isinstance(names, tuple) else ""
        return [
            structure(path, f"is {size}, but should be a {type(expected).__name__} of {len(expected)}{what}.")
        ]
    steps, inner = (names, None) if isinstance(names, tuple) else (range(len(got)), names and names[0])
    triples = zip(expected, got, steps, strict=True)
    return (d for e, g, step in triples for d in differences(e, g, inner, relative, (*path, step)))


def count(items):
    return len(items) if len(items) <= LARGE else "many"


def compare_arrays(expected, got, relative, path):
    if not isinstance(got, np.ndarray):
        return [structure(path, f"is {kind_of(got)}, but should be {kind_of(expected)}.")]
    if got.shape != expected.shape:
        says = f"has shape {shape_of(got)}, but should have shape {expected.shape}."
        return [Difference(path, "structure", says, got, expected)]
    if got.dtype.kind not in "fiu":
        return [structure(path, f"holds {got.dtype} entries, but should hold numbers.")]
    if expected.dtype == np.float32 and got.dtype != np.float32:
        says = f"is {got.dtype}, but float32 arrays should give float32."
        return [Difference(path, "dtype", says, got, expected)]
    if close(expected, got, relative):
        return []
    relative = RELATIVE_32 if expected.dtype == np.float32 else relative
    return [Difference(path, "value", "", got, expected, relative)]


def close(expected, got, relative):
    """Say whether two arrays of one shape agree; NaN and inf never do."""
    absolute = ABSOLUTE
    if expected.dtype == np.float32:
        relative, absolute = RELATIVE_32, ABSOLUTE_32
    a, b = expected.astype(float).ravel(), got.astype(float).ravel()
    with np.errstate(all="ignore"):
        gap, size = gap_and_size(a, b)
        if not math.isfinite(size):  # the squares of large numbers are inf
            scale = np.abs(a).max(initial=1.0)
            gap, size = gap_and_size(a / scale, b / scale)
            absolute /= scale
    return math.isfinite(gap) and gap <= relative * size + absolute  # inf <= inf would be true


def gap_and_size(a, b):
    """Return ‖a - b‖ and ‖a‖ + ‖b‖."""
    gap = a - b
    return math.sqrt(gap @ gap), math.sqrt(a @ a) + math.sqrt(b @ b)


def first_difference(expected, got, relative):
    """Say where two arrays of one shape differ first, and which numbers stand there."""
    a, b = np.atleast_1d(expected).astype(float), np.atleast_1d(got).astype(float)
    if not np.isfinite(b).all():
        return f"has entries that are nan or inf ({(~np.isfinite(b)).sum()} of {b.size})", ""
    off = np.abs(a - b) > relative * (np.abs(a) + np.abs(b)) + ABSOLUTE
    first = tuple(map(int, np.argwhere(off)[0])) if off.any() else (0,) * a.ndim
    where = f", first at {list(first)}" if a.size > 1 else ""
    says = f"differs in {off.sum()} of {a.size} entries{where}" if a.size > 1 else "differs"
    digits = 6 if abs(a[first] - b[first]) > 1e-4 * abs(a[first]) else 12
    return says, f"yours {b[first]:.{digits}g}, expected {a[first]:.{digits}g}"


def compare_scalars(expected, got, relative, path):
    if isinstance(got, np.ndarray) and got.shape == ():
        got = got.item()
    if is_number(expected) and is_number(got):
        expected = np.asarray(expected)
        wide = np.result_type(expected.dtype, np.float32)  # int(2.7) would be 2
        with np.errstate(over="ignore"):  # too large for float32 is inf, and wrong
            got = np.asarray(got, dtype=wide)
        return compare_arrays(expected, got, relative, path)
    if is_number(expected) or type(got) is not type(expected):
        return [structure(path, f"is {kind_of(got)}, but should be {kind_of(expected)}.")]
    says = "is another string." if isinstance(got, str) else f"is {got!r}."
    return [] if got == expected else [Difference(path, "value", says, got, expected)]


def is_number(value):
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def parts(value, names=None, path=()):
    """Return a result's arrays and numbers by their paths.

    >>> parts(({1: 0.0, 2: 0.5}, 3.0), ("z", "a"))
    {('z', 1): 0.0, ('z', 2): 0.5, ('a',): 3.0}
    """
    if isinstance(names, str):
        path, names = (*path, names), None
    if isinstance(value, dict):
        return {p: part for key in value for p, part in parts(value[key], None, (*path, key)).items()}
    if isinstance(value, tuple | list):
        steps, inner = (names, None) if isinstance(names, tuple) else (range(len(value)), names and names[0])
        pairs = zip(value, steps, strict=True)
        return {p: part for item, s in pairs for p, part in parts(item, inner, (*path, s)).items()}
    return {path: value}


def leaves(value, names=None):
    """List the paths of a result's arrays and numbers.

    >>> leaves(({1: 0.0, 2: 0.0}, 3.0), ("z", "a"))
    [('z', 1), ('z', 2), ('a',)]
    """
    return list(parts(value, names))
