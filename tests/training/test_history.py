"""The record of a run: what it says, what it draws, and what it becomes in a file."""

import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training.runs import make_data, make_net, record

from bpkit import Network
from bpkit.history import History, generator_from, plain


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


def test_history_is_drawn_into_axes_alone():
    pytest.importorskip("matplotlib").use("agg")

    with pytest.raises(TypeError, match="ax is 5, but should be matplotlib Axes"):
        trained(2).plot(ax=5)


def test_history_that_is_empty_stays_empty():
    assert History().packed() == ({}, {})
    assert vars(History.unpacked({}, {})) == vars(History())


def broken(**change):
    header, arrays = trained(2, optimizer="momentum").packed()
    return {**json.loads(json.dumps(header)), **change}, arrays


DAMAGED = [
    {"recorded": ["epoch"]},
    {"recorded": ["epoch", "loss", "learning_rate", "seconds", "validation_loss"]},
    {"recorded": ["loss", "epoch", "learning_rate", "seconds"]},
    {"kept": ["optimizer_s"]},
    {"settings": 3},
    {"settings": {}},
    {"stopped": ["interrupted"]},
    *({"position": value} for value in (3, 0, "", [], {}, False)),
]
DAMAGED_POSITIONS = [
    *({"step": step} for step in (-1, 6, 10**9, 1.5, "1", True, None)),
    *({"updates": updates} for updates in (-1, 10**400, 2.0, None)),
    *({"waited": waited} for waited in (-1, 0.5, "0")),
    *({name: value} for name in ("total", "seconds") for value in ("0", [], {}, None, np.nan, np.inf, 1)),
    *({"best_loss": value} for value in ("", [], 1, np.nan, 0.5)),
    {"rest": 1},
]


@pytest.mark.parametrize("change", DAMAGED, ids=str)
def test_damaged_history_is_refused(change):
    with pytest.raises((LookupError, TypeError, ValueError)):
        History.unpacked(*broken(**change))
    assert len(History.unpacked(*broken())) == 2


@pytest.mark.parametrize("change", DAMAGED_POSITIONS, ids=str)
def test_damaged_position_is_refused(change):
    header, arrays = broken()
    History.unpacked(header, arrays)

    with pytest.raises((TypeError, ValueError)):
        History.unpacked({**header, "position": {**header["position"], **change}}, arrays)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("record", lambda record: record.astype(complex)),
        ("record", lambda record: record + np.inf),
        ("record", lambda record: record[0]),
        ("record", lambda record: record[..., None]),
        ("kept_optimizer_v", lambda v: v.astype(complex)),
        ("kept_optimizer_v", lambda v: v[None]),
    ],
)
def test_damaged_arrays_of_a_history_are_refused(name, change):
    header, arrays = broken()

    with pytest.raises((LookupError, TypeError, ValueError)):
        History.unpacked(header, {**arrays, name: change(arrays[name])})


def state_of(kind, **change):
    state = plain(getattr(np.random, kind)(5).state)
    inner = {name: change[name] for name in set(change) & set(state["state"])}
    return {**state, **change, "state": {**state["state"], **inner}} if inner else {**state, **change}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        *(("MT19937", {"pos": pos}) for pos in (-1, 625, 10**9, 3.5, "3")),
        *(("MT19937", {"key": key}) for key in ([1] * 623, [-1] * 624, [2**32] * 624, [0] * 624, 3)),
        *((kind, {"inc": inc}) for kind in ("PCG64", "PCG64DXSM") for inc in (0, 2, -5, 2**128 + 1)),
        ("PCG64", {"state": -5}),
        ("PCG64", {"has_uint32": 2**40}),
        *(("Philox", {"buffer_pos": place}) for place in (-1, 5, -(10**9))),
        ("Philox", {"counter": [1, 2, 3]}),
        ("SFC64", {"state": [1, 2, 3, 2**64]}),
        *(
            ("SFC64", {"bit_generator": name})
            for name in ("BitGenerator", "RandomState", "Foreign", [], None)
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_state_that_no_generator_can_have_is_refused(kind, change):
    generator_from(state_of(kind))

    with pytest.raises((LookupError, TypeError, ValueError)):
        generator_from(state_of(kind, **change))


def test_copy_of_a_trained_network_goes_on_by_itself():
    import pickle

    data, net = make_data(), make_net().fit(*make_data(), epochs=2, optimizer="adam", rng=0)
    copied = pickle.loads(pickle.dumps(net))

    copied.fit(*data, epochs=4, optimizer="adam", resume=True)

    assert record(copied) == record(make_net().fit(*data, epochs=4, optimizer="adam", rng=0))
    assert len(net.history) == 2
