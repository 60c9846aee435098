"""Inputs of ps06: losses that bend fast, arrays to compare, gradients with faults in them."""

import numpy as np

from bpkit.reference import mlp
from bpkit.reference.losses import batch_loss, sample_losses

from ..question import Case
from .draws import BINARY, SQUARED, network, target

ONE, SEVERAL, STEP = "one layer", "several layers", "given h"
PERTURBED = (  # tag, units of each layer: few parameters, for each costs two calls
    (ONE, (3, 2)),
    (ONE, (2, 2)),
    (SEVERAL, (2, 3, 1)),
    (SEVERAL, (2, 2, 2)),
    (SEVERAL, (1, 2, 1, 3, 1, 2)),
    (STEP, (2, 1, 3)),
    (STEP, (1, 4)),
)


def flat(W, b):
    """Return all parameters of a network in one row, the weights before the biases.

    >>> flat({1: np.array([[1.0, 2.0]])}, {1: np.array([[3.0]])})
    array([1., 2., 3.])
    """
    return np.concatenate([p[l].ravel() for p in (W, b) for l in sorted(p)])


def wave(rng, sizes):
    """Return a loss that bends fast along every parameter, and W and b where no slope of it is small.

    >>> loss, W, b = wave(np.random.default_rng(0), (2, 1))
    >>> W[1].shape, b[1].shape, loss(W, b) == loss(W, b)
    ((1, 2), (1, 1), np.True_)
    """
    layers = range(1, len(sizes))
    while True:
        W = {l: rng.uniform(-1, 1, (sizes[l], sizes[l - 1])) for l in layers}
        b = {l: rng.uniform(-1, 1, (sizes[l], 1)) for l in layers}
        n = len(flat(W, b))
        K, phase = rng.uniform(15, 25, (3, n)) * rng.choice((-1, 1), (3, n)), rng.uniform(0, 6, 3)
        u = K @ flat(W, b) + phase
        if np.abs(0.05 * np.cos(u) @ K).min() > 0.1 and abs(np.sin(u).sum()) > 0.5:
            return lambda W, b: 0.05 * np.sin(K @ flat(W, b) + phase).sum(), W, b


def draw_perturbed(rng):
    """Draw losses and parameters; a given step is so large that it shows in the result."""
    return [
        Case(tag, (*wave(rng, sizes), *([rng.uniform(3e-3, 2e-2)] if tag == STEP else [])))
        for tag, sizes in PERTURBED
    ]


def pairs_of(rng):
    """Yield kinds of pairs of arrays, with what is compared in each."""
    for shape in ((3, 4), (4, 1), (1, 3), (3, 3), (1, 1)):
        a = rng.normal(0, 1, shape)
        yield "arrays", a, a * rng.uniform(0.7, 1.4, shape) + rng.normal(0, 0.02, shape)
    a = rng.normal(0, 1, (3, 2))
    yield from (("arrays", a, b) for b in (a.copy(), -a, a + 1e-5 * rng.normal(0, 1, a.shape)))
    for shape in ((2, 5), (1, 2)):
        a, b = rng.normal(0, 1, (2, *shape))
        for scale in (4e-9 / np.linalg.norm(a), 1e6):
            yield "arrays of any scale", a * scale, b * scale
    for shape in ((2, 3), (1, 1)):
        zero, a = np.zeros(shape), rng.normal(0, 1, shape)
        yield from (
            ("where one or both vanish", *pair) for pair in ((zero, zero.copy()), (zero, a), (a, zero))
        )


def draw_pairs_of_arrays(rng):
    return [Case(tag, (a, b)) for tag, a, b in pairs_of(rng)]


def loss_of(x, y, f, loss, scale=1.0):
    """Return the loss of a network on one batch, times a scale, as a function of its parameters."""

    def loss_fn(W, b):
        z, _ = mlp.forward(W, b, x, f)
        L = len(W)
        return scale * float(batch_loss(sample_losses(z[L], y, f[L], loss)))

    return loss_fn


def without_bias(loss_fn, l, own):
    """Return the loss as it is where one layer's bias has no influence: its slopes are 0."""
    return lambda W, b: loss_fn(W, {**b, l: own})


def one_entry(rng, g):
    """Return a gradient with one entry wrong."""
    wrong = g.copy()
    wrong.flat[rng.integers(g.size)] += rng.uniform(0.5, 1.5) * np.linalg.norm(g)
    return wrong


FAULTS = {  # what is wrong in a gradient, and how much it is: a little, or much
    "right": lambda rng, g: g.copy(),
    "a little": lambda rng, g: g * (1 + rng.uniform(1e-4, 1e-2) * rng.choice((-1, 1))),
    "factor": lambda rng, g: g * rng.uniform(1.5, 3),
    "sign": lambda rng, g: -g,
    "zero": lambda rng, g: np.zeros_like(g),
    "one entry": one_entry,
}
BY_DEFAULT, BY_TOLERANCE, VANISHING = "the default tolerance", "a given tolerance", "gradients that vanish"
CHECKED = (  # tag, sizes, activations, loss, m, scale of the loss, faults, which go to any of the arrays
    (BY_DEFAULT, (3, 2), ("sigmoid",), BINARY, 4, 1.0, ("one entry", "right")),
    (BY_DEFAULT, (2, 3, 1), ("tanh", "identity"), SQUARED, 1, 1.0, ("right", "factor", "one entry", "zero")),
    (BY_DEFAULT, (2, 2, 2), ("sigmoid", "tanh"), SQUARED, 5, 1e-4,
     ("one entry", "sign", "a little", "right")),
    (BY_DEFAULT, (1, 2, 3, 1), ("tanh", "sigmoid", "identity"), SQUARED, 3, 300.0,
     ("a little", "one entry", "factor", "right", "right", "right")),
    (BY_TOLERANCE, (3, 2), ("tanh",), SQUARED, 3, 1e-3, ("a little", "one entry")),
    (BY_TOLERANCE, (2, 3, 1), ("sigmoid", "tanh"), SQUARED, 4, 1.0,
     ("a little", "one entry", "factor", "right")),
    (VANISHING, (2, 2), ("tanh",), SQUARED, 2, 1.0, ("right", "one entry")),
    (VANISHING, (2, 1, 2), ("tanh", "sigmoid"), BINARY, 3, 1.0, ("right", "one entry", "zero", "right")),
)  # fmt: skip


def draw_checked(rng):
    """Draw losses of networks, with gradients that are right or wrong in each array."""
    return [checked(rng, *row) for row in CHECKED]


def checked(rng, tag, sizes, names, loss, m, scale, faults):
    W, b, f, x = network(rng, sizes, names, m)
    y = target(rng, names[-1], loss, sizes[-1], m)
    loss_fn = loss_of(x, y, f, loss, scale)
    dW, db = ({l: scale * g[l] for l in g} for g in mlp.loss_and_gradients(W, b, x, y, f, loss)[1:])
    arrays = [(g, l) for g in (dW, db) for l in g]
    for (g, l), k in zip(arrays, rng.permutation(len(arrays)), strict=True):
        g[l] = FAULTS[faults[k]](rng, g[l])
    if tag == VANISHING:  # the first bias has no influence, and in the smaller network that is not known
        loss_fn = without_bias(loss_fn, 1, b[1])
        db[1] = rng.normal(0, 1, b[1].shape) if len(W) == 1 else np.zeros_like(b[1])
    return Case(tag, (loss_fn, W, b, dW, db, *([rng.uniform(0.01, 0.03)] if tag == BY_TOLERANCE else [])))
