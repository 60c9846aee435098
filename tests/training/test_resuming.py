"""A run that stops and goes on is, bit for bit, the run that never stopped: also in another process."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training.runs import make_data, make_net, record, told

from bpkit import Network
from bpkit.reference.optimizers import OPTIMIZERS, Optimizer
from bpkit.training.divergence import TrainingDiverged

TESTS = Path(__file__).parents[1]
PRECISIONS = (np.float64, np.float32)


def interrupting(learning_rate, epoch):
    """Keep the rate, and press Ctrl-C in the third epoch, before its second step."""
    if 2 < epoch < 2.3:
        signal.raise_signal(signal.SIGINT)
    return learning_rate


def several(optimizer):
    """Return settings under which every part of a run's state matters."""
    settings = told(optimizer, batch_size=5, patience=4, min_delta=1e-4, l2=1e-3, clip=1.0, rng=3)
    return {**settings, "validation": make_data(7, seed=3), "schedule": ("step_decay", {"every": 2})}


def assert_same_run(net, whole):
    assert_array_equal(net.theta, whole.theta, strict=True)
    assert record(net) == record(whole)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", PRECISIONS)
def test_run_goes_on_after_an_epoch(optimizer, dtype, tmp_path):
    data, settings = make_data(), several(optimizer)
    whole = make_net(dtype=dtype).fit(*data, epochs=7, **settings)

    make_net(dtype=dtype).fit(*data, epochs=3, **settings).save(tmp_path / "net.npz")
    net = Network.load(tmp_path / "net.npz").fit(*data, epochs=7, **settings, resume=True)

    assert_same_run(net, whole)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", PRECISIONS)
def test_run_goes_on_in_the_middle_of_an_epoch(optimizer, dtype, tmp_path):
    data, settings = make_data(), {**several(optimizer), "schedule": interrupting}
    net = make_net(dtype=dtype).fit(*data, epochs=6, **settings)
    assert (net.history.stopped, len(net.history), net.history.position["step"]) == ("interrupted", 2, 2)

    net.save(tmp_path / "net.npz")
    net = Network.load(tmp_path / "net.npz").fit(*data, epochs=6, **settings, resume=True)

    settings["schedule"] = "constant"
    assert_same_run(net, make_net(dtype=dtype).fit(*data, epochs=6, **settings))


def child(script, *arguments):
    """Start a process that knows the tests' networks and data."""
    start = "import sys; from training.runs import *; from training.test_resuming import *\n"
    command = [sys.executable, "-c", start + script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=TESTS)


def test_every_optimizer_goes_on_in_another_process(tmp_path):
    script = """
for name in OPTIMIZERS:
    for dtype in PRECISIONS:
        path = f"{sys.argv[1]}/{name} {dtype.__name__}.npz"
        make_net(dtype=dtype).fit(*make_data(), epochs=3, **several(name)).save(path)
"""
    with child(script, tmp_path) as process:
        assert process.wait(60) == 0

    for path in tmp_path.glob("*.npz"):
        name, dtype = path.stem.split()
        net = Network.load(path).fit(*make_data(), epochs=7, **several(name), resume=True)
        assert_same_run(net, make_net(dtype=dtype).fit(*make_data(), epochs=7, **several(name)))
    assert len(list(tmp_path.iterdir())) == 2 * len(OPTIMIZERS)


def test_interrupted_process_saves_a_run_that_goes_on(tmp_path):
    script = """
settings = told("adam", batch_size=2, rng=3, callbacks=[lambda net: print(len(net.history), flush=True)])
make_net().fit(*make_data(), epochs=10**6, **settings).save(sys.argv[1])
"""
    with child(script, tmp_path / "net.npz") as process:
        assert "3\n" in process.stdout  # read up to this line
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(60) == 0

    net = Network.load(tmp_path / "net.npz")
    assert net.history.stopped == "interrupted"
    epochs, settings = len(net.history) + 2, told("adam", batch_size=2, rng=3)
    net.fit(*make_data(), epochs=epochs, **settings, resume=True)
    assert_same_run(net, make_net().fit(*make_data(), epochs=epochs, **settings))


