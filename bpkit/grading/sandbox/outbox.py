"""A fork's end of the channel: requests in, replies out, some together; errors told without their words."""

import errno
import json
import time
import traceback

from .frames import ASKS, HEAD, bundle, decode, encode, sizes
from .frames import describe as description
from .names import type_name

BUNDLE_SECONDS, BUNDLE_BYTES = 0.01, 2**19
FULL = {errno.EFBIG, errno.ENOSPC, errno.EDQUOT, errno.EMFILE}


class Outbox:
    """Replies on their way out: some together, for each send costs a change of processes."""

    def __init__(self, channel, careful):
        self.channel, self.careful = channel, careful
        self.frames, self.since = [], time.monotonic()
        self.results, self.data, self.size = [], [], 0  # of the bundle that is being made

    def put(self, reply):
        """Put a reply behind those that wait; one that cannot be sent is told as an error."""
        try:
            self.frame(encode(reply))
        except BaseException as error:  # an answer's own objects may raise anything
            self.frame(encode({"error": describe(error)}))

    def frame(self, frame):
        self.close()
        self.frames.append(frame)
        self.send_in_time()

    def result(self, value, changed):
        """Put the result of a call behind those that wait, in a bundle with those before it."""
        data = []
        text = description(value, data, depth=1)
        size = len(text) + sum(map(len, data))
        if self.size + size > BUNDLE_BYTES:
            self.close()
        if size > BUNDLE_BYTES:
            bundle([(text, changed)], data)  # raises where it is larger than a frame may be
        self.results.append((text, changed))
        self.data += data
        self.size += size
        self.send_in_time()

    def close(self):
        """Put the bundle that is being made, if there is one, among the frames."""
        if self.results:
            self.frames.append(bundle(self.results, self.data))
        self.results, self.data, self.size = [], [], 0

    def send_in_time(self):
        if self.careful or time.monotonic() - self.since > BUNDLE_SECONDS:
            self.send()

    def send(self):
        """Send what there is."""
        self.close()
        if self.frames:
            self.channel.sendall(b"".join(self.frames))
        self.frames, self.since = [], time.monotonic()

    def ask(self, question):
        """Put a question to the grader, and return the answer."""
        self.close()
        self.frames.append(encode(question, ASKS))
        self.send()
        return receive(self.channel)


def describe(error):
    """Say where in the student's cell an exception came from; its own words may not leave with it."""
    lines = [
        f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<ipython-input")
    ]
    lines += [error.lineno] if isinstance(error, SyntaxError) else []
    return {
        "type": type_name(error),
        "line": lines[-1] if lines else None,
        "name": error.name if isinstance(error, NameError) else None,
        "message": str(error)[:500],
        "limit": limit_met(error),
    }


def limit_met(error):
    """Name the limit that an exception tells of, or return an empty string."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, BlockingIOError) or "can't start new thread" in str(error):
        return "processes"
    return "files" if isinstance(error, OSError) and error.errno in FULL else ""


def receive(channel):
    """Return the next value, or None when the grader has hung up."""
    frame = read_frame(channel)
    return decode(frame) if frame else None


def next_request(channel):
    """Return the next request, or None when the grader has hung up."""
    frame = read_frame(channel)
    return json.loads(frame[HEAD.size :]) if frame else None


def read_frame(channel):
    head = read(channel, HEAD.size)
    return head + read(channel, sum(sizes(head))) if head else None


def read(channel, count):
    data = bytearray()
    while len(data) < count and (more := channel.recv(count - len(data))):
        data += more
    return data
