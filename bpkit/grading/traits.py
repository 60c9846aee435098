"""In which cases an answer is right: what they have in common, and no case has in which it is wrong."""

import inspect
from dataclasses import dataclass

import numpy as np

from .sandbox.values import Provided

ENOUGH = 2  # cases that are right, and that are wrong: one alone has too much that is its own
ONE_SAMPLE = "one sample"


@dataclass(frozen=True)
class Trait:
    """Something that a case has or has not, and what to say where it decides whether an answer is right."""

    has: object  # Case → bool
    right: str  # said where exactly the cases that have it are right
    wrong: str  # said where exactly those are wrong


def where_right(question, findings):
    """Say what the float64 cases have in common in which an answer is right, and no other case has."""
    right = [f.case for f in findings if not (f.outcome.problem or f.differences)]
    wrong = [f.case for f in findings if f.outcome.problem or f.differences]
    if min(len(right), len(wrong)) < ENOUGH or any(
        f.outcome.problem not in (None, "raised") for f in findings
    ):
        return ""
    for trait in traits(question, findings):
        in_right, in_wrong = ({bool(trait.has(case)) for case in cases} for cases in (right, wrong))
        if in_right == {True} and in_wrong == {False}:
            return trait.right
        if in_right == {False} and in_wrong == {True}:
            return trait.wrong
    return ""


def traits(question, findings):
    """List what may decide whether an answer is right, the most telling first."""
    cases = [f.case for f in findings]
    names = parameters(question, cases)
    yield from sample_traits(cases, [f.expected for f in findings])
    yield from size_traits()
    yield from depth_traits(cases)
    yield from word_traits(names, cases)
    yield from shape_traits(cases)


def parameters(question, cases):
    """Return the names of the arguments that all cases have; a probe's own are not known."""
    if question.probe or question.value:
        return ()
    names = tuple(inspect.signature(question.reference).parameters)
    return names[: min((len(case.arguments) for case in cases), default=0)]


def sample_traits(cases, expected):
    place = place_of_samples(cases)
    if place is None:
        return
    shapes = [(columns(case.arguments[place]), arrays_of(e)) for case, e in zip(cases, expected, strict=True)]
    kept = all(arrays and all(array.shape[-1:] == (m,) for array in arrays) for m, arrays in shapes)
    advice = "kept apart" if kept else "averaged"
    yield Trait(
        lambda case: columns(case.arguments[place]) == 1,
        f"It is right for one sample and wrong for more: look at how the samples are {advice}.",
        "It is wrong for one sample alone: a batch of one still has its axis of samples.",
    )


def place_of_samples(cases):
    """Return which argument has one column in each case of one sample, and more in each batch."""
    for place in reversed(range(min((len(case.arguments) for case in cases), default=0))):
        found = {(case.tag == ONE_SAMPLE, columns(case.arguments[place])) for case in cases}
        ones = {n for one, n in found if one}
        batches = {columns(case.arguments[place]) for case in cases if case.tag == "a batch"}
        if ones == {1} and not batches & {0, 1}:
            return place
    return None


def columns(argument):
    """Return the number of columns of an array, of the last one in a dict; 0 where there are none.

    >>> columns(np.ones((3, 2))), columns({1: np.ones((3, 4))}), columns("relu")
    (2, 4, 0)
    """
    arrays = arrays_of(argument)
    return arrays[-1].shape[-1] if arrays and arrays[-1].ndim else 0


def arrays_of(argument):
    """List the arrays in an argument.

    >>> len(arrays_of(({1: np.ones(2)}, np.ones(3), 0.5)))
    2
    """
    if isinstance(argument, dict):
        argument = tuple(argument.values())
    if isinstance(argument, tuple | list):
        return [array for item in argument for array in arrays_of(item)]
    return [argument] if isinstance(argument, np.ndarray) else []


def size_traits():
    yield Trait(
        has_equal_sizes,
        "It is right only where all sizes are equal: look for a transpose, or a size of another axis.",
        "It is wrong only where all sizes are equal: what a size is cannot be told by comparing sizes.",
    )
    yield Trait(
        lambda case: len({len(array) for array in arrays_of(case.arguments) if array.ndim}) == 1,
        "It is right only where all layers have one size: look for a transpose, or for W of another layer.",
        "It is wrong only where all layers have one size: "
        "which way round a matrix lies cannot be told by its shape.",
    )


def has_equal_sizes(case):
    """Say whether all sizes of the arrays are equal but those that are 1, and there is a square one."""
    shapes = [array.shape for array in arrays_of(case.arguments)]
    return any(len(s) > 1 and 1 not in s for s in shapes) and len({n for s in shapes for n in s} - {1}) == 1


def depth_traits(cases):
    depths = sorted({depth(case) for case in cases} - {0})
    yield Trait(
        lambda case: depth(case) == 1,
        "It is right for one layer and wrong for more.",
        "It is wrong for one layer alone: there is no hidden layer then.",
    )
    for L in depths[1:-1]:
        yield Trait(
            lambda case, L=L: depth(case) <= L,
            f"It is right up to {L} layers and wrong for more: let the loops run over all of them.",
            f"It is wrong up to {L} layers and right for more.",
        )
    for L in depths:
        yield Trait(
            lambda case, L=L: depth(case) == L,
            f"It is right for {L} layers alone: L is the number of entries of W.",
            f"It is wrong for {L} layers alone.",
        )


def depth(case):
    """Return the number of layers of a case's network; 0 where it has none."""
    layered = [value for value in case.arguments if is_layered(value)]
    return max((max(value) for value in layered), default=0)


def is_layered(value):
    """Say whether a value is a dict keyed by layer number."""
    return isinstance(value, dict) and 1 in value and all(type(key) is int for key in value)


def word_traits(names, cases):
    """Yield a trait for each word among the arguments, such as the activation of the output layer."""
    kinds = {}
    for case in cases:
        for kind, word in words(names, case):
            kinds.setdefault(kind, dict.fromkeys([])).setdefault(word)
    for kind, found in kinds.items():
        for word in found if len(found) > 1 else ():
            slope = ": look at the derivative, for that of identity is 1" if word == "identity" else ""
            yield Trait(
                lambda case, key=(kind, word): key in words(names, case),
                f"It is right where {kind} is {word} and wrong elsewhere{slope}.",
                f"It is wrong where {kind} is {word} and right elsewhere.",
            )


def words(names, case):
    """List the words among a case's arguments, each with what it is."""
    found = []
    for name, value in zip(names, case.arguments, strict=False):
        if isinstance(value, Provided) and value.kind != "generator":
            found.append((f"the function {name}", value.name))
        elif isinstance(value, str):
            found.append((name, value))
        elif is_layered(value) and isinstance(value[max(value)], str):
            found += [("a hidden layer", word) for l, word in value.items() if l < max(value)]
            found.append(("the output layer", value[max(value)]))
    return found


def shape_traits(cases):
    shapes = {shapes_of(case) for case in cases}
    for some in shapes if len(shapes) > 1 else ():
        yield Trait(
            lambda case, some=some: shapes_of(case) == some,
            "It is right for one shape of its arguments alone: what is special about that one?",
            "It is wrong for one shape of its arguments alone.",
        )


def shapes_of(case):
    return tuple(array.shape for array in arrays_of(case.arguments))
