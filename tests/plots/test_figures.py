"""The figures: what they show, and the file that they become."""

import io
import re
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bpkit import backward, forward
from bpkit.plots import backward_flow, curves, matrix_product, network, palette, panels, points
from bpkit.plots.training import descent_paths


def make_network(sizes, m, seed=0):
    rng = np.random.default_rng(seed)
    layers = range(1, len(sizes))
    W = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in layers}
    b = {l: rng.normal(size=(sizes[l], 1)) for l in layers}
    f = dict.fromkeys(layers, "tanh")
    z, a = forward(W, b, rng.normal(size=(sizes[0], m)), f)
    delta = backward(W, z, a, rng.normal(size=(sizes[-1], m)), f, "half_squared_error")[2]
    return W, b, z, a, delta


def drawn(kind, ax):
    return [patch for patch in ax.patches if type(patch).__name__ == kind]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def written(number, digits=3):
    return f"{number:z.{digits}f}".replace("-", "−")


def svg(ax):
    file = io.StringIO()
    ax.figure.savefig(file, format="svg")
    return file.getvalue()


def all_figures():
    W, b, z, a, delta = make_network([3, 4, 2], 5)
    few = make_network([2, 2, 1], 1)
    lines = {name: np.arange(3.0) for name in "abcd"}
    yield network(W, b, z, a, delta)
    yield network(*few)
    yield backward_flow(W, delta, {1: z[1]})
    yield matrix_product(W[1], a[0], ("$W$", "$a$", "$Wa$"))
    yield curves(np.arange(3.0), lines, "x", "y")
    yield panels(np.arange(3.0), {"one": lines, "two": lines})[0]
    yield points({name: np.eye(2) for name in "abcd"}, "x", "y")


def test_network_has_a_disc_for_each_unit_and_a_line_for_each_weight():
    W, b, *_ = make_network([3, 4, 2], 5)

    ax = network(W, b)

    assert len(drawn("Circle", ax)) == 3 + 4 + 2
    assert len(drawn("FancyArrowPatch", ax)) == 3 * 4 + 4 * 2


def test_network_shows_the_values_of_the_first_sample():
    W, b, z, a, delta = make_network([2, 2, 1], 3)

    shown = texts(network(W, b, z, a, delta))

    for l, j in ((1, 0), (1, 1), (2, 0)):
        assert {written(a[l][j, 0]), written(delta[l][j, 0]), f"z = {written(z[l][j, 0])}"} <= set(shown)
        assert f"b = {written(b[l][j, 0], 2)}" in shown
    assert {written(w, 2) for w in W[1].ravel()} <= set(shown)


def test_network_leaves_the_weights_of_large_networks_unwritten():
    W, b, z, a, _ = make_network([3, 4, 2], 5)

    assert not [text for text in texts(network(W, b, z, a)) if "=" in text]


def test_network_tells_signs_by_color_and_dashes_and_sizes_by_width():
    W = {1: np.array([[1.0, -2.0]])}

    small, large = drawn("FancyArrowPatch", network(W, {1: np.zeros((1, 1))}))

    assert small.get_edgecolor() != large.get_edgecolor()
    assert small.get_linestyle() != large.get_linestyle()
    assert small.get_linewidth() < large.get_linewidth()


def test_network_writes_no_negative_zero():
    W, b = {1: np.array([[1.0]])}, {1: np.array([[-1e-9]])}

    assert "b = 0.00" in texts(network(W, b))


def test_backward_flow_points_from_each_layer_to_the_one_before():
    W, _, _, _, delta = make_network([3, 4, 2], 5)

    arrows = drawn("FancyArrowPatch", backward_flow(W, delta))

    assert len(arrows) == 4 * 2
    for arrow in arrows:
        vertices = arrow.get_path().vertices
        assert vertices[0, 0] > vertices[1, 0]


