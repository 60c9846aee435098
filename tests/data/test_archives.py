"""Files of real sets: read back as written, and every corruption refused in a sentence."""

import functools
import gzip
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bpkit.data import archives, mnist, uci_letters

ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SENTENCE = r"(?s)^(\S.*/|Line \d+ of .*/)\S+ (is|has|holds|begins|says|cannot) .*\.$"


def idx_bytes(items):
    return bytes([0, 0, 8, items.ndim]) + struct.pack(f">{items.ndim}I", *items.shape) + items.tobytes()


def example_digits(m=5):
    rng = np.random.default_rng(0)
    return rng.integers(256, size=(m, 28, 28), dtype=np.uint8), rng.integers(10, size=m, dtype=np.uint8)


def write_mnist(folder, images, labels, prefix="t10k", zipped=False):
    files = {"images-idx3": idx_bytes(images), "labels-idx1": idx_bytes(labels)}
    for kind, data in files.items():
        name = f"{prefix}-{kind}-ubyte" + ".gz" * zipped
        (folder / name).write_bytes(gzip.compress(data) if zipped else data)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("part", "prefix"), [("train", "train"), ("test", "t10k")])
def test_mnist_reads_what_was_written_however_many_samples_it_holds(tmp_path, part, prefix, zipped):
    images, labels = example_digits()
    write_mnist(tmp_path, images, labels, prefix, zipped)

    loaded = mnist(tmp_path, part)

    assert_array_equal(loaded.x.T.reshape(5, 28, 28) * 255, images)
    assert_array_equal(loaded.labels, labels)
    assert loaded.y.shape == (10, 5) and loaded.x.max() <= 1
    with pytest.raises(FileNotFoundError, match="There is no file"):
        mnist(tmp_path, {"train": "test", "test": "train"}[part])


def test_mnist_unzips_a_file_whose_name_lost_its_ending(tmp_path):
    images, labels = example_digits()
    write_mnist(tmp_path, images, labels, zipped=True)
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_suffix(""))

    assert_array_equal(mnist(tmp_path, "test").labels, labels)


@given(kind=st.sampled_from(["images-idx3", "labels-idx1"]), zipped=st.booleans(), share=st.floats(0, 1))
@ONE_FOLDER
def test_mnist_that_is_cut_short_is_refused_at_every_point(tmp_path, kind, zipped, share):
    folder = tmp_path / ("zipped" if zipped else "plain")
    folder.mkdir(exist_ok=True)
    write_mnist(folder, *example_digits(), zipped=zipped)
    path = folder / (f"t10k-{kind}-ubyte" + ".gz" * zipped)
    data = path.read_bytes()

    path.write_bytes(data[: int(share * (len(data) - 1))])
    with pytest.raises(ValueError, match=SENTENCE):
        mnist(folder, "test")


@given(at=st.integers(10, 200), by=st.integers(1, 255))
@ONE_FOLDER
def test_mnist_that_is_damaged_inside_its_zip_is_refused(tmp_path, at, by):
    write_mnist(tmp_path, *example_digits(), zipped=True)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    data = bytearray(path.read_bytes())

    data[at] = (data[at] + by) % 256
    path.write_bytes(data)
    with pytest.raises(ValueError, match="cannot be unzipped. It is cut short or damaged: get it again."):
        mnist(tmp_path, "test")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        ((3, 28, 28), [1, 2], "images-idx3-ubyte holds 3 images, but .*labels-idx1-ubyte 2 labels."),
        ((2, 28, 28), [1, 10], "holds the label 10, but should hold labels from 0 to 9."),
        ((2, 28, 27), [1, 2], r"2 items of shape \(28, 27\), not of \(28, 28\)."),
        ((0, 28, 28), [], r"0 items of shape \(28, 28\)"),
        ((4, 784), [1, 2], "begins with 00 00 08 02, but should begin with 00 00 08 03."),
    ],
)
def test_mnist_refuses_files_that_do_not_belong(tmp_path, images, labels, message):
    write_mnist(tmp_path, np.zeros(images, np.uint8), np.array(labels, np.uint8))

    with pytest.raises(ValueError, match=message):
        mnist(tmp_path, "test")


