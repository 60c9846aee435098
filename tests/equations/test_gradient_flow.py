"""Both sides of the equations in the chapter *Vanishing and exploding gradients*."""

import itertools
import math

import numpy as np
from equations.proofs import losses_from, proves
from numpy.testing import assert_allclose
from strategies import EXACT, Network, make_network

from bpkit import activation, backward, complex_step, derivative, forward
from bpkit.grading.questions.slips_flow import delta_norms, saturated_fraction
from bpkit.reference.activations import sigmoid, tanh
from bpkit.reference.initializers import orthogonal

SHAPES = [(1, 1), (3, 3), (5, 2), (2, 4)]


@proves(
    "eq-delta-norm",
    delta_norms,
    sum_over_samples=lambda delta: [np.linalg.norm(delta[l], axis=0).sum() for l in sorted(delta)],
    whole_array=lambda delta: [np.linalg.norm(delta[l]) for l in sorted(delta)],
    of_the_mean=lambda delta: [np.linalg.norm(delta[l].mean(axis=1)) for l in sorted(delta)],
    along_the_rows=lambda delta: [np.linalg.norm(delta[l], axis=1).mean() for l in sorted(delta)],
)
def test_delta_norm_is_the_mean_length_of_a_column(equation):
    rng = np.random.default_rng(9)
    delta = {l: rng.normal(size=(n, 6)) for l, n in ((3, 2), (1, 4), (2, 5))}
    lengths = [[math.hypot(*column) for column in delta[l].T] for l in (1, 2, 3)]

    assert_allclose(equation(delta), [sum(row) / 6 for row in lengths], **EXACT)


def chain_of_units(L, seed=0):
    """Draw a network with one unit in each layer, one sample, and no slope that is 0."""
    turns = itertools.cycle(("tanh", "sigmoid", "softplus"))
    f = dict(zip(range(1, L + 1), turns, strict=False)) | {L: "identity"}
    return make_network((1,) * (L + 1), 1, seed=seed)._replace(f=f)


def steps_back(net, z):
    """Return [(weight, slope)] of a chain from layer L down to layer 1."""
    return [(net.W[k].item(), derivative(net.f[k - 1])(z[k - 1]).item()) for k in range(len(net.W), 1, -1)]


@proves(
    "eq-error-chain",
    lambda last, steps: last * math.prod(w * slope for w, slope in steps),
    slopes_missing=lambda last, steps: last * math.prod(w for w, slope in steps),
    weights_missing=lambda last, steps: last * math.prod(slope for w, slope in steps),
    added=lambda last, steps: last * sum(w * slope for w, slope in steps),
)
def test_error_of_a_chain_is_a_product(equation):
    for L in (2, 3, 6):
        net = chain_of_units(L)
        z, _ = forward(net.W, net.b, net.x, net.f)
        errors = [complex_step(lambda v, l=l: losses_from(net, l, v).sum(), z[l]).item() for l in (1, L)]

        assert_allclose(equation(errors[1], steps_back(net, z)), errors[0], **EXACT)


@proves(
    "eq-log-error",
    lambda last, factors: math.log(abs(last)) + sum(math.log(abs(q)) for q in factors),
    last_missing=lambda last, factors: sum(math.log(abs(q)) for q in factors),
    one_missing=lambda last, factors: math.log(abs(last)) + sum(math.log(abs(q)) for q in factors[1:]),
    log_of_the_sum=lambda last, factors: math.log(abs(last)) + math.log(abs(sum(factors))),
)
def test_log_of_the_error_is_a_sum(equation):
    for L in (2, 3, 6):
        net = chain_of_units(L, seed=1)
        z, a = forward(net.W, net.b, net.x, net.f)
        delta = backward(net.W, z, a, net.y, net.f, net.loss)[2]
        factors = [w * slope for w, slope in steps_back(net, z)]

        assert_allclose(equation(delta[L].item(), factors), math.log(abs(delta[1].item())), **EXACT)


