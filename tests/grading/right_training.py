"""Right answers to ps08, but for training itself: by loops, recursion, generators, in place on copies."""

import copy
import math

import numpy as np


def minibatches_by_permutation(x, y, batch_size, rng):
    order = rng.permutation(x.shape[1])
    starts = range(0, len(order), batch_size)
    return [(x[:, order[k : k + batch_size]], y[:, order[k : k + batch_size]]) for k in starts]


def minibatches_by_yield(x, y, batch_size, rng):
    order = np.arange(y.shape[1])
    rng.shuffle(order)
    while len(order):
        yield x[:, order[:batch_size]], y[:, order[:batch_size]]
        order = order[batch_size:]


def minibatches_by_sorting(x, y, batch_size, rng):
    order = np.argsort(rng.random(len(x.T)))
    xs = np.split(np.asfortranarray(x[:, order]), range(batch_size, len(order), batch_size), axis=1)
    ys = np.split(y[:, order], range(batch_size, len(order), batch_size), axis=1)
    return zip(xs, ys, strict=True)


def minibatches_by_lists(x, y, batch_size, rng):
    left, batches = list(range(x.shape[1])), []
    while left:
        taken = [left.pop(rng.integers(len(left))) for _ in range(min(batch_size, len(left)))]
        batches.append([np.take(x, sorted(taken), axis=1), np.take(y, sorted(taken), axis=1)])
    return tuple(batches)


def minibatches_by_stacking(x, y, batch_size, rng):
    both = rng.permutation(np.vstack([x, y]), axis=1)
    for k in range(math.ceil(x.shape[1] / batch_size)):
        part = both[:, k * batch_size : (k + 1) * batch_size]
        yield part[: len(x)], part[len(x) :]


def minibatches_by_choice(x, y, batch_size, rng):
    def rest(order):
        if not len(order):
            return []
        head, tail = order[:batch_size], order[batch_size:]
        return [(x[:, head].copy(), y[:, head].copy()), *rest(tail)]

    return rest(rng.choice(x.shape[1], x.shape[1], replace=False))


def minibatches_by_matrices(x, y, batch_size, rng):
    chosen = np.eye(x.shape[1], dtype=x.dtype)[:, rng.permutation(x.shape[1])]
    return (
        (x @ chosen[:, k : k + batch_size], y @ chosen[:, k : k + batch_size])
        for k in range(0, x.shape[1], batch_size)
    )


def minibatches_by_numbers(x, y, batch_size, rng):
    class Batches:
        order = rng.permutation(x.shape[1])

        def __len__(self):
            return math.ceil(len(self.order) / batch_size)

        def __getitem__(self, k):
            if not 0 <= k < len(self):
                raise IndexError(k)
            places = self.order[k * batch_size : (k + 1) * batch_size]
            return x[:, places], y[:, places]

    return Batches()


def sgd_step_by_comprehension(W, b, dW, db, learning_rate):
    return {l: W[l] - learning_rate * dW[l] for l in W}, {l: b[l] - learning_rate * db[l] for l in b}


def sgd_step_by_loops(W, b, dW, db, learning_rate):
    new_W, new_b = {}, {}
    for l in range(len(W), 0, -1):
        new_W[l] = np.empty_like(W[l])
        for j, k in np.ndindex(*W[l].shape):
            new_W[l][j, k] = W[l][j, k] - learning_rate * dW[l][j, k]
        new_b[l] = np.array(
            [[p - learning_rate * g] for (p,), (g,) in zip(b[l], db[l], strict=True)], b[l].dtype
        )
    return new_W, new_b


def sgd_step_on_copies(W, b, dW, db, learning_rate):
    W, b = copy.deepcopy(W), copy.deepcopy(b)
    for theta, g in ((W, dW), (b, db)):
        for l in theta:
            theta[l] -= learning_rate * g[l]
    return [W, b]


def sgd_step_by_numpy(W, b, dW, db, learning_rate):
    return tuple(
        dict(
            zip(theta, (np.subtract(theta[l], np.multiply(g[l], learning_rate)) for l in theta), strict=True)
        )
        for theta, g in ((W, dW), (b, db))
    )


def sgd_step_by_recursion(W, b, dW, db, learning_rate):
    def down(theta, g, l):
        if l == 0:
            return {}
        return down(theta, g, l - 1) | {l: theta[l] + g[l] * -learning_rate}

    return down(W, dW, len(W)), down(b, db, len(b))


def momentum_step_in_two_lines(theta, g, v, learning_rate, mu=0.9):
    v = mu * v + g
    return theta - learning_rate * v, v


