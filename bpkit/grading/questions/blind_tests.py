"""Tests of a backward pass: ours, which tells faults apart, and those that are blind in one way."""

from functools import cache, partial

import numpy as np

from bpkit.reference import mlp
from bpkit.reference.losses import sample_losses
from bpkit.reference.optimizers import gradient_descent

from ..comparison import compare
from ..question import Mistake
from .draws import BINARY, CLASSES, NETWORKS, SQUARED, draw_networks
from .programs import NAMED, columns
from .steps import run

RESULTS = ("dW", "db", "delta")
TRIED = tuple(net for net in NETWORKS if not net[0].endswith("float32"))
STEPPED = (("a batch", (3, 4, 2), ("tanh", "sigmoid"), SQUARED, 7),)


def backward_arguments(W, b, f, x, y, loss):
    return W, *mlp.forward(W, b, x, f), y, f, loss


@cache
def cases_of(networks):
    """Return what `backward` is called with on some networks, which are the same every time."""
    cases = draw_networks(backward_arguments, networks)(np.random.default_rng(6))
    return [case.arguments for case in cases]


def one_sample(W, z, a, y, f, loss):
    return W, *columns(0, z, a), y[:, :1], f, loss


def outcome(backward, given):
    """Return what a program gives, or that it raised."""
    try:
        return backward(*given)
    except Exception:
        return "raised"


def agree(wanted, got, looked_at=RESULTS):
    """Say whether two outcomes agree in the results that are looked at."""
    if "raised" in (wanted, got):
        return wanted == got
    seen = [RESULTS.index(name) for name in looked_at]
    return (
        isinstance(got, tuple | list)
        and len(got) == 3
        and not compare([wanted[k] for k in seen], [got[k] for k in seen])
    )


def as_they_are(*arguments):
    return arguments


@cache
def known(networks, given):
    """Return what the right program and each with a fault give: pairs of a name and the outcomes."""
    programs = [(None, mlp.backward), *((name, partial(run, steps)) for name, steps, _ in NAMED)]
    tried = [given(*arguments) for arguments in cases_of(networks)]
    return [(name, [outcome(program, arguments) for arguments in tried]) for name, program in programs]


def tell(backward, networks=TRIED, looked_at=RESULTS, given=as_they_are):
    """Return the name of the fault whose program does what this one does on all networks, or None."""
    got = [outcome(backward, given(*arguments)) for arguments in cases_of(networks)]
    fitting = (
        name
        for name, wanted in known(networks, given)
        if all(agree(*pair, looked_at) for pair in zip(wanted, got, strict=True))
    )
    return next(fitting, None)


def is_exposed(backward, networks=TRIED, looked_at=RESULTS, given=as_they_are, seen=lambda result: result):
    """Say whether a program differs from ours on some network, or raises there."""
    for arguments in map(lambda case: given(*case), cases_of(networks)):
        got = outcome(backward, arguments)
        if not agree(seen(mlp.backward(*arguments)), seen(got), looked_at):
            return True
    return False


def flattened(result):
    """Return a result without its shapes."""
    return result if result == "raised" else [{l: part[l].ravel() for l in part} for part in result]


def shapes_alone(result):
    """Return a result without its numbers."""
    return result if result == "raised" else [{l: np.zeros(part[l].shape) for l in part} for part in result]


def rises(backward, raises=True):
    """Say whether the loss of one network is higher after a step than before."""
    W, z, a, y, f, loss = cases_of(STEPPED)[0]
    b = {l: (z[l] - W[l] @ a[l - 1])[:, :1] for l in W}
    try:
        dW, db, _ = backward(W, z, a, y, f, loss)
        stepped, _ = mlp.forward(gradient_descent(W, dW, 0.1), {l: b[l] - 0.1 * db[l] for l in b}, a[0], f)
    except Exception:
        if raises:
            raise
        return True
    before, after = (sample_losses(last[len(W)], y, f[len(W)], loss).mean() for last in (z, stepped))
    return bool(after > before)


def where(condition):
    """Return the networks for which a condition on (sizes, activations, loss, m) holds."""
    return tuple(net for net in TRIED if condition(*net[1:]))


def square(sizes):
    return any(n == k for n, k in zip(sizes[1:-1], sizes[2:], strict=True))


ONE_SAMPLE = "you try it on one sample only: then a mean, a sum and the last sample are all the same."
ONE_LAYER = "you try it on one layer only: then nothing travels back."
EXACT_ALONE = where(lambda sizes, names, loss, m: loss != SQUARED or names[-1] == "identity")
BACK = "eq-delta-hidden"  # where most faults are


