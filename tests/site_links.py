"""The links of a built site: read from its pages, and whether each leads somewhere."""

import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote

OUTWARD = ("https:", "mailto:")  # what may lead out of the site; nobody is asked whether it is there


class Page(NamedTuple):
    """What a page links to or loads, and the places in it."""

    links: list
    ids: set


class Reader(HTMLParser):
    """Collects the links and the places of a page."""

    def __init__(self, text):
        super().__init__()
        self.page = Page([], set())
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src"):
                self.page.links.append(value)
            if name == "id":
                self.page.ids.add(value)


def read_site(folder):
    """Return {path: page} of all pages below a folder; what lies in _static are files of the theme."""
    files = sorted(file for file in folder.rglob("*.html") if "_static" not in file.parts)
    return {file.resolve(): Reader(file.read_text("utf-8")).page for file in files}


def target(file, link):
    """Return the file and the place in it that a link of a page means."""
    address, _, place = link.partition("#")
    path = unquote(address.partition("?")[0])
    return (file.parent / path).resolve() if path else file, unquote(place)


def leads_nowhere(pages, file, link):
    """Say whether a link leads to no file, to no place in it, or outward in a way that is not allowed."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//", link):
        return not link.startswith(OUTWARD)
    to, place = target(file, link)
    return not to.is_file() or (bool(place) and to in pages and place not in pages[to].ids)


def broken(folder):
    """Return (page, link) of every link below a folder that leads nowhere."""
    pages = read_site(folder)
    root = folder.resolve()
    return [
        (file.relative_to(root).as_posix(), link)
        for file, page in pages.items()
        for link in page.links
        if leads_nowhere(pages, file, link)
    ]
