"""The book in a browser: quiet, offline, readable by day, by night, on a phone and by keyboard."""

import gzip
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from browsing import serving

ROOT = Path(__file__).parents[1]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
SOURCES = ("code/bpkit.network", "code/tests.equations.test_recursion")  # all of them are made alike
LOOK_AT_PAGE = """async () => {
  const seen = e => e.checkVisibility() && e.getBoundingClientRect().width > 0;
  const all = selector => [...document.querySelectorAll(selector)];
  for (const image of all("article img").filter(e => e.checkVisibility())) {
    image.loading = "eager";
    await image.decode().catch(() => "a failed request says it");
  }
  await document.fonts.ready;
  return {
    too_wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    math: all("article .katex-html").filter(e => e.parentElement.checkVisibility()).map(seen),
    shown: all("article .cell_output img").filter(seen).map(e => e.getAttribute("src")),
    cards: all("article .cell_output img").filter(seen).map(e => getComputedStyle(e).backgroundColor),
  };
}"""

pytestmark = pytest.mark.slow


class Visit(NamedTuple):
    """What a browser saw of one page."""

    complaints: list
    failed: list
    hosts: set
    kilobytes: float
    too_wide: int
    math: list
    shown: list
    cards: list


def pages():
    contents = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
    chapters = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    return [contents["root"], *chapters, "search", *SOURCES]


def visit(browser, address, scheme="light", width=1280):
    complaints, failed, answers = [], [], []
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on("response", lambda answer: answers.append(answer))
        page.goto(address)
        seen = page.evaluate(LOOK_AT_PAGE)
        failed += [answer.url for answer in answers if answer.status >= 400]
        size = sum(weight(answer) for answer in answers if answer.ok)
    return Visit(complaints, failed, {answer.url.split("/")[2] for answer in answers}, size, **seen)


def weight(answer):
    body = answer.body()
    return len(body if answer.url.endswith(".woff2") else gzip.compress(body)) / 1000


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def look(request):
    return request.param


@pytest.fixture(scope="module", params=pages())
def seen(request, look, browser, site):
    return visit(browser, f"{site}/{request.param}.html", *look)


def test_page_has_no_complaint(seen):
    assert seen.complaints == []


def test_page_asks_only_its_own_host(seen, site):
    assert seen.failed == []
    assert seen.hosts == {site.split("/")[2]}


def test_page_fits_its_width(seen):
    assert seen.too_wide <= 0


def test_page_shows_its_mathematics(seen):
    assert all(seen.math)


def test_page_shows_the_figures_of_its_tone(seen, look):
    assert all(source.endswith("-dark.svg") == (look[0] == "dark") for source in seen.shown)
    assert set(seen.cards) <= {"rgba(0, 0, 0, 0)"}


def test_page_is_light_to_load(seen):
    assert seen.kilobytes < 500


def test_chapters_show_mathematics_and_figures(browser, site):
    chapter = visit(browser, f"{site}/forward_pass.html")

    assert len(chapter.math) > 20
    assert chapter.shown


def test_first_tab_stop_skips_to_the_content(browser, site):
    with browser.new_page() as page:
        page.goto(f"{site}/index.html")
        page.keyboard.press("Tab")
        page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")  # it slides in

        assert page.evaluate("document.activeElement.hash") == "#main-content"


def test_wide_equations_can_be_scrolled_by_keyboard(browser, site):
    with browser.new_page(viewport={"width": 390, "height": 900}) as page:
        page.goto(f"{site}/recursion.html", wait_until="networkidle")
        stops = page.evaluate(
            "[...document.querySelectorAll('.katex-display')]"
            ".filter(e => e.scrollWidth > e.clientWidth).map(e => e.tabIndex)"
        )

    assert set(stops) <= {0}


def test_answers_unfold_by_keyboard(browser, site):
    with browser.new_page() as page:
        page.goto(f"{site}/concept_inventory.html")
        answer = page.locator("details.sd-dropdown").first
        answer.locator("summary").focus()
        page.keyboard.press("Enter")

        assert answer.evaluate("e => e.open") and answer.get_by_text("The backward pass").is_visible()


def test_search_finds_a_word(browser, site):
    with browser.new_page() as page:
        page.goto(f"{site}/search.html?q=gradient")
        page.wait_for_selector("#search-results li a")

        assert page.locator("#search-results li a").count() > 1


def test_visit_notices_what_is_wrong(browser, tmp_path):
    out = tmp_path / "_build" / "html"
    out.mkdir(parents=True)
    (out / "index.html").write_text(
        "<article><p style='width: 5000px'>wide</p><img src=missing.png>"
        "<span class=katex><span class=katex-html></span>x</span>"
        "<div class=cell_output><img src=a.svg alt=a width=9 style='background: white'></div></article>"
        "<script>console.error('broken')</script>"
    )
    with serving(tmp_path) as site:
        seen = visit(browser, f"{site}/index.html", "dark", 390)

    assert "broken" in seen.complaints and seen.failed[0].endswith("missing.png")
    assert seen.too_wide > 4000 and seen.math == [False] and seen.cards == ["rgb(255, 255, 255)"]