@proves(
    "eq-log-growth",
    lambda steps, mean, variance: (steps * mean, steps * variance),
    spread_like_the_mean=lambda steps, mean, variance: (steps * mean, steps**2 * variance),
    no_growth=lambda steps, mean, variance: (mean, variance),
    mean_like_a_spread=lambda steps, mean, variance: (math.sqrt(steps) * mean, steps * variance),
)
def test_log_of_a_product_grows_with_its_factors(equation):
    factors = np.array([0.3, -1.5, 2.0])  # each as likely as the others
    logs = np.log(abs(factors))
    for steps in (2, 3, 5):
        every = [math.log(abs(math.prod(drawn))) for drawn in itertools.product(factors, repeat=steps)]

        assert_allclose((np.mean(every), np.var(every)), equation(steps, logs.mean(), logs.var()), **EXACT)


def factors_of(net, l, i):
    """Return diag(f′) and Wᵀ of each step back from layer L to layer l, that of layer l + 1 first."""
    z, _ = forward(net.W, net.b, net.x, net.f)
    slopes = {k: np.diag(derivative(net.f[k])(z[k])[:, i]) for k in net.W}
    return [(slopes[k - 1], net.W[k].T) for k in range(l + 1, len(net.W) + 1)]


def product(factors):
    return np.linalg.multi_dot([np.eye(len(factors[0][0])), *(M for pair in factors for M in pair)])


def of_last_slopes(factors):
    """Put each slope behind its weights, as if f′ were taken where the error comes from."""
    return product([(np.eye(len(D)), W) for D, W in factors])


@proves(
    "eq-error-product",
    lambda factors, last: product(factors) @ last,
    slopes_missing=lambda factors, last: of_last_slopes(factors) @ last,
    weights_not_transposed=lambda factors, last: product([(D, W.T) for D, W in factors]) @ last,
    turned_round=lambda factors, last: product(factors[::-1]) @ last,
)
def test_error_is_a_product_of_matrices(equation):
    net = make_network((3, 3, 3, 3, 3), 4)  # square, so that every order has its shapes
    z, a = forward(net.W, net.b, net.x, net.f)
    delta = backward(net.W, z, a, net.y, net.f, net.loss)[2]
    for l, i in itertools.product((1, 2, 3), range(4)):
        assert_allclose(equation(factors_of(net, l, i), delta[4][:, i]), delta[l][:, i], **EXACT)


@proves(
    "eq-error-jacobian",
    product,
    not_transposed=lambda factors: product(factors).T,
    slopes_missing=of_last_slopes,
    turned_round=lambda factors: product(factors[::-1]),
)
def test_the_product_is_the_transposed_jacobian(equation):
    net = make_network((3, 3, 3, 3, 3), 1, seed=2)
    z, _ = forward(net.W, net.b, net.x, net.f)

    def last(v, l):
        for k in range(l + 1, 5):
            v = net.W[k] @ activation(net.f[k - 1])(v) + net.b[k]
        return v

    for l in (1, 2, 3):
        rows = [complex_step(lambda v, l=l, j=j: last(v, l)[j].sum(), z[l]).ravel() for j in range(3)]
        assert_allclose(equation(factors_of(net, l, 0)), np.array(rows).T, **EXACT)


@proves(
    "eq-scaled-weights",
    lambda c, steps: c**steps,
    one_step_too_many=lambda c, steps: c ** (steps + 1),
    once=lambda c, steps: c,
    nothing=lambda c, steps: 1,
)
def test_scaled_weights_scale_the_jacobian_of_relu(equation):
    for sizes, name, c in itertools.product([(3, 8, 9, 7, 3), (2, 6, 6)], ("relu", "identity"), (0.5, 3.0)):
        net, L = make_network(sizes, 1, seed=3), len(sizes) - 1
        zero, f = {l: np.zeros_like(net.b[l]) for l in net.b}, dict.fromkeys(net.W, name)
        one, scaled = (
            Network({l: s * net.W[l] for l in net.W}, zero, net.x, net.y, f, net.loss) for s in (1, c)
        )
        for l in range(1, L):
            expected = equation(c, L - l) * product(factors_of(one, l, 0))
            assert np.any(expected)
            assert_allclose(product(factors_of(scaled, l, 0)), expected, **EXACT)


