"""Both sides of the equations in the chapter *Gradient descent and mini-batches*."""

import itertools
import math

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT, example_networks

from bpkit import backward, complex_step, derivative, forward, loss_and_gradients, numerical_gradients
from bpkit.grading.questions.batches import minibatches

RATE = 0.3


def network(rng, sizes=(3, 4, 2)):
    W = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in (1, 2)}
    b = {l: rng.normal(size=(sizes[l], 1)) for l in (1, 2)}
    return W, b, rng.normal(size=(3, 5)), rng.normal(size=(2, 5)), {1: "tanh", 2: "identity"}


def at_once(W, b, gradients):
    dW, db = gradients(W, b)
    return {l: W[l] - RATE * dW[l] for l in W}, {l: b[l] - RATE * db[l] for l in b}


def one_after_the_other(W, b, gradients):
    for l in (2, 1):
        W = {**W, l: W[l] - RATE * gradients(W, b)[0][l]}
        b = {**b, l: b[l] - RATE * gradients(W, b)[1][l]}
    return W, b


def biases_later(W, b, gradients):
    W = at_once(W, b, gradients)[0]
    return W, at_once(W, b, gradients)[1]


@proves(
    "eq-simultaneous-update",
    at_once,
    one_after_the_other=one_after_the_other,
    biases_later=biases_later,
    without_biases=lambda W, b, gradients: (at_once(W, b, gradients)[0], b),
)
def test_all_parameters_move_along_the_gradient_at_the_old_place(equation):
    rng = np.random.default_rng(0)
    W, b, x, y, f = network(rng)

    def gradients(W, b):
        return loss_and_gradients(W, b, x, y, f, "half_squared_error")[1:]

    def loss(W, b):
        return loss_and_gradients(W, b, x, y, f, "half_squared_error")[0]

    slopes = numerical_gradients(loss, W, b, complex_step)
    for new, old, slope in zip(equation(W, b, gradients), (W, b), slopes, strict=True):
        for l in old:
            assert_allclose(new[l], old[l] - RATE * slope[l], rtol=1e-10, atol=1e-12)


@proves(
    "eq-updated-too-soon",
    lambda dW, delta, slope: -RATE * (dW.T @ delta) * slope,
    rate_missing=lambda dW, delta, slope: -(dW.T @ delta) * slope,
    sign=lambda dW, delta, slope: RATE * (dW.T @ delta) * slope,
    slope_missing=lambda dW, delta, slope: -RATE * dW.T @ delta,
)
def test_error_that_comes_back_through_new_weights_is_off_by_the_step(equation):
    W, b, x, y, f = network(np.random.default_rng(1))
    z, a = forward(W, b, x, f)
    dW, _, delta = backward(W, z, a, y, f, "half_squared_error")
    new = {**W, 2: W[2] - RATE * dW[2]}
    arrived = backward(new, z, a, y, f, "half_squared_error")[2]

    assert_allclose(arrived[1] - delta[1], equation(dW[2], delta[2], derivative("tanh")(z[1])), **EXACT)


def numbers_of(x, m, rng):
    """Return the samples of each batch, by their numbers."""
    return [x_b[0].tolist() for x_b, _ in minibatches(x, x, m, rng)]


def by_the_formula(x, m, rng):
    N, pi = x.shape[1], rng.permutation(x.shape[1])
    places = range(1, N + 1)
    return [
        [pi[i - 1] for i in places if (k - 1) * m < i <= min(k * m, N)]
        for k in range(1, math.ceil(N / m) + 1)
    ]


def without_the_rest(x, m, rng):
    return [numbers for numbers in numbers_of(x, m, rng) if len(numbers) == m]


