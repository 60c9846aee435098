"""Both sides of the equations in the chapter *Computational graphs*."""

import itertools
import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT

from bpkit import complex_step


def random_graph(n, seed):
    """Draw a program of n steps after three inputs: which earlier values each step needs."""
    rng = np.random.default_rng(seed)
    needs = {i: sorted(rng.choice(i, size=rng.integers(1, 3), replace=False)) for i in range(3, 3 + n)}
    needs[3] = [0, 1]
    needs[2 + n] = sorted({*needs[2 + n], 1 + n})  # the last one needs the one before it
    return needs, rng.normal(size=3)


def step(i, arguments):
    """Compute one step: a sine of a product or of a number, of another frequency each."""
    return np.sin((1 + 0.1 * i) * np.prod(arguments, axis=0)) + 0.3 * sum(arguments)


def run(needs, inputs, held=None, nudge=0.0):
    """Run the program and return all values; node `held` is moved by `nudge` when it is there."""
    u = [v + nudge * (j == held) for j, v in enumerate(inputs)]
    for i, js in needs.items():
        u.append(step(i, [u[j] for j in js]) + nudge * (i == held))
    return u


def arrow_slopes(needs, u):
    """Return ∂φ_i/∂u_j for each arrow, the step's other arguments held still."""
    return {
        (j, i): step(i, [u[k] + 1e-30j * (k == j) for k in js]).imag / 1e-30
        for i, js in needs.items()
        for j in js
    }


def witness(needs, inputs, j, i):
    """Return ∂u_i/∂u_j: the slope of the rest of the program when u_j is moved."""
    return run(needs, inputs, held=j, nudge=1e-30j)[i].imag / 1e-30 if i != j else 1.0


def examples():
    for n, seed in ((1, 0), (2, 1), (5, 2), (8, 3)):
        needs, inputs = random_graph(n, seed)
        u = run(needs, inputs)
        yield needs, inputs, u, arrow_slopes(needs, u)


@proves(
    "eq-graph-step",
    lambda i, u, js: step(i, [u[j] for j in js]),
    all_before=lambda i, u, js: step(i, u[:i]),
    first_argument=lambda i, u, js: step(i, [u[js[0]]]),
    step_before=lambda i, u, js: step(i - 1, [u[j] for j in js]),
)
def test_each_step_uses_the_values_its_arrows_come_from(equation):
    for needs, inputs, u, _ in examples():
        values = list(inputs)
        for i, js in needs.items():
            values.append(equation(i, values, js))

        assert_allclose(values, u, **EXACT)


@proves(
    "eq-arrow-slope",
    lambda i, js, u, j: step(i, [u[k] + 1e-30j * (k == j) for k in js]).imag / 1e-30,
    all_arguments=lambda i, js, u, j: step(i, [u[k] + 1e-30j for k in js]).imag / 1e-30,
    value=lambda i, js, u, j: u[i],
    other_argument=lambda i, js, u, j: step(i, [u[k] + 1e-30j * (k != j) for k in js]).imag / 1e-30,
)
def test_slope_on_an_arrow_moves_one_argument_alone(equation):
    for needs, _, u, _ in examples():
        for i, js in needs.items():
            for place, j in enumerate(js):

                def alone(v, i=i, js=js, u=u, place=place):
                    arguments = [u[k] + 0 * v for k in js]
                    return step(i, [*arguments[:place], v, *arguments[place + 1 :]])

                assert_allclose(equation(i, js, u, j), complex_step(alone, np.array(u[j])), **EXACT)


def paths(slopes, start, end):
    """Choose nodes between start and end in all ways, and keep those choices that are paths."""
    for size in range(end - start):
        for between in itertools.combinations(range(start + 1, end), size):
            arrows = list(itertools.pairwise((start, *between, end)))
            if all(arrow in slopes for arrow in arrows):
                yield arrows
    if start == end:
        yield []


def path_sum(slopes, start, end):
    return sum(math.prod(slopes[arrow] for arrow in path) for path in paths(slopes, start, end))


