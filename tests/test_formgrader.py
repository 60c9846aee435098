"""nbgrader's formgrader in a real JupyterLab and a real browser: a set from its release to its feedback."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request

import nbformat
import pytest
from grading.assert_set import with_answer
from nbgrader_course import add_written_answer, autograded, gradebook, hand_in, new_course, read
from playwright.sync_api import TimeoutError as Missing

from bpkit.grading.course import Course
from bpkit.grading.generate import notebook_path
from bpkit.grading.runner import find_submissions, grade_class

SET, OTHER = "ps05_backprop", "ps04_by_hand"
WORDS = "The error goes back the way that the values came."
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
ELSEWHERE = "<img src='http://127.0.0.2:8999/x.png'>"
LONG = 120_000  # milliseconds that grading by the button may take

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with two sets handed in: one that `bpkit grade` has graded, and one not yet released."""
    root = new_course(tmp_path_factory.mktemp("course"))
    for folder in ("solutions", "exercises"):
        hand_in(root, OTHER, folder, read(root, folder, OTHER))
    place = Course(root, root)
    grade_class(place, OTHER, find_submissions(root / "submitted", OTHER), workers=1)
    add_written_answer(root, SET)
    shutil.rmtree(root / "exercises" / SET)
    hand_in(root, SET, "ada", with_answer(read(root, "solutions", SET), "", reflection=WORDS))
    return root


@pytest.fixture(scope="module")
def lab(course):
    """JupyterLab's address, started in the course's folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--IdentityProvider.token="]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", *options, f"--port={port}"],
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
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("No Chromium on the PATH: the formgrader cannot be looked at.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
            yield browser


@pytest.fixture(scope="module")
def seen(browser):
    """A page, and what it complained of and asked of other machines."""
    page, complaints = browser.new_page(), []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if is_here(asked.url) else complaints.append(asked.url))
    return page, complaints


@pytest.fixture(scope="module")
def page(seen):
    return seen[0]


def is_here(address):
    return address.startswith(("http://127.0.0.1:", "data:", "blob:", "file:"))


@pytest.fixture(scope="module")
def formgrader(lab, page):
    """The formgrader, opened from JupyterLab's menu."""
    page.goto(f"{lab}/lab")
    page.get_by_role("button", name="No", exact=True).click(timeout=LONG)  # thank you, no news
    page.get_by_role("menuitem", name="Nbgrader").click(timeout=LONG)
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name=SET, exact=True).wait_for()
    return frame


def row(formgrader, text):
    return formgrader.locator("tr", has_text=text)


def click(formgrader, text, kind, says):
    """Click on a sign in a row, wait for what the formgrader says, and put that away."""
    row(formgrader, text).locator(f"td.{kind} a").click()
    formgrader.get_by_text(says).wait_for(timeout=LONG)
    formgrader.get_by_role("button", name="OK").click()
    formgrader.locator(".modal").wait_for(state="detached")


def go(formgrader, *links):
    """Follow links, each on the page that the one before led to: some pages have a link of the same name."""
    frame = formgrader.owner.element_handle().content_frame()
    for name in links:
        with frame.expect_navigation():
            formgrader.get_by_role("link", name=name, exact=True).first.click()


def submissions(formgrader, set_name):
    """Go to the list of a set's submissions, by the number of them."""
    go(formgrader, "Manage Assignments")
    row(formgrader, set_name).locator("td.num-submissions a").click()


def open_submission(formgrader):
    """Go to the submission that waits for points; a page that does not come is asked for once more."""
    for patience in (15_000, LONG):
        go(formgrader, "Manual Grading", SET, SET, "Submission #1")
        try:
            return formgrader.locator("#reflection").wait_for(timeout=patience)
        except Missing:
            if patience == LONG:
                raise


def grade_of(course, cell):
    with gradebook(course) as gb:
        grade = gb.find_grade(cell, SET, SET, "ada")
        return grade.auto_score, grade.manual_score, grade.needs_manual_grade


@pytest.fixture(scope="module")
def generated(course, formgrader):
    go(formgrader, "Manage Assignments")
    click(formgrader, SET, "assign", f"Successfully created the student version of '{SET}'")
    return formgrader


@pytest.fixture(scope="module")
def judged(generated):
    submissions(generated, SET)
    click(generated, "ada", "autograde", f"Successfully autograded '{SET}' for student 'ada'.")
    return generated


@pytest.fixture(scope="module")
def opened(judged):
    open_submission(judged)
    judged.get_by_text("Submission 1 / 1").wait_for()
    return judged


@pytest.fixture(scope="module")
def given(opened, page):
    """The submission, with points and a comment given by hand."""
    if not opened.locator("#reflection").count():
        open_submission(opened)
    for place, value in (("#reflection", "3.5"), ("#reflection-comment", "Well said.")):
        if opened.locator(place).input_value() == value:
            continue
        opened.locator(place).fill(value)
        with page.expect_response(lambda response: response.request.method == "PUT"):
            opened.locator(place).blur()
    return opened


