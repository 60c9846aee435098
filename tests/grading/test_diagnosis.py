"""The diagnosis: a mistake is named only where it explains everything, and else the facts are said."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from grading.notebooks import BACKPROP, BY_HAND, opened
from grading.wrong_answers import WRONG

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import mark
from bpkit.grading.questions import questions_of
from bpkit.reference import mlp

LAYER = questions_of(BACKPROP)["layer_gradients"]
HIDDEN = questions_of(BACKPROP)["hidden_delta"]


def marked(question, answer, seed="secret", public=False):
    (verdict,) = mark([question], LocalAnswers({question.name: answer}), seed, public)
    return verdict


def scaled(factor):
    def layer_gradients(delta, a_prev):
        dW, db = mlp.layer_gradients(delta, a_prev)
        return dW * factor, db * factor

    return layer_gradients


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # but where a case is strict, it is an error
@pytest.mark.parametrize(
    ("set_name", "name", "number", "source"), WRONG, ids=[f"{w[1]} {w[2]}" for w in WRONG]
)
def test_mistakes_as_students_write_them_are_named(set_name, name, number, source):
    questions = list(questions_of(set_name).values())
    verdicts = {v.name: v for v in mark(questions, opened(set_name, **{name: source}), "secret")}

    assert verdicts[name].mistake == number
    assert not verdicts[name].right
    assert all(v.right and not v.mistake for other, v in verdicts.items() if other != name)


def test_wrong_results_that_no_mistake_explains_are_not_named():
    for answer in (scaled(0.9), lambda delta, a: (delta @ a.T + 1, delta + 1), lambda delta, a: (delta, a)):
        verdict = marked(LAYER, answer)

        assert (verdict.score, verdict.mistake) == (0, None)


def test_mistakes_that_explain_all_but_one_case_are_not_named():
    def layer_gradients(delta, a_prev):
        dW, db = mlp.layer_gradients(delta, a_prev)
        return dW * (1 if delta.shape == (3, 2) else delta.shape[1]), db

    assert marked(LAYER, layer_gradients).mistake is None


def test_two_mistakes_without_a_number_that_give_the_same_are_not_named():
    question = questions_of("ps08_training")["step_decay"]
    one, other = (replace(question.mistakes[0], says=says) for says in ("one thing.", "another."))

    assert "one thing." in marked(replace(question, mistakes=(one,)), one.wrong).message
    verdict = marked(replace(question, mistakes=(one, other)), one.wrong)
    assert not any(mistake.says in verdict.message for mistake in (one, other))


@pytest.mark.parametrize("error", [1e-7, 1e-5])
def test_mistakes_are_named_only_where_they_fit_to_rounding(error):
    def hidden_delta(W_next, delta_next, z, f_prime):
        return W_next.T @ delta_next * (1 + error)

    assert marked(HIDDEN, hidden_delta).mistake is None


@pytest.mark.parametrize(
    ("factor", "says"),
    [(3, "Yours is 3 times the expected."), (0.9, "Yours is the expected times a constant.")],
)
def test_constant_factors_are_said(factor, says):
    assert (
        f" {says} See eq-grad-weights in the chapter “The recursion”."
        in marked(LAYER, scaled(factor)).message
    )


def test_transposes_are_said():
    def hidden_delta(W_next, delta_next, z, f_prime):
        return mlp.hidden_delta(W_next, delta_next, z, f_prime).T

    assert "Yours is the transpose of the expected one." in marked(HIDDEN, hidden_delta).message


def test_answers_that_are_right_for_one_sample_get_its_points():
    def hidden_delta(W_next, delta_next, z, f_prime):
        return mlp.hidden_delta(W_next, delta_next, z, f_prime) * np.arange(1, z.shape[1] + 1)

    verdict = marked(HIDDEN, hidden_delta)

    assert verdict.parts["one sample"] == (0.75, 0.75)
    assert verdict.score == 0.75 + 0.5


def test_first_delta_that_is_wrong_is_the_one_nearest_to_the_output():
    def backward(*given):
        dW, db, delta = mlp.backward(*given)
        return dW, db, {l: d * (1 + 0.3 * (l < len(delta))) for l, d in delta.items()}

    assert "backward: delta[2] differs" in marked(questions_of(BACKPROP)["backward"], backward).message


def test_results_of_another_kind_are_described():
    verdict = marked(HIDDEN, lambda *given: None)

    assert verdict.message == (
        "hidden_delta: the result is None, but should be an array of shape (3, 1). "
        "See eq-delta-hidden in the chapter “The recursion”."
    )


@pytest.mark.parametrize("value", [1e300, 1.7e308, np.inf, np.nan])
def test_numbers_out_of_bounds_are_diagnosed_without_a_warning(value):
    verdict = marked(LAYER, lambda delta, a: (delta @ a.T * 0 + value, np.full((len(delta), 1), value)))

    assert (verdict.score, verdict.mistake) == (0, None)


@pytest.mark.parametrize("factor", [np.inf, -np.inf, 1e-310])
def test_factors_out_of_bounds_are_diagnosed_without_a_warning(factor):
    verdict = marked(LAYER, scaled(factor))

    assert (verdict.score, verdict.mistake) == (0, None)
    assert "times the expected" not in verdict.message.replace("Yours is the expected times a constant.", "")


def test_exceptions_are_quoted_only_where_the_inputs_are_public():
    def hidden_delta(W_next, delta_next, z, f_prime):
        raise ValueError(f"x is {z[0, 0]}")

    assert "x is" in marked(HIDDEN, hidden_delta, public=True).message
    assert "x is" not in marked(HIDDEN, hidden_delta).message
    assert "your code raised a ValueError in line" in marked(HIDDEN, hidden_delta).message


@pytest.mark.parametrize("wrong", ["oops", None, [1, 2, 3], np.nan, {}, 0.5])
def test_numbers_by_hand_are_judged_one_by_one(wrong):
    question = questions_of(BY_HAND)["numbers"]
    verdict = marked(question, {k: v.ravel() for k, v in question.reference().items()} | {"z2": wrong})

    assert verdict.score == 5.5
    assert verdict.message.startswith("numbers: z2 ")
    assert verdict.mistake is None


@pytest.mark.parametrize("wrong", [["x" * 5000, *[1] * 5000], [["x" * 5000], *[[0.5]] * 5000]])
def test_numbers_by_hand_take_no_more_memory_than_was_sent(wrong):
    question, sent = questions_of(BY_HAND)["numbers"], {"z1": wrong}
    question.compare({"z1": np.ones(2)}, sent)
    tracemalloc.start()
    try:
        differences = question.compare({"z1": np.ones(2)}, sent)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert [d.says for d in differences] == ["is not a number, a list of numbers or an array."]
    assert peak < 2**20


@pytest.mark.parametrize(("error", "right"), [(1.9e-6, True), (2.1e-6, False), (-1.9e-6, True)])
def test_numbers_by_hand_may_be_rounded_or_cut(error, right):
    question = questions_of(BY_HAND)["numbers"]
    verdict = marked(question, {k: v + error for k, v in question.reference().items()})

    assert verdict.right is right


@pytest.mark.parametrize("answer", [None, [], 0.5, "numbers"])
def test_numbers_that_are_no_dict_get_nothing(answer):
    verdict = marked(questions_of(BY_HAND)["numbers"], answer)

    assert verdict.score == 0
    assert "is not a dict" in verdict.message
