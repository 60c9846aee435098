"""The runner: the same verdicts however many work on them, and nothing is lost or graded twice."""

import json
import multiprocessing
import os
import shutil
import signal
import sys

import pytest
from grading.notebooks import BY_HAND, ROOT, hand_in, handed_in, new_course
from grading.written import WRITTEN, written_course
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from sqlalchemy import event
from traitlets.config import Config

from bpkit.grading.course import Course, CourseError
from bpkit.grading.database import engine_of
from bpkit.grading.gradebook import marks
from bpkit.grading.handed_in import Submission, find_submissions
from bpkit.grading.marking import Verdict
from bpkit.grading.notebook import grade_id, with_verdicts
from bpkit.grading.processes import Processes
from bpkit.grading.runner import grade_class, kept, released_of
from bpkit.grading.sandbox.levels import SandboxRefused, best
from bpkit.grading.turns import Turn, take_turns
from bpkit.grading.worker import Setup, Task, WorkerEnded, sources, work

WRONG = "def deltas_221(W, z, a, y):\n    return {1: a[1] * 0, 2: a[2] - y}"
CLASS = {
    "ada": handed_in(BY_HAND),
    "ben": handed_in(BY_HAND, deltas_221=WRONG),
    "eve": b"not a notebook",
    "joe": None,
}
SEED = "0123456789abcdef" * 2 + "\n"
SCORES = {"ada": 20, "ben": 16, "eve": 0, "joe": 0}


def grade(course, workers=1, **options):
    """Grade what is handed in; return the summary and the steps, whose numbers are right."""
    steps = []
    submissions = find_submissions(course.home / "submitted", BY_HAND)
    options = {"level": best(), "progress": steps.append} | options
    summary = grade_class(course, BY_HAND, submissions, workers=workers, **options)
    assert [(step.done, step.total) for step in steps] == [(n + 1, len(steps)) for n in range(len(steps))]
    assert len(steps) == summary.graded + summary.failed
    return summary, {step.student: step for step in steps}


