"""The peers, as their users write them: PyTorch, scikit-learn, JAX and autograd."""

from itertools import pairwise

import numpy as np
from timing import Contestant, by_layer, repeated
from workloads import RATE


def pytorch(problem):
    """PyTorch, eager: `nn.Sequential`, the loss, `backward`, and `torch.optim.SGD`."""
    import torch

    torch.set_num_threads(1)
    x, y, loss = _torch_batch(problem)
    functions = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
    parts = []
    for l, (k, n) in enumerate(pairwise(problem.work.sizes), 1):
        parts += [torch.nn.Linear(k, n, dtype=x.dtype)]
        parts += [functions[name]() for name in [problem.f[l]] if name in functions]
    model = torch.nn.Sequential(*parts)
    layers = [part for part in model if isinstance(part, torch.nn.Linear)]
    with torch.no_grad():
        for l, layer in enumerate(layers, 1):
            layer.weight.copy_(torch.tensor(problem.W[l]))
            layer.bias.copy_(torch.tensor(problem.b[l][:, 0]))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    return Contestant(repeated(step), lambda: _torch_parameters(model.parameters()), problem.work.loss)


def pytorch_by_hand(problem):
    """PyTorch, eager: `linear`, the loss, `backward`, and the update by hand."""
    import torch

    torch.set_num_threads(1)
    x, y, loss = _torch_batch(problem)
    functions = [
        {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}.get(name)
        for name in problem.f.values()
    ]
    pairs = [(torch.tensor(problem.W[l]), torch.tensor(problem.b[l][:, 0])) for l in problem.W]
    parameters = [p.requires_grad_() for pair in pairs for p in pair]

    def step():
        a = x
        for (W, b), f in zip(pairs, functions, strict=True):
            a = torch.nn.functional.linear(a, W, b)
            a = f(a) if f else a
        loss(a, y).backward()
        with torch.no_grad():
            for p in parameters:
                p.sub_(p.grad, alpha=RATE)
                p.grad = None

    return Contestant(repeated(step), lambda: _torch_parameters(parameters), problem.work.loss)


def _torch_batch(problem):
    import torch
    from torch.nn.functional import cross_entropy, mse_loss

    losses = {
        "half_squared_error": lambda o, y: 0.5 * mse_loss(o, y),  # of one output
        "mean_squared_error": mse_loss,
        "cross_entropy": cross_entropy,
    }
    y = problem.classes if problem.work.loss == "cross_entropy" else problem.y.T
    return torch.tensor(problem.x.T.copy()), torch.tensor(y.copy()), losses[problem.work.loss]


def _torch_parameters(parameters):
    arrays = [p.detach().numpy() for p in parameters]
    return by_layer(arrays[::2]), by_layer(b[:, None] for b in arrays[1::2])


def sklearn(problem):
    """scikit-learn: `partial_fit`, its one public call that takes one step."""
    model, batch = _sklearn_model(problem)
    return Contestant(
        repeated(model.partial_fit, *batch), lambda: _sklearn_parameters(model), _sklearn_loss(problem)
    )


def sklearn_internals(problem):
    """scikit-learn's private `_backprop` and `update_params`, without the checks around them."""
    model, (rows, _) = _sklearn_model(problem)
    targets = problem.y.T.copy()
    a, delta = [rows] + [None] * len(problem.W), [None] * len(problem.W)
    dW, db = [np.empty_like(W) for W in model.coefs_], [np.empty_like(b) for b in model.intercepts_]
    parameters = model.coefs_ + model.intercepts_

    def step():
        _, dW_new, db_new = model._backprop(rows, targets, None, a, delta, dW, db)
        model._optimizer.update_params(parameters, dW_new + db_new)

    return Contestant(repeated(step), lambda: _sklearn_parameters(model), _sklearn_loss(problem))