def filled_up(x, m, rng):
    return numbers_of(np.resize(x, (1, -(-x.size // m) * m)), m, rng)


def one_more(x, m, rng):
    return [*numbers_of(x, m, rng), []]


def with_replacement(x, m, rng):
    return numbers_of(rng.choice(x[0], (1, x.size)), m, rng)


@proves(
    "eq-minibatches",
    numbers_of,
    by_the_formula,
    without_the_rest=without_the_rest,
    filled_up=filled_up,
    an_empty_one=one_more,
    with_replacement=with_replacement,
    not_shuffled=lambda x, m, rng: [x[0, k : k + m].tolist() for k in range(0, x.size, m)],
)
def test_minibatches_hold_every_sample_once_in_random_order(equation):
    for N, m in itertools.product((1, 5, 12), (1, 3, 4, 20)):
        found = equation(np.arange(N)[np.newaxis], m, np.random.default_rng(N))

        assert [len(numbers) for numbers in found] == [min(m, N - k) for k in range(0, N, m)]
        assert sorted(itertools.chain(*found)) == list(range(N))

    orders = [equation(np.arange(4)[np.newaxis], 4, np.random.default_rng(seed)) for seed in range(200)]
    assert len({tuple(numbers) for (numbers,) in orders}) == math.factorial(4)


@proves(
    "eq-weighted-batches",
    lambda sizes, parts: sum(size * part for size, part in zip(sizes, parts, strict=True)) / sum(sizes),
    plain_mean=lambda sizes, parts: sum(parts) / len(parts),
    sum_alone=lambda sizes, parts: sum(parts),
    whole_batches_alone=lambda sizes, parts: sum(parts[:-1]) / (len(parts) - 1),
    divided_by_the_size=lambda sizes, parts: sum(
        part / size for size, part in zip(sizes, parts, strict=True)
    ),
)
def test_batches_weighted_by_their_size_give_the_gradient_and_the_loss_of_all(equation):
    sizes = (4, 4, 3)
    for net in example_networks("sigmoid")[::2]:
        rng = np.random.default_rng(6)
        x, y = rng.normal(size=(len(net.x), 11)), rng.random((len(net.y), 11))

        def found(columns, net=net, x=x, y=y):
            loss, dW, _ = loss_and_gradients(net.W, net.b, x[:, columns], y[:, columns], net.f, net.loss)
            return loss, dW[1]

        parts = [found(columns) for columns in np.split(rng.permutation(11), [4, 8])]
        for k in (0, 1):
            assert_allclose(equation(sizes, [part[k] for part in parts]), found(slice(None))[k], **EXACT)


def batches(N, m):
    """Give every batch of m samples out of N: the mean over them is an exact expectation."""
    return [np.array(chosen) for chosen in itertools.combinations(range(N), m)]


NUMBERS = [(5, 1), (5, 2), (6, 4), (7, 6), (4, 4)]


@proves(
    "eq-chance-of-a-pair",
    lambda N, m: (m / N, m * (m - 1) / (N * (N - 1))),
    independent=lambda N, m: (m / N, (m / N) ** 2),
    of_any_batch=lambda N, m: (1 / N, 1 / (N * (N - 1))),
    ordered=lambda N, m: (m / N, m * m / (N * (N - 1))),
)
def test_chance_of_a_sample_and_of_a_pair_is_their_share_of_all_batches(equation):
    for N, m in NUMBERS:
        chosen = batches(N, m)
        one = np.mean([0 in batch for batch in chosen])
        two = np.mean([0 in batch and N - 1 in batch for batch in chosen])

        assert_allclose(equation(N, m), (one, two), **EXACT)


def gradients(N):
    return np.random.default_rng(N).normal(1, 2, (N, 3))


def misses(N, m):
    """Return the squared length of the miss of each batch."""
    g = gradients(N)
    return [((g[batch].mean(axis=0) - g.mean(axis=0)) ** 2).sum() for batch in batches(N, m)]


@proves(
    "eq-unbiased-batch",
    lambda g, m: sum(m / len(g) * g_i for g_i in g) / m,
    lambda g, m: g.mean(axis=0),
    sum_for_mean=lambda g, m: g.sum(axis=0),
    scaled_to_the_batch=lambda g, m: m / len(g) * g.mean(axis=0),
    first_samples=lambda g, m: g[:1].mean(axis=0),
)
def test_mean_of_all_batches_is_the_whole_gradient(equation):
    for N, m in NUMBERS:
        g = gradients(N)
        mean = np.mean([g[batch].mean(axis=0) for batch in batches(N, m)], axis=0)

        assert_allclose(equation(g, m), mean, **EXACT)


def by_pairs(d, m):
    N = len(d)
    chances = np.full((N, N), m * (m - 1) / (N * (N - 1)))
    np.fill_diagonal(chances, m / N)
    return np.einsum("ij,ia,ja->", chances, d, d) / m**2


def by_squares(d, m):
    N = len(d)
    return (m / N - m * (m - 1) / (N * (N - 1))) * (d**2).sum() / m**2


@proves(
    "eq-batch-variance-sum",
    by_pairs,
    by_squares,
    not_squared=lambda d, m: m * by_squares(d, m),
    mixed_products_forgotten=lambda d, m: (d**2).sum() / (len(d) * m),
    mixed_products_added=lambda d, m: 2 * (d**2).sum() / (len(d) * m) - by_squares(d, m),
)
def test_sum_over_pairs_is_the_mean_square_over_all_batches(equation):
    for N, m in NUMBERS:
        d = gradients(N) - gradients(N).mean(axis=0)

        assert_allclose(equation(d, m), np.mean(misses(N, m)), rtol=1e-12, atol=1e-14)


@proves(
    "eq-batch-variance",
    lambda sigma2, N, m: sigma2 / m * (N - m) / (N - 1),
    with_replacement=lambda sigma2, N, m: sigma2 / m,
    over_n=lambda sigma2, N, m: sigma2 / m * (N - m) / N,
    divided_by_m_minus_one=lambda sigma2, N, m: sigma2 / max(m - 1, 1) * (N - m) / (N - 1),
    standard_deviation=lambda sigma2, N, m: math.sqrt(sigma2 / m * (N - m) / (N - 1)),
)
def test_batch_variance_is_the_mean_square_over_all_batches(equation):
    for N, m in NUMBERS:
        sigma2 = ((gradients(N) - gradients(N).mean(axis=0)) ** 2).sum(axis=1).mean()

        assert_allclose(equation(sigma2, N, m), np.mean(misses(N, m)), rtol=1e-12, atol=1e-14)


CURVE, NOISE, LOWEST, START = 1.6, 0.7, 0.4, 2.0


@proves(
    "eq-noisy-step",
    lambda e, noise: (1 - RATE * CURVE) * e - RATE * noise,
    noise_not_scaled=lambda e, noise: (1 - RATE * CURVE) * e - noise,
    curve_missing=lambda e, noise: (1 - RATE) * e - RATE * noise,
    uphill=lambda e, noise: (1 + RATE * CURVE) * e + RATE * noise,
)
def test_noisy_step_is_a_step_along_the_slope_and_the_noise(equation):
    for theta, noise in itertools.product((-1.0, 0.4, 3.0), (-0.5, 0.0, 2.0)):
        slope = complex_step(lambda t: CURVE / 2 * (t - LOWEST) ** 2, np.array(theta))
        stepped = theta - RATE * (slope + noise)

        assert_allclose(stepped - LOWEST, equation(theta - LOWEST, noise), **EXACT)


def squares(rates, curve=CURVE):
    """Return E[e²] after each step, as the mean over every sequence of noises ±s."""
    e = np.array([START])
    found = [START**2]
    for rate in rates:
        e = np.concatenate([(1 - rate * curve) * e - rate * noise for noise in (NOISE, -NOISE)])
        found.append((e**2).mean())
    return found


@proves(
    "eq-noisy-distance",
    lambda q: (1 - RATE * CURVE) ** 2 * q + RATE**2 * NOISE**2,
    factor_not_squared=lambda q: (1 - RATE * CURVE) * q + RATE**2 * NOISE**2,
    rate_not_squared=lambda q: (1 - RATE * CURVE) ** 2 * q + RATE * NOISE**2,
    noise_subtracted=lambda q: (1 - RATE * CURVE) ** 2 * q - RATE**2 * NOISE**2,
)
def test_mean_square_shrinks_by_the_step_and_is_refilled_by_the_noise(equation):
    found = squares([RATE] * 8)
    for before, after in itertools.pairwise(found):
        assert_allclose(equation(before), after, **EXACT)


def ball(rate, t, q):
    return q + (1 - rate * CURVE) ** (2 * t) * (START**2 - q)


@proves(
    "eq-noise-ball",
    lambda rate, t: ball(rate, t, rate * NOISE**2 / (CURVE * (2 - rate * CURVE))),
    for_small_rates=lambda rate, t: ball(rate, t, rate * NOISE**2 / (2 * CURVE)),
    curve_missing=lambda rate, t: ball(rate, t, rate * NOISE**2 / (2 - rate * CURVE)),
    rate_squared=lambda rate, t: ball(rate, t, rate**2 * NOISE**2 / (CURVE * (2 - rate * CURVE))),
)
def test_noise_ball_is_the_mean_square_over_all_noises(equation):
    for rate in (0.05, 0.5, 1.1):
        assert_allclose([equation(rate, t) for t in range(11)], squares([rate] * 10), **EXACT)
        assert_allclose(equation(rate, 10_000), equation(rate, 10_001), **EXACT)


@proves(
    "eq-running-mean",
    lambda t: NOISE**2 / (CURVE**2 * t),
    root=lambda t: NOISE**2 / (CURVE**2 * math.sqrt(t)),
    curve_not_squared=lambda t: NOISE**2 / (CURVE * t),
    counted_from_two=lambda t: NOISE**2 / (CURVE**2 * (t + 1)),
)
def test_falling_rate_makes_a_running_mean_of_the_noise(equation):
    found = squares([1 / (CURVE * t) for t in range(1, 11)])

    assert_allclose([equation(t) for t in range(1, 11)], found[1:], **EXACT)


def blocks(rate):
    """Return the sums of a rate over t from 2^k to 2^(k + 1), which shrink by a factor if the series ends."""
    return [sum(rate(t) for t in range(2**k, 2 ** (k + 1))) for k in range(9, 13)]


def ends(rate):
    return all(later < 0.98 * earlier for earlier, later in itertools.pairwise(blocks(rate)))


@proves(
    "eq-robbins-monro",
    lambda rate: not ends(rate) and ends(lambda t: rate(t) ** 2),
    first_alone=lambda rate: not ends(rate),
    second_alone=lambda rate: ends(lambda t: rate(t) ** 2),
    exchanged=lambda rate: ends(rate) and not ends(lambda t: rate(t) ** 2),
    either=lambda rate: not ends(rate) or ends(lambda t: rate(t) ** 2),
)
def test_powers_that_satisfy_the_conditions_lie_between_a_half_and_one(equation):
    for p in (0.0, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 2.0):
        assert equation(lambda t, p=p: t**-p) == (0.5 < p <= 1)

    for p in (0.6, 0.8, 1.0):  # where they hold, the mean square goes to 0
        q = START**2
        for t in range(1, 20_001):
            q = (1 - t**-p) ** 2 * q + t ** (-2 * p) * NOISE**2
        assert q < 0.01


def piled_up(rate, steps):
    e, held = [START], 0.0
    for _ in range(steps):
        held += CURVE * e[-1]
        e.append(e[-1] - rate * held)
    return e


@proves(
    "eq-never-zeroed",
    lambda rate, now, before: (2 - rate * CURVE) * now - before,
    zeroed=lambda rate, now, before: (1 - rate * CURVE) * now,
    plus=lambda rate, now, before: (2 - rate * CURVE) * now + before,
    rate_doubled=lambda rate, now, before: (2 - 2 * rate * CURVE) * now - before,
)
def test_steps_along_all_gradients_so_far_follow_two_places(equation):
    for rate in (0.05, 0.4, 1.0):
        e = piled_up(rate, 20)
        for before, now, after in zip(e, e[1:], e[2:], strict=False):
            assert_allclose(equation(rate, now, before), after, rtol=1e-12, atol=1e-12)


@proves(
    "eq-never-settles",
    lambda alpha, now, before: now**2 - alpha * now * before + before**2,
    squares_alone=lambda alpha, now, before: now**2 + before**2,
    difference=lambda alpha, now, before: now**2 - alpha * now * before - before**2,
    plus=lambda alpha, now, before: now**2 + alpha * now * before + before**2,
)
def test_what_gradients_piled_up_keep_is_the_same_after_every_step(equation):
    for rate in (0.05, 0.4, 1.0):
        e, alpha = piled_up(rate, 50), 2 - rate * CURVE
        kept = [equation(alpha, now, before) for before, now in itertools.pairwise(e)]

        assert_allclose(kept, kept[0], rtol=1e-9)
        assert kept[0] > 0