@proves(
    "eq-path-sum",
    path_sum,
    shortest_alone=lambda slopes, j, n: math.prod(slopes[a] for a in next(iter(paths(slopes, j, n)), [])),
    slopes_added=lambda slopes, j, n: sum(sum(slopes[a] for a in path) for path in paths(slopes, j, n)),
    sums_multiplied=lambda slopes, j, n: math.prod(sum(slopes[a] for a in p) for p in paths(slopes, j, n)),
)
def test_derivative_is_the_sum_over_all_paths(equation):
    for needs, inputs, u, slopes in examples():
        n = len(u) - 1
        for j in range(n + 1):
            assert_allclose(equation(slopes, j, n), witness(needs, inputs, j, n), **EXACT)


def last_arrow(slopes, inner, n):
    return sum(s * inner[i] for (i, end), s in slopes.items() if end == n)


@proves(
    "eq-last-arrow",
    last_arrow,
    slope_missing=lambda slopes, inner, n: sum(inner[i] for i, end in slopes if end == n),
    inner_missing=lambda slopes, inner, n: sum(s for (i, end), s in slopes.items() if end == n),
    one_arrow=lambda slopes, inner, n: max(s * inner[i] for (i, end), s in slopes.items() if end == n),
)
def test_derivative_comes_by_the_arrows_that_end_at_the_node(equation):
    for needs, inputs, u, slopes in examples():
        n = len(u) - 1
        for j in range(3):
            inner = [witness(needs, inputs, j, i) for i in range(n)]
            assert_allclose(equation(slopes, inner, n), witness(needs, inputs, j, n), **EXACT)


def count(slopes, n):
    N = [0] * n + [1]
    for j in reversed(range(n)):
        N[j] = sum(N[i] for start, i in slopes if start == j)
    return N


@proves(
    "eq-path-count",
    count,
    arrows=lambda slopes, n: [sum(start == j for start, _ in slopes) for j in range(n)] + [1],
    backwards=lambda slopes, n: count([(n - i, n - j) for j, i in slopes], n)[::-1],
    one_for_all=lambda slopes, n: [1] * (n + 1),
)
def test_path_count_is_the_number_of_paths(equation):
    for _, _, u, slopes in examples():
        n = len(u) - 1

        assert equation(slopes, n) == [len(list(paths(slopes, j, n))) for j in range(n + 1)]


def walk_forward(slopes, n, start):
    dot = [float(j == start) for j in range(n + 1)]
    for i in range(n + 1):
        dot[i] += sum(s * dot[j] for (j, end), s in slopes.items() if end == i)
    return dot


@proves(
    "eq-forward-accumulation",
    walk_forward,
    slopes_alone=lambda slopes, n, start: walk_forward(dict.fromkeys(slopes, 1.0), n, start),
    absolute=lambda slopes, n, start: walk_forward({a: abs(s) for a, s in slopes.items()}, n, start),
    one_arrow=lambda slopes, n, start: walk_forward(
        {(j, i): s for (j, i), s in slopes.items() if j}, n, start
    ),
)
def test_walk_forward_finds_all_derivatives_by_one_input(equation):
    for needs, inputs, u, slopes in examples():
        n = len(u) - 1
        for start in range(3):
            expected = [witness(needs, inputs, start, i) for i in range(n + 1)]
            assert_allclose(equation(slopes, n, start), expected, **EXACT)


def walk_back(slopes, order, add=True):
    bar = dict.fromkeys(order, 0.0) | {order[-1]: 1.0}
    for i in reversed(order):
        for (j, end), s in slopes.items():
            if end == i:
                bar[j] = add * bar[j] + bar[i] * s
    return [bar[j] for j in sorted(bar)]


@proves(
    "eq-reverse-accumulation",
    walk_back,
    overwritten=lambda slopes, order: walk_back(slopes, order, add=False),
    hasty=lambda slopes, order: walk_back(slopes, [*order[:3], *order[3:-1][::-1], order[-1]]),
    slopes_alone=lambda slopes, order: walk_back(dict.fromkeys(slopes, 1.0), order),
)
def test_walk_back_finds_the_derivatives_by_all_nodes(equation):
    for needs, inputs, u, slopes in examples():
        n = len(u) - 1

        expected = [witness(needs, inputs, j, n) for j in range(n + 1)]
        assert_allclose(equation(slopes, list(range(n + 1))), expected, **EXACT)