def test_mnist_refuses_a_file_that_is_longer_than_it_says(tmp_path):
    write_mnist(tmp_path, *example_digits())
    with (tmp_path / "t10k-labels-idx1-ubyte").open("ab") as file:
        file.write(b"\0")

    with pytest.raises(ValueError, match="has 14 bytes, but should have 13."):
        mnist(tmp_path, "test")


def test_folder_without_the_files_says_what_to_put_there(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        mnist(tmp_path / "none", "test")

    message = str(caught.value)
    assert f"no file t10k-images-idx3-ubyte.gz in the folder {tmp_path / 'none'}." in message
    assert all(name in message for name in [*archives.MNIST.sha256, *archives.MNIST.addresses])
    assert message.endswith('call mnist("that folder").')
    with pytest.raises(TypeError, match="folder is 5, but should be a path"):
        mnist(5)


@functools.cache
def example_letters():
    """Return 20,000 lines of letters and measures, as the original has them."""
    table = np.random.default_rng(0).integers([0] + [0] * 16, [26] + [16] * 16, size=(20000, 17))
    table[-1, -1] = 8
    return "".join(",".join([archives.ALPHABET[row[0]], *map(str, row[1:])]) + "\n" for row in table), table


def write_letters(folder, text):
    (folder / "letter-recognition.data").write_bytes(text.encode())


@pytest.mark.parametrize("header", ["", "Letter,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_uci_letters_read_what_was_written_with_and_without_a_header(tmp_path, header, ending):
    text, table = example_letters()
    write_letters(tmp_path, (header + text).replace("\n", ending))

    train, test = uci_letters(tmp_path), uci_letters(tmp_path, "test")

    assert train.x.shape == (16, 16000) and test.y.shape == (26, 4000)
    assert_array_equal(np.hstack([train.x, test.x]) * 15, table[:, 1:].T)
    assert_array_equal(np.hstack([train.labels, test.labels]), table[:, 0])


@given(cut=st.one_of(st.integers(0, 700_000), st.integers(1, 60).map(lambda n: -n - 1)))
@settings(ONE_FOLDER, max_examples=15)
def test_uci_letters_that_are_cut_short_are_refused_at_every_point(tmp_path, cut):
    write_letters(tmp_path, example_letters()[0][:cut])

    with pytest.raises(ValueError, match=SENTENCE):
        uci_letters(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "a,2,8,3,5,1,8,13,0,6,6,10,8,0,8,0,8",
        "A,2,8",
        "A" + ",16" * 16,
        "A" + ",1.5" * 16,
        "",
        "A" + ",-1" * 16,
    ],
)
@pytest.mark.parametrize("number", [1, 8])
def test_uci_letters_name_the_line_that_does_not_belong(tmp_path, line, number):
    lines = example_letters()[0].splitlines()
    write_letters(tmp_path, "\n".join([*lines[: number - 1], line, *lines[number:]]))

    with pytest.raises(
        ValueError, match=rf"Line {number} of .* but should be a capital letter and 16 whole numbers"
    ):
        uci_letters(tmp_path)


def test_uci_letters_refuse_a_file_of_another_kind(tmp_path):
    (tmp_path / "letter-recognition.data").write_bytes(bytes(range(256)))

    with pytest.raises(ValueError, match="Line 1 of .* but should be a capital letter"):
        uci_letters(tmp_path)


@pytest.mark.parametrize("archive", [archives.MNIST, archives.UCI_LETTERS])
def test_archives_are_asked_over_https_and_every_file_has_a_checksum(archive):
    assert all(address.startswith("https://") and address.endswith("/") for address in archive.addresses)
    assert all(len(bytes.fromhex(checksum)) == 32 for checksum in archive.sha256.values())
    assert callable(getattr(archives, archive.call))
