"""Events in the order of time: each at its year on a true scale, its name beside it, none over another."""

import numpy as np
from matplotlib.lines import Line2D

from .inputs import expect_array, expect_dict
from .palette import FAINT, GREY, LINES
from .points import MARKERS
from .style import new_axes, styled

ROW = 0.34  # inches for one name
ACROSS = 0.16  # from the dots to the names, of the width


@styled
def timeline(groups, ax=None):
    """Draw a vertical line of time with a dot at the year of each event, and the events' names in order.

    Parameters
    ----------
    groups : dict of {str: dict of {str: number}}
        At most four groups, each with its own colour and marker: the names of its events and their years.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If there are more than four groups, or none, or a year is no number.

    Examples
    --------
    >>> ax = timeline({"descent": {"Cauchy": 1847}, "networks": {"Rosenblatt": 1958}})
    >>> [text.get_text() for text in ax.texts]
    ['1847  Cauchy', '1958  Rosenblatt']
    """
    if len(expect_dict("groups", groups)) > len(LINES):
        raise ValueError(f"There are {len(groups)} groups, but should be at most {len(LINES)}.")
    looks = dict(zip(groups, zip(LINES, MARKERS, strict=True), strict=False))
    events = sorted(
        (float(expect_array(f"groups[{group!r}][{name!r}]", year, ())), group, name)
        for group in groups
        for name, year in expect_dict(f"groups[{group!r}]", groups[group]).items()
    )
    ax = new_axes(ax, 4.9, ROW * (len(events) + 2))
    years = np.array([year for year, _, _ in events])
    rows = np.linspace(years[0], years[-1], len(events)) if len(events) > 1 else years
    for (year, group, name), row in zip(events, rows, strict=True):
        color, marker = looks[group]
        ax.plot([0, 0.4 * ACROSS, 0.9 * ACROSS], [year, year, row], color=FAINT, linewidth=1, zorder=1)
        ax.plot(0, year, color=color, marker=marker, markersize=7, clip_on=False)
        ax.text(ACROSS, row, f"{year:.0f}  {name}", color=color, va="center")
    _frame(ax, looks)
    return ax


def _frame(ax, looks):
    """Leave nothing of the axes but years on the left, and say above what the markers mean."""
    ax.set(xlim=(0, 1), xticks=[])
    ax.invert_yaxis()
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    ax.spines["left"].set_color(GREY)
    keys = [Line2D([], [], color=c, marker=m, linestyle="", label=group) for group, (c, m) in looks.items()]
    ax.legend(handles=keys, loc="lower left", bbox_to_anchor=(-0.12, 1.0), ncols=2, borderaxespad=0.6)
