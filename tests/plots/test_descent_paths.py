"""The figure of the optimizers' paths: what each panel shows, and in which colours."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bpkit.plots import palette
from bpkit.plots.training import descent_paths

X, Y = np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)
HEIGHTS = (X - 1) ** 2 + 4 * Y[:, None] ** 2


def draw(count):
    paths = {f"path {n}": np.array([[-1.5, 0.8], [0.0, -0.1 * n], [1.0, 0.0]]) for n in range(count)}
    return paths, descent_paths(X, Y, HEIGHTS, paths, "first", "second")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_descent_paths_have_a_panel_for_each_path(count):
    paths, axes = draw(count)

    assert [ax.get_title() for ax in axes] == list(paths)
    assert len(axes[0].figure.axes) == count


def test_descent_paths_show_every_step_and_the_lowest_point():
    paths, axes = draw(2)

    for ax, points in zip(axes, paths.values(), strict=True):
        shown = [np.array(line.get_xydata()) for line in ax.lines]
        np.testing.assert_array_equal(shown[1], points)
        np.testing.assert_array_equal(shown[0], [[1, 0]])  # below the path
        assert len(ax.collections[0].levels) == 6


def test_descent_paths_use_the_palette_and_leave_the_settings():
    before, file = dict(plt.rcParams), io.StringIO()

    draw(3)[1][0].figure.savefig(file, format="svg")

    assert set(re.findall(r"#[0-9a-f]{6}", file.getvalue())) <= set(palette.DARK)
    assert dict(plt.rcParams) == before
