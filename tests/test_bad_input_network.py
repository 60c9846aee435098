"""Whatever is thrown at a network, its training and its file: a right result or a sentence of ours."""

import inspect

import numpy as np
import pytest
from hypothesis import strategies as st
from plain_networks import backward_due, forward_due, losses_due
from strange import SHAPES, Row, throw, throw_every_strange_thing
from strategies import PAIRS, SQUARED, networks

import bpkit
from bpkit import Network
from bpkit.reference.optimizers import OPTIMIZERS, Optimizer, sgd
from bpkit.reference.schedules import SCHEDULES
from bpkit.training import RangeTest

EXAMPLES = 60  # trials of each public name
ELSEWHERE = {"batch", "summary"}  # which make buffers for fit, and a text
NETWORKS = networks()
RATES, SHARES = st.floats(1e-3, 0.05), st.floats(0, 0.5)
COUNTS, SEEDS = st.integers(1, 4), st.integers(0, 9)
OPTIMIZER = st.sampled_from([*OPTIMIZERS, ("momentum", {"mu": 0.5}), ("adam", {})])
SCHEDULE = st.sampled_from([*SCHEDULES, ("step_decay", {"drop": 0.1}), lambda rate, epoch: rate / 2])


def built(case):
    """Return a new network of a case that `networks` draws, in the precision of its arrays."""
    W, b, _, _, f, loss = case
    *hidden, output = f.values()
    net = Network([W[1].shape[1], *map(len, W.values())], hidden, output, loss, W[1].dtype, 0)
    net.W, net.b = W, b
    return net


def on(method):
    """Return what calls `method(net, ...)` with a new network of the case."""
    return lambda case, *arguments: method(built(case), *arguments)


def cases(*parts, pairs=PAIRS, more=()):
    """Draw a case, these of its parts, and more."""
    start = networks(pairs).map(lambda n: (tuple(n), *(getattr(n, part) for part in parts)))
    return st.tuples(start, *more).map(lambda t: (*t[0], *t[1:]))


def parameters(net):
    return dict(net.W), dict(net.b)


def output_due(case, x):
    W, b, _, _, f, _ = case
    return forward_due(W, b, x, f)[1][len(W)]


def evaluated_due(case, x, y):
    W, b, _, _, f, loss = case
    return losses_due(forward_due(W, b, x, f)[0][len(W)], y, f[len(W)], loss).sum() / x.shape[1]


def gradients_due(case, x, y):
    W, b, _, _, f, loss = case
    return backward_due(W, *forward_due(W, b, x, f), y, f, loss)[:2]


def stepped_due(case, x, y, rate):
    (dW, db), (W, b, *_) = gradients_due(case, x, y), case
    return {l: W[l] - rate * dW[l] for l in W}, {l: b[l] - rate * db[l] for l in b}


def unchanged_due(case, *_):
    return case[0], case[1]


def went_back(net, x, y):
    net.forward(x)
    dW, db = net.backward(y)
    return dict(dW), dict(db)


def stepped(net, x, y, rate):
    net.step(x, y, rate)
    return parameters(net)


def initialized(net, kind, rng):
    net.initialize(kind, rng)
    return parameters(net)


def assigned(name):
    """Return what sets `W` or `b` as a whole."""

    def assign(net, values):
        setattr(net, name, values)
        return dict(getattr(net, name))

    return assign


def written(net, l, value):
    net.W[l] = value
    return net.W[l]


def saved(net, path):
    net.save(path)
    return parameters(Network.load(path))


def load_saved(net, path):
    net.save("saved.npz")
    return parameters(Network.load(path))


def fitted(net, x, y, *values):
    given = dict(zip(SETTINGS, values, strict=True))
    assert net.fit(x, y, **given) is net
    assert len(net.history) <= given["epochs"] and np.isfinite(net.history.loss).all()
    return parameters(net)


def tried(net, x, y, *values):
    found = bpkit.range_test(net, x, y, **dict(zip(TRIAL, values, strict=True)))
    assert isinstance(found, RangeTest) and len(found.losses) == len(found.learning_rates)
    return 0.0 if found.suggestion is None else found.suggestion


def option(values):
    return st.none() | values


