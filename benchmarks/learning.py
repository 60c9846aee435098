"""How it is learned: a setting is chosen on a part of the training set, and the network trained on all of it."""

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import numpy as np

from bpkit import Network
from bpkit.data import one_hot

SEED = 0
SCHEDULE = "cosine_decay"
NAMES = {"sigmoid": "logistic"}  # scikit-learn's names of activation functions, where they are others


class Prepared(NamedTuple):
    """Inputs and labels to train with, and the function that makes inputs of other samples alike."""

    rows: np.ndarray  # one sample per row, as both libraries read them
    labels: np.ndarray
    inputs: Callable


class Trained(NamedTuple):
    """A trained network: its class for each column of inputs, its losses by epoch, and the time it took."""

    classify: Callable
    losses: list
    seconds: float
    parameters: int


def prepare(task, setting, samples):
    """Return the samples and their varied copies as inputs with mean 0 and overall standard deviation 1."""
    rng, x = np.random.default_rng(SEED), task.features(samples.x)
    mean = x.mean(axis=1, keepdims=True)
    scale = (x - mean).std()
    n, m = x.shape
    rows = np.empty((m * (1 + setting.copies), n), np.float32)
    rows[:m] = ((x - mean) / scale).T
    for start in range(m, len(rows), m):
        varied = task.features(samples.x, setting.variation, rng)
        rows[start : start + m] = ((varied - mean) / scale).T
    labels = np.tile(samples.labels, 1 + setting.copies)
    return Prepared(rows, labels, lambda other: ((task.features(other.x) - mean) / scale).astype(np.float32))


def wrong(classify, x, labels):
    """Return how many columns of x are put into another class than their label's."""
    return int((classify(x) != labels).sum())


def train_ours(task, setting, prepared, watch=None):
    """Train a `bpkit.Network`; `watch(classify)` is called after each epoch."""
    rng = np.random.default_rng(SEED)
    sizes = [prepared.rows.shape[1], *setting.units, task.classes]
    net = Network(sizes, setting.hidden, setting.output, setting.loss, np.float32, rng)
    y = one_hot(prepared.labels, task.classes).astype(np.float32)

    def classify(x):
        return net.predict(x).argmax(axis=0)

    start = perf_counter()
    net.fit(
        prepared.rows.T,
        y,
        epochs=setting.epochs,
        batch_size=setting.batch_size,
        optimizer="adam",
        learning_rate=setting.learning_rate,
        schedule=SCHEDULE,
        l2=setting.l2,
        callbacks=[lambda net: watch(classify)] if watch else [],
        rng=rng,
    )
    return Trained(classify, net.history.loss, perf_counter() - start, net.theta.size)


def train_theirs(task, setting, prepared):
    """Train scikit-learn's MLP alike; its Adam knows no schedule, and it has squared errors in its regressor."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    squared = setting.loss == "half_squared_error"
    mlp = (MLPRegressor if squared else MLPClassifier)(
        setting.units,
        NAMES.get(setting.hidden, setting.hidden),
        alpha=setting.l2 * setting.batch_size,  # its penalty is divided by the size of the batch
        batch_size=setting.batch_size,
        learning_rate_init=setting.learning_rate,
        max_iter=setting.epochs,
        n_iter_no_change=setting.epochs,
        tol=0,
        random_state=SEED,
    )
    y = one_hot(prepared.labels, task.classes).T.astype(np.float32) if squared else prepared.labels
    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that all epochs are used is what is wanted
        mlp.fit(prepared.rows, y)
    seconds = perf_counter() - start
    # its regressor averages over the outputs, too
    losses = [loss * (task.classes if squared else 1) for loss in mlp.loss_curve_]
    parameters = sum(array.size for array in (*mlp.coefs_, *mlp.intercepts_))

    def classify(x):
        return mlp.predict(x.T).argmax(axis=1) if squared else mlp.predict(x.T)

    return Trained(classify, losses, seconds, parameters)


def choose(task, samples, say):
    """Return the name of the best candidate, and each one's errors by epoch on the held out part, in percent.

    It gets the training set and nothing else. The error after the last epoch decides; of equals, the first.
    """
    held_out = task.held_out(samples)
    kept, judges = samples.those(~held_out), samples.those(held_out)
    errors = {}
    for name, setting in task.candidates.items():
        errors[name] = validation_errors(task, setting, kept, judges)
        say(f"  {name:32}{errors[name][-1]:8.2f} %")
    return min(errors, key=lambda name: errors[name][-1]), errors


def validation_errors(task, setting, samples, judges):
    """Train on the samples, and return the error on the others after each epoch, in percent."""
    errors, prepared = [], prepare(task, setting, samples)
    x, labels = prepared.inputs(judges), judges.labels
    train_ours(
        task,
        setting,
        prepared,
        lambda classify: errors.append(100 * wrong(classify, x, labels) / len(labels)),
    )
    return errors
