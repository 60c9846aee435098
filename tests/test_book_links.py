"""The ways in the built book: all lead somewhere, and function, equation and proof lead to one another."""

import ast
import pydoc
from pathlib import Path

import pytest
import yaml
from book_equations import LABEL, definitions
from book_sources import defined_as, sources
from bs4 import BeautifulSoup
from site_links import broken, read_site

from bpkit import book

ROOT = Path(__file__).parents[1]
SOURCES = sources(ROOT)
PACKAGES = ("bpkit", "bpkit.data", "bpkit.plots", "bpkit.training")  # their __all__ is public
MODULES = ("bpkit.exercise", "bpkit.gradcheck", "bpkit.notations", "bpkit.reference", "bpkit.plots")
INSIDE = {  # what the others are built from, and no reader calls
    "bpkit.plots.inputs": "checks arguments",
    "bpkit.plots.palette": "holds colours",
    "bpkit.plots.style": "sets matplotlib up",
    "bpkit.reference.operators": "gives numbers and arrays of the graph their signs",
    "bpkit.reference.shapes": "checks arguments",
}
BESIDES = (
    "bpkit.estimators.BackpropClassifier",
    "bpkit.estimators.BackpropRegressor",
    "bpkit.grading.check.AnswerError",
    "bpkit.grading.check.try_out",
    "bpkit.grading.comparison.Difference",
    "bpkit.grading.comparison.compare",
    "bpkit.grading.question.Case",
    "bpkit.grading.question.Mistake",
    "bpkit.grading.question.Question",
    "bpkit.grading.scoring.Part",
    "bpkit.history.History",
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def html():
    return book.build(ROOT).parent


def pages_of_the_book():
    contents = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
    return [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]


@pytest.fixture(scope="module")
def soups(html):
    """{page: its article} of the chapters and of the reference."""
    names = pages_of_the_book()
    read = {name: (html / f"{name}.html").read_text("utf-8") for name in names}
    return {name: BeautifulSoup(text, "html.parser").article for name, text in read.items()}


def entries(soup):
    """Return {full name where it is defined: element} of the entries of a page."""
    return {defined_as(sig["id"]): sig.parent for sig in soup.select("dt.sig[id]")}


@pytest.fixture(scope="module")
def reference(soups):
    return {name: entry for soup in soups.values() for name, entry in entries(soup).items()}


def public_names(source):
    """Return the public functions, classes and constants of a module; those that check arguments are none."""
    nodes = ast.parse(source).body
    named = [node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [name for name in named if not name.startswith(("_", "expect_"))]


def everything_public():
    """Return the full name of everything that the reference has to describe."""
    modules = [m for m in SOURCES.texts if m.startswith(MODULES) and m not in INSIDE]
    found = [f"{module}.{name}" for module in modules for name in public_names(SOURCES.texts[module])]
    found += [f"{package}.{name}" for package in PACKAGES for name in pydoc.locate(package).__all__]
    return sorted({defined_as(name) for name in [*found, *BESIDES]})


def links_below(equation):
    """Return {text: address} of the line of links under an equation, without what only hearers get."""
    line = equation.find_next_sibling()
    if line is None or "equation-links" not in line.get("class", ()):
        return {}
    return {link.get_text(): link["href"] for link in line.select("a")}


def unproved(soup):
    """Return the labels of the equations of a page that have no link to a proof."""
    equations = soup.select("div.math[id^=equation-]")
    return [
        equation["id"].removeprefix("equation-")
        for equation in equations
        if not any(text.startswith("proof") for text in links_below(equation))
    ]


def without_way_back(reference, soup, code):
    """Return (label, name) of each public function that an equation of a page does not lead back to."""
    missing = []
    for equation in soup.select("div.math[id^=equation-]"):
        label = equation["id"].removeprefix("equation-")
        for full in (f"{module}.{name}" for module, name in code.get(label, [])):
            ways = {defined_as(way.partition("#")[2]) for way in links_below(equation).values()}
            if full in reference and full not in ways:
                missing.append((label, full))
    return missing


def without_equation(reference, texts):
    """Return (name, label) of each label that a docstring names and its entry does not link."""
    missing = []
    for full in reference.keys() & texts.keys():
        ways = {link["href"].partition("#")[2] for link in reference[full].select("a[href]")}
        missing += [(full, label) for label in LABEL.findall(texts[full]) if f"equation-{label}" not in ways]
    return missing


def docstrings():
    return {
        f"{module}.{d.name}": ast.get_docstring(d.node) or ""
        for module, text in SOURCES.texts.items()
        for d in definitions(text)
    }


def test_every_link_of_the_book_leads_somewhere(html):
    assert len(read_site(html)) > len(pages_of_the_book())
    assert broken(html) == []


def test_every_public_name_has_an_entry(reference):
    assert len(everything_public()) > 100
    assert [name for name in everything_public() if name not in reference] == []


def test_every_entry_leads_to_the_equations_of_its_docstring(reference):
    assert without_equation(reference, docstrings()) == []


def test_every_entry_of_ours_leads_to_its_source(reference):
    sourceless = [
        name
        for name, entry in reference.items()
        if SOURCES.place(name) and not entry.dt.select(".to-source a[href]")
    ]

    assert sourceless == []


def test_every_equation_leads_to_its_proof(soups):
    assert {name: unproved(soup) for name, soup in soups.items() if unproved(soup)} == {}


def test_every_equation_leads_back_to_the_functions_that_name_it(soups, reference):
    assert [pair for soup in soups.values() for pair in without_way_back(reference, soup, SOURCES.code)] == []


def test_proofs_and_sources_lead_back_to_the_equations(html):
    pages = read_site(html)
    for label, places in SOURCES.proofs.items():
        for module, name in places:
            page = pages[(html / "code" / f"{module}.html").resolve()]

            assert name in page.ids
            assert any(link.endswith(f"#equation-{label}") for link in page.links)


def test_links_make_sense_alone(soups):
    for soup in soups.values():
        for link in soup.select("p.equation-links a"):
            assert " of equation eq-" in link.get_text()


def test_every_source_is_described(html):
    shown = sorted((html / "code").glob("*.html"))

    assert {module for places in SOURCES.proofs.values() for module, _ in places} <= {p.stem for p in shown}
    assert [page.stem for page in shown if 'name="description"' not in page.read_text("utf-8")] == []


def site(folder, **pages):
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text)
    return folder


@pytest.mark.parametrize(
    "link",
    ["b.html", "b.html#there", "b.html?q=x#there", "#here", "", "https://example.org/x#y", "b%2ehtml"],
)
def test_link_that_leads_somewhere_is_no_fault(tmp_path, link):
    site(tmp_path, a=f'<p id="here"><a href="{link}">b</a></p>', b='<p id="there">')

    assert broken(tmp_path) == []


@pytest.mark.parametrize(
    "link", ["c.html", "b.html#nowhere", "#nowhere", "http://example.org", "javascript:x", "//example.org/x"]
)
def test_link_that_leads_nowhere_is_found(tmp_path, link):
    site(tmp_path, a=f'<a href="b.html">b</a><a href="{link}">c</a>', b='<p id="there">')

    assert broken(tmp_path) == [("a.html", link)]


def test_image_that_is_not_there_is_found(tmp_path):
    assert broken(site(tmp_path, a='<img src="a.svg">')) == [("a.html", "a.svg")]


EQUATION = '<div class="math" id="equation-eq-one"></div><p class="equation-links">{}</p>'
PROOF = '<a href="code/t.html#test_one">proof<span> of equation eq-one</span></a>'
CODE = '<a href="api.html#bpkit.forward"><span>Code of equation eq-one: </span>forward</a>'


def soup_of(text):
    return BeautifulSoup(text, "html.parser")


def test_equation_without_proof_is_found():
    assert unproved(soup_of(EQUATION.format(PROOF))) == []
    assert unproved(soup_of(EQUATION.format(CODE))) == ["eq-one"]
    assert unproved(soup_of('<div class="math" id="equation-eq-one"></div>')) == ["eq-one"]


def test_equation_without_a_way_back_is_found():
    code, known = {"eq-one": [("bpkit.reference.mlp", "forward")]}, {"bpkit.reference.mlp.forward": None}

    assert without_way_back(known, soup_of(EQUATION.format(CODE)), code) == []
    assert without_way_back(known, soup_of(EQUATION.format(PROOF)), code) == [
        ("eq-one", "bpkit.reference.mlp.forward")
    ]


def test_entry_without_its_equation_is_found():
    entry = (
        '<dl><dt class="sig" id="bpkit.forward"></dt><dd><a href="a.html#equation-eq-one">(1)</a></dd></dl>'
    )
    known = entries(soup_of(entry))

    assert without_equation(known, {"bpkit.reference.mlp.forward": "Equation eq-one."}) == []
    assert without_equation(known, {"bpkit.reference.mlp.forward": "Equation eq-two."}) == [
        ("bpkit.reference.mlp.forward", "eq-two")
    ]


def test_public_names_are_found_and_private_ones_are_not():
    source = "def f(): ...\nclass C:\n    def g(self): ...\ndef _h(): ...\ndef expect_x(): ...\nX = 1\n"

    assert public_names(source) == ["f", "C"]
    assert "bpkit.reference.mlp.forward" in everything_public()
