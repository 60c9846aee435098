"""The problem set on generalization: what is drawn is judged by what must be true of it, and told apart."""

import inspect
import itertools
import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import handed_in, released
from grading.right_answers import RIGHT
from grading.wrong_generalization import WRONG

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import draw_again, generator, mark
from bpkit.grading.questions import chance, questions_of
from bpkit.grading.questions.draws_generalization import MANY, SPLITS, UNIT
from bpkit.grading.questions.slips_stopping import stopped_wrongly
from bpkit.grading.sandbox.probes import drawn
from bpkit.grading.submission import grade_submission

GENERALIZATION = "ps10_generalization"
QUESTIONS = questions_of(GENERALIZATION)
DRAWN = [question for question in QUESTIONS.values() if question.by_symptoms]
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
every_draw = pytest.mark.parametrize("question", DRAWN, ids=lambda question: question.name)
MISTAKES = [
    pytest.param(question, mistake, id=f"{question.name} {place}")
    for question in QUESTIONS.values()
    for place, mistake in enumerate(question.mistakes)
]
SEEDS = ("spring", "summer", "autumn")


def marked(question, answer, seed, **others):
    answers = LocalAnswers({**question.uses, question.name: answer, **others})
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        (verdict,) = mark([question], answers, seed)
    return verdict


def compiled(name, source):
    namespace = {"np": np}
    exec(source, namespace)
    return namespace[name]


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_are_told_by_their_own_sentence(question, mistake):
    for seed in SEEDS:
        verdict = marked(question, mistake.wrong, seed)

        assert not verdict.right
        assert verdict.mistake == mistake.number
        assert verdict.message.startswith(f"{question.name}: {mistake.says} See {mistake.equation} in ")


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_mistakes_have_no_name_where_their_own_is_unknown(question, mistake):
    others = tuple(other for other in question.mistakes if other.says != mistake.says)
    told = marked(replace(question, mistakes=others), mistake.wrong, "winter").message

    assert not any(other.says in told for other in others)


@pytest.mark.parametrize(("name", "number", "words", "source"), WRONG, ids=[f"{w[0]} {w[2]}" for w in WRONG])
def test_mistakes_as_students_write_them_are_told(name, number, words, source):
    for seed in SEEDS:
        verdict = marked(QUESTIONS[name], compiled(name, source), seed)

        assert not verdict.right
        assert verdict.mistake == number
        assert words in verdict.message


@pytest.mark.parametrize("seed", SEEDS)
@every_question
def test_right_answers_are_right_whatever_is_drawn(question, seed):
    assert len(RIGHT[question.name]) >= 5
    for answer in RIGHT[question.name]:
        verdict = marked(question, answer, seed)

        assert (verdict.score, verdict.mistake, verdict.message) == (question.points, None, ""), answer


def renamed(name, function):
    """Return the source of a function under the name of its question, with what it needs above it."""
    source = inspect.getsource(function).replace(function.__name__, name)
    return f"import itertools\nimport math\n\nimport numpy as np\n\n\n{source}"


def grade(sandbox, **answers):
    """Grade the solved notebook with these answers in it."""
    data = handed_in(GENERALIZATION, **answers)
    return grade_submission(sandbox, data, released(GENERALIZATION), list(QUESTIONS.values()), "a secret")


@pytest.mark.parametrize("place", [0, 2, 4])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    graded = grade(sandbox, **{name: renamed(name, RIGHT[name][place]) for name in QUESTIONS})

    assert [v.message for v in graded.verdicts] == [""] * 9
    assert (graded.score, graded.max) == (20, 20)


def test_wrong_answers_are_told_in_the_sandbox(sandbox):
    chosen = {name: (words, source) for name, _, words, source in WRONG if name != "standardize_fit"}
    graded = grade(sandbox, **{name: source for name, (_, source) in chosen.items()})

    told = {verdict.name: verdict.message for verdict in graded.verdicts}
    assert {verdict.name for verdict in graded.verdicts if not verdict.right} == set(chosen)
    assert all(words in told[name] for name, (words, _) in chosen.items())


# What is drawn


@every_draw
def test_false_alarms_are_not_to_be_seen(question):
    """The rarest kind of wrong verdict: one in 10^9 is aimed at, and one in a hundred would be seen here."""
    for answer, seed in itertools.product(RIGHT[question.name][:2], range(60)):
        assert marked(replace(question, again=False), answer, seed).right


def test_near_allows_seven_standard_deviations():
    for p, n in ((0.2, 1500), (0.7, 1500), (0.5, 3000)):
        kept = np.arange(n) >= round(p * n + 6.9 * math.sqrt(n * p * (1 - p)))
        beyond = np.arange(n) >= round(p * n + 7.1 * math.sqrt(n * p * (1 - p)))
        tail = math.erfc(6.9 / math.sqrt(2)) / 2

        assert chance.near(kept, p) and not chance.near(beyond, p)
        assert tail < 1e-11


