"""All right, in the book's style."""


# %% initialize
def initialize(sizes, kind, rng):
    """Return the weights and biases that a network starts with."""
    W, b = {}, {}
    for l in range(1, len(sizes)):
        shape = (sizes[l], sizes[l - 1])
        if kind == "zeros":
            W[l] = np.zeros(shape)
        elif kind == "uniform01":
            W[l] = rng.random(shape)
        else:
            variance = 2 / shape[1] if kind == "he" else 2 / sum(shape)
            W[l] = np.sqrt(variance) * rng.standard_normal(shape)
        b[l] = np.zeros((sizes[l], 1))
    return W, b


# %% delta_norms
def delta_norms(delta):
    """Return the mean length of each layer's error, from layer 1 to layer L."""
    return np.array([np.linalg.norm(delta[l], axis=0).mean() for l in sorted(delta)])


# %% saturated_fraction
def saturated_fraction(z, f, threshold=0.01):
    """Return the share of entries whose slope is strictly below a threshold."""
    return np.mean(derivative(f)(z) < threshold)


# %% tanh_sigmoid_crossover
def tanh_sigmoid_crossover():
    """Return the z > 0 where tanh and the sigmoid have the same slope, to 1e-6."""
    return 2 * np.arccosh((1 + np.sqrt(3)) / 2)


# %% gradient_rank
def gradient_rank(dW):
    """Return the rank of each layer's gradient."""
    return {l: np.linalg.matrix_rank(dW[l]) for l in dW}