def exchanging(*names):
    """Return a test that takes two faults for each other."""
    other = dict(zip(names, reversed(names), strict=True))
    return lambda backward: other.get(fault := tell(backward), fault)


def blind(test):
    """Return what makes a mistake of a test that is blind in one way."""

    def mistake(says, equation, number=None, **options):
        return Mistake(number, says, equation, partial(test, **options))

    return mistake


def only(condition):
    return {"networks": where(condition)}


telling, exposing = blind(tell), blind(is_exposed)
TELL_MISTAKES = (
    telling(ONE_SAMPLE, "eq-grad-weights", given=one_sample),
    telling(ONE_LAYER, BACK, **only(lambda sizes, names, loss, m: len(names) == 1)),
    telling(
        "you try pairs for which δ = o − y is right: there no f′ of the output can be missing.",
        "eq-delta-output-general",
        networks=EXACT_ALONE,
    ),
    telling(
        "you look at δ alone: some faults begin after it, in dW and db.",
        "eq-grad-weights",
        looked_at=("delta",),
    ),
    telling("you look at dW alone: a fault of db does not show there.", "eq-grad-biases", looked_at=("dW",)),
    Mistake(
        None,
        "you take a sum over the batch for a mean that is divided twice, and the reverse.",
        "eq-grad-weights",
        exchanging("not averaged", "averaged twice"),
    ),
    Mistake(
        None,
        "you take the f′ missing at the output for the one missing in the hidden layers, and the reverse.",
        BACK,
        exchanging("output f' missing", "hidden f' missing"),
    ),
    Mistake(
        None,
        "you take f′ at a for z in the place of a, and the reverse: the one is in δ, the other in dW.",
        BACK,
        exchanging("f' at a", "z for a"),
    ),
)
EXPOSE_MISTAKES = (
    exposing(ONE_SAMPLE, "eq-grad-weights", given=one_sample),
    exposing(ONE_LAYER, BACK, **only(lambda sizes, names, loss, m: len(names) == 1)),
    exposing(
        "you try networks of one or two layers only: some faults need three.",
        BACK,
        **only(lambda sizes, names, loss, m: len(names) < 3),
    ),
    exposing(
        "a program that raises for one layer passes: try L = 1 too, and take an exception for a fault.",
        BACK,
        **only(lambda sizes, names, loss, m: len(names) > 1),
    ),
    exposing(
        "no layer of yours has as many units as the next: there a missing transpose has no other shape.",
        BACK,
        **only(lambda sizes, names, loss, m: not square(sizes)),
    ),
    exposing(
        "you never try relu in a hidden layer.",
        "eq-relu-prime",
        **only(lambda sizes, names, loss, m: "relu" not in names[:-1]),
    ),
    exposing(
        "you never try softmax with cross-entropy.",
        "eq-delta-output",
        **only(lambda sizes, names, loss, m: loss != CLASSES),
    ),
    exposing(
        "you never try sigmoid with binary cross-entropy.",
        "eq-delta-output",
        **only(lambda sizes, names, loss, m: loss != BINARY),
    ),
    exposing(
        "you try the half squared error only.",
        "eq-delta-output",
        **only(lambda sizes, names, loss, m: loss == SQUARED),
    ),
    exposing(
        "you try only pairs for which δ = o − y is right.", "eq-delta-output-general", networks=EXACT_ALONE
    ),
    exposing("you look at dW alone: db and δ can be wrong too.", "eq-grad-biases", looked_at=("dW",)),
    exposing(
        "you do not look at δ: it can be wrong while dW and db are right.", BACK, looked_at=("dW", "db")
    ),
    exposing("you do not look at db.", "eq-grad-biases", looked_at=("dW", "delta")),
    exposing(
        "you do not compare the shapes: numpy repeats an array of another shape to make it fit.",
        "eq-grad-biases",
        seen=flattened,
    ),
    exposing("you compare the shapes alone.", "eq-grad-weights", "M83", seen=shapes_alone),
    *(
        Mistake(
            "M83",
            "you ask whether the loss falls: it does so with most wrong gradients too.",
            "eq-central-difference",
            partial(rises, raises=raises),
        )
        for raises in (True, False)
    ),
    Mistake(
        None,
        "your test says True to every program: three are right, and differ from yours by rounding alone.",
        "eq-relative-error",
        lambda backward: True,
    ),
    Mistake(
        None,
        "your test says False to every program: most of them are wrong.",
        "eq-relative-error",
        lambda backward: False,
    ),
)
