"""Shares of points, functions as arguments, probes, time: what a question may ask for."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bpkit.grading.check import LocalAnswers
from bpkit.grading.comparison import Difference
from bpkit.grading.limits import Limits
from bpkit.grading.marking import Verdict, draw_again, held, mark
from bpkit.grading.question import Case, Mistake, Question
from bpkit.grading.sandbox.frames import Provided
from bpkit.grading.sandbox.process import Sandbox
from bpkit.grading.scoring import SHAPED, Part, at_least, in_proportion
from bpkit.grading.submission import SandboxAnswers

ANY = ("a batch",)


def asked(function, cases, **options):
    """Return a question about `f`, whose reference is `function`."""
    parts = options.pop("parts", {"all": Part(4, ANY)})
    return Question("f", parts, "eq-delta-hidden", lambda rng: cases, function, **options)


def marked(question, answer, **others):
    (verdict,) = mark([question], LocalAnswers({"f": answer} | others), 0)
    return verdict


def sandboxed(question, **sources):
    """Return the verdict on answers given as source, each a cell, in their order."""
    (verdict,) = judged([question], sources)
    return verdict


def judged(questions, sources, limits=None):
    with Sandbox(limits=limits) as sandbox:
        sandbox.hold(held(tuple(questions), 0))
        with SandboxAnswers(sandbox, list(sources.items()), set(sources)) as session:
            session.give_time(questions)
            return list(mark(questions, session, 0))


NUMBERS = [Case("a batch", (float(n),)) for n in range(1, 11)]


@pytest.mark.parametrize(("share", "points"), [(in_proportion, 3.2), (at_least(0.8), 4), (at_least(0.9), 0)])
def test_a_part_gives_the_share_of_its_points_that_it_says(share, points):
    question = asked(abs, NUMBERS, parts={"all": Part(4, ANY, share=share)}, again=False)

    verdict = marked(question, lambda n: n if n > 2 else 0.0)

    assert verdict.score == points
    assert verdict.right == (points == 4)
    assert bool(verdict.message) == (points < 4)
    assert marked(question, abs).score == 4
    assert marked(question, lambda n: None).score == 0


def test_partial_points_stand_in_their_line():
    verdict = Verdict("f", {"a": (1.0, 2.0), "b": (0.0, 2.0), "c": (2.0, 2.0)}, None, "")

    assert verdict.lines() == ["f: 3 of 6 points", "  ✗ a: 1 of 2 points", "  ✗ b", "  ✓ c"]


SLOPE = asked(
    lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
    [Case("a batch", (f, x, 0.1)) for f in (math.sin, math.exp) for x in (0.2, 0.7)],
    parts={"all": Part(3, ANY), SHAPED: Part(1)},
    mistakes=(Mistake("M75", "divided by h.", "eq-delta-hidden", lambda f, x, h: (f(x + h) - f(x - h)) / h),),
)
CENTRAL = "def f(g, x, h): return (g(x + h) - g(x - h)) / (2 * h)"


def test_functions_are_handed_to_answers_and_stay_with_the_grader():
    assert sandboxed(SLOPE, f=CENTRAL).score == 4
    assert sandboxed(SLOPE, f=CENTRAL.replace("2 * h", "h")).mistake == "M75"
    assert marked(SLOPE, lambda g, x, h: (g(x + h) - g(x - h)) / h).mistake == "M75"
    assert marked(SLOPE, SLOPE.reference).score == 4


COMPOSED = asked(
    lambda x: x,
    [Case("a batch", ([g, h], 2.0)) for g, h in ((math.sin, math.exp), (math.exp, math.sin))],
)


def test_lists_of_functions_may_be_handed():
    question = replace(COMPOSED, reference=lambda fs, x: fs[1](fs[0](x)))

    assert sandboxed(question, f="def f(fs, x):\n    for g in fs: x = g(x)\n    return x").score == 4
    assert sandboxed(question, f="def f(fs, x): return fs[0](fs[1](x))").score == 0
    assert marked(question, question.reference).score == 4


def shuffled(expected, got, names=None, relative=0):
    """List what is wrong with numbers in random order: their order must follow from the seed."""
    first, again, other = got
    found = []
    if sorted(first) != sorted(expected[0]):
        found.append(Difference((), "value", "has other numbers."))
    if first != again or first == other:
        found.append(Difference((), "value", "does not follow from the generator."))
    return found


SHUFFLE = asked(
    lambda x, rng: rng.permutation(x).tolist(),
    [Case("a batch", (np.arange(9.0), seed)) for seed in (3, 4)],
    probe="twice",
    compare=shuffled,
    by_symptoms=True,
    mistakes=(
        Mistake("M63", "some are lost.", "eq-delta-hidden", lambda x, rng: rng.permutation(x[1:]).tolist()),
    ),
)


def test_random_results_are_judged_by_their_properties():
    by_sorting = "def f(x, rng): return x[np.argsort(rng.random(len(x)))].tolist()"
    by_yielding = "def f(x, rng):\n    x = list(x)\n    rng.shuffle(x)\n    yield from x"
    head = "import numpy as np\n"

    assert sandboxed(SHUFFLE, f=head + by_sorting).score == 4
    assert sandboxed(SHUFFLE, f=by_yielding).score == 4
    assert "does not follow" in sandboxed(SHUFFLE, f="def f(x, rng): return list(x)").message


def test_known_mistakes_of_random_results_show_by_their_symptoms():
    verdict = marked(SHUFFLE, lambda x, rng: x[:-1][np.argsort(rng.random(len(x) - 1))].tolist())

    assert verdict.mistake == "M63"
    assert marked(SHUFFLE, lambda x, rng: list(x[1:])).mistake is None


def spread(x):
    return x.mean(), x.std()


def applied(x, stats):
    return (x - stats[0]) / stats[1]


TOGETHER = asked(
    spread, [Case("a batch", (np.arange(1.0, 5.0),))], uses={"g": applied}, probe="composed for a test"
)


@pytest.fixture
def composed(monkeypatch):
    from bpkit.grading.sandbox import probes

    monkeypatch.setitem(probes.PROBES, TOGETHER.probe, lambda answers, x: answers[1](x, answers[0](x)))


def test_probes_get_the_other_answers_that_they_need(composed):
    def apply_named(x, stats):
        return (x - stats["mean"]) / stats["std"]

    assert marked(TOGETHER, spread, g=applied).score == 4
    assert marked(TOGETHER, lambda x: {"mean": x.mean(), "std": x.std()}, g=apply_named).score == 4
    assert marked(TOGETHER, spread, g=lambda x, stats: x).score == 0
    assert "is not defined" in marked(TOGETHER, spread).message


def test_cells_run_up_to_the_last_answer_that_is_needed():
    question = replace(TOGETHER, probe="", reference=lambda x: 7)
    with Sandbox() as sandbox:
        cells = [("f", "def f(x): return 1"), ("g", "def g(): pass"), ("h", "1 / 0")]
        with SandboxAnswers(sandbox, cells, {"f", "g", "h"}) as session, session.time_for_a_check(question):
            assert session.fork.value("g").problem is None
            assert session.done == 2


def test_a_question_may_take_longer_than_the_others():
    slow = """
