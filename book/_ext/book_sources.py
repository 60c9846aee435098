"""The sources that the book shows: of the package and of the proofs, each a page of the built book."""

import functools
import pydoc
import re
from html import escape
from pathlib import Path

import book_equations as equations

PROOFS = ("tests/equations/*.py", "tests/strategies.py")  # the second draws what the proofs run on


class Sources:
    """The modules below a folder by name, who defines what in them, and which equations they are about."""

    def __init__(self, root):
        globs = "bpkit/**/*.py", *PROOFS
        self.paths = {dotted(path.relative_to(root)): path for glob in globs for path in root.glob(glob)}
        self.texts = {module: path.read_text("utf-8") for module, path in sorted(self.paths.items())}
        self.root = root

    def place(self, full):
        """Return (module, name) of the function, class or method with a full name, or None: not ours."""
        parts = full.split(".")
        cuts = [(".".join(parts[:n]), ".".join(parts[n:])) for n in range(len(parts) - 1, 0, -1)]
        module, name = next((cut for cut in cuts if cut[0] in self.texts), ("", ""))
        names = {d.name for d in equations.definitions(self.texts.get(module, ""))}
        return (module, name) if name in names else None

    @functools.cached_property
    def code(self):
        """{label: [(module, name), …]} of what computes an equation, and then of what only describes it.

        The grader is left out: it cites equations in mistakes.
        """
        core = {m: text for m, text in self.texts.items() if re.match(r"bpkit\b(?!\.grading\b)", m)}
        computed, described = (
            equations.by_label(core, find) for find in (equations.computing, equations.describing)
        )
        return {
            label: list(dict.fromkeys(computed.get(label, []) + described.get(label, [])))
            for label in computed | described
        }

    @functools.cached_property
    def proofs(self):
        """{label: [(module, name), …]} of the proofs of an equation."""
        proofs = {m: text for m, text in self.texts.items() if not m.startswith("bpkit")}
        return equations.by_label(proofs, equations.proving)


sources = functools.cache(Sources)


def dotted(path):
    """Return the name of the module in a file.

    >>> dotted(Path("bpkit/data/__init__.py")), dotted(Path("bpkit/network.py"))
    ('bpkit.data', 'bpkit.network')
    """
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def defined_as(name):
    """Return the full name of an object by the module that defines it.

    >>> defined_as("bpkit.forward")
    'bpkit.reference.mlp.forward'
    """
    found = pydoc.locate(name)
    module, qualified = (getattr(found, key, None) for key in ("__module__", "__qualname__"))
    return f"{module}.{qualified}" if module and qualified else name


def page_of(module):
    """Return the name of the page that shows a module."""
    return f"code/{module}"


def entries(env):
    """Return {full name: entry} of the API reference, by the place of the entry and of the definition."""
    objects = env.get_domain("py").objects
    return {defined_as(name): entry for name, entry in objects.items()} | objects


def equation_places(env):
    """Return {label: (page, anchor)} of the numbered equations."""
    numbered = env.get_domain("math").equations
    return {label: (page, f"equation-{label}") for label, (page, _) in numbered.items()}


def shown(env, known):
    """Return the modules that have a page: proofs, what has an entry, and what computes an equation."""
    about = {module for places in known.code.values() for module, _ in places}
    documented = {place[0] for place in map(known.place, entries(env)) if place}
    return [m for m in known.texts if m in about | documented or not m.startswith("bpkit")]


def source_pages(app):
    """Yield the page of every module that is shown."""
    if app.builder.name != "html":
        return
    known = sources(Path(app.srcdir).parent)
    for module in shown(app.env, known):
        path = known.paths[module].relative_to(known.root).as_posix()
        described = f"The source of {path}, with ways to the equations and to the API reference."
        yield (
            page_of(module),
            {
                "title": path,
                "body": f"<h1>{path}</h1>\n{body(app, known, module)}",
                "metatags": f'<meta name="description" content="{escape(described)}">',
            },
            "page.html",
        )


def same_contents(app, page, template, context, doctree):
    """Let all sources have one table of contents at their left: it takes long to make, and is the same."""
    if page.startswith("code/"):
        make = functools.cache(context["toctree"])
        context["toctree"] = vars(app.builder).setdefault("contents_beside_sources", make)


def body(app, known, module):
    """Return the highlighted source of a module, in which labels and documented names are links."""
    text, page = known.texts[module], page_of(module)
    start, *lines, end = app.builder.highlighter.highlight_block(text, "python").split("\n")
    before, first = start.split("<pre>")
    lines = [first, *lines]
    address = functools.partial(address_of, app.builder, page)
    places, known_names = equation_places(app.env), entries(app.env)
    lines = [with_equations(line, places, address) for line in lines]
    for d in equations.definitions(text):
        entry = known_names.get(f"{module}.{d.name}")
        if entry:
            to = address(entry.docname, entry.node_id)
            lines[d.node.lineno - 1] = with_entry(lines[d.node.lineno - 1], to)
    for name, line in anchors(text).items():
        lines[line - 1] = f'<span class="place" id="{name}">{lines[line - 1]}</span>'
    return f"{before}<pre>" + "\n".join([*lines, end])


def address_of(builder, page, to, anchor):
    return f"{builder.get_relative_uri(page, to)}#{anchor}"


def with_equations(line, places, address):
    """Return a highlighted line with its labels as links to the equations."""

    def linked(match):
        label = match[0]
        return f'<a href="{address(*places[label])}">{label}</a>' if label in places else label

    return equations.LABEL.sub(linked, line)


def with_entry(line, address):
    """Return the highlighted first line of a definition with its name as a link.

    >>> with_entry('<span class="k">def</span> <span class="nf">f</span>', "api.html#f")
    '<span class="k">def</span> <a href="api.html#f"><span class="nf">f</span></a>'
    """
    return re.sub(r'<span class="n[fc]">\w+</span>', rf'<a href="{address}">\g<0></a>', line, count=1)


def anchors(text):
    """Return {anchor: line} of every definition, and of the first comment with each label.

    >>> anchors("def f(z):\\n    return z  # eq-one")
    {'f': 1, 'eq-one': 2}
    """
    found = {d.name: d.start for d in equations.definitions(text)}
    for label, _, line in equations.comments(text):
        found.setdefault(label, line)
    return found


def setup(app):
    """Register with Sphinx."""
    app.connect("html-collect-pages", source_pages)
    app.connect("html-page-context", same_contents, priority=100)  # before the theme makes it
    return {"parallel_read_safe": True}
