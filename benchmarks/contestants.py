"""Who takes a step: bpkit, the book's equations, the peers that are there, and the bare matrix products."""

from importlib.util import find_spec
from itertools import chain, repeat, starmap

import numpy as np
import peers
from timing import Contestant, consume, repeated
from workloads import RATE

from bpkit import Network, backward, forward, gradient_descent, loss_and_gradients

TOLERANCE = {"float64": 1e-9, "float32": 1e-3}  # of the largest change in each array of parameters


def trainee(problem):
    """Return the problem's network as bpkit has it."""
    work = problem.work
    net = Network(work.sizes, work.hidden, work.output, work.loss, problem.dtype, initializer="zeros")
    for l in net.W:
        net.W[l], net.b[l] = problem.W[l], problem.b[l]
    return net


def network(problem):
    """`bpkit.Network.step`."""
    net = trainee(problem)
    return Contestant(repeated(net.step, problem.x, problem.y, RATE), lambda: (net.W, net.b), net.loss)


def equations(problem):
    """The book's equations as they stand: `loss_and_gradients` and `gradient_descent`."""
    W, b = problem.W, problem.b

    def step():
        nonlocal W, b
        _, dW, db = loss_and_gradients(W, b, problem.x, problem.y, problem.f, problem.work.loss)
        W, b = gradient_descent(W, dW, RATE), gradient_descent(b, db, RATE)

    return Contestant(repeated(step), lambda: (W, b), problem.work.loss)


def products(problem):
    """Return the 3L - 1 matrix products of a step: both factors, and an array for the product."""
    W, L = problem.W, len(problem.W)
    z, a = forward(W, problem.b, problem.x, problem.f)
    _, _, delta = backward(W, z, a, problem.y, problem.f, problem.work.loss)
    pairs = [(W[l], a[l - 1]) for l in W]
    pairs += [(delta[l], a[l - 1].T) for l in W]
    pairs += [(W[l + 1].T, delta[l + 1]) for l in range(1, L)]
    ready = [tuple(map(np.ascontiguousarray, pair)) for pair in pairs]
    return [(left, right, left @ right) for left, right in ready]


def bare_products(problem):
    """Return ``run(n)`` for the matrix products of n steps and nothing else."""
    step = products(problem)
    return lambda n: consume(starmap(np.dot, chain.from_iterable(repeat(step, n))))


OURS, BARE = "bpkit", "bare products"
CONTESTANTS = {  # who runs, and the package that it needs
    OURS: (network, "bpkit"),
    "PyTorch": (peers.pytorch, "torch"),
    "PyTorch by hand": (peers.pytorch_by_hand, "torch"),
    "scikit-learn": (peers.sklearn, "sklearn"),
    "scikit-learn internals": (peers.sklearn_internals, "sklearn"),
    "JAX": (peers.jax_compiled, "jax"),
    "autograd": (peers.autograd, "autograd"),
    "equations": (equations, "bpkit"),
}


def absent():
    """Return the packages that contestants need and that are not installed."""
    return sorted({package for _, package in CONTESTANTS.values() if not find_spec(package)})


def ready(problem):
    """Return name → ``run(n)`` of everyone who is installed and was found to do the same work."""
    runs = {}
    for name, (build, package) in CONTESTANTS.items():
        if find_spec(package):
            contestant = build(problem)
            expect_same_work(name, contestant, problem)
            runs[name] = contestant.run
    return runs | {BARE: bare_products(problem)}


def expect_same_work(name, contestant, problem, steps=3):
    """Raise a ValueError unless a few steps change every parameter as the book's equations do."""
    contestant.run(steps)
    found, wanted = contestant.parameters(), _descend(problem, contestant.loss, steps)
    for symbol, first, new, right in zip("Wb", (problem.W, problem.b), found, wanted, strict=True):
        for l in right:
            change = new[l] - first[l].astype(float)
            error = np.abs(change - (right[l] - first[l])).max() / np.abs(right[l] - first[l]).max()
            if new[l].dtype != problem.dtype or not error <= TOLERANCE[problem.dtype.name]:
                raise ValueError(
                    f"{name} does other work: after {steps} steps the change of its {symbol}[{l}], "
                    f"{new[l].dtype}, is off by {error:.1e} of it, but should be that of the equations."
                )


def _descend(problem, loss, steps):
    """Return W and b after some steps in float64."""
    W, b = ({l: array.astype(float) for l, array in arrays.items()} for arrays in (problem.W, problem.b))
    x, y = problem.x.astype(float), problem.y.astype(float)
    for _ in range(steps):
        _, dW, db = loss_and_gradients(W, b, x, y, problem.f, loss)
        W, b = gradient_descent(W, dW, RATE), gradient_descent(b, db, RATE)
    return W, b
