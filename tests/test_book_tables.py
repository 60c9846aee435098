"""The tables that the book's pages compute, as they were built: what the package gives now."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from bpkit import book
from bpkit.grading.catalogue import CATALOGUE, clinic, tables, trial
from bpkit.grading.catalogue.caught import every_known_mistake

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def html():
    return book.build(ROOT).parent


def page(html, name):
    return BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")


def built(page):
    """Return the cells of every table of a page."""
    return [
        [[plain(cell.text) for cell in row.select("th, td")] for row in table.select("tr")]
        for table in page.select("article table")
    ]


def plain(text):
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


def written(lines):
    """Return the cells of a table in Markdown."""
    rows = [
        re.split(r" \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines if "---" not in line
    ]
    return [[plain(unmarked(cell)) for cell in row] for row in rows]


def unmarked(text):
    text = re.sub(r"\[(.+?)\]\(.+?\)", r"\1", text)
    return re.sub(r"</?su[bp]>|`", "", text).replace(r"\|", "|")


def test_guide_has_the_tables_of_now(html):
    tables_of_page, facts = built(page(html, "grader")), every_known_mistake()

    assert written(tables.by_question(facts)) in tables_of_page
    assert written(tables.by_mistake(facts)) in tables_of_page


def test_stale_tables_are_found(html):
    tables_of_page, facts = built(page(html, "grader")), every_known_mistake()

    assert written(tables.by_question(facts[1:])) not in tables_of_page
    assert written(tables.by_mistake(facts[1:])) not in tables_of_page


def test_pages_of_mistakes_have_the_runs_and_the_networks_of_now(html):
    assert written(tables.runs(trial.trials())) in built(page(html, "mistakes"))
    assert written(tables.networks()) in built(page(html, "misconceptions"))
    assert written(tables.verdicts(clinic.findings(trial.trials()))) in built(page(html, "misconceptions"))


def test_page_of_mistakes_has_a_place_for_every_number(html):
    soup = page(html, "mistakes")
    terms = [plain(term.text) for term in soup.select("article dt")]

    assert [term.split(" · ")[0] for term in terms] == list(CATALOGUE)
    assert all(soup.find(id=number.lower()) for number in CATALOGUE)


def numbered(page):
    """Return the links of a page that end in a mistake's number."""
    links = [a["href"] for a in page.select("article a[href]")]
    return [href for href in links if re.search(r"#m\d+$", href)]


def test_links_to_the_catalogue_lead_there(html):
    known = {number.lower() for number in CATALOGUE}
    links = {
        name: [href.partition("#") for href in numbered(page(html, name))]
        for name in ("mistakes", "misconceptions", "batches", "grader")
    }

    assert links["mistakes"] and {(way, place in known) for way, _, place in links["mistakes"]} == {
        ("", True)
    }
    for name in ("misconceptions", "batches", "grader"):
        assert {(way, place in known) for way, _, place in links[name]} >= {("mistakes.html", True)}
