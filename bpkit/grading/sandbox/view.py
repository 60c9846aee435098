"""What the sandbox sees of the disk: the system's libraries, Python with its packages, and nothing else.

An entry is (kind, source, target); kinds are read (bound read-only), device (bound as it is), link,
and empty (a folder without anything, which hides what is there).
"""

import os
import shutil
import site
import sys
import sysconfig
from pathlib import Path

SYSTEM = ("/bin", "/lib", "/lib32", "/lib64", "/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64")
FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/usr/share/zoneinfo")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
HIDDEN = ("*bpkit*", "*nbgrader*")  # in the folders of packages: the reference, the questions, the answers
INSIDE, OFFERED = (
    "/run/inside",
    "/run/offered",
)  # where the sandbox's own scripts and the package's share stand
HOME = "/run/home"
PACKAGE = Path(__file__).parents[2]
SHARE = ("exercise.py", "data", "plots")  # all of the package that a student's code may import
SCRIPTS = (
    *(
        "__init__",
        "inside",
        "session",
        "outbox",
        "cases",
        "probes",
        "shown",
        "kernel",
        "seccomp",
        "frames",
        "values",
        "names",
    ),
)


def prepare(folder):
    """Copy into a folder what the sandbox brings along: its scripts, and what students may import.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     prepare(Path(place))
    ...     sorted(os.listdir(Path(place, "offered", "bpkit")))
    ['__init__.py', 'data', 'exercise.py', 'plots']
    """
    scripts, offered = folder / "inside" / "sandbox", folder / "offered" / "bpkit"
    scripts.mkdir(parents=True)
    for name in SCRIPTS:
        shutil.copyfile(Path(__file__).with_name(f"{name}.py"), scripts / f"{name}.py")
    offered.mkdir(parents=True)
    (folder / "root").mkdir()
    (offered / "__init__.py").touch()
    for name in SHARE:
        copy(PACKAGE / name, offered / name)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def view(folder):
    """Return the entries of what the sandbox sees, in the order in which they are placed."""
    seen = [linked_or_read(path) for path in SYSTEM if os.path.lexists(path)]
    seen += [("read", path, path) for path in FILES if os.path.exists(path)]
    seen += [("read", path, path) for path in python_folders()]
    seen += [hidden(path) for path in hidden_packages()]
    seen += [("device", path, path) for path in DEVICES]
    seen += [("link", HOME, "/dev/shm")]  # semaphores of multiprocessing
    seen += [("read", str(folder / "inside"), INSIDE), ("read", str(folder / "offered"), OFFERED)]
    return seen


def linked_or_read(path):
    return ("link", os.readlink(path), path) if os.path.islink(path) else ("read", path, path)


def hidden(path):
    return ("empty", "", str(path)) if path.is_dir() else ("read", "/dev/null", str(path))


def python_folders():
    """List the folders that Python needs: its library, its packages, its program, not its configuration."""
    bases = dict.fromkeys([sys.base_prefix, sys.base_exec_prefix, sys.prefix])
    names = ("bin", "lib", "lib64", "pyvenv.cfg")
    places = [os.path.join(base, name) for base in bases for name in names]
    places += [sysconfig.get_path("stdlib"), *package_folders()]
    system = [os.path.realpath(path) for path in SYSTEM]
    found = dict.fromkeys(path for path in places if os.path.exists(path) and not os.path.islink(path))
    return [path for path in found if not any(is_below(os.path.realpath(path), top) for top in system)]


def is_below(path, top):
    """Say whether a path is a folder or in it.

    >>> is_below("/usr/lib/python3", "/usr/lib"), is_below("/usr/library", "/usr/lib")
    (True, False)
    """
    return path == top or path.startswith(top + os.sep)


def package_folders():
    return [path for path in site.getsitepackages() if os.path.isdir(path)]


def hidden_packages():
    """List what in the folders of packages belongs to the grader."""
    bases = dict.fromkeys([sys.prefix, sys.base_prefix, sys.base_exec_prefix])
    libraries = [Path(base, name) for base in bases for name in ("lib", "lib64")]
    tops = [path for top in libraries if not top.is_symlink() for path in top.glob("python3*/*-packages")]
    tops = {os.path.realpath(top): Path(top) for top in [*tops, *package_folders()]}.values()
    return [path for top in tops for name in HIDDEN for path in sorted(top.glob(name))]
