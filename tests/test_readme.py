"""The first screen keeps its word: its ten lines run, and print what they say."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def example(readme):
    """Return the Python code of the first screen."""
    return re.search(r"^```python\n(.*?)^```$", readme, re.M | re.S)[1]


def promised(code):
    """Return what the comments beside the prints say that they print."""
    return re.findall(r"^print\(.*\)  # (.*)$", code, re.M)


def printed(code):
    """Run the code and return the lines that it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as screen:
        exec(code, {})
    return screen.getvalue().splitlines()


def test_example_prints_what_its_comments_say():
    code = example(README)

    assert promised(code)
    assert printed(code) == promised(code)


def test_example_has_ten_lines_at_most():
    assert len([line for line in example(README).splitlines() if line]) <= 10


@pytest.mark.parametrize("change", [("0.6, -0.5", "0.6, 0.5"), ("dW[1], dW_num[1]", "dW[1], 2 * dW_num[1]")])
def test_example_that_computes_something_else_is_refused(change):
    code = example(README)

    assert change[0] in code
    assert printed(code.replace(*change)) != promised(code)


def test_network_of_the_readme_trains_and_is_saved(tmp_path, monkeypatch):
    code = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.S)[1]
    monkeypatch.chdir(tmp_path)
    names = {}

    exec(code, names)

    right = names["net"].predict(names["digits"].x).argmax(axis=0) == names["digits"].labels
    assert right.mean() > 0.97
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


def test_figure_is_described_by_the_figures_of_its_run():
    words = re.search(r"!\[(.*?)\]\(benchmarks/results/speed.svg\)", README, re.S)[1]

    assert words == json.loads((ROOT / "benchmarks/results/speed.json").read_text())["figure"]


def errors(readme):
    """Return the errors in per cent of each row of a table that has bpkit's and scikit-learn's."""
    return re.findall(r"^\|(?:[^|\n]*\|)+? ([\d.]+) %[^|\n]*\| ([\d.]+) %", readme, re.M)


@pytest.mark.parametrize("readme", ["README.md", "benchmarks/README.md"])
def test_errors_are_those_that_were_measured(readme):
    names = ("letters", "spoken_digits", "digits")
    records = [
        json.loads((ROOT / f"benchmarks/results/{name}.json").read_text())["records"] for name in names
    ]
    measured = [record["results"] for (record,) in records]

    due = [[f"{one[who]['test_error_percent']:.2f}" for who in ("bpkit", "scikit-learn")] for one in measured]
    text = re.sub(r"\| [\d.]+ % \|(?=.*%.*%)", "|", (ROOT / readme).read_text())  # without the goals

    assert [list(pair) for pair in errors(text)] == due


def verbs(text):
    """Return what a document tells its reader to make."""
    return set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.M))


def absent(text):
    """Return the places of the checkout that a document names and that are not there."""
    places = re.findall(r"`((?:book|exercises|solutions|bpkit|tests|benchmarks)/[\w./]*)`", text)
    return [place for place in places if not (ROOT / place).exists()]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_documents_name_commands_and_places_that_exist(name):
    text, targets = (
        (ROOT / name).read_text(),
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M),
    )

    assert verbs(text)
    assert verbs(text) <= set(targets)
    assert absent(text) == []


def test_commands_and_places_that_do_not_exist_are_found():
    text = "Run `make everything`, or:\n\nmake nothing  # at all\n\nThe code is in `bpkit/nowhere.py`."

    assert verbs(text) == {"everything", "nothing"}
    assert absent(text) == ["bpkit/nowhere.py"]
