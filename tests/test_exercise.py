"""What a notebook imports: the same functions as the reference, and a `check` that knows where it runs."""

import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from strategies import arrays

from bpkit import exercise
from bpkit.reference import activations

NAMES = ("identity", "sigmoid", "tanh", "relu", "softmax")
ELEMENTWISE = NAMES[:-1]
FUNCTIONS = [(kind, name) for kind in ("activation", "derivative") for name in ELEMENTWISE]
FUNCTIONS += [("activation", "softmax")]
by_name = pytest.mark.parametrize(("kind", "name"), FUNCTIONS)


def both(kind, name):
    """Return the notebook's function and the reference's."""
    return getattr(exercise, kind)(name), getattr(activations, kind)(name)


def test_names_of_the_exercises_are_among_those_of_the_reference():
    assert set(exercise._FUNCTIONS) == set(NAMES) < set(activations.ACTIVATIONS)


@by_name
@given(z=arrays(bound=40.0))
def test_functions_equal_those_of_the_reference(kind, name, z):
    ours, wanted = both(kind, name)

    assert_allclose(ours(z), wanted(z), rtol=1e-11, atol=1e-13, strict=True)


@by_name
@given(z=arrays(bound=40.0))
def test_functions_keep_single_precision(kind, name, z):
    ours, wanted = both(kind, name)

    assert ours(z.astype(np.float32)).dtype == np.float32
    assert_allclose(ours(z.astype(np.float32)), wanted(z.astype(np.float32)), rtol=1e-5, atol=1e-6)


@by_name
@pytest.mark.parametrize("z", [0.7, -2, np.float64(0.3), np.float32(-0.2), np.array(0.5)])
def test_functions_take_numbers(kind, name, z):
    ours, wanted = both(kind, name)
    one = np.array([[float(z)]])

    assert np.shape(ours(z)) == ()
    assert_allclose(ours(z), wanted(one)[0, 0], rtol=1e-6)


@by_name
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_functions_are_stable_far_from_zero(kind, name, dtype):
    z = np.array([[-1e4, -710.0, -1.0, 0.0, 1.0, 710.0, 1e4]], dtype).T
    ours, wanted = both(kind, name)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ours(z)
    assert np.isfinite(found).all()
    assert_allclose(found, wanted(z), rtol=1e-6, atol=1e-30)


@by_name
def test_functions_leave_z_as_it_was(kind, name):
    z = np.array([[-1.0, 2.0]])
    found = both(kind, name)[0](z)
    found += 1.0

    assert z.tolist() == [[-1.0, 2.0]]


def test_kink_of_relu_has_the_derivative_zero():
    assert exercise.derivative("relu")(np.array([[-0.0, 0.0]])).tolist() == [[0.0, 0.0]]


def test_softmax_has_no_elementwise_derivative():
    with pytest.raises(ValueError, match="softmax has no elementwise derivative"):
        exercise.derivative("softmax")(np.zeros((2, 1)))


@pytest.mark.parametrize("function", [exercise.activation, exercise.derivative])
def test_unknown_names_are_refused_with_a_list(function):
    with pytest.raises(ValueError, match="identity, sigmoid, tanh, relu, softmax"):
        function("sigmiod")


def run_alone(tmp_path, code, **modules):
    """Run code where the package is `exercise.py` and what else is given, as in the sandbox."""
    package = tmp_path / "bpkit"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(exercise.__file__, package)
    for name, source in modules.items():
        path = package.joinpath(*name.split("_")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    start = f"""import sys
sys.path.insert(0, {str(tmp_path)!r})
sys.meta_path[:] = [f for f in sys.meta_path if "__editable__" not in getattr(f, "__module__", "")]
from bpkit.exercise import check
"""
    command = [sys.executable, "-I", "-c", start + code]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)


def test_check_in_the_sandbox_only_says_that_the_grader_will_check(tmp_path):
    done = run_alone(tmp_path, "check(len); check(numbers=None)")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The grader will check this.\n" * 2


@pytest.mark.parametrize(
    ("modules", "missing"),
    [
        ({"grading_check": "import nosuchmodule", "grading_init": ""}, "nosuchmodule"),
        ({"grading_init": ""}, "bpkit.grading.check"),
    ],
)
def test_check_hides_no_other_missing_module(tmp_path, modules, missing):
    done = run_alone(tmp_path, "check(len)", **modules)

    assert done.returncode == 1
    assert f"No module named '{missing}'" in done.stderr
    assert "The grader will check" not in done.stdout


def test_exercise_imports_numpy_alone():
    lines = Path(exercise.__file__).read_text().splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]

    assert imports == ["import numpy as np"]
