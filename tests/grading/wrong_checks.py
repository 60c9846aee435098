"""Wrong answers to ps06 as students write them, each with the number of its mistake."""

CHECKS = "ps06_gradient_check"
BACKWARD = """
def ours(W, z, a, y, f, loss):
    L, m, o = len(W), y.shape[1], a[len(W)]
    g = o - y
    if loss == "half_squared_error":
        g = o * (g - (o * g).sum(axis=0)) if f[L] == "softmax" else g * derivative(f[L])(z[L])
    delta = {L: g}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * derivative(f[l])(z[l])
    dW = {l: delta[l] @ a[l - 1].T / m for l in W}
    return dW, {l: delta[l].mean(axis=1, keepdims=True) for l in W}, delta

def drawn(sizes, names, loss, m):
    rng, layers = np.random.default_rng(len(sizes)), range(1, len(sizes))
    W = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in layers}
    f, z, a = dict(zip(layers, names)), {}, {0: rng.normal(size=(sizes[0], m))}
    for l in layers:
        z[l] = W[l] @ a[l - 1] + 0.3
        a[l] = activation(f[l])(z[l])
    y = rng.uniform(size=a[len(W)].shape)
    return W, z, a, y / y.sum(axis=0), f, loss

TRIED = (
    ((2, 3), ("tanh",), "half_squared_error", 4),
    ((2, 3, 4, 4), ("tanh", "relu", "softmax"), "cross_entropy", 5),
    ((3, 4, 4, 2), ("relu", "sigmoid", "sigmoid"), "binary_cross_entropy", 3),
)
"""
WRONG_CHECKS = (
    (
        CHECKS,
        "numerical_gradients",
        "M74",
        """
        def numerical_gradients(loss_fn, W, b, h=1e-5):
            start = loss_fn(W, b)
            def slope(p, l, i):
                p[l][i] += h
                moved = loss_fn(W, b)
                p[l][i] -= h
                return (moved - start) / h
            def slopes(p):
                return {l: np.array([[slope(p, l, (j, k)) for k in range(v.shape[1])] for j in range(len(v))])
                        for l, v in p.items()}
            return slopes(W), slopes(b)
        """,
    ),
    (
        CHECKS,
        "numerical_gradients",
        "M76",
        """
        def numerical_gradients(loss_fn, W, b, h=1e-5):
            dW = {l: np.zeros_like(W[l]) for l in W}
            db = {l: np.zeros_like(b[l]) for l in b}
            for theta, grad in ((W, dW), (b, db)):
                for l in theta:
                    for i in np.ndindex(theta[l].shape):
                        theta[l][i] += h
                        plus = loss_fn(W, b)
                        theta[l][i] -= 2 * h
                        minus = loss_fn(W, b)
                        grad[l][i] = (plus - minus) / (2 * h)
            return dW, db
        """,
    ),
    (
        CHECKS,
        "numerical_gradients",
        "M77",
        """
        def numerical_gradients(loss_fn, W, b, h=1e-5):
            dW, db = {}, {}
            for theta, grad in ((W, dW), (b, db)):
                for l in theta:
                    grad[l] = np.zeros_like(theta[l])
                    for i in np.ndindex(theta[l].shape):
                        moved = theta[l].copy()
                        moved[i] += h
                        plus = loss_fn(W, b)
                        moved[i] -= 2 * h
                        grad[l][i] = (plus - loss_fn(W, b)) / (2 * h)
            return dW, db
        """,
    ),
    (
        CHECKS,
        "numerical_gradients",
        None,
        """
        def numerical_gradients(loss_fn, W, b, h=1e-5):
            def slopes(theta, at):
                grad = {}
                for l in theta:
                    grad[l] = np.zeros(theta[l].shape)
                    for i in np.ndindex(theta[l].shape):
                        e = np.zeros(theta[l].shape)
                        e[i] = h
                        grad[l][i] = (at(theta | {l: theta[l] + e}) - at(theta | {l: theta[l] - e})) / 2 * h
                return grad
            return slopes(W, lambda V: loss_fn(V, b)), slopes(b, lambda c: loss_fn(W, c))
        """,
    ),
    (
        CHECKS,
        "relative_error",
        "M78",
        """
        def relative_error(a, b):
            return np.sqrt(np.sum((a - b) ** 2))
        """,
    ),
    (
        CHECKS,
        "relative_error",
        None,
        """
        def relative_error(a, b):
            return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-8)
        """,
    ),
    (
        CHECKS,
        "relative_error",
        None,
        """
        def relative_error(a, b):
            scale = np.maximum(1e-300, np.abs(a) + np.abs(b))
            return np.max(np.abs(a - b) / scale)
        """,
    ),
    (
        CHECKS,
        "gradient_check",
        "M78",
        """
        def gradient_check(loss_fn, W, b, dW, db, tolerance=1e-6):
            nW, nb = numerical_gradients(loss_fn, W, b)
            errors = {("W", l): np.linalg.norm(dW[l] - nW[l]) for l in W}
            errors |= {("b", l): np.linalg.norm(db[l] - nb[l]) for l in b}
            return {key: (e, e < tolerance) for key, e in errors.items()}
        """,
    ),
    (
        CHECKS,
        "gradient_check",
        None,
        """
        def gradient_check(loss_fn, W, b, dW, db, tolerance=1e-6):
            nW, nb = numerical_gradients(loss_fn, W, b)
            errors = {("W", l): relative_error(dW[l], nW[l]) for l in W}
            errors |= {("b", l): relative_error(db[l], nb[l]) for l in b}
            return {key: (e, e < 1e-6) for key, e in errors.items()}
        """,
    ),
    (
        CHECKS,
        "locate_fault",
        None,
        """
        def locate_fault(dW, db, dW_true, db_true):
            for l in range(1, len(dW) + 1):
                for got, true in ((dW[l], dW_true[l]), (db[l], db_true[l])):
                    if got.shape != true.shape or not relative_error(got, true) <= 1e-6:
                        return l
        """,
    ),
    (
        CHECKS,
        "locate_fault",
        None,
        """
        def locate_fault(dW, db, dW_true, db_true):
            for l in range(len(dW), 0, -1):
                for got, true in ((dW[l], dW_true[l]), (db[l], db_true[l])):
                    if got.shape != true.shape or relative_error(got, true) > 1e-6:
                        return l
        """,
    ),
    (
        CHECKS,
        "locate_fault",
        "M78",
        """
        def locate_fault(dW, db, dW_true, db_true):
            for l in reversed(range(1, len(dW) + 1)):
                for got, true in ((dW[l], dW_true[l]), (db[l], db_true[l])):
                    if got.shape != true.shape or not np.allclose(got, true):
                        return l
        """,
    ),
    (
        CHECKS,
        "diagnose",
        None,
        BACKWARD
        + """
def diagnose(backward):
    W, z, a, y, f, loss = given = drawn((3, 3), ("tanh",), "half_squared_error", 4)
    (dW, db, _), (tW, tb, _) = backward(*given), ours(*given)
    if np.allclose(db[1], 0):
        return "bias gradient zero"
    if np.allclose(dW[1], (a[1] - y) @ a[0].T / 4):
        return "output f' missing"
    for factor, name in ((-1, "sign"), (4, "not averaged"), (1 / 4, "averaged twice")):
        if np.allclose(dW[1], factor * tW[1]):
            return name
""",
    ),
    (
        CHECKS,
        "expose",
        None,
        BACKWARD
        + """
def expose(backward):
    for case in TRIED:
        given = drawn(*case)
        try:
            results = backward(*given)
        except Exception:
            return True
        for got, true in list(zip(results, ours(*given)))[:2]:
            if any(got[l].shape != true[l].shape or relative_error(got[l], true[l]) > 1e-6 for l in true):
                return True
    return False
""",
    ),
    (
        CHECKS,
        "expose",
        None,
        """
        def expose(backward):
            return True
        """,
    ),
)
