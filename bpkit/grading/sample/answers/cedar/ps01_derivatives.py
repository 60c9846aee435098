"""Mistakes that many make: h for 2h, the end points alone, every slope at x, a - y as if it were a law."""

# %% forward_difference
def forward_difference(f, x, h=1e-6):
    return (f(x + h) - f(x)) / h

# %% central_difference
def central_difference(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h

# %% observed_order
def observed_order(hs, errors):
    return np.log(errors[-1] / errors[0]) / np.log(hs[-1] / hs[0])

# %% chain
def chain(fs, f_primes, x):
    y, dydx = x, 1.0
    for k in range(len(fs)):
        y = fs[k](y)
        dydx = dydx * f_primes[k](x)
    return y, dydx

# %% neuron_gradient
def neuron_gradient(w, b, x, y):
    a = 1 / (1 + np.exp(-(w * x + b)))
    return (a - y) * x, a - y, (a - y) * w
