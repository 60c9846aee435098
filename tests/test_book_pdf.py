"""The book as a PDF: complete, tagged, outlined, with every link, number and letter in its place."""

import re
import shutil
import subprocess
import unicodedata

import pytest
from bs4 import BeautifulSoup

from bpkit import book, book_pdf
from bpkit.book_as_one import chapters, read

ROOT = book.Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def plain(text):
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text)).strip()  # ﬀ is one sign to a font


@pytest.fixture(scope="module")
def said():
    if not any(map(shutil.which, book_pdf.BROWSERS)):
        pytest.skip("No Chromium on the PATH: the book cannot be printed.")
    book.build(ROOT)
    lines = []
    book_pdf.pdf(ROOT, lines.append)
    return lines


@pytest.fixture(scope="module")
def paper(said):
    from pypdf import PdfReader

    return PdfReader(ROOT / "_build" / "pdf" / "backpropagation.pdf")


@pytest.fixture(scope="module")
def one(said):
    return BeautifulSoup((ROOT / "_build" / "pdf" / "book.html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def book_chapters(said):
    return chapters(read(ROOT / "_build" / "html" / "index.html"))


@pytest.fixture(scope="module")
def words(paper):
    """Return the text of each page and where each piece of it begins, from the page's corner."""
    texts, places = [], []
    for page in paper.pages:
        page_places = []

        def note(text, matrix, text_matrix, font, size, page_places=page_places):
            if text.strip():
                page_places.append(place(matrix, text_matrix))

        texts.append(page.extract_text(visitor_text=note))
        places.append(page_places)
    return texts, places


def place(matrix, text):
    """Return x and y of where a text begins."""
    (x, y), (a, b, c, d, e, f) = text[4:6], matrix
    return a * x + c * y + e, b * x + d * y + f


def outline(paper, entries=None):
    """Return title → number of the page, of every entry of the outline."""
    found = []
    for entry in paper.outline if entries is None else entries:
        if isinstance(entry, list):
            found += outline(paper, entry)
        else:
            found.append((entry.title, paper.get_destination_page_number(entry)))
    return found


def links(paper):
    """Return where each link on a page leads: a name inside the book, or an address."""
    for page in paper.pages:
        for note in page.get("/Annots", []):
            note = note.get_object()
            if note["/Subtype"] == "/Link":
                yield note.get("/Dest") or note["/A"]["/URI"]


def test_paper_is_tagged_named_and_dated_by_its_sources(paper):
    catalog, facts = paper.trailer["/Root"], paper.metadata

    assert catalog["/MarkInfo"]["/Marked"] and catalog["/StructTreeRoot"]["/K"]
    assert (catalog["/Lang"], catalog["/PageMode"]) == ("en", "/UseOutlines")
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert (facts.title, facts.author) == ("Backpropagation", "The bpkit authors")
    assert f"{facts.creation_date:%Y-%m-%d}" == book_pdf.date(ROOT)


def test_outline_has_every_heading(paper, one):
    headings = one.select("main :is(h1, h2, h3, h4, h5, h6):not(:has(.katex))")
    titles = {plain(title) for title, _ in outline(paper)}

    assert len(headings) > 100
    assert {plain(heading.text) for heading in headings} - titles == set()


def test_chapters_begin_where_outline_and_contents_say(paper, words, book_chapters):
    texts, pages = words[0], {}
    for title, page in outline(paper):
        pages.setdefault(plain(title), page)
    contents = plain(" ".join(texts[1 : pages[plain(book_chapters[0].title)]]))

    for chapter in book_chapters:
        page = pages[plain(chapter.title)]
        assert plain(chapter.title) in plain(texts[page])
        assert f"{plain(chapter.title)} {page + 1}" in contents


def test_every_link_leads_somewhere(paper, one):
    named = {tag["id"] for tag in one.find_all(id=True)}
    inside = [link["href"][1:] for link in one.select("a[href^='#']:not(.equation-links a, .to-source a)")]
    destinations = {name.lstrip("/") for name in paper.named_destinations}
    led = list(links(paper))

    assert set(inside) <= named
    assert {str(to).lstrip("/") for to in led if not str(to).startswith("http")} <= destinations
    assert len(led) >= len(inside) > 500


def test_equations_have_the_numbers_of_the_pages(one, book_chapters):
    numbers = {equation["id"]: equation.select_one(".eqno").text for equation in one.select("div.math")}
    on_pages = {
        f"{name}:{equation['id']}": equation.select_one(".eqno").text.rstrip("#")
        for name, *_ in book_chapters
        for equation in read(ROOT / "_build" / "html" / f"{name}.html").select("article div.math")
    }

    assert len(numbers) > 150
    assert numbers == on_pages


def test_every_text_lies_on_its_page(paper, words):
    for page, places in zip(paper.pages, words[1], strict=True):
        left, bottom, right, top = page.mediabox
        assert [(x, y) for x, y in places if not (left < x < right and bottom < y < top)] == []


def test_every_font_is_embedded(paper):
    fonts = {
        str(font["/BaseFont"]): font
        for page in paper.pages
        for font in (f.get_object() for f in page["/Resources"].get("/Font", {}).values())
    }
    below = {name: font.get("/DescendantFonts", [font])[0].get_object() for name, font in fonts.items()}
    files = {
        name: font["/Subtype"] == "/Type3" or any("FontFile" in key for key in font["/FontDescriptor"])
        for name, font in below.items()
    }

    assert files and all(files.values())


def test_second_run_prints_nothing_anew(said):
    if any("No font" in line for line in said):
        pytest.skip("No font for some characters: the book is printed anew until there is one.")
    again = []

    book_pdf.pdf(ROOT, again.append)

    assert again == ["The PDF is up to date: nothing that it is made of has changed."]


def test_without_a_browser_one_reads_what_to_install(said, monkeypatch, tmp_path):
    from playwright.sync_api import sync_playwright

    monkeypatch.setattr(book_pdf, "BROWSERS", ("no-such-browser",))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))

    with sync_playwright() as playwright, pytest.raises(book.BookError, match="sudo apt install chromium"):
        book_pdf.browser(playwright)


