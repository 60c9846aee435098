"""The problem set on programs to repair: faults told apart, the programs as found, and the statements."""

import inspect
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import ROOT, handed_in, released
from grading.right_answers import RIGHT
from grading.right_repair import plain, softmax
from grading.wrong_repair import REPAIR, WRONG_REPAIR

from bpkit import numerical_gradients, relative_error
from bpkit.grading import diagnosis
from bpkit.grading.check import try_out
from bpkit.grading.marking import generator
from bpkit.grading.notebook import grade_id, source_of
from bpkit.grading.question import run
from bpkit.grading.questions import questions_of
from bpkit.grading.questions.claims import CLAIMS, truth
from bpkit.grading.questions.runs_repair import sigmoid_run, sine_run, softmax_run, xor_run
from bpkit.grading.questions.slips_one_layer import RIGHT as RIGHT_LINES
from bpkit.grading.questions.slips_one_layer import run_lines
from bpkit.grading.questions.steps import RIGHT as RIGHT_STEPS
from bpkit.grading.submission import grade_submission

QUESTIONS = questions_of(REPAIR)
PROGRAMS = {name: question for name, question in QUESTIONS.items() if not question.value}
every_program = pytest.mark.parametrize("question", PROGRAMS.values(), ids=PROGRAMS)
RUNS = {  # the programs by lines or steps, of which the mistakes are made
    "one_layer_gradients": lambda steps, *given: run_lines(RIGHT_LINES, *given),
    "xor_step": xor_run,
    "softmax_gradients": softmax_run,
    "sine_step": sine_run,
    "sigmoid_output_gradients": sigmoid_run,
}


def grade(sandbox, **answers):
    data = handed_in(REPAIR, **answers)
    return grade_submission(sandbox, data, released(REPAIR), list(QUESTIONS.values()), "a secret")


@every_program
def test_mistakes_are_changes_of_a_program_that_is_right(question):
    assert try_out(question, lambda *given: RUNS[question.name](RIGHT_STEPS, *given)).right


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@every_program
def test_mistakes_are_told_by_their_own_sentence(question):
    for mistake in question.mistakes:
        assert mistake.says in try_out(question, mistake.wrong, "spring").message


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@every_program
def test_mistakes_are_not_taken_for_others(question, monkeypatch):
    monkeypatch.setattr(diagnosis, "pairs_of", lambda question: [])  # two may well give the same
    for mistake in question.mistakes:
        others = tuple(other for other in question.mistakes if other.says != mistake.says)
        verdict = try_out(replace(question, mistakes=others), mistake.wrong, "winter")

        assert verdict.mistake is None
        assert not any(other.says in verdict.message for other in others)


@every_program
def test_mistakes_lose_points_in_each_way_that_a_case_shows(question):
    cases = question.draw(generator("autumn", question.name))
    results = [[run(lambda m=m, c=c: m.wrong(*c.given()))[1] for c in cases] for m in question.mistakes]

    assert not any(all(raised) for raised in results)  # one that always raises could never be told


def gradients_of(step, given, learning_rate=1e-3):
    """Return what a step subtracts, for each unit of the learning rate."""
    new = step(*given, learning_rate)
    return [(p - q) / learning_rate for p, q in zip(given[2:], new, strict=True)]


def test_the_loss_of_one_layer_has_these_gradients():
    answer = PROGRAMS["one_layer_gradients"].reference
    for case in PROGRAMS["one_layer_gradients"].draw(generator(3, "one")):
        X, T, W, b = case.given()
        loss, dW, db = answer(X, T, W, b)
        nW, nb = numerical_gradients(lambda W, b: answer(X, T, W[1], b[1])[0], {1: W}, {1: b})

        assert loss == pytest.approx(((1 / (1 + np.exp(-(X @ W + b))) - T) ** 2).sum())
        assert max(relative_error(dW, nW[1]), relative_error(db, nb[1])) < 1e-8


