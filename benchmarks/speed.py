"""The command: how fast a training step is beside PyTorch, scikit-learn, JAX, autograd and bare products."""

import os

from timing import ONE_THREAD

os.environ.update(ONE_THREAD)  # the libraries read it once, when they are imported

import argparse
import json
from pathlib import Path

import contestants
import footprint
import numpy as np
import table
from timing import race
from workloads import DTYPES, WORKLOADS, draw

RESULTS = Path(__file__).parent / "results"


def measure(letter, dtype, seconds):
    """Return the record of one workload: everyone does the same work, then all take turns."""
    problem = draw(WORKLOADS[letter], dtype, np.random.default_rng(0))
    return table.record(letter, dtype, race(contestants.ready(problem), seconds))


def show_speed(letters, seconds, folder):
    """Time the workloads, print each as a line of the table, and write speed.json and speed.svg."""
    import figure
    from svg import svg

    print(f"One thread, {seconds:g} seconds for each line. Not installed: {contestants.absent() or 'none'}.")
    print(table.HEAD, flush=True)
    records = []
    for letter in letters:
        for dtype in DTYPES:
            records.append(measure(letter, dtype, seconds))
            print(table.line(records[-1]), flush=True)
    words = figure.describe(records)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(json.dumps(table.document(records, words), indent=1) + "\n", "utf-8")
    (folder / "speed.svg").write_text(svg(figure.draw(records), words), "utf-8")
    print(f"{table.FOOT}\n\n{words}")


def show_memory(letters, steps=10_000):
    """Print how much memory further steps take that the first hundred did not."""
    for letter in letters:
        for dtype in DTYPES:
            traced, resident = footprint.growth(
                draw(WORKLOADS[letter], dtype, np.random.default_rng(0)), steps
            )
            print(
                f"{letter} {dtype}: {steps:,} further steps add {traced} bytes to the peak of Python "
                f"and numpy, and {resident} kB to that of the process.",
                flush=True,
            )


def show_import():
    """Print how much longer importing bpkit takes than importing numpy."""
    numpy, ours = footprint.import_times()
    print(
        f"import numpy takes {numpy:.1f} ms and import bpkit {ours:.1f} ms: "
        f"{ours - numpy:.1f} ms more (at most 20)."
    )


def _letters(text):
    unknown = sorted(set(text) - set(WORKLOADS))
    if unknown or not text:
        raise argparse.ArgumentTypeError(f"the workloads are {''.join(WORKLOADS)}, not {text!r}")
    return text


def main():
    """Read the arguments and run what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=_letters, metavar="abc", help="workloads, all by default")
    parser.add_argument("--seconds", type=float, default=8.0, help="for each workload and dtype")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for speed.json and speed.svg")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--memory", action="store_true", help="measure memory instead (a, b, c, d and g)")
    what.add_argument("--import", action="store_true", dest="imports", help="measure the import instead")
    asked = parser.parse_args()
    if asked.memory:
        show_memory(asked.only or "abcdg")
    elif asked.imports:
        show_import()
    else:
        show_speed(asked.only or "".join(WORKLOADS), asked.seconds, asked.out)


if __name__ == "__main__":
    main()
