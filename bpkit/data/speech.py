"""Spoken digits: the recordings of the Free Spoken Digit Dataset, as waveforms and as pictures."""

import os
import re
import wave
from typing import NamedTuple

import numpy as np

from .dataset import classified
from .inputs import expect_count, expect_folder, expect_one_of
from .spectra import log_spectra

SPEECH_RATE = 8000  # Hz
HOME = "https://github.com/Jakobovski/free-spoken-digit-dataset"
BY_HAND = (
    f"Download the Free Spoken Digit Dataset from {HOME} (v1.0.10 has 3,000 recordings), unpack it, "
    "and give the unpacked folder, or the folder recordings in it."
)


class Recording(NamedTuple):
    """One spoken digit: the sound, `SPEECH_RATE` samples per second in [-1, 1), and who said it."""

    waveform: np.ndarray
    digit: int
    speaker: str
    index: int

    def __repr__(self):
        seconds = self.waveform.size / SPEECH_RATE
        return f"<Recording: {self.digit} by {self.speaker}, number {self.index}, {seconds:.2f} s>"


def recordings(folder=None, part="train"):
    """Return the waveforms of the Free Spoken Digit Dataset, for features of one's own.

    Parameters
    ----------
    folder : path
        Where the files ``{digit}_{speaker}_{index}.wav`` lie, or the folder above ``recordings``.
    part : str
        ``"test"``, the recordings 0 to 4 of each digit and speaker, or ``"train"``, the others.

    Returns
    -------
    list of Recording
        Sorted by digit, speaker and index.

    Raises
    ------
    FileNotFoundError
        If no folder is given, or it holds no recordings; the message says what to download.
    ValueError
        If a file is cut short, or is not one of these recordings.

    References
    ----------
    Jackson et al., Free Spoken Digit Dataset; published under CC BY-SA 4.0.

    Examples
    --------
    >>> recordings("no such folder")
    Traceback (most recent call last):
    FileNotFoundError: There is no folder no such folder. Download the Free Spoken Digit Dataset from ...
    """
    expect_one_of("part", part, ("train", "test"))
    named = sorted((_name_parts(path), path) for path in _wave_files(folder))
    chosen = [(name, path) for name, path in named if (name[2] < 5) == (part == "test")]
    if not chosen:
        raise FileNotFoundError(f"{folder} holds no recordings to {part} with. {BY_HAND}")
    return [Recording(_read_wave(path), *name) for name, path in chosen]


def _wave_files(folder):
    if folder is None:
        raise FileNotFoundError(f"Spoken digits need a folder. {BY_HAND}")
    above = expect_folder(folder)
    if not os.path.isdir(above):  # no error for a name that is too long
        raise FileNotFoundError(f"There is no folder {folder}. {BY_HAND}")
    below = above / "recordings"
    return (below if below.is_dir() else above).glob("[!.]*.wav")


def _name_parts(path):
    if path.is_dir():
        raise ValueError(f"{path} is a folder, but should be a WAV file.")
    match = re.fullmatch(r"([0-9])_([^_]+)_([0-9]+)\.wav", path.name)
    if not match:
        raise ValueError(f"{path} should be named digit_speaker_index.wav, such as 7_jackson_32.wav.")
    return int(match[1]), match[2], int(match[3])


def _read_wave(path):
    """Return the samples of a WAV file, from 16-bit integers to [-1, 1)."""
    try:
        with wave.open(str(path)) as file:
            kind = file.getnchannels(), 8 * file.getsampwidth(), file.getframerate()
            n, data = file.getnframes(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        reason = str(error) or "it is cut short"
        raise ValueError(f"{path} cannot be read as a WAV file: {reason}. Get it again.") from None
    if kind != (1, 16, SPEECH_RATE):
        got = "{} channels of {} bits at {} Hz".format(*kind)
        raise ValueError(f"{path} has {got}, but should have 1 channel of 16 bits at {SPEECH_RATE} Hz.")
    if not n:
        raise ValueError(f"{path} holds 0 samples, but should hold one or more. Get it again.")
    if 2 * n != len(data):
        raise ValueError(f"{path} holds {len(data) // 2} samples, but says {n}. Get it again.")
    return np.frombuffer(data, "<i2") / 2**15


def spoken_digits(folder=None, part="train", frames=20, bands=24):
    """Return the spectra of the Free Spoken Digit Dataset, pictures of one size.

    Parameters
    ----------
    folder : path
        As for `recordings`.
    part : str
        ``"test"``, the recordings 0 to 4 of each digit and speaker, or ``"train"``, the others.
    frames, bands : int
        Windows of 32 ms, at equal distances over the recording, and bands of frequencies from
        0 Hz to 4000 Hz; `log_spectra` says how they are computed.

    Returns
    -------
    Dataset
        x (bands · frames, m) from 0 (60 dB below the loudest entry of the recording, or less) to 1;
        ``x[:, i].reshape(bands, frames)`` is a picture. y (10, m).

    Raises
    ------
    FileNotFoundError, ValueError
        As `recordings`, and if `frames` or `bands` is out of range.

    References
    ----------
    Jackson et al., Free Spoken Digit Dataset; published under CC BY-SA 4.0.

    Examples
    --------
    >>> spoken_digits()
    Traceback (most recent call last):
    FileNotFoundError: Spoken digits need a folder. Download the Free Spoken Digit Dataset from ...
    """
    frames, bands = expect_count("frames", frames), expect_count("bands", bands)
    spoken = recordings(folder, part)
    x = [log_spectra(one.waveform, SPEECH_RATE, frames, bands).ravel() for one in spoken]
    return classified(np.stack(x, axis=1), [one.digit for one in spoken], map(str, range(10)))
