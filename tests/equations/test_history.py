"""Both sides of the equations in the chapter *Who found it? A short history*."""

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose

from bpkit.reference.autodiff import Value

UNIT = 2.0**-24  # half the distance from 1 to the next number of float32


def random_program(rng, steps=12):
    """Return a program of random sums, products and tanh: a list of results from `u` and added errors."""
    plan = [(rng.choice(["sum", "product", "tanh"]), *rng.integers(0, i + 1, 2)) for i in range(steps)]

    def run(x, epsilon):
        u = [x]
        for (kind, j, k), error in zip(plan, epsilon, strict=True):
            u.append(step(kind, u[j], u[k]) + error)
        return u

    return plan, run


def step(kind, u, v):
    if kind == "tanh":
        return u.tanh() if isinstance(u, Value) else np.tanh(u)
    return u + v if kind == "sum" else u * v


def programs():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        yield *random_program(rng), rng.uniform(0.5, 1), rng


@proves(
    "eq-local-rounding",
    lambda exact, step_of_rounded, epsilon: step_of_rounded + epsilon,
    error_brought_along=lambda exact, step_of_rounded, epsilon: exact + epsilon,
    sign=lambda exact, step_of_rounded, epsilon: step_of_rounded - epsilon,
    relative=lambda exact, step_of_rounded, epsilon: step_of_rounded * (1 + epsilon),
)
def test_each_step_adds_an_error_of_at_most_one_unit_of_its_own(equation):
    for plan, run, x, _ in programs():
        exact, rounded = run(x, np.zeros(len(plan))), [float(np.float32(x))]
        for (kind, j, k), u in zip(plan, exact[1:], strict=True):
            of_rounded = step(kind, rounded[j], rounded[k])
            rounded.append(float(np.float32(of_rounded)))
            epsilon = rounded[-1] - of_rounded

            assert abs(epsilon) <= UNIT * abs(of_rounded) * (1 + 1e-7)
            assert_allclose(equation(u, of_rounded, epsilon), rounded[-1], rtol=1e-14)


@proves(
    "eq-accumulated-rounding",
    lambda u_bar, epsilon: u_bar @ epsilon,
    all_alike=lambda u_bar, epsilon: epsilon.sum(),
    last_alone=lambda u_bar, epsilon: epsilon[-1],
    worst_case=lambda u_bar, epsilon: abs(u_bar) @ abs(epsilon),
    twice=lambda u_bar, epsilon: 2 * u_bar @ epsilon,
)
def test_error_of_the_result_is_the_sum_of_what_one_sweep_gives_each_step(equation):
    for plan, run, x, rng in programs():
        epsilon = rng.normal(size=len(plan))
        nodes = run(Value(x), np.zeros(len(plan)))
        nodes[-1].backward()
        u_bar = np.array([node.grad for node in nodes[1:]])

        for t in (1e-5, 1e-6):
            error = run(x, t * epsilon)[-1] - nodes[-1].data
            assert_allclose(error / t, equation(u_bar, epsilon), rtol=1e3 * t)
