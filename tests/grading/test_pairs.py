"""Two mistakes at once: named where exactly one pair explains everything and no single mistake does."""

from textwrap import dedent

import numpy as np
import pytest
from grading.notebooks import BACKPROP, BY_HAND, LAYERS, handed_in, opened, released
from grading.pages import Page

from bpkit.grading.check import LocalAnswers
from bpkit.grading.diagnosis import TOGETHER, fits, known_mistakes, pairs_worth_a_try
from bpkit.grading.evidence import MOST, Evidence, mark, weights
from bpkit.grading.feedback import feedback_page
from bpkit.grading.marking import ask
from bpkit.grading.marking import mark as mark_set
from bpkit.grading.pairs import Pair, Times, both, pairs_of
from bpkit.grading.question import judge
from bpkit.grading.questions import SETS, questions_of
from bpkit.grading.questions.steps import RIGHT, slip
from bpkit.grading.submission import grade_submission
from bpkit.reference import mlp

QUESTIONS = {question.name: question for asked in SETS.values() for question in asked}
PAIRED = [name for name, question in QUESTIONS.items() if pairs_of(question)]
SOME = 5  # pairs of a question that are tried each time
LOSSES = "ps03_losses"
WRITTEN = (
    (
        "ps01_derivatives",
        "neuron_gradient",
        "M46+M36",
        """
        def neuron_gradient(w, b, x, y):
            a = 1 / (1 + np.exp(-(w * x + b)))
            delta = (a - y) * a * (1 - a)
            return a * delta, x * delta, w * delta
        """,
    ),
    (
        "ps08_training",
        "adam_step",
        "M58+M54",
        """
        def adam_step(theta, g, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            return theta + learning_rate * m / (np.sqrt(v) + eps), m, v
        """,
    ),
    (
        BACKPROP,
        "backward",
        "M1+M48",
        """
        def backward(W, z, a, y, f, loss):
            L, dW, db = max(W), {}, {}
            delta = {L: a[L] - y}
            for l in range(L - 1, 0, -1):
                delta[l] = derivative(f[l])(z[l]) * np.dot(W[l + 1].T, delta[l + 1])
            for l in W:
                dW[l] = np.dot(delta[l], a[l - 1].T)
                db[l] = np.sum(delta[l], axis=1, keepdims=True)
            return dW, db, delta
        """,
    ),
    (
        BACKPROP,
        "loss_and_gradients",
        "M14+M47",
        """
        def loss_and_gradients(W, b, x, y, f, loss):
            from bpkit.reference import mlp
            z, a = forward(W, b, x, f)
            value = mlp.loss_and_gradients(W, b, x, y, f, loss)[0]
            delta = mlp.output_delta(z[len(W)], y, f[len(W)], loss)
            m, dW, db = y.shape[1], {}, {}
            for l in range(len(W), 0, -1):
                dW[l], db[l] = delta @ a[l - 1].T, delta.sum(axis=1, keepdims=True) / m
                delta = W[l].T @ delta
            return value, dW, db
        """,
    ),
    (
        BACKPROP,
        "layer_gradients",
        "M43+M47",
        """
        def layer_gradients(delta, a_prev):
            return np.dot(delta, a_prev.T), delta
        """,
    ),
    (
        BY_HAND,
        "deltas_221",
        "M1+M5",
        """
        def deltas_221(W, z, a, y):
            delta2 = y - a[2]
            return {2: delta2, 1: W[2].T @ delta2 * a[1] * (1 - a[1])}
        """,
    ),
    (
        BY_HAND,
        "forward_221",
        "M50+M72",
        """
        def forward_221(W, b, x):
            z1 = W[1] @ x
            a1 = 1 / (1 + np.exp(-z1))
            z2 = W[2] @ a1
            return {1: z1, 2: z2}, {0: x, 1: a1, 2: z2}
        """,
    ),
    (
        LAYERS,
        "affine_vjp",
        "M38+M43",
        """
        def affine_vjp(W, a, g):
            return a @ g.T, W.T @ g, g
        """,
    ),
    (
        LOSSES,
        "binary_cross_entropy",
        "M48+M5",
        """
        def binary_cross_entropy(o, y):
            return np.sum(y * np.log(o) + (1 - y) * np.log(1 - o))
        """,
    ),
    (
        LOSSES,
        "output_delta",
        "M1+M5",
        """
        def output_delta(z, y, f, loss):
            return y - activation(f)(z)
        """,
    ),
)


