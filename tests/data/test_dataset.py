"""The shape of a data set, one-hot columns, and the sentences about arguments and missing packages."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bpkit import data
from bpkit.data import Dataset, log_spectra, moons, one_hot, sine, surface


def test_rows_are_samples_and_labels_or_else_samples_and_targets():
    classes, curve = moons(7, np.random.default_rng(0)), sine(4)

    assert_array_equal(classes.rows[0], classes.x.T)
    assert_array_equal(classes.rows[1], classes.labels)
    assert_array_equal(curve.rows[1], curve.y.T)


def test_dataset_cannot_be_changed_and_says_what_it_is():
    curve = sine(4)

    with pytest.raises(AttributeError):
        curve.x = np.zeros((1, 4))
    assert repr(curve) == "<Dataset: 4 samples, x (1, 4), y (1, 4)>"
    assert repr(Dataset(*curve[:2], np.zeros(4, int), ("a", "b"))).endswith("2 classes: a b>")


X, Y = np.zeros((2, 3)), np.zeros((1, 3))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (([1], [2]), r"x is \[1\], but should be a numpy array of numbers."),
        ((X, np.full((1, 3), "a")), "y is array.* but should be a numpy array of numbers."),
        ((X[0], Y), r"x has shape \(3,\), but should have shape \(n, m\), one sample per column."),
        ((X, np.zeros((1, 4))), r"y has shape \(1, 4\), but should have shape \(n, 3\)"),
        ((X, Y, [0, 0, 0]), r"labels is \[0, 0, 0\], but should be an array of 3 whole numbers."),
        ((X, Y, np.zeros(2, int)), "labels is .*, but should be an array of 3 whole numbers."),
        ((X, Y, np.zeros(3)), "labels is .*, but should be an array of 3 whole numbers."),
        ((X, Y, np.array([0, 1, 2]), ("a", "b")), "labels holds 0 to 2, but there are names for 0 to 1."),
        ((X, Y, None, "ab"), "names is 'ab', but should be a tuple of str."),
        ((X, Y, None, (1, 2)), r"names is \(1, 2\), but should be a tuple of str."),
    ],
)
def test_dataset_refuses_parts_that_do_not_fit(parts, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Dataset(*parts)


def test_dataset_is_the_same_after_pickling():
    classes = moons(5, np.random.default_rng(0))

    again = pickle.loads(pickle.dumps(classes))

    assert type(again) is Dataset and again.names == classes.names
    assert_array_equal(again.x, classes.x)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_one_hot_has_one_in_the_row_of_the_label(dtype):
    labels = np.array([3, 0, 3], dtype)

    y = one_hot(labels, 4)

    assert y.shape == (4, 3) and y.dtype == np.float64
    assert_array_equal(y.argmax(axis=0), labels)
    assert_array_equal(y.sum(axis=0), 1)


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([0, 4], 4, "labels holds 4, but should hold numbers from 0 to 3."),
        ([-1], 4, "labels holds -1, but should"),
        ([0.0], 4, "dtype float64, but should be whole numbers of shape"),
        ([[0]], 4, r"shape \(1, 1\) and dtype int64, but"),
        ([0], 0, "classes is 0, but should be a whole number of at least 1."),
    ],
)
def test_one_hot_refuses_labels_that_are_none(labels, classes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        one_hot(np.array(labels), classes)


@pytest.mark.parametrize(
    "call", [lambda ragged: one_hot(ragged, 3), lambda ragged: log_spectra(ragged, 8000)]
)
def test_rows_of_different_lengths_are_refused(call):
    with pytest.raises(
        ValueError, match="(labels|waveform) has rows of different lengths, but should be one"
    ):
        call(([0], [1, 2]))


def test_public_names_are_sorted_and_exist():
    assert data.__all__ == sorted(data.__all__)
    assert [name for name in data.__all__ if not hasattr(data, name)] == []


@pytest.mark.parametrize(
    ("package", "call", "extra"),
    [
        ("pooch", "mnist()", "train"),
        ("tqdm", "uci_letters()", "train"),
        ("sklearn", "digits()", "train"),
        ("matplotlib", "letters(1, np.random.default_rng(0))", "plots"),
    ],
)
def test_missing_package_is_named_with_the_extra_that_brings_it(package, call, extra):
    script = f"import sys, numpy as np; from bpkit.data import *; sys.modules[{package!r}] = None; {call}"

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    wanted = f'This needs the package {package}. Install it: pip install "bpkit[{extra}]"'
    assert ran.stderr.splitlines()[-1] == f"ModuleNotFoundError: {wanted}"


def test_a_package_that_is_broken_inside_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import what_it_needs_itself\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ModuleNotFoundError, match="what_it_needs_itself"):
        data.inputs.load_extra("half_installed")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("20",), "m is '20', but should be a whole number."),
        ((True,), "m is True, but should be a whole number."),
        ((2.0,), "m is 2.0, but should be a whole number."),
        ((0,), "m is 0, but should be a whole number of at least 1."),
        ((9, 3), r"rng is 3, but .* Write np.random.default_rng\(3\)."),
        ((-(10**9000),), r"m is about -10\*\*9000, but should be a whole number of at least 1."),
        ((9, 10**9000), r"rng is about 10\*\*9000, but .* Write np.random.default_rng\(0\)."),
        ((8,), "m is 8, but a grid needs a square number, such as 4 or 9."),
    ],
)
def test_arguments_of_the_wrong_kind_are_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        surface(*arguments)


@pytest.mark.parametrize("frequency", [300, 1000, 3000])
def test_log_spectra_are_strongest_in_the_band_of_a_tone(frequency):
    t = np.arange(4000) / 8000
    edges = 700 * (10 ** (np.linspace(0, np.log10(1 + 4000 / 700), 26)) - 1)

    picture = log_spectra(np.sin(2 * np.pi * frequency * t), 8000, frames=5)

    strongest = picture.argmax(axis=0)
    assert picture.shape == (24, 5) and picture.max() == 1 and picture.min() == 0
    assert (edges[strongest] < frequency).all() and (frequency < edges[strongest + 2]).all()


def test_log_spectra_ignore_loudness_and_follow_time():
    rng = np.random.default_rng(0)
    sound = np.concatenate([np.zeros(3000), rng.normal(size=256 + 5 * 1150 - 3000)])

    picture = log_spectra(sound, 8000, frames=6)

    np.testing.assert_allclose(log_spectra(sound / 1000, 8000, frames=6), picture, atol=1e-12)
    np.testing.assert_allclose(log_spectra(sound[::-1], 8000, frames=6), picture[:, ::-1], atol=1e-9)
    assert (picture[:, :3] == 0).all() and (picture[:, 3:] > 0).all()


@pytest.mark.parametrize("loudness", [1e300, 1e-300])
def test_log_spectra_of_extreme_loudness_are_those_of_any_other(loudness):
    sound = np.sin(np.arange(4000))

    picture = log_spectra(loudness * sound, 8000, frames=3)

    np.testing.assert_allclose(picture, log_spectra(sound, 8000, frames=3), atol=1e-12)


def test_log_spectra_of_the_lowest_integer_are_those_of_its_number():
    sound = np.array([0, -32768, 100, 32767], np.int16)

    assert_array_equal(log_spectra(sound, 8000), log_spectra(sound.astype(float), 8000))


def test_log_spectra_count_sixty_decibels():
    t = np.arange(8000) / 8000
    tones = np.sin(2 * np.pi * 500 * t) + 0.1 * np.sin(2 * np.pi * 3000 * t)

    spectrum = log_spectra(tones, 8000, frames=1, bands=8)[:, 0]

    assert spectrum[:4].max() == 1
    assert abs(spectrum[5:].max() - (1 - 20 / 60)) < 0.1


def test_log_spectra_of_silence_and_of_short_sounds_are_finite():
    assert (log_spectra(np.zeros(10), 8000) == 0).all()
    assert log_spectra(np.ones(1), 8000).shape == (24, 20)


@pytest.mark.parametrize(
    ("waveform", "options", "message"),
    [
        (np.zeros((2, 9)), {}, r"shape \(2, 9\)"),
        (np.zeros(0), {}, r"shape \(0,\)"),
        (np.array(["a"]), {}, "dtype <U1"),
        (np.array([np.nan]), {}, "holds nan or inf"),
        (np.ones(9), {"bands": 200}, "bands is 200, too many for windows of 256 samples"),
        (np.ones(9), {"frames": 0}, "frames is 0"),
        (np.ones(9), {"window": 0}, "window is 0"),
    ],
)
def test_log_spectra_refuse_what_is_no_sound(waveform, options, message):
    with pytest.raises(ValueError, match=message):
        log_spectra(waveform, 8000, **options)
