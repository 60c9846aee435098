"""The front door: makes ``.venv`` and installs the course there, before anything else is installed.

It runs in the system's own Python, so it keeps to the standard library and to what Python 3.6
understands: an old Python must be able to say that it is too old.
"""

import collections
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
OLDEST = (3, 11)
NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3")
GIGABYTES = 2  # .venv takes 0.9, the installer's cache and temporary files 0.6, the built course the rest
PYTHON = ".venv/bin/python"
STAMP = ".venv/installed"
LOG = ".venv/install.log"
MADE_OF = ("pyproject.toml", "constraints.txt")

Python = collections.namedtuple("Python", "path version venv pip")
PROBE = """
import sys
from importlib.util import find_spec
print(getattr(sys, "_base_executable", None) or sys.executable)
print("%d.%d.%d" % sys.version_info[:3])
print(all(map(find_spec, ("venv", "ensurepip"))))
print(find_spec("pip") is not None)
"""

AGAIN = "then run the same command again."
HOW_TO_GET_PYTHON = (
    "Install a newer one (Debian and Ubuntu: sudo apt install python3 python3-venv; macOS: brew install "
    f"python@3.13), {AGAIN} One that is not on PATH is named so: make course PYTHON=/path/to/python3."
)
ROOM = (
    f"The course needs about {GIGABYTES} GB on this disk, and for a moment half of that where temporary "
    f"files go (TMPDIR). Make room, {AGAIN}"
)
FAILURES = {  # what the installer's log may hold: what to do about it
    r"No space left on device|Errno 28|os error 28|uota exceeded": f"The disk is full. {ROOM}",
    r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|invalid peer certificate|UnknownIssuer": (
        "The package index shows a certificate that is not trusted here. If your network puts its own in "
        f"its place, name that one's file in SSL_CERT_FILE and PIP_CERT, {AGAIN}"
    ),
    r"Failed to (establish a new connection|fetch)|Connect(ion)?(Error|Timeout|Reset| refused)|ReadTimeout"
    r"|ame ?[Rr]esolution|ProxyError|Could not fetch URL|error sending request|dns error": (
        "The package index cannot be reached. The first installation needs the network, once; after it the "
        f"course works offline. Connect (behind a proxy: set HTTPS_PROXY), {AGAIN}"
    ),
    r"No matching distribution found|ResolutionImpossible|No solution found|Failed building wheel": (
        "The package index has nothing that fits this Python on this machine. "
        "Try another Python: make course PYTHON=python3.12."
    ),
    "": f"The installation failed. The lines above say where. Repair that, {AGAIN}",
}


def main():
    """Install what is missing, or say that nothing is."""
    os.chdir(ROOT)
    wait_for_others()
    here, uv = probe(PYTHON), shutil.which("uv")
    reason = why_anew(here)
    if not reason and read(STAMP) == stamp(here):
        print(f"Nothing to install: .venv is up to date (Python {here.version}).", flush=True)
        return
    if not reason and not uv and here.pip == "False":
        reason = "Making .venv anew, for it has no pip"
    if reason:
        make_environment(choose(uv), uv, reason)
    install(uv)


