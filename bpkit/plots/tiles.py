"""Tiles in groups: how many things there are of each kind, and which."""

from matplotlib.patches import FancyBboxPatch

from .inputs import expect_dict
from .palette import INK, LINES, PAPER
from .style import new_axes, styled

COLUMNS = 8
TILE, LINE = 0.56, 0.36  # width and height in inches
ROUND = 0.06


@styled
def tiles(groups, ax=None):
    """Draw a tile with its name for each thing, group by group, each under its title.

    Parameters
    ----------
    groups : dict of {str: sequence of str}
        At most four; the title of each group, and the names in it, short enough for a tile.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `groups` is no dict, or empty, or there are more than four.

    Examples
    --------
    >>> ax = tiles({"even": ["2", "4"], "odd": ["1", "3", "5"]})
    >>> len(ax.patches)
    5
    """
    groups = expect_dict("groups", groups)
    if len(groups) > len(LINES):
        raise ValueError(
            f"There are {len(groups)} groups, but should be at most {len(LINES)}: draw two figures."
        )
    height = sum(1.4 + -(-len(names) // COLUMNS) for names in groups.values())
    ax = new_axes(ax, TILE * COLUMNS, LINE * height)
    top = 0.0
    for (title, names), color in zip(groups.items(), LINES, strict=False):
        ax.text(0.06, top + 0.9, f"{title}: {len(names)}", color=INK, va="baseline")
        for k, name in enumerate(names):
            _tile(ax, k % COLUMNS, top + 1.1 + k // COLUMNS, name, color)
        top += 1.4 + -(-len(names) // COLUMNS)
    ax.set(xlim=(0, COLUMNS), ylim=(top, 0))
    ax.axis("off")
    return ax


def _tile(ax, left, top, name, color):
    box = FancyBboxPatch(
        (left + 2 * ROUND, top + 2 * ROUND),
        1 - 4 * ROUND,
        1 - 4 * ROUND,
        boxstyle=f"round,pad={ROUND}",
        facecolor=color,
        edgecolor="none",
    )
    ax.add_patch(box)
    ax.text(left + 0.5, top + 0.52, name, color=PAPER, ha="center", va="center", fontsize=10.5)
