"""Every problem set: its solution gets 20 of 20 and the untouched exercise 0, by nbgrader and by ours."""

import json

import pytest
from nbgrader_course import ROOT, gradebook, hand_in, nbgrader, new_course, read

from bpkit.grading.questions import SETS
from bpkit.grading.sandbox.process import Sandbox
from bpkit.grading.submission import grade_submission

HANDED_IN = {"solved": ("solutions", 20), "untouched": ("exercises", 0)}
each_set = pytest.mark.parametrize("name", SETS)
each_student = pytest.mark.parametrize("student", HANDED_IN)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = new_course(tmp_path_factory.mktemp("course"))
    for name in SETS:
        for student, (folder, _) in HANDED_IN.items():
            hand_in(root, name, student, read(root, folder, name))
        nbgrader(root, "autograde", name)
    return root


@each_student
@each_set
def test_nbgrader_gives_all_points_or_none(name, student, course):
    with gradebook(course) as gb:
        submission = gb.find_submission(name, student)

        assert (submission.score, submission.max_score) == (HANDED_IN[student][1], 20)


@each_student
@each_set
def test_our_command_gives_all_points_or_none(name, student):
    released = json.loads((ROOT / "exercises" / name / f"{name}.ipynb").read_text("utf-8"))
    folder, points = HANDED_IN[student]
    data = (ROOT / folder / name / f"{name}.ipynb").read_bytes()
    with Sandbox() as sandbox:
        graded = grade_submission(sandbox, data, released, list(SETS[name]), "a secret")

    assert (graded.score, graded.max, graded.note) == (points, 20, "")
    assert student != "solved" or not any(verdict.message for verdict in graded.verdicts)
