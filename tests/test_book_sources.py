"""The page of sources: every fault of the five articles set right with a link, every topic with its place."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {path.stem: path.read_text("utf-8") for path in sorted(ROOT.glob("book/*.md"))}
FAULTS = {1: 12, 2: 9, 3: 6, 4: 11, 5: 11}  # how many are known of each article
NUMBERS = [f"{article}.{k}" for article, count in FAULTS.items() for k in range(1, count + 1)]


def rows(page):
    """Return the cells of every row of every table, its head apart."""
    tables = re.findall(r"^\|.+\|$\n^\|[-| ]+\|$\n((?:^\|.+\|$\n?)+)", page, re.M)
    return [row.strip("| ").split(" | ") for table in tables for row in table.splitlines()]


def corrections(page):
    """Return what is said of each fault, in order: number, fault, correction."""
    return [row for row in rows(page) if re.fullmatch(r"\d\.\d+", row[0])]


def links(text):
    return re.findall(r"\{(?:ref|eq)\}`(?:[^`<]*<)?([^`>]+)>?`", text)


def labels():
    """Return everything in the book that a link can lead to."""
    text = "\n".join(PAGES.values())
    return {*re.findall(r"^\((\w+)\)=$", text, re.M), *re.findall(r"\$\$ \((eq-[a-z-]+)\)$", text, re.M)}


def dead(texts):
    """Return the texts that have no link, or one that leads nowhere."""
    known = labels()
    return [text for text in texts if not links(text) or set(links(text)) - known]


def topics(page):
    table = page.split("(topics)=\n")[1].split("(errata_of_the_articles)=\n")[0]
    return [row for row in rows(table) if len(row) == 3]


def test_every_fault_is_set_right_once():
    assert [row[0] for row in corrections(PAGES["sources"])] == NUMBERS


def test_every_correction_leads_to_a_place_in_the_book():
    found = corrections(PAGES["sources"])

    assert {len(row) for row in found} == {3}
    assert dead([correction for _, _, correction in found]) == []


def test_every_topic_has_a_place_in_the_book():
    found = topics(PAGES["sources"])

    assert len(found) > 20
    assert dead([place for _, _, place in found]) == []


def test_every_article_has_topics():
    assert {int(k) for _, articles, _ in topics(PAGES["sources"]) for k in articles.split(", ")} == set(
        FAULTS
    )


def test_titles_of_the_articles_say_that_they_are_chinese():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    text = PAGES["sources"]

    assert len(re.findall(r"\{zh\}`[^`]+`", text)) == len(FAULTS)
    assert not chinese.search(re.sub(r"\{zh\}`[^`]+`", "", text))


@pytest.mark.parametrize(
    "text", ["no link", "{ref}`a_page_that_is_not`", "{eq}`eq-of-nothing` {ref}`sources`"]
)
def test_dead_ends_are_found(text):
    assert dead([text]) == [text]
    assert dead(["{ref}`sources`", "{ref}`here <sources>` and {eq}`eq-scaled-loss`"]) == []


def test_rows_are_read_without_their_head():
    table = "| | a |\n| --- | --- |\n| 1.1 | b |\n| 12 | c |\n"

    assert rows(f"Text.\n\n{table}\nText.\n") == [["1.1", "b"], ["12", "c"]]
    assert corrections(table) == [["1.1", "b"]]
