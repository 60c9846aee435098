"""What the documents say of the attacks is what was measured."""

import json
from pathlib import Path

import pytest

from attacks import ATTACKS
from attacks.classroom import promised
from attacks.gains import sentences, totals
from bpkit.grading.sandbox.levels import LEVELS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rows():
    return json.loads((ROOT / "benchmarks" / "results" / "attacks.json").read_text("utf-8"))["attacks"]


def stale(text, lines):
    """Return the lines that a text does not have."""
    return [line for line in lines if line not in text.splitlines()]


def test_results_are_of_these_attacks(rows):
    assert [(row["name"], row["family"], row["gain"]) for row in rows] == [
        (attack.name, attack.family, attack.gain) for attack in ATTACKS
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_results_show_no_gain_where_a_level_promises_none(level, rows):
    stopped = {attack.name for attack in promised(level)}

    assert [row["name"] for row in rows if row["name"] in stopped and row["gained"][level]] == []


def test_tables_and_sentences_are_as_measured(rows):
    readme = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    guide = (ROOT / "book" / "grader.md").read_text("utf-8")

    assert stale(readme, totals(rows)) == []
    assert stale(guide, sentences(rows)) == []


def test_stale_tables_and_sentences_are_found(rows):
    worse = [row | {"gained": row["gained"] | {"full": ["paid"], "process": ["paid"]}} for row in rows]
    readme = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    guide = (ROOT / "book" / "grader.md").read_text("utf-8")

    assert len(stale(readme, totals(worse))) == 2
    assert len(stale(guide, sentences(worse))) == 1
