"""The class report: a whole page of what the class did, for any number of students."""

import pytest
from grading.pages import Page

from bpkit.grading.likeness import GROUPS
from bpkit.grading.marking import Verdict
from bpkit.grading.report import NAMED, ROWS, report_page
from bpkit.grading.statistics import SHOWN, ClassStatistics
from bpkit.grading.submission import Graded

SIGN = "the sign is reversed."


def verdicts(f, g, mistake=None, limit=""):
    """Return the verdicts of a set of two questions, of 4 and 6 points."""
    message = f"g: {SIGN} [{mistake}]" if mistake else ""
    return [
        Verdict("f", {"all": (f, 4.0)}, None, ""),
        Verdict("g", {"all": (g, 6.0)}, mistake, message, limit=limit),
    ]


CLASS = {
    "ada": Graded(verdicts(4.0, 6.0), level="full"),
    "ben": Graded(verdicts(4.0, 0.0, "M5"), level="full"),
    "eve": Graded(verdicts(2.0, 0.0, "M5"), level="full"),
    "joe": Graded(verdicts(0.0, 0.0), "No notebook was handed in.", level="full"),
    "zoe": Graded(verdicts(4.0, 1.5, limit="time"), level="full"),
}


def source_of(submissions, alike=(), set_name="ps04"):
    """Return the report's source on a class, which is a dict, or a list of pairs."""
    pairs = list(submissions.items()) if isinstance(submissions, dict) else submissions
    statistics = ClassStatistics()
    for student, graded in pairs:
        statistics.add(student, graded)
    return "".join(report_page(set_name, statistics, list(alike), iter(pairs)))


def page_of(*arguments, **options):
    return Page(source_of(*arguments, **options))


def test_page_is_whole_and_says_everything():
    page = page_of(CLASS)

    assert page.wrong == []
    assert "5 submissions, mean 4.3 and median 4 of 10 points" in page.text
    assert "Judged outside the sandbox, level full." in page.text
    assert all(student in page.text for student in CLASS)
    assert f"2 students, g, M5: {SIGN}" in page.text
    assert "Nothing to judge: 1" in page.text
    assert "joe: No notebook was handed in." in page.text
    assert "Met a limit: 1" in page.text
    assert "zoe: g ran out of time" in page.text


def test_page_tells_each_of_two_mistakes_together():
    message = f"g: two together.\nFirst, {SIGN} [M5]\nSecond, the sum. [M48]"
    both = Graded([Verdict("g", {"all": (0.0, 6.0)}, "M5+M48", message)], level="full")
    text = page_of({"ada": both, "ben": CLASS["ben"]}).text

    assert f"2 students, g, M5: {SIGN}" in text
    assert "1 student, g, M48: the sum." in text


def test_page_counts_wrong_answers_that_have_no_name():
    assert "not answered: f 2, g 2." in page_of(CLASS).text


def test_page_says_where_verdicts_came_from():
    inside = {"ada": Graded(verdicts(4.0, 6.0), level="kernel", inside=True)}
    mixed = CLASS | {"ada": Graded(verdicts(4.0, 6.0), level="process")}

    assert "Verdict inside the sandbox, level kernel." in page_of(inside).text
    assert "level process (1) and full (4)." in page_of(mixed).text
    assert "level" not in page_of({"ada": Graded(verdicts(4.0, 6.0))}).text


def test_page_stands_alone():
    source = source_of(CLASS)

    assert {a for a in Page(source).addresses() if not a.startswith(("#", "../feedback/"))} == {"data:,"}
    assert "@import" not in source and "url(" not in source and "<script" not in source


def test_links_on_the_page_lead_somewhere():
    page = page_of(CLASS)
    ids = {attributes.get("id") for _, attributes in page.elements}

    assert [a for a in page.addresses() if a.startswith("#") and a[1:] not in ids] == []
    assert [a for a in page.addresses() if "../feedback/zoe/ps04/ps04.html" == a] != []


