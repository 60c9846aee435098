"""Both sides of the equations in the chapter *What a gradient costs*: numbers that count are multiplied."""

import itertools
import math
from collections import Counter

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT, SIZES, total_loss
from strategies import Network as Drawn

from bpkit import activation, complex_step, derivative

BATCHES = (1, 3)
CUTS = [(1, 1), (4, 2), (6, 1), (6, 6), (8, 2), (12, 3)]  # layers, and layers in a piece
TALLY = Counter()


class Number:
    """A plain number that counts each multiplication and division it takes part in."""

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Number(self.value + other.value)

    def __sub__(self, other):
        return Number(self.value - other.value)

    def __mul__(self, other):
        TALLY["all"] += 1
        return Number(self.value * other.value)

    def __truediv__(self, m):
        TALLY["all"] += 1
        return Number(self.value / m)


numbers = np.vectorize(Number, otypes=[object])
values = np.vectorize(lambda number: number.value, otypes=[float])


def times(A, B):
    """Multiply two matrices of Numbers, one product after the other."""
    before = TALLY["all"]
    product = A @ B
    TALLY["matrix"] += TALLY["all"] - before
    return product


def called(f, z):
    """Call a function of plain numbers, which is set apart and not counted."""
    return numbers(f(values(z)))


def counted(run, *arguments):
    TALLY.clear()
    result = run(*arguments)
    return result, TALLY["matrix"], TALLY["all"] - TALLY["matrix"]


def draw(sizes, m, seed=0):
    """Draw a network of Numbers with tanh and an identity output, and a batch for it."""
    rng, layers = np.random.default_rng(seed), range(1, len(sizes))
    W = {l: numbers(rng.normal(size=(sizes[l], sizes[l - 1]))) for l in layers}
    b = {l: numbers(rng.normal(size=(sizes[l], 1))) for l in layers}
    return W, b, *(numbers(rng.normal(size=(n, m))) for n in (sizes[0], sizes[-1]))


def drawn():
    return [(sizes, m, *draw(sizes, m)) for sizes in [*SIZES, (3, 2), (1, 1)] for m in BATCHES]


