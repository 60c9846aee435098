"""All right, in a style far from the book's: scalars, loops, einsum, and keys in another order."""


# %% forward_221
def squash(number):
    return 1 / (1 + np.exp(-number))


def forward_221(weights, biases, inputs):
    count = inputs.shape[1]
    pre = {2: np.empty((1, count), order="F"), 1: np.empty((2, count), order="F")}
    post = {2: np.empty((1, count)), 1: np.empty((2, count)), 0: inputs}
    for sample in range(count):
        for layer in (1, 2):
            for unit in range(len(biases[layer])):
                total = biases[layer][unit, 0]
                for source in range(2):
                    total += weights[layer][unit, source] * post[layer - 1][source, sample]
                pre[layer][unit, sample] = total
                post[layer][unit, sample] = squash(total)
    return [pre, post]


# %% deltas_221
def deltas_221(weights, pre, post, wanted):
    def slope(layer):
        return post[layer] - np.square(post[layer])

    out = np.subtract(post[2], wanted) * slope(2)
    back = np.einsum("ji,jm,im->im", weights[2], out, slope(1))
    return {2: np.asfortranarray(out), 1: np.asfortranarray(back)}


# %% gradients_221
def gradients_221(weights, biases, inputs, wanted):
    pre, post = forward_221(weights, biases, inputs)
    errors = deltas_221(weights, pre, post, wanted)
    by_weight = {k: np.zeros_like(v) for k, v in weights.items()}
    by_bias = {k: np.zeros_like(v) for k, v in biases.items()}
    for layer, error in errors.items():
        for sample in range(inputs.shape[1]):
            by_weight[layer] += np.outer(error[:, sample], post[layer - 1][:, sample])
            by_bias[layer] += error[:, sample].reshape(-1, 1)
        by_weight[layer] /= inputs.shape[1]
        by_bias[layer] /= inputs.shape[1]
    return by_weight, by_bias


# %% step_221
def step_221(weights, biases, inputs, wanted, learning_rate):
    moved = []
    for old, slopes in zip((weights, biases), gradients_221(weights, biases, inputs, wanted)):
        moved.append(dict(sorted(((k, old[k] + slopes[k] * -learning_rate) for k in old), reverse=True)))
    return moved


# %% numbers
import numpy as np

numbers = dict(
    dW1=np.array([-0.00132867, -0.00026573, 0.00111233, 0.00022246]),
    dW2=(-0.00962560, -0.00927037),
    delta1=np.array([[-0.00265734], [0.00222466]]),
    delta2=np.float64(-0.01782799),
    loss=[0.002559],
    o=[[0.528457]],
    z2=0.11395420,
    a1=[0.539914, 0.519989],
    z1=[4 / 25, 2 / 25],
)
