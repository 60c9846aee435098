"""The 24 statements of ps07: what each says, in which chapter it is decided, and whether it is true."""

from dataclasses import dataclass

import numpy as np

from ..comparison import Difference
from ..pointers import CHAPTERS
from ..question import Case, Mistake

TRAINING = "training"  # the chapters of this part share a count: one of a single statement would give it away
PLACES = CHAPTERS | {TRAINING: "The part on training"}


@dataclass(frozen=True)
class Claim:
    """A statement, the page of the book that decides it, and what the book says."""

    page: str
    true: bool
    says: str


CLAIMS = {
    "c01": Claim(
        "forward_pass",
        True,
        "Far from zero tanh is flatter than the sigmoid: at z = 5 its slope is the smaller one of the two.",
    ),
    "c02": Claim(
        "forward_pass",
        False,
        "relu is a linear function, so a deep network of relu layers can be replaced by a single layer.",
    ),
    "c03": Claim(
        "forward_pass",
        False,
        "A network with 2 inputs, 3 hidden units and 1 output has three layers with weights.",
    ),
    "c04": Claim(
        "forward_pass",
        True,
        "A program may write the slope of the sigmoid as a(1 − a) where a = σ(z); the same formula "
        "fed with z gives something else.",
    ),
    "c05": Claim(
        "forward_pass",
        False,
        "tanh keeps gradients from vanishing, because its output does not go to zero where z is very "
        "negative.",
    ),
    "c06": Claim(
        "forward_pass",
        True,
        "In numpy a bias of shape (4, 1) can be added to an array of shape (4,): nothing is raised, "
        "and the result has the shape (4, 4).",
    ),
    "c07": Claim(
        "losses",
        False,
        "For a sigmoid output with the half squared error, the error of the output layer is δ = o − y.",
    ),
    "c08": Claim(
        "losses",
        True,
        "For softmax with the cross-entropy, δ = o − y holds for every target whose entries sum to 1,"
        " one-hot or not.",
    ),
    "c09": Claim(
        "losses",
        True,
        "A saturated sigmoid output that is badly wrong has an error δ of larger size with the binary "
        "cross-entropy than with the half squared error.",
    ),
    "c10": Claim(
        "losses",
        False,
        "Whether the error δ of the last layer is defined as ∂ℓ/∂o or as ∂ℓ/∂z makes no difference: "
        "it is the same quantity.",
    ),
    "c11": Claim(
        "losses",
        False,
        "½ Σ (o − y)², summed over the outputs of a sample, is its mean squared error.",
    ),
    "c12": Claim(
        "losses",
        True,
        "With an identity output and K outputs, the mean squared error gives δ = (2/K)(o − y).",
    ),
    "c13": Claim(
        "recursion",
        False,
        "Backpropagation is what changes the weights: it moves every parameter a little, so that the "
        "loss falls.",
    ),
    "c14": Claim(
        "recursion",
        True,
        "If the sum over the batch is not divided by m, the gradient of the mean loss comes out too "
        "large by the factor m.",
    ),
    "c15": Claim(
        "recursion",
        False,
        "With z^(l) = W^(l)a^(l−1) + b^(l), the gradient of W^(l) is δ^(l+1)(a^(l))ᵀ, divided by m.",
    ),
    "c16": Claim(
        "recursion",
        True,
        "In a text that calls W^(l) the weights out of layer l, δ^(l+1)(a^(l))ᵀ is right, up to the "
        "division by m.",
    ),
    "c17": Claim(
        "recursion",
        True,
        "A program that updates W^(l+1) before it computes δ^(l) is slightly wrong, and its loss may "
        "fall all the same.",
    ),
    "c18": Claim(
        "recursion",
        False,
        "A loss that falls steadily over hundreds of steps proves that the gradient is right.",
    ),
    "c19": Claim(
        "recursion",
        False,
        "To train a network, its input layer needs a δ too: the error has to be sent all the way back to it.",
    ),
    "c20": Claim(
        "recursion",
        True,
        "The recursion adds up all paths from a unit to the loss without following each of them: it "
        "needs one product for each weight between the layers.",
    ),
    "c21": Claim(
        "recursion",
        False,
        "Gradient descent moves every parameter a little in the direction of the gradient.",
    ),
    "c22": Claim(
        TRAINING,
        False,
        "Adam finds the learning rate by itself, so none has to be chosen.",
    ),
    "c23": Claim(
        TRAINING,
        True,
        "Weights drawn from U[0, 1) are never negative; that start is there to see what goes wrong.",
    ),
    "c24": Claim(
        TRAINING,
        True,
        "The weight penalty (λ/2) Σ ‖W‖² adds λW to the gradient of the weights, and nothing to that "
        "of the biases.",
    ),
}


def truth(*names):
    """Return what is right, of all claims or of those that are named.

    >>> truth("c01", "c02")
    {'c01': True, 'c02': False}
    """
    return {name: CLAIMS[name].true for name in names or CLAIMS}


def draw_claims(rng):
    """Return a case for each claim; its kind is the place that decides it."""
    return [Case(PLACES[claim.page], (name,)) for name, claim in CLAIMS.items()]


def compare_claims(expected, got, names=None, relative=None):
    """List the claims that are wrong, or neither true nor false."""
    if not isinstance(got, dict):
        return [Difference((), "structure", "is not a dict: fill in claims = {…} as it was given.")]
    if any(value is not None for value in got.values()) and not any(map(is_bool, got.values())):
        return [Difference((), "structure", "holds no True and no False: write them so, without quotes.")]
    said = {name: as_bool(got.get(name)) for name in expected}
    return [
        Difference((name,), "structure" if said[name] is None else "value", "is not decided rightly yet.")
        for name, true in expected.items()
        if said[name] is not true
    ]


def is_bool(value):
    return as_bool(value) is not None


def as_bool(value):
    """Return a bool of Python for one of any kind, and None for anything else.

    >>> as_bool(np.True_), as_bool(np.array(False)), as_bool(1), as_bool("True")
    (True, False, None, None)
    """
    if isinstance(value, np.ndarray | np.generic) and value.shape == ():
        value = value.item()
    return value if isinstance(value, bool) else None


def beyond_guessing(rights):
    """Give nothing up to one half, which is what guessing gets, and from there in proportion.

    >>> beyond_guessing([("", True), ("", False)]), beyond_guessing([("", True)] * 3 + [("", False)])
    (0.0, 0.5)
    """
    right = sum(is_right for _, is_right in rights)
    return max(0, 2 * right - len(rights)) / len(rights)


def always(said):
    """Return the answer that is given by `said(true)` for every claim."""
    return lambda *names: {name: said(true) for name, true in truth(*names).items()}


CLAIM_MISTAKES = tuple(
    Mistake(None, says, "eq-delta", always(said))
    for says, said in (
        ("you say True to every statement: half of them are wrong.", lambda true: True),
        ("you say False to every statement: half of them are right.", lambda true: False),
        ("you say False where it is True, and True where it is False.", lambda true: not true),
    )
)
