"""Who sits before a network that trains: sees the bar, and may press Ctrl-C."""

import signal
import sys
import threading
from contextlib import contextmanager
from functools import partial

from ..reference.shapes import expect_switch

DELAY = 1.0  # seconds after which a bar appears that nobody asked for: a short run needs none


class Interrupt:
    """Whether Ctrl-C was pressed."""

    asked = False


@contextmanager
def interruptible():
    """Give an `Interrupt` that notes the first Ctrl-C; the second one raises KeyboardInterrupt as usual.

    A handler of the caller's own stays in place, and so does what threads other than the main one have.
    """
    interrupt = Interrupt()
    ours = threading.current_thread() is threading.main_thread()
    if not (ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler):
        yield interrupt
        return

    def note(number, frame):
        if interrupt.asked:
            signal.default_int_handler(number, frame)
        interrupt.asked = True

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def find_bar(wanted):
    """Return what makes a bar, or None where nobody looks.

    Parameters
    ----------
    wanted : bool or None
        None makes a bar on a terminal and in a notebook, which appears if the run takes longer than a moment.

    Raises
    ------
    ModuleNotFoundError
        If a bar is wanted and tqdm is not installed.
    """
    if wanted is None and not _is_watched() or wanted is not None and not expect_switch("progress", wanted):
        return None
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        if wanted is None:
            return None
        message = 'progress=True needs the package tqdm. Install it: pip install "bpkit[train]"'
        raise ModuleNotFoundError(message, name="tqdm") from None
    return partial(tqdm, unit="epoch", delay=0 if wanted else DELAY, dynamic_ncols=True)


def _is_watched():
    return "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())


@contextmanager
def showing(new_bar, done, epochs):
    """Give a function that shows the epoch just done, its loss and rate; without a bar it does nothing."""
    if new_bar is None:
        yield lambda loss, rate: None
        return
    with new_bar(total=epochs, initial=done) as bar:

        def show(loss, rate):
            bar.set_postfix_str(f"loss {loss:.3g}, rate {rate:.3g}", refresh=False)
            bar.update()

        yield show
