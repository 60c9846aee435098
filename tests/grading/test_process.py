"""The sandbox: limits that hold, a process that may die, and nothing of the instructor's inside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bpkit.grading.limits import Limits
from bpkit.grading.outcome import Outcome
from bpkit.grading.sandbox import fork as forks
from bpkit.grading.sandbox.cgroup import Cgroup
from bpkit.grading.sandbox.fork import Fork
from bpkit.grading.sandbox.frames import ASKS, HEAD, REPLY, RESULTS, Handed, Provided, Strange, encode, framed
from bpkit.grading.sandbox.leash import Leash
from bpkit.grading.sandbox.levels import best
from bpkit.grading.sandbox.names import OWN
from bpkit.grading.sandbox.probes import MOST
from bpkit.grading.sandbox.process import Sandbox
from bpkit.grading.sandbox.replies import read

LOOP = "while True: pass"
linux = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells here who started whom.")


def define(fork, body, arguments=""):
    """Define f in the fork and return the outcome of calling it."""
    assert fork.cell(f"def f({arguments}):\n    {body}").problem is None
    return fork.call("f", [], seconds=5)


def test_calls_return_the_result_and_whether_the_arguments_changed(fork):
    fork.cell("def f(W, g, k):\n    W[1] *= k\n    return W[1].sum(), [g(0.0)]")
    kept, changed = (
        fork.call("f", [{1: np.ones((2, 1))}, Provided("derivative", "tanh"), k]) for k in (1, 2)
    )

    assert kept.problem is changed.problem is None
    assert (kept.result, changed.result) == ((2.0, [1.0]), (4.0, [1.0]))
    assert (kept.changed, changed.changed) == (False, True)


def test_cases_that_are_held_are_fresh_for_each_request_and_each_fork(warm):
    cases = [[np.full(2, float(k))] for k in range(5)]
    warm.hold({"f": encode(["f", cases])})
    for _ in range(2):
        with warm.fork() as fork:
            fork.cell("def f(x):\n    x += 1\n    return x")
            for first in (0, 3):
                outcomes = fork.calls(["f"], 5 - first, fork.new_clock(5), first=first)
                assert [one.result.tolist() for one in outcomes] == [[k + 1.0] * 2 for k in range(first, 5)]
                assert all(one.changed for one in outcomes)


def test_cases_are_held_again_where_the_warm_process_had_to_be_started_again():
    with Sandbox(best()) as sandbox:
        for x in (2.0, 3.0):
            sandbox.hold({"f": encode(["f", [[x]]])})
            sandbox.process.kill()
            sandbox.process.wait(10)
            with sandbox.fork() as fork:
                fork.cell("def f(x): return 2 * x")
                (outcome,) = fork.calls(["f"], 1, fork.new_clock(5))
                assert outcome.result == 2 * x


def test_nothing_is_held_any_more_where_nothing_shall_be_held():
    find = """
import sys
frame = sys._getframe()
while frame and "notebook" not in frame.f_locals:
    frame = frame.f_back
