"""The figures of classifiers: what they count, what they show, and in which colours."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bpkit.plots import palette
from bpkit.plots.classes import confusion, pictures, regions, reliability

X, Y = np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)
THREE = np.stack(np.broadcast_arrays(X, -X, 0 * X + Y[:, None]))
GROUPS = {"a": np.array([[1.0, 0.0]]), "b": np.array([[-1.0, 0.0]]), "c": np.array([[0.0, 0.5]])}


def colors(ax):
    file = io.StringIO()
    ax.figure.savefig(file, format="svg")
    return set(re.findall(r"#[0-9a-f]{6}", file.getvalue()))


def test_confusion_writes_each_count_in_its_row_and_column():
    counts = np.array([[5, 0, 2], [0, 7, 0], [1, 0, 3]])

    ax = confusion(counts, "abc")

    written = {text.get_position()[::-1]: text.get_text() for text in ax.texts}
    assert written == {(i, j): str(counts[i, j]) for i, j in zip(*counts.nonzero(), strict=True)}
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("class", "answer")
    assert [label.get_text() for label in ax.get_yticklabels()] == list("abc")


def test_confusion_tells_right_from_wrong_by_the_ground():
    ax = confusion(np.array([[5, 2], [0, 3]]), "ab")

    faces = [plt.matplotlib.colors.to_hex(patch.get_facecolor()) for patch in ax.patches]
    assert faces == [palette.SKY, palette.SAND, palette.PAPER, palette.SKY]


@pytest.mark.parametrize("count", [1, 3, 6, 8])
def test_pictures_have_a_panel_for_each_image(count):
    titles = [f"picture {k}" for k in range(count)]

    axes = pictures(np.full((count, 4, 3), 0.5), titles)

    assert [ax.get_title() for ax in axes] == titles


def test_pictures_draw_ink_where_it_is_with_an_area_that_grows_with_it():
    image = np.zeros((2, 3))
    image[0, 2], image[1, 0] = 1.0, 0.25

    path = pictures(image[None], ["two"])[0].patches[0].get_path()

    squares = [polygon for polygon in path.to_polygons()]
    centers = [tuple(square[:4].mean(axis=0).round(9)) for square in squares]
    assert centers == [(2, 0), (0, 1)]
    assert [np.ptp(square[:, 0]) for square in squares] == pytest.approx([1.0, 0.5])


def test_regions_colour_the_class_that_leads():
    ax = regions(X, Y, THREE, GROUPS)

    assert len(ax.collections) == 3
    for area, points in zip(ax.collections, GROUPS.values(), strict=True):
        holds = [path.contains_point(points[0]) for path in area.get_paths()]
        assert any(holds)


def test_regions_leave_out_a_class_that_never_leads():
    scores = np.stack([THREE[0], THREE[1], THREE[2] - 10])

    assert len(regions(X, Y, scores, GROUPS).collections) == 2


def test_reliability_draws_every_bin_and_the_diagonal():
    bins = np.array([[0.1, 0.3], [0.9, 0.6]])

    diagonal, drawn = reliability({"a network": bins}).lines

    np.testing.assert_array_equal(diagonal.get_xydata(), [[0, 0], [1, 1]])
    np.testing.assert_array_equal(drawn.get_xydata(), bins)


def test_figures_of_classifiers_use_the_palette_and_leave_the_settings():
    before = dict(plt.rcParams)

    axes = [confusion(np.eye(2), "ab"), pictures(np.eye(3)[None], ["one"])[0], regions(X, Y, THREE, GROUPS)]
    axes.append(reliability({"a network": np.eye(2)}))

    for ax in axes:
        assert colors(ax) <= set(palette.DARK)
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: confusion(np.eye(2), "abc"), r"counts has shape \(2, 2\), but should have shape \(3, 3\)"),
        (lambda: pictures(np.ones((2, 3, 3)), ["one"]), r"images has shape \(2, 3, 3\), but should"),
        (lambda: regions(X, Y, THREE[:1], {"a": GROUPS["a"]}), "There are 1 classes, but should be 2 or 3"),
        (lambda: regions(X, Y, THREE[:2], GROUPS), r"scores has shape \(2, 11, 21\), but should"),
    ],
)
def test_figures_of_classifiers_say_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
