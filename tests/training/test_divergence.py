"""A loss or weight that is no longer finite stops the training with one sentence, and costs no weights."""

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
    assert str(found.value).endswith("Try learning_rate=5, or clip=1.0.")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "nesterov"])
def test_divergence_puts_back_the_weights_from_before_the_epoch(dtype, optimizer):
    (x, y), net, thetas = make_data(), make_net(dtype=dtype), [make_net(dtype=dtype).theta]
    keep = [lambda net: thetas.append(net.theta.copy())]

    with pytest.raises(FloatingPointError, match="The weights from before this epoch are back"):
        net.fit(x, y, learning_rate=8.0, optimizer=optimizer, batch_size=5, rng=0, callbacks=keep)

    assert_array_equal(net.theta, thetas[-1])
    assert net.history.stopped == "diverged"
    assert len(net.history) == len(thetas) - 1 > 0


def test_divergence_with_patience_puts_the_best_weights_back():
    (x, y), net, thetas = make_data(), make_net(), []
    settings = {"learning_rate": 8.0, "batch_size": 5, "patience": 500, "validation": (x, y)}

    with pytest.raises(TrainingDiverged, match="The best weights are back"):
        net.fit(x, y, **settings, rng=0, callbacks=[lambda net: thetas.append(net.theta.copy())])

    assert_array_equal(net.theta, thetas[int(np.argmin(net.history.validation_loss))])


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
