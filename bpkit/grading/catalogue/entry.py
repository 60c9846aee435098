"""What the catalogue knows of a mistake."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A mistake that learners make, in Markdown; `number` is the one that messages and questions name."""

    number: str
    name: str
    code: str  # what it looks like
    gradient: str  # what it does to the gradient, or to what is asked in its place
    see: str  # how to see it
