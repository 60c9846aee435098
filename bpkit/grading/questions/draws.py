"""Inputs that hide nothing: sizes that all differ, kinks kept at a distance, targets that suit the loss."""

import numpy as np

from bpkit.reference.mlp import forward

from ..question import Case
from ..sandbox.frames import Provided

BINARY, CLASSES, SQUARED = "binary_cross_entropy", "cross_entropy", "half_squared_error"
KINK = 1e-3  # how near to 0 no pre-activation comes


def network(rng, sizes, names, m, dtype=np.float64):
    """Draw a network with non-zero biases and a batch for it.

    Parameters
    ----------
    rng : numpy.random.Generator
    sizes : sequence of int
        Units of layers ``0..L``.
    names : sequence of str
        Activation functions of layers ``1..L``.
    m : int
    dtype : dtype

    Returns
    -------
    W, b, f : dict keyed ``1..L``
    x : ndarray, shape (n_0, m)
        Such that every abs(z) exceeds ``KINK``, and no relu layer is all dead or all alive.

    Examples
    --------
    >>> W, b, f, x = network(np.random.default_rng(0), (3, 2), ("tanh",), 4)
    >>> W[1].shape, b[1].shape, f, x.shape
    ((2, 3), (2, 1), {1: 'tanh'}, (3, 4))
    """
    layers = range(1, len(sizes))
    f = dict(zip(layers, names, strict=True))
    while True:
        W = {l: rng.normal(0, 1.3 / np.sqrt(sizes[l - 1]), (sizes[l], sizes[l - 1])) for l in layers}
        b = {l: rng.uniform(0.1, 0.6, (sizes[l], 1)) * rng.choice((-1, 1), (sizes[l], 1)) for l in layers}
        x = rng.normal(0, 1, (sizes[0], m))
        W, b = ({l: p[l].astype(dtype) for l in layers} for p in (W, b))
        z, _ = forward(W, b, x.astype(dtype), f)
        if all((np.abs(z[l]) > KINK).all() and (f[l] != "relu" or switches(z[l])) for l in layers):
            return W, b, f, x.astype(dtype)


def switches(z):
    """Say whether a relu lets some entries pass and others not: a layer that is all dead hides mistakes.

    >>> switches(np.array([[-1.0, 2.0]])), switches(np.array([[-1.0, -2.0]]))
    (True, False)
    """
    return bool((z > 0).any() and (z < 0).any())


def target(rng, output, loss, K, m, dtype=np.float64):
    """Draw a target that suits the loss: probabilities for the cross-entropies, any numbers else.

    >>> target(np.random.default_rng(0), "softmax", "cross_entropy", 3, 4).sum(axis=0).round(12)
    array([1., 1., 1., 1.])
    """
    if loss == CLASSES:
        return rng.dirichlet(np.full(K, 0.5), m).T.astype(dtype)
    if loss == BINARY:
        return rng.choice((0, 1, 0.25), (K, m)).astype(dtype)
    return rng.normal(0.2, 0.8, (K, m)).astype(dtype)


NETWORKS = (  # tag, sizes, activations, loss, m
    ("one sample", (3, 5, 4, 2), ("tanh", "sigmoid", "identity"), SQUARED, 1),
    ("a batch", (3, 5, 4, 2), ("sigmoid", "tanh", "sigmoid"), BINARY, 7),
    ("a batch", (4, 3, 1, 2, 5), ("relu", "tanh", "sigmoid", "softmax"), CLASSES, 6),
    ("a batch", (2, 3), ("identity",), SQUARED, 5),
    ("a batch", (2, 4, 3, 1, 6, 5), ("tanh", "sigmoid", "relu", "identity", "identity"), SQUARED, 8),
    ("a batch", (4, 4, 4, 4), ("sigmoid", "relu", "sigmoid"), BINARY, 4),
    ("other pairs", (3, 4, 2), ("tanh", "sigmoid"), SQUARED, 5),
    ("other pairs", (3, 5, 4, 1), ("sigmoid", "relu", "tanh"), SQUARED, 6),
    ("other pairs", (5, 3), ("relu",), SQUARED, 4),
    ("other pairs", (2, 4, 3), ("tanh", "softmax"), SQUARED, 7),
    ("other pairs", (2, 5, 3), ("relu", "softmax"), SQUARED, 1),
    ("float32", (3, 5, 4, 2), ("tanh", "relu", "sigmoid"), BINARY, 4),
    ("float32", (4, 2, 3), ("sigmoid", "softmax"), CLASSES, 6),
    ("other float32", (3, 2, 4), ("tanh", "tanh"), SQUARED, 5),
    ("other float32", (2, 3, 4), ("relu", "softmax"), SQUARED, 3),
)


SOME = tuple(  # every kind, with fewer of each, and of samples: a result for each sample is long
    (*NETWORKS[k][:-1], min(NETWORKS[k][-1], 3)) for k in (0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 14)
)
FEW = tuple(NETWORKS[k] for k in (0, 2, 4, 5, 11))


def draw_networks(arguments, networks=NETWORKS):
    """Return a `draw` that makes a case of each network by `arguments(W, b, f, x, y, loss)`."""

    def draw(rng):
        cases = []
        for tag, sizes, names, loss, m in networks:
            dtype = np.float32 if tag.endswith("float32") else np.float64
            W, b, f, x = network(rng, sizes, names, m, dtype)
            y = target(rng, names[-1], loss, sizes[-1], m, dtype)
            cases.append(Case(tag, arguments(W, b, f, x, y, loss)))
        return cases

    return draw


LAYERS = (  # tag, units of the layer and of its neighbour, m
    ("one sample", 3, 4, 1),
    ("a batch", 5, 2, 7),
    ("a batch", 1, 3, 6),
    ("a batch", 3, 1, 2),
    ("square layers", 4, 4, 4),
    ("square layers", 3, 3, 5),
    ("float32", 2, 3, 4),
)


def draw_hidden(rng):
    names = ("sigmoid", "tanh", "sigmoid", "tanh", "tanh", "relu", "sigmoid")
    cases = []
    for (tag, n, n_next, m), name in zip(LAYERS, names, strict=True):
        dtype = np.float32 if tag.endswith("float32") else np.float64
        W, _, _, _ = network(rng, (n, n_next), ("identity",), m, dtype)
        z = rng.uniform(0.05, 1.8, (n, m)) * rng.choice((-1, 1), (n, m))
        delta = rng.normal(0, 1, (n_next, m))
        arguments = W[1], delta.astype(dtype), z.astype(dtype), Provided("derivative", name)
        cases.append(Case(tag, arguments))
    return cases


def draw_layer(rng):
    return [
        Case(
            tag,
            tuple(rng.normal(0, 1, (k, m)).astype("f4" if tag == "float32" else "f8") for k in (n, n_prev)),
        )
        for tag, n, n_prev, m in LAYERS
    ]
