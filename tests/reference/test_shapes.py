"""The sentences about arguments: infinite and very long numbers, seeds, and switches."""

import numpy as np
import pytest

from bpkit.reference.shapes import expect_count, expect_number, expect_rng, expect_switch


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: expect_number("rate", np.inf, 0),
            "rate is inf, but should be a finite number of at least 0.",
        ),
        (lambda: expect_number("rate", -np.inf), "rate is -inf, but should be a finite number."),
        (lambda: expect_number("share", np.inf, 0, 1), "share is inf, but should be a number from 0 to 1."),
        (
            lambda: expect_number("rate", 10**400, 0),
            "rate is about 10**400, but should be a finite number of at least 0.",
        ),
        (
            lambda: expect_count("m", -(10**9000)),
            "m is about -10**9000, but should be a whole number of at least 1.",
        ),
        (lambda: expect_rng("rng", 10**9000), "rng is an int, but should be a numpy.random.Generator."),
        (
            lambda: expect_rng("rng", True),
            "rng is a bool, but should be a numpy.random.Generator.",
        ),
        (lambda: expect_switch("keepdims", None), "keepdims is None, but should be True or False."),
    ],
)
def test_sentence_says_what_is_wrong_in_one_line(call, sentence):
    with pytest.raises((TypeError, ValueError)) as refusal:
        call()

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("value", [True, np.bool_(False)])
def test_switches_become_plain_bools(value):
    assert expect_switch("keepdims", value) is bool(value)
