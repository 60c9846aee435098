"""What the tests of the grader share: warm processes, one at the best level and one at each."""

import pytest

from bpkit.grading.sandbox.levels import LEVELS, best, refusal
from bpkit.grading.sandbox.process import Sandbox


@pytest.fixture(scope="session")
def sandbox():
    """A warm process at the best level of this machine; each test forks its own."""
    with Sandbox(best()) as warm:
        yield warm


@pytest.fixture(scope="session", params=LEVELS)
def warm(request):
    """A warm process at each level that this machine offers."""
    why = refusal(request.param)
    if why:
        pytest.skip(why)
    with Sandbox(request.param) as process:
        yield process


@pytest.fixture
def fork(warm):
    with warm.fork() as one:
        yield one


@pytest.fixture
def rich(warm):
    """A fork with IPython and matplotlib."""
    with warm.fork(rich=True) as one:
        yield one
