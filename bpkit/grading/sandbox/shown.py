"""What a cell shows, caught as a notebook's outputs as far as there is room for them."""

import base64
import json
import subprocess
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

KINDS = (
    *("text/plain", "text/html", "text/markdown", "text/latex", "application/json"),
    *("image/svg+xml", "image/png", "image/jpeg"),
)
CUT = "\n… The rest is cut: the cell shows more than it may."


AROUND = 256  # bytes of a frame around what one output holds
OF_AN_ERROR = 2**13  # room for an error after all other room is used up


class Shown:
    """The outputs of one cell, and how many more bytes fit, counted as a frame holds them."""

    def __init__(self, room):
        self.outputs, self.room = [], room

    def add(self, output):
        """Add an output, and say whether there was room for it."""
        self.room -= AROUND
        if self.room > 0:
            self.outputs.append(output)
        return self.room > 0

    def fit(self, text):
        """Return as much of a text as there is room for."""
        text, room = str(text), max(self.room, 0)
        fits = text[:room]
        while sent(fits) > room:
            fits = fits[: len(fits) // 2]
        self.room = room - sent(fits) if len(fits) == len(text) else 0
        return fits if len(fits) == len(text) else fits + CUT

    def stream(self, name, text):
        """Add to the last stream, or begin one."""
        last = self.outputs[-1] if self.outputs else {}
        if self.room <= 0 or not text:
            return
        if last.get("name") == name:
            last["text"] += self.fit(text)
        elif self.add({"output_type": "stream", "name": name, "text": ""}):
            self.outputs[-1]["text"] = self.fit(text)

    def data(self, kind, data):
        """Add a rich output, those of its forms for which there is room."""
        forms = {}
        if not self.add({"output_type": kind, "data": forms, "metadata": {}}):
            return False
        for form in filter(data.__contains__, KINDS):
            text = as_text(data[form])
            if sent(text) <= self.room:
                forms[form] = self.fit(text)
        return True

    def error(self, name, value, lines):
        """Add an error; it is told however much was shown before it."""
        self.room = max(self.room, OF_AN_ERROR)
        told = {"ename": self.fit(name), "evalue": self.fit(value), "traceback": []}
        self.outputs.append({"output_type": "error", **told})
        for line in lines:
            if self.room > 0:
                self.outputs[-1]["traceback"].append(self.fit(line))


def sent(text):
    """Return how many bytes of a frame a text takes."""
    return len(json.dumps(text)) - 2


def as_text(value):
    """Return a form of a rich value as a notebook's file holds it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str) else json.dumps(value, default=str)


class Stream:
    """Takes the place of ``sys.stdout`` or ``sys.stderr``."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, name, shell):
        self.name, self.shell = name, shell

    def write(self, text):
        """Add a text to what the cell shows, if anyone asks for that."""
        if self.shell.shown:
            self.shell.shown.stream(self.name, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        """Do nothing: what is written is there."""

    def isatty(self):
        return False

    def writable(self):
        return True


class Hook(DisplayHook):
    """Shows the value of a cell's last line."""

    def __call__(self, result=None):
        """Show the value, if anyone asks for that; it costs a rendering."""
        if self.shell.shown and result is not None and not self.quiet():
            data, _ = self.compute_format_data(result)
            if self.shell.shown.data("execute_result", data):
                self.shell.shown.outputs[-1]["execution_count"] = None

    def quiet(self):
        """Say whether the cell ends in a semicolon."""
        return self.semicolon_at_end_of_expression(self.shell.source)


class Publisher(DisplayPublisher):
    """Shows what ``display`` is given."""

    def publish(self, data, metadata=None, **rest):
        """Show the data, if anyone asks for that."""
        if self.shell.shown:
            self.shell.shown.data("display_data", data)


class Shell(InteractiveShell):
    """An IPython shell that keeps what it shows to itself."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    shown, source = None, ""

    def begin(self, source, room):
        """Have the cell that runs next show what it shows in so many bytes; with None it shows nothing."""
        self.source, self.shown = source, None if room is None else Shown(room)

    def init_io(self):
        """Take the streams."""
        sys.stdout, sys.stderr = Stream("stdout", self), Stream("stderr", self)

    def enable_gui(self, gui=None):
        """Do nothing: there is no window system here."""

    def enable_matplotlib(self, gui=None):
        """Show figures in the notebook where anyone asks for outputs, and else draw nowhere."""
        return super().enable_matplotlib("inline") if self.shown else (gui, "agg")

    def system(self, cmd):
        """Run a command of the system, as ``!`` asks; there are no terminals here."""
        ways = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        ran = subprocess.run(self.var_expand(cmd, depth=1), shell=True, text=True, errors="replace", **ways)
        sys.stdout.write(ran.stdout)
        self.user_ns["_exit_code"] = ran.returncode

    def ask_exit(self):
        """End the cell, as ``exit()`` asks."""
        raise SystemExit

    def showtraceback(self, *arguments, **keywords):
        """Show an exception, if anyone asks for that; a traceback takes long to make."""
        if self.shown:
            super().showtraceback(*arguments, **keywords)

    def showsyntaxerror(self, *arguments, **keywords):
        """Show a syntax error, if anyone asks for that."""
        if self.shown:
            super().showsyntaxerror(*arguments, **keywords)

    def _showtraceback(self, etype, evalue, stb):
        self.shown.error(etype.__name__, evalue, stb)
