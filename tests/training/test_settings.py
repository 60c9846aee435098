"""What `fit` is told is checked before anything changes: each mistake is one sentence."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training.runs import make_data, make_net

from bpkit.reference.optimizers import OPTIMIZERS, Optimizer
from bpkit.reference.schedules import SCHEDULES
from bpkit.training.settings import expect_optimizer, expect_schedule

REFUSED = [
    ({"epochs": 0}, ValueError, "epochs is 0, but should be a whole number of at least 1."),
    ({"epochs": 2.5}, TypeError, "epochs is a float, but should be a whole number."),
    ({"batch_size": 0}, ValueError, "batch_size is 0, but should be a whole number of at least 1."),
    ({"learning_rate": -0.1}, ValueError, "learning_rate is -0.1, but should be a number of at least 0."),
    ({"learning_rate": np.nan}, ValueError, "learning_rate is nan, but should be a number of at least 0."),
    ({"learning_rate": "fast"}, TypeError, "learning_rate is a str, but should be a number."),
    ({"optimizer": "adma"}, ValueError, "There is no optimizer named 'adma'. Did you mean 'adam'?"),
    ({"optimizer": None}, TypeError, "optimizer is None, but should be a name, a pair such as"),
    (
        {"optimizer": ("adam", {"beta3": 0.9})},
        ValueError,
        "adam has no option 'beta3'. Its options are: beta1,",
    ),
    ({"optimizer": ("gradient_descent", {"mu": 1})}, ValueError, "has no option 'mu'. It has none."),
    ({"optimizer": ("adam", {"beta1": 1.0})}, ValueError, "beta1 is 1, but should be below 1"),
    ({"optimizer": ("adam", {"beta1": "much"})}, TypeError, "beta1 is a str, but should be a number."),
    (
        {"optimizer": Optimizer(lambda theta, g, rate: theta)},
        ValueError,
        "return a tuple of 1 arrays of real numbers, each",
    ),
    ({"optimizer": Optimizer(lambda theta, g, rate: (theta + 0j,))}, ValueError, "arrays of real numbers"),
    ({"optimizer": Optimizer(lambda theta, g, rate: (theta[:2],))}, ValueError, "each shaped like theta"),
    ({"optimizer": Optimizer(np.array(3))}, TypeError, "step of the optimizer is a ndarray, but should be"),
    ({"optimizer": Optimizer(np.sin, 3)}, TypeError, "states of the optimizer is 3, but should be a tuple"),
    ({"optimizer": Optimizer(np.sin, ("v", "v"))}, TypeError, "should be a tuple of different names"),
    ({"optimizer": Optimizer(np.sin, ("v",), 1)}, TypeError, "counts_steps of the optimizer is 1, but"),
    ({"schedule": "cosine"}, ValueError, "no schedule named 'cosine'. Did you mean 'cosine_decay'?"),
    ({"schedule": 3}, TypeError, "or a function of (learning_rate, epoch)."),
    (
        {"schedule": ("step_decay", {"drop": 2})},
        ValueError,
        "drop is 2.0, but should be a number from 0 to 1.",
    ),
    ({"schedule": lambda rate, epoch: -1}, ValueError, "the rate that schedule returns for epoch 0 is -1"),
    ({"schedule": lambda rate, epoch: None}, TypeError, "the rate that schedule returns for epoch 0 is None"),
    ({"l2": -1}, ValueError, "l2 is -1, but should be a number of at least 0."),
    ({"clip": 0}, ValueError, "clip is 0, but should be a number above 0."),
    ({"target_loss": "low"}, TypeError, "target_loss is a str, but should be a number."),
    ({"patience": 0}, ValueError, "patience is 0, but should be a whole number of at least 1."),
    ({"min_delta": -1}, ValueError, "min_delta is -1, but should be a number of at least 0."),
    ({"shuffle": "yes"}, TypeError, "shuffle is 'yes', but should be True or False."),
    ({"resume": 1}, TypeError, "resume is 1, but should be True or False."),
    ({"progress": "bar"}, TypeError, "progress is 'bar', but should be True or False."),
    ({"callbacks": print}, TypeError, "should be a list of functions. Write [callback]."),
    ({"callbacks": ["print"]}, TypeError, "callbacks[0] is a str, but should be a function."),
    ({"rng": 0.5}, TypeError, "rng is 0.5, but should be a numpy.random.Generator, or a whole number"),
    ({"validation": 3}, TypeError, "validation is 3, but should be a pair of arrays, (x, y)."),
    ({"validation": (np.ones((2, 4)), np.ones((2, 4)))}, ValueError, "validation: x has shape (2, 4), but"),
    ({"validation": (np.ones((3, 4)), np.ones((2, 5)))}, ValueError, "validation: y has shape (2, 5), but"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_wrong_setting_is_refused_before_anything_changes(wrong, error, message):
    net = make_net()
    before, history = net.theta.copy(), net.history

    with pytest.raises(error, match=re.escape(message)) as found:
        net.fit(*make_data(), **wrong)

    assert str(found.value)[-1] in ".)"
    assert_array_equal(net.theta, before)
    assert net.history is history


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_options_of_an_optimizer_are_those_of_its_step(name):
    _, optimizer, options = expect_optimizer(name)
    theta = np.zeros(2)

    assert optimizer is OPTIMIZERS[name]
    assert not {"theta", "g", "t", "learning_rate", *optimizer.states} & set(options)
    optimizer.step(*[theta] * (2 + len(optimizer.states)), *[1] * optimizer.counts_steps, 0.1, **options)


@pytest.mark.parametrize("name", SCHEDULES)
def test_named_schedule_is_the_function_of_that_name(name):
    _, rate_at, options = expect_schedule(name, 0.3, 12)

    assert [rate_at(e) for e in (0, 0.5, 11)] == [SCHEDULES[name](0.3, e, **options) for e in (0, 0.5, 11)]


def test_epochs_are_filled_in_unless_they_are_given():
    assert expect_schedule("cosine_decay", 0.1, 20)[2] == {"epochs": 20}
    assert expect_schedule(("cosine_decay", {"epochs": 30}), 0.1, 20)[2] == {"epochs": 30}
