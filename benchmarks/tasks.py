"""What is learned from real data: where the samples come from, and the settings to choose from."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bpkit.data import SPEECH_RATE, digits, log_spectra, mnist, recordings, uci_letters

SILENT = 0.01  # of the power of the loudest 20 ms, -20 dB: such ends of a recording are cut off
MNIST_FILES = [
    f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
]


class Samples(NamedTuple):
    """Inputs, one column per sample, the number of each one's class, and which are there for validation."""

    x: np.ndarray
    labels: np.ndarray
    held_out: np.ndarray

    def those(self, chosen):
        """Return the samples that a mask chooses."""
        return Samples(self.x[:, chosen], self.labels[chosen], self.held_out[chosen])


class Setting(NamedTuple):
    """How a network is trained: on the samples and varied copies of them, with Adam.

    A picture in a copy is shifted by up to `shift` pixels, and every input gets noise from -noise to noise.
    """

    units: tuple
    copies: int
    epochs: int
    batch_size: int
    learning_rate: float = 2e-3
    shift: float = 0.0
    noise: float = 0.0
    hidden: str = "relu"
    output: str = "softmax"
    loss: str = "cross_entropy"


class Task(NamedTuple):
    """A data set and the settings to choose from.

    `load(folder, part)` returns the `Samples` of the part "train" or "test", and nothing of the other.
    The first side² inputs of a sample are a picture, row by row.
    """

    title: str
    load: Callable
    classes: int
    side: int
    goal: float  # the error on the test set in percent, at most
    source: str  # whose goal it is
    candidates: dict


def folder_with(folder, inside, *patterns):
    """Return the folder, or the one inside it, that holds a file for each of the patterns."""
    if folder is None:
        raise FileNotFoundError(
            f"There is no folder to look for {patterns[0].rstrip('*')} in: name it with --data."
        )
    places = Path(folder), Path(folder) / inside
    missing = {place: [pattern for pattern in patterns if not any(place.glob(pattern))] for place in places}
    best = min(places, key=lambda place: len(missing[place]))
    if not missing[best]:
        return best
    raise FileNotFoundError(
        f"There is no {missing[best][0].rstrip('*')} in {places[0]} or {places[1]}: "
        "name the folder that holds it with --data."
    )


def load_letters(folder, part):
    """Return UCI's letters: the first 16,000 to train, of these the last 3,000 held out; 4,000 to test."""
    loaded = uci_letters(folder_with(folder, "letters", "letter-recognition.data*"), part)
    return Samples(loaded.x, loaded.labels, _last(loaded.labels, 3 / 16))


def load_speech(folder, part):
    """Return spoken digits: index 0 to 4 to test, the others to train, of these 5 to 14 held out."""
    spoken = recordings(folder_with(folder, "spoken-digits/recordings", "*.wav"), part)
    x = np.stack([_spectrum(one.waveform) for one in spoken], axis=1)
    return Samples(x, np.array([one.digit for one in spoken]), np.array([one.index < 15 for one in spoken]))


def load_digits(folder, part):
    """Return scikit-learn's digits, which need no folder: a quarter of each class to test."""
    x, labels = digits().rows
    from sklearn.model_selection import train_test_split

    parts = train_test_split(np.arange(len(x)), test_size=0.25, random_state=1998, stratify=labels)
    chosen = parts[part == "test"]
    return Samples(x[chosen].T, labels[chosen], _last(chosen, 1 / 3))


def load_mnist(folder, part):
    """Return MNIST's training set, the last sixth of it held out, or its test set."""
    loaded = mnist(folder_with(folder, "mnist", *[f"{name}*" for name in MNIST_FILES]), part)
    return Samples(loaded.x, loaded.labels, _last(loaded.labels, 1 / 6))


def _last(samples, share):
    return np.arange(len(samples)) >= round((1 - share) * len(samples))


