"""The marking: an error costs once, arguments stay as they were, and the inputs stay secret."""

import numpy as np
import pytest
from grading.notebooks import BACKPROP, BY_HAND, opened

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import CHANGED, Attempt, Verdict, ask, generator, mark
from bpkit.grading.outcome import Outcome
from bpkit.grading.questions import SETS, questions_of
from bpkit.grading.scoring import SHAPED
from bpkit.reference import mlp

WITHOUT_PRIME = "def hidden_delta(W_next, delta_next, z, f_prime): return W_next.T @ delta_next"
RESTS = "backward was judged with ours in the place of hidden_delta, which it rests on."


def marks(set_name, **answers):
    """Return the verdicts on a solved notebook with these answers in it."""
    questions = list(questions_of(set_name).values())
    return {v.name: v for v in mark(questions, opened(set_name, **answers), "secret")}


@pytest.mark.parametrize("set_name", SETS)
def test_solved_notebooks_get_full_marks_without_a_word(set_name):
    verdicts = marks(set_name).values()

    assert sum(v.score for v in verdicts) == 20
    assert {(v.mistake, v.message, v.stuck) for v in verdicts} == {(None, "", False)}


def forgives(part, cases):
    """Say whether a part gives all its points where the first of its cases is wrong."""
    return part.share([(case.tag, k > 0) for k, case in enumerate(filter(part.concerns, cases))]) == 1


@pytest.mark.parametrize("amiss", [{"changed": True}, {"problem": "raised", "type": "ValueError"}])
@pytest.mark.parametrize("name", [q.name for asked in SETS.values() for q in asked if not q.value])
def test_what_is_amiss_in_any_single_case_costs_points(name, amiss):
    asked = ask(next(q for some in SETS.values() for q in some if q.name == name), "secret")
    if SHAPED not in asked.question.parts and "changed" in amiss:
        pytest.skip("its arguments are names, which no call can change")
    if any(forgives(part, asked.cases) for part in asked.question.parts.values()):
        pytest.skip("one run of ten may fail")
    for place, case in enumerate(asked.cases):
        outcomes = [Outcome(result) for result in asked.expected]
        outcomes[place] = Outcome(**{"result": asked.expected[place]} | amiss)
        attempt = Attempt(asked, outcomes, public=False)

        assert attempt.verdict().right is attempt.right is False, case.tag


def test_an_error_costs_once():
    verdicts = marks(BACKPROP, hidden_delta=WITHOUT_PRIME)

    assert [name for name, v in verdicts.items() if not v.right] == ["hidden_delta"]
    assert verdicts["backward"].message == RESTS
    assert verdicts["to_rows"].message == verdicts["layer_gradients"].message == ""


def test_answers_that_do_not_rest_on_the_error_are_not_told_so():
    own = """
    def backward(W, z, a, y, f, loss):
        from bpkit.reference import mlp
        return mlp.backward(W, z, a, y, f, loss)
    """

    assert marks(BACKPROP, hidden_delta=WITHOUT_PRIME, backward=own)["backward"].message == ""


def test_two_errors_cost_twice():
    short = """
    def backward(W, z, a, y, f, loss):
        L = len(W)
        delta = {L: a[L] - y}
        for l in range(L - 1, 0, -1):
            delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], derivative(f[l]))
        pairs = {l: layer_gradients(delta[l], a[l - 1]) for l in delta}
        return {l: pairs[l][0] for l in pairs}, {l: pairs[l][1] for l in pairs}, delta
    """
    verdicts = marks(BACKPROP, hidden_delta=WITHOUT_PRIME, backward=short)

    assert verdicts["backward"].mistake == "M1"
    assert 0 < verdicts["backward"].score < 4
    assert verdicts["backward"].message.endswith(RESTS)
    assert verdicts["loss_and_gradients"].right
    assert "in the place of" in verdicts["loss_and_gradients"].message


def test_an_error_that_makes_a_later_answer_right_does_not_count_against_it():
    minus = "def hidden_delta(W_next, delta_next, z, f_prime): return -(W_next.T @ delta_next) * f_prime(z)"
    twice = """
    def backward(W, z, a, y, f, loss):
        from bpkit.reference import mlp
        hidden_delta(W[len(W)], y, z.get(len(W) - 1, a[0]), np.ones_like)
        return mlp.backward(W, z, a, y, f, loss)
    """

    assert marks(BACKPROP, hidden_delta=minus, backward=twice)["backward"].right


def test_untouched_answers_get_nothing_and_are_told_why():
    stub = 'def {}(*given): raise NotImplementedError("This answer is still missing.")'
    names = [name for name in questions_of(BY_HAND) if name != "numbers"]
    verdicts = marks(BY_HAND, **{name: stub.format(name) for name in names})

    assert [verdicts[name].score for name in names] == [0, 0, 0, 0]
    assert all("it is not answered yet." in verdicts[name].message for name in names)
    assert verdicts["numbers"].right


