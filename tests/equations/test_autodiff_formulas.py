"""Both sides of the equations in the chapter *Formulas of automatic differentiation*, and of its engine."""

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT, SHAPES

from bpkit import activation, complex_step, derivative
from bpkit.reference.autodiff import Value, grad
from bpkit.reference.dual import Dual, hvp, jvp
from bpkit.reference.tensors import Tensor, unbroadcast

EPS = 1e-30


def draw(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def later(u):
    """Return the nodes computed from a node u, which make a loss of five terms together."""
    return [3 * u, u * u, u**3, np.exp(u), np.tanh(u)]


def pairs(x):
    """Return (ū, ∂u/∂x) for each node computed from x; the loss is Σ u²."""
    return [(2 * u, complex_step(lambda x, k=k: later(x)[k], np.array(x))) for k, u in enumerate(later(x))]


@proves(
    "eq-reverse-accumulation",
    lambda x: sum(u_bar * slope for u_bar, slope in pairs(x)),
    grad(lambda x: sum(u**2 for u in later(x))),
    overwritten=lambda x: [u_bar * slope for u_bar, slope in pairs(x)][-1],
    slope_missing=lambda x: sum(u_bar for u_bar, _ in pairs(x)),
    gradient_missing=lambda x: sum(slope for _, slope in pairs(x)),
    product_of_sums=lambda x: sum(g for g, _ in pairs(x)) * sum(s for _, s in pairs(x)),
)
def test_gradient_is_the_sum_over_the_nodes_computed_from_it(equation):
    for x in (-0.7, 0.4, 1.2):
        exact = complex_step(lambda x: sum(u**2 for u in later(x)), np.array(x))

        assert_allclose(equation(x), exact, **EXACT)


def quotient(x, y):
    return x * y / (x + 3)


def slopes_of_quotient(x, y):
    return [complex_step(lambda x: quotient(x, y), x), complex_step(lambda y: quotient(x, y), y)]


@proves(
    "eq-forward-accumulation",
    lambda x, y, dx, dy: np.dot(slopes_of_quotient(x, y), [dx, dy]),
    lambda x, y, dx, dy: quotient(Dual(x, dx), Dual(y, dy)).tangent,
    one_input_only=lambda x, y, dx, dy: slopes_of_quotient(x, y)[0] * dx,
    exchanged=lambda x, y, dx, dy: np.dot(slopes_of_quotient(x, y), [dy, dx]),
    tangents_missing=lambda x, y, dx, dy: sum(slopes_of_quotient(x, y)),
)
def test_tangent_is_the_sum_over_the_inputs(equation):
    for x, y, dx, dy in draw((4,), (4,), (4,)):
        exact = quotient(x + 1j * EPS * dx, y + 1j * EPS * dy).imag / EPS

        assert_allclose(equation(*map(np.array, (x, y, dx, dy))), exact, **EXACT)


A, B = draw((3, 4), (3, 3), seed=1)


def curved(x):
    """Map x of shape (4, 1) to (3, 1); the same text serves arrays, Tensors and Duals."""
    return np.tanh(A @ x) * (B @ np.exp(A @ x))


def jacobian(x):
    return complex_step(curved, x).reshape(3, 4)


def vjp(x, g):
    leaf = Tensor(x)
    (curved(leaf) * g).sum().backward()
    return leaf.grad


@proves(
    "eq-jvp",
    lambda x, t: jvp(curved, x, t)[1],
    lambda x, t: jacobian(x) @ t,
    absolute_slopes=lambda x, t: np.abs(jacobian(x)) @ t,
    value=lambda x, t: curved(x),
    direction_missing=lambda x, t: jacobian(x).sum(axis=1, keepdims=True),
)
def test_tangent_is_the_jacobian_times_the_tangent(equation):
    for seed in range(3):
        x, t = draw((4, 1), (4, 1), seed=seed)

        assert_allclose(equation(x, t), curved(x + 1j * EPS * t).imag / EPS, **EXACT)


@proves(
    "eq-vjp",
    vjp,
    lambda x, g: jacobian(x).T @ g,
    absolute_slopes=lambda x, g: np.abs(jacobian(x)).T @ g,
    upstream_missing=lambda x, g: vjp(x, np.ones_like(g)),
    pseudo_inverse=lambda x, g: np.linalg.pinv(jacobian(x)) @ g,
)
def test_gradient_is_the_transposed_jacobian_times_the_gradient(equation):
    for seed in range(3):
        x, g = draw((4, 1), (3, 1), seed=seed)

        assert_allclose(equation(x, g), complex_step(lambda x, g=g: (g * curved(x)).sum(), x), **EXACT)


def slope(x):
    return derivative("sigmoid")(x)


@proves(
    "eq-elementwise-rule",
    lambda x, t: (slope(x) * t, slope(x) * t),
    lambda x, t: (jvp(lambda x: x.sigmoid(), x, t)[1], pulled(x, t)),
    slope_at_u=lambda x, t: (slope(activation("sigmoid")(x)) * t,) * 2,
    slope_missing=lambda x, t: (t, t),
    divided_backwards=lambda x, t: (slope(x) * t, t / slope(x)),
)
def test_elementwise_slopes_serve_both_modes(equation):
    for shape in SHAPES:
        x, t = draw(shape, shape)
        J = complex_step(activation("sigmoid"), x).reshape(x.size, x.size)
        forward, backward = equation(x, t)

        assert_allclose(forward.ravel(), J @ t.ravel(), **EXACT)
        assert_allclose(backward.ravel(), J.T @ t.ravel(), **EXACT)


def pulled(x, g):
    leaf = Tensor(x)
    (leaf.sigmoid() * g).sum().backward()
    return leaf.grad


@proves(
    "eq-matrix-product-jvp",
    lambda A, B, dA, dB: dA @ B + A @ dB,
    lambda A, B, dA, dB: (Dual(A, dA) @ Dual(B, dB)).tangent,
    product_of_tangents=lambda A, B, dA, dB: dA @ dB,
    second_factor_constant=lambda A, B, dA, dB: dA @ B,
    minus=lambda A, B, dA, dB: dA @ B - A @ dB,
)
def test_tangent_of_a_matrix_product_has_two_terms(equation):
    A, B, dA, dB = draw((2, 3), (3, 4), (2, 3), (3, 4))

    exact = ((A + 1j * EPS * dA) @ (B + 1j * EPS * dB)).imag / EPS

    assert_allclose(equation(A, B, dA, dB), exact, **EXACT)


def gradients_of_product(A, B, g):
    A, B = Tensor(A), Tensor(B)
    (A @ B * g).sum().backward()
    return A.grad, B.grad


@proves(
    "eq-matrix-product-vjp",
    gradients_of_product,
    lambda A, B, g: (g @ B.T, A.T @ g),
    transposes_missing=lambda A, B, g: (g @ B, A @ g),
    factors_exchanged=lambda A, B, g: (A.T @ g, g @ B.T),
    order_exchanged=lambda A, B, g: (B.T @ g, g @ A.T),
)
def test_gradient_of_a_factor_is_made_of_the_other_one_transposed(equation):
    A, B, g = draw((3, 3), (3, 3), (3, 3))

    dA, dB = equation(A, B, g)

    assert_allclose(dA, complex_step(lambda A: (g * (A @ B)).sum(), A), **EXACT)
    assert_allclose(dB, complex_step(lambda B: (g * (A @ B)).sum(), B), **EXACT)


def test_gradients_of_a_product_that_is_not_square_have_the_shapes_of_their_factors():
    A, B, g = draw((2, 3), (3, 4), (2, 4))

    for found, x in zip(gradients_of_product(A, B, g), (A, B), strict=True):
        assert found.shape == x.shape
    assert_allclose(gradients_of_product(A, B, g)[0], by_index(2, 3, lambda i, j: g[i] @ B[j]), **EXACT)


def sum_over_copies(g, shape):
    """Add each entry of g to the entry of which it is the gradient of a copy, by a plain loop."""
    origin = np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), g.shape)
    total = np.zeros(shape).ravel()
    for k in np.ndindex(g.shape):
        total[origin[k]] += g[k]
    return total.reshape(shape)


