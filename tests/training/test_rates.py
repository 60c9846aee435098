"""The learning-rate range test: a trial on a copy, and a rate that trains."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from training.runs import make_data, make_net

from bpkit.training.rates import range_test


def test_trial_leaves_the_network_as_it_is():
    (x, y), net = make_data(), make_net().fit(*make_data(), epochs=1)
    before, kept = net.theta.copy(), net.history.state()

    range_test(net, x, y, optimizer="adam", rng=0)

    assert_array_equal(net.theta, before)
    assert net.history.state() == kept


def test_rates_grow_by_a_fixed_factor_and_the_first_loss_is_that_of_the_network():
    (x, y), net = make_data(), make_net()

    found = range_test(net, x, y, lowest=1e-4, highest=1.0, steps=9, rng=0)

    assert_allclose(found.learning_rates, 10.0 ** np.linspace(-4, 0, 9))
    assert_allclose(found.losses[0], net.evaluate(x, y))
    assert len(found.losses) == 9


@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam"])
@pytest.mark.parametrize("batch_size", [5, 100])
def test_suggested_rate_trains_and_the_highest_one_does_not(optimizer, batch_size):
    x, y = make_data(200)
    y = np.tanh(x[:2]) + x[1:]
    found = range_test(make_net(), x, y, highest=100.0, batch_size=batch_size, optimizer=optimizer, rng=0)

    net = make_net()
    net.fit(
        x, y, learning_rate=found.suggestion, batch_size=batch_size, optimizer=optimizer, epochs=20, rng=0
    )

    assert len(found.losses) < 100
    assert found.learning_rates[0] < found.suggestion < found.learning_rates[-1] / 5
    assert net.history.loss[-1] < 0.5 * net.history.loss[0]


def test_losses_end_where_they_are_no_longer_finite_or_far_above_the_lowest():
    x, y = make_data(200)

    found = range_test(make_net(), x, y, highest=1e30, rng=0)

    assert np.isfinite(found.losses).all()
    assert found.losses[-5:].mean() <= 4 * found.losses.min() * 5
    assert found.learning_rates[-1] < 1e5


def test_trial_without_a_falling_loss_suggests_nothing():
    x, y = make_data()

    found = range_test(make_net(), x, y, lowest=1e3, highest=1e6, rng=0)

    assert found.suggestion is None


def test_trial_draws_losses_against_rates():
    pytest.importorskip("matplotlib").use("agg")
    import matplotlib.pyplot as plt

    found = range_test(make_net(), *make_data(), rng=0)
    ax = found.plot()

    assert_array_equal(ax.lines[0].get_xydata(), np.array([found.learning_rates, found.losses]).T)
    assert ax.get_xscale() == "log"
    assert f"suggested: {found.suggestion:.2g}" in ax.get_xlabel()
    assert "no suggestion" in found._replace(suggestion=None).plot().get_xlabel()
    plt.close("all")


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"lowest": 0}, ValueError, "lowest is 0, but should be a number above 0"),
        ({"lowest": 1.0, "highest": 0.5}, ValueError, "highest is 0.5, but should be a number above 1.0"),
        ({"steps": 4}, ValueError, "steps is 4, but should be a whole number of at least 5"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"optimizer": "adma"}, ValueError, "Did you mean 'adam'"),
        ({"clip": -1}, ValueError, "clip is -1"),
        ({"l2": "much"}, TypeError, "l2 is a str"),
        ({"rng": "0"}, TypeError, "rng is '0', but should be a numpy.random.Generator"),
    ],
    ids=str,
)
def test_trial_refuses_what_does_not_fit(wrong, error, message):
    with pytest.raises(error, match=message):
        range_test(make_net(), *make_data(), **wrong)


@pytest.mark.parametrize("net", ["net", None, np.ones(3)], ids=str)
def test_trial_without_a_network_is_refused(net):
    with pytest.raises(TypeError, match="^net is a .*, but should be a Network"):
        range_test(net, *make_data())