def test_killed_process_leaves_the_last_epoch_that_was_saved(tmp_path):
    script = """
def save(net):
    net.save(sys.argv[1])
    print(len(net.history), flush=True)
make_net().fit(*make_data(), epochs=10**6, **several("nesterov") | {"patience": 10**6}, callbacks=[save])
"""
    with child(script, tmp_path / "net.npz") as process:
        assert "3\n" in process.stdout  # read up to this line
        process.kill()

    net = Network.load(tmp_path / "net.npz")
    epochs, settings = len(net.history) + 3, several("nesterov") | {"patience": 10**6}
    net.fit(*make_data(), epochs=epochs, **settings, resume=True)
    assert_same_run(net, make_net().fit(*make_data(), epochs=epochs, **settings))


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_run_goes_on_with_every_random_generator(kind, tmp_path):
    def rng():
        return np.random.Generator(getattr(np.random, kind)(5))

    data = make_data()
    make_net().fit(*data, epochs=2, batch_size=4, rng=rng()).save(tmp_path / "net.npz")
    net = Network.load(tmp_path / "net.npz").fit(*data, epochs=5, batch_size=4, resume=True)

    assert_same_run(net, make_net().fit(*data, epochs=5, batch_size=4, rng=rng()))


def test_generator_that_cannot_be_written_down_is_refused():
    class Foreign(np.random.PCG64):
        pass

    with pytest.raises(ValueError, match="rng is made from Foreign, but should be made from a bit generator"):
        make_net().fit(*make_data(), rng=np.random.Generator(Foreign()))


@pytest.mark.parametrize("lost", ["rng", "optimizer_m", "optimizer_v", "updates", "waited", "last"])
def test_run_without_a_part_of_its_state_is_another(lost):
    data, settings = make_data(), {**several("adam"), "learning_rate": 0.2, "patience": 6}
    whole = make_net().fit(*data, epochs=12, **settings)
    net = make_net().fit(*data, epochs=3, **settings)

    history, fresh = net.history, np.random.default_rng(9).bit_generator.state
    lose = {"rng": fresh, "updates": 0, "waited": 0, "last": net.theta - 1e-9}
    if lost in history.position:
        history.position[lost] = lose[lost]
    else:
        history.arrays[lost] = lose.get(lost, np.zeros_like(net.theta))
    net.fit(*data, epochs=12, **settings, resume=True)

    assert record(net) != record(whole)


def test_network_that_was_never_trained_begins():
    data = make_data()

    assert_same_run(
        make_net().fit(*data, epochs=2, rng=0, resume=True), make_net().fit(*data, epochs=2, rng=0)
    )


def test_run_that_ran_out_of_patience_stays_where_it_is():
    data, settings = make_data(), {**several("momentum"), "patience": 1, "learning_rate": 0.5}
    net = make_net().fit(*data, epochs=50, **settings)
    assert net.history.stopped == "patience ran out"

    again = make_net().fit(*data, epochs=50, **settings).fit(*data, epochs=90, **settings, resume=True)

    assert_same_run(again, net)


def test_epochs_target_callbacks_and_progress_may_change():
    data, calls = make_data(), []
    net = make_net().fit(*data, epochs=2, rng=0)

    net.fit(*data, epochs=9, target_loss=1e9, callbacks=[calls.append], progress=False, resume=True)

    assert (len(net.history), net.history.stopped, calls) == (2, "target loss reached", [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 6}, "batch_size is 6, but was 5"),
        ({"learning_rate": 0.2}, "learning_rate is 0.2, but was 0.01"),
        ({"optimizer": "adamw"}, "optimizer is .*adamw.*, but was .*adam"),
        ({"optimizer": ("adam", {"beta1": 0.5})}, "optimizer is .*0.5.*, but was .*0.8"),
        ({"schedule": "constant"}, "schedule is .*constant.*, but was .*step_decay"),
        ({"l2": 0.0}, "l2 is 0.0, but was 0.001"),
        ({"clip": None}, "clip is None, but was 1.0"),
        ({"patience": 5}, "patience is 5, but was 4"),
        ({"shuffle": False}, "shuffle is False, but was True"),
        ({"validation": None}, "the shape of the validation data is None, but was"),
        ({"l2": 0.5, "clip": 2}, "l2 is 0.5, but was 0.001; clip is 2.0, but was 1.0"),
    ],
    ids=str,
)
def test_settings_that_differ_are_refused_before_anything_changes(change, message):
    data, settings = make_data(), several("adam")
    net = make_net().fit(*data, epochs=2, **settings)
    before, kept = net.theta.copy(), record(net)

    with pytest.raises(ValueError, match=message):
        net.fit(*data, epochs=4, **{**settings, **change}, resume=True)

    assert_array_equal(net.theta, before)
    assert record(net) == kept


