"""The line of time: every event at its year, every name on a row of its own."""

import io
import re

import numpy as np
import pytest

from bpkit.plots import palette
from bpkit.plots.timelines import timeline

GROUPS = {"early": {"one": 1847, "two": 1951}, "late": {"three": 1951, "four": 1970}}


def dots(ax):
    return {line.get_marker(): float(line.get_ydata()[0]) for line in ax.lines if len(line.get_ydata()) == 1}


def test_names_stand_in_the_order_of_time_with_their_years():
    ax = timeline(GROUPS)

    assert [text.get_text() for text in ax.texts] == ["1847  one", "1951  two", "1951  three", "1970  four"]


def test_names_keep_the_same_distance_however_near_their_years_are():
    crowd = {"all": {f"event {i}": 2000 + i / 10 for i in range(20)} | {"long before": 1500}}

    rows = [text.get_position()[1] for text in timeline(crowd).texts]

    np.testing.assert_allclose(np.diff(rows), np.diff(rows)[0])


def test_dots_lie_at_their_years_and_each_group_has_its_marker():
    ax = timeline({"early": {"one": 1847}, "late": {"two": 1951}})

    assert dots(ax) == {"o": 1847, "x": 1951}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["early", "late"]


def test_time_runs_downwards():
    bottom, top = timeline(GROUPS).get_ylim()

    assert bottom > top


def test_a_name_has_the_color_of_its_group_and_the_palette_has_it():
    ax = timeline(GROUPS)
    file = io.StringIO()
    ax.figure.savefig(file, format="svg")

    assert ax.texts[0].get_color() == ax.texts[1].get_color() != ax.texts[2].get_color()
    assert set(re.findall(r"#[0-9a-f]{6}", file.getvalue())) <= set(palette.DARK)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (None, "groups is None, but should be a dict"),
        ({}, "groups is {}, but should hold at least one entry"),
        ({"a": {}}, r"groups\['a'\] is {}, but should hold"),
        ({"a": {"b": "then"}}, r"groups\['a'\]\['b'\] is 'then', but should be an array of numbers"),
        ({"a": {"b": [1, 2]}}, r"groups\['a'\]\['b'\] has shape \(2,\), but should have shape \(\)"),
        ({name: {"b": 1} for name in "abcde"}, "There are 5 groups, but should be at most 4"),
    ],
)
def test_wrong_groups_are_refused_with_a_sentence(groups, message):
    with pytest.raises((TypeError, ValueError), match=message):
        timeline(groups)
