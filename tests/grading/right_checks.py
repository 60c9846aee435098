"""Right answers to ps06 about numbers: by copies and in place, by loops, norms and recursion."""

import copy
import math
from itertools import chain, product

import numpy as np


def numerical_gradients_by_copies(loss_fn, W, b, h=1e-5):
    def slope(p, l, i, at):
        above, below = p[l].copy(), p[l].copy()
        above[i] += h
        below[i] -= h
        return (at({**p, l: above}) - at({**p, l: below})) / (2 * h)

    def slopes(p, at):
        found = {l: np.zeros_like(p[l]) for l in p}
        for l in p:
            for i in np.ndindex(p[l].shape):
                found[l][i] = slope(p, l, i, at)
        return found

    return slopes(W, lambda V: loss_fn(V, b)), slopes(b, lambda c: loss_fn(W, c))


def numerical_gradients_in_place(loss_fn, W, b, h=1e-5):
    gradients = []
    for p in (W, b):
        g = {}
        for l, array in p.items():
            g[l] = np.empty(array.shape)
            for i in np.ndindex(*array.shape):
                own = array[i]
                array[i] = own + h
                above = loss_fn(W, b)
                array[i] = own - h
                below = loss_fn(W, b)
                array[i] = own
                g[l][i] = (above - below) / (2 * h)
        gradients.append(g)
    return gradients


def numerical_gradients_back_and_forth(loss_fn, W, b, h=1e-5):
    dW, db = copy.deepcopy(W), copy.deepcopy(b)
    for l in W:
        for p, g in ((W, dW), (b, db)):
            flat, slopes = p[l].reshape(-1), g[l].reshape(-1)  # views
            for i in range(flat.size):
                flat[i] += h
                slopes[i] = loss_fn(W, b)
                flat[i] -= 2 * h
                slopes[i] -= loss_fn(W, b)
                flat[i] += h
                slopes[i] /= 2 * h
    return dW, db


def numerical_gradients_of_one_row(loss_fn, W, b, h=1e-5):
    arrays = [*W.values(), *b.values()]
    row = np.concatenate([array.ravel() for array in arrays])
    ends = np.cumsum([array.size for array in arrays])[:-1]

    def unpacked(row):
        shaped = [piece.reshape(a.shape) for piece, a in zip(np.split(row, ends), arrays, strict=True)]
        return dict(zip(W, shaped, strict=False)), dict(zip(b, shaped[len(W) :], strict=True))

    steps = h * np.eye(row.size)
    return unpacked(
        np.array([loss_fn(*unpacked(row + e)) - loss_fn(*unpacked(row - e)) for e in steps]) / 2 / h
    )


def numerical_gradients_by_the_step_that_was_made(loss_fn, W, b, h=1e-5):
    def of(array, at):
        slopes = np.asfortranarray(np.zeros(array.shape))
        walk = np.nditer(array, flags=["multi_index"])
        for own in walk:
            ends = []
            for t in (float(own) - h, float(own) + h):
                moved = copy.deepcopy(array)
                moved[walk.multi_index] = t
                ends.append((t, float(at(moved))))
            (left, below), (right, above) = ends
            slopes[walk.multi_index] = (above - below) / (right - left)
        return slopes

    dW = {l: of(W[l], lambda w, l=l: loss_fn({**W, l: w}, b)) for l in W}
    return dW, {l: of(b[l], lambda v, l=l: loss_fn(W, {**b, l: v})) for l in b}


def numerical_gradients_by_comprehension(loss_fn, W, b, h=1e-5):
    def unit(shape, k):
        return (np.arange(math.prod(shape)) == k).reshape(shape) * h

    def slopes(p, at):
        return {
            l: np.reshape(
                [
                    (at({**p, l: v + unit(v.shape, k)}) - at({**p, l: v - unit(v.shape, k)})) / (h + h)
                    for k in range(v.size)
                ],
                v.shape,
            )
            for l, v in p.items()
        }

    return slopes(W, lambda V: loss_fn(W=V, b=b)), slopes(b, lambda c: loss_fn(b=c, W=W))


def relative_error_by_loops(a, b):
    def length(entries):
        return math.sqrt(math.fsum(v * v for v in entries))

    u, v = a.ravel().tolist(), b.ravel().tolist()
    size = length(u) + length(v)
    return length(p - q for p, q in zip(u, v, strict=True)) / size if size else 0


def relative_error_by_norms(a, b):
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size > 0 else np.float64(0)


def relative_error_by_dot_products(a, b):
    a, b = a.reshape(-1), b.reshape(-1)
    if not a.any() and not b.any():
        return 0.0
    return np.sqrt((a - b) @ (a - b)) / (np.sqrt(a @ a) + np.sqrt(b @ b))


def relative_error_by_hypot(a, b):
    def length(x):
        return np.hypot.reduce(x, axis=None)

    with np.errstate(invalid="ignore"):
        return float(np.nan_to_num(length(a - b) / (length(a) + length(b))))


def relative_error_by_einsum(a, b):
    squares = np.einsum("kij,kij->k", *[np.stack([a - b, a, b])] * 2)
    gap, *sizes = squares**0.5
    return np.array(gap / sum(sizes)) if sum(sizes) else np.array(0.0)


