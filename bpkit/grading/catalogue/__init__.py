"""The catalogue of learners' mistakes: questions name them by number, and the book prints them."""

from .beyond import CHECKS, LAYERS
from .deltas import HIDDEN, OUTPUT
from .entry import Entry
from .gradients import GRADIENTS
from .training import NUMBERS, TRAINING

SECTIONS = {
    "The error of the output layer": OUTPUT,
    "The error of a hidden layer": HIDDEN,
    "The gradients of weights and biases": GRADIENTS,
    "Steps and training": TRAINING,
    "Where it starts, the forward pass, numbers": NUMBERS,
    "Gradient checks": CHECKS,
    "Automatic differentiation and other layers": LAYERS,
}
CATALOGUE = {entry.number: entry for section in SECTIONS.values() for entry in section}

__all__ = ["CATALOGUE", "SECTIONS", "Entry"]
