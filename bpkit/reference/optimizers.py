"""What is done with a gradient: one step of each optimizer, returned as new arrays."""

import numpy as np


def gradient_descent(theta, gradient, learning_rate):
    r"""Step against the gradient.

    Parameters
    ----------
    theta, gradient : dict of {int: ndarray}
        Parameters of layers ``1..L`` and their gradients, of the same shapes.
    learning_rate : float

    Returns
    -------
    dict of {int: ndarray}
        :math:`\theta - \eta\,\partial\mathcal L/\partial\theta`, new arrays.

    Raises
    ------
    ValueError
        If the layers or shapes of `theta` and `gradient` differ.

    References
    ----------
    Equation eq-update in the chapter *The recursion*.

    Examples
    --------
    >>> gradient_descent({1: np.array([[1.0]])}, {1: np.array([[4.0]])}, 0.5)
    {1: array([[-1.]])}
    """
    shapes = [{l: np.shape(p[l]) for l in p} for p in (theta, gradient)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"gradient has the shapes {shapes[1]}, but should have {shapes[0]}.")
    return {l: theta[l] - float(learning_rate) * gradient[l] for l in theta}  # eq-update
