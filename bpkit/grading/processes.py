"""Worker processes of this machine: each an executor of its own, so that none takes others with it."""

import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process

from .worker import WorkerEnded, close_all, work

AHEAD = 2  # tasks that a worker has at once, so that it never waits for the next
PATIENCE = 10  # seconds until a process that was asked to end is ended


class Processes:
    """Some worker processes; each is started when there is work for it.

    >>> Processes(3).room
    6
    """

    at_home = True  # they write a course's files themselves

    def __init__(self, workers=None):
        self.slots = [Slot() for _ in range(workers or cores())]

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for slot in self.slots:
            slot.stop(at_once=kind is not None)
        for slot in self.slots:
            slot.close()

    @property
    def room(self):
        """How many tasks may be on the way at once."""
        return AHEAD * len(self.slots)

    def submit(self, setup, task):
        """Have a task done; return a future."""
        slot = min(self.slots, key=lambda slot: slot.waiting)
        return slot.submit(setup, task)

    def result(self, future):
        """Return the Result, or raise WorkerEnded."""
        try:
            return future.result()
        except BrokenProcessPool:
            raise WorkerEnded(at_work=not ended(future.ahead)) from None


def cores():
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ended(future):
    """Say whether a future will have no result because its worker ended."""
    return future is not None and future.done() and isinstance(future.exception(), BrokenProcessPool)


class Slot:
    """One worker process, replaced by another where it ended."""

    def __init__(self):
        self.executor = self.process = None
        self.given = []  # futures, in the order of the work

    @property
    def waiting(self):
        return sum(not future.done() for future in self.given)

    def submit(self, setup, task):
        """Give the process a task behind those it has."""
        ahead = self.given[-1] if self.given else None
        try:
            future = self.start().submit(work, setup, task)
        except BrokenProcessPool:
            self.close()
            return self.submit(setup, task)
        future.ahead = None if ahead is None or ahead.done() else ahead
        self.given = [*self.given[-AHEAD:], future]
        return future

    def start(self):
        """Return the executor; its process is started where there is none."""
        if self.executor is None:
            self.executor = ProcessPoolExecutor(1, get_context("spawn"), begin)
            with without_interrupts():
                before = set(active_children())
                self.executor.submit(os.getpid)
                (self.process,) = set(active_children()) - before
        return self.executor

    def stop(self, at_once=False):
        """Have the process end, at once or when it has done its work."""
        if self.executor is not None:
            if at_once and self.process:
                self.process.terminate()
            self.executor.shutdown(wait=False, cancel_futures=True)

    def close(self):
        """Wait until the process has ended."""
        self.stop()
        if self.executor is not None:
            if self.process:
                self.process.join(PATIENCE)
                self.process.kill()
            self.executor.shutdown()
        self.executor = self.process = None
        self.given = []


@contextmanager
def without_interrupts():
    """Start a process that an interrupt from the keyboard does not reach: it is for this one to handle."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin():
    """Begin in a worker process: it ends, with its sandbox, when it is told to, and with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end(number, frame):
    close_all()
    os._exit(128 + number)


def end_with_parent():
    parent_process().join()
    os.kill(os.getpid(), signal.SIGTERM)
