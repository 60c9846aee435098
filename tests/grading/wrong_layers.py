"""Wrong answers to ps02 as students write them, with the number of the mistake and a few words of it."""

from textwrap import dedent

WRONG = (
    (
        "count_parameters",
        "M50",
        "biases",
        """
        def count_parameters(sizes):
            total = 0
            for l in range(1, len(sizes)):
                total += sizes[l - 1] * sizes[l]
            return total
        """,
    ),
    (
        "affine",
        "M69",
        "a column",
        """
        def affine(W, a, b):
            return np.matmul(W, a) + b.ravel()
        """,
    ),
    (
        "sigmoid",
        "M71",
        "e^10000 overflows",
        """
        def sigmoid(z):
            return 1.0 / (1.0 + np.exp(-z))
        """,
    ),
    (
        "sigmoid",
        "M71",
        "e^10000 overflows",
        """
        def sigmoid(z):
            return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
        """,
    ),
    (
        "sigmoid",
        None,
        "the wrong sign",
        """
        def sigmoid(z):
            return 1 / (1 + np.exp(z))
        """,
    ),
    (
        "sigmoid_prime",
        "M4",
        "needs a = σ(z)",
        """
        def sigmoid_prime(z):
            return z * (1 - z)
        """,
    ),
    (
        "sigmoid_prime",
        "M18",
        "taken at σ(z)",
        """
        def sigmoid_prime(z):
            a = 1 / (1 + np.exp(-z))
            s = 1 / (1 + np.exp(-a))
            return s * (1 - s)
        """,
    ),
    (
        "sigmoid_prime",
        "M71",
        "e^10000 overflows",
        """
        def sigmoid_prime(z):
            return np.exp(-z) / (1 + np.exp(-z)) ** 2
        """,
    ),
    (
        "tanh_prime",
        "M4",
        "1 − z²",
        """
        def tanh_prime(z):
            return 1 - np.square(z)
        """,
    ),
    (
        "tanh_prime",
        "M71",
        "np.tanh",
        """
        def tanh_prime(z):
            t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
            return 1 - t**2
        """,
    ),
    (
        "relu",
        None,
        "|z|",
        """
        def relu(z):
            return np.sqrt(z * z)
        """,
    ),
    (
        "relu_prime",
        None,
        "True and False",
        """
        def relu_prime(z):
            return z > 0
        """,
    ),
    (
        "relu_prime",
        None,
        "whole numbers",
        """
        def relu_prime(z):
            return np.where(z > 0, 1, 0)
        """,
    ),
    (
        "relu_prime",
        "M22",
        "at 0 is 1",
        """
        def relu_prime(z):
            return (z >= 0).astype(z.dtype)
        """,
    ),
    (
        "softmax",
        "M71",
        "each column's maximum",
        """
        def softmax(z):
            return np.exp(z) / np.exp(z).sum(axis=0)
        """,
    ),
    (
        "softmax",
        "M71",
        "one maximum",
        """
        def softmax(z):
            e = np.exp(z - np.max(z))
            return e / np.sum(e, axis=0)
        """,
    ),
    (
        "softmax",
        "M11",
        "over the batch",
        """
        def softmax(z):
            e = np.exp(z)
            return e / np.sum(e, axis=1, keepdims=True)
        """,
    ),
    (
        "softmax",
        "M11",
        "all entries",
        """
        def softmax(z):
            e = np.exp(z - z.max(axis=0))
            return e / np.sum(e)
        """,
    ),
    (
        "softmax_jacobian",
        "M8",
        "only the diagonal",
        """
        def softmax_jacobian(p):
            return np.diag((p - p**2)[:, 0])
        """,
    ),
    (
        "softmax_jacobian",
        None,
        "its first entry",
        """
        def softmax_jacobian(p):
            return np.diag(p) - np.dot(p, p.T)
        """,
    ),
    (
        "affine_vjp",
        "M15",
        "Wᵀ g",
        """
        def affine_vjp(W, a, g):
            return np.dot(g, a.T), np.dot(W, g), np.sum(g, axis=1, keepdims=True)
        """,
    ),
    (
        "affine_vjp",
        None,
        "second axis",
        """
        def affine_vjp(W, a, g):
            return np.dot(g, a.T), np.dot(W.T, g), np.sum(g, axis=1)
        """,
    ),
    (
        "affine_vjp",
        "M49",
        "sums",
        """
        def affine_vjp(W, a, g):
            m = g.shape[1]
            return g @ a.T / m, W.T @ g, np.mean(g, axis=1, keepdims=True)
        """,
    ),
)
WRONG = tuple((name, number, words, dedent(source)) for name, number, words, source in WRONG)
