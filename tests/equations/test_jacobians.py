"""Both sides of the equations in the chapter *Jacobians and vector–Jacobian products*."""

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import CENTRAL, EXACT, SHAPES, away_from_zero

from bpkit import activation, central_difference, complex_step, derivative

CHAINS = [(3, 4, 2), (1, 3, 2, 4), (4, 1, 3), (3, 3, 3, 3)]  # numbers before and after each step


def maps(sizes, seed=0):
    """Draw smooth functions of vectors that follow one another, each a sine of a linear map."""
    rng = np.random.default_rng(seed)
    matrices = [rng.normal(size=(n, k)) for k, n in zip(sizes[:-1], sizes[1:], strict=True)]
    return [lambda x, A=A: np.sin(A @ x) + (A**2) @ x for A in matrices]


def jacobians_along(functions, x):
    """Return the Jacobian of each function at what goes into it, by the complex step."""
    found = []
    for f in functions:
        found.append(complex_step(f, x))
        x = f(x)
    return found


def composed(functions):
    def whole(x):
        for f in functions:
            x = f(x)
        return x

    return whole


def chains():
    for seed, sizes in enumerate(CHAINS):
        functions, x = maps(sizes, seed), np.random.default_rng(seed + 9).normal(size=sizes[0])
        yield functions, x, jacobians_along(functions, x)


def partial(f, x, i, k, h=1e-30):
    """Return the slope of output i in input k, from that one output and that one step."""
    step = x.astype(complex)
    step[k] += 1j * h
    return f(step)[i].imag / h


@proves(
    "eq-jacobian",
    lambda f, x: by_index(len(f(x)), len(x), lambda i, k: partial(f, x, i, k)),
    transposed=lambda f, x: by_index(len(x), len(f(x)), lambda k, i: partial(f, x, i, k)),
    one_output=lambda f, x: by_index(len(f(x)), len(x), lambda i, k: partial(f, x, 0, k)),
    one_input=lambda f, x: by_index(len(f(x)), len(x), lambda i, k: partial(f, x, i, 0)),
)
def test_jacobian_has_a_row_for_each_output_and_a_column_for_each_input(equation):
    for functions, x, _ in chains():
        found = equation(functions[0], x)

        assert found.shape == (len(functions[0](x)), len(x))
        assert_allclose(found, central_difference(functions[0], x), **CENTRAL)


@proves(
    "eq-jacobian-linear",
    lambda J, v: J @ v,
    nothing=lambda J, v: 0 * (J @ v),
    rows_for_columns=lambda J, v: np.full(len(J), (J.T[: len(v)] * v[:, None]).sum()),
    absolute=lambda J, v: np.abs(J) @ v,
)
def test_rest_beside_the_jacobian_vanishes_faster_than_the_step(equation):
    for functions, x, (J, *_) in chains():
        v = np.random.default_rng(1).normal(size=len(x))
        for size in (1e-3, 1e-5):
            rest = functions[0](x + size * v) - functions[0](x) - equation(J, size * v)
            assert np.linalg.norm(rest) / (size * np.linalg.norm(v)) < 100 * size


@proves(
    "eq-jacobian-chain",
    lambda J_g, J_f: J_g @ J_f,
    other_order=lambda J_g, J_f: (J_f.T @ J_g.T)[: len(J_g)],
    first_only=lambda J_g, J_f: np.resize(J_f, (len(J_g), J_f.shape[1])),
    absolute=lambda J_g, J_f: np.abs(J_g) @ np.abs(J_f),
)
def test_jacobian_of_a_chain_is_the_product_last_step_first(equation):
    for functions, x, found in chains():
        whole = complex_step(composed(functions[:2]), x)

        result = equation(found[1], found[0])
        assert result.shape == whole.shape
        assert_allclose(result, whole, **EXACT)


