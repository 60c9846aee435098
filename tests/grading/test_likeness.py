"""Answers that are almost the same: what counts as the same, and which groups are told."""

import pytest
from grading.notebooks import BACKPROP, released, solutions

from bpkit.grading.likeness import FEW, LONGEST, RIGHT, WRONG, Likeness, form
from bpkit.grading.marking import Verdict
from bpkit.grading.notebook import rebuild
from bpkit.grading.submission import Graded

ODD = """def backward(W, z, a, y, f):
    found = {}
    for l in range(len(W), 0, -1):
        found[l] = [np.sum(a[l] * z[l]) + y[k] / 2 - f(l) for k in range(3)]
        found[l] = found[l] * 2 + len(found)
    return found
"""
SAME = '''def backward(w, zs, act, target, names):
    """An answer of my own."""
    out = {}  # by layer
    for layer in range(len(w), 0, -1):
        out[layer] = [np.sum(act[layer] * zs[layer]) + target[i] / 2 - names(layer)
                      for i in range(3)]
        out[layer] = (out[layer] * 2) + len(out)
    return out
'''


def groups(answers, right=False, also=0):
    """Return the groups in a class that wrote these answers to `backward`, and `also` others the solution."""
    handed_out = released(BACKPROP)
    verdict = Verdict("backward", {"all": (4.0 * right, 4.0)}, None, "")
    with Likeness(handed_out) as likeness:
        for k, source in enumerate([*answers, *[solutions(BACKPROP)["backward"]] * also]):
            notebook = rebuild(handed_out, {"backward": source})
            likeness.add(f"student{k:03}", notebook, Graded([verdict]))
        return list(likeness.groups())


def test_form_forgets_names_comments_docstrings_and_layout():
    assert form(SAME) == form(ODD)
    assert WRONG <= form(ODD)[1] < RIGHT


@pytest.mark.parametrize(
    ("ours", "other"),
    [
        ("a - b", "a + b"),
        ("a - b", "a - a"),
        ("f(a, b)", "f(a)"),
        ("np.exp(x)", "np.tanh(x)"),
        ("x * 2", "x * 3"),
        ("f(axis=0)", "f(keep=0)"),
        ("if a:\n    b\n    c", "if a:\n    b\nelse:\n    c"),
    ],
)
def test_form_tells_different_answers_apart(ours, other):
    assert form(ours) != form(other)


@pytest.mark.parametrize(
    "source", ["", "def f(:", "\0", "(" * 1000, "x = " + "9" * 5000, "x\n" * LONGEST, "\ud800"]
)
def test_form_of_anything_else_is_nothing_to_compare(source):
    assert form(source)[1] <= 2


def test_wrong_answers_alike_are_told():
    assert groups([ODD, SAME]) == [(("student000", "student001"), ["backward"])]


def test_answers_that_differ_are_not_told():
    assert groups([ODD, SAME.replace("/ 2", "/ 3")]) == []


def test_right_answers_alike_are_told_where_they_are_long():
    long = ODD.replace(
        "    return", "    found[0] = (found[1] + 2) * [found[2][k] - 7 for k in found]\n" * 4 + "    return"
    )

    assert form(long)[1] > RIGHT
    assert groups([ODD, SAME], right=True) == []
    assert len(groups([long, long], right=True)) == 1


def test_short_wrong_answers_alike_are_not_told():
    assert groups(["def backward(W): return W.T"] * 2) == []


def test_the_released_stub_is_nobodys_answer():
    (stub,) = ["".join(cell["source"]) for cell in released(BACKPROP)["cells"] if cell["id"] == "backward"]
    with Likeness(released(BACKPROP)) as likeness:
        for student in ("ada", "ben"):
            likeness.add(student, rebuild(released(BACKPROP), {"backward": stub}), Graded([]))
        (stored,) = likeness.table.execute("SELECT COUNT(*) FROM answer").fetchone()

    assert stored == 0


def test_what_many_write_is_not_told():
    assert len(groups([ODD] * FEW)) == 1
    assert groups([ODD] * (FEW + 1)) == []


def test_groups_that_share_more_come_first():
    handed_out, other = released(BACKPROP), ODD.replace("/ 2", "/ 3")
    wrote = {"ada": [ODD], "ben": [ODD], "eve": [other] * 2, "joe": [other] * 2}
    verdicts = [Verdict(name, {"all": (0.0, 4.0)}, None, "") for name in ("backward", "forward")]

    with Likeness(handed_out) as likeness:
        for student, sources in wrote.items():
            answers = dict(zip(("backward", "forward"), sources, strict=False))
            likeness.add(student, rebuild(handed_out, answers), Graded(verdicts))
        found = list(likeness.groups())

    assert found == [(("eve", "joe"), ["backward", "forward"]), (("ada", "ben"), ["backward"])]
