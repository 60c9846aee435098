"""Wrong answers to ps01 as students write them, each with the number of its mistake."""

DERIVATIVES = "ps01_derivatives"
WRONG_DERIVATIVES = (
    (
        DERIVATIVES,
        "forward_difference",
        None,
        """
        def forward_difference(f, x, h=1e-6):
            return f(x + h) - f(x) / h
        """,
    ),
    (
        DERIVATIVES,
        "forward_difference",
        None,
        """
        def forward_difference(f, x, h=1e-4):
            return (f(x + h) - f(x)) / h
        """,
    ),
    (
        DERIVATIVES,
        "forward_difference",
        None,
        """
        def forward_difference(f, x, h=1e-6):
            h = 1e-6
            return (f(x + h) - f(x)) / h
        """,
    ),
    (
        DERIVATIVES,
        "central_difference",
        "M74",
        """
        def central_difference(f, x, h=1e-5):
            return forward_difference(f, x, h)
        """,
    ),
    (
        DERIVATIVES,
        "central_difference",
        "M75",
        """
        def central_difference(f, x, h=1e-5):
            left, right = f(x - h), f(x + h)
            return (right - left) / h
        """,
    ),
    (
        DERIVATIVES,
        "central_difference",
        None,
        """
        def central_difference(f, x, h=1e-5):
            return (f(x + h) - f(x - h)) / 2 * h
        """,
    ),
    (
        DERIVATIVES,
        "chain",
        None,
        """
        def chain(fs, f_primes, x):
            y, dydx = x, 1
            for f, f_prime in zip(fs, f_primes):
                y = f(y)
                dydx *= f_prime(y)
            return y, dydx
        """,
    ),
    (
        DERIVATIVES,
        "chain",
        None,
        """
        def chain(fs, f_primes, x):
            y, dydx = x, 1
            for f, f_prime in zip(fs, f_primes):
                dydx *= f_prime(x)
                y = f(y)
            return y, dydx
        """,
    ),
    (
        DERIVATIVES,
        "chain",
        None,
        """
        def chain(fs, f_primes, x):
            y, dydx = x, 0
            for f, f_prime in zip(fs, f_primes):
                dydx += f_prime(y)
                y = f(y)
            return y, dydx
        """,
    ),
    (
        DERIVATIVES,
        "chain",
        None,
        """
        def chain(fs, f_primes, x):
            y, dydx = x, 1
            for f, f_prime in zip(reversed(fs), reversed(f_primes)):
                dydx *= f_prime(y)
                y = f(y)
            return y, dydx
        """,
    ),
    (
        DERIVATIVES,
        "neuron_gradient",
        "M1",
        """
        def neuron_gradient(w, b, x, y):
            a = 1 / (1 + np.exp(-(w * x + b)))
            return (a - y) * x, a - y, (a - y) * w
        """,
    ),
    (
        DERIVATIVES,
        "neuron_gradient",
        "M3",
        """
        def sigmoid(v):
            return 1 / (1 + np.exp(-v))


        def neuron_gradient(w, b, x, y):
            a = sigmoid(w * x + b)
            delta = (a - y) * sigmoid(a) * (1 - sigmoid(a))
            return delta * x, delta, delta * w
        """,
    ),
    (
        DERIVATIVES,
        "neuron_gradient",
        "M42",
        """
        def neuron_gradient(w, b, x, y):
            a = 1 / (1 + np.exp(-w * x - b))
            delta = (a - y) * a * (1 - a)
            return delta * x, 0, delta * w
        """,
    ),
    (
        DERIVATIVES,
        "observed_order",
        None,
        """
        def observed_order(hs, errors):
            return np.polyfit(np.log(errors), np.log(hs), 1)[0]
        """,
    ),
    (
        DERIVATIVES,
        "observed_order",
        None,
        """
        def observed_order(hs, errors):
            return np.log(errors[-1] / errors[0]) / np.log(hs[-1] / hs[0])
        """,
    ),
)
