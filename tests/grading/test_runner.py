"""The runner: the same verdicts however many work on them, and nothing is lost or graded twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import Future

import pytest
from grading.notebooks import BY_HAND, ROOT, handed_in, new_gradebook, released
from nbgrader.api import Gradebook

from bpkit.grading.course import Course, CourseError
from bpkit.grading.notebook import SIZE_LIMIT
from bpkit.grading.runner import Submission, all_kept, find_submissions, grade_class, result_of, submission

WRONG = "def deltas_221(W, z, a, y):\n    return {1: a[1] * 0, 2: a[2] - y}"
CLASS = {
    "ada": handed_in(BY_HAND),
    "ben": handed_in(BY_HAND, deltas_221=WRONG),
    "eve": b"not a notebook",
    "joe": None,
}
SCORES = {"ada": 20, "ben": 16, "eve": 0, "joe": 0}


def hand_in(folder, student, data, name=f"{BY_HAND}.ipynb"):
    place = folder / student / BY_HAND
    place.mkdir(parents=True, exist_ok=True)
    if data is not None:
        (place / name).write_bytes(data)


def grade(course, workers=1):
    """Grade what is handed in, and return the verdicts, who was skipped, and who was graded anew."""
    told = []
    submissions = find_submissions(course.home / "submitted", BY_HAND)
    graded, skipped = grade_class(course, BY_HAND, submissions, workers, lambda *said: told.append(said))
    assert [(done, total) for done, total, *_ in told] == [(n + 1, len(told)) for n in range(len(told))]
    return graded, skipped, {student for _, _, student, _ in told}


def plain(graded):
    return {student: result.plain() for student, result in graded.items()}


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(BY_HAND)}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A class, graded by two workers."""
    home = tmp_path_factory.mktemp("first")
    for student, data in CLASS.items():
        hand_in(home / "submitted", student, data)
    course = Course(ROOT, home)
    course.gradebook.write_bytes(new_gradebook())
    return course, grade(course, workers=2)


@pytest.fixture
def again(first, tmp_path):
    """A copy of that class with what was graded."""
    shutil.copytree(first[0].home, tmp_path, dirs_exist_ok=True)
    return Course(ROOT, tmp_path)


def test_every_submission_gets_its_verdict(first):
    course, (graded, skipped, anew) = first

    assert {student: result.score for student, result in graded.items()} == SCORES
    assert list(graded) == sorted(CLASS)
    assert (skipped, anew) == (set(), set(CLASS))
    assert scores(course) == SCORES


def test_every_submission_gets_its_notebook_and_its_feedback(first):
    course, (graded, _, _) = first

    for student, result in graded.items():
        notebook = json.loads((course.autograded(student, BY_HAND) / f"{BY_HAND}.ipynb").read_bytes())
        assert f"forward_221: {result.verdicts[0].score:g} of 3 points" in json.dumps(notebook)
        assert f"Feedback for {student}" in course.feedback(student, BY_HAND).read_text("utf-8")
    assert list(course.home.rglob("*.part")) == []


def test_notes_say_what_was_amiss(first):
    _, (graded, _, _) = first

    assert graded["eve"].note.startswith("The file is not a notebook")
    assert graded["joe"].note == "No notebook was handed in."
    assert graded["ada"].note == graded["ben"].note == ""


def test_one_worker_and_two_give_the_same_verdicts(first, again):
    shutil.rmtree(again.home / "autograded")
    graded, _, anew = grade(again, workers=1)

    assert anew == set(CLASS)
    assert plain(graded) == plain(first[1][0])


def test_a_second_run_skips_what_did_not_change(first, again):
    graded, skipped, anew = grade(again)

    assert (skipped, anew) == (set(CLASS), set())
    assert plain(graded) == plain(first[1][0])


def test_what_changed_is_graded_anew_and_only_that(again):
    hand_in(again.home / "submitted", "ben", CLASS["ada"])
    hand_in(again.home / "submitted", "joe", CLASS["ben"])
    record = again.autograded("eve", BY_HAND) / "verdict.json"
    record.write_text(record.read_text()[:-30])
    graded, skipped, anew = grade(again)

    assert (skipped, anew) == ({"ada"}, {"ben", "eve", "joe"})
    assert scores(again) == {"ada": 20, "ben": 20, "eve": 0, "joe": 16}


@pytest.mark.parametrize("record", ["[]", "null", "{}", '{"key": 1}', "\udcff"])
def test_records_of_another_kind_are_graded_anew(record, again):
    for student in ("ada", "ben", "joe"):
        shutil.rmtree(again.home / "submitted" / student)
    path = again.autograded("eve", BY_HAND) / "verdict.json"
    path.write_bytes(record.encode(errors="surrogateescape"))

    assert grade(again)[2] == {"eve"}


def test_another_seed_grades_anew(again):
    (again.home / "gradebook.seed").write_text("another\n")

    assert grade(again)[2] == set(CLASS)


def test_a_new_gradebook_is_filled_with_what_is_graded(again):
    again.gradebook.write_bytes(new_gradebook())
    _, skipped, anew = grade(again)

    assert (skipped, anew) == (set(CLASS), set())
    assert scores(again) == SCORES