def test_page_has_a_picture_with_words():
    pictures = [svg for svg in page_of(CLASS).all("svg") if "aria-label" in svg]

    assert len(pictures) == 1
    assert pictures[0]["aria-label"].startswith("Students by mark: 0 to 1 points 1, 1 to 2 points 0,")
    assert pictures[0]["role"] == "img"


def test_pictures_without_words_have_their_number_beside_them():
    hidden = [svg for svg in page_of(CLASS).all("svg") if "aria-label" not in svg]

    assert len(hidden) == 2
    assert all(svg["aria-hidden"] == "true" for svg in hidden)
    assert "60 %" in page_of(CLASS).text and "20 %" in page_of(CLASS).text


def test_discrimination_is_a_number_and_a_bar_with_its_sign():
    pairs = [(f"student{k}", Graded(verdicts(k % 5 * 1.0, 6.0 - k % 5))) for k in range(20)]
    page = page_of(pairs)

    assert page.text.count("−1.00") == 2
    assert [rect for rect in page.all("rect") if rect.get("class") == "below"] != []
    assert "−1.00" not in page_of(CLASS).text


def test_tables_can_be_read_with_the_keyboard_and_by_ear():
    page = page_of(CLASS, [(("ben", "eve"), ["g"])])

    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    regions = [div for div in page.all("div") if "scroll" in div["class"]]
    assert len(regions) == len(page.all("table")) == 3
    assert all(div["tabindex"] == "0" and div["role"] == "region" for div in regions)
    assert all("aria-label" in div or "aria-labelledby" in div for div in regions)


def test_answers_alike_are_told_with_the_warning():
    many = tuple(f"student{k}" for k in range(NAMED + 3))
    page = page_of(CLASS, [(("ben", "eve"), ["f", "g"]), (many, ["g"])])

    assert "ben, evef, g" in page.text
    assert f"student{NAMED - 1} and 3 more" in page.text
    assert "Likeness proves nothing" in page.text
    assert "Likeness proves nothing" not in page_of(CLASS).text
    assert f"Only the first {GROUPS} groups" in page_of(CLASS, [(("ben", "eve"), ["f"])] * GROUPS).text


def test_students_stand_in_tables_of_a_hundred():
    page = page_of([(f"student{k:03}", CLASS["ada"]) for k in range(2 * ROWS + 1)])

    assert page.wrong == []
    assert len(page.all("details")) == 3
    assert "student100 to student199" in page.text
    assert [d for d in page.all("details") if "open" in d] == []
    assert "open" in page_of(CLASS).all("details")[0]


def test_page_grows_by_little_with_the_class():
    note = Graded(verdicts(0.0, 0.0), "The file is empty.")
    sizes = [len(source_of([(f"student{k:05}", note) for k in range(n)])) for n in (SHOWN, 2 * SHOWN)]

    assert sizes[1] - sizes[0] < 250 * SHOWN


def test_page_is_written_while_the_class_is_read():
    read = []
    statistics = ClassStatistics()
    for student, graded in CLASS.items():
        statistics.add(student, graded)
    pieces = report_page(
        "ps04", statistics, [], (read.append(s) or (s, CLASS["ada"]) for s in map(str, range(999)))
    )
    while '<h2 id="students">' not in next(pieces):
        pass

    assert len(read) <= ROWS


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'\"&{{ 7 }}"]
)
def test_names_notes_and_messages_are_text(evil):
    verdict = Verdict(evil, {"all": (0.0, 4.0)}, "M1", evil)
    page = page_of({evil: Graded([verdict], evil)}, [((evil, evil), [evil])], evil)

    assert page.wrong == []
    assert page.text.count(evil) >= 10
    assert page.all("script") == page.all("img") == []
    assert all(a.startswith(("#", "data:,", "../feedback/")) for a in page.addresses())


def test_a_class_without_mistakes_says_so():
    page = page_of({"ada": CLASS["ada"]})

    assert "1 submission, mean" in page.text
    assert "None was found." in page.text
    assert "Nothing stands out." in page.text
    assert "None that would tell anything" in page.text