import time
def f(n):
    end = time.process_time() + 1.5
    while time.process_time() < end: pass
    return n
"""
    question = asked(abs, NUMBERS[:1], again=False)
    for seconds, score in ((None, 0), (30, 4)):
        (verdict,) = judged([replace(question, seconds=seconds)], {"f": slow}, Limits(check_seconds=1))
        assert verdict.score == score


def test_the_whole_submission_may_take_as_much_longer():
    with Sandbox() as sandbox, SandboxAnswers(sandbox, [], set()) as session:
        before = session.ends
        session.give_time([asked(abs, NUMBERS), asked(abs, NUMBERS, seconds=60)])

        assert session.ends - before == sandbox.limits.wall_seconds(60)


def test_cases_that_take_long_are_drawn_once():
    assert len(draw_again(asked(abs, NUMBERS, again=False), 0)) == 10
    assert len(draw_again(asked(abs, NUMBERS), 0)) == 12


def test_answers_that_the_reference_cannot_stand_in_for_are_judged_as_they_are():
    draw = asked(lambda rng: 1.0, [Case("a batch", (Provided("generator", "1"),))], stands_in=False)
    user = replace(asked(lambda x: x, NUMBERS), name="g")
    cells = {"f": "def f(rng): return 2.0", "g": "def g(x): return f(None) * x"}

    for stands_in, points in ((False, 0), (True, 4)):
        first, second = judged([replace(draw, stands_in=stands_in), user], cells)
        assert (first.score, second.score) == (0, points)
