"""The optimizers in place: each equals its plain step, on the whole vector, to the last bits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from strategies import SINGLE
from training.runs import OPTIONS, flat, make_net

from bpkit.reference.optimizers import OPTIMIZERS, Optimizer
from bpkit.reference.regularizers import clip_by_norm, l2_gradients
from bpkit.training.updates import FAST, Update


def gradients(size, dtype=np.float64):
    return np.random.default_rng(2).normal(size=(6, size)).astype(dtype)


def in_place(net, update, rate=0.1):
    """Return θ after steps along given gradients, and the update's states."""
    for g in gradients(net.theta.size, net.dtype):
        net.gradient[:] = g
        update(rate)
    return net.theta, update.states


def plainly(net, name, options, rate=0.1):
    step, states, counts_steps = OPTIMIZERS[name]
    theta, kept = net.theta, [np.zeros_like(net.theta) for _ in states]
    for t, g in enumerate(gradients(net.theta.size, net.dtype), 1):
        theta, *kept = step(theta, g, *kept, *[t] * counts_steps, rate, **options)
    return theta, dict(zip(states, kept, strict=True))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, {"rtol": 1e-12, "atol": 1e-15}), (np.float32, SINGLE)]
)
def test_update_equals_the_plain_step(name, dtype, tolerance):
    options = OPTIONS.get(name, {})
    defaults = {"eps": 1e-8, "beta2": 0.999, **options}
    known = [p for p in ("mu", "rho", "beta1", "beta2", "eps", "weight_decay") if p in defaults]
    options = {p: defaults[p] for p in known} if name.startswith("adam") else options
    theta, states = plainly(make_net(dtype=dtype), name, options)

    net = make_net(dtype=dtype)
    found, found_states = in_place(net, Update(net, OPTIMIZERS[name], options))

    assert_allclose(found, theta, **tolerance, strict=True)
    for state in states:
        assert_allclose(found_states[state], states[state], **tolerance, strict=True)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_update_of_one_optimizer_is_not_that_of_another(name):
    ends = {other: plainly(make_net(), other, OPTIONS.get(other, {}))[0] for other in OPTIMIZERS}

    alike = [other for other in ends if np.allclose(ends[other], ends[name], rtol=1e-6, atol=0)]

    assert alike == [name]


def test_every_optimizer_has_a_fast_step():
    assert list(FAST) == list(OPTIMIZERS)


def test_optimizer_of_ones_own_is_stepped_as_it_is():
    def heavy_ball(theta, g, v, learning_rate):
        v = 0.9 * v - learning_rate * g
        return theta + v, v

    net = make_net()
    theta, _ = plainly(net, "momentum", {})

    found, _ = in_place(net, Update(net, Optimizer(heavy_ball, ("v",)), {}))

    assert_allclose(found, theta, rtol=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [lambda theta: theta + 0j, lambda theta: theta[:3], lambda theta: theta[None], list],
    ids=["complex", "short", "two axes", "a list"],
)
def test_optimizer_that_goes_wrong_later_is_refused_and_changes_nothing(wrong):
    net = make_net()
    update = Update(net, Optimizer(lambda theta, g, v, rate: (theta + 1, wrong(v)), ("v",)), {})

    with pytest.raises(ValueError, match="should return a tuple of 2 arrays of real numbers, .*: theta, v"):
        update(0.1)

    assert_array_equal(net.theta, make_net().theta)


def test_penalty_is_added_for_weights_and_not_for_biases():
    net = make_net()
    net.theta += 1
    wanted = flat(l2_gradients(dict(net.W), 0.3), {l: 0 * b for l, b in net.b.items()})
    before, net.gradient[:] = net.theta.copy(), 0

    Update(net, OPTIMIZERS["gradient_descent"], {}, l2=0.3)(1.0)

    assert_allclose(before - net.theta, wanted, rtol=1e-12, atol=1e-15)
    assert (wanted == 0).sum() == 7


@pytest.mark.parametrize("length", [0.0, 0.5, 3.0, 1e200])
def test_clipping_shortens_the_whole_gradient(length):
    net = make_net()
    g = np.random.default_rng(3).normal(size=net.theta.size)
    g *= length / np.linalg.norm(g)
    net.theta[:], net.gradient[:] = 0, g

    with np.errstate(over="ignore"):  # the squares of the longest overflow, as in `fit`
        Update(net, OPTIMIZERS["gradient_descent"], {}, clip=1.0)(1.0)

    assert_allclose(-net.theta, clip_by_norm(g, 1.0), rtol=1e-12)
    assert_allclose(np.linalg.norm(net.theta), min(length, 1.0), rtol=1e-12)


def test_penalty_comes_before_the_clipping():
    net = make_net()
    net.theta[:], net.gradient[:] = 100.0, 0

    Update(net, OPTIMIZERS["gradient_descent"], {}, l2=1.0, clip=0.5)(1.0)

    assert_allclose(np.linalg.norm(net.theta - 100), 0.5, rtol=1e-10)


def test_update_counts_its_steps_and_keeps_its_states_in_place():
    net = make_net()
    update = Update(net, OPTIMIZERS["adam"], {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8})
    m, theta = update.states["m"], net.theta

    net.gradient[:] = 2
    update(0.1)

    assert update.t == 1
    assert net.theta is theta
    assert_array_equal(m, np.full_like(m, (1 - 0.9) * 2))
