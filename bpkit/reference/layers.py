"""Layers that see images and batches: convolution, max pooling and the two normalizations."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .shapes import expect_count, expect_filled, expect_number, expect_shape, expect_shaped, quiet


@quiet
def conv2d_forward(x, k, b, stride=1, pad=0):
    """Slide every kernel over every image (the cross-correlation that the field calls convolution).

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        N images of C channels.
    k : ndarray, shape (F, C, h, w)
        F kernels.
    b : ndarray, shape (F,)
        One bias for each kernel.
    stride : int
        Pixels from one window to the next.
    pad : int
        Rows and columns of zeros around each image.

    Returns
    -------
    ndarray, shape (N, F, H', W')
        With ``H' = (H + 2 pad - h) // stride + 1``, and W' likewise.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or the kernels are larger than the padded images.

    References
    ----------
    Equations eq-convolution and eq-convolution-size in the chapter *Formulas of layers*.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d_forward(x, np.ones((1, 1, 2, 2)), np.array([0.5]))[0, 0]
    array([[ 8.5, 12.5],
           [20.5, 24.5]])
    """
    x, k, windows = _windows(x, k, stride, pad)
    b = expect_shaped("b", b, k.shape[:1])
    return np.einsum("fcuv,ncijuv->nfij", k, windows, optimize=True) + b[:, None, None]  # eq-convolution


@quiet
def conv2d_backward(dy, x, k, stride=1, pad=0):
    """Send the gradient back through a convolution.

    Parameters
    ----------
    dy : ndarray, shape (N, F, H', W')
        Gradient with respect to what `conv2d_forward` returned.
    x, k, stride, pad
        As `conv2d_forward`.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dk : ndarray, shape (F, C, h, w)
    db : ndarray, shape (F,)
        Sums over the batch.

    Raises
    ------
    TypeError, ValueError
        As `conv2d_forward`, or if `dy` has another shape than its output.

    References
    ----------
    Equations eq-convolution-input-gradient, eq-convolution-kernel-gradient and
    eq-convolution-bias-gradient in the chapter *Formulas of layers*.

    Examples
    --------
    >>> x, k = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> dx, dk, db = conv2d_backward(np.ones((1, 1, 2, 2)), x, k)
    >>> dx[0, 0]
    array([[ 1.,  3.,  2.],
           [ 4., 10.,  6.],
           [ 3.,  7.,  4.]])
    >>> db
    array([4.])
    """
    x, k, windows = _windows(x, k, stride, pad)
    dy = expect_shaped("dy", dy, (len(x), len(k), *windows.shape[2:4]))
    dk = np.einsum("nfij,ncijuv->fcuv", dy, windows, optimize=True)  # eq-convolution-kernel-gradient
    db = dy.sum(axis=(0, 2, 3))  # eq-convolution-bias-gradient
    return _convolution_input_gradient(dy, x, k, stride, pad), dk, db


def _windows(x, k, stride, pad):
    """Return x, k and the windows of x that k is laid upon, a view of shape (N, C, H', W', h, w)."""
    x, k = expect_filled("x", x, 4), expect_filled("k", k, 4)
    stride, pad = expect_count("stride", stride), expect_count("pad", pad, least=0)
    expect_shape("k", k, (len(k), x.shape[1], *k.shape[2:]))
    padded = _padded(x, pad)
    if k.shape[2] > padded.shape[2] or k.shape[3] > padded.shape[3]:
        raise ValueError(
            f"k has kernels of {k.shape[2]} by {k.shape[3]}, but the images have {padded.shape[2]} by "
            f"{padded.shape[3]} pixels with their padding. Use smaller kernels or a larger pad."
        )
    return x, k, sliding_window_view(padded, k.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]


def _padded(x, pad):
    try:
        return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    except (MemoryError, ValueError):
        size = f"images of {x.shape[2]} by {x.shape[3]} pixels"
        raise ValueError(f"pad is {pad}, but {size} with so much padding do not fit into memory.") from None


def _convolution_input_gradient(dy, x, k, stride, pad):
    """Return dx: every pixel collects from all windows it lies in, and the padding is cut off."""
    (N, C, H, W), (rows, columns) = x.shape, dy.shape[2:]
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad), np.result_type(dy, k))
    for u, v in np.ndindex(k.shape[2:]):  # eq-convolution-input-gradient
        window = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        dx[window] += np.einsum("nfij,fc->ncij", dy, k[:, :, u, v], optimize=True)
    return dx[:, :, pad : pad + H, pad : pad + W]


def max_pool_forward(x, size):
    """Keep the largest value of every square block.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Complex numbers are compared by their real parts.
    size : int
        Side of the blocks and distance between them; it divides H and W.

    Returns
    -------
    ndarray, shape (N, C, H / size, W / size)

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or `size` does not divide H and W.

    References
    ----------
    Equation eq-max-pool in the chapter *Formulas of layers*.

    Examples
    --------
    >>> max_pool_forward(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    blocks, winner = _blocks(x, size)
    return np.take_along_axis(blocks, winner, axis=-1)[..., 0]  # eq-max-pool


def max_pool_backward(dy, x, size):
    """Send each gradient to the pixel that won its block: of equal ones the first, row by row.

    Parameters
    ----------
    dy : ndarray, shape (N, C, H / size, W / size)
        Gradient with respect to what `max_pool_forward` returned.
    x, size
        As `max_pool_forward`.

    Returns
    -------
    ndarray, shape (N, C, H, W)

    Raises
    ------
    TypeError, ValueError
        As `max_pool_forward`, or if `dy` has another shape than its output.

    References
    ----------
    Equation eq-max-pool-gradient in the chapter *Formulas of layers*.

    Examples
    --------
    >>> max_pool_backward(np.array([[[[5.0]]]]), np.array([[[[1.0, 2.0], [2.0, 0.0]]]]), 2)[0, 0]
    array([[0., 5.],
           [0., 0.]])
    """
    blocks, winner = _blocks(x, size)
    dy = expect_shaped("dy", dy, blocks.shape[:-1])
    dx = np.zeros(blocks.shape, dy.dtype)
    np.put_along_axis(dx, winner, dy[..., None], axis=-1)  # eq-max-pool-gradient
    return dx.reshape(*dy.shape, size, size).swapaxes(3, 4).reshape(np.shape(x))


def _blocks(x, size):
    """Return each block's pixels along a last axis, row by row, and where the first largest one stands."""
    x, size = expect_filled("x", x, 4), expect_count("size", size)
    N, C, H, W = x.shape
    if H % size or W % size:
        raise ValueError(f"size is {size}, but should divide the {H} rows and the {W} columns of x.")
    blocks = x.reshape(N, C, H // size, size, W // size, size).swapaxes(3, 4)
    blocks = blocks.reshape(N, C, H // size, W // size, size * size)
    return blocks, blocks.real.argmax(axis=-1)[..., None]


@quiet
def batch_norm_forward(x, gamma, beta, eps=1e-5):
    """Give each feature mean 0 and variance 1 over the batch, then scale and shift it.

    Parameters
    ----------
    x : ndarray, shape (n, m)
    gamma, beta : ndarray, shape (n, 1)
        Scale and shift, which are learned.
    eps : float
        Added to the variance, above 0.

    Returns
    -------
    ndarray, shape (n, m)

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or shape, or `eps` is not positive.

    References
    ----------
    Equations eq-normalize and eq-normalize-scale in the chapter *Formulas of layers*.

    Examples
    --------
    >>> batch_norm_forward(np.array([[1.0, 3.0]]), np.array([[2.0]]), np.array([[5.0]])).round(3)
    array([[3., 7.]])
    """
    return _scaled(x, gamma, beta, eps, axis=1)


@quiet
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    """Send the gradient back through a batch normalization, its mean and its variance.

    Parameters
    ----------
    dy : ndarray, shape (n, m)
        Gradient with respect to what `batch_norm_forward` returned.
    x, gamma, eps
        As `batch_norm_forward`.

    Returns
    -------
    dx : ndarray, shape (n, m)
    dgamma, dbeta : ndarray, shape (n, 1)
        Sums over the batch.

    Raises
    ------
    TypeError, ValueError
        As `batch_norm_forward`, or if `dy` has another shape than `x`.

    References
    ----------
    Equations eq-normalize-input-gradient, eq-normalize-scale-gradient and
    eq-normalize-shift-gradient in the chapter *Formulas of layers*.

    Examples
    --------
    >>> x, gamma = np.array([[0.0, 1.0, 2.0]]), np.array([[1.0]])
    >>> dx, dgamma, dbeta = batch_norm_backward(np.array([[3.0, 0.0, 0.0]]), x, gamma)
    >>> dx.round(3), dgamma.round(3), dbeta
    (array([[ 0.612, -1.225,  0.612]]), array([[-3.674]]), array([[3.]]))
    """
    return _scaled_gradients(dy, x, gamma, eps, axis=1)


@quiet
def layer_norm_forward(x, gamma, beta, eps=1e-5):
    """Give the features of each sample mean 0 and variance 1, then scale and shift them.

    Parameters
    ----------
    x, gamma, beta, eps
        As `batch_norm_forward`.

    Returns
    -------
    ndarray, shape (n, m)

    Raises
    ------
    TypeError, ValueError
        As `batch_norm_forward`.

    References
    ----------
    Equations eq-normalize and eq-normalize-scale in the chapter *Formulas of layers*.

    Examples
    --------
    >>> layer_norm_forward(np.array([[1.0], [3.0]]), np.array([[2.0], [4.0]]), np.zeros((2, 1))).round(3)
    array([[-2.],
           [ 4.]])
    """
    return _scaled(x, gamma, beta, eps, axis=0)


@quiet
def layer_norm_backward(dy, x, gamma, eps=1e-5):
    """Send the gradient back through a layer normalization, its mean and its variance.

    Parameters
    ----------
    dy, x, gamma, eps
        As `batch_norm_backward`.

    Returns
    -------
    dx, dgamma, dbeta : ndarray, shapes (n, m), (n, 1) and (n, 1)

    Raises
    ------
    TypeError, ValueError
        As `batch_norm_backward`.

    References
    ----------
    Equations eq-normalize-input-gradient, eq-normalize-scale-gradient and
    eq-normalize-shift-gradient in the chapter *Formulas of layers*.

    Examples
    --------
    >>> x, gamma = np.array([[0.0], [1.0], [2.0]]), np.ones((3, 1))
    >>> layer_norm_backward(np.array([[3.0], [0.0], [0.0]]), x, gamma)[0].round(3)
    array([[ 0.612],
           [-1.225],
           [ 0.612]])
    """
    return _scaled_gradients(dy, x, gamma, eps, axis=0)


def _scaled(x, gamma, beta, eps, axis):
    x, gamma, eps = _normalization(x, gamma, eps)
    beta = expect_shaped("beta", beta, gamma.shape)
    return gamma * _normalize(x, eps, axis)[0] + beta  # eq-normalize-scale


def _scaled_gradients(dy, x, gamma, eps, axis):
    x, gamma, eps = _normalization(x, gamma, eps)
    dy = expect_shaped("dy", dy, x.shape)
    x_hat, s = _normalize(x, eps, axis)
    g = gamma * dy
    dx = (g - _mean(g, axis) - x_hat * _mean(g * x_hat, axis)) / s  # eq-normalize-input-gradient
    dgamma = (dy * x_hat).sum(axis=1, keepdims=True)  # eq-normalize-scale-gradient
    dbeta = dy.sum(axis=1, keepdims=True)  # eq-normalize-shift-gradient
    return dx, dgamma, dbeta


def _normalization(x, gamma, eps):
    x = expect_filled("x", x, 2)
    gamma = expect_shaped("gamma", gamma, (len(x), 1))
    return x, gamma, expect_number("eps", eps, 0, closed=False)


def _normalize(x, eps, axis):
    """Return x̂ and what divided it; the variance is a plain mean, so that complex numbers pass."""
    centred = x - _mean(x, axis)
    s = np.sqrt(_mean(centred**2, axis) + eps)
    return centred / s, s  # eq-normalize


def _mean(x, axis):
    return x.mean(axis=axis, keepdims=True)
