"""Begun well, but the upload broke off in the middle of the file."""

# %% hidden_delta
def hidden_delta(W_next, delta_next, z, f_prime):
    return W_next.T.dot(delta_next) * f_prime(z)