def parts(A):
    """Return the eigenvectors of AᵀA as columns, and the roots of their eigenvalues."""
    values, U = np.linalg.eigh(A.T @ A)
    return U, np.sqrt(np.maximum(values, 0))


@proves(
    "eq-stretch",
    lambda U, s, v: (s**2 * (U.T @ v) ** 2).sum(),
    not_squared=lambda U, s, v: (s * (U.T @ v) ** 2).sum(),
    rows_for_columns=lambda U, s, v: (s**2 * (U @ v) ** 2).sum(),
    square_of_the_sum=lambda U, s, v: (s * (U.T @ v)).sum() ** 2,
)
def test_a_matrix_stretches_each_part_by_its_singular_value(equation):
    rng = np.random.default_rng(11)
    for shape in SHAPES:
        A, v = rng.normal(size=shape), rng.normal(size=shape[1])
        U, s = parts(A)

        assert_allclose(equation(U, s, v), math.fsum((A @ v) ** 2), **EXACT)
        assert_allclose(s[::-1][: min(shape)], np.linalg.svd(A)[1], **EXACT)


@proves(
    "eq-stretch-limits",
    lambda s: (s.min(), s.max()),
    turned_round=lambda s: (s.max(), s.min()),
    squares=lambda s: (s.min() ** 2, s.max() ** 2),
    sum_of_all=lambda s: (s.min(), s.sum()),
    mean=lambda s: (s.mean(), s.max()),
)
def test_stretch_lies_between_the_extreme_singular_values_and_reaches_them(equation):
    rng = np.random.default_rng(12)
    for shape in SHAPES:
        A = 2 * rng.normal(size=shape)
        U, s = parts(A)
        low, high = equation(s)
        stretches = np.linalg.norm(A @ (V := rng.normal(size=(shape[1], 500))), axis=0)
        stretches = stretches / np.linalg.norm(V, axis=0)

        assert low * (1 - 1e-9) <= stretches.min()
        assert stretches.max() <= high * (1 + 1e-9)
        reached = [np.linalg.norm(A @ U[:, i]) for i in (s.argmin(), s.argmax())]
        assert_allclose(reached, (low, high), rtol=1e-11, atol=1e-7)  # a root of a rounded zero


@proves(
    "eq-error-bound",
    lambda phis, norms: math.prod(phi * norm for phi, norm in zip(phis, norms, strict=True)),
    smaller_slopes=lambda phis, norms: math.prod(0.9 * p * norm for p, norm in zip(phis, norms, strict=True)),
    sum_of_the_norms=lambda phis, norms: math.prod(phis) * sum(norms),
    without_slopes=lambda phis, norms: math.prod(norms),
)
def test_error_bound_holds_and_is_reached(equation):
    rng = np.random.default_rng(13)
    slopes = {"sigmoid": 0.25, "tanh": 1.0, "identity": 1.0}
    for names in itertools.product(slopes, repeat=2):
        W = {k: 3 * rng.normal(size=(2 + k, 1 + k)) for k in (2, 3)}
        bound = equation([slopes[name] for name in names], [np.linalg.norm(W[k], 2) for k in (2, 3)])
        for _ in range(50):
            diagonals = [derivative(f)(rng.normal(size=(n, 1))) for f, n in zip(names, (3, 4), strict=True)]
            last = rng.normal(size=(5, 1))
            first = diagonals[0] * (W[2].T @ (diagonals[1] * (W[3].T @ last)))
            assert np.linalg.norm(first) <= bound * np.linalg.norm(last) * (1 + 1e-9)

        w2, w3 = ([[np.linalg.norm(W[k], 2)]] for k in (2, 3))  # at z = 0, one unit a layer, nothing is lost
        at_zero = [derivative(f)(np.zeros((1, 1))) for f in names]
        assert_allclose((at_zero[0] * w2 * at_zero[1] * w3).item(), bound, **EXACT)


