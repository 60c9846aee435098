"""Tables whose head says something: an empty head is left out, an empty corner is no heading."""

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator


def leave_out_empty_heads(app, doctree):
    """Remove the head of every table that has no word in it."""
    for head in list(doctree.findall(nodes.thead)):
        if not head.astext().strip():
            head.parent.remove(head)


def visit_entry(writer, node):
    """Open a cell, which is a heading only if it has a word."""
    HTML5Translator.visit_entry(writer, node)
    if not node.astext().strip():
        writer.body[-1] = writer.body[-1].replace("<th", "<td", 1)
        writer.context[-1] = writer.context[-1].replace("</th", "</td", 1)


def depart_entry(writer, node):
    """Close a cell."""
    HTML5Translator.depart_entry(writer, node)


def setup(app):
    """Register with Sphinx."""
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    app.connect("doctree-read", leave_out_empty_heads)
    return {"parallel_read_safe": True}
