"""The instructor guide's tables: what the questions do with their known mistakes now, and nothing typed."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpkit.grading.catalogue import caught, tables
from bpkit.grading.catalogue.caught import every_known_mistake
from bpkit.grading.question import Case, Mistake, Question
from bpkit.grading.questions import SETS
from bpkit.grading.sandbox.probes import PROBES
from bpkit.grading.scoring import Part

GUIDE = (Path(__file__).parents[2] / "book" / "grader.md").read_text("utf-8")
FEW = {"ps02_layers": SETS["ps02_layers"]}


@pytest.fixture(scope="module")
def few():
    return every_known_mistake(FEW)


def told(facts):
    """Return the tables of the guide."""
    return tables.by_question(facts), tables.by_mistake(facts)


def test_facts_are_of_every_known_mistake_in_order(few):
    assert [(f.question, f.number, f.says) for f in few] == [
        (question.name, m.number, m.says) for question in FEW["ps02_layers"] for m in question.mistakes
    ]


def test_known_mistakes_are_caught_and_named(few):
    assert all(0 < fact.lost <= fact.points and fact.named for fact in few)


@pytest.mark.slow
def test_known_mistakes_of_all_sets_are_caught_and_named():
    facts = every_known_mistake()

    assert list(dict.fromkeys(fact.set_name for fact in facts)) == list(SETS)
    assert [fact for fact in facts if not (0 < fact.lost <= fact.points and fact.named)] == []


def test_facts_are_the_same_each_time(few):
    assert every_known_mistake(FEW) == few


def test_answers_that_a_probe_calls_besides_are_there(monkeypatch):
    monkeypatch.setitem(PROBES, "after", lambda answers, x: answers[1](answers[0](x)))
    double = Mistake(None, "you double.", "eq-activation", lambda x: 2 * x)
    question = Question(
        "f",
        {"all": Part(4, ("a batch",))},
        "eq-activation",
        lambda rng: [Case("a batch", (np.ones(3),))],
        np.negative,
        mistakes=(double,),
        probe="after",
        uses={"g": np.square},
    )

    (fact,) = every_known_mistake({"a set": [question]})

    assert (fact.lost, fact.named) == (4, True)


def test_tables_follow_from_the_questions(few):
    affine = next(q for q in FEW["ps02_layers"] if q.name == "affine")
    first, *others = affine.mistakes
    passed = replace(affine, mistakes=(replace(first, wrong=affine.reference), *others))
    twins = replace(affine, mistakes=(first, *(replace(first, number="M1") for _ in "a")))

    (row,) = tables.by_question(every_known_mistake({"ps02_layers": [passed]}))[2:-1]
    (unnamed,) = tables.by_question(every_known_mistake({"ps02_layers": [twins]}))[2:-1]

    assert row == "| ps02_layers | `affine` | 2 | 6, 6 of 7 | 0–2 |"
    assert unnamed == "| ps02_layers | `affine` | 2 | 2, 0 of 2 | 2 |"


def test_tables_have_every_question_and_every_number(few):
    by_question, by_mistake = told(few)

    assert [re.findall("`(.+?)`", line)[0] for line in by_question[2:-1]] == [
        question.name for question in FEW["ps02_layers"]
    ]
    numbers = [re.match(r"\| \[(M\d+)\]", line) for line in by_mistake[2:]]
    assert {m and m[1] for m in numbers} == {fact.number for fact in few}
    assert numbers[-1] is None
    assert sum(int(re.search(r"\d of (\d+) \|", line)[1]) for line in by_mistake[2:]) == len(few)


def test_guide_types_no_row_of_its_tables():
    assert "caught.every_known_mistake()" in GUIDE
    assert "tables.by_question(facts)" in GUIDE and "tables.by_mistake(facts)" in GUIDE
    assert not re.search(r"^\| (ps\d\d|\[M\d)", GUIDE, re.M)


def test_inputs_come_from_a_fixed_seed(few, monkeypatch):
    monkeypatch.setattr(caught, "SEED", "another")

    assert [(f.question, f.says) for f in every_known_mistake(FEW)] == [(f.question, f.says) for f in few]
