"""The search of the book, in a browser: it finds every term of the glossary, in both languages."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("book_pages")]
TERMS = """[...document.querySelectorAll("dl.glossary dt")].map(e => [e.firstChild.textContent, e.id])"""
SEARCH = """queries => queries.map(query =>
  Search._performSearch(...Search._parseQuery(query)).map(([page, title, anchor]) => page + anchor))"""


@pytest.fixture(scope="module")
def page(browser, site):
    with browser.new_page() as page:
        yield page


@pytest.fixture(scope="module")
def terms(page, site):
    """Return {term: id} of the glossary's English and Chinese terms."""
    page.goto(f"{site}/glossary.html")
    return dict(page.evaluate(TERMS))


@pytest.fixture
def search(page, site):
    """Return what the search page finds for each query, as its own program says."""
    page.goto(f"{site}/search.html?q=gradient")
    page.wait_for_function("Search.hasIndex()")
    return lambda queries: dict(zip(queries, page.evaluate(SEARCH, list(queries)), strict=True))


def test_search_finds_every_term_of_the_glossary(terms, search):
    found = search(terms)

    assert len(terms) > 200
    assert [term for term, place in terms.items() if f"glossary#{place}" not in found[term]] == []


def test_search_asks_for_whole_words_in_small_or_large_letters(terms, search):
    queries = [term.upper() for term in terms if term.isascii()]

    found = search(queries)

    assert [query for query in queries if not any("glossary#" in place for place in found[query])] == []


def test_search_does_not_find_what_is_not_there(search):
    assert search(["quantum chromodynamics", "量子色动力学"]) == {
        "quantum chromodynamics": [],
        "量子色动力学": [],
    }


@pytest.mark.parametrize("term", ["vanishing gradient", "反向传播"])
def test_search_page_shows_the_way_to_the_glossary(term, terms, page, site):
    page.goto(f"{site}/search.html?q={term}")
    link = page.locator(f"#search-results a[href*='glossary.html'][href$='#{terms[term]}']")
    link.first.wait_for()

    link.first.click()

    page.wait_for_url(f"**/glossary.html*#{terms[term]}")
    assert page.locator(f"#{terms[term]}").is_visible()
