"""How the pages look: contrast that can be read in light and dark, and in a browser no sideways scrolling."""

import re
import shutil
from importlib import resources

import pytest
from grading.test_feedback import ANSWER
from grading.test_report import CLASS, source_of

from bpkit.grading.feedback import feedback_page
from bpkit.grading.marking import Verdict
from bpkit.grading.submission import Graded

STYLE = resources.files("bpkit.grading").joinpath("pages", "style.css").read_text(encoding="utf-8")
TEXT = [("ink", "paper"), ("dim", "paper"), ("ink", "soft"), ("dim", "soft"), ("link", "paper")]
TEXT += [("right", "paper"), ("wrong", "paper")]
SHAPES = [("bar", "paper"), ("bar", "line"), ("wrong", "line"), ("ink", "line"), ("wrong", "soft")]


def palettes(style):
    """Return {scheme: {name: (red, green, blue)}} of a style sheet."""
    light, dark = re.findall(r":root \{([^}]*)\}", style)
    return {"light": colours(light), "dark": colours(light) | colours(dark)}


def colours(block):
    found = re.findall(r"--(\w+): #(..)(..)(..);", block)
    return {name: tuple(int(part, 16) / 255 for part in parts) for name, *parts in found}


def contrast(one, other):
    """Return the contrast ratio of two colours as WCAG 2 defines it."""
    bright, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_has_contrast(scheme, front, back):
    palette = palettes(STYLE)[scheme]

    assert contrast(palette[front], palette[back]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_shapes_have_contrast(scheme, front, back):
    palette = palettes(STYLE)[scheme]

    assert contrast(palette[front], palette[back]) >= 3


def test_contrast_is_that_of_the_formula():
    black, white, grey = (0.0,) * 3, (1.0,) * 3, (0x77 / 255,) * 3

    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.48, abs=0.01)


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("No Chromium on the PATH: the grader's pages cannot be looked at.")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=chromium, args=flags) as running:
            yield running


def feedback_source():
    """Return the source of a feedback page with a long name, a long word and a long line."""
    name = "a_question_with_a_rather_long_name_that_goes_on"
    verdict = Verdict(name, {"a part": (0.0, 4.0), "x" * 90: (1.0, 1.0)}, None, "δ^(l) " + "y" * 200)
    cell = {"cell_type": "code", "id": name, "source": "x = " + "1 + " * 200 + "1", "metadata": ANSWER}
    return feedback_page(
        "a.student.with.a.long.name@example.org", "ps04", Graded([verdict], "", {"cells": [cell]})
    )


def report_source():
    """Return the source of a report on a set of many questions."""
    verdicts = [Verdict(f"question_number_{k}", {"all": (k % 2, 1.0)}, None, "") for k in range(12)]
    return source_of({"a.student.with.a.long.name@example.org": Graded(verdicts)} | CLASS)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("source", [feedback_source(), report_source()], ids=["feedback", "report"])
def test_pages_fit_a_phone_and_load_nothing(source, scheme, browser):
    asked = []
    page = browser.new_page(viewport={"width": 360, "height": 640}, color_scheme=scheme)
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(source)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()

    assert width == [360, 360]
    assert [address for address in asked if not address.startswith("data:")] == []
    assert paper == "rgb({}, {}, {})".format(*(round(255 * c) for c in palettes(STYLE)[scheme]["paper"]))
