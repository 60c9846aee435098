"""What the data sets ask of their arguments: counts, numbers, generators, names, and installed extras."""

import difflib
import importlib
import math
import numbers
import os
from pathlib import Path

import numpy as np

LARGEST_COUNT = 2**31
NO_NUMBERS = (bool, np.timedelta64)  # which Python and numpy count among the whole numbers
LONG = 10**20  # from here on a message says how long a whole number is, and not its digits


def expect_count(name, value, least=1):
    """Return `value` as an int, or raise unless it is a whole number from `least` to 2³¹.

    >>> expect_count("m", 0)
    Traceback (most recent call last):
    ValueError: m is 0, but should be a whole number of at least 1.
    """
    if not isinstance(value, numbers.Integral) or isinstance(value, NO_NUMBERS):
        raise TypeError(f"{name} is {shown(value)}, but should be a whole number.")
    if value < least:
        raise ValueError(f"{name} is {shown(value)}, but should be a whole number of at least {least}.")
    if value > LARGEST_COUNT:
        raise ValueError(
            f"{name} is {shown(value)}, but should be a whole number of at most {LARGEST_COUNT}."
        )
    return int(value)


def expect_number(name, value, low, high):
    """Return `value` as a float, or raise unless it lies from `low` to `high`.

    >>> expect_number("noise", -1, 0, 10)
    Traceback (most recent call last):
    ValueError: noise is -1, but should be a number from 0 to 10.
    """
    if not isinstance(value, numbers.Real) or isinstance(value, NO_NUMBERS):
        raise TypeError(f"{name} is {shown(value)}, but should be a number.")
    if not low <= value <= high:
        raise ValueError(f"{name} is {shown(value)}, but should be a number from {low} to {high}.")
    return float(value)


def expect_rng(value):
    """Return `value`, or raise unless it is a numpy.random.Generator.

    >>> expect_rng(3)
    Traceback (most recent call last):
    TypeError: rng is 3, but should be a numpy.random.Generator. Write np.random.default_rng(3).
    """
    if not isinstance(value, np.random.Generator):
        seed = value if isinstance(value, int) and 0 <= value < LONG else 0
        hint = f"Write np.random.default_rng({seed:d})."
        raise TypeError(f"rng is {shown(value)}, but should be a numpy.random.Generator. {hint}")
    return value


def expect_one_of(name, value, choices):
    """Return `value`, or raise a ValueError that lists the `choices` and the nearest one.

    >>> expect_one_of("part", "validation", ("train", "test"))
    Traceback (most recent call last):
    ValueError: part is 'validation', but should be one of: train, test.
    """
    if not isinstance(value, str) or value not in choices:
        near = difflib.get_close_matches(value, choices, n=1) if isinstance(value, str) else ()
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name} is {shown(value)}, but should be one of: {', '.join(choices)}.{hint}")
    return value


def expect_folder(value):
    """Return `value` as a path, or raise unless it is a string or a path.

    >>> expect_folder(5)
    Traceback (most recent call last):
    TypeError: folder is 5, but should be a path, such as "data".
    """
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f'folder is {shown(value)}, but should be a path, such as "data".')
    return Path(value)


def as_array(name, value):
    """Return `value` as an array, or raise unless all rows of a nested list have the same length.

    >>> as_array("labels", ([0], [1, 2]))
    Traceback (most recent call last):
    ValueError: labels has rows of different lengths, but should be one array of numbers.
    """
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} has rows of different lengths, but should be one array of numbers."
        ) from None


def shown(value):
    """Return how a message writes a value: in one line, and of a very long number its size.

    >>> shown("men"), shown(2.5), shown(-(10**400))
    ("'men'", '2.5', 'about -10**400')
    """
    if isinstance(value, int) and abs(value) >= LONG:
        return f"about {'-' * (value < 0)}10**{round(value.bit_length() * math.log10(2))}"
    return f"{value!s:.60}" if isinstance(value, numbers.Number) else f"{value!r:.60}"


def load_extra(module, extra="train"):
    """Import a package that the course needs only for this, or say how to install it.

    >>> load_extra("no_such_package")
    Traceback (most recent call last):
    ModuleNotFoundError: This needs the package no_such_package. Install it: pip install "bpkit[train]"
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.split(".")[0]
        if error.name not in (module, package):
            raise
        message = f'This needs the package {package}. Install it: pip install "bpkit[{extra}]"'
        raise ModuleNotFoundError(message, name=package) from None
