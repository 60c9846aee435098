"""The release: exercises without answers, the same bytes every time, and nobody's work overwritten."""

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from bpkit.grading.generate import ReleaseError, generate, notebook_path
from bpkit.grading.questions import questions_of
from bpkit.grading.release import problem_sets, register, release, run, tidied

ROOT = Path(__file__).parents[1]
SETS = problem_sets(ROOT)
every_set = pytest.mark.parametrize("name", SETS)


@pytest.fixture
def course(tmp_path):
    """A copy of what a release reads."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def cells_of(folder, name, root=ROOT):
    return {cell.id: cell for cell in nbformat.read(notebook_path(root, folder, name), 4).cells}


def lines_of(course, name):
    lines = []
    release(course, name, echo=lines.append)
    return lines


def change(path, edit):
    """Read a notebook, let `edit` change it, and write it back."""
    notebook = nbformat.read(path, 4)
    edit(notebook)
    nbformat.write(notebook, path)


def first_answer(notebook):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution"))


def free_cell(notebook):
    return next(k for k, cell in enumerate(notebook.cells) if cell.id.startswith("try_"))


def is_stub(source):
    """Say whether a function is a docstring and the stub, or a dict holds nothing but None."""
    *_, last = ast.parse(source).body
    if isinstance(last, ast.FunctionDef):
        return len(last.body) == 2 and isinstance(last.body[1], ast.Raise)
    values = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    numbers = [value for value in values if isinstance(value, float)]
    return isinstance(last.body[0], ast.Raise) and not numbers


def work_in_answer(notebook):
    first_answer(notebook).source += "\n# mine"


def run_a_cell(notebook):
    notebook.cells[-2].execution_count = 1


def add_a_cell(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("my_own_idea = 1"))


@every_set
def test_exercises_are_the_release_of_the_solutions(name, course):
    release(course, name, echo=str)

    assert notebook_path(course, "exercises", name).read_bytes() == (
        notebook_path(ROOT, "exercises", name).read_bytes()
    )


@every_set
def test_exercises_folder_holds_the_notebook_alone(name):
    assert [path.name for path in (ROOT / "exercises" / name).iterdir() if path.suffix] == [f"{name}.ipynb"]


@every_set
def test_release_is_identical_a_second_time(name, course):
    first = generate(course, name)

    assert generate(course, name) == first


def test_register_enters_the_points(course):
    from nbgrader.api import Gradebook

    url = f"sqlite:///{course / 'gradebook.db'}"
    register(course, "ps05_backprop", url)

    with Gradebook(url) as gradebook:
        assert gradebook.find_assignment("ps05_backprop").max_score == 20


def test_release_says_what_it_did(course):
    released, skipped = lines_of(course, "ps04_by_hand") + lines_of(course, "ps04_by_hand")

    assert released == "ps04_by_hand: released to exercises/ps04_by_hand/ps04_by_hand.ipynb"
    assert skipped == "ps04_by_hand: unchanged, skipped"


def test_release_follows_the_solution(course):
    lines_of(course, "ps04_by_hand")
    change(notebook_path(course, "solutions", "ps04_by_hand"), lambda nb: nb.cells[0].update(source="# New"))

    assert "released" in lines_of(course, "ps04_by_hand")[0]
    assert cells_of("exercises", "ps04_by_hand", course)["title"].source == "# New"


def test_release_follows_a_solution_that_lost_a_cell(course):
    lines_of(course, "ps04_by_hand")
    change(notebook_path(course, "solutions", "ps04_by_hand"), lambda nb: nb.cells.pop(free_cell(nb)))

    assert "released" in lines_of(course, "ps04_by_hand")[0]


@pytest.mark.parametrize("edit", [work_in_answer, run_a_cell, add_a_cell])
def test_release_leaves_work_alone(edit, course):
    path = notebook_path(course, "exercises", "ps04_by_hand")
    lines_of(course, "ps04_by_hand")
    change(path, edit)
    worked_in = path.read_bytes()

    assert "kept: somebody has worked" in lines_of(course, "ps04_by_hand")[0]
    assert path.read_bytes() == worked_in


def test_release_lists_the_known_sets(course):
    with pytest.raises(
        ReleaseError,
        match=f"no problem set 'ps04'. The sets are: {', '.join(SETS)}",
    ):
        release(course, "ps04")


def test_release_explains_invalid_metadata(course):
    def drop_points(notebook):
        del notebook.cells[-2].metadata["nbgrader"]["points"]

    change(notebook_path(course, "solutions", "ps04_by_hand"), drop_points)

    with pytest.raises(ReleaseError, match="metadata: nbgrader cell 'check_numbers' does not have points"):
        release(course, "ps04_by_hand")


def test_release_explains_what_nbgrader_refuses(course):
    def drop_end(notebook):
        cell = first_answer(notebook)
        cell.source = cell.source.replace("### END SOLUTION", "")

    change(notebook_path(course, "solutions", "ps04_by_hand"), drop_end)

    with pytest.raises(ReleaseError, match="no end solution statement found"):
        release(course, "ps04_by_hand")


def test_release_explains_a_broken_file(course):
    notebook_path(course, "solutions", "ps04_by_hand").write_text("<<<<<<< HEAD")

    with pytest.raises(ReleaseError, match="is not a notebook"):
        release(course, "ps04_by_hand")


@every_set
def test_exercises_hold_no_answer(name):
    released, solved = cells_of("exercises", name), cells_of("solutions", name)

    assert all(is_stub(released[question].source) for question in questions_of(name))
    assert not any(is_stub(solved[question].source) for question in questions_of(name))
    assert "SOLUTION" not in notebook_path(ROOT, "exercises", name).read_text(encoding="utf-8")
    assert not any(cell.get("outputs") for cell in released.values())


@every_set
def test_points_are_those_of_the_questions(name):
    metadata = [cell.metadata.get("nbgrader", {}) for cell in cells_of("solutions", name).values()]
    points = {data["grade_id"]: data["points"] for data in metadata if data.get("grade")}
    in_words = {data["grade_id"] for data in metadata if data.get("grade") and data["solution"]}

    assert {name: points[name] for name in points if name not in in_words} == {
        f"check_{question.name}": question.points for question in questions_of(name).values()
    }
    assert sum(points.values()) == 20


@every_set
def test_answers_stand_at_the_left_margin(name):
    for question in questions_of(name).values():
        source = cells_of("exercises", name)[question.name].source
        start = f"{question.name} = " if question.value else f"def {question.name}("

        assert source.startswith(start)


@every_set
def test_statements_name_the_equation_of_the_question(name):
    for question in questions_of(name).values():
        statement = cells_of("exercises", name)[f"about_{question.name}"].source

        assert question.equation in statement
        assert statement.count("<details>") == 3


@every_set
def test_labels_are_defined_on_the_page_that_is_linked(name):
    text = "\n".join(cell.source for cell in cells_of("exercises", name).values())
    links = re.findall(r"(\w+)\.html#equation-(eq-[a-z-]+)", text)

    assert set(re.findall(r"eq-[a-z]+(?:-[a-z]+)*", text)) == {label for _, label in links}
    for page, label in links:
        assert f"({label})" in (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")


@every_set
def test_solutions_have_named_cells_and_nothing_of_the_machine(name):
    path = notebook_path(ROOT, "solutions", name)
    notebook = nbformat.read(path, 4)

    for cell in notebook.cells:
        assert cell.metadata.get("nbgrader", {}).get("grade_id", f"try_{cell.id[4:]}") == cell.id
    assert path.read_text(encoding="utf-8") == nbformat.writes(tidied(notebook)) + "\n"


def test_tidied_removes_timings_and_pictures():
    figure = nbformat.v4.new_output("display_data", {"image/png": "iVBO", "text/plain": "<Figure>"})
    cell = nbformat.v4.new_code_cell("plot()", execution_count=7, outputs=[figure])
    cell.metadata["execution"] = {"iopub.execute_input": "2024-01-01T00:00:00Z"}
    notebook = tidied(nbformat.v4.new_notebook(cells=[cell], metadata={"language_info": {"name": "python"}}))

    assert list(notebook.metadata) == ["kernelspec"]
    assert notebook.cells[0].metadata == {}
    assert notebook.cells[0].outputs[0].data == {"text/plain": "<Figure>"}


@every_set
def test_solutions_hold_the_outputs_of_a_fresh_run(name, course):
    run(course, name, echo=str)

    assert notebook_path(course, "solutions", name).read_bytes() == (
        notebook_path(ROOT, "solutions", name).read_bytes()
    )


def test_run_names_the_cell_that_raises(course):
    path = notebook_path(course, "solutions", "ps04_by_hand")
    change(path, lambda nb: next(cell for cell in nb.cells if cell.id == "setup").update(source="1 / 0"))
    before = path.read_bytes()

    with pytest.raises(ReleaseError, match="ps04_by_hand: the cell 'setup' raises ZeroDivisionError"):
        run(course, "ps04_by_hand", echo=str)
    assert path.read_bytes() == before