def momentum_step_on_copies(theta, g, v, learning_rate, mu=0.9):
    theta, v = theta.copy(), np.array(v, order="F")
    v *= mu
    v += g
    theta -= learning_rate * v
    return [theta, v]


def momentum_step_by_loops(theta, g, v, learning_rate, mu=0.9):
    new_theta, new_v = np.zeros_like(theta), np.zeros_like(v)
    for place in np.ndindex(theta.shape):
        new_v[place] = mu * v[place] + g[place]
        new_theta[place] = theta[place] - learning_rate * new_v[place]
    return new_theta, new_v


def momentum_step_by_parts(theta, g, v, learning_rate, mu=0.9):
    return theta - (learning_rate * mu) * v - learning_rate * g, np.add(mu * v, g)


def momentum_step_by_einsum(theta, g, v, learning_rate, mu=0.9):
    rolled = np.einsum("k,k...->...", np.array([mu, 1], v.dtype), np.stack([v, g]))
    return np.einsum("k,k...->...", np.array([1, -learning_rate], v.dtype), np.stack([theta, rolled])), rolled


def rmsprop_step_in_two_lines(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    s = rho * s + (1 - rho) * g**2
    return theta - learning_rate * g / (np.sqrt(s) + eps), s


def rmsprop_step_as_a_way_to_go(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    s = s + (1 - rho) * (np.square(g) - s)
    return np.subtract(theta, learning_rate * np.divide(g, eps + s**0.5)), s


def rmsprop_step_on_copies(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    theta, s = theta.copy(), s * rho
    s += g * g * (1 - rho)
    theta -= learning_rate / (np.sqrt(s) + eps) * g
    return [theta, s]


def rmsprop_step_by_loops(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    new_theta, new_s = np.empty_like(theta, order="F"), np.empty_like(s)
    for place, slope in np.ndenumerate(g):
        new_s[place] = rho * s[place] + (1 - rho) * slope * slope
        new_theta[place] = theta[place] - learning_rate * slope / (float(new_s[place]) ** 0.5 + eps)
    return new_theta, new_s


def rmsprop_step_by_average(theta, g, s, learning_rate, rho=0.9, eps=1e-8):
    new = np.average(np.stack([s, g * g]), axis=0, weights=[rho, 1 - rho]).astype(s.dtype)
    return theta - learning_rate * (g / (np.hypot(np.sqrt(new), 0) + eps)), new


def adam_step_in_four_lines(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def adam_step_with_one_rate(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
    root = (1 - beta2**t) ** 0.5
    rate = learning_rate * root / (1 - beta1**t)
    return theta - rate * m / (np.sqrt(v) + eps * root), m, v


def adam_step_on_copies(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    theta, m, v = (np.array(array, order="F") for array in (theta, m, v))
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * np.square(g)
    kept = [1.0, 1.0]
    for _ in range(t):
        kept = [kept[0] * beta1, kept[1] * beta2]
    theta -= learning_rate * (m / (1 - kept[0])) / (np.sqrt(v / (1 - kept[1])) + eps)
    return [theta, m, v]


def adam_step_by_loops(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    new = [np.empty_like(array) for array in (theta, m, v)]
    for k in np.ndindex(*theta.shape):
        first = beta1 * float(m[k]) + (1 - beta1) * float(g[k])
        second = beta2 * float(v[k]) + (1 - beta2) * float(g[k]) ** 2
        hats = first / (1 - beta1**t), second / (1 - beta2**t)
        new[0][k], new[1][k], new[2][k] = (
            theta[k] - learning_rate * hats[0] / (hats[1] ** 0.5 + eps), first, second
        )  # fmt: skip
    return tuple(new)


def adam_step_by_power(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.add(beta1 * m, (1 - beta1) * g), np.add(beta2 * v, (1 - beta2) * np.power(g, 2))
    sums = [-np.expm1(t * np.log(beta)) for beta in (beta1, beta2)]
    step = learning_rate * (m / sums[0]) / (np.sqrt(v / sums[1]) + eps)
    return (theta - step).astype(theta.dtype), m, v


def step_decay_by_power(learning_rate, epoch, drop=0.5, every=10):
    return learning_rate * drop ** (epoch // every)


def step_decay_by_loop(learning_rate, epoch, drop=0.5, every=10):
    while epoch >= every:
        learning_rate, epoch = learning_rate * drop, epoch - every
    return learning_rate


def step_decay_by_floor(learning_rate, epoch, drop=0.5, every=10):
    return np.float64(learning_rate) * np.power(drop, np.floor(epoch / every))


def step_decay_by_recursion(learning_rate, epoch, drop=0.5, every=10):
    def rate(epoch):
        return learning_rate if epoch < every else drop * rate(epoch - every)

    return rate(epoch)


def step_decay_by_counting(learning_rate, epoch, drop=0.5, every=10):
    drops = sum(1 for e in range(1, epoch + 1) if e % every == 0)
    return np.array(learning_rate * np.prod([drop] * drops))


def step_decay_by_logarithms(learning_rate, epoch, drop=0.5, every=10):
    drops, _ = divmod(epoch, every)
    return float(np.exp(np.log(learning_rate) + drops * np.log(drop)))


def cosine_decay_by_math(learning_rate, epoch, epochs):
    return learning_rate / 2 * (1 + math.cos(math.pi * epoch / epochs))


def cosine_decay_by_numpy(learning_rate, epoch, epochs):
    return 0.5 * learning_rate * (np.cos(np.pi * epoch / epochs) + 1)


def cosine_decay_squared(learning_rate, epoch, epochs):
    return learning_rate * np.cos(np.pi / 2 * (epoch / epochs)) ** 2


def cosine_decay_by_sine(learning_rate, epoch, epochs):
    return np.array(learning_rate * (1 - np.sin(np.pi * epoch / (2 * epochs)) ** 2))


def cosine_decay_by_degrees(learning_rate, epoch, epochs):
    return float(np.mean([learning_rate, learning_rate * np.cos(np.deg2rad(180 * epoch / epochs))]))


def cosine_decay_on_the_circle(learning_rate, epoch, epochs):
    return learning_rate * (1 + np.exp(1j * np.pi * epoch / epochs)).real / 2


def clip_by_norm_by_min(g, c):
    norm = np.linalg.norm(g)
    return g * min(1, c / norm) if norm else g


def clip_by_norm_by_if(g, c):
    norm = np.sqrt(np.sum(g**2))
    if norm > c:
        return c * g / norm
    return g


def clip_by_norm_by_max(g, c):
    return g * (c / max(c, float(np.linalg.norm(g))))


def clip_by_norm_by_loops(g, c):
    norm = math.sqrt(sum(float(entry) ** 2 for entry in g.ravel()))
    clipped = np.asfortranarray(g.copy())
    if norm >= c:
        for place in np.ndindex(g.shape):
            clipped[place] *= c / norm
    return clipped


def clip_by_norm_by_einsum(g, c):
    length = float(np.einsum("jk,jk->", g, g)) ** 0.5
    return g / max(length / c, 1)


def clip_by_norm_flat(g, c):
    flat = g.reshape(-1)
    return np.where(flat @ flat > c * c, g * (c / (float(np.sqrt(flat @ flat)) + 1e-300)), g)


def learning_rate_range_test_by_max(loss_after_step, learning_rates):
    start = loss_after_step(0.0)
    return max((rate for rate in learning_rates if loss_after_step(rate) < start), default=None)


def learning_rate_range_test_by_loop(loss_after_step, learning_rates):
    best, start = None, loss_after_step(0)
    for rate in learning_rates:
        if loss_after_step(rate) < start and (best is None or rate > best):
            best = rate
    return best


def learning_rate_range_test_from_above(loss_after_step, learning_rates):
    start = loss_after_step(0.0)
    return next((rate for rate in sorted(learning_rates)[::-1] if start > loss_after_step(rate)), None)


def learning_rate_range_test_by_numpy(loss_after_step, learning_rates):
    rates = np.array(learning_rates)
    losses = np.array([loss_after_step(rate) for rate in rates])
    lower = rates[losses < loss_after_step(0.0)]
    return lower.max() if lower.size else None


def learning_rate_range_test_by_recursion(loss_after_step, learning_rates):
    start = loss_after_step(0.0)

    def best(rates):
        if not rates:
            return None
        rest = best(rates[1:])
        return rates[0] if loss_after_step(rates[0]) < start and rates[0] > (rest or 0) else rest

    return best(learning_rates)


def learning_rate_range_test_by_a_dict(loss_after_step, learning_rates):
    losses = {rate: loss_after_step(float(rate)) for rate in [0.0, *learning_rates]}
    losses = {rate: loss for rate, loss in losses.items() if math.isfinite(loss)}
    lower = [rate for rate, loss in losses.items() if loss - losses[0.0] < 0]
    return sorted(lower)[-1] if lower else None
