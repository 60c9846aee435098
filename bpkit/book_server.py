"""The built book and the sample class, shown in the browsers of this machine alone."""

import contextlib
import functools
import http.server
import io
from html import escape
from pathlib import Path
from urllib.parse import quote

from bpkit.book import BookError

SHOWN = ("html", "sample_class/feedback", "sample_class/report")
CONTENTS = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The course</title>
<link rel="icon" href="html/_static/logo.svg">
<style>
  :root {{ color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }}
  body {{ max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}
</style>
<h1>The course</h1>
<ul>
{items}
</ul>
</html>
"""


def serve(root, port=8000, echo=print):
    """Show the book and the sample class in the browsers of this machine, until Ctrl-C.

    Parameters
    ----------
    root : path
        The repository's folder.
    port : int
        0 lets the system choose.
    echo : callable
        Takes one line.

    Raises
    ------
    BookError
        If there is no book yet, or the port is taken.
    """
    with server(root, port) as shown, contextlib.suppress(KeyboardInterrupt):
        echo(f"The course is at http://127.0.0.1:{shown.server_port}/ (Ctrl-C ends).")
        shown.serve_forever()


def server(root, port):
    """Return the HTTP server of `serve`, listening on the loopback address, not yet serving.

    Parameters
    ----------
    root : path
        The repository's folder.
    port : int
        0 lets the system choose; see its ``server_port``.

    Returns
    -------
    http.server.ThreadingHTTPServer

    Raises
    ------
    BookError
        If there is no book yet, or the port is taken.
    """
    out = Path(root).resolve() / "_build"
    if not (out / "html" / "index.html").exists():
        raise BookError(f"There is no book in {out / 'html'} yet. Build it first: make course.")
    try:
        handler = functools.partial(_Handler, directory=str(out))
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise BookError(f"Port {port} cannot be used: {error.strerror}. Choose another port.") from None


def contents(out):
    """Return the first page of the server: links to what there is in the folder `out`."""
    links = {"html/index.html": "The book"}
    for page in sorted(out.glob("sample_class/report/*.html")):
        links[page.relative_to(out).as_posix()] = f"The report on the sample class: {page.stem}"
    for page in sorted(out.glob("sample_class/feedback/*/*/*.html")):
        student, problem_set = page.parts[-3:-1]
        links[page.relative_to(out).as_posix()] = f"Feedback: {student}, {problem_set}"
    items = [
        f'<li><a href="{quote(to)}">{escape(text)}</a></li>'
        for to, text in links.items()
        if (out / to).exists()
    ]
    return CONTENTS.format(items="\n".join(items))


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the book, the feedback and the report, and nothing else of ``_build``."""

    def send_head(self):
        asked = Path(self.translate_path(self.path))
        out = Path(self.directory)
        if asked == out:
            return self.send_page(contents(out).encode())
        if not any(asked.is_relative_to(out / shown) for shown in SHOWN):
            return self.send_error(404)
        return super().send_head()

    def send_page(self, page):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return io.BytesIO(page)

    def log_message(self, format, *args):
        """Say nothing."""