SETTINGS = {
    "epochs": COUNTS,
    "batch_size": COUNTS,
    "optimizer": OPTIMIZER,
    "learning_rate": RATES,
    "schedule": SCHEDULE,
    "l2": SHARES,
    "clip": option(st.floats(0.1, 9)),
    "validation": st.none(),
    "target_loss": option(st.floats(0, 1)),
    "patience": option(COUNTS),
    "min_delta": SHARES,
    "shuffle": st.booleans(),
    "callbacks": st.sampled_from([(), [lambda net: None], [lambda net: True]]),
    "progress": st.sampled_from([None, False]),
    "rng": option(SEEDS),
    "resume": st.booleans(),
}
TRIAL = {
    "lowest": st.floats(1e-6, 1e-5),
    "highest": st.floats(1e-3, 1),
    "steps": st.integers(5, 9),
    **{name: SETTINGS[name] for name in ("batch_size", "optimizer", "l2", "clip", "rng")},
}
STRANGE_SETTINGS = (
    *(Optimizer(None), Optimizer("tanh"), Optimizer(sgd, 3), Optimizer(lambda theta, g, rate: theta)),
    *(("adam", None), ("adam", {1: 2}), ("adam", {"beta1": "x"}), ("adam", {"beta1": 1}), ("adam", [1])),
    *(("step_decay", {"every": 0}), ("cosine_decay", {"epochs": -1}), (None, {}), [None, None]),
    *((np.ones((2, 3)), np.ones((1, 3))), (None, None), ({}, []), lambda rate, epoch: -rate),
)
PATHS = ("saved.npz", "other.npz", ".", "/", "no/such/folder/x", "a\0b", "x" * 300, b"saved.npz")
ROWS = {
    "forward": Row(cases("x"), output_due, on(Network.forward), kept=1),
    "predict": Row(cases("x"), output_due, on(Network.predict), kept=1),
    "evaluate": Row(cases("x", "y"), evaluated_due, on(Network.evaluate), kept=1),
    "backward": Row(cases("x", "y"), gradients_due, on(went_back), kept=1),
    "step": Row(cases("x", "y", more=[RATES]), stepped_due, on(stepped), kept=1),
    "initialize": Row(
        cases(more=[st.sampled_from([None, "zeros", "he", "orthogonal"]), option(SEEDS)]),
        unchanged_due,
        on(initialized),
        close=SHAPES,
        kept=1,
    ),
    "W": Row(cases("W"), lambda case, W: W, on(assigned("W")), kept=1, keeps_type=False),
    "b": Row(cases("b"), lambda case, b: b, on(assigned("b")), kept=1, keeps_type=False),
    "W[l]": Row(
        NETWORKS.map(lambda n: (tuple(n), 1, 2 * n.W[1])), lambda case, l, value: value, on(written), kept=1
    ),
    "save": Row(
        cases(more=[st.just("saved.npz")]),
        unchanged_due,
        on(saved),
        kept=1,
        stranger=PATHS,
        refusals=(OSError,),
    ),
    "load": Row(
        cases(more=[st.just("saved.npz")]),
        unchanged_due,
        on(load_saved),
        kept=1,
        stranger=PATHS,
        refusals=(OSError,),
    ),
    "fit": Row(
        cases("x", "y", pairs=[("identity", SQUARED[0]), *PAIRS[-2:]], more=SETTINGS.values()),
        unchanged_due,
        on(fitted),
        close=SHAPES,
        kept=1,
        stranger=STRANGE_SETTINGS,
        refusals=(bpkit.TrainingDiverged,),
    ),
    "range_test": Row(
        cases("x", "y", more=TRIAL.values()).map(lambda t: (built(t[0]), *t[1:])),
        lambda *_: 0.0,
        tried,
        close=SHAPES,
        keeps_type=False,
        stranger=STRANGE_SETTINGS,
    ),
}


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    """Work where files may be left behind."""
    monkeypatch.chdir(tmp_path)


def test_every_method_and_setting_is_tried():
    public = {name for name in dir(Network) if not name.startswith("_")}
    methods = {name for name in public if callable(getattr(Network, name))} | {"W", "b"}

    assert methods - ELSEWHERE <= set(ROWS)
    for function, tried_settings in ((Network.fit, SETTINGS), (bpkit.range_test, TRIAL)):
        named = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        assert set(named) == set(tried_settings)


@pytest.mark.parametrize("name", ROWS)
def test_network_gives_a_right_result_or_a_sentence(name):
    throw(ROWS[name], EXAMPLES)


@pytest.mark.parametrize("name", ROWS)
def test_network_takes_every_strange_thing_in_every_place(name):
    throw_every_strange_thing(ROWS[name])
