"""What the tests in a real browser share: the browser, and a server of what was built."""

import contextlib
import shutil
import threading

import pytest

from bpkit import book_server

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@contextlib.contextmanager
def chromium():
    """Run Chromium, or skip the test where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("No Chromium on the PATH: the book's pages cannot be looked at.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=path, args=FLAGS) as running:
            yield running


@contextlib.contextmanager
def serving(root):
    """Serve what was built below `root`, and yield the address of its pages."""
    with book_server.server(root, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/html"
        server.shutdown()