held = list(frame.f_locals["notebook"].cases)
"""
    with Sandbox(best()) as sandbox:
        for cases in ({"f": encode(["f", [[0.25]]])}, {}):
            sandbox.hold(cases)
            for rich in (False, True):
                with sandbox.fork(rich) as fork:
                    fork.cell(find)
                    assert fork.value("held").result == list(cases)


def test_results_come_in_bundles_whatever_stands_between_them(fork):
    fork.cell("def f(k):\n    return k if k % 3 else 1 / 0")
    sent = encode([[k] for k in range(7)])
    for careful in (False, True):
        outcomes = fork.calls(["f"], 7, fork.new_clock(5), cases=sent, careful=careful)
        assert [one.result for one in outcomes] == [None, 1, 2, None, 4, 5, None]
        assert [one.type for one in outcomes[::3]] == ["ZeroDivisionError"] * 3


def test_results_too_large_for_one_frame_come_in_several(fork):
    fork.cell("import numpy as np\ndef f(n): return np.ones(n)")
    sizes = [10, 2**17, 2**17, 10, 2**23 + 1, 3]
    outcomes = fork.calls(["f"], 6, fork.new_clock(9), cases=encode([[n] for n in sizes]))

    assert [getattr(one.result, "size", one.type) for one in outcomes] == [*sizes[:4], "ValueError", 3]


def test_random_numbers_are_the_same_in_each_fork(warm):
    draw = "import random, numpy as np\ndef f(): return random.random(), float(np.random.rand())"
    drawn = []
    for rich in (False, False, True):
        with warm.fork(rich) as fork:
            fork.cell(draw)
            drawn.append(fork.call("f", []).result)

    assert drawn[0] == drawn[1] == drawn[2]


def test_texts_have_the_same_hashes_in_each_warm_process():
    hashes = []
    for rich in (False, True):
        with Sandbox(best()) as sandbox, sandbox.fork(rich) as fork:
            fork.cell("def f(): return [*map(hash, 'Wbxy')], list({'W', 'b', 'dW', 'delta'})")
            hashes.append(fork.call("f", []).result)

    assert hashes[0] == hashes[1]


def test_every_character_can_be_printed_whatever_the_graders_language(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.ISO-8859-1")
    with Sandbox(best()) as sandbox, sandbox.fork() as fork:
        assert fork.cell("print('∂ℒ/∂W'); import sys; coding = sys.flags.utf8_mode").problem is None
        assert fork.value("coding").result == 1


def test_values_are_fetched(fork):
    fork.cell("numbers = {'z1': [0.16, 0.08]}")

    assert fork.value("numbers").result == {"z1": [0.16, 0.08]}
    assert fork.value("nosuch").problem == fork.call("nosuch", []).problem == "missing"


def test_forks_know_nothing_of_each_other(warm):
    with warm.fork() as one, warm.fork() as other:
        one.cell("import numpy as np, bpkit.exercise\nx = 1; np.sin = None; bpkit.exercise.check = None")

        assert other.value("x").problem == "missing"
        assert other.cell("import numpy as np\nassert np.sin(0) == 0").problem is None


@pytest.mark.parametrize("where", ["cell", "call"])
def test_endless_loops_end_at_their_limit(where, fork):
    fork.cell(f"def f():\n    {LOOP}")
    outcome = fork.cell(LOOP, 0.2) if where == "cell" else fork.call("f", [], 0.2)

    assert outcome.problem == "time"


@pytest.mark.parametrize(
    ("body", "problem", "kind"),
    [
        ("import os; os._exit(0)", "died", ""),
        ("import os; os.abort()", "died", ""),
        ("import sys; sys.exit(3)", "raised", "SystemExit"),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
        ("return f()", "raised", "RecursionError"),
        ("return bytearray(2**43)", "raised", "MemoryError"),
        ("input('x?')", "raised", "EOFError"),
        ("import os; os.closerange(3, 200)", "died", ""),
        ("raise NotImplementedError", "unanswered", "NotImplementedError"),
        ("return 1 / 0", "raised", "ZeroDivisionError"),
    ],
)
def test_calls_that_do_not_return_are_told_apart(body, problem, kind, fork):
    outcome = define(fork, body)

    assert (outcome.problem, outcome.type) == (problem, kind)


@pytest.mark.parametrize(
    "source",
    ["%matplotlib inline", "print('x' * 100)", "import matplotlib.pyplot as plt; plt.plot([1]); plt.show()"]
    + [
        "import warnings; warnings.warn('x')",
        "import sys; sys.stderr.write('x')",
        "",
        "# nothing",
        "%%time\n1",
    ],
)
def test_cells_of_every_day_run(source, fork, rich):
    assert fork.cell(source).problem == ("rich" if source.startswith("%") else None)
    assert rich.cell(source).problem is None


@pytest.mark.parametrize(
    ("source", "kind"),
    [("def f(:", "SyntaxError"), ("  x = 1\n y = 2", "IndentationError"), ("1 / 0", "ZeroDivisionError")]
    + [
        ("raise SystemExit", "SystemExit"),
        ("import nosuch", "ModuleNotFoundError"),
    ],
)
def test_cells_that_raise_say_what(source, kind, rich):
    outcome = rich.cell(source)

    assert (outcome.problem, outcome.type) == ("raised", kind)


def test_lines_are_counted_in_the_students_cell(fork):
    fork.cell("import numpy as np\n\ndef f():\n    x = np.ones(2)\n    return np.linalg.inv(x)")

    assert fork.call("f", []).line == 5
    assert fork.cell("x = 1\ny = (").line == 2


@pytest.mark.parametrize(
    "source",
    [
        "x = !ls",
        "%time",
        "abs?",
        "  x = 1\n  y = 2",
        ">>> x = 1",
        "/abs 1",
        ",abs 1",
        ";abs 1",
    ]
    + ["import asyncio\nawait asyncio.sleep(0)", "x = 2 % (", "async def f(: pass"],
)
def test_cells_of_which_ipython_may_make_python_are_left_to_it(source, fork, rich):
    assert fork.cell(source).problem == "rich"
    assert rich.cell(source).problem in (None, "raised")


FUTURE = "from __future__ import annotations"


@pytest.mark.parametrize("first", [FUTURE, f"%time\n{FUTURE}"])
@pytest.mark.parametrize("last", ["", "\n%time"])
def test_what_comes_from_the_future_holds_for_the_cells_that_follow(first, last, fork, rich):
    for one in [rich] if "%" in first + last else [fork, rich]:
        assert one.cell(first).problem is None
        assert one.cell(f"def f(x: NotImportedAnywhere): return x{last}").problem is None


@pytest.mark.parametrize("source", ["def f(:", "x = 1\n y = 2", "x = (", "return 1", "é = $"])
def test_cells_of_which_nobody_makes_python_are_told_at_once(source, fork, rich):
    plain, ipython = fork.cell(source), rich.cell(source)

    assert (plain.problem, plain.type, plain.line) == (ipython.problem, ipython.type, ipython.line)


def test_definitions_before_an_exception_stay(fork):
    assert fork.cell("def f(): return 7\nraise ValueError").type == "ValueError"
    assert fork.call("f", []).result == 7


def test_exceptions_of_ones_own_bring_no_name_out(fork):
    outcome = define(fork, "raise type('x_is_0_25', (Exception,), {})('0.25')")

    assert (outcome.problem, outcome.type) == ("raised", "Exception")
    assert "25" not in outcome.says()


@pytest.mark.parametrize(
    "source",
    [
        "import bpkit.reference",
        "import bpkit.grading",
        "import bpkit.gradcheck",
        "from bpkit import backward",
        "import nbgrader_config",
    ],
)
def test_nothing_of_the_course_can_be_imported(source, fork):
    assert fork.cell(source).type in ("ModuleNotFoundError", "ImportError")
    assert fork.cell("from bpkit.exercise import activation, check, derivative").problem is None


def test_nothing_of_the_instructors_environment_is_inside(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    with Sandbox(best()) as sandbox, sandbox.fork() as fork:
        fork.cell("import os\ndef f(): return sorted(os.environ), os.getcwd(), os.path.expanduser('~')")
        names, folder, home = fork.call("f", []).result

    assert {"SECRET_TOKEN", "PYTHONPATH", "JPY_PARENT_PID"} & set(names) == set()
    assert folder == home != os.getcwd()


def children(pid):
    """Return the processes that a process has started, as this one numbers them."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@linux