@proves(
    "eq-unbroadcast",
    unbroadcast,
    sum_over_copies,
    mean_over_copies=lambda g, shape: unbroadcast(g, shape) * np.prod(shape) / g.size,
    one_copy_only=lambda g, shape: g[tuple(slice(n) for n in (1,) * (g.ndim - len(shape)) + shape)].reshape(
        shape
    ),
    total_everywhere=lambda g, shape: np.full(shape, g.sum()),
)
def test_gradient_of_a_broadcast_array_is_the_sum_over_its_copies(equation):
    for shape in ((2, 3, 4), (3, 1), (1, 4), (3, 4), (2, 1, 4), (4,), (1,), ()):
        x, weights = draw(shape, (2, 3, 4))
        exact = complex_step(lambda x, weights=weights: (weights * x).sum(), x)

        assert_allclose(equation(weights, shape), exact, **EXACT)


def by_dual(x, t):
    u = curved(Dual(x, t))
    return u.value, u.tangent


@proves(
    "eq-dual-number",
    by_dual,
    lambda x, t: (curved(x), jacobian(x) @ t),
    not_scaled=lambda x, t: (curved(x), curved(x + t)),
    difference=lambda x, t: (curved(x), curved(x + t) - curved(x)),
    value_moved=lambda x, t: (curved(x + t), jacobian(x) @ t),
)
def test_dual_number_carries_the_value_and_the_derivative(equation):
    x, t = draw((4, 1), (4, 1))
    step = curved(x + 1j * EPS * t)  # (i h)² vanishes beside 1, as ε² does

    value, tangent = equation(x, t)

    assert_allclose(value, step.real, **EXACT)
    assert_allclose(tangent, step.imag / EPS, **EXACT)


def product_of_duals(x, dx, y, dy):
    u = Dual(x, dx) * Dual(y, dy)
    return u.value, u.tangent


