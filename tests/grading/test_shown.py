"""What cells show comes back as a notebook's outputs: whole, in order, and no more than there is room for."""

import base64

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from bpkit.grading.limits import Limits
from bpkit.grading.sandbox.levels import best
from bpkit.grading.sandbox.process import Sandbox
from bpkit.grading.sandbox.shown import CUT

ROOM = 5000


@pytest.fixture(scope="module")
def little_room():
    """A warm process whose cells may show little."""
    with Sandbox(best(), Limits(output=ROOM)) as warm:
        yield warm


def shown(sandbox, *sources):
    """Run cells, and return the outcome of the last one; its outputs make a valid notebook."""
    with sandbox.fork(rich=True) as fork:
        outcomes = [fork.cell(source, outputs=True) for source in sources]
    cell = new_code_cell(sources[-1], outputs=[nbformat.from_dict(output) for output in outcomes[-1].result])
    nbformat.validate(new_notebook(cells=[cell]))
    return outcomes[-1]


def text_of(outputs, name="stdout"):
    return "".join(output["text"] for output in outputs if output.get("name") == name)


def test_streams_come_in_their_order_and_merged(sandbox):
    source = (
        "import sys\nprint('a'); print('b')\nprint('c', file=sys.stderr)\nsys.stdout.writelines(['d', 'e'])"
    )
    outputs = shown(sandbox, source).result

    assert [(o["name"], o["text"]) for o in outputs] == [
        ("stdout", "a\nb\n"),
        ("stderr", "c\n"),
        ("stdout", "de"),
    ]


def test_the_last_value_is_shown_and_none_is_not(sandbox):
    (output,) = shown(sandbox, "6 * 7").result

    assert (output["output_type"], output["data"]) == ("execute_result", {"text/plain": "42"})
    assert (
        shown(sandbox, "None").result == shown(sandbox, "x = 6 * 7").result == shown(sandbox, "").result == []
    )


def test_a_cell_is_asked_for_its_outputs_or_shows_nothing(sandbox):
    with sandbox.fork(rich=True) as fork:
        assert fork.cell("print('a')").result is None
        assert text_of(fork.cell("print('b')", outputs=True).result) == "b\n"
        assert fork.cell("print('c')").result is None


TABLE = """class Table:
    def _repr_html_(self): return '<table></table>'
    def __repr__(self): return 'a table'
"""


def test_rich_values_are_shown_in_their_forms(sandbox):
    (output,) = shown(sandbox, TABLE + "Table()").result

    assert output["data"] == {"text/plain": "a table", "text/html": "<table></table>"}


@pytest.mark.parametrize(("kind", "form"), [("HTML", "html"), ("Markdown", "markdown"), ("Latex", "latex")])
def test_displayed_values_are_shown_in_their_forms(kind, form, sandbox):
    (output,) = shown(sandbox, f"from IPython.display import {kind}, display\ndisplay({kind}('x'))").result

    assert output["output_type"] == "display_data"
    assert output["data"][f"text/{form}"] == "x"


def test_forms_that_no_notebook_needs_are_left_out(sandbox):
    forms = "{'text/plain': 'x', 'application/javascript': 'alert(1)', 'text/x-own': 'y'}"
    (output,) = shown(sandbox, f"from IPython.display import display\ndisplay({forms}, raw=True)").result

    assert output["data"] == {"text/plain": "x"}


FIGURE = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


def test_figures_are_shown_as_images(sandbox):
    (output,) = [o for o in shown(sandbox, FIGURE).result if o["output_type"] == "display_data"]

    assert base64.b64decode(output["data"]["image/png"]).startswith(b"\x89PNG")
    assert "Figure" in output["data"]["text/plain"]


def test_a_figure_that_is_left_open_is_shown_once(sandbox):
    with sandbox.fork(rich=True) as fork:
        fork.cell(FIGURE, outputs=True)
        kinds = [o["output_type"] for o in fork.cell("drawn = plt.plot([3])", outputs=True).result]
        assert kinds == ["display_data"]
        assert fork.cell("x = 1", outputs=True).result == []


