"""The classifier and the regressor: scikit-learn's own checks, and the network inside is ours."""

import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest

import bpkit

pytest.importorskip("sklearn")

from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_digits, load_iris, load_wine, make_moons
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from bpkit.estimators import BackpropClassifier, BackpropRegressor
from bpkit.training.divergence import TrainingDiverged

FIVE_EPOCHS = {"max_iter": 5, "patience": None, "random_state": 0}
unfinished = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@unfinished
@parametrize_with_checks([BackpropClassifier(), BackpropRegressor()])
def test_estimators_satisfy_scikit_learn(estimator, check):
    check(estimator)


def folds(estimator, load, cv):
    """Return the scores of five folds, each standardized by its own training samples."""
    X, y = load(return_X_y=True)
    return cross_val_score(make_pipeline(StandardScaler(), estimator), X, y, cv=cv)


def as_good_as(ours, theirs, load, cv, margin):
    return folds(ours, load, cv).mean() > folds(theirs, load, cv).mean() - margin


SHUFFLED = {"n_splits": 5, "shuffle": True, "random_state": 0}


@unfinished
def test_classifier_is_as_good_as_that_of_scikit_learn():
    cv, theirs = StratifiedKFold(**SHUFFLED), MLPClassifier(random_state=0)
    untrained = BackpropClassifier(learning_rate=0.0, **FIVE_EPOCHS)

    assert as_good_as(BackpropClassifier(random_state=0), theirs, load_wine, cv, margin=0.02)
    assert not as_good_as(untrained, theirs, load_wine, cv, margin=0.02)


@unfinished
@pytest.mark.slow
@pytest.mark.parametrize("load", [load_digits, load_iris])
def test_classifier_is_as_good_as_that_of_scikit_learn_on_more_sets(load):
    cv, theirs = StratifiedKFold(**SHUFFLED), MLPClassifier(random_state=0)

    assert as_good_as(BackpropClassifier(random_state=0), theirs, load, cv, margin=0.02)


@unfinished
def test_regressor_is_as_good_as_that_of_scikit_learn():
    cv = KFold(**SHUFFLED)

    ours, theirs, untrained = (
        folds(estimator, load_diabetes, cv).mean()
        for estimator in (
            BackpropRegressor(random_state=0),
            MLPRegressor(random_state=0),
            BackpropRegressor(learning_rate=0.0, max_iter=1, patience=None, random_state=0),
        )
    )

    assert ours > theirs - 0.02
    assert ours > 0.3 > untrained


def test_grid_search_finds_the_rate_that_learns():
    X, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), BackpropClassifier(**FIVE_EPOCHS))
    grid = {"backpropclassifier__learning_rate": [0.0, 0.01]}

    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)

    assert search.best_params_ == {"backpropclassifier__learning_rate": 0.01}
    assert search.best_estimator_[-1].learning_rate == 0.01


@pytest.mark.parametrize(
    "names",
    [["setosa", "virginica", "other"], [7, 5, -1], ["no", "yes"], [True, False], [2.0, 1.0]],
    ids=str,
)
def test_classes_are_labels_of_any_kind(names):
    X, y = load_iris(return_X_y=True)
    X, y = X[y < len(names)], np.array(names)[y[y < len(names)]]

    classifier = BackpropClassifier(learning_rate=0.01, **FIVE_EPOCHS).fit(X, y)
    p = classifier.predict_proba(X)

    assert classifier.classes_.tolist() == sorted(names)
    assert set(classifier.predict(X)) <= set(names) and classifier.score(X, y) > 0.6
    assert p.shape == (len(X), len(names)) and np.allclose(p.sum(axis=1), 1)
    assert (classifier.classes_[p.argmax(axis=1)] == classifier.predict(X)).all()


