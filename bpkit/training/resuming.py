"""What a run leaves in the network's history, so that it goes on bit for bit, here or in another process."""

from ..history import expect_bit_generator, generator_from, plain
from ..model import generator
from ..reference.shapes import expect_shape

COUNTED = ("step", "total", "seconds", "best_loss", "waited")  # numbers of a run


def expect_generator(rng):
    """Return a Generator whose state can be written down and read again.

    >>> import numpy as np
    >>> expect_generator(0).random() == np.random.default_rng(0).random()
    True
    """
    rng = generator(rng)
    expect_bit_generator(rng.bit_generator.state["bit_generator"])
    return rng


def keep(run):
    """Write into the history of the run's network where the run stands, after a step or before an epoch."""
    history = run.net.history
    history.position = {
        "rng": plain(run.rng_before or run.rng.bit_generator.state),
        **{name: getattr(run, name) for name in COUNTED},
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
        end = "diverged" if history.stopped == "diverged" else "was broken off inside a step"
        raise ValueError(
            f"There is no run to go on with: the last one {end}. Call fit without resume to begin a new "
            "run from these weights."
        )
    arrays, position = history.arrays, history.position
    kept = {f"optimizer_{name}": state for name, state in run.update.states.items()}
    into = {**kept, "best": run.best, "last": net.theta}
    for name in kept.keys() | (arrays.keys() & into.keys()):
        expect_shape(f"the history's array {name}", arrays.get(name), net.theta.shape)
    run.rng = generator_from(position["rng"])
    for name in arrays.keys() & into.keys():
        into[name][:] = arrays[name]
    for name in COUNTED:
        setattr(run, name, position[name])
    run.update.t = position["updates"]
