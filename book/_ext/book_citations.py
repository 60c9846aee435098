"""Citations by author and year, and a bibliography that begins each entry with the name it is sorted by."""

import dataclasses

from docutils import nodes
from pybtex import plugin
from pybtex.style.formatting.plain import Style
from pybtex.style.template import field, sentence
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


def round_brackets():
    return dataclasses.field(default_factory=lambda: BracketStyle(left="(", right=")"))


@dataclasses.dataclass
class AuthorYear(AuthorYearReferenceStyle):
    """{cite:t} gives *Kingma and Ba (2015)*, {cite:p} and {cite} give *(Kingma and Ba, 2015)*."""

    bracket_textual: BracketStyle = round_brackets()
    bracket_parenthetical: BracketStyle = round_brackets()


class LastNameFirst(Style):
    """Entries sorted by their authors, whose last names come first; titles as they are written."""

    default_name_style = "lastfirst"

    def format_title(self, entry, which_field, as_sentence=True):
        title = field(which_field)
        return sentence[title] if as_sentence else title


class EntriesAsList(SphinxPostTransform):
    """Write the bibliography as a list, without the labels that no citation shows."""

    default_priority = 20  # after the entries are in place
    formats = ("html",)

    def run(self, **options):
        for entry in list(self.document.findall(nodes.citation)):
            item = nodes.list_item("", *entry.children[1:], ids=entry["ids"])
            before = entry.previous_sibling()
            if isinstance(before, nodes.bullet_list):
                before += item
                entry.parent.remove(entry)
            else:
                entry.parent.replace(entry, nodes.bullet_list("", item, classes=["bibliography"]))


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("sphinxcontrib.bibtex")
    register_plugin("sphinxcontrib.bibtex.style.referencing", "author_year_round", AuthorYear)
    plugin.register_plugin("pybtex.style.formatting", "last_name_first", LastNameFirst)
    app.add_post_transform(EntriesAsList)
    return {"parallel_read_safe": True}
