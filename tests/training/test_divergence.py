"""A loss or weight that is no longer finite stops the training with one sentence, and costs no weights."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training.runs import make_data, make_net

from bpkit import Network
from bpkit.training.divergence import TrainingDiverged, is_finite, where_not_finite


def deep():
    return Network([3, 5, 4, 2], hidden="identity", rng=0)


def test_divergence_names_epoch_and_layer_and_what_to_try():
    net = deep()

    with pytest.raises(TrainingDiverged) as found:
        net.fit(*make_data(), learning_rate=50.0, batch_size=5, rng=0)

    epoch = len(net.history) + 1
    assert str(found.value).startswith(f"Training diverged in epoch {epoch}: the loss became ")
    assert "layer" in str(found.value)
    assert str(found.value).endswith("Try learning_rate=0.1, or clip=1.0.")


def losing(learning_rate, epoch):
    """Train as told for three epochs, and then far too fast."""
    return learning_rate if epoch < 3 else 1e4 * learning_rate


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "nesterov"])
def test_divergence_puts_back_the_weights_from_before_the_lowest_loss(dtype, optimizer):
    (x, y), net, thetas = make_data(), make_net(dtype=dtype), [make_net(dtype=dtype).theta]
    keep, told = [lambda net: thetas.append(net.theta.copy())], {"learning_rate": 0.01, "schedule": losing}

    with pytest.raises(FloatingPointError, match="The weights from before epoch 3 are back"):
        net.fit(x, y, optimizer=optimizer, batch_size=5, rng=0, callbacks=keep, **told)

    assert int(np.argmin(net.history.loss)) == 2
    assert_array_equal(net.theta, thetas[2])
    assert net.history.stopped == "diverged"
    assert len(net.history) == len(thetas) - 1 >= 3


@pytest.mark.parametrize("settings", [{}, {"patience": 500}, {"patience": 500, "validation": make_data(9)}])
def test_divergence_from_the_first_step_on_puts_the_first_weights_back(settings):
    net, first = make_net(), make_net().theta

    with pytest.raises(TrainingDiverged, match="The weights from before (this run|epoch 1) are back"):
        net.fit(*make_data(), learning_rate=8.0, batch_size=5, **settings, rng=0)

    assert_array_equal(net.theta, first)


def test_divergence_with_patience_puts_the_best_weights_back_if_they_are_better():
    (x, y), net, thetas = make_data(), make_net(), [make_net().theta]
    told = {"learning_rate": 0.01, "schedule": losing, "patience": 500, "validation": (x, y)}

    with pytest.raises(TrainingDiverged, match="The best weights are back"):
        net.fit(x, y, **told, rng=0, callbacks=[lambda net: thetas.append(net.theta.copy())])

    assert_array_equal(net.theta, thetas[3])
    assert int(np.argmin(net.history.validation_loss)) == 2


@pytest.mark.parametrize(
    "told", [{"learning_rate": 0.5}, {"learning_rate": 1e200}, {"l2": 1e6, "learning_rate": 0.01}], ids=str
)
def test_advice_leads_to_a_training_that_succeeds(told):
    net, data = deep(), make_data()
    with pytest.raises(TrainingDiverged) as found:
        net.fit(*data, **told, batch_size=5, rng=0)
    advised = re.findall(r"(learning_rate|l2)=([\d.e+-]*\d)", str(found.value))

    net.fit(*data, **{name: float(number) for name, number in advised}, batch_size=5, rng=0)

    assert {name for name, _ in advised} == set(told)
    assert net.history.loss[-1] < net.history.loss[0]


def test_large_targets_are_named():
    (x, y), net = make_data(), deep()

    with pytest.raises(TrainingDiverged, match=r"Try targets between -1 and 1 \(they reach 2.*e\+300\)"):
        net.fit(x, y * 1e300)
    with pytest.raises(TrainingDiverged, match="Try learning_rate=0.01, .* targets between -1 and 1"):
        net.fit(x, y, validation=(x, y * 1e300))


@pytest.mark.parametrize("name", ["W", "b"])
def test_weights_that_are_not_finite_are_refused_before_the_first_step(name):
    net = deep()
    getattr(net, name)[2][0, 0] = np.nan
    history = net.history

    with pytest.raises(ValueError, match="into layer 2 or its biases are not finite.* net.initialize()"):
        net.fit(*make_data())

    assert net.history is history


def test_first_loss_that_is_not_finite_is_not_blamed_on_the_learning_rate():
    x, y = make_data()

    with pytest.raises(
        TrainingDiverged, match="No step was taken yet, so .* Try inputs between -1 and 1"
    ) as found:
        deep().fit(x * 1e200, y, learning_rate=1e-9)

    assert "learning_rate" not in str(found.value)


def test_large_inputs_and_missing_clipping_are_named():
    x, y = make_data()

    with pytest.raises(
        TrainingDiverged, match=r"Try learning_rate=0.1, or inputs between -1 and 1 \(they reach"
    ):
        deep().fit(x * 1e4, y, learning_rate=1.0, clip=1e200)


def test_weights_that_are_not_finite_are_found_where_the_loss_is():
    x, y = make_data()
    net = Network([3, 2], hidden="tanh", dtype=np.float32, rng=0)  # one step, whose gradient overflows

    with pytest.raises(TrainingDiverged, match="the last step was too long; the weights into layer 1 are"):
        net.fit(x, y * 1e10, learning_rate=1e35, epochs=1)


def test_validation_loss_that_is_not_finite_stops_too():
    (x, y), net = make_data(), make_net()

    with pytest.raises(
        TrainingDiverged, match="the validation loss became inf; the output of layer 2 reaches"
    ):
        net.fit(x, y, validation=(x, y + 1e300))


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_first_layer_that_is_not_finite_is_named(layer):
    x, net = make_data()[0], deep()
    net.b[layer][0] = np.nan
    assert where_not_finite(net, x).startswith(f"the weights into layer {layer} are")

    net = deep()
    for l in net.W:
        net.W[l] = np.full_like(net.W[l], 1e200 if l >= layer - 1 else 1.0)
    x = np.ones_like(x) * (1e200 if layer == 1 else 1)
    with np.errstate(over="ignore"):
        assert where_not_finite(net, x).startswith(f"z of layer {max(layer, 1)} is")


def test_finite_is_what_has_neither_inf_nor_nan():
    with np.errstate(over="ignore"):
        assert is_finite(np.array([1e300, -1e300]))
    assert not is_finite(np.array([1.0, np.inf]))
    assert not is_finite(np.array([np.nan, 1.0]))


def test_healthy_run_is_not_stopped():
    net = deep().fit(*make_data(), learning_rate=0.05, epochs=50)

    assert net.history.stopped == "all epochs done"