@proves(
    "eq-jacobian-chain-sum",
    lambda J_g, J_f, i, k: sum(J_g[i, j] * J_f[j, k] for j in range(len(J_f))),
    first_way=lambda J_g, J_f, i, k: J_g[i, 0] * J_f[0, k],
    product_of_sums=lambda J_g, J_f, i, k: J_g[i].sum() * J_f[:, k].sum(),
    slopes_added=lambda J_g, J_f, i, k: sum(J_g[i, j] + J_f[j, k] for j in range(len(J_f))),
)
def test_ways_between_an_input_and_an_output_add(equation):
    for functions, x, (J_f, J_g, *_) in chains():
        whole = complex_step(composed(functions[:2]), x)
        for i, k in np.ndindex(*whole.shape):
            assert_allclose(equation(J_g, J_f, i, k), whole[i, k], **EXACT)


@proves(
    "eq-jvp",
    lambda J, v: J @ v,
    columns_alone=lambda J, v: J.sum(axis=1),
    absolute=lambda J, v: np.abs(J) @ v,
    reversed_direction=lambda J, v: -J @ v,
)
def test_change_of_the_output_along_a_direction(equation):
    for functions, x, (J, *_) in chains():
        v = np.random.default_rng(2).normal(size=len(x))
        moved = complex_step(lambda t, f=functions[0], x=x, v=v: f(x + t * v), np.array(0.0))

        assert_allclose(equation(J, v), moved, **EXACT)


@proves(
    "eq-vjp",
    lambda J, g: J.T @ g,
    rows_alone=lambda J, g: J.sum(axis=0),
    absolute=lambda J, g: np.abs(J).T @ g,
    inverse=lambda J, g: np.linalg.pinv(J) @ g,
)
def test_gradient_by_the_input_of_a_weighted_sum_of_outputs(equation):
    for functions, x, (J, *_) in chains():
        g = np.random.default_rng(3).normal(size=len(J))

        assert_allclose(equation(J, g), complex_step(lambda x, f=functions[0], g=g: g @ f(x), x), **EXACT)


def back(jacobians, g):
    for J in reversed(jacobians):
        g = J.T @ g
    return g


@proves(
    "eq-vjp-chain",
    back,
    first_step_first=lambda jacobians, g: back([np.resize(J, K.shape) for J, K in _turned(jacobians)], g),
    last_step_twice=lambda jacobians, g: back(jacobians, jacobians[-1] @ (jacobians[-1].T @ g)),
    not_transposed=lambda jacobians, g: back([np.resize(J, J.T.shape).T for J in jacobians], g),
)
def test_gradient_comes_back_step_by_step(equation):
    for functions, x, found in chains():
        g = np.random.default_rng(4).normal(size=len(found[-1]))
        f = composed(functions)
        whole = complex_step(lambda x, f=f, g=g: g @ f(x), x)

        assert_allclose(equation(found, g), whole, **EXACT)


def _turned(jacobians):
    return zip(reversed(jacobians), jacobians, strict=True)


def counted(sizes):
    """Count the multiplications of both ways, from the shapes of their factors."""
    shapes = [(n, k) for k, n in zip(sizes[:-1], sizes[1:], strict=True)]
    columns = sizes[0]
    backward = sum(n * k * 1 for n, k in shapes)
    forward = sum(n * k * columns for n, k in shapes[1:]) + columns * sizes[-1] * 1
    return backward, forward


def costs(sizes):
    layers = range(1, len(sizes))
    backward = sum(sizes[l] * sizes[l - 1] for l in layers)
    forward = sizes[0] * (sizes[-1] + sum(sizes[l] * sizes[l - 1] for l in layers if l >= 2))
    return backward, forward


@proves(
    "eq-product-costs",
    costs,
    exchanged=lambda sizes: costs(sizes)[::-1],
    first_too=lambda sizes: (costs(sizes)[0], sizes[0] * costs(sizes)[0]),
    powers=lambda sizes: (sizes[0] ** 2, sizes[0] ** 3),
)
def test_costs_are_the_multiplications_of_each_way(equation):
    for sizes in (*CHAINS, (784, 100, 100, 10)):
        assert equation(sizes) == counted(sizes)