@proves(
    "eq-error-floor",
    lambda psis, smallest: math.prod(psi * s for psi, s in zip(psis, smallest, strict=True)),
    without_slopes=lambda psis, smallest: math.prod(smallest),
    larger_slopes=lambda psis, smallest: math.prod(1.1 * p * s for p, s in zip(psis, smallest, strict=True)),
    least_of_all=lambda psis, smallest: min(psis) * min(smallest),
)
def test_error_floor_holds_and_is_reached(equation):
    rng = np.random.default_rng(20)
    slopes = {"leaky_relu": 0.01, "identity": 1.0}
    for names in itertools.product(slopes, repeat=2):
        W = {
            k: 3 * rng.normal(size=(5 - k, 6 - k)) for k in (2, 3)
        }  # each layer narrower than the one before
        floor = equation([slopes[name] for name in names], [np.linalg.svd(W[k])[1].min() for k in (2, 3)])
        for _ in range(50):
            diagonals = [derivative(f)(rng.normal(size=(n, 1))) for f, n in zip(names, (4, 3), strict=True)]
            last = rng.normal(size=(2, 1))
            first = diagonals[0] * (W[2].T @ (diagonals[1] * (W[3].T @ last)))
            assert np.linalg.norm(first) >= floor * np.linalg.norm(last) * (1 - 1e-9)

        w = [np.linalg.svd(W[k])[1].min() for k in (2, 3)]  # one unit a layer, all z negative
        below = [derivative(f)(np.full(1, -1.0)).item() for f in names]
        assert_allclose(below[0] * w[0] * below[1] * w[1], floor, **EXACT)


@proves(
    "eq-orthogonal-flow",
    lambda last, L: np.linalg.norm(last),
    once_a_layer=lambda last, L: L * np.linalg.norm(last),
    squared=lambda last, L: np.linalg.norm(last) ** 2,
    largest=lambda last, L: np.abs(last).max(),
)
def test_orthogonal_linear_layers_keep_the_length_of_the_error(equation):
    rng = np.random.default_rng(14)
    for n, L in [(2, 2), (4, 3), (7, 10)]:
        W = {l: orthogonal(n, n, rng) for l in range(1, L + 1)}
        b, f = {l: rng.normal(size=(n, 1)) for l in W}, dict.fromkeys(W, "identity")
        x, y = rng.normal(size=(2, n, 1))
        delta = backward(W, *forward(W, b, x, f), y, f, "half_squared_error")[2]

        for l in range(1, L):
            assert_allclose(equation(delta[L], L), math.sqrt(math.fsum(delta[l].ravel() ** 2)), **EXACT)


@proves(
    "eq-sigmoid-flow",
    lambda w_max, steps: (w_max / 4) ** steps,
    without_weights=lambda w_max, steps: 0.25**steps,
    slope_of_tanh=lambda w_max, steps: w_max**steps,
    a_step_more=lambda w_max, steps: (w_max / 4) ** (steps + 1),
)
def test_sigmoid_chain_stays_below_its_bound_and_reaches_it_at_zero(equation):
    rng = np.random.default_rng(15)
    for w_max, steps in itertools.product((0.5, 1.0, 6.0), (1, 2, 5)):
        w = rng.uniform(-w_max, w_max, (200, steps))
        slopes = complex_step(lambda v: 1 / (1 + np.exp(-v)), rng.normal(size=(200, steps)))
        assert np.abs(np.prod(w * slopes, axis=1)).max() <= equation(w_max, steps)

        def last(v, w=w_max, n=steps):  # b = -w/2 calls every z back to 0
            for _ in range(n):
                v = w / (1 + np.exp(-v)) - w / 2
            return v

        assert_allclose(complex_step(last, np.array(0.0)), equation(w_max, steps), **EXACT)


@proves(
    "eq-saturated-fraction",
    saturated_fraction,
    counted=lambda z, f, threshold: (derivative(f)(z) < threshold).sum(),
    the_others=lambda z, f, threshold: np.mean(derivative(f)(z) > threshold),
    equal_ones_too=lambda z, f, threshold: np.mean(derivative(f)(z) <= threshold),
    by_activation=lambda z, f, threshold: np.mean(sigmoid(z) < threshold),
)
def test_saturated_fraction_counts_flat_places_one_by_one(equation):
    z = np.array([[0.0, 0.0, 6.0], [-6.0, 0.7, -0.4]])
    for f, threshold, flat in (("sigmoid", 0.01, 2), ("sigmoid", 0.25, 4), ("tanh", 0.7, 3)):
        assert_allclose(equation(z, f, threshold), flat / 6, **EXACT)


