"""Downloads: checked by their sum, kept for the next time, and a sentence where there is no network."""

import contextlib
import functools
import hashlib
import http.server
import socket
import threading

import pytest

from bpkit.data import archives, uci_letters
from bpkit.data.archives import Archive, find_file


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and counts what is asked for."""

    def log_message(self, *_):
        self.server.asked.append(self.path)


@contextlib.contextmanager
def serving(folder):
    """Serve the folder on this machine; give the address and the list of requests."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Server, directory=str(folder))
    ) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", server.asked
        finally:
            server.shutdown()


def closed_address():
    """Return an address of this machine at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Return a folder with two files, and the archive that names their checksums and no address."""
    monkeypatch.setenv("BPKIT_DATA", str(tmp_path / "kept"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "published"
    folder.mkdir()
    for name, line in {"images": "A" + ",3" * 16, "letter-recognition.data": "B" + ",9" * 16}.items():
        (folder / name).write_text(f"{line}\n" * 20000)
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    return folder, Archive("Two files", "two_files", (), sums)


def test_download_is_checked_and_kept_for_the_next_time(published, monkeypatch, tmp_path):
    folder, archive = published

    with serving(folder) as (address, asked):
        monkeypatch.setattr(archives, "UCI_LETTERS", archive._replace(addresses=(address,)))
        first, second = uci_letters(), uci_letters(part="test")

    assert (first.labels == 1).all() and (first.x * 15 == 9).all()
    assert second.x.shape == (16, 4000)
    assert asked == ["/letter-recognition.data"]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["letter-recognition.data"]


def test_download_goes_on_with_the_files_that_are_missing_or_damaged(published, tmp_path):
    folder, archive = published
    images, letters = sorted(archive.sha256)

    with serving(folder) as (address, asked):
        archive = archive._replace(addresses=(address,))
        for name in (images, letters):
            find_file(archive, name)
        (tmp_path / "kept" / letters).write_bytes(b"damaged")
        found = [find_file(archive, name).read_bytes() for name in (images, letters)]

    assert found == [(folder / name).read_bytes() for name in (images, letters)]
    assert [line.removeprefix("/") for line in asked] == [images, letters, letters]


def test_download_with_another_checksum_is_refused_and_not_kept(published, tmp_path):
    folder, archive = published
    name = min(archive.sha256)
    (folder / name).write_bytes(b"something else")

    with serving(folder) as (address, _):
        with pytest.raises(ConnectionError, match=f"what came from {address}{name} has another sha256"):
            find_file(archive._replace(addresses=(address,)), name)

    assert list((tmp_path / "kept").iterdir()) == []


def test_download_takes_the_second_address_when_the_first_is_silent(published):
    folder, archive = published
    name = min(archive.sha256)

    with serving(folder) as (address, asked):
        found = find_file(archive._replace(addresses=(closed_address(), address)), name)

    assert found.read_bytes() == (folder / name).read_bytes()
    assert len(asked) == 1


def test_offline_says_what_was_tried_and_what_to_do_by_hand(published):
    silent = closed_address(), closed_address()

    with pytest.raises(ConnectionError) as caught:
        find_file(published[1]._replace(addresses=silent), "images")

    message = str(caught.value)
    assert message.startswith("images of Two files could not be downloaded: http://127.0.0.1:")
    assert all(f"{address}images gave a ConnectionError" in message for address in silent)
    assert "By hand: download images, letter-recognition.data from http://127.0.0.1:" in message
    assert message.endswith('put all into one folder, and call two_files("that folder").')