def run_forward(W, b, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = times(W[l], a[l - 1]) + b[l]
        a[l] = called(np.tanh, z[l]) if l < len(W) else z[l]
    return z, a


def slope(z):
    return called(derivative("tanh"), z)


def run_back(W, z, a, output_delta):
    L, m = len(W), output_delta.shape[1]
    delta = {L: output_delta}
    for l in range(L - 1, 0, -1):
        delta[l] = times(W[l + 1].T, delta[l + 1]) * slope(z[l])
    dW = {l: times(delta[l], a[l - 1].T) / m for l in delta}
    return dW, {l: delta[l].sum(axis=1, keepdims=True) / m for l in delta}


def witness(W, b, x, y):
    """Return the gradient of the batch's loss by the complex step, W first."""
    W, b = ({l: values(p) for l, p in named.items()} for named in (W, b))
    f = dict.fromkeys(W, "tanh") | {len(W): "identity"}
    net = Drawn(W, b, values(x), values(y), f, "half_squared_error")
    m = x.shape[1]
    dW = {l: complex_step(lambda p: total_loss(net, W={**W, l: p}), W[l]) / m for l in W}
    return dW, {l: complex_step(lambda p: total_loss(net, b={**b, l: p}), b[l]) / m for l in b}


def price(sizes, m):
    return m * sum(sizes[l] * sizes[l - 1] for l in range(1, len(sizes)))


def parameters(sizes):
    return sum(sizes[l] * (sizes[l - 1] + 1) for l in range(1, len(sizes)))


@proves(
    "eq-cost-forward",
    price,
    one_sample=lambda sizes, m: price(sizes, 1),
    with_biases=lambda sizes, m: m * parameters(sizes),
    squares=lambda sizes, m: m * sum(n * n for n in sizes[1:]),
)
def test_forward_pass_uses_each_weight_once_for_each_sample(equation):
    for sizes, m, W, b, x, _ in drawn():
        assert counted(run_forward, W, b, x)[1:] == (equation(sizes, m), 0)


@proves(
    "eq-cost-backward",
    lambda sizes, m: 2 * price(sizes, m) - m * sizes[1] * sizes[0],
    twice=lambda sizes, m: 2 * price(sizes, m),
    last_spared=lambda sizes, m: 2 * price(sizes, m) - m * sizes[-1] * sizes[-2],
    once=lambda sizes, m: price(sizes, m),
)
def test_way_back_takes_two_products_for_each_layer_and_one_for_the_first(equation):
    for sizes, m, W, b, x, y in drawn():
        z, a = run_forward(W, b, x)
        gradient, found, _ = counted(run_back, W, z, a, a[len(W)] - y)

        assert found == equation(sizes, m)
        for ours, theirs in zip(gradient, witness(W, b, x, y), strict=True):
            for l in ours:
                assert_allclose(values(ours[l]), theirs[l], **EXACT)


@proves(
    "eq-cost-entrywise",
    lambda sizes, m, P: (m * sum(sizes[1:-1]) + P, parameters(sizes)),
    outputs_too=lambda sizes, m, P: (m * sum(sizes[1:]) + P, parameters(sizes)),
    no_division=lambda sizes, m, P: (m * sum(sizes[1:-1]), parameters(sizes)),
    no_biases=lambda sizes, m, P: (m * sum(sizes[1:-1]) + P, price(sizes, 1)),
)
def test_products_entry_by_entry_are_slopes_and_divisions(equation):
    for sizes, m, W, b, x, y in drawn():
        P = sum(p.size for named in (W, b) for p in named.values())

        z, a = run_forward(W, b, x)
        found = counted(run_back, W, z, a, a[len(W)] - y)[2]

        assert equation(sizes, m, P) == (found, P)


@proves(
    "eq-cost-bound",
    lambda m: 3 + 2 / m,
    lambda m: 5,
    two=lambda m: 2 + 2 / m,
    one_over_m=lambda m: 3 + 1 / m,
    four=lambda m: 4,
    six=lambda m: 6,
)
def test_way_back_costs_at_most_five_ways_forward(equation):
    for _, m, W, b, x, y in [*drawn(), (None, 1, *draw((1,) * 61, 1))]:  # and a long chain
        (z, a), forward, _ = counted(run_forward, W, b, x)
        _, matrix, entrywise = counted(run_back, W, z, a, a[len(W)] - y)

        assert (matrix + entrywise) / forward <= equation(m) <= 5


def tangents(W, z, a, W_dot, b_dot, layer):
    """Return ȧ of the last layer; `layer` is one line of the equation."""
    a_dot = None
    for l in W:
        a_dot = layer(l, W, z, a, W_dot, b_dot, a_dot)
    return a_dot


def tangent(l, W, z, a, W_dot, b_dot, a_dot):
    z_dot = times(W_dot[l], a[l - 1]) + b_dot[l]
    if a_dot is not None:
        z_dot = times(W[l], a_dot) + z_dot
    return slope(z[l]) * z_dot if l < len(W) else z_dot


def without(name):
    """Return a wrong version of the tangent's equation that leaves one thing out."""

    def layer(l, W, z, a, W_dot, b_dot, a_dot):
        z_dot = W_dot[l] @ a[l - 1] + b_dot[l] - (b_dot[l] if name == "bias" else b_dot[l] - b_dot[l])
        if a_dot is not None and name != "activation":
            z_dot = W[l] @ a_dot + z_dot
        return slope(z[l]) * z_dot if l < len(W) and name != "slope" else z_dot

    return layer


@proves(
    "eq-tangent-pass",
    tangent,
    bias_missing=without("bias"),
    activation_missing=without("activation"),
    slope_missing=without("slope"),
)
def test_tangent_is_the_derivative_along_one_direction(equation):
    for sizes, m, W, b, x, _ in drawn():
        W_dot, b_dot, *_ = draw(sizes, m, seed=1)
        z, a = run_forward(W, b, x)

        def moved(t, W=W, b=b, x=x, W_dot=W_dot, b_dot=b_dot):
            o = values(x)
            for l in W:
                o = (values(W[l]) + t * values(W_dot[l])) @ o + values(b[l]) + t * values(b_dot[l])
                o = activation("tanh")(o) if l < len(W) else o
            return o

        found = tangents(W, z, a, W_dot, b_dot, equation)
        assert_allclose(values(found), complex_step(moved, np.array(0.0)), **EXACT)


def unit_directions(W, b):
    """Give W and b with a 1 in one place and 0 elsewhere, for each parameter in turn."""
    zero = [{l: np.zeros(p.shape) for l, p in named.items()} for named in (W, b)]
    for named in zero:
        for l in named:
            for place in np.ndindex(named[l].shape):
                named[l][place] = 1
                yield [{l: numbers(p) for l, p in d.items()} for d in zero]
                named[l][place] = 0


def differences(W, b, x, y):
    for _ in unit_directions(W, b):
        run_forward(W, b, x), run_forward(W, b, x)  # one on either side


def forward_mode(W, b, x, y):
    z, a = run_forward(W, b, x)
    return [tangents(W, z, a, *direction, tangent) for direction in unit_directions(W, b)]


def reverse_mode(W, b, x, y):
    z, a = run_forward(W, b, x)
    return run_back(W, z, a, a[len(W)] - y)


def per_gradient(sizes, m):
    C, P, first = price(sizes, m), parameters(sizes), m * sizes[1] * sizes[0]
    return 2 * P * C, C + P * (2 * C - first), 3 * C - first


@proves(
    "eq-cost-per-gradient",
    per_gradient,
    one_side=lambda sizes, m: (parameters(sizes) * price(sizes, m), *per_gradient(sizes, m)[1:]),
    values_each_time=lambda sizes, m: (
        per_gradient(sizes, m)[0],
        parameters(sizes) * per_gradient(sizes, m)[2],
        per_gradient(sizes, m)[2],
    ),
    weights_alone=lambda sizes, m: (2 * price(sizes, 1) * price(sizes, m), *per_gradient(sizes, m)[1:]),
    full_three=lambda sizes, m: (*per_gradient(sizes, m)[:2], 3 * price(sizes, m)),
)
def test_prices_of_the_three_methods(equation):
    for sizes, m, *problem in drawn():
        methods = (differences, forward_mode, reverse_mode)

        assert equation(sizes, m) == tuple(counted(method, *problem)[1] for method in methods)


def jacobian_forward(W, z, columns):
    for l in W:
        columns = times(W[l], columns)
        columns = (called(derivative("tanh"), z[l]) * columns) if l < len(W) else columns
    return columns


def jacobian_back(W, z, columns):
    for l in reversed(W):
        columns = times(W[l].T, slope(z[l]) * columns if l < len(W) else columns)
    return columns.T


@proves(
    "eq-cost-jacobian",
    lambda sizes: (sizes[0] * price(sizes, 1), sizes[-1] * price(sizes, 1)),
    exchanged=lambda sizes: (sizes[-1] * price(sizes, 1), sizes[0] * price(sizes, 1)),
    product=lambda sizes: (sizes[0] * sizes[-1] * price(sizes, 1),) * 2,
)
def test_jacobian_takes_a_walk_for_each_input_or_each_output(equation):
    for sizes in SIZES:
        W, b, x, _ = draw(sizes, 1)
        z, _ = run_forward(W, b, x)

        ahead, forward, _ = counted(jacobian_forward, W, z, numbers(np.eye(sizes[0])))
        back, reverse, _ = counted(jacobian_back, W, z, numbers(np.eye(sizes[-1])))

        assert (forward, reverse) == equation(sizes)
        assert_allclose(values(ahead), values(back), **EXACT)


class Watched(dict):
    """A dict that remembers what was read from it."""

    def __init__(self, named):
        super().__init__(named)
        self.read = set()

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)


