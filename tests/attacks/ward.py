"""The first process of a container: runs one command in it, and writes down what that leaves behind.

Started as a script by `container.py`, with the path of a job in JSON; it imports nothing but the standard
library. What it looks for: processes, files and memory segments, and what was said to its listener.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

MARK = re.compile(r"mk[0-9a-f]{8}|mkforlater")
PRIVATE = ("/tmp", "/var/tmp", "/dev/shm", "/mnt")  # covered by memory that ends with the container
SHARED = ("/", "/run", "/home")  # looked through for marked names alone
MS_BIND, MS_REC = 0x1000, 0x4000
libc = ctypes.CDLL(None, use_errno=True)
GRACE = 3  # seconds that what was ended may take to be gone


def main(path):
    """Do the job, and write what was found beside it."""
    job = json.loads(Path(path).read_text())
    for folder in PRIVATE:
        cover(folder, [kept for kept in job["kept"] if Path(folder) in Path(kept).parents])
    bring_up_loopback()
    libc.prctl(47, 4, 0, 0, 0)  # no capability passes on to the command by itself
    heard = listen(job["port"])
    before = snapshot(job["watched"])
    found = run(job)
    found["processes"] = remaining()
    found["files"] = changes(before, snapshot(job["watched"])) + marked([*SHARED, *PRIVATE, *job["places"]])
    found["segments"] = segments()
    found["heard"] = [text.decode(errors="replace") for text in heard]
    Path(path).with_suffix(".found").write_text(json.dumps(found))
    os._exit(0)  # the kernel ends whatever is still there


def cover(folder, kept):
    """Cover a folder with memory, but for some folders below it."""
    handles = {path: os.open(path, os.O_PATH) for path in kept}
    mount("tmpfs", folder, "tmpfs", 0, "size=512m,mode=1777")
    for path, handle in handles.items():
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{handle}", path, "", MS_BIND | MS_REC, "")
        os.close(handle)


def mount(source, target, *rest):
    kind, flags, options = rest
    if libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode()):
        raise OSError(f"{target} cannot be mounted: {os.strerror(ctypes.get_errno())}")


def bring_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0x41)  # up, running
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def listen(port):
    """Listen beside the grader, on TCP, UDP and two local sockets; return the list of what is heard."""
    heard = []
    streams = [socket.create_server(("127.0.0.1", port)), local(socket.SOCK_STREAM, "\0bpkit-canary")]
    datagrams = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
    datagrams[0].bind(("127.0.0.1", port))
    datagrams.append(local(socket.SOCK_DGRAM, "\0bpkit-canary-datagram"))
    for one in streams:
        threading.Thread(target=accept, args=(one, heard), daemon=True).start()
    for one in datagrams:
        threading.Thread(target=receive, args=(one, heard), daemon=True).start()
    return heard


def local(kind, name):
    made = socket.socket(socket.AF_UNIX, kind)
    made.bind(name)
    if kind == socket.SOCK_STREAM:
        made.listen()
    return made


def accept(listener, heard):
    while True:
        line, _ = listener.accept()
        with line:
            line.settimeout(1)
            heard.append(b"a connection")
            with contextlib.suppress(OSError):
                heard.append(line.recv(4096))


def receive(listener, heard):
    while True:
        heard.append(listener.recv(4096))


def snapshot(folders):
    """Return {path: what it is} of everything in some folders."""
    paths = [path for folder in folders for path in sorted(Path(folder).rglob("*"))]
    return {str(path): state(path) for path in paths}


def state(path):
    if path.is_symlink():
        return os.readlink(path)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"


def changes(before, after):
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def marked(folders):
    """Remove what bears a mark in the folders of the whole machine, and return it."""
    paths = [path for folder in folders for path in entries(folder) if MARK.search(path.name)]
    for path in paths:
        path.unlink(missing_ok=True)
    return [str(path) for path in paths]


def entries(folder):
    try:
        return list(Path(folder).iterdir())
    except OSError:
        return []


def run(job):
    """Run the command; its code is None where it did not end in its time."""
    start = time.monotonic()
    with open(job["out"], "wb") as out, open(job["err"], "wb") as err:
        process = subprocess.Popen(
            job["command"],
            cwd=job["cwd"],
            env=job["environment"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            preexec_fn=lambda: hold(job["caps"]),
        )
    try:
        code = process.wait(job["seconds"])
    except subprocess.TimeoutExpired:
        code = None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"code": code, "seconds": time.monotonic() - start, "peak": peak}


def hold(caps):
    for name, value in caps.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def remaining():
    """Return the names and commands of the processes that do not go away."""
    end = time.monotonic() + GRACE
    while (left := processes()) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def processes():
    """Return what runs in this container besides this process; who has ended is reaped."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return [said for pid in os.listdir("/proc") if pid.isdecimal() and pid != "1" if (said := described(pid))]


def described(pid):
    try:
        name = Path("/proc", pid, "comm").read_text().strip()
        command = Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
    return f"{name}: {command}"


def segments():
    """Return the System V memory segments, queues and semaphores of this container."""
    rows = [
        (kind, Path("/proc/sysvipc", kind).read_text().splitlines()[1:]) for kind in ("shm", "msg", "sem")
    ]
    return [f"{kind} {row.split()[0]}" for kind, lines in rows for row in lines]


if __name__ == "__main__":
    main(sys.argv[1])
