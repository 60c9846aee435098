"""`fit` is the plain loop of the book, batch by batch: its steps, its losses, its ends."""

import copy
import threading

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from strategies import PAIRS, SINGLE
from training.runs import EXACT_RUN, loss_of, make_data, make_net, plain_epochs, record, told

from bpkit import Network
from bpkit.reference.optimizers import OPTIMIZERS, Optimizer, momentum
from bpkit.reference.schedules import cosine_decay


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("extra", [{}, {"l2": 0.1}, {"clip": 0.3}, {"l2": 0.1, "clip": 0.3}], ids=str)
def test_fit_equals_the_plain_loop(optimizer, extra):
    (x, y), settings = make_data(), {**told(optimizer), **extra, "batch_size": 5}
    theta, losses = plain_epochs(make_net(), x, y, 4, **settings, seed=7)

    net = make_net().fit(x, y, epochs=4, **settings, rng=7)

    assert_allclose(net.theta, theta, **EXACT_RUN)
    assert_allclose(net.history.loss, losses, **EXACT_RUN)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, EXACT_RUN), (np.float32, SINGLE)])
def test_fit_equals_the_plain_loop_for_every_output_and_loss(output, loss, dtype, tolerance):
    (x, y), net = make_data(loss=loss), make_net(output, loss, dtype)
    theta, losses = plain_epochs(net, x, y, 3, ("gradient_descent", {}), 0.1, 5, seed=7)

    net.fit(x, y, epochs=3, batch_size=5, learning_rate=0.1, rng=7)

    assert net.theta.dtype == dtype
    assert_allclose(net.theta, theta, **tolerance)
    assert_allclose(net.history.loss, losses, **tolerance)


@pytest.mark.parametrize(
    "wrong", [{"seed": 8}, {"batch_size": 6}, {"l2": 1e-6}, {"learning_rate": 0.0501}], ids=str
)
def test_plain_loop_with_another_setting_is_told_apart(wrong):
    (x, y), settings = make_data(), {**told("momentum"), "batch_size": 5}
    theta, _ = plain_epochs(make_net(), x, y, 4, **{**settings, "seed": 7, **wrong})

    net = make_net().fit(x, y, epochs=4, **settings, rng=7)

    assert not np.allclose(net.theta, theta, **EXACT_RUN)


@pytest.mark.parametrize("batch_size", [23, 100])
def test_one_batch_of_all_samples_needs_no_order(batch_size):
    x, y = make_data()
    theta = [make_net().fit(x, y, epochs=3, batch_size=batch_size, rng=seed).theta for seed in (1, 2)]
    plain, _ = plain_epochs(make_net(), x, y, 3, ("gradient_descent", {}), 0.1, 23, seed=0)

    assert_array_equal(*theta)
    assert_allclose(theta[0], plain, **EXACT_RUN)


def test_samples_that_are_not_shuffled_come_in_their_order():
    x, y = make_data()
    net, stepped = make_net(), make_net()
    for start in range(0, 23, 5):
        stepped.step(x[:, start : start + 5], y[:, start : start + 5], 0.1)

    net.fit(x, y, epochs=1, batch_size=5, shuffle=False)

    assert_allclose(net.theta, stepped.theta, **EXACT_RUN)


def test_same_seed_gives_the_same_run_and_another_seed_another():
    x, y = make_data()
    runs = [make_net().fit(x, y, epochs=2, batch_size=4, rng=seed) for seed in (5, 5, 6)]

    assert_array_equal(runs[0].theta, runs[1].theta)
    assert record(runs[0]) == record(runs[1])
    assert not np.array_equal(runs[0].theta, runs[2].theta)


def test_fit_returns_the_network_and_leaves_the_data_as_they_were():
    (x, y), net = make_data(), make_net()
    copies = x.copy(), y.copy()

    assert net.fit(x, y, epochs=2, validation=(x, y)) is net
    assert_array_equal(x, copies[0])
    assert_array_equal(y, copies[1])


def test_schedule_sets_the_rate_of_every_step():
    (x, y), seen = make_data(N=6), []

    def schedule(learning_rate, epoch):
        seen.append(epoch)
        return cosine_decay(learning_rate, epoch, 2)

    own = make_net().fit(x, y, epochs=2, batch_size=2, schedule=schedule, rng=0)
    named = make_net().fit(x, y, epochs=2, batch_size=2, schedule="cosine_decay", rng=0)

    assert_allclose(sorted(set(seen)), np.arange(6) / 3)
    assert_array_equal(own.theta, named.theta)
    assert named.history.learning_rate == [0.1, cosine_decay(0.1, 1, 2)]


def test_optimizer_of_ones_own_equals_the_named_one():
    x, y = make_data()

    own = make_net().fit(x, y, epochs=3, batch_size=5, optimizer=Optimizer(momentum, ("v",)), rng=0)
    named = make_net().fit(x, y, epochs=3, batch_size=5, optimizer="momentum", rng=0)

    assert_allclose(own.theta, named.theta, **EXACT_RUN)


def test_validation_loss_is_that_of_the_weights_at_the_end_of_the_epoch():
    (x, y), validation, thetas = make_data(), make_data(7, seed=3), []

    net = make_net()
    net.fit(x, y, epochs=3, validation=validation, callbacks=[lambda net: thetas.append(net.theta.copy())])

    assert_allclose(net.history.validation_loss, [loss_of(net, theta, *validation) for theta in thetas])
    assert len(net.history) == 3


