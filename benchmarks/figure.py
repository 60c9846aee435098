"""The figure: for every workload, how many times longer the others' steps take than ours."""

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, StrMethodFormatter
from workloads import DTYPES, WORKLOADS

from bpkit.plots.palette import BLUE, GREEN, GREY, INK, ORANGE, PURPLE
from bpkit.plots.style import styled

MARKS = {  # colour, shape and filling: each series is told by its shape alone
    "PyTorch": (BLUE, "o", BLUE),
    "PyTorch by hand": (BLUE, "o", "none"),
    "scikit-learn": (ORANGE, "s", ORANGE),
    "scikit-learn internals": (ORANGE, "s", "none"),
    "JAX": (GREEN, "^", GREEN),
    "autograd": (PURPLE, "D", PURPLE),
    "equations": (GREY, "X", GREY),
    "bare": (GREY, "|", GREY),
}
NAMES = {
    "scikit-learn": "scikit-learn partial_fit",
    "equations": "equations in numpy",
    "bare": "matrix products alone",
}


def slowdowns(record):
    """Return the others' times over ours."""
    ratios = record["ratios"]
    return {name: 1 / ratios[name] if name == "bare" else ratios[name] for name in MARKS if name in ratios}


def describe(records):
    """Return the figure in words: between which multiples of our time everyone's steps lie."""
    rows = [slowdowns(record) for record in records]
    multiples = {name: [row[name] for row in rows if name in row] for name in MARKS}
    ranges = [f"{NAMES.get(n, n)} {min(v):.2g} to {max(v):.3g}" for n, v in multiples.items() if v]
    return (
        "Dots on a logarithmic axis show the time of one training step as a multiple of bpkit's, "
        f"for workloads {records[0]['workload']} to {records[-1]['workload']} in float64 and float32. "
        f"Over all of them the multiples are: {', '.join(ranges)}."
    )


def _network(record):
    work = WORKLOADS[record["workload"]]
    return f"{record['workload']} ({'-'.join(map(str, work.sizes))}, batch {work.m})"


@styled
def draw(records):
    """Return a figure with a panel for each dtype and a row for each workload."""
    fig, axes = plt.subplots(1, len(DTYPES), figsize=(9.6, 4.4), sharey=True, sharex=True)
    for ax, dtype in zip(axes, DTYPES, strict=True):
        _panel(ax, dtype.name, [record for record in records if record["dtype"] == dtype.name])
    handles = {h.get_label(): h for h in axes[0].lines}
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4, fontsize=10)
    return fig


def _panel(ax, title, records):
    ax.axvline(1, color=INK, label="bpkit")
    points = [(name, value, row) for row, r in enumerate(records) for name, value in slowdowns(r).items()]
    for place, (name, (edge, marker, face)) in enumerate(MARKS.items()):
        x = [value for n, value, _ in points if n == name]
        y = [row + 0.1 * (place - 3.5) for n, _, row in points if n == name]  # side by side, never hidden
        if x:
            ax.plot(x, y, marker, mec=edge, mfc=face, mew=1.6, ms=7, label=NAMES.get(name, name))
    ax.set_yticks(range(len(records)), [_network(record) for record in records])
    ax.set(
        title=title, xlabel="time of a step / time of bpkit's", xscale="log", ylim=(len(records) - 0.5, -0.5)
    )
    ax.xaxis.set_major_locator(LogLocator(numticks=9))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