def test_processes_that_a_submission_leaves_end_with_it(warm):
    with warm.fork() as fork:
        fork.cell("import os, time\nif os.fork() == 0: time.sleep(600)")
        fork.cell("import subprocess; subprocess.Popen(['sleep', '600'])")
        started = [fork.leash.pid, *children(fork.leash.pid)]
        assert len(started) == 3

    assert all(map(is_gone, started))


@linux
def test_processes_that_leave_the_group_end_at_the_levels_with_namespaces(warm):
    with warm.fork() as fork:
        fork.cell(
            "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)"
        )
        (child,) = children(fork.leash.pid)
        started = [child, *children(child)]

    assert warm.level == "process" or all(map(is_gone, started))
    for pid in filter(os.path.exists, (f"/proc/{pid}" for pid in started)):
        os.kill(int(Path(pid).name), signal.SIGKILL)


def test_the_folder_of_a_sandbox_is_gone_afterwards():
    with Sandbox(best()) as sandbox:
        folder = sandbox.folder.name
        assert os.path.exists(folder)

    assert not os.path.exists(folder)


def test_a_warm_process_that_was_ended_is_started_again():
    with Sandbox(best()) as sandbox:
        with sandbox.fork() as fork:
            define(fork, "return 0")
            sandbox.process.kill()
            sandbox.process.wait(10)
        with sandbox.fork() as fork:
            assert define(fork, "return 1").result == 1


