"""Both sides of the equations in the chapter *Batches, columns and rows*."""

import numpy as np
from equations.proofs import by_index, proves
from numpy.testing import assert_allclose
from strategies import EXACT, SIZES, example_networks, make_network, run_backward, total_loss

from bpkit import complex_step, derivative, forward, hidden_delta, sample_losses

PRODUCTS = [(1, 1, 1), (2, 3, 4), (4, 1, 2), (3, 3, 3)]


def pairs():
    """Draw two matrices that can be multiplied, of every kind of shape."""
    rng = np.random.default_rng(1)
    return [(rng.normal(size=(n, k)), rng.normal(size=(k, m))) for n, k, m in PRODUCTS]


def summed(A, B):
    """Return A B entry by entry, as the sums that it is."""
    return by_index(len(A), B.shape[1], lambda j, i: sum(A[j, k] * B[k, i] for k in range(len(B))))


@proves(
    "eq-product-columns",
    lambda A, B, i: A @ B[:, [i]],
    row=lambda A, B, i: A[[i % len(A)], :] @ B,
    first=lambda A, B, i: A @ B[:, [0]],
    transposed=lambda A, B, i: B[:, [i]].T @ A.T,
)
def test_column_of_a_product_is_the_product_with_the_column(equation):
    for A, B in pairs():
        for i in range(B.shape[1]):
            assert equation(A, B, i).shape == (len(A), 1)
            assert_allclose(equation(A, B, i), summed(A, B)[:, [i]], **EXACT)


@proves(
    "eq-bias-broadcast",
    lambda W, a, b: W @ a + b @ np.ones((1, a.shape[1])),
    once=lambda W, a, b: W @ a + b @ np.eye(1, a.shape[1]),
    shared=lambda W, a, b: W @ a + b @ np.ones((1, a.shape[1])) / a.shape[1],
    same_for_all_units=lambda W, a, b: W @ a + np.ones((len(W), 1)) @ b[:1] @ np.ones((1, a.shape[1])),
)
def test_bias_is_added_to_every_column(equation):
    rng = np.random.default_rng(2)
    for W, a in pairs():
        b = rng.normal(size=(len(W), 1))
        spread = by_index(len(W), a.shape[1], lambda j, i, W=W, a=a, b=b: summed(W, a)[j, i] + b[j, 0])

        assert_allclose(equation(W, a, b), spread, **EXACT)


@proves(
    "eq-bias-sum",
    lambda z_bar: by_index(len(z_bar), 1, lambda j, _: sum(z_bar[j])),
    lambda z_bar: z_bar @ np.ones((z_bar.shape[1], 1)),
    mean=lambda z_bar: z_bar.mean(axis=1, keepdims=True),
    over_the_units=lambda z_bar: (np.ones((1, len(z_bar))) @ z_bar).T,
    last_sample=lambda z_bar: z_bar[:, -1:],
)
def test_gradient_of_the_bias_adds_up_the_columns(equation):
    rng = np.random.default_rng(3)
    for W, a in pairs():
        b, z_bar = rng.normal(size=(len(W), 1)), rng.normal(size=(len(W), a.shape[1]))
        witness = complex_step(lambda b, W=W, a=a, z_bar=z_bar: ((W @ a + b) * z_bar).sum(), b)

        assert equation(z_bar).shape == b.shape
        assert_allclose(equation(z_bar), witness, **EXACT)


@proves(
    "eq-sum-of-outer-products",
    lambda delta, a: sum(np.outer(delta[:, i], a[:, i]) for i in range(a.shape[1])),
    lambda delta, a: delta @ a.T,
    mean=lambda delta, a: delta @ a.T / a.shape[1],
    last_missing=lambda delta, a: delta[:, :-1] @ a[:, :-1].T,
    of_the_sums=lambda delta, a: np.outer(delta.sum(axis=1), a.sum(axis=1)),
    transposed=lambda delta, a: a @ delta.T,
)
def test_sum_of_outer_products_is_a_matrix_product(equation):
    for delta, a_transposed in pairs():
        a = a_transposed.T
        m = a.shape[1]
        sums = by_index(
            len(delta),
            len(a),
            lambda j, k, d=delta, a=a, m=m: sum(d[j, i] * a[k, i] for i in range(m)),
        )

        assert equation(delta, a).shape == sums.shape
        assert_allclose(equation(delta, a), sums, **EXACT)