def test_the_step_of_xor_follows_the_summed_half_squared_error():
    def loss_fn(W, b, X, y):
        a = 1 / (1 + np.exp(-(X @ W[1] + b[1])))
        return ((1 / (1 + np.exp(-(a @ W[2] + b[2]))) - y) ** 2).sum() / 2

    for case in PROGRAMS["xor_step"].draw(generator(3, "xor")):
        X, y, W1, b1, W2, b2, _ = case.given()
        nW, nb = numerical_gradients(lambda W, b: loss_fn(W, b, X, y), {1: W1, 2: W2}, {1: b1, 2: b2})
        found = gradients_of(PROGRAMS["xor_step"].reference, (X, y, W1, b1, W2, b2))

        for gradient, numeric in zip(found, (nW[1], nb[1], nW[2], nb[2]), strict=True):
            assert relative_error(gradient, numeric) < 1e-8


def test_the_step_of_the_sine_follows_its_own_loss():
    step = PROGRAMS["sine_step"].reference
    for case in PROGRAMS["sine_step"].draw(generator(3, "sine")):
        W, b, x, y, rate = case.given()
        nW, nb = numerical_gradients(lambda W, b: step(W, b, x, y, rate)[2], W, b)
        new_W, new_b, _ = step(W, b, x, y, rate)

        for l in W:
            assert relative_error(W[l] - new_W[l], rate * nW[l]) < 1e-7
            assert relative_error(b[l] - new_b[l], rate * nb[l]) < 1e-7


def test_steps_are_asked_at_rates_at_which_their_order_shows():
    rates = [case.arguments[-1] for case in PROGRAMS["xor_step"].draw(generator(0, "rates"))]

    assert rates.count(1.0) >= 3 and len(set(rates)) >= 3


def renamed(name, function):
    """Return the source of a function under the name of its question."""
    return inspect.getsource(function).replace(function.__name__, name)


@pytest.mark.parametrize("place", [0, 1])
def test_right_answers_get_full_marks_in_the_sandbox(place, sandbox):
    helpers = "\n\n".join(map(inspect.getsource, (plain, softmax)))
    answers = {name: f"{helpers}\n\n{renamed(name, RIGHT[name][place])}" for name in PROGRAMS}
    graded = grade(sandbox, **answers)

    assert [v.message for v in graded.verdicts] == [""] * len(QUESTIONS)
    assert (graded.score, graded.max) == (20, 20)


def as_found():
    """Return what the notebook's cells define that hold the programs as they were found."""
    namespace = {}
    for cell in released(REPAIR)["cells"]:
        if cell["cell_type"] == "code" and re.match("setup|found_", cell["id"]):
            exec(source_of(cell), namespace)
    return namespace


def found_xor_step(sign):
    """Return the program on XOR as an answer: it has no biases, so they stay."""

    def answer(X, y, W1, b1, W2, b2, learning_rate):
        W1, W2 = as_found()["found_xor_step"](X, y, W1, W2, learning_rate, sign)
        return W1, b1, W2, b2

    return answer


def found_sine_step(sign):
    step = as_found()["found_sine_step"]
    return lambda *given: step(*given[:-1], sign * given[-1])


FOUND = {
    "one_layer_gradients": [(lambda: as_found()["found_one_layer"], "M3")],
    "xor_step": [(lambda: found_xor_step(+1), "M54"), (lambda: found_xor_step(-1), "M28")],
    "softmax_gradients": [(lambda: as_found()["found_softmax_gradients"], "M8+M42")],
    "sine_step": [(lambda: found_sine_step(+1), "M5"), (lambda: found_sine_step(-1), "M48")],
}


@pytest.mark.parametrize("name", FOUND)
def test_programs_of_the_notebook_are_known_and_named(name):
    for program, number in FOUND[name]:
        verdict = try_out(PROGRAMS[name], program())

        assert verdict.mistake == number
        assert verdict.score < PROGRAMS[name].points


def test_the_program_one_layer_off_raises_what_the_notebook_shows():
    verdict = try_out(PROGRAMS["sigmoid_output_gradients"], as_found()["found_sigmoid_gradients"])

    assert "raised a KeyError" in verdict.message
    assert verdict.score == 0


AS_FOUND = [wrong[1:] for wrong in WRONG_REPAIR if wrong[2] in ("M54", "M8+M42")]


