"""A network as a picture: what flows forward through it, and how the error travels back."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch

from .inputs import expect_layers, expect_weights
from .palette import BLUE, GREY, INK, ORANGE, PAPER, PURPLE
from .style import new_axes, styled

RADIUS = 0.54
ACROSS = 3.2  # from layer to layer
DOWN = 1.45  # from unit to unit, without and with labels beside them
DOWN_LABELLED = 2.1
LABELLED_EDGES = 8  # the most edges of a network whose weights are written on them
INCH = 0.68  # of one unit


@styled
def network(W, b, z=None, a=None, delta=None, ax=None):
    """Draw a network as a graph, with the values of the batch's first sample in its units.

    Blue full lines are positive weights, orange dashed ones negative; the width grows with the size.
    The weights, the biases and z are written beside the units of a network with few edges.

    Parameters
    ----------
    W, b : dict of {int: ndarray}, shapes (n_l, n_{l-1}) and (n_l, 1)
    z, a, delta : dict of {int: ndarray}, shape (n_l, m), optional
        What `forward` and `backward` returned.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If an argument is no dict of arrays, or the shapes do not fit.

    Examples
    --------
    >>> ax = network({1: np.array([[1.0, -1.0]])}, {1: np.array([[0.5]])})
    >>> len(ax.patches)
    5
    """
    W = expect_weights(W)
    units = {l: len(W[l]) for l in W}
    b = expect_layers("b", b, units, columns=1, complete=True)
    z, delta = expect_layers("z", z, units), expect_layers("delta", delta, units)
    sizes = {0: W[1].shape[1], **units}
    a = expect_layers("a", a, sizes)
    few = sum(w.size for w in W.values()) <= LABELLED_EDGES
    at = _positions(sizes, DOWN_LABELLED if few else DOWN)
    ax = _canvas(ax, at)
    for l in W:
        for j, k in np.ndindex(W[l].shape):
            _edge(ax, at[l - 1, k], at[l, j], W[l][j, k], np.abs(W[l]).max(), few)
    for (l, j), center in at.items():
        _unit(ax, center, [_value(a, l, j) or _symbol("a", l, j), _value(delta, l, j)], INK, PURPLE)
        if few and l:
            _note(ax, center, RADIUS + 0.2, f"b = {_number(b[l][j, 0], 2)}")
        if few and l and z:
            _note(ax, center, -RADIUS - 0.22, f"z = {_value(z, l, j)}")
    for l in sizes:
        _heading(ax, at, l, {0: "input", len(W): "output"}.get(l, f"layer {l}"))
    return ax


@styled
def backward_flow(W, delta, slopes=None, ax=None):
    """Draw how the error of the batch's first sample travels back, layer by layer, right to left.

    An arrow from unit j back to unit k carries w_jk δ_j: its width grows with the size of that product,
    blue and full where it is positive, orange and dashed where it is negative.

    Parameters
    ----------
    W : dict of {int: ndarray}, shape (n_l, n_{l-1})
    delta : dict of {int: ndarray}, shape (n_l, m)
        What `backward` returned.
    slopes : dict of {int: ndarray}, shape (n_l, m), optional
        f′(z) of the hidden layers, written below the error in their units.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If an argument is no dict of arrays, or the shapes do not fit.

    Examples
    --------
    >>> W = {1: np.ones((1, 1)), 2: np.ones((1, 1))}
    >>> ax = backward_flow(W, {1: np.ones((1, 1)), 2: np.ones((1, 1))})
    >>> len(ax.patches)
    3
    """
    W = expect_weights(W)
    units = {l: len(W[l]) for l in W}
    delta = expect_layers("delta", delta, units, complete=True)
    slopes = expect_layers("slopes", slopes, units)
    at = _positions(units, DOWN)
    ax = _canvas(ax, at)
    for l in range(2, len(W) + 1):
        carried = W[l] * delta[l][:, :1]
        for j, k in np.ndindex(W[l].shape):
            _edge(ax, at[l, j], at[l - 1, k], carried[j, k], np.abs(carried).max(), False, "-|>")
        _between(ax, at, l)
    for (l, j), center in at.items():
        _unit(ax, center, [_value(delta, l, j), _value(slopes, l, j)], PURPLE, GREY)
    for l in W:
        _heading(ax, at, l, rf"$\delta^{{({l})}}$", 13)
    return ax


def _positions(sizes, down):
    """Return the centre of every unit (l, j): layers from left to right, each centred on y = 0."""
    return {(l, j): (ACROSS * l, down * ((n - 1) / 2 - j)) for l, n in sizes.items() for j in range(n)}


def _canvas(ax, at):
    """Return Axes that show all units and a line of headings above them, with equal units on both axes."""
    x, y = np.array(list(at.values())).T
    left, right = x.min() - 1, x.max() + 1
    bottom, top = y.min() - 0.95, y.max() + 1.7
    ax = new_axes(ax, INCH * (right - left), INCH * (top - bottom))
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.axis("off")
    return ax


def _edge(ax, start, end, size, largest, labelled, arrow="-"):
    """Draw one connection between two units, from rim to rim."""
    start, end = np.array(start), np.array(end)
    rim = RADIUS * (end - start) / np.linalg.norm(end - start)
    width = 0.8 + 2.6 * abs(size) / (largest or 1)
    color, dashes = (BLUE, "-") if size >= 0 else (ORANGE, (0, (4, 2)))
    ends = {"posA": start + rim, "posB": end - rim, "arrowstyle": arrow, "mutation_scale": 7 + 3 * width}
    line = {"shrinkA": 0, "shrinkB": 0, "color": color, "linestyle": dashes, "linewidth": width}
    ax.add_patch(FancyArrowPatch(**ends, **line, zorder=1))
    if labelled:
        x, y = start + 0.33 * (end - start)
        box = {"facecolor": PAPER, "edgecolor": "none", "boxstyle": "round,pad=0.15"}
        ax.text(
            x, y, _number(size, 2), color=color, ha="center", va="center", fontsize=10, bbox=box, zorder=2
        )


def _unit(ax, center, values, *colors):
    """Draw one unit as a disc with its values in it, one above the other."""
    ax.add_patch(Circle(center, RADIUS, facecolor=PAPER, edgecolor=INK, linewidth=1.3, zorder=3))
    shown = [v for v in values if v]
    heights = [0.18, -0.19] if len(shown) > 1 else [0]
    for text, y, color in zip(shown, heights, colors, strict=False):
        ax.text(center[0], center[1] + y, text, color=color, ha="center", va="center", fontsize=10, zorder=4)


def _note(ax, center, above, text):
    """Write a value above or below a unit."""
    box = {"facecolor": PAPER, "edgecolor": "none", "boxstyle": "round,pad=0.1"}
    place = {"ha": "center", "va": "center", "fontsize": 9.5, "zorder": 4}
    ax.text(center[0], center[1] + above, text, color=GREY, bbox=box, **place)


def _heading(ax, at, l, text, size=11):
    """Write the name of a layer above the picture."""
    top = max(y for _, y in at.values())
    ax.text(at[l, 0][0], top + 1.15, text, ha="center", va="center", fontsize=size)


def _between(ax, at, l):
    """Write what carries the error from layer l back to the layer before it, around an arrow."""
    x, y = at[l, 0][0] - ACROSS / 2, max(y for _, y in at.values()) + 1.15
    style = {"arrowstyle": "-|>", "mutation_scale": 12, "color": GREY}
    ax.annotate("", (x - 0.75, y), (x + 0.75, y), arrowprops=style)
    for text, above in (
        (rf"$(W^{{({l})}})^{{\mathsf{{T}}}}$", 0.32),
        (rf"$\odot\, f\,^\prime(z^{{({l - 1})}})$", -0.34),
    ):
        ax.text(x, y + above, text, ha="center", va="center", fontsize=11)


def _symbol(letter, l, j):
    return rf"${letter}_{{{j + 1}}}^{{({l})}}$"


def _value(values, l, j):
    """Return the first sample's value as text, or nothing where there is none."""
    return _number(values[l][j, 0], 3) if l in values else ""


def _number(value, digits):
    return f"{value:z.{digits}f}".replace("-", "−")
