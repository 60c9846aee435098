"""The API reference: docstrings whose equations, chapters and names are links."""

import functools
import importlib
import pkgutil
import pydoc
import re
from pathlib import Path

from book_equations import LABEL
from book_sources import defined_as, entries
from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

CITED = re.compile(rf"\(({LABEL.pattern})\)|({LABEL.pattern})")  # a number brings its own brackets
CHAPTER = re.compile(r"\b(chapter\s+)\*([^*]+)\*")
EXAMPLE = re.compile(r"\s*(>>>|\.\.\. )")
FIELD = "Alias for field number"  # what a NamedTuple says of its fields


@functools.cache
def titles(folder):
    """Return {title: page} of the chapters in a folder."""
    found = {page.stem: re.search(r"^# (.+)$", page.read_text("utf-8"), re.M) for page in folder.glob("*.md")}
    return {title[1]: page for page, title in found.items() if title}


def with_links(lines, pages):
    """Return the lines of a docstring with each label and each chapter's title as a link.

    >>> with_links(["Do it (eq-one), see the chapter *A", "page*.", ">>> f()  # eq-two"], {"A page": "one"})
    ['Do it :eq:`eq-one`, see the chapter :doc:`A page </one>`.', '>>> f()  # eq-two']
    """

    def link(match):
        title = " ".join(match[2].split())
        return f"{match[1]}:doc:`{title} </{pages[title]}>`" if title in pages else match[0]

    lines = CHAPTER.sub(link, "\n".join(lines)).split("\n")
    return [line if EXAMPLE.match(line) else CITED.sub(r":eq:`\1\2`", line) for line in lines]


def link_docstring(app, what, name, thing, options, lines):
    """Write the links into a docstring, before its sections are read, and its name into that of a module."""
    lines[:] = with_links(lines, titles(Path(app.srcdir)))
    if what == "module":
        lines[0] = f"``{name}``: {lines[0]}"
    if what == "property":
        lines.insert(0, "\\ ")  # nothing; else napoleon takes the words before a colon for a type


def leave_out(app, what, name, thing, skip, options):
    """Leave out what says nothing, and functions that only check the arguments of others."""
    says_nothing = (getattr(thing, "__doc__", None) or "").startswith(FIELD)
    return True if says_nothing or name.startswith("expect_") else None


def name_role(role, rawtext, text, lineno, inliner, options=None, content=None):
    """Read what stands in single backticks: code, and a link if there is an entry of that name."""
    context = inliner.document.settings.env.ref_context
    scopes = [context.get("py:module"), context.get("py:class")]
    return [nodes.literal(rawtext, text, classes=["named"], scopes=scopes)], []


def meant(name, scopes, known):
    """Return the full name of the entry that is meant, or None: the class's, the module's, or the only one.

    >>> from types import SimpleNamespace
    >>> known = {"bpkit.reference.mlp.forward": SimpleNamespace(objtype="function")}
    >>> meant("forward", ["bpkit.reference.mlp", None], known)
    'bpkit.reference.mlp.forward'
    """
    module, inside = scopes
    near = [defined_as(".".join(filter(None, parts))) for parts in ((module, inside, name), (module, name))]
    far = {
        defined_as(full)
        for full, entry in known.items()
        if full.endswith(f".{name}") and entry.objtype in ("function", "class", "exception")
    }
    found = [full for full in near if full in known] or (list(far) if len(far) == 1 else [])
    return found[0] if found else None


def link_names(app, doctree, page):
    """Make links of the names that docstrings put in backticks, where there is an entry."""
    known = entries(app.env)
    for code in [literal for literal in doctree.findall(nodes.literal) if "named" in literal["classes"]]:
        code["classes"].remove("named")
        full = meant(code.astext(), code["scopes"], known)
        if full:
            entry = known[full]
            link = make_refnode(app.builder, page, entry.docname, entry.node_id, code.deepcopy())
            code.parent.replace(code, link)


def summary(text):
    """Return the first line of a docstring as nodes, without the label of its equation.

    >>> [node.astext() for node in summary("Return `f` of z (eq-one).")]
    ['Return ', 'f', ' of z.']
    """
    pieces = re.sub(rf" \({LABEL.pattern}\)", "", text.split("\n")[0]).split("`")
    return [nodes.literal(piece, piece) if k % 2 else nodes.Text(piece) for k, piece in enumerate(pieces)]


class PublicNames(SphinxDirective):
    """A list of the public names of a module, each with the first line of its docstring."""

    required_arguments = 1

    def run(self):
        """Return the list."""
        module = importlib.import_module(self.arguments[0])
        listed = nodes.bullet_list()
        for name in module.__all__:
            code = nodes.literal(name, name, classes=["named"], scopes=[module.__name__, None])
            said = summary(pydoc.getdoc(getattr(module, name)))
            listed += nodes.list_item("", nodes.paragraph("", "", code, nodes.Text(": "), *said))
        return [listed]


class EveryModule(SphinxDirective):
    """The entries of every module of a package but some, which stand for themselves."""

    required_arguments = 1
    option_spec = {"but": str.split}

    def run(self):
        """Return the entries."""
        package = importlib.import_module(self.arguments[0])
        names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
        left = [name for name in names if name not in self.options.get("but", ())]
        text = "".join(f".. automodule:: {package.__name__}.{name}\n\n" for name in left)
        return self.parse_text_to_nodes(text)


def setup(app):
    """Register with Sphinx."""
    app.add_role("named", name_role)
    app.add_directive("every-module", EveryModule)
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-docstring", link_docstring, priority=400)  # before napoleon, at 500
    app.connect("autodoc-skip-member", leave_out)
    app.connect("doctree-resolved", link_names)
    return {"parallel_read_safe": True}