@pytest.fixture(scope="module")
def released(given):
    go(given, "Manual Grading")
    submissions(given, SET)
    for kind, done in (
        ("generate-feedback", "generated feedback"),
        ("release-feedback", "released feedback"),
    ):
        click(given, "ada", kind, f"Successfully {done} for '{SET}' for student 'ada'.")
    return given


def test_formgrader_lists_the_assignments(formgrader):
    assert row(formgrader, OTHER).locator("td.num-submissions a").inner_text() == "2"
    assert row(formgrader, SET).locator("td.num-submissions a").inner_text() == "1"


def test_formgrader_generates_by_its_button(generated, course):
    released = nbformat.read(notebook_path(course, "exercises", SET), as_version=4)

    assert [cell.id for cell in released.cells][-1] == "reflection"
    assert "BEGIN SOLUTION" not in str(released)
    with gradebook(course) as gb:
        assert gb.find_notebook(SET, SET).max_score == 24


def test_formgrader_autogrades_by_its_button(judged, course):
    notebook = autograded(course, SET, "ada")

    assert notebook.metadata.bpkit.verdict == "outside"
    assert notebook.metadata.bpkit.level in ("full", "kernel")
    assert "hidden_delta: 4 of 4 points" in str(notebook)
    with gradebook(course) as gb:
        assert gb.find_submission(SET, "ada").score == 20
    assert grade_of(course, "reflection") == (None, None, True)


def test_formgrader_opens_a_submission_with_its_messages(opened):
    assert opened.get_by_text("hidden_delta: 4 of 4 points").count() == 1
    assert opened.get_by_text(WORDS).count() == 1
    assert "needs_manual_grade" in opened.locator("#reflection").get_attribute("class")


def test_formgrader_takes_keys_without_mathjax(opened):
    """The formgrader chooses its first field when MathJax says that it is done."""
    opened.locator(".tabbable:focus").wait_for()

    assert opened.locator(".tabbable:focus").count() == 1


def test_formgrader_keeps_points_given_by_hand(given, course):
    assert grade_of(course, "reflection") == (None, 3.5, False)
    with gradebook(course) as gb:
        assert gb.find_submission(SET, "ada").score == 23.5
        assert gb.find_comment("reflection", SET, SET, "ada").comment == "Well said."


def test_formgrader_releases_feedback_by_its_buttons(released, course):
    page = (course / "feedback" / "ada" / SET / f"{SET}.html").read_text(encoding="utf-8")
    (copy,) = (course / "exchange" / "backpropagation" / "feedback").glob("*.html")

    assert copy.read_text(encoding="utf-8") == page
    assert "(Score: 23.5 / 24.0)" in page
    assert "Well said." in page
    assert WORDS in page


def test_formgrader_shows_what_bpkit_graded(formgrader):
    go(formgrader, "Manual Grading", OTHER, OTHER)
    formgrader.get_by_text("Submission #2").first.wait_for()

    rows = formgrader.get_by_role("row").all_inner_texts()
    assert sum("20 / 20" in text for text in rows) == 1
    assert sum("0 / 20" in text and "20 / 20" not in text for text in rows) == 1


def feedback_page(course):
    return course / "feedback" / "ada" / SET / f"{SET}.html"


def test_feedback_is_read_without_a_network(released, course, page):
    page.goto(feedback_page(course).as_uri())

    assert page.get_by_text("hidden_delta: 4 of 4 points").count() == 1


def test_feedback_fetches_nothing_that_a_student_put_into_it(released, course, browser, tmp_path):
    text = feedback_page(course).read_text(encoding="utf-8").replace("</body>", f"{ELSEWHERE}</body>", 1)
    (tmp_path / "ours.html").write_text(text, encoding="utf-8")
    (tmp_path / "bare.html").write_text(text.replace("Content-Security-Policy", ""), encoding="utf-8")

    assert fates(browser, tmp_path / "ours.html") == ["csp"]
    assert fates(browser, tmp_path / "bare.html") == ["net::ERR_CONNECTION_REFUSED"]


def fates(browser, path):
    """List why a page's requests failed: "csp" where the page itself forbade them."""
    page, fates = browser.new_page(), []
    page.on("requestfailed", lambda request: fates.append(request.failure))
    page.goto(path.as_uri())
    page.close()
    return fates


def test_feedback_and_formgrader_complain_of_nothing_and_ask_no_other_machine(released, seen):
    assert seen[1] == []


def test_complaints_and_requests_elsewhere_are_seen(seen):
    page, complaints = seen
    before = list(complaints)
    page.goto("about:blank")
    page.set_content(f"{ELSEWHERE}<script>throw Error('mine')</script>")

    assert {"http://127.0.0.2:8999/x.png", "mine"} <= set(complaints) - set(before)
    complaints[:] = before