@proves(
    "eq-slope-ratio",
    lambda z: (2 * np.cosh(z / 2) / np.cosh(z)) ** 2,
    turned_over=lambda z: (np.cosh(z) / (2 * np.cosh(z / 2))) ** 2,
    square_missing=lambda z: 2 * np.cosh(z / 2) / np.cosh(z),
    two_missing=lambda z: (np.cosh(z / 2) / np.cosh(z)) ** 2,
)
def test_slope_ratio_is_that_of_the_complex_steps(equation):
    for z in (-3.0, -0.4, 0.0, 1.5, 6.0):
        slopes = [complex_step(f, np.array(z)) for f in (tanh, sigmoid)]

        assert_allclose(equation(z), slopes[0] / slopes[1], **EXACT)


def row_gradients(slopes, back, a_prev):
    """Return a unit's gradients by plain sums: those of its weights, and that of its bias."""
    m = len(slopes)
    delta = [slopes[i] * back[i] for i in range(m)]
    return [sum(delta[i] * a[i] for i in range(m)) / m for a in a_prev], sum(delta) / m


@proves(
    "eq-dead-unit",
    lambda z, back, a_prev: row_gradients([0.0 if v < 0 else 1.0 for v in z], back, a_prev),
    leaky=lambda z, back, a_prev: row_gradients([0.01 if v < 0 else 1.0 for v in z], back, a_prev),
    linear=lambda z, back, a_prev: row_gradients([1.0] * len(z), back, a_prev),
    turned_over=lambda z, back, a_prev: row_gradients([1.0 if v < 0 else 0.0 for v in z], back, a_prev),
)
def test_dead_units_have_no_gradient(equation):
    rng, sizes, m = np.random.default_rng(16), (3, 4, 5, 2), 6
    W = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in (1, 2, 3)}
    f = {1: "relu", 2: "relu", 3: "identity"}
    x, y = rng.normal(size=(3, m)), rng.normal(size=(2, m))
    for l in (1, 2):
        b = {k: rng.normal(size=(sizes[k], 1)) for k in W}
        b[l][0] = -100.0  # unit 1 of layer l is dead, the others are not
        z, a = forward(W, b, x, f)
        delta = backward(W, z, a, y, f, "half_squared_error")[2]
        dw, db = equation(z[l][0], (W[l + 1].T @ delta[l + 1])[0], a[l - 1])
        numeric = unit_gradients(W, b, x, y, f, l)

        assert (z[l][0] < 0).all()
        assert (z[l] > 0).any()
        assert_allclose([*dw, db], numeric, **EXACT)
        assert_allclose(numeric, 0, atol=0)


def unit_gradients(W, b, x, y, f, l):
    """Return the loss's derivatives by the weights and the bias of unit 1 of layer l, by the complex step."""

    def loss(row):
        Wl, bl = W[l].astype(complex), b[l].astype(complex)
        Wl[0], bl[0] = row[:-1], row[-1]
        o = forward({**W, l: Wl}, {**b, l: bl}, x, f)[1][3]
        return ((o - y) ** 2).sum() / (2 * x.shape[1])

    return complex_step(loss, np.append(W[l][0], b[l][0]))


@proves(
    "eq-equal-units",
    lambda delta, a_prev, n, m: np.ones((n, 1)) @ (delta[:1] @ a_prev.T) / m,
    not_averaged=lambda delta, a_prev, n, m: np.ones((n, 1)) @ (delta[:1] @ a_prev.T),
    shared_among_the_units=lambda delta, a_prev, n, m: np.ones((n, 1)) @ (delta[:1] @ a_prev.T) / m / n,
)
def test_equal_units_have_equal_rows_in_the_gradient(equation):
    rng, sizes = np.random.default_rng(10), (3, 4, 5, 1)
    W = {l: np.full((sizes[l], sizes[l - 1]), 0.2 * l) for l in (1, 2, 3)}
    b = {l: np.full((sizes[l], 1), 0.1) for l in W}
    f = {1: "tanh", 2: "sigmoid", 3: "identity"}
    x, y = rng.normal(size=(3, 6)), rng.normal(size=(1, 6))
    z, a = forward(W, b, x, f)
    dW, _, delta = backward(W, z, a, y, f, "half_squared_error")

    for l in (1, 2):
        assert_allclose(equation(delta[l], a[l - 1], sizes[l], 6), dW[l], **EXACT)
        assert np.linalg.matrix_rank(dW[l]) == 1


