"""Right answers to ps06 about programs: by simulation and elimination, on networks of their own."""

import numpy as np
from grading.right_checks import relative_error_by_norms

from bpkit.exercise import activation, derivative


def drawn(rng, sizes, names, loss, m):
    """Draw a network, run it forward, and return what `backward` takes."""
    layers = range(1, len(sizes))
    W = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in layers}
    f, z, a = dict(zip(layers, names, strict=True)), {}, {0: rng.normal(size=(sizes[0], m))}
    for l in layers:
        z[l] = W[l] @ a[l - 1] + rng.normal(size=(sizes[l], 1))
        a[l] = activation(f[l])(z[l])
    y = rng.uniform(size=a[len(W)].shape)
    return W, z, a, y / y.sum(axis=0), f, loss


def plain_backward(W, z, a, y, f, loss, fault=None):
    """Run a backward pass with one of the ten faults, or without."""
    L, m = len(W), y.shape[1]
    error = a[L] - y
    if loss == "half_squared_error" and f[L] == "softmax":
        error = a[L] * (error - (a[L] * error).sum(axis=0))
    elif loss == "half_squared_error" and fault != "output f' missing":
        error = error * derivative(f[L])(z[L])
    delta = {L: -error if fault == "sign" else error}
    for l in range(L - 1, 0, -1):
        V = W[l + 1] if fault == "transpose missing" else W[l + 1].T
        slope = derivative(f[l])(a[l] if fault == "f' at a" else z[l])
        delta[l] = V @ delta[l + 1] * (1 if fault == "hidden f' missing" else slope)
    n = {"not averaged": 1, "averaged twice": m * m}.get(fault, m)
    went_in = {l: z[l] if fault == "z for a" and l else a[l] for l in range(L)}
    dW = {l: delta[l] @ went_in[l - 1].T / n for l in W}
    db = {l: delta[l].sum(axis=1, keepdims=True) / n * (fault != "bias gradient zero") for l in W}
    if fault == "layer off by one":
        dW = {l: delta[l + 1] @ a[l].T / m if l < L else dW[l] for l in W}
    return dW, db, delta


FAULTS = (
    "output f' missing",
    "hidden f' missing",
    "f' at a",
    "transpose missing",
    "sign",
    "not averaged",
    "averaged twice",
    "bias gradient zero",
    "layer off by one",
    "z for a",
)


def close(p, q):
    """Say whether two dicts of arrays agree."""
    return all(p[l].shape == q[l].shape and np.allclose(p[l], q[l], 1e-9, 1e-12) for l in q)


def diagnose_by_simulation(backward):
    rng, outcomes = np.random.default_rng(3), []
    for names, loss in (
        (("sigmoid", "tanh", "identity"), "half_squared_error"),
        (("tanh", "sigmoid", "tanh"), "half_squared_error"),
    ):
        given = drawn(rng, (3, 3, 3, 3), names, loss, 4)
        outcomes.append((given, backward(*given)))
        for fault in (None, *FAULTS):
            dW, db, _ = plain_backward(*given, fault)
            if all(close(*pair) for pair in zip(outcomes[-1][1], (dW, db), strict=False)):
                break
        if fault:
            return fault
    return None


def diagnose_by_elimination(backward):
    rng = np.random.default_rng(5)
    W, z, a, y, f, loss = given = drawn(rng, (4, 4, 4), ("sigmoid", "identity"), "half_squared_error", 5)
    dW, db, delta = backward(*given)
    right_dW, right_db, right = plain_backward(*given)
    if not np.any(db[2]):
        return "bias gradient zero"
    for factor, name in ((-1, "sign"), (5, "not averaged"), (1 / 5, "averaged twice")):
        if np.allclose(dW[2], factor * right_dW[2]) and np.allclose(db[2], factor * right_db[2]):
            return name
    if close(delta, right):
        if not np.allclose(dW[1], right_dW[1]):
            return "layer off by one"
        if not np.allclose(dW[2], right_dW[2]):
            return "z for a"
    elif np.allclose(delta[1], W[2].T @ delta[2]):
        return "hidden f' missing"
    elif np.allclose(delta[1], W[2] @ delta[2] * derivative("sigmoid")(z[1])):
        return "transpose missing"
    else:
        return "f' at a"
    given = drawn(rng, (2, 3), ("tanh",), "half_squared_error", 4)
    return None if close(backward(*given)[0], plain_backward(*given)[0]) else "output f' missing"


