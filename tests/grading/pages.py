"""A strict reader of the pages that the grader writes: tags that match, and ids that are there once."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}


class Page(HTMLParser):
    """A page's text, its elements, and what is wrong with it."""

    def __init__(self, source):
        super().__init__()
        self.text, self.elements, self.wrong, self.open = "", [], [], []
        self.feed(source)
        self.close()
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        labels = [a["aria-labelledby"] for _, a in self.elements if "aria-labelledby" in a]
        self.wrong += [f"open: {tag}" for tag in self.open]
        self.wrong += [f"twice: {name}" for name in set(ids) if ids.count(name) > 1]
        self.wrong += [f"no such id: {name}" for name in set(labels) - set(ids)]
        self.wrong += [] if source.startswith("<!doctype html>\n") else ["no doctype"]

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"closed: {tag}")

    def handle_data(self, data):
        self.text += data

    def addresses(self):
        """List what the page would load or lead to."""
        names = ("src", "href", "action", "data", "srcset", "poster")
        return [a[name] for _, a in self.elements for name in names if name in a]

    def all(self, wanted):
        """List the attributes of the elements of a kind."""
        return [attributes for tag, attributes in self.elements if tag == wanted]
