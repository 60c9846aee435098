"""The command: what grading costs beside stock nbgrader, and where the time goes."""

import argparse
import json
from pathlib import Path

import grading_table as table
from grading_class import measure_class, measure_dask, measure_workers
from grading_cpu import meter
from grading_stock import measure_stock
from grading_verdict import measure_endless, measure_right, measure_wrong

RESULTS = Path(__file__).parent / "results"
SIZES = {  # rounds of verdicts, classes, submissions for stock nbgrader, class for workers
    "whole": {"rounds": 40, "students": [100, 1000, 10_000], "stock": 6, "workers": 400},
    "quick": {"rounds": 3, "students": [30], "stock": 1, "workers": 100},
}


def show_verdict(meter, sizes):
    """Measure verdicts, right and wrong, and print a line for each."""
    right = measure_right(meter, sizes["rounds"])
    print(table.VERDICT_HEAD, *map(table.right_line, right), sep="\n")
    wrong = [*measure_wrong(meter, sizes["rounds"]), measure_endless(meter)]
    print(table.WRONG_HEAD, *map(table.wrong_line, wrong), table.FOOT, sep="\n", flush=True)
    return {"right": right, "wrong": wrong}


def show_class(meter, sizes):
    """Measure classes, and print a line for each."""
    found = []
    for students in sizes["students"]:
        found.append(measure_class(meter, students))
        print(table.class_line(found[-1]), flush=True)
    return {"classes": found}


def show_stock(meter, sizes):
    """Measure stock nbgrader."""
    found = measure_stock(meter, sizes["stock"])
    print(table.stock_line(found), flush=True)
    return {"stock": found}


def show_workers(meter, sizes):
    """Measure two workers against one."""
    found = measure_workers(sizes["workers"])
    print(table.workers_line(found), flush=True)
    return {"workers": found}


def show_dask(meter, sizes):
    """Measure an embedded Dask cluster against own processes."""
    found = measure_dask(sizes["workers"])
    print(table.dask_line(found), flush=True)
    return {"dask": found}


PARTS = {
    "verdict": show_verdict,
    "stock": show_stock,
    "class": show_class,
    "workers": show_workers,
    "dask": show_dask,
}


def write(found, meter, folder):
    """Write grading.json and grading.svg, and print the rows to quote."""
    import grading_figure as figure
    from svg import svg

    document = table.document(found, meter.name, "")
    document["figure"] = figure.describe(document)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "grading.json").write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    (folder / "grading.svg").write_text(svg(figure.draw(document), document["figure"]), "utf-8")
    print("", *table.rows(document), "", document["figure"], sep="\n")


def main():
    """Read the arguments and run what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="in a few minutes, to try it; writes nothing without --out"
    )
    parser.add_argument("--only", choices=PARTS, help="one part; writes nothing")
    parser.add_argument("--students", type=int, nargs="+", metavar="N", help="sizes of the classes")
    parser.add_argument("--out", type=Path, help="the folder for grading.json and grading.svg")
    asked = parser.parse_args()
    sizes = SIZES["quick" if asked.quick else "whole"]
    sizes = sizes | ({"students": sorted(asked.students)} if asked.students else {})
    folder = asked.out or (None if asked.quick else RESULTS)
    with meter() as used:
        print(f"CPU time is that of the {used.name}.", flush=True)
        found = {}
        for part in [asked.only] if asked.only else PARTS:
            found |= PARTS[part](used, sizes)
        if folder and not asked.only:
            write(found, used, folder)


if __name__ == "__main__":
    main()