def test_other_data_are_refused():
    net = make_net().fit(*make_data(23), epochs=1)

    with pytest.raises(ValueError, match=r"the shape of x is \[3, 24\], but was \[3, 23\]"):
        net.fit(*make_data(24), epochs=2, resume=True)


def test_run_that_diverged_cannot_go_on():
    data, net = make_data(), make_net("identity")
    with pytest.raises(TrainingDiverged):
        net.fit(*data, learning_rate=1e9)

    with pytest.raises(ValueError, match="There is no run to go on with: the last one diverged"):
        net.fit(*data, learning_rate=1e9, resume=True)


def failing(wanted):
    """Return a schedule that keeps the rate, and fails the first time that an epoch is `wanted`."""
    failed = []

    def schedule(learning_rate, epoch):
        if epoch >= wanted and not failed:
            failed.append(epoch)
            raise KeyError("schedule")
        return learning_rate

    return schedule


@pytest.mark.parametrize("batch_size", [5, 23])
@pytest.mark.parametrize("epoch", [0.1, 1.0, 2.0, 2.5])
def test_run_that_a_schedule_broke_off_goes_on_from_its_last_step(batch_size, epoch, tmp_path):
    data, settings = make_data(), {**several("adam"), "batch_size": batch_size}
    net, settings["schedule"] = make_net(), failing(epoch)
    with pytest.raises(KeyError, match="schedule"):
        net.fit(*data, epochs=5, **settings)
    assert "(broken off by KeyError)" in repr(net)

    net.save(tmp_path / "net.npz")
    net = Network.load(tmp_path / "net.npz").fit(*data, epochs=5, **settings, resume=True)

    settings["schedule"] = "constant"
    assert_same_run(net, make_net().fit(*data, epochs=5, **settings))


@pytest.mark.parametrize("batch_size", [5, 23])
def test_second_interrupt_while_the_validation_lasts_loses_no_step(batch_size, tmp_path):
    data, settings, net = make_data(), {**several("adam"), "batch_size": batch_size}, make_net()

    def pressed(x, y):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    net.evaluate = pressed
    with pytest.raises(KeyboardInterrupt):
        net.fit(*data, epochs=5, **settings)
    net.save(tmp_path / "net.npz")
    net = Network.load(tmp_path / "net.npz").fit(*data, epochs=5, **settings, resume=True)

    assert_same_run(net, make_net().fit(*data, epochs=5, **settings))


def test_run_that_was_broken_off_inside_a_step_cannot_go_on(tmp_path):
    def fails(theta, g, learning_rate):
        if len(theta) > 3:  # not where the settings are checked
            raise KeyError("step")
        return (theta,)

    settings, net = {"optimizer": Optimizer(fails)}, make_net()
    with pytest.raises(KeyError, match="step"):
        net.fit(*make_data(), **settings)
    assert net.history.stopped == "broken off by KeyError"
    net.save(tmp_path / "net.npz")

    for again in (net, Network.load(tmp_path / "net.npz")):
        with pytest.raises(ValueError, match="the last one was broken off inside a step. Call fit without"):
            again.fit(*make_data(), **settings, resume=True)


@pytest.mark.parametrize("change", [{"pos": 10**9}, {"pos": -1}, {"key": [0] * 624}], ids=["far", "-", "0"])
def test_file_with_a_state_that_would_crash_python_is_refused(change, tmp_path):
    rng, path = np.random.Generator(np.random.MT19937(0)), tmp_path / "net.npz"
    net = make_net().fit(*make_data(), epochs=2, batch_size=5, rng=rng)
    net.save(path)
    assert Network.load(path).history.position == net.history.position

    net.history.position["rng"]["state"].update(change)
    net.save(path)

    with pytest.raises(ValueError, match="net.npz is damaged, .*no MT19937 can have such a state"):
        Network.load(path)


@pytest.mark.parametrize("name", ["optimizer_v", "best", "last"])
def test_state_that_does_not_fit_is_refused(name):
    settings = {"optimizer": "momentum", "patience": 2}
    net = make_net().fit(*make_data(), epochs=1, **settings)
    before, net.history.arrays[name] = net.theta.copy(), np.zeros(1)

    with pytest.raises(ValueError, match=f"the history's array {name} has shape"):
        net.fit(*make_data(), epochs=2, **settings, resume=True)
    assert_array_equal(net.theta, before)
