"""What every layer must do: both witnesses agree, arguments stay, types are kept, nothing is said."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from plain_layers import draw, like, rnn_gradients
from strategies import CENTRAL, EXACT, SINGLE

from bpkit import central_difference, complex_step
from bpkit.reference.layers import (
    batch_norm_backward,
    batch_norm_forward,
    conv2d_backward,
    conv2d_forward,
    layer_norm_backward,
    layer_norm_forward,
    max_pool_backward,
    max_pool_forward,
)
from bpkit.reference.sequences import (
    attention_backward,
    attention_forward,
    embedding_backward,
    embedding_forward,
    rnn_forward,
)

IDS = np.array([3, 0, 3, 1, 3])
IMAGES, KERNELS, BIASES = draw((2, 3, 5, 6), (4, 3, 3, 2), (4,))
SAMPLES = draw((3, 5), (3, 1), (3, 1))


LAYERS = {  # forward, backward, arguments; the gradients come in the order of the arguments
    "conv2d": (
        lambda x, k, b: conv2d_forward(x, k, b, 2, 1),
        lambda dy, x, k, b: conv2d_backward(dy, x, k, 2, 1),
        [IMAGES, KERNELS, BIASES],
    ),
    "max_pool": (
        lambda x: max_pool_forward(x, 2),
        lambda dy, x: (max_pool_backward(dy, x, 2),),
        [IMAGES[:, :, 1:]],
    ),
    "batch_norm": (
        batch_norm_forward,
        lambda dy, x, gamma, beta: batch_norm_backward(dy, x, gamma),
        SAMPLES,
    ),
    "layer_norm": (
        layer_norm_forward,
        lambda dy, x, gamma, beta: layer_norm_backward(dy, x, gamma),
        SAMPLES,
    ),
    "rnn": (rnn_forward, rnn_gradients, draw((4, 2, 5), (3, 2), (3, 3), (3, 1), (3, 5))),
    "embedding": (
        lambda E: embedding_forward(E, IDS),
        lambda dy, E: (embedding_backward(dy, IDS, 4),),
        draw((2, 4)),
    ),
    "attention": (attention_forward, attention_backward, draw((3, 2), (4, 2), (4, 5))),
}
WITNESSES = [(complex_step, EXACT), (central_difference, CENTRAL)]
WRONG = {  # what is done to a gradient
    "sign": lambda g: -g,
    "averaged": lambda g: g / 2,
    "reversed": lambda g: g[::-1],
    "one entry": lambda g: g + 1e-3 * (np.arange(g.size) == 1).reshape(g.shape),
}


def numeric(forward, dy, args, i, method):
    """Return the gradient of Σ dy · forward with respect to argument i."""
    return method(lambda v: (dy * forward(*args[:i], v, *args[i + 1 :])).sum(), args[i])


@pytest.mark.parametrize(("method", "tolerance"), WITNESSES, ids=["complex", "central"])
@pytest.mark.parametrize("layer", LAYERS)
def test_backward_matches_both_numerical_witnesses(layer, method, tolerance):
    forward, backward, args = LAYERS[layer]
    dy = like(forward(*args))

    gradients = backward(dy, *args)

    assert len(gradients) == len(args)
    for i, gradient in enumerate(gradients):
        assert_allclose(gradient, numeric(forward, dy, args, i, method), **tolerance, strict=True)


@pytest.mark.parametrize("spoil", WRONG)
@pytest.mark.parametrize("layer", LAYERS)
def test_spoiled_gradients_are_refused_by_both_witnesses(layer, spoil):
    forward, backward, args = LAYERS[layer]
    dy = like(forward(*args))
    gradients = backward(dy, *args)

    for method, _ in WITNESSES:
        for i, gradient in enumerate(gradients):
            assert not np.allclose(WRONG[spoil](gradient), numeric(forward, dy, args, i, method), **CENTRAL)


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_change_no_argument_and_return_new_arrays(layer):
    forward, backward, args = LAYERS[layer]
    dy = like(forward(*args))
    before = [a.copy() for a in (dy, *args)]

    results = [forward(*args), *backward(dy, *args)]

    assert not any(np.shares_memory(r, a) for r in results for a in (dy, *args))
    for a, kept in zip((dy, *args), before, strict=True):
        assert_array_equal(a, kept)


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_keep_single_precision(layer):
    forward, backward, args = LAYERS[layer]
    single, dy = [a.astype(np.float32) for a in args], like(forward(*args))

    found = [forward(*single), *backward(dy.astype(np.float32), *single)]

    for array, exact in zip(found, [forward(*args), *backward(dy, *args)], strict=True):
        assert array.dtype == np.float32
        assert_allclose(array, exact, **SINGLE)


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_promote_integers(layer):
    forward, backward, args = LAYERS[layer]
    whole = [np.round(3 * a).astype(int) for a in args]
    floats = [a.astype(float) for a in whole]
    dy = np.ones_like(forward(*floats))

    assert_allclose(forward(*whole), forward(*floats), **EXACT, strict=True)
    for found, wanted in zip(backward(dy.astype(int), *whole), backward(dy, *floats), strict=True):
        assert_allclose(found, wanted, **EXACT, strict=True)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e308])
@pytest.mark.parametrize("layer", LAYERS)
def test_layers_take_nan_and_overflow_without_a_word(layer, value):
    forward, backward, args = LAYERS[layer]
    broken = np.full_like(args[0], value)

    y = forward(broken, *args[1:])

    assert np.isnan(y).all() or not np.isnan(value)
    assert len(backward(np.full_like(y, value), broken, *args[1:])) == len(args)
