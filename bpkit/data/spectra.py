"""Sounds as pictures: how strong each band of frequencies is, window by window."""

import functools

import numpy as np

from .inputs import as_array, expect_count, expect_number

RANGE = 60  # dB: what is weaker than the loudest entry by more than this counts as silent


def log_spectra(waveform, rate, frames=20, bands=24, window=0.032):
    """Return the strength of each band in each of `frames` windows, from 0 (silent) to 1 (loudest).

    The windows lie at equal distances over the sound, so that short and long sounds give pictures
    of one size. Each is tapered by a Hann window. The power of its spectrum is gathered in
    triangular bands that are equally spaced on the mel scale, 2595 log10(1 + f / 700 Hz), from 0 Hz
    to half the sampling rate. Decibels are counted from the loudest entry, and the range from
    -60 dB to 0 dB is scaled to [0, 1].

    Parameters
    ----------
    waveform : ndarray, shape (n,)
        The sound; if it is shorter than one window, silence follows it.
    rate : float
        Sampling rate in Hz.
    frames, bands : int
        Size of the picture.
    window : float
        Length of a window in seconds.

    Returns
    -------
    ndarray, shape (bands, frames)
        Low frequencies in the first row, time from left to right.

    Raises
    ------
    TypeError, ValueError
        If the waveform is not a list of finite numbers, or an argument is out of range, or the
        bands are too narrow for the window.

    Examples
    --------
    >>> t = np.arange(8000) / 8000
    >>> log_spectra(np.sin(2 * np.pi * 1000 * t), 8000, frames=2, bands=8).argmax(axis=0)
    array([3, 3])
    """
    waveform = as_array("waveform", waveform)
    if waveform.ndim != 1 or waveform.dtype.kind not in "iuf" or waveform.size == 0:
        got = f"shape {waveform.shape} and dtype {waveform.dtype}"
        raise ValueError(f"waveform has {got}, but should be one or more numbers of shape (n,).")
    if not np.isfinite(waveform).all():
        raise ValueError("waveform holds nan or inf, but should hold finite numbers.")
    rate = expect_number("rate", rate, 1, 1e6)
    n = max(2, round(rate * expect_number("window", window, 1e-3, 10)))
    padded = np.pad(_loudest_is_one(waveform), (0, max(0, n - waveform.size)))
    power = _powers(padded, n, expect_count("frames", frames))
    strengths = _mel_bands(expect_count("bands", bands), n, rate) @ power
    ratio = strengths / (strengths.max() or 1)
    return 1 + 10 * np.log10(np.maximum(ratio, 10 ** (-RANGE / 10))) / RANGE


def _loudest_is_one(waveform):
    """Return the waveform scaled, so that the square of its largest number neither overflows nor vanishes."""
    waveform = waveform.astype(float)
    return waveform / (np.abs(waveform).max() or 1)


def _powers(waveform, n, frames):
    """Return the power spectra of equally spaced windows of n samples, padded to twice their length."""
    starts = np.linspace(0, waveform.size - n, frames).astype(int)
    windows = waveform[starts[:, None] + np.arange(n)] * np.hanning(n)
    return np.abs(np.fft.rfft(windows, 2 * n).T) ** 2


@functools.lru_cache(maxsize=32)
def _mel_bands(bands, n, rate):
    """Return the weights of triangular bands, shape (bands, n + 1), for spectra of 2n samples."""
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    f = np.fft.rfftfreq(2 * n, 1 / rate)
    weights = np.maximum(0, np.minimum((f - low) / (middle - low), (high - f) / (high - middle)))
    if not weights.sum(axis=1).all():
        raise ValueError(
            f"bands is {bands}, too many for windows of {n} samples. Take fewer, or a longer window."
        )
    return weights
