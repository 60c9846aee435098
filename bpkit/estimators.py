"""Networks as scikit-learn's estimators: rows instead of columns, and labels instead of one-hot targets."""

import math
import warnings
from collections.abc import Sequence
from numbers import Integral

import numpy as np

from .model import generator
from .network import Network
from .reference.shapes import expect_count, expect_number
from .training import fit

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import train_test_split
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError as error:
    if error.name.split(".")[0] != "sklearn":
        raise
    message = 'bpkit.estimators needs the package scikit-learn. Install it: pip install "bpkit[train]"'
    raise ModuleNotFoundError(message, name="sklearn") from None

FLOATS = [np.float64, np.float32]  # anything else becomes the first


class BackpropEstimator(BaseEstimator):
    """What the classifier and the regressor share: the parameters, and how they reach the network."""

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        activation="relu",
        optimizer="adam",
        learning_rate=0.003,
        schedule="constant",
        batch_size=32,
        max_iter=200,
        l2=1e-4,
        validation_fraction=None,
        patience=10,
        tol=1e-4,
        random_state=None,
        dtype="float64",
        progress=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.l2 = l2
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.tol = tol
        self.random_state = random_state
        self.dtype = dtype
        self.progress = progress

    def _train(self, X, Y, output, loss, labels=None):
        """Fit a new network to the rows of X and Y; labels share out the classes to what is held out."""
        hidden, rng = _expect_hidden(self.hidden_layer_sizes), _rng(self.random_state)
        activation = _expect_activation(self.activation, len(hidden))
        net = Network([X.shape[1], *hidden, Y.shape[1]], activation, output, loss, self.dtype, rng)
        X, Y, validation = self._hold_out(X, Y, labels, rng)
        fit(
            net,
            X.T,
            Y.T,
            epochs=expect_count("max_iter", self.max_iter),
            batch_size=self.batch_size,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            schedule=self.schedule,
            l2=self.l2,
            validation=validation,
            patience=self.patience,
            min_delta=expect_number("tol", self.tol, 0),
            progress=self.progress,
            rng=rng,
        )
        self.network_, self.loss_curve_ = net, list(net.history.loss)
        self.n_iter_ = len(self.loss_curve_)
        self._expect_end(net.history.stopped)
        return self

    def _hold_out(self, X, Y, labels, rng):
        """Return the rows to train with, and the columns held out or None."""
        if self.validation_fraction is None:
            return X, Y, None
        share = expect_number("validation_fraction", self.validation_fraction, 0, 1, closed=False)
        seed = int(rng.integers(2**31))
        try:
            X, x, Y, y = train_test_split(X, Y, test_size=share, stratify=labels, random_state=seed)
        except ValueError:
            raise ValueError(_cannot_hold_out(share, len(X), labels)) from None
        return X, Y, (x.T, y.T)

    def _expect_end(self, stopped):
        """Say if the training ended too early; Ctrl-C goes on, and so ends a search over many fits."""
        if stopped == "interrupted":
            raise KeyboardInterrupt
        if self.patience is not None and stopped == "all epochs done":
            warnings.warn(
                f"The loss still fell after max_iter={self.max_iter} epochs. Raise max_iter, or set "
                "patience=None if this number of epochs is what you want.",
                ConvergenceWarning,
                stacklevel=4,  # the line that calls fit
            )

    def _output(self, X):
        """Return the network's output for the rows of X, shape (n_samples, n_L)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=FLOATS, reset=False)
        return self.network_.predict(X.T).T


class BackpropClassifier(ClassifierMixin, BackpropEstimator):
    """A network that classifies, with scikit-learn's interface: one sample per row.

    Two classes take one sigmoid output with the binary cross-entropy; more take softmax with the
    cross-entropy.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of each hidden layer; ``()`` is a network without any.
    activation : str or sequence of str
        Activation function of the hidden layers, one name for all or one for each.
    optimizer, learning_rate, schedule, l2, progress
        As `Network.fit`.
    batch_size : int
        Samples of a mini-batch; if there are fewer, all of them.
    max_iter : int
        Most epochs to train.
    validation_fraction : float, optional
        Share of the samples to hold out, between 0 and 1: `patience` then watches their loss.
        By default nothing is held out, and `patience` watches the loss of the training samples.
    patience : int, optional
        Epochs without progress after which the training stops, and the best epoch's weights are put back;
        None trains for `max_iter` epochs.
    tol : float
        The loss must fall by more than this to count as progress.
    random_state : int, numpy.random.RandomState, numpy.random.Generator, optional
        An int gives the same network each time; a fresh source by default.
    dtype : dtype
        Precision of the network, float64 or float32.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        The labels in order.
    network_ : Network
        The trained network, which takes columns; its `history` says how the training went.
    loss_curve_ : list of float
        Loss of the training samples in each epoch.
    n_iter_ : int
        Epochs trained.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, shape (n_features,)
        Names of the columns, if X had names.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "other", "other", "same"]
    >>> classifier = BackpropClassifier(learning_rate=0.05, random_state=0).fit(X, y)
    >>> classifier.predict(X)
    array(['same', 'other', 'other', 'same'], dtype='<U5')
    """

    def fit(self, X, y):
        """Train a new network.

        Parameters
        ----------
        X : array-like, shape (n_samples, n_features)
        y : array-like, shape (n_samples,)
            Labels: strings, numbers or booleans.

        Returns
        -------
        BackpropClassifier
            Itself.

        Raises
        ------
        TypeError, ValueError
            If a parameter is out of its range or of the wrong kind, or there is nothing to learn in X and y.
        TrainingDiverged
            If the loss or a weight is no longer finite.
        KeyboardInterrupt
            After Ctrl-C; the estimator is then fitted as far as the training went.
        """
        X, y = validate_data(self, X, y, dtype=FLOATS)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        K = len(self.classes_)
        if K == 1:
            raise ValueError(f"y holds one class, {y[0]}, but should hold at least two.")
        if K == 2:
            return self._train(X, labels[:, None].astype(float), "sigmoid", "binary_cross_entropy", labels)
        return self._train(X, np.eye(K)[labels], "softmax", "cross_entropy", labels)

    def predict(self, X):
        """Return the most probable label of each row of X (n_samples, n_features), shape (n_samples,)."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X):
        """Return the probability of each class, in the order of `classes_`, shape (n_samples, n_classes)."""
        o = self._output(X)
        return np.hstack([1 - o, o]) if o.shape[1] == 1 else o


