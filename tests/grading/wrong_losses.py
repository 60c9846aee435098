"""Wrong answers to ps03 as students write them, each with the number of its mistake."""

LOSSES = "ps03_losses"
WRONG_LOSSES = (
    (
        LOSSES,
        "half_squared_error",
        "M6",
        """
        def half_squared_error(o, y):
            return np.mean(np.square(np.subtract(o, y)))
        """,
    ),
    (
        LOSSES,
        "half_squared_error",
        "M7",
        """
        def half_squared_error(o, y):
            return 0.5 * np.average((y - o) ** 2)
        """,
    ),
    (
        LOSSES,
        "half_squared_error",
        "M48",
        """
        def half_squared_error(o, y):
            return np.linalg.norm(o - y) ** 2 / 2
        """,
    ),
    (
        LOSSES,
        "half_squared_error",
        None,
        """
        def half_squared_error(o, y):
            return np.array([np.dot(g, g) / 2 for g in (o - y).T])
        """,
    ),
    (
        LOSSES,
        "binary_cross_entropy",
        None,
        """
        def binary_cross_entropy(o, y):
            return -np.sum(np.log(o) * y) / y.shape[1]
        """,
    ),
    (
        LOSSES,
        "binary_cross_entropy",
        "M5",
        """
        def binary_cross_entropy(o, y):
            return np.mean(np.sum(np.log(o**y) + np.log((1 - o) ** (1 - y)), axis=0))
        """,
    ),
    (
        LOSSES,
        "binary_cross_entropy",
        None,
        """
        def binary_cross_entropy(o, y):
            return -(np.log(o) * (1 - y) + np.log(1 - o) * y).sum() / o.shape[1]
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M71",
        """
        def cross_entropy(z, y):
            p = np.exp(z) / np.exp(z).sum(axis=0)
            return -(y * np.log(p)).sum() / z.shape[1]
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M71",
        """
        def cross_entropy(z, y):
            return -np.mean(np.sum(y * np.log(activation("softmax")(z)), axis=0))
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M71",
        """
        def cross_entropy(z, y):
            return -np.mean(np.sum(y * np.log(activation("softmax")(z) + 1e-12), axis=0))
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M71",
        """
        def cross_entropy(z, y):
            z = z - np.max(z)
            return np.mean(np.log(np.exp(z).sum(axis=0)) - (y * z).sum(axis=0))
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M7",
        """
        def cross_entropy(z, y):
            return -np.mean(y * np.log(activation("softmax")(z)))
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M11",
        """
        def cross_entropy(z, y):
            e = np.exp(z - z.max(axis=1, keepdims=True))
            return -(y * np.log(e / e.sum(axis=1, keepdims=True))).sum() / z.shape[1]
        """,
    ),
    (
        LOSSES,
        "cross_entropy",
        "M72",
        """
        def cross_entropy(z, y):
            return -np.sum(y * np.log(z)) / z.shape[1]
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M1",
        """
        def output_delta(z, y, f, loss):
            return activation(f)(z) - y
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M2",
        """
        def output_delta(z, y, f, loss):
            o = activation(f)(z)
            return (o - y) * (o * (1 - o) if f == "softmax" else derivative(f)(z))
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M3",
        """
        def output_delta(z, y, f, loss):
            o = activation(f)(z)
            if loss != "half_squared_error":
                return o - y
            return o * (o - y - (o * (o - y)).sum(0)) if f == "softmax" else (o - y) * derivative(f)(o)
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M8",
        """
        def output_delta(z, y, f, loss):
            o = activation(f)(z)
            if loss != "half_squared_error":
                return o - y
            return (o - y) * (o - o**2 if f == "softmax" else derivative(f)(z))
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M49",
        """
        def output_delta(z, y, f, loss):
            o, m = activation(f)(z), z.shape[1]
            if loss != "half_squared_error":
                return (o - y) / m
            g = (o - y) / m
            return o * (g - (o * g).sum(axis=0)) if f == "softmax" else g * derivative(f)(z)
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M71",
        """
        def output_delta(z, y, f, loss):
            o = activation(f)(z)
            if loss == "cross_entropy":
                return o - y
            g = (o - y) / (o * (1 - o)) if loss == "binary_cross_entropy" else o - y
            return o * (g - (o * g).sum(axis=0)) if f == "softmax" else g * derivative(f)(z)
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M71",
        """
        def output_delta(z, y, f, loss):
            o = 1 / (1 + np.exp(-z)) if f == "sigmoid" else activation(f)(z)
            if loss != "half_squared_error":
                return o - y
            return o * (o - y - (o * (o - y)).sum(0)) if f == "softmax" else (o - y) * derivative(f)(z)
        """,
    ),
    (
        LOSSES,
        "delta_is_o_minus_y",
        "M1",
        """
        def delta_is_o_minus_y(f, loss):
            return True
        """,
    ),
    (
        LOSSES,
        "delta_is_o_minus_y",
        None,
        """
        def delta_is_o_minus_y(f, loss):
            return loss in ("binary_cross_entropy", "cross_entropy")
        """,
    ),
)
