"""The bibliography holds what the pages cite, and nothing else."""

import re
from pathlib import Path

from pybtex.database import parse_file

ROOT = Path(__file__).parents[1]
REFERENCES = ROOT / "book" / "references.bib"
NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year"},
    "inproceedings": {"author", "title", "booktitle", "year"},
    "mastersthesis": {"author", "title", "school", "year"},
    "misc": {"author", "title", "note", "year"},
    "phdthesis": {"author", "title", "school", "year"},
    "techreport": {"author", "title", "institution", "year"},
}


def cited(page):
    """Return the keys that a page cites."""
    roles = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", page)
    return [key.strip() for keys in roles for key in keys.split(",")]


def entries():
    return parse_file(REFERENCES).entries


def keys_of_the_pages():
    return {key for path in ROOT.glob("book/*.md") for key in cited(path.read_text())}


def test_every_citation_has_its_entry():
    assert keys_of_the_pages()
    assert keys_of_the_pages() - set(entries()) == set()


def test_every_entry_is_cited():
    assert set(entries()) - keys_of_the_pages() == set()


def test_every_entry_says_who_what_where_and_when():
    lacking = {key: NEEDED[entry.type] - {*entry.fields, *entry.persons} for key, entry in entries().items()}

    assert {key: fields for key, fields in lacking.items() if fields} == {}


def test_every_key_ends_in_the_year():
    names = {key: entry.fields["year"] for key, entry in entries().items() if key[-4:].isdigit()}

    assert len(names) > 40
    assert {key: year for key, year in names.items() if key[-4:] != year} == {}


def test_entries_stand_in_order():
    assert list(entries()) == sorted(entries())


def test_cited_finds_every_role_and_several_keys():
    page = "{cite}`one1900`, {cite:t}`two1901,three1902` and {cite:p}`four1903, five1904`; `{cite}` alone"

    assert cited(page) == ["one1900", "two1901", "three1902", "four1903", "five1904"]
