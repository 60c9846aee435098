"""The doctor: what is there, what is missing, and what to do about it."""

import shutil
from types import SimpleNamespace

import pytest

from bpkit import doctor
from bpkit.cli import main


def test_findings_are_sentences_about_what_the_course_uses():
    rows = doctor.findings()

    others = ["alembic", "sandbox", "disk", "Chromium"]
    assert [name for _, name, _ in rows] == ["Python", *doctor.PACKAGES, *others]
    assert all(type(good) is bool and says for good, _, says in rows)


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


def test_a_missing_browser_is_no_fault(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)

    good, _, says = doctor.browser()
    assert good
    assert "are skipped" in says


@pytest.mark.parametrize(("good", "code", "sign"), [(True, 0, "✓"), (False, 1, "✗")])
def test_doctor_shows_each_finding_and_exits_accordingly(good, code, sign, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "findings", lambda: [(True, "Python", "3"), (good, "disk", "room")])

    assert main(["doctor"]) == code
    assert capsys.readouterr().out == f"  ✓ Python       3\n  {sign} disk         room\n"
