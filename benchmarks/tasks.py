"""What is learned from real data: the archives, how samples become inputs, and the settings to choose from."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bpkit.data import SPEECH_RATE, digits, log_spectra, mnist, recordings, uci_letters
from bpkit.data.archives import MNIST

LEVEL = 0.01  # of the loudest 20 ms (-20 dB): what comes before and after the sound is cut off


class Samples(NamedTuple):
    """Samples along the last axis of `x`, as they are read, and the number of each sample's class."""

    x: np.ndarray
    labels: np.ndarray

    def those(self, chosen):
        """Return the samples that a mask chooses."""
        return Samples(self.x[..., chosen], self.labels[chosen])


class Setting(NamedTuple):
    """How a network is trained: its hidden units, and what `fit` is told.

    The training set is repeated `copies` times, each time varied by `variation`.
    """

    units: tuple
    copies: int
    variation: float
    epochs: int
    batch_size: int
    learning_rate: float
    l2: float = 0.0
    hidden: str = "relu"
    output: str = "softmax"
    loss: str = "cross_entropy"


class Task(NamedTuple):
    """A data set, how its samples become inputs, and the settings to choose from.

    `load(folder, part)` returns the part "train" or "test" and nothing of the other, `held_out(samples)`
    tells which of the training samples are for validation, and `features(x, variation, rng)` returns one
    column of inputs for each sample.
    """

    title: str
    classes: int
    goal: float  # the test error in percent, at most
    source: str  # where the goal comes from
    load: Callable
    held_out: Callable
    features: Callable
    candidates: dict


def folder_of(folder, inside, name):
    """Return the folder, or the one inside it, that holds a file of that name."""
    if folder is None:
        raise FileNotFoundError(f"There is no folder to look for {name} in: name one with --data.")
    places = Path(folder), Path(folder) / inside
    for place in places:
        if any(place.glob(name)):
            return place
    raise FileNotFoundError(
        f"There is no {name} in {places[0]} or {places[1]}: put the data there, or name their folder with --data."
    )


def load_letters(folder, part):
    """Return UCI's letters: the first 16,000 to train, the last 4,000 to test."""
    loaded = uci_letters(folder_of(folder, "letters", "letter-recognition.data*"), part)
    return Samples(loaded.x, loaded.labels)


def load_speech(folder, part):
    """Return the recordings of spoken digits: those with an index from 0 to 4 to test, the others to train."""
    spoken = recordings(folder_of(folder, "spoken-digits/recordings", "*_*_*.wav"), part)
    x = np.empty(len(spoken), object)
    x[:] = [None] * len(spoken)
    for i, one in enumerate(spoken):
        x[i] = one
    return Samples(x, np.array([one.digit for one in spoken]))


def load_digits(folder, part):
    """Return scikit-learn's digits, a quarter of each class to test; they need no folder."""
    from sklearn.model_selection import train_test_split

    labels = digits().labels
    parts = train_test_split(np.arange(len(labels)), test_size=0.25, random_state=0, stratify=labels)
    chosen = parts[part == "test"]
    return Samples(digits().x[:, chosen], labels[chosen])


def load_mnist(folder, part):
    """Return MNIST's own training and test set; all four files must be there."""
    for name in MNIST.sha256:
        folder_of(folder, "mnist", name.removesuffix(".gz") + "*")
    loaded = mnist(folder_of(folder, "mnist", "train-images-idx3-ubyte*"), part)
    return Samples(loaded.x, loaded.labels)


def last(share):
    """Return the rule that holds out the last samples."""
    return lambda samples: np.arange(len(samples.labels)) >= round((1 - share) * len(samples.labels))


def early(samples):
    """Hold out the recordings with an index from 5 to 14."""
    return np.array([one.index < 15 for one in samples.x])


def noisy(x, variation=0.0, rng=None):
    """Return the inputs, with uniform noise from -variation to variation."""
    return x + variation * rng.uniform(-1, 1, x.shape) if variation else x


def shifted(x, variation=0.0, rng=None):
    """Return square pictures, each shifted by up to `variation` (0 to 1) pixels in both directions."""
    if not variation:
        return x
    side = round(len(x) ** 0.5)
    pictures = x.reshape(side, side, -1)
    for axis in (0, 1):
        share = rng.uniform(-variation, variation, x.shape[1])
        before, after = np.maximum(share, 0), np.maximum(-share, 0)
        pictures = (
            (1 - before - after) * pictures
            + before * _neighbours(pictures, axis, 1)
            + after * _neighbours(pictures, axis, -1)
        )
    return pictures.reshape(x.shape)


