"""Mistakes in δ^(l), the error of a hidden layer."""

import numpy as np

from bpkit.reference.activations import derivative

from .slips_output import when
from .steps import RIGHT, slip


def prime_by(formula):
    """Return a hidden step whose derivative is `formula(z, a)`, whatever the activation."""
    return lambda p, l: p.back(l) * formula(p.z[l], p.a[l])


def prime_of(name, formula):
    """Return a hidden step that is wrong for the activation `name` alone."""
    return lambda p, l: p.back(l) * formula(p.z[l], p.a[l]) if p.f[l] == name else RIGHT.hidden(p, l)


def absolute_share(p, l):
    share = np.abs(p.W[l + 1]) / np.abs(p.W[l + 1]).sum(axis=1, keepdims=True)
    return (share.T @ p.delta[l + 1]) * p.prime(l)


def fed_with_z(p, l):
    """Return f′ of a layer as its form in a gives it when z is put in."""
    formulas = {"sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z**2}
    return formulas.get(p.f[l], derivative(p.f[l]))(p.z[l])


HIDDEN_SLIPS = (
    slip(
        "M14",
        "your δ^(l) equals (W^(l+1))ᵀδ^(l+1): the factor f′(z^(l)) is missing.",
        "eq-delta-hidden",
        hidden=lambda p, l: p.back(l),
    ),
    slip(
        "M15",
        "your δ^(l) uses W^(l+1) without the transpose.",
        "eq-delta-hidden",
        hidden=lambda p, l: (p.W[l + 1] @ p.delta[l + 1]) * p.prime(l),
    ),
    slip(
        "M16",
        "your δ^(l) goes back through W^(l): it is W^(l+1) that lies between layer l and layer l + 1.",
        "eq-delta-hidden",
        hidden=lambda p, l: (p.W[l].T @ p.delta[l + 1]) * p.prime(l),
    ),
    slip(
        "M17",
        "your δ^(l) uses f′(z^(l+1)): the factor belongs to the layer itself, f′(z^(l)).",
        "eq-delta-hidden",
        hidden=lambda p, l: p.back(l) * p.prime(l + 1),
    ),
    slip(
        "M18",
        "your f′ of the hidden layers is taken at a^(l): it is a function of z^(l).",
        "eq-delta-hidden",
        hidden=lambda p, l: p.back(l) * p.prime(l, p.a[l]),
    ),
    slip(
        "M19",
        "your δ^(l) is multiplied by a^(l) = f(z^(l)): the factor is the derivative f′(z^(l)).",
        "eq-delta-hidden",
        hidden=lambda p, l: p.back(l) * p.a[l],
    ),
    slip(
        "M20",
        "your hidden layers use the sigmoid's derivative a(1 − a) whatever their activation is.",
        "eq-delta-hidden",
        hidden=prime_by(lambda z, a: a * (1 - a)),
    ),
    slip(
        "M20",
        "your tanh layers use the sigmoid's derivative a(1 − a): that of tanh is 1 − a².",
        "eq-tanh-prime",
        hidden=prime_of("tanh", lambda z, a: a * (1 - a)),
    ),
    slip(
        "M21",
        "your derivative of tanh is 1 − a: the square is missing, it is 1 − a².",
        "eq-tanh-prime",
        hidden=prime_of("tanh", lambda z, a: 1 - a),
    ),
    slip(
        "M22",
        "your relu layers pass everything back: where z < 0 the derivative is 0.",
        "eq-relu-prime",
        hidden=prime_of("relu", lambda z, a: np.ones_like(z)),
    ),
    slip(
        "M23",
        "your δ^(l) has the factor f′(z^(l)) twice.",
        "eq-delta-hidden",
        hidden=lambda p, l: p.back(l) * p.prime(l) ** 2,
    ),
    slip(
        "M25",
        "your δ^(l) multiplies by f′(z^(l)) as a matrix: the product ⊙ is entry by entry.",
        "eq-delta-hidden",
        hidden=lambda p, l: p.back(l) @ p.prime(l),
    ),
    slip(
        "M27",
        "your hidden layers reuse the next δ as it is: it has to go back through W^(l+1) and f′(z^(l)).",
        "eq-delta-hidden",
        hidden=lambda p, l: p.delta[l + 1],
    ),
    slip(
        "M30",
        "your δ^(l) does not go through W^(l+1): it is the next δ times f′(z^(l)).",
        "eq-delta-hidden",
        hidden=lambda p, l: p.delta[l + 1] * p.prime(l),
    ),
    slip(
        "M31",
        "your δ^(l) shares the error out by |W|, normalised: the chain rule takes W^(l+1) as it is.",
        "eq-delta-hidden",
        hidden=absolute_share,
    ),
    slip(
        "M31",
        "your δ^(l) goes back through |W^(l+1)|: the chain rule takes W^(l+1) as it is, with its signs.",
        "eq-delta-hidden",
        hidden=lambda p, l: (np.abs(p.W[l + 1]).T @ p.delta[l + 1]) * p.prime(l),
    ),
    slip(
        "M4",
        "your derivative is z(1 − z): the form a(1 − a) needs a = σ(z), not z.",
        "eq-sigmoid-prime",
        output=when(lambda p: not p.canonical, lambda p: p.dl_do * p.z[p.L] * (1 - p.z[p.L])),
        hidden=prime_of("sigmoid", lambda z, a: z * (1 - z)),
    ),
    slip(
        "M4",
        "your derivative in the hidden layers is z(1 − z): the form a(1 − a) needs a = σ(z), not z.",
        "eq-sigmoid-prime",
        hidden=prime_of("sigmoid", lambda z, a: z * (1 - z)),
    ),
    slip(
        "M3",
        "your f′ is taken at a^(l) in every layer: it is a function of z^(l).",
        "eq-delta-output-general",
        output=when(lambda p: not p.canonical and p.elementwise, lambda p: p.dl_do * p.prime(p.L, p.o)),
        hidden=lambda p, l: p.back(l) * p.prime(l, p.a[l]),
    ),
)

FED_WITH_Z = (  # where every hidden layer is sigmoid, one of the slips above is the same
    slip(
        "M4",
        "your derivatives are fed with z in the place of a: a(1 − a) and 1 − a² need a = f(z).",
        "eq-tanh-prime",
        hidden=lambda p, l: p.back(l) * fed_with_z(p, l),
    ),
)