def test_targets_keep_their_shape():
    X, y = make_moons(40, noise=0.1, random_state=0)
    regressor = BackpropRegressor(**FIVE_EPOCHS)

    assert get_tags(regressor).target_tags.multi_output
    assert regressor.fit(X, y).predict(X[:3]).shape == (3,)
    assert regressor.fit(X, y[:, None]).predict(X[:3]).shape == (3, 1)
    assert regressor.fit(X, np.stack([y, -y], axis=1)).predict(X[:3]).shape == (3, 2)


def test_pickle_and_clone_keep_what_they_should():
    X, y = make_moons(40, noise=0.1, random_state=0)
    classifier = BackpropClassifier(hidden_layer_sizes=[5, 4], activation="tanh", **FIVE_EPOCHS).fit(X, y)

    again, cloned = pickle.loads(pickle.dumps(classifier)), clone(classifier)

    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))
    assert again.loss_curve_ == classifier.loss_curve_
    assert cloned.get_params() == classifier.get_params()
    with pytest.raises(NotFittedError, match="not fitted"):
        cloned.predict(X)


def test_random_state_decides_every_bit():
    X, y = make_moons(100, noise=0.1, random_state=0)

    def theta(random_state):
        settings = {**FIVE_EPOCHS, "random_state": random_state, "validation_fraction": 0.2}
        return BackpropClassifier(**settings).fit(X, y).network_.theta.tobytes()

    assert theta(0) == theta(0) == theta(np.random.default_rng(0))
    assert theta(np.random.RandomState(0)) == theta(np.random.RandomState(0))
    assert len({theta(0), theta(1), theta(np.random.RandomState(0)), theta(None), theta(None)}) == 5


SETTINGS = {
    "optimizer": "momentum",
    "learning_rate": 0.02,
    "schedule": "inverse_time",
    "batch_size": 16,
    "l2": 0.01,
}


def trained_network(X, Y, output, loss, **changed):
    rng = np.random.default_rng(0)
    net = bpkit.Network([X.shape[1], 6, 5, Y.shape[1]], ["relu", "tanh"], output, loss, np.float32, rng)
    return net.fit(X.T, Y.T, epochs=5, rng=rng, **{**SETTINGS, **changed})


@pytest.mark.parametrize("K", [2, 3])
def test_classifier_is_the_network_with_its_settings(K):
    X, y = load_iris(return_X_y=True)
    X, y = X[y < K], y[y < K]
    Y = np.eye(3)[y] if K == 3 else y[:, None]
    kind = ("softmax", "cross_entropy") if K == 3 else ("sigmoid", "binary_cross_entropy")
    shape = {"hidden_layer_sizes": (6, 5), "activation": ["relu", "tanh"], "dtype": "float32"}

    net = BackpropClassifier(**shape, **SETTINGS, **FIVE_EPOCHS).fit(X, y).network_

    assert net.f[3] == kind[0] and net.loss == kind[1] and net.dtype == np.float32
    assert np.array_equal(net.theta, trained_network(X, Y, *kind).theta)
    for name, value in {"l2": 0.0, "batch_size": 15, "schedule": "constant", "optimizer": "adam"}.items():
        assert not np.array_equal(net.theta, trained_network(X, Y, *kind, **{name: value}).theta)


@pytest.mark.parametrize(
    ("estimator", "output", "loss"),
    [
        (BackpropClassifier, "sigmoid", "binary_cross_entropy"),
        (BackpropRegressor, "identity", "half_squared_error"),
    ],
)
def test_epoch_of_the_whole_batch_is_one_step_of_gradient_descent(estimator, output, loss):
    X, y = make_moons(30, noise=0.1, random_state=0)
    rate = {"optimizer": "gradient_descent", "learning_rate": 0.5, "l2": 0.0, "batch_size": 30}
    model = estimator((4,), activation="tanh", **rate, **FIVE_EPOCHS).set_params(max_iter=1).fit(X, y)
    start = bpkit.Network([2, 4, 1], "tanh", output, loss, rng=0)

    before, dW, db = bpkit.loss_and_gradients(start.W, start.b, X.T, y[None].astype(float), start.f, loss)
    W, b = bpkit.gradient_descent(start.W, dW, 0.5), bpkit.gradient_descent(start.b, db, 0.5)

    for l in W:
        np.testing.assert_allclose(model.network_.W[l], W[l], rtol=1e-9)
        np.testing.assert_allclose(model.network_.b[l], b[l], rtol=1e-9, atol=1e-12)
        assert not np.allclose(model.network_.W[l], start.W[l])
    assert model.loss_curve_ == [pytest.approx(before)]