def diagnose_one_sample_first(backward):
    rng = np.random.default_rng(11)

    def tried(m, output="identity"):
        given = drawn(rng, (3, 3, 3), ("tanh", output), "half_squared_error", m)
        return given, backward(*given), plain_backward(*given)

    (W, z, a, *_), (dW, db, delta), (tW, tb, true) = tried(1)
    slopes = {
        "hidden f' missing": W[2].T @ true[2],
        "transpose missing": W[2] @ true[2] * derivative("tanh")(z[1]),
        "f' at a": W[2].T @ true[2] * derivative("tanh")(a[1]),
    }
    if np.sum(dW[2] * tW[2]) < 0 and np.sum(db[2] * tb[2]) < 0:
        return "sign"
    for name, wanted in slopes.items():
        if np.abs(dW[1] - wanted @ a[0].T).max() < 1e-9:
            return name
    if db[1].any() + db[2].any() == 0:
        return "bias gradient zero"
    if np.abs(dW[2] - true[2] @ z[1].T).max() < 1e-9:
        return "z for a"
    if np.abs(dW[1] - tW[1]).max() > 1e-9:
        return "layer off by one"
    _, (dW, *_), (tW, *_) = tried(3)
    ratio = (dW[1] / tW[1]).mean()
    if abs(ratio - 1) > 0.1:
        return "not averaged" if ratio > 1 else "averaged twice"
    _, (dW, *_), (tW, *_) = tried(2, "sigmoid")
    return "output f' missing" if np.abs(dW[2] - tW[2]).max() > 1e-9 else None


def diagnose_where_shapes_tell(backward):
    def tried(sizes, names, m):
        return drawn(np.random.default_rng(8), sizes, names, "half_squared_error", m)

    given = tried((2, 3, 4), ("sigmoid", "identity"), 3)
    try:
        dW, db, _ = backward(*given)
    except ValueError:
        return "transpose missing"
    if dW[1].shape != (3, 2):
        return "layer off by one"
    candidates = [fault for fault in FAULTS if fault not in ("transpose missing", "layer off by one")]
    fitting = [
        f for f in candidates if close(dW, (own := plain_backward(*given, f))[0]) and close(db, own[1])
    ]
    if fitting and fitting != ["output f' missing"]:
        return fitting[0]
    given = tried((2, 3), ("sigmoid",), 1)
    return None if close(backward(*given)[0], plain_backward(*given)[0]) else fitting[0]


def diagnose_by_scores(backward):
    scores = dict.fromkeys((None, *FAULTS), 0.0)
    for seed, names in enumerate([("tanh", "sigmoid", "identity"), ("sigmoid", "tanh", "sigmoid")]):
        loss = "half_squared_error" if seed == 0 else "binary_cross_entropy"
        given = drawn(np.random.default_rng(seed), (2, 2, 2, 2), names, loss, 3)
        got = backward(*given)
        for fault in scores:
            own = plain_backward(*given, fault)
            scores[fault] += sum(np.abs(got[k][l] - own[k][l]).sum() for k in (0, 1) for l in own[k])
    best = min((fault for fault in FAULTS if fault != "output f' missing"), key=scores.get)
    if scores[best] < min(scores[None], 1e-9):
        return best
    given = drawn(np.random.default_rng(2), (3, 2), ("sigmoid",), "half_squared_error", 2)
    gap = backward(*given)[2][1] - plain_backward(*given)[2][1]
    return "output f' missing" if np.abs(gap).max() > 1e-9 else None


TRIED = (
    ((2, 3), ("identity",), "half_squared_error", 3),
    ((3, 3), ("tanh",), "half_squared_error", 1),
    ((2, 3, 4, 2), ("relu", "tanh", "sigmoid"), "half_squared_error", 4),
    ((3, 4, 4, 4), ("sigmoid", "tanh", "softmax"), "cross_entropy", 5),
    ((3, 2, 4, 3, 2), ("tanh", "relu", "sigmoid", "sigmoid"), "binary_cross_entropy", 3),
)


