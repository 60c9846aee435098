"""A function with one thing changed: an operator, an index, an axis, a number, a comparison, a transpose.

The mutant takes the place of the original's code, so that whoever calls the function calls the mutant.
"""

import ast
import contextlib
import gc
import sys
import types
from pathlib import Path

import bpkit

ROOMS = tuple(
    str(Path(bpkit.__file__).parent / room) for room in ("reference", "gradcheck.py", "grading/questions")
)
LOOKS = ("expect", "check", "look_up", "named", "numbers", "positive")  # at arguments
OTHERS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.USub: ast.UAdd,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def functions_called(call):
    """Return the functions of the references that a call reaches, but for those that look at arguments."""
    codes = {}

    def note(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(ROOMS):
            codes[frame.f_code] = None

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return [function for code in codes if computes(code) for function in owners(code)]


def computes(code):
    """Say whether a code is that of a function with a name, and not of one that only looks at arguments."""
    looks = code.co_name.lstrip("_").startswith(LOOKS)
    named = code.co_name.isidentifier() and "<locals>" not in code.co_qualname
    return named and not looks and not code.co_filename.endswith("shapes.py")


def owners(code):
    return [found for found in gc.get_referrers(code) if isinstance(found, types.FunctionType)]


def mutants(function):
    """Yield (what was changed, code) of each mutant of a function."""
    code = function.__code__
    source = Path(code.co_filename).read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    definition = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.name, first_line(node)) == place_of(code)
    )
    for node, field, new in list(edits(definition)):
        old, said = getattr(node, field), ast.unparse(node)
        setattr(node, field, new)
        compiled = compile(ast.fix_missing_locations(tree), code.co_filename, "exec", dont_inherit=True)
        where = f" in {lines[node.lineno - 1].partition('  #')[0].strip()}" if field == "value" else ""
        yield f"{code.co_name}: {said} → {ast.unparse(node)}{where}", inner(compiled, place_of(code))
        setattr(node, field, old)


def place_of(code):
    return code.co_name, code.co_firstlineno


def first_line(definition):
    return min([definition.lineno, *(decorator.lineno for decorator in definition.decorator_list)])


def inner(code, place):
    """Return the code of this name and line among those within a code."""
    within = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    found = [one for one in within if place_of(one) == place]
    return found[0] if found else next(filter(None, (inner(one, place) for one in within)), None)


def edits(definition):
    """Yield (node, field, new value) of each change of one thing; what is said in an error does not count."""
    nodes = [node for line in definition.body for node in walk(line)]
    axes = {id(word.value) for word in nodes if isinstance(word, ast.keyword) and word.arg == "axis"}
    for node in nodes:
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.AugAssign) and type(node.op) in OTHERS:
            yield node, "op", OTHERS[type(node.op)]()
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in OTHERS:
            yield node, "ops", [OTHERS[type(node.ops[0])](), *node.ops[1:]]
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, "value", not node.value
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield node, "value", 1 - node.value if id(node) in axes else node.value + 1
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
            yield node, "slice", ast.BinOp(node.slice, ast.Add(), ast.Constant(1))
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield node, "attr", "real"  # the array as it is


def walk(node):
    """Yield a node and those below it, but for errors that are raised."""
    if not isinstance(node, ast.Raise):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from walk(child)


@contextlib.contextmanager
def in_place(function, code):
    """Let a function run another code for a while."""
    own, function.__code__ = function.__code__, code
    try:
        yield
    finally:
        function.__code__ = own
