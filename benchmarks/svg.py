"""Figures as files: SVG with words for those who do not see it, and with colours for a dark page."""

import io
import re
from xml.sax.saxutils import escape

import matplotlib as mpl
import matplotlib.pyplot as plt

from bpkit.plots.palette import DARK, PAPER
from bpkit.plots.style import SAVING


def svg(fig, words):
    """Return the figure as SVG, with its words, and with its dark colours where the reader's page is dark."""
    file = io.StringIO()
    with mpl.rc_context(SAVING):
        fig.savefig(file, format="svg", metadata={"Date": None})
    plt.close(fig)
    rules = [f'[style*="{p}: {c}"]{{{p}:{DARK[c]} !important}}' for c in DARK for p in ("fill", "stroke")]
    rules.append(f"svg{{background:{DARK[PAPER]}}}")
    style = f"<style>svg{{background:{PAPER}}}@media (prefers-color-scheme: dark){{{''.join(rules)}}}</style>"
    title = f"<title>{escape(words)}</title>"
    return re.sub(r"<svg\b([^>]*)>", rf'<svg role="img"\1>{title}{style}', file.getvalue(), count=1)
