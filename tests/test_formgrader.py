"""nbgrader's formgrader in a real JupyterLab and a real browser, on a graded copy of the course."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import pytest

from bpkit.grading.course import Course
from bpkit.grading.runner import find_submissions, grade_class

ROOT = Path(__file__).parents[1]
SET = "ps04_by_hand"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("formgrader")]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, with the solution and an untouched notebook handed in and graded."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder, root / folder)
        shutil.copytree(ROOT / folder / SET, root / "submitted" / folder / SET)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    place = Course(root, root)
    grade_class(place, SET, find_submissions(root / "submitted", SET), workers=1)
    return root


@pytest.fixture(scope="module")
def lab(course):
    """JupyterLab's address, started in the course's folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--IdentityProvider.token=",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", *options],
        cwd=course,
        env=os.environ | {"PATH": path, "HOME": str(course)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield wait_for(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait()


def wait_for(address, process):
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=5):
                return address
        except OSError:
            assert process.poll() is None, "JupyterLab ended before it answered."
            time.sleep(0.25)  # a server that starts can only be asked again
    raise AssertionError("JupyterLab did not answer within a minute.")


@pytest.fixture(scope="module")
def page():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("No Chromium on the PATH: the formgrader cannot be looked at.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
            yield browser.new_page()


def test_formgrader_lists_the_assignments(lab, page):
    page.goto(f"{lab}/formgrader")

    page.get_by_role("link", name=SET, exact=True).first.wait_for()
    assert page.get_by_role("row").filter(has_text=SET).get_by_role("link", name="2", exact=True).count() == 1


def test_formgrader_shows_the_scores(lab, page):
    page.goto(f"{lab}/formgrader/gradebook/{SET}/{SET}")

    page.get_by_text("Submission #1").first.wait_for()
    rows = page.get_by_role("row").all_inner_texts()
    assert sum("20 / 20" in row for row in rows) == 1
    assert sum("0 / 20" in row and "20 / 20" not in row for row in rows) == 1


def test_formgrader_opens_a_submission_with_its_messages(lab, page):
    page.goto(f"{lab}/formgrader/gradebook/{SET}/{SET}")
    row = page.get_by_role("row").filter(has_text="Submission #").filter(has_not_text="20 / 20")
    address = row.get_by_role("link").first.get_attribute("href")
    page.goto(f"{lab}{address}")

    page.get_by_text("forward_221: it is not answered yet.").wait_for()
    assert page.get_by_text("forward_221: 0 of 3 points").count() == 1


def test_formgrader_autogrades_by_its_button(lab, page):
    page.goto(f"{lab}/formgrader/manage_submissions/{SET}")
    row = page.locator("tr", has_text="solutions")
    row.locator("td.autograde a").click()

    page.get_by_text(f"Successfully autograded '{SET}' for student 'solutions'.").wait_for(timeout=60_000)
    assert "20 / 20" in row.inner_text()