def test_stand_ins_answer_for_earlier_answers_and_are_taken_away(fork):
    fork.cell("def g(x, k): return 0\ndef f(x): return g(x, k=lambda v: 10 * v), g.__name__")
    outcome = fork.call("f", [3.0], ours={"g": lambda x, k: k(x) + 1})

    assert outcome.result == (31.0, "ask")
    assert fork.call("f", [3.0]).result == (0, "g")


@pytest.mark.parametrize("call", ["g()", "g(1, 2, 3)", "g(None)", "g('x' * 9)", "g(y=1)", "g(object())"])
def test_stand_ins_refuse_what_does_not_suit_them(call, fork):
    fork.cell(f"def g(x): pass\ndef f(): return {call}")
    outcome = fork.call("f", [], ours={"g": lambda x: np.linalg.inv(x)})

    assert (outcome.problem, outcome.type) == ("raised", "ValueError")


def test_endless_calls_of_a_stand_in_end_at_their_limit(fork):
    fork.cell("def g(): pass\ndef f():\n    while True: g()")

    assert fork.call("f", [], 0.3, ours={"g": lambda: 1}).problem == "time"


def test_endless_calls_of_a_function_of_a_case_end_at_their_limit(fork):
    fork.cell("def f(g):\n    while True: g()")

    assert fork.call("f", [Handed(0)], 0.3, ours={0: lambda: 1}).problem == "time"


def forged(reply, stand_ins=None):
    """Return the outcome of a request to a process that sends whatever it likes."""
    ours, theirs = socket.socketpair()
    purpose = ASKS if stand_ins else REPLY
    with theirs:
        theirs.sendall(b"\n" + (reply if isinstance(reply, bytes) else encode(reply, purpose)))
        fork = Fork(ours, Leash(None, [], "nowhere"), SimpleNamespace(limits=Limits(), group=Cgroup({})))
        theirs.shutdown(socket.SHUT_WR)
        (outcome,) = fork.requests(encode({"do": "calls"}), 1, fork.new_clock(1), stand_ins or {})
        ours.close()
    return outcome


@pytest.mark.parametrize(
    "reply",
    [
        b"garbage that is longer than a head",
        HEAD.pack(REPLY, 1, 2**31, 0),
        HEAD.pack(REPLY, 1, 2, 0) + b"[]",
        HEAD.pack(REPLY, 1, 9, 0) + json.dumps({"list": 3}).encode()[:9],
        HEAD.pack(RESULTS, 2, 23, 0) + b'{"list":[1,false,1,false]}',
        framed(b'{"list":[1]}', purpose=RESULTS),
        framed(b'{"list":[1,1]}', purpose=RESULTS),
        framed(b'{"list":[1,false,1,false]}', purpose=RESULTS),
        framed(b'{"list":[1,false,1,false]}', purpose=RESULTS, count=2),
        framed(b'{"dict":[1,false]}', purpose=RESULTS),
        framed(b'{"provided":["1","false"]}', purpose=RESULTS),
        framed(b"7", purpose=RESULTS),
        framed(b"", purpose=RESULTS, count=0),
        [1, 2],
        None,
        {},
        {"error": 3},
        {"error": None},
        {"changed": False},
    ],
)
def test_replies_of_another_kind_are_unreadable(reply):
    assert forged(reply).problem == "unreadable"


