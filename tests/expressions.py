"""Random programs: the same steps for numbers, arrays, complex arrays, Values, Tensors, Duals and torch."""

import contextlib

import numpy as np
from hypothesis import strategies as st

PLAIN = {  # the functions of numbers and arrays, which have no methods of these names
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "relu": lambda x: np.where(np.real(x) > 0, x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}
SCALAR_STEPS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "number first": lambda x, y: 2 - 3 / x,
    "number last": lambda x, y: (x + 1.5) * 2 / 3 - 1,
    "negative": lambda x, y: -x,
    "square": lambda x, y: x**2,
    "power": lambda x, y: x**-1.5,
    **{name: lambda x, y, name=name: function(name, x) for name in PLAIN},
}
MATRIX_STEPS = {
    "sum": lambda x, y: x.sum(axis=0, keepdims=True),
    "mean": lambda x, y: x.mean(axis=1, keepdims=True),
    "all": lambda x, y: x.sum(),
    "reshape": lambda x, y: x.reshape((-1, 1)),
    "transpose": lambda x, y: x.T,
    "matmul": lambda x, y: x.T @ x @ x.T,
}
ARRAY_STEPS = SCALAR_STEPS | MATRIX_STEPS


def function(name, x):
    """Return one of the five functions of x, by its own method or by numpy's."""
    method = getattr(x, name, None)
    return method() if method else PLAIN[name](x)


def run(steps, leaves, table=ARRAY_STEPS):
    """Return all that a program computes, leaves first."""
    trace = list(leaves)
    for name, i, j in steps:
        trace.append(table[name](trace[i], trace[j]))
    return trace


def tame(name, x, u):
    """Say whether a step keeps away from kinks, from 0 and from large numbers."""
    near = np.abs(u) if name != "relu" else np.abs(x)
    return bool(np.isfinite(u).all() and (near > 0.05).all() and (np.abs(u) < 20).all())


@st.composite
def programs(draw, table=SCALAR_STEPS, shapes=((), (), ())):
    """Draw leaves and steps, (name, i, j) with the numbers of earlier results; wild steps are left out."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    leaves = [rng.uniform(0.3, 1.6, shape) * rng.choice([-1, 1, 1], shape) for shape in shapes]
    trace, steps = list(leaves), []
    for name in rng.choice(sorted(table), draw(st.integers(0, 25))):
        i, j = rng.integers(len(trace), size=2)
        step = str(name), int(i), int(j)
        if name in MATRIX_STEPS and np.ndim(trace[step[1]]) != 2:
            continue
        with contextlib.suppress(ValueError), np.errstate(all="ignore"):  # shapes that do not broadcast
            u = run([step], trace, table)[-1]
            if tame(name, trace[step[1]], u):
                trace.append(u)
                steps.append(step)
    return leaves, steps
