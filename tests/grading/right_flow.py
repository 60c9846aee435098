"""Right answers to ps09: normal and uniform starts, loops, einsum, bisection, ranks by elimination."""

import math
import statistics

import numpy as np

from bpkit.exercise import derivative


def initialize_with_normal_weights(sizes, kind, rng):
    W, b = {}, {}
    for l in range(1, len(sizes)):
        n_out, n_in = sizes[l], sizes[l - 1]
        if kind == "zeros":
            W[l] = np.zeros((n_out, n_in))
        elif kind == "uniform01":
            W[l] = rng.random((n_out, n_in))
        elif kind == "xavier":
            W[l] = rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_out, n_in))
        else:
            W[l] = rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))
        b[l] = np.zeros((n_out, 1))
    return W, b


def initialize_with_uniform_weights(sizes, kind, rng):
    def draw(n_in, n_out):
        low, high = {
            "zeros": (0, 0),
            "uniform01": (0, 1),
            "xavier": (-np.sqrt(6 / (n_in + n_out)), np.sqrt(6 / (n_in + n_out))),
            "he": (-np.sqrt(6 / n_in), np.sqrt(6 / n_in)),
        }[kind]
        return rng.uniform(low, high, (n_out, n_in))

    W = {l: draw(*sizes[l - 1 : l + 1]) for l in range(1, len(sizes))}
    return [W, {l: np.zeros_like(W[l][:, :1]) for l in W}]


def initialize_from_one_stream(sizes, kind, rng):
    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    draw = rng.random if kind == "uniform01" else rng.standard_normal
    stream = draw(sum(p * q for p, q in pairs))
    W, at = {}, 0
    for l, (n_out, n_in) in enumerate(pairs, 1):
        scale = {"zeros": 0.0, "uniform01": 1.0, "he": (2 / n_in) ** 0.5}.get(
            kind, (2 / (n_in + n_out)) ** 0.5
        )
        W[l] = scale * stream[at : at + n_out * n_in].reshape(n_out, n_in)
        at += n_out * n_in
    return W, {l: np.zeros((W[l].shape[0], 1)) for l in W}


def initialize_backwards_in_fortran_order(sizes, kind, rng):
    W, b = {}, {}
    for l in reversed(range(1, len(sizes))):
        n_in, n_out = sizes[l - 1], sizes[l]
        z = rng.random((n_in, n_out)).T
        variance = 2 / n_in if kind == "he" else 2 / (n_in + n_out)
        W[l] = {"zeros": 0 * z, "uniform01": z}.get(kind, (2 * z - 1) * np.sqrt(3 * variance))
        b[l] = np.full((n_out, 1), 0.0)
    return W, b


def initialize_entry_by_entry(sizes, kind, rng):
    W, b = {}, {}
    for l in range(1, len(sizes)):
        n_in, n_out = sizes[l - 1], sizes[l]
        if kind == "zeros":
            rows = [[0.0] * n_in for _ in range(n_out)]
        elif kind == "uniform01":
            rows = [rng.random(n_in) for _ in range(n_out)]
        else:
            sigma = math.sqrt(2 / (n_in if kind == "he" else n_in + n_out))
            rows = [sigma * rng.normal(size=n_in) for _ in range(n_out)]
        W[l], b[l] = np.array(rows), np.array([[0.0]] * n_out)
    return W, b


def delta_norms_by_numpy(delta):
    return np.array([np.mean(np.linalg.norm(delta[l], axis=0)) for l in range(1, len(delta) + 1)])


def delta_norms_by_loops(delta):
    norms = np.zeros(len(delta))
    for l, d in delta.items():
        for i in range(d.shape[1]):
            norms[l - 1] += math.sqrt(sum(float(entry) ** 2 for entry in d[:, i])) / d.shape[1]
    return norms


def delta_norms_by_einsum(delta):
    return np.array([np.sqrt(np.einsum("ki,ki->i", delta[l], delta[l])).mean() for l in sorted(delta)])


def delta_norms_by_generators(delta):
    means = (statistics.fmean(math.hypot(*column) for column in delta[l].T) for l in sorted(delta))
    return np.fromiter(means, float, len(delta))


def delta_norms_by_the_gram_matrix(delta):
    norms = {l: np.sqrt(np.diag(d.T @ d)) for l, d in delta.items()}
    return np.hstack([np.average(norms[l]) for l in range(1, max(delta) + 1)])


