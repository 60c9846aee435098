"""The book's room: built strictly, and skipped when nothing changed."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PAGE = re.compile(r"^reading sources\.\.\. \[ *(\d+%)\] (.+)")
COMPLAINT = re.compile(r"^(.*?)\b(?:WARNING|ERROR|CRITICAL): (.+)", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BEHIND = ("bpkit", "constraints.txt", "benchmarks/results")  # what the pages' cells compute with
PROOFS = ("tests/equations", "tests/strategies.py")  # shown beside the pages
NOT_SOURCES = {"__pycache__", ".ipynb_checkpoints"}
KERNEL = """# What a cell prints is sent when it ends: what is sent in pieces is put together wrongly.
c = get_config()
c.InteractiveShellApp.exec_lines = ["__import__('sys').stdout.flush_interval = 3600"]
"""


class BookError(RuntimeError):
    """The book could not be built or shown; the message says why and what to do."""


def build(root, echo=print):
    """Build the book strictly, unless nothing that it is made of has changed.

    Parameters
    ----------
    root : path
        The repository's folder, with ``_config.yml``, ``book/`` and ``bpkit/``.
    echo : callable
        Takes one line of progress.

    Returns
    -------
    Path
        The book's first page, ``_build/html/index.html``.

    Raises
    ------
    BookError
        If a page has a warning or a cell fails; the message names the log.
    """
    root = Path(root).resolve()
    pages = root / "_build" / "html"
    with alone(root / "_build"):
        before = fingerprint(root, "book", "_config.yml", *BEHIND, *PROOFS)
        if _read(pages / ".fingerprint") == before:
            echo("The book is up to date: nothing that it is made of has changed.")
        else:
            _clear(root)
            _run_jupyter_book(root, echo)
            (pages / ".fingerprint").write_text(before)
    return pages / "index.html"


def fingerprint(root, *names):
    """Return a hash of the Python version and of the files and folders `names` below `root`."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for path in sorted(path for name in names for path in _files(Path(root, name))):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _files(path):
    found = [path, *path.rglob("*")]
    return [p for p in found if p.is_file() and not NOT_SOURCES.intersection(p.parts)]


def _read(path):
    return path.read_text() if path.exists() else None


@contextlib.contextmanager
def alone(folder):
    """Let one process at a time build; SQLite's lock is freed even if its holder crashes."""
    import sqlite3

    folder.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(folder / "book.lock", timeout=900)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _clear(root):
    """Remove the pages, and the cells' kept outputs too if the code behind them has changed."""
    out, kept = root / "_build", root / "_build" / ".jupyter_cache"
    code = fingerprint(root, *BEHIND)
    stale = ["html", ".doctrees", "jupyter_execute"]
    if _read(kept / "bpkit.fingerprint") != code:
        stale.append(".jupyter_cache")  # its key is a cell's text alone
    for name in stale:
        shutil.rmtree(out / name, ignore_errors=True)
    kept.mkdir(exist_ok=True)
    (kept / "bpkit.fingerprint").write_text(code)


def _run_jupyter_book(root, echo):
    log = root / "_build" / "book.log"
    command = [_bin() / "jupyter-book", "build", "book", "-W", "-n", "--keep-going"]
    with log.open("w", encoding="utf-8") as file, _start(command, root) as process:
        for line in process.stdout:
            line = COLOUR.sub("", line)
            file.write(line)
            if page := PAGE.match(line):
                echo(f"  {page[1]:>4}  {page[2].strip()}")
    if process.returncode:
        raise BookError(_complaint(log))


def _bin():
    return Path(sys.executable).parent


def _start(command, root):
    settings = {
        "cwd": root,
        "env": environment(root),
        "text": True,
        "encoding": "utf-8",
        "errors": "replace",
    }
    try:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **settings)
    except FileNotFoundError:
        raise BookError(f"{command[0]} is not there. Install the course first: make course.") from None


def environment(root):
    """Return the environment of the build: this Python, this package, no bars, and nobody's own settings."""
    settings = root / "_build" / ".ipython" / "profile_default" / "ipython_kernel_config.py"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(KERNEL)
    env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    env["PATH"] = os.pathsep.join([str(_bin()), env.get("PATH", os.defpath)])
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), env.get("PYTHONPATH")]))
    mine = {"IPYTHONDIR": str(root / "_build" / ".ipython"), "JUPYTER_PREFER_ENV_PATH": "1"}
    quiet = {"TQDM_DISABLE": "1"}  # a bar would come and go with the speed of the machine
    return env | mine | quiet | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def _complaint(log):
    found = COMPLAINT.findall(log.read_text("utf-8")) or [("", "jupyter-book stopped without a warning")]
    where, what = found[0]
    more = f" (and {len(found) - 1} more)" if found[1:] else ""
    return f"The book was not built. {where}{what.strip()}{more}\nThe whole log is {log}."
