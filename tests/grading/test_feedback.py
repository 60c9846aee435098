"""The feedback: a whole page, safe with whatever the student wrote, without hidden inputs."""

import numpy as np
import pytest
from grading.notebooks import BY_HAND, handed_in, released
from grading.pages import Page
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bpkit.grading.feedback import CUT, cut, feedback_page, template
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
        assert verdict.message.replace("^(", "(") in page.text
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


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        (False, "Judged outside the sandbox, level kernel."),
        (True, "Verdict inside: the tests ran beside your code, in a sandbox of level kernel."),
    ],
)
def test_page_says_where_the_verdict_came_from(inside, says, graded):
    page = page_of(Graded(graded.verdicts, level="kernel", inside=inside))

    assert says in page.text
    assert "sandbox" not in page_of(Graded(graded.verdicts)).text


def test_answers_to_tests_of_other_names_are_shown_at_the_end(graded):
    verdicts = [Verdict("test_deltas", {"test_deltas": (1.0, 1.0)}, None, "")]
    page = page_of(Graded(verdicts, notebook=graded.notebook, inside=True))

    assert page.wrong == []
    assert "Your answer: deltas_221" in page.text
    assert len(page.all("pre")) == 5


HUGE = {
    "plain": "x = 1\n" * 2**20,
    "dear in HTML": "&" * 2**20,
    "dear in UTF-8": "\U0001f600" * 2**20,
    "quotation marks": "\"'" * 2**19,
    "no characters": "\0" * 2**20,
    "raised": "^()" * 2**20,
    "one line": "x" * 2**22,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("answers", [1, 7])
def test_page_stays_small_whatever_was_handed_in(text, answers, graded):
    cells = [{"cell_type": "code", "source": text, "id": f"a{k}", "metadata": ANSWER} for k in range(answers)]
    verdicts = [Verdict(f"a{k}", {"all": (0.0, 1.0)}, None, f"^({text}") for k in range(answers)]
    huge = Graded(verdicts, text, {"cells": cells}, "full", inside=True)

    source = feedback_page("ada", BY_HAND, huge)

    assert len(source.encode()) < 100_000
    assert Page(source).wrong == []
    assert Page(source).text.count(CUT) == 1 + 2 * answers


ANSWER = {"nbgrader": {"solution": True}}


def test_answers_of_usual_length_are_whole(graded):
    page = page_of(graded)

    assert CUT not in page.text
    for cell in graded.notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            assert "".join(cell["source"]).strip("\n") in page.text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.integers(0, 40))
def test_what_is_cut_takes_at_most_its_room(text, room):
    shown, is_cut = cut(text, room)

    assert len(escape(shown).encode()) <= room
    assert text.startswith(shown)
    assert is_cut == (len(escape(text).encode()) > room)


def test_what_is_no_character_is_replaced():
    assert cut("a\0b\x1b[2J\ud800\n\t", 99) == ("a\ufffdb\ufffd[2J?\n\t", False)


def test_templates_are_compiled_once():
    assert template("feedback.html") is template("feedback.html")


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
