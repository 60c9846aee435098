"""What a cell shows, caught as a notebook's outputs as far as there is room for them."""

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


class Shown:
    """The outputs of one cell, and how many more characters fit."""

    def __init__(self, room):
        self.outputs, self.room = [], room

    def fit(self, text):
        """Return as much of a text as there is room for."""
        text = str(text)
        fits, self.room = text[: max(self.room, 0)], self.room - len(text)
        cut = CUT if self.room < 0 <= self.room + len(text) else ""
        return fits + cut

    def stream(self, name, text):
        """Add to the last stream, or begin one."""
        text = self.fit(text)
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name:
            last["text"] += text
        elif text:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def data(self, kind, data):
        """Add a rich output, those of its forms for which there is room."""
        forms = {
            form: self.fit(data[form]) for form in KINDS if form in data and len(str(data[form])) <= self.room
        }
        self.outputs.append({"output_type": kind, "data": forms, "metadata": {}})

    def error(self, name, value, lines):
        words = {
            "ename": self.fit(name),
            "evalue": self.fit(value),
            "traceback": [self.fit(x) for x in lines],
        }
        self.outputs.append({"output_type": "error", **words})


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
            self.shell.shown.data("execute_result", data)
            self.shell.shown.outputs[-1]["execution_count"] = None


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
    shown = None

    def init_io(self):
        """Take the streams."""
        sys.stdout, sys.stderr = Stream("stdout", self), Stream("stderr", self)

    def enable_gui(self, gui=None):
        """Do nothing: there is no window system here."""

    def enable_matplotlib(self, gui=None):
        """Show figures in the notebook where anyone asks for outputs, and else draw nowhere."""
        return super().enable_matplotlib("inline") if self.shown else (gui, "agg")

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
