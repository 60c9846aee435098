"""The book in a browser: quiet, offline, readable by day, by night, on a phone and by keyboard."""

import gzip
from pathlib import Path
from typing import NamedTuple

import axe_playwright_python
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
    math: all("article .katex-html").filter(e => e.parentElement.checkVisibility()).map(seen),
    shown: all("article .cell_output img").filter(seen).map(e => e.getAttribute("src")),
    cards: all("article .cell_output img").filter(seen).map(e => getComputedStyle(e).backgroundColor),
  };
}"""
UNFOLD = """() => {
  document.querySelectorAll("details").forEach(e => e.open = true);
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}"""
LOOK_AT_EACH_COLOUR_ONCE = """() => {
  const ground = e =>
    e && (getComputedStyle(e).backgroundColor.replace("rgba(0, 0, 0, 0)", "") || ground(e.parentElement));
  const looks = new Set();
  const tokens = [...document.querySelectorAll("pre span:not(:has(*)), .katex")];
  const style = e => ["color", "fontSize", "fontWeight"].map(name => getComputedStyle(e)[name]);
  const look = e => [...style(e), ground(e)].join();
  for (const [e, its] of tokens.map(e => [e, look(e)])) {
    const text = (e.querySelector(".katex-html") ?? e).textContent;
    if (looks.has(its)) e.replaceWith(text);
    else e.textContent = text;
    looks.add(its);
  }
}"""
AXE = (Path(axe_playwright_python.__file__).with_name("axe.min.js")).read_text()
WCAG = "wcag2a wcag2aa wcag21a wcag21aa wcag22aa best-practice".split()
VIOLATIONS = """async tags => {
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations"], preload: false });
  return found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html)}`);
}"""
WATCH_THE_FOCUS = """() => {
  const controls = document.querySelectorAll("a[href], button, input, summary, [tabindex='0']");
  const look = e => (({ outline, boxShadow }) => outline + boxShadow)(getComputedStyle(e));
  const seen = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0;
  window.waiting = new Map([...controls].filter(seen).map(e => [e, look(e)]));
  document.addEventListener("focusin", ({ target }) => {
    if (look(target) !== waiting.get(target)) waiting.delete(target);
  });
  return waiting.size;
}"""

pytestmark = pytest.mark.slow


class Visit(NamedTuple):
    """What a browser saw of one page."""

    complaints: list
    failed: list
    hosts: set
    kilobytes: float
    math: list
    shown: list
    cards: list
    too_wide: int
    violations: list


def pages():
    contents = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
    chapters = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    return [contents["root"], *chapters, "search", *SOURCES]


def visit(browser, address, scheme="light", width=1280):
    complaints, failed, answers = [], [], []
    size = {"width": width, "height": 900}
    with browser.new_context(color_scheme=scheme, viewport=size, reduced_motion="reduce") as context:
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on("response", lambda answer: answers.append(answer))
        page.goto(address)
        seen = page.evaluate(LOOK_AT_PAGE)
        failed += [answer.url for answer in answers if answer.status >= 400]
        kilobytes = sum(weight(answer) for answer in answers if answer.ok)
        too_wide = page.evaluate(UNFOLD)
        found = violations(page)
    hosts = {answer.url.split("/")[2] for answer in answers}
    return Visit(complaints, failed, hosts, kilobytes, **seen, too_wide=too_wide, violations=found)


def violations(page):
    """Return what axe finds; tokens of code and formulas that look alike are looked at once."""
    page.evaluate(LOOK_AT_EACH_COLOUR_ONCE)
    page.evaluate(AXE)
    return page.evaluate(VIOLATIONS, WCAG)


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


def test_page_violates_no_rule_of_accessibility(seen):
    assert seen.violations == []


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


@pytest.mark.parametrize("width", [1280, 390])
def test_every_control_is_reached_by_keyboard_and_shows_it(width, browser, site):
    size = {"width": width, "height": 900}
    with browser.new_page(viewport=size, reduced_motion="reduce") as page:
        page.goto(f"{site}/recursion.html", wait_until="networkidle")
        page.evaluate(UNFOLD)
        controls = page.evaluate(WATCH_THE_FOCUS)
        for _ in range(controls + 1):
            page.keyboard.press("Tab")
        unseen = page.evaluate("[...waiting.keys()].map(e => e.outerHTML)")

    assert controls > 30
    assert unseen == []


@pytest.mark.parametrize(
    ("width", "opens", "opened"),
    [
        (1280, ".bd-sidebar-primary .search-button__button", "#pst-search-dialog"),
        (390, ".primary-toggle", "#pst-primary-sidebar-modal"),
        (390, ".secondary-toggle", "#pst-secondary-sidebar-modal"),
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_over_the_page_violates_no_rule_of_accessibility(
    scheme, width, opens, opened, browser, site
):
    size = {"width": width, "height": 900}
    with browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce") as page:
        page.goto(f"{site}/recursion.html", wait_until="networkidle")
        page.click(opens)
        page.wait_for_selector(f"{opened}[open]")

        assert violations(page) == []


def test_nothing_moves_for_who_asks_for_less_motion(browser, site):
    moves = []
    for wish in ("no-preference", "reduce"):
        with browser.new_page(reduced_motion=wish) as page:
            page.goto(f"{site}/recursion.html", wait_until="networkidle")
            page.evaluate(UNFOLD)
            moves.append(page.evaluate("document.getAnimations().length"))

    assert moves[0] > 0 and moves[1] == 0


def test_paper_shows_what_is_folded_and_nothing_to_click(browser, site):
    with browser.new_page(color_scheme="dark") as page:
        page.goto(f"{site}/recursion.html", wait_until="networkidle")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        folded = page.evaluate(
            "[...document.querySelectorAll('details > :not(summary)')].map(e => e.checkVisibility())"
        )
        shown = page.evaluate(
            "[...document.querySelectorAll('nav, button, .headerlink')].filter(e => e.checkVisibility())"
            ".filter(e => !e.closest('.onlyprint')).map(e => e.outerHTML)"
        )
        theme = page.evaluate("document.documentElement.dataset.theme")

    assert folded and all(folded)
    assert (shown, theme) == ([], "light")


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
        "<div class=cell_output><img src=a.svg alt=a width=9 style='background: white'></div>"
        "<details><summary>more</summary><pre><span style='color: silver'>pale</span></pre></details>"
        "</article>"
        "<script>console.error('broken')</script>"
    )
    with serving(tmp_path) as site:
        seen = visit(browser, f"{site}/index.html", "dark", 390)

    assert "broken" in seen.complaints and any(address.endswith("missing.png") for address in seen.failed)
    assert seen.too_wide > 4000 and seen.math == [False] and seen.cards == ["rgb(255, 255, 255)"]
    rules = {violation.split(":")[0] for violation in seen.violations}
    assert rules >= {"html-has-lang", "document-title", "image-alt", "color-contrast"}
