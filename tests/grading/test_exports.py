"""Grades for other programs: read back, and beside the headers that Canvas and Moodle ask for."""

import csv
import json
import os
import subprocess
import sys

import pytest

from bpkit.grading.exports import (
    harmless,
    number,
    whole_file,
    write_canvas,
    write_csv,
    write_json,
    write_moodle,
)
from bpkit.grading.marking import Verdict
from bpkit.grading.marks import Mark
from bpkit.grading.submission import Graded

SUMS = ["points", "late penalty", "total", "of"]
EVIL = 'a "quoted", name;\nin two lines é ∂'


def graded(f, g, message="", note="", limit=""):
    """Return a submission with these points in the questions f and g."""
    return Graded(
        [
            Verdict("f", {"all": (f, 4.0)}, None, message, limit=limit),
            Verdict("g", {"all": (g, 6.0)}, None, ""),
        ],
        note,
    )


def mark(student, score, lms="", penalty=0.0, last="", first="", email="", manual=False):
    return Mark(student, first, last, email, lms, score, 10.0, penalty, manual)


CLASS = [
    ("ada", graded(4.0, 6.0)),
    ("ben", graded(1 / 3, 0.0, "f: δ^(l) < 1.\nSee \\eq.")),
    ("joe", graded(0.0, 0.0, note="No notebook was handed in.")),
    ("zoe", graded(0.0, 2.0, limit="time")),
]
MARKS = [
    mark("ada", 10.0, "1815", 1.0, "Lovelace", "Ada", "ada@example.org"),
    mark("ben", 1 / 3, "12ab"),
    mark("joe", 0.0, penalty=2.0),
    mark("xan", 7.5),
    mark("zoe", 3.0, manual=True),
]


def read(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, strict=True))


def test_json_is_read_back_as_it_was(tmp_path):
    write_json(tmp_path / "v.json", "ps04", iter([*CLASS, (EVIL, CLASS[0][1])]))

    written = json.loads((tmp_path / "v.json").read_text("utf-8"))
    assert list(written) == ["ada", "ben", "joe", "zoe", EVIL]
    assert written["ben"] == {"ps04": CLASS[1][1].by_function()}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_json_is_json_for_any_number_of_students(count, tmp_path):
    write_json(tmp_path / "v.json", "ps04", iter(CLASS[:count]))

    whole = {student: {"ps04": one.by_function()} for student, one in CLASS[:count]}
    text = (tmp_path / "v.json").read_text("utf-8")
    assert json.loads(text) == whole
    assert not count or text == json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def test_table_has_a_row_a_student_and_a_column_a_question(tmp_path):
    write_csv(tmp_path / "t.csv", ["f", "g"], iter(CLASS), iter(MARKS))

    assert read(tmp_path / "t.csv", "utf-8-sig") == [
        ["student", "last name", "first name", "email", "f", "g", *SUMS, "note"],
        ["ada", "Lovelace", "Ada", "ada@example.org", "4", "6", "10", "1", "9", "10", ""],
        ["ben", "", "", "", "0.3333", "0", "0.3333", "0", "0.3333", "10", ""],
        ["joe", "", "", "", "0", "0", "0", "2", "0", "10", "No notebook was handed in."],
        ["xan", "", "", "", "", "", "7.5", "0", "7.5", "10", ""],
        [
            "zoe",
            "",
            "",
            "",
            "0",
            "2",
            "3",
            "0",
            "3",
            "10",
            "f ran out of time; a person has to look at its points",
        ],
    ]


def test_table_is_one_that_spreadsheets_read(tmp_path):
    write_csv(tmp_path / "t.csv", ["f"], iter(CLASS), iter([mark("é", 1.0, last=EVIL)]))
    data = (tmp_path / "t.csv").read_bytes()

    assert data.startswith(b"\xef\xbb\xbfstudent,")
    assert data.count(b"\r\n") == 2
    assert read(tmp_path / "t.csv", "utf-8-sig")[1][:2] == ["é", EVIL]


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1"]
)
def test_table_holds_no_formula(evil, tmp_path):
    verdict = Verdict(evil, {"all": (1.0, 1.0)}, None, "")
    marks = [mark(evil, 1.0, last=evil, first=evil, email=evil)]
    write_csv(tmp_path / "t.csv", [evil], [(evil, Graded([verdict], evil))], marks)

    rows = read(tmp_path / "t.csv", "utf-8-sig")
    cells = [cell for row in rows for cell in row if evil in cell]
    assert len(cells) == 6
    assert {cell[0] for cell in cells} == {"'"}