def relative_error_in_units_of_the_largest(a, b):
    unit = max(abs(a).max(), abs(b).max())
    if unit == 0:
        return 0
    a, b = a / unit, b / unit
    return np.linalg.norm(b - a, "fro") / (np.linalg.norm(a, "fro") + np.linalg.norm(b, "fro"))


def gradient_check_by_loops(loss_fn, W, b, dW, db, tolerance=1e-6):
    checked, h = {}, 1e-5
    for letter, p, g in (("W", W, dW), ("b", b, db)):
        for l in p:
            slopes = np.zeros_like(p[l])
            for i in np.ndindex(p[l].shape):
                own = p[l][i]
                p[l][i] = own + h
                slopes[i] = loss_fn(W, b)
                p[l][i] = own - h
                slopes[i] = (slopes[i] - loss_fn(W, b)) / (2 * h)
                p[l][i] = own
            size = np.linalg.norm(slopes) + np.linalg.norm(g[l])
            error = np.linalg.norm(slopes - g[l]) / size if size else 0.0
            checked[letter, l] = error, error < tolerance
    return checked


def gradient_check_by_answers_above(loss_fn, W, b, dW, db, tolerance=1e-6):
    numeric = numerical_gradients_by_copies(loss_fn, W, b)
    errors = {
        (letter, l): relative_error_by_norms(own[l], given[l])
        for letter, own, given in zip("Wb", numeric, (dW, db), strict=True)
        for l in own
    }
    return {key: (error, bool(error < tolerance)) for key, error in errors.items()}


def gradient_check_layer_by_layer(loss_fn, W, b, dW, db, tolerance=1e-6):
    nW, nb = numerical_gradients_by_comprehension(loss_fn, W, b, 3e-6)
    checked = {}
    for l in sorted(W, reverse=True):
        for key, pair in ((("b", l), (nb[l], db[l])), (("W", l), (nW[l], dW[l]))):
            error = relative_error_by_einsum(*pair)
            checked[key] = [error, error - tolerance < 0]
    return checked


def gradient_check_by_generators(loss_fn, W, b, dW, db, tolerance=1e-6):
    def pairs():
        numeric = numerical_gradients_of_one_row(loss_fn, W, b, h=2e-5)
        for letter, own, given in zip(("W", "b"), numeric, (dW, db), strict=True):
            yield from (((letter, l), own[l], given[l]) for l in given)

    return {key: (e := relative_error_by_loops(u, v), np.bool_(e < tolerance)) for key, u, v in pairs()}


def gradient_check_in_place(loss_fn, W, b, dW, db, tolerance=1e-6):
    numeric = dict(zip("Wb", numerical_gradients_back_and_forth(loss_fn, W, b), strict=True))
    given = {"W": dW, "b": db}
    checked = {}
    for letter, l in chain(product("W", W), product("b", b)):
        error = relative_error_by_hypot(numeric[letter][l], given[letter][l])
        checked[letter, np.int64(l)] = error, tolerance > error
    return checked


def locate_fault_from_the_top(dW, db, dW_true, db_true):
    for l in range(len(dW_true), 0, -1):
        for got, true in ((dW[l], dW_true[l]), (db[l], db_true[l])):
            if got.shape != true.shape or np.isnan(got).any():
                return l
            if np.linalg.norm(got - true) > 1e-6 * (np.linalg.norm(got) + np.linalg.norm(true)):
                return l
    return None


def locate_fault_by_the_largest(dW, db, dW_true, db_true):
    def fine(a, b):
        if np.shape(a) != np.shape(b):
            return False
        size = np.linalg.norm(a) + np.linalg.norm(b)
        return size == 0 or np.linalg.norm(a - b) / size <= 1e-6

    wrong = {l for p, q in ((dW, dW_true), (db, db_true)) for l in q if not fine(p[l], q[l])}
    return max(wrong) if wrong else None


def locate_fault_by_recursion(dW, db, dW_true, db_true, l=None):
    l = len(dW) if l is None else l
    if l == 0:
        return None
    for a, b in zip((dW[l], db[l]), (dW_true[l], db_true[l]), strict=True):
        same = a.shape == b.shape and relative_error_by_loops(a, b) < 1e-6
        if not same:
            return l
    return locate_fault_by_recursion(dW, db, dW_true, db_true, l - 1)


def locate_fault_by_one_row(dW, db, dW_true, db_true):
    def error(p, q):
        comparable = p.shape == q.shape and np.isfinite(p).all()
        return relative_error_by_hypot(p, q) if comparable else 1

    layers = np.array(sorted(dW_true))
    errors = [[error(dW[l], dW_true[l]), error(db[l], db_true[l])] for l in layers]
    wrong = layers[np.max(errors, axis=1) > 1e-6]
    return wrong[-1] if wrong.size else None


def locate_fault_by_assertions(dW, db, dW_true, db_true):
    for l in reversed(list(dW_true)):
        try:
            for a, b in ((dW[l], dW_true[l]), (db[l], db_true[l])):
                assert a.shape == b.shape
                assert relative_error_by_dot_products(a, b) <= 1e-6
        except AssertionError:
            return float(l)
