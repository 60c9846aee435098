"""Every reference of the questions with one thing changed in it is refused: the inputs hide nothing."""

import warnings
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from grading.mutants import functions_called, in_place, mutants

from bpkit.grading.check import LocalAnswers
from bpkit.grading.marking import ask
from bpkit.grading.question import Case, is_right
from bpkit.grading.questions import SETS, questions_of

QUESTIONS = {question.name: question for asked in SETS.values() for question in asked}
SHIFT = "z - z.real.max(axis=0, keepdims=True) → z + z.real.max(axis=0, keepdims=True)"
KEPT = {  # a sum over axis 0 divides the columns with and without keepdims
    "softmax: True → False in e = np.exp(z - z.real.max(axis=0, keepdims=True))",
    "softmax: True → False in return e / e.sum(axis=0, keepdims=True)",
}
SOFTMAX = KEPT | {f"softmax: {SHIFT}"}  # any shift of a column is right as long as nothing overflows
CROSS_KEPT = {
    "cross_entropy: True → False in shifted = z - z.real.max(axis=0, keepdims=True)",
    "cross_entropy: True → False in log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))",
}
CROSS_ENTROPY = CROSS_KEPT | {f"cross_entropy: {SHIFT}"}
KINK = {'relu_prime: 0 → 1 in return np.heaviside(expect_filled("z", z).real, 0)'}  # z keeps away from it
FLAT = {"relu: 0 → 1 in return np.where(z.real < 0, 0, z)"}  # its error is times the slope 0
NO_SQUARED_SOFTMAX = {  # of softmax and half squared error, a pair that does not occur
    "output_delta: 0 → 1 in return o * (dl_do(o, y) - np.sum(o * dl_do(o, y), axis=0))",
    "output_delta: o * dl_do(o, y) → o / dl_do(o, y)",
    "output_delta: dl_do(o, y) - np.sum(o * dl_do(o, y), axis=0) → "
    "dl_do(o, y) + np.sum(o * dl_do(o, y), axis=0)",
    "output_delta: o * (dl_do(o, y) - np.sum(o * dl_do(o, y), axis=0)) → "
    "o / (dl_do(o, y) - np.sum(o * dl_do(o, y), axis=0))",
}
NO_CANONICAL = NO_SQUARED_SOFTMAX | {"output_delta: o - y → o + y"}
CANONICAL = NO_SQUARED_SOFTMAX | {  # δ = o − y, however it is come by
    "delta_is_o_minus_y: loss_for(f, loss).canonical == f → loss_for(f, loss).canonical != f",
    "output_delta: f == 'softmax' → f != 'softmax'",
    "output_delta: dl_do(o, y) * derivative(f)(z) → dl_do(o, y) / derivative(f)(z)",
    "output_delta: loss == 'cross_entropy' → loss != 'cross_entropy'",  # where the targets are looked at
}
CANONICAL_SQUARED = {what for what in CANONICAL if "cross_entropy" not in what}
ONE_OUTPUT = NO_CANONICAL | {  # one sigmoid output, half squared error: W[2] is one row
    "hidden_delta: W_next.T @ delta_next → W_next.T * delta_next",
    "output_delta: f == 'softmax' → f != 'softmax'",
}
ONE_HIDDEN = {"backward: 1 → 2 in for l in range(L - 1, 0, -1):"}
ALL_SIGMOID = {"backward: f[l] → f[l + 1]"}
TWO_LAYERS = ONE_HIDDEN | ALL_SIGMOID
DOWNHILL = {"gradient_descent: 0 → 1 in if shapes[0] != shapes[1]:"}
TANH_DECAY = {  # tanh′ is even, and no z is so large that it overflows
    "_decay: -z → +z",
    "_decay: 0 → 1 in return np.exp(np.where(z.real < 0, z, -z))",
    "_decay: z.real < 0 → z.real > 0",
}
CONSTANT = {"standardize_fit: 1 → 2 in std[std == 0] = 1"}  # 0 stays 0, whatever it is divided by
UNIT = {  # the relative error is the same in any unit
    "relative_error: 1 → 2 in unit = 2.0 ** (math.frexp(largest)[1] - 1)",
    "relative_error: 2.0 → 3.0 in unit = 2.0 ** (math.frexp(largest)[1] - 1)",
    "relative_error: math.frexp(largest)[1] - 1 → math.frexp(largest)[1] + 1",
}
UNEQUAL = "True → False in"  # two of equal length go together either way
EVEN = {  # e / (1 + e)² is the same for e^z and e^(−z), as long as neither overflows
    "_decay: z.real < 0 → z.real > 0",
    "_decay: -z → +z",
    "_decay: 0 → 1 in return np.exp(np.where(z.real < 0, z, -z))",
}
EQUIVALENT = {
    "saturated_fraction": EVEN | KINK,
    "relative_error": UNIT,
    "gradient_check": UNIT
    | {
        f'gradient_check: {UNEQUAL} for letter, given, numeric in zip("Wb", (dW, db), '
        "numerical_gradients(loss_fn, W, b), strict=True):",
        "relu: 0 → 1 in return np.where(z.real < 0, 0, z)",  # a loss that is higher by 1 has the same slopes
    },
    "locate_fault": UNIT,
    "diagnose": {
        f"tell: {UNEQUAL} if all(agree(*pair, looked_at) for pair in zip(wanted, got, strict=True))"
    },
    "sigmoid_prime": {"_decay: 0 → 1 in return np.exp(np.where(z.real < 0, z, -z))"},  # σ′(z) = σ′(−z)
    "tanh_prime": {"_decay: 0 → 1 in return np.exp(np.where(z.real < 0, z, -z))"},
    "softmax": KEPT,
    "softmax_jacobian": {"softmax_jacobian: p @ p.T → p * p.T"},  # a column times a row
    "cross_entropy": CROSS_KEPT,
    "output_delta": KEPT | KINK | FLAT,
    "deltas_221": ONE_OUTPUT | TWO_LAYERS | {"backward: 0 → 1 in dW = {l: gradients[l][0] for l in delta}"},
    "gradients_221": ONE_OUTPUT | TWO_LAYERS,
    "step_221": ONE_OUTPUT | TWO_LAYERS | DOWNHILL,
    "numbers": {what for what in ONE_OUTPUT if what.startswith("output")}
    | {
        "back: self.W[l + 1].T @ self.delta[l + 1] → self.W[l + 1].T * self.delta[l + 1]",
        "prime: self.f[l] → self.f[l + 1]",
        "run_pass: 1 → 2 in for l in range(p.L - 1, 0, -1):",
    },
    "forward": SOFTMAX,
    "backward": SOFTMAX | KINK | FLAT,
    "loss_and_gradients": SOFTMAX | KINK | CROSS_ENTROPY,
    "per_sample_gradients": SOFTMAX
    | KINK
    | {  # one sample at a time: m is 1
        "layer_gradients: delta @ a_prev.T / m → delta @ a_prev.T * m",
        "layer_gradients: delta @ a_prev.T → delta * a_prev.T",
        "layer_gradients: delta.sum(axis=1, keepdims=True) / m → delta.sum(axis=1, keepdims=True) * m",
    },
    "sgd_step": {"gradient_descent: 0 → 1 in if shapes[0] != shapes[1]:"},
    "momentum_step": {  # the bounds of hyperparameters are nothing that is asked
        "momentum: 1 → 2 in eta, mu = "
        'expect_number("learning_rate", learning_rate, 0), expect_number("mu", mu, 0, 1)'
    },
    "step_decay": {
        f"step_decay: {what} in drop, every = "
        'expect_number("drop", drop, 0, 1), expect_number("every", every, 0, closed=False)'
        for what in ("0 → 1", "1 → 2", "False → True")
    },
    "cosine_decay": {
        'cosine_decay: False → True in e = min(e, expect_number("epochs", epochs, 0, closed=False))'
    },
    "clip_by_norm": {
        'clip_by_norm: False → True in g, c = expect_filled("g", g), expect_number("c", c, 0, closed=False)',
        "clip_by_norm: 1 → 2 in unit = g / (largest or 1)",  # zeros stay zeros
    },
    "train_xor": {  # the loss of this network is so low that there is room below the bound
        "xor_by_hand: 9.0 → 10.0 in W = {1: np.array([[9.0, 9.0], [9.0, 9.0]]), 2: np.array([[9.0, -9.0]])}",
        *(
            f"xor_by_hand: {what} in return W, {{1: np.array([[-4.0], [-13.0]]), 2: np.array([[-4.0]])}}"
            for what in ("4.0 → 5.0", "13.0 → 14.0")
        ),
    },
    "standardize_fit": CONSTANT,
    "standardize_apply": CONSTANT,
    "xor_step": {  # four and four
        "xor_step: True → False in "
        "return tuple(p - learning_rate * g for p, g in zip((W1, b1, W2, b2), gradients, strict=True))"
    },
    "softmax_gradients": SOFTMAX | CROSS_ENTROPY | CANONICAL | ONE_HIDDEN | KINK,
    "sine_step": CANONICAL_SQUARED | ONE_HIDDEN | DOWNHILL | TANH_DECAY,
    "sigmoid_output_gradients": NO_CANONICAL | ALL_SIGMOID,
}
LOSSES = ("half_squared_error", "binary_cross_entropy_from_logits", "cross_entropy", "softplus")
NOT_RETURNED = {  # functions that are called, and whose results do not reach that of the question
    "deltas_221": ("layer_gradients",),
    "gradients_221": LOSSES,
    "step_221": LOSSES,
    "per_sample_gradients": LOSSES,
    "sigmoid_output_gradients": LOSSES,
}
OF_TESTS = {"diagnose": "blind_tests.py", "expose": "blind_tests.py"}  # what else they call is what they test
EVERY = [
    pytest.param(name, marks=[] if name in questions_of("ps02_layers") else pytest.mark.slow)
    for name in QUESTIONS
]


