"""What imports what: the arrows between the rooms, the light core, and the public names."""

import ast
import subprocess
import sys
import types
from pathlib import Path

import pytest

import bpkit

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.glob("bpkit/**/*.py"))
}
ARROWS = {  # what a module or package may import of ours; the longest name that fits a module counts
    "bpkit": {"bpkit.gradcheck", "bpkit.network", "bpkit.reference", "bpkit.training"},
    "bpkit.__main__": {"bpkit.cli"},
    "bpkit.archive": {"bpkit.reference"},
    "bpkit.book": {"bpkit.plots"},
    "bpkit.book_as_one": set(),
    "bpkit.book_pdf": {"bpkit.book", "bpkit.book_as_one"},
    "bpkit.book_server": {"bpkit.book"},
    "bpkit.bootstrap": set(),
    "bpkit.cli": {"bpkit"},
    "bpkit.course_command": {"bpkit.grade_command", "bpkit.grading", "bpkit.here"},
    "bpkit.data": {"bpkit.data"},
    "bpkit.doctor": {"bpkit.grading"},
    "bpkit.estimators": {
        "bpkit.history",
        "bpkit.model",
        "bpkit.network",
        "bpkit.reference",
        "bpkit.training",
    },
    "bpkit.exercise": {"bpkit.grading", "bpkit.reference"},
    "bpkit.gradcheck": set(),
    "bpkit.grade_command": {"bpkit.grading", "bpkit.here", "bpkit.progress"},
    "bpkit.grading": {"bpkit.exercise", "bpkit.gradcheck", "bpkit.grading", "bpkit.reference"},
    "bpkit.grading.sandbox.cases": {"bpkit.grading.sandbox.frames"},
    "bpkit.grading.sandbox.frames": {"bpkit.grading.sandbox.names", "bpkit.grading.sandbox.values"},
    "bpkit.grading.sandbox.inside": {
        "bpkit.grading.sandbox.kernel",
        "bpkit.grading.sandbox.outbox",
        "bpkit.grading.sandbox.session",
    },
    "bpkit.grading.sandbox.kernel": {"bpkit.grading.sandbox.seccomp"},
    "bpkit.grading.sandbox.names": set(),
    "bpkit.grading.sandbox.outbox": {"bpkit.grading.sandbox.frames", "bpkit.grading.sandbox.names"},
    "bpkit.grading.sandbox.probes": {"bpkit.exercise", "bpkit.grading.sandbox.values"},
    "bpkit.grading.sandbox.seccomp": set(),
    "bpkit.grading.sandbox.session": {
        "bpkit.exercise",
        "bpkit.grading.sandbox.cases",
        "bpkit.grading.sandbox.frames",
        "bpkit.grading.sandbox.outbox",
        "bpkit.grading.sandbox.probes",
        "bpkit.grading.sandbox.shown",
        "bpkit.grading.sandbox.values",
    },
    "bpkit.grading.sandbox.shown": set(),
    "bpkit.grading.sandbox.values": {"bpkit.grading.sandbox.names"},
    "bpkit.here": {"bpkit.grading"},
    "bpkit.history": {"bpkit.plots"},
    "bpkit.model": {"bpkit.archive", "bpkit.history", "bpkit.reference"},
    "bpkit.network": {"bpkit.model", "bpkit.reference", "bpkit.straight_line"},
    "bpkit.notations": set(),
    "bpkit.plots": {"bpkit.plots"},
    "bpkit.progress": {"bpkit.grading"},
    "bpkit.reference": {"bpkit.reference"},
    "bpkit.straight_line": {"bpkit.reference"},
    "bpkit.training": {
        "bpkit.history",
        "bpkit.model",
        "bpkit.network",
        "bpkit.plots",
        "bpkit.reference",
        "bpkit.training",
    },
    "bpkit.updates": {"bpkit.model", "bpkit.reference"},
}
SCRIPTS = (
    "cases",
    "frames",
    "kernel",
    "names",
    "outbox",
    "probes",
    "seccomp",
    "session",
    "shown",
    "values",
)  # they run inside, without a package
NUMPY_ALONE = [  # modules and packages whose import brings numpy and the standard library, and no more
    "bpkit.archive",
    "bpkit.bootstrap",
    "bpkit.data",
    "bpkit.exercise",
    "bpkit.gradcheck",
    "bpkit.grading.sandbox.frames",
    "bpkit.grading.sandbox.inside",
    "bpkit.grading.sandbox.kernel",
    "bpkit.history",
    "bpkit.model",
    "bpkit.network",
    "bpkit.notations",
    "bpkit.reference",
    "bpkit.straight_line",
    "bpkit.training",
]


