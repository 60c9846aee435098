"""The command: errors on real data beside scikit-learn's, on the same split with the same settings."""

import os

from timing import ONE_THREAD

if __name__ == "__main__":
    os.environ.update(ONE_THREAD)  # the libraries read it once, when they are imported

import argparse
import functools
import json
import sys
from importlib.util import find_spec
from pathlib import Path

from learning import choose, prepare, train_ours, train_theirs
from tasks import TASKS

RESULTS = Path(__file__).parent / "results"


class Unreadable(Exception):
    """The data are missing or damaged, or a package that reads them is; the message is for the reader."""


def load(task, folder, part):
    """Return a part of the task's data."""
    try:
        return task.load(folder, part)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        raise Unreadable(str(error)) from error


def run(task, folder, say):
    """Choose and train with the training set, and only then load the test set; return the record."""
    import outcome

    samples = load(task, folder, "train")
    counts = {"train": len(samples.labels), "held out": int(samples.held_out.sum())}
    say(f"{task.title}: the errors on {counts['held out']:,} of {counts['train']:,} training samples")
    chosen, errors = choose(task, samples, say)
    say(f'Training with "{chosen}" on all {counts["train"]:,}')
    trained = train_both(task, task.candidates[chosen], samples, say)
    test = load(task, folder, "test")
    counts["test"] = len(test.labels)
    wrong = {name: one.wrong(test) for name, one in trained.items()}
    record = outcome.record(task, chosen, errors, trained, wrong, counts)
    say("\n".join([f"Tested once, on {counts['test']:,} samples", *outcome.table(record)]))
    return record


def train_both(task, setting, samples, say):
    """Return our network and scikit-learn's, trained on the same inputs."""
    prepared, trained = prepare(task, setting, samples), {}
    for name, train in (("bpkit", train_ours), ("scikit-learn", train_theirs)):
        trained[name] = train(task, setting, prepared)
        say(f"  {name:36}{trained[name].seconds:6.1f} s")
    return trained


def write(record, name, folder):
    """Write the record and the learning curves, each with the words of the figure."""
    from outcome import describe, draw
    from svg import svg
    from table import document

    words = describe(record)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(document([record], words), indent=1) + "\n", "utf-8")
    (folder / f"{name}.svg").write_text(svg(draw(record), words), "utf-8")


def main(arguments=None, tasks=TASKS):
    """Read the arguments and run the task; return 2, after a sentence, if its data cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=tasks)
    parser.add_argument("--data", type=Path, help="the folder of the data; digits come with scikit-learn")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for the record and the curves")
    asked = parser.parse_args(arguments)
    if find_spec("sklearn") is None:
        print(
            "scikit-learn is not installed, and is needed to compare with: pip install scikit-learn",
            file=sys.stderr,
        )
        return 2
    try:
        record = run(tasks[asked.task], asked.data, functools.partial(print, flush=True))
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    write(record, asked.task.replace("-", "_"), asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