def marked(question, answer, seed="secret"):
    (verdict,) = mark_set([question], LocalAnswers({question.name: answer}), seed)
    return verdict


def found(question, answer, seed="secret"):
    """Return an answer's findings with their question, as the diagnosis looks at them."""
    asked = ask(question, seed)
    return asked, judge(asked, asked.probe(LocalAnswers({question.name: answer}), {}))


def numbered(mistakes):
    return "+".join(dict.fromkeys(m.number for m in mistakes if m.number)) or None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # but where a case is strict, it is an error
@pytest.mark.parametrize(
    ("set_name", "name", "numbers", "source"), WRITTEN, ids=[f"{w[1]} {w[2]}" for w in WRITTEN]
)
def test_two_mistakes_as_students_write_them_are_named(set_name, name, numbers, source):
    questions = list(questions_of(set_name).values())
    verdict = {v.name: v for v in mark_set(questions, opened(set_name, **{name: dedent(source)}), "secret")}[
        name
    ]

    assert verdict.mistake == numbers
    assert verdict.mistakes == numbers.split("+")
    first, one, other = verdict.message.split("\n")
    assert first == f"{name}: {TOGETHER}"
    assert one.startswith("First, ") and one.endswith(f" [{verdict.mistakes[0]}]")
    assert other.startswith("Second, ") and other.endswith(f" [{verdict.mistakes[1]}]")
    assert " See eq-" in one and " See eq-" in other


def test_two_mistakes_go_through_the_sandbox_to_the_feedback(sandbox):
    _, name, numbers, source = next(one for one in WRITTEN if one[1] == "deltas_221")
    questions = list(questions_of(BY_HAND).values())
    graded = grade_submission(
        sandbox, handed_in(BY_HAND, **{name: source}), released(BY_HAND), questions, "x"
    )
    page = Page(feedback_page("ada", BY_HAND, graded))

    assert graded.by_function()[name]["mistake"] == numbers == "M1+M5"
    assert page.text.count("First, your δ(2)") == page.text.count("Second, your δ(2)") == 1