def verdicts(course):
    """Return what is kept, without what may differ from run to run."""
    return {student: graded.plain() | {"seconds": 0} for student, graded in kept(course, BY_HAND)}


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(BY_HAND)}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A class, graded by two workers."""
    course = new_course(tmp_path_factory.mktemp("first"))
    for student, data in CLASS.items():
        hand_in(course.home / "submitted", student, data)
    return course, *grade(course, workers=2)


@pytest.fixture
def again(first, tmp_path):
    """A copy of that class with what was graded."""
    shutil.copytree(first[0].home, tmp_path, dirs_exist_ok=True)
    return Course(ROOT, tmp_path)


def test_every_submission_gets_its_verdict(first):
    course, summary, steps = first

    assert (summary.graded, summary.skipped, summary.failed, summary.level) == (4, 0, 0, best())
    assert {student: step.graded.score for student, step in steps.items()} == SCORES
    assert {student: graded.score for student, graded in kept(course, BY_HAND)} == SCORES
    assert list(verdicts(course)) == sorted(CLASS)
    assert scores(course) == SCORES


def test_the_summary_names_the_slowest(first):
    _, summary, steps = first

    assert [student for student, _ in summary.slowest][:2] in (["ada", "ben"], ["ben", "ada"])
    assert dict(summary.slowest) == {student: step.seconds for student, step in steps.items()}
    assert summary.seconds > 0


def test_every_submission_gets_its_notebook_and_its_feedback(first):
    course, _, steps = first

    for student, step in steps.items():
        notebook = json.loads((course.autograded(student, BY_HAND) / f"{BY_HAND}.ipynb").read_bytes())
        assert f"forward_221: {step.graded.verdicts[0].score:g} of 3 points" in json.dumps(notebook)
        assert notebook["metadata"]["bpkit"]["verdict"] == "outside"
        assert student in course.feedback(student, BY_HAND).read_text("utf-8")
    assert list(course.home.rglob("*.part")) == []


def test_notes_say_what_was_amiss(first):
    graded = dict(kept(first[0], BY_HAND))

    assert graded["eve"].note.startswith("The file is not a notebook")
    assert graded["joe"].note == "No notebook was handed in."
    assert graded["ada"].note == graded["ben"].note == ""


def test_answers_that_are_as_they_were_handed_out_have_nbgraders_comment(first):
    with Gradebook(first[0].db_url) as gradebook:
        for student, said in {"ada": None, "eve": "No response."}.items():
            notebook = gradebook.find_submission_notebook(BY_HAND, BY_HAND, student)
            assert {comment.auto_comment for comment in notebook.comments} == {said}


def test_one_worker_and_two_give_the_same_verdicts(first, tmp_path):
    shutil.copytree(first[0].home / "submitted", tmp_path / "submitted")
    shutil.copy(first[0].home / "gradebook.seed", tmp_path)
    course = new_course(tmp_path)

    assert grade(course, workers=1)[0].graded == 4
    assert verdicts(course) == verdicts(first[0])


def test_a_second_run_skips_what_did_not_change(first, again):
    before = {path: path.read_bytes() for path in again.home.rglob("*") if path.is_file()}
    summary, steps = grade(again)

    assert (summary.graded, summary.skipped, steps) == (0, 4, {})
    assert {path: path.read_bytes() for path in again.home.rglob("*") if path.is_file()} == before


def test_what_changed_is_graded_anew_and_only_that(again):
    hand_in(again.home / "submitted", "ben", CLASS["ada"])
    hand_in(again.home / "submitted", "joe", CLASS["ben"])
    summary, steps = grade(again)

    assert (summary.skipped, set(steps)) == (2, {"ben", "joe"})
    assert scores(again) == {"ada": 20, "ben": 20, "eve": 0, "joe": 16}


def test_another_seed_grades_anew(again):
    (again.home / "gradebook.seed").write_text(SEED)

    assert set(grade(again)[1]) == set(CLASS)


def test_pages_that_are_missing_are_made_again_without_grading(first, again):
    shutil.rmtree(again.home / "feedback")
    (again.autograded("ben", BY_HAND) / f"{BY_HAND}.ipynb").unlink()
    (again.autograded("eve", BY_HAND) / f"{BY_HAND}.ipynb").unlink()
    summary, steps = grade(again)

    assert (summary.skipped, steps) == (4, {})
    for path in first[0].home.rglob("*/*.[hi][tp]*"):
        assert (again.home / path.relative_to(first[0].home)).read_bytes() == path.read_bytes()


def test_rows_that_are_missing_are_written_again_without_grading(again):
    with Gradebook(again.db_url) as gradebook:
        gradebook.remove_submission(BY_HAND, "ben")
    assert "ben" not in scores(again)
    summary, steps = grade(again)

    assert (summary.skipped, steps) == (4, {})
    assert scores(again) == SCORES


def test_a_person_who_looked_is_not_asked_again(again):
    with Gradebook(again.db_url) as gradebook:
        gradebook.find_grade("check_numbers", BY_HAND, BY_HAND, "ben").manual_score = 1
        gradebook.db.commit()
    shutil.rmtree(again.home / "feedback")
    grade(again)

    assert [mark.needs_manual for mark in marks(again, BY_HAND)] == [False] * 4


def test_what_cannot_be_read_has_failed_and_is_tried_again(again):
    path = again.home / "submitted" / "joe" / BY_HAND / f"{BY_HAND}.ipynb"
    path.symlink_to(again.home / "submitted" / "ada" / BY_HAND / path.name)
    tries = [grade(again)[0] for _ in range(2)]
    path.unlink()

    assert [(s.graded, s.failed, s.skipped) for s in tries] == [(0, 1, 3)] * 2
    assert dict(kept(again, BY_HAND))["joe"].note.startswith("This submission could not be judged. The note")
    assert scores(again)["joe"] == 0
    assert grade(again)[0].graded == 1


def release_feedback(course, exchange):
    """Release feedback as `nbgrader release_feedback` does; return the pages' names without endings."""
    config = Config(
        {"CourseDirectory": {"root": str(course.home), "course_id": "c", "assignment_id": BY_HAND}}
    )
    config.Exchange.root = str(exchange)
    ExchangeReleaseFeedback(coursedir=CourseDirectory(config=config), config=config).start()
    return {path.stem for path in exchange.rglob("*.html")}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # of nbgrader's
