"""One submission's side of the talk: its cells run in IPython, its answers called, replies sent."""

import errno
import itertools
import linecache
import os
import random
import time
import traceback
import warnings

import numpy as np

from .frames import ASKS, HEAD, Callback, Provided, Strange, decode, encode, sizes
from .names import type_name
from .shown import Shell, Shown

BUNDLE_SECONDS = 0.001
count = itertools.count(1)
FULL = {errno.EFBIG, errno.ENOSPC, errno.EDQUOT, errno.EMFILE}


def warm_shell(plots):
    """Return an IPython shell without history, with what notebooks import already loaded."""
    import gc

    from traitlets.config import Config

    import bpkit.exercise  # noqa: F401  (loaded once here, and not in every fork)

    if plots:
        import matplotlib.pyplot  # noqa: F401  (for forks that draw)

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    warm_up(shell)
    random.seed(0)
    np.random.seed(0)
    gc.collect()
    gc.set_threshold(50_000, 20, 20)  # a submission is short
    gc.freeze()  # a collection in a fork need not copy what all share
    return shell


def warm_up(shell):
    """Do once what every submission does, so that Python has it at hand in the forks."""
    shell.run_cell("pass", store_history=False)
    cases = [[{1: np.ones((2, 3)), 2: np.ones((1, 2))}, np.ones((3, 4)), {1: "tanh"}, 0.5]]
    shell.user_ns["warm_up"] = lambda W, x, f, rate: (W[1] @ x, {1: W[1] * rate})
    for _ in range(30):
        for case in decode(bytearray(encode(cases))):
            whole(one_call(shell.user_ns, "warm_up", case))
    del shell.user_ns["warm_up"]


def serve(channel, shell, limits):
    """Answer the grader's requests about one submission until it hangs up."""
    while (request := receive(channel)) is not None:
        outbox = Outbox(channel, request.get("careful", False))
        for reply in ACTIONS[request["do"]](outbox, shell, request, limits):
            outbox.put(whole(reply))
        outbox.send()
    os._exit(0)


class Outbox:
    """Replies on their way out: some together, for each send costs a change of processes."""

    def __init__(self, channel, careful):
        self.channel, self.careful = channel, careful
        self.frames, self.since = [], time.monotonic()

    def put(self, frame):
        self.frames.append(frame)
        if self.careful or time.monotonic() - self.since > BUNDLE_SECONDS:
            self.send()

    def send(self):
        """Send what there is."""
        if self.frames:
            self.channel.sendall(b"".join(self.frames))
        self.frames, self.since = [], time.monotonic()

    def ask(self, question):
        """Put a question to the grader, and return the answer."""
        self.frames.append(encode(question, ASKS))
        self.send()
        return receive(self.channel)


def whole(reply):
    """Return a reply's frame; one that cannot be sent is told as an error."""
    try:
        return encode(reply)
    except BaseException as error:  # an answer's own objects may raise anything
        return encode({"error": describe(error)})


def run_cell(outbox, shell, request, limits):
    """Run a cell, and send what it shows where that is asked for."""
    shell.shown = Shown(limits["output"]) if request["outputs"] else None
    code = None if request["outputs"] else plain_python(request["source"])
    error = run_plain(code, shell) if code else run_in_ipython(request["source"], shell)
    outputs = shell.shown.outputs if shell.shown else None
    yield {"error": describe(error), "outputs": outputs} if error else {"result": outputs}


def plain_python(source):
    """Return the code of a cell without magics; IPython's look at every token takes longer than the cell."""
    name = f"<ipython-input-{next(count)}>"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None  # IPython knows what it is


def run_plain(code, shell):
    try:
        with shell.builtin_trap:
            exec(code, shell.user_ns)
    except BaseException as error:  # whatever the student's code raises, it is told
        return error


def run_in_ipython(source, shell):
    shell.source = source
    outcome = shell.run_cell(source, store_history=False)
    return outcome.error_before_exec or outcome.error_in_exec


def calls(outbox, shell, request, limits):
    """Call an answer on each case; the arguments go back with the result, for they must not change."""
    cases, names, space = receive(outbox.channel), request["stand_ins"], shell.user_ns
    own = {name: space[name] for name in names if name in space}
    space.update({name: stand_in(outbox, name) for name in names})
    for arguments in cases:
        yield one_call(space, request["name"], arguments)
    for name in names:
        space.pop(name, None)
    space.update(own)


def one_call(space, name, arguments):
    if name not in space:
        return {"missing": True}
    try:
        given = [provide(value) for value in arguments]
        return {"result": space[name](*given), "arguments": [returned(value) for value in given]}
    except BaseException as error:  # whatever the student's code raises, it is told
        return {"error": describe(error)}


def fetch(outbox, shell, request, limits):
    found = request["name"] in shell.user_ns
    yield {"result": shell.user_ns[request["name"]]} if found else {"missing": True}


ACTIONS = {"cell": run_cell, "calls": calls, "value": fetch}


def stand_in(outbox, name):
    """Return a function that asks the grader for the right result of an earlier answer."""

    def ask(*arguments, **keywords):
        given = [*arguments, *keywords.values()]
        sent = [Callback(place) if callable(value) else value for place, value in enumerate(given)]
        reply = outbox.ask({"stand_in": name, "arguments": sent, "keywords": list(keywords)})
        while "evaluate" in reply:
            value = given[reply["evaluate"].place](*reply["arguments"])
            reply = outbox.ask({"value": value})
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


def returned(value):
    return Strange("function") if callable(value) else value


def describe(error):
    """Say where in the student's cell an exception came from; its own words may not leave with it."""
    lines = [
        f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<ipython-input")
    ]
    lines += [error.lineno] if isinstance(error, SyntaxError) else []
    return {
        "type": type_name(error),
        "line": lines[-1] if lines else None,
        "name": error.name if isinstance(error, NameError) else None,
        "message": str(error)[:500],
        "limit": limit_met(error),
    }


def limit_met(error):
    """Name the limit that an exception tells of, or return an empty string."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, BlockingIOError) or "can't start new thread" in str(error):
        return "processes"
    return "files" if isinstance(error, OSError) and error.errno in FULL else ""


def receive(channel):
    """Return the next value, or None when the grader has hung up."""
    head = read(channel, HEAD.size)
    return decode(head + read(channel, sum(sizes(head)))) if head else None


def read(channel, count):
    data = bytearray()
    while len(data) < count and (more := channel.recv(count - len(data))):
        data += more
    return data