@proves(
    "eq-memory-kept",
    lambda sizes, m: m * (sum(sizes[:-1]) + sum(sizes[1:])),
    activations_alone=lambda sizes, m: m * sum(sizes[:-1]),
    all_of_both=lambda sizes, m: m * 2 * sum(sizes),
    one_sample=lambda sizes, m: sum(sizes[:-1]) + sum(sizes[1:]),
)
def test_way_back_reads_all_that_was_kept_and_nothing_else(equation):
    for sizes, m, W, b, x, y in drawn():
        z, a = (Watched(named) for named in run_forward(W, b, x))
        L = len(W)
        delta = slope(z[L]) * (a[L] - y)  # a pair that is not canonical
        a.read.clear()  # the output is not needed any more
        run_back(W, z, a, delta)

        assert sum(z[l].size for l in z.read) + sum(a[l].size for l in list(a.read)) == equation(sizes, m)


class Shelf(dict):
    """A dict of arrays that remembers how many numbers it held at most."""

    most = 0

    def __setitem__(self, key, array):
        super().__setitem__(key, array)
        self.most = max(self.most, sum(kept.size for kept in self.values()))


def fill(shelf, W, b, layers):
    """Run a piece forward from its checkpoint, keep its z and a, and return the last a, which is not kept."""
    a = shelf["a", layers[0] - 1]
    for l in layers:
        shelf["z", l] = times(W[l], a) + b[l]
        a = called(np.tanh, shelf["z", l]) if l < len(W) else shelf["z", l]
        if l < layers[-1]:
            shelf["a", l] = a
    return a


