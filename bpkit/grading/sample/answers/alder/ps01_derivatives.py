"""All right, in the book's style."""


# %% forward_difference
def forward_difference(f, x, h=1e-6):
    """Return the forward difference of f at x, an approximation of its slope."""
    return (f(x + h) - f(x)) / h


# %% central_difference
def central_difference(f, x, h=1e-5):
    """Return the central difference of f at x, an approximation of its slope."""
    return (f(x + h) - f(x - h)) / (2 * h)


# %% observed_order
def observed_order(hs, errors):
    """Return the slope of the least-squares line of log error against log h."""
    slope, intercept = np.polyfit(np.log10(hs), np.log10(errors), 1)
    return slope


# %% chain
def chain(fs, f_primes, x):
    """Apply functions from left to right, and differentiate by the chain rule."""
    y, dydx = x, 1.0
    for f, f_prime in zip(fs, f_primes):
        dydx *= f_prime(y)
        y = f(y)
    return y, dydx


# %% neuron_gradient
def neuron_gradient(w, b, x, y):
    """Return the derivatives of the loss ½(σ(wx + b) − y)² by w, b and x."""
    a = 1 / (1 + np.exp(-(w * x + b)))
    delta = (a - y) * a * (1 - a)
    return delta * x, delta, delta * w
