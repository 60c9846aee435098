"""How strong the sandbox is: three levels, each tried for real on the machine at hand."""

import contextlib
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from .view import HOME, INSIDE, OFFERED, prepare, view

LEVELS = ("full", "kernel", "process")  # from the strongest on
MEANS = {
    "full": "bubblewrap around the warm process; namespaces, Landlock and seccomp around each submission",
    "kernel": "namespaces, Landlock and seccomp by system calls alone, without bubblewrap",
    "process": "limits on time, memory and files, no seclusion",
}
INSTALL = "Install it (Debian and Ubuntu: sudo apt install bubblewrap; Fedora: sudo dnf install bubblewrap)."
NAMESPACES = (
    "User namespaces must be allowed here (sysctl user.max_user_namespaces above 0; on Ubuntu 24.04 and "
    "newer: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container: --privileged)."
)
LANDLOCK = "Landlock must be switched on (Linux 5.13 or newer, with landlock in the kernel's lsm= list)."
TRY_SECONDS = 20


class SandboxRefused(Exception):
    """The machine does not offer the level that was asked for; the message says why, and what to do."""


@functools.cache
def best():
    """Return the strongest level that this machine offers.

    >>> best() in LEVELS
    True
    """
    return next(level for level in LEVELS if refusal(level) is None)


def safe():
    """Return the strongest level at which students' code is secluded.

    Raises
    ------
    SandboxRefused
        If this machine offers neither *full* nor *kernel*.
    """
    if best() == "process":
        raise SandboxRefused(
            f"This machine cannot seclude students' code. {refusal('full')} To grade with limits "
            "on time, memory and files alone, where you trust the notebooks: --sandbox=process"
        )
    return best()


@functools.cache
def refusal(level):
    """Return why this machine does not offer a level, as a sentence that says what to do, or None.

    >>> refusal("process")
    """
    if level == "process":
        return None
    if sys.platform != "linux":
        return f"The level {level} needs Linux, and this is {sys.platform}. Grade inside a Linux machine."
    if level == "full" and not shutil.which("bwrap"):
        return f"bubblewrap is not installed. {INSTALL}"
    with tempfile.TemporaryDirectory(prefix="bpkit-") as folder:
        prepare(Path(folder))
        why = attempt(level, Path(folder))
    if why is None:
        return None
    hint = LANDLOCK if "Landlock" in why else NAMESPACES
    return f"The level {level} does not work here ({why}). {hint}"


def attempt(level, folder):
    """Start the sandbox without loading anything, shut one fork in, and return what failed, or None."""
    try:
        process, control = start(level, folder, setup(level, folder, probe=True))
    except OSError as error:
        return str(error)
    with control:
        control.settimeout(TRY_SECONDS)
        try:
            answers = [read_line(control), read_line(control)]
        except OSError as error:
            answers = [str(error) or type(error).__name__]
        finally:
            process.kill()
            said = process.communicate()[1].decode(errors="replace").strip().splitlines()
    failed = [answer for answer in answers if answer]
    return (said[-1:] or failed)[0] if failed else None


def read_line(channel):
    """Return the next line: empty where all is well, and else what went wrong."""
    line = b""
    while not line.endswith(b"\n"):
        more = channel.recv(1)
        if not more:
            return line.decode(errors="replace") or "it ended at once"
        line += more
    return line[:-1].decode(errors="replace")


def setup(level, folder, limits=None, probe=False):
    """Return what the script inside is told: plain data, for it comes from elsewhere than its code."""
    inside, offered = (
        (INSIDE, OFFERED) if level != "process" else (folder / "inside", str(folder / "offered"))
    )
    return {
        "level": level,
        "inside": os.path.join(inside, "sandbox"),
        "root": str(folder / "root"),
        "homes": str(folder),
        "view": view(folder) if level == "kernel" else [],
        "offered": offered,
        "limits": limits or {"files": 2**20, "memory": 2**33, "processes": 64},
        "probe": probe,
    }


def start(level, folder, told, joined=list):
    """Start the script inside at a level, and return its process and the socket to it.

    `joined` turns the command into one that joins a control group first.
    """
    control, theirs = socket.socketpair()
    inside = INSIDE if level == "full" else str(folder / "inside")
    command = [sys.executable, *ALONE, "-c", BEGIN, inside, str(theirs.fileno())]
    null = subprocess.DEVNULL
    with theirs:
        process = subprocess.Popen(
            joined(wrapped(command, folder) if level == "full" else command),
            pass_fds=[theirs.fileno()],
            stdin=null,
            stdout=null,
            stderr=subprocess.PIPE if told["probe"] else null,
            cwd=folder,
            env=environment(level, folder),
        )
    with contextlib.suppress(BrokenPipeError):  # it has ended, and says why
        control.sendall(json.dumps(told).encode() + b"\n")
    return process, control


ALONE = ("-s", "-P", "-B", "-X", "utf8")  # as -I, but for the environment, which is ours
BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from sandbox import inside; inside.main()"
PASSED_ON = ("LANG", "LC_ALL")


def environment(level, folder):
    """Return what the warm process sees of the environment: nothing of the instructor's."""
    home = str(folder) if level == "process" else HOME
    homes = dict.fromkeys(("HOME", "IPYTHONDIR", "MPLCONFIGDIR", "TMPDIR"), home)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    passed = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    passed["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), "/usr/bin", "/bin"])
    return passed | homes | threads | {"MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "USER": "student"}


def wrapped(command, folder):
    """Return a command inside bubblewrap, with the view of `view.py`."""
    options = {"read": "--ro-bind", "device": "--dev-bind", "link": "--symlink"}
    entries = view(folder)
    above = dict.fromkeys(top for *_, target in entries for top in reversed(Path(target).parents))
    places = [word for top in above for word in ("--perms", "0755", "--dir", str(top))]
    for kind, source, target in entries:
        places += (
            ["--tmpfs", target, "--remount-ro", target]
            if kind == "empty"
            else [options[kind], source, target]
        )
    apart = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    root = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if os.geteuid() == 0 else ["--unshare-user"]
    home = ["--perms", "1777", "--tmpfs", HOME, "--chdir", HOME]
    kernel = ["--proc", "/proc", "--remount-ro", "/"]
    return [
        shutil.which("bwrap"),
        *apart,
        *root,
        "--die-with-parent",
        "--new-session",
        *places,
        *home,
        *kernel,
        "--",
        *command,
    ]
