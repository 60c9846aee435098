"""`bpkit grade` and `bpkit report`: what they write, what they print, and the form of the verdicts."""

import json

import pytest
from grading.notebooks import BY_HAND, ROOT, handed_in, new_gradebook
from grading.pages import Page

from bpkit.cli import main
from bpkit.grading.questions import questions_of

WRONG = "def deltas_221(W, z, a, y):\n    return {1: (W[2].T @ (a[2] - y)) * a[1] * (1 - a[1]), 2: a[2] - y}"


@pytest.fixture(autouse=True)
def in_the_course(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of two, graded by the command; its folder, and the exit code."""
    home = tmp_path_factory.mktemp("class")
    for student, answers in {"ada": {}, "ben": {"deltas_221": WRONG}}.items():
        place = home / "submitted" / student / BY_HAND
        place.mkdir(parents=True)
        (place / f"{BY_HAND}.ipynb").write_bytes(handed_in(BY_HAND, **answers))
    (home / "gradebook.db").write_bytes(new_gradebook())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        code = main(["grade", BY_HAND, "--into", str(home), "--workers", "1", *json_into(home)])
    return home, code


def json_into(home):
    return ["--json", str(home / "made" / "verdicts.json")]


def verdicts(home):
    return json.loads((home / "made" / "verdicts.json").read_text("utf-8"))


def test_grade_writes_everything(graded):
    home, code = graded

    assert code == 0
    assert {path.name for path in home.iterdir()} == {
        *("submitted", "autograded", "feedback", "report", "made", "gradebook.db", "gradebook.seed")
    }
    assert Page((home / "report" / f"{BY_HAND}.html").read_text("utf-8")).wrong == []
    assert Page((home / "feedback" / "ben" / BY_HAND / f"{BY_HAND}.html").read_text("utf-8")).wrong == []


def test_links_of_the_report_lead_to_the_feedback(graded):
    report = graded[0] / "report" / f"{BY_HAND}.html"
    links = Page(report.read_text("utf-8")).addresses()[1:]

    assert len(links) == 2
    assert all((report.parent / link).is_file() for link in links)


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


def test_grade_a_second_time_says_what_it_skipped(graded, capsys):
    home, _ = graded
    before = verdicts(home)

    assert main(["grade", BY_HAND, "--into", str(home), *json_into(home)]) == 0
    assert "2 of 2 skipped: nothing changed since they were graded." in capsys.readouterr().out
    assert verdicts(home) == before


def test_grade_says_how_far_it_is(graded, capsys):
    home, _ = graded
    (home / "autograded" / "ada" / BY_HAND / "verdict.json").unlink()
    main(["grade", BY_HAND, "--into", str(home), "--workers", "1"])

    said = capsys.readouterr()
    assert "ps04_by_hand: 2 submissions, sandbox level process" in said.out
    assert "[1/1] ada              20 of 20  (" in said.out
    assert said.err == ""


def test_report_is_written_again(graded, capsys):
    path = graded[0] / "report" / f"{BY_HAND}.html"
    before = path.read_bytes()
    path.unlink()

    assert main(["report", BY_HAND, "--into", str(graded[0])]) == 0
    assert path.read_bytes() == before
    assert str(path) in capsys.readouterr().out
