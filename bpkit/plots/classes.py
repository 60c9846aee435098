"""What a classifier says: which classes it mixes up, where each begins, what it sees and how sure it is."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from .inputs import expect_array, expect_dict
from .palette import FAINT, GREY, INK, LINES, PAPER, SAND, SKY
from .points import MARKERS, points
from .style import new_axes, styled

CELL = 0.42  # inches, of a confusion matrix
PICTURE = 1.05  # inches, width of a picture
COUNTRIES = (SKY, SAND, FAINT)  # a background for each class


@styled
def confusion(counts, names, ax=None):
    """Draw how often a sample of each class (rows) got each answer (columns).

    Right answers stand on a blue ground, wrong ones on an orange ground, and zeros are left out.

    Parameters
    ----------
    counts : ndarray, shape (K, K)
    names : sequence of str
        Name of each class.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `counts` is no square matrix of numbers, or there are not K names.

    Examples
    --------
    >>> ax = confusion(np.array([[8, 1], [0, 9]]), ("no", "yes"))
    >>> [text.get_text() for text in ax.texts]
    ['8', '1', '9']
    """
    K = len(names)
    counts = expect_array("counts", counts, (K, K))
    ax = new_axes(ax, CELL * (K + 2), CELL * (K + 2))
    for (i, j), count in np.ndenumerate(counts):
        face = PAPER if not count else SKY if i == j else SAND
        ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=face, edgecolor=FAINT, linewidth=0.8))
        if count:
            ax.text(j, i, f"{count:g}", ha="center", va="center", color=INK, fontsize=10)
    ax.set(xlim=(-0.5, K - 0.5), ylim=(K - 0.5, -0.5), aspect="equal", xlabel="answer", ylabel="class")
    ax.set_xticks(range(K), names)
    ax.set_yticks(range(K), names)
    ax.grid(False)
    ax.tick_params(length=0)
    return ax


@styled
def pictures(images, titles):
    """Draw small pictures, up to six in a row, each pixel a square whose area grows with its ink.

    Parameters
    ----------
    images : ndarray, shape (count, height, width)
        From 0, paper, to 1, ink.
    titles : sequence of str
        What stands above each.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (count,)

    Raises
    ------
    TypeError, ValueError
        If `images` is no such array, or there are not as many titles.

    Examples
    --------
    >>> axes = pictures(np.eye(4)[None], ["diagonal"])
    >>> axes[0].get_title()
    'diagonal'
    """
    images = expect_array("images", images, (len(titles), None, None))
    count, height, width = images.shape
    across, down = min(count, 6), -(-count // 6)
    size = PICTURE * across, (PICTURE * height / width + 0.45) * down
    axes = plt.subplots(down, across, figsize=size, squeeze=False)[1].ravel()
    for ax, image, title in zip(axes, images, titles, strict=False):
        ax.add_patch(PathPatch(_ink(image), facecolor=INK, edgecolor="none"))
        ax.add_patch(Rectangle((-0.5, -0.5), width, height, facecolor="none", edgecolor=GREY, linewidth=0.8))
        ax.set(xlim=(-0.6, width - 0.4), ylim=(height - 0.4, -0.6), aspect="equal")
        ax.set_title(title, fontsize=9.5)
    for ax in axes:
        ax.axis("off")
    return axes[:count]


def _ink(image):
    """Return one path with a square for each pixel that has ink."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    drawn = [((i, j), ink) for (i, j), ink in np.ndenumerate(image) if ink > 0.02]
    squares = [corners * np.sqrt(ink) + (j, i) for (i, j), ink in drawn]
    return Path.make_compound_path(*(Path(square, closed=True) for square in squares))


@styled
def regions(x, y, scores, groups, xlabel="", ylabel="", ax=None):
    """Colour a plane by the class with the highest score, and draw points of each class over it.

    Parameters
    ----------
    x, y : ndarray, shapes (n,) and (k,)
    scores : ndarray, shape (K, k, n)
        Score of each class, such as its logit, at every y (rows) and x (columns); K is 2 or 3.
    groups : dict of {str: ndarray}, shape (count, 2)
        Points of each class, in the order of the scores; the names go into the legend.
    xlabel, ylabel : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or there are not two or three classes.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 5)
    >>> scores = np.stack([np.tile(x, (5, 1)), np.tile(-x, (5, 1))])
    >>> ax = regions(x, x, scores, {"right": np.array([[0.5, 0]]), "left": np.array([[-0.5, 0]])}, "across")
    >>> ax.get_xlabel(), len(ax.lines)
    ('across', 2)
    """
    x, y = expect_array("x", x, (None,)), expect_array("y", y, (None,))
    K = len(expect_dict("groups", groups))
    if K not in (2, 3):
        raise ValueError(f"There are {K} classes, but should be 2 or 3.")
    scores = expect_array("scores", scores, (K, len(y), len(x)))
    ax = new_axes(ax, 5.2, 4.2)
    for k, country in enumerate(COUNTRIES[:K]):
        lead = scores[k] - np.delete(scores, k, axis=0).max(axis=0)
        if lead.max() > 0:
            ax.contourf(x, y, lead, [0, lead.max()], colors=[country])
    for (name, group), color, marker in zip(groups.items(), LINES, MARKERS, strict=False):
        group = expect_array(f"groups[{name!r}]", group, (None, 2))
        ax.plot(*group.T, color=color, marker=marker, markersize=5, linestyle="", label=name)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=xlabel, ylabel=ylabel, aspect="equal")
    ax.grid(False)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


@styled
def reliability(groups, xlabel="", ylabel="", ax=None):
    """Draw frequencies against predicted probabilities, and the diagonal on which the two agree.

    Parameters
    ----------
    groups : dict of {str: ndarray}, shape (bins, 2)
        Mean prediction and frequency in each bin, one bin a row; the names go into the legend.
    xlabel, ylabel : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        As `points`.

    Examples
    --------
    >>> ax = reliability({"a coin": np.array([[0.5, 0.4]])}, "said", "came")
    >>> ax.lines[0].get_xydata()
    array([[0., 0.],
           [1., 1.]])
    """
    ax = new_axes(ax, 5.2, 4.2)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, label="agreement")
    return points(groups, xlabel, ylabel, ax=ax)
