"""How batches and trained networks are judged: by what must be true of them, whatever was drawn."""

from dataclasses import replace

import numpy as np
import pytest

from bpkit.grading.questions import batches as B
from bpkit.grading.questions import trained as T
from bpkit.grading.sandbox.probes import twice

X, Y = np.arange(40.0)[np.newaxis], np.vstack([np.arange(40.0) / 7, np.arange(40.0) ** 2])
RIGHT = twice(B.minibatches, X, Y, 6, 5)
SIZES = [6] * 6 + [4]


def said(got, expected=RIGHT):
    return [difference.says for difference in B.compare_batches(expected, got, "your batches")]


def each(change):
    """Return the right batches of three calls, changed one by one."""
    return [change(list(run)) for run in RIGHT]


def halves(run):
    return [(x[:, :3], y[:, :3]) for x, y in run] + [(x[:, 3:], y[:, 3:]) for x, y in run if x.shape[1] > 3]


def column_taken_twice(run):
    (x, y), *rest = run
    return [(x[:, [0, 1, 2, 3, 4, 4]], y[:, [0, 1, 2, 3, 4, 4]]), *rest]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda run: run, []),
        (lambda run: tuple([x, y] for x, y in run), []),
        (lambda run: run[:-1], [B.TOO_FEW]),
        (lambda run: [], [B.TOO_FEW]),
        (lambda run: [*run, run[0]], [B.TOO_MANY, B.REPEATED]),
        (lambda run: 4 * run, [B.TOO_MANY]),
        (lambda run: run[1:] + run[:1], [B.UNEVEN]),
        (halves, [B.UNEVEN]),
        (column_taken_twice, [B.REPEATED]),
        (lambda run: [*run, (X[:, :0], Y[:, :0])], [B.EMPTY]),
        (lambda run: [(x + 0.5, y) for x, y in run], [B.STRANGE]),
        (lambda run: [(x, y[:, ::-1]) for x, y in run], [B.TORN]),
        (lambda run: B.cut(X, np.hstack([y for _, y in run]), np.arange(40), 6), [B.TORN, B.X_STAYS]),
        (lambda run: B.cut(np.hstack([x for x, _ in run]), Y, np.arange(40), 6), [B.TORN, B.Y_STAYS]),
        (lambda run: run[0], [B.SINGLE_PAIR]),
        (lambda run: [[x for x, _ in run], [y for _, y in run]], [B.TWO_LISTS]),
        (lambda run: None, [B.PAIRS]),
        (lambda run: [x for x, _ in run], [B.PAIRS]),
        (lambda run: [(x, y, x) for x, y in run], [B.PAIRS]),
        (lambda run: [(x.T, y.T) for x, y in run], [B.PAIRS]),
        (lambda run: [(x, y[:, :2]) for x, y in run], [B.PAIRS]),
        (lambda run: [(x, y[:1]) for x, y in run], [B.PAIRS]),
        (lambda run: [(x.astype(int), y) for x, y in run], [B.PAIRS]),
        (lambda run: [(x.tolist(), y.tolist()) for x, y in run], [B.PAIRS]),
    ],
)
def test_batches_are_judged_by_what_they_hold(change, says):
    assert said(each(change)) == says


@pytest.mark.parametrize("forged", [None, 7, [], RIGHT[:2], {1: RIGHT}, np.ones(3), "abc", [1, 2, 3]])
def test_replies_that_no_call_gives_are_refused(forged):
    assert said(forged) == [B.PAIRS]


def ordered(*orders):
    return [B.cut(X, Y, np.asarray(order), 6) for order in orders]


ANY, OTHER = (np.random.default_rng(seed).permutation(40) for seed in (1, 2))
WITHIN = np.concatenate([np.arange(k, min(k + 6, 40))[::-1] for k in range(0, 40, 6)])
SHIFTED = np.concatenate([ANY[6:36], ANY[:6], ANY[36:]])


