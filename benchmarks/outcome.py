"""What came of it: the record, the lines of the table, the learning curves and their words."""

import matplotlib.pyplot as plt
from learning import SCHEDULE, SEED

from bpkit.plots import curves
from bpkit.plots.style import styled

HEAD = f"{'':16}{'test error':>12}{'wrong':>8}{'time':>8}{'epochs':>8}{'parameters':>12}"


def record(task, chosen, errors, trained, wrong, counts):
    """Return what is kept of one run, as JSON can hold it.

    Parameters
    ----------
    task : Task
    chosen : str
        Name of the chosen candidate.
    errors : dict of {str: list of float}
        The candidates' validation errors by epoch, in percent.
    trained : dict of {str: Trained}
        The networks that were trained with the chosen setting.
    wrong : dict of {str: int}
        How many test samples each puts into a wrong class.
    counts : dict of {str: int}
        How many samples there were, to "train", "held out" of these, and to "test".
    """
    return {
        "task": task.title,
        "samples": counts,
        "seed": SEED,
        "optimizer": "adam",
        "schedule": {"bpkit": SCHEDULE, "scikit-learn": "constant"},
        "candidates": {name: setting._asdict() for name, setting in task.candidates.items()},
        "validation_error_percent": {name: _rounded(values) for name, values in errors.items()},
        "chosen": chosen,
        "goal_percent": task.goal,
        "goal_of": task.source,
        "results": {
            name: {
                "test_error_percent": round(100 * wrong[name] / counts["test"], 3),
                "wrong": wrong[name],
                "parameters": one.parameters,
                "seconds": round(one.seconds, 1),
                "training_loss": _rounded(one.losses),
            }
            for name, one in trained.items()
        },
    }


def _rounded(values):
    return [float(f"{value:.4g}") for value in values]


def reached(record):
    """Return whether our error is within the goal."""
    return record["results"]["bpkit"]["test_error_percent"] <= record["goal_percent"]


def table(record):
    """Return the lines of the table: ours, scikit-learn's, and the goal."""
    ours, lines = record["results"]["bpkit"], [HEAD]
    epochs = record["candidates"][record["chosen"]]["epochs"]
    for name, result in record["results"].items():
        ratio = result["seconds"] / max(ours["seconds"], 0.1)
        lines.append(
            f"{name:16}{result['test_error_percent']:>10.2f} %{result['wrong']:>8,}{ratio:>8.2f}"
            f"{epochs:>8}{result['parameters']:>12,}"
        )
    verdict = "reached" if reached(record) else "missed"
    return [*lines, f"At most {record['goal_percent']:g} %, {record['goal_of']}: {verdict}."]


def describe(record):
    """Return the figure in words."""
    results, errors = record["results"], record["validation_error_percent"]
    losses = ", ".join(
        f"{name} from {result['training_loss'][0]:.2g} to {result['training_loss'][-1]:.2g}"
        for name, result in results.items()
    )
    last = ", ".join(f"{name} {values[-1]:.2f} %" for name, values in errors.items())
    return (
        f"{record['task']}: two line charts over the epochs. Left, the training loss: {losses}. "
        f"Right, the error of the candidates on the held out part, at the end: {last}."
    )


@styled
def draw(record):
    """Return the learning curves: the training losses, and the candidates' validation errors."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8))
    losses = {name: result["training_loss"] for name, result in record["results"].items()}
    errors = record["validation_error_percent"]
    epochs = range(1, len(losses["bpkit"]) + 1)
    curves(epochs, losses, "epoch", "training loss", yscale="log", ax=left)
    curves(epochs, errors, "epoch", "validation error in %", ax=right).set_ylim(bottom=0)
    return fig
