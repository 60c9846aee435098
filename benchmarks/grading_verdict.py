"""What a verdict alone costs, and where: step by step, at each level, beyond the student's own code."""

import contextlib
import json
import time
from collections import defaultdict
from statistics import median

from grading_cpu import deepest, of_process
from grading_notebooks import QUESTIONS, SLIPS, WAYS, released, right, wrong

from bpkit.grading import marking
from bpkit.grading.limits import Limits
from bpkit.grading.notebook import answers_of, cells_to_run, rebuild
from bpkit.grading.sandbox.levels import LEVELS, best, refusal
from bpkit.grading.sandbox.process import Fork, Sandbox
from bpkit.grading.submission import SandboxAnswers, grade_submission

SEED = "benchmark"
STEPS = {  # what each step adds to the one before
    "fork": "start a fork, shut it in, end it",
    "cells": "run the cells",
    "calls": "carry arguments and results",
    "verdict": "read the notebook, judge",
}
WHERE = ("grader", "fork", "warm", "ending")
WRONG = ("one known mistake", "untouched", "a SyntaxError")
SHORT = Limits(check_seconds=1)


def levels():
    """List the levels that this machine offers, from the strongest on."""
    return [level for level in LEVELS if refusal(level) is None]


class Job:
    """One submission with what its steps need."""

    def __init__(self, data):
        self.data = data
        answers = answers_of(json.loads(data), released())
        self.cells, self.present = cells_to_run(rebuild(released(), answers)), set(answers)
        self.asked = [marking.ask(question, SEED) for question in QUESTIONS]
        self.held = marking.held(tuple(QUESTIONS), SEED)

    def fork(self, sandbox):
        """Start a fork, shut it in, and end it."""
        sandbox.hold(self.held)
        with sandbox.fork():
            pass

    def cells_too(self, sandbox):
        """Run the cells besides."""
        sandbox.hold(self.held)
        with SandboxAnswers(sandbox, self.cells, self.present) as session:
            session.reach(self.cells[-1][0])

    def calls_too(self, sandbox):
        """Call each answer besides, and judge nothing."""
        sandbox.hold(self.held)
        with SandboxAnswers(sandbox, self.cells, self.present) as session:
            for asked in self.asked:
                with session.time_for_a_check(asked.question):
                    asked.probe(session, {})

    def verdict(self, sandbox):
        """Do all of it, as the grader does."""
        return grade_submission(sandbox, self.data, released(), QUESTIONS, SEED)

    def step(self, name):
        return {"cells": self.cells_too, "calls": self.calls_too}.get(name) or getattr(self, name)


def own_seconds(job):
    """Return the CPU seconds of the student's own code, run here: of its cells, and of its calls."""
    given = [(asked.question.name, [case.given() for case in asked.cases]) for asked in job.asked]
    namespace, start = {}, time.process_time()
    for name, source in job.cells:
        exec(compile(source, name, "exec"), namespace)
    between = time.process_time()
    for name, cases in given:
        for arguments in cases:
            namespace[name](*arguments)
    return between - start, time.process_time() - between


@contextlib.contextmanager
def forks_counted():
    """Note the CPU seconds of each fork just before it is ended."""
    noted, leave = [], Fork.__exit__

    def noting(fork, *exception):
        noted.append(of_process(fork.leash.pid) if fork.leash.pid else 0.0)
        return leave(fork, *exception)

    Fork.__exit__ = noting
    try:
        yield noted
    finally:
        Fork.__exit__ = leave


@contextlib.contextmanager
def explaining_timed():
    """Note the grader's CPU seconds for finding out why an answer is wrong."""
    noted, explain = [0.0], marking.explain

    def timed(*arguments):
        start = time.process_time()
        try:
            return explain(*arguments)
        finally:
            noted[0] += time.process_time() - start

    marking.explain = timed
    try:
        yield noted
    finally:
        marking.explain = explain


@contextlib.contextmanager
def opened(level, limits=None):
    """Open a sandbox, and yield it with the number of its warm process."""
    with Sandbox(level, limits) as sandbox:
        yield sandbox, deepest(sandbox.process.pid)


def used(step, sandbox, warm, meter):
    """Run a step, and return its CPU seconds: in all, by place, and of each fork.

    ``ending`` is what the forks use after their last look at them, while the kernel takes them down; only
    a control group counts it.
    """
    before, at_warm, here = meter.seconds(), of_process(warm), time.process_time()
    with forks_counted() as forks:
        step(sandbox)
    grader, in_all = time.process_time() - here, meter.seconds() - before
    found = {"grader": grader, "fork": sum(forks), "warm": of_process(warm) - at_warm}
    known = sum(found.values())
    exact = meter.name == "control group"
    return found | {"ending": in_all - known if exact else 0.0, "all": in_all if exact else known}, forks


