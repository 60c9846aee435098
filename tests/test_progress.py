"""What is printed while a class is graded: on a terminal, in a log, and at the end."""

import io

import pytest

from bpkit.grading.marking import Verdict
from bpkit.grading.runner import Step, Summary
from bpkit.grading.statistics import ClassStatistics
from bpkit.grading.submission import Graded
from bpkit.progress import LOOKS, Progress, duration, table


class Out(io.StringIO):
    """A stream that is a terminal or not."""

    def __init__(self, terminal):
        super().__init__()
        self.isatty = lambda: terminal


def graded(score=4.0, note="", limit=""):
    return Graded([Verdict("f", {"all": (score, 4.0)}, None, "", limit=limit)], note, level="full")


def shown(total, terminal=False, seconds_each=0.1, one=None):
    """Return what is printed of a class whose submissions are done one by one."""
    out, now = Out(terminal), [0.0]
    progress = Progress(out, lambda: now[0])
    for done in range(1, total + 1):
        now[0] += seconds_each
        progress(Step(done, total, 0, f"student{done}", one or graded(), seconds_each))
    progress.end()
    return out.getvalue()


@pytest.mark.parametrize("total", [1, 3, 12, 1000, 10_000])
def test_logs_stay_readable(total):
    lines = shown(total).splitlines()

    assert min(total, 10) <= len(lines) <= 10 + total // 600
    assert lines[-1].startswith(f"  {total} of {total}, 0 failed, 10 a second, in ")
    assert not any("\x1b" in line or "\r" in line for line in lines)


def test_logs_of_slow_classes_have_a_line_a_minute():
    lines = shown(20, seconds_each=80.0).splitlines()

    assert len(lines) == 20
    assert lines[0] == "  1 of 20, 0 failed, 0.0125 a second, 25 min 20 s left, slowest 1 min 20 s (student1)"


def test_terminals_have_one_line_that_lives():
    said = shown(1000, terminal=True)

    assert said.count("\n") == 1 and said.endswith("\n")
    assert said.startswith("\r\x1b[K  1 of 1000, ")
    assert "\r\x1b[K  1000 of 1000, 0 failed, 10 a second, in 1 min 40 s" in said


def test_the_living_line_does_not_move_too_often():
    assert shown(1000, terminal=True, seconds_each=0.01).count("\r") <= 102


@pytest.mark.parametrize("terminal", [False, True])
def test_those_who_need_a_look_have_a_line_that_stays(terminal):
    said = shown(3, terminal, one=graded(0.0, limit="memory"))

    assert said.count("  look at student1: f ran out of memory\n") == 1
    assert said.count("look at") == 3
    assert (
        said.rstrip("\n")
        .splitlines()[-1]
        .endswith("3 of 3, 0 failed, 10 a second, in 0.3 s, slowest 0.1 s (student1)")
    )


def test_many_who_need_a_look_do_not_flood():
    said = shown(500, one=graded(0.0, "The file is empty."))

    assert said.count("look at student") == LOOKS
    assert said.count("look at more of them: the class report names them.") == 1


def test_the_slowest_is_named():
    out = Out(False)
    progress = Progress(out)
    for done, seconds in enumerate([0.1, 7.25, 0.3], 1):
        progress(Step(done, 3, 1, f"student{done}", graded(), seconds))

    assert out.getvalue().endswith("slowest 7.2 s (student2)\n")
    assert "1 failed" in out.getvalue()


def test_nothing_done_prints_nothing():
    out = Out(True)
    Progress(out).end()

    assert out.getvalue() == ""


def test_table_has_everything_that_is_asked_of_it():
    statistics = ClassStatistics()
    for score, limit in ((4.0, ""), (1.0, "time"), (0.0, "time"), (2.0, "memory")):
        statistics.add("x", graded(score, limit=limit))
    summary = Summary(5, 3, 2, 80.0, [("ada", 30.0), ("ben", 2.0)], "kernel")

    said = dict(line.strip().split("  ", 1) for line in table("ps04", summary, statistics).splitlines()[1:])
    assert {name: says.strip() for name, says in said.items()} == {
        "submissions": "10",
        "graded": "5",
        "skipped": "3, nothing changed since they were graded",
        "could not be judged": "2",
        "met a limit": "3 (time 2, memory 1)",
        "mean": "1.8 of 4",
        "median": "1.5 of 4",
        "time": "1 min 20 s, 0.0625 a second",
        "slowest": "ada 30 s, ben 2.0 s",
        "sandbox": "level kernel",
    }


def test_table_of_a_run_that_had_nothing_to_do():
    statistics = ClassStatistics()
    statistics.add("x", graded())
    said = table("ps04", Summary(0, 1, 0, 0.0, [], ""), statistics)

    assert "    slowest              none\n" in said
    assert "    time                 0.0 s\n" in said


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "0.0 s"), (9.96, "10 s"), (59.7, "1 min 0 s"), (3599.9, "1 h 0 min"), (86400, "24 h 0 min")],
)
def test_durations_are_words(seconds, says):
    assert duration(seconds) == says
