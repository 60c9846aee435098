"""The book's built pages as one: chapters after one another, links between them inside the page."""

from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

LEFT_OUT = {"headerlink", "only-dark"}
NAMING = {"id", "for", "aria-labelledby", "aria-describedby", "aria-controls"}
PAGE = """<!doctype html>
<html lang="{lang}" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
{styles}
<style>{style}</style>
</head>
<body>
<main class="bd-content">
<section class="title-page">
<img src="{home}_static/logo.svg" alt="">
<p class="title">{title}</p>
<p class="subtitle">{subtitle}</p>
<p class="edition">{edition}</p>
<div class="rights">{rights}</div>
</section>
<nav class="book-contents" aria-label="Contents">
<h1>Contents</h1>
{contents}
</nav>
{chapters}
</main>
</body>
</html>
"""


class Chapter(NamedTuple):
    """A page of the book: its file's name without ending, its title with its number, its part's caption."""

    name: str
    title: str
    part: str


def read(path):
    """Return a built page, parsed."""
    return BeautifulSoup(Path(path).read_text("utf-8"), "html.parser")


def chapters(index):
    """Return the chapters in the order of the book's contents, the first page before them."""
    found, part = [], ""
    for entry in index.select("nav.bd-docs-nav p.caption, nav.bd-docs-nav li > a"):
        if entry.name == "p":
            part = entry.get_text(strip=True)
        else:
            name = entry["href"].removesuffix(".html") if entry["href"] != "#" else "index"
            found.append(Chapter(name, entry.get_text(strip=True), part))
    return found


def as_one(pages, home, style, edition):
    """Return the whole book as one page of HTML.

    Parameters
    ----------
    pages : path
        The folder of the built book.
    home : str
        The way from the page that is returned to this folder, with a slash at its end.
    style : str
        CSS, after the book's own.
    edition : str
        The line under the title.

    Returns
    -------
    str
    """
    index = read(Path(pages) / "index.html")
    book = chapters(index)
    names = {chapter.name for chapter in book}
    return PAGE.format(
        lang=index.html["lang"],
        title=escape(book[0].title),
        subtitle=escape(index.find("meta", attrs={"name": "description"})["content"]),
        edition=edition,
        rights=index.select_one(".extra_footer") or "",
        home=home,
        style=style,
        styles="\n".join(f'<link rel="stylesheet" href="{home}{s["href"]}">' for s in style_sheets(index)),
        contents=contents(book),
        chapters="\n".join(chapter_of(c, before, pages, home, names) for before, c in with_part(book)),
    )


def style_sheets(page):
    """Return the links to the page's style sheets."""
    return page.select("link[rel=stylesheet]")


def with_part(book):
    """Return each chapter with the caption of the part that it begins, if it begins one."""
    earlier = ["", *(chapter.part for chapter in book)]
    return [(c.part if c.part != before else "", c) for before, c in zip(earlier, book, strict=False)]


def contents(book):
    """Return the table of contents, with an empty place for the number of each chapter's page."""
    lines = []
    for part, chapter in with_part(book):
        title = f'<span>{escape(chapter.title)}</span><span class="page"></span>'
        lines += [f'<p class="part">{escape(part)}</p>'] * bool(part)
        lines += [f'<p><a href="#{chapter.name}:">{title}</a></p>']
    return "\n".join(lines)


def chapter_of(chapter, part, pages, home, names):
    """Return one chapter, with its part's caption where it begins one."""
    article = read(Path(pages) / f"{chapter.name}.html").article
    for left_out in article.find_all(["a", "img"], class_=LEFT_OUT):
        left_out.decompose()
    unfold(article)
    bring(article, home)
    rename(article, chapter.name)
    for link in article.find_all("a", href=True):
        redirect(link, chapter.name, names)
    if chapter.part:
        lower_headings(article)
    caption = f'<h1 class="part">{escape(part)}</h1>\n' if part else ""
    return f'<div class="chapter" id="{chapter.name}:">\n{caption}{article}\n</div>'


def unfold(article):
    """Open everything that is folded."""
    for folded in article.find_all("details"):
        folded["open"] = ""


def bring(article, home):
    """Let every image be found from where the one page is, and be there when it is printed."""
    for image in article.find_all("img"):
        image["src"] = home + image["src"]
        del image["loading"]


def rename(article, name):
    """Put the chapter's name before every name inside it: several chapters have a summary."""
    for tag in article.find_all(lambda tag: not NAMING.isdisjoint(tag.attrs)):
        for attribute in NAMING.intersection(tag.attrs):
            tag[attribute] = " ".join(f"{name}:{word}" for word in tag[attribute].split())


def redirect(link, name, names):
    """Let a link to a page of the book lead to its place in the one page; unmake one to another file."""
    to = urlsplit(link["href"])
    page = to.path.removesuffix(".html") or name
    if to.scheme or to.netloc:
        return
    if page in names:
        link["href"] = f"#{page}:{to.fragment}"
    else:
        link.unwrap()


def lower_headings(article):
    """Make room for the headings of the parts: each heading goes down by one level."""
    for heading in article.find_all(["h1", "h2", "h3", "h4", "h5"]):
        heading.name = f"h{int(heading.name[1]) + 1}"
