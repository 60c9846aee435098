"""How the tests run: the same examples each time, with an interrupt that arrives and one browser."""

import signal
from pathlib import Path

import pytest
from browsing import chromium, serving
from hypothesis import settings

from bpkit import book

# A suite that is started in the background ignores Ctrl-C, and so would the programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("course", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("course")


@pytest.fixture(scope="module")
def browser():
    """Return a running Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site():
    """Return the address at which the pages of the book are served."""
    root = Path(__file__).parents[1]
    book.build(root)
    with serving(root) as address:
        yield address