@proves(
    "eq-dual-product",
    product_of_duals,
    lambda x, dx, y, dy: (x * y, dx * y + x * dy),
    square_kept=lambda x, dx, y, dy: (x * y, dx * y + x * dy + dx * dy),
    tangents_multiplied=lambda x, dx, y, dy: (x * y, dx * dy),
    square_of_minus_one=lambda x, dx, y, dy: (x * y - dx * dy, dx * y + x * dy),
)
def test_product_of_dual_numbers_drops_the_square(equation):
    x, dx, y, dy = draw((3,), (3,), (3,), (3,))

    value, tangent = equation(x, dx, y, dy)

    for k in range(3):  # [[0, 1], [0, 0]] is a matrix whose square is zero: ε itself
        X, Y = (np.array([[a[k], da[k]], [0, a[k]]]) for a, da in ((x, dx), (y, dy)))
        assert_allclose([value[k], tangent[k]], (X @ Y)[0], **EXACT)


def columns(x):
    return np.hstack([jvp(curved, x, e.reshape(4, 1))[1] for e in np.eye(4)])


def rows(x):
    return np.vstack([vjp(x, e.reshape(3, 1)).T for e in np.eye(3)])


@proves(
    "eq-jacobian-sweeps",
    columns,
    rows,
    one_walk_for_all=lambda x: np.hstack([jvp(curved, x, np.ones((4, 1)))[1]] * 4),
    order_reversed=lambda x: columns(x)[:, ::-1],
    rows_reversed=lambda x: rows(x)[::-1],
)
def test_jacobian_comes_by_columns_forward_and_by_rows_backward(equation):
    (x,) = draw((4, 1))

    assert_allclose(equation(x), jacobian(x), **EXACT)


@proves(
    "eq-dot-product-test",
    lambda x, t, g: (g.T @ jvp(curved, x, t)[1]).item(),
    lambda x, t, g: (vjp(x, g).T @ t).item(),
    lambda x, t, g: (g.T @ jacobian(x) @ t).item(),
    another_point=lambda x, t, g: (vjp(x + 0.1, g).T @ t).item(),
    upstream_missing=lambda x, t, g: jvp(curved, x, t)[1].sum(),
    tangent_missing=lambda x, t, g: vjp(x, g).sum(),
)
def test_both_modes_give_the_same_inner_product(equation):
    x, t, g = draw((4, 1), (4, 1), (3, 1))

    exact = (g * curved(x + 1j * EPS * t)).sum().imag / EPS

    assert_allclose(equation(x, t, g), exact, **EXACT)


def quartic(x):
    """Return Σ_ij x_i² A_ij x_j² for x of shape (3,), a scalar."""
    column = x.reshape((3, 1))
    return ((column.T**2) @ B @ (column**2)).sum()


def quartic_gradient(x):
    return 2 * x * ((B + B.T) @ x**2)


def quartic_hessian(x):
    return 4 * np.outer(x, x) * (B + B.T) + 2 * np.diag((B + B.T) @ x**2)


@proves(
    "eq-hessian-vector",
    lambda x, v: hvp(quartic, x, v),
    lambda x, v: complex_step(lambda t: quartic_gradient(x + t * v), np.array(0.0)),
    diagonal_only=lambda x, v: np.diag(quartic_hessian(x)) * v,
    gradient_along_v=lambda x, v: (quartic_gradient(x) @ v) * v,
    gauss_newton=lambda x, v: quartic_gradient(x) * (quartic_gradient(x) @ v),
    whole_step=lambda x, v: quartic_gradient(x + v) - quartic_gradient(x),
)
def test_hessian_times_vector_is_the_change_of_the_gradient(equation):
    x, v = draw((3,), (3,))

    assert_allclose(equation(x, v), quartic_hessian(x) @ v, **EXACT)


def gradient_of_dual(x, v):
    leaf = Tensor(Dual(x, v))
    quartic(leaf).backward()
    return leaf.grad.value, leaf.grad.tangent


@proves(
    "eq-forward-over-reverse",
    gradient_of_dual,
    lambda x, v: (quartic_gradient(x), quartic_hessian(x) @ v),
    gradient_moved=lambda x, v: (quartic_gradient(x + v), quartic_hessian(x) @ v),
    tangent_of_the_value=lambda x, v: (quartic_gradient(x), jvp(quartic, x, v)[1] * v),
    hessian_at_v=lambda x, v: (quartic_gradient(x), quartic_hessian(v) @ x),
)
def test_gradient_of_a_dual_number_carries_the_hessian_times_its_tangent(equation):
    x, v = draw((3,), (3,))
    step = quartic_gradient(x + 1j * EPS * v)

    gradient, product = equation(x, v)

    assert_allclose(gradient, complex_step(quartic, x), **EXACT)
    assert_allclose(product, step.imag / EPS, **EXACT)


def test_values_of_both_kinds_have_the_same_gradient():
    x, leaf = Value(0.3), Tensor(np.array(0.3))

    for node in (x, leaf):
        sum(u**2 for u in later(node)).backward()

    assert_allclose(x.grad, leaf.grad, **EXACT)
