"""Points in a plane: what two measures of the same things have to do with each other."""

from .inputs import expect_array, expect_dict
from .palette import GREY, LINES
from .style import new_axes, styled

MARKERS = ("o", "x", "s", "^")


@styled
def points(groups, xlabel="", ylabel="", xscale="linear", yscale="linear", ax=None, bound=None):
    """Draw groups of points, each with its own colour and its own marker.

    Parameters
    ----------
    groups : dict of {str: ndarray}, shape (n, 2)
        At most four; one point a row, and the names go into the legend.
    xlabel, ylabel : str
    xscale, yscale : str
        "linear" or "log".
    ax : matplotlib.axes.Axes, optional
    bound : ndarray, shape (n, 2), optional
        A dashed line behind the points, one place a row.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there are more than four groups, or they or the bound are not arrays of that shape.

    Examples
    --------
    >>> import numpy as np
    >>> ax = points({"a corner": np.array([[0, 0], [0, 1], [1, 0]])}, "across", "up")
    >>> ax.get_xlabel(), len(ax.lines)
    ('across', 1)
    """
    groups = {
        name: expect_array(f"groups[{name!r}]", group, (None, 2))
        for name, group in expect_dict("groups", groups).items()
    }
    if len(groups) > len(MARKERS):
        raise ValueError(
            f"There are {len(groups)} groups, but should be at most {len(MARKERS)}: draw two figures."
        )
    bound = None if bound is None else expect_array("bound", bound, (None, 2))
    ax = new_axes(ax, 6.6, 3.8)
    if bound is not None:
        ax.plot(*bound.T, color=GREY, linestyle="--", linewidth=1.6)
    for (name, group), color, marker in zip(groups.items(), LINES, MARKERS, strict=False):
        ax.plot(*group.T, color=color, marker=marker, markersize=6, linestyle="", alpha=0.8, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
    ax.legend()
    return ax