def _neighbours(pictures, axis, step):
    """Return the pictures one pixel further, with empty pixels at the edge."""
    moved = np.roll(pictures, step, axis)
    edge = [slice(None)] * 3
    edge[axis] = 0 if step > 0 else -1
    moved[tuple(edge)] = 0
    return moved


def spectra(x, variation=0.0, rng=None):
    """Return the log spectra of recordings, 32 windows of 32 bands, and the logarithm of the duration.

    What is silent at both ends is cut off. A varied recording is cut up to the share `variation` of its
    duration earlier or later, is that much faster or slower, and has noise in it, 26 to 80 dB below its peak.
    """
    return np.stack([_spectrum(one.waveform, variation, rng) for one in x], axis=1)


def _spectrum(waveform, variation, rng):
    start, end = _ends(waveform)
    if variation:
        moves = rng.uniform(-variation, variation, 2) * (end - start)
        start, end = max(0, start + int(moves[0])), end + int(moves[1])
    sound = waveform[start:end]
    if variation:
        sound = _hummed(_resampled(sound, 1 + rng.uniform(-variation, variation)), rng)
    picture = log_spectra(sound, SPEECH_RATE, frames=32, bands=32)
    return np.append(picture.ravel(), np.log(len(sound) / SPEECH_RATE))


def _ends(waveform):
    window = round(0.02 * SPEECH_RATE)
    energy = np.convolve(waveform**2, np.ones(window), "same")
    loud = np.flatnonzero(energy >= LEVEL * energy.max())
    return loud[0], loud[-1] + 1


def _resampled(sound, speed):
    times = np.linspace(0, len(sound) - 1, round(len(sound) / speed))
    return np.interp(times, np.arange(len(sound)), sound)


def _hummed(sound, rng):
    level = np.abs(sound).max() * 10 ** rng.uniform(-4, -1.3)
    return sound + level * rng.normal(size=len(sound))


_letters = Setting((512, 512), copies=8, variation=0.0, epochs=6, batch_size=128, learning_rate=2e-3)
_speech = Setting((256,), copies=8, variation=0.1, epochs=8, batch_size=64, learning_rate=1e-3)
_digits = Setting((128,), copies=9, variation=0.0, epochs=12, batch_size=32, learning_rate=2e-3)
_squared = Setting((300,), 1, 0.0, 10, 64, 1e-3, hidden="tanh", output="sigmoid", loss="half_squared_error")
_entropy = Setting((800,), copies=3, variation=0.0, epochs=8, batch_size=128, learning_rate=1e-3)

TASKS = {
    "letters": Task(
        "UCI letters",
        26,
        2.5,
        "the goal",
        load_letters,
        last(3 / 16),
        noisy,
        {
            "as they are": _letters,
            "noise up to half a unit": _letters._replace(variation=0.5 / 15),
            "noise up to one unit": _letters._replace(variation=1 / 15),
        },
    ),
    "spoken-digits": Task(
        "Free Spoken Digit Dataset",
        10,
        2.5,
        "the goal",
        load_speech,
        early,
        spectra,
        {
            "256 units": _speech,
            "512 units": _speech._replace(units=(512,)),
            "256 and 128 units": _speech._replace(units=(256, 128)),
            "256 units, recordings as they are": _speech._replace(variation=0.0),
        },
    ),
    "digits": Task(
        "scikit-learn's digits",
        10,
        2.0,
        "the goal",
        load_digits,
        last(1 / 5),
        shifted,
        {
            "as they are": _digits,
            "shifted up to 0.5 pixels": _digits._replace(variation=0.5),
            "shifted up to 0.7 pixels": _digits._replace(variation=0.7),
            "shifted up to 1 pixel": _digits._replace(variation=1.0),
        },
    ),
    "mnist-squared": Task(
        "MNIST, squared error",
        10,
        4.7,
        "LeCun et al. 1998",
        load_mnist,
        last(1 / 6),
        noisy,
        {
            "learning rate 0.001": _squared,
            "learning rate 0.0003": _squared._replace(learning_rate=3e-4),
        },
    ),
    "mnist-entropy": Task(
        "MNIST, cross-entropy",
        10,
        1.6,
        "Simard et al. 2003",
        load_mnist,
        last(1 / 6),
        noisy,
        {
            "as they are": _entropy,
            "noise up to 0.3": _entropy._replace(variation=0.3),
            "noise up to 0.6": _entropy._replace(variation=0.6),
        },
    ),
}
