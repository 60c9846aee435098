"""The sample class: what it hands in, and that each of its students gets what they deserve."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bpkit.grading.course import Course, CourseError
from bpkit.grading.marking import Verdict
from bpkit.grading.notebook import defined, grade_id, is_check, source_of
from bpkit.grading.questions import SETS, questions_of
from bpkit.grading.runner import find_submissions, grade_class, kept
from bpkit.grading.sample import write_class
from bpkit.grading.sandbox.levels import best
from bpkit.grading.submission import Graded

ROOT = Path(__file__).parents[2]
ODD_FILES = {("poplar", "ps04_by_hand"), ("poplar", "ps05_backprop"), ("spruce", "ps04_by_hand")}
MARKS = {  # points by question, in the order of the notebook
    "ps01_derivatives": {
        "alder": (3, 4, 3, 6, 4),
        "cedar": (3, 0, 1.25, 3.5, 0),
        "fir": (0, 0, 0, 0, 0),
    },
    "ps02_layers": {
        "alder": (1, 2, 2, 2, 2, 1, 2, 3, 2, 3),
        "cedar": (0, 0, 1.5, 2, 0, 1, 1.5, 0, 0, 1),
        "fir": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    },
    "ps03_losses": {
        "alder": (3, 4, 5, 6, 2),
        "cedar": (0, 4, 3.5, 1.75, 0.5),
        "fir": (0, 0, 0, 0, 0),
    },
    "ps04_by_hand": {
        "alder": (3, 4, 4, 3, 6),
        "birch": (3, 4, 4, 3, 6),
        "cedar": (3, 0, 4, 0, 2.5),
        "elm": (0, 0, 2, 2.5, 0.5),
        "fir": (3, 0, 0, 3, 2.5),
        "larch": (3, 0, 4, 3, 6),
        "maple": (3, 4, 0, 3, 6),
        "oak": (3, 4, 4, 3, 6),
        "pine": (3, 4, 4, 3, 6),
        "poplar": (0, 0, 0, 0, 0),
        "spruce": (0, 0, 0, 0, 0),
        "yew": (3, 4, 4, 3, 6),
    },
    "ps05_backprop": {
        "alder": (3, 4, 3, 4, 2, 2, 2),
        "birch": (3, 4, 3, 4, 2, 2, 2),
        "cedar": (3, 0, 1.25, 3, 1.25, 0, 1),
        "elm": (0, 0, 1.5, 3.75, 1.25, 0, 1),
        "fir": (3, 0, 1.5, 0, 0, 2, 2),
        "larch": (3, 4, 0, 4, 2, 2, 2),
        "maple": (3, 0, 3, 4, 2, 2, 2),
        "oak": (3, 4, 3, 4, 2, 2, 2),
        "pine": (3, 4, 3, 4, 2, 2, 2),
        "poplar": (0, 0, 0, 0, 0, 0, 0),
        "spruce": (0, 0, 0, 0, 0, 0, 0),
        "yew": (3, 4, 3, 4, 2, 2, 2),
    },
    "ps06_gradient_check": {
        "alder": (4, 2, 3, 3, 4, 3.6),
        "cedar": (0, 1.5, 0.75, 2.5, 3.2, 0.2),
        "fir": (0, 0, 0, 0, 0, 0),
    },
    "ps07_repair": {
        "alder": (3, 3, 2.5, 2.5, 3, 5.5),
        "cedar": (0.75, 1, 0.75, 0.75, 0, 3),
        "fir": (3, 0, 0, 0, 3, 1),
    },
    "ps08_training": {
        "alder": (3, 1.5, 1.5, 1.5, 2.5, 1, 1, 1.5, 2, 2, 2.5),
        "cedar": (0, 1.25, 0, 1, 0.75, 1, 0.25, 0.75, 1.5, 0, 0),
        "fir": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    },
    "ps09_gradient_flow": {
        "alder": (7, 4, 4, 2, 3),
        "cedar": (3.5, 1.5, 0, 0, 0),
        "fir": (0, 0, 0, 0, 0),
    },
    "ps10_generalization": {
        "alder": (3, 2, 2, 2, 1, 3, 1, 3, 3),
        "cedar": (1.25, 0, 2, 0, 0, 1.75, 0, 0.5, 2),
        "fir": (0, 0, 0, 0, 0, 0, 0, 0, 0),
    },
}
MISTAKES = {
    ("cedar", "central_difference"): "M75",
    ("cedar", "neuron_gradient"): "M1",
    ("cedar", "count_parameters"): "M50",
    ("cedar", "affine"): "M69",
    ("cedar", "sigmoid"): "M71",
    ("cedar", "tanh_prime"): "M4",
    ("cedar", "relu_prime"): "M22",
    ("cedar", "softmax"): "M11",
    ("cedar", "softmax_jacobian"): "M8",
    ("cedar", "affine_vjp"): "M49",
    ("cedar", "half_squared_error"): "M6",
    ("cedar", "cross_entropy"): "M71",
    ("cedar", "output_delta"): "M1",
    ("cedar", "delta_is_o_minus_y"): "M1",
    ("cedar", "deltas_221"): "M1",
    ("cedar", "step_221"): "M54",
    ("cedar", "numbers"): "M1",
    ("cedar", "hidden_delta"): "M14",
    ("cedar", "layer_gradients"): "M48",
    ("cedar", "backward"): "M1",
    ("cedar", "loss_and_gradients"): "M6",
    ("cedar", "per_sample_gradients"): "M49",
    ("cedar", "minibatches"): "M62",
    ("cedar", "sgd_step"): "M61",
    ("cedar", "momentum_step"): "M57",
    ("cedar", "adam_step"): "M58",
    ("cedar", "train_xor"): "M66",
    ("cedar", "saturated_fraction"): "M18",
    ("cedar", "train_validation_split"): "M62",
    ("cedar", "l2_penalty"): "M51",
    ("cedar", "l2_gradients"): "M51",
    ("cedar", "numerical_gradients"): "M74",
    ("cedar", "gradient_check"): "M78",
    ("cedar", "expose"): "M83",
    ("cedar", "one_layer_gradients"): "M6",
    ("cedar", "xor_step"): "M28",
    ("cedar", "softmax_gradients"): "M8",
    ("cedar", "sine_step"): "M48",
    ("cedar", "sigmoid_output_gradients"): "M1",
    ("elm", "step_221"): "M61",
    ("elm", "backward"): "M61",
}

pytestmark = pytest.mark.slow


def grade(home, seed, without=()):
    """Grade the sample class in `home` by this seed; return {set: {student: Graded}}."""
    (home / "gradebook.seed").write_text(seed)
    course = Course(ROOT, home)
    write_class(course, home / "submitted")
    handed_in = {name: find_submissions(home / "submitted", name) for name in SETS}
    chosen = {name: [s for s in found if s.student not in without] for name, found in handed_in.items()}
    for name, submissions in chosen.items():
        grade_class(course, name, submissions, level=best())
    return {name: dict(kept(course, name)) for name in chosen}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return grade(tmp_path_factory.mktemp("course"), "1" * 32)


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("submitted")
    write_class(Course(ROOT, folder), folder)
    return folder


def marks(graded):
    return {
        name: {student: tuple(v.score for v in g.verdicts) for student, g in students.items()}
        for name, students in graded.items()
    }


def everyone(graded):
    """List (student, set, Graded) of all."""
    return [(student, name, g) for name, students in graded.items() for student, g in students.items()]


def mistakes(graded):
    pairs = ((student, v) for student, _, g in everyone(graded) for v in g.verdicts)
    return {(student, v.name): v.mistake for student, v in pairs if v.mistake}


def silent(graded):
    """List the verdicts that take points and say nothing."""
    return [v for _, _, g in everyone(graded) for v in g.verdicts if not v.right and not v.message]


def test_sample_class_gets_its_marks(graded):
    assert marks(graded) == MARKS


def test_sample_class_is_told_its_mistakes(graded):
    assert mistakes(graded) == MISTAKES


def test_lost_points_come_with_a_message(graded):
    lost = [v for _, _, g in everyone(graded) for v in g.verdicts if not v.right]

    assert len(lost) == sum(
        mark < question.points
        for name, students in MARKS.items()
        for row in students.values()
        for mark, question in zip(row, questions_of(name).values(), strict=True)
    )
    assert silent(graded) == []


def test_verdicts_that_say_nothing_are_found():
    mute = Verdict("f", {"a batch": (0.0, 1.0)}, None, "")

    assert silent({"set": {"student": Graded([mute])}}) == [mute]
    assert silent({"set": {"student": Graded([replace(mute, message="f: wrong.")])}}) == []


def test_messages_say_what_happened(graded):
    told = {(student, v.name): v.message for student, _, g in everyone(graded) for v in g.verdicts}

    assert "SyntaxError in line 1" in told["larch", "deltas_221"]
    assert "did not end within its time" in told["maple", "hidden_delta"]
    assert "not answered yet" in told["fir", "backward"]
    assert "Yours is the expected times a constant." in told["elm", "deltas_221"]
    assert "is a list, but should be an array" in told["elm", "layer_gradients"]
    assert "in the place of deltas_221" in told["larch", "gradients_221"]


def test_files_that_cannot_be_read_carry_a_note(graded):
    notes = {(student, name): g.note for student, name, g in everyone(graded)}

    assert {key for key, note in notes.items() if note} >= ODD_FILES
    assert {student for student, _ in (key for key, note in notes.items() if note)} == {"poplar", "spruce"}
    assert "not JSON" in notes["poplar", "ps05_backprop"]
    assert "empty" in notes["spruce", "ps04_by_hand"]


def test_marks_do_not_depend_on_the_seed(graded, tmp_path):
    again = grade(tmp_path, "2" * 32, without=("maple", "poplar", "spruce"))

    expected = marks(graded)
    assert marks(again) == {name: {s: expected[name][s] for s in found} for name, found in again.items()}
    assert mistakes(again) == mistakes(graded)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.ipynb"))}


def cells_of(folder, student, set_name):
    return json.loads((folder / student / set_name / f"{set_name}.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]


def test_write_class_writes_every_student_and_set(submitted):
    written = {path.as_posix() for path in contents(submitted)}

    assert written == {f"{student}/{name}/{name}.ipynb" for name, row in MARKS.items() for student in row}


def test_write_class_gives_the_same_bytes(submitted, tmp_path):
    write_class(Course(ROOT, tmp_path), tmp_path)

    assert contents(tmp_path) == contents(submitted)


def test_write_class_touches_only_what_has_changed(tmp_path):
    course = Course(ROOT, tmp_path)
    write_class(course, tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.ipynb")}
    changed = tmp_path / "fir" / "ps05_backprop" / "ps05_backprop.ipynb"
    changed.write_text(changed.read_text(encoding="utf-8") + " ", encoding="utf-8")

    write_class(course, tmp_path)

    assert [path for path, node in before.items() if path.stat().st_ino != node] == [changed]


def test_write_class_asks_for_a_release(tmp_path):
    with pytest.raises(CourseError, match="is not released"):
        write_class(Course(tmp_path, tmp_path), tmp_path)


@pytest.mark.parametrize("set_name", SETS)
def test_answers_stand_in_the_cells_of_their_names(submitted, set_name):
    for student in {"alder", "birch", "cedar", "elm", "maple", "yew"} & set(MARKS[set_name]):
        sources = {grade_id(cell): source_of(cell) for cell in cells_of(submitted, student, set_name)}
        functions = [name for name, question in questions_of(set_name).items() if not question.value]

        assert [defined(sources[name], [name]) for name in functions] == functions
        assert not any("This answer is still missing" in sources[name] for name in functions)


@pytest.mark.parametrize(
    ("set_name", "name"), [("ps04_by_hand", "deltas_221"), ("ps05_backprop", "layer_gradients")]
)
def test_larch_has_one_syntax_error(submitted, set_name, name):
    sources = {grade_id(cell): source_of(cell) for cell in cells_of(submitted, "larch", set_name)}
    functions = [n for n, question in questions_of(set_name).items() if not question.value]

    assert [n for n in functions if defined(sources[n], functions) is None] == [name]


@pytest.mark.parametrize(
    ("set_name", "name"), [("ps04_by_hand", "gradients_221"), ("ps05_backprop", "hidden_delta")]
)
def test_oak_has_an_answer_and_its_check_twice(submitted, set_name, name):
    cells = cells_of(submitted, "oak", set_name)
    answers = [source_of(cell) for cell in cells if grade_id(cell) == name]

    assert len(answers) == 2 and answers[0] != answers[1]
    assert len([cell for cell in cells if grade_id(cell) == f"check_{name}"]) == 2


@pytest.mark.parametrize("set_name", [name for name, row in MARKS.items() if "pine" in row])
def test_pine_has_no_check_cells(submitted, set_name):
    assert not any(map(is_check, cells_of(submitted, "pine", set_name)))
    assert sum(map(is_check, cells_of(submitted, "alder", set_name))) == len(SETS[set_name])


def test_files_of_poplar_spruce_and_yew_are_odd(submitted):
    name = "ps04_by_hand"
    text = {
        s: (submitted / s / name / f"{name}.ipynb").read_text("utf-8") for s in ("poplar", "spruce", "yew")
    }

    with pytest.raises(json.JSONDecodeError):
        json.loads(text["poplar"])
    assert text["poplar"].startswith("{") and text["spruce"] == ""
    assert cells_of(submitted, "spruce", "ps05_backprop") == []
    assert json.loads(text["yew"])["metadata"]["kernelspec"]["name"] == "my-env"
