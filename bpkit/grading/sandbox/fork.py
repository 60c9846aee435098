"""One submission's own process, as the grader talks to it: requests out, bounded frames back."""

import time

import numpy as np

from ..outcome import Outcome
from .frames import ASKS, HEAD, Callback, FrameError, Handed, asking, decode, encode, sizes
from .leash import Clock
from .levels import SandboxRefused, read_line
from .replies import outcomes_of, read
from .values import AS_GIVEN

STAND_IN_LIMIT = 2_000  # numbers in all arguments that the grader computes with for an answer
HANDED_LIMIT = 20_000  # the same, for a function that a case hands over: the answer may choose the arguments
TEXT_LIMIT, DATA_LIMIT = 2**23, 2**28  # bytes of replies that the forks of a submission may send in all
GLANCE = 0.05  # seconds that a request may take without its CPU time being asked for
LOOK = 0.5  # seconds between two looks at the CPU time of a fork that has used its seconds


class TooMuch(FrameError):
    """A fork has sent more than it may in all."""


class Fork:
    """One submission's own process; a context manager."""

    def __init__(self, channel, leash, sandbox):
        self.channel, self.leash, self.limits, self.group = channel, leash, sandbox.limits, sandbox.group
        self.buffer, self.sent = bytearray(), (0, 0)
        self.clock, self.used = None, 0.0
        self.advised = False  # one of ours has stood in: what it said may be kept in there
        why = read_line(channel)
        if why:
            self.__exit__()
            raise SandboxRefused(f"A fork could not be shut in: {why}.")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.channel.close()
        self.leash.end()

    def new_clock(self, seconds):
        """Return a clock of so many CPU seconds."""
        return Clock(seconds, self.limits.wall_seconds(seconds))

    def cell(self, source, seconds=None, outputs=False):
        """Run a cell; the outcome says whether it raised, ran out of time, died or was too large."""
        clock = self.new_clock(seconds or self.limits.cell_seconds)
        try:
            request = asking({"do": "cell", "source": source, "outputs": outputs})
        except FrameError:  # some characters take twelve bytes
            return Outcome(problem="large")
        return self.one(request, clock)

    def value(self, name, clock=None):
        """Fetch the value of a name."""
        request = asking({"do": "value", "name": name})
        return self.one(request, clock or self.new_clock(self.limits.check_seconds))

    def call(self, name, arguments, seconds=None, ours=None):
        """Call an answer once; for `ours` see `calls`."""
        clock = self.new_clock(seconds or self.limits.check_seconds)
        (reply,) = self.calls([name], 1, clock, ours, cases=encode([list(arguments)], depth=AS_GIVEN))
        return reply

    def one(self, request, clock):
        """Send a request that has a single reply, never a bundle, and return the outcome."""
        (reply,) = self.requests(request, 1, clock, {}, bundles=False)
        return reply

    def calls(self, answers, count, clock, ours=None, *, first=0, careful=False, cases=None, probe=""):
        """Call an answer on `count` cases: those that the sandbox holds for it, from `first` on.

        Parameters
        ----------
        answers : list of str
            The name of the answer, and of others that the probe calls besides.
        count : int
        clock : Clock
        ours : dict of {str or int: callable}, optional
            Functions that the grader computes: by the name of the earlier answer whose place they take, or by
            their number in the cases.
        first : int
        careful : bool
            Have every reply sent at once; else some come together.
        cases : bytes, optional
            The frame of a list of arguments, one a case, that goes along in the place of those held.
        probe : str
            Of `probes.PROBES`, to call the answer by.

        Returns
        -------
        list of Outcome
            As many as came back; the last one says what went wrong if there are fewer than asked for.
        """
        ours = ours or {}
        request = {"do": "calls", "answers": answers, "probe": probe, "held": cases is None, "first": first}
        request |= {"stand_ins": [name for name in ours if isinstance(name, str)], "careful": careful}
        return self.requests(asking(request) + (cases or b""), count, clock, ours)

    def requests(self, request, count, clock, ours, bundles=True):
        """Send a request and collect its replies, answering what is asked in between."""
        began = time.monotonic()
        self.clock, self.look = clock, began + clock.cpu
        replies = []
        try:
            self.send(request)
            while len(replies) < count:
                frame = self.reply(ours)
                replies += outcomes_of(frame, count - len(replies)) if bundles else [read(frame)]
        except TimeoutError:
            replies.append(Outcome(problem="time", limit="time"))
        except (ConnectionError, EOFError):
            replies.append(self.ended())
        except TooMuch:
            replies.append(Outcome(problem="output", limit="output"))
        except FrameError as error:
            replies.append(Outcome(problem="unreadable", message=str(error)))
        if time.monotonic() - began > GLANCE:
            clock.cpu -= self.computed()
        return replies

    def computed(self):
        """Return the CPU seconds that the fork used since this was asked last."""
        before, self.used = self.used, self.leash.cpu_seconds()
        return max(self.used - before, 0.0)

    def ended(self):
        """Say why a fork is no more: the memory of its group was used up, or it ended itself."""
        memory = self.group.out_of_memory()
        return Outcome(problem="memory" if memory else "died", limit="memory" if memory else "ended")

    def reply(self, ours):
        """Return the next frame that is a reply."""
        while (frame := self.receive())[:1] == ASKS:
            self.wait_no_longer()
            asked = decode(frame)
            if not isinstance(asked, dict) or "call" not in asked:
                raise FrameError("The reply is not of the kind that was asked for.")
            self.send(encode(self.computed_here(ours, asked)))
        self.count(frame)
        return frame

    def count(self, frame):
        """Count what is kept until all is judged; questions are not, however many there are."""
        text, data = sizes(frame[: HEAD.size])
        self.sent = self.sent[0] + text, self.sent[1] + data
        if self.sent[0] > TEXT_LIMIT or self.sent[1] > DATA_LIMIT:
            raise TooMuch("The answers return more than may be sent in all.")

    def computed_here(self, ours, asked):
        """Compute what a function of ours returns, asking back for the functions it was given."""
        self.advised = True
        limit = HANDED_LIMIT if isinstance(asked["call"], int) else STAND_IN_LIMIT
        if entries(asked.get("arguments")) > limit:
            return {"refused": "The arguments are larger than any that this question asks with."}
        try:
            values = [self.function(v, ours) for v in asked["arguments"]]
            names = asked["keywords"]
            plain = len(values) - len(names)
            with np.errstate(all="ignore"):  # numbers that the answer chose
                result = ours[asked["call"]](*values[:plain], **dict(zip(names, values[plain:], strict=True)))
            return {"result": result}
        except (TimeoutError, ConnectionError, EOFError, FrameError):
            raise
        except Exception as error:  # the student's arguments do not suit the reference
            return {"refused": str(error)[:500]}

    def function(self, value, ours):
        """Return the function that an argument stands for, and any other as it is."""
        if isinstance(value, Handed):
            return ours[value.number]
        return self.callback(value) if isinstance(value, Callback) else value

    def callback(self, place):
        """Return a function of ours that has a function of theirs evaluated."""

        def evaluate(*arguments):
            self.send(encode({"evaluate": place, "arguments": list(arguments)}))
            reply = decode(self.receive())
            if not isinstance(reply, dict) or "value" not in reply:
                raise FrameError("A function given to an earlier answer raised.")
            if entries(reply["value"]) > STAND_IN_LIMIT:
                raise ValueError("A function given to an earlier answer returns more than it was given.")
            return reply["value"]

        return evaluate

    def wait_no_longer(self):
        """Let the channel wait until the clock is to be looked at again; raise where the time is over."""
        now = time.monotonic()
        if now >= self.look:
            self.look = now + LOOK
            self.clock.cpu -= self.computed()
            if self.clock.cpu <= 0:
                raise TimeoutError
        if now >= self.clock.ends:
            raise TimeoutError
        self.channel.settimeout(max(min(self.clock.ends, self.look) - now, 1e-3))

    def send(self, frame):
        view = memoryview(frame)
        while view:
            self.wait_no_longer()
            try:
                view = view[self.channel.send(view) :]
            except TimeoutError:
                continue

    def receive(self):
        """Return the next frame, whole."""
        self.fill(HEAD.size)
        size = HEAD.size + sum(sizes(self.buffer[: HEAD.size]))
        self.fill(size)
        frame = bytes(self.buffer[:size])
        del self.buffer[:size]
        return frame

    def fill(self, count):
        """Read until there are so many bytes."""
        while len(self.buffer) < count:
            self.wait_no_longer()
            try:
                more = self.channel.recv(2**16)
            except TimeoutError:
                continue
            if not more:
                raise EOFError
            self.buffer += more


def entries(value):
    """Count the numbers in a value, and the characters; beside a text numpy makes numbers as long as it.

    >>> entries([{1: np.ones((2, 3))}, "tanh"])
    11
    """
    if isinstance(value, np.ndarray):
        return max(value.size, *value.shape, 1)
    if isinstance(value, dict):
        return entries([*value, *value.values()])
    if isinstance(value, str):
        return len(value)
    return sum(map(entries, value)) if isinstance(value, list | tuple) else 1