def fits(name, prefix):
    return name == prefix or name.startswith(prefix + ".")


def imports(source, module, is_package=False, at_import=False):
    """Return the full name of everything that a module imports, or only what it imports when imported."""
    tree = ast.parse(source)
    lazy = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)}
    names = []
    for node in ast.walk(tree):
        if at_import and id(node) in lazy:
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) + is_package - node.level]
            origin = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            names += [f"{origin}.{alias.name}" for alias in node.names]
    return names


def placed(name, module):
    """Return the full name where a script of the sandbox imports one that lies beside it."""
    beside = fits(module, "bpkit.grading.sandbox") and name.split(".")[0] in SCRIPTS
    return f"bpkit.grading.sandbox.{name}" if beside else name


def strays(names, module):
    """Return the names of ours among `names` that the module's arrow does not allow."""
    row = max((name for name in ARROWS if fits(module, name)), key=len)
    ours = [name for name in names if fits(name, "bpkit")]
    return [name for name in ours if not any(fits(name, allowed) for allowed in ARROWS[row])]


def foreigners(names):
    """Return the names that belong neither to us, nor to numpy, nor to the standard library."""
    known = {*sys.stdlib_module_names, "numpy", "bpkit"}
    return [name for name in names if name.split(".")[0] not in known]


def names_imported_by(module, **options):
    path = MODULES[module]
    names = imports(path.read_text(), module, path.name == "__init__.py", **options)
    return [placed(name, module) for name in names]


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrows(module):
    assert strays(names_imported_by(module), module) == []


@pytest.mark.parametrize("module", [m for m in MODULES if any(fits(m, name) for name in NUMPY_ALONE)])
def test_imports_of_the_core_are_numpy_and_the_standard_library(module):
    names = names_imported_by(module, at_import=True)

    assert foreigners(names) == []
    assert module != "bpkit.exercise" or not [name for name in names if fits(name, "bpkit")]


def test_imports_against_the_arrows_are_found():
    source = "from ..cli import main\nfrom . import losses\nimport numpy as np\ndef f():\n    import torch\n"

    names = imports(source, "bpkit.reference.mlp")

    assert names == ["bpkit.cli.main", "bpkit.reference.losses", "numpy", "torch"]
    assert strays(names, "bpkit.reference.mlp") == ["bpkit.cli.main"]
    assert foreigners(names) == ["torch"]
    assert foreigners(imports(source, "bpkit.reference.mlp", at_import=True)) == []
    assert imports("from .a import b", "bpkit.plots", is_package=True) == ["bpkit.plots.a.b"]


def test_scripts_that_lie_beside_each_other_in_the_sandbox_are_known():
    names = imports(
        "from frames import encode\nimport kernel\nimport json\n", "bpkit.grading.sandbox.session"
    )

    assert [placed(name, "bpkit.grading.sandbox.session") for name in names] == [
        "bpkit.grading.sandbox.frames.encode",
        "bpkit.grading.sandbox.kernel",
        "json",
    ]
    assert strays(["bpkit.grading.sandbox.kernel"], "bpkit.grading.sandbox.session") != []
    assert placed("names", "bpkit.grading.notebook") == "names"


def test_arrows_let_nothing_but_the_command_reach_the_book_and_the_command():
    assert strays(["bpkit.book.build"], "bpkit.grading.release") == ["bpkit.book.build"]
    assert strays(["bpkit.book.build"], "bpkit.cli") == []
    assert strays(["bpkit.reference.mlp"], "bpkit.plots.networks") == ["bpkit.reference.mlp"]


def test_import_of_bpkit_loads_numpy_and_the_standard_library_alone():
    script = (
        "import sys, numpy; before = set(sys.modules); import bpkit; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert set(loaded.stdout.split()) <= {"bpkit", "numpy"}
    assert "bpkit" in loaded.stdout


def public_names(module):
    """Return what a reader may take from a module: no private name, no submodule."""
    return [
        name
        for name, value in sorted(vars(module).items())
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    ]


def test_public_names_are_sorted_and_exactly_the_namespace():
    assert bpkit.__all__ == public_names(bpkit)


def test_public_names_leave_out_what_is_private():
    module = types.SimpleNamespace(shown=1, _hidden=2, ast=ast)

    assert public_names(module) == ["shown"]
