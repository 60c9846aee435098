"""The benchmark of speed: everyone does the same work, turns are fair, and its record can be read."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import contestants
import figure
import footprint
import table
from svg import svg
from timing import ONE_THREAD, race, repeated
from workloads import DTYPES, WORKLOADS, draw

from bpkit import forward, loss_and_gradients

SPEED = Path(__file__).parents[1] / "benchmarks" / "speed.py"
TIMES = {
    "bpkit": [2e-6, 3e-6],
    "PyTorch": [9e-5],
    "PyTorch by hand": [6e-5],
    "bare products": [1e-6],
}


def problem(letter="b", dtype="float64"):
    return draw(WORKLOADS[letter], np.dtype(dtype), np.random.default_rng(0))


def build(name, drawn):
    make, package = contestants.CONTESTANTS[name]
    pytest.importorskip(package)
    return make(drawn)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run the command on two small workloads, with hardly any time."""
    folder = tmp_path_factory.mktemp("results")
    command = [sys.executable, SPEED, "--only", "ac", "--seconds", "0", "--out", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout, (folder / "speed.json").read_text("utf-8"), (folder / "speed.svg").read_text("utf-8")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("letter", ["b", "c", "g"])
@pytest.mark.parametrize("name", contestants.CONTESTANTS)
def test_contestants_do_the_same_work(name, letter, dtype):
    drawn = problem(letter, dtype)

    contestants.expect_same_work(name, build(name, drawn), drawn)


def no_step(net, x, y):
    pass


def twice(net, x, y):
    net.step(x, y, 0.2)


def without_the_biases(net, x, y):
    kept = {l: net.b[l].copy() for l in net.b}
    net.step(x, y, 0.1)
    for l in net.b:
        net.b[l] = kept[l]


def only_the_last_layer(net, x, y):
    kept = net.W[1].copy()
    net.step(x, y, 0.1)
    net.W[1] = kept


def another_target(net, x, y):
    net.step(x, 1 - y, 0.1)


@pytest.mark.parametrize(
    "wrong",
    [no_step, twice, without_the_biases, only_the_last_layer, another_target],
    ids=lambda f: f.__name__,
)
def test_contestants_that_do_other_work_are_caught(wrong):
    drawn = problem()
    net = contestants.trainee(drawn)
    cheat = contestants.Contestant(
        repeated(wrong, net, drawn.x, drawn.y), lambda: (net.W, net.b), drawn.work.loss
    )

    with pytest.raises(
        ValueError, match=r"The cheat does other work: after 3 steps the change of its [Wb]\["
    ):
        contestants.expect_same_work("The cheat", cheat, drawn)


def test_contestants_of_another_precision_or_loss_are_caught():
    double, single = problem(), problem(dtype="float32")
    honest = contestants.network(double)

    with pytest.raises(ValueError, match="float64, is off"):
        contestants.expect_same_work("Double", contestants.network(double), single)
    with pytest.raises(ValueError, match="does other work"):
        contestants.expect_same_work("Other", honest._replace(loss="binary_cross_entropy"), double)


@pytest.mark.parametrize("letter", ["b", "g"])
def test_bare_products_are_those_of_one_step(letter):
    drawn = problem(letter)
    z, _ = forward(drawn.W, drawn.b, drawn.x, drawn.f)
    _, dW, _ = loss_and_gradients(drawn.W, drawn.b, drawn.x, drawn.y, drawn.f, drawn.work.loss)

    found = contestants.products(drawn)

    L = len(drawn.W)
    assert len(found) == 3 * L - 1
    for l in drawn.W:
        assert_allclose(found[l - 1][2], z[l] - drawn.b[l], rtol=1e-12, atol=1e-14)
        assert_allclose(found[L + l - 1][2] / drawn.work.m, dW[l], rtol=1e-12, atol=1e-14)
    assert all(array.flags.c_contiguous for product in found for array in product)


def test_race_gives_everyone_the_same_number_of_turns_and_another_start_each_round():
    turns = []

    times = race({name: lambda n, name=name: turns.append((name, n)) for name in "xy"}, 0)

    assert {name: len(values) for name, values in times.items()} == {"x": 3, "y": 3}
    assert "".join(name for name, _ in turns[-12:]) == "xxyyyyxxxxyy"
    assert len({n for _, n in turns[-12::2]} | {0}) == 2  # the steps that are not timed


def test_record_compares_the_best_times():
    record = table.record("a", DTYPES[0], TIMES)

    assert record["ratios"] == {"PyTorch": 45, "PyTorch by hand": 30, "bare": 2}
    assert (record["minimum_us"]["bpkit"], record["median_us"]["bpkit"]) == (2, 2.5)
    assert record["missed"] == []
    assert "45 (29) " in table.line(record)
    assert "- (100) " in table.line(record)


@pytest.mark.parametrize(
    ("name", "best", "missed"), [("PyTorch", 4.0e-5, "PyTorch"), ("bare products", 3e-7, "bare")]
)
def test_record_marks_targets_missed_by_more_than_a_fifth(name, best, missed):
    record = table.record("a", DTYPES[0], {**TIMES, name: [best]})

    assert record["missed"] == [missed]
    assert f"({record['targets'][missed]:g})!" in table.line(record)


def test_command_prints_a_line_for_each_workload_and_precision(run):
    screen, text, _ = run

    for record in json.loads(text)["records"]:
        assert table.line(record) in screen
    assert table.FOOT in screen
    assert json.loads(text)["figure"] in screen


def test_command_writes_a_record_of_the_run_and_of_no_machine(run):
    document = json.loads(run[1])

    assert [(r["workload"], r["dtype"]) for r in document["records"]] == [
        (letter, dtype.name) for letter in "ac" for dtype in DTYPES
    ]
    assert document["threads"] == ONE_THREAD
    assert document["versions"]["numpy"] == np.__version__
    assert all(t > 0 for r in document["records"] for t in r["minimum_us"].values())
    assert not [
        word for word in (socket.gethostname(), str(Path.home()), str(SPEED.parent)) if word in run[1]
    ]


def test_command_refuses_workloads_that_there_are_not():
    done = subprocess.run([sys.executable, SPEED, "--only", "az"], capture_output=True, text=True)

    assert done.returncode == 2
    assert "the workloads are abcdefg, not 'az'" in done.stderr


def test_figure_is_svg_with_its_words_and_a_dark_twin(run):
    _, text, svg = run

    root = ElementTree.fromstring(svg)

    assert root.get("role") == "img"
    assert root.find("{*}title").text == json.loads(text)["figure"]
    assert "prefers-color-scheme: dark" in root.find("{*}style").text


def test_figure_shows_everyone_and_says_their_multiples():
    records = [table.record("a", dtype, TIMES) for dtype in DTYPES]

    left, _ = figure.draw(records).axes

    assert [line.get_label() for line in left.lines] == [
        "bpkit",
        "PyTorch",
        "PyTorch by hand",
        "matrix products alone",
    ]
    assert [line.get_xdata()[0] for line in left.lines] == [1, 45, 30, 0.5]
    assert "PyTorch 45 to 45, PyTorch by hand 30 to 30, matrix products alone 0.5 to 0.5" in figure.describe(
        records
    )
    assert svg(figure.draw(records), "x") == svg(figure.draw(records), "x")


@pytest.mark.parametrize("letter", ["a", "c", "g"])
def test_training_takes_the_same_memory_however_many_steps_there_are(letter):
    traced, _ = footprint.growth(problem(letter), 1000)

    assert traced == 0


def test_training_that_hoards_is_found():
    kept = []

    def hoarder(drawn):
        return contestants.network(drawn)._replace(run=repeated(lambda: kept.append(np.zeros(1))))

    assert footprint.growth(problem(), 1000, hoarder)[0] > 1000 * np.zeros(1).nbytes


def test_import_is_timed_in_milliseconds_for_both():
    numpy, ours = footprint.import_times(rounds=1)

    assert 1 < numpy < 60_000
    assert 1 < ours < 60_000