def measure_right(meter, rounds, ways=tuple(WAYS), at=None):
    """Measure right submissions at each level, step by step, all of them in turn in each round.

    Parameters
    ----------
    meter : Group or Machine
    rounds : int
    ways : tuple of str
        Of `WAYS`.
    at : list of str, optional
        Levels; by default all that the machine offers.

    Returns
    -------
    list of dict
        One a level and way, in milliseconds of CPU time.
    """
    at, jobs = at or levels(), {way: Job(right(way)) for way in ways}
    found, own = defaultdict(list), defaultdict(list)
    with contextlib.ExitStack() as stack:
        sandboxes = {level: stack.enter_context(opened(level)) for level in at}
        for job in jobs.values():
            expect_full_marks(job, sandboxes[at[0]][0])
        for _ in range(rounds + 1):
            for way, job in jobs.items():
                own[way].append(own_seconds(job))
                for level, step in ((level, step) for level in at for step in STEPS):
                    spent, _ = used(job.step(step), *sandboxes[level], meter)
                    found[level, way, step].append(spent)
    return [record_right(level, way, found, own[way][1:]) for level in at for way in ways]


def expect_full_marks(job, sandbox):
    """Raise a ValueError if a submission that is to be right is not."""
    graded = job.verdict(sandbox)
    if graded.score < graded.max:
        lost = [verdict.message for verdict in graded.verdicts if not verdict.right]
        raise ValueError(f"A right submission gets {graded.score:g} of {graded.max:g} points: {lost}")


def record_right(level, way, found, own):
    """Return the record of one level and way; the first round, in which all is cold, does not count."""
    steps = {step: middle(found[level, way, step][1:]) for step in STEPS}
    cells, calls = (1e3 * median(times) for times in zip(*own, strict=True))
    sums = [steps[step]["all"] for step in STEPS]
    added = [sums[0], sums[1] - sums[0] - cells, sums[2] - sums[1] - calls, sums[3] - sums[2]]
    return {
        "level": level,
        "way": way,
        "own_ms": rounded(cells + calls),
        "all_ms": rounded(sums[3]),
        "beyond_ms": rounded(sums[3] - cells - calls),
        "steps_ms": {step: rounded(ms) for step, ms in zip(STEPS, added, strict=True)},
        "where_ms": {place: rounded(steps["verdict"][place]) for place in WHERE},
        "rounds": len(own),
    }


def middle(spent):
    """Return the median of each place over the rounds, in milliseconds."""
    return {place: 1e3 * median(one[place] for one in spent) for place in spent[0]}


def rounded(number):
    return float(f"{number:.4g}")


def measure_wrong(meter, rounds, slips=WRONG):
    """Measure wrong submissions at the best level: in all, and for finding out what is wrong.

    Returns
    -------
    list of dict
        One a slip, in milliseconds of CPU time.
    """
    jobs = {slip: Job(wrong(slip)) for slip in slips}
    found = defaultdict(list)
    with opened(best()) as (sandbox, warm):
        for _ in range(rounds + 1):
            for slip, job in jobs.items():
                with explaining_timed() as explaining:
                    spent, forks = used(job.verdict, sandbox, warm, meter)
                found[slip].append(spent | {"explaining": explaining[0], "forks": len(forks) / 1e3})
    return [record_wrong(slip, middle(found[slip][1:])) for slip in slips]


def record_wrong(slip, ms):
    return {
        "slip": slip,
        "all_ms": rounded(ms["all"]),
        "explaining_ms": rounded(ms["explaining"]),
        "where_ms": {place: rounded(ms[place]) for place in WHERE},
        "forks": int(ms["forks"]),
    }


def measure_endless(meter):
    """Measure a submission with an endless loop, without the two forks that used up their limits."""
    (slip,) = set(SLIPS) - set(WRONG)
    job = Job(wrong(slip))
    with opened(best(), SHORT) as (sandbox, warm):
        Job(right("the solution")).verdict(sandbox)
        with explaining_timed() as explaining:
            spent, forks = used(job.verdict, sandbox, warm, meter)
    for place in ("fork", "all"):
        spent[place] -= sum(sorted(forks)[-2:])
    ms = {place: 1e3 * seconds for place, seconds in spent.items()}
    return record_wrong(slip, ms | {"explaining": 1e3 * explaining[0], "forks": len(forks)})
