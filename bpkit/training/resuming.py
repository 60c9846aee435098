"""What a run leaves in the network's history, so that it goes on bit for bit, here or in another process."""

import numpy as np

from ..model import generator
from ..reference.shapes import expect_shape


def expect_generator(rng):
    """Return a Generator whose state can be written down and read again.

    >>> expect_generator(0).random() == np.random.default_rng(0).random()
    True
    """
    rng = generator(rng)
    _bit_generator(rng.bit_generator.state["bit_generator"])
    return rng


def keep(run):
    """Write into the history of the run's network where the run stands."""
    history = run.net.history
    state = run.rng_before if run.step and run.rng_before else run.rng.bit_generator.state
    history.position = {
        "rng": _plain(state),
        **{name: getattr(run, name) for name in ("step", "total", "seconds", "best_loss", "waited")},
        "updates": run.update.t,
    }
    history.arrays = {f"optimizer_{name}": state for name, state in run.update.states.items()}
    if run.best_loss is not None:
        history.arrays["best"] = run.best


def put_best_back(run):
    """Give the network the weights of its best epoch, and keep those that the run would go on with."""
    if run.best_loss is not None:
        run.net.history.arrays["last"] = run.net.theta.copy()
        run.net.theta[:] = run.best


def restore(run):
    """Take up what `keep` wrote, or raise a ValueError, before anything changes, if it wrote nothing."""
    net, history = run.net, run.net.history
    if history.position is None:
        end = history.stopped or "was broken off inside an epoch"
        raise ValueError(
            f"There is no run to go on with: the last one {end}. Call fit without resume to begin a new "
            "run from these weights."
        )
    arrays, position = history.arrays, history.position
    kept = {f"optimizer_{name}": state for name, state in run.update.states.items()}
    for name, into in {**kept, "best": run.best}.items():
        if name in arrays or name in kept:
            expect_shape(f"the history's array {name}", arrays.get(name), into.shape)
            into[:] = arrays[name]
    run.rng = _generator_from(position["rng"])
    for name in ("step", "total", "seconds", "best_loss", "waited"):
        setattr(run, name, position[name])
    run.update.t = position["updates"]
    net.theta[:] = arrays.get("last", net.theta)


def _generator_from(state):
    bits = _bit_generator(state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)


def _bit_generator(name):
    kind = getattr(np.random, name, None)
    if not (isinstance(kind, type) and issubclass(kind, np.random.BitGenerator)):
        raise ValueError(
            f"rng is made from {name}, but should be made from a bit generator of numpy, such as PCG64."
        )
    return kind


def _plain(state):
    """Return the state as JSON can hold it."""
    if isinstance(state, dict):
        return {name: _plain(value) for name, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state
