"""Half of it: two functions are not answered, and half of the numbers are missing."""

# %% forward_221
def forward_221(W, b, x):
    z = {1: W[1] @ x + b[1]}
    a = {0: x, 1: activation("sigmoid")(z[1])}
    z[2] = W[2] @ a[1] + b[2]
    a[2] = activation("sigmoid")(z[2])
    return z, a

# %% step_221
def step_221(W, b, x, y, learning_rate):
    dW, db = gradients_221(W, b, x, y)
    return (
        {l: W[l] - learning_rate * dW[l] for l in (1, 2)},
        {l: b[l] - learning_rate * db[l] for l in (1, 2)},
    )

# %% numbers
numbers = {
    "z1": [0.16, 0.08],
    "a1": [0.539914, 0.519989],
    "z2": 0.113954,
    "o": 0.528457,
    "loss": 0.002559,
    "delta2": None,
    "delta1": None,
    "dW2": None,
    "dW1": None,
}
if all(value is None for value in numbers.values()):
    raise NotImplementedError("This answer is still missing.")
