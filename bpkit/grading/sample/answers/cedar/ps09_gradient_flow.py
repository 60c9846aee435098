"""Mistakes that many make: a variance for a standard deviation, one norm for all samples, f' at a, few digits."""

# %% initialize
def initialize(sizes, kind, rng):
    W, b = {}, {}
    for l in range(1, len(sizes)):
        n_in, n_out = sizes[l - 1], sizes[l]
        if kind == "zeros":
            W[l] = np.zeros((n_out, n_in))
        elif kind == "uniform01":
            W[l] = rng.uniform(0, 1, (n_out, n_in))
        elif kind == "xavier":
            W[l] = rng.normal(0, 2 / (n_in + n_out), (n_out, n_in))
        else:
            W[l] = rng.normal(0, 2 / n_in, (n_out, n_in))
        b[l] = np.zeros((n_out, 1))
    return W, b

# %% delta_norms
def delta_norms(delta):
    return np.array([np.linalg.norm(delta[l]) for l in range(1, len(delta) + 1)])

# %% saturated_fraction
def saturated_fraction(z, f, threshold=0.01):
    a = activation(f)(z)
    return np.mean(derivative(f)(a) < threshold)

# %% tanh_sigmoid_crossover
def tanh_sigmoid_crossover():
    return 1.6629

# %% gradient_rank
def gradient_rank(dW):
    return {l: min(dW[l].shape) for l in dW}
