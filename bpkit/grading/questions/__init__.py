"""The questions of the problem sets: one module a set, each with its list of questions in order."""

import difflib

from . import (
    ps01_derivatives,
    ps02_layers,
    ps03_losses,
    ps04_by_hand,
    ps05_backprop,
    ps06_gradient_check,
    ps07_repair,
    ps08_training,
    ps09_gradient_flow,
    ps10_generalization,
)

MODULES = (
    ps01_derivatives,
    ps02_layers,
    ps03_losses,
    ps04_by_hand,
    ps05_backprop,
    ps06_gradient_check,
    ps07_repair,
    ps08_training,
    ps09_gradient_flow,
    ps10_generalization,
)
SETS = {module.__name__.rpartition(".")[2]: module.QUESTIONS for module in MODULES}


class UnknownSet(ValueError):
    """There is no problem set of that name; the message lists those there are."""


def questions_of(set_name):
    """Return a set's questions by name, in the order of the notebook.

    Raises
    ------
    UnknownSet
        If there is no set of that name.

    Examples
    --------
    >>> list(questions_of("ps05_backprop"))[:2]
    ['forward', 'hidden_delta']
    """
    if set_name not in SETS:
        raise UnknownSet(unknown("problem set", set_name, SETS))
    return {question.name: question for question in SETS[set_name]}


def find_question(name):
    """Return the set that asks the question `name`.

    Raises
    ------
    TypeError
        If no set asks it.

    Examples
    --------
    >>> find_question("hidden_delta")
    'ps05_backprop'
    """
    sets = {question.name: set_name for set_name, asked in SETS.items() for question in asked}
    if name not in sets:
        raise TypeError(
            unknown("question", name, sets) + " For a value or another name: check(question=answer)."
        )
    return sets[name]


def unknown(kind, name, known):
    """Say that there is no such name, and which ones there are.

    >>> unknown("question", "forwards", ["forward", "backward"])
    "There is no question named 'forwards'. Did you mean 'forward'? There are: forward, backward."
    """
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no {kind} named {name!r}.{hint} There are: {', '.join(known)}."
