"""Answers that are almost the same: which students share one that is telling. Likeness proves nothing."""

import ast
import sqlite3
import warnings
from hashlib import blake2b

from .notebook import grade_id, is_answer, source_of

WRONG, RIGHT = 40, 100  # nodes of syntax from which a shared answer is telling: wrong ones, and right ones
MANY = 0.02  # the share of those who answered, above which an answer is what many write
FEW = 5  # so many students alike are few in any class
GROUPS = 50  # groups that are listed
LONGEST = 100_000  # characters; nobody writes a longer answer by hand


class Likeness:
    """Finds the groups in a class; a context manager, which keeps its table on the disk.

    >>> with Likeness({}) as likeness:
    ...     list(likeness.groups())
    []
    """

    def __init__(self, released):
        self.stubs = {name: form(source)[0] for name, source in sources(released)}

    def __enter__(self):
        self.table = sqlite3.connect("")  # a file of its own, which is gone when it is closed
        self.table.execute("CREATE TABLE answer (name, form, size, wrong, student)")
        return self

    def __exit__(self, *exception):
        self.table.close()

    def add(self, student, notebook, graded):
        """Add the answers of a graded notebook."""
        wrong = {verdict.name for verdict in graded.verdicts if not verdict.right}
        for name, source in sources(notebook):
            digest, size = form(source)
            if size and digest != self.stubs.get(name):
                row = (name, digest, size, name in wrong, student)
                self.table.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", row)

    def groups(self):
        """Yield (students, questions): who shares which telling answers, the most questions first."""
        shared = {}
        for name, students in self.shared():
            shared.setdefault(students, []).append(name)
        yield from sorted(shared.items(), key=lambda group: (-len(group[1]), group[0]))[:GROUPS]

    def shared(self):
        """Yield (question, students) for each answer that is telling and that few share."""
        counted = self.table.execute("SELECT name, COUNT(*) FROM answer GROUP BY name")
        answered = dict(counted.fetchall())
        alike = self.table.execute(
            "SELECT name, form FROM answer GROUP BY name, form HAVING COUNT(*) > 1 "
            "AND MAX(size) >= CASE WHEN MAX(wrong) THEN ? ELSE ? END",
            (WRONG, RIGHT),
        )
        for name, digest in alike:
            students = self.students(name, digest, most := max(FEW, int(MANY * answered[name])))
            if len(students) <= most:
                yield name, students

    def students(self, name, digest, most):
        """Return who wrote an answer, as long as they are not too many."""
        wrote = self.table.execute(
            "SELECT student FROM answer WHERE name = ? AND form = ? ORDER BY student LIMIT ?",
            (name, digest, most + 1),
        )
        return tuple(student for (student,) in wrote)


def sources(notebook):
    """List (name, source) of a notebook's answers that are code."""
    cells = [cell for cell in notebook.get("cells", ()) if cell["cell_type"] == "code" and is_answer(cell)]
    return [(grade_id(cell), source_of(cell)) for cell in cells]


def form(source):
    """Return a digest of what a source is without names, comments, docstrings and layout, and its size.

    >>> form("def f(x): return x + 1  # one more") == form("def g(y):\\n    'Add.'\\n    return (y + 1)")
    True
    >>> form("x + y") == form("x + x"), form("x +")[1]
    (False, 0)
    """
    if len(source) > LONGEST:
        return b"", 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a backslash in a docstring is the student's affair
            nodes = list(skeleton(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return b"", 0
    return blake2b("\n".join(nodes).encode(errors="replace"), digest_size=16).digest(), len(nodes)


def skeleton(tree):
    """Yield a syntax tree in order, a word a node, with names numbered as they come."""
    numbers, left = {}, [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.AST):
            yield " ".join([type(node).__name__, *words(node, numbers)])
            left += reversed([child for child in ast.iter_child_nodes(node) if counts(child)])


def words(node, numbers):
    """List what of a node is neither another node nor layout: its name's number, or its value."""
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            yield str(sum(map(counts, value)))
        elif field == "id" or (field in ("arg", "name") and not isinstance(node, ast.keyword | ast.alias)):
            yield str(numbers.setdefault(value, len(numbers)))
        elif not isinstance(value, ast.AST):
            yield repr(value)


def counts(node):
    """Say whether a node tells something: no text that stands alone, nor whether a name is read or set."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return not text and not isinstance(node, ast.expr_context)