def test_a_share_that_is_off_by_a_tenth_is_refused():
    def dropout_forward(a, p, rng):
        mask = rng.random(a.shape) >= max(p - 0.1, 0)
        return mask * a / (1 - p), mask

    verdict = marked(QUESTIONS["dropout_forward"], dropout_forward, "secret")

    assert verdict.parts["many entries, each drawn at random"] == (0, 1)
    assert "does not drop an entry with probability p" in verdict.message


def test_probe_draws_twice_by_one_seed_and_once_by_another():
    first, again, other, given = drawn(lambda x, rng: x + rng.random(), np.zeros(1), 7)

    assert first == again != other
    assert given == [np.zeros(1)]


def test_probe_gives_the_arguments_themselves_to_the_first_call_alone():
    calls, x = [], np.ones(1)

    def note(array, rng):
        calls.append(array is x)
        array += 1

    drawn(note, x, 7)

    assert calls == [True, False, False]
    assert x == 2


@every_draw
def test_arguments_that_are_changed_cost_their_part(question):
    if question.name == "k_folds":
        pytest.skip("its arguments are numbers")

    def spoiling(array, *given):
        result = question.reference(array, *given)
        array[0, 0] += 1
        return result

    verdict = marked(question, spoiling, "secret")

    assert [part for part, (got, full) in verdict.parts.items() if got < full] == ["keeps its arguments"]
    assert verdict.mistake == "M61"


@every_draw
@pytest.mark.parametrize(
    "nonsense",
    [None, 3, "x", [], (1, 2), [None] * 4, [(1, 2)] * 3, np.ones(2), {"a": 1}, [[np.ones(3)] * 2] * 3],
    ids=str,
)  # fmt: skip
def test_any_result_is_judged(question, nonsense):
    verdict = marked(question, lambda *given: nonsense, "secret")

    assert verdict.score == 0
    assert verdict.message


@every_draw
def test_what_a_sandbox_sends_may_be_anything(question):
    for case in question.draw(generator(0, question.name)):
        for got in (None, 3, [], [None] * 4, "x", (1, 2)):
            assert question.compare(question.expected(case), got)


def test_order_within_the_parts_is_free():
    def sorted_parts(x, y, fraction, rng):
        val = np.sort(rng.permutation(x.shape[1])[: round(fraction * x.shape[1])])
        train = np.setdiff1d(np.arange(x.shape[1]), val)
        return x[:, train], y[:, train], x[:, val], y[:, val]

    assert marked(QUESTIONS["train_validation_split"], sorted_parts, "secret").right


def test_blocks_at_random_places_are_not_drawn():
    def block(x, y, fraction, rng):
        n, m = round(fraction * x.shape[1]), x.shape[1]
        start = rng.integers(m - n + 1)
        val = np.arange(start, start + n)
        train = np.setdiff1d(np.arange(m), val)
        return x[:, train], y[:, train], x[:, val], y[:, val]

    verdict = marked(QUESTIONS["train_validation_split"], block, "secret")

    assert verdict.parts["drawn at random"] == (0, 1)
    assert "neighbouring samples" in verdict.message


@pytest.mark.parametrize("kind", [bool, np.int8, np.int64, np.float32, float])
def test_a_mask_may_be_of_any_kind(kind):
    reference = QUESTIONS["dropout_forward"].reference

    def dropout_forward(a, p, rng):
        out, mask = reference(a, p, rng)
        return out, mask.astype(kind)

    assert marked(QUESTIONS["dropout_forward"], dropout_forward, "secret").right


# The composition


