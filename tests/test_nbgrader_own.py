"""nbgrader's own tests of `nbgrader autograde`, run with this course's preprocessors in its place."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = "nbgrader.tests.apps.test_nbgrader_autograde"
CONFIG = """
from traitlets.config import PyFileConfigLoader

c = get_config()
ours = PyFileConfigLoader("nbgrader_config.py", path={root!r}).load_config()
c.Autograde.merge(ours.Autograde)
c.HTMLExporter.merge(ours.HTMLExporter)
"""
RESTS_ON_STOCK = {
    "test_side_effects": "a cell writes into the course's folder; ours writes into a home of its own",
}
QUICK = (  # of each kind some; the rest takes as long again
    "test_grade",
    "test_grade_hashed_autotest",
    "test_showtraceback_exploit",
    "test_late_submission_penalty_zero",
    "test_late_submission_penalty_plugin",
    "test_filter_notebook",
    "test_grade_overwrite_files",
    "test_hidden_tests_single_notebook",
    "test_handle_failure",
    "test_missing_source_kernelspec",
    "test_no_execute",
    "test_infinite_loop",
    "test_grade_missing_notebook",
    "test_grade_with_validating_envvar",
    "test_autograde_timeout",
)
SAVES = "nbgrader.tests.preprocessors.test_saveautogrades"
IN_ITS_PLACE = """
import nbgrader.preprocessors

from bpkit.grading.nbgrader_plugin import SaveVerdicts

nbgrader.preprocessors.SaveAutoGrades = SaveVerdicts
"""

pytestmark = pytest.mark.slow


def run_tests(folder, *chosen, config=CONFIG):
    """Run tests of nbgrader's with a configuration, and return their outcomes by name."""
    (folder / "nbgrader_config.py").write_text(config.format(root=str(ROOT)))
    (folder / "in_its_place.py").write_text(IN_ITS_PLACE)
    options = ["-v", "--tb=line", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}"]
    options += ["-p", "in_its_place"] if SAVES in chosen else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--pyargs", *chosen],
        cwd=folder,
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(folder), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"::(test_\w+)(?:\[\S+\])? (PASSED|FAILED|ERROR|SKIPPED)", done.stdout)
    assert found, done.stdout + done.stderr
    return dict(found)


def named(names):
    return [f"{TESTS}::TestNbGraderAutograde::{name}" for name in names]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    return run_tests(tmp_path_factory.mktemp("nbgrader"), *named(QUICK))


@pytest.mark.parametrize("name", QUICK)
def test_own_test_passes_with_our_preprocessors(name, outcomes):
    assert outcomes[name] == "PASSED"


def test_own_tests_of_saving_grades_pass_with_ours(tmp_path):
    assert set(run_tests(tmp_path, SAVES).values()) == {"PASSED"}


def test_own_tests_that_rest_on_stock_behaviour_are_those_listed(tmp_path):
    ours = run_tests(tmp_path, *named(RESTS_ON_STOCK))

    assert ours == dict.fromkeys(RESTS_ON_STOCK, "FAILED")


def test_own_tests_that_rest_on_stock_behaviour_pass_with_it(tmp_path):
    stock = run_tests(tmp_path, *named(RESTS_ON_STOCK), config="c = get_config()  # of {root}")

    assert stock == dict.fromkeys(RESTS_ON_STOCK, "PASSED")
