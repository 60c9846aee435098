"""Right answers to ps02: by loops, by einsum, by recursion, with plain numbers, in place on copies."""

import math

import numpy as np


def count_parameters_by_recursion(sizes):
    if len(sizes) < 2:
        return 0
    return (sizes[0] + 1) * sizes[1] + count_parameters_by_recursion(sizes[1:])


def count_parameters_by_pairs(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))


def count_parameters_by_a_dot_product(sizes):
    n = np.array(sizes)
    return np.dot(n[:-1] + 1, n[1:])


def count_parameters_of_arrays(sizes):
    W = [np.zeros((sizes[l], sizes[l - 1])) for l in range(1, len(sizes))]
    b = [np.zeros((n, 1)) for n in sizes[1:]]
    return sum(array.size for array in W + b)


def count_parameters_on_a_copy(sizes):
    left, total = list(sizes), 0
    while len(left) > 1:
        n = left.pop()
        total += n * left[-1] + n
    return total


def count_parameters_in_an_array(sizes):
    return np.array(count_parameters_by_pairs(sizes))


def affine_by_loops(W, a, b):
    z = np.empty((len(W), a.shape[1]), W.dtype)
    for j, i in np.ndindex(*z.shape):
        z[j, i] = b[j, 0]
        for k in range(len(a)):
            z[j, i] += W[j, k] * a[k, i]
    return z


def affine_by_einsum(W, a, b):
    return np.einsum("jk,ki->ji", W, a) + b


def affine_in_rows(W, a, b):
    return (a.T @ W.T + b.T).T


def affine_with_the_bias_as_a_weight(W, a, b):
    return np.hstack([W, b]) @ np.vstack([a, np.ones_like(a[:1])])


def affine_in_place(W, a, b):
    z = W.dot(a)
    z += b
    return np.asfortranarray(z)


def affine_by_columns(W, a, b):
    return np.stack([W @ column + b[:, 0] for column in a.T], axis=1)


def each(function):
    """Return a function of arrays that computes entry by entry with plain numbers."""

    def elementwise(z):
        result = np.empty_like(z)
        for place in np.ndindex(*z.shape):
            result[place] = function(float(z[place]))
        return result

    return elementwise


def plain_sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def sigmoid_of_plain_numbers(z):
    return each(plain_sigmoid)(z)


def sigmoid_by_tanh(z):
    return (1 + np.tanh(z / 2)) / 2


def sigmoid_by_logaddexp(z):
    return np.exp(-np.logaddexp(np.zeros_like(z), -z))


def sigmoid_by_masks(z):
    a, positive = np.empty_like(z), z > 0
    a[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    a[~positive] = e / (1 + e)
    return a


def sigmoid_clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -80, 80)))


def sigmoid_by_the_sign(z):
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, np.ones_like(e)) / (1 + e)


def sigmoid_without_numpys_checks(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_prime_from_a(z):
    a = sigmoid_by_tanh(z)
    return a * (1 - a)


def sigmoid_prime_by_a_minus_its_square(z):
    a = sigmoid_by_masks(z)
    return a - a**2


def sigmoid_prime_by_symmetry(z):
    return sigmoid_by_the_sign(z) * sigmoid_by_the_sign(-z)


def sigmoid_prime_by_exponentials(z):
    e = np.exp(-np.abs(z))
    return e / np.square(1 + e)


def sigmoid_prime_of_plain_numbers(z):
    return each(lambda z: plain_sigmoid(z) * plain_sigmoid(-z))(z)


def sigmoid_prime_by_tanh(z):
    return np.asfortranarray((1 - np.tanh(z / 2) ** 2) / 4)


def tanh_prime_by_a_product(z):
    a = np.tanh(z)
    return (1 - a) * (1 + a)


def tanh_prime_of_plain_numbers(z):
    return each(lambda z: 1 - math.tanh(z) ** 2)(z)


def tanh_prime_from_the_sigmoid(z):
    return 4 * sigmoid_prime_by_symmetry(2 * z)


def tanh_prime_by_cosh_of_what_is_near(z):
    return 1 / np.cosh(np.clip(z, -40, 40)) ** 2


def tanh_prime_in_place(z):
    a = np.tanh(z)
    a *= -a
    a += 1
    return a


def tanh_prime_by_a_generator(z):
    values = (1 - t * t for t in np.tanh(z).ravel())
    return np.fromiter(values, z.dtype, z.size).reshape(z.shape)


def relu_by_maximum(z):
    return np.maximum(z, 0)


def relu_by_where(z):
    return np.where(z > 0, z, 0)


def relu_by_a_mask(z):
    return z * (z > 0)


def relu_by_the_absolute(z):
    return (z + np.abs(z)) / 2


def relu_on_a_copy(z):
    a = z.copy(order="F")
    a[a < 0] = 0
    return a


def relu_of_plain_numbers(z):
    return each(lambda z: max(0.0, z))(z)


def relu_prime_by_heaviside(z):
    return np.heaviside(z, 0)


def relu_prime_by_a_mask(z):
    return (z > 0).astype(z.dtype)


def relu_prime_by_where(z):
    return np.where(z > 0, np.ones_like(z), np.zeros_like(z))


def relu_prime_by_the_sign(z):
    return np.maximum(np.sign(z), 0)


def relu_prime_of_plain_numbers(z):
    return each(lambda z: 1.0 if z > 0 else 0.0)(z)


def relu_prime_into_zeros(z):
    slope = np.zeros_like(z)
    slope[z > 0] += 1
    return slope


def softmax_by_columns(z):
    p = np.empty_like(z)
    for i in range(z.shape[1]):
        e = np.exp(z[:, i] - z[:, i].max())
        p[:, i] = e / e.sum()
    return p


def softmax_by_einsum(z):
    e = np.exp(z - np.amax(z, axis=0)[None])
    return np.einsum("ki,i->ki", e, 1 / np.einsum("ki->i", e))


def softmax_in_rows(z):
    rows = z.T - z.T.max(axis=1, keepdims=True)
    return (np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)).T


