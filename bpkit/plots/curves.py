"""Lines over a number line: functions, errors against a step, losses against time."""

import matplotlib.pyplot as plt

from .inputs import expect_array, expect_dict, expect_lines
from .palette import DASHES, LINES
from .style import new_axes, styled


@styled
def curves(x, lines, xlabel="", ylabel="", xscale="linear", yscale="linear", ax=None):
    """Draw lines over the same x, each with its own colour and its own dashes.

    Parameters
    ----------
    x : ndarray, shape (n,)
    lines : dict of {str: ndarray}, shape (n,)
        At most four; the names go into the legend.
    xlabel, ylabel : str
    xscale, yscale : str
        "linear" or "log".
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there are more than four lines, or none, or they are not as long as x.

    Examples
    --------
    >>> import numpy as np
    >>> ax = curves(np.arange(3), {"square": np.arange(3) ** 2}, xlabel="n")
    >>> ax.get_xlabel()
    'n'
    """
    x = expect_array("x", x, (None,))
    lines = expect_lines("lines", lines, x)
    if len(lines) > len(LINES):
        raise ValueError(
            f"There are {len(lines)} lines, but should be at most {len(LINES)}: draw two figures."
        )
    ax = new_axes(ax, 6.6, 3.6)
    for (name, y), color, dashes in zip(lines.items(), LINES, DASHES, strict=False):
        ax.plot(x, y, color=color, linestyle=dashes, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
    ax.legend()
    return ax


@styled
def panels(x, groups, xlabel="", xscale="linear", yscale="linear"):
    """Draw groups of lines side by side over the same x, one panel for each group.

    Parameters
    ----------
    x : ndarray, shape (n,)
    groups : dict of {str: dict}
        Title of each panel, and its lines as `curves` takes them.
    xlabel : str
    xscale, yscale : str
        "linear" or "log".

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        As `curves`, or if there are no groups.

    Examples
    --------
    >>> import numpy as np
    >>> axes = panels(np.arange(2), {"up": {"n": np.arange(2)}, "down": {"-n": -np.arange(2)}})
    >>> axes[1].get_title()
    'down'
    """
    x = expect_array("x", x, (None,))
    groups = {
        title: expect_lines(f"groups[{title!r}]", lines, x)
        for title, lines in expect_dict("groups", groups).items()
    }
    axes = plt.subplots(1, len(groups), figsize=(3.5 * len(groups), 3.2), squeeze=False)[1][0]
    for ax, (title, lines) in zip(axes, groups.items(), strict=True):
        curves(x, lines, xlabel, xscale=xscale, yscale=yscale, ax=ax).set_title(title)
    return axes
