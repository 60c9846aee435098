"""Stored outputs against a fresh kernel: the solutions', and all that the book shows."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from bpkit import book

ROOT = Path(__file__).parents[1]
SOLUTIONS = sorted(ROOT.glob("solutions/*/*.ipynb"))

pytestmark = pytest.mark.slow


def compare(notebooks, folder):
    """Run copies of the notebooks on fresh kernels and compare what they say with what is stored."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    copies = [numbered(path, folder / f"copy_{path.name}") for path in notebooks]
    options = [
        "--nbval",
        "--nbval-current-env",
        "--color=no",
        "-c",
        folder / "pytest.ini",
        "--rootdir",
        folder,
    ]
    command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", "-q", *copies]
    env = {name: value for name, value in book.environment(ROOT).items() if not name.startswith("PYTEST")}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def numbered(path, copy):
    """Copy a notebook with execution counts, for nbval compares no cell without one."""
    notebook = nbformat.read(path, as_version=4)
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        cell.execution_count = count
        if any(map(is_picture_left_out, cell.outputs)):
            cell.metadata["tags"] = ["nbval-ignore-output"]
    nbformat.write(notebook, copy)
    return copy


def is_picture_left_out(output):
    """Say whether an output was a picture, of which a release keeps no more than its name."""
    return output.output_type == "display_data" and list(output.data) == ["text/plain"]


def with_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.get("outputs")]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_solution_stores_what_a_fresh_run_says(path, tmp_path):
    run = compare([path], tmp_path)

    assert with_outputs(path)
    assert run.returncode == 0, run.stdout


def test_book_shows_what_a_fresh_run_says(tmp_path):
    pages = sorted(book.build(ROOT).parents[1].glob("jupyter_execute/*.ipynb"))
    (tmp_path / "benchmarks").symlink_to(ROOT / "benchmarks")  # where the pages look for what was measured
    (tmp_path / "book").mkdir()

    run = compare(pages, tmp_path / "book")

    assert any(with_outputs(page) for page in pages)
    assert run.returncode == 0, run.stdout


def test_comparison_notices_one_altered_digit(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(0.125)")])
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="0.125\n")]
    stored, altered = tmp_path / "stored.ipynb", tmp_path / "altered.ipynb"
    nbformat.write(notebook, stored)
    altered.write_text(stored.read_text().replace('"0.125', '"0.126'))

    run = compare([stored, altered], tmp_path)

    assert re.search("0.126.*0.125", run.stdout, re.DOTALL)
    assert "1 failed, 1 passed" in run.stdout
