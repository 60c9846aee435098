"""A matrix product as three grids of numbers, with the row and the column that meet in one entry."""

from matplotlib.patches import Rectangle

from .inputs import expect_array
from .palette import BLUE, FAINT, GREY, INK, ORANGE, PAPER, SAND, SKY
from .style import new_axes, styled

CELL = 0.72  # inches; the height of a cell is 1 in data units, its width WIDTH
WIDTH = 1.4
GAP = 1.1


@styled
def matrix_product(left, right, names, row=0, column=0, ax=None):
    """Draw left @ right = product, with one row, one column and the entry where they meet.

    Parameters
    ----------
    left : ndarray, shape (n, k)
    right : ndarray, shape (k, m)
    names : tuple of str
        Names of the three matrices; their shapes are written below.
    row, column : int
        Which entry of the product to mark.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `left` or `right` is no matrix, the shapes do not chain, or there are not three names.

    Examples
    --------
    >>> import numpy as np
    >>> ax = matrix_product(np.ones((2, 3)), np.ones((3, 4)), ("A", "B", "AB"))
    >>> ax.texts[0].get_text()
    'A'
    """
    left, right = expect_array("left", left, (None, None)), expect_array("right", right, (None, None))
    if not isinstance(names, (tuple, list)) or len(names) != 3:
        raise ValueError(f"names is {names!r:.60}, but should hold the names of the three matrices.")
    if left.shape[1] != right.shape[0]:
        raise ValueError(f"left has shape {left.shape} and right {right.shape}, but should chain.")
    product = left @ right
    grids = [
        (left, lambda i, j: i == row, SKY, BLUE),
        (right, lambda i, j: j == column, SAND, ORANGE),
        (product, lambda i, j: (i, j) == (row, column), FAINT, INK),
    ]
    height = max(len(left), len(right))
    total = WIDTH * (left.shape[1] + 2 * right.shape[1]) + 2 * GAP
    ax = new_axes(ax, 0.5 * CELL * total, 0.5 * CELL * (height + 2))
    start = 0
    for (values, marked, fill, edge), name, sign in zip(grids, names, ("@", "=", ""), strict=True):
        _grid(ax, values, marked, fill, edge, start, name)
        start += WIDTH * values.shape[1] + GAP
        ax.text(start - GAP / 2, 0, sign, ha="center", va="center", fontsize=14)
    ax.set(xlim=(-0.1, total + 0.1), ylim=(-height / 2 - 1, height / 2 + 1), aspect="equal")
    ax.axis("off")
    return ax


def _grid(ax, values, marked, fill, edge, start, name):
    """Draw one matrix, centred on the line y = 0, from x = start on."""
    rows, columns = values.shape
    for i in range(rows):
        for j in range(columns):
            corner = start + j * WIDTH, rows / 2 - i - 1
            face, line, z = (fill, edge, 3) if marked(i, j) else (PAPER, FAINT, 2)
            ax.add_patch(Rectangle(corner, WIDTH, 1, facecolor=face, edgecolor=line, linewidth=1.2, zorder=z))
    middle = start + columns * WIDTH / 2
    ax.text(middle, rows / 2 + 0.5, name, ha="center", va="center", fontsize=13)
    ax.text(middle, -rows / 2 - 0.5, f"({rows}, {columns})", ha="center", va="center", color=GREY)
    for i in range(rows):
        for j in range(columns):
            center = start + (j + 0.5) * WIDTH, rows / 2 - i - 0.5
            text = f"{values[i, j]:z.2f}".replace("-", "−")
            ax.text(*center, text, ha="center", va="center", fontsize=10, zorder=4)