def saturated_fraction_by_numpy(z, f, threshold=0.01):
    return np.mean(derivative(f)(z) < threshold)


def saturated_fraction_by_counting(z, f, threshold=0.01):
    count = 0
    for value in z.ravel():
        if derivative(f)(value) < threshold:
            count += 1
    return count / z.size


def saturated_fraction_of_what_is_left(z, f, threshold=0.01):
    slopes = derivative(f)(z)
    return 1 - np.count_nonzero(slopes >= threshold) / slopes.size


def saturated_fraction_with_slopes_of_its_own(z, f, threshold=0.01):
    a = 1 / (1 + np.exp(-z))
    slopes = {
        "sigmoid": a * (1 - a),
        "tanh": 1 - np.tanh(z) ** 2,
        "relu": (z > 0).astype(float),
        "identity": np.ones(z.shape),
    }
    return float((slopes[f] < threshold).sum()) / (z.shape[0] * z.shape[1])


def saturated_fraction_by_sorting(z, f, threshold=0.01):
    slopes = np.sort(derivative(f)(np.asfortranarray(z)), axis=None)
    return np.array(np.searchsorted(slopes, threshold, side="left") / len(slopes))


def tanh_sigmoid_crossover_in_closed_form():
    return 2 * np.arccosh((1 + np.sqrt(3)) / 2)


def tanh_sigmoid_crossover_by_bisection():
    def gap(z):
        s = 1 / (1 + np.exp(-z))
        return 1 - np.tanh(z) ** 2 - s * (1 - s)

    low, high = 0.0, 5.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) > 0 else (low, middle)
    return (low + high) / 2


def tanh_sigmoid_crossover_by_newton():
    z = 1.5
    for _ in range(20):
        t, s = math.tanh(z), 1 / (1 + math.exp(-z))
        gap = 1 - t * t - s * (1 - s)
        z -= gap / (-2 * t * (1 - t * t) - s * (1 - s) * (1 - 2 * s))
    return z


def tanh_sigmoid_crossover_by_secants():
    def gap(z):
        return derivative("tanh")(np.array([z]))[0] - derivative("sigmoid")(np.array([z]))[0]

    p, q = 1.0, 2.0
    while abs(p - q) > 1e-12:
        p, q = q, q - gap(q) * (q - p) / (gap(q) - gap(p))
    return np.array(q)


def tanh_sigmoid_crossover_by_finer_and_finer_grids():
    low, high = 0.0, 4.0
    while high - low > 1e-8:
        z = np.linspace(low, high, 101)
        k = int(np.argmin(np.abs(derivative("tanh")(z) - derivative("sigmoid")(z))))
        low, high = z[max(k - 1, 0)], z[min(k + 1, 100)]
    return np.float64((low + high) / 2)


def tanh_sigmoid_crossover_rounded():
    return 1.662886


def gradient_rank_by_numpy(dW):
    return {l: np.linalg.matrix_rank(dW[l]) for l in dW}


def gradient_rank_by_singular_values(dW):
    ranks = {}
    for l in range(1, len(dW) + 1):
        s = np.linalg.svd(dW[l], compute_uv=False)
        ranks[l] = int(np.sum(s > 1e-10 * max(1.0, s[0])))
    return ranks


def gradient_rank_by_elimination(dW):
    return {l: rank_of([[float(entry) for entry in row] for row in dW[l]]) for l in dW}


def rank_of(rows):
    rank = 0
    for column in range(len(rows[0])):
        pivot = max(range(rank, len(rows)), key=lambda r: abs(rows[r][column]), default=None)
        if pivot is None or abs(rows[pivot][column]) < 1e-9:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for r in range(rank + 1, len(rows)):
            factor = rows[r][column] / rows[rank][column]
            rows[r] = [p - factor * q for p, q in zip(rows[r], rows[rank], strict=True)]
        rank += 1
    return rank


def gradient_rank_of_the_products(dW):
    return {l: np.int64((np.linalg.eigvalsh(g @ g.T) > 1e-9).sum()) for l, g in dW.items()}


def gradient_rank_by_gram_schmidt(dW):
    ranks = {}
    for l, g in sorted(dW.items()):
        basis = []
        for row in g:
            rest = row - sum((row @ q) * q for q in basis)
            rest = rest - sum((rest @ q) * q for q in basis)
            if np.linalg.norm(rest) > 1e-8:
                basis.append(rest / np.linalg.norm(rest))
        ranks[l] = float(len(basis))
    return ranks
