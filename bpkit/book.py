"""The book's room: built strictly, skipped when nothing changed, and shown on this machine alone."""

import contextlib
import functools
import hashlib
import http.server
import io
import os
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from urllib.parse import quote

PAGE = re.compile(r"^reading sources\.\.\. \[ *(\d+%)\] (.+)")
COMPLAINT = re.compile(r"^(.*?)\b(?:WARNING|ERROR|CRITICAL): (.+)", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BEHIND = ("bpkit", "constraints.txt", "benchmarks/results")  # what the pages' cells compute with
PROOFS = ("tests/equations", "tests/strategies.py")  # shown beside the pages
NOT_SOURCES = {"__pycache__", ".ipynb_checkpoints"}
SHOWN = ("html", "sample_class/feedback", "sample_class/report")
KERNEL = """# What a cell prints is sent when it ends: what is sent in pieces is put together wrongly.
c = get_config()
c.InteractiveShellApp.exec_lines = ["__import__('sys').stdout.flush_interval = 3600"]
"""
CONTENTS = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The course</title>
<link rel="icon" href="html/_static/logo.svg">
<style>
  :root {{ color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }}
  body {{ max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}
</style>
<h1>The course</h1>
<ul>
{items}
</ul>
</html>
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


def serve(root, port=8000, echo=print):
    """Show the book and the sample class in the browsers of this machine, until Ctrl-C.

    Parameters
    ----------
    root : path
        The repository's folder.
    port : int
        0 lets the system choose.
    echo : callable
        Takes one line.

    Raises
    ------
    BookError
        If there is no book yet, or the port is taken.
    """
    with server(root, port) as shown, contextlib.suppress(KeyboardInterrupt):
        echo(f"The course is at http://127.0.0.1:{shown.server_port}/ (Ctrl-C ends).")
        shown.serve_forever()


def server(root, port):
    """Return the HTTP server of `serve`, listening on the loopback address, not yet serving.

    Parameters
    ----------
    root : path
        The repository's folder.
    port : int
        0 lets the system choose; see its ``server_port``.

    Returns
    -------
    http.server.ThreadingHTTPServer

    Raises
    ------
    BookError
        If there is no book yet, or the port is taken.
    """
    out = Path(root).resolve() / "_build"
    if not (out / "html" / "index.html").exists():
        raise BookError(f"There is no book in {out / 'html'} yet. Build it first: make course.")
    try:
        handler = functools.partial(_Handler, directory=str(out))
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise BookError(f"Port {port} cannot be used: {error.strerror}. Choose another port.") from None


def contents(out):
    """Return the first page of the server: links to what there is in the folder `out`."""
    links = {"html/index.html": "The book"}
    for page in sorted(out.glob("sample_class/report/*.html")):
        links[page.relative_to(out).as_posix()] = f"The report on the sample class: {page.stem}"
    for page in sorted(out.glob("sample_class/feedback/*/*/*.html")):
        student, problem_set = page.parts[-3:-1]
        links[page.relative_to(out).as_posix()] = f"Feedback: {student}, {problem_set}"
    items = [
        f'<li><a href="{quote(to)}">{escape(text)}</a></li>'
        for to, text in links.items()
        if (out / to).exists()
    ]
    return CONTENTS.format(items="\n".join(items))


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the book, the feedback and the report, and nothing else of ``_build``."""

    def send_head(self):
        asked = Path(self.translate_path(self.path))
        out = Path(self.directory)
        if asked == out:
            return self.send_page(contents(out).encode())
        if not any(asked.is_relative_to(out / shown) for shown in SHOWN):
            return self.send_error(404)
        return super().send_head()

    def send_page(self, page):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return io.BytesIO(page)

    def log_message(self, format, *args):
        """Say nothing."""
