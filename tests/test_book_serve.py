"""The server of `make serve`: the book, the feedback and the report on loopback, and nothing else."""

import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from bpkit import book_server

FILES = (
    "html/index.html",
    "sample_class/report/ps05_backprop.html",
    "sample_class/feedback/ada/ps05/ps05.html",
    "sample_class/gradebook.db",
    "sample_class/submitted/ada/ps05/ps05.ipynb",
    "book.log",
)


@pytest.fixture
def address(tmp_path):
    for name in FILES:
        path = tmp_path / "_build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}.")
    with book_server.server(tmp_path, 0) as shown:
        thread = threading.Thread(target=shown.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{shown.server_port}"
        shown.shutdown()
        thread.join()


def fetch(address):
    with urlopen(address) as response:
        return response.read().decode()


@pytest.mark.parametrize("name", FILES[:3])
def test_server_shows_and_links(name, address):
    assert fetch(f"{address}/{name}") == f"This is {name}."
    assert f'href="{name}"' in fetch(f"{address}/")


@pytest.mark.parametrize("name", [*FILES[3:], "html/../book.log", "html/%2e%2e/book.log", "sample_class/"])
def test_server_hides_the_rest(name, address):
    with pytest.raises(HTTPError, match="404") as refusal:
        fetch(f"{address}/{name}")
    refusal.value.close()


def test_server_says_that_port_is_taken(address, tmp_path):
    port = int(address.rsplit(":")[-1])

    with pytest.raises(book_server.BookError, match=f"Port {port} cannot be used: .*Choose another port."):
        book_server.serve(tmp_path, port)


def test_server_says_that_there_is_no_book(tmp_path):
    with pytest.raises(
        book_server.BookError, match="There is no book in .* yet. Build it first: make course."
    ):
        book_server.server(tmp_path, 0)