@pytest.mark.parametrize(
    ("source", "name", "value"),
    [
        ("1 / 0", "ZeroDivisionError", "division by zero"),
        ("def f(:", "SyntaxError", "invalid syntax"),
        ("raise ValueError('δ')", "ValueError", "δ"),
        ("raise type('Own', (Exception,), {})('x')", "Own", "x"),
        ("import nosuch", "ModuleNotFoundError", "No module named 'nosuch'"),
    ],
)
def test_errors_come_with_their_traceback(source, name, value, sandbox):
    outcome = shown(sandbox, f"print('before')\n{source}")
    error = outcome.result[-1]

    assert outcome.problem == "raised"
    assert (error["output_type"], error["ename"]) == ("error", name)
    assert value in error["evalue"]
    assert name in "\n".join(error["traceback"])


def test_what_a_cell_showed_before_it_raised_stays(sandbox):
    assert text_of(shown(sandbox, "print('before')\n1 / 0").result) == "before\n"


def test_warnings_are_shown(sandbox):
    assert "careful" in text_of(shown(sandbox, "import warnings\nwarnings.warn('careful')").result, "stderr")


@pytest.mark.parametrize(
    "source",
    [
        "import os; n = os.write(1, b'x') + os.write(2, b'x')",
        "import subprocess; run = subprocess.run(['echo', 'x'])",
        "import sys; print('x', file=sys.__stdout__, flush=True)",
        "import os\nif os.fork() == 0:\n    print('x')\n    os._exit(0)\nend = os.wait()",
    ],
    ids=["os", "program", "own stream", "fork"],
)
def test_noise_of_the_system_is_not_an_output(source, sandbox):
    assert shown(sandbox, source).result == []


@pytest.mark.parametrize(
    "source",
    [
        "print('x' * 10**6)",
        "for k in range(10**5): print(k)",
        "import sys\nn = sys.stderr.write('x' * 10**6)",
        "print('x' * 4000); print('x' * 4000); print('y' * 10**6)",
    ],
)
def test_floods_are_cut_and_say_so(source, little_room):
    outputs = shown(little_room, source).result
    text = text_of(outputs) + text_of(outputs, "stderr")

    assert text.endswith(CUT)
    assert text.count(CUT) == 1
    assert ROOM / 4 < len(text) <= ROOM + len(CUT)


def test_what_just_fits_is_not_cut(little_room):
    assert text_of(shown(little_room, "print('x' * 4000)").result) == "x" * 4000 + "\n"


def test_each_cell_has_room_anew(little_room):
    outputs = shown(little_room, "print('x' * 10**6)", "print('y')").result

    assert text_of(outputs) == "y\n"


def test_values_for_which_there_is_no_room_are_left_out(little_room):
    outputs = shown(little_room, "'x' * 10**6").result

    assert len(str(outputs)) < 2 * ROOM


def test_a_traceback_is_cut_too(little_room):
    outcome = shown(little_room, "raise ValueError('x' * 10**6)")

    assert outcome.problem == "raised"
    assert outcome.result[-1]["ename"] == "ValueError"
    assert len(str(outcome.result)) < 3 * ROOM


def test_room_is_counted_over_all_that_a_cell_shows(little_room):
    source = "import sys\nfor k in range(9): print('x' * 900); print('y' * 900, file=sys.stderr)"
    outputs = shown(little_room, source).result

    assert 2 < len(outputs) < 9
    assert len(text_of(outputs) + text_of(outputs, "stderr")) <= ROOM + len(CUT)


def test_an_error_is_told_whatever_was_shown_before(little_room):
    outcome = shown(little_room, "print('x' * 10**6)\n1 / 0")

    assert outcome.problem == "raised"
    assert [output["output_type"] for output in outcome.result] == ["stream", "error"]
