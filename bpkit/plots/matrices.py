"""Matrices as squares: which entries are zero, which are large, and which sign they have."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from .inputs import expect_array, expect_dict
from .palette import BLUE, FAINT, GREY, ORANGE, PAPER
from .style import styled

CELL = 0.32  # inches
NARROWEST = 4.4  # cells, so that a title has room
LEAST = 0.12  # side of the smallest square that is shown, in cells


@styled
def hinton(matrices):
    """Draw matrices side by side, a square for each entry, its area growing with the entry's size.

    A blue full square is a positive entry, an orange hollow one negative, and an empty cell is zero.
    The largest square of each matrix fills its cell.

    Parameters
    ----------
    matrices : dict of {str: ndarray}, shape (n, k)
        Title of each matrix, and its entries; their shapes are written below.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (len(matrices),)

    Raises
    ------
    TypeError, ValueError
        If `matrices` is no dict of matrices, or there are none.

    Examples
    --------
    >>> axes = hinton({"identity": np.eye(3), "row": np.array([[1.0, -2.0]])})
    >>> axes[1].texts[0].get_text()
    '(1, 2)'
    """
    named = {
        title: expect_array(f"matrices[{title!r}]", values, (None, None))
        for title, values in expect_dict("matrices", matrices).items()
    }
    height = max(len(values) for values in named.values()) + 1
    widths = [max(values.shape[1] + 0.4, NARROWEST) for values in named.values()]
    size = CELL * sum(widths), CELL * height + 0.4
    axes = plt.subplots(1, len(named), figsize=size, squeeze=False, width_ratios=widths)[1][0]
    for ax, (title, values), width in zip(axes, named.items(), widths, strict=True):
        _squares(ax, values)
        rows, columns = values.shape
        ax.text(columns / 2, rows + 0.6, str(values.shape), ha="center", va="center", color=GREY)
        ax.set(xlim=(columns / 2 - width / 2, columns / 2 + width / 2), ylim=(height, -0.05))
        ax.set(title=title, aspect="equal")
        ax.axis("off")
    return axes


def _squares(ax, values):
    """Draw one matrix, row 0 on top."""
    largest = np.abs(values).max() or 1
    for (i, j), value in np.ndenumerate(values):
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=PAPER, edgecolor=FAINT, linewidth=0.8, zorder=1))
        if abs(value) > 1e-9 * largest:
            side = 0.86 * max(np.sqrt(abs(value) / largest), LEAST)
            face, edge = (BLUE, BLUE) if value > 0 else (PAPER, ORANGE)
            corner = j + 0.5 - side / 2, i + 0.5 - side / 2
            ax.add_patch(
                Rectangle(corner, side, side, facecolor=face, edgecolor=edge, linewidth=1.6, zorder=2)
            )
