"""The loop of training: batches, steps and epochs, when to stop, and how to go on."""

import contextlib
import math
from time import perf_counter

import numpy as np

from ..history import History
from ..network import Network
from ..reference.shapes import expect_switch, quiet
from .divergence import diverged, is_finite
from .progress import find_bar, interruptible, showing
from .resuming import expect_generator, keep, put_best_back, restore
from .samples import Samples, expect_network, expect_samples, expect_validation
from .settings import Settings, expect_same
from .updates import Update


def fit(
    net,
    x,
    y,
    *,
    epochs=100,
    batch_size=32,
    optimizer="gradient_descent",
    learning_rate=0.1,
    schedule="constant",
    l2=0.0,
    clip=None,
    validation=None,
    target_loss=None,
    patience=None,
    min_delta=0.0,
    shuffle=True,
    callbacks=(),
    progress=None,
    rng=None,
    resume=False,
):
    r"""Train the network on mini-batches, until an end is reached or Ctrl-C is pressed.

    Parameters
    ----------
    x, y : ndarray, shapes (n_0, N) and (n_L, N)
        Training set, one sample per column.
    epochs : int
        Passes through the training set, in all if a run goes on.
    batch_size : int
        Samples in a step; the last batch of an epoch may be smaller.
    optimizer : str, tuple or Optimizer
        A name of ``OPTIMIZERS``, such as ``"adam"``; a name with options, such as
        ``("momentum", {"mu": 0.5})``; or an `Optimizer` made from a step of your own.
    learning_rate : float
    schedule : str, tuple or callable
        A name of ``SCHEDULES``, a name with options, or a function of the learning rate and the epochs done
        so far, with a fraction inside an epoch. The option `epochs` is filled in.
    l2 : float
        λ of the penalty :math:`\frac\lambda2 \sum_l \lVert W^{(l)} \rVert^2`; biases are left out.
    clip : float, optional
        The greatest length of the gradient of all parameters together.
    validation : tuple of two ndarray, optional
        x and y of data to watch. Without them the training loss is watched.
    target_loss : float, optional
        Stop when the watched loss is as low as that.
    patience : int, optional
        Stop after so many epochs in a row without a better watched loss. However the run then ends, but
        for `TrainingDiverged`, the network gets the weights of its best epoch.
    min_delta : float
        Better is what is lower by more than this.
    shuffle : bool
        Draw a new order of the samples for each epoch.
    callbacks : sequence of callable
        Each is called with the network after every epoch; one that returns True stops the run.
    progress : bool, optional
        Show a bar; by default on a terminal or in a notebook, if the run takes longer than a second.
    rng : numpy.random.Generator or int, optional
        Where the orders come from; a fresh source by default. A run that goes on uses its own.
    resume : bool
        Go on where the last run stopped, also in another process after `save` and `load`: the result is, bit
        for bit, that of a run that never stopped. The settings must be the same; `epochs`, `target_loss`,
        `callbacks` and `progress` may differ. A network that was never trained begins.

    Returns
    -------
    Network
        The network itself; `history` is the record. After Ctrl-C it is the network as trained so far.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or a weight is not finite; nothing has changed then.
    RuntimeError
        If this network is already training, in a callback or another thread; nothing has changed then.
    TrainingDiverged
        If the loss or a weight is no longer finite. Weights from before it went wrong are put back; the
        message says which, and this run cannot go on.

    Notes
    -----
    An error of your own schedule, optimizer or callback, and a second Ctrl-C, come through as they are, and
    `history.stopped` names them. Such a run goes on with `resume` from its last whole step. Only if a step
    was broken off in the middle, as by an error of your own optimizer, there is nothing to go on with.

    Examples
    --------
    >>> x, y = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0.0, 1, 1, 0]])
    >>> net = Network([2, 4, 1], output="sigmoid", loss="binary_cross_entropy", rng=0)
    >>> net.fit(x, y, epochs=1000, learning_rate=1.0, target_loss=0.01, rng=0).history.stopped
    'target loss reached'
    >>> net.predict(x).round()
    array([[0., 1., 1., 0.]])
    """
    settings = Settings(
        epochs,
        batch_size,
        optimizer,
        learning_rate,
        schedule,
        l2,
        clip,
        target_loss,
        patience,
        min_delta,
        shuffle,
        callbacks,
    )
    expect_network(net)
    resume, rng, new_bar = expect_switch("resume", resume), expect_generator(rng), find_bar(progress)
    x, y = expect_samples(net, x, y)
    validation = expect_validation(net, validation)
    with _alone(net):
        samples = Samples(net, x, y, settings.batch_size, settings.shuffle)
        run = Run(net, settings, samples, validation, rng)
        run.begin(settings.recorded(x, y, validation), resume)
        with interruptible() as interrupt, showing(new_bar, len(net.history), settings.epochs) as show:
            run.train(interrupt, show)
    return net


Network.fit = fit


@contextlib.contextmanager
def _alone(net):
    """Keep other runs away from the network, whose buffers and history belong to one run at a time."""
    token = object()
    if vars(net).setdefault("_run", token) is not token:
        raise RuntimeError(
            "This network is already training, and fit was called again, in a callback or in another thread. "
            "Wait until the first fit returns, or train a copy: copy.deepcopy(net)."
        )
    try:
        yield
    finally:
        del net._run


