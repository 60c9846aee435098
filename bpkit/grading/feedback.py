"""What a student reads: one page a submission, self-contained, without hidden inputs."""

import re
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape


def template(name):
    """Return a page template of this folder, with automatic escaping."""
    text = resources.files(__package__).joinpath("pages", name).read_text(encoding="utf-8")
    style = resources.files(__package__).joinpath("pages", "style.css").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["style"] = style
    environment.filters["formula"] = formula
    return environment.from_string(text)


def formula(text):
    """Return a message as HTML, with its layers raised as the book sets them.

    >>> formula("δ^(l) < 1")
    Markup('δ<sup>(l)</sup> &lt; 1')
    """
    return Markup(re.sub(r"\^(\([^()]*\))", r"<sup>\1</sup>", str(escape(text))))


def feedback_page(student, set_name, graded):
    """Return a student's feedback as an HTML page.

    Parameters
    ----------
    student, set_name : str
    graded : Graded

    Returns
    -------
    str
    """
    sources = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in graded.notebook.get("cells", ())
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    return template("feedback.html").render(
        student=student,
        set_name=set_name,
        graded=graded,
        sources=sources,
    )