@pytest.mark.parametrize(
    ("orders", "says"),
    [
        ((ANY, ANY, OTHER), []),
        ((ANY, ANY[WITHIN], OTHER), []),
        ((np.arange(40),) * 3, [B.NOT_SHUFFLED]),
        ((np.roll(np.arange(40), 9), np.roll(np.arange(40), 9), np.roll(np.arange(40), 4)), [B.NOT_SHUFFLED]),
        ((WITHIN,) * 3, [B.INSIDE]),
        ((ANY, OTHER, ANY), [B.OTHER_RNG]),
        ((ANY, ANY, ANY), [B.OWN_RNG]),
        ((ANY, ANY, SHIFTED), [B.SAME_BATCHES]),
    ],
)
def test_batches_are_judged_by_their_order_where_chance_cannot_make_it(orders, says):
    assert said(ordered(*orders)) == says


def test_the_order_of_few_samples_tells_nothing():
    few = [B.cut(X[:, :8], Y[:, :8], np.arange(8), 3)] * 3

    assert said(few, twice(B.minibatches, X[:, :8], Y[:, :8], 3, 0)) == []


def test_batches_of_float32_stay_so():
    narrow = [[(x.astype("f4"), y.astype("f4")) for x, y in run] for run in RIGHT]

    assert said(narrow, narrow) == []
    assert said(RIGHT, narrow) == [B.DTYPE]


def test_a_call_that_changes_what_it_is_given_shows_in_the_arguments():
    x, y = X.copy(), Y.copy()
    twice(lambda x, y, size, rng: rng.shuffle(x, axis=1) or B.minibatches(x, y, size, rng), x, y, 6, 0)

    assert not np.array_equal(x, X) and np.array_equal(y, Y)


BOTH = pytest.mark.parametrize(("task", "right"), [(T.XOR, T.xor_by_hand), (T.SINE, T.sine_by_hand)])


def fault(task, network):
    """Return the sentence about a network, and see that it holds no number that could carry something out."""
    (*found,) = T.judged_by(task)(None, network, "your network")
    return found[0].says if found else None


@BOTH
def test_networks_by_hand_are_below_the_bound(task, right):
    W, b = right(None)

    assert task.loss(W, b) < task.bound / 2
    assert fault(task, (W, b)) is None
    assert fault(task, [W, b]) is None
    assert fault(task, tuple({l: p[l].astype("f4") for l in (2, 1)} for p in (W, b))) is None


def changed(right, **arrays):
    """Return a network with other arrays in it, as W1, b1, W2 or b2."""
    W, b = right(None)
    for name, array in arrays.items():
        {"W": W, "b": b}[name[0]][int(name[1])] = array
    return W, b


NONSENSE = [None, 3, (), ({}, {}), ({1: 1, 2: 2}, {1: 1, 2: 2}), [np.ones((2, 2))] * 2, (None, None)]


@BOTH
def test_results_that_are_no_networks_are_refused_in_words(task, right):
    W, b = right(None)

    for wrong in (
        *NONSENSE,
        (W,),
        (W, {1: b[1]}),
        (W, {0: b[1], 1: b[2]}),
        changed(right, W1=np.array(["x"])),
    ):
        assert fault(task, wrong) == T.NO_PAIR
    for wrong in (
        changed(right, b1=b[1].ravel()),
        changed(right, W1=np.ones((3, 2, 1))),
        changed(right, W2=W[2].T),
        changed(right, b2=np.ones(())),
        changed(right, W1=np.ones((0, len(task.x))), b1=np.ones((0, 1)), W2=np.ones((1, 0))),
    ):
        assert fault(task, wrong).startswith("should have W[1] of shape (")
    assert fault(task, changed(right, W1=W[1] * np.nan)) == T.NOT_FINITE
    assert fault(task, changed(right, b2=b[2] + np.inf)) == T.NOT_FINITE
    assert fault(task, T.in_rows(right)(None)) == T.IN_ROWS


