"""The figure: where the milliseconds of a verdict go at each level, and all of it beside stock nbgrader."""

from statistics import median

import matplotlib.pyplot as plt
from grading_table import beyond, levels
from grading_verdict import STEPS
from matplotlib.ticker import StrMethodFormatter

from bpkit.plots.palette import BLUE, GREEN, GREY, INK, ORANGE, PAPER, PURPLE
from bpkit.plots.style import styled

LOOKS = {  # colour and hatch: each step is told by its hatch alone
    "own": (GREY, ""),
    "fork": (BLUE, "//"),
    "cells": (GREEN, ".."),
    "calls": (ORANGE, "\\\\"),
    "verdict": (PURPLE, "xx"),
}
NAMES = {"own": "the student's own code", **STEPS}


def milliseconds(document, level):
    """Return what each step costs at a level: medians over the right submissions."""
    found = [r for r in document["right"] if r["level"] == level]
    steps = {step: median(r["steps_ms"][step] for r in found) for step in STEPS}
    return {"own": median(r["own_ms"] for r in found), **steps}


def costs(document):
    """Return {what: milliseconds of CPU time a submission}, for the panel beside."""
    large, stock = document["classes"][-1], document["stock"]
    return {
        "verdict beyond\nthe student's code": beyond(document, levels(document)[0]),
        f"everything, in a\nclass of {large['students']:,}": large["cpu_ms"],
        "nbgrader, a further\nsubmission": stock["cpu_ms"],
        "nbgrader, one\nalone": stock["first_cpu_ms"],
    }


def describe(document):
    """Return the figure in words."""
    bars = [
        f"at the level {level} "
        + ", ".join(f"{NAMES[step]} {ms:.1f}" for step, ms in milliseconds(document, level).items())
        for level in levels(document)
    ]
    beside = ", ".join(f"{what.replace(chr(10), ' ')} {ms:,.0f}" for what, ms in costs(document).items())
    return (
        "Left, bars show where the milliseconds of CPU time of a right submission's verdict go: "
        f"{'; '.join(bars)}. Right, dots on a logarithmic axis show milliseconds a submission: {beside}."
    )


@styled
def draw(document):
    """Return a figure with a bar for each level, and the costs beside stock nbgrader's."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8), width_ratios=(3, 2))
    at = levels(document)
    ends = dict.fromkeys(at, 0.0)
    for step, (colour, hatch) in LOOKS.items():
        ms = [max(0.0, milliseconds(document, level)[step]) for level in at]
        left.barh(
            at, ms, left=[ends[level] for level in at], color=colour, hatch=hatch, ec=PAPER, label=NAMES[step]
        )
        ends = {level: ends[level] + add for level, add in zip(at, ms, strict=True)}
    left.set(title="a verdict, step by step", xlabel="CPU time in ms")
    left.invert_yaxis()
    left.grid(axis="y", visible=False)
    dots(right, costs(document))
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return fig


def dots(ax, found):
    """Draw each cost as a dot with its number."""
    for row, (what, ms) in enumerate(found.items()):
        ax.plot(ms, row, "s" if what.startswith("nbgrader") else "o", color=INK, ms=8)
        ax.annotate(f"{ms:,.0f}", (ms, row), (0, 9), textcoords="offset points", ha="center", fontsize=10)
    ax.set_yticks(range(len(found)), found)
    ax.set(title="a submission", xlabel="CPU time in ms", xscale="log", ylim=(len(found) - 0.5, -0.7))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.set_xlim(min(found.values()) / 2, 2 * max(found.values()))
