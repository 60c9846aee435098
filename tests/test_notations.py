"""Six notations: the way there and back changes nothing, and the page's programs find our gradients."""

import ast
import re
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from strategies import EXACT, SIZES, assert_same, make_network, run_backward

from bpkit import activation, derivative, notations
from bpkit.notations import Course, DeepLearningAi, Nielsen, Nndl, Rows, Ufldl

PAGE = (Path(__file__).parents[1] / "book" / "crosswalk.md").read_text()
PROGRAMS = {
    "ufldl": Ufldl,
    "nielsen": Nielsen,
    "deeplearning_ai": DeepLearningAi,
    "nndl": Nndl,
    "rows": Rows,
}
NOTATIONS = PROGRAMS.values()


def functions(page):
    """Return the functions that the cells of the page define, as a text."""
    cells = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```", page, re.M | re.S)
    trees = [ast.parse(re.sub(r"^:.*\n", "", cell, flags=re.M)) for cell in cells]
    return "\n".join(ast.unparse(n) for t in trees for n in t.body if isinstance(n, ast.FunctionDef))


def program(name, source=None):
    """Return the page's program of that name, with sigmoid in every layer, as on the page."""
    names = {**vars(notations), "f": activation("sigmoid"), "f_prime": derivative("sigmoid")}
    exec(source or functions(PAGE), names)
    return names[name]


def course(sizes, m):
    """Return a network of sigmoid layers with what our backward finds."""
    net = make_network(sizes, m)
    net = net._replace(f={l: "sigmoid" for l in net.W})
    dW, db, delta = run_backward(net)
    return Course(net.W, net.b, net.x, net.y, delta, dW, db)


def courses():
    return [course(sizes, m) for sizes in ((4, 2), (1, 1), *SIZES) for m in (5, 1)]


def without_answers(ours):
    return Course(*ours[:4])


def assert_same_course(found, wanted):
    for name, values in wanted._asdict().items():
        pairs = [(v if isinstance(v, dict) else {0: v}) for v in (getattr(found, name), values)]
        assert_same(*pairs, **EXACT)


def assert_agrees(run, notation):
    """Assert that a program, which sees parameters and batch alone, finds our errors and gradients."""
    for ours in courses():
        given = notation.of(without_answers(ours))
        assert_same_course(run(*given[: len(signature(run).parameters)]).ours(), ours)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_there_and_back_again_changes_nothing(notation):
    for ours in courses():
        for start in (ours, without_answers(ours)):
            assert_same_course(notation.of(start).ours(), start)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_of_the_page_finds_our_gradients(name):
    assert_agrees(program(name), PROGRAMS[name])


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("ufldl", "W[l].T @ delta[l + 1] * f_prime(z[l])", "W[l].T @ delta[l + 1]"),
        ("ufldl", "a[l].T / m", "a[l].T"),
        ("nielsen", "a[L] - y", "y - a[L]"),
        ("nielsen", "nabla_b = {l: sum(delta[l])", "nabla_b = {l: sum(delta[l]) / len(x)"),
        ("deeplearning_ai", "dZ.mean(", "dZ.sum("),
        ("nndl", "np.outer(delta[l], a[l - 1])", "np.outer(delta[l], a[l - 1]) * len(x)"),
        ("rows", "A[i].T @ delta[i]", "A[i].T @ delta[i] / len(X)"),
    ],
)
def test_program_with_a_mistake_is_refused(name, right, wrong):
    source = functions(PAGE)
    assert right in source

    with pytest.raises(AssertionError):
        assert_agrees(program(name, source.replace(right, wrong)), PROGRAMS[name])


def test_names_and_numbers_of_a_network_of_three_layers():
    ours = course((2, 3, 4, 1), 5)
    W, delta = ours.W, ours.delta
    ufldl, nielsen, deep, nndl, rows = (notation.of(ours) for notation in NOTATIONS)

    assert ufldl.W[1] is W[1] and ufldl.delta[2] is delta[1] and sorted(ufldl.delta) == [2, 3, 4]
    assert nielsen.w[2] is W[1] and sorted(nielsen.w) == sorted(nielsen.nabla_b) == [2, 3, 4]
    assert np.array_equal(nielsen.delta[3][4], delta[2][:, [4]])
    assert deep.parameters["W3"] is W[3] and deep.grads["dZ2"] is delta[2]
    assert np.array_equal(nndl.delta[1][4], delta[1][:, 4]) and nndl.b[2].shape == (4,)
    assert np.array_equal(rows.W[0], W[1].T) and np.array_equal(rows.delta[2], delta[3].T / 5)


def test_gradients_are_sums_with_nielsen_and_means_elsewhere():
    ours = course((2, 3, 1), 5)

    assert np.array_equal(Nielsen.of(ours).nabla_w[2], 5 * ours.dW[1])
    assert Ufldl.of(ours).grad_W[1] is ours.dW[1] and Nndl.of(ours).dW[1] is ours.dW[1]
    assert np.array_equal(Rows.of(ours).dW[0], ours.dW[1].T)
