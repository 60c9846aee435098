"""Words: {zh}`反向传播` is marked as Chinese, and the search finds each term of the glossary."""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform


def chinese(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Return `text` marked as simplified Chinese, so that it is read aloud and set as such.

    >>> chinese("zh", "", "梯度", 1, None)[0][0]["classes"]
    ['language-zh-Hans']
    """
    return [nodes.inline(rawtext, text, classes=["language-zh-Hans"])], []  # docutils writes lang="zh-Hans"


class SmallLetters(SphinxTransform):
    """Index terms in small letters, with which the search compares: what is asked is in small letters too."""

    default_priority = 500

    def apply(self):
        for index in self.document.findall(addnodes.index):
            index["entries"] = [(kind, term.lower(), *rest) for kind, term, *rest in index["entries"]]


def setup(app):
    """Register with Sphinx."""
    app.add_role("zh", chinese)
    app.add_transform(SmallLetters)
    return {"parallel_read_safe": True}
