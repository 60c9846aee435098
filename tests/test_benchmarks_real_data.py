"""The benchmark on real data: what is chosen, what is tested once, and what a reader gets."""

import json
import subprocess
import sys
import wave
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import outcome
import real_data
from learning import choose, prepare, train_ours, train_theirs
from tasks import TASKS, Samples, Setting, Task, _spectrum, load_digits, load_letters, load_speech, vary
from timing import ONE_THREAD

pytest.importorskip("sklearn")

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
NEEDING = [name for name in TASKS if name != "digits"]
QUICK = Setting((8,), copies=1, epochs=2, batch_size=32, noise=0.1)


def write_letters(folder):
    rng = np.random.default_rng(0)
    measures = rng.integers(16, size=(26, 16))
    rows = [",".join([chr(ord("A") + n), *map(str, measures[n])]) for n in range(26)]
    (folder / "letter-recognition.data").write_text("\n".join(rows[n] for n in rng.integers(26, size=20000)))


def tone(digit, seed, n=1500):
    noise = 0.01 * np.random.default_rng(seed).normal(size=n)
    return 0.5 * np.sin(2 * np.pi * (300 + 300 * digit) * np.arange(n) / 8000) + noise


def write_speech(folder):
    for digit in range(10):
        for index in (0, 1, 5, 14, 15, 16):
            with wave.open(str(folder / f"{digit}_ada_{index}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
                file.writeframes((2**15 * tone(digit, index)).astype("<i2").tobytes())


def write_mnist(folder, prefixes=("train", "t10k"), m=60):
    labels = np.arange(m, dtype=np.uint8) % 10
    images = np.random.default_rng(0).integers(256, size=(10, 28, 28), dtype=np.uint8)[labels]
    for prefix in prefixes:
        for kind, items in (("images-idx3", images), ("labels-idx1", labels)):
            header = np.array([0x0800 + items.ndim, *items.shape], ">u4").tobytes()
            (folder / f"{prefix}-{kind}-ubyte").write_bytes(header + items.tobytes())


PLACES = {
    "letters": ("letters", write_letters),
    "spoken-digits": ("spoken-digits/recordings", write_speech),
    "digits": (".", lambda folder: None),
    "mnist-squared": ("mnist", write_mnist),
    "mnist-entropy": (".", write_mnist),
}


def quick(task):
    """Return the task with two small networks to choose from, the second of which cannot learn."""
    setting = task.candidates[next(iter(task.candidates))]
    small = setting._replace(units=(8,), copies=1, epochs=2, batch_size=32, noise=0.1)
    return task._replace(candidates={"learns": small, "stays": small._replace(learning_rate=0.0)})


def corners(m=120, seed=0):
    """Return samples of three classes that lie far apart; the last third is held out."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=m)
    x = 4 * np.eye(3)[:, labels] + 0.1 * rng.normal(size=(3, m))
    return Samples(x, labels, np.arange(m) >= 2 * m // 3)


def task_of(load, candidates):
    return Task("Corners", load, 3, 0, 5.0, "nobody's goal", candidates)


GOOD = Setting((8,), copies=0, epochs=20, batch_size=8, learning_rate=0.01)
STUCK = GOOD._replace(learning_rate=0.0)


@pytest.mark.parametrize("name", TASKS)
def test_command_chooses_trains_tests_and_writes(name, tmp_path, capsys):
    inside, write = PLACES[name]
    (tmp_path / inside).mkdir(parents=True, exist_ok=True)
    write(tmp_path / inside)

    status = real_data.main(
        [name, "--data", str(tmp_path), "--out", str(tmp_path / "out")], {name: quick(TASKS[name])}
    )

    document = json.loads((tmp_path / "out" / f"{name.replace('-', '_')}.json").read_text("utf-8"))
    (record,), screen = document["records"], capsys.readouterr().out
    assert status == 0
    assert record["chosen"] == "learns" and len(record["results"]["scikit-learn"]["training_loss"]) == 2
    assert "\n".join(outcome.table(record)) in screen
    assert str(tmp_path) not in json.dumps(document)


def test_figure_has_both_losses_every_candidate_and_its_words(tmp_path):
    samples = corners()
    task = task_of(lambda folder, part: samples, {"good": GOOD, "stuck": STUCK})
    record = real_data.run(task, None, lambda line: None)

    left, right = outcome.draw(record).axes
    real_data.write(record, "corners", tmp_path)

    root = ElementTree.fromstring((tmp_path / "corners.svg").read_text("utf-8"))
    assert [line.get_label() for line in left.lines] == ["bpkit", "scikit-learn"]
    assert [line.get_label() for line in right.lines] == ["good", "stuck"]
    assert right.lines[0].get_ydata()[-1] == 0
    assert root.get("role") == "img" and root.find("{*}title").text == outcome.describe(record)
    assert "good 0.00 %, stuck" in outcome.describe(record)


def test_choice_is_the_candidate_with_the_lowest_error_and_the_first_of_equals():
    candidates = {"stuck": STUCK, "good": GOOD, "same": GOOD}

    chosen, errors = choose(task_of(None, candidates), corners(), lambda line: None)

    assert chosen == "good"
    assert errors["good"] == errors["same"] and errors["good"][-1] == 0 < errors["stuck"][-1]
    assert {len(by_epoch) for by_epoch in errors.values()} == {20}


def test_choice_never_trains_on_what_is_held_out():
    samples = corners()
    class_of_its_own = samples._replace(held_out=samples.labels == 2)

    _, errors = choose(task_of(None, {"good": GOOD}), class_of_its_own, lambda line: None)

    assert errors["good"] == [100.0] * 20


def test_test_set_is_loaded_once_after_everything_is_chosen_and_trained():
    events = []

    def load(folder, part):
        events.append(part)
        return corners()

    real_data.run(task_of(load, {"good": GOOD, "stuck": STUCK}), None, events.append)

    told = [event for event in events if event not in ("train", "test")]
    assert events[0] == "train" and events.count("test") == events.count("train") == 1
    assert events.index("test") == len(events) - 2
    assert told[-2].split()[0] == "scikit-learn" and told[-1].startswith("Tested once")


def test_test_set_decides_nothing_but_the_error_that_is_reported():
    def outcome_with(labels_of_test):
        parts = {"train": corners(), "test": corners(30, seed=1)}
        parts["test"] = parts["test"]._replace(labels=labels_of_test(parts["test"].labels))
        task = task_of(lambda folder, part: parts[part], {"good": GOOD, "stuck": STUCK})
        return real_data.run(task, None, lambda line: None)

    right, false = outcome_with(lambda labels: labels), outcome_with(lambda labels: (labels + 1) % 3)

    same = ("chosen", "validation_error_percent", "samples")
    assert [right[key] for key in same] == [false[key] for key in same]
    for name in ("bpkit", "scikit-learn"):
        assert right["results"][name]["training_loss"] == false["results"][name]["training_loss"]
        assert (right["results"][name]["wrong"], false["results"][name]["wrong"]) == (0, 30)
    assert outcome.reached(right) and not outcome.reached(false)
    assert [outcome.table(record)[-1].split(": ")[1] for record in (right, false)] == ["reached.", "missed."]


@pytest.mark.parametrize("loss", ["cross_entropy", "half_squared_error"])
def test_both_train_the_same_network_for_all_epochs(loss):
    output = {"cross_entropy": "softmax", "half_squared_error": "identity"}[loss]
    setting = GOOD._replace(units=(5, 4), hidden="tanh", loss=loss, output=output)
    task, samples = task_of(None, {}), corners()

    ours, theirs = (
        train(task, setting, prepare(task, setting, samples)) for train in (train_ours, train_theirs)
    )

    assert ours.parameters == theirs.parameters == 5 * 4 + 4 * 6 + 3 * 5
    assert len(ours.losses) == len(theirs.losses) == 20
    assert ours.wrong(samples) == theirs.wrong(samples) == 0


def coin():
    """Return samples of two classes that nobody can tell apart."""
    x, labels = np.tile([[1.0, 1.0, -1.0, -1.0]], 8), np.tile([0, 1], 16)
    return task_of(None, {})._replace(classes=2), Samples(x, labels, labels < 0)


@pytest.mark.parametrize("loss", ["cross_entropy", "half_squared_error"])
def test_scikit_learn_uses_all_epochs_when_it_gets_no_better(loss):
    task, samples = coin()
    setting = GOOD._replace(loss=loss, epochs=100)

    losses = train_theirs(task, setting, prepare(task, setting, samples)).losses

    assert len(losses) == 100 > np.argmin(losses) + 1


def test_losses_of_the_regressor_are_summed_over_the_outputs_like_ours():
    task, samples = coin()
    setting = GOOD._replace(hidden="tanh", output="identity", loss="half_squared_error", epochs=100)

    for train in (train_ours, train_theirs):
        assert_allclose(train(task, setting, prepare(task, setting, samples)).losses[-1], 0.25, atol=0.02)


def test_prepared_inputs_are_scaled_by_the_training_set_and_hold_every_copy():
    samples = corners()
    prepared = prepare(task_of(None, {}), QUICK._replace(copies=2), samples)

    first, second, third = np.split(prepared.rows, 3)

    assert_array_equal(first.T, prepared.scaled(samples.x))
    assert_allclose(first.mean(axis=0), 0, atol=1e-6)
    assert_allclose(first.std(), 1, rtol=1e-6)
    assert (
        0
        < abs(second - first).max()
        <= 0.1 / (samples.x - samples.x.mean(axis=1, keepdims=True)).std() + 1e-6
    )
    assert (second != third).any()
    assert_array_equal(prepared.labels, np.tile(samples.labels, 3))


def test_vary_moves_pictures_by_at_most_a_pixel_and_leaves_other_inputs():
    rng, x = np.random.default_rng(0), np.zeros((26, 200))
    x[12], x[25] = 1.0, 7.0

    moved = vary(x, 5, 1.0, 0.0, rng)
    pictures = moved[:25].reshape(5, 5, 200)

    assert_allclose(pictures.sum(axis=(0, 1)), 1)
    assert_allclose(pictures[1:4, 1:4].sum(axis=(0, 1)), 1)
    assert all(pictures[row, column].max() > 0.5 for row in (1, 2, 3) for column in (1, 2, 3))
    assert_array_equal(moved[25], x[25])
    assert_array_equal(vary(x, 5, 0.0, 0.0, rng), x)


def test_vary_fills_the_edge_with_nothing():
    x = np.ones((9, 100))

    pictures = vary(x, 3, 1.0, 0.0, np.random.default_rng(0)).reshape(3, 3, 100)

    assert_allclose(pictures[1, 1], 1)
    assert pictures[0].min() < 0.2 and pictures.max() <= 1


def test_spectrum_leaves_silence_out_and_ends_with_the_duration():
    sound = tone(3, 0)
    padded = np.concatenate([np.zeros(3000), sound, np.zeros(2000)])

    inside, outside = _spectrum(sound), _spectrum(padded)

    assert inside.shape == (1025,)
    assert_allclose(np.exp([inside[-1], outside[-1]]), 1500 / 8000, atol=0.02)
    assert abs(inside[:-1] - outside[:-1]).mean() < 0.1


def test_splits_are_the_customary_ones(tmp_path):
    write_letters(tmp_path)
    write_speech(tmp_path)

    letters = [load_letters(tmp_path, part) for part in ("train", "test")]
    speech = [load_speech(tmp_path, part) for part in ("train", "test")]

    assert [samples.x.shape for samples in letters] == [(16, 16000), (16, 4000)]
    assert letters[0].held_out.sum() == 3000 and letters[0].held_out[13000:].all()
    assert [samples.x.shape for samples in speech] == [(1025, 40), (1025, 20)]
    assert_array_equal(speech[0].held_out, np.tile([True, True, False, False], 10))


def test_digits_are_split_into_parts_that_share_no_sample():
    train, test = load_digits(None, "train"), load_digits(None, "test")

    assert (train.x.shape, test.x.shape) == ((64, 1347), (64, 450))
    assert not {column.tobytes() for column in train.x.T} & {column.tobytes() for column in test.x.T}
    assert np.bincount(test.labels).min() >= 43


@pytest.mark.parametrize("name", NEEDING)
@pytest.mark.parametrize("given", [True, False])
def test_data_that_are_not_there_are_told_in_a_sentence(name, given, tmp_path, capsys):
    status = real_data.main(
        [name, *(["--data", str(tmp_path)] if given else []), "--out", str(tmp_path / "out")]
    )

    screen = capsys.readouterr()
    assert status == 2 and screen.out == ""
    assert screen.err.startswith("There is no ") and screen.err.endswith("with --data.\n")
    assert screen.err.count("\n") == 1 and not (tmp_path / "out").exists()


def test_data_that_are_there_in_part_are_told_before_anything_is_trained(tmp_path, capsys):
    write_mnist(tmp_path, prefixes=["train"])

    assert real_data.main(["mnist-entropy", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("There is no t10k-images-idx3-ubyte")


def test_data_that_are_damaged_are_told_in_a_sentence(tmp_path):
    (tmp_path / "letter-recognition.data").write_text("A,1,2\n")

    command = [sys.executable, BENCHMARKS / "real_data.py", "letters", "--data", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "but should be a capital letter and 16 whole numbers" in done.stderr
        and "Traceback" not in done.stderr
    )


@pytest.mark.parametrize("name", ["letters", "spoken_digits", "digits"])
def test_results_that_are_kept_reach_the_goal_and_scikit_learn(name):
    document = json.loads((BENCHMARKS / "results" / f"{name}.json").read_text("utf-8"))
    (record,) = document["records"]
    task, results = TASKS[name.replace("_", "-")], record["results"]

    assert document["threads"] == ONE_THREAD
    assert outcome.reached(record) and record["goal_percent"] == task.goal
    assert results["bpkit"]["wrong"] <= results["scikit-learn"]["wrong"]
    assert record["candidates"] == json.loads(
        json.dumps({n: s._asdict() for n, s in task.candidates.items()})
    )
    assert record["chosen"] == min(
        record["validation_error_percent"], key=lambda n: record["validation_error_percent"][n][-1]
    )


def test_command_without_scikit_learn_says_so(monkeypatch, capsys):
    monkeypatch.setattr(real_data, "find_spec", lambda name: None)

    assert real_data.main(["digits"]) == 2
    assert "scikit-learn is not installed" in capsys.readouterr().err
