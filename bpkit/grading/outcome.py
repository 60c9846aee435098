"""What came of calling an answer: the one thing that the judge gets to see."""

from dataclasses import dataclass

WARNING = "RuntimeWarning"  # numpy's: a number was too large, or none
WARNED = (
    "However large its numbers are, it may not raise a warning: see that no exponential overflows; "
    "in float32 e^89 does."
)


def with_article(name):
    """Put the article before a type's name.

    >>> with_article("IndexError"), with_article("list")
    ('an IndexError', 'a list')
    """
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


@dataclass(frozen=True)
class Outcome:
    """A result, and whether the call changed its arguments; or what went wrong.

    >>> Outcome(problem="raised", type="ZeroDivisionError", line=3).says()
    'your code raised a ZeroDivisionError in line 3 of its cell.'
    """

    result: object = None
    changed: bool = False
    problem: str | None = (
        None  # absent, missing, large, rich, unanswered, raised, time, memory, output, died, unreadable
    )
    type: str = ""
    line: int | None = None
    name: str = ""  # of a NameError
    message: str = ""
    limit: str = ""  # the limit that was met: time, memory, processes, files, output, ended

    def says(self, public=False):
        """Tell the student what went wrong; an exception's own words only where the inputs are public."""
        return self.raised(public) if self.problem == "raised" else PROBLEMS[self.problem]

    def raised(self, public):
        """Tell of an exception: its type, where it arose, and what to do where that is known."""
        where = f" in line {self.line}" if self.line else ""
        words = f": {self.message}" if public and self.message else "."
        if self.type in ("SyntaxError", "IndentationError", "TabError"):
            return f"its cell has {with_article(self.type)}{where}{words}"
        says = f"your code raised {with_article(self.type)}{f'{where} of its cell' if where else ''}{words}"
        if self.name:
            says += f" {self.name} is not defined: imports and helpers stand in the answer's own cell."
        elif self.type == "TypeError" and not where:
            says += " Keep the function's name and arguments as they were given."
        if self.type == WARNING:
            says += f"{'' if says.endswith('.') else '.'} {WARNED}"
        return f"{says} {LIMITS[self.limit]}" if self.limit in LIMITS else says


PROBLEMS = {
    "absent": "its answer cell is not in the notebook.",
    "missing": "it is not defined: its cell no longer defines it, or raised before that.",
    "unanswered": "it is not answered yet.",
    "time": "your code did not end within its time. Look for a loop that never stops.",
    "memory": "your code used more memory than it may.",
    "died": "your code ended its process, or was ended for using too much memory.",
    "large": "its cell is larger than an answer may be. Keep data out of the notebook.",
    "output": "your answers returned more than they may in all.",
    "rich": "its cell is not Python.",
    "unreadable": "what your code returned could not be read.",
}
LIMITS = {
    "memory": "It asked for more memory than it may use.",
    "processes": "It started more processes or threads than it may.",
    "files": "It wrote more to files than it may.",
}
