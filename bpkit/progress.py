"""What is printed while a class is graded, and the table after it."""

import shutil
import sys
import time

from bpkit.grading.statistics import amiss

OFTEN = 0.1  # seconds between two states of the live line
LINES = 10  # lines that a log gets of a class, and one a minute besides
LOOKS = 20  # submissions that get a line of their own because a person should see them


class Progress:
    """Prints how far grading is; it is called with each submission that is done.

    On a terminal one line lives on; elsewhere a line stands at each tenth of the class, and each minute.
    A submission that a person should see gets a line of its own.
    """

    def __init__(self, out=None, clock=time.monotonic):
        self.out = out or sys.stdout
        self.live = self.out.isatty()
        self.clock = clock
        self.start = self.shown = clock()
        self.done = self.total = self.looks = 0
        self.slowest = (0.0, "")

    def __call__(self, step):
        self.done, self.total = step.done, step.total
        if step.seconds > self.slowest[0]:
            self.slowest = step.seconds, step.student
        reason = amiss(step.graded)
        if reason:
            self.look(step.student, reason)
        if self.due(step) or (reason and self.live):
            self.shown = self.clock()
            self.show(self.state(step))

    def due(self, step):
        """Say whether it is time to show how far it is."""
        waited = self.clock() - self.shown
        if step.done == step.total:
            return True
        if self.live:
            return waited >= OFTEN
        return waited >= 60 or step.done * LINES // step.total > (step.done - 1) * LINES // step.total

    def state(self, step):
        """Return one line: how far it is, what failed, how fast, how long yet, and the slowest."""
        seconds = max(self.clock() - self.start, 1e-9)
        rate = step.done / seconds
        left = duration((step.total - step.done) / rate)
        parts = [
            f"{step.done} of {step.total}",
            f"{step.failed} failed",
            f"{rate:.3g} a second",
            f"{left} left" if step.done < step.total else f"in {duration(seconds)}",
            f"slowest {duration(self.slowest[0])} ({self.slowest[1]})",
        ]
        return "  " + ", ".join(parts)

    def look(self, student, reason):
        """Print a line for a submission that a person should see; after some, only that there are more."""
        self.looks += 1
        if self.looks <= LOOKS:
            self.line(f"  look at {student}: {reason}")
        elif self.looks == LOOKS + 1:
            self.line("  look at more of them: the class report names them.")

    def line(self, text):
        """Print a line that stays, above the live one."""
        print(f"\r\x1b[K{text}" if self.live else text, file=self.out, flush=True)

    def show(self, text):
        """Print the state: in the place of the last one on a terminal, and as a line elsewhere."""
        if self.live:
            width = shutil.get_terminal_size().columns
            print(f"\r\x1b[K{text[: width - 1]}", end="", file=self.out, flush=True)
        else:
            print(text, file=self.out, flush=True)

    def end(self):
        """End the live line."""
        if self.live and self.done:
            print(file=self.out)


def table(set_name, summary, statistics):
    """Return the table that stands at the end, a line a fact."""
    graded, skipped, failed = summary.graded, summary.skipped, summary.failed
    limits = ", ".join(f"{limit} {count}" for limit, count in statistics.limits.most_common())
    slowest = ", ".join(f"{student} {duration(seconds)}" for student, seconds in summary.slowest[:5])
    rate = f", {graded / summary.seconds:.3g} a second" if graded and summary.seconds else ""
    rows = {
        "submissions": graded + skipped + failed,
        "graded": graded,
        "skipped": f"{skipped}, nothing changed since they were graded" if skipped else 0,
        "could not be judged": failed,
        "met a limit": f"{statistics.limited.count} ({limits})" if limits else 0,
        "mean": f"{statistics.mean:.1f} of {statistics.max:g}",
        "median": f"{statistics.median:g} of {statistics.max:g}",
        "time": f"{duration(summary.seconds)}{rate}",
        "slowest": slowest or "none",
        "sandbox": f"level {summary.level}",
    }
    return "\n".join([f"  {set_name}", *(f"    {name:<20} {says}" for name, says in rows.items())])


def duration(seconds):
    """Put seconds into words.

    >>> duration(0.32), duration(42), duration(754), duration(7300)
    ('0.3 s', '42 s', '12 min 34 s', '2 h 1 min')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
