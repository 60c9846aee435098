"""Figures for light and dark pages: each drawing of a cell gets a dark twin, and each image its words."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from bpkit.plots import palette

NO_WORDS = "This image has no alternative text: give the cell 'mystnb: image: alt:', or the image its words."
BITMAP = "This figure is a bitmap, which has no dark twin: import bpkit.plots, which draws SVG."
logger = logging.getLogger(__name__)


def darken(svg):
    """Return the drawing with every light colour of the palette replaced by its dark twin.

    >>> light, dark = next(iter(palette.DARK.items()))
    >>> darken(f"fill: {light}") == f"fill: {dark}"
    True
    """
    return re.sub(r"#[0-9a-f]{6}\b", lambda colour: palette.DARK.get(colour[0], colour[0]), svg)


def kinds(output):
    """Return the MIME types in which one output of a cell is there."""
    return {container.get("mime_type") for container in output}


def place(node):
    """Return the nearest node around `node` that knows its line."""
    return node if node.line or node.parent is None else place(node.parent)


class Figures(SphinxTransform):
    """Check every image's words and put the dark twin of each cell's drawing beside it."""

    default_priority = 400

    def apply(self):
        for image in list(self.document.findall(nodes.image)):
            if not image.get("alt", "").strip():
                logger.warning(NO_WORDS, location=place(image))
            image["loading"] = "lazy"  # the hidden one of two twins is then never fetched
            self.add_twin(image, image.parent.get("mime_type", ""))

    def add_twin(self, image, mime_type):
        if mime_type == "image/svg+xml":
            image.parent.append(self.dark_twin(image))
            image["classes"].append("only-light")
        elif mime_type.startswith("image/") and "image/svg+xml" not in kinds(image.parent.parent):
            logger.warning(BITMAP, location=place(image))

    def dark_twin(self, image):
        light = Path(self.env.srcdir, image["uri"].lstrip("/"))
        dark = light.with_name(f"{light.stem}-dark.svg")
        dark.write_text(darken(light.read_text("utf-8")), "utf-8")
        twin = image.deepcopy()
        twin["uri"] = f"{Path(image['uri']).parent.as_posix()}/{dark.name}"
        twin["classes"].append("only-dark")
        return twin


def setup(app):
    """Register with Sphinx."""
    app.add_transform(Figures)
    return {"parallel_read_safe": True}