def test_backward_flow_shows_errors_and_slopes():
    W, _, z, _, delta = make_network([3, 4, 2], 5)

    shown = set(texts(backward_flow(W, delta, {1: z[1]})))

    assert {written(value) for l in (1, 2) for value in delta[l][:, 0]} <= shown
    assert {written(value) for value in z[1][:, 0]} <= shown


def test_matrix_product_shows_the_product_and_marks_one_entry():
    left, right = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)

    ax = matrix_product(left, right, ("A", "B", "AB"), row=1, column=2)

    faces = [patch.get_facecolor() for patch in drawn("Rectangle", ax)]
    assert {written(value, 2) for value in (left @ right).ravel()} <= set(texts(ax))
    assert sorted(faces.count(face) for face in set(faces)) == [1, 3, 3, 19]


def test_matrix_product_refuses_shapes_that_do_not_chain():
    with pytest.raises(ValueError, match=r"left has shape \(2, 3\) and right \(2, 3\)"):
        matrix_product(np.ones((2, 3)), np.ones((2, 3)), ("A", "B", "AB"))


def test_curves_show_their_lines_and_labels():
    ax = curves(np.arange(1, 4), {"one": np.arange(3), "two": np.ones(3)}, "x", "y", "log", "linear")

    assert [line.get_label() for line in ax.lines] == ["one", "two"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), np.arange(3))
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("x", "y", "log")


def test_curves_refuse_more_lines_than_colors():
    with pytest.raises(ValueError, match="There are 5 lines, but should be at most 4"):
        curves(np.arange(2), {name: np.arange(2) for name in "abcde"})


def test_points_lie_where_they_are_given_each_group_with_its_own_marker():
    groups = {"near": np.array([[0.1, 2.0], [0.2, 3.0]]), "far": np.array([[1.0, 20.0]])}

    ax = points(groups, "distance", "loss", yscale="log")

    assert {line.get_label(): line.get_xydata().tolist() for line in ax.lines} == {
        name: group.tolist() for name, group in groups.items()
    }
    assert len({line.get_marker() for line in ax.lines}) == len({line.get_color() for line in ax.lines}) == 2
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("distance", "loss", "log")


def test_bound_of_points_is_a_grey_line_outside_the_legend():
    bound = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, 0.0]])
    line, *dots = points({"a": np.eye(2)}, bound=bound).lines

    np.testing.assert_array_equal(line.get_xydata(), bound)
    assert line.get_color() == palette.GREY and len(dots) == 1
    with pytest.raises(ValueError, match="bound has shape"):
        points({"a": np.eye(2)}, bound=np.zeros(3))


def test_panels_hand_their_scales_to_every_axes():
    groups = {title: {"line": np.arange(1, 3)} for title in ("one", "two")}

    axes = panels(np.arange(1, 3), groups, "n", "linear", "log")

    assert [(ax.get_xscale(), ax.get_yscale()) for ax in axes] == [("linear", "log")] * 2


def test_panels_have_one_axes_for_each_group():
    axes = panels(np.arange(2), {title: {"line": np.arange(2)} for title in ("one", "two", "three")})

    assert [ax.get_title() for ax in axes] == ["one", "two", "three"]


def test_figures_draw_into_the_axes_they_are_given():
    W, b, _, _, delta = make_network([2, 3, 1], 1)

    for draw in (lambda ax: network(W, b, ax=ax), lambda ax: backward_flow(W, delta, ax=ax)):
        ax = plt.subplots()[1]
        assert draw(ax) is ax


def test_figures_use_the_palette_alone():
    for ax in all_figures():
        assert set(re.findall(r"#[0-9a-f]{6}", svg(ax))) <= set(palette.DARK)


def test_figures_do_not_change_the_settings_around_them():
    before = dict(plt.rcParams)

    list(all_figures())

    assert dict(plt.rcParams) == before


def test_figures_do_not_change_their_arguments():
    W, b, z, a, delta = make_network([2, 2, 1], 3)
    before = [value.copy() for group in (W, b, z, a, delta) for value in group.values()]

    network(W, b, z, a, delta)
    backward_flow(W, delta, z)

    after = [value for group in (W, b, z, a, delta) for value in group.values()]
    assert all(np.array_equal(p, q) for p, q in zip(before, after, strict=True))


