"""The doctor: what is there, what is missing, and what to do about it."""

import shutil
from types import SimpleNamespace

import pytest

from bpkit import doctor
from bpkit.cli import main
from bpkit.grading.sandbox import levels


def test_findings_are_sentences_about_what_the_course_uses():
    rows = doctor.findings()

    others = ["alembic", "sandbox", "full", "kernel", "process"]
    kernel = ["bubblewrap", "namespaces", "Landlock", "cgroup", "disk", "Chromium"]
    names = [name.strip() for _, name, _ in rows]
    assert names == ["Python", *doctor.PACKAGES, *doctor.EXTRAS, *others, *kernel]
    assert all(good in (True, False, None) and says for good, _, says in rows)


def test_packages_that_are_there_have_their_version():
    assert doctor.package("numpy") == (
        True,
        "numpy",
        f"{__import__('numpy').__version__}, for the mathematics",
    )


def test_packages_that_are_missing_say_what_to_do(monkeypatch):
    monkeypatch.setitem(doctor.PACKAGES, "no-such-package", "nothing")

    assert doctor.package("no-such-package") == (
        False,
        "no-such-package",
        "missing; it is for nothing. Run: make course",
    )


@pytest.mark.parametrize(("free", "good"), [(5, True), (1.5, False)])
def test_room_on_the_disk_is_wanted(free, good, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free * 2**30))

    assert doctor.disk()[0] is good
    assert ("make room" in doctor.disk()[2]) is not good


def test_alembic_is_looked_for_beside_python_and_on_the_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor.sys, "executable", str(tmp_path / "python"))
    assert doctor.programs()[0] is False

    (tmp_path / "alembic").touch(mode=0o755)
    assert doctor.programs() == (True, "alembic", "nbgrader finds it")


def test_what_only_some_need_is_no_fault(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(doctor.EXTRAS, "no-such-package", "nothing")

    rows = [doctor.browser(), doctor.bubblewrap(), doctor.extra("no-such-package")]
    assert [good for good, _, _ in rows] == [None] * 3
    assert "are skipped" in rows[0][2]
    assert "sudo apt install bubblewrap" in rows[1][2]
    assert "pip install 'bpkit[cluster]'" in rows[2][2]


@pytest.mark.parametrize("best", levels.LEVELS)
def test_levels_are_told_with_the_reason(best, monkeypatch):
    offered = levels.LEVELS[levels.LEVELS.index(best) :]
    monkeypatch.setattr(levels, "best", lambda: best)
    monkeypatch.setattr(
        levels, "refusal", lambda level: None if level in offered else f"No {level}. Do this."
    )

    rows = {name.strip(): (good, says) for good, name, says in doctor.sandbox()}
    assert rows["sandbox"][0] is (best != "process")
    assert f"level {best}." in rows["sandbox"][1]
    assert ("--sandbox=process" in rows["sandbox"][1]) is (best == "process")
    for level in levels.LEVELS:
        good, says = rows[level]
        assert good is (None if level not in offered or level == "process" else True)
        assert says.startswith("yes: " if level in offered else f"no. No {level}. Do this.")


@pytest.mark.parametrize(("name", "shut", "remedy"), [(n, *row) for n, row in doctor.NAMESPACES.items()])
def test_namespaces_that_are_shut_off_say_what_to_do(name, shut, remedy, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "SETTINGS", tmp_path)
    assert doctor.namespaces()[::2] == (None, "unknown: this is not Linux")

    for other, (off, _) in doctor.NAMESPACES.items():
        (tmp_path / other).parent.mkdir(exist_ok=True)
        (tmp_path / other).write_text("0\n" if off == "1" else "1\n")
    assert doctor.namespaces()[::2] == (True, "allowed")

    (tmp_path / name).write_text(f"{shut}\n")
    good, _, says = doctor.namespaces()
    assert good is None and says.endswith(remedy)


def test_the_doctor_fits_on_one_screen(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    main(["doctor"])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("good", "code", "sign"), [(True, 0, "✓"), (False, 1, "✗"), (None, 0, "·")])
def test_doctor_shows_each_finding_and_exits_accordingly(good, code, sign, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "findings", lambda: [(True, "Python", "3"), (good, "disk", "room")])

    assert main(["doctor"]) == code
    assert capsys.readouterr().out == f"  ✓ Python               3\n  {sign} disk                 room\n"
