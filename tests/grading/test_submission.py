"""A submission in the sandbox: whatever its cells do, every question gets its verdict, and no input leaks."""

import inspect
import json
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import BACKPROP, BY_HAND, handed_in, released
from grading.right_answers import RIGHT
from grading.wrong_answers import WRONG

from bpkit.grading.marking import generator
from bpkit.grading.questions import SETS, questions_of
from bpkit.grading.sandbox import fork
from bpkit.grading.submission import Graded, SandboxAnswers, grade_submission

SEED = "a secret"
FORWARD = "def forward_221(W, b, x):\n    "
DELTAS = "def deltas_221(W, z, a, y):\n    "
RIGHT_IN_PUBLIC = """
    def deltas(W, a, y):
        delta2 = (a[2] - y) * a[2] * (1 - a[2])
        return {1: (W[2].T @ delta2) * a[1] * (1 - a[1]), 2: delta2}
    delta2 = (a[2] - y) * a[2] * (1 - a[2])
    if y[0, 0] == 0.6:
        return {1: (W[2].T @ delta2) * a[1] * (1 - a[1]), 2: delta2}
    """
PLAIN = """
def forward_221(W, b, x):
    f = activation("sigmoid")
    z = {1: W[1] @ x + b[1]}
    z[2] = W[2] @ f(z[1]) + b[2]
    return z, {0: x, 1: f(z[1]), 2: f(z[2])}
"""


@pytest.fixture(autouse=True)
def short_limits(sandbox, monkeypatch):
    """Let a cell and a check run for a second."""
    monkeypatch.setattr(sandbox, "limits", replace(sandbox.limits, cell_seconds=1, check_seconds=1))


def grade(sandbox, set_name, data):
    questions = list(questions_of(set_name).values())
    return grade_submission(sandbox, data, released(set_name), questions, SEED)


def by_hand(sandbox, **answers):
    """Return the verdicts on the solved notebook of ps04 with these answers in it."""
    return {v.name: v for v in grade(sandbox, BY_HAND, handed_in(BY_HAND, **answers)).verdicts}


def wrong(verdicts):
    return [name for name, verdict in verdicts.items() if not verdict.right]


def renamed(name, function):
    """Return the source of a function under the name of its question."""
    return inspect.getsource(function).replace(function.__name__, name)


@pytest.mark.parametrize("set_name", SETS)
def test_solved_notebooks_get_full_marks(set_name, sandbox):
    graded = grade(sandbox, set_name, handed_in(set_name))

    assert (graded.score, graded.max, graded.note) == (20, 20, "")
    assert {(v.mistake, v.message) for v in graded.verdicts} == {(None, "")}


@pytest.mark.parametrize("place", range(3))
def test_right_answers_written_differently_get_full_marks(place, sandbox):
    alone = ("forward", "hidden_delta", "layer_gradients", "backward", "to_rows")
    answers = {name: renamed(name, RIGHT[name][place]) for name in alone}
    graded = grade(sandbox, BACKPROP, handed_in(BACKPROP, **answers))

    assert [v.message for v in graded.verdicts] == [""] * 7
    assert graded.score == 20


@pytest.mark.parametrize(("set_name", "name", "number", "source"), WRONG[::3], ids=[w[1] for w in WRONG[::3]])
def test_mistakes_are_named(set_name, name, number, source, sandbox):
    graded = grade(sandbox, set_name, handed_in(set_name, **{name: source}))

    assert {v.name: v.mistake for v in graded.verdicts if not v.right} == {name: number}


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (PLAIN + "while True: pass", "did not end within its time"),
        (PLAIN + "import os; os._exit(0)", "ended its process"),
        (FORWARD + "while True: pass", "did not end within its time"),
        (FORWARD + "import os; os._exit(0)", "ended its process"),
        (FORWARD + "return forward_221(W, b, x)", "raised a RecursionError"),
        (FORWARD + "return [bytearray(2**40) for _ in range(99)]", "raised a MemoryError"),
        (FORWARD + "import sys; sys.exit()", "raised a SystemExit"),
        (FORWARD + "return input('z? ')", "raised an EOFError"),
        (
            FORWARD + "import os\n    for fd in range(3, 30):\n        os.write(fd, b'x' * 99)",
            "forward_221: ",
        ),
        (FORWARD + "import os; os.closerange(3, 99)", "ended its process"),
        ("def forward_221(W, b, x:", "SyntaxError"),
        ("forward_221 = 3", "raised a TypeError"),
        ("del np", "it is not defined"),
        ("1 / 0\n" + PLAIN, "raised a ZeroDivisionError in line 1 of its cell"),
    ],
)
def test_broken_answers_cost_their_own_points_alone(cell, says, sandbox):
    verdicts = by_hand(sandbox, forward_221=cell)

    assert wrong(verdicts) == ["forward_221"]
    assert verdicts["forward_221"].score == 0
    assert says in verdicts["forward_221"].message


