"""The reference against PyTorch's automatic differentiation, to rounding."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from strategies import PAIRS, SIZES, make_network, run_backward

from bpkit import loss_and_gradients

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def per_output_loss(torch, z, o, y, loss):
    """Return ℓ of each sample in PyTorch's own words."""
    F = torch.nn.functional
    if loss == "cross_entropy":
        return F.cross_entropy(z.T, y.T, reduction="none")
    if loss == "binary_cross_entropy":
        return F.binary_cross_entropy_with_logits(z, y, reduction="none").sum(dim=0)
    squares = F.mse_loss(o, y, reduction="none")
    return squares.sum(dim=0) / 2 if loss == "half_squared_error" else squares.mean(dim=0)


def run_torch(torch, net):
    """Return PyTorch's loss, dW and db of a network."""
    W = {l: torch.tensor(net.W[l], requires_grad=True) for l in net.W}
    b = {l: torch.tensor(net.b[l], requires_grad=True) for l in net.b}
    functions = {
        "identity": lambda z: z,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "softplus": lambda z: torch.nn.functional.softplus(z, threshold=50),  # beyond it, PyTorch returns z
        "softmax": lambda z: torch.softmax(z, dim=0),
    }
    a = torch.tensor(net.x)
    for l in W:
        z = W[l] @ a + b[l]
        a = functions.get(net.f[l], getattr(torch, net.f[l], None))(z)
    loss = per_output_loss(torch, z, a, torch.tensor(net.y), net.loss).mean()
    loss.backward()
    return loss.item(), {l: W[l].grad.numpy() for l in W}, {l: b[l].grad.numpy() for l in b}


@pytest.mark.parametrize("sizes", [(2, 3), *SIZES, (3, 1, 4, 2, 5, 6, 7, 8, 9)], ids=str)
@pytest.mark.parametrize(("f", "loss"), PAIRS)
def test_loss_and_gradients_agree_with_torch(torch, f, loss, sizes):
    for m in (1, 5):
        net = make_network(sizes, m, f, loss, seed=m)

        value, dW, db = loss_and_gradients(*net)

        torch_value, torch_dW, torch_db = run_torch(torch, net)
        assert_allclose(value, torch_value, **TO_ROUNDING)
        for l in net.W:
            assert_allclose(dW[l], torch_dW[l], **TO_ROUNDING)
            assert_allclose(db[l], torch_db[l], **TO_ROUNDING)


def test_torch_refuses_gradients_of_another_loss(torch):
    net = make_network((2, 3, 4), 5, "sigmoid", "half_squared_error")

    _, torch_dW, _ = run_torch(torch, net._replace(loss="mean_squared_error"))

    assert not np.allclose(run_backward(net)[0][1], torch_dW[1])
