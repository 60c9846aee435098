"""What a student reads: one page a submission, self-contained, without hidden inputs."""

import functools
import re
from importlib import resources
from itertools import accumulate

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from .notebook import grade_id, is_answer, source_of

ANSWERS = 50_000  # bytes of the page that all answers together may take
MESSAGES = 20_000  # and all messages
NOTE = 2_000  # and the note
CUT = "The rest is left out here: it is too long for a page."


@functools.cache
def template(name):
    """Return a page template of this folder, compiled, with automatic escaping."""
    pages = resources.files(__package__).joinpath("pages")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["style"] = pages.joinpath("style.css").read_text(encoding="utf-8")
    environment.filters["formula"] = formula
    environment.filters["breakable"] = breakable
    environment.filters["points"] = "{:g}".format
    return environment.from_string(pages.joinpath(name).read_text(encoding="utf-8"))


def formula(text):
    """Return a message as HTML, with its layers raised as the book sets them.

    >>> formula("δ^(l) < 1")
    Markup('δ<sup>(l)</sup> &lt; 1')
    """
    return Markup(re.sub(r"\^(\([^()]*\))", r"<sup>\1</sup>", str(escape(text))))


def breakable(name):
    """Return a name as HTML that may go on in the next line after an underscore.

    >>> breakable("hidden_delta")
    Markup('hidden_<wbr>delta')
    """
    return escape(name).replace("_", Markup("_<wbr>"))


def feedback_page(student, set_name, graded):
    """Return a student's feedback as an HTML page, of less than 100 KB whatever was handed in.

    Parameters
    ----------
    student, set_name : str
    graded : Graded

    Returns
    -------
    str
    """
    answers = {
        grade_id(cell): source_of(cell) for cell in graded.notebook.get("cells", ()) if is_answer(cell)
    }
    room, each = ANSWERS // max(1, len(answers)), MESSAGES // max(1, len(graded.verdicts))
    shown = {name: cut(source.strip("\n"), room) for name, source in answers.items() if source.strip()}
    return template("feedback.html").render(
        student=student,
        set_name=set_name,
        graded=graded,
        note=cut(graded.note, NOTE),
        messages={verdict.name: cut(verdict.message, each) for verdict in graded.verdicts},
        answers=shown,
        others=[name for name in shown if name not in {verdict.name for verdict in graded.verdicts}],
        left_out=CUT,
    )


def cut(text, room):
    """Return as much of a text as takes `room` bytes of HTML, and whether something is left out.

    >>> cut("a < b", 8), cut("a < b", 7)
    (('a < b', False), ('a < ', True))
    """
    text = text.translate(UNPRINTABLE).encode(errors="replace").decode()
    if len(escape(text).encode()) <= room:
        return text, False
    sizes = accumulate(len(str(escape(character)).encode()) for character in text[: room + 1])
    end = next(k for k, size in enumerate(sizes) if size > room)
    return text[:end], True


UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], "\ufffd")  # HTML has no such characters
