"""What the tests of training share: networks, data, and the plain loop that `fit` must equal."""

import numpy as np
from strategies import make_target

from bpkit import Network, batch_loss, forward, loss_and_gradients, sample_losses
from bpkit.reference.optimizers import OPTIMIZERS
from bpkit.reference.regularizers import clip_by_norm, l2_gradients

RATES = {"adam": 0.01, "adamw": 0.01, "rmsprop": 0.01, "adagrad": 0.1}
OPTIONS = {
    "momentum": {"mu": 0.7},
    "nesterov": {"mu": 0.8},
    "adagrad": {"eps": 1e-3},
    "rmsprop": {"rho": 0.7, "eps": 1e-3},
    "adam": {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3},
    "adamw": {"beta1": 0.8, "weight_decay": 0.1},
}
EXACT_RUN = {"rtol": 1e-12, "atol": 1e-13}  # two orders of summation, over a few epochs in float64


def make_net(output="identity", loss="half_squared_error", dtype=np.float64, seed=0):
    return Network([3, 5, 2], output=output, loss=loss, dtype=dtype, rng=seed)


def make_data(N=23, loss="half_squared_error", seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, N)), make_target(loss, (2, N), rng)


def told(optimizer, **others):
    """Return settings of a run with that optimizer and options that are not its defaults."""
    options = OPTIONS.get(optimizer, {})
    return {"optimizer": (optimizer, options), "learning_rate": RATES.get(optimizer, 0.05), **others}


def flat(W, b):
    """Return [W | b] of all layers in one vector, as a network holds them."""
    return np.concatenate([np.hstack([W[l], b[l]]).ravel() for l in W])


def plain_epochs(net, x, y, epochs, optimizer, learning_rate, batch_size, seed, l2=0.0, clip=np.inf):
    """Train a copy of the network by the book's equations, and return its θ and the loss of each epoch."""
    (name, options), rng = optimizer, np.random.default_rng(seed)
    step, states, counts_steps = OPTIMIZERS[name]
    copied = Network(net.sizes, net.f[1], net.f[2], net.loss, initializer="zeros")
    theta, kept, t, losses = net.theta.copy(), [np.zeros_like(net.theta) for _ in states], 0, []
    for _ in range(epochs):
        order, total = rng.permutation(x.shape[1]), 0.0
        for start in range(0, len(order), batch_size):
            copied.theta[:], some = theta, order[start : start + batch_size]
            W, b = dict(copied.W), dict(copied.b)
            loss, dW, db = loss_and_gradients(W, b, x[:, some], y[:, some], net.f, net.loss)
            dW = {l: dW[l] + penalty for l, penalty in l2_gradients(W, l2).items()}
            g, t, total = flat(dW, db), t + 1, total + loss * len(some)
            g = clip_by_norm(g, clip) if clip < np.inf else g
            theta, *kept = step(theta, g, *kept, *[t] * counts_steps, learning_rate, **options)
        losses.append(total / len(order))
    return theta, losses


def loss_of(net, theta, x, y):
    """Return the loss of the network with other parameters, by the book's equations."""
    copied = Network(net.sizes, net.f[1], net.f[2], net.loss, initializer="zeros")
    copied.theta[:] = theta
    z, _ = forward(dict(copied.W), dict(copied.b), x, net.f)
    return float(batch_loss(sample_losses(z[2], y, net.f[2], net.loss)))


def record(net):
    """Return what of a run can be compared: everything but the time it took."""
    history = net.history
    return history.epoch, history.loss, history.validation_loss, history.learning_rate, history.stopped
