"""Both sides of the equations in the chapter *Index crosswalk*, each in the notation of its text."""

import functools
from typing import NamedTuple

import numpy as np
from equations.proofs import losses_from, proves
from numpy.testing import assert_allclose
from strategies import EXACT, SIZES, make_network, total_loss

from bpkit import complex_step, derivative, forward
from bpkit.notations import Course, DeepLearningAi, Nielsen, Nndl, Rows, Ufldl


class Known(NamedTuple):
    """A network in one notation, with its layers' numbers there, and δ and gradients by the complex step."""

    W: dict
    delta: dict
    dW: dict
    a: dict
    slope: dict
    g: np.ndarray  # ∂ℓ/∂a of the output layer
    y: np.ndarray
    m: int
    last: int

    @property
    def hidden(self):
        return [l for l in numbers(self.delta) if l != self.last]


def numbers(values):
    return sorted(values) if isinstance(values, dict) else list(range(len(values)))


def by_complex_step(net):
    """Return the network as a Course whose δ and gradients come from the loss alone."""
    z, m = forward(net.W, net.b, net.x, net.f)[0], net.x.shape[1]
    delta = {l: complex_step(lambda v: losses_from(net, l, v).sum(), z[l]) for l in net.W}
    dW = {l: complex_step(lambda W: total_loss(net, W={**net.W, l: W}), net.W[l]) / m for l in net.W}
    db = {l: complex_step(lambda b: total_loss(net, b={**net.b, l: b}), net.b[l]) / m for l in net.b}
    return Course(net.W, net.b, net.x, net.y, delta, dW, db)


def parts(theirs):
    """Return weights, errors and gradients of weights."""
    if not isinstance(theirs, DeepLearningAi):
        return theirs[0], theirs[4], theirs[5]
    arrays = theirs.parameters | theirs.grads
    named = {name: [key for key in arrays if key.rstrip("0123456789") == name] for name in ("W", "dZ", "dW")}
    return [{int(key.removeprefix(name)): arrays[key] for key in named[name]} for name in named]


def laid_out(notation, course, values):
    """Return the values of some layers, one column per sample with us, in the notation's order and shape."""
    found = parts(notation.of(course._replace(delta=values)))[1]
    return [course.x.shape[1] * matrix for matrix in found] if notation is Rows else found


@functools.cache
def known(notation):
    """Give a square network first, where no shape betrays an exchanged index, and then all others."""
    found = []
    for sizes in ((3, 3, 3, 3), *SIZES):
        for m in (5, 1):
            net = make_network(sizes, m, "sigmoid")
            course, (z, a) = by_complex_step(net), forward(net.W, net.b, net.x, net.f)
            slopes = {l: derivative(net.f[l])(z[l]) for l in z}
            g = complex_step(lambda o: ((o - net.y) ** 2).sum() / 2, a[len(z)])
            rest = [laid_out(notation, course, values) for values in (a, slopes, {1: g})]
            theirs = notation.of(course)
            W, delta, dW = parts(theirs)
            y = theirs[2 if notation is DeepLearningAi else 3]
            found.append(Known(W, delta, dW, *rest[:2], only(rest[2]), y, m, numbers(delta)[-1]))
    return found


def only(values):
    return values[numbers(values)[0]]


def assert_output(equation, notation):
    for k in known(notation):
        assert_allclose(equation(k), k.delta[k.last], **EXACT)


def assert_recursion(equation, notation):
    for k in known(notation):
        for l in k.hidden:
            assert_allclose(equation(k, l), k.delta[l], **EXACT)


def assert_gradient(equation, notation):
    for k in known(notation):
        for l in numbers(k.W):
            assert_allclose(equation(k, l), k.dW[l], **EXACT)


@proves(
    "eq-ufldl-output",
    lambda k: -(k.y - k.a[k.last]) * k.slope[k.last],
    sign_lost=lambda k: (k.y - k.a[k.last]) * k.slope[k.last],
    slope_missing=lambda k: -(k.y - k.a[k.last]),
)
def test_ufldl_output_error(equation):
    assert_output(equation, Ufldl)


@proves(
    "eq-ufldl-delta",
    lambda k, l: (k.W[l].T @ k.delta[l + 1]) * k.slope[l],
    weights_into_the_layer=lambda k, l: (k.W[l - 1].T @ k.delta[l + 1]) * k.slope[l],
    slope_of_the_next=lambda k, l: (k.W[l].T @ k.delta[l + 1]) * k.slope[l + 1],
    slope_missing=lambda k, l: k.W[l].T @ k.delta[l + 1],
)
def test_ufldl_recursion(equation):
    assert_recursion(equation, Ufldl)


@proves(
    "eq-ufldl-gradient",
    lambda k, l: sum(np.outer(k.delta[l + 1][:, i], k.a[l][:, i]) for i in range(k.m)) / k.m,
    lambda k, l: k.delta[l + 1] @ k.a[l].T / k.m,
    sum_not_mean=lambda k, l: k.delta[l + 1] @ k.a[l].T,
    activation_of_the_next=lambda k, l: k.delta[l + 1] @ k.a[l + 1].T / k.m,
)
def test_ufldl_gradient(equation):
    assert_gradient(equation, Ufldl)


