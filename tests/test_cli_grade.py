"""`bpkit grade` and `bpkit report`: what they write, what they print, and what they refuse."""

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest
from grading.notebooks import BY_HAND, ROOT, handed_in, new_gradebook
from grading.pages import Page

from bpkit.cli import main
from bpkit.grading.questions import questions_of
from bpkit.grading.sandbox import levels

WRONG = "def deltas_221(W, z, a, y):\n    return {1: (W[2].T @ (a[2] - y)) * a[1] * (1 - a[1]), 2: a[2] - y}"
OUTPUTS = ("json", "csv", "canvas", "moodle")


@pytest.fixture(autouse=True)
def in_the_course(monkeypatch):
    monkeypatch.chdir(ROOT)


def hand_in(home, student, **answers):
    place = home / "submitted" / student / BY_HAND
    place.mkdir(parents=True)
    (place / f"{BY_HAND}.ipynb").write_bytes(handed_in(BY_HAND, **answers))


def outputs(home):
    """Return the options that write every output into a folder."""
    return [word for name in OUTPUTS for word in (f"--{name}", str(home / "made" / name))]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of two, graded by the command; its folder, and the exit code."""
    home = tmp_path_factory.mktemp("class")
    hand_in(home, "ada")
    hand_in(home, "ben", deltas_221=WRONG)
    (home / "gradebook.db").write_bytes(new_gradebook())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        code = main(["grade", BY_HAND, "--into", str(home), "--workers", "1", *outputs(home)])
    return home, code


def verdicts(home):
    return json.loads((home / "made" / "json").read_text("utf-8"))


def one_sentence(capsys):
    said = capsys.readouterr().err
    assert said.startswith("bpkit: ") and said.count("\n") == 1, said
    return said.strip()


def test_grade_writes_everything(graded):
    home, code = graded

    assert code == 0
    assert {path.name for path in home.iterdir()} == {
        *("submitted", "autograded", "feedback", "report", "made", "gradebook.db", "gradebook.seed")
    }
    assert {path.name for path in (home / "made").iterdir()} == set(OUTPUTS)
    assert Page((home / "report" / f"{BY_HAND}.html").read_text("utf-8")).wrong == []
    assert Page((home / "feedback" / "ben" / BY_HAND / f"{BY_HAND}.html").read_text("utf-8")).wrong == []


def test_links_of_the_report_lead_to_the_feedback(graded):
    report = graded[0] / "report" / f"{BY_HAND}.html"
    links = [link for link in Page(report.read_text("utf-8")).addresses() if link.startswith("../")]

    assert len(links) == 2
    assert all((report.parent / link).is_file() for link in links)


def test_level_stands_in_the_report_and_in_the_feedback(graded):
    home, says = graded[0], f"Judged outside the sandbox, level {levels.best()}."

    assert says in Page((home / "report" / f"{BY_HAND}.html").read_text("utf-8")).text
    assert says in Page((home / "feedback" / "ada" / BY_HAND / f"{BY_HAND}.html").read_text("utf-8")).text


def test_json_has_the_promised_form(graded):
    written, questions = verdicts(graded[0]), questions_of(BY_HAND)

    assert list(written) == ["ada", "ben"]
    for sets in written.values():
        assert list(sets) == [BY_HAND]
        assert list(sets[BY_HAND]) == list(questions)
        for name, verdict in sets[BY_HAND].items():
            assert list(verdict) == ["score", "max", "parts", "mistake", "message"]
            assert {part: points for part, (_, points) in verdict["parts"].items()} == {
                part: p.points for part, p in questions[name].parts.items()
            }


def test_json_holds_the_verdicts(graded):
    right, wrong = (verdicts(graded[0])[student][BY_HAND]["deltas_221"] for student in ("ada", "ben"))

    assert right == right | {"score": 4, "max": 4, "mistake": None, "message": ""}
    assert (wrong["score"], wrong["max"], wrong["mistake"]) == (0, 4, "M1")
    assert wrong["message"].endswith("[M1]")
    assert wrong["parts"]["δ of the hidden layer"] == [0, 1.75]


def table(home, name, encoding="utf-8"):
    with (home / "made" / name).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_exports_hold_the_marks_of_the_gradebook(graded):
    home, _ = graded

    assert [row["total"] for row in table(home, "csv", "utf-8-sig")] == ["20", "16"]
    assert [row[BY_HAND] for row in table(home, "canvas")] == ["20", "20", "16"]
    assert [row[BY_HAND] for row in table(home, "moodle")] == ["20", "16"]


def test_exports_count_points_given_by_hand_and_penalties(graded, tmp_path, capsys):
    home = tmp_path / "class"
    shutil.copytree(graded[0], home)
    with sqlite3.connect(home / "gradebook.db") as gradebook:
        gradebook.execute("UPDATE submitted_notebook SET late_submission_penalty = 1.5")
        gradebook.execute("UPDATE grade SET manual_score = 3 WHERE auto_score = 0")

    assert main(["report", BY_HAND, "--into", str(home), *outputs(home)]) == 0

    rows = table(home, "csv", "utf-8-sig")
    assert [(row["late penalty"], row["total"]) for row in rows] == [("1.5", "18.5"), ("1.5", "17.5")]
    assert [row[BY_HAND] for row in table(home, "canvas")] == ["20", "18.5", "17.5"]
    assert rows[1]["deltas_221"] == "0"


def test_marks_that_wait_for_a_person_are_told(graded, tmp_path, capsys):
    home = tmp_path / "class"
    shutil.copytree(graded[0], home)
    main(["report", BY_HAND, "--into", str(home)])
    assert "for a person" not in capsys.readouterr().out

    with sqlite3.connect(home / "gradebook.db") as gradebook:
        gradebook.execute("UPDATE grade SET needs_manual_grade = 1 WHERE auto_score = 0")
    main(["report", BY_HAND, "--into", str(home), *outputs(home)])
    assert "  1 mark waits for a person, in the formgrader" in capsys.readouterr().out
    assert [row["note"] for row in table(home, "csv", "utf-8-sig")] == [
        "",
        "a person has to look at its points",
    ]


def test_grade_a_second_time_says_what_it_skipped(graded, capsys):
    home, _ = graded
    before = verdicts(home)

    assert main(["grade", BY_HAND, "--into", str(home), *outputs(home)]) == 0
    assert "skipped              2, nothing changed since they were graded" in capsys.readouterr().out
    assert verdicts(home) == before


def test_grade_says_how_far_it_is_and_ends_with_a_table(tmp_path, capsys):
    hand_in(tmp_path, "ada")
    (tmp_path / "gradebook.db").write_bytes(new_gradebook())
    main(["grade", BY_HAND, "--into", str(tmp_path), "--workers", "1"])

    said = capsys.readouterr()
    assert said.out.startswith(f"{BY_HAND}: 1 submission\n  1 of 1, 0 failed, ")
    assert f"    sandbox              level {levels.best()}\n" in said.out
    assert "    mean                 20.0 of 20\n" in said.out
    assert said.err == ""


def test_report_is_written_again(graded, capsys):
    path = graded[0] / "report" / f"{BY_HAND}.html"
    before = path.read_bytes()
    path.unlink()

    assert main(["report", BY_HAND, "--into", str(graded[0])]) == 0
    assert path.read_bytes() == before
    assert str(path) in capsys.readouterr().out


def test_machines_that_cannot_seclude_are_told_and_given_the_way_down(tmp_path, monkeypatch, capsys):
    hand_in(tmp_path, "ada")
    (tmp_path / "gradebook.db").write_bytes(new_gradebook())
    monkeypatch.setattr(levels, "best", lambda: "process")
    monkeypatch.setattr(levels, "refusal", lambda level: f"No {level} here. Install it.")

    assert main(["grade", BY_HAND, "--into", str(tmp_path)]) == 2
    said = one_sentence(capsys)
    assert "No full here. Install it." in said
    assert said.endswith("--sandbox=process")


def test_the_explicit_way_down_is_taken_and_told(tmp_path, capsys):
    hand_in(tmp_path, "ada")
    (tmp_path / "gradebook.db").write_bytes(new_gradebook())

    assert main(["grade", BY_HAND, "--into", str(tmp_path), "--sandbox=process", "--workers", "1"]) == 0
    assert "    sandbox              level process\n" in capsys.readouterr().out


def test_two_students_with_one_id_are_told(tmp_path, capsys):
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, "Ada")

    assert main(["grade", BY_HAND, "--into", str(tmp_path)]) == 2
    assert "Two students have one id" in one_sentence(capsys)


def test_gradebooks_of_another_version_are_told(tmp_path, capsys):
    hand_in(tmp_path, "ada")
    (tmp_path / "gradebook.db").write_bytes(new_gradebook())
    with sqlite3.connect(tmp_path / "gradebook.db") as gradebook:
        gradebook.execute("UPDATE alembic_version SET version_num = '50a4d84c131a'")

    assert main(["grade", BY_HAND, "--into", str(tmp_path)]) == 2
    assert "nbgrader db upgrade" in one_sentence(capsys)


def changed_course(tmp_path, change):
    """Return a copy of the course with one released notebook changed, and a class that was graded before."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder / BY_HAND, tmp_path / folder / BY_HAND)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    path = tmp_path / "exercises" / BY_HAND / f"{BY_HAND}.ipynb"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return tmp_path


def test_a_set_whose_notebook_has_changed_is_told(graded, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(changed_course(tmp_path, lambda text: text.replace('"points": 4', '"points": 5')))

    assert main(["grade", BY_HAND, "--into", str(graded[0])]) == 2
    one_sentence(capsys)


def test_a_set_whose_notebook_is_none_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(changed_course(tmp_path, lambda text: text[:100]))

    assert main(["grade", BY_HAND]) == 2
    assert "is not a notebook. Move it away, and run: bpkit release" in one_sentence(capsys)


def test_an_interrupt_says_what_is_kept(tmp_path):
    """Press Ctrl-C while one submission never ends, and another is done."""
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, "ben", deltas_221="while True: pass")
    (tmp_path / "gradebook.db").write_bytes(new_gradebook())
    command = [sys.executable, "-m", "bpkit", "grade", BY_HAND, "--into", str(tmp_path), "--workers", "2"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0, cwd=ROOT
    )
    for line in process.stdout:
        if "1 of 2" in line:
            break
    os.killpg(process.pid, signal.SIGINT)

    assert process.communicate()[1] == (
        "bpkit: Stopped. What this run graded (1 of 2) is kept; run the same command to go on.\n"
    )
    assert process.returncode == 130
