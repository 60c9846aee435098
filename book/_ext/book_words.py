"""Words of another language inside English text: {zh}`反向传播` is marked as Chinese."""

from docutils import nodes


def chinese(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Return `text` marked as simplified Chinese, so that it is read aloud and set as such.

    >>> chinese("zh", "", "梯度", 1, None)[0][0]["classes"]
    ['language-zh-Hans']
    """
    return [nodes.inline(rawtext, text, classes=["language-zh-Hans"])], []  # docutils writes lang="zh-Hans"


def setup(app):
    """Register with Sphinx."""
    app.add_role("zh", chinese)
    return {"parallel_read_safe": True}