def skip_layer(W, b):
    """Return F and its Jacobian for one column a, F by the network's own tanh."""
    return (
        lambda a: np.tanh(W @ a + b),
        lambda a: np.diag(1 - np.tanh(W @ a + b).ravel() ** 2) @ W,
    )


@proves(
    "eq-skip-jacobian",
    lambda F, J, a: (a + F(a), np.eye(len(a)) + J(a)),
    no_way_around=lambda F, J, a: (a + F(a), J(a)),
    transposed=lambda F, J, a: (a + F(a), np.eye(len(a)) + J(a).T),
    all_ones=lambda F, J, a: (a + F(a), np.ones((len(a), len(a))) + J(a)),
    only_added_back=lambda F, J, a: (F(a), np.eye(len(a)) + J(a)),
)
def test_skip_connection_adds_the_identity_to_the_jacobian(equation):
    for n in (1, 2, 5):
        rng = np.random.default_rng(17)
        F, J = skip_layer(rng.normal(size=(n, n)), rng.normal(size=(n, 1)))
        a = rng.normal(size=(n, 1))
        value, jacobian = equation(F, J, a)
        rows = [complex_step(lambda v, j=j: equation(F, J, v)[0][j].sum(), a).ravel() for j in range(n)]

        assert_allclose(value - a, F(a), **EXACT)
        assert_allclose(jacobian, np.array(rows), **EXACT)


@proves(
    "eq-skip-bound",
    lambda s, L: ((1 - s) ** L, (1 + s) ** L),
    once=lambda s, L: (1 - s, 1 + s),
    linear_in_the_depth=lambda s, L: (1 - s * L, 1 + s * L),
    turned_round=lambda s, L: ((1 + s) ** L, (1 - s) ** L),
)
def test_skip_bound_holds_and_is_reached_on_both_sides(equation):
    rng, n = np.random.default_rng(18), 4
    for s, L in itertools.product((0.1, 0.5, 1.0), (2, 3, 9)):
        low, high = equation(s, L)
        for _ in range(30):
            g = g_last = rng.normal(size=n)
            for _ in range(L):
                J = rng.normal(size=(n, n))
                g = g + (s / np.linalg.norm(J, 2)) * J.T @ g
            assert low * (1 - 1e-9) <= np.linalg.norm(g) / np.linalg.norm(g_last) <= high * (1 + 1e-9)

        reached = [
            np.linalg.norm(np.linalg.matrix_power(np.eye(n) + J, L)[0])
            for J in (-s * np.eye(n), s * np.eye(n))
        ]
        assert_allclose(reached, (low, high), **EXACT)


@proves(
    "eq-shared-weights",
    lambda Wh, last, T: np.linalg.matrix_power(Wh.T, T - 1) @ last,
    a_step_more=lambda Wh, last, T: np.linalg.matrix_power(Wh.T, T) @ last,
    not_transposed=lambda Wh, last, T: np.linalg.matrix_power(Wh, T - 1) @ last,
    entry_by_entry=lambda Wh, last, T: (Wh.T ** (T - 1)) @ last,
)
def test_error_of_a_linear_recurrence_is_a_power(equation):
    rng = np.random.default_rng(19)
    for k, T in [(1, 3), (3, 2), (4, 6)]:
        Wh, y = rng.normal(size=(k, k)), rng.normal(size=(k, 1))

        def last_state(z1, Wh=Wh, T=T):
            for _ in range(T - 1):
                z1 = Wh @ z1 + 0.3
            return z1

        z1 = rng.normal(size=(k, 1))
        first = complex_step(lambda z, y=y: ((last_state(z) - y) ** 2).sum() / 2, z1)

        assert_allclose(equation(Wh, last_state(z1) - y, T), first, **EXACT)
