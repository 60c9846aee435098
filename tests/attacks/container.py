"""A container for code that means harm: namespaces of its own, so that no signal and no packet gets out."""

import functools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from attacks.attack import CANARY

APART = ("--pid", "--ipc", "--net", "--uts", "--mount", "--fork", "--mount-proc", "--kill-child")
ORDINARY = ("--user", "--map-user=1000", "--map-group=1000", "--keep-caps")
WARD = Path(__file__).with_name("ward.py")


def contained(command, privileged=False):
    """Return a command that runs another in a container.

    Root is root in it only where that is asked for, for the levels that are built as root; elsewhere
    the command is an ordinary user's.
    """
    user = () if privileged and os.geteuid() == 0 else ORDINARY
    return ["unshare", *user, *APART, *command]


@functools.cache
def refusal():
    """Return why this machine has no such containers, or None."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return "The attacks need Linux and unshare, so that they reach nobody else."
    try:
        tried = subprocess.run(contained(["true"]), capture_output=True, text=True, timeout=20)
    except subprocess.TimeoutExpired:
        return "A container did not start within 20 seconds."
    return f"A container cannot be made here: {tried.stderr.strip()}" if tried.returncode else None


@dataclass(frozen=True)
class Found:
    """What a command did: its code (None: it did not end), what it said, and what it left behind."""

    code: int | None
    seconds: float
    peak: int  # bytes that its largest process held
    processes: list
    files: list
    segments: list
    heard: list
    out: str
    err: str

    @property
    def left(self):
        """Everything that it left behind."""
        return self.processes + self.files + self.segments

    def left_by(self, attack):
        """What bears the mark of an attack."""
        return [what for what in self.left + self.heard if attack.mark in what]


def run(command, folder, *, cwd, environment, watched=(), places=(), seconds=60, caps=None, privileged=False):
    """Run a command in a container.

    Parameters
    ----------
    command : list of str
    folder : Path
        Where the job and what was found are written.
    cwd : Path
    environment : dict
    watched : list of Path
        Folders in which nothing may change.
    places : list of Path
        Folders outside the container's own that are looked through for marked names.
    seconds : float
    caps : dict of {str: int}, optional
        Limits of the command, by their names in the module resource.
    privileged : bool

    Returns
    -------
    Found
    """
    folder.mkdir(parents=True, exist_ok=True)
    out, err, path = folder / "out", folder / "err", folder / "job.json"
    job = {"command": command, "cwd": str(cwd), "environment": environment, "seconds": seconds}
    kept = [sys.prefix, sys.base_prefix, str(WARD.parents[2]), str(folder.resolve().parent)]
    job |= {
        "kept": kept,
        "watched": list(map(str, watched)),
        "places": list(map(str, places)),
        "caps": caps or {},
    }
    path.write_text(json.dumps(job | {"port": CANARY, "out": str(out), "err": str(err)}))
    ward = contained([sys.executable, "-I", str(WARD), str(path)], privileged)
    subprocess.run(ward, check=True, timeout=seconds + 30, stdin=subprocess.DEVNULL)
    found = json.loads(path.with_suffix(".found").read_text())
    return Found(**found, out=out.read_text(errors="replace"), err=err.read_text(errors="replace"))