def test_samples_held_out_keep_the_proportions_of_the_classes():
    X, y = load_iris(return_X_y=True)
    estimator, Y = BackpropClassifier(validation_fraction=0.2), np.eye(3)[y]

    rows, targets, (x, held_out) = estimator._hold_out(X, Y, y, np.random.default_rng(0))

    assert rows.shape == (120, 4) and x.shape == (4, 30)
    assert targets.sum(axis=0).tolist() == [40, 40, 40] and held_out.sum(axis=1).tolist() == [10, 10, 10]
    parts = np.hstack([np.vstack([rows, x.T]), np.vstack([targets, held_out.T])])
    assert sorted(map(tuple, parts)) == sorted(map(tuple, np.hstack([X, Y])))


@pytest.mark.parametrize("fraction", [None, 0.3])
def test_patience_stops_before_max_iter_and_says_when_it_could_not(fraction):
    X, y = load_iris(return_X_y=True)
    settings = {"learning_rate": 0.05, "validation_fraction": fraction, "random_state": 0}

    stopped = BackpropClassifier(patience=5, **settings).fit(X, y)

    assert len(stopped.loss_curve_) == stopped.n_iter_ < 200
    assert len(stopped.network_.history.validation_loss) == (stopped.n_iter_ if fraction else 0)
    with pytest.warns(ConvergenceWarning, match=r"after max_iter=3 epochs\. Raise max_iter"):
        BackpropClassifier(patience=5, max_iter=3, **settings).fit(X, y)
    assert BackpropClassifier(patience=None, max_iter=3, **settings).fit(X, y).n_iter_ == 3


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("hidden_layer_sizes", (3, 0), ValueError, r"hidden_layer_sizes\[1\] is 0, but should be a whole"),
        ("hidden_layer_sizes", "100", TypeError, r"hidden_layer_sizes is '100', but .* such as \(100, 50\)"),
        ("activation", "rleu", ValueError, "no hidden activation named 'rleu'. Did you mean 'relu'"),
        ("optimizer", "adm", ValueError, "no optimizer named 'adm'. Did you mean 'adam'"),
        ("learning_rate", -1.0, ValueError, "learning_rate is -1.0, but should be"),
        ("learning_rate", "fast", TypeError, "learning_rate is a str, but should be"),
        ("schedule", "cosine", ValueError, "no schedule named 'cosine'. Did you mean 'cosine_decay'"),
        ("batch_size", 0, ValueError, "batch_size is 0, but should be"),
        ("max_iter", 0, ValueError, "max_iter is 0, but should be"),
        ("max_iter", 2.5, TypeError, "max_iter is a float, but should be"),
        ("l2", -0.1, ValueError, "l2 is -0.1, but should be"),
        ("validation_fraction", 1.0, ValueError, "validation_fraction is 1.0, but .* between 0 and 1"),
        ("patience", 0, ValueError, "patience is 0, but should be"),
        ("tol", -1e-4, ValueError, "tol is -0.0001, but should be"),
        ("random_state", "seed", TypeError, "random_state is a str, but should be"),
        ("dtype", "int64", ValueError, "dtype is int64, but should be float64 or float32"),
    ],
)
def test_parameters_are_refused_at_fit_by_name(name, value, error, words):
    X, y = make_moons(20, random_state=0)
    estimator = BackpropRegressor().set_params(**{name: value})

    with pytest.raises(error, match=words):
        estimator.fit(X, y)


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (np.eye(4), ["a"] * 4, "y holds one class, a, but should hold at least two"),
        (np.eye(4), [0.5, 1.5, 2.5, 3.5], "Unknown label type"),
        (np.eye(4), np.eye(4, dtype=int), "y should be a 1d array"),
        (np.eye(4), [0, 1], "inconsistent numbers of samples"),
        (np.eye(4) * np.nan, [0, 1, 0, 1], "contains NaN"),
    ],
)
def test_data_that_cannot_be_learnt_from_is_refused(X, y, words):
    with pytest.raises(ValueError, match=words):
        BackpropClassifier().fit(X, y)


