"""Training: mini-batches, when to stop, how to go on, and which learning rate to begin with."""

from .divergence import TrainingDiverged
from .loop import fit
from .rates import RangeTest, range_test

__all__ = ["RangeTest", "TrainingDiverged", "fit", "range_test"]