def test_text_that_is_no_formula_is_left_as_it_is():
    assert [harmless(text) for text in ("ada", "a=b", "", "O'Hara")] == ["ada", "a=b", "", "O'Hara"]


def test_canvas_gets_the_columns_of_its_gradebook(tmp_path):
    write_canvas(tmp_path / "c.csv", "ps04", iter(MARKS))

    assert read(tmp_path / "c.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps04"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Lovelace, Ada", "1815", "1815", "ada", "", "9"],
        ["ben", "", "12ab", "ben", "", "0.3333"],
        ["joe", "", "", "joe", "", "0"],
        ["xan", "", "", "xan", "", "7.5"],
        ["zoe", "", "", "zoe", "", "3"],
    ]
    assert (tmp_path / "c.csv").read_bytes().startswith(b"Student,ID,")


def test_moodle_gets_who_the_grade_and_the_feedback(tmp_path):
    write_moodle(tmp_path / "m.csv", "ps04", iter(CLASS), iter(MARKS))

    head, ada, ben, *_, xan, zoe = read(tmp_path / "m.csv")
    assert head == ["Username", "ID number", "Email address", "ps04", "Feedback: ps04"]
    assert ada == ["ada", "1815", "ada@example.org", "9", "f: 4 of 4 points.<br>g: 6 of 6 points."]
    assert ben[:4] == ["ben", "12ab", "", "0.3333"]
    assert "f: 0.333333 of 4 points. δ<sup>(l)</sup> &lt; 1.<br>See &#92;eq.<br>" in ben[4]
    assert (xan[3:], zoe[3]) == (["7.5", ""], "3")
    assert not (tmp_path / "m.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_feedback_for_moodle_has_nothing_that_its_reader_trips_over(tmp_path):
    one = graded(0.0, 0.0, 'f: "a\\" <script> \\\n\\')
    write_moodle(tmp_path / "m.csv", "ps04", [("ada", one)], [mark("ada", 0.0)])

    lines = (tmp_path / "m.csv").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert not set('"\\<') & set(lines[1].replace("<br>", ""))


def test_rows_are_written_while_they_are_read(tmp_path):
    read_ahead = []
    marks = (read_ahead.append(k) or mark(f"student{k:05}", 1.0) for k in range(50_000))

    def some():
        for one in marks:
            if len(read_ahead) == 30_000:
                assert (tmp_path / "c.csv.part").stat().st_size > 500_000
            yield one

    write_canvas(tmp_path / "c.csv", "ps04", some())
    assert len(read_ahead) == 50_000


@pytest.mark.parametrize(
    ("value", "says"), [(20.0, "20"), (0.0, "0"), (-0.0, "0"), (1e-9, "0"), (1e5, "100000"), (-1.5, "-1.5")]
)
def test_numbers_have_no_exponent(value, says):
    assert number(value) == says


def test_a_pipe_is_written_into(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(tmp_path / "pipe") as file:
        file.write("new")

    assert os.read(reader, 99) == b"new"
    os.close(reader)
    assert [(path.name, path.is_fifo()) for path in tmp_path.iterdir()] == [("pipe", True)]


@pytest.mark.parametrize("earlier", ["old", None])
def test_a_link_stays_and_what_it_leads_to_is_written(earlier, tmp_path):
    target, link = tmp_path / "there" / "v.json", tmp_path / "v.json"
    target.parent.mkdir()
    if earlier:
        target.write_text(earlier)
    link.symlink_to("there/v.json")
    with whole_file(link) as file:
        file.write("new")

    assert link.is_symlink() and target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["v.json"]


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="There is no /proc.")
def test_what_is_printed_and_written_to_the_output_stand_in_their_order(tmp_path):
    code = (
        "from pathlib import Path; from bpkit.grading.exports import whole_file; print('one')\n"
        "with whole_file(Path('stdout')) as file: file.write('two\\n')\n"
        "print('three')"
    )
    (tmp_path / "stdout").symlink_to("/proc/self/fd/1")  # as /dev/stdout, which a test should not risk
    with (tmp_path / "out").open("w") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, cwd=tmp_path, check=True)

    assert (tmp_path / "stdout").is_symlink()
    assert (tmp_path / "out").read_text() == "one\ntwo\nthree\n"


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    (tmp_path / "v.json").write_text("old")

    with pytest.raises(OSError):
        with whole_file(tmp_path / "v.json") as file:
            file.write("new")
            raise OSError("No space left on device")

    assert [path.name for path in tmp_path.iterdir()] == ["v.json"]
    assert (tmp_path / "v.json").read_text() == "old"
