"""What a fork's replies say, whatever an untrusted process put into them."""

from functools import cached_property

from ..outcome import Outcome
from .frames import HEAD, RESULTS, FrameError, decode
from .names import known_name

LIMITS = ("memory", "processes", "files")
OTHER = "The reply is not of the kind that was asked for."


class Bundle:
    """Some results in one frame, which are decoded together when someone looks at one of them."""

    def __init__(self, frame):
        self.frame, (_, self.count, self.text_size, _) = frame, HEAD.unpack_from(frame)

    @cached_property
    def outcomes(self):
        try:
            items = decode(self.frame)
        except FrameError as error:
            return [Outcome(problem="unreadable", message=str(error))] * self.count
        flags = items[1::2] if isinstance(items, list | tuple) and len(items) == 2 * self.count else ()
        if not flags or not all(type(changed) is bool for changed in flags):
            return [Outcome(problem="unreadable", message=OTHER)] * self.count
        return [Outcome(result, changed) for result, changed in zip(items[::2], flags, strict=True)]


class Unread:
    """An outcome that holds a result, or says that it does; it is decoded when someone looks at it."""

    def __init__(self, bundle, place):
        self.bundle, self.place = bundle, place

    def settle(self):
        """Note that the frame holds the right result, which need not be decoded to know that."""
        self.problem, self.limit = None, ""

    def __getattr__(self, name):
        return getattr(self.bundle.outcomes[self.place], name)


def outcomes_of(frame, most=2**16):
    """Return the outcomes that a frame describes; results are decoded when they are looked at.

    Raises
    ------
    FrameError
        If it announces none, or more than so many.
    """
    if frame[:1] != RESULTS:
        return [read(frame)]
    bundle = Bundle(frame)
    if not 0 < bundle.count <= most:
        raise FrameError("The frame announces more results than were asked for, or none.")
    return [Unread(bundle, place) for place in range(bundle.count)]


def read(frame):
    """Return the outcome that the frame of a single reply describes.

    Examples
    --------
    >>> from bpkit.grading.sandbox.frames import encode
    >>> read(encode({"result": 2.0})).result
    2.0
    >>> read(encode([1])).problem
    'unreadable'
    """
    try:
        reply = decode(frame)
    except FrameError as error:
        return Outcome(problem="unreadable", message=str(error))
    if not isinstance(reply, dict):
        return Outcome(problem="unreadable", message=OTHER)
    for problem in ("missing", "rich"):
        if reply.get(problem) is True:
            return Outcome(problem=problem)
    error = reply.get("error")
    if isinstance(error, dict):
        return raised(error, reply.get("outputs"))
    if error is not None or "result" not in reply:
        return Outcome(problem="unreadable", message=OTHER)
    return Outcome(reply["result"])


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
