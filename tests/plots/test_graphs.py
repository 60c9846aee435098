"""The figure of a computation: its nodes and arrows, what is written on them, and in which colours."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from bpkit.plots import palette
from bpkit.plots.graphs import graph, network_graph

AT = {"x": (0, 0), "u": (1, 1), "v": (2, 0)}
ARROWS = {("x", "u"): 2.0, ("u", "v"): -0.25, ("x", "v"): ""}


def drawn(kind, ax):
    return [patch for patch in ax.patches if type(patch).__name__ == kind]


def texts(ax):
    return {text.get_text(): text for text in ax.texts}


def test_graph_has_a_node_for_each_name_and_an_arrow_for_each_pair():
    ax = graph(AT, ARROWS)

    assert len(drawn("Circle", ax)) == len(AT)
    assert len(drawn("FancyArrowPatch", ax)) == len(ARROWS)
    assert {"$x$", "$u$", "$v$"} <= set(texts(ax))


def test_graph_points_from_the_first_name_to_the_second():
    ax = graph({"late": (1, 0), "early": (0, 0)}, {("early", "late"): ""})

    start, end = drawn("FancyArrowPatch", ax)[0].get_path().vertices[[0, 1]]
    assert start[0] < end[0]


def test_graph_writes_slopes_values_and_gradients():
    ax = graph(AT, ARROWS, values={"x": 1.5, "u": "(3, 5)"}, grads={"x": -0.12345, "v": 1.0})

    assert set(texts(ax)) == {"2", "−0.25", "$x$", "$u$", "$v$", "1.5", "(3, 5)", "−0.123", "1"}
    assert to_hex(texts(ax)["−0.123"].get_color()) == palette.PURPLE
    assert to_hex(texts(ax)["−0.25"].get_color()) == palette.BLUE


def test_graph_writes_no_negative_zero():
    assert "0" in texts(graph(AT, ARROWS, values={"x": -1e-9}))


def test_graph_puts_row_zero_on_top_and_columns_from_left_to_right():
    places = {text: mark.get_position() for text, mark in texts(graph(AT, ARROWS)).items()}

    assert places["$x$"][1] > places["$u$"][1]
    assert places["$x$"][0] < places["$u$"][0] < places["$v$"][0]


@pytest.mark.parametrize("sizes", [[2, 1], [3, 4, 2], [1, 2, 3, 4]])
def test_network_graph_has_four_nodes_and_four_arrows_for_each_layer(sizes):
    L, ax = len(sizes) - 1, network_graph(sizes, 5)

    assert len(drawn("Circle", ax)) == 3 + 4 * L
    assert len(drawn("FancyArrowPatch", ax)) == 2 + 4 * L


def test_network_graph_writes_shapes_factors_and_errors():
    written = set(texts(network_graph([3, 4, 2], 5)))

    assert {"(3, 5)", "(4, 3)", "(4, 1)", "(4, 5)", "(2, 4)", "(2, 1)", "(2, 5)", "()"} <= written
    assert {r"$W^{(2)\mathsf{T}}$", r"$a^{(1)\mathsf{T}}$", r"$x^{\mathsf{T}}$", r"$\mathbf{1}$"} <= written
    assert {r"$\delta^{(1)}$", r"$\delta^{(2)}$", "$o$", "$y$"} <= written
    assert r"$W^{(1)\mathsf{T}}$" not in written


def test_graph_draws_into_the_axes_it_is_given():
    ax = plt.subplots()[1]

    assert graph(AT, ARROWS, ax=ax) is ax


def test_graph_uses_the_palette_and_leaves_its_arguments_and_the_settings():
    before, file = dict(plt.rcParams), io.StringIO()
    at, values = {name: np.array(place) for name, place in AT.items()}, {"x": 1.0}

    graph(at, ARROWS, values, values).figure.savefig(file, format="svg")
    network_graph([2, 1], 3).figure.savefig(file, format="svg")

    assert set(re.findall(r"#[0-9a-f]{6}", file.getvalue())) <= set(palette.DARK)
    assert dict(plt.rcParams) == before
    assert values == {"x": 1.0} and all(np.array_equal(at[name], AT[name]) for name in AT)


REFUSED = {
    "at is {}, but should hold at least one entry.": lambda: graph({}, {}),
    "at is [], but should be a dict keyed by names.": lambda: graph([], ARROWS),
    "at['x'] has shape (3,), but should have shape (2,).": lambda: graph({"x": (1, 2, 3)}, ARROWS),
    "arrows is [], but should be a dict keyed by pairs of names.": lambda: graph(AT, []),
    "at has no place for ['w']. Give each node one.": lambda: graph(AT, {("w", "x"): ""}),
    "at has no place for ['q', 'r']. Give each node one.": lambda: graph(AT, ARROWS, {"q": 1}, {"r": 1}),
    "sizes is [3], but should hold at least two numbers of units.": lambda: network_graph([3], 5),
    "sizes has shape (), but should have shape (n,).": lambda: network_graph(3, 5),
    "ax is 5, but should be matplotlib Axes.": lambda: graph(AT, ARROWS, ax=5),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_graph_refuses_what_it_cannot_draw_and_opens_nothing(sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        REFUSED[sentence]()

    assert str(refusal.value).startswith(sentence)
    assert plt.get_fignums() == []
