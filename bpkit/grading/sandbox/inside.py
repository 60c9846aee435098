"""The untrusted half: a warm process that forks for each submission and runs its cells and calls.

Started as a script by `process.py`, with two arguments: the number of its socket, and a folder that
holds what a student may import of the package. It imports nothing of ours but the frames.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
import traceback

PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>
MEMORY = 4 * 2**30  # bytes of address space
CPU_SECONDS = 600  # the grader's own limits are shorter; this one holds if the grader is gone
FILE_SIZE = 64 * 2**20  # bytes


def main():
    end_with_parent()
    control = socket.socket(fileno=int(sys.argv[1]))
    sys.path.insert(0, sys.argv[2])
    sys.meta_path[:] = [f for f in sys.meta_path if "__editable__" not in getattr(f, "__module__", "")]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the forks
    shell = warm_shell()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            serve(socket.socket(fileno=descriptors[0]), shell)
        os.close(descriptors[0])


def warm_shell():
    """Return an IPython shell without history, with what notebooks import already loaded."""
    import matplotlib.pyplot  # noqa: F401  (loaded once here, and not in every fork)
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Do nothing: there is no window system here."""

        def enable_matplotlib(self, gui=None):
            """Keep the backend that draws nowhere, whatever ``%matplotlib`` asks for."""
            return gui, "agg"

        def ask_exit(self):
            """End the cell, as ``exit()`` asks."""
            raise SystemExit

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    return Shell.instance(config=config)


def serve(channel, shell):
    """Answer the grader's requests about one submission until it hangs up."""
    end_with_parent()
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_FSIZE, FILE_SIZE)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, CPU_SECONDS)
    os.environ["HOME"] = os.path.join(sys.argv[2], str(os.getpid()))  # the grader removes it
    os.mkdir(os.environ["HOME"])
    os.chdir(os.environ["HOME"])
    send(channel, os.getpid())
    while (request := receive(channel)) is not None:
        try:
            reply = ACTIONS[request["do"]](channel, shell, request)
            frame = encode(reply)
        except BaseException as error:  # whatever the student's code raises, it is told
            frame = encode({"error": describe(error)})
        channel.sendall(frame)
    os._exit(0)


def end_with_parent():
    """Have Linux end this process together with the one that started it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(kind, value):
    """Lower a limit where the system knows it; macOS refuses some."""
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):
        pass


def run_cell(channel, shell, request):
    outcome = shell.run_cell(request["source"], store_history=False)
    error = outcome.error_before_exec or outcome.error_in_exec
    return {"error": describe(error)} if error else {"result": None}


def call(channel, shell, request):
    """Call an answer; the arguments go back with the result, for an answer must not change them."""
    names, space = request["stand_ins"], shell.user_ns
    if request["name"] not in space:
        return {"missing": True}
    own = {name: space[name] for name in names if name in space}
    space.update({name: stand_in(channel, name) for name in names})
    try:
        arguments = [provide(value) for value in request["arguments"]]
        result = space[request["name"]](*arguments)
        return {"result": result, "arguments": [Strange("") if callable(v) else v for v in arguments]}
    finally:
        for name in names:
            space.pop(name, None)
        space.update(own)


def fetch(channel, shell, request):
    if request["name"] not in shell.user_ns:
        return {"missing": True}
    return {"result": shell.user_ns[request["name"]]}


ACTIONS = {"cell": run_cell, "call": call, "value": fetch}


def stand_in(channel, name):
    """Return a function that asks the grader for the right result of an earlier answer."""

    def ask(*arguments, **keywords):
        given = [*arguments, *keywords.values()]
        sent = [Callback(place) if callable(value) else value for place, value in enumerate(given)]
        send(channel, {"stand_in": name, "arguments": sent, "keywords": list(keywords)})
        while "evaluate" in (reply := receive(channel)):
            send(channel, {"value": given[reply["evaluate"].place](*reply["arguments"])})
        if "refused" in reply:
            raise ValueError(reply["refused"])
        return reply["result"]

    return ask


def provide(value):
    """Return the function that a `Provided` names, and any other value as it is."""
    if isinstance(value, Provided):
        import bpkit.exercise

        return getattr(bpkit.exercise, value.kind)(value.name)
    return value


def describe(error):
    """Say where in the student's cell an exception came from; its own words may not leave with it."""
    lines = [
        f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<ipython-input")
    ]
    lines += [error.lineno] if isinstance(error, SyntaxError) else []
    name = error.name if isinstance(error, NameError) else None
    line = lines[-1] if lines else None
    return {"type": type_name(error), "line": line, "name": name, "message": str(error)[:500]}


def send(channel, value):
    channel.sendall(encode(value))


def receive(channel):
    """Return the next value, or None when the grader has hung up."""
    head = read(channel, LENGTH.size)
    return decode(head + read(channel, sum(sizes(head)))) if head else None


def read(channel, count):
    data = bytearray()
    while len(data) < count and (more := channel.recv(count - len(data))):
        data += more
    return bytes(data)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from frames import LENGTH, Callback, Provided, Strange, decode, encode, sizes, type_name

    sys.path.pop(0)
    main()
