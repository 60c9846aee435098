"""How it is learned: a part of the training set chooses a setting, and all of it trains the networks."""

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import numpy as np
from tasks import vary

from bpkit import Network
from bpkit.data import one_hot

SEED = 0
SCHEDULE = "cosine_decay"


class Prepared(NamedTuple):
    """What both libraries train with, and how other samples become such inputs."""

    rows: np.ndarray  # one sample per row, in memory too
    labels: np.ndarray
    scaled: Callable


class Trained(NamedTuple):
    """A trained network: the classes that it gives to the columns of x, its losses by epoch, and its cost."""

    classify: Callable
    losses: list
    seconds: float
    parameters: int

    def wrong(self, samples):
        """Return how many samples get another class than their own."""
        return int((self.classify(samples.x) != samples.labels).sum())


def prepare(task, setting, samples):
    """Return the samples and their varied copies, scaled: each input's mean is 0, all inputs' deviation 1."""
    rng, x = np.random.default_rng(SEED), samples.x
    mean = x.mean(axis=1, keepdims=True)
    deviation = (x - mean).std()

    def scaled(x):
        return ((x - mean) / deviation).astype(np.float32)

    rows = np.empty((1 + setting.copies, *x.T.shape), np.float32)
    rows[0] = scaled(x).T
    for copy in rows[1:]:
        copy[...] = scaled(vary(x, task.side, setting.shift, setting.noise, rng)).T
    return Prepared(rows.reshape(-1, len(x)), np.tile(samples.labels, len(rows)), scaled)


def train_ours(task, setting, prepared, watch=None):
    """Train a `bpkit.Network`; `watch(classify)` is called after each epoch."""
    rng = np.random.default_rng(SEED)
    sizes = [prepared.rows.shape[1], *setting.units, task.classes]
    net = Network(sizes, setting.hidden, setting.output, setting.loss, np.float32, rng)

    def classify(x):
        return net.predict(prepared.scaled(x)).argmax(axis=0)

    start = perf_counter()
    net.fit(
        prepared.rows.T,
        one_hot(prepared.labels, task.classes),
        epochs=setting.epochs,
        batch_size=setting.batch_size,
        optimizer="adam",
        learning_rate=setting.learning_rate,
        schedule=SCHEDULE,
        callbacks=[lambda net: watch(classify)] if watch else [],
        rng=rng,
    )
    return Trained(classify, net.history.loss, perf_counter() - start, net.theta.size)


def train_theirs(task, setting, prepared):
    """Train scikit-learn's MLP alike; its Adam knows no schedule, and only its regressor squared errors."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    squared = setting.loss == "half_squared_error"
    mlp = (MLPRegressor if squared else MLPClassifier)(
        hidden_layer_sizes=setting.units,
        activation=setting.hidden,
        solver="adam",
        alpha=0,
        batch_size=setting.batch_size,
        learning_rate_init=setting.learning_rate,
        max_iter=setting.epochs,
        n_iter_no_change=setting.epochs,
        random_state=SEED,
    )
    y = one_hot(prepared.labels, task.classes).T.astype(np.float32) if squared else prepared.labels
    seconds = _all_epochs(mlp, prepared.rows, y)

    def classify(x):
        found = mlp.predict(prepared.scaled(x).T)
        return found.argmax(axis=1) if squared else found

    outputs = task.classes if squared else 1  # over which the regressor's losses are averaged
    parameters = sum(array.size for array in (*mlp.coefs_, *mlp.intercepts_))
    return Trained(classify, [outputs * loss for loss in mlp.loss_curve_], seconds, parameters)


def _all_epochs(mlp, rows, y):
    """Train until the last epoch, and return how many seconds that took."""
    from sklearn.exceptions import ConvergenceWarning

    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it says that the epochs were used up: as wanted
        mlp.fit(rows, y)
    return perf_counter() - start


def choose(task, samples, say):
    """Return the name of the best candidate, and each one's errors on what is held out, by epoch in percent.

    It knows the training set and nothing else.  The error after the last epoch decides; of equals, the first.
    """
    kept, judges = samples.those(~samples.held_out), samples.those(samples.held_out)
    errors = {}
    for name, setting in task.candidates.items():
        errors[name] = errors_by_epoch(task, setting, kept, judges)
        say(f"  {name:36}{errors[name][-1]:6.2f} %")
    return min(errors, key=lambda name: errors[name][-1]), errors


def errors_by_epoch(task, setting, samples, judges):
    """Train on the samples, and return the error on the judges after each epoch, in percent."""
    errors = []

    def watch(classify):
        errors.append(100 * float((classify(judges.x) != judges.labels).mean()))

    train_ours(task, setting, prepare(task, setting, samples), watch)
    return errors
