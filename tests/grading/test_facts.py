"""What holds in all cases of a wrong answer is told, and nothing else."""

import re

import numpy as np
import pytest

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import CHANGED, ask, mark
from bpkit.grading.questions import SETS
from bpkit.reference import mlp

QUESTIONS = {question.name: question for asked in SETS.values() for question in asked}


def marked(name, answer, seed="secret"):
    (verdict,) = mark([QUESTIONS[name]], LocalAnswers({**QUESTIONS[name].uses, name: answer}), seed)
    return verdict


def each(value, change):
    """Return a result with a change made to each of its arrays and floats."""
    if isinstance(value, dict):
        return {key: each(item, change) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(each(item, change) for item in value)
    return change(value)


def wrong(name, change, where=lambda *given: True):
    """Return an answer whose arrays are changed where the arguments are so, and right elsewhere."""

    def answer(*given):
        result = QUESTIONS[name].reference(*given)
        return each(result, lambda array: change(array, *given)) if where(*given) else result

    return answer


def off(array, *given):
    return array + 0.5


def off_where(name, where):
    return wrong(name, off, where)


def in_layers(name, where, head=2, change=lambda array: array + 0.5):
    """Return an answer that is wrong in the layers of its `head`-th result where `where(l, L)` says so."""

    def answer(*given):
        results = list(QUESTIONS[name].reference(*given))
        some = results[head]
        results[head] = {l: change(a) if where(l, max(some)) else a for l, a in some.items()}
        return tuple(results)

    return answer


def to_float64(*given):
    return each(QUESTIONS["backward"].reference(*given), lambda a: a.astype(float))


def with_inf(array, *given):
    return np.where(array == array.max(), np.inf, array)


def vjp_in_order(W, a, g):
    dW, da, db = QUESTIONS["affine_vjp"].reference(W, a, g)
    return db, dW, da


def gradients_but_last(*given):
    loss, dW, db = mlp.loss_and_gradients(*given)
    return loss, *({l: p[l] * (1 + (l < len(p))) for l in p} for p in (dW, db))


def spoiling(W_next, delta_next, z, f_prime):
    result = mlp.hidden_delta(W_next, delta_next, z, f_prime) + 0.5
    z += 1
    return result


def square(W, *given):
    return len(W) == len(W.T)


START, ONE_LAYER = "δ^(L) is wrong already", "It is right for one layer and wrong for more."
X_IS_WRONG, Z_IS_RIGHT = "a^(0) is the input itself.", "z is right in all cases."
DEFECTS = (  # question, answer, all that it is told
    ("hidden_delta", off_where("hidden_delta", lambda W, d, z, f: z.shape[1] > 1),
     "It is right for one sample and wrong for more: look at how the samples are kept apart."),
    ("hidden_delta", off_where("hidden_delta", lambda W, d, z, f: z.shape[1] == 1),
     "It is wrong for one sample alone"),
    ("hidden_delta", off_where("hidden_delta", lambda *g: not square(*g)),
     "It is right only where all layers have one size: look for a transpose"),
    ("hidden_delta", off_where("hidden_delta", square), "It is wrong only where all layers have one size"),
    ("forward", off_where("forward", lambda W, b, x, f: len({x.shape[1], *map(len, W.values())}) > 1),
     "It is right only where all sizes are equal", X_IS_WRONG),
    ("forward", off_where("forward", lambda W, b, x, f: {x.shape[1], *map(len, W.values())} == {4}),
     "It is wrong only where all sizes are equal", X_IS_WRONG),
    ("hidden_delta", wrong("hidden_delta", lambda a, W, d, z, f: a * d.shape[1]),
     "Yours is the expected times m, the number of samples."),
    ("hidden_delta", wrong("hidden_delta", lambda a, W, d, z, f: a / d.shape[1]),
     "Yours is the expected divided by m, the number of samples."),
    ("hidden_delta", wrong("hidden_delta", lambda a, W, d, z, f: a * len(d)),
     "Yours is the expected times the number of rows of W_next."),
    ("hidden_delta", wrong("hidden_delta", lambda a, W, d, z, f: a / len(a)),
     "Yours is the expected divided by the number of its rows."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: a * np.arange(1, a.shape[1] + 1)),
     "Each column is the expected one times a factor of its own."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: (a.T * np.arange(1, len(a) + 1)).T),
     "Each row is the expected one times a factor of its own."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: a * (2 + np.tanh(a.sum()))),
     "Each array is the expected one times a factor of its own."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: np.abs(a)), "But for some signs it is right."),
    ("observed_order", wrong("observed_order", lambda p, hs, errors: p * len(hs) / (len(hs) - 1)),
     "times the number of entries of hs, divided by the number of entries of hs less 1."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: 3 * a), "Yours is 3 times the expected."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: 0 * a), "Yours is zero."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: a.T), "Yours is the transpose of the expected one."),
    ("hidden_delta", wrong("hidden_delta", with_inf), "All else is right: look for a division by 0"),
    ("hidden_delta", off_where("hidden_delta", lambda W, d, z, f: abs(f(0.0) - 1) < 1e-9),
     "It is wrong where the function f_prime is tanh and right elsewhere."),
    ("hidden_delta", spoiling, f"Besides, {CHANGED}"),
    ("to_rows", wrong("to_rows", lambda a, *g: -a), "The sign is reversed."),
    ("hidden_delta", wrong("hidden_delta", lambda a, *g: -3 * a, lambda W, d, z, f: z.shape[1] > 1),
     "Where it is wrong, yours is -3 times the expected.",
     "It is right for one sample and wrong for more: look at how the samples are kept apart."),
    ("cross_entropy", wrong("cross_entropy", lambda a, *g: a * 0.7, lambda z, y: y.max() < 1),
     "Where it is wrong, yours is the expected times a constant."),
    ("forward_difference", lambda f, x, h=1e-6: abs((f(x + h) - f(x)) / h),
     "But for some signs it is right."),
    ("forward", in_layers("forward", lambda l, L: l > 1, 0), "Layer 1 is right, layer 2 is not", ONE_LAYER),
    ("forward", in_layers("forward", lambda l, L: l > 0, 1), "z^(1) is right, a^(1) is not", Z_IS_RIGHT),
    ("forward", in_layers("forward", lambda l, L: l == 0, 1), X_IS_WRONG, Z_IS_RIGHT),
    ("backward", in_layers("backward", lambda l, L: l < L), 
     "δ^(3) is right, δ^(2) is not: the error starts there.", ONE_LAYER, "dW and db are right in all cases."),
    ("backward", in_layers("backward", lambda l, L: l == L), START, "dW and db are right in all cases."),
    ("backward", in_layers("backward", lambda l, L: l == (L - 1 if L % 2 else L)),
     ONE_LAYER, "dW and db are right in all cases."),
    ("backward", in_layers("backward", lambda l, L: True, 1), "dW and delta are right in all cases."),
    ("backward", in_layers("backward", lambda l, L: True, 1, lambda a: a * len(a)),
     "Yours is the expected times the number of its rows.", "dW and delta are right in all cases."),
    ("backward", off_where("backward", lambda W, z, a, y, f, loss: y.shape[1] > 1),
     "It is right for one sample and wrong for more: look at how the samples are averaged.", START),
    ("backward", off_where("backward", lambda W, *g: len(W) > 1), ONE_LAYER, START),
    ("backward", off_where("backward", lambda W, *g: len(W) == 1), "It is wrong for one layer alone", START),
    ("backward", off_where("backward", lambda W, *g: len(W) > 2),
     "It is right up to 2 layers and wrong for more", START),
    ("backward", off_where("backward", lambda W, *g: len(W) != 3), "It is right for 3 layers alone", START),
    ("backward", off_where("backward", lambda W, z, a, y, f, loss: f[len(W)] != "identity"),
     "It is right where the output layer is identity and wrong elsewhere: look at the derivative", START),
    ("backward", off_where("backward", lambda W, z, a, y, f, loss: f[len(W)] == "softmax"),
     "It is wrong where the output layer is softmax and right elsewhere.", START),
    ("backward", off_where("backward", lambda W, z, a, y, f, loss: "relu" in list(f.values())[:-1]),
     "It is wrong where a hidden layer is relu and right elsewhere.", START),
    ("backward", off_where("backward", lambda W, z, a, y, f, loss: loss == "half_squared_error"),
     "It is wrong where loss is half_squared_error and right elsewhere.", START),
    ("backward", to_float64, "but float32 arrays should give float32. Its numbers are right."),
    ("loss_and_gradients", gradients_but_last, "loss is right in all cases.", ONE_LAYER,
     "Where it is wrong, yours is 2 times the expected.",
     "The gradients of the last layer are right, those before it are not"),
    ("affine_vjp", vjp_in_order, "but stand in another order: it is dW, da, db."),
    ("half_squared_error", wrong("half_squared_error", lambda a, o, y: a / y.shape[1]),
     "Yours is the expected divided by m, the number of samples."),
    ("half_squared_error", wrong("half_squared_error", lambda a, o, y: a * len(y)),
     "Yours is the expected times the number of rows of o."),
    ("half_squared_error", off_where("half_squared_error", lambda o, y: y.shape[1] > 1),
     "It is right for one sample and wrong for more: look at how the samples are averaged."),
)  # fmt: skip
SENTENCES = {says for _, _, *told in DEFECTS for says in told}
every_defect = pytest.mark.parametrize(
    ("name", "answer", "told"),
    [(d[0], d[1], d[2:]) for d in DEFECTS],
    ids=[f"{d[0]} {d[2]}" for d in DEFECTS],
)