def test_nbgrader_can_release_the_feedback(again, tmp_path_factory):
    for student in CLASS:
        hand_in(again.home / "submitted", student, b"2030-02-03 04:05:06 UTC", "timestamp.txt")
        hand_in(again.home / "submitted", student, student.encode(), "submission_secret.txt")
    first, second = grade(again)[0], grade(again)[0]
    copies = [again.autograded("ada", BY_HAND), again.feedback("ada", BY_HAND).parent]
    pages = {notebook_hash(secret=student, notebook_id=BY_HAND) for student in CLASS}

    assert (first.skipped, second.skipped) == (4, 4)
    assert [(copy / "submission_secret.txt").read_text() for copy in copies] == ["ada", "ada"]
    assert release_feedback(again, tmp_path_factory.mktemp("exchange")) == pages


def test_links_beside_a_notebook_are_not_copied(again):
    secret = again.home / "submitted" / "ben" / BY_HAND / "submission_secret.txt"
    secret.symlink_to(again.home / "gradebook.seed")
    grade(again)

    assert list(again.home.rglob("submission_secret.txt")) == [secret]


def test_what_is_kept_comes_in_pages(again, monkeypatch):
    wanted = verdicts(again)
    monkeypatch.setattr("bpkit.grading.records.PAGE", 1)

    assert list(verdicts(again).items()) == sorted(wanted.items())
    assert list(kept(again, "ps05_backprop")) == []


def test_nothing_is_kept_where_nothing_was_graded(tmp_path):
    assert list(kept(new_course(tmp_path / "home"), BY_HAND)) == []
    assert list(kept(Course(ROOT, tmp_path / "nowhere"), BY_HAND)) == []
    assert not (tmp_path / "nowhere").exists()


def test_written_answers_wait_for_a_person_and_their_points_count(tmp_path):
    course = written_course(tmp_path)
    hand_in(course.home / "submitted", "ada", CLASS["ada"])
    grade(course)
    waiting = [mark.needs_manual for mark in marks(course, BY_HAND)]
    with Gradebook(course.db_url) as gradebook:
        gradebook.find_grade(WRITTEN, BY_HAND, BY_HAND, "ada").manual_score = 4.5
        gradebook.db.commit()

    assert waiting == [False]  # the cell is not in the notebook: it is as it was handed out
    assert [(mark.score, mark.max) for mark in marks(course, BY_HAND)] == [(24.5, 25)]


def test_seed_is_drawn_once_and_for_the_owner_alone(first, tmp_path):
    course = Course(ROOT, tmp_path)

    assert course.seed() == course.seed() != first[0].seed()
    assert (tmp_path / "gradebook.seed").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.seed"]


@pytest.mark.parametrize("data", [b"", b"\n", b"0" * 31, b"g" * 32, b"\xff" * 32, b"0" * 33])
def test_a_seed_that_is_none_is_refused_and_kept(data, tmp_path):
    (tmp_path / "gradebook.seed").write_bytes(data)

    with pytest.raises(CourseError, match="does not hold a seed.* Restore it from a backup. .* remove it"):
        grade_class(Course(ROOT, tmp_path), BY_HAND, [Submission("ada", None)])
    assert (tmp_path / "gradebook.seed").read_bytes() == data


def test_a_seed_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("os.fsync", lambda handle: synced.append(os.fstat(handle)))
    Course(ROOT, tmp_path).seed()

    assert [(kept.st_ino, kept.st_size) for kept in synced] == [
        ((tmp_path / "gradebook.seed").stat().st_ino, 33)
    ]


def test_the_gradebook_is_the_one_that_the_configuration_names(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///x.db'"
    )

    assert Course(tmp_path, tmp_path).db_url == "sqlite:///x.db"
    assert Course(tmp_path, tmp_path / "into").db_url == f"sqlite:///{tmp_path / 'into' / 'gradebook.db'}"
    assert Course(ROOT, ROOT).db_url == f"sqlite:///{ROOT / 'gradebook.db'}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("c = get_config(", "nbgrader_config.py cannot be run: SyntaxError"),
        ("c = get_config()\nc.CourseDirectory.db_url = 'gradebook.db'", "db_url names no database"),
        ("c = get_config()\nc.CourseDirectory.db_url = 'nosuch://x/y'", "db_url names no database"),
    ],
    ids=["code", "address", "kind"],
)
def test_a_configuration_that_is_wrong_gives_a_sentence(text, says, tmp_path):
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    (tmp_path / "nbgrader_config.py").write_text(text)

    with pytest.raises(CourseError, match=says):
        grade_class(Course(tmp_path, tmp_path), BY_HAND, [Submission("ada", None)], level="process")


