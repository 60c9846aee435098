"""A network's file: it comes back to the last bit, or not at all, and an older one is never lost."""

import json
import os
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from bpkit import Network, archive


@pytest.fixture
def saved(tmp_path):
    net = Network([3, 4, 2], ["relu"], "softmax", "cross_entropy", np.float32, rng=0)
    net.save(tmp_path / "net.npz")
    return net, tmp_path / "net.npz"


def test_saved_network_comes_back_to_the_last_bit(saved):
    net, path = saved

    again = Network.load(path)

    assert_array_equal(again.theta, net.theta, strict=True)
    assert (again.sizes, again.f, again.loss, again.dtype) == (net.sizes, net.f, net.loss, net.dtype)
    assert again.W[1].base is not None
    assert again.theta.flags.writeable


def test_file_holds_no_pickle_and_numpy_reads_it(saved):
    net, path = saved

    with np.load(path, allow_pickle=False) as arrays:
        assert_array_equal(arrays["theta"], net.theta)
        assert json.loads(bytes(arrays["header"]))["sizes"] == [3, 4, 2]


def test_every_truncated_file_is_refused(saved):
    _, path = saved
    whole = path.read_bytes()

    for length in {*range(0, len(whole), 7), len(whole) - 1}:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="is damaged, or is no network that bpkit saved"):
            Network.load(path)


def damaged(data, position, value):
    return data[:position] + bytes([data[position] ^ value]) + data[position + 1 :]


@settings(max_examples=300)
@given(share=st.floats(0, 1, exclude_max=True), value=st.integers(1, 255))
def test_file_with_a_changed_byte_is_refused_or_holds_the_same_network(tmp_path_factory, share, value):
    path = tmp_path_factory.getbasetemp() / "changed.npz"
    net = Network([3, 4, 2], rng=0)
    net.save(path)
    data = path.read_bytes()
    path.write_bytes(damaged(data, int(share * len(data)), value))

    try:
        again = Network.load(path)
    except ValueError as refusal:
        assert "Nothing was read from it." in str(refusal)
    else:
        assert_array_equal(again.theta, net.theta)
        assert again.f == net.f


FOREIGN = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("W1 = 3"),
    "pickle": lambda path: path.write_bytes(pickle.dumps({"theta": 1})),
    "npy": lambda path: np.save(path.open("wb"), np.ones(3)),
    "npz of another program": lambda path: np.savez(path, a=np.ones(3)),
    "zip": lambda path: zipfile.ZipFile(path, "w").close(),
    "objects": lambda path: np.savez(path, header=np.array([{}], dtype=object)),
}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the test's own np.save
@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_file_is_refused(tmp_path, kind):
    path = tmp_path / "foreign.npz"
    FOREIGN[kind](path)

    with pytest.raises(ValueError, match="foreign.npz is damaged, or is no network that bpkit saved"):
        Network.load(path)


def rewritten(path, **changes):
    """Write the file again with some entries of its header changed."""
    with np.load(path) as arrays:
        kept = dict(arrays)
    header = {**json.loads(bytes(kept.pop("header"))), **changes}
    archive.write(path, {k: v for k, v in header.items() if v is not None}, kept)


@pytest.mark.parametrize(
    "changes",
    [
        {"sizes": [3, 4, 3]},
        {"sizes": [10**9, 10**9, 2]},
        {"sizes": "342"},
        {"sizes": None},
        {"f": ["relu"]},
        {"f": ["rule", "softmax"]},
        {"f": 3},
        {"loss": "half"},
        {"dtype": "float64"},
        {"dtype": "object"},
        {"format": "another"},
        {"version": 99},
        {"shapes": {"theta2": [[3], "<f8"]}},
        {"training": 5},
    ],
    ids=str,
)
def test_file_whose_header_lies_is_refused(saved, changes):
    rewritten(saved[1], **changes)

    with pytest.raises(ValueError, match="is damaged, or is no network that bpkit saved"):
        Network.load(saved[1])


def test_member_that_is_longer_than_it_says_is_not_unpacked(saved):
    with np.load(saved[1]) as arrays:
        kept = dict(arrays)
    with zipfile.ZipFile(saved[1], "w", zipfile.ZIP_DEFLATED) as file:
        for name, array in kept.items():
            with file.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array)
                member.write(bytes(10**8) if name == "theta" else b"")

    tracemalloc.start()
    with pytest.raises(ValueError, match="is damaged"):
        Network.load(saved[1])

    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def test_encrypted_member_and_endless_header_are_refused(saved):
    path, whole = saved[1], saved[1].read_bytes()
    path.write_bytes(damaged(whole, whole.rindex(b"PK\x01\x02") + 8, 1))  # the flags of the last member
    with pytest.raises(ValueError, match="encrypted"):
        Network.load(path)

    np.savez(path, header=np.frombuffer(b"[" * 10**5, np.uint8), theta=np.zeros(3))
    with pytest.raises(ValueError, match="is damaged"):
        Network.load(path)


def test_saving_through_a_link_writes_the_file_behind_it(saved):
    net, path = saved
    link = path.with_name("link.npz")
    link.symlink_to(path)

    net.theta[:] = 7
    net.save(link)

    assert link.is_symlink()
    assert_array_equal(Network.load(path).theta, net.theta)


def test_saving_over_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for place in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="is no file that can be written over"):
            Network([2, 1], rng=0).save(place)
        with pytest.raises(OSError, match="is no file"):
            Network.load(place)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("path", [None, 5, "", b"x", "a\0b"])
def test_path_that_is_none_is_refused(path):
    with pytest.raises(TypeError, match="path is .*, but should be the name of a file"):
        Network([2, 1], rng=0).save(path)
    with pytest.raises(TypeError, match="path is .*, but should be the name of a file"):
        Network.load(path)


def test_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match="There is no file nowhere.npz"):
        Network.load("nowhere.npz")


def test_failed_save_keeps_the_older_file_and_leaves_nothing(saved, monkeypatch):
    net, path = saved
    before = path.read_bytes()

    def full_disk(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    net.theta[:] = 0
    with pytest.raises(OSError, match="No space left"):
        net.save(path)

    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["net.npz"]


def test_saving_into_a_folder_that_is_missing_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        Network([2, 1], rng=0).save(tmp_path / "missing" / "net.npz")


def test_file_has_the_permissions_of_any_new_file(saved):
    plain = saved[1].with_name("plain")
    plain.touch()

    assert saved[1].stat().st_mode == plain.stat().st_mode