@pytest.mark.parametrize(
    "asked", [{}, {"arguments": 3}, {"arguments": [1], "keywords": 3}, {"arguments": [[]]}]
)
def test_forged_questions_to_a_stand_in_stop_nothing(asked):
    assert forged({"call": "g"} | asked, {"g": len}).problem in ("died", "unreadable")
    assert forged({"call": np.ones(2)} | asked, {"g": len}).problem in ("died", "unreadable")


@pytest.mark.parametrize("strange", [np.ones(3), 3, "x", [1], {"a": 1}, Strange("x"), True, 1.5, ""])
def test_forged_replies_give_an_outcome_whatever_is_in_them(strange):
    replies = [{"result": 1, "changed": strange}, {"missing": strange, "result": 1}]
    replies += [{"error": {"type": strange, "line": strange, "message": strange}}, {"error": {}}]
    outcomes = [read(encode(reply)) for reply in replies]

    assert all(isinstance(outcome, Outcome) for outcome in outcomes)
    assert all(outcome.type == OWN for outcome in outcomes[2:])
    assert all(outcome.says().endswith(".") for outcome in outcomes if outcome.problem)


@pytest.mark.parametrize("text", [b"garbage", b'{"list":[1,false]}'])
def test_cells_and_values_have_no_bundles_for_a_reply(text):
    ours, theirs = socket.socketpair()
    with theirs, ours:
        theirs.sendall(b"\n" + 2 * framed(text, purpose=RESULTS))
        fork = Fork(ours, Leash(None, [], "nowhere"), SimpleNamespace(limits=Limits(), group=Cgroup({})))
        outcomes = fork.cell("pass"), fork.value("numbers")

    assert all(isinstance(one, Outcome) and one.problem == "unreadable" for one in outcomes)


def test_cells_too_large_to_be_sent_are_not_run(fork):
    assert fork.cell("# " + "\U0001f600" * 100_000).problem == "large"
    assert define(fork, "return 7").result == 7


def test_hanging_up_is_a_death():
    assert forged(b"").problem == "died"
    assert forged(encode({"result": np.ones(3)})[:-1]).problem == "died"


def test_functions_of_a_case_are_computed_by_the_grader(fork):
    fork.cell("def f(g, x): return g(x) + g(x=2 * x), hasattr(g, '__code__') and g.__code__.co_consts")
    seen = []
    outcome = fork.call("f", [Handed(0), 3.0], ours={0: lambda x: seen.append(x) or 10 * x})

    assert outcome.result[0] == 90.0
    assert seen == [3.0, 6.0]
    assert 10 not in outcome.result[1]


def test_what_a_function_of_a_case_raises_reaches_the_answer_as_a_sentence(fork):
    fork.cell("def f(g):\n    try:\n        g(1)\n    except ValueError as error:\n        return str(error)")
    outcome = fork.call("f", [Handed(0)], ours={0: lambda x: [][x]})

    assert outcome.result == "list index out of range"


def test_functions_of_a_case_go_to_a_stand_in_as_they_are(fork):
    fork.cell("def slope(g, x): pass\ndef f(g, x): return slope(g, x)")
    given = []
    ours = {0: np.sin, "slope": lambda g, x: given.append(g) or g(x)}

    assert fork.call("f", [Handed(0), 1.0], ours=ours).result == np.sin(1.0)
    assert given == [np.sin]


@pytest.mark.parametrize("number", [7, -1])
def test_functions_of_a_case_that_there_are_not_are_refused(number, fork):
    fork.cell(f"def f(g):\n    g.number = {number}\n    return h(g)\ndef h(g): pass")

    assert fork.call("f", [Handed(0)], ours={0: abs, "h": lambda g: g(2)}).problem == "raised"