class BackpropRegressor(RegressorMixin, BackpropEstimator):
    """A network that predicts numbers, with scikit-learn's interface: one sample per row.

    The output is linear, with half the squared error.
    A target far from the size of 1 is learnt faster if it is scaled first, as scikit-learn's
    ``TransformedTargetRegressor`` does.

    Parameters
    ----------
    hidden_layer_sizes, activation, optimizer, learning_rate, schedule, batch_size, max_iter, l2
        As `BackpropClassifier`.
    validation_fraction, patience, tol, random_state, dtype, progress
        As `BackpropClassifier`.

    Attributes
    ----------
    network_, loss_curve_, n_iter_, n_features_in_, feature_names_in_
        As `BackpropClassifier`.

    Examples
    --------
    >>> X = np.linspace(-3, 3, 100).reshape(-1, 1)
    >>> regressor = BackpropRegressor(patience=None, random_state=0).fit(X, np.sin(X.ravel()))
    >>> regressor.score(X, np.sin(X.ravel())) > 0.99
    True
    """

    def fit(self, X, y):
        """Train a new network.

        Parameters
        ----------
        X : array-like, shape (n_samples, n_features)
        y : array-like, shape (n_samples,) or (n_samples, n_outputs)

        Returns
        -------
        BackpropRegressor
            Itself.

        Raises
        ------
        TypeError, ValueError, TrainingDiverged, KeyboardInterrupt
            As `BackpropClassifier.fit`.
        """
        try:
            X, Y = validate_data(self, X, y, dtype=FLOATS, multi_output=True, y_numeric=True)
            Y = Y.astype(float)
        except ValueError:
            _expect_no_words(y)
            raise
        self._target_shape = Y.shape[1:]
        return self._train(X, Y.reshape(len(X), -1), "identity", "half_squared_error")

    def predict(self, X):
        """Return the prediction for each row of X: n_samples numbers, or rows of n_outputs as y had."""
        return self._output(X).reshape(-1, *self._target_shape)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _expect_hidden(sizes):
    """Return the units of the hidden layers as a list, or raise unless they are whole numbers above 0."""
    if isinstance(sizes, Integral):
        sizes = [sizes]
    if not isinstance(sizes, (Sequence, np.ndarray)) or isinstance(sizes, str):
        raise TypeError(
            f"hidden_layer_sizes is {sizes!r}, but should be numbers of units, such as (100, 50)."
        )
    return [expect_count(f"hidden_layer_sizes[{i}]", n) for i, n in enumerate(sizes)]


def _expect_activation(activation, hidden):
    """Return the name or names, or raise unless there is one name for all hidden layers or one for each."""
    if not isinstance(activation, (str, Sequence)):
        raise TypeError(
            f"activation is {activation!r:.60}, but should be a name or a list of names, one for each hidden "
            "layer."
        )
    if not isinstance(activation, str) and len(activation) != hidden:
        raise ValueError(
            f"activation has {len(activation)} entries, but hidden_layer_sizes has {hidden}: name one "
            "function for all hidden layers or one for each."
        )
    return activation


def _cannot_hold_out(share, n, labels):
    if labels is None:
        found, each = f"there are {n} samples", "a sample"
    else:
        counts = np.bincount(labels)
        found = f"of {n} samples in {len(counts)} classes, the rarest has {counts.min()}"
        each = "a sample of each class"
    return (
        f"validation_fraction is {share:g}, but should hold out and leave at least {each}: {found}. "
        "Take another fraction, None, or more samples."
    )


def _expect_no_words(y):
    words = [value for value in np.ravel(np.asarray(y, object)) if isinstance(value, (str, bytes))]
    if words:
        raise ValueError(
            f"y holds {words[0]!r:.60}, but a regressor learns numbers. For labels take BackpropClassifier."
        ) from None


def _rng(random_state):
    """Return the numpy.random.Generator for what scikit-learn's users pass as random_state."""
    if random_state is None or isinstance(random_state, np.random.Generator):
        return generator(random_state)
    if isinstance(random_state, np.random.RandomState):
        return generator(random_state.randint(2**31))
    return generator(expect_count("random_state", random_state, least=0, most=math.inf))
