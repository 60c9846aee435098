"""ps10_generalization: samples put aside, statistics, penalty, dropout, early stopping and folds."""

from itertools import pairwise

import numpy as np

from bpkit.reference import regularizers

from ..comparison import RELATIVE, compare
from ..question import Question
from ..scoring import SHAPED, SINGLE, Part
from .chance import PARTS, dropout_symptoms, fold_symptoms, judged_by, split_symptoms
from .draws_generalization import (
    AT_RANDOM,
    CONSTANT,
    MANY_ENTRIES,
    draw_applied,
    draw_backward,
    draw_dropped,
    draw_fits,
    draw_folds,
    draw_runs,
    draw_splits,
    draw_weights,
)
from .slips_dropout import BACKWARD_MISTAKES, FORWARD_MISTAKES
from .slips_parted import FOLD_MISTAKES, SPLIT_MISTAKES
from .slips_standard import APPLY_MISTAKES, FIT_MISTAKES, GRADIENT_MISTAKES, PENALTY_MISTAKES
from .slips_stopping import STOPPING_MISTAKES


def train_validation_split(x, y, fraction, rng):
    order = rng.permutation(x.shape[1])
    val, train = np.split(order, [round(fraction * len(order))])  # eq-validation-split
    return x[:, train], y[:, train], x[:, val], y[:, val]


def standardize_fit(x):
    mean, std = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    std[std == 0] = 1
    return mean, std


def standardize_apply(x, stats):
    mean, std = stats
    return (x - mean) / std  # eq-standardize


def alike(expected, got, names=None, relative=RELATIVE):
    """List the differences as `compare` does; a known mistake may have nan where an answer has it."""
    arrays = isinstance(got, np.ndarray) and got.shape == expected.shape and got.dtype.kind == "f"
    if arrays and np.isnan(expected).any() and (np.isnan(expected) == np.isnan(got)).all():
        expected, got = np.nan_to_num(expected), np.nan_to_num(got)
    return compare(expected, got, names, relative)


def early_stopping(val_losses, patience, min_delta=0.0):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best] - min_delta:  # eq-early-stopping
            best = epoch
        elif epoch - best == patience:
            break
    return best


def k_folds(m, k, rng):
    order, bounds = rng.permutation(m), [m * j // k for j in range(k + 1)]
    folds = [order[start:stop] for start, stop in pairwise(bounds)]  # eq-folds
    return [(np.setdiff1d(order, val), val) for val in folds]


def parts(*tags, single=True):
    """Return the parts of a question: (points, tags) by name, and what is asked of arrays."""
    named = {name: Part(points, of or (name,)) for name, points, *of in tags}
    return named | ({SINGLE: Part(0.25, ("float32",)), SHAPED: Part(0.25)} if single else {})


QUESTIONS = (
    Question(
        "train_validation_split",
        parts(
            ("sizes, and pairs kept together", 1, "a batch"),
            ("an empty part", 0.5),
            (AT_RANDOM, 1),
        ),
        "eq-validation-split",
        draw_splits,
        train_validation_split,
        None,
        SPLIT_MISTAKES,
        compare=judged_by(split_symptoms, PARTS),
        by_symptoms=True,
        probe="drawn",
    ),
    Question(
        "standardize_fit",
        parts(("a batch", 1), (CONSTANT, 0.5)),
        "eq-standardize",
        draw_fits,
        standardize_fit,
        None,
        FIT_MISTAKES,
        compare=alike,
        probe="fitted",
        uses={"standardize_apply": standardize_apply},
    ),
    Question(
        "standardize_apply",
        parts(("one sample", 0.5), ("a batch", 0.5), (CONSTANT, 0.5)),
        "eq-standardize",
        draw_applied,
        standardize_apply,
        None,
        APPLY_MISTAKES,
        probe="applied",
        uses={"standardize_fit": standardize_fit},
    ),
    Question(
        "l2_penalty",
        parts(("one layer", 0.5), ("more layers", 1), ("float32 as well", 0.25, "float32"), single=False)
        | {SHAPED: Part(0.25)},
        "eq-weight-penalty",
        draw_weights,
        regularizers.l2_penalty,
        None,
        PENALTY_MISTAKES,
    ),
    Question(
        "l2_gradients",
        parts(("one layer", 0.25), ("more layers", 0.25)),
        "eq-weight-penalty-gradient",
        draw_weights,
        regularizers.l2_gradients,
        None,
        GRADIENT_MISTAKES,
    ),
    Question(
        "dropout_forward",
        parts(
            ("the mask and the scale", 1, "one sample", "a batch"),
            ("nothing is dropped", 0.5),
            (f"{MANY_ENTRIES}, each {AT_RANDOM}", 1, MANY_ENTRIES),
        ),
        "eq-dropout-forward",
        draw_dropped,
        regularizers.dropout_forward,
        None,
        FORWARD_MISTAKES,
        compare=judged_by(dropout_symptoms),
        by_symptoms=True,
        probe="drawn",
    ),
    Question(
        "dropout_backward",
        parts(("one sample", 0.25, "one sample"), ("a batch", 0.25, "a batch")),
        "eq-dropout-backward",
        draw_backward,
        regularizers.dropout_backward,
        None,
        BACKWARD_MISTAKES,
    ),
    Question(
        "early_stopping",
        parts(
            ("patience", 1),
            ("ties", 0.5),
            ("min_delta", 1),
            ("to the end", 0.25),
            single=False,
        )
        | {SHAPED: Part(0.25)},
        "eq-early-stopping",
        draw_runs,
        early_stopping,
        None,
        STOPPING_MISTAKES,
    ),
    Question(
        "k_folds",
        parts(("k divides m", 1), ("a rest", 1), (AT_RANDOM, 1), single=False),
        "eq-folds",
        draw_folds,
        k_folds,
        None,
        FOLD_MISTAKES,
        compare=judged_by(fold_symptoms),
        by_symptoms=True,
        probe="drawn",
    ),
)
