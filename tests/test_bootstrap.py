"""The front door: what it makes, skips and repairs, and the sentence for each thing that fails."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "bpkit" / "bootstrap.py").read_text()
BASE = Path(getattr(sys, "_base_executable", sys.executable))
NOBODY_HOME = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
}


def write_program(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def answer(version, venv="True"):
    """Return the shell line of a Python that says this about itself."""
    return f"printf '%s\\n' /opt/python {version} {venv} True"


@pytest.fixture
def course(tmp_path):
    """A checkout in a folder with a space, and a PATH with a Python and an idle installer."""
    top = tmp_path / "my course"
    (top / "bpkit").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "bpkit/bootstrap.py"):
        shutil.copy(ROOT / name, top / name)
    write_program(tmp_path / "bin" / "uv", f'echo "$@" >> "{tmp_path}/asked"', "echo Installed everything")
    (tmp_path / "bin" / "python3").symlink_to(BASE)
    return top


def environment(course, **more):
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PIP_", "UV_", "PYTHON", "MAKE", "MFLAGS"))
    }
    return {**kept, "PATH": str(course.parent / "bin"), **more}


def start(course, *command, **more):
    return subprocess.Popen(
        command or (BASE, "-I", "bpkit/bootstrap.py"),
        cwd=course,
        env=environment(course, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(course, *command, **more):
    """Run the bootstrap, or another command, and return its exit code and what it said, on one line."""
    process = start(course, *command, **more)
    said = process.communicate(timeout=60)[0]
    assert "Traceback" not in said
    return process.returncode, " ".join(said.split())


def test_bootstrap_is_understood_by_an_old_python_and_needs_no_package():
    tree = ast.parse(SOURCE, feature_version=(3, 6))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}

    assert names <= sys.stdlib_module_names
    assert not [node for node in imports if isinstance(node, ast.ImportFrom)]
    with pytest.raises(SyntaxError):
        ast.parse("if (n := 1):\n    pass\n", feature_version=(3, 6))


def test_installation_is_pinned_editable_and_done_once(course):
    code, said = run(course)
    asked = (course.parent / "asked").read_text().splitlines()

    assert code == 0
    assert "Making the environment .venv" in said
    assert [line.split("-c constraints.txt ")[1] for line in asked] == [
        "setuptools",
        "--no-build-isolation -e .[dev]",
    ]
    assert (course / ".venv" / "bin" / "python").exists()
    assert re.fullmatch(r"Nothing to install: \.venv is up to date \(Python [\d.]+\)\.", run(course)[1])


def test_installation_is_completed_when_the_pins_change(course):
    run(course)
    kept = course / ".venv" / "kept"
    kept.touch()
    (course / "constraints.txt").write_text("numpy==0\n")

    code, said = run(course)

    assert (code, kept.exists()) == (0, True)
    assert "Installing" in said
    assert "anew" not in said


def test_moved_checkout_is_installed_anew(course):
    run(course)
    moved = course.rename(course.with_name("another place"))

    assert "anew, for the course has moved" in run(moved)[1]
    assert "Nothing to install" in run(moved)[1]


def test_lost_python_is_replaced(course):
    run(course)
    (course / ".venv" / "bin" / "python").unlink()

    assert "anew, for its Python is gone" in run(course)[1]


def test_unfinished_environment_is_made_anew(course):
    (course / ".venv" / "bin").mkdir(parents=True)
    (course / ".venv" / "half").touch()

    code, said = run(course)

    assert "anew, for its installation was never finished" in said
    assert (code, (course / ".venv" / "half").exists()) == (0, False)


def test_interruption_is_one_line_and_the_next_run_repairs(course):
    uv = course.parent / "bin" / "uv"
    working = uv.read_text()
    write_program(uv, f'echo here > "{course.parent}/started"', "while :; do :; done")
    process = start(course)
    while not (course.parent / "started").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0]

    assert process.returncode != 0
    assert said.rstrip().endswith("\nInterrupted. The next run repairs what is unfinished.")
    assert "Traceback" not in said
    uv.write_text(working)
    assert "anew, for its installation was never finished" in run(course)[1]


@pytest.mark.parametrize(
    ("version", "venv", "sentence"),
    [
        ("3.9.6", "True", "The course needs Python 3.11 or newer; found: 3.9.6."),
        ("3.10.13", "True", "found: 3.10.13."),
        ("3.12.1", "False", "lacks its modules venv and ensurepip.*sudo apt install python3.12-venv"),
        ("nonsense", "True", "found: none."),
    ],
)
def test_python_that_will_not_do_is_refused(course, version, venv, sentence):
    (course.parent / "bin" / "uv").unlink()
    (course.parent / "bin" / "python3").unlink()
    write_program(course.parent / "bin" / "python3", answer(version, venv))

    code, said = run(course)

    assert code == 1
    assert re.search(sentence, said)
    assert said.endswith("same command again.") or "make course PYTHON=" in said
    assert not (course / ".venv").exists()


def test_newer_python_is_found_beside_an_old_one(course):
    (course.parent / "bin" / "python3").rename(course.parent / "bin" / "python3.11")
    write_program(course.parent / "bin" / "python3", answer("3.9.6"))

    assert run(course)[0] == 0


def test_python_that_is_named_but_does_not_run_is_refused_and_nothing_is_lost(course):
    run(course)

    code, said = run(course, PYTHON="no such python")

    assert (code, "PYTHON=no such python is no Python that runs." in said) == (1, True)
    assert "Nothing to install" in run(course)[1]


def test_missing_python_is_a_sentence_of_the_makefile(course):
    (course.parent / "bin" / "python3").unlink()

    code, said = run(course, shutil.which("make"), "install")

    assert code != 0
    assert said.startswith("The course needs Python 3.11 or newer, and there is no python3 on PATH.")


def test_missing_network_is_a_sentence(course):
    (course.parent / "bin" / "uv").unlink()

    code, said = run(course, **NOBODY_HOME)

    assert code == 1
    assert "The package index cannot be reached." in said
    assert said.endswith("The whole log is in .venv/install.log.")
    assert "setuptools" in (course / ".venv" / "install.log").read_text()


@pytest.mark.parametrize(
    ("last_words", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full. The course needs about 2 GB"),
        ("SSLError: certificate verify failed: self-signed", "The package index shows a certificate"),
        ("Failed to fetch: dns error", "The package index cannot be reached."),
        ("No matching distribution found for numpy", "The package index has nothing that fits"),
        ("The roof fell in", "The installation failed. The lines above say where."),
    ],
)
def test_failure_shows_the_last_words_and_says_what_to_do(course, last_words, sentence):
    write_program(course.parent / "bin" / "uv", f"echo '{last_words}'", "exit 1")

    code, said = run(course)

    assert code == 1
    assert f"{last_words} {sentence}" in said


def on_a_small_disk(course, megabytes, *statements):
    """Return the command that runs the statements beside a bootstrap whose disk has so few megabytes."""
    shell = (
        f'mount -t tmpfs -o size={megabytes}m none "$0" && cp -r "$1/." "$0" && cd "$0" && exec "$2" -c "$3"'
    )
    python = "; ".join(["import sys; sys.path.insert(0, 'bpkit'); import bootstrap", *statements])
    disk = course.parent / "small disk"
    disk.mkdir()
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", shell, disk, course, BASE, python]


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["bootstrap.run_politely()"], r"Only 0\.0 GB are free here\. The course needs about 2 GB"),
        (
            ["bootstrap.GIGABYTES = 0", "bootstrap.run_politely()"],
            r"The disk is full\. The course needs about",
        ),
    ],
    ids=["before", "during"],
)
def test_full_disk_is_a_sentence(course, statements, sentence):
    (course.parent / "bin" / "uv").unlink()
    command = on_a_small_disk(course, 6, *statements)
    if subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "true"], capture_output=True
    ).returncode:
        pytest.skip("This system lets no one make a small disk of his own (unshare --user --mount).")

    code, said = run(course, *command, PATH=f"{course.parent / 'bin'}:{os.defpath}")

    assert code == 1
    assert re.search(sentence, said)


def test_second_installation_waits_for_the_first(course):
    import fcntl

    folder = os.open(course, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    process = start(course)

    assert process.stdout.readline() == "Another command is installing here: waiting for it.\n"
    os.close(folder)
    assert process.communicate(timeout=60)[0]
    assert process.returncode == 0


def test_help_says_what_every_command_does():
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    commands = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()

    assert re.findall(r"^make ([a-z]+): \w", said, re.M) != []
    assert set(re.findall(r"^make ([a-z]+): \w", said, re.M)) == set(commands)