def test_without_a_book_one_reads_how_to_build_it(tmp_path):
    (tmp_path / "_build").mkdir()

    with pytest.raises(book.BookError, match="Build it first: make book"):
        book_pdf.pdf(tmp_path)


@pytest.fixture
def page(said):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, book_pdf.browser(playwright) as chromium:
        yield chromium.new_page(viewport={"width": 500, "height": 500})


def show(page, html):
    style = "body { margin: 0 } pre { white-space: pre-wrap; overflow-wrap: anywhere }"
    page.set_content(f"<!doctype html><style>{style}</style><main>{html}</main>")
    page.add_script_tag(path=ROOT / "book" / "_print" / "book.js")


def test_what_is_too_wide_is_made_to_fit(page):
    wide = "x" * 100
    show(
        page,
        f"<div><table><td>{wide}</table></div><pre>{wide}</pre>"
        f"<div class=katex-display><div class=katex style='width: max-content'>{wide}</div></div>",
    )
    before = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate("fit()")

    assert before > page.evaluate("document.documentElement.scrollWidth") == 500


def test_headings_have_each_formula_once(page):
    show(page, "<h1>The  <span class=katex><span class=katex-mathml>x x</span>x</span>\naxis</h1>")

    assert page.evaluate("headings()") == ["The x axis"]


def test_characters_without_a_font_are_told(page):
    if not shutil.which("fc-list"):
        pytest.skip("No fc-list, which says what fonts there are.")
    fonts = subprocess.run(["fc-list", ":charset=12000"], capture_output=True, text=True).stdout
    show(page, "<p>a é \u2299 \U00012000</p>")

    assert page.evaluate("missing()") == ([] if fonts else ["\U00012000"])
