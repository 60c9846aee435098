"""All right, in a style far from the book's: recursion, einsum, scalars, and helpers in the cells."""


# %% forward
def forward(weights, biases, inputs, names):
    def climb(layer, pre, post):
        if layer > len(weights):
            return pre, post
        total = np.einsum("ij,jm->im", weights[layer], post[layer - 1]) + biases[layer]
        bent = activation(names[layer])(total)
        return climb(layer + 1, {layer: total, **pre}, {layer: bent, **post})

    return climb(1, {}, {0: inputs})


# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    error = np.zeros_like(z, order="F")
    for unit, sample in np.ndindex(*z.shape):
        received = sum(W_next[j, unit] * delta_next[j, sample] for j in range(len(W_next)))
        error[unit, sample] = received * f_prime(z[unit, sample])
    return error


# %% layer_gradients
def layer_gradients(delta, a_prev):
    samples = delta.shape[-1]
    dW = sum(np.multiply.outer(delta[:, i], a_prev[:, i]) for i in range(samples)) / samples
    return [dW, np.add.reduce(delta, axis=1)[:, np.newaxis] / samples]


# %% backward
def softmax_error(o, y):
    back = np.empty_like(o)
    for sample in range(o.shape[1]):
        p = o[:, sample]
        jacobian = np.diag(p) - np.outer(p, p)
        back[:, sample] = jacobian @ (p - y[:, sample])
    return back


def top_error(z, o, y, name, loss):
    match loss, name:
        case "half_squared_error", "softmax":
            return softmax_error(o, y)
        case "half_squared_error", _:
            return derivative(name)(z) * (o - y)
    return o - y


def backward(W, z, a, y, f, loss):
    def descend(layer):
        if layer == len(W):
            return {layer: top_error(z[layer], a[layer], y, f[layer], loss)}
        above = descend(layer + 1)
        above[layer] = hidden_delta(W[layer + 1], above[layer + 1], z[layer], derivative(f[layer]))
        return above

    delta = descend(1)
    pairs = {layer: layer_gradients(error, a[layer - 1]) for layer, error in delta.items()}
    return {k: pair[0] for k, pair in pairs.items()}, {k: pair[1] for k, pair in pairs.items()}, delta


# %% loss_and_gradients
LOSSES = {
    "half_squared_error": lambda o, y: 0.5 * np.linalg.norm(o - y) ** 2,
    "binary_cross_entropy": lambda o, y: -np.log(np.where(y == 1, o, o**y * (1 - o) ** (1 - y))).sum(),
    "cross_entropy": lambda o, y: -np.einsum("km,km->", y, np.log(o)),
}


def loss_and_gradients(W, b, x, y, f, loss):
    z, a = forward(W, b, x, f)
    *gradients, _ = backward(W, z, a, y, f, loss)
    return [np.float64(LOSSES[loss](a[max(a)], y) / y.shape[1]), *gradients]


# %% per_sample_gradients
def per_sample_gradients(W, b, x, y, f, loss):
    def gradients(i):
        return loss_and_gradients(W, b, x[:, i, None], y[:, i, None], f, loss)[1:]

    return list(map(gradients, range(x.shape[1])))


# %% to_rows
def to_rows(W, b):
    return [{k: np.ascontiguousarray(np.swapaxes(p[k], 0, 1)) for k in reversed(p)} for p in (W, b)]
