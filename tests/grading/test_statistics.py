"""What a class did: each number beside numpy's, and the reasons why a person should look."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpkit.grading.marking import Verdict
from bpkit.grading.statistics import ENOUGH, SHOWN, ClassStatistics, Moments, amiss
from bpkit.grading.submission import Graded

POINTS = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 3.75])
SCORES = st.lists(st.tuples(POINTS, POINTS), min_size=ENOUGH, max_size=30)


def graded(*scores, note="", **changes):
    """Return a submission with these scores of 4 in the questions f, g, h, …; `changes` are of the first."""
    verdicts = [Verdict(name, {"all": (s, 4.0)}, None, "") for name, s in zip("fgh", scores, strict=False)]
    verdicts[0] = Verdict(**vars(verdicts[0]) | changes)
    return Graded(verdicts, note, level="full")


def added(submissions):
    statistics = ClassStatistics()
    for k, one in enumerate(submissions):
        statistics.add(f"student{k:03}", one)
    return statistics


@given(SCORES)
def test_statistics_are_those_of_numpy(scores):
    found, marks = added(graded(*pair) for pair in scores), [sum(pair) for pair in scores]

    assert found.students == len(scores)
    assert found.mean == pytest.approx(np.mean(marks))
    assert found.median == pytest.approx(np.median(marks))
    assert [count for *_, count in found.distribution()] == list(np.histogram(marks, 10, (0, 8))[0])
    assert found.questions["g"].mean == pytest.approx(np.mean([g for _, g in scores]))


@given(SCORES)
def test_discrimination_is_the_correlation_with_the_other_questions(scores):
    f, g = np.transpose(scores)
    found = added(graded(*pair) for pair in scores).questions["f"].discrimination

    if np.ptp(f) == 0 or np.ptp(g) == 0:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(f, g)[0, 1], abs=1e-9)


def test_discrimination_leaves_the_question_itself_out():
    scores = [(float(k % 2), float(k // 2 % 2)) for k in range(ENOUGH + 2)]

    assert abs(added(graded(*pair) for pair in scores).questions["f"].discrimination) < 0.01


def test_discrimination_needs_enough_students():
    pairs = [(float(k), float(k)) for k in range(ENOUGH)]

    assert added(graded(*pair) for pair in pairs).questions["f"].discrimination == pytest.approx(1)
    assert added(graded(*pair) for pair in pairs[1:]).questions["f"].discrimination is None


@pytest.mark.parametrize("values", [(0.0, 0.0), (1e6 + 0.1, 1e6 + 0.1), (0.1 + 0.2, 0.3)])
def test_correlation_with_what_never_changes_is_none(values):
    moments = Moments()
    for k in range(99):
        moments.add(k, values[k % 2])

    assert moments.correlation() is None


def test_success_is_the_share_that_is_wholly_right():
    found = added([graded(4.0), graded(3.75), graded(0.0), graded(4.0)]).questions["f"]

    assert (found.success, found.max, found.students) == (0.5, 4.0, 4)


def test_mistakes_are_counted_by_question_with_one_sentence_each():
    wrong = {"mistake": "M5", "message": "f: the sign is reversed. [M5]\nf was judged with ours in …"}
    found = added([graded(0.0, **wrong), graded(0.0, **wrong), graded(0.0), graded(0.0, mistake="M1")])

    assert found.frequent_mistakes() == [("M5", "f", "the sign is reversed.", 2), ("M1", "f", "", 1)]
    assert found.questions["f"].unnamed == 1


def test_of_two_mistakes_together_both_are_counted_with_their_own_sentences():
    message = "f: two together.\nFirst, no f′. [M14]\nSecond, summed. [M48]\nf was judged with ours in …"
    both = graded(0.0, mistake="M14+M48", message=message)
    one = graded(0.0, mistake="M48", message="f: summed. [M48]")

    assert added([both, one]).frequent_mistakes() == [("M48", "f", "summed.", 2), ("M14", "f", "no f′.", 1)]
    assert added([both]).questions["f"].unnamed == 0


@pytest.mark.parametrize(
    ("one", "kind", "says"),
    [
        (graded(0.0, limit="memory"), "limited", "f ran out of memory"),
        (graded(0.0, stuck=True), "limited", "f ended its own process"),
        (graded(0.0, note="The file is empty."), "noted", "The file is empty."),
        (graded(0.0, note="This submission could not be judged. …"), "unjudged", "could not be judged"),
    ],
)
def test_those_who_need_a_look_are_told_with_the_reason(one, kind, says):
    found = added([one, graded(4.0)])

    assert says in amiss(one)
    kinds = {name: getattr(found, name).count for name in ("limited", "noted", "unjudged")}
    assert kinds == {"limited": 0, "noted": 0, "unjudged": 0} | {kind: 1}
    assert getattr(found, kind).first == [("student000", amiss(one))]
    assert amiss(graded(4.0)) == ""


def test_limits_are_counted_once_a_submission():
    both = graded(0.0, 0.0, limit="time")
    both.verdicts[1] = Verdict("g", {"all": (0.0, 4.0)}, None, "", limit="time")

    assert added([both, graded(0.0, limit="memory")]).limits == {"time": 1, "memory": 1}


def test_of_many_who_need_a_look_the_first_are_named_and_the_others_counted():
    found = added([graded(0.0, note="The file is empty.")] * (SHOWN + 7)).noted

    assert (found.count, len(found.first), found.more) == (SHOWN + 7, SHOWN, 7)


def test_best_and_worst_marks_are_in_the_distribution():
    found = added([graded(4.0), graded(0.0), graded(-1.0), graded(5.0)])

    counts = [count for *_, count in found.distribution()]
    assert (counts[0], counts[-1], sum(counts)) == (2, 2, 4)
