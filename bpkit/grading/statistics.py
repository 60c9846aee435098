"""What a class did, added up one submission at a time, so that the class may be as large as it likes."""

from collections import Counter
from math import sqrt

from .diagnosis import FIRST, SECOND

ENOUGH = 10  # students, below whom a correlation tells nothing
SHOWN = 200  # students named for one reason; of the others there is only the number
UNJUDGED = "This submission could not be judged"  # so begins the note of one that the grader failed on
LIMITS = {
    "time": "ran out of time",
    "memory": "ran out of memory",
    "processes": "started too many processes",
    "files": "wrote too much to files",
    "output": "wrote too much output",
    "ended": "ended its own process",
}


class Moments:
    """How two numbers vary together, in one pass (Welford's method).

    >>> moments = Moments()
    >>> for k in range(10):
    ...     moments.add(k, -2 * k)
    >>> moments.x, moments.correlation()
    (4.5, -1.0)
    """

    def __init__(self):
        self.count = 0
        self.x = self.y = self.xx = self.yy = self.xy = 0.0

    def add(self, x, y):
        self.count += 1
        dx, dy = x - self.x, y - self.y
        self.x += dx / self.count
        self.y += dy / self.count
        self.xx += dx * (x - self.x)
        self.yy += dy * (y - self.y)
        self.xy += dx * (y - self.y)

    def correlation(self):
        """Return Pearson's correlation; None for few pairs, or where one of the numbers never changes."""
        flat = min(self.xx - 1e-9 * self.x**2, self.yy - 1e-9 * self.y**2) <= 0
        return None if flat or self.count < ENOUGH else self.xy / sqrt(self.xx * self.yy)


class QuestionStatistics:
    """What a class did in one question."""

    def __init__(self, name):
        self.name = name
        self.max = 0.0
        self.right = self.unnamed = 0  # answers that are right, and wrong ones that fit no known mistake
        self.moments = Moments()  # of the points here, and of those in all other questions

    def add(self, verdict, rest):
        self.max = max(self.max, verdict.max)
        self.right += verdict.right
        self.unnamed += not verdict.right and not verdict.mistake
        self.moments.add(verdict.score, rest)

    @property
    def students(self):
        return self.moments.count

    @property
    def mean(self):
        return self.moments.x

    @property
    def success(self):
        """Return the share of students whose answer is right."""
        return self.right / self.students

    @property
    def discrimination(self):
        """Return the correlation of the points here with the points in all other questions, or None."""
        return self.moments.correlation()


class Named:
    """Students for whom the same reason holds: how many, and the first of them."""

    def __init__(self):
        self.count, self.first = 0, []

    def add(self, student, detail):
        self.count += 1
        if self.count <= SHOWN:
            self.first.append((student, detail))

    @property
    def more(self):
        return self.count - len(self.first)


class ClassStatistics:
    """What a class did in a set; `add` takes one submission after the other."""

    def __init__(self):
        self.students, self.max = 0, 0.0
        self.marks, self.levels, self.limits = Counter(), Counter(), Counter()
        self.inside = 0  # submissions whose verdict was formed beside the student's code
        self.questions = {}  # {name: QuestionStatistics}
        self.mistakes, self.sentences = Counter(), {}  # by (number, question)
        self.unjudged, self.limited, self.noted = Named(), Named(), Named()

    def add(self, student, graded):
        """Add one submission."""
        score = graded.score
        self.students += 1
        self.max = max(self.max, graded.max)
        self.marks[round(score, 6)] += 1
        self.levels[graded.level] += 1
        self.inside += graded.inside
        for verdict in graded.verdicts:
            self.question(verdict.name).add(verdict, score - verdict.score)
            for number in verdict.mistakes:
                self.add_mistake(number, verdict)
        self.look(student, graded)

    def question(self, name):
        return self.questions.setdefault(name, QuestionStatistics(name))

    def add_mistake(self, number, verdict):
        key = number, verdict.name
        self.mistakes[key] += 1
        self.sentences.setdefault(key, sentence(number, verdict))

    def look(self, student, graded):
        """Note a submission that a person should see, and why."""
        self.limits.update({limit_of(verdict) for verdict in graded.verdicts} - {""})
        if reason := amiss(graded):
            unjudged = graded.note.startswith(UNJUDGED)
            kind = self.unjudged if unjudged else self.noted if graded.note else self.limited
            kind.add(student, reason)

    @property
    def mean(self):
        return sum(mark * count for mark, count in self.marks.items()) / self.students

    @property
    def median(self):
        """Return the middle mark, or the mean of the two in the middle.

        >>> statistics = ClassStatistics()
        >>> statistics.students, statistics.marks = 4, Counter({1.0: 2, 3.0: 2})
        >>> statistics.median
        2.0
        """
        middle = ((self.students - 1) // 2, self.students // 2)
        return sum(self.mark_of_rank(rank) for rank in middle) / 2

    def mark_of_rank(self, rank):
        for mark in sorted(self.marks):
            rank -= self.marks[mark]
            if rank < 0:
                return mark

    def distribution(self, bins=10):
        """Count the marks in equal ranges: (from, to, students), the best mark in the last."""
        width = (self.max or 1.0) / bins
        counts = Counter()
        for mark, count in self.marks.items():
            counts[max(0, min(int(mark / width + 1e-9), bins - 1))] += count
        return [(k * width, (k + 1) * width, counts[k]) for k in range(bins)]

    def frequent_mistakes(self):
        """List (number, question, sentence, students), the most frequent first."""
        return [(*key, self.sentences[key], count) for key, count in self.mistakes.most_common()]


def amiss(graded):
    """Say what was amiss with a submission: its note, or the limits that its answers met; or nothing."""
    met = [f"{v.name} {says(limit_of(v))}" for v in graded.verdicts if limit_of(v)]
    return graded.note or "; ".join(met)


def limit_of(verdict):
    """Return which limit an answer met, or nothing."""
    return verdict.limit or ("ended" if verdict.stuck else "")


def says(limit):
    """Return what an answer did that met a limit.

    >>> says("time"), says("patience")
    ('ran out of time', 'met its limit of patience')
    """
    return LIMITS.get(limit, f"met its limit of {limit}")


def sentence(number, verdict):
    """Return what a message says of a mistake: without the name before it, its number, and what follows."""
    lines, end = verdict.message.split("\n"), f" [{number}]"
    line = next((line for line in lines if line.endswith(end)), lines[0]).removesuffix(end)
    return line.removeprefix(f"{verdict.name}: ").removeprefix(FIRST).removeprefix(SECOND)
