"""Begun well, but the upload broke off in the middle of the file."""

# %% forward_221
def forward_221(W, b, x):
    s = activation("sigmoid")
    z1 = W[1].dot(x) + b[1]
    z2 = W[2].dot(s(z1)) + b[2]
    return {1: z1, 2: z2}, {0: x, 1: s(z1), 2: s(z2)}
