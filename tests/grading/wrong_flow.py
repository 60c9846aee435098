"""Wrong answers to ps09 as students write them, each with the number of its mistake."""

FLOW = "ps09_gradient_flow"
START = """
        def initialize(sizes, kind, rng):
            W, b = {}, {}
            for l in range(1, len(sizes)):
                n_in, n_out = sizes[l - 1], sizes[l]
                if kind == "zeros":
                    W[l] = np.zeros((n_out, n_in))
                elif kind == "uniform01":
                    W[l] = rng.uniform(size=(n_out, n_in))
                elif kind == "xavier":
                    W[l] = XAVIER
                else:
                    W[l] = HE
                b[l] = np.zeros((n_out, 1))
            return W, b
"""
RIGHT_XAVIER = "np.sqrt(2 / (n_in + n_out)) * rng.standard_normal((n_out, n_in))"
RIGHT_HE = "np.sqrt(2 / n_in) * rng.standard_normal((n_out, n_in))"


def started(xavier=RIGHT_XAVIER, he=RIGHT_HE):
    return START.replace("XAVIER", xavier).replace("HE", he)


WRONG_FLOW = (
    (FLOW, "initialize", None, started(he="rng.normal(0, 2 / n_in, (n_out, n_in))")),
    (FLOW, "initialize", None, started(he="rng.normal(0, np.sqrt(2 / n_out), (n_out, n_in))")),
    (FLOW, "initialize", None, started("rng.normal(0, np.sqrt(1 / n_in), (n_out, n_in))")),
    (
        FLOW,
        "initialize",
        "M67",
        started("rng.random((n_out, n_in))", "rng.random((n_out, n_in))"),
    ),
    (
        FLOW,
        "initialize",
        None,
        started(
            "np.random.normal(0, np.sqrt(2 / (n_in + n_out)), (n_out, n_in))",
            "np.random.normal(0, np.sqrt(2 / n_in), (n_out, n_in))",
        ).replace("rng.uniform", "np.random.uniform"),
    ),
    (FLOW, "initialize", None, started().replace("np.zeros((n_out, 1))", "np.zeros(n_out)")),
    (
        FLOW,
        "delta_norms",
        None,
        """
        def delta_norms(delta):
            return np.array([np.linalg.norm(delta[l]) for l in range(1, len(delta) + 1)])
        """,
    ),
    (
        FLOW,
        "delta_norms",
        None,
        """
        def delta_norms(delta):
            return np.array([np.linalg.norm(d, axis=0).mean() for d in delta.values()])
        """,
    ),
    (
        FLOW,
        "delta_norms",
        "M48",
        """
        def delta_norms(delta):
            return np.array([np.sqrt((delta[l] ** 2).sum(axis=0)).sum() for l in sorted(delta)])
        """,
    ),
    (
        FLOW,
        "saturated_fraction",
        None,
        """
        def saturated_fraction(z, f, threshold=0.01):
            return (derivative(f)(z) <= threshold).mean()
        """,
    ),
    (
        FLOW,
        "saturated_fraction",
        "M18",
        """
        def saturated_fraction(z, f, threshold=0.01):
            a = activation(f)(z)
            return (derivative(f)(a) < threshold).mean()
        """,
    ),
    (
        FLOW,
        "saturated_fraction",
        None,
        """
        def saturated_fraction(z, f, threshold=0.01):
            return int((derivative(f)(z) < threshold).sum())
        """,
    ),
    (
        FLOW,
        "tanh_sigmoid_crossover",
        None,
        """
        def tanh_sigmoid_crossover():
            return 1.663
        """,
    ),
    (
        FLOW,
        "tanh_sigmoid_crossover",
        None,
        """
        def tanh_sigmoid_crossover():
            low, high = 0.0, 5.0
            while high - low > 1e-12:
                z = (low + high) / 2
                low, high = (z, high) if np.tanh(z) < 1 / (1 + np.exp(-z)) else (low, z)
            return low
        """,
    ),
    (
        FLOW,
        "gradient_rank",
        None,
        """
        def gradient_rank(dW):
            return {l: min(dW[l].shape) for l in dW}
        """,
    ),
    (
        FLOW,
        "gradient_rank",
        None,
        """
        def gradient_rank(dW):
            return {l: len({tuple(row) for row in dW[l].tolist()}) for l in dW}
        """,
    ),
    (
        FLOW,
        "gradient_rank",
        None,
        """
        def gradient_rank(dW):
            return [np.linalg.matrix_rank(dW[l]) for l in range(1, len(dW) + 1)]
        """,
    ),
)
