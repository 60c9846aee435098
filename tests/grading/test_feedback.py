"""The feedback: a whole page, safe with whatever the student wrote, without hidden inputs."""

import numpy as np
import pytest
from grading.notebooks import BY_HAND, handed_in, released
from grading.pages import Page

from bpkit.grading.feedback import feedback_page
from bpkit.grading.marking import Verdict, generator
from bpkit.grading.questions import questions_of
from bpkit.grading.submission import Graded, grade_submission

EVIL = """</code></pre><script>alert(1)</script><img src=x onerror="alert('2')">{{ 7 * 7 }} & é ∂"""


@pytest.fixture(scope="module")
def graded(sandbox):
    """A submission with one wrong answer, which tries to be a page of its own."""
    answer = f"# {EVIL}\ndef deltas_221(W, z, a, y):\n    return {{1: 0 * a[1], 2: y}}"
    questions = list(questions_of(BY_HAND).values())
    data = handed_in(BY_HAND, deltas_221=answer)
    return grade_submission(sandbox, data, released(BY_HAND), questions, "secret")


def page_of(graded, student="ada"):
    return Page(feedback_page(student, BY_HAND, graded))


def test_page_is_whole_and_says_everything(graded):
    page = page_of(graded)

    assert page.wrong == []
    assert "Feedback for ada" in page.text
    assert "16 of 20 points" in page.text
    for verdict in graded.verdicts:
        assert f"{verdict.name}: {verdict.score:g} of {verdict.max:g} points" in page.text
        assert verdict.message in page.text
        assert all(part in page.text for part in verdict.parts)


def test_page_says_what_is_right_in_words_too(graded):
    text = page_of(graded).text

    assert text.count("✓ right:") == 18
    assert text.count("✗ not yet:") + text.count("· not judged:") == 3


def test_page_stands_alone_and_is_small(graded):
    source, page = feedback_page("ada", BY_HAND, graded), page_of(graded)

    assert page.addresses() == ["data:,"]
    assert "@import" not in source and "url(" not in source
    assert len(source.encode()) < 100_000


def test_what_the_student_wrote_is_text(graded):
    page = page_of(graded)

    assert EVIL in page.text
    assert page.all("script") == page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


@pytest.mark.parametrize("evil", [EVIL, '"><svg onload=alert(1)>', "'\"<>&", "学生"])
def test_names_notes_and_messages_are_text(evil):
    verdict = Verdict("forward_221", {evil: (0.0, 1.0)}, None, evil)
    page = page_of(Graded([verdict], note=evil), student=evil)

    assert page.wrong == []
    assert page.text.count(evil) == 5  # title, heading, note, part, message
    assert page.all("script") == page.all("img") == page.all("svg") == []


def test_page_without_a_notebook_shows_no_answers(graded):
    page = page_of(Graded(graded.verdicts, "The file is empty."))

    assert page.all("pre") == []
    assert "The file is empty." in page.text
    assert len(page_of(graded).all("pre")) == 5


def test_hidden_inputs_are_not_on_the_page(graded):
    drawn = [q.draw(generator("secret", q.name))[1:] for q in questions_of(BY_HAND).values() if not q.value]
    weights = np.concatenate([case.arguments[0][1].ravel() for cases in drawn for case in cases])
    text = page_of(graded).text

    assert len(weights) == 64
    assert [w for w in weights if f"{w:.6f}"[:6] in text or f"{w:.4g}" in text] == []
