"""The untrusted half: a warm process that forks for each submission and runs its cells and calls.

Started by `levels.start`, with the number of its socket; how it shall shut itself in comes over that.
Inside, this folder is a package of its own, and there is nothing else of ours but what students import.
"""

import gc
import json
import os
import random
import resource
import signal
import socket
import struct
import sys

CPU_SECONDS = 3600  # the grader's own limits are shorter; this one holds if the grader is gone
OPEN_FILES = 256
PID = struct.Struct("!i")
FORK, HOLD = b"f", b"h"  # what the grader asks for: a fork, with its channel; to hold cases, with their frame
COLLECT = 50_000  # objects until Python looks for garbage: a submission is short


def main():
    control = socket.socket(fileno=int(sys.argv[2]))
    setup = json.loads(control.makefile("rb").readline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o022)
    try:
        forks = secluded(setup) if setup["level"] != "process" else Unguarded()
        control.sendall(b"\n")
    except Exception as error:
        control.sendall(f"{error}\n".encode())
        return
    if setup["probe"]:
        try_it(control, setup, forks)
        os._exit(0)
    sys.modules[__package__].__path__[:] = [setup["inside"]]  # the same files, where they are seen now
    sys.path[:1] = [setup["offered"]]
    sys.meta_path[:] = [f for f in sys.meta_path if "__editable__" not in getattr(f, "__module__", "")]
    for name in ("view", "root", "homes", "probe") if setup["level"] != "process" else ():
        del setup[name]  # where things are outside
    keep_warm(control, setup, forks)


def keep_warm(control, setup, forks):
    """Load what submissions use, and fork for each one that the grader announces, until it hangs up."""
    sys.path[:] = [path for path in sys.path if "__editable__" not in path]
    for name in [name for name in sys.modules if name.startswith("__editable__")]:
        del sys.modules[name]
    from .outbox import read_frame
    from .session import serve, warm_up

    notebook = warm_up(setup["rich"])
    keep_out_of_collections()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            os._exit(0)
        if message == HOLD:
            notebook.hold(read_frame(control))
            keep_out_of_collections()
            continue
        child = forks.fork()
        if child == 0:
            control.close()
            channel = socket.socket(fileno=descriptors[0])
            try:
                shut(setup, forks)
            except Exception as error:
                channel.sendall(f"{error}\n".encode())
                os._exit(1)
            channel.sendall(b"\n")
            serve(channel, notebook, setup["limits"])
        os.close(descriptors[0])
        forks.tell(control, child)


def keep_out_of_collections():
    """Leave what there is to all forks alike: a collection in one of them would have it copied."""
    gc.collect()
    gc.set_threshold(COLLECT, 20, 20)
    gc.freeze()


def secluded(setup):
    """Shut this process in for good: what it sees, whose processes, and as which user."""
    from . import kernel

    kernel.end_with_parent()
    if setup["level"] == "kernel":
        kernel.keep_from_the_others(setup["root"], setup["view"])
    kernel.become_nobody()
    kernel.put("/proc/self/oom_score_adj", "1000")  # sooner this one and its forks than the grader
    kernel.move_into_own_processes()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the forks
    return kernel.Forks()


class Unguarded:
    """Forks without walls around them."""

    fork = staticmethod(os.fork)

    def __init__(self):
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the forks

    def shut_in(self, setup):
        """Have a fork end with the warm process, and return its home."""
        import ctypes

        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        return os.path.join(setup["homes"], str(os.getpid()))

    def tell(self, control, child):
        """Tell the grader whom to end."""
        control.sendall(PID.pack(child))


def try_it(control, setup, forks):
    """Make one fork, have it shut in, and tell whether that worked."""
    child = forks.fork()
    if child == 0:
        try:
            shut(setup, forks)
            control.sendall(b"\n")
        except Exception as error:
            control.sendall(f"{error}\n".encode())
        os._exit(0)
    try:
        os.waitpid(child, 0)
    except ChildProcessError:  # the kernel has reaped it
        pass


def shut(setup, forks):
    """Shut a new fork in, as far as the level goes, and hold it to its limits."""
    os.setsid()
    home = forks.shut_in(setup)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    hold(setup["limits"])
    os.environ["HOME"] = os.environ["TMPDIR"] = home  # the grader removes it
    os.mkdir(home)
    os.chdir(home)
    sys.path.append(home)  # a notebook imports what stands beside it
    random.seed(0)  # Python draws a new seed for each fork


def hold(limits):
    """Set the limits that the system itself holds a process to."""
    limit(resource.RLIMIT_AS, limits["memory"])
    limit(resource.RLIMIT_FSIZE, limits["files"])
    limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, CPU_SECONDS)


def limit(kind, value):
    """Lower a limit where the system knows it; macOS refuses some."""
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):
        pass
