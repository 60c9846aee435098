"""The house itself: how long things are, what is pinned, and what is never committed."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bpkit

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.glob("bpkit/**/*.py"))
}
TOP_LEVEL = (
    "README.md _config.yml pyproject.toml constraints.txt Makefile nbgrader_config.py CHANGELOG.md "
    "CONTRIBUTING.md LICENSE CITATION.cff book solutions exercises bpkit tests benchmarks .ci .gitignore"
)
REGISTRIES = (
    r"\b(?:py[p]i|python[h]osted|np[m]js|npm[j]s|yarn[p]kg|conda[-.]forge|anaco[n]da)\.(?:org|com|io)\b"
)
MACHINE_PATHS = r"(?<![\w.:/~$)}-])/(?:[w]ork|[r]oot|[U]sers|hom[e]/\w+|tm[p]/\w+)/"
GENERATED = (
    r"(^|/)(\.venv|_build|submitted|autograded|feedback|__pycache__|[^/]+\.egg-info|\.ipynb_checkpoints)/"
)


def docstring_lines(node):
    """Return how many lines the docstring of a function, class or module takes."""
    first = node.body[0] if node.body else None
    is_text = isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str)
    return first.end_lineno - first.lineno + 1 if is_text else 0


def documented(tree):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def long_functions(source, limit=30):
    """Return the functions whose body, docstring apart, has more lines than the limit."""
    functions = [node for node in documented(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    lengths = {f.name: f.end_lineno - f.body[0].lineno + 1 - docstring_lines(f) for f in functions}
    return [name for name, length in lengths.items() if length > limit]


def code_lines(source):
    return len(source.splitlines()) - sum(docstring_lines(node) for node in documented(ast.parse(source)))


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_are_short(module):
    source = MODULES[module].read_text()

    assert code_lines(source) <= 250
    assert long_functions(source) == []
    assert docstring_lines(ast.parse(source)) > 0
    assert module.split(".")[-1] not in {"utils", "helpers", "common"}


def test_long_functions_are_found_and_docstrings_are_not_counted():
    body = "    x = 1\n" * 31
    text = '    """Say.\n' + "\n" * 40 + '    """\n'

    assert long_functions("def f():\n" + body) == ["f"]
    assert long_functions("def f():\n" + text + body.removesuffix("    x = 1\n")) == []
    assert code_lines("def f():\n" + text + body) == 32


def without_example(source):
    """Return the public functions of a module whose docstring shows no example."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    public = [f for f in functions if not f.name.startswith("_")]
    return [f.name for f in public if ">>> " not in (ast.get_docstring(f) or "")]


@pytest.mark.parametrize(
    "module", [m for m in MODULES if m.startswith("bpkit.reference") or m == "bpkit.gradcheck"]
)
def test_public_functions_of_the_core_show_an_example(module):
    assert without_example(MODULES[module].read_text()) == []


def test_functions_without_an_example_are_found():
    source = 'def f():\n    """>>> f()"""\n\ndef g():\n    """Say."""\n\ndef _h():\n    pass\n'

    assert without_example(source) == ["g"]


def git(*arguments):
    if not (ROOT / ".git").exists():
        pytest.skip("This copy is not a git checkout, so there is nothing to ask about what is tracked.")
    listed = subprocess.run(["git", *arguments, "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


def texts():
    """Return every text file that is tracked or would be."""
    paths = [ROOT / name for name in git("ls-files", "-co", "--exclude-standard")]
    read = {path: path.read_bytes() for path in paths if path.is_file()}
    return {path.relative_to(ROOT): data.decode() for path, data in read.items() if b"\0" not in data}


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE_PATHS])
def test_files_name_no_registry_and_no_path_of_one_machine(pattern):
    assert {
        str(path): re.findall(pattern, text) for path, text in texts().items() if re.search(pattern, text)
    } == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRIES, "index-url = https://" + "py" + "pi.org/simple"),
        (REGISTRIES, "https://registry." + "npm" + "js.org/x"),
        (MACHINE_PATHS, "open('/" + "work/main/x')"),
        (MACHINE_PATHS, "see /" + "root/x"),
        (MACHINE_PATHS, "/" + "home/someone/x"),
    ],
)
def test_registries_and_machine_paths_are_found(pattern, text):
    assert re.search(pattern, text)
    assert not re.search(pattern, "https://example.org/work/x and $HOME/work/x, a framework/root/x")


def test_generated_files_are_not_tracked():
    assert [name for name in git("ls-files") if re.search(GENERATED, name)] == []
    assert git("ls-files", "-ci", "--exclude-standard") == []


def test_generated_files_are_found():
    for name in ("_build/html/index.html", "bpkit.egg-info/PKG-INFO", "tests/__pycache__/x.pyc"):
        assert re.search(GENERATED, name)
    assert not re.search(GENERATED, "bpkit/book.py")


def test_top_level_is_the_house():
    assert {name.split("/")[0] for name in git("ls-files")} - set(TOP_LEVEL.split()) == set()


def read_constraints(text):
    """Return name → version of exact pins; any other line than a pin or a comment is an error."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pins = [re.fullmatch(r"([\w.-]+)==([\w.!+]+)(?: ; [^:]+)?", line) for line in lines]
    loose = [line for line, pin in zip(lines, pins, strict=True) if not pin]
    if loose:
        raise ValueError(f"These lines pin no exact version: {loose}.")
    return {canonicalize_name(pin[1]): pin[2] for pin in pins}


def requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for group in groups for line in group if not line.startswith("bpkit[")]


def test_constraints_pin_every_dependency_to_a_version_it_allows():
    pins = read_constraints((ROOT / "constraints.txt").read_text())

    assert [r.name for r in requirements() if canonicalize_name(r.name) not in pins] == []
    assert [str(r) for r in requirements() if pins[canonicalize_name(r.name)] not in r.specifier] == []


@pytest.mark.parametrize(
    "line", ["numpy", "numpy>=2", "numpy @ https://example.org/numpy.whl", "-i https://x.org"]
)
def test_constraints_that_are_loose_or_hold_an_address_are_refused(line):
    assert read_constraints("# exact\nNum_Py==2.4.6\nx==1 ; sys_platform == 'linux'\n")["num-py"] == "2.4.6"
    with pytest.raises(ValueError, match="pin no exact version"):
        read_constraints(line)


def newest_release(changelog):
    """Return the version of the changelog's first release; what is unreleased has none."""
    return re.search(r"^## \[?v?(\d+\.\d+\.\d+)", changelog, re.M)[1]


def cited_version(citation):
    return re.search(r"^version: [\"']?([\d.]+)", citation, re.M)[1]


def test_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["dynamic"] == ["version"]
    assert newest_release((ROOT / "CHANGELOG.md").read_text()) == bpkit.__version__
    assert cited_version((ROOT / "CITATION.cff").read_text()) == bpkit.__version__


def test_versions_are_read_from_the_changelog_and_the_citation():
    assert newest_release("# Changes\n\n## [Unreleased]\n\n## [0.2.0] - 2030-01-01\n\n## 0.1.0\n") == "0.2.0"
    assert cited_version('cff-version: 1.2.0\nversion: "0.2.0"\n') == "0.2.0"
