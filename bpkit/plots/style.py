"""How every figure is drawn: letters, lines and the file that it becomes."""

import functools
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from .palette import FAINT, GREY, INK

DRAWING = {
    "font.size": 11,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": mpl.cycler(color=[INK]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
}
SAVING = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "bpkit",
}


def styled(draw):
    """Let a plot function draw in the course's style, whatever the settings around it.

    >>> styled(lambda: mpl.rcParams["font.size"])()
    11.0
    """

    @functools.wraps(draw)
    def in_style(*args, **kwargs):
        with mpl.rc_context(DRAWING):
            return draw(*args, **kwargs)

    return in_style


def new_axes(ax, width, height):
    """Return `ax`, or the Axes of a new figure of that size in inches if it is None.

    >>> new_axes(5, 3, 2)
    Traceback (most recent call last):
    TypeError: ax is 5, but should be matplotlib Axes. plt.subplots() makes some.
    """
    if ax is None:
        return plt.subplots(figsize=(width, height))[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax is {ax!r:.60}, but should be matplotlib Axes. plt.subplots() makes some.")
    return ax


def use_svg_in_notebooks():
    """Show figures as SVG, transparent and the same bytes each time, if this runs inside IPython.

    >>> use_svg_in_notebooks()
    """
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        mpl.rcParams.update(SAVING)
        set_matplotlib_formats("svg", metadata={"Date": None})