def test_a_set_that_is_not_released_is_refused(tmp_path):
    with pytest.raises(CourseError, match="is not released: there is no .* Run: bpkit release"):
        grade_class(Course(tmp_path, tmp_path), BY_HAND, [Submission("ada", None)])


def changed(root, change):
    """Return a course in a folder, whose released notebook is changed."""
    path = root / "exercises" / BY_HAND / f"{BY_HAND}.ipynb"
    shutil.copytree(ROOT / "exercises", root / "exercises")
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return Course(root, root)


def without(name, text):
    """Return a notebook's text without one of its cells."""
    notebook = json.loads(text)
    notebook["cells"] = [cell for cell in notebook["cells"] if grade_id(cell) != name]
    return json.dumps(notebook)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"points": 6', '"points": 60'), "check_numbers has 60 .* have 6 points"),
        (lambda text: text.replace('"check_numbers"', '"no"'), "check_numbers has none, but should have 6"),
        (lambda text: without("deltas_221", text), "changed: it lacks the cell for the answer deltas_221"),
        (lambda text: without("check_numbers", text), "check_numbers has none, but should have 6"),
        (lambda text: text[:99], "is not a notebook. Move it away"),
        (lambda text: "[]", "is not a notebook. Move it away"),
    ],
    ids=["points", "check", "no answer", "no check", "cut", "list"],
)
def test_a_release_that_does_not_fit_its_questions_is_refused(change, says, tmp_path):
    with pytest.raises(CourseError, match=says) as refusal:
        grade_class(changed(tmp_path, change), BY_HAND, [Submission("ada", None)])
    assert f"bpkit release {BY_HAND}" in str(refusal.value)


def test_a_second_run_at_the_same_time_is_refused(again):
    (again.home / "gradebook.seed").write_text(SEED)
    said = []

    def meanwhile(step):
        with pytest.raises(CourseError, match="Another bpkit grade is grading into") as refusal:
            grade(again)
        said.append(refusal)

    grade_class(
        again, BY_HAND, find_submissions(again.home / "submitted", BY_HAND), level=best(), progress=meanwhile
    )
    assert len(said) == 4


def test_a_level_that_the_machine_does_not_offer_is_refused(again, monkeypatch):
    monkeypatch.setattr("bpkit.grading.runner.refusal", lambda level: f"No {level} here.")

    with pytest.raises(SandboxRefused, match="^No full here.$"):
        grade(again, level="full")


def setup_of(course, **changes):
    given = {"level": best(), "sources": sources()} | changes
    return Setup(BY_HAND, released_of(course, BY_HAND), "seed", **given)


def test_workers_with_other_code_refuse(first):
    with pytest.raises(CourseError, match="A worker has other code than the bpkit that asked it"):
        work(setup_of(first[0], sources="other"), Task("ada", CLASS["ada"]))


