"""Recordings of digits: read back as written, split as is customary, refused when cut short or foreign."""

import wave

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bpkit.data import SPEECH_RATE, log_spectra, recordings, spoken_digits


def write_wave(path, samples, channels=1, rate=SPEECH_RATE):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def example_sound(digit, seed, n=1500):
    """Return a tone whose pitch tells the digit, in a little noise, as 16-bit integers."""
    tone = np.sin(2 * np.pi * (300 + 300 * digit) * np.arange(n) / SPEECH_RATE)
    return (8000 * tone + np.random.default_rng(seed).normal(0, 300, n)).astype("<i2")


def write_recordings(folder, speakers=("ada", "bob"), last=7):
    for digit in range(10):
        for speaker in speakers:
            for index in range(last):
                sound = example_sound(digit, index, 1500 + 100 * index)
                write_wave(folder / f"{digit}_{speaker}_{index}.wav", sound)


def test_recordings_are_read_as_written(tmp_path):
    sound = np.array([-32768, -1, 0, 16384, 32767], "<i2")
    write_wave(tmp_path / "7_ada_12.wav", sound)

    (found,) = recordings(tmp_path)

    assert_array_equal(found.waveform, sound / 32768)
    assert found[1:] == (7, "ada", 12)
    assert repr(found) == "<Recording: 7 by ada, number 12, 0.00 s>"


def test_recordings_are_split_by_index_and_sorted_by_number(tmp_path):
    write_recordings(tmp_path, last=11)
    (tmp_path / "README.md").write_text("not a recording")
    (tmp_path / "._0_ada_0.wav").write_text("what some systems leave beside a file")

    train, test = recordings(tmp_path), recordings(tmp_path, "test")

    assert [one.index for one in train[:6]] == [5, 6, 7, 8, 9, 10]
    assert {one.index for one in test} == {0, 1, 2, 3, 4}
    assert (len(train), len(test)) == (120, 100)
    assert [one[1:] for one in test] == sorted(one[1:] for one in test)


def test_recordings_are_found_in_the_unpacked_folder_too(tmp_path):
    (tmp_path / "recordings").mkdir()
    write_recordings(tmp_path / "recordings", speakers=("ada",))

    assert len(recordings(tmp_path)) == len(recordings(tmp_path / "recordings")) == 20


def test_spoken_digits_are_the_spectra_of_the_recordings(tmp_path):
    write_recordings(tmp_path)

    loaded = spoken_digits(tmp_path, frames=6, bands=12)

    first = log_spectra(recordings(tmp_path)[0].waveform, SPEECH_RATE, 6, 12)
    assert_array_equal(loaded.x[:, 0].reshape(12, 6), first)
    assert loaded.x.shape == (72, 40) and loaded.names == tuple("0123456789")
    assert_array_equal(np.bincount(loaded.labels), 4)
    assert spoken_digits(tmp_path, "test").x.shape == (480, 100)


def test_spoken_digits_of_test_are_nearest_to_the_same_digit_of_train(tmp_path):
    write_recordings(tmp_path)

    train, test = spoken_digits(tmp_path), spoken_digits(tmp_path, "test")

    nearest = ((test.x[:, :, None] - train.x[:, None]) ** 2).sum(axis=0).argmin(axis=1)
    assert_array_equal(train.labels[nearest], test.labels)


@given(share=st.floats(0, 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_recordings_that_are_cut_short_are_refused_at_every_point(tmp_path, share):
    path = tmp_path / "3_ada_5.wav"
    write_wave(path, example_sound(3, 0, 50))
    data = path.read_bytes()

    path.write_bytes(data[: int(share * (len(data) - 1))])
    with pytest.raises(
        ValueError, match=r"3_ada_5.wav (cannot be read|holds \d+ samples, but says 50).*again."
    ):
        recordings(tmp_path)


@pytest.mark.parametrize(
    ("samples", "options", "message"),
    [
        (np.zeros(8, "<i2"), {"rate": 16000}, "1 channels of 16 bits at 16000 Hz, but should have 1 channel"),
        (np.zeros(8, "<i2"), {"channels": 2}, "2 channels of 16 bits at 8000 Hz"),
        (np.zeros(8, "u1"), {}, "1 channels of 8 bits"),
        (np.zeros(0, "<i2"), {}, "holds 0 samples, but should hold one or more. Get it again."),
    ],
)
def test_recordings_of_another_kind_are_refused(tmp_path, samples, options, message):
    write_wave(tmp_path / "3_ada_5.wav", samples, **options)

    with pytest.raises(ValueError, match=message):
        recordings(tmp_path)


@pytest.mark.parametrize("name", ["door.wav", "12_ada_5.wav", "3_ada_x.wav", "3_ada.wav"])
def test_recordings_with_a_foreign_name_are_refused(tmp_path, name):
    write_wave(tmp_path / name, example_sound(3, 0))

    with pytest.raises(ValueError, match=f"{name} should be named digit_speaker_index.wav"):
        recordings(tmp_path)


def test_recordings_refuse_a_folder_that_is_named_like_a_file(tmp_path):
    (tmp_path / "0_george_0.wav").mkdir()

    with pytest.raises(ValueError, match="0_george_0.wav is a folder, but should be a WAV file."):
        recordings(tmp_path, "test")


def test_recordings_that_are_not_there_say_what_to_download(tmp_path):
    for folder in (None, tmp_path / "none", tmp_path):
        with pytest.raises(FileNotFoundError, match="Download the Free Spoken Digit Dataset from https://"):
            recordings(folder)
    with pytest.raises(TypeError, match="folder is 5"):
        recordings(5)
    with pytest.raises(ValueError, match="part is 'all', but should be one of: train, test."):
        recordings(tmp_path, "all")
    with pytest.raises(ValueError, match=r"part is 'testing', but .* Did you mean 'test'\?$"):
        recordings(tmp_path, "testing")
    with pytest.raises(ValueError, match="bands is 0"):
        spoken_digits(tmp_path, bands=0)
