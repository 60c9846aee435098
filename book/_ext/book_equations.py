"""Who cites an equation and who proves it: read from the sources, which are not run."""

import ast
import functools
import io
import re
import tokenize
from typing import NamedTuple

LABEL = re.compile(r"\beq-[a-z]+(?:-[a-z]+)*\b(?!…|\.\.\.)")


class Definition(NamedTuple):
    """A function, class or method of a module, and the lines from its first decorator to its end."""

    name: str
    start: int
    end: int
    node: ast.AST


@functools.cache
def definitions(source):
    """Return the functions and classes of a module, and the methods of its classes, in order.

    >>> [d.name for d in definitions("class A:\\n    def f(self): ...\\n\\ndef g(): ...")]
    ['A', 'A.f', 'g']
    """
    return tuple(_defined(ast.parse(source), ""))


def _defined(parent, prefix):
    for node in parent.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield Definition(prefix + node.name, first, node.end_lineno, node)
            if isinstance(node, ast.ClassDef):
                yield from _defined(node, f"{prefix}{node.name}.")


def around(found, line):
    """Return the name of the innermost definition around a line, an empty one where there is none."""
    names = [d.name for d in found if d.start <= line <= d.end]
    return names[-1] if names else ""


def comments(source):
    """Return (label, name of the function or class around it, line) for each label in a comment.

    >>> comments("def f(z):\\n    return z  # eq-one\\n\\nx = 1  # eq-two")
    [('eq-one', 'f', 2), ('eq-two', '', 4)]
    """
    found = definitions(source)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [
        (label, around(found, token.start[0]), token.start[0])
        for token in tokens
        if token.type == tokenize.COMMENT
        for label in LABEL.findall(token.string)
    ]


def computing(source):
    """Return (label, name) for each label in a comment: the line there is that equation."""
    return [(label, name) for label, name, _ in comments(source)]


def describing(source):
    """Return (label, name) for each label in the docstring of a function, class or method.

    >>> describing('def f(z):\\n    \"\"\"Equation eq-one.\"\"\"')
    [('eq-one', 'f')]
    """
    texts = {d.name: ast.get_docstring(d.node) or "" for d in definitions(source)}
    return [(label, name) for name, text in texts.items() for label in LABEL.findall(text)]


def proving(source):
    """Return (label, name) for each function that is decorated as the proof of an equation.

    >>> proving('@proves("eq-one", abs, wrong=max)\\ndef test_one(equation): ...')
    [('eq-one', 'test_one')]
    """
    calls = [
        (call, d.name)
        for d in definitions(source)
        for call in d.node.decorator_list
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "proves"
    ]
    return [(call.args[0].value, name) for call, name in calls]


def by_label(modules, find):
    """Return {label: [(module, name), …]}, each once, for what `find` finds in {module: source}.

    >>> by_label({"m": "def f():\\n    pass  # eq-one\\n    pass  # eq-one"}, computing)
    {'eq-one': [('m', 'f')]}
    """
    places = {}
    for module, source in modules.items():
        for label, name in find(source):
            if (module, name) not in places.setdefault(label, []):
                places[label].append((module, name))
    return places