@pytest.mark.parametrize(
    ("name", "judges"),
    [("report", False), ("exports", False), ("likeness", False), ("statistics", False), ("marking", True)],
)
def test_code_that_only_reads_verdicts_grades_nothing_anew(name, judges, tmp_path, monkeypatch):
    shutil.copytree(
        ROOT / "bpkit", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr("bpkit.grading.worker.PACKAGE", tmp_path)
    before = sources()
    (tmp_path / "grading" / f"{name}.py").write_text("")

    assert (sources() != before) == judges


def test_a_notebook_with_verdicts_shares_what_did_not_change():
    notebook = json.loads(CLASS["ada"])
    shown = with_verdicts(notebook, [Verdict("numbers", {"a": (0.0, 6.0)}, None, "no.")])

    assert notebook == json.loads(CLASS["ada"])
    for before, after in zip(notebook["cells"], shown["cells"], strict=True):
        assert after["metadata"] is before["metadata"]


def test_errors_of_the_grader_are_written_down_for_a_person(first, monkeypatch):
    tries = []
    monkeypatch.setattr("bpkit.grading.worker.grade", lambda *given: tries.append(1 / 0))
    result = work(setup_of(first[0]), Task("ada", CLASS["ada"]))

    note = json.loads(result.record)["note"]
    assert note == "This submission could not be judged. The grader met with a ZeroDivisionError."
    assert (result.failed, set(result.scores.values())) == (True, {0})


def test_a_worker_without_space_ends_the_run(first, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bpkit.grading.worker.grade", full)
    with pytest.raises(CourseError, match="A worker has no space left"):
        work(setup_of(first[0]), Task("ada", CLASS["ada"]))


def test_a_device_without_space_for_files_gives_a_sentence(again):
    (again.home / "gradebook.seed").write_text(SEED)
    (again.autograded("ada", BY_HAND) / f"{BY_HAND}.ipynb.part").symlink_to("/dev/full")
    with pytest.raises(CourseError, match="A worker has no space left .*No space left.* Make room there."):
        grade(again)

    assert "ada" in grade(again)[1]
    assert scores(again) == SCORES


def test_a_device_without_space_for_the_gradebook_gives_a_sentence(again, monkeypatch):
    (again.home / "gradebook.seed").write_text(SEED)
    before = {student: graded["level"] for student, graded in verdicts(again).items()}
    monkeypatch.setattr("bpkit.grading.database.engine_of", crowded)
    for number in range(40):
        hand_in(again.home / "submitted", f"new{number}", b"")
    with pytest.raises(CourseError, match="There is no space left on the device of .* Make room."):
        grade(again)
    assert set(verdicts(again)) == set(before)
    monkeypatch.undo()

    assert grade(again)[0].graded == 44


def crowded(url):
    """Return an engine whose database may not grow."""
    engine = engine_of(url)

    @event.listens_for(engine, "connect")
    def limit(connection, record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    return engine


KILLER = """
import os
warm = open(f"/proc/{os.getppid()}/stat").read()
os.kill(int(warm.rsplit(")")[1].split()[1]), 9)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="The attack looks into /proc.")
def test_a_submission_that_ends_the_graders_process_stops_no_other(tmp_path):
    course = new_course(tmp_path)
    for student, answers in {"ada": {}, "eve": {"forward_221": KILLER}, "joe": {}, "zoe": {}}.items():
        hand_in(course.home / "submitted", student, handed_in(BY_HAND, **answers))
    summary, steps = grade(course, workers=2, level="process")

    assert (summary.graded, summary.failed) == (3, 1)
    assert {s: step.graded.score for s, step in steps.items()} == {"ada": 20, "eve": 0, "joe": 20, "zoe": 20}
    assert steps["eve"].graded.note.endswith("judged. It ended the grader's process twice.")


@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing(tmp_path):
    course = new_course(tmp_path)
    for number in range(8):
        hand_in(course.home / "submitted", f"student{number}", CLASS["ada"])
    steps = []

    def kill(step):
        steps.append(step.student)
        if len(steps) in (1, 5):
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    submissions = find_submissions(course.home / "submitted", BY_HAND)
    summary = grade_class(course, BY_HAND, submissions, workers=2, level=best(), progress=kill)
    assert (summary.graded, summary.failed, sorted(steps)) == (8, 0, sorted(set(steps)))
    assert set(scores(course).values()) == {20}
    assert multiprocessing.active_children() == []


def test_only_the_submission_at_work_is_held_to_have_ended_its_worker(first):
    with Processes(1) as team:
        futures = [team.submit(setup_of(first[0]), Task(name, CLASS["ada"])) for name in ("eve", "joe")]
        os.kill(team.slots[0].process.pid, signal.SIGKILL)
        at_work = []
        for future in futures:
            with pytest.raises(WorkerEnded) as ended:
                team.result(future)
            at_work.append(ended.value.at_work)

    assert at_work == [True, False]


class Doomed(Processes):
    """Workers that end before they have done a task."""

    def submit(self, setup, task):
        future = super().submit(setup, task)
        os.kill(self.slots[0].process.pid, signal.SIGKILL)
        return future


@pytest.mark.slow
def test_workers_that_always_end_are_given_up(first):
    turns = [Turn(Submission("ada", None))]

    with pytest.raises(CourseError, match="The grader's workers end before they have done anything."):
        with Doomed(1) as team:
            list(take_turns(team, setup_of(first[0]), turns, lambda *turn: Task("ada", None)))


def test_no_more_is_on_the_way_than_there_is_room_for(first):
    read, back = [], []
    turns = [Turn(Submission(f"s{k}", None)) for k in range(12)]

    def task(turn, at_home):
        read.append(turn)
        assert len(read) - len(back) <= 2
        return Task(turn.submission.student, b"")

    with Processes(1) as team:
        for finished in take_turns(team, setup_of(first[0]), turns, task):
            back += finished
    assert [turn for turn, _ in back] == turns