def checkpointed(W, b, x, y, k):
    L, shelf, dW = len(W), Shelf(), {}
    pieces = [range(l, l + k) for l in range(1, L + 1, k)]
    shelf["a", 0] = x
    for layers in pieces[:-1]:
        after = fill(shelf, W, b, layers)
        for key in [("z", l) for l in layers] + [("a", l) for l in layers[:-1]]:
            del shelf[key]
        shelf["a", layers[-1]] = after
    error = fill(shelf, W, b, pieces[-1]) - y
    for layers in reversed(pieces):
        if layers is not pieces[-1]:
            fill(shelf, W, b, layers)
        for l in reversed(layers):
            delta = error * slope(shelf.pop(("z", l))) if l < L else shelf.pop(("z", l)) - y
            dW[l] = times(delta, shelf.pop(("a", l - 1)).T) / y.shape[1]
            error = times(W[l].T, delta) if l > 1 else None
    return dW, shelf.most


def with_checkpoints(L, k, n, m):
    return (L / k + 2 * k - 1) * n * m, (4 - (k + 1) / L) * L * n * n * m


@proves(
    "eq-memory-checkpoints",
    with_checkpoints,
    z_forgotten=lambda L, k, n, m: ((L / k + k) * n * m, with_checkpoints(L, k, n, m)[1]),
    pieces_alone=lambda L, k, n, m: ((2 * k) * n * m, with_checkpoints(L, k, n, m)[1]),
    last_piece_again=lambda L, k, n, m: (with_checkpoints(L, k, n, m)[0], (4 - 1 / L) * L * n * n * m),
    not_again=lambda L, k, n, m: (with_checkpoints(L, k, n, m)[0], (3 - 1 / L) * L * n * n * m),
)
def test_checkpoints_keep_less_and_compute_again(equation):
    for (L, k), n, m in itertools.product(CUTS, (1, 2), BATCHES):
        W, b, x, y = draw((n,) * (L + 1), m)

        (dW, most), matrix, _ = counted(checkpointed, W, b, x, y, k)

        assert_allclose((most, matrix), equation(L, k, n, m), rtol=1e-12)
        exact = reverse_mode(W, b, x, y)[0]
        assert all(np.array_equal(values(dW[l]), values(exact[l])) for l in W)


@proves(
    "eq-memory-best",
    lambda L, n, m: ((2 * math.sqrt(2 * L) - 1) * n * m, math.sqrt(L / 2)),
    at_the_root=lambda L, n, m: ((2 * math.sqrt(2 * L) - 1) * n * m, math.sqrt(L)),
    without_one=lambda L, n, m: (2 * math.sqrt(2 * L) * n * m, math.sqrt(L / 2)),
    smaller=lambda L, n, m: ((2 * math.sqrt(L) - 1) * n * m, math.sqrt(L / 2)),
)
def test_no_cut_needs_less_memory_than_the_best_one(equation):
    for L, n, m in itertools.product((1, 2, 8, 72, 1000), (1, 6), BATCHES):
        least, best = equation(L, n, m)
        pieces = np.linspace(0.1, L + 1, 2000)

        assert (with_checkpoints(L, pieces, n, m)[0] >= least * (1 - 1e-12)).all()
        assert math.isclose(with_checkpoints(L, best, n, m)[0], least)
