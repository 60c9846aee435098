"""Whatever is thrown at the data sets: a right result or a sentence of ours; nothing is downloaded."""

import wave

import numpy as np
import pytest
from hypothesis import strategies as st
from strange import SHAPES, STRANGEST, Row, judge, throw, throw_every_strange_thing
from strategies import arrays

from bpkit import data

EXAMPLES = 60  # trials of each public name
GENERATORS = st.integers(0, 99).map(np.random.default_rng)
COUNTS = st.integers(1, 15)
NOISES = st.floats(0, 0.2)
PARTS = st.sampled_from(["train", "test"])
MISSING = (FileNotFoundError, ConnectionError, ModuleNotFoundError)
PATHS = ("no such folder", "a\0b", "x" * 300, b"real", ".")


def parts(made):
    """Return what a data set holds; `rows` and `repr` must stand too."""
    assert repr(made).startswith("<Dataset: ") and len(made.rows[0]) == made.x.shape[1]
    return made.x, made.y


def set_row(make, sizes, *right, **others):
    """Return the row of a function that makes a data set; `sizes` gives its n_0, n_L and m."""

    def due(*arguments):
        n_in, n_out, m = sizes(*arguments)
        return np.zeros((n_in, m)), np.zeros((n_out, m))

    row = Row(st.tuples(*right), due, lambda *arguments: parts(make(*arguments)), close=SHAPES)
    return row._replace(keeps_type=False, **others)


def real_row(make, sizes, *right):
    """Return the row of a real set, which is read from the folder that is made for the tests."""
    return set_row(make, sizes, st.just("real"), PARTS, *right, refusals=MISSING, stranger=PATHS)


ROWS = {
    "Dataset": Row(
        arrays(bound=5.0).map(lambda x: (x, x[:1], np.arange(x.shape[1]), tuple("abcd"))),
        lambda x, y, labels, names: (x, y),
        lambda *fields: parts(data.Dataset(*fields)),
        keeps_type=False,
    ),
    "xor": Row(
        st.just(()),
        lambda: (np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 0]])),
        lambda: parts(data.xor()),
    ),
    "sine": Row(
        st.tuples(COUNTS),
        lambda m: (x := -5 + 10 * np.arange(m)[None] / max(1, m - 1), np.sin(x)),
        lambda m: parts(data.sine(m)),
    ),
    "surface": set_row(data.surface, lambda m, rng: (2, 1, m), COUNTS, GENERATORS),
    "spirals": set_row(
        data.spirals,
        lambda m, rng, classes, noise: (2, classes, m),
        *(COUNTS, GENERATORS, st.integers(2, 5), NOISES),
    ),
    "moons": set_row(data.moons, lambda m, rng, noise: (2, 2, m), COUNTS, GENERATORS, NOISES),
    "letters": set_row(
        data.letters,
        lambda m, rng, size, noise, rotation: (size**2, 26, m),
        *(COUNTS, GENERATORS, st.integers(8, 12), NOISES, st.floats(0, 15)),
    ),
    "vowels": set_row(
        data.vowels,
        lambda m, rng, bands, spread, noise: (bands, 10, m),
        *(COUNTS, GENERATORS, COUNTS, NOISES, NOISES),
    ),
    "vowel_sound": Row(
        st.tuples(
            *(st.sampled_from(sorted(data.FORMANTS)), st.sampled_from(["man", "woman", "child"])),
            *(st.floats(0.01, 0.1), st.floats(40, 400)),
        ),
        lambda vowel, speaker, seconds, pitch: np.zeros(round(10_000 * seconds)),
        data.vowel_sound,
        close=SHAPES,
        keeps_type=False,
    ),
    "log_spectra": Row(
        st.tuples(arrays(bound=5.0).map(np.ravel), st.floats(4e3, 8e3), COUNTS, COUNTS, st.just(0.03)),
        lambda waveform, rate, frames, bands, window: np.zeros((bands, frames)),
        data.log_spectra,
        close=SHAPES,
        keeps_type=False,
        stranger=(np.array([1e300, -1e300, 0, 1]), np.array([5e-324, 0]), np.full(9, 1e308)),
    ),
    "one_hot": Row(
        st.lists(st.integers(0, 3), min_size=1, max_size=5).map(lambda labels: (np.array(labels), 4)),
        lambda labels, classes: np.array([[1.0 * (l == k) for l in labels] for k in range(classes)]),
        data.one_hot,
    ),
    "digits": Row(
        st.just(()),
        lambda: (np.zeros((64, 1797)), np.zeros((10, 1797))),
        lambda: parts(data.digits()),
        close=SHAPES,
        refusals=MISSING,
    ),
    "mnist": real_row(data.mnist, lambda folder, part: (784, 10, 5)),
    "uci_letters": real_row(
        data.uci_letters, lambda folder, part: (16, 26, {"train": 16000, "test": 4000}[part])
    ),
    "spoken_digits": real_row(
        data.spoken_digits, lambda folder, part, frames, bands: (frames * bands, 10, 20), COUNTS, COUNTS
    ),
    "recordings": Row(
        st.tuples(st.just("real"), PARTS),
        lambda folder, part: 20,
        lambda folder, part: len(data.recordings(folder, part)),
        refusals=MISSING,
        stranger=PATHS,
    ),
}
WITH_ARGUMENTS = [name for name in ROWS if name not in ("xor", "digits")]


@pytest.fixture(scope="module", autouse=True)
def offline(tmp_path_factory):
    """Work in a folder that holds another one with all real sets, and let no download find a way."""
    above = tmp_path_factory.mktemp("strange")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(above)
        patch.setenv("BPKIT_DATA", str(above / "kept"))
        for name in ("HTTPS_PROXY", "https_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")  # where nothing listens
        fill(above / "real")
        yield


def fill(folder):
    folder.mkdir()
    rng = np.random.default_rng(0)
    sounds = [(digit, index) for digit in range(10) for index in (3, 4, 5, 6)]
    for prefix in ("train", "t10k"):
        images, labels = rng.integers(256, size=(5, 28, 28)), rng.integers(10, size=5)
        write_idx(folder / f"{prefix}-images-idx3-ubyte", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte", labels)
    lines = [",".join([chr(65 + i % 26), *map(str, rng.integers(16, size=16))]) for i in range(20000)]
    (folder / "letter-recognition.data").write_text("\n".join(lines))
    for digit, index in sounds:
        with wave.open(str(folder / f"{digit}_ada_{index}.wav"), "wb") as file:
            file.setparams((1, 2, data.SPEECH_RATE, 0, "NONE", ""))
            file.writeframes(rng.integers(-999, 999, 800).astype("<i2").tobytes())


def write_idx(path, items):
    sizes = np.array(items.shape, ">u4").tobytes()
    path.write_bytes(bytes([0, 0, 8, items.ndim]) + sizes + items.astype(np.uint8).tobytes())


def test_every_data_set_is_tried():
    assert set(ROWS) == {name for name in data.__all__ if callable(getattr(data, name))} - {"Recording"}


@pytest.mark.parametrize("name", ["xor", "digits"])
def test_data_set_without_arguments_is_right(name):
    assert judge(ROWS[name], (), right=True) == "answered"


@pytest.mark.parametrize("name", WITH_ARGUMENTS)
def test_data_set_is_right_or_a_sentence(name):
    throw(ROWS[name], EXAMPLES)


@pytest.mark.parametrize("name", WITH_ARGUMENTS)
def test_data_set_takes_every_strange_thing_in_every_place(name):
    throw_every_strange_thing(ROWS[name], STRANGEST)
