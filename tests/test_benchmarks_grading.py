"""The benchmark of grading: each measurement is made for real, sees what is planted, and can be read."""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import grade
import grading_class
import grading_cpu
import grading_figure
import grading_notebooks as notebooks
import grading_stock
import grading_table
import grading_verdict as verdict
from svg import svg

from bpkit.grading import submission
from bpkit.grading.sandbox.levels import best
from bpkit.grading.sandbox.process import Fork

ROOT = Path(__file__).parents[1]
SLOW = 0.2  # CPU seconds that a planted step takes: far more than measuring one submission is off by
PAGES = ["README.md", "benchmarks/README.md", "book/grader.md"]


@pytest.fixture(scope="module")
def meter():
    with grading_cpu.meter() as used:
        yield used


@pytest.fixture(scope="module")
def recorded():
    return json.loads((ROOT / "benchmarks/results/grading.json").read_text())


def work(seconds):
    """Use so much CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def slowed(function):
    def slow(*arguments, **keywords):
        work(SLOW)
        return function(*arguments, **keywords)

    return slow


def one(meter):
    (record,) = verdict.measure_right(meter, 1, ("by einsum",), [best()])
    return record


def test_meter_counts_this_process_and_what_it_starts(meter):
    burn = "import time\nwhile time.process_time() < 0.4: pass"

    before = meter.seconds()
    work(0.2)
    between = meter.seconds()
    subprocess.run([sys.executable, "-c", burn], check=True)

    assert between - before > 0.15
    assert meter.seconds() - between > 0.3


def test_group_leaves_nothing_behind():
    used = grading_cpu.meter()
    with used:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    child.communicate(b"\n")

    assert not hasattr(used, "folder") or not used.folder.exists()


def test_machine_takes_off_what_it_did_before(monkeypatch):
    monkeypatch.setattr(grading_cpu, "IDLE", 0.2)

    with grading_cpu.Machine() as used:
        before = used.seconds()
        work(0.5)

    assert used.rate >= 0
    assert used.seconds() - before > 0.5 * (0.8 - used.rate)


def test_watched_tells_of_a_command_and_of_its_failure():
    hold = "data = bytearray(10**8)\nimport time; time.sleep(0.3)"

    found = grading_cpu.watched([sys.executable, "-c", hold])

    assert found["seconds"] >= 0.3
    assert found["peak_bytes"] > 10**8
    with pytest.raises(RuntimeError, match=r"ended with 3:\nno$"):
        grading_cpu.watched([sys.executable, "-c", "print('no', end=''); raise SystemExit(3)"])


@pytest.mark.parametrize("way", notebooks.WAYS)
def test_right_ways_are_written_differently(way):
    others = [notebooks.right(other) for other in notebooks.WAYS if other != way]

    assert notebooks.right(way) not in others


def test_slips_that_no_longer_fit_the_solution_are_refused(monkeypatch):
    monkeypatch.setitem(notebooks.SLIPS, "an old one", ("forward", "no such line", ""))

    with pytest.raises(ValueError, match="The solution of forward no longer has 'no such line'"):
        notebooks.wrong("an old one")


def test_classes_hold_no_file_twice(tmp_path):
    kinds = notebooks.write_class(tmp_path, 40)

    files = {path.read_bytes() for path in tmp_path.glob("*/*/*.ipynb")}

    assert len(files) == sum(kinds.values()) == 40
    assert min(kinds.values()) >= 2


def test_right_submissions_cost_something_at_every_step(meter):
    record = one(meter)

    assert record["level"] == best()
    assert record["own_ms"] > 0
    assert sum(record["steps_ms"].values()) == pytest.approx(record["beyond_ms"], rel=1e-2)
    assert record["all_ms"] == pytest.approx(record["own_ms"] + record["beyond_ms"], rel=1e-2)
    assert min(record["where_ms"][place] for place in ("grader", "fork", "warm")) > 0


@pytest.mark.parametrize(
    ("room", "name", "step"),
    [
        (Fork, "__exit__", "fork"),
        (Fork, "cell", "cells"),
        (submission.SandboxAnswers, "calls", "calls"),
        (submission, "read_notebook", "verdict"),
    ],
    ids=["fork", "cells", "calls", "verdict"],
)
def test_slow_steps_show_in_their_own_row(room, name, step, meter, monkeypatch):
    before = one(meter)["steps_ms"]
    monkeypatch.setattr(room, name, slowed(getattr(room, name)))

    after = one(meter)["steps_ms"]

    added = {row: after[row] - before[row] for row in after}
    assert max(added, key=added.get) == step
    assert added[step] > 0.5 * 1e3 * SLOW


def test_answers_that_are_not_right_are_not_measured_as_right(meter, monkeypatch):
    monkeypatch.setitem(notebooks.WAYS, "by einsum", {"forward": "by_loops"})
    monkeypatch.setattr(notebooks, "rewritten", lambda name, way: "def forward(W, b, x, f): return {}, {}")

    with pytest.raises(ValueError, match="A right submission gets .* of 20 points"):
        one(meter)


def test_wrong_submissions_are_explained(meter):
    records = verdict.measure_wrong(meter, 1, ("one known mistake", "untouched"))

    assert all(0 < record["explaining_ms"] < record["all_ms"] for record in records)
    assert [record["forks"] for record in records] == [1, 1]


def test_endless_loops_are_measured_without_their_limit(meter):
    record = verdict.measure_endless(meter)

    assert record["forks"] > 2  # two that never came back, and those after them
    assert 0 < record["all_ms"] < 1e3 * verdict.SHORT.check_seconds


def test_classes_are_measured_twice(meter):
    record = grading_class.measure_class(meter, 4)

    assert record["students"] == sum(record["kinds"].values()) == 4
    assert record["cpu_ms"] > record["driver_cpu_ms"] > 0
    assert record["driver_mb"] > 20
    assert record["again_cpu_ms"] < record["cpu_ms"]


def test_workers_and_dask_are_measured_by_what_they_report(monkeypatch):
    monkeypatch.setattr(notebooks, "kinds", lambda: {"cut off": "{"})  # takes no time to judge

    workers = grading_class.measure_workers(80, (1, 2))

    assert workers["times"] == workers["per_second"]["2"][0] / workers["per_second"]["1"][0]
    assert min(workers["per_second"]["1"]) > 0
    assert grading_class.measure_dask(80)["times"] > 0


def test_classes_too_small_for_their_speed_are_refused():
    with pytest.raises(ValueError, match="3 submissions are reported at once"):
        grading_class.steady([1.0, 1.001, 1.002])


def test_stock_nbgrader_gives_the_right_ones_all_points(meter):
    record = grading_stock.measure_stock(meter, 1)

    assert record["submissions"] == 1
    assert record["first_cpu_ms"] > record["cpu_ms"] > 0
    assert record["first_wall_ms"] > 0


def test_stock_nbgrader_with_other_points_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(grading_stock, "POINTS", "select 'wrong', 0.0 union select 'right00', 3.0")

    with pytest.raises(ValueError, match="but the right ones should have 20"):
        grading_stock.expect_marks(tmp_path, {"right00": b""})


def test_record_has_what_the_pages_quote(recorded):
    parts = {"right", "wrong", "stock", "classes", "workers", "dask", "further_ms"}

    assert parts | {"versions", "system", "processor", "cores", "meter", "goals"} <= set(recorded)
    assert recorded["goals"] == grading_table.GOALS
    assert {r["way"] for r in recorded["right"]} == set(notebooks.WAYS)
    assert [r["slip"] for r in recorded["wrong"]] == [*verdict.WRONG, "an endless loop"]
    assert recorded["figure"] == grading_figure.describe(recorded)


def test_record_names_no_machine():
    text = (ROOT / "benchmarks/results/grading.json").read_text()

    assert not [word for word in (socket.gethostname(), str(Path.home()), str(ROOT)) if word in text]


def test_lines_mark_goals_that_are_missed(recorded):
    record = recorded["right"][0]

    assert "21.0!" in grading_table.right_line(record | {"beyond_ms": 21.0})
    assert "19.0 " in grading_table.right_line(record | {"beyond_ms": 19.0})


def quoted(text, rows):
    """Return the rows of a page that begin as the rows to quote do."""
    heads = [re.split(r"\d", row.rsplit("|", 4)[0])[0] for row in rows[2:]]
    return [line for line in text.splitlines() if line.startswith(tuple(heads))]


@pytest.mark.parametrize("page", PAGES)
def test_pages_quote_what_was_measured(page, recorded):
    rows = grading_table.rows(recorded)

    lines = quoted((ROOT / page).read_text(), rows)

    assert not set(lines) - set(rows)
    assert page != "benchmarks/README.md" or lines == rows[2:]


def test_quotes_of_another_run_are_found(recorded):
    rows = grading_table.rows(recorded)
    other = rows[2].replace(" ms | 20 ms", "9 ms | 20 ms")

    assert set(quoted(f"{rows[3]}\n{other}\n", rows)) - set(rows) == {other}


def test_figure_shows_each_step_at_each_level(recorded):
    fig = grading_figure.draw(recorded)

    left, right = fig.axes
    assert len(left.patches) == len(grading_figure.LOOKS) * len(grading_table.levels(recorded))
    ms = list(grading_figure.costs(recorded).values())
    assert [line.get_xdata()[0] for line in right.lines] == ms
    assert svg(fig, "x") == svg(grading_figure.draw(recorded), "x")


def test_figure_is_svg_with_its_words_and_a_dark_twin(recorded):
    root = ElementTree.fromstring((ROOT / "benchmarks/results/grading.svg").read_text())

    assert root.get("role") == "img"
    assert root.find("{*}title").text == recorded["figure"]
    assert "prefers-color-scheme: dark" in root.find("{*}style").text


def test_command_writes_what_it_found(recorded, tmp_path, capsys, meter):
    parts = ("right", "wrong", "stock", "classes", "workers", "dask")

    grade.write({part: recorded[part] for part in parts}, meter, tmp_path)

    document = json.loads((tmp_path / "grading.json").read_text())
    assert {part: document[part] for part in parts} == {part: recorded[part] for part in parts}
    assert grading_table.rows(document)[2] in capsys.readouterr().out
    assert document["figure"] in (tmp_path / "grading.svg").read_text()


def test_command_refuses_parts_that_there_are_not():
    command = [sys.executable, ROOT / "benchmarks" / "grade.py", "--only", "nothing"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 2
    assert "invalid choice: 'nothing'" in done.stderr