def softmax_of_plain_numbers(z):
    columns = []
    for column in z.T.tolist():
        e = [math.exp(value - max(column)) for value in column]
        columns.append([value / sum(e) for value in e])
    return np.array(columns, z.dtype).T


def softmax_by_logaddexp(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=0))


def softmax_in_place(z):
    p = z - z.max(axis=0)
    np.exp(p, out=p)
    p /= p.sum(axis=0)
    return p


def softmax_by_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[None, :, :] - z[:, None, :]).sum(axis=1)


def softmax_jacobian_by_loops(p):
    J = np.zeros((len(p), len(p)), p.dtype)
    for j, k in np.ndindex(*J.shape):
        J[j, k] = p[j, 0] * ((j == k) - p[k, 0])
    return J


def softmax_jacobian_by_einsum(p):
    return np.einsum("ji,jk->jk", p, np.eye(len(p), dtype=p.dtype)) - np.einsum("ji,ki->jk", p, p)


def softmax_jacobian_of_a_flat_p(p):
    flat = p.ravel()
    return np.diag(flat) - np.outer(flat, flat)


def softmax_jacobian_by_broadcasting(p):
    return p * (np.eye(len(p), dtype=p.dtype) - p.T)


def softmax_jacobian_in_place(p):
    J = -np.dot(p, p.T)
    J[np.diag_indices(len(p))] += p[:, 0]
    return J


def softmax_jacobian_by_columns(p):
    unit = np.identity(len(p), p.dtype)
    return np.hstack([p * (unit[:, [k]] - p[k, 0]) for k in range(len(p))])


def affine_vjp_by_loops(W, a, g):
    dW, da, db = np.zeros_like(W), np.zeros_like(a), np.zeros_like(g[:, :1])
    for j, i in np.ndindex(*g.shape):
        db[j, 0] += g[j, i]
        for k in range(len(a)):
            dW[j, k] += g[j, i] * a[k, i]
            da[k, i] += g[j, i] * W[j, k]
    return dW, da, db


def affine_vjp_by_einsum(W, a, g):
    return [
        np.einsum("ji,ki->jk", g, a),
        np.einsum("jk,ji->ki", W, g),
        np.einsum("ji->j", g).reshape(-1, 1),
    ]


def affine_vjp_by_outer_products(W, a, g):
    dW = sum(np.outer(g[:, i], a[:, i]) for i in range(g.shape[1]))
    return dW, np.stack([column @ W for column in g.T], axis=1), np.add.reduce(g, axis=1)[:, None]


def affine_vjp_by_one_product(W, a, g):
    both = g @ np.vstack([a, np.ones_like(a[:1])]).T
    return both[:, :-1], (g.T @ W).T, both[:, -1:]


def affine_vjp_by_tensordot(W, a, g):
    ones = np.ones((g.shape[1], 1), g.dtype)
    return np.tensordot(g, a, axes=(1, 1)), np.tensordot(W, g, axes=(0, 0)), g @ ones


def affine_vjp_of_the_mean(W, a, g):
    m = g.shape[1]
    return m * (g @ a.T / m), np.transpose(W) @ g, m * g.mean(axis=1, keepdims=True)
