"""The figure of tiles: a tile for each name, group by group."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

from bpkit.plots import palette
from bpkit.plots.tiles import COLUMNS, tiles

GROUPS = {"few": ["a", "b"], "many": [str(k) for k in range(COLUMNS + 1)], "none": []}


def test_tiles_show_every_name_under_its_title():
    written = [text.get_text() for text in tiles(GROUPS).texts]

    assert written == ["few: 2", *GROUPS["few"], f"many: {COLUMNS + 1}", *GROUPS["many"], "none: 0"]


def test_tiles_of_a_group_have_its_colour_and_do_not_overlap():
    ax = tiles(GROUPS)
    boxes = [patch.get_window_extent() for patch in ax.patches]

    assert [to_hex(p.get_facecolor()) for p in ax.patches[1:3]] == list(palette.LINES[:2])
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
    assert all(patch.get_y() < ax.get_ylim()[0] for patch in ax.patches)


def test_tiles_draw_into_the_axes_they_are_given():
    ax = plt.subplots()[1]

    assert tiles({"one": ["a"]}, ax=ax) is ax


@pytest.mark.parametrize(
    ("groups", "error", "sentence"),
    [
        (["a"], TypeError, "should be a dict"),
        ({}, ValueError, "at least one entry"),
        (dict.fromkeys("abcde", ["x"]), ValueError, "There are 5 groups"),
    ],
)
def test_tiles_refuse_what_they_cannot_draw(groups, error, sentence):
    with pytest.raises(error, match=sentence):
        tiles(groups)