def test_run_stops_at_the_target_loss():
    x, y = make_data()

    net = make_net().fit(x, y, epochs=200, target_loss=0.9)

    assert net.history.stopped == "target loss reached"
    assert net.history.loss[-1] <= 0.9 < min(net.history.loss[:-1])


def test_target_loss_is_one_of_the_validation_data_if_there_are_any():
    (x, y), validation = make_data(), make_data(7, seed=3)

    net = make_net().fit(x, y, epochs=3, validation=validation, target_loss=1e9)

    assert len(net.history) == 1
    assert net.history.watched() is net.history.validation_loss


def early_stopping(losses, patience, min_delta):
    """Return the index of the best epoch and the number of epochs, by the rule as it is said."""
    best, waited = 0, 0
    for i, loss in enumerate(losses):
        better = i == 0 or loss < losses[best] - min_delta
        best, waited = (i, 0) if better else (best, waited + 1)
        if waited == patience:
            break
    return best, i + 1


@pytest.mark.parametrize(("patience", "min_delta"), [(1, 0.0), (3, 0.0), (3, 0.3), (60, 0.0)])
def test_patience_stops_and_puts_the_best_weights_back(patience, min_delta):
    (x, y), validation, thetas = make_data(), make_data(9, seed=3), []
    told = {"learning_rate": 0.5, "batch_size": 4, "validation": validation, "rng": 1}
    full = make_net().fit(x, y, epochs=60, **told)
    best, epochs = early_stopping(full.history.validation_loss, patience, min_delta)

    net = make_net()
    keep = [lambda net: thetas.append(net.theta.copy())]
    net.fit(x, y, epochs=60, **told, patience=patience, min_delta=min_delta, callbacks=keep)

    assert net.history.validation_loss == full.history.validation_loss[:epochs]
    assert net.history.stopped == ("patience ran out" if epochs < 60 else "all epochs done")
    assert_array_equal(net.theta, thetas[best])


def test_loss_that_stays_the_same_is_no_better():
    (x, y), net = make_data(), make_net()

    net.fit(x, y, learning_rate=0.0, validation=(x, y), patience=2)

    assert net.history.stopped == "patience ran out"
    assert len(net.history) == 3


def test_callbacks_are_all_called_and_one_that_says_true_stops():
    (x, y), calls = make_data(), []

    def enough(net):
        calls.append("enough")
        return len(net.history) == 3

    net = make_net().fit(x, y, callbacks=[enough, lambda net: calls.append("second"), lambda net: net])

    assert net.history.stopped == "a callback asked for it"
    assert calls == ["enough", "second"] * 3


def test_error_of_a_callback_comes_through_and_the_run_can_go_on():
    x, y = make_data()

    def fails(net):
        if len(net.history) == 2:
            raise RuntimeError("no room left")

    net = make_net()
    with pytest.raises(RuntimeError, match="no room left"):
        net.fit(x, y, epochs=4, callbacks=[fails], rng=0)
    assert net.history.stopped == "broken off by RuntimeError"
    net.fit(x, y, epochs=4, resume=True)

    whole = make_net().fit(x, y, epochs=4, rng=0)
    assert_array_equal(net.theta, whole.theta)
    assert record(net) == record(whole)


@pytest.mark.parametrize("batch_size", [5, 23])
def test_network_that_trains_cannot_be_trained_again_meanwhile(batch_size):
    (x, y), refused = make_data(), []

    def again(net):
        with pytest.raises(RuntimeError, match="This network is already training, .* copy.deepcopy"):
            net.fit(0 * x, y, epochs=1, batch_size=batch_size)
        thread = threading.Thread(target=lambda: refused.append(pytest.raises(RuntimeError, net.fit, x, y)))
        thread.start()
        thread.join()

    net = make_net().fit(x, y, epochs=3, batch_size=batch_size, callbacks=[again], rng=0)

    assert len(refused) == 3
    assert_array_equal(net.theta, make_net().fit(x, y, epochs=3, batch_size=batch_size, rng=0).theta)
    assert len(net.fit(x, y, epochs=2).history) == 2


def test_copy_of_a_network_that_trains_can_be_trained():
    (x, y), copies = make_data(), []

    def train_a_copy(net):
        copies.append(copy.deepcopy(net).fit(x, y, epochs=1, rng=1))

    net = make_net().fit(x, y, epochs=2, callbacks=[train_a_copy], rng=0)

    assert record(net) == record(make_net().fit(x, y, epochs=2, rng=0))
    assert not np.array_equal(copies[1].theta, net.theta)


def test_second_fit_goes_on_from_the_weights_with_a_record_of_its_own():
    (x, y), net = make_data(), make_net()
    net.fit(x, y, epochs=3, optimizer="adam")
    before = net.theta.copy()

    net.fit(x, y, epochs=2, learning_rate=0.0)

    assert_array_equal(net.theta, before)
    assert net.history.epoch == [1, 2]


def test_xor_is_learned():
    x, y = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0.0, 1, 1, 0]])
    net = Network([2, 4, 1], output="sigmoid", loss="binary_cross_entropy", rng=0)

    net.fit(x, y, epochs=2000, optimizer="adam", learning_rate=0.05, target_loss=0.01)

    assert net.history.stopped == "target loss reached"
    assert_array_equal(net.predict(x).round(), y)