@every_defect
def test_what_holds_in_all_cases_is_told_and_nothing_else(name, answer, told):
    for seed in ("secret", "another", 5):
        verdict = marked(name, answer, seed)

        assert not verdict.right
        assert verdict.mistake is None
        assert {says for says in SENTENCES if says in verdict.message} == set(told)


def test_changed_arguments_are_told_beside_a_known_mistake():
    def hidden_delta(W_next, delta_next, z, f_prime):
        z *= 2
        return W_next.T @ delta_next

    verdict = marked("hidden_delta", hidden_delta)

    assert verdict.mistake == "M14"
    assert verdict.message.endswith(f"[M14]\nBesides, {CHANGED}")


def test_right_answers_are_told_nothing_of_all_this():
    for name, question in QUESTIONS.items():
        assert question.value or question.seconds or marked(name, question.reference).message == ""


def spoilt_in_one_case(name, k):
    """Return an answer that is wrong in the k-th call alone."""
    calls = []

    def answer(*given):
        calls.append(1)
        return wrong(name, off)(*given) if len(calls) == k else QUESTIONS[name].reference(*given)

    return answer


@pytest.mark.parametrize("k", [1, 4, 8])
@pytest.mark.parametrize("name", ["hidden_delta", "backward", "affine_vjp", "forward"])
def test_one_case_alone_tells_nothing_of_all_cases(name, k):
    message = marked(name, spoilt_in_one_case(name, k)).message

    assert "It is" not in message
    assert "Yours" not in message