def _spectrum(waveform):
    """Return 32 windows of 32 bands, and the logarithm of the duration, without the silence at both ends."""
    power = np.convolve(waveform**2, np.ones(round(0.02 * SPEECH_RATE)), "same")
    loud = np.flatnonzero(power >= SILENT * power.max())
    sound = waveform[loud[0] : loud[-1] + 1]
    picture = log_spectra(sound, SPEECH_RATE, frames=32, bands=32)
    return np.append(picture.ravel(), np.log(len(sound) / SPEECH_RATE))


def vary(x, side, shift, noise, rng):
    """Return the inputs with their pictures shifted by up to `shift` (0 to 1) pixels, and with noise."""
    shifted = np.vstack([_shifted(x[: side**2], side, shift, rng), x[side**2 :]]) if shift else x
    return shifted + noise * rng.uniform(-1, 1, x.shape) if noise else shifted


def _shifted(x, side, shift, rng):
    """Return the pictures, each moved up or down and then left or right by a share of a pixel."""
    pictures = x.reshape(side, side, -1)
    for axis in (0, 1):
        share = rng.uniform(-shift, shift, x.shape[1])
        pictures = (1 - abs(share)) * pictures + abs(share) * _neighbours(pictures, axis, share > 0)
    return pictures.reshape(x.shape)


def _neighbours(pictures, axis, forward):
    """Return the pictures moved by one pixel, forward or back; what comes in at the edge is 0."""
    wider, n = np.pad(pictures, [(int(axis == i), int(axis == i)) for i in range(3)]), pictures.shape[axis]
    return np.where(forward, wider.take(range(n), axis), wider.take(range(2, n + 2), axis))


def _of_letters():
    setting = Setting((512, 512), copies=8, epochs=6, batch_size=128)
    return {
        "as they are": setting,
        "noise up to half a unit": setting._replace(noise=0.5 / 15),
        "noise up to one unit": setting._replace(noise=1 / 15),
    }


def _of_speech():
    setting = Setting((256,), copies=8, epochs=8, batch_size=64, noise=0.1)
    return {
        "shifts up to 0.5, 256 units": setting._replace(shift=0.5),
        "shifts up to 1, 256 units": setting._replace(shift=1.0),
        "shifts up to 1, 512 units": setting._replace(shift=1.0, units=(512,)),
    }


def _of_digits():
    setting = Setting((256, 128), copies=9, epochs=12, batch_size=32)
    return {
        "as they are": setting,
        "shifts up to 0.5": setting._replace(shift=0.5, noise=0.2),
        "shifts up to 0.7": setting._replace(shift=0.7, noise=0.2),
        "shifts up to 0.5, 256 units": setting._replace(shift=0.5, noise=0.2, units=(256,)),
    }


def _of_squared_error():
    setting = Setting((300,), 1, 10, 64, hidden="tanh", output="sigmoid", loss="half_squared_error")
    return {f"learning rate {rate}": setting._replace(learning_rate=rate) for rate in (5e-4, 2e-3)}


def _of_cross_entropy():
    setting = Setting((800,), copies=3, epochs=8, batch_size=128, learning_rate=1e-3)
    return {
        "as they are": setting,
        "noise up to 0.3": setting._replace(noise=0.3),
        "noise up to 0.6": setting._replace(noise=0.6),
    }


OURS, LECUN, SIMARD = "the goal of this benchmark", "LeCun et al. (1998)", "Simard et al. (2003)"
TASKS = {
    "letters": Task("UCI letters", load_letters, 26, 0, 2.5, OURS, _of_letters()),
    "spoken-digits": Task("Free Spoken Digit Dataset", load_speech, 10, 32, 2.5, OURS, _of_speech()),
    "digits": Task("scikit-learn's digits", load_digits, 10, 8, 2.0, OURS, _of_digits()),
    "mnist-squared": Task("MNIST, squared error", load_mnist, 10, 28, 4.7, LECUN, _of_squared_error()),
    "mnist-entropy": Task("MNIST, cross-entropy", load_mnist, 10, 28, 1.6, SIMARD, _of_cross_entropy()),
}
