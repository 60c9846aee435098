"""Limits: what may be set, and what a notebook that sets them wrongly is told."""

from dataclasses import fields

import pytest

from bpkit.grading.course import CourseError
from bpkit.grading.limits import Limits

NAMES = [field.name for field in fields(Limits)]


def released(limits):
    return {"metadata": {"bpkit": {"limits": limits}}}


def test_a_notebook_without_limits_has_the_usual_ones():
    for notebook in ({}, {"metadata": {}}, {"metadata": {"bpkit": {}}}, released({})):
        assert Limits.of(notebook) == Limits()


@pytest.mark.parametrize("name", NAMES)
def test_each_limit_can_be_set_and_leaves_the_others(name):
    limits = Limits.of(released({name: 7}))

    assert getattr(limits, name) == 7
    assert [getattr(limits, n) == getattr(Limits(), n) for n in NAMES].count(False) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1, 1.5, 2.0, "10", None, True, [1]], ids=repr)
def test_a_limit_that_is_no_positive_whole_number_is_refused(name, value):
    says = f"The limit {name} is {value!r}, but should be a positive whole number."

    with pytest.raises(CourseError) as error:
        Limits.of(released({name: value}))
    assert str(error.value) == says


@pytest.mark.parametrize("given", [{"memroy": 1}, {"memory": 1, "x": 2}, [1], "memory", 3, None], ids=repr)
def test_unknown_limits_are_refused_with_those_there_are(given):
    with pytest.raises(CourseError) as error:
        Limits.of(released(given))

    assert repr(given) in str(error.value)
    assert all(name in str(error.value) for name in NAMES)


def test_the_clock_gives_more_time_than_the_processor():
    assert Limits().wall_seconds(2) > 2


def test_limits_stay_as_they_are():
    with pytest.raises(AttributeError):
        Limits().memory = 2**40
