"""The figure of matrices as squares: what stands where, how large, and in which colours."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from bpkit.plots import palette
from bpkit.plots.matrices import hinton

MATRIX = np.array([[4.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def squares(ax):
    """Return column, row, side and edge of what stands in the cells."""
    shown = [patch for patch in ax.patches if patch.get_zorder() == 2]
    return [
        (int(p.get_x()), int(p.get_y()), p.get_width(), to_hex(p.get_edgecolor()), to_hex(p.get_facecolor()))
        for p in shown
    ]


def test_hinton_shows_the_entries_that_are_not_zero():
    found = squares(hinton({"A": MATRIX})[0])

    assert [(row, column) for column, row, *_ in found] == [(0, 0), (0, 2), (1, 1)]


def test_hinton_has_areas_that_grow_with_the_size():
    sides = [side for _, _, side, *_ in squares(hinton({"A": MATRIX})[0])]

    np.testing.assert_allclose(np.square(sides[1:]) / sides[0] ** 2, 1 / 4)


def test_hinton_tells_signs_by_color_and_by_filling():
    found = squares(hinton({"A": MATRIX})[0])

    assert found[0][3:] == (palette.BLUE, palette.BLUE)
    assert found[1][3:] == (palette.ORANGE, palette.PAPER)


def test_hinton_takes_rounding_for_zero():
    assert len(squares(hinton({"A": MATRIX + 1e-12})[0])) == 3


def test_hinton_has_an_axes_for_each_matrix_with_its_shape():
    axes = hinton({"A": MATRIX, "B": MATRIX.T, "zero": np.zeros((2, 2))})

    assert [ax.get_title() for ax in axes] == ["A", "B", "zero"]
    assert [ax.texts[0].get_text() for ax in axes] == ["(2, 3)", "(3, 2)", "(2, 2)"]
    assert squares(axes[2]) == []


def test_hinton_uses_the_palette_and_leaves_the_settings():
    before, file = dict(plt.rcParams), io.StringIO()

    hinton({"A": MATRIX})[0].figure.savefig(file, format="svg")

    assert set(re.findall(r"#[0-9a-f]{6}", file.getvalue())) <= set(palette.DARK)
    assert dict(plt.rcParams) == before


REFUSED = {
    "matrices is {}, but should hold at least one entry.": {},
    "matrices is [[1]], but should be a dict keyed by names.": [[1]],
    "matrices['A'] has shape (2,), but should have shape (n, m).": {"A": [1, 2]},
    "matrices['A'] is 'x', but should be an array of numbers.": {"A": "x"},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_hinton_refuses_what_is_no_matrix_and_opens_nothing(sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        hinton(REFUSED[sentence])

    assert str(refusal.value) == sentence
    assert plt.get_fignums() == []
