"""The class report: counts that are right, a whole page, and whom a person should see."""

import pytest
from grading.pages import Page

from bpkit.grading.marking import Verdict
from bpkit.grading.report import distribution, report_page, summary
from bpkit.grading.submission import Graded

SIGN = "g: the sign is reversed."


def verdicts(f, g, mistake=None, stuck=False):
    """Return the verdicts of a set of two questions, of 4 and 6 points."""
    message = SIGN if mistake else ""
    return [
        Verdict("f", {"all": (f, 4.0)}, None, ""),
        Verdict("g", {"all": (g, 6.0)}, mistake, message, stuck),
    ]


CLASS = {
    "ada": Graded(verdicts(4.0, 6.0)),
    "ben": Graded(verdicts(4.0, 0.0, "M5")),
    "eve": Graded(verdicts(2.0, 0.0, "M5")),
    "joe": Graded(verdicts(0.0, 0.0), "No notebook was handed in."),
    "zoe": Graded(verdicts(4.0, 1.5, None, True)),
}


def test_summary_counts_what_the_class_did():
    found = summary(CLASS)

    assert found["marks"] == {"ada": 10, "ben": 4, "eve": 2, "joe": 0, "zoe": 5.5}
    assert found["questions"] == [
        {"name": "f", "max": 4, "mean": 2.8, "right": 0.6},
        {"name": "g", "max": 6, "mean": 1.5, "right": 0.2},
    ]
    assert found["mistakes"] == [("M5", "g", SIGN, 2)]
    assert [student for student, _ in found["look"]] == ["joe", "zoe"]


def test_mistakes_come_the_most_frequent_first():
    rare = [Verdict("f", {"all": (0.0, 4.0)}, "M1", "f: …")]

    assert [m[0] for m in summary({"x": Graded(rare)} | CLASS)["mistakes"]] == ["M5", "M1"]


@pytest.mark.parametrize(
    ("values", "counts"),
    [([0, 1.9, 2, 10], [2, 1, 0, 0, 1]), ([10, 10], [0, 0, 0, 0, 2]), ([0], [1, 0, 0, 0, 0])],
)
def test_distribution_counts_every_mark_once(values, counts):
    assert [count for _, count in distribution(values, 10)] == counts
    assert distribution(values, 10)[0][0] == "0 to 2"


def test_page_is_whole_and_says_everything():
    page = Page(report_page("ps04", CLASS, {}))

    assert page.wrong == []
    assert "5 submissions, mean 4.3 and median 4 of 10 points" in page.text
    assert all(student in page.text for student in CLASS)
    assert SIGN in page.text
    assert "No notebook was handed in." in page.text
    assert "g: the code did not end, or ended its process." in page.text


def test_page_stands_alone_and_is_small():
    source = report_page("ps04", {f"student{number:03}": CLASS["ada"] for number in range(200)}, {})

    assert Page(source).addresses() == ["data:,"]
    assert len(source.encode()) < 100_000


def test_page_leads_to_the_feedback():
    page = Page(report_page("ps04", CLASS, {student: f"../feedback/{student}.html" for student in CLASS}))

    assert page.addresses()[1:] == [f"../feedback/{student}.html" for student in CLASS]


def test_page_has_a_picture_with_words():
    (picture,) = Page(report_page("ps04", CLASS, {})).all("svg")

    assert picture["aria-label"].startswith("Students by mark: 0 to 2 points 1,")


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'\"&{{ 7 }}"]
)
def test_names_notes_and_messages_are_text(evil):
    verdict = Verdict("f", {"all": (0.0, 4.0)}, "M1", evil)
    page = Page(report_page(evil, {evil: Graded([verdict], evil)}, {evil: f"x/{evil}"}))

    assert page.wrong == []
    assert page.text.count(evil) >= 6
    assert page.all("script") == page.all("img") == []
    assert page.addresses() == ["data:,", f"x/{evil}"]


def test_a_class_without_mistakes_says_so():
    page = Page(report_page("ps04", {"ada": CLASS["ada"]}, {}))

    assert "None was found." in page.text
    assert "Nothing stands out." in page.text
