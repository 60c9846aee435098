"""Pictures of networks and curves: arrays in, matplotlib Axes out."""

from .curves import curves, panels
from .networks import backward_flow, network
from .points import points
from .products import matrix_product
from .style import use_svg_in_notebooks

__all__ = ["backward_flow", "curves", "matrix_product", "network", "panels", "points"]

use_svg_in_notebooks()
