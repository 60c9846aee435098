"""Backpropagation as the book derives it: one function per equation, in numpy alone."""

from .gradcheck import central_difference, complex_step, numerical_gradients, relative_error
from .network import Network
from .reference.activations import activation, derivative
from .reference.initializers import initialize
from .reference.losses import batch_loss, delta_is_o_minus_y, sample_losses
from .reference.mlp import (
    backward,
    forward,
    hidden_delta,
    layer_gradients,
    loss_and_gradients,
    output_delta,
)
from .reference.optimizers import gradient_descent
from .training import TrainingDiverged, range_test  # and with it Network.fit

__version__ = "0.1.0"
__all__ = [
    "Network",
    "TrainingDiverged",
    "activation",
    "backward",
    "batch_loss",
    "central_difference",
    "complex_step",
    "delta_is_o_minus_y",
    "derivative",
    "forward",
    "gradient_descent",
    "hidden_delta",
    "initialize",
    "layer_gradients",
    "loss_and_gradients",
    "numerical_gradients",
    "output_delta",
    "range_test",
    "relative_error",
    "sample_losses",
]