def answer_of(question):
    return question.reference() if question.value else question.reference


def passes(question, asked):
    """Say whether the judge takes what the reference gives now."""
    try:
        with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("ignore")
            return is_right(
                asked, asked.probe(LocalAnswers({**question.uses, question.name: answer_of(question)}), {})
            )
    except Exception:  # a value that cannot be computed is not there to be judged
        return False


def counts(name, function):
    """Say whether what a function returns reaches the result of the question."""
    file = function.__code__.co_filename
    return file.endswith(OF_TESTS.get(name, "")) and function.__name__ not in NOT_RETURNED.get(name, ())


def survivors(question, seed="secret"):
    """Return the mutants that the question takes for right, and how many it refuses."""
    asked = ask(question, seed)
    assert passes(question, asked)
    used = functions_called(lambda: [question.expected(case) for case in asked.cases])
    alive, refused = set(), 0
    for function in filter(partial(counts, question.name), used):
        for what, code in mutants(function):
            with in_place(function, code):
                alive, refused = (
                    (alive | {what}, refused) if passes(question, asked) else (alive, refused + 1)
                )
    return alive, refused


@pytest.mark.parametrize("name", EVERY)
def test_mutants_of_the_reference_are_refused(name):
    alive, refused = survivors(QUESTIONS[name])

    assert alive == EQUIVALENT.get(name, set())
    assert refused > 0


def test_questions_that_are_blind_are_found():
    affine = QUESTIONS["affine"]
    small = replace(affine, draw=lambda rng: [Case("a batch", tuple(np.ones((3, 1, 1))))])
    blind = replace(small, compare=lambda *given: [])

    assert survivors(small) == ({"affine: W @ a → W * a"}, 1)
    assert survivors(blind)[0] == {"affine: W @ a → W * a", "affine: W @ a + b → W @ a - b"}


def test_mutants_are_gone_when_they_were_tried():
    before = QUESTIONS["softmax"].reference.__wrapped__.__code__

    survivors(QUESTIONS["softmax"])

    assert QUESTIONS["softmax"].reference.__wrapped__.__code__ is before
