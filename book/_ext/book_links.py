"""From each equation to the functions that compute it and to its proof, and from each entry to its source."""

from pathlib import Path

from book_sources import defined_as, entries, page_of, sources
from docutils import nodes
from sphinx.addnodes import desc_signature
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode


def public(places, known):
    """Return {full name: name} of the entries for places: a class stands for what has no entry inside it.

    >>> public([("m.a", "f"), ("m.a", "C._g"), ("m.a", "_h"), ("m.b", "f")], {"m.a.f", "m.a.C", "m.b.f"})
    {'m.a.f': 'f', 'm.a.C': 'C', 'm.b.f': 'b.f'}
    """
    found = {}
    for module, name in places:
        parts = name.split(".")
        inside = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
        entry = next((name for name in inside if f"{module}.{name}" in known), None)
        if entry and f"{module}.{entry}" not in found:
            again = entry in found.values()
            found[f"{module}.{entry}"] = f"{module.rpartition('.')[2]}.{entry}" if again else entry
    return found


def hidden(text):
    """Return words for those who hear the page: a link makes sense alone."""
    return nodes.inline("", text, classes=["visually-hidden"])


def to_source(app, page, module, name, words):
    """Return a link to what a module defines under a name."""
    address = app.builder.get_relative_uri(page, page_of(module))
    return nodes.reference("", "", words, internal=True, refuri=f"{address}#{name}")


def is_beside_the_reference(place):
    return not place[0].startswith("bpkit.reference.")


def links_of(app, page, label):
    """Return the links of an equation: to what computes it, and to its proofs."""
    here, known, links = sources(Path(app.srcdir).parent), entries(app.env), []
    code = sorted(here.code.get(label, []), key=is_beside_the_reference)
    for full, name in public(code, known).items():
        words = nodes.inline("", "", hidden(f"Code of equation {label}: "), nodes.literal(name, name))
        links.append(make_refnode(app.builder, page, known[full].docname, known[full].node_id, words))
    if code and not links:
        (module, name), words = code[0], nodes.inline("", "code", hidden(f" of equation {label}"))
        links.append(to_source(app, page, module, name or label, words))
    proofs = here.proofs.get(label, [])
    for number, (module, name) in enumerate(proofs, start=1):
        word = f"proof {number}" if len(proofs) > 1 else "proof"
        words = nodes.inline("", word, hidden(f" of equation {label}"))
        links.append(to_source(app, page, module, name, words))
    return links


def link_equations(app, doctree, page):
    """Put a line of links under each labelled equation."""
    for equation in list(doctree.findall(nodes.math_block)):
        links = links_of(app, page, equation.get("label"))
        if links:
            line = nodes.paragraph("", "", *links, classes=["equation-links"])
            equation.parent.insert(equation.parent.index(equation) + 1, line)


def link_sources(app, doctree, page):
    """Put a link to its source behind each signature."""
    here = sources(Path(app.srcdir).parent)
    for signature in doctree.findall(desc_signature):
        place = here.place(defined_as(f"{signature.get('module')}.{signature.get('fullname')}"))
        if place:
            words = nodes.inline("", "source", hidden(f" of {signature['fullname']}"))
            signature += nodes.inline("", "", to_source(app, page, *place, words), classes=["to-source"])


class Ledger(SphinxDirective):
    """The place of the table of all equations, which are known when all pages are read."""

    def run(self):
        """Return an empty place."""
        return [nodes.container(classes=["ledger"])]


def fill_ledger(app, doctree, page):
    """List all equations, chapter by chapter, each with its number, label and links."""
    for place in [c for c in doctree.findall(nodes.container) if "ledger" in c["classes"]]:
        for chapter, title in chapters(app.env):
            place += nodes.rubric("", "", make_refnode(app.builder, page, chapter, "", nodes.Text(title)))
            place += nodes.bullet_list(
                "", *(row(app, page, chapter, label) for label in labels(app.env, chapter))
            )


def chapters(env):
    """Return the pages with equations and their titles, in the order of the book."""
    order = env.toctree_includes.get(env.config.root_doc, [])
    return [(page, env.titles[page].astext()) for page in order if labels(env, page)]


def labels(env, page):
    """Return the labels of a page's equations, in order."""
    return [label for label, (home, _) in env.get_domain("math").equations.items() if home == page]


def row(app, page, chapter, label):
    """Return an equation of the list: its number and label, and its links."""
    anchor = f"equation-{label}"
    number = app.env.toc_fignumbers.get(chapter, {}).get("displaymath", {}).get(anchor, ())
    words = nodes.Text(f"({'.'.join(map(str, number))}) {label}")
    equation = make_refnode(app.builder, page, chapter, anchor, words)
    links = nodes.inline("", "", *links_of(app, page, label), classes=["equation-links"])
    return nodes.list_item("", nodes.paragraph("", "", equation, links))


def only_in_pages(handler):
    """Return the handler for the builder of many pages alone: others have no page of sources."""
    return lambda app, *arguments: handler(app, *arguments) if app.builder.name == "html" else None


def setup(app):
    """Register with Sphinx."""
    app.add_directive("equation-ledger", Ledger)
    for handler in (link_equations, link_sources, fill_ledger):
        app.connect("doctree-resolved", only_in_pages(handler))
    return {"parallel_read_safe": True}
