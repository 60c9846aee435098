"""What a fork's reply says, whatever an untrusted process put into it."""

from functools import cached_property

from ..outcome import Outcome
from .frames import HEAD, FrameError, decode, sizes
from .names import known_name

LIMITS = ("memory", "processes", "files")
UNREAD = 2**16  # bytes of description that may wait to be decoded
RESULT = b'{"dict":[[{"plain":"result"},'  # how the description of a result begins


class Unread:
    """An outcome that seems to hold a result; its frame is decoded when someone looks at it."""

    def __init__(self, frame):
        self.frame = frame

    def settle(self):
        """Note that the frame holds the right result, which need not be decoded to know that."""
        self.problem, self.limit = None, ""

    @cached_property
    def outcome(self):
        return read(self.frame)

    def __getattr__(self, name):
        return getattr(self.outcome, name)


def as_outcome(frame):
    """Return the outcome that a reply's frame describes; a result is decoded when it is looked at.

    Raises
    ------
    FrameError
        If the frame is none.
    """
    text, _ = sizes(frame[: HEAD.size])
    if frame.startswith(RESULT, HEAD.size) and text < UNREAD:
        return Unread(frame)
    return read(frame)


def read(frame):
    """Return the outcome that a reply's frame describes.

    Examples
    --------
    >>> from bpkit.grading.sandbox.frames import encode
    >>> read(encode({"result": 2.0, "arguments": []})).result
    2.0
    >>> read(encode([1])).problem
    'unreadable'
    """
    try:
        reply = decode(frame)
    except FrameError as error:
        return Outcome(problem="unreadable", message=str(error))
    if not isinstance(reply, dict):
        return Outcome(problem="unreadable", message="The reply is not of the kind that was asked for.")
    error, arguments = reply.get("error"), reply.get("arguments")
    if reply.get("missing") is True:
        return Outcome(problem="missing")
    if isinstance(error, dict):
        return raised(error, reply.get("outputs"))
    if error is not None or "result" not in reply:
        return Outcome(problem="unreadable", message="The reply is not of the kind that was asked for.")
    return Outcome(result=reply["result"], arguments=tuple(arguments) if isinstance(arguments, list) else ())


def raised(error, outputs):
    """Return the outcome of an exception, as far as its description can be believed."""
    line, kind = error.get("line"), known_name(str(error.get("type")))
    limit = error.get("limit")
    return Outcome(
        result=outputs,
        problem="unanswered" if kind == "NotImplementedError" else "raised",
        type=kind,
        line=line if type(line) is int and 0 < line < 10_000 else None,
        name=str(error.get("name") or "")[:60],
        message=str(error.get("message"))[:500],
        limit=limit if limit in LIMITS else "",
    )
