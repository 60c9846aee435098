"""The book as a PDF: its built pages as one, printed by Chromium with contents, outline and tags."""

import io
import os
import shutil
import subprocess
from pathlib import Path

from bpkit.book import BEHIND, BookError, alone, fingerprint

SOURCES = ("book", "_config.yml", *BEHIND)
WIDTH = 642  # of the text in CSS pixels: A4 less the margins of book/_print/book.css
FLAGS = ["--disable-gpu", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "The book is printed by Chromium, and there is none. Install it (Debian and Ubuntu: sudo apt install "
    "chromium; elsewhere: .venv/bin/playwright install chromium), then run the same command again."
)
NO_FONT = (
    "No font on this machine has these characters, which are empty boxes in the PDF: {}. "
    "Install one (Debian and Ubuntu: sudo apt install fonts-noto-cjk), then run the same command again."
)


def pdf(root, echo=print):
    """Print the built book as a PDF, unless nothing that it is made of has changed.

    Parameters
    ----------
    root : path
        The repository's folder, with the book in ``_build/html``.
    echo : callable
        Takes one line of progress.

    Returns
    -------
    Path
        The PDF, ``_build/pdf/backpropagation.pdf``.

    Raises
    ------
    BookError
        If there is no book yet, or no Chromium; the message says what to do.
    """
    root = Path(root).resolve()
    pages, paper = root / "_build" / "html", root / "_build" / "pdf" / "backpropagation.pdf"
    kept = paper.with_name(".fingerprint")
    with alone(root / "_build"):
        if not (pages / ".fingerprint").exists():
            raise BookError(f"There is no book in {pages} yet. Build it first: make book.")
        before = (pages / ".fingerprint").read_text() + fingerprint(root, "CITATION.cff") + date(root)
        if paper.exists() and kept.exists() and kept.read_text() == before:
            echo("The PDF is up to date: nothing that it is made of has changed.")
        else:
            kept.unlink(missing_ok=True)
            if print_anew(root, pages, paper, echo):
                kept.write_text(before)
    return paper


def date(root):
    """Return the day of the newest change of what the book is made of, as git or the citation says it."""
    asked = ["git", "log", "-1", "--format=%cs", "--", *SOURCES]
    try:
        said = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        said = ""
    return said or str(citation(root)["date-released"])


def citation(root):
    """Return what the course's CITATION.cff says."""
    import yaml

    return yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))


def print_anew(root, pages, paper, echo):
    """Write the PDF; return whether there is a font for every character."""
    from playwright.sync_api import sync_playwright

    echo("  The pages become one.")
    one = write_as_one(root, pages, paper.with_name("book.html"))
    with sync_playwright() as playwright, browser(playwright) as chromium:
        page = chromium.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.emulate_media(media="print")
        page.goto(one.as_uri())
        page.add_script_tag(path=root / "book" / "_print" / "book.js")
        missing = page.evaluate("missing()")
        page.evaluate("fit()")
        echo("  Printing, to know on which page each chapter begins.")
        page.evaluate("pages => number(pages)", first_pages(printed(page)))
        echo("  Printing, with the numbers of the pages.")
        finish(printed(page), paper, page.evaluate("headings()"), root)
    if missing:
        echo(NO_FONT.format(" ".join(missing)))
    return not missing


def write_as_one(root, pages, one):
    """Write the book's pages as the one page `one`, and return its path."""
    from bpkit.book_as_one import as_one

    one.parent.mkdir(exist_ok=True)
    style = (root / "book" / "_print" / "book.css").read_text("utf-8")
    edition = f"Version {citation(root)['version']}, {date(root)}"
    one.write_text(as_one(pages, f"../{pages.name}/", style, edition), "utf-8")
    return one


def browser(playwright):
    """Start the machine's Chromium, or the one that Playwright has fetched."""
    from playwright.sync_api import Error

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    sandbox = [] if getattr(os, "geteuid", lambda: 1)() else ["--no-sandbox"]  # it does not start for root
    try:
        return playwright.chromium.launch(executable_path=found, args=FLAGS + sandbox)
    except Error as error:
        raise BookError(NO_BROWSER if found is None else f"{found} does not start: {error.message}") from None


def printed(page):
    """Return the page as a PDF with tags and outline."""
    from pypdf import PdfReader

    data = page.pdf(tagged=True, outline=True, prefer_css_page_size=True, print_background=True)
    return PdfReader(io.BytesIO(data))


def first_pages(pdf):
    """Return destination → number of its page."""
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(pdf.pages, 1)}
    return {name.lstrip("/"): str(numbers[to.page.idnum]) for name, to in pdf.named_destinations.items()}


def finish(pdf, paper, headings, root):
    """Write the PDF with what Chromium does not know: who, when, and each heading's text in the outline."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    book = PdfWriter(clone_from=pdf)
    for entry, heading in zip(entries(book.root_object["/Outlines"]), headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(heading)
    day = "D:" + date(root).replace("-", "") + "000000Z"
    authors = ", ".join(author["name"] for author in citation(root)["authors"])
    book.add_metadata({"/Author": authors, "/CreationDate": day, "/ModDate": day, "/Creator": "bpkit"})
    book.page_mode = "/UseOutlines"
    book.write(paper)


def entries(parent):
    """Yield what is below an entry of the outline, in the order of the pages."""
    entry = parent.get("/First")
    while entry is not None:
        yield entry.get_object()
        yield from entries(entry.get_object())
        entry = entry.get_object().get("/Next")