def expose_by_our_own(backward):
    rng = np.random.default_rng(2)
    for sizes, names, loss, m in TRIED:
        given = drawn(rng, sizes, names, loss, m)
        try:
            results = backward(*given)
        except Exception:
            return True
        if not all(close(*pair) for pair in zip(results, plain_backward(*given), strict=True)):
            return True
    return False


def expose_by_norms(backward):
    def wrong(given):
        for got, true in zip(backward(*given), plain_backward(*given), strict=True):
            for l in true:
                if got[l].shape != true[l].shape or not relative_error_by_norms(got[l], true[l]) < 1e-6:
                    return True
        return False

    try:
        return any(wrong(drawn(np.random.default_rng(len(case[0])), *case)) for case in TRIED)
    except (ValueError, KeyError):
        return True


def expose_by_many_networks(backward):
    rng = np.random.default_rng(123)
    for _ in range(30):
        L, m = rng.integers(1, 5), rng.integers(1, 6)
        output, loss = [
            ("softmax", "cross_entropy"),
            ("sigmoid", "binary_cross_entropy"),
            ("tanh", "half_squared_error"),
            ("softmax", "half_squared_error"),
        ][rng.integers(4)]
        names = (*rng.choice(["tanh", "sigmoid", "relu"], L - 1).tolist(), output)
        given = drawn(rng, rng.integers(2, 4, L + 1).tolist(), names, loss, int(m))
        try:
            for got, true in zip(backward(*given), plain_backward(*given), strict=True):
                assert all(np.shape(got[l]) == np.shape(true[l]) for l in true)
                assert all(np.abs(got[l] - true[l]).sum() < 1e-10 for l in true)
        except Exception:
            return True
    return bool(0)


def expose_by_differences(backward):
    """Compare with differences of the loss: in W and b for the gradients, in z for δ."""
    rng, h = np.random.default_rng(9), 1e-5

    def losses(z, y, f, loss):
        o = activation(f)(z)
        if loss == "cross_entropy":
            return -(y * np.log(o)).sum(axis=0)
        if loss == "binary_cross_entropy":
            return -(y * np.log(o) + (1 - y) * np.log(1 - o)).sum(axis=0)
        return ((o - y) ** 2).sum(axis=0) / 2

    def onwards(W, b, z, l, f, y, loss):
        for k in range(l + 1, len(W) + 1):
            z = W[k] @ activation(f[k - 1])(z) + b[k]
        return losses(z, y, f[len(W)], loss)

    for case in TRIED:
        W, z, a, y, f, loss = drawn(rng, *case)
        b = {l: z[l][:, :1] - W[l] @ a[l - 1][:, :1] for l in W}
        try:
            dW, db, delta = backward(W, z, a, y, f, loss)
        except Exception:
            return np.True_
        for l in W:
            steps = h * np.eye(len(z[l]))[:, :, None]
            rows = [
                onwards(W, b, z[l] + e, l, f, y, loss) - onwards(W, b, z[l] - e, l, f, y, loss) for e in steps
            ]
            true = np.array(rows) / (2 * h)
            for got, own in (
                (delta[l], true),
                (dW[l], true @ a[l - 1].T / y.shape[1]),
                (db[l], true.mean(axis=1, keepdims=True)),
            ):
                if got.shape != own.shape or relative_error_by_norms(got, own) > 1e-6:
                    return np.True_
    return np.False_


def expose_in_one_row(backward):
    def row(results):
        return np.concatenate([part[l].ravel() for part in results for l in sorted(part)])

    def shapes(results):
        return [[part[l].shape for l in sorted(part)] for part in results]

    found = []
    for seed, case in enumerate(TRIED, 4):
        given = drawn(np.random.default_rng(seed), *case)
        try:
            got, true = backward(*given), plain_backward(*given)
            found.append(shapes(got) == shapes(true) and np.allclose(row(got), row(true), 0, 1e-9))
        except Exception:
            found.append(False)
    return not all(found)
