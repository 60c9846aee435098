"""What students handed in: found where it lies, read when its turn comes, and refused where two are one."""

import ast
import os
import subprocess
import sys

import pytest
from grading.notebooks import BY_HAND, hand_in
from nbgrader.utils import parse_utc

from bpkit.grading.course import CourseError
from bpkit.grading.handed_in import Submission, find_submissions, in_utc, submission
from bpkit.grading.notebook import SIZE_LIMIT

AS_NOBODY = """
import dateutil.parser, os, sys
from bpkit.grading.handed_in import find_submissions

os.chdir(sys.argv[1])
os.setuid(65534)
print([(found.student, *found.read()) for found in find_submissions(".", sys.argv[2])])
"""


def read(folder):
    """Return what can be read of each student's notebook."""
    return {s.student: s.read() for s in find_submissions(folder, BY_HAND)}


def test_a_class_without_submissions_is_refused(tmp_path):
    (tmp_path / "ada" / "another_set").mkdir(parents=True)

    with pytest.raises(CourseError, match=f"There are no submissions of {BY_HAND} in"):
        find_submissions(tmp_path, BY_HAND)


def test_submissions_are_read_when_their_turn_comes(tmp_path):
    hand_in(tmp_path, "ada", b"early")
    (found,) = find_submissions(tmp_path, BY_HAND)
    hand_in(tmp_path, "ada", b"late")

    assert found == Submission("ada", tmp_path / "ada" / BY_HAND / f"{BY_HAND}.ipynb")
    assert found.read() == (b"late", "")


def test_a_single_notebook_under_another_name_counts(tmp_path):
    hand_in(tmp_path, "ada", b"mine", "Untitled (1).ipynb")

    assert read(tmp_path) == {"ada": (b"mine", "")}


def test_the_right_name_counts_before_others_and_among_others_none(tmp_path):
    for student, names in {"ada": (BY_HAND, "copy"), "ben": ("one", "two")}.items():
        for name in names:
            hand_in(tmp_path, student, name.encode(), f"{name}.ipynb")
    hand_in(tmp_path, "joe", b"text", f"{BY_HAND}.txt")

    assert read(tmp_path) == {"ada": (BY_HAND.encode(), ""), "ben": (None, ""), "joe": (None, "")}


def test_files_of_any_size_are_read_to_their_limit_alone(tmp_path):
    hand_in(tmp_path, "ada", b" " * (SIZE_LIMIT + 99))

    assert len(read(tmp_path)["ada"][0]) == SIZE_LIMIT + 1


def test_what_is_no_file_is_not_read(tmp_path):
    for student in ("ada", "ben", "eve"):
        hand_in(tmp_path, student, None)
    name = f"{BY_HAND}.ipynb"
    (tmp_path / "ada" / BY_HAND / name).mkdir()
    os.mkfifo(tmp_path / "ben" / BY_HAND / name)
    (tmp_path / "eve" / BY_HAND / name).symlink_to(name)

    says = {student: amiss for student, (data, amiss) in read(tmp_path).items() if data is None}
    assert says["ada"] == says["ben"] == "What has the notebook's name is not a file."
    assert says["eve"].startswith("The notebook cannot be read: ")


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="Only root can become another user.")
@pytest.mark.parametrize("place", ["ada", f"ada/{BY_HAND}"], ids=["student", "set"])
@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_students_whose_folder_cannot_be_read_are_told(place, mode, tmp_path):
    for student in ("ada", "ben"):
        hand_in(tmp_path, student, b"right")
    (tmp_path / place).chmod(mode)
    tmp_path.chmod(0o755)
    found = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, tmp_path, BY_HAND], capture_output=True, text=True
    )

    (ada, nothing, says), ben = ast.literal_eval(found.stdout)
    assert (ada, nothing, ben) == ("ada", None, ("ben", b"right", ""))
    assert says.endswith("cannot be read: Permission denied.")


def test_pipes_in_the_place_of_a_timestamp_stop_nothing(tmp_path):
    hand_in(tmp_path, "ada", b"right")
    os.mkfifo(tmp_path / "ada" / BY_HAND / "timestamp.txt")

    assert find_submissions(tmp_path, BY_HAND)[0].timestamp is None


def test_links_to_the_work_of_others_are_not_followed(tmp_path):
    hand_in(tmp_path, "ada", b"right")
    hand_in(tmp_path, "eve", None)
    hand_in(tmp_path, "joe", b"own", "own.txt")
    for student, target in {"eve": tmp_path / "ada" / BY_HAND / f"{BY_HAND}.ipynb", "joe": "own.txt"}.items():
        (tmp_path / student / BY_HAND / f"{BY_HAND}.ipynb").symlink_to(target)

    assert read(tmp_path)["eve"] == (
        None,
        "The notebook or its folder is a link to another place. Hand in the file itself.",
    )
    assert read(tmp_path)["joe"] == (b"own", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada", "ada"), ("ada", "ada "), ("Straße", "STRASSE"), ("Zo\u00eb", "Zoe\u0308"), ("\uff41da", "ada")],
    ids=["case", "blank", "sharp s", "composed", "width"],
)
def test_two_students_with_one_id_are_refused_by_name(one, other, tmp_path):
    for student in (one, other, "ben"):
        hand_in(tmp_path, student, b"")

    with pytest.raises(CourseError, match="Two students have one id") as refusal:
        find_submissions(tmp_path, BY_HAND)
    assert repr(one) in str(refusal.value)
    assert repr(other) in str(refusal.value)


@pytest.mark.parametrize("name", ["a\nb", "x" * 129, "\udcff"], ids=["line", "long", "bytes"])
def test_names_that_no_gradebook_holds_are_refused(name, tmp_path):
    hand_in(tmp_path, name, b"")

    with pytest.raises(CourseError, match="which a gradebook cannot hold: a name has at most 128"):
        find_submissions(tmp_path, BY_HAND)


@pytest.mark.parametrize("name", ["Zoë O'Neil", "a;b--", "学生", "a\u00a0b", "x" * 128])
def test_names_of_every_other_kind_are_taken(name, tmp_path):
    hand_in(tmp_path, name, b"")

    assert list(read(tmp_path)) == [name]


@pytest.mark.parametrize(
    ("stamp", "kept"),
    [
        (b"2030-02-03 04:05:06 UTC\n", "2030-02-03T04:05:06"),
        (b"2030-02-03 04:05:06 CET", "2030-02-03T03:05:06"),
        (b"yesterday", None),
        (b"\xff\xfe", None),
        (b"", None),
    ],
)
def test_timestamps_are_kept_where_they_are_one(stamp, kept, tmp_path):
    hand_in(tmp_path, "ada", stamp, "timestamp.txt")
    time = submission(tmp_path / "ada" / BY_HAND, BY_HAND).timestamp

    assert (time and time.isoformat()) == kept


@pytest.mark.parametrize(
    "text",
    [
        "2030-02-03 04:05:06 UTC",
        "2030-02-03 04:05:06.25 America/New_York",
        "2030-07-03 04:05:06 Europe/Berlin",
        "2030-02-03 04:05:06 Nowhere/Land",
        "2030-02-03 04:05:06 -3600",
        "2030-02-03T04:05:06+02:00",
        "2030-02-03 04:05",
        "3 Feb 2030 4:05 pm",
    ],
)
def test_times_are_what_nbgrader_takes_them_for(text):
    assert in_utc(text) == parse_utc(text)