def test_the_width_is_free_for_xor_and_four_for_the_sine():
    wide = {1: np.vstack([T.sine_by_hand(None)[0][1], [[1.0]]]), 2: np.array([[0.5, 0.5, -1.0, -1.0, 0.0]])}
    b = {1: np.array([[0.0], [0.0], [-3.0], [3.0], [7.0]]), 2: np.zeros((1, 1))}

    assert "(4, 1)" in fault(T.SINE, (wide, b))
    assert fault(replace(T.SINE, width=None), (wide, b)) is None


@BOTH
def test_failures_are_told_apart(task, right):
    W, b = right(None)
    rng = np.random.default_rng(0)
    draw = {name: rng.normal(0, 0.3, p.shape) for name, p in (("W1", W[1]), ("b1", b[1]), ("W2", W[2]))}

    assert fault(task, T.alike(right)(None)) == T.TWINS
    assert fault(task, changed(right, **draw)) == T.NOTHING
    assert fault(task, changed(right, W2=-W[2], b2=-b[2])) == T.NOTHING
    assert fault(task, changed(right, W1=1e200 * W[1], W2=1e200 * W[2])) in (T.NOTHING, T.STUCK)


@BOTH
def test_failures_are_told_apart_by_their_loss(task, right, monkeypatch):
    for loss, says in (
        (np.nan, T.NOTHING),
        (0.96 * task.loss_of_a_constant, T.NOTHING),
        (0.94 * task.loss_of_a_constant, T.STUCK),
        (3.1 * task.bound, T.STUCK),
        (2.9 * task.bound, T.NEAR),
        (task.bound, T.NEAR),
        (0.99 * task.bound, None),
    ):
        monkeypatch.setattr(T.Task, "loss", lambda *given, loss=loss: loss)

        assert fault(task, right(None)) == says


def test_networks_with_other_activations_are_told_which():
    W, b = T.XOR_MISTAKES[-1].wrong(None)
    assert fault(T.XOR, (W, b)).startswith(
        "would be right with a sigmoid hidden layer and an identity output"
    )

    W, b = T.sine_by_hand(None)  # tanh z = 2 σ(2z) − 1
    sigmoid = {1: 2 * W[1], 2: 2 * W[2]}, {1: 2 * b[1], 2: b[2] - W[2].sum(keepdims=True).reshape(1, 1)}
    assert fault(T.SINE, sigmoid).startswith(
        "would be right with a sigmoid hidden layer and an identity output"
    )


def on_the_way(seed, steps):
    """Return a network for XOR that has not learned for long enough."""
    rng, (x, y) = np.random.default_rng(seed), (T.XOR.x, T.XOR.y)
    W, b = (
        {1: rng.normal(size=(8, 2)), 2: rng.normal(size=(1, 8))},
        {1: np.zeros((8, 1)), 2: np.zeros((1, 1))},
    )
    for _ in range(steps):
        a = 1 / (1 + np.exp(-W[1] @ x - b[1]))
        o = 1 / (1 + np.exp(-W[2] @ a - b[2]))
        delta2 = (o - y) * o * (1 - o)
        delta1 = W[2].T @ delta2 * a * (1 - a)
        W = {1: W[1] - 1.25 * delta1 @ x.T, 2: W[2] - 1.25 * delta2 @ a.T}
        b = {l: b[l] - 1.25 * d.sum(axis=1, keepdims=True) for l, d in ((1, delta1), (2, delta2))}
    return W, b


def test_networks_on_their_way_are_not_taken_for_others():
    told = [fault(T.XOR, on_the_way(seed, steps)) for seed in range(20) for steps in (60, 120, 180)]

    assert {T.NOTHING, T.STUCK, T.NEAR} <= set(told)
    assert sum("would be right" in str(says) for says in told) <= 1


@BOTH
def test_sentences_about_networks_hold_no_number_of_theirs(task, right):
    W, b = right(None)
    networks = [changed(right, W2=scale * W[2] + 0.1234567) for scale in (0.1, 0.5, 1.5, 30)]

    assert not any("1234" in str(fault(task, network)) for network in networks)
