"""The pages of a book as one: every name and every link once, and in the right place."""

import pytest
from bs4 import BeautifulSoup

from bpkit.book_as_one import as_one, chapters, read

INDEX = """<html lang="en"><head><meta name="description" content="About chains.">
<link rel="stylesheet" href="_static/a.css"></head>
<nav class="bd-docs-nav"><ul><li><a href="#">Chains</a></li></ul>
<p class="caption">First</p><ul><li><a href="one.html">1. One</a></li>
<li><a href="two.html">2. Two</a></li></ul>
<p class="caption">Last</p><ul><li><a href="end.html">End</a></li></ul></nav>
<article><h1>Chains</h1><a href="two.html">two</a></article>
<div class="extra_footer"><p>Free.</p></div></html>"""
ONE = """<article><section id="one"><h1>1. One<a class="headerlink" href="#one">#</a></h1>
<section id="summary"><h2>Summary</h2><div class="math" id="eq-a">a <span class="eqno">(1.1)</span></div>
<details><summary>Solution</summary><p>It is so.</p></details>
<img class="only-light" src="_images/x.svg" loading="lazy"><img class="only-dark" src="_images/x-dark.svg">
<a href="two.html#summary">there</a> <a href="#eq-a">(1.1)</a> <a href="https://example.org/one.html">far</a>
<a href="search.html">search</a>
<a href="code/one.html#line">code</a></section></section></article>"""
TWO = """<article><section id="two"><h1>2. Two</h1><section id="summary"><h2>Summary</h2>
<p id="a" aria-describedby="a summary">x</p></section></section></article>"""
END = "<article><h1>End</h1><h5>Deep</h5></article>"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("html")
    for name, text in {"index": INDEX, "one": ONE, "two": TWO, "end": END}.items():
        (folder / f"{name}.html").write_text(text)
    return folder


@pytest.fixture(scope="module")
def one(pages):
    return BeautifulSoup(as_one(pages, "../html/", "b {}", "Version 7"), "html.parser")


def test_chapters_are_those_of_the_contents_in_their_order(pages):
    assert chapters(read(pages / "index.html")) == [
        ("index", "Chains", ""),
        ("one", "1. One", "First"),
        ("two", "2. Two", "First"),
        ("end", "End", "Last"),
    ]


def test_title_page_says_what_and_when_and_under_which_terms(one):
    assert one.select_one(".title-page").get_text(" ", strip=True) == "Chains About chains. Version 7 Free."
    assert (one.title.text, one.html["lang"], one.html["data-theme"]) == ("Chains", "en", "light")
    assert one.link["href"] == "../html/_static/a.css"


def test_headings_are_parts_then_chapters_then_sections(one):
    headings = [(h.name, h.text) for h in one.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]

    assert headings == [
        ("h1", "Contents"),
        ("h1", "Chains"),
        ("h1", "First"),
        ("h2", "1. One"),
        ("h3", "Summary"),
        ("h2", "2. Two"),
        ("h3", "Summary"),
        ("h1", "Last"),
        ("h2", "End"),
        ("h6", "Deep"),
    ]


def test_contents_lead_to_every_chapter(one):
    lines = one.select(".book-contents a")

    assert [line["href"] for line in lines] == ["#index:", "#one:", "#two:", "#end:"]
    assert [line.text for line in lines] == ["Chains", "1. One", "2. Two", "End"]


def test_names_are_there_once_and_every_link_leads_to_one(one):
    names = [tag["id"] for tag in one.find_all(id=True)]
    links = [link["href"] for link in one.select(".chapter a")]

    assert len(set(names)) == len(names)
    assert links == ["#two:", "#two:summary", "#one:eq-a", "https://example.org/one.html"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(names)
    assert one.find(id="two:a")["aria-describedby"] == "two:a two:summary"


def test_a_link_to_a_page_that_is_no_chapter_is_plain_text(one):
    assert "search" in one.find(id="one:summary").text
    assert not one.find("a", string=["search", "code"])


def test_folded_parts_are_open_and_images_are_light_and_found(one):
    assert [image["src"] for image in one.select(".chapter img")] == ["../html/_images/x.svg"]
    assert not one.find(loading=True)
    assert all(folded.has_attr("open") for folded in one.find_all("details"))
