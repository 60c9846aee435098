"""Right answers, differently written, by the name of their question; and manners of returning them."""

import numpy as np
from grading import right_backprop, right_by_hand
from grading.right_by_hand import AS_ARRAYS, AS_COLUMNS, CUT, NUMBERS, WITH_MORE

from bpkit.grading.questions import SETS


def answers_to(name, room):
    """Return the functions of a module whose names begin with the question's name."""
    return [answer for own, answer in vars(room).items() if callable(answer) and own.startswith(f"{name}_")]


RIGHT = {q.name: answers_to(q.name, right_by_hand) for q in SETS["ps04_by_hand"]}
RIGHT |= {q.name: answers_to(q.name, right_backprop) for q in SETS["ps05_backprop"]}
RIGHT["numbers"] = [NUMBERS, CUT, AS_ARRAYS, AS_COLUMNS, WITH_MORE]


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
        return {np.int64(key): item for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(map(numpy_keys, value))
    return np.array(value) if isinstance(value, float) else value


MANNERS = {
    "keys in other order": reordered,
    "Fortran order": each_array(np.asfortranarray),
    "views into larger arrays": each_array(lambda array: np.stack([array, -array], axis=-1)[..., 0]),
    "read-only views": each_array(lambda array: np.broadcast_to(array, (2, *array.shape))[1]),
    "lists": listed,
    "numpy keys": numpy_keys,
}