@pytest.mark.parametrize(("name", "number", "source"), AS_FOUND, ids=[wrong[0] for wrong in AS_FOUND])
def test_programs_as_found_are_named_in_the_sandbox(name, number, source, sandbox):
    graded = grade(sandbox, **{name: source})

    assert {v.name: v.mistake for v in graded.verdicts if not v.right} == {name: number}


def test_the_released_notebook_gets_no_point(sandbox):
    data = json.dumps(released(REPAIR)).encode()
    graded = grade_submission(sandbox, data, released(REPAIR), list(QUESTIONS.values()), "a secret")

    assert (graded.score, graded.max) == (0, 20)
    assert all("not answered yet" in v.message for v in graded.verdicts[:-1])
    assert "6 open of 6" in graded.verdicts[-1].message


def judged(**others):
    return try_out(QUESTIONS["claims"], truth() | others)


def test_half_of_the_statements_are_true():
    assert list(CLAIMS) == [f"c{k:02}" for k in range(1, 25)]


def test_no_count_of_wrong_claims_gives_one_away():
    together = [case.tag for case in QUESTIONS["claims"].draw(None)]

    assert min(map(together.count, together)) >= 3
    assert sum(truth().values()) == 12


@pytest.mark.parametrize("wrong", range(25))
def test_statements_pay_from_one_half_on(wrong):
    names = np.random.default_rng(wrong).permutation(list(CLAIMS))[:wrong]

    verdict = judged(**{name: not CLAIMS[name].true for name in names})

    assert verdict.score == pytest.approx(max(0, 6 - wrong / 2))


def test_guessing_pays_next_to_nothing():
    rng = np.random.default_rng(0)
    points = [judged(**{name: bool(rng.integers(2)) for name in CLAIMS}).score for _ in range(200)]

    assert np.mean(points) < 0.6
    assert judged(**dict.fromkeys(CLAIMS, True)).score == judged(**dict.fromkeys(CLAIMS, False)).score == 0


def test_statements_that_are_wrong_are_counted_and_not_named():
    verdict = judged(c01=False, c02=True, c07=None, c13="True")

    assert verdict.score == 4
    assert verdict.message == (
        "claims: Forward pass: 2 wrong of 6. Losses and the error of the output layer: 1 open of 6. "
        "The recursion: 1 open of 9."
    )
    assert not any(name in verdict.message for name in CLAIMS)


@pytest.mark.parametrize("answer", [None, [True] * 24, "claims", 1.0])
def test_statements_that_are_no_dict_get_nothing(answer):
    verdict = try_out(QUESTIONS["claims"], answer)

    assert verdict.score == 0
    assert "is not a dict" in verdict.message
    assert "whatever it is given" not in verdict.message


@pytest.mark.parametrize("write", [int, str])
def test_statements_that_are_no_bools_are_told_so(write):
    verdict = judged(**{name: write(true) for name, true in truth().items()})

    assert verdict.score == 0
    assert "holds no True and no False: write them so, without quotes." in verdict.message


def test_statements_stand_in_the_notebook_as_they_are_judged():
    cells = {grade_id(cell): source_of(cell) for cell in released(REPAIR)["cells"]}
    told = dict(re.findall(r"^\| `(c\d\d)` \| (.+) \|$", cells["about_claims"], re.M))

    assert told == {name: claim.says for name, claim in CLAIMS.items()}
    assert all(name in cells["claims"] for name in CLAIMS)


def test_reasons_are_read_by_a_person_and_leave_the_points_alone():
    cells = {cell["id"]: cell["metadata"].get("nbgrader") for cell in released(REPAIR)["cells"]}
    solved = json.loads((ROOT / "solutions" / REPAIR / f"{REPAIR}.ipynb").read_bytes())
    rubric = next(source_of(cell) for cell in solved["cells"] if grade_id(cell) == "reasons")

    assert cells["reasons"]["grade"] and cells["reasons"]["solution"] and cells["reasons"]["points"] == 0
    assert re.findall(r"^\| `(c\d\d)` \|", rubric, re.M) == [
        n for n, claim in CLAIMS.items() if not claim.true
    ]
    assert b"How to read" not in handed_in(REPAIR, reasons="Because.")


def test_every_program_is_answered_rightly_in_five_ways():
    assert all(len(RIGHT[name]) >= 5 for name in QUESTIONS)
