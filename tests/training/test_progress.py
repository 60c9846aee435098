"""The bar, Ctrl-C, and what a run costs in memory."""

import gc
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from training.runs import make_data, make_net

from bpkit.training.progress import find_bar, interruptible, showing

TESTS = Path(__file__).parents[1]


def press(times=1, epoch=2):
    """Return a callback that presses Ctrl-C after an epoch."""

    def callback(net):
        for _ in range(times * (len(net.history) == epoch)):
            signal.raise_signal(signal.SIGINT)

    return callback


def test_interrupt_returns_the_network_trained_so_far():
    (x, y), net = make_data(), make_net()

    assert net.fit(x, y, callbacks=[press()], rng=0) is net
    assert net.history.stopped == "interrupted"
    assert np.array_equal(net.theta, make_net().fit(x, y, epochs=2, rng=0).theta)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_second_interrupt_is_the_usual_one():
    with pytest.raises(KeyboardInterrupt):
        make_net().fit(*make_data(), callbacks=[press(times=2)])

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_handler_is_put_back_after_an_error():
    with pytest.raises(KeyError), interruptible():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        raise KeyError

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_handler_of_ones_own_stays():
    calls = []
    before = signal.signal(signal.SIGINT, lambda *signals: calls.append("own"))
    try:
        net = make_net().fit(*make_data(), epochs=3, callbacks=[press()])
    finally:
        signal.signal(signal.SIGINT, before)

    assert (calls, net.history.stopped) == (["own"], "all epochs done")


def test_other_threads_train_without_a_handler():
    nets, data = [], make_data()
    thread = threading.Thread(target=lambda: nets.append(make_net().fit(*data, epochs=3, rng=0)))
    thread.start()
    thread.join()

    assert np.array_equal(nets[0].theta, make_net().fit(*data, epochs=3, rng=0).theta)


def test_bar_shows_the_epochs_the_loss_and_the_rate(capsys):
    pytest.importorskip("tqdm")
    net = make_net().fit(*make_data(), epochs=3, progress=True)

    shown = capsys.readouterr()

    assert "3/3" in shown.err
    assert f"loss {net.history.loss[-1]:.3g}, rate 0.1" in shown.err
    assert shown.out == ""


def test_bar_of_a_run_that_goes_on_begins_where_it_stopped(capsys):
    pytest.importorskip("tqdm")
    net = make_net().fit(*make_data(), epochs=3)
    net.fit(*make_data(), epochs=5, progress=True, resume=True)

    assert "3/5" in capsys.readouterr().err


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_shown_where_nobody_looks(progress, capsys):
    make_net().fit(*make_data(), epochs=3, progress=progress)

    assert capsys.readouterr().err == ""


def test_bar_appears_on_a_terminal_when_the_run_takes_a_moment(monkeypatch):
    pytest.importorskip("tqdm")
    outer, inner = os.openpty()
    with os.fdopen(inner, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        new_bar = find_bar(None)
        with showing(new_bar, 0, 2) as show:
            show(0.5, 0.1)
        monkeypatch.undo()
    os.set_blocking(outer, False)

    assert new_bar is not None
    with pytest.raises(OSError):  # a short run has written nothing
        os.read(outer, 1)
    os.close(outer)


def test_bar_without_tqdm_is_refused_only_if_it_was_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    net = make_net()

    with pytest.raises(
        ModuleNotFoundError, match=r'needs the package tqdm. Install it: pip install "bpkit\[train\]"'
    ):
        net.fit(*make_data(), progress=True)
    assert net.history.state() == "not trained"
    monkeypatch.setattr("bpkit.training.progress._is_watched", lambda: True)
    assert net.fit(*make_data(), epochs=1).history.stopped == "all epochs done"


def test_training_loads_neither_tqdm_nor_matplotlib_nor_sklearn():
    script = (
        "import sys; from training.runs import *; make_net().fit(*make_data(), epochs=2); "
        "print({'tqdm', 'matplotlib', 'sklearn'} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=TESTS, check=True
    )

    assert done.stdout == "set()\n"


def peak(net, data, epochs):
    """Return the most memory in bytes that a run takes, beside what was there before."""
    gc.collect()
    tracemalloc.start()
    net.fit(*data, epochs=epochs, batch_size=2, optimizer="adam", progress=False, rng=0)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_number_of_steps():
    data, record = make_data(400), 5 * (32 + 8)  # five numbers an epoch, in five lists
    peak(make_net(), data, 1)

    few, many = peak(make_net(), data, 2), peak(make_net(), data, 12)

    assert many - few < 10 * record + 2000  # 2000 steps more; one kept gradient of 32 numbers each is 500 kB