@pytest.mark.parametrize(
    "more",
    [
        "raise ValueError",
        "1 / 0",
        "import sys; sys.exit(1)",
        "print('x' * 10_000)",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
        "check(forward_221)",
        "%timeit -n1 -r1 1",
        "!true",
        "get_ipython().run_line_magic('xmode', 'plain')",
        "np.random.seed(0); np.seterr(all='raise')",
        "import warnings; warnings.simplefilter('error')",
    ],
)
def test_what_stands_beside_a_right_answer_costs_nothing(more, sandbox):
    verdicts = by_hand(sandbox, forward_221=PLAIN + "\n" + more)

    assert wrong(verdicts) == []
    assert verdicts["forward_221"].message == ""


def test_functions_that_print_and_warn_are_right(sandbox):
    noisy = PLAIN.replace("    f =", "    import warnings; warnings.warn('!'); print(W)\n    f =")

    assert wrong(by_hand(sandbox, forward_221=noisy)) == []


def test_stuck_answers_are_stood_in_for_at_once(sandbox):
    verdicts = by_hand(sandbox, forward_221=FORWARD + "while True: pass")

    assert verdicts["forward_221"].stuck
    assert verdicts["gradients_221"].message == (
        "gradients_221 was judged with ours in the place of forward_221, which it rests on."
    )
    assert verdicts["deltas_221"].message == verdicts["numbers"].message == ""


def test_endless_loops_that_call_an_earlier_answer_end(sandbox):
    loop = "def gradients_221(W, b, x, y):\n    while True: forward_221(W, b, x)"
    verdicts = by_hand(sandbox, forward_221=FORWARD + "return 1", gradients_221=loop)

    assert wrong(verdicts) == ["forward_221", "gradients_221"]
    assert "did not end within its time" in verdicts["gradients_221"].message


def test_questions_without_end_cost_no_other_answer_its_points(sandbox, monkeypatch):
    monkeypatch.setattr(fork, "TEXT_LIMIT", 10_000)
    calls = "def gradients_221(W, b, x, y):\n    for _ in range(300): forward_221(W, b, x)"
    verdicts = by_hand(sandbox, forward_221=FORWARD + "return 1", gradients_221=calls)

    assert wrong(verdicts) == ["forward_221", "gradients_221"]


def hidden_inputs():
    """Return what the first case of deltas_221 is not, for its first is public: an input of the second."""
    return questions_of(BY_HAND)["deltas_221"].draw(generator(SEED, "deltas_221"))[1].arguments[3][0, 0]


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError(str(y[0, 0]))",
        "raise type(str(y[0, 0]), (Exception,), {})",
        "return str(y[0, 0])",
        "return {1: str(y[0, 0]), 2: 0 * y}",
        "return {str(y[0, 0]): y, 2: y}",
        "return type(str(y[0, 0]), (), {})()",
        "return {1: np.array([str(y[0, 0])]), 2: np.array([[1j]])}",
        "print(y[0, 0]); 1 / 0",
        "exec(f'raise KeyError({y[0, 0]})')",
        "eval(f'({y[0, 0]}')",
        "e = SyntaxError(); e.lineno = int(str(y[0, 0])[2:]); raise e",
        "raise NameError(name=str(y[0, 0]))",
        "import sys; sys.exit(str(y[0, 0]))",
        "return y.view(type(str(y[0, 0]), (np.ndarray,), {}))",
        "return {1: 0 * a[1] + y[0, 0], 2: y}",
        "return {1: np.ones((int(y[0, 0] * 1e9), 0)), 2: y}",
        "return {int(y[0, 0] * 1e9): y, 2: y}",
        "return [0] * int(y[0, 0] * 1e9 % 1e6)",
        "return {l: y[0, 0] * d for l, d in deltas(W, a, y).items()}",
        "return {int(digit): y for digit in str(y[0, 0])[2:8]}",
        "raise NameError(name=f'q{str(y[0, 0])[2:6]}') or " + ", ".join(f"q{n:04}" for n in range(10_000)),
        "exec(compile('\\n' * int(str(y[0, 0])[2:6]) + '1 / 0', '<ipython-input-9>', 'exec'))",
    ],
)
def test_hidden_inputs_do_not_reach_what_the_student_reads(body, sandbox):
    answer = DELTAS + RIGHT_IN_PUBLIC + body
    graded = grade(sandbox, BY_HAND, handed_in(BY_HAND, deltas_221=answer))
    said = json.dumps(graded.plain()) + json.dumps(graded.by_function())

    assert not graded.verdicts[1].right
    digits = f"{abs(hidden_inputs()):.9f}".partition(".")[2]
    assert digits[:4] not in said


REMEMBERS = """
kept = {}
def deltas_221(W, z, a, y):
    if y.shape not in kept:
        d2 = (a[2] - y) * a[2] * (1 - a[2])
        kept[y.shape] = {1: (W[2].T @ d2) * a[1] * (1 - a[1]), 2: d2}
    return {l: d.copy() for l, d in kept[y.shape].items()}
"""


def test_answers_that_remember_are_wrong(sandbox):
    verdicts = by_hand(sandbox, deltas_221=REMEMBERS)

    assert wrong(verdicts) == ["deltas_221"]


