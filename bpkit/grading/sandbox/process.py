"""The trusted half: starts the warm process, talks to its forks, and ends them at their limits."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..outcome import Outcome
from .frames import LENGTH, Callback, FrameError, decode, encode, known_name, sizes

OFFERED = ("exercise.py", "data.py", "plots")  # all of the package that a student's code may import
PACKAGE = Path(__file__).parents[2]
STAND_IN_LIMIT = 2**16  # bytes of arguments that the grader computes with for an answer
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR")


class Sandbox:
    """A warm process; a context manager.

    This is the level *process*: own processes with time, memory and file limits, no seclusion.

    >>> with Sandbox() as sandbox, sandbox.fork() as fork:
    ...     fork.cell("def double(x): return 2 * x").problem
    ...     fork.call("double", [21]).result
    42
    """

    LEVEL = "process"  # limits on time, memory and files; every report says which level it was

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bpkit-")
        package = Path(self.folder.name, "bpkit")
        package.mkdir()
        (package / "__init__.py").touch()
        for name in OFFERED:
            if (PACKAGE / name).exists():
                (package / name).symlink_to(PACKAGE / name)
        self.control, theirs = socket.socketpair()
        script = Path(__file__).with_name("inside.py")
        command = [sys.executable, "-I", script, str(theirs.fileno()), self.folder.name]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            cwd=self.folder.name,
            env=self.environment(),
        )
        theirs.close()
        return self

    def environment(self):
        """Return what the warm process sees of the environment: nothing of the instructor's."""
        here = self.folder.name
        ours = {"HOME": here, "IPYTHONDIR": here, "MPLCONFIGDIR": here, "MPLBACKEND": "agg"}
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return {key: os.environ[key] for key in PASSED_ON if key in os.environ} | ours | threads

    def fork(self):
        """Start a fork for one submission; the warm process is started anew if something has ended it."""
        try:
            return self.forked()
        except (OSError, EOFError, FrameError):  # a fork before this one has ended or stopped it
            self.__exit__()
            return self.__enter__().forked()

    def forked(self):
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.control, [b"f"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return Fork(ours, self.folder.name)

    def __exit__(self, *exception):
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


class Fork:
    """One submission's own process; a context manager."""

    START = 60  # seconds that the warm process may take until its first fork answers

    def __init__(self, channel, homes):
        self.channel, self.homes = channel, homes
        self.deadline = time.monotonic() + self.START
        try:
            self.pid = int(self.receive())
        except BaseException:
            channel.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.channel.close()
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        shutil.rmtree(os.path.join(self.homes, str(self.pid)), ignore_errors=True)

    def cell(self, source, seconds=10):
        """Run a cell; the outcome says whether it raised, ran out of time or died."""
        return self.request({"do": "cell", "source": source}, seconds, {})

    def call(self, name, arguments, seconds=10, stand_ins=None):
        """Call an answer; `stand_ins` are functions that take the place of earlier answers."""
        request = {
            "do": "call",
            "name": name,
            "arguments": list(arguments),
            "stand_ins": list(stand_ins or ()),
        }
        return self.request(request, seconds, stand_ins or {})

    def value(self, name, seconds=10):
        """Fetch the value of a name."""
        return self.request({"do": "value", "name": name}, seconds, {})

    def request(self, request, seconds, stand_ins):
        self.deadline = time.monotonic() + seconds
        try:
            self.send(request)
            while "stand_in" in (reply := self.receive_dict()):
                self.send(self.stand_in_reply(stand_ins, reply))
        except TimeoutError:
            return Outcome(problem="time")
        except (ConnectionError, EOFError):
            return Outcome(problem="died")
        except FrameError as error:
            return Outcome(problem="unreadable", message=str(error))
        return as_outcome(reply)

    def stand_in_reply(self, stand_ins, asked):
        """Compute what the function that stands in returns, asking back for the functions it was given."""
        if len(encode(asked.get("arguments"))) > STAND_IN_LIMIT:
            return {"refused": "The arguments are larger than any that this question asks with."}
        try:
            values = [self.callback(v) if isinstance(v, Callback) else v for v in asked["arguments"]]
            names = asked["keywords"]
            plain = len(values) - len(names)
            function = stand_ins[asked["stand_in"]]
            return {"result": function(*values[:plain], **dict(zip(names, values[plain:], strict=True)))}
        except (TimeoutError, ConnectionError, EOFError, FrameError):
            raise
        except Exception as error:  # the student's arguments do not suit the reference
            return {"refused": str(error)[:500]}

    def callback(self, place):
        """Return a function of ours that has a function of theirs evaluated."""

        def evaluate(*arguments):
            self.send({"evaluate": place, "arguments": list(arguments)})
            reply = self.receive_dict()
            if "value" not in reply:
                raise FrameError("A function given to an earlier answer raised.")
            return reply["value"]

        return evaluate

    def wait_no_longer(self):
        """Let the channel wait until the deadline; past it, who still talks has no more time."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.channel.settimeout(left)

    def send(self, value):
        self.wait_no_longer()
        self.channel.sendall(encode(value))

    def receive(self):
        head = self.read(LENGTH.size)
        return decode(head + self.read(sum(sizes(head))))

    def receive_dict(self):
        reply = self.receive()
        if not isinstance(reply, dict):
            raise FrameError("The reply is not of the kind that was asked for.")
        return reply

    def read(self, count):
        data = bytearray()
        while len(data) < count:
            self.wait_no_longer()
            more = self.channel.recv(min(count - len(data), 2**16))
            if not more:
                raise EOFError
            data += more
        return bytes(data)


def as_outcome(reply):
    """Return the outcome that a reply describes, whatever an untrusted process put into it."""
    error, arguments = reply.get("error"), reply.get("arguments")
    if reply.get("missing") is True:
        return Outcome(problem="missing")
    if isinstance(error, dict):
        line, kind = error.get("line"), known_name(str(error.get("type")))
        return Outcome(
            problem="unanswered" if kind == "NotImplementedError" else "raised",
            type=kind,
            line=line if type(line) is int and 0 < line < 10_000 else None,
            name=str(error.get("name") or "")[:60],
            message=str(error.get("message"))[:500],
        )
    if error is not None or "result" not in reply:
        return Outcome(problem="unreadable", message="The reply is not of the kind that was asked for.")
    return Outcome(result=reply["result"], arguments=tuple(arguments) if isinstance(arguments, list) else ())
