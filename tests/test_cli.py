"""The command line: what each verb prints, its exit code, and one sentence for each error."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grading.notebooks import BACKPROP, BY_HAND, ROOT, handed_in

import bpkit
from bpkit.cli import Unfit, is_sentence, main, sentence

VERBS = ("course", "book", "release", "check", "grade", "report", "doctor", "serve")
WRONG = "def deltas_221(W, z, a, y):\n    return {1: (W[2].T @ (a[2] - y)) * a[1] * (1 - a[1]), 2: a[2] - y}"


@pytest.fixture(autouse=True)
def in_the_course(monkeypatch):
    """Run every command from a folder of the course."""
    monkeypatch.chdir(ROOT / "bpkit")


def write(folder, name, data):
    (folder / name).write_bytes(data)
    return str(folder / name)


def one_sentence(capsys):
    """Return the one line on stderr, which is a sentence and no traceback."""
    said = capsys.readouterr().err
    assert said.startswith("bpkit: ") and said.count("\n") == 1, said
    return said.strip()


def test_help_lists_the_verbs_and_the_exit_codes(capsys):
    with pytest.raises(SystemExit, match="^0$"):
        main(["--help"])

    said = capsys.readouterr().out
    assert [verb for verb in VERBS if f"\n    {verb} " not in said] == []
    assert [code for code in ("0", "1", "2", "130") if f"\n  {code} " not in said] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit, match="^0$"):
        main([verb, "--help"])

    assert f"usage: bpkit {verb}" in capsys.readouterr().out


def test_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "bpkit", "--version"], capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"bpkit {bpkit.__version__}\n", "")


def test_module_returns_the_exit_code():
    command = [sys.executable, "-m", "bpkit", "check", "nowhere.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "bpkit: There is no notebook nowhere.ipynb.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nosuchverb"],
        ["grade"],
        ["grade", BY_HAND, "--workers", "0"],
        ["grade", BY_HAND, "--workers", "two"],
        ["grade", BY_HAND, "--workers", "-1"],
        ["grade", BY_HAND, "--sandbox", "none"],
        ["grade", BY_HAND, "--scheduler", "10.0.0.1"],
        ["grade", "--scheduler", BY_HAND],
        ["grade", BY_HAND, "--csv"],
        ["serve", "--port", "80.5"],
    ],
)
def test_wrong_arguments_show_the_usage(arguments, capsys):
    with pytest.raises(SystemExit, match="^2$"):
        main(arguments)

    assert "usage: bpkit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "nosuch.ipynb"], "There is no notebook nosuch.ipynb."),
        (["check", "."], "There is no notebook ."),
        (["grade", "ps05-backprop"], "named 'ps05-backprop'. Did you mean 'ps05_backprop'?"),
        (["report", "nosuch"], "There is no problem set named 'nosuch'. There are: ps01_derivatives, "),
        (["grade", "../ps04_by_hand"], "There is no problem set named '../ps04_by_hand'."),
        (["grade", BY_HAND, "--csv", "."], ". is a folder, and --csv needs the name of a file."),
        (["report", BY_HAND, "--moodle", "."], ". is a folder, and --moodle needs the name of a file."),
        (["release", "nosuch"], "There is no problem set 'nosuch'. The sets are: ps01_derivatives"),
        (["grade", BY_HAND, "--submitted", "nosuch"], "There are no submissions of ps04_by_hand in nosuch."),
    ],
)
def test_errors_are_one_sentence_and_exit_code_two(arguments, says, capsys):
    assert main(arguments) == 2
    assert says in one_sentence(capsys)


@pytest.mark.parametrize("verb", ["grade", "report"])
@pytest.mark.parametrize("place", ["file/x.csv", "file/new/x.csv", "/proc/new/x.csv"])
def test_files_that_cannot_be_written_are_told_before_the_work(verb, place, tmp_path, capsys):
    (tmp_path / "file").touch()
    into = ["--into", str(tmp_path)]

    assert main([verb, BY_HAND, *into, "--csv", str(tmp_path / place)]) == 2
    assert "x.csv cannot be written: " in one_sentence(capsys)


@pytest.mark.parametrize("place", ["/dev/null", "new/folder/x.csv"])
def test_files_that_can_be_written_are_not_refused(place, tmp_path, capsys):
    assert main(["report", BY_HAND, "--into", str(tmp_path), "--csv", str(tmp_path / place)]) == 2
    assert f"Nothing of {BY_HAND} is graded in" in one_sentence(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [["grade", BY_HAND], ["report", BY_HAND], ["release"], ["book"], ["course"]])
def test_commands_outside_a_course_say_where_to_go(verb, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert main(verb) == 2
    assert "is not in a course. Go to its folder" in one_sentence(capsys)


def test_sets_that_are_not_released_are_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "submitted" / "ada" / BY_HAND).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    assert main(["grade", BY_HAND]) == 2
    assert f"{BY_HAND} is not released: there is no" in one_sentence(capsys)


def test_a_gradebook_that_is_none_is_told_and_kept(tmp_path, capsys):
    broken = write(tmp_path, "gradebook.db", b"no database" * 99)
    (tmp_path / "submitted" / "ada" / BY_HAND).mkdir(parents=True)

    assert main(["grade", BY_HAND, "--into", str(tmp_path)]) == 2
    assert f"{broken} cannot be used as nbgrader's gradebook" in one_sentence(capsys)


def test_reports_of_nothing_are_refused(tmp_path, capsys):
    assert main(["report", BY_HAND, "--into", str(tmp_path)]) == 2
    assert f"Nothing of {BY_HAND} is graded in" in one_sentence(capsys)


def test_check_of_a_right_notebook_says_so(tmp_path, capsys):
    assert main(["check", write(tmp_path, f"{BY_HAND}.ipynb", handed_in(BY_HAND))]) == 0

    said = capsys.readouterr()
    assert "numbers: 6 of 6 points\n  ✓ z1" in said.out
    assert said.out.endswith("20 of 20 points on the public inputs.\n")
    assert said.err == ""


def test_check_of_a_wrong_notebook_names_the_mistake(tmp_path, capsys):
    path = write(tmp_path, "mine.ipynb", handed_in(BY_HAND, deltas_221=WRONG))

    assert main(["check", path, "--set", BY_HAND]) == 1
    assert "the factor f′(z^(2)) is missing" in capsys.readouterr().out


def test_check_of_a_notebook_under_another_name_asks_for_the_set(tmp_path, capsys):
    assert main(["check", write(tmp_path, "ps05_backprop_final.ipynb", b"{}")]) == 2
    assert f"Did you mean '{BACKPROP}'?" in one_sentence(capsys)


@pytest.mark.parametrize("data", [b"", b"no notebook", b"{}"])
def test_check_of_something_else_says_what_is_wrong(data, tmp_path, capsys):
    assert main(["check", write(tmp_path, f"{BY_HAND}.ipynb", data)]) == 1
    assert "0 of 20 points" in capsys.readouterr().out


def test_release_says_what_it_did(tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "solutions" / BY_HAND, tmp_path / "solutions" / BY_HAND)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    monkeypatch.chdir(tmp_path)

    assert main(["release", BY_HAND]) == 0
    assert f"released to {Path('exercises', BY_HAND, BY_HAND)}.ipynb" in capsys.readouterr().out


def test_interrupts_are_told_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr("bpkit.doctor.findings", interrupt)

    assert main(["doctor"]) == 130
    assert "run the same command to go on." in one_sentence(capsys)


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("error", [Unfit(), FileNotFoundError(), PermissionError(), ModuleNotFoundError()])
def test_errors_for_the_reader_are_sentences(error):
    assert is_sentence(error)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (FileExistsError(17, "File exists", "x"), "x: File exists."),
        (OSError(5, "Input/output error", b"x"), "x: Input/output error."),
        (OSError(9, "Bad file descriptor"), "Bad file descriptor."),
        (OSError("It broke."), "It broke."),
    ],
)
def test_errors_of_the_disk_are_told_without_their_numbers(error, says):
    assert sentence(error) == says


@pytest.mark.parametrize("error", [ValueError(), KeyError(), AssertionError(), TypeError()])
def test_errors_of_the_program_are_not_hidden(error, monkeypatch):
    def fail():
        raise error

    monkeypatch.setattr("bpkit.doctor.findings", fail)

    with pytest.raises(type(error)):
        main(["doctor"])


@pytest.mark.parametrize("verb", ["book", "course"])
def test_a_book_that_does_not_build_ends_the_command(verb, tmp_path, monkeypatch, capsys):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    monkeypatch.chdir(tmp_path)

    assert main([verb]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("bpkit: The book was not built.")
    assert "book.log" in shown.err
    assert "The course is ready." not in shown.out