def test_lists_may_hold_functions_of_a_case_and_generators_are_fresh(fork):
    fork.cell("def f(gs, rng, x): return [g(x) for g in gs] + [int(rng.integers(1000))]")
    given = [[Handed(1), Handed(0)], Provided("generator", "0"), -3.0]

    for _ in range(2):
        assert fork.call("f", given, ours={0: abs, 1: lambda x: 2 * x}).result == [-6.0, 3.0, 850]


def test_what_an_answer_yields_crosses_as_a_list(fork):
    fork.cell("def f(x):\n    for _ in range(3):\n        x = x + 1\n        yield x")

    assert fork.call("f", [1.0]).result == [2.0, 3.0, 4.0]


def test_answers_that_yield_for_ever_are_cut(fork):
    fork.cell("def f():\n    while True: yield 1")

    assert len(fork.call("f", []).result) == MOST


def test_probes_call_the_answer_and_those_that_it_needs(fork):
    fork.cell("def f(n, rng): return int(rng.integers(n))")
    cases = encode([[1000, 0]])
    (outcome,) = fork.calls(["f"], 1, fork.new_clock(5), cases=cases, probe="twice")

    assert outcome.result == [850, 850, 473]
    (outcome,) = fork.calls(["f", "absent"], 1, fork.new_clock(5), cases=cases, probe="twice")
    assert outcome.problem == "missing"


def test_a_stand_in_refuses_arguments_that_would_fill_the_memory(fork):
    fork.cell("import numpy as np\ndef ask(n): return outer(np.ones((n, 1)), np.ones((n, 1)))")
    stand_ins = {"outer": lambda a, b: a @ b.T}

    assert fork.call("ask", [3], ours=stand_ins).result.shape == (3, 3)
    assert fork.call("ask", [100_000], ours=stand_ins).type == "ValueError"


@pytest.mark.parametrize("large", ["['x' * 9000, 1]", "'x' * 9000", "[1, {'x' * 9000: 2}]"])
def test_a_stand_in_refuses_texts_that_numpy_would_repeat(large, fork):
    fork.cell(f"def ask(): return size({large})")
    outcome = fork.call("ask", [], ours={"size": lambda value: np.asarray(value).nbytes})

    assert (outcome.problem, outcome.type) == ("raised", "ValueError")


@pytest.mark.parametrize("shape", ["()", "9000", "(9000, 1)"])
def test_functions_given_to_a_stand_in_return_no_more_than_it_may_be_given(shape, fork):
    fork.cell(f"import numpy as np\ndef ask(): return outer(lambda: np.ones({shape}))")
    outcome = fork.call("ask", [], ours={"outer": lambda f: f() + f().T})

    assert outcome.result == 2.0 if shape == "()" else outcome.type == "ValueError"


@linux
def test_an_endless_loop_ends_with_the_grader(warm):
    script = (
        "from bpkit.grading.sandbox.process import Sandbox\n"
        f"with Sandbox({warm.level!r}) as sandbox, sandbox.fork() as fork:\n"
        "    print(fork.leash.pid, flush=True)\n"
        f"    fork.cell({LOOP!r}, seconds=60)"
    )
    grader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(grader.stdout.readline())
    grader.kill()
    grader.communicate()

    assert is_gone(pid)


def is_gone(pid):
    """Wait, five seconds at most, until there is no such process, or only what its parent forgot."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_fork_leaves_no_files_behind(warm):
    before = set(Path(warm.folder.name).rglob("*"))
    with warm.fork() as fork:
        assert fork.cell("open('left.txt', 'w').write('x')\nopen('left.txt').read()").problem is None
    with warm.fork() as fork:
        assert fork.cell("open('left.txt')").type == "FileNotFoundError"

    assert set(Path(warm.folder.name).rglob("*")) == before


def test_a_fork_that_sends_more_than_it_may_is_told_so(fork, monkeypatch):
    monkeypatch.setattr(forks, "DATA_LIMIT", 1000)
    fork.cell("import numpy as np\ndef f(n): return np.zeros(n)")

    assert fork.call("f", [10]).problem is None
    outcome = fork.call("f", [1000])
    assert (outcome.problem, outcome.limit) == ("output", "output")
    assert "more than they may" in outcome.says()
