"""What the tests of the plots share."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def closed_figures():
    """Close every figure that a test has opened."""
    yield
    plt.close("all")
