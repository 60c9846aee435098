"""Mistakes that many make: the mean over everything, the logarithm of p, o - y as if it were a law."""

# %% half_squared_error
def half_squared_error(o, y):
    return np.mean((o - y) ** 2)

# %% binary_cross_entropy
def binary_cross_entropy(o, y):
    terms = y * np.log(o) + (1 - y) * np.log(1 - o)
    return -terms.sum() / o.shape[1]

# %% cross_entropy
def cross_entropy(z, y):
    p = activation("softmax")(z)
    return -(y * np.log(p)).sum() / z.shape[1]

# %% output_delta
def output_delta(z, y, f, loss):
    return activation(f)(z) - y

# %% delta_is_o_minus_y
def delta_is_o_minus_y(f, loss):
    return True
