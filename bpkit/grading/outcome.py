"""What came of calling an answer: the one thing that the judge gets to see."""

from dataclasses import dataclass


def with_article(name):
    """Put the article before a type's name.

    >>> with_article("IndexError"), with_article("list")
    ('an IndexError', 'a list')
    """
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


@dataclass(frozen=True)
class Outcome:
    """A result with the arguments as they are after the call, or what went wrong.

    >>> Outcome(problem="raised", type="ZeroDivisionError", line=3).says()
    'your code raised a ZeroDivisionError in line 3 of its cell.'
    """

    result: object = None
    arguments: tuple = ()
    problem: str | None = None  # missing, unanswered, raised, time, died, unreadable
    type: str = ""
    line: int | None = None
    message: str = ""

    def says(self, public=False):
        """Tell the student what went wrong; an exception's own words only where the inputs are public."""
        where = f" in line {self.line} of its cell" if self.line else ""
        words = f": {self.message}" if public and self.message else "."
        if self.type in ("SyntaxError", "IndentationError", "TabError"):
            return f"its cell has a {self.type}{where.replace(' of its cell', '')}{words}"
        return {
            "missing": "it is not defined: its cell is missing, or raised before the definition.",
            "unanswered": "it is not answered yet.",
            "raised": f"your code raised {with_article(self.type)}{where}{words}",
            "time": "your code did not end within its time. Look for a loop that never stops.",
            "died": "your code ended its process, or was ended for using too much memory.",
            "unreadable": "what your code returned could not be read.",
        }[self.problem]
