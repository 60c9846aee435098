"""The equations of the book, the code that cites them and the tests that prove them name the same things."""

import ast
import re
from pathlib import Path

import pytest
from equations.proofs import proves

from bpkit.grading import pointers

ROOT = Path(__file__).parents[1]
LABEL = r"eq-[a-z]+(?:-[a-z]+)*"
PAGES = {page: page.read_text() for page in sorted(ROOT.glob("book/*.md"))}


def without_code(page):
    """Return a page without its code: fenced blocks that are no directive, code cells, and inline code."""
    page = re.sub(r"^(`{3,})(?:\{code[\w-]*\}[^\n]*|[\w+-]+)\n.*?^\1$", "", page, flags=re.M | re.S)
    return re.sub(r"(?<![`}])`[^`\n]+`", "", page)


def displayed(page):
    """Return the label of each displayed equation of a page, an empty one where there is none."""
    text = without_code(page)
    dollars = re.findall(rf"\$\$.+?\$\$[ \t]*(?:\(({LABEL})\)[ \t]*$)?", text, flags=re.M | re.S)
    others = re.findall(
        r"^`{3,}\{math\}|^\\begin\{\w+\*?\}|^\\\[", re.sub(r"\$\$.+?\$\$", "", text, flags=re.S), re.M
    )
    return dollars + [""] * len(others)


def called(page):
    """Return the labels that a page calls by {eq}."""
    return re.findall(r"\{eq\}`([^`]+)`", page)


def cited(source):
    """Return the labels that a piece of code names in its comments, docstrings and messages."""
    return re.findall(rf"\b{LABEL}\b(?!…|\.\.\.)", source)


def proved(source):
    """Return the labels of the proofs in a test module, without running it."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    calls = [d for function in functions for d in function.decorator_list if isinstance(d, ast.Call)]
    return [call.args[0].value for call in calls if getattr(call.func, "id", None) == "proves"]


def references(source):
    """Return (label, title) for every equation that a docstring places in a chapter."""
    places = re.findall(
        r"Equations?\s((?:(?!Equation).)*?)\sin\s+the\s+chapter\s+\*(.+?)\*", source, re.I | re.S
    )
    return [(label, title) for text, title in places for label in cited(text)]


def labels_of_the_book():
    return [label for page in PAGES.values() for label in displayed(page) if label]


def labels_of_the_proofs():
    return [label for path in ROOT.glob("tests/equations/test_*.py") for label in proved(path.read_text())]


def sources():
    files = [*ROOT.glob("bpkit/**/*.py"), *ROOT.glob("solutions/*/*.ipynb")]
    return {str(path.relative_to(ROOT)): path.read_text() for path in sorted(files)}


def test_every_equation_of_the_book_has_a_proof():
    assert labels_of_the_book()
    assert set(labels_of_the_book()) - set(labels_of_the_proofs()) == set()


def test_every_proof_proves_an_equation_of_the_book():
    assert set(labels_of_the_proofs()) - set(labels_of_the_book()) == set()


def test_every_label_stands_once_in_the_book():
    labels = labels_of_the_book()

    assert [label for label in labels if labels.count(label) > 1] == []


@pytest.mark.parametrize("page", PAGES.values(), ids=[page.stem for page in PAGES])
def test_every_displayed_equation_is_labelled_and_every_call_answered(page):
    assert "" not in displayed(page)
    assert set(called(page)) - set(labels_of_the_book()) == set()


@pytest.mark.parametrize("path", sources())
def test_every_cited_equation_stands_in_the_book(path):
    assert set(cited(sources()[path])) - set(labels_of_the_book()) == set()


def test_every_docstring_names_the_chapter_that_holds_its_equations():
    titles = {page: re.search(r"^# (.+)$", page, re.M)[1] for page in PAGES.values()}
    places = {label: titles[page] for page in titles for label in displayed(page)}
    found = [pair for source in sources().values() for pair in references(source)]

    assert found
    assert [pair for pair in found if pair not in places.items()] == []


def test_messages_point_to_the_chapter_that_holds_the_equation():
    titles = {page.stem: re.search(r"^# (.+)$", text, re.M)[1] for page, text in PAGES.items()}
    homes = {label: page.stem for page, text in PAGES.items() for label in displayed(text) if label}

    assert [label for label, page in pointers.PAGES.items() if homes.get(label) != page] == []
    assert {page: titles[page] for page in pointers.CHAPTERS} == pointers.CHAPTERS


def test_displayed_finds_labels_and_gaps():
    page = "$$ a = b $$ (eq-one)\n\n$$\nc\n$$ (eq-two-three)\n\n$$ d $$\n\n```{math}\ne\n```\n"

    assert displayed(page) == ["eq-one", "eq-two-three", "", ""]


def test_displayed_sees_equations_inside_directives_and_none_inside_code():
    page = (
        "```{admonition} A\n$$ a $$ (eq-one)\n```\n\n```{code-cell} ipython3\n'$$ b $$'\n```\n\n`$$ c $$`\n"
    )

    assert displayed(page) == ["eq-one"]


def test_displayed_reports_a_label_that_stands_in_the_text():
    assert displayed("$$ a $$ (eq-one) is a fine equation\n") == [""]


def test_cited_finds_labels_in_comments_docstrings_and_messages():
    source = (
        '"""Do it (eq-one)."""\nx = 1  # eq-two-three\nraise ValueError("Use eq-four.")\nseq-five = "eq-…"'
    )

    assert cited(source) == ["eq-one", "eq-two-three", "eq-four"]


def test_proved_finds_decorators_and_nothing_else():
    source = '@proves("eq-one", right, wrong=w)\ndef test_one(equation): ...\n\nproves("eq-two", a, b=c)\n'

    assert proved(source) == ["eq-one"]


def test_references_pair_each_label_with_its_chapter():
    text = "Equations eq-one, eq-two in the chapter *A page*;\nequation eq-three in the\n  chapter *Another*."

    assert references(text) == [("eq-one", "A page"), ("eq-two", "A page"), ("eq-three", "Another")]


def test_proof_without_a_wrong_version_is_refused():
    with pytest.raises(TypeError, match="proof of eq-one has no wrong version"):
        proves("eq-one", abs)


def test_proof_that_accepts_a_wrong_version_fails():
    @proves("eq-one", abs, wrong=max)
    def accept_all(equation):
        pass

    accept_all(abs)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        accept_all(max)