@pytest.mark.parametrize("activation", [None, ["relu", "tanh"], 3])
def test_activation_that_does_not_fit_is_named_as_such(activation):
    with pytest.raises((TypeError, ValueError), match="^activation (is (None|3), but|has 2 entries, but)"):
        BackpropRegressor(activation=activation).fit(np.eye(4), [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("fraction", "rarest"), [(0.001, 50), (0.999, 50), (0.3, 1)], ids=["too small", "too large", "one sample"]
)
def test_fraction_that_leaves_a_class_out_is_refused_by_name(fraction, rarest):
    X, y = load_iris(return_X_y=True)
    X, y = X[: 100 + rarest], y[: 100 + rarest]

    with pytest.raises(ValueError, match=f"^validation_fraction is {fraction}, .* the rarest has {rarest}"):
        BackpropClassifier(validation_fraction=fraction).fit(X, y)


def test_fraction_that_leaves_no_sample_is_refused_by_name():
    X, y = load_diabetes(return_X_y=True)

    with pytest.raises(ValueError, match="^validation_fraction is 0.999, .* there are 442 samples"):
        BackpropRegressor(validation_fraction=0.999).fit(X, y)


@pytest.mark.parametrize("y", [["a"] * 4, ["a", 1.0, 2.0, 3.0], np.array(["a"] * 4, object)], ids=str)
def test_regressor_refuses_labels(y):
    with pytest.raises(ValueError, match="^y holds 'a', but a regressor learns numbers"):
        BackpropRegressor().fit(np.eye(4), y)
    assert BackpropRegressor(**FIVE_EPOCHS).fit(np.eye(4), ["1.5", "2", "3", "4"]).n_iter_ == 5


def test_sparse_rows_are_refused():
    with pytest.raises(TypeError, match="[Ss]parse data was passed"):
        BackpropRegressor().fit(csr_array(np.eye(3)), [1, 2, 3])


def test_training_that_diverges_is_refused():
    X, y = load_diabetes(return_X_y=True)
    settings = {"optimizer": "gradient_descent", "learning_rate": 10.0, "random_state": 0}

    with pytest.raises(TrainingDiverged, match="learning_rate="):
        BackpropRegressor(**settings).fit(1e3 * X, y)


def test_interrupt_ends_a_search_and_leaves_a_fitted_estimator():
    X, y = make_moons(40, noise=0.1, random_state=0)

    def pressed_in_epoch_three(rate, epoch):
        return rate if epoch != 3 else signal.raise_signal(signal.SIGINT) or rate

    classifier = BackpropClassifier(schedule=pressed_in_epoch_three, patience=None, random_state=0)

    with pytest.raises(KeyboardInterrupt):
        cross_val_score(classifier, X, y)
    with pytest.raises(KeyboardInterrupt):
        classifier.fit(X, y)
    assert classifier.n_iter_ == 3 and classifier.predict(X).shape == (40,)


def test_target_scaled_beforehand_is_learnt():
    X, y = load_diabetes(return_X_y=True)
    regressor = BackpropRegressor(hidden_layer_sizes=(), random_state=0)

    score = (
        TransformedTargetRegressor(regressor, transformer=StandardScaler()).fit(10 * X, y).score(10 * X, y)
    )

    assert score > 0.4


def test_missing_scikit_learn_is_a_sentence():
    script = "import sys; sys.modules['sklearn'] = None\nimport bpkit.estimators"

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert 'needs the package scikit-learn. Install it: pip install "bpkit[train]"' in run.stderr
    assert "During handling" not in run.stderr
