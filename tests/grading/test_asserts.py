"""Sets whose tests are assert statements: nbgrader's points, from a process that is shut in."""

import base64
import copy
import json

import nbformat
import pytest
from grading.assert_set import GIVEN, RIGHT, cell, source_notebook, with_answer
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from bpkit.grading.asserts import CHUNK, LOSSES, TIMED_OUT, grade_asserts, refuse_other_languages, sound
from bpkit.grading.course import CourseError

SPIN = "while True:\n    pass"


@pytest.fixture(scope="module")
def released():
    """The set as its students got it, with its hidden tests and the file beside it."""
    notebook = json.loads(json.dumps(with_answer(source_notebook(), "", why="")))
    own = {"files": {"numbers.csv": base64.b64encode(b"3\n5\n").decode()}, "limits": {"cell_seconds": 2}}
    notebook["metadata"]["bpkit"] = own
    return notebook


def graded(sandbox, released, notebook):
    """Grade a notebook, and return its points by cell, and all else."""
    result = grade_asserts(sandbox, json.dumps(notebook).encode(), released)
    return {verdict.name: verdict.score for verdict in result.verdicts}, result


def outputs(result, name):
    """Return what a cell of the graded notebook shows."""
    (found,) = (
        one for one in result.notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found["outputs"]


@pytest.mark.parametrize("answer", GIVEN)
def test_grade_asserts_gives_the_points_of_the_tests(answer, sandbox, released):
    source, test, share = GIVEN[answer]

    points, _ = graded(sandbox, released, with_answer(released, source, why="Odd numbers."))

    assert points == {"test_squares": test, "share_of_squares": share, "test_data": 1.0}


def test_grade_asserts_says_that_the_verdict_is_inside(sandbox, released):
    _, result = graded(sandbox, released, with_answer(released, RIGHT))

    assert result.inside
    assert result.level == sandbox.level
    assert result.notebook["metadata"]["bpkit"] == {"verdict": "inside", "level": sandbox.level}
    assert result.notebook["cells"][-1]["source"].startswith("**Verdict inside.**")
    assert f"sandbox level: {sandbox.level}" in result.notebook["cells"][-1]["source"]


def test_grade_asserts_restores_the_tests_that_a_student_changed(sandbox, released):
    notebook = with_answer(released, "squares = None", test_squares="pass", share_of_squares="2")

    points, result = graded(sandbox, released, notebook)

    assert points["test_squares"] == points["share_of_squares"] == 0
    assert "squares(3) == [1, 4, 9]" in json.dumps(result.notebook)


@pytest.mark.parametrize(
    "changed",
    [{"points": 99}, {"grade": False}, {"solution": True}, {"locked": False}, {"schema_version": "x"}],
    ids=lambda changed: next(iter(changed)),
)
def test_grade_asserts_goes_by_the_metadata_of_the_release(changed, sandbox, released):
    notebook = with_answer(released, "squares = None", test_squares="pass")
    place = [one["id"] for one in notebook["cells"]].index("test-squares")
    notebook["cells"][place]["metadata"]["nbgrader"] |= changed

    points, result = graded(sandbox, released, notebook)

    assert points["test_squares"] == 0
    assert sum(verdict.max for verdict in result.verdicts if verdict.name == "test_squares") == 3


def test_grade_asserts_gives_nothing_for_a_test_that_is_gone(sandbox, released):
    notebook = with_answer(released, RIGHT)
    notebook["cells"] = [one for one in notebook["cells"] if one["id"] != "test-squares"]

    points, result = graded(sandbox, released, notebook)

    assert points["test_squares"] == 0
    assert points["share_of_squares"] == 2
    (says,) = (verdict.message for verdict in result.verdicts if verdict.name == "test_squares")
    assert says == "test_squares: The cell is not in the notebook."


def test_grade_asserts_takes_the_last_of_copies(sandbox, released):
    notebook = with_answer(released, RIGHT)
    notebook["cells"] = [cell("squares", "squares = None"), cell("test_squares", "pass"), *notebook["cells"]]

    points, result = graded(sandbox, released, notebook)

    names = [one["metadata"].get("nbgrader", {}).get("grade_id") for one in result.notebook["cells"]]
    assert points["test_squares"] == 3
    assert names.count("test_squares") == names.count("squares") == 1


def test_grade_asserts_runs_the_cells_that_a_student_added(sandbox, released):
    notebook = with_answer(released, "def squares(n):\n    return [power(i) for i in range(1, n + 1)]")
    notebook["cells"].insert(0, new_code_cell("def power(i):\n    return i**2"))

    assert graded(sandbox, released, notebook)[0]["test_squares"] == 3


def test_grade_asserts_lets_cells_import_the_modules_beside_the_notebook(sandbox, released):
    module = base64.b64encode(f"# {'x' * CHUNK}\n{RIGHT}".encode()).decode()
    beside = {"files": {"numbers.csv": base64.b64encode(b"3\n5\n").decode(), "own/parts.py": module}}
    with_module = released | {"metadata": released["metadata"] | {"bpkit": beside}}

    points, _ = graded(sandbox, with_module, with_answer(released, "from own.parts import squares"))

    assert points["test_squares"] == 3


@pytest.mark.parametrize("text, verdicts", [("", [0.0]), ("Odd numbers.", [])], ids=["untouched", "answered"])
def test_grade_asserts_leaves_written_answers_to_a_person(text, verdicts, sandbox, released):
    marked = copy.deepcopy(released)
    (written,) = (one for one in marked["cells"] if one["id"] == "why")
    written["metadata"]["nbgrader"]["checksum"] = compute_checksum(nbformat.from_dict(written))
    _, result = graded(sandbox, marked, with_answer(marked, RIGHT, why=text))

    assert [verdict.score for verdict in result.verdicts if verdict.name == "why"] == verdicts
    assert text in json.dumps(result.notebook)


@pytest.mark.parametrize(
    "source, name, limit",
    [(SPIN, TIMED_OUT["ename"], "time"), ("import os\nos._exit(0)", "CellError", "ended")],
    ids=["endless", "ended"],
)
def test_grade_asserts_goes_on_after_a_cell_that_does_not_come_back(source, name, limit, sandbox, released):
    notebook = with_answer(released, RIGHT)
    notebook["cells"].insert(2, new_code_cell(source, metadata={"nbgrader": {"grade_id": "lost"}}))
    notebook["cells"].insert(3, new_code_cell("seen = squares(2)"))

    points, result = graded(sandbox, released, notebook)

    assert points == {"test_squares": 3, "share_of_squares": 2, "test_data": 1}
    assert [output["ename"] for output in result.notebook["cells"][2]["outputs"]] == [name]
    assert [verdict.limit for verdict in result.verdicts] == [limit, "", ""]


def test_grade_asserts_stops_after_a_few_cells_that_do_not_come_back(sandbox, released):
    notebook = with_answer(released, RIGHT)
    notebook["cells"] = [new_code_cell("import os; os._exit(0)") for _ in range(LOSSES)] + notebook["cells"]

    points, result = graded(sandbox, released, notebook)

    assert points == {"test_squares": 0, "share_of_squares": 0, "test_data": 0}
    assert outputs(result, "test_squares")[0]["ename"] == "NotRun"


def test_grade_asserts_gives_nothing_where_more_points_are_shown_than_there_are(sandbox, released):
    source = (
        "class Fine(list):\n    pass\ndef squares(n):\n    return [1, 4, 9, 16][:n]\nsum = lambda given: 100"
    )

    points, _ = graded(sandbox, released, with_answer(released, source))

    assert points["test_squares"] == 3
    assert points["share_of_squares"] == 0


def test_grade_asserts_keeps_magics_and_rich_output(sandbox, released):
    notebook = with_answer(released, RIGHT)
    rich = "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\n%precision 2\n1 / 3"
    notebook["cells"].append(new_code_cell(rich))

    _, result = graded(sandbox, released, notebook)

    shown, value = result.notebook["cells"][-2]["outputs"][-2:]
    assert shown["data"]["text/html"] == "<b>bold</b>"
    assert value["data"]["text/plain"] == "0.33"
    assert value["execution_count"] == result.notebook["cells"][-2]["execution_count"]


def test_grade_asserts_runs_tests_under_nbgraders_environment(sandbox, released):
    notebook = with_answer(
        released, "import os\nassert os.environ['NBGRADER_EXECUTION'] == 'autograde'\n" + RIGHT
    )

    _, result = graded(sandbox, released, notebook)

    assert outputs(result, "squares") == []


@pytest.mark.parametrize(
    "data, says",
    [
        (None, "No notebook was handed in."),
        (b"", "The file is empty. Save the notebook and hand it in again."),
        (json.dumps({"cells": [new_markdown_cell("x")]}).encode(), "has none of this set's cells"),
    ],
    ids=["none", "empty", "another"],
)
def test_grade_asserts_gives_nothing_for_what_is_no_notebook_of_the_set(data, says, sandbox, released):
    result = grade_asserts(sandbox, data, released)

    assert says in result.note
    assert result.inside
    assert result.score == 0
    assert result.max == 10
    assert "files" not in json.dumps(result.notebook["metadata"])


def test_grade_asserts_refuses_other_languages(sandbox, released):
    kernel = {"name": "ir", "language": "R", "display_name": "R"}

    with pytest.raises(CourseError, match="The notebook is in R, but the sandbox runs Python alone."):
        grade_asserts(sandbox, None, released | {"metadata": {"kernelspec": kernel}})
    refuse_other_languages({"metadata": {}})


def test_grade_asserts_gives_the_same_notebook_twice(sandbox, released):
    notebook = with_answer(released, RIGHT)

    assert graded(sandbox, released, notebook)[1].notebook == graded(sandbox, released, notebook)[1].notebook


@pytest.mark.parametrize(
    "forged",
    [
        None,
        {},
        [1],
        [{"output_type": "stream"}],
        [{"output_type": "error", "ename": 1, "evalue": "", "traceback": []}],
        [{"output_type": "execute_result", "data": {"text/plain": {}}, "metadata": {}}],
    ],
    ids=["nothing", "dict", "number", "no text", "no name", "no count"],
)
def test_sound_leaves_out_what_no_notebook_may_hold(forged):
    whole = {"output_type": "stream", "name": "stdout", "text": "x"}

    assert sound(forged) == []
    assert sound([*forged, whole] if isinstance(forged, list) else [whole]) == [whole]
