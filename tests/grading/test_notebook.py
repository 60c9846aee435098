"""Answers out of a submission: found wherever they are, and nothing else of the student's survives."""

import copy
import json

import pytest
from grading.notebooks import BACKPROP, BY_HAND, handed_in, released, solutions

from bpkit.grading.marking import Verdict
from bpkit.grading.notebook import (
    SIZE_LIMIT,
    NotebookError,
    answers_of,
    cells_to_run,
    grade_id,
    is_answer,
    read_notebook,
    rebuild,
    source_of,
    with_verdicts,
)

ANSWER = "def to_rows(W, b):\n    return 1"


def notebook(*cells):
    return {"cells": list(cells)}


def cell(source=ANSWER, name="to_rows", **more):
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, **more}


def found(*cells):
    """Return the answers in these cells; one more that is always found stands after them."""
    answers = answers_of(notebook(*cells, cell("known", name="layer_gradients")), released(BACKPROP))
    assert answers.pop("layer_gradients") == "known"
    return answers


def submission():
    return json.loads(handed_in(BACKPROP))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n", "not UTF-8"),
        (b"{'cells': []}", "not JSON"),
        (handed_in(BACKPROP)[:-20], "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "no list of cells"),
        (b'"cells"', "no list of cells"),
        (b"null", "no list of cells"),
        (b"{}", "no list of cells"),
        (b'{"cells": null}', "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": [1, 2]}', "no list of cells"),
        (b'{"worksheets": [{"cells": []}]}', "before 2015"),
        (b" " * SIZE_LIMIT + b"{}", "larger than 20 MB"),
    ],
)
def test_files_that_are_no_notebook_are_refused_with_a_sentence(data, says):
    with pytest.raises(NotebookError, match=says) as raised:
        read_notebook(data)
    assert str(raised.value).endswith((".", "itself."))


@pytest.mark.parametrize(
    "change", [bytes, lambda d: b"\xef\xbb\xbf" + d, lambda d: d.decode().encode("utf-16")]
)
def test_notebooks_are_read_in_every_encoding_of_json(change):
    assert read_notebook(change(handed_in(BACKPROP)))["cells"]


@pytest.mark.parametrize("cells", [[], [cell("x = 1", name=None)], [cell() | {"cell_type": "raw"}]])
def test_notebooks_without_an_answer_of_the_set_are_refused(cells):
    with pytest.raises(NotebookError, match="none of this set's answer cells"):
        answers_of(notebook(*cells), released(BACKPROP))


@pytest.mark.parametrize("set_name", [BY_HAND, BACKPROP])
def test_every_answer_of_the_solved_notebook_is_found(set_name):
    names = [grade_id(c) for c in released(set_name)["cells"] if is_answer(c)]

    assert list(answers_of(json.loads(handed_in(set_name)), released(set_name))) == names


@pytest.mark.parametrize("source", [ANSWER, ANSWER.splitlines(keepends=True), [ANSWER]])
def test_sources_are_read_as_a_string_or_a_list(source):
    assert found(cell(source)) == {"to_rows": ANSWER}


def test_cells_are_found_by_their_id_and_by_their_definition():
    assert found(cell(name=None, id="to_rows")) == {"to_rows": ANSWER}
    assert found(cell(name=None, id="a1b2")) == {"to_rows": ANSWER}
    assert found(cell(name="another")) == {"to_rows": ANSWER}
    assert found({"cell_type": "code", "source": ANSWER}) == {"to_rows": ANSWER}


def test_values_are_found_by_their_assignment():
    answers = answers_of(notebook(cell("numbers = {'z1': 1}", name=None)), released(BY_HAND))

    assert answers == {"numbers": "numbers = {'z1': 1}"}


def test_definitions_do_not_take_the_place_of_the_answer_cell():
    assert found(cell("mine"), cell("def to_rows(W, b): return 'tried'", name=None)) == {"to_rows": "mine"}


def test_grade_ids_count_more_than_definitions():
    assert found(cell(name="forward")) == {"forward": ANSWER}