def _sklearn_model(problem):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    work, regression = problem.work, problem.work.output == "identity"
    model = (MLPRegressor if regression else MLPClassifier)(
        hidden_layer_sizes=work.sizes[1:-1],
        activation={"sigmoid": "logistic"}.get(work.hidden, work.hidden),
        solver="sgd",
        alpha=0,
        batch_size=work.m,
        learning_rate_init=RATE * (2 if regression else 1),  # its loss is half the mean squared error
        shuffle=False,
        momentum=0,
        nesterovs_momentum=False,
    )
    batch = problem.x.T.copy(), problem.y[0] if regression else problem.classes
    model.partial_fit(*batch, **({} if regression else {"classes": np.arange(max(work.sizes[-1], 2))}))
    for l in problem.W:
        model.coefs_[l - 1][...], model.intercepts_[l - 1][...] = problem.W[l].T, problem.b[l][:, 0]
    return model, batch


def _sklearn_loss(problem):
    """Return the loss that scikit-learn has for this output: it has no squared error after a sigmoid."""
    return "binary_cross_entropy" if problem.work.output == "sigmoid" else problem.work.loss


def _sklearn_parameters(model):
    return by_layer(W.T for W in model.coefs_), by_layer(b[:, None] for b in model.intercepts_)


def jax_compiled(problem):
    """JAX: the whole step compiled by `jit`, its parameters donated."""
    import jax

    jax.config.update("jax_enable_x64", True)  # float32 arrays stay float32
    functions = {"sigmoid": jax.nn.sigmoid, "tanh": jax.numpy.tanh, "relu": jax.nn.relu}
    gradient = jax.grad(_loss_of_rows(problem, functions, jax.nn.log_softmax))

    def descend(parameters, x, y):
        return jax.tree.map(lambda p, g: p - RATE * g, parameters, gradient(parameters, x, y))

    compiled = jax.jit(descend, donate_argnums=0)
    parameters, x, y = jax.tree.map(jax.numpy.array, (_rows(problem), problem.x.T, problem.y.T))

    def step():
        nonlocal parameters
        parameters = compiled(parameters, x, y)

    def run(n):
        advance(n)
        jax.block_until_ready(parameters)

    advance = repeated(step)
    return Contestant(run, lambda: _from_rows(parameters), problem.work.loss)


def autograd(problem):
    """The package autograd: `grad` of the loss, and the update in numpy."""
    import autograd.numpy as anp
    from autograd import grad

    def log_softmax(z):
        shifted = z - anp.max(z, axis=1, keepdims=True)
        return shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True))

    functions = {
        "sigmoid": lambda z: 0.5 + 0.5 * anp.tanh(0.5 * z),
        "tanh": anp.tanh,
        "relu": lambda z: anp.maximum(z, 0.0),
    }
    gradient = grad(_loss_of_rows(problem, functions, log_softmax))
    parameters, x, y = _rows(problem), problem.x.T.copy(), problem.y.T.copy()

    def step():
        for layer, changes in zip(parameters, gradient(parameters, x, y), strict=True):
            for p, g in zip(layer, changes, strict=True):
                p -= RATE * g

    return Contestant(repeated(step), lambda: _from_rows(parameters), problem.work.loss)


def _loss_of_rows(problem, functions, log_softmax):
    """Return ``loss(parameters, x, y)`` in the functions of one library, one sample per row."""
    f, m = [functions.get(name) for name in problem.f.values()], problem.work.m
    factor = {"half_squared_error": 0.5 / m, "mean_squared_error": 1 / m}.get(problem.work.loss)

    def loss(parameters, x, y):
        for (W, b), activate in zip(parameters, f, strict=True):
            x = x @ W + b
            x = activate(x) if activate else x
        return -(y * log_softmax(x)).sum() / m if factor is None else factor * ((x - y) ** 2).sum()

    return loss


def _rows(problem):
    return [(problem.W[l].T.copy(), problem.b[l][:, 0].copy()) for l in problem.W]


def _from_rows(parameters):
    return by_layer(np.array(W).T for W, _ in parameters), by_layer(
        np.array(b)[:, None] for _, b in parameters
    )
