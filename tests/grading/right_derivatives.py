"""Right answers to ps01: by arrays of points, by loops, by recursion, by folds, by lines of least squares."""

import functools
import math

import numpy as np


def forward_difference_step_by_step(f, x, h=1e-6):
    rise = f(x + h) - f(x)
    return rise / h


def forward_difference_with_the_step_that_is_taken(f, x, h=1e-6):
    ahead = x + h
    return (f(ahead) - f(x)) / (ahead - x)


def forward_difference_of_two_quotients(f, x, h=1e-6):
    return f(x + h) / h - f(x) / h


def forward_difference_of_an_array(f, x, h=1e-6):
    low, high = f(np.array([x, x + h]))
    return np.array((high - low) / h)


def forward_difference_by_diff(f, x, h=1e-6):
    points = np.linspace(x, x + h, 2)
    return np.diff([f(point) for point in points])[0] / np.diff(points)[0]


def forward_difference_turned_over(f, x, h=1e-6):
    return float((f(x) - f(x + h)) / -h)


def central_difference_step_by_step(f, x, h=1e-5):
    rise, run = f(x + h) - f(x - h), 2 * h
    return rise / run


def central_difference_as_a_mean(f, x, h=1e-5):
    ahead, behind = (f(x + h) - f(x)) / h, (f(x) - f(x - h)) / h
    return (ahead + behind) / 2


def central_difference_by_halves(f, x, h=1e-5):
    return 0.5 * (f(x + h) - f(x - h)) / h


def central_difference_of_an_array(f, x, h=1e-5):
    values = f(x + h * np.array([[-1.0], [1.0]]))
    return (values[1, 0] - values[0, 0]) / (h + h)


def central_difference_with_the_step_that_is_taken(f, x, h=1e-5):
    left, right = x - h, x + h
    return np.array(f(right) - f(left)) / (right - left)


def central_difference_by_signs(f, x, h=1e-5):
    return sum(sign * f(x + sign * h) for sign in (1, -1)) / (2 * h)


def chain_by_a_loop(fs, f_primes, x):
    y, dydx = x, 1.0
    for f, f_prime in zip(fs, f_primes, strict=True):
        dydx *= f_prime(y)
        y = f(y)
    return y, dydx


def chain_with_all_values_kept(fs, f_primes, x):
    u = [x]
    for k in range(len(fs)):
        u.append(fs[k](u[k]))
    return u[-1], np.prod([f_primes[k](u[k]) for k in range(len(fs))])


def chain_by_recursion(fs, f_primes, x):
    def rest(k, u):
        if k == len(fs):
            return u, 1
        y, slope = rest(k + 1, fs[k](u))
        return y, slope * f_primes[k](u)

    return rest(0, x)


def chain_backwards(fs, f_primes, x):
    u = {0: x}
    for k, f in enumerate(fs, 1):
        u[k] = f(u[k - 1])
    dydx = 1.0
    for k in range(len(fs), 0, -1):
        dydx = dydx * f_primes[k - 1](u[k - 1])
    return [u[len(fs)], dydx]


def chain_by_a_fold(fs, f_primes, x):
    def link(state, pair):
        return pair[0](state[0]), pair[1](state[0]) * state[1]

    return functools.reduce(link, zip(fs, f_primes, strict=True), (x, np.float64(1)))


def chain_of_a_popped_list(fs, f_primes, x):
    left, slopes, y, factors = list(fs), list(f_primes), np.float64(x), []
    while left:
        factors.append(slopes.pop(0)(y))
        y = left.pop(0)(y)
    return np.array(y), np.array(math.prod(factors))


def neuron_gradient_by_steps(w, b, x, y):
    z = w * x + b
    a = 1 / (1 + np.exp(-z))
    delta = (a - y) * a * (1 - a)
    return delta * x, delta, delta * w


def neuron_gradient_by_math(w, b, x, y):
    a = 1 / (1 + math.exp(-(w * x + b)))
    da = a - y
    dz = da * (a - a**2)
    return [dz * x, dz * 1, dz * w]


def neuron_gradient_of_an_array(w, b, x, y):
    e = np.exp(-(w * x + b))
    slope = e / (1 + e) ** 2
    return tuple((1 / (1 + e) - y) * slope * np.array([x, 1.0, w]))


def neuron_gradient_by_tanh(w, b, x, y):
    t = np.tanh((w * x + b) / 2)
    delta = ((1 + t) / 2 - y) * (1 - t) * (1 + t) / 4
    return np.array(delta * x), np.array(delta), np.array(delta * w)


def neuron_gradient_in_matrices(w, b, x, y):
    W, column = np.array([[w, b]]), np.array([[x], [1.0]])
    a = 1 / (1 + np.exp(-W @ column))
    delta = (a - y) * a * (1 - a)
    dW, dcolumn = delta @ column.T, W.T @ delta
    return dW[0, 0], dW[0, 1], dcolumn[0, 0]


def neuron_gradient_as_a_chain(w, b, x, y):
    def sigmoid(v):
        return 1 / (1 + np.exp(-v))

    links = [lambda a: a - y, lambda z: sigmoid(z) * sigmoid(-z)]
    delta = links[0](sigmoid(w * x + b)) * links[1](w * x + b)
    return tuple(float(delta * factor) for factor in (x, 1, w))


def observed_order_by_polyfit(hs, errors):
    return np.polyfit(np.log(hs), np.log(errors), 1)[0]


def observed_order_in_base_ten(hs, errors):
    return float(np.polyfit(np.log10(hs), np.log10(errors), deg=1)[0])


def observed_order_by_least_squares(hs, errors):
    columns = np.column_stack([np.log2(hs), np.ones_like(hs)])
    (slope, _), *_ = np.linalg.lstsq(columns, np.log2(errors), rcond=None)
    return slope


def observed_order_by_covariance(hs, errors):
    C = np.cov(np.log(hs), np.log(errors))
    return np.array(C[0, 1] / C[0, 0])


def observed_order_by_loops(hs, errors):
    u, v = [math.log(h) for h in hs], [math.log(e) for e in errors]
    n = len(u)
    top = n * sum(p * q for p, q in zip(u, v, strict=True)) - sum(u) * sum(v)
    return top / (n * sum(p * p for p in u) - sum(u) ** 2)


def observed_order_by_the_normal_equations(hs, errors):
    A = np.vstack([np.ones(len(hs)), np.log(hs)]).T
    return np.linalg.solve(A.T @ A, A.T @ np.log(errors))[1]
