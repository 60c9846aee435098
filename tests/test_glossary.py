"""The glossary: in order, in two languages, and of words that the book uses."""

import re
from pathlib import Path

from fontTools.ttLib import TTFont

BOOK = Path(__file__).parents[1] / "book"
PAGE = (BOOK / "glossary.md").read_text()
ENTRY = re.compile(r"^([\w–-]+(?: [\w–-]+)*)\n\{zh\}`(.+)`\n((?:  .+\n)+)", re.M)
CHINESE = r"[一-鿿]"


def entries(page=PAGE):
    """Return (term, Chinese, meaning) for each entry of the glossary."""
    return ENTRY.findall(page)


def prose_of_other_pages():
    pages = [path.read_text() for path in BOOK.glob("*.md") if path.stem != "glossary"]
    return "\n".join(re.sub(r"^```\{code-cell\}.*?^```$", "", page, flags=re.M | re.S) for page in pages)


def test_every_entry_is_read():
    assert len(entries()) == PAGE.count("{zh}`") > 100


def test_terms_stand_in_order_under_their_letters():
    terms = [term.lower() for term, _, _ in entries()]
    letters = re.findall(r"^## (.)$", PAGE, re.M)

    assert terms == sorted(set(terms))
    assert letters == sorted({term[0].upper() for term in terms})
    for letter, part in zip(letters, re.split(r"^## .$", PAGE, flags=re.M)[1:], strict=True):
        assert {term[0].upper() for term, _, _ in entries(part)} == {letter}


def test_every_term_is_used_in_the_book():
    prose = re.sub(r"\s+", " ", prose_of_other_pages()).lower()

    assert [term for term, _, _ in entries() if not re.search(rf"\b{re.escape(term.lower())}", prose)] == []


def test_every_term_has_one_chinese_word_that_the_search_does_not_take_apart():
    words = [chinese for _, chinese, _ in entries()]

    assert len(words) == len(set(words))
    assert [word for word in words if not re.fullmatch(rf"[A-Z]?{CHINESE}+", word)] == []


def test_every_meaning_leads_to_a_chapter():
    pages = {path.stem: path.read_text() for path in BOOK.glob("*.md")}
    labels = {label for page in pages.values() for label in re.findall(r"^\((\w+)\)=$", page, re.M)}
    places = {term: re.search(r"\n  \{ref\}`(\w+)`\n$", meaning) for term, _, meaning in entries()}

    assert {term for term, place in places.items() if place is None or place[1] not in labels} == set()


def test_chinese_in_the_book_is_marked_as_chinese():
    unmarked = {
        path.stem: re.findall(CHINESE + "+", re.sub(r"\{zh\}`[^`]+`", "", path.read_text()))
        for path in BOOK.glob("*.md")
    }

    assert {page: words for page, words in unmarked.items() if words} == {}


def test_the_font_of_the_book_has_every_chinese_character_of_its_pages():
    font = TTFont(BOOK / "_vendor" / "chinese" / "noto-sans-sc.woff").getBestCmap()
    used = {character for path in BOOK.glob("*.md") for character in re.findall(CHINESE, path.read_text())}

    assert len(used) > 100
    assert used - {chr(code) for code in font} == set(), "book/_vendor/README.md says how to add them."
