"""Schedules of the learning rate: where they start and end, how they compose, and what they refuse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit.reference.schedules import SCHEDULES, constant, cosine_decay, inverse_time, step_decay, warm_up

NEEDED = {"cosine_decay": {"epochs": 20}}
FALLING = [name for name in SCHEDULES if name not in ("constant", "warm_up")]


def rate(name, learning_rate, epoch):
    return SCHEDULES[name](learning_rate, epoch, **NEEDED.get(name, {}))


@pytest.mark.parametrize("name", SCHEDULES)
@given(eta=st.floats(0, 10), epoch=st.floats(0, 40))
def test_schedules_give_floats_from_zero_to_the_rate_and_scale_with_it(name, eta, epoch):
    given_rate = rate(name, eta, epoch)

    assert type(given_rate) is float
    assert 0 <= given_rate <= eta
    assert_allclose(rate(name, 2 * eta, epoch), 2 * given_rate, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", FALLING)
def test_falling_schedules_start_at_the_rate_and_never_rise(name):
    rates = [rate(name, 0.1, epoch) for epoch in np.arange(0, 25, 0.25)]

    assert rates[0] == 0.1
    assert all(later <= earlier for earlier, later in zip(rates, rates[1:], strict=False))
    assert rates[-1] < 0.05


def test_constant_stays():
    assert {constant(0.1, epoch) for epoch in (0, 1.5, 100)} == {0.1}


def test_step_decay_drops_at_the_end_of_each_span():
    rates = [step_decay(1.0, epoch) for epoch in (0, 9, 9.99, 10, 19, 20, 30)]

    assert rates == [1, 1, 1, 0.5, 0.5, 0.25, 0.125]


@pytest.mark.parametrize("epochs", [1, 3, 7, 100, 2.5])
def test_cosine_decay_reaches_zero_exactly_and_stays(epochs):
    assert [cosine_decay(0.3, epoch, epochs) for epoch in (epochs, epochs + 1, 10 * epochs)] == [0, 0, 0]
    assert cosine_decay(0.3, 0.9 * epochs, epochs) > 0
    assert_allclose(cosine_decay(0.3, epochs / 2, epochs), 0.15, **EXACT)


def test_inverse_time_divides_by_the_number_of_the_epoch():
    assert [inverse_time(1.0, epoch) for epoch in range(4)] == [1, 1 / 2, 1 / 3, 1 / 4]


@pytest.mark.parametrize("epochs", [0, 1, 5, 2.5])
def test_warm_up_is_never_zero_and_reaches_the_rate_at_its_end(epochs):
    assert warm_up(0.1, 0, epochs) > 0
    assert [warm_up(0.1, epoch, epochs) for epoch in (epochs, epochs + 3)] == [0.1, 0.1]
    assert epochs == 0 or warm_up(0.1, epochs - 0.5, epochs) < 0.1


def test_warm_up_rises_by_equal_parts():
    rates = [warm_up(1.0, epoch, 4) for epoch in range(5)]

    assert_allclose(np.diff(rates), [0.2] * 4, **EXACT)


def test_warm_up_goes_before_another_schedule():
    rates = [cosine_decay(warm_up(1.0, epoch, 3), epoch, 10) for epoch in range(11)]

    assert_allclose(rates[0], 1 / 4, **EXACT)
    assert_allclose(rates[5], 1 / 2, **EXACT)
    assert rates[10] == 0 and max(rates) == rates[3]


def test_schedules_take_numbers_of_numpy():
    assert type(rate("cosine_decay", np.float32(0.5), np.int64(10))) is float
    assert math.isclose(rate("cosine_decay", np.float64(0.5), np.float64(10)), 0.25)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(
    ("eta", "epoch", "error", "message"),
    [
        (-0.1, 0, ValueError, "learning_rate is -0.1, but should be a number of at least 0"),
        (0.1, -1, ValueError, "epoch is -1, but should be a number of at least 0"),
        (0.1, math.nan, ValueError, "epoch is nan, but should be a number"),
        (math.inf, 0, ValueError, "learning_rate is inf, but should be a finite number of at least 0"),
        ("0.1", 0, TypeError, "learning_rate is a str, but should be a number"),
        (0.1, None, TypeError, "epoch is None, but should be a number"),
    ],
)
def test_schedules_refuse_rates_and_epochs_that_are_none(name, eta, epoch, error, message):
    with pytest.raises(error, match=message):
        rate(name, eta, epoch)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("step_decay", {"drop": 1.5}, "drop is 1.5, but should be a number from 0 to 1"),
        ("step_decay", {"every": 0}, "every is 0, but should be a number above 0"),
        ("exponential_decay", {"drop": -0.5}, "drop is -0.5, but should be a number from 0 to 1"),
        ("inverse_time", {"decay": -1}, "decay is -1, but should be a number of at least 0"),
        ("cosine_decay", {"epochs": 0}, "epochs is 0, but should be a number above 0"),
        ("warm_up", {"warm_up_epochs": -1}, "warm_up_epochs is -1, but should be a number of at least 0"),
    ],
)
def test_schedules_refuse_numbers_out_of_their_range(name, options, message):
    with pytest.raises(ValueError, match=message):
        SCHEDULES[name](0.1, 1, **options)
