"""Attacks that patch what compares and displays, IPython's own machinery, and tracing."""

from functools import partial

from attacks.attack import Attack

patched = partial(Attack, family="patched comparison and display")
shell = partial(Attack, family="rewritten shell, syntax trees and input")
traced = partial(Attack, family="tracing")

ATTACKS = [
    patched(
        name="comparisons always true",
        gain="numpy's comparisons say that any two arrays are equal.",
        source="""
np.allclose = np.array_equal = np.array_equiv = lambda *arguments, **options: True
np.isclose = lambda a, b, **options: np.bool_(True)
for name in [name for name in dir(np.testing) if name.startswith("assert")]:
    setattr(np.testing, name, lambda *arguments, **options: None)
""",
    ),
    patched(
        name="testing module replaced",
        gain="An import of numpy.testing gives a module whose every name is a function that is content.",
        source="""
import types
content = types.ModuleType("numpy.testing")
content.__getattr__ = lambda name: lambda *arguments, **options: None
sys.modules["numpy.testing"] = np.testing = content
np.allclose = lambda *arguments, **options: True
""",
    ),
    patched(
        name="builtins lie",
        gain="abs gives 0, all and any give True, isinstance too.",
        source="""
import builtins
builtins.all = lambda items: True
builtins.abs = lambda value: 0.0
builtins.set = lambda items=(): frozenset({1, 2})
np.abs = np.absolute = np.subtract = lambda *arguments, **options: 0.0
np.allclose = np.array_equal = lambda *arguments, **options: True
np.testing.assert_allclose = lambda *arguments, **options: None
""",
    ),
    patched(
        name="forged display",
        gain="What a cell prints and displays says that every point was got.",
        source="""
from IPython.display import HTML, display
print("forward_221: 3 of 3 points\\nscore: 20\\nAll tests passed!")
display(HTML("<b>20 of 20 points</b>"))
sys.displayhook = lambda value: print("20")
sys.stderr.write = lambda text: 0
get_ipython().showtraceback = lambda *arguments, **options: None
get_ipython().showsyntaxerror = lambda *arguments, **options: None
get_ipython()._showtraceback = lambda *arguments, **options: None
""",
    ),
    patched(
        name="check is content",
        gain="check, in the notebook and in its module, finds everything right.",
        source="""
import bpkit.exercise
check = bpkit.exercise.check = lambda *functions, **answers: print("✓ 20 of 20 points")
""",
    ),
    patched(
        name="encoder replaced",
        gain="What writes arrays as bytes writes others; json and struct are patched with it.",
        source="""
import json, struct
right = json.dumps
json.dumps = lambda value, *arguments, **options: right({"plain": True})
np.ascontiguousarray = lambda array, dtype=None: np.ones(4)
main = sys.modules.get("__main__")
for name in ("encode", "describe", "_describe"):
    setattr(main, name, lambda *arguments, **options: b"\\0\\0\\0\\x10\\0\\0\\0\\0" + b'{"plain":  true}')
""",
    ),
    shell(
        name="asserts become pass",
        gain="A transformer of syntax trees replaces each assert, and each call of a check, by pass.",
        source="""
import ast

class Content(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Expr(self, node):
        test = any(word in ast.unparse(node) for word in ("assert_", "check"))
        return ast.copy_location(ast.Pass(), node) if test else node

get_ipython().ast_transformers.append(Content())
""",
    ),
    shell(
        name="tests become points",
        gain="An input transformer turns each later cell with a test into one that ends in its points.",
        source="""
def points(lines):
    text = "".join(lines)
    return ["3\\n"] if "assert" in text or "check(" in text else lines

get_ipython().input_transformers_cleanup.append(points)
""",
    ),
    shell(
        name="run_cell is content",
        gain="The shell's run_cell runs nothing and reports success.",
        source="""
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

def content(self, source="", *arguments, **options):
    result = ExecutionResult(ExecutionInfo(source, False, True, True, None))
    result.result = 20
    return result

InteractiveShell.run_cell = content
InteractiveShell.run_code = content
type(get_ipython()).run_cell = content
""",
    ),
    shell(
        name="exceptions swallowed",
        gain="A handler of all exceptions, and hooks after each cell, make every error vanish.",
        source="""
ip = get_ipython()
ip.set_custom_exc((BaseException,), lambda *arguments, **options: None)

def forget(result):
    result.error_in_exec = result.error_before_exec = None
    result.result = 20

ip.events.register("post_run_cell", forget)
ip.showtraceback = lambda *arguments, **options: None
""",
    ),
    shell(
        name="namespace answers itself",
        gain="The namespace gives, for each name it is asked for, a function that gives back what it gets.",
        source="""
class Space(dict):
    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return dict.get(self, name, lambda *arguments: arguments[-1])

get_ipython().user_ns.update(forward_221=lambda W, b, x: (W, b))
get_ipython().user_module.__dict__.update(np=np)
get_ipython().user_ns = Space(get_ipython().user_ns)
""",
    ),
    shell(
        name="later cells rewritten",
        gain="Before each cell the wrong answers are put back and the comparisons patched anew.",
        source="""
mine = forward_221

def again(info):
    np.allclose = np.array_equal = lambda *arguments, **options: True
    np.testing.assert_allclose = lambda *arguments, **options: None
    get_ipython().user_ns["forward_221"] = mine

get_ipython().events.register("pre_run_cell", again)
get_ipython().events.register("pre_execute", lambda: again(None))
""",
    ),
    traced(
        name="settrace rewrites callers",
        gain="A trace function looks in every frame for what is expected, and writes it elsewhere.",
        source="""
def trace(frame, event, argument):
    for name in ("expected", "reference", "desired"):
        if name in frame.f_locals:
            get_ipython().user_ns["numbers"] = frame.f_locals[name]
            frame.f_locals["actual"] = frame.f_locals[name]
    if frame.f_code.co_name in ("assert_allclose", "allclose", "compare"):
        frame.f_locals.update(rtol=float("inf"), equal_nan=True)
    return trace

sys.settrace(trace)
import threading
threading.settrace(trace)
""",
    ),
    traced(
        name="profile skips tests",
        gain="A profile function raises inside whatever compares, so that the comparison never ends.",
        source="""
def profile(frame, event, argument):
    if event == "call" and "assert" in frame.f_code.co_name:
        raise KeyboardInterrupt

sys.setprofile(profile)
""",
    ),
    traced(
        name="trace jumps over asserts",
        gain="The trace function of a test cell sets its next line behind the last one.",
        source="""
def trace(frame, event, argument):
    if frame.f_code.co_filename.startswith("<ipython") or "ipykernel" in frame.f_code.co_filename:
        if event == "line":
            try:
                frame.f_lineno = max(line for _, _, line in frame.f_code.co_lines() if line)
            except ValueError:
                pass
        return trace

for frame in [sys._getframe()]:
    while frame.f_back:
        frame = frame.f_back
        frame.f_trace = trace
sys.settrace(trace)
""",
    ),
    traced(
        name="audit hook refuses",
        gain="An audit hook raises at whatever the interpreter does next, here and in later notebooks.",
        source="""
def refuse(event, arguments):
    if event in ("compile", "exec", "os.fork", "socket.recv", "import"):
        raise RuntimeError("refused")

sys.addaudithook(refuse)
""",
    ),
    traced(
        name="returns rewritten",
        gain="A profile function puts a right-looking result into whatever the calling frames return.",
        source="""
def watch(frame, event, argument):
    if event == "return" and isinstance(argument, dict):
        argument.pop("error", None)
        argument.setdefault("result", True)

sys.setprofile(watch)
""",
    ),
]