@proves(
    "eq-outer-length",
    lambda u, v: np.linalg.norm(u) * np.linalg.norm(v),
    added=lambda u, v: np.linalg.norm(u) + np.linalg.norm(v),
    one_side=lambda u, v: np.linalg.norm(u),
    squared=lambda u, v: (u**2).sum() * (v**2).sum(),
)
def test_outer_product_is_as_long_as_both_lengths_multiplied(equation):
    rng = np.random.default_rng(4)
    for n, k in [(1, 1), (3, 2), (1, 4)]:
        u, v = rng.normal(size=(n, 1)), rng.normal(size=(k, 1))
        squares = sum(u[j, 0] ** 2 * v[i, 0] ** 2 for j in range(n) for i in range(k))

        assert_allclose(equation(u, v), np.sqrt(squares), **EXACT)


def sample_gradients(net, l):
    """Return ∂ℓ/∂W of every sample by the complex step, shape (m, n_l, n_{l-1})."""

    def losses(W):
        z = forward({**net.W, l: W}, net.b, net.x, net.f)[0]
        return sample_losses(z[len(net.W)], net.y, net.f[len(net.W)], net.loss)

    m = net.x.shape[1]
    return np.array([complex_step(lambda W, i=i: losses(W)[i], net.W[l]) for i in range(m)])


@proves(
    "eq-one-over-m",
    lambda each: sum(1 / len(each) * one for one in each),
    lambda each: each.sum(axis=0) / len(each),
    never=lambda each: each.sum(axis=0),
    twice=lambda each: each.sum(axis=0) / len(each) ** 2,
    units=lambda each: each.sum(axis=0) / each.shape[1],
)
def test_mean_loss_gives_each_sample_one_mth(equation):
    for sizes in SIZES:
        net = make_network(sizes, 5, "sigmoid")
        for l in net.W:
            witness = complex_step(lambda W, net=net, l=l: total_loss(net, W={**net.W, l: W}) / 5, net.W[l])

            assert_allclose(equation(sample_gradients(net, l)), witness, **EXACT)


@proves(
    "eq-delta-linear",
    lambda c, W, delta, z, f_prime: c * hidden_delta(W, delta, z, f_prime),
    without_factor=lambda c, W, delta, z, f_prime: hidden_delta(W, delta, z, f_prime),
    squared=lambda c, W, delta, z, f_prime: c**2 * hidden_delta(W, delta, z, f_prime),
    added=lambda c, W, delta, z, f_prime: c + hidden_delta(W, delta, z, f_prime),
)
def test_factor_in_the_error_goes_through_a_hidden_layer(equation):
    for net in example_networks():
        z, delta = forward(net.W, net.b, net.x, net.f)[0], run_backward(net)[2]
        for l in range(1, len(net.W)):
            given = net.W[l + 1], delta[l + 1], z[l], derivative(net.f[l])
            for c in (0.2, 3.0, -1.0):
                left = (given[0].T @ (c * given[1])) * given[3](given[2])

                assert_allclose(equation(c, *given), left, **EXACT)


@proves(
    "eq-mean-over-entries",
    lambda o, y: ((o - y) ** 2).mean(),
    lambda o, y: sample_losses(o, y, "identity", "mean_squared_error").mean(),
    over_samples_alone=lambda o, y: ((o - y) ** 2).sum() / o.shape[1],
    half=lambda o, y: ((o - y) ** 2).mean() / 2,
    over_outputs_alone=lambda o, y: ((o - y) ** 2).sum() / len(o),
)
def test_mean_over_all_entries_is_the_mean_of_the_samples_means(equation):
    rng = np.random.default_rng(5)
    for K, m in [(1, 4), (3, 1), (3, 5)]:
        o, y = rng.normal(size=(2, K, m))
        sums = sum((o[k, i] - y[k, i]) ** 2 for k in range(K) for i in range(m))

        assert_allclose(equation(o, y), sums / (m * K), **EXACT)