FORMATS = {
    "a dict": (
        lambda x: {"mean": x.mean(axis=1), "std": x.std(axis=1)},
        lambda x, s: ((x.T - s["mean"]) / np.where(s["std"] == 0, 1, s["std"]).astype(x.dtype)).T,
    ),
    "the data": (
        lambda x: x.copy(),
        lambda x, s: (x - s.mean(1)[:, None]) / (s.std(1) + (np.ptp(s, 1) == 0))[:, None].astype(x.dtype),
    ),
    "a function": (
        lambda x: lambda new: (new - x.mean(1)[:, None]) / (x.std(1)[:, None] + x.dtype.type(1e-12)),
        lambda x, s: s(x),
    ),
    "slope and offset": (
        lambda x: [(1 / row.std() if np.ptp(row) else x.dtype.type(1), row.mean()) for row in x],
        lambda x, s: np.array([a * (row - c) for row, (a, c) in zip(x, s, strict=True)]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
def test_statistics_are_the_students_own(kind):
    fit, apply = FORMATS[kind]

    assert marked(QUESTIONS["standardize_fit"], fit, "secret", standardize_apply=apply).right
    assert marked(QUESTIONS["standardize_apply"], apply, "secret", standardize_fit=fit).right


def test_an_error_in_the_fit_does_not_cost_the_points_of_the_application(sandbox):
    wrong = next(source for name, _, words, source in WRONG if words == "divided by m − 1")
    verdicts = {v.name: v for v in grade(sandbox, standardize_fit=wrong).verdicts}

    assert verdicts["standardize_fit"].score == 0
    assert verdicts["standardize_apply"].score == 2
    assert "in the place of standardize_fit" in verdicts["standardize_apply"].message


def test_samples_that_are_only_turned_round_are_not_drawn():
    def folds(m, k, rng):
        parts = np.array_split(np.roll(np.arange(m), rng.integers(m)), k)
        return [(np.setdiff1d(np.arange(m), val), val) for val in parts]

    def split(x, y, fraction, rng):
        m = x.shape[1]
        train, val = np.split(np.roll(np.arange(m), rng.integers(m)), [m - round(fraction * m)])
        return x[:, train], y[:, train], x[:, val], y[:, val]

    for seed in range(12):
        assert "neighbouring samples" in marked(QUESTIONS["k_folds"], folds, seed).message
        assert "neighbouring samples" in marked(QUESTIONS["train_validation_split"], split, seed).message


def test_statistics_belong_to_what_is_returned_and_stay_as_they_are():
    kept = {}

    def fit(x):
        kept["last"] = RIGHT["standardize_fit"][0](x)

    def apply(x, stats):
        return RIGHT["standardize_apply"][0](x, kept["last"])

    def moves(x, stats):
        z = RIGHT["standardize_apply"][0](x, stats)
        stats[0][...] = x.mean(axis=1, keepdims=True)
        return z

    verdict = marked(QUESTIONS["standardize_fit"], fit, 0, standardize_apply=apply)
    assert verdict.score == 0 and "your statistics are kept outside" in verdict.message
    verdict = marked(QUESTIONS["standardize_apply"], apply, 0, standardize_fit=fit)
    assert verdict.score == 0 and "your statistics are kept outside" in verdict.message
    assert not marked(QUESTIONS["standardize_apply"], moves, 0).right


def test_statistics_without_their_partner_are_told_as_not_answered():
    stub = compiled("f", "def f(x, stats):\n    raise NotImplementedError('later')")
    verdict = marked(QUESTIONS["standardize_fit"], RIGHT["standardize_fit"][0], 0, standardize_apply=stub)

    assert verdict.score == 0
    assert verdict.message.startswith("standardize_fit: it is not answered yet.")


def test_constant_features_are_exact_in_binary():
    for seed in SEEDS:
        for name in ("standardize_fit", "standardize_apply"):
            for case in draw_again(QUESTIONS[name], seed):
                result = QUESTIONS[name].expected(case)
                constant = np.ptp(case.arguments[-1], axis=1) == 0

                assert constant.any() == (case.tag == "a constant feature")
                assert not result[constant].any()


# What the inputs hide


def test_shares_keep_away_from_one_half_and_tell_rounding_from_cutting():
    counts = [(fraction * m, round(fraction * m)) for _, _, _, m, fraction in SPLITS]

    assert all(abs(exact - count) < 0.45 for exact, count in counts)
    assert any(int(exact) < count for exact, count in counts)
    assert any(math.ceil(exact) > count for exact, count in counts)
    assert {0} < {count for _, count in counts}
    assert any(m >= MANY for _, _, _, m, _ in SPLITS)


@pytest.mark.parametrize("seed", SEEDS)
def test_runs_tell_every_mistake_from_every_other(seed):
    cases = QUESTIONS["early_stopping"].draw(generator(seed, "early_stopping"))
    told = list(zip(*(stopped_wrongly(case.arguments) for case in cases), strict=True))

    assert len(set(told)) == len(told)
    assert told[0] == tuple(QUESTIONS["early_stopping"].expected(case) for case in cases)
    assert all(loss % UNIT == 0 and loss > 0 for case in cases for loss in case.arguments[0])


def test_weights_have_sizes_that_hide_nothing():
    shapes = [
        [w.shape for w in case.arguments[0].values()]
        for case in QUESTIONS["l2_penalty"].draw(generator(0, "l2_penalty"))
    ]

    assert {1, 2, 3, 5} == set(map(len, shapes))
    assert any(n == k for layers in shapes for n, k in layers)
    assert any(len({n for shape in layers for n in shape}) > 3 for layers in shapes)


def test_masks_of_either_kind_come_and_drop_something():
    masks = [case.arguments[1] for case in QUESTIONS["dropout_backward"].draw(generator(0, "mask"))]

    assert {mask.dtype for mask in masks} == {np.dtype(kind) for kind in ("?", "f4", "f8")}
    assert all(0 < mask.mean() < 1 for mask in masks)