@pytest.mark.parametrize("change", ["z *= 0", "W_next[0, 0] += 1e-15", "delta_next.sort()"])
def test_changed_arguments_cost_their_part_and_have_a_name(change):
    answer = f"""
    def hidden_delta(W_next, delta_next, z, f_prime):
        result = (W_next.T @ delta_next) * f_prime(z)
        {change}
        return result
    """
    verdict = marks(BACKPROP, hidden_delta=answer)["hidden_delta"]

    assert verdict.parts["keeps its arguments"] == (0.0, 0.5)
    assert (verdict.score, verdict.mistake) == (3.5, "M61")
    assert verdict.message == f"hidden_delta: {CHANGED} [M61]"


@pytest.mark.parametrize("change", ["W.clear()", "W[9] = W[1]", "W[1] = W[1].astype('f2')", "W[1] = 1"])
def test_changed_dicts_count_as_changed_arguments(change):
    answer = f"""
    def to_rows(W, b):
        result = {{l: W[l].T for l in W}}, {{l: b[l].T for l in b}}
        {change}
        return result
    """

    assert marks(BACKPROP, to_rows=answer)["to_rows"].mistake == "M61"


@pytest.mark.parametrize("key", ["delta.shape", "float(delta[0, 0])"])
def test_answers_that_remember_earlier_calls_are_wrong(key):
    answer = f"""
    def layer_gradients(delta, a_prev, seen={{}}):
        seen[{key}] = seen.get({key}, 0) + 1
        m = delta.shape[1]
        return seen[{key}] * delta @ a_prev.T / m, delta.mean(axis=1, keepdims=True)
    """
    verdict = marks(BACKPROP, layer_gradients=answer)["layer_gradients"]

    assert verdict.parts["dW of a batch"] == (0, 0.75)
    assert verdict.parts["db of a batch"] == (0.75, 0.75)


def test_arguments_may_be_returned_themselves():
    answer = """
    def forward_221(W, b, x):
        z1 = W[1] @ x + b[1]
        a = {0: x, 1: 1 / (1 + np.exp(-z1))}
        z = {1: z1, 2: W[2] @ a[1] + b[2]}
        a[2] = 1 / (1 + np.exp(-z[2]))
        return z, a
    """

    assert marks(BY_HAND, forward_221=answer)["forward_221"].right


def test_double_precision_for_single_costs_its_part_alone():
    answer = """
    def hidden_delta(W_next, delta_next, z, f_prime):
        return (W_next.T @ delta_next) * f_prime(z.astype(float))
    """
    verdict = marks(BACKPROP, hidden_delta=answer)["hidden_delta"]

    assert (verdict.score, verdict.mistake) == (3.5, None)
    assert "is float64, but float32 arrays should give float32." in verdict.message


def test_parts_about_manners_count_only_where_something_is_right():
    (verdict,) = mark(
        [questions_of(BACKPROP)["hidden_delta"]],
        LocalAnswers({"hidden_delta": lambda W, d, z, f: np.zeros_like(z)}),
        0,
    )

    assert verdict.score == 0


def test_generators_differ_by_seed_and_name():
    drawn = {generator(seed, name).integers(2**62) for seed in (0, 1, "0 a") for name in ("a", "b")}

    assert len(drawn) == 6
    assert generator(0, "a").integers(2**62) == generator("0", "a").integers(2**62)


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome(problem="missing"), "it is not defined: its cell no longer defines it"),
        (Outcome(problem="raised", type="IndexError"), "your code raised an IndexError."),
        (Outcome(problem="raised", type="ValueError", line=2), "raised a ValueError in line 2 of its cell."),
        (Outcome(problem="time"), "your code did not end within its time."),
        (Outcome(problem="died"), "your code ended its process"),
        (Outcome(problem="unreadable"), "could not be read"),
    ],
)
def test_outcomes_are_told_in_sentences(outcome, says):
    assert says in outcome.says()
    assert outcome.says().endswith(".")


def test_verdicts_show_each_part_and_the_message():
    verdict = Verdict("f", {"one sample": (1.0, 1.0), "a batch": (0.0, 2.0)}, None, "f: no.")

    assert verdict.lines() == ["f: 1 of 3 points", "  ✓ one sample", "  ✗ a batch", "f: no."]
    assert (verdict.score, verdict.max, verdict.right) == (1, 3, False)


def test_references_of_the_questions_are_those_of_the_book():
    assert questions_of(BACKPROP)["backward"].reference is mlp.backward