def assert_explained(question, pair, seed):
    """Two mistakes are told as the two, or as what gives the same: one mistake, or two others."""
    asked, findings = found(question, pair.wrong() if question.value else pair.wrong, seed)
    if not any(f.differences or f.outcome.problem for f in findings):
        return True  # the two cancel one another
    mistakes = known_mistakes(asked, findings)
    judged = [(k, f) for k, f in enumerate(findings) if not f.case.tag.endswith("float32")]
    assert not mistakes or all(fits(asked, m, judged) for m in mistakes[: len(mistakes) % 2]), pair
    return len(mistakes) == 1 or numbered(mistakes) == numbered(pair.mistakes) and len(mistakes) == 2


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", PAIRED)
def test_pairs_of_known_mistakes_are_named(name):
    pairs = pairs_of(QUESTIONS[name])
    tried = pairs[:: -(-len(pairs) // SOME)]

    assert sum(assert_explained(QUESTIONS[name], pair, "secret") for pair in tried) >= len(tried) - 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", [0, "another"])
@pytest.mark.parametrize("name", PAIRED)
def test_nearly_all_pairs_of_known_mistakes_are_named(name, seed):
    pairs = pairs_of(QUESTIONS[name])[:: 1 + len(pairs_of(QUESTIONS[name])) // 60]
    named = sum(assert_explained(QUESTIONS[name], pair, seed) for pair in pairs)

    assert named >= 0.85 * len(pairs) or len(pairs) < 10


LAYER = QUESTIONS["layer_gradients"]


def summed_and_transposed(delta, a_prev):
    return a_prev @ delta.T, delta.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda dW, db: (dW * (1 + 1e-7), db),
        lambda dW, db: (dW, db * (1 - 1e-7)),
        lambda dW, db: (dW, db + (len(db) == 1)),
        lambda dW, db: (dW, db[:, 0]),
    ],
)
def test_pairs_that_do_not_explain_everything_are_not_named(spoil):
    assert marked(LAYER, summed_and_transposed).mistake == "M38+M48"
    assert marked(LAYER, lambda *given: spoil(*summed_and_transposed(*given))).mistake is None


def test_one_mistake_is_preferred_to_two():
    verdict = marked(LAYER, lambda delta, a: (delta @ a.T, delta.sum(axis=1, keepdims=True)))

    assert verdict.mistake == "M48"
    assert "Second" not in verdict.message


def test_two_pairs_that_fit_are_not_named():
    def last(delta, a_prev):
        return delta[:, -1:] @ a_prev[:, -1:].T / delta.shape[1], delta[:, -1:]

    assert marked(LAYER, last).mistake is None


def test_right_answers_and_single_mistakes_have_no_pair(monkeypatch):
    monkeypatch.setattr(Evidence, "__init__", lambda *given: pytest.fail("no pair is needed"))

    assert marked(LAYER, LAYER.reference).right
    assert marked(LAYER, lambda delta, a: (delta @ a.T, delta.mean(axis=1, keepdims=True))).mistake == "M47"
    assert marked(LAYER, lambda delta, a: 1 / 0).mistake is None


def test_changes_of_different_steps_go_together_and_of_one_step_do_not():
    no_prime, sign, twice = (
        slip("", "", "", hidden=lambda p, l: p.back(l)).steps,
        slip("", "", "", output=Times(lambda p: -1)).steps,
        slip("", "", "", output=lambda p: p.o - p.y).steps,
    )

    together = both(no_prime, sign)
    assert (together.hidden, together.output, together.dW) == (no_prime.hidden, sign.output, RIGHT.dW)
    assert both(no_prime, no_prime) is None
    assert both(sign, twice).output.step is both(twice, sign).output.step is twice.output


@pytest.mark.parametrize("name", ["backward", "gradients_221", "affine_vjp", "per_sample_gradients"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_evidence_speaks_against_most_pairs_but_not_against_the_right_one(name):
    pairs = pairs_of(QUESTIONS[name])
    for pair in pairs[:: len(pairs) // 9]:
        asked, findings = found(QUESTIONS[name], pair.wrong)
        likely = pairs_worth_a_try(asked, list(enumerate(findings)))

        assert pair in likely or not likely
        assert len(likely) < len(pairs) / 4


def test_parts_that_are_zero_say_nothing_against_a_factor():
    """Where a relu is dead δ is 0, and stays 0 with a wrong factor: only both mistakes together change it."""
    question = QUESTIONS["per_sample_gradients"]
    pairs = [p for p in pairs_of(question) if [m.number for m in p.mistakes] == ["M2", "M22"]]

    assert len(pairs) == 2
    assert {marked(question, pair.wrong).mistake for pair in pairs} == {"M2+M22"}


@pytest.mark.parametrize("name", PAIRED)
def test_nonsense_makes_a_few_hundred_pairs_run_at_most(name):
    nonsense = None if QUESTIONS[name].value else lambda *given: None
    asked, findings = found(QUESTIONS[name], nonsense, "nonsense")
    known_mistakes(asked, findings)

    assert len({mistake for mistake, _ in asked.runs if isinstance(mistake, Pair)}) <= 300


@pytest.mark.parametrize(
    "part",
    [None, "x", np.ones(MOST + 1), np.array(["a"]), {1: 1}, np.array(1j), np.ones((2, 2), bool), True],
)
def test_what_is_no_array_of_a_result_has_the_mark_of_nothing(part):
    assert mark(part) == mark(None)


def test_marks_tell_arrays_apart_and_take_any_numbers():
    arrays = [
        np.ones((2, 3)),
        np.ones((3, 2)),
        np.ones(6),
        np.arange(6.0).reshape(2, 3),
        1.0,
        -np.ones((2, 3)),
    ]

    assert len({float(mark(a)[0]) for a in arrays}) == len(arrays)
    assert mark(np.ones((2, 3), "f4"))[0] == mark(np.ones((2, 3), int))[0] == weights((2, 3)).sum()
    assert np.isnan(mark(np.array([np.inf, -np.inf]))).any()


def test_loss_and_its_gradients_may_be_wrong_alike():
    def summed(W, b, x, y, f, loss):
        value, dW, db = mlp.loss_and_gradients(W, b, x, y, f, loss)
        m = y.shape[1]
        return value * m, {l: dW[l] * m for l in dW}, {l: db[l] * m for l in db}

    verdict = marked(QUESTIONS["loss_and_gradients"], summed)

    assert verdict.mistake == "M48"
    assert "Second, your loss is the sum over the batch: ℒ is the mean." in verdict.message
