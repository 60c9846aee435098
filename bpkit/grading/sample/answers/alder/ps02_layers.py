"""All right, in the words of the chapter."""

# %% count_parameters
def count_parameters(sizes):
    return sum(n_out * n_in + n_out for n_in, n_out in zip(sizes[:-1], sizes[1:]))

# %% affine
def affine(W, a, b):
    return np.dot(W, a) + b

# %% sigmoid
def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))

# %% sigmoid_prime
def sigmoid_prime(z):
    return sigmoid(z) * sigmoid(-z)

# %% tanh_prime
def tanh_prime(z):
    t = np.tanh(z)
    return 1 - t * t

# %% relu
def relu(z):
    return np.where(z > 0, z, 0)

# %% relu_prime
def relu_prime(z):
    slope = np.zeros_like(z)
    slope[z > 0] = 1
    return slope

# %% softmax
def softmax(z):
    shifted = z - z.max(axis=0)
    e = np.exp(shifted)
    return e / e.sum(axis=0)

# %% softmax_jacobian
def softmax_jacobian(p):
    p = p[:, 0]
    return np.diag(p) - np.outer(p, p)

# %% affine_vjp
def affine_vjp(W, a, g):
    dW = np.dot(g, a.T)
    da = np.dot(W.T, g)
    return dW, da, np.sum(g, axis=1, keepdims=True)
