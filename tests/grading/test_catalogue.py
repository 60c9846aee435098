"""The catalogue: every number that a question or a message uses, each told once and in full."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bpkit.grading import marking
from bpkit.grading.catalogue import CATALOGUE, SECTIONS, tables
from bpkit.grading.catalogue.passes import PASSES
from bpkit.grading.questions import SETS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "mistakes.md").read_text("utf-8")
ENTRIES = [entry for section in SECTIONS.values() for entry in section]


def unknown(sets):
    """List the numbers of known mistakes that the catalogue does not have."""
    used = {m.number for asked in sets.values() for question in asked for m in question.mistakes}
    return sorted(used - {None, *CATALOGUE})


def test_every_number_of_a_question_is_in_the_catalogue():
    assert unknown(SETS) == []


def test_unknown_numbers_are_found():
    forward = next(q for q in SETS["ps05_backprop"] if q.name == "forward")
    stray = replace(forward, mistakes=(replace(forward.mistakes[0], number="M13"),))

    assert unknown({"ps05_backprop": [stray]}) == ["M13"]


def test_every_number_that_messages_write_is_in_the_catalogue():
    written = set(re.findall(r'"(M\d+)"', Path(marking.__file__).read_text("utf-8")))

    assert written and written <= set(CATALOGUE)


def test_numbers_are_names_in_order():
    numbers = [int(entry.number.removeprefix("M")) for entry in ENTRIES]

    assert numbers == sorted(set(numbers)) and numbers[0] == 1 and numbers[-1] == 95


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.number)
def test_entries_are_told_in_full(entry):
    assert all(text == text.strip() != "" for text in entry)
    assert entry.gradient.endswith(".") and entry.see.endswith(".") and not entry.name.endswith(".")
    assert all(text.count("`") % 2 == 0 for text in entry)


def test_names_are_told_apart():
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)


def test_page_has_every_section_in_order_each_from_the_table():
    assert [h for h in re.findall(r"^## (.+)", PAGE, re.M) if h in SECTIONS] == list(SECTIONS)
    assert re.findall(r'tables\.definitions\(SECTIONS\["(.+?)"\]', PAGE) == list(SECTIONS)


def test_definitions_have_every_entry_of_a_section():
    for section in SECTIONS.values():
        lines = tables.definitions(section)

        assert [line for line in lines if line.startswith("(m")] == [
            f"({e.number.lower()})=" for e in section
        ]
        assert all(f": {tables.marked_up(entry.code)}" in lines for entry in section)


def test_backward_passes_are_of_the_catalogue():
    assert {p.number for p in PASSES} <= set(CATALOGUE)
    assert all(p.reads and not p.reads.endswith((".", ":")) for p in PASSES)
