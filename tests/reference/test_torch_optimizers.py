"""The formulas of training against PyTorch's: optimizers, schedules, clipping and first weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from bpkit.reference import initializers, schedules
from bpkit.reference.optimizers import OPTIMIZERS
from bpkit.reference.regularizers import clip_by_norm, l2_gradients

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}
STEPS = 20
CASES = {  # ours and theirs: in all of them ε stands outside the root, in Adam after the correction
    "gradient_descent": ({}, "SGD", {}),
    "momentum": ({"mu": 0.8}, "SGD", {"momentum": 0.8}),
    "nesterov": ({"mu": 0.8}, "SGD", {"momentum": 0.8, "nesterov": True}),
    "adagrad": ({"eps": 1e-2}, "Adagrad", {"eps": 1e-2}),
    "rmsprop": ({"rho": 0.7, "eps": 1e-2}, "RMSprop", {"alpha": 0.7, "eps": 1e-2}),
    "adam": ({"beta1": 0.7, "beta2": 0.9, "eps": 1e-2}, "Adam", {"betas": (0.7, 0.9), "eps": 1e-2}),
    "adamw": (
        {"beta1": 0.7, "beta2": 0.9, "eps": 1e-2, "weight_decay": 0.3},
        "AdamW",
        {"betas": (0.7, 0.9), "eps": 1e-2, "weight_decay": 0.3},
    ),
}


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def start():
    return np.random.default_rng(0).normal(size=(3, 4))


def gradient(theta):
    """Return the gradient of a loss that is no bowl: steep in some entries, wavy in all."""
    return np.linspace(0.1, 5, 12).reshape(3, 4) * theta + np.sin(3 * theta)


def run_ours(name, gradient=gradient, rate=0.05, **options):
    optimizer, theta, path = OPTIMIZERS[name], start(), []
    states = [np.zeros_like(theta) for _ in optimizer.states]
    for t in range(1, STEPS + 1):
        count = [t] if optimizer.counts_steps else []
        theta, *states = optimizer.step(theta, gradient(theta), *states, *count, rate, **options)
        path.append(theta)
    return np.array(path)


def run_torch(torch, name, rate=0.05, **options):
    theta, path = torch.nn.Parameter(torch.tensor(start())), []
    optimizer = getattr(torch.optim, name)([theta], lr=rate, **options)
    for _ in range(STEPS):
        theta.grad = torch.tensor(gradient(theta.detach().numpy()))
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    return np.array(path)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_agree_with_torch(torch, name):
    ours, theirs, options = CASES[name]

    assert_allclose(run_ours(name, **ours), run_torch(torch, theirs, **options), **TO_ROUNDING)


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov", "adam", "adamw"])
def test_defaults_are_those_of_torch(torch, name):
    theirs = {"momentum": {"momentum": 0.9}, "nesterov": {"momentum": 0.9, "nesterov": True}}

    assert_allclose(run_ours(name), run_torch(torch, CASES[name][1], **theirs.get(name, {})), **TO_ROUNDING)


@pytest.mark.parametrize(
    ("name", "other"),
    [("momentum", {"mu": 0.81}), ("rmsprop", {"rho": 0.71}), ("adam", {"beta2": 0.91}), ("adagrad", {})],
)
def test_torch_refuses_other_settings(torch, name, other):
    _, theirs, options = CASES[name]

    assert not np.allclose(run_ours(name, **other), run_torch(torch, theirs, **options), rtol=1e-4)


def test_weight_decay_of_torch_is_the_gradient_of_our_penalty(torch):
    def penalized(theta):
        return gradient(theta) + l2_gradients({1: theta}, 0.3)[1]

    theirs = run_torch(torch, "SGD", weight_decay=0.3)

    assert_allclose(run_ours("gradient_descent", penalized), theirs, **TO_ROUNDING)
    assert not np.allclose(run_ours("gradient_descent"), theirs)


@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        (lambda e: schedules.step_decay(0.3, e, 0.5, 4), "StepLR", {"step_size": 4, "gamma": 0.5}),
        (lambda e: schedules.exponential_decay(0.3, e, 0.9), "ExponentialLR", {"gamma": 0.9}),
        (lambda e: schedules.cosine_decay(0.3, e, 12), "CosineAnnealingLR", {"T_max": 12}),
        (lambda e: schedules.warm_up(0.3, e, 4), "LinearLR", {"start_factor": 0.2, "total_iters": 4}),
    ],
)
def test_schedules_agree_with_torch(torch, ours, theirs, options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    scheduler, rates = getattr(torch.optim.lr_scheduler, theirs)(optimizer, **options), []
    for _ in range(12):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()

    assert_allclose([ours(e) for e in range(12)], rates, **TO_ROUNDING)
    assert not np.allclose([ours(e + 1) for e in range(12)], rates)


@pytest.mark.parametrize("c", [0.5, 100.0])
def test_clip_agrees_with_torch(torch, c):
    theta = torch.nn.Parameter(torch.zeros(3, 4, dtype=torch.float64))
    theta.grad = torch.tensor(start())

    torch.nn.utils.clip_grad_norm_([theta], c)

    assert_allclose(clip_by_norm(start(), c), theta.grad.numpy(), rtol=1e-6)  # theirs adds 1e-6 to the norm


@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        ("xavier", "xavier_normal_", {}),
        ("he", "kaiming_normal_", {"nonlinearity": "relu"}),
        ("uniform", "kaiming_uniform_", {"a": 5**0.5}),  # what torch.nn.Linear calls
        ("orthogonal", "orthogonal_", {}),
    ],
)
def test_first_weights_have_the_moments_of_those_of_torch(torch, ours, theirs, options):
    W = initializers.INITIALIZERS[ours](300, 200, np.random.default_rng(1))
    theirs = getattr(torch.nn.init, theirs)(
        torch.empty(300, 200, dtype=torch.float64), generator=torch.Generator().manual_seed(1), **options
    ).numpy()

    assert_allclose((W**2).mean(), (theirs**2).mean(), rtol=0.02)
    assert_allclose((W**4).mean(), (theirs**4).mean(), rtol=0.06)


def test_first_weights_of_torch_tell_ours_apart(torch):
    W = torch.nn.init.xavier_normal_(torch.empty(300, 200), generator=torch.Generator().manual_seed(1))
    ours = {
        kind: draw(300, 200, np.random.default_rng(1)) for kind, draw in initializers.INITIALIZERS.items()
    }

    near = [kind for kind in ours if np.isclose((ours[kind] ** 2).mean(), (W**2).mean().item(), rtol=0.02)]

    assert near == ["xavier"]
