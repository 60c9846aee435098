"""What every chapter is made of: a question, short cells, a summary, exercises, and the way on."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONTENTS = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
PARTS = {part["caption"]: [c["file"] for c in part["chapters"]] for part in CONTENTS["parts"]}
CHAPTERS = [
    name for part in ("Foundations", "Backpropagation", "Checking", "Training") for name in PARTS[part]
]
PAGES = [CONTENTS["root"], *(name for names in PARTS.values() for name in names)]
LONGEST = 12  # lines of a cell; what is longer belongs into the package
PROSE = re.compile(r"^(?!\||[-:#(>]|\d+\. |```|\$\$|:::|\s).+", re.M)

every_chapter = pytest.mark.parametrize("name", CHAPTERS)
every_page = pytest.mark.parametrize("name", PAGES)


def text(name):
    return (ROOT / "book" / f"{name}.md").read_text("utf-8")


def cells(page):
    """Return the code of every cell, without its options."""
    found = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```", page, re.M | re.S)
    return [re.sub(r"\A(---\n.*?^---\n|(:[^\n]*\n)+)", "", cell, flags=re.M | re.S).strip() for cell in found]


def opening(page):
    """Return what stands between the title and the first cell or heading."""
    return re.search(r"^# [^\n]+\n(.*?)^(?=```|## )", page, re.M | re.S)[1]


def lines_of_several_sentences(page):
    """Return the lines of prose in which a second sentence begins."""
    prose = re.sub(r"^(`{3,}|:{3,}).*?^\1|\A---.*?^---|^\$\$.*?^\$\$", "", page, flags=re.M | re.S)
    return [line for line in PROSE.findall(prose) if re.search(r"[a-z)`$][.?!] (?:[A-Z][a-z]+|A|I) ", line)]


@every_chapter
def test_chapter_opens_with_its_question(name):
    assert "?" in opening(text(name))


@every_chapter
def test_chapter_says_what_the_reader_can_do_afterwards(name):
    assert re.search(r"[Aa]fterwards you", opening(text(name)))


@every_chapter
def test_chapter_ends_with_summary_exercises_and_the_way_on(name):
    page = text(name)
    *_, exercises = re.split(r"^## Exercises\n", page, flags=re.M)

    assert page.index("\n## Summary\n") < page.index("\n## Exercises\n")
    assert 2 <= exercises.count("{dropdown} Solution") <= 4
    assert re.search(r"`ps\d\d_", exercises)


@every_page
def test_cells_are_short(name):
    assert [cell for cell in cells(text(name)) if len(cell.splitlines()) > LONGEST] == []


@every_page
def test_lines_hold_one_sentence(name):
    assert lines_of_several_sentences(text(name)) == []


def test_a_page_of_another_build_is_noticed():
    page = (
        "# T\nOne sentence. Another one here.\n\n```{code-cell} ipython3\n:tags: [x]\n" + "a\n" * 13 + "```\n"
    )

    assert len(cells(page)[0].splitlines()) == 13
    assert lines_of_several_sentences(page) == ["One sentence. Another one here."]
    assert opening(page).startswith("One sentence.")
