"""Real data sets, from a local folder or from a public archive: digits, MNIST and UCI's letters."""

import gzip
import os
import re
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .dataset import classified
from .inputs import expect_folder, expect_one_of, load_extra

PARTS = ("train", "test")
DIGITS = tuple("0123456789")
ALPHABET = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
MEASURES = {str(n) for n in range(16)}
AGAIN = "It is cut short or damaged: get it again."


class Archive(NamedTuple):
    """Where the files of a data set are published, and the checksum of each."""

    title: str
    call: str  # how a reader gets the set: the function's name
    addresses: tuple  # each ends in a slash, and a file's name follows
    sha256: dict  # {file name: checksum}


MNIST = Archive(
    "MNIST",
    "mnist",
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    {
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
)
UCI_LETTERS = Archive(
    "UCI Letter Recognition",
    "uci_letters",
    ("https://archive.ics.uci.edu/ml/machine-learning-databases/letter-recognition/",),
    {"letter-recognition.data": "2b89f3602cf768d3c8355267d2f13f2417809e101fc2b5ceee10db19a60de6e2"},
)


def find_file(archive, name, folder=None):
    """Return the path of a file of the archive: in the folder if there is one, else downloaded.

    In a folder the name counts with ``.gz`` and without. A download is kept, in the folder that
    the environment variable ``BPKIT_DATA`` names or in the user's cache, and checked by its sha256.
    """
    if folder is None:
        return _download(archive, name)
    plain = expect_folder(folder) / name.removesuffix(".gz")
    for path in (plain, plain.with_name(plain.name + ".gz")):
        if os.path.isfile(path):  # no error for a name that is too long
            return path
    raise FileNotFoundError(f"There is no file {name} in the folder {folder}. {_by_hand(archive)}")


def _download(archive, name):
    pooch = load_extra("pooch")
    load_extra("tqdm")
    kept, bar = os.environ.get("BPKIT_DATA") or pooch.os_cache("bpkit"), pooch.HTTPDownloader(True, 65536)
    reasons = []
    for address in archive.addresses:
        try:
            checksum = f"sha256:{archive.sha256[name]}"
            return Path(pooch.retrieve(address + name, checksum, name, kept, downloader=bar))
        except ValueError:
            reasons.append(f"what came from {address}{name} has another sha256")
        except OSError as error:
            reasons.append(f"{address}{name} gave a {type(error).__name__}")
    tried = " and ".join(reasons)
    raise ConnectionError(f"{name} of {archive.title} could not be downloaded: {tried}. {_by_hand(archive)}")


def _by_hand(archive):
    names = f"{', '.join(archive.sha256)} from {' or '.join(archive.addresses)}"
    return f'By hand: download {names}, put all into one folder, and call {archive.call}("that folder").'


def digits():
    """Return scikit-learn's 1797 handwritten digits, images of 8 by 8 pixels.

    Returns
    -------
    Dataset
        x (64, 1797), pixels row by row, scaled from 0 … 16 to [0, 1]; y (10, 1797).

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.

    References
    ----------
    Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits.

    Examples
    --------
    >>> digits()
    <Dataset: 1797 samples, x (64, 1797), y (10, 1797), 10 classes: 0 1 2 3 4 5 6 7 8 9>
    """
    loaded = load_extra("sklearn.datasets").load_digits()
    return classified(loaded.data.T / 16, loaded.target, DIGITS)


def mnist(folder=None, part="train"):
    """Return the handwritten digits of MNIST, images of 28 by 28 pixels.

    Parameters
    ----------
    folder : path or None
        Where the files ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte`` lie, with ``.gz`` or without.
        If it is not given, the files are downloaded (12 MB), checked, and kept for the next time.
    part : str
        ``"train"``, 60,000 samples, or ``"test"``, 10,000. In a folder of your own the files may hold
        fewer, to try something small: each file says how many it holds.

    Returns
    -------
    Dataset
        x (784, m), pixels row by row, scaled from 0 … 255 to [0, 1]; y (10, m).

    Raises
    ------
    FileNotFoundError, ConnectionError
        If a file is not there, or cannot be downloaded; the message says what to do.
    ValueError
        If a file is cut short, damaged, or not of this data set.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998).

    Examples
    --------
    >>> mnist(part="validation")
    Traceback (most recent call last):
    ValueError: part is 'validation', but should be one of: train, test.
    """
    prefix = {"train": "train", "test": "t10k"}[expect_one_of("part", part, PARTS)]
    files = [find_file(MNIST, f"{prefix}-{kind}-ubyte.gz", folder) for kind in ("images-idx3", "labels-idx1")]
    images, labels = read_idx(files[0], (28, 28)), read_idx(files[1], ())
    if len(images) != len(labels):
        raise ValueError(f"{files[0]} holds {len(images)} images, but {files[1]} {len(labels)} labels.")
    if labels.max() > 9:
        raise ValueError(f"{files[1]} holds the label {labels.max()}, but should hold labels from 0 to 9.")
    return classified(images.reshape(len(images), -1).T / 255, labels, DIGITS)


def read_idx(path, shape):
    """Return the items of an IDX file of unsigned bytes, shape (m, *shape), gzipped or not."""
    data = _unzipped(path)
    magic, header = bytes([0, 0, 8, 1 + len(shape)]), 8 + 4 * len(shape)
    if data[:4] != magic:
        begin = data[:4].hex(" ") or "nothing"
        raise ValueError(f"{path} begins with {begin}, but should begin with {magic.hex(' ')}.")
    if len(data) < header:
        raise ValueError(f"{path} has {len(data)} bytes, but its header alone has {header}. {AGAIN}")
    m, *sizes = (int(n) for n in np.frombuffer(data[4:header], ">u4"))
    if tuple(sizes) != shape or m == 0:
        raise ValueError(f"{path} says that it holds {m} items of shape {tuple(sizes)}, not of {shape}.")
    due = header + m * int(np.prod(shape))
    if len(data) != due:
        raise ValueError(f"{path} has {len(data)} bytes, but should have {due}. {AGAIN}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(m, *shape)


def _unzipped(path):
    data = Path(path).read_bytes()
    try:
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error):
        raise ValueError(f"{path} cannot be unzipped. {AGAIN}") from None


def uci_letters(folder=None, part="train"):
    """Return UCI's Letter Recognition: 16 measures of each of 20,000 printed capital letters.

    Parameters
    ----------
    folder : path or None
        Where the file ``letter-recognition.data`` lies; a header line may come first.
        If it is not given, the file is downloaded (0.7 MB), checked, and kept for the next time.
    part : str
        ``"train"``, the first 16,000 samples, or ``"test"``, the last 4,000.

    Returns
    -------
    Dataset
        x (16, m), scaled from 0 … 15 to [0, 1]; y (26, m).

    Raises
    ------
    FileNotFoundError, ConnectionError
        If the file is not there, or cannot be downloaded; the message says what to do.
    ValueError
        If the file is cut short, damaged, or not of this data set.

    References
    ----------
    Frey and Slate (1991); the data are published under CC BY 4.0.

    Examples
    --------
    >>> uci_letters(part="all")
    Traceback (most recent call last):
    ValueError: part is 'all', but should be one of: train, test.
    """
    chosen = slice(16000) if expect_one_of("part", part, PARTS) == "train" else slice(16000, None)
    path = find_file(UCI_LETTERS, "letter-recognition.data", folder)
    lines = _unzipped(path).decode("ascii", "replace").splitlines()
    header = bool(lines) and re.match("[A-Za-z]{2}", lines[0]) is not None  # a name, longer than a letter
    rows = [_letter_row(path, number, line) for number, line in enumerate(lines, 1) if number > header]
    if len(rows) != 20000:
        raise ValueError(f"{path} has {len(rows)} letters, but should have 20000. {AGAIN}")
    table = np.array(rows[chosen])
    return classified(table[:, 1:].T / 15, table[:, 0], ALPHABET)


def _letter_row(path, number, line):
    """Return the number of the letter and its 16 measures."""
    letter, *measures = line.split(",")
    if letter in ALPHABET and len(measures) == 16 and MEASURES.issuperset(measures):
        return [ALPHABET.index(letter), *map(int, measures)]
    wanted = "a capital letter and 16 whole numbers from 0 to 15"
    raise ValueError(
        f"Line {number} of {path} is {line[:60]!r}, but should be {wanted}, with commas between."
    )