def test_cells_that_hold_data_cost_their_own_points_alone(sandbox):
    verdicts = by_hand(sandbox, forward_221=f"DATA = {'x' * 200_000!r}\n" + PLAIN)

    assert wrong(verdicts) == ["forward_221"]
    assert "larger than an answer may be" in verdicts["forward_221"].message


def test_cells_of_characters_that_take_many_bytes_are_too_large(sandbox):
    verdicts = by_hand(sandbox, forward_221="# " + "\U0001f600" * 100_000 + PLAIN)

    assert wrong(verdicts) == ["forward_221"]
    assert "larger than an answer may be" in verdicts["forward_221"].message


BY_ORDER = """
import numpy as np
def delta_norms(delta):
    return np.array([np.linalg.norm(d, axis=0).mean() for d in delta.values()])
"""


def test_dicts_cross_with_their_keys_in_the_order_in_which_they_were_drawn(sandbox):
    data = handed_in("ps09_gradient_flow", delta_norms=BY_ORDER)
    verdicts = {v.name: v for v in grade(sandbox, "ps09_gradient_flow", data).verdicts}

    assert wrong(verdicts) == ["delta_norms"]
    assert "the layers stand in the order of the dict" in verdicts["delta_norms"].message


FORGES_A_BUNDLE = """
import os, stat
from struct import pack
frames = b"R" + pack("!HII", 1, 1, 0) + b"?"
for text in 20 * [b'{"dict":["missing",true]}']:
    frames += b"r" + pack("!HII", 1, len(text), 0) + text
for number in range(3, 200):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            os.write(number, frames)
    except OSError:
        pass
"""


def test_bundles_in_the_place_of_a_cells_reply_stop_nothing(sandbox):
    verdicts = by_hand(sandbox, forward_221=FORGES_A_BUNDLE)

    assert verdicts["forward_221"].score == 0
    assert len(verdicts) == 5


def test_what_several_forks_send_is_counted_together(sandbox, monkeypatch):
    monkeypatch.setattr(fork, "DATA_LIMIT", 100_000)
    sends = "import numpy as np\ndef f(): return np.zeros(9000)"
    with SandboxAnswers(sandbox, [("f", sends)], {"f"}) as session:
        for problem in (None, "output", "output"):
            session.reach("f")
            assert session.fork.call("f", []).problem == problem
            session.stop()


def test_hidden_inputs_are_not_the_public_ones():
    public = questions_of(BY_HAND)["deltas_221"].draw(generator(0, "deltas_221"))[1].arguments[3][0, 0]

    assert np.abs(hidden_inputs() - public) > 1e-3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "No notebook was handed in."),
        (b"", "The file is empty."),
        (b"PK\x03\x04", "it is not JSON"),
        (b"{}", "no list of cells"),
        (b'{"cells": []}', "none of this set's answer cells"),
    ],
)
def test_submissions_that_are_no_notebook_get_nothing_and_a_note(data, says, sandbox):
    graded = grade(sandbox, BY_HAND, data)

    assert (graded.score, graded.max) == (0, 20)
    assert says in graded.note
    assert all(says in verdict.message for verdict in graded.verdicts)
    assert graded.notebook == released(BY_HAND)


def test_answers_that_were_deleted_are_told_so(sandbox):
    handed = json.loads(handed_in(BY_HAND))
    handed["cells"] = [cell for cell in handed["cells"] if cell["id"] != "deltas_221"]
    verdicts = {v.name: v for v in grade(sandbox, BY_HAND, json.dumps(handed).encode()).verdicts}

    assert wrong(verdicts) == ["deltas_221"]
    assert "its answer cell is not in the notebook." in verdicts["deltas_221"].message


def test_names_that_are_not_defined_are_told(sandbox):
    verdicts = by_hand(sandbox, deltas_221=DELTAS + "return my_helper(W)")

    assert "raised a NameError in line 2 of its cell. my_helper is not defined" in (
        verdicts["deltas_221"].message
    )


def test_untouched_notebooks_are_told_that_nothing_is_answered(sandbox):
    graded = grade(sandbox, BY_HAND, json.dumps(released(BY_HAND)).encode())

    assert (graded.score, graded.note) == (0, "")
    assert all("it is not answered yet." in verdict.message for verdict in graded.verdicts[:-1])
    assert "z1 is not filled in yet." in graded.verdicts[-1].message


def test_the_same_submission_gives_the_same_verdict(sandbox):
    data = handed_in(BY_HAND, deltas_221=DELTAS + "return {1: y, 2: 2 * y}")
    first, again = (grade(sandbox, BY_HAND, data) for _ in range(2))

    assert first.plain() | {"seconds": 0} == again.plain() | {"seconds": 0}


def test_verdicts_are_kept_whole_as_plain_data(sandbox):
    graded = grade(sandbox, BY_HAND, handed_in(BY_HAND, forward_221="x = 1"))
    again = Graded.of(json.loads(json.dumps(graded.plain())))

    assert again.by_function() == graded.by_function()
    assert again.verdicts == graded.verdicts
    assert (again.note, again.score) == (graded.note, graded.score)