def wait_for_others():
    """Hold a lock on the checkout until this process ends, so that two installations never meet."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another command is installing here: waiting for it.", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks


def probe(command):
    """Ask the Python `command` what it is; None where there is none that answers."""
    try:
        answer = subprocess.check_output(
            [command, "-I", "-c", PROBE], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    lines = os.fsdecode(answer).splitlines()
    return Python(*lines) if len(lines) == 4 and re.match(r"(\d+\.){2}\d+$", lines[1]) else None


def release(version):
    """Return the release that a version belongs to, "3.12" for "3.12.1"."""
    return version.rpartition(".")[0]


def choose(uv):
    """Return the first Python on PATH that is new enough and can make an environment."""
    asked = os.environ.get("PYTHON")
    found = [python for python in map(probe, [asked] if asked else NAMES) if python]
    if asked and not found:
        raise SystemExit(f"PYTHON={asked} is no Python that runs. {HOW_TO_GET_PYTHON}")
    new = [python for python in found if tuple(map(int, python.version.split("."))) >= OLDEST]
    if not new:
        have = ", ".join(sorted({python.version for python in found})) or "none"
        raise SystemExit(f"The course needs Python 3.11 or newer; found: {have}. {HOW_TO_GET_PYTHON}")
    able = [python for python in new if uv or python.venv == "True"]
    if not able:
        raise SystemExit(
            f"Python {new[0].version} ({new[0].path}) lacks its modules venv and ensurepip. Install them "
            f"(Debian and Ubuntu: sudo apt install python{release(new[0].version)}-venv), {AGAIN}"
        )
    return able[0]


def stamp(python):
    """Return what an installation is made of: the place, the Python, the requirements and the pins."""
    contents = b"".join(pathlib.Path(name).read_bytes() for name in MADE_OF)
    return "\n".join([ROOT, python.version, hashlib.sha256(contents).hexdigest()])


def read(path):
    """Return the text of a file, or the empty text where there is none."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def remove(path):
    """Remove a file, a link or a whole folder, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def why_anew(here):
    """Say why ``.venv`` has to be made anew; None where it can be completed as it stands."""
    place, version = (read(STAMP).split("\n") + [""])[:2]
    asked = os.environ.get("PYTHON")
    wanted = probe(asked) if asked else here
    reasons = [
        ("Making the environment .venv", not os.path.lexists(".venv")),
        ("Making .venv anew, for its installation was never finished", not place),
        ("Making .venv anew, for the course has moved to another folder", place != ROOT),
        ("Making .venv anew, for its Python is gone", not here or release(version) != release(here.version)),
        (f"Making .venv anew, for PYTHON={asked}", not wanted or release(wanted.version) != release(version)),
    ]
    return next((reason for reason, holds in reasons if holds), None)


def make_environment(python, uv, reason):
    """Make an empty ``.venv`` in place of what is there; the stamp of a whole one goes first."""
    remove(STAMP)
    remove(".venv")
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < GIGABYTES:
        raise SystemExit(f"Only {free:.1f} GB are free here. {ROOM}")
    os.mkdir(".venv")
    run(
        f"{reason} (Python {python.version})",
        [python.path, "-m", "venv", ".venv"] + (["--without-pip"] if uv else []),
    )


def install(uv):
    """Install the pinned packages and the course itself, and leave the stamp of a finished installation."""
    remove(STAMP)
    tool = (
        [uv, "pip", "install", "--compile-bytecode", "--python", PYTHON]
        if uv
        else [PYTHON, "-m", "pip", "install"]
    )
    pinned = [*tool, "-c", "constraints.txt"]
    wait = "under a minute" if uv else "some three minutes"
    run("Installing the build tool", [*pinned, "setuptools"])
    run(
        f"Installing the course's packages with {'uv' if uv else 'pip'} ({wait} the first time)",
        [*pinned, "--no-build-isolation", "-e", ".[dev]"],
    )
    pathlib.Path(STAMP).write_text(stamp(probe(PYTHON)), encoding="utf-8")


def run(what, command):
    """Run `command` with its output in the log, and say what is being done and for how long."""
    print(f"{what} ...", flush=True)
    started, beat = time.time(), 1 if sys.stdout.isatty() else 20
    pip = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "3"}
    with open(LOG, "wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **pip}
        )
    try:
        while process.poll() is None:
            try:
                process.wait(beat)
            except subprocess.TimeoutExpired:
                show(time.time() - started, read(LOG).strip().rpartition("\n")[2])
    finally:
        process.kill()
        process.wait()
    show(time.time() - started, "done" if process.returncode == 0 else "failed", end="\n")
    if process.returncode:
        raise SystemExit(f"{explain(read(LOG))} The whole log is in {LOG}.")


def show(seconds, news, end="\r"):
    """Show the time and the news: on a terminal always in the same line of the screen."""
    line = f"  {seconds:4.0f} s  {news}"[: shutil.get_terminal_size().columns - 1]
    if sys.stdout.isatty():
        print(f"\033[K{line}", end=end, flush=True)
    else:
        print(line, flush=True)


def explain(log):
    """Return the line of the log that tells, or else its last lines, and what to do about it."""
    if shutil.disk_usage(ROOT).free < 5e6:
        log += "\nNo space left on device"  # where the disk is full, the log may not hold its reason
    pattern = next(pattern for pattern in FAILURES if re.search(pattern, log))
    telling = [f"  {line.strip()}" for line in log.strip().splitlines() if re.search(pattern, line)]
    return "\n".join([*telling[-1 if pattern else -8 :], FAILURES[pattern]])


def run_politely():
    """Run `main`; what the user or the disk does to it becomes a sentence."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("\nInterrupted. The next run repairs what is unfinished.") from None
    except OSError as problem:
        raise SystemExit(explain(f"The installation stopped: {problem}.")) from None


if __name__ == "__main__":
    run_politely()