@proves(
    "eq-elementwise-jacobian",
    lambda f, z: by_index(len(z), len(z), lambda i, k: (i == k) * derivative(f)(z)[k]),
    full=lambda f, z: by_index(len(z), len(z), lambda i, k: derivative(f)(z)[k]),
    at_a=lambda f, z: np.diag(derivative(f)(activation(f)(z))),
    values=lambda f, z: np.diag(activation(f)(z)),
)
def test_elementwise_jacobian_is_diagonal(equation):
    for f in ("sigmoid", "tanh", "softplus"):
        for n in (2, 3, 5):
            z = away_from_zero((n,), np.random.default_rng(n))

            assert_allclose(equation(f, z), central_difference(activation(f), z), **CENTRAL)


def layers(seed=0):
    """Draw W, b and a batch for layers of every shape, batches of one and more."""
    rng = np.random.default_rng(seed)
    for n, k in SHAPES:
        for m in (1, 2, 4):
            yield rng.normal(size=(n, k)), rng.normal(size=(n, 1)), rng.normal(size=(k, m))


@proves(
    "eq-affine-jacobian",
    lambda W, a: W,
    transposed=lambda W, a: W.T,
    activation=lambda W, a: np.ones(W.shape) * a.T,
    absolute=lambda W, a: np.abs(W),
)
def test_jacobian_of_an_affine_map_by_its_input_is_its_matrix(equation):
    for W, b, a in layers():
        found = complex_step(lambda a, W=W, b=b: (W @ a[:, None] + b)[:, 0], a[:, 0])

        assert equation(W, a[:, :1]).shape == found.shape
        assert_allclose(equation(W, a[:, :1]), found, **EXACT)


@proves(
    "eq-weight-jacobian",
    lambda a, i, j, k: (i == j) * a[k],
    everywhere=lambda a, i, j, k: a[k],
    other_index=lambda a, i, j, k: (i == k) * a[k],
    one=lambda a, i, j, k: float(i == j),
)
def test_jacobian_by_the_weights_has_three_indices(equation):
    for W, b, a in layers(1):
        table = complex_step(lambda W, a=a, b=b: (W @ a[:, :1] + b)[:, 0], W)
        for i, j, k in np.ndindex(*table.shape):
            assert_allclose(equation(a[:, 0], i, j, k), table[i, j, k], **EXACT)


def assert_agree(equation, batches):
    """Compare the three gradients with the complex step of the weighted sum of all outputs."""
    for W, b, a in layers(2):
        a = a if batches else a[:, :1]
        g = np.random.default_rng(5).normal(size=(len(W), a.shape[1]))

        def weighted(W, a, b, g=g):
            return (g * (W @ a + b)).sum()

        expected = (
            complex_step(lambda v, W=W, b=b, f=weighted: f(W, v, b), a),
            complex_step(lambda v, a=a, b=b, f=weighted: f(v, a, b), W),
            complex_step(lambda v, W=W, a=a, f=weighted: f(W, a, v), b),
        )
        for found, gradient in zip(equation(W, a, g), expected, strict=True):
            assert found.shape == gradient.shape
            assert_allclose(found, gradient, **EXACT)


@proves(
    "eq-affine-vjp-sample",
    lambda W, a, g: (W.T @ g, g @ a.T, g),
    transposed=lambda W, a, g: (W.T @ g, (a @ g.T).reshape(W.shape), g),
    bias_zero=lambda W, a, g: (W.T @ g, g @ a.T, 0 * g),
    bias_times_a=lambda W, a, g: (W.T @ g, g @ a.T, g * a.sum()),
)
def test_affine_map_sends_the_gradient_of_one_sample_back(equation):
    assert_agree(equation, batches=False)


@proves(
    "eq-affine-vjp",
    lambda W, a, g: (W.T @ g, g @ a.T, g @ np.ones((g.shape[1], 1))),
    mean=lambda W, a, g: (W.T @ g, g @ a.T / g.shape[1], g.mean(axis=1, keepdims=True)),
    bias_not_summed=lambda W, a, g: (W.T @ g, g @ a.T, g),
    bias_of_one_sample=lambda W, a, g: (W.T @ g, g @ a.T, g[:, :1]),
)
def test_affine_map_sends_the_gradient_of_a_batch_back(equation):
    assert_agree(equation, batches=True)
