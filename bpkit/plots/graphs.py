"""A computation as a graph: values in its nodes, slopes on its arrows, gradients below the nodes."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch

from .inputs import expect_array, expect_dict
from .palette import BLUE, GREY, INK, PAPER, PURPLE
from .style import new_axes, styled

RADIUS = 0.5
ACROSS, DOWN = 2.1, 1.5  # from column to column, and from row to row
ASIDE = 0.28  # of what is written beside an arrow
INCH = 0.62  # of one unit
LOSS, DELTA, T = r"\mathcal{L}", r"\delta", r"\mathsf{T}"


@styled
def graph(at, arrows, values=None, grads=None, ax=None):
    """Draw nodes and the arrows between them, with what each holds.

    Parameters
    ----------
    at : dict of {str: tuple}
        Name of each node, in LaTeX without dollars, and its place (column, row); row 0 is on top.
    arrows : dict of {tuple: number or str}
        Pairs (from, to) of names, and what is written on the arrow; an empty string for nothing.
    values : dict of {str: number or str}, optional
        What is written in the node, below its name.
    grads : dict of {str: number or str}, optional
        What is written below the node, in purple.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `at` is no dict of places, or an arrow, a value or a gradient names no node.

    Examples
    --------
    >>> ax = graph({"x": (0, 0), "u": (1, 0)}, {("x", "u"): 6.0}, values={"x": 3.0, "u": 9.0})
    >>> [text.get_text() for text in ax.texts]
    ['6', '$x$', '3', '$u$', '9']
    """
    places = {
        name: expect_array(f"at[{name!r}]", place, (2,)) for name, place in expect_dict("at", at).items()
    }
    ends = {end for arrow in expect_dict("arrows", arrows, "pairs of names") for end in arrow}
    values, grads = values or {}, grads or {}
    if strangers := sorted({*ends, *values, *grads} - set(at)):
        raise ValueError(f"at has no place for {strangers}. Give each node one.")
    centers = {name: np.array([ACROSS * column, -DOWN * row]) for name, (column, row) in places.items()}
    ax = _canvas(ax, np.array(list(centers.values())))
    for (start, end), slope in arrows.items():
        _arrow(ax, centers[start], centers[end], _text(slope))
    for name, center in centers.items():
        _node(ax, center, name, _text(values.get(name, "")))
        _note(ax, center - [0, RADIUS + 0.2], _text(grads.get(name, "")))
    return ax


def network_graph(sizes, m, ax=None):
    """Draw a network as a graph of arrays, each node with its shape, each arrow with its way back.

    On an arrow stands what the gradient is multiplied by on its way back; below z stands its error.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of units n_0 to n_L.
    m : int
        Samples in the batch.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no layer after the input.

    Examples
    --------
    >>> ax = network_graph([3, 4, 2], 5)
    >>> len(ax.patches)  # eleven nodes, ten arrows
    21
    """
    L = len(expect_array("sizes", sizes, (None,))) - 1
    if L < 1:
        raise ValueError(f"sizes is {sizes}, but should hold at least two numbers of units.")
    at, shapes, arrows, errors = {"x": (0, 1)}, {"x": (sizes[0], m)}, {}, {}
    for l in range(1, L + 1):
        W, b, z, a = (_superscript(letter, l) for letter in "Wbza")
        before, a = _superscript("a", l - 1) if l > 1 else "x", a if l < L else "o"
        at |= {W: (2 * l - 2, 0), b: (2 * l - 2, 2), z: (2 * l - 1, 1), a: (2 * l, 1)}
        shapes |= {W: (sizes[l], sizes[l - 1]), b: (sizes[l], 1), z: (sizes[l], m), a: (sizes[l], m)}
        arrows |= {(before, z): _transposed(W) if l > 1 else "", (W, z): _transposed(before)}
        arrows |= {(b, z): r"$\mathbf{1}$", (z, a): r"$\odot\,f\,^\prime$"}
        errors[z] = f"${_superscript(DELTA, l)}$"
    at |= {"y": (2 * L, 2), LOSS: (2 * L + 1, 1)}
    shapes |= {"y": (sizes[L], m), LOSS: ()}
    arrows |= {("o", LOSS): "", ("y", LOSS): ""}
    return graph(at, arrows, {name: str(shape) for name, shape in shapes.items()}, errors, ax)


def _superscript(letter, l):
    return f"{letter}^{{({l})}}"


def _transposed(name):
    r"""Return the name with a T behind its layer's number, as text.

    >>> print(_transposed("x"), _transposed("W^{(2)}"))
    $x^{\mathsf{T}}$ $W^{(2)\mathsf{T}}$
    """
    return f"${name.removesuffix('}')}{T}}}$" if "^" in name else f"${name}^{{{T}}}$"


def _canvas(ax, centers):
    (left, bottom), (right, top) = centers.min(axis=0) - [0.8, 0.95], centers.max(axis=0) + [0.8, 0.7]
    ax = new_axes(ax, INCH * (right - left), INCH * (top - bottom))
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.axis("off")
    return ax


def _arrow(ax, start, end, text):
    """Draw one arrow from rim to rim, with its slope on it."""
    rim = RADIUS * (end - start) / np.linalg.norm(end - start)
    line = {"arrowstyle": "-|>", "mutation_scale": 13, "color": GREY, "linewidth": 1.3}
    ax.add_patch(FancyArrowPatch(start + rim, end - rim, shrinkA=0, shrinkB=0, zorder=1, **line))
    if text:  # beside the arrow, for on it the line would look like a minus
        across = np.array([start[1] - end[1], end[0] - start[0]]) / np.linalg.norm(end - start)
        beside = (start + end) / 2 + ASIDE * across * (1 if across[1] >= 0 else -1)
        ax.text(*beside, text, color=BLUE, ha="center", va="center", fontsize=9.5, zorder=2)


def _node(ax, center, name, value):
    ax.add_patch(Circle(center, RADIUS, facecolor=PAPER, edgecolor=INK, linewidth=1.3, zorder=3))
    lines = [(f"${name}$", 11, INK), (value, 9, GREY)] if value else [(f"${name}$", 12, INK)]
    for (text, size, color), above in zip(lines, (0.16, -0.2) if value else (0,), strict=True):
        place = {"ha": "center", "va": "center", "fontsize": size, "zorder": 4}
        ax.text(center[0], center[1] + above, text, color=color, **place)


def _note(ax, place, text):
    if text:
        box = {"facecolor": PAPER, "edgecolor": "none", "boxstyle": "round,pad=0.1"}
        ax.text(*place, text, color=PURPLE, ha="center", va="center", fontsize=9.5, bbox=box, zorder=4)


def _text(value):
    """Return a number with three decimals, without zeros at its end, and words as they are."""
    if isinstance(value, str):
        return value
    number = f"{float(value):z.3f}".rstrip("0").rstrip(".")
    return number.replace("-", "−")