def test_all_that_is_graded_is_found_again(first):
    course, (graded, _, _) = first

    assert plain(all_kept(course, BY_HAND)) == plain(graded)
    assert all_kept(course, "ps05_backprop") == {}


def test_seed_is_drawn_once_and_for_the_owner_alone(first, tmp_path):
    course = Course(ROOT, tmp_path)

    assert course.seed() == course.seed() != first[0].seed()
    assert (tmp_path / "gradebook.seed").stat().st_mode & 0o777 == 0o600


def test_a_class_without_submissions_is_refused(tmp_path):
    (tmp_path / "ada" / "another_set").mkdir(parents=True)

    with pytest.raises(CourseError, match=f"There are no submissions of {BY_HAND} in"):
        find_submissions(tmp_path, BY_HAND)


def test_a_set_that_is_not_released_is_refused(tmp_path):
    with pytest.raises(CourseError, match="is not released: there is no .* Run: bpkit release"):
        grade_class(Course(tmp_path, tmp_path), BY_HAND, [Submission("ada", b"", None)])


def test_a_single_notebook_under_another_name_counts(tmp_path):
    hand_in(tmp_path, "ada", b"mine", "Untitled (1).ipynb")

    assert find_submissions(tmp_path, BY_HAND) == [Submission("ada", b"mine", None)]


def test_the_right_name_counts_before_others_and_among_others_none(tmp_path):
    for student, names in {"ada": (BY_HAND, "copy"), "ben": ("one", "two")}.items():
        for name in names:
            hand_in(tmp_path, student, name.encode(), f"{name}.ipynb")
    hand_in(tmp_path, "joe", b"text", f"{BY_HAND}.txt")

    assert {s.student: s.data for s in find_submissions(tmp_path, BY_HAND)} == {
        "ada": BY_HAND.encode(),
        "ben": None,
        "joe": None,
    }


def test_files_of_any_size_are_read_to_their_limit_alone(tmp_path):
    hand_in(tmp_path, "ada", b" " * (SIZE_LIMIT + 99))

    assert len(find_submissions(tmp_path, BY_HAND)[0].data) == SIZE_LIMIT + 1


def test_errors_of_the_grader_are_written_down_for_a_person():
    future = Future()
    future.set_exception(ZeroDivisionError("x is 0.25"))
    result = result_of(future, (released(BY_HAND), BY_HAND, "seed"))

    assert result.note == "This submission could not be judged. The grader met with a ZeroDivisionError."
    assert (result.score, result.max) == (0, 20)


KILLER = """
import os
warm = open(f"/proc/{os.getppid()}/stat").read()
os.kill(int(warm.rsplit(")")[1].split()[1]), 9)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="The attack looks into /proc.")
def test_a_submission_that_ends_the_graders_process_stops_no_other(tmp_path):
    for student, answers in {"ada": {}, "eve": {"forward_221": KILLER}, "joe": {}}.items():
        hand_in(tmp_path / "submitted", student, handed_in(BY_HAND, **answers))
    course = Course(ROOT, tmp_path)
    course.gradebook.write_bytes(new_gradebook())
    graded, _, _ = grade(course, workers=2)

    assert {student: result.score for student, result in graded.items()} == {"ada": 20, "eve": 0, "joe": 20}
    assert graded["eve"].note.endswith("It ended the grader's process.")


@pytest.mark.parametrize(
    ("stamp", "kept"),
    [
        (b"2030-02-03 04:05:06 UTC\n", "2030-02-03 04:05:06 UTC"),
        (b"yesterday", None),
        (b"\xff\xfe", None),
        (b"", None),
    ],
)
def test_timestamps_are_kept_where_they_are_one(stamp, kept, tmp_path):
    hand_in(tmp_path, "ada", b"x")
    (tmp_path / "ada" / BY_HAND / "timestamp.txt").write_bytes(stamp)

    assert submission(tmp_path / "ada" / BY_HAND, BY_HAND).timestamp == kept


@pytest.mark.slow
def test_an_interrupted_run_loses_nothing_and_goes_on(tmp_path):
    slow = handed_in(BY_HAND, forward_221="import time; time.sleep(0.4)")
    for number in range(6):
        hand_in(tmp_path / "submitted", f"student{number}", slow)
    Course(ROOT, tmp_path).gradebook.write_bytes(new_gradebook())
    command = [sys.executable, "-m", "bpkit", "grade", BY_HAND, "--into", str(tmp_path), "--workers", "2"]
    pipes = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, start_new_session=True, **pipes) as process:
        while "[1/6]" not in process.stdout.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    kept = all_kept(Course(ROOT, tmp_path), BY_HAND)
    graded, skipped, _ = grade(Course(ROOT, tmp_path), workers=2)

    assert process.returncode == 130
    assert said == "bpkit: Stopped. What was done until now is kept; run the same command to go on.\n"
    assert 1 <= len(kept) < 6
    assert skipped == set(kept)
    assert scores(Course(ROOT, tmp_path)) == dict.fromkeys(graded, 17)