class Run:
    """One run over a network: where it stands in the epoch, and what its history must keep."""

    def __init__(self, net, settings, samples, validation, rng):
        self.net, self.settings, self.samples, self.validation = net, settings, samples, validation
        self.update = Update(net, settings.optimizer, settings.options, settings.l2, settings.clip)
        self.rng, self.rng_before = rng, None  # now, and at the beginning of the epoch
        self.step, self.total, self.seconds = 0, 0.0, 0.0  # of the epoch: its steps, its losses, its time
        self.best_loss, self.waited, self.best = None, 0, net.theta.copy()
        self.theta_before, self.asked = net.theta.copy(), False
        self.calm, self.calm_epoch, self.lowest = net.theta.copy(), None, math.inf  # before the lowest loss
        self.torn = False  # whether a step or a record is half done

    def begin(self, recorded, resume):
        """Take up the run of the network's history, or begin a new history."""
        if resume and self.net.history.settings:
            expect_same(self.net.history.settings, recorded)
            restore(self)
        else:
            self.net.history = History()
            self.net.history.settings = recorded

    def train(self, interrupt, show):
        """Train until there is a reason to stop."""
        history = self.net.history
        history.stopped = None
        try:
            while not (reason := self._reason(interrupt)):
                if self._epoch(interrupt):
                    show(history.watched()[-1], history.learning_rate[-1])
                    self._call_back()
        except BaseException as problem:
            self._break_off(problem)
            raise
        self._end(reason)

    def _end(self, reason):
        keep(self)
        put_best_back(self)
        self.net.history.stopped = reason

    def _break_off(self, problem):
        """Note what broke the run off, and where it stands unless that is in the middle of a step."""
        if self.net.history.stopped:  # it diverged
            return
        reason = f"broken off by {type(problem).__name__}"
        if self.torn:
            self.net.history.stopped = reason
        else:
            self._end(reason)

    def _reason(self, interrupt):
        """Return why the run should stop now, or None."""
        settings, done, losses = self.settings, len(self.net.history), self.net.history.watched()
        if losses and settings.target_loss is not None and losses[-1] <= settings.target_loss:
            return "target loss reached"
        if settings.patience is not None and self.waited >= settings.patience:
            return "patience ran out"
        if done >= settings.epochs:
            return "all epochs done"
        if self.asked:
            return "a callback asked for it"
        return "interrupted" if interrupt.asked else None

    @quiet
    def _epoch(self, interrupt):
        """Take the steps that are left of an epoch; return whether its end was reached."""
        began = perf_counter()
        self.net.history.position = None  # from here to the end of a step there is nothing to go on from
        np.copyto(self.theta_before, self.net.theta)
        ended = self._take_steps(interrupt)
        loss = self._validate() if ended else None
        self.seconds += perf_counter() - began
        if ended:
            self._record(loss)
        return ended

    def _take_steps(self, interrupt):
        samples, rate_at, done = self.samples, self.settings.rate_at, len(self.net.history)
        if samples.shuffled:
            self.rng_before = self.rng.bit_generator.state
        for batch in samples.batches(samples.order(self.rng), self.step):
            batch.forward()
            loss = batch.loss()
            if not loss < math.inf:
                raise diverged(self, batch.x, f"the loss became {loss}")
            batch.backward(1 / batch.m)
            rate = rate_at(done + self.step / samples.per_epoch)
            self.torn = True
            self.update(rate)
            self.total += loss * batch.m
            self.step += 1
            self.torn = False
            if interrupt.asked:
                break
        if not is_finite(self.net.theta):
            raise diverged(self, None, "the last step was too long")
        return self.step == samples.per_epoch

    def _validate(self):
        """Return the loss of the validation data, if there is any."""
        if self.validation is None:
            return None
        loss = self.net.evaluate(*self.validation)
        if not loss < math.inf:
            raise diverged(self, self.validation[0], f"the validation loss became {loss}")
        return loss

    def _record(self, validation_loss):
        history, loss = self.net.history, self.total / self.samples.N
        rate = self.settings.rate_at(len(history))
        self.torn = True
        history.add(loss, rate, self.seconds, validation_loss)
        self.step, self.total, self.seconds, self.rng_before = 0, 0.0, 0.0, None
        if loss < self.lowest:
            self.lowest, self.calm_epoch = loss, len(history)
            self.calm, self.theta_before = self.theta_before, self.calm
        if self.settings.patience is not None:
            self._watch(history.watched()[-1])
        self.torn = False

    def _watch(self, loss):
        if self.best_loss is None or loss < self.best_loss - self.settings.min_delta:
            self.best_loss, self.waited = loss, 0
            np.copyto(self.best, self.net.theta)
        else:
            self.waited += 1

    def _call_back(self):
        if self.settings.callbacks:
            keep(self)
            answers = [callback(self.net) for callback in self.settings.callbacks]
            self.asked = any(isinstance(answer, (bool, np.bool)) and answer for answer in answers)