SMALL = {1: np.ones((2, 3))}
POINTS = {"here": np.ones((2, 2))}
REFUSED = {
    "W is None, but should be a dict keyed by the layers' numbers.": lambda: network(None, {}),
    "W is {}, but should hold at least one entry.": lambda: network({}, {}),
    "W[1] is None, but should be an array of numbers.": lambda: network({1: None}, {}),
    "W has the keys [2], but should have [1].": lambda: backward_flow({2: np.ones((1, 1))}, {}),
    "W[1] has shape (0, 3), but should have shape (n, m).": lambda: network({1: np.ones((0, 3))}, {}),
    "W[2] has shape (1, 3), but should have shape (n, 2).": lambda: network(
        {**SMALL, 2: np.ones((1, 3))}, {}
    ),
    "b has the keys [2], but should have [1].": lambda: network(SMALL, {2: np.ones((2, 1))}),
    "b[1] has shape (2,), but should have shape (2, 1).": lambda: network(SMALL, {1: np.ones(2)}),
    "a[0] has shape (2, 1), but should have shape (3, n).": lambda: network(
        SMALL, {1: np.ones((2, 1))}, a={0: np.ones((2, 1))}
    ),
    "delta is [], but should be a dict keyed by the layers' numbers.": lambda: backward_flow(SMALL, []),
    "slopes has the keys [3], but should have [1].": lambda: backward_flow(
        SMALL, {1: np.ones((2, 1))}, {3: np.ones((2, 1))}
    ),
    "left is [[1], [1, 2]], but should be an array of numbers.": lambda: matrix_product(
        [[1], [1, 2]], np.ones((1, 1)), "abc"
    ),
    "names is ('A', 'B'), but should hold the names of the three matrices.": lambda: matrix_product(
        np.ones((1, 1)), np.ones((1, 1)), ("A", "B")
    ),
    "x has shape (), but should have shape (n,).": lambda: curves(3, {"a": 3}),
    "lines['a'] has shape (3,), but should have shape (2,).": lambda: curves([0, 1], {"a": [0, 1, 2]}),
    "lines is [], but should be a dict keyed by names.": lambda: curves([0, 1], []),
    "groups is {}, but should hold at least one entry.": lambda: panels([0, 1], {}),
    "groups['near'] has shape (2,), but should have shape (n, 2).": lambda: points({"near": [0, 1]}),
    "There are 5 groups, but should be at most 4: draw two figures.": lambda: points(
        dict.fromkeys("abcde", [[0, 1]])
    ),
    "groups['up'] is [0, 1], but should be a dict keyed by names.": lambda: panels([0, 1], {"up": [0, 1]}),
    "ax is 5, but should be matplotlib Axes.": lambda: curves([0, 1], {"a": [0, 1]}, ax=5),
    "heights has shape (2, 3), but should have shape (3, 2).": lambda: descent_paths(
        [0, 1], [0, 1, 2], np.ones((2, 3)), POINTS
    ),
    "paths is {}, but should hold at least one entry.": lambda: descent_paths([0], [0], [[1]], {}),
    "paths['here'] has shape (2,), but should have shape (n, 2).": lambda: descent_paths(
        [0], [0], [[1]], {"here": [1, 2]}
    ),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_figures_refuse_what_they_cannot_draw_and_open_nothing(sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        REFUSED[sentence]()

    assert str(refusal.value).startswith(sentence)
    assert plt.get_fignums() == []


def test_notebooks_get_transparent_svg_of_the_same_bytes():
    program = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import bpkit.plots
figure = bpkit.plots.curves([0, 1], {"a": [0, 1]}).figure
first, second = (shell.display_formatter.format(figure)[0]["image/svg+xml"] for _ in range(2))
assert first == second
print(first)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "dc:date" not in run.stdout
    assert "#ffffff" not in run.stdout
    assert "<text" not in run.stdout
