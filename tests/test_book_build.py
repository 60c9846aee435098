"""The book as it was built: complete, described, numbered, in two tones, and never stale."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from sphinxcontrib import katex

from bpkit import book
from bpkit.plots import palette

ROOT = Path(__file__).parents[1]
HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3}
---
"""
CELL = "```{code-cell} ipython3\n"
GOOD = f"{HEADER}# Good\n{CELL}from bpkit import trial\ntrial.ANSWER\n```\n"
BROKEN = f"""{HEADER}# Broken
$$
a = b
$$

$$
\\nonsense
$$ (eq-nonsense)

{{eq}}`eq-nowhere`

{CELL}from bpkit import plots
plots.curves([0, 1], {{"line": [0, 1]}});
```

{CELL}print(1 / 0)
```
"""

pytestmark = pytest.mark.slow


def pages():
    contents = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
    return [contents["root"], *(c["file"] for part in contents["parts"] for c in part["chapters"])]


@pytest.fixture(scope="module")
def html():
    return book.build(ROOT).parent


@pytest.fixture(params=pages())
def page(request, html):
    return BeautifulSoup((html / f"{request.param}.html").read_text("utf-8"), "html.parser")


def small_book(root, text, following=""):
    ignore = shutil.ignore_patterns("*.md", "__pycache__")
    for name in ("book", "bpkit"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    shutil.copy(ROOT / "_config.yml", root)
    (root / "book" / "_toc.yml").write_text(
        "format: jb-book\nroot: index\n" + "chapters: [file: next]\n" * bool(following)
    )
    for name, page in {"index": text, "next": following}.items():
        if page:
            (root / "book" / f"{name}.md").write_text(page)
    (root / "bpkit" / "trial.py").write_text("ANSWER = 1111\n")
    return root


@pytest.fixture(scope="module")
def complaint(tmp_path_factory):
    root = small_book(tmp_path_factory.mktemp("broken"), BROKEN)
    with pytest.raises(book.BookError) as failure:
        book.build(root)
    return str(failure.value), (root / "_build" / "book.log").read_text()


def test_page_has_description(page):
    assert page.find("meta", attrs={"name": "description"})["content"].strip()


def test_page_has_words_for_every_image(page):
    assert all(image.get("alt", "").strip() for image in page.select("article img"))


def test_page_numbers_every_displayed_equation(page):
    equations = page.select("article div.math")

    assert all(equation.get("id") and equation.select_one(".eqno") for equation in equations)
    assert len({equation["id"] for equation in equations}) == len(equations)


def test_page_uses_icons_that_its_font_has(page):
    there = re.search(r"icons are: (.+),", (ROOT / "book" / "_vendor" / "README.md").read_text())[1].split(
        ", "
    )
    used = {name for icon in page.select(".fa-solid") for name in icon["class"]}

    assert {name.removeprefix("fa-") for name in used} - {"solid", "lg", "theme-switch"} <= set(there)


def test_page_sets_no_sign_twice_after_a_formula(page):
    kept = [(span.get_text()[-1:], str(span.next_sibling)[:1]) for span in page.select("article .unbroken")]

    assert [pair for pair in kept if pair[0] == pair[1] and pair[0] in ".,;:!?"] == []


def test_page_leaves_the_index_of_the_search_to_the_search_page(page, html):
    assert not page.select("script[src*='searchindex']")
    assert 'src="searchindex.js"' in (html / "search.html").read_text()


def test_page_loads_nothing_from_elsewhere(page):
    loaded = [tag.get("src") or tag.get("href") for tag in page.select("[src], link[href]")]

    assert loaded
    assert not [address for address in loaded if re.match("[a-z]+:|//", address)]


def test_page_has_dark_twin_of_every_figure(page, html):
    light, dark = ([i["src"] for i in page.select(f"article img.only-{tone}")] for tone in ("light", "dark"))

    assert dark == [source.replace(".svg", "-dark.svg") for source in light]
    for source in dark:
        assert not palette.DARK.keys() & set(re.findall("#[0-9a-f]{6}", (html / source).read_text()))


def test_style_sheets_load_nothing_from_elsewhere(html):
    sheets = list(html.rglob("*.css"))

    assert sheets
    assert not [s for s in sheets if re.search(r"(url\(|@import) *['\"]?(https?:)?//", s.read_text("utf-8"))]


def test_style_of_mathematics_is_of_its_version():
    style = (ROOT / "book" / "_vendor" / "katex" / "katex.min.css").read_text()

    assert f'content:"{katex.katex_version}"' in style


def test_search_page_has_description(html):
    assert 'name="description"' in (html / "search.html").read_text()


@pytest.mark.parametrize("name", pages())
def test_page_ran_every_cell(name, html):
    cells = (ROOT / "book" / f"{name}.md").read_text().count("```{code-cell}")
    if cells:
        notebook = nbformat.read(html.parent / "jupyter_execute" / f"{name}.ipynb", as_version=4)
        cells -= sum(bool(cell.get("execution_count")) for cell in notebook.cells)

    assert cells == 0


def test_what_a_cell_prints_comes_in_one_piece(tmp_path):
    slow = "import time\nfor word in 'abc':\n    print(word, end=' ')\n    time.sleep(0.3)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(slow)])
    pieces = []
    for settings in (book.environment(tmp_path), {**os.environ, "IPYTHONDIR": str(tmp_path / "empty")}):
        run = NotebookClient(notebook, kernel_name="python3").execute(env=settings)
        pieces.append([output.text for output in run.cells[0].outputs])

    assert pieces[0] == ["a b c "]
    assert len(pieces[1]) > 1


def test_second_build_is_skipped(html):
    said = []
    before = (html / "index.html").stat().st_mtime_ns

    book.build(ROOT, said.append)

    assert said == ["The book is up to date: nothing that it is made of has changed."]
    assert (html / "index.html").stat().st_mtime_ns == before


def test_changed_package_runs_the_cells_anew(tmp_path):
    root = small_book(tmp_path, GOOD)
    first = book.build(root).read_text()
    (root / "bpkit" / "trial.py").write_text("ANSWER = 2222\n")

    second = book.build(root).read_text()

    assert "1111" in first
    assert "2222" in second and "1111" not in second


def meeting(folder, mine, other):
    return f"""{HEADER}# Page {mine}
{CELL}import pathlib, time
here = pathlib.Path({str(folder)!r})
(here / "{mine}").touch()
for _ in range(300):
    if not (here / "{other}").exists():
        time.sleep(0.1)
print("together:", (here / "{other}").exists())
```
"""


@pytest.mark.skipif(os.cpu_count() == 1, reason="One processor runs one page at a time.")
def test_pages_run_side_by_side(tmp_path):
    pages = [meeting(tmp_path, "one", "two"), meeting(tmp_path, "two", "one")]

    first = book.build(small_book(tmp_path, *pages))

    assert (
        "together: True" in first.read_text() and "together: True" in (first.parent / "next.html").read_text()
    )


def test_changed_proof_makes_the_pages_anew_and_keeps_the_outputs(tmp_path, monkeypatch):
    proof, kept = tmp_path / "tests" / "equations" / "test_a.py", tmp_path / "_build" / ".jupyter_cache" / "a"
    outputs_seen = []

    def run_jupyter_book(root, echo):
        (root / "_build" / "html").mkdir()
        outputs_seen.append(kept.exists())
        kept.touch()

    monkeypatch.setattr(book, "_run_jupyter_book", run_jupyter_book)
    proof.parent.mkdir(parents=True)
    for text in ("one", "two", "two"):
        proof.write_text(text)
        book.build(tmp_path, lambda line: None)

    assert outputs_seen == [False, True]


def test_changed_prose_leaves_the_outputs_in_the_notebook(tmp_path):
    root = small_book(tmp_path, GOOD)
    book.build(root)
    (root / "book" / "index.md").write_text(GOOD + "More words.\n")

    assert "More words" in book.build(root).read_text()
    notebook = nbformat.read(root / "_build" / "jupyter_execute" / "index.ipynb", as_version=4)
    assert [cell.outputs[0].data["text/plain"] for cell in notebook.cells if cell.cell_type == "code"] == [
        "1111"
    ]


def test_failed_build_names_its_log(complaint):
    message, _ = complaint

    assert re.match(
        r"The book was not built\. .*index\.md: Executing notebook failed.* \(and \d more\)", message
    )
    assert message.endswith("book.log.")


@pytest.mark.parametrize(
    "words",
    [
        "index.md:7: WARNING: This displayed equation has no label",
        r"KaTeX cannot set '\\nonsense'",
        "equation not found: eq-nowhere",
        "index.md:18: WARNING: This image has no alternative text",
        "ZeroDivisionError",
    ],
)
def test_failed_build_logs_each_fault(words, complaint):
    assert words in complaint[1]


def test_networks_that_train_on_a_page_show_no_bar(tmp_path):
    one = "numpy.ones((1, 1))"
    script = f"import bpkit, numpy; bpkit.Network([1, 1]).fit({one}, {one}, epochs=3, progress=True)"

    shown = [
        subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, check=True).stderr
        for env in (
            {**book.environment(tmp_path), "PYTHONPATH": str(ROOT)},
            {**os.environ, "PYTHONPATH": str(ROOT)},
        )
    ]

    assert shown[0] == b""
    assert b"epoch" in shown[1]
