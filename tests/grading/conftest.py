"""What the tests of the grader share: one warm process."""

import pytest

from bpkit.grading.sandbox.process import Sandbox


@pytest.fixture(scope="session")
def sandbox():
    """A warm process; each test forks its own."""
    with Sandbox() as warm:
        yield warm


@pytest.fixture
def fork(sandbox):
    with sandbox.fork() as one:
        yield one
