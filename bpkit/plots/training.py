"""The ways of several optimizers over one landscape of the loss, seen from above."""

import matplotlib.pyplot as plt
import numpy as np

from .inputs import expect_array, expect_dict
from .palette import BLUE, GREY, ORANGE
from .style import styled


@styled
def descent_paths(x, y, heights, paths, xlabel="", ylabel=""):
    """Draw a path of points over the contours of a function of two variables, one panel for each path.

    A ring marks where a path starts, a dot each step, and a cross the lowest point of the grid.
    From one contour to the next the function is divided by four.

    Parameters
    ----------
    x, y : ndarray, shapes (n,) and (k,)
    heights : ndarray, shape (k, n)
        The function's value at every y (rows) and x (columns), never negative.
    paths : dict of {str: ndarray}, shape (steps + 1, 2)
        Title of each panel, and its points, one a row.
    xlabel, ylabel : str

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (len(paths),)

    Raises
    ------
    TypeError, ValueError
        If an argument is no array, or `paths` no dict of arrays, or the shapes do not fit.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 9)
    >>> axes = descent_paths(x, x, x[:, None] ** 2 + x**2, {"straight": np.array([[1, 1], [0, 0]])})
    >>> axes[0].get_title()
    'straight'
    """
    x, y = expect_array("x", x, (None,)), expect_array("y", y, (None,))
    heights = expect_array("heights", heights, (len(y), len(x)))
    expect_dict("paths", paths)
    paths = {title: expect_array(f"paths[{title!r}]", p, (None, 2)) for title, p in paths.items()}
    rows = (len(paths) + 1) // 2
    size = {"figsize": (7, 2.5 * rows), "sharex": True, "sharey": True, "squeeze": False}
    axes = plt.subplots(rows, min(2, len(paths)), **size)[1].ravel()
    for ax, (title, points) in zip(axes, paths.items(), strict=False):
        _landscape(ax, x, y, heights)
        ax.plot(*points.T, color=BLUE, linewidth=1.6, marker="o", markersize=3.5)
        ax.plot(*points[0], color=BLUE, marker="o", markersize=9, fillstyle="none")
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        ax.label_outer()
    for ax in axes[len(paths) :]:
        ax.remove()
    return axes[: len(paths)]


def _landscape(ax, x, y, heights):
    """Draw the contours and a cross at the lowest point."""
    levels = heights.max() / 4.0 ** np.arange(6, 0, -1)
    ax.contour(x, y, heights, levels, colors=GREY, linewidths=0.7)
    j, i = np.unravel_index(heights.argmin(), heights.shape)
    ax.plot(x[i], y[j], color=ORANGE, marker="x", markersize=9, markeredgewidth=2)
    ax.grid(False)
