"""Right answers, differently written, by the name of their question; and manners of returning them."""

from types import SimpleNamespace

import numpy as np
from grading import (
    right_backprop,
    right_by_hand,
    right_checks,
    right_derivatives,
    right_flow,
    right_generalization,
    right_layers,
    right_losses,
    right_programs,
    right_repair,
    right_training,
    right_training_runs,
)

from bpkit.grading.questions import SETS

ROOMS = {
    "ps01_derivatives": right_derivatives,
    "ps02_layers": right_layers,
    "ps03_losses": right_losses,
    "ps04_by_hand": right_by_hand,
    "ps05_backprop": right_backprop,
    "ps06_gradient_check": SimpleNamespace(**vars(right_checks) | vars(right_programs)),
    "ps07_repair": right_repair,
    "ps08_training": SimpleNamespace(**vars(right_training) | vars(right_training_runs)),
    "ps09_gradient_flow": right_flow,
    "ps10_generalization": right_generalization,
}


def answers_to(set_name):
    """Return what a set's module has for each question: values, and functions named after it.

    Where the name of a function begins with those of several questions, the longest counts.
    """
    names = sorted((q.name for q in SETS[set_name]), key=len)
    right = {name: [] for name in names} | getattr(ROOMS[set_name], "VALUES", {})
    for own, answer in vars(ROOMS[set_name]).items():
        asked = [name for name in names if own.startswith(f"{name}_")]
        if callable(answer) and asked:
            right[asked[-1]].append(answer)
    return right


RIGHT = {name: answers for set_name in SETS for name, answers in answers_to(set_name).items()}


def reordered(value):
    """Return a result whose dicts have their keys the other way round."""
    if isinstance(value, dict):
        return {key: value[key] for key in reversed(value)}
    return type(value)(map(reordered, value)) if isinstance(value, tuple | list) else value


def each_array(change):
    """Return a function that changes every array of a result."""

    def changed(value):
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(map(changed, value))
        return change(value) if isinstance(value, np.ndarray) else value

    return changed


def listed(value):
    """Return a result with lists for tuples."""
    return list(map(listed, value)) if isinstance(value, tuple | list) else value


def numpy_keys(value):
    """Return a result whose dicts have numpy integers as keys, and whose numbers are 0-d arrays."""
    if isinstance(value, dict):
        return {np.int64(key) if isinstance(key, int) else key: item for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(map(numpy_keys, value))
    return np.array(value) if isinstance(value, float) else value


MANNERS = {
    "keys in other order": reordered,
    "Fortran order": each_array(np.asfortranarray),
    "views into larger arrays": each_array(lambda array: np.stack([array, 0 * array], axis=-1)[..., 0]),
    "read-only views": each_array(lambda array: np.broadcast_to(array, (2, *array.shape))[1]),
    "lists": listed,
    "numpy keys": numpy_keys,
}