@proves(
    "eq-nielsen-output",
    lambda k: [g * slope for g, slope in zip(k.g, k.slope[k.last], strict=True)],
    lambda k: [(a - y) * s for a, y, s in zip(k.a[k.last], k.y, k.slope[k.last], strict=True)],
    slope_missing=lambda k: k.g,
)
def test_nielsen_output_error(equation):
    assert_output(equation, Nielsen)


@proves(
    "eq-nielsen-delta",
    lambda k, l: [k.W[l + 1].T @ d * s for d, s in zip(k.delta[l + 1], k.slope[l], strict=True)],
    weights_into_the_layer=lambda k, l: [
        k.W[l].T @ d * s for d, s in zip(k.delta[l + 1], k.slope[l], strict=True)
    ],
    transpose_missing=lambda k, l: [
        k.W[l + 1] @ d * s for d, s in zip(k.delta[l + 1], k.slope[l], strict=True)
    ],
)
def test_nielsen_recursion(equation):
    assert_recursion(equation, Nielsen)


@proves(
    "eq-nielsen-gradient",
    lambda k, l: sum(d @ a.T for d, a in zip(k.delta[l], k.a[l - 1], strict=True)),
    mean_not_sum=lambda k, l: sum(d @ a.T for d, a in zip(k.delta[l], k.a[l - 1], strict=True)) / k.m,
    activation_of_the_same_layer=lambda k, l: sum(d @ a.T for d, a in zip(k.delta[l], k.a[l], strict=True)),
)
def test_nielsen_gradient(equation):
    assert_gradient(equation, Nielsen)


@proves(
    "eq-deeplearning-output",
    lambda k: k.g * k.slope[k.last],
    slope_missing=lambda k: k.g,
    divided_too_early=lambda k: k.g * k.slope[k.last] / k.m,
)
def test_deeplearning_output_error(equation):
    assert_output(equation, DeepLearningAi)


@proves(
    "eq-deeplearning-delta",
    lambda k, l: (k.W[l + 1].T @ k.delta[l + 1]) * k.slope[l],
    weights_into_the_layer=lambda k, l: (k.W[l].T @ k.delta[l + 1]) * k.slope[l],
    slope_missing=lambda k, l: k.W[l + 1].T @ k.delta[l + 1],
)
def test_deeplearning_recursion(equation):
    assert_recursion(equation, DeepLearningAi)


@proves(
    "eq-deeplearning-gradient",
    lambda k, l: k.delta[l] @ k.a[l - 1].T / k.m,
    sum_not_mean=lambda k, l: k.delta[l] @ k.a[l - 1].T,
    activation_of_the_same_layer=lambda k, l: k.delta[l] @ k.a[l].T / k.m,
)
def test_deeplearning_gradient(equation):
    assert_gradient(equation, DeepLearningAi)


@proves(
    "eq-nndl-output",
    lambda k: [slope * g for g, slope in zip(k.g, k.slope[k.last], strict=True)],
    slope_missing=lambda k: k.g,
)
def test_nndl_output_error(equation):
    assert_output(equation, Nndl)


@proves(
    "eq-nndl-delta",
    lambda k, l: [s * (k.W[l + 1].T @ d) for d, s in zip(k.delta[l + 1], k.slope[l], strict=True)],
    weights_into_the_layer=lambda k, l: [
        s * (k.W[l].T @ d) for d, s in zip(k.delta[l + 1], k.slope[l], strict=True)
    ],
    slope_after_the_next=lambda k, l: [
        k.W[l + 1].T @ (s * d) for d, s in zip(k.delta[l + 1], k.slope[l], strict=True)
    ],
)
def test_nndl_recursion(equation):
    assert_recursion(equation, Nndl)


@proves(
    "eq-nndl-gradient",
    lambda k, l: sum(np.outer(d, a) for d, a in zip(k.delta[l], k.a[l - 1], strict=True)) / k.m,
    sum_not_mean=lambda k, l: sum(np.outer(d, a) for d, a in zip(k.delta[l], k.a[l - 1], strict=True)),
    factors_exchanged=lambda k, l: (
        sum(np.outer(a, d) for d, a in zip(k.delta[l], k.a[l - 1], strict=True)) / k.m
    ),
)
def test_nndl_gradient(equation):
    assert_gradient(equation, Nndl)


@proves(
    "eq-rows-output",
    lambda k: k.g * k.slope[k.last] / k.m,
    not_divided=lambda k: k.g * k.slope[k.last],
    slope_missing=lambda k: k.g / k.m,
)
def test_rows_output_error(equation):
    assert_output(equation, Rows)


@proves(
    "eq-rows-delta",
    lambda k, i: (k.delta[i + 1] @ k.W[i + 1].T) * k.slope[i],
    transpose_missing=lambda k, i: (k.delta[i + 1] @ k.W[i + 1]) * k.slope[i],
    weights_into_the_layer=lambda k, i: (k.delta[i + 1] @ k.W[i].T) * k.slope[i],
)
def test_rows_recursion(equation):
    assert_recursion(equation, Rows)


@proves(
    "eq-rows-gradient",
    lambda k, i: k.a[i].T @ k.delta[i],
    divided_twice=lambda k, i: k.a[i].T @ k.delta[i] / k.m,
    factors_exchanged=lambda k, i: k.delta[i].T @ k.a[i],
)
def test_rows_gradient(equation):
    assert_gradient(equation, Rows)
