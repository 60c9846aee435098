"""Both sides of the equation in the chapter *Twenty questions before and after*."""

import numpy as np
from equations.proofs import proves
from numpy.testing import assert_allclose
from strategies import EXACT


@proves(
    "eq-normalized-gain",
    lambda before, after: (after - before) / (100 - before),
    difference=lambda before, after: (after - before) / 100,
    ratio=lambda before, after: (after - before) / before,
    against_after=lambda before, after: (after - before) / (100 - after / 2),
)
def test_gain_is_the_share_of_what_was_wrong_before_and_is_right_after(equation):
    rng = np.random.default_rng(0)
    for questions in (20, 200):
        right_before = rng.random(questions) < 0.4
        right_after = right_before | (rng.random(questions) < 0.5)  # nobody forgets
        share = right_after[~right_before].mean()

        assert_allclose(equation(100 * right_before.mean(), 100 * right_after.mean()), share, **EXACT)