@pytest.mark.parametrize(
    "source",
    ["  def to_rows(W, b): pass", "if 1:\n    def to_rows(W, b): pass", "# def to_rows(W, b):", "def t("],
)
def test_definitions_count_at_the_left_margin_alone(source):
    assert found(cell(source, name=None)) == {}


def test_last_definition_of_a_cell_names_it():
    both = "def forward(W, b, x, f): pass\n\n" + ANSWER

    assert found(cell(both, name=None)) == {"to_rows": both}


def test_last_copy_that_was_worked_on_counts():
    stub = next(source_of(c) for c in released(BACKPROP)["cells"] if grade_id(c) == "to_rows")

    assert found(cell("first"), cell("second")) == {"to_rows": "second"}
    assert found(cell("worked on"), cell(stub)) == {"to_rows": "worked on"}
    assert found(cell(stub), cell("worked on")) == {"to_rows": "worked on"}
    assert found(cell(stub), cell(stub)) == {"to_rows": stub}


def test_cells_that_are_not_code_do_not_count():
    assert found(cell() | {"cell_type": "markdown"}, cell() | {"cell_type": ["code"]}) == {}


HOSTILE = [None, 3, "x", [], ["x"], {}, {"a": [1]}, True, 1.5]


@pytest.mark.parametrize("strange", HOSTILE)
def test_strange_metadata_stop_nothing(strange):
    shapes = [
        {"metadata": strange},
        {"metadata": {"nbgrader": strange}},
        {"metadata": {"nbgrader": {"grade_id": strange}}},
        {"metadata": {}, "id": strange},
        {"cell_type": strange},
        {"source": strange},
        {"source": [strange, strange]},
        {"metadata": {"nbgrader": {"grade_id": "to_rows"}}, "source": strange},
    ]
    answers = found(*(cell("x = 1", name=None) | shape for shape in shapes))

    assert set(answers) <= {"to_rows"}
    assert all(isinstance(source, str) for source in answers.values())


@pytest.mark.parametrize(
    "source",
    [
        "\0",
        "(" * 10_000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "1 + " * 50_000 + "1",
        'r"""x""" + """\\d \\s"""',
        "\ud800",
        "1" * 5000,
        "def to_rows(:",
    ],
)
def test_sources_that_no_parser_likes_stop_nothing(source):
    assert found(cell(source, name=None)) == {}


def test_half_characters_are_replaced_so_that_they_can_be_written():
    assert found(cell("x = '\ud800'")) == {"to_rows": "x = '?'"}


def test_nothing_of_the_student_but_answers_survives_the_rebuilding():
    handed = submission()
    for place, own in enumerate(handed["cells"]):
        own["metadata"] = {**own.get("metadata", {}), "own": "evil", "tags": ["evil"]}
        own["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "evil"}]
        if not is_answer(released(BACKPROP)["cells"][place]):
            own["source"] = "evil()"
    handed["metadata"] = {"kernelspec": {"name": "evil"}, "evil": "evil"}
    handed["cells"].insert(0, cell("evil()", name="setup"))
    rebuilt = rebuild(released(BACKPROP), answers_of(handed, released(BACKPROP)))

    assert "evil" not in json.dumps(rebuilt)
    assert rebuilt == rebuild(released(BACKPROP), solutions(BACKPROP))


def test_rebuilding_leaves_the_release_as_it_was():
    original = released(BACKPROP)
    before = copy.deepcopy(original)
    rebuild(original, {"forward": "evil", "nosuch": "evil"})

    assert original == before


def test_cells_that_run_are_the_locked_ones_and_the_answers():
    names = [name for name, _ in cells_to_run(rebuild(released(BACKPROP), {}))]

    assert names == ["setup", "example", *solutions(BACKPROP)]


def test_verdicts_are_shown_in_the_check_cells_alone():
    shown = with_verdicts(
        json.loads(handed_in(BACKPROP)), [Verdict("to_rows", {"W": (0.0, 2.0)}, None, "no.")]
    )
    outputs = {grade_id(c): c["outputs"] for c in shown["cells"] if c["cell_type"] == "code"}

    assert [name for name, output in outputs.items() if output] == ["check_to_rows"]
    assert outputs["check_to_rows"][0]["text"] == "to_rows: 0 of 2 points\n  ✗ W\nno.\n"
