"""One submission's side of the talk: its cells run, its answers called, replies sent."""

import __future__

import contextlib
import functools
import itertools
import linecache
import math
import operator
import os
import re
import sys
import types
import warnings
from functools import partial

import numpy as np

from .cases import Cases, watched
from .frames import Callback, decode, encode
from .outbox import Outbox, describe, next_request, read_frame
from .probes import call, functions_in, provide, still_hold
from .values import AS_GIVEN, Handed

count = itertools.count(1)
FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
MAGIC = re.compile(
    r"[%!?]|\bawait\b|\basync\b|\A\s|^(>>>|In \[|[/,;])", re.M
)  # IPython may make Python of it


class Notebook:
    """What a submission's cells run in: a namespace, and with `rich` an IPython shell and matplotlib.

    A fork takes the longer, the more its warm process holds; cells of plain Python need neither.
    """

    def __init__(self, rich):
        self.cases = {}  # {name of an answer: what it will be called with}
        self.futures = 0  # what cells have imported from __future__, as flags of the compiler
        self.shell = rich_shell() if rich else None
        self.space = self.shell.user_ns if rich else plain_space()

    def hold(self, frame):
        """Have a question's cases ready: a list of its name, their arguments, and which are strict."""
        name, cases, *strict = decode(frame)
        self.cases[name] = Cases(encode(cases, depth=AS_GIVEN), *strict)


def plain_space():
    """Return the namespace of a new module, which takes the place of the one that started this process."""
    sys.modules["__main__"] = types.ModuleType("__main__")
    return vars(sys.modules["__main__"])


def rich_shell():
    """Return an IPython shell without history."""
    import matplotlib.pyplot  # noqa: F401  (loaded once here, and not in every fork)
    from traitlets.config import Config

    from .shown import Shell

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.run_cell("pass", store_history=False)
    return shell


def warm_up(rich):
    """Return a Notebook in which all that every submission does was done once, so that it is at hand."""
    import bpkit.exercise  # noqa: F401  (loaded once here, and not in every fork)

    notebook, outbox = Notebook(rich), Outbox(None, careful=False)
    outbox.since = math.inf  # nobody is there yet
    cases = [[{1: np.ones((2, 3)), 2: np.ones((1, 2))}, np.ones((3, 4)), {1: "tanh"}, 0.5]]
    notebook.space["warm_up"] = lambda W, x, f, rate: (W[1] @ x, {1: W[1] * rate})
    for _ in range(30):
        held = Cases(encode(cases))
        one_call(outbox, notebook.space, ["warm_up"], held.fresh()[0], partial(held.changed, 0))
        outbox.close()
    del notebook.space["warm_up"]
    np.random.seed(0)
    return notebook


def serve(channel, notebook, limits):
    """Answer the grader's requests about one submission until it hangs up."""
    while (request := next_request(channel)) is not None:
        outbox = Outbox(channel, request.get("careful", False))
        ACTIONS[request["do"]](outbox, notebook, request, limits)
        outbox.send()
    os._exit(0)


def run_cell(outbox, notebook, request, limits):
    """Run a cell, and send what it shows where that is asked for."""
    source, shell, shows = request["source"], notebook.shell, request["outputs"]
    code, error = (None, None) if shows else plain_python(source, notebook.futures)
    if code:
        notebook.futures |= code.co_flags & FUTURES
        error = run_plain(code, notebook)
        outbox.put({"error": describe(error)} if error else {"result": None})
    elif shell:
        shell.compile.flags |= notebook.futures
        outbox.put(run_in_ipython(shell, source, limits["output"] if shows else None))
        notebook.futures |= shell.compile.flags & FUTURES
    else:
        outbox.put({"rich": True} if shows or MAGIC.search(source) else {"error": describe(error)})


def plain_python(source, futures):
    """Return the code of a cell without magics, and why there is none.

    IPython's look at every token takes longer than the cell.
    """
    name = f"<ipython-input-{next(count)}>"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(source, name, "exec", futures, dont_inherit=True), None
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return None, error


def run_plain(code, notebook):
    try:
        with notebook.shell.builtin_trap if notebook.shell else contextlib.nullcontext():
            exec(code, notebook.space)
    except BaseException as error:  # whatever the student's code raises, it is told
        return error


def run_in_ipython(shell, source, room):
    """Run a cell with magics, or one that shall show what it shows, in so many bytes of room."""
    shell.begin(source, room)
    outcome = shell.run_cell(source, store_history=False)
    error = outcome.error_before_exec or outcome.error_in_exec
    outputs = shell.shown.outputs if shell.shown else None
    return {"error": describe(error), "outputs": outputs} if error else {"result": outputs}


def calls(outbox, notebook, request, limits):
    """Call an answer on each case; with the result goes whether the call changed its arguments."""
    answers, names, space = request["answers"], request["stand_ins"], notebook.space
    cases = notebook.cases[answers[0]] if request["held"] else Cases(read_frame(outbox.channel))
    own = {name: space[name] for name in names if name in space}
    space.update({name: ours(outbox, name) for name in names})
    arguments, probe = cases.fresh(), request["probe"]
    for k in range(request["first"], len(arguments)):
        one_call(outbox, space, answers, arguments[k], partial(cases.changed, k), k in cases.strict, probe)
    for name in names:
        space.pop(name, None)
    space.update(own)


def one_call(outbox, space, answers, arguments, changed, strict=False, probe=""):
    if not all(name in space for name in answers):
        return outbox.put({"missing": True})
    try:
        given = [provide(value, partial(ours, outbox)) for value in arguments]
        lists = functions_in(given)
        with watched(strict):
            result = call(probe, [space[name] for name in answers], given)
        outbox.result(result, changed() or not still_hold(lists))
    except BaseException as error:  # whatever the student's code raises, it is told
        outbox.put({"error": describe(error)})


def fetch(outbox, notebook, request, limits):
    found = request["name"] in notebook.space
    outbox.put({"result": notebook.space[request["name"]]} if found else {"missing": True})


ACTIONS = {"cell": run_cell, "calls": calls, "value": fetch}


def ours(outbox, name):
    """Return a function that has the grader compute.

    Its `name` is that of an earlier answer, whose right result it returns, or a number among the functions
    that the question's cases hand over.
    """

    def ask(*arguments, **keywords):
        given = [*arguments, *keywords.values()]
        sent = [as_sent(value, place) for place, value in enumerate(given)]
        reply = outbox.ask({"call": name, "arguments": sent, "keywords": list(keywords)})
        while "evaluate" in reply:
            value = given[reply["evaluate"].place](*reply["arguments"])
            reply = outbox.ask({"value": value})
        if "refused" in reply:
            raise ValueError(reply["refused"])
        return reply["result"]

    ask.number = name
    return ask


def as_sent(value, place):
    """Return what goes to the grader for an argument: a function of its own by number, another by place."""
    if not callable(value):
        return value
    number = getattr(value, "number", None)
    return Handed(number) if type(number) is int else Callback(place)