@pytest.mark.parametrize("name", ["hidden_delta", "layer_gradients", "affine_vjp"])
def test_factors_that_could_carry_an_input_out_are_not_told(name):
    """What a secret input is must not be read off the message: there are no numbers but shapes and places."""
    message = marked(name, wrong(name, lambda a, first, *others: a * first.flat[0])).message

    assert "Yours is the expected times" not in message.replace("times a constant", "")
    assert not re.search(r"\d\.\d", message)


def spoilt(value, new):
    """Return a result with something else in the place of its last part."""
    if isinstance(value, dict):
        return {**value, max(value, key=str): spoilt(value[max(value, key=str)], new)}
    if isinstance(value, tuple | list):
        return type(value)([*value[:-1], spoilt(value[-1], new)]) if value else new
    return new


STRANGE = (
    "text", [], {}, {1: None}, [[1.0], [2.0, 3.0]], np.ones((2, 1, 2)), np.array(3), True, np.ones(0), 1j,
    float("nan"), float("-inf"), 1e308, 10**30, np.array(["a"]), {"W": {"b": "x"}}, (None, np.ones(3)),
    np.ones(3),
)  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [q.name for q in QUESTIONS.values() if not q.seconds])
def test_strange_results_are_diagnosed_without_an_exception(name):
    question = QUESTIONS[name]
    results = ask(question, "secret").expected
    for answer in (*STRANGE, *(spoilt(results[0], strange) for strange in STRANGE[::4])):
        verdict = marked(name, answer if question.value else lambda *given, answer=answer: answer)

        assert not verdict.right
        assert verdict.message.startswith(f"{name}: ")


def test_an_object_of_which_the_type_alone_is_known_is_not_called_the_same():
    verdict = marked("sgd_step", lambda *given: object())

    assert verdict.score == 0
    assert "whatever it is given" not in verdict.message


def test_signs_are_spoken_of_only_where_some_differ():
    nearly = wrong("neuron_gradient", lambda d, *given: d * (1 + 1e-5), lambda w, b, x, y: y > 0.5)

    assert "differs" in (says := marked("neuron_gradient", nearly).message)
    assert "sign" not in says


def test_no_factor_is_told_where_what_should_be_zero_is_not():
    def standardize_fit(x):
        mean, std = QUESTIONS["standardize_fit"].reference(x)
        return np.where(np.ptp(x, axis=1, keepdims=True) == 0, mean - 1, mean), std

    message = marked("standardize_fit", standardize_fit).message

    assert "differs in" in message and "signs" not in message


def test_no_factor_is_told_of_whole_numbers():
    def early_stopping(val_losses, patience, min_delta=0.0):
        return 3 * QUESTIONS["early_stopping"].reference(val_losses, patience, min_delta)

    assert "times" not in marked("early_stopping", early_stopping).message
