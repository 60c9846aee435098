"""The record of a run: what it says, what it draws, and what it becomes in a file."""

import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training.runs import make_data, make_net, record

from bpkit import Network
from bpkit.history import History


def trained(epochs=3, **settings):
    return make_net().fit(*make_data(), epochs=epochs, rng=0, **settings).history


def interrupted_in_an_epoch(epoch):
    import signal

    def schedule(learning_rate, now):
        if epoch + 0.3 < now < epoch + 0.5:
            signal.raise_signal(signal.SIGINT)
        return learning_rate

    return trained(9, batch_size=5, schedule=schedule)


def test_history_says_how_far_the_training_went():
    assert History().state() == "not trained"
    assert make_net().history.state() == "not trained"
    history = trained(1)
    assert history.state() == f"trained for 1 epoch, loss {history.loss[0]:.3g} (all epochs done)"
    history = trained(3, validation=make_data(5))
    assert f"3 epochs, loss {history.loss[2]:.3g}, validation loss {history.validation_loss[2]:.3g}" in repr(
        history
    )
    assert interrupted_in_an_epoch(0).state() == "trained for 3 steps (interrupted)"
    assert "trained for 2 epochs and 3 steps, loss" in interrupted_in_an_epoch(2).state()


def test_network_says_it_too():
    net = make_net()
    assert "not trained" in repr(net)

    net.fit(*make_data(), epochs=2)

    assert "trained for 2 epochs" in repr(net)
    assert "trained for 2 epochs" in net.summary()


def test_history_has_one_entry_for_each_epoch():
    history = trained(4, validation=make_data(5))

    assert len(history) == 4
    assert history.epoch == [1, 2, 3, 4]
    assert {len(history.loss), len(history.validation_loss), len(history.learning_rate)} == {4}
    assert all(seconds > 0 for seconds in history.seconds)
    assert trained(2).validation_loss == []


def test_history_draws_its_losses():
    pytest.importorskip("matplotlib").use("agg")
    import matplotlib.pyplot as plt

    history = trained(3, validation=make_data(5))
    _, axes = plt.subplots()

    ax = history.plot(ax=axes)

    assert ax is axes
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]
    assert_array_equal(ax.lines[0].get_xydata(), np.array([history.epoch, history.loss]).T)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "log")
    plt.close("all")


def test_history_with_a_loss_of_zero_is_drawn_on_a_linear_scale():
    pytest.importorskip("matplotlib").use("agg")
    import matplotlib.pyplot as plt

    history = trained(2)
    history.loss[1] = 0.0

    assert history.plot().get_yscale() == "linear"
    plt.close("all")


def test_empty_history_has_nothing_to_draw():
    with pytest.raises(ValueError, match="There is no epoch to draw. Call fit first."):
        History().plot()


@pytest.mark.parametrize(
    "history",
    [
        lambda: trained(3),
        lambda: trained(2, validation=make_data(5), patience=2, optimizer="adam"),
        lambda: interrupted_in_an_epoch(0),
        lambda: interrupted_in_an_epoch(1),
    ],
    ids=["plain", "validated", "no epoch", "inside an epoch"],
)
def test_history_survives_a_file(history, tmp_path):
    net = make_net()
    net.history = history()

    net.save(tmp_path / "net.npz")
    found = Network.load(tmp_path / "net.npz").history

    assert vars(found).keys() == vars(net.history).keys()
    for name in set(vars(found)) - {"arrays"}:
        assert getattr(found, name) == getattr(net.history, name), name
    assert found.arrays.keys() == net.history.arrays.keys()
    for name, array in net.history.arrays.items():
        assert_array_equal(found.arrays[name], array, strict=True)


def test_history_that_is_empty_stays_empty():
    assert History().packed() == ({}, {})
    assert vars(History.unpacked({}, {})) == vars(History())


def broken(**change):
    header, arrays = trained(2, optimizer="momentum").packed()
    return {**json.loads(json.dumps(header)), **change}, arrays


@pytest.mark.parametrize(
    "change",
    [
        {"recorded": ["epoch"]},
        {"recorded": ["epoch", "loss", "learning_rate", "seconds", "validation_loss"]},
        {"recorded": ["loss", "epoch", "learning_rate", "seconds"]},
        {"kept": ["optimizer_s"]},
        {"settings": 3},
        {"position": 3},
    ],
    ids=str,
)
def test_damaged_history_is_refused(change):
    with pytest.raises((LookupError, TypeError, ValueError)):
        History.unpacked(*broken(**change))
    assert len(History.unpacked(*broken())) == 2


def test_copy_of_a_trained_network_goes_on_by_itself():
    import pickle

    data, net = make_data(), make_net().fit(*make_data(), epochs=2, optimizer="adam", rng=0)
    copied = pickle.loads(pickle.dumps(net))

    copied.fit(*data, epochs=4, optimizer="adam", resume=True)

    assert record(copied) == record(make_net().fit(*data, epochs=4, optimizer="adam", rng=0))
    assert len(net.history) == 2