@proves(
    "eq-transpose-of-product",
    lambda A, B: B.T @ A.T,
    not_transposed=lambda A, B: A @ B,
    one_alone=lambda A, B: (B.T @ A.T).T,
)
def test_transpose_turns_the_factors_round(equation):
    for A, B in pairs():
        wanted = by_index(B.shape[1], len(A), lambda i, j, A=A, B=B: summed(A, B)[j, i])

        assert equation(A, B).shape == wanted.shape
        assert_allclose(equation(A, B), wanted, **EXACT)


def in_rows(forwards=None, errors=None, weights=None, biases=None):
    """Return the four lines of row layout; each may be replaced by a wrong one."""
    return (
        forwards or (lambda a, W, b: a.T @ W.T + np.ones((a.shape[1], 1)) @ b.T),
        errors or (lambda d, W, slope: (d.T @ W) * slope.T),
        weights or (lambda a, d: a @ d.T / a.shape[1]),
        biases or (lambda d: np.ones((1, d.shape[1])) @ d.T / d.shape[1]),
    )


@proves(
    "eq-rows-of-columns",
    in_rows(),
    bias_missing=in_rows(forwards=lambda a, W, b: a.T @ W.T),
    slope_missing=in_rows(errors=lambda d, W, slope: d.T @ W),
    not_averaged=in_rows(weights=lambda a, d: a @ d.T),
    weights_as_in_columns=in_rows(weights=lambda a, d: d @ a.T / a.shape[1]),
    biases_not_averaged=in_rows(biases=lambda d: np.ones((1, d.shape[1])) @ d.T),
)
def test_rows_are_the_transpose_of_columns(equation):
    forwards, errors, weights, biases = equation
    for sizes in [(2, 3, 1), (4, 1, 3, 2)]:
        net = make_network(sizes, 5, "sigmoid")
        (z, a), (dW, db, delta) = forward(net.W, net.b, net.x, net.f), run_backward(net)
        for l in net.W:
            assert_allclose(forwards(a[l - 1], net.W[l], net.b[l]), z[l].T, **EXACT)
            assert weights(a[l - 1], delta[l]).shape == dW[l].T.shape
            assert_allclose(weights(a[l - 1], delta[l]), dW[l].T, **EXACT)
            assert_allclose(biases(delta[l]), db[l].T, **EXACT)
        for l in range(1, len(net.W)):
            slope = derivative(net.f[l])(z[l])
            assert_allclose(errors(delta[l + 1], net.W[l + 1], slope), delta[l].T, **EXACT)


@proves(
    "eq-all-pairs",
    lambda o, y: np.var(o) + np.var(y) + (o.mean() - y.mean()) ** 2,
    right_pairs=lambda o, y: ((o - y) ** 2).mean(),
    with_covariance=lambda o, y: np.var(o - y) + (o.mean() - y.mean()) ** 2,
    without_means=lambda o, y: np.var(o) + np.var(y),
    outputs_alone=lambda o, y: np.var(o) + (o.mean() - y.mean()) ** 2,
)
def test_loss_of_all_pairs_knows_means_and_variances_alone(equation):
    rng = np.random.default_rng(6)
    for m in (2, 3, 8):
        o, y = rng.normal(size=(2, m)) + [[0.5], [2.0]]
        pairs = sum((one - other) ** 2 for one in o for other in y)

        assert_allclose(equation(o, y), pairs / m**2, **EXACT)


@proves(
    "eq-traffic",
    lambda n, k, m: m * n * k / (n * k + m * (n + k)),
    weights_each_time=lambda n, k, m: m * n * k / (m * n * k + m * (n + k)),
    results_forgotten=lambda n, k, m: m * n * k / (n * k + m * k),
    one_sample=lambda n, k, m: n * k / (n * k + n + k),
)
def test_traffic_counts_what_goes_in_and_comes_out(equation):
    for n, k, m in [(3, 2, 5), (1, 4, 2), (4, 4, 1), (2, 3, 7)]:
        W, a = np.ones((n, k)), np.ones((k, m))
        multiplications = summed(W, a).sum()  # each product is 1

        assert_allclose(equation(n, k, m), multiplications / (W.size + a.size + (W @ a).size), **EXACT)
