"""What the sandbox sees of the disk: the system and Python, nothing of the course and of the grader."""

import json
import os
import site
import stat
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from bpkit.grading.sandbox import view as room
from bpkit.grading.sandbox.view import SCRIPTS, SHARE, hidden_packages, prepare, python_folders, view

ROOT = Path(__file__).parents[2]
PACKAGES = ["bpkit", "bpkit-0.1.0.dist-info", "nbgrader", "nbgrader-0.9.6.dist-info"]
FILES = ["__editable__.bpkit-0.1.0.pth", "__editable___bpkit_0_1_0_finder.py", "bpkit.egg-link"]
OTHERS = ["numpy", "nbformat", "nbclient"]


def install(folder):
    """Make a folder of packages look as if the grader was installed there, with others beside it."""
    for name in PACKAGES + OTHERS:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").touch()
    for name in FILES:
        (folder / name).touch()
    return folder


def seen_by(python, folder):
    """Return the view of another Python, as it computes it."""
    source = f"import json, pathlib, runpy; room = runpy.run_path({room.__file__!r})\n"
    source += f"print(json.dumps(room['view'](pathlib.Path({str(folder)!r}))))"
    told = subprocess.run([python, "-I", "-c", source], capture_output=True, text=True, check=True)
    return [tuple(entry) for entry in json.loads(told.stdout)]


def test_a_virtual_environment_is_seen_without_the_grader(tmp_path):
    place = tmp_path / "course" / ".venv"
    venv.create(place, symlinks=True)
    (packages,) = (place / "lib").glob("python*/site-packages")
    install(packages)
    entries = seen_by(place / "bin" / "python", tmp_path / "copies")
    targets = [target for *_, target in entries]

    assert {("empty", "", str(packages / name)) for name in PACKAGES} <= set(entries)
    assert {("read", "/dev/null", str(packages / name)) for name in FILES} <= set(entries)
    assert not [name for name in OTHERS if str(packages / name) in targets]
    assert min(targets.index(str(packages / name)) for name in PACKAGES) > targets.index(str(place / "lib"))
    assert [t for t in targets if t.startswith(str(tmp_path)) and not t.startswith(str(place))] == []
    assert not {str(tmp_path), str(tmp_path / "course"), str(place)} & set(targets)


def test_a_file_of_a_virtual_environment_beside_its_library_is_not_seen(tmp_path):
    venv.create(tmp_path / "v", symlinks=True)
    (tmp_path / "v" / "etc").mkdir()
    (tmp_path / "v" / "etc" / "secret").touch()
    entries = seen_by(tmp_path / "v" / "bin" / "python", tmp_path)

    assert [target for *_, target in entries if "etc" in Path(target).parts[-2:] and "/v/" in target] == []


def test_pythons_of_the_system_add_no_folder_and_hide_the_grader(tmp_path, monkeypatch):
    packages = install(tmp_path / "usr" / "lib" / "python3" / "dist-packages")
    monkeypatch.setattr(room, "SYSTEM", (str(tmp_path / "usr" / "lib"), str(tmp_path / "usr" / "bin")))
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(packages), str(tmp_path / "not there")])
    for name in ("prefix", "base_prefix", "base_exec_prefix"):
        monkeypatch.setattr(sys, name, str(tmp_path / "usr"))
    monkeypatch.setattr(room.sysconfig, "get_path", lambda name: str(tmp_path / "usr" / "lib" / "python3"))

    assert python_folders() == []
    assert {path.name for path in hidden_packages()} == {*PACKAGES, *FILES}


def test_a_python_under_a_link_is_seen_where_its_program_looks(tmp_path, monkeypatch):
    real = tmp_path / "cpython-3.11.9"
    (real / "lib").mkdir(parents=True)
    (real / "bin").mkdir()
    (tmp_path / "cpython-3.11").symlink_to(real)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "cpython-3.11"))

    assert {str(tmp_path / "cpython-3.11" / name) for name in ("bin", "lib")} <= set(python_folders())


def test_what_is_not_the_graders_is_not_hidden(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path)])
    for name in OTHERS:
        (tmp_path / name).mkdir()

    assert not [path for path in hidden_packages() if path.is_relative_to(tmp_path)]


def test_the_view_has_no_path_of_the_course(tmp_path):
    own = [ROOT / name for name in os.listdir(ROOT) if not Path(sys.prefix).is_relative_to(ROOT / name)]
    paths = {Path(path) for _, *both in view(tmp_path) for path in both if path.startswith("/")}

    assert not [p for p in paths if p in (ROOT, *ROOT.parents) or any(p.is_relative_to(o) for o in own)]


def test_the_view_is_read_only_but_for_five_devices(tmp_path):
    kinds = {kind: [t for k, _, t in view(tmp_path) if k == kind] for kind, *_ in view(tmp_path)}

    assert set(kinds) <= {"read", "link", "empty", "device"}
    assert kinds["device"] == [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")]
    assert not {"/", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/tmp", "/usr", "/var"} & set(
        kinds["read"]
    )


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o000], ids=oct)
def test_copies_can_be_read_by_the_user_that_a_submission_is(umask, tmp_path):
    before = os.umask(umask)
    try:
        prepare(tmp_path)
    finally:
        os.umask(before)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path, *tmp_path.rglob("*"))}

    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o755}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o644}


def test_copies_are_the_scripts_and_the_students_share_alone(tmp_path):
    prepare(tmp_path)
    offered = tmp_path / "offered" / "bpkit"

    assert sorted(os.listdir(tmp_path)) == ["inside", "offered", "root"]
    copied = sorted(path.name for path in (tmp_path / "inside").rglob("*.*"))
    assert copied == sorted(f"{name}.py" for name in SCRIPTS)
    assert sorted(os.listdir(offered)) == sorted([*SHARE, "__init__.py"])
    assert (offered / "__init__.py").read_bytes() == b""
    assert not list(tmp_path.rglob("__pycache__")) + list(tmp_path.rglob("*.ipynb"))


@pytest.mark.parametrize("name", ["bpkit.exercise", "bpkit.data", "bpkit.plots"])
def test_the_students_share_needs_nothing_else_of_the_package(name, tmp_path):
    prepare(tmp_path)
    source = (
        "import importlib, sys\nsys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in str(f)]\n"
    )
    source += f"sys.path.insert(0, {str(tmp_path / 'offered')!r})\n"
    source += f"print(importlib.import_module({name!r}).__file__)"
    told = subprocess.run([sys.executable, "-I", "-c", source], capture_output=True, text=True)

    assert told.stdout.startswith(str(tmp_path)), told.stderr


def test_links_of_the_system_stay_links(tmp_path):
    (tmp_path / "usr").mkdir()
    (tmp_path / "lib").symlink_to("usr/lib")

    assert room.linked_or_read(str(tmp_path / "lib")) == ("link", "usr/lib", str(tmp_path / "lib"))
    assert room.linked_or_read(str(tmp_path / "usr"))[0] == "read"
