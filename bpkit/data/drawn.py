"""Data sets that a program draws: letters from fonts, and vowels from a model of the voice."""

import functools
from pathlib import Path

import numpy as np

from .dataset import balanced_labels, classified
from .inputs import expect_count, expect_number, expect_one_of, expect_rng, load_extra
from .spectra import log_spectra

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FACES = ("Sans", "Sans-Bold", "Serif", "Serif-Bold", "SansMono", "SansMono-Bold")

VOWEL_RATE = 10_000  # Hz
SPEAKERS = ("man", "woman", "child")
BANDWIDTHS = np.array([60.0, 90.0, 150.0])  # Hz, of the three resonances
FORMANTS = {  # Hz: pitch F0 and resonances F1, F2, F3 of men, women, children (Peterson and Barney 1952)
    "heed": ((136, 270, 2290, 3010), (235, 310, 2790, 3310), (272, 370, 3200, 3730)),
    "hid": ((135, 390, 1990, 2550), (232, 430, 2480, 3070), (269, 530, 2730, 3600)),
    "head": ((130, 530, 1840, 2480), (223, 610, 2330, 2990), (260, 690, 2610, 3570)),
    "had": ((127, 660, 1720, 2410), (210, 860, 2050, 2850), (251, 1010, 2320, 3320)),
    "hod": ((124, 730, 1090, 2440), (212, 850, 1220, 2810), (256, 1030, 1370, 3170)),
    "hawed": ((129, 570, 840, 2410), (216, 590, 920, 2710), (263, 680, 1060, 3180)),
    "hood": ((137, 440, 1020, 2240), (232, 470, 1160, 2680), (276, 560, 1410, 3310)),
    "who'd": ((141, 300, 870, 2240), (231, 370, 950, 2670), (274, 430, 1170, 3260)),
    "hud": ((130, 640, 1190, 2390), (221, 760, 1400, 2780), (261, 850, 1590, 3360)),
    "heard": ((133, 490, 1350, 1690), (218, 500, 1640, 1960), (261, 560, 1820, 2160)),
}


def letters(m, rng, size=16, noise=0.1, rotation=10.0):
    """Draw m grey images of the letters A to Z in six faces of the DejaVu fonts, each a little turned.

    Parameters
    ----------
    m : int
    rng : numpy.random.Generator
    size : int
        Height and width of an image in pixels, at least 8.
    noise : float
        Standard deviation of what is added to each pixel, from 0 to 1; the sum is clipped to [0, 1].
    rotation : float
        Largest angle in degrees by which a letter is turned to either side, from 0 to 45.

    Returns
    -------
    Dataset
        x (size², m), pixels row by row, 0 for paper and 1 for ink; y (26, m). The letters are
        equally frequent, give or take one. ``x[:, i].reshape(size, size)`` is a picture.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> letters(52, np.random.default_rng(0), size=8).x.shape
    (64, 52)
    """
    m, rng, size = expect_count("m", m), expect_rng(rng), expect_count("size", size, least=8)
    noise, most = expect_number("noise", noise, 0, 1), expect_number("rotation", rotation, 0, 45)
    labels, em = balanced_labels(m, 26, rng), _largest_em(size, most)
    drawn = zip(labels, rng.integers(len(FACES), size=m), rng.uniform(-most, most, m), strict=True)
    images = [_image(ALPHABET[k], face, em, angle, size) for k, face, angle in drawn]
    x = np.stack(images, axis=1)
    return classified(np.clip(x + rng.normal(0, noise, x.shape), 0, 1), labels, ALPHABET)


def _largest_em(size, degrees):
    """Return the font size in pixels at which the widest letter, turned by `degrees`, fits the image."""
    angle, width, height = np.deg2rad(degrees), 1.2, 0.95  # em: W in bold, and J with its tail
    return float((size - 1) / (width * np.cos(angle) + height * np.sin(angle)))


@functools.lru_cache(maxsize=64)
def _font(face, em):
    fonts = Path(load_extra("matplotlib", "plots").get_data_path(), "fonts", "ttf")
    font = load_extra("matplotlib.ft2font", "plots").FT2Font(str(fonts / f"DejaVu{FACES[face]}.ttf"))
    font.set_size(em, 72)  # at 72 dots per inch one point is one pixel
    return font


def _image(letter, face, em, angle, size):
    """Return the pixels of one letter in the middle of its image, shape (size²,)."""
    font = _font(face, em)
    font.set_text(letter, angle)
    font.draw_glyphs_to_bitmap(antialiased=True)
    ink = np.asarray(font.get_image())[:size, :size] / 255
    top, left = (size - ink.shape[0]) // 2, (size - ink.shape[1]) // 2
    image = np.zeros((size, size))
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image.ravel()


def vowel_sound(vowel, speaker="man", seconds=0.5, pitch=None):
    """Return the waveform of a steady vowel: pulses of the voice, heard through three resonances.

    Parameters
    ----------
    vowel : str
        A word that holds it, one of the keys of ``FORMANTS``.
    speaker : str
        ``"man"``, ``"woman"`` or ``"child"``: whose average pitch and resonances are taken.
    seconds : float
        Duration, from 0.01 to 10.
    pitch : float or None
        Pulses per second (Hz), from 40 to 1000; the speakers' average if it is not given.

    Returns
    -------
    ndarray, shape (n,)
        ``VOWEL_RATE`` samples per second, the largest of size 1.

    Raises
    ------
    TypeError, ValueError
        If a name is unknown or a number out of range.

    References
    ----------
    Peterson and Barney (1952); Fant (1960) for the model of source and filter.

    Examples
    --------
    >>> vowel_sound("heed", "woman", seconds=0.1).shape
    (1000,)
    """
    voices = FORMANTS[expect_one_of("vowel", vowel, FORMANTS)]
    average, *formants = voices[SPEAKERS.index(expect_one_of("speaker", speaker, SPEAKERS))]
    pitch = average if pitch is None else expect_number("pitch", pitch, 40, 1000)
    n = round(VOWEL_RATE * expect_number("seconds", seconds, 0.01, 10))
    return _sound(pitch, np.array(formants, dtype=float), n)


def _sound(pitch, formants, n):
    """Sum the harmonics of the pitch, each as strong and as late as voice and resonances make it."""
    f = pitch * np.arange(1, int(VOWEL_RATE / 2 / pitch) + 1)
    voice = pitch / f  # pulses lose 12 dB per octave, and the lips give 6 dB back
    harmonics = voice * np.prod(_resonances(f, formants), axis=0)
    turns = np.exp(2j * np.pi * pitch / VOWEL_RATE * np.arange(n))
    sound = np.real(_polynomial(harmonics, turns))
    return sound / np.abs(sound).max()


def _resonances(f, formants):
    """Return the response at the frequencies f of a two-pole filter at each formant, 1 at 0 Hz."""
    pole = np.exp((-BANDWIDTHS + 2j * formants) * np.pi / VOWEL_RATE)[:, None]
    z = np.exp(-2j * np.pi * f / VOWEL_RATE)
    return np.abs(1 - pole) ** 2 / ((1 - pole * z) * (1 - pole.conj() * z))


def _polynomial(coefficients, z):
    """Return Σ_k c_k z^k, k = 1, 2, …, by Horner's rule."""
    total = np.zeros_like(z)
    for c in coefficients[::-1]:
        total = (total + c) * z
    return total


def vowels(m, rng, bands=32, spread=0.05, noise=0.02):
    """Draw the spectra of m vowels of American English, spoken by made-up men, women and children.

    Pitch and resonances are the averages of Peterson and Barney (1952), each times a random factor.
    Each spectrum is that of 51.2 ms of `vowel_sound`, as `log_spectra` gives it.

    Parameters
    ----------
    m : int
    rng : numpy.random.Generator
    bands : int
        Bands of frequencies from 0 Hz to ``VOWEL_RATE / 2``.
    spread : float
        Standard deviation of the logarithm of each random factor, from 0 to 0.2.
    noise : float
        Standard deviation of the noise that is added to the sound, whose largest sample is 1;
        from 0 to 1.

    Returns
    -------
    Dataset
        x (bands, m) from 0 (60 dB below the strongest band, or less) to 1; y (10, m). The vowels
        are equally frequent, give or take one; the speakers are drawn.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> vowels(20, np.random.default_rng(0)).names[:4]
    ('heed', 'hid', 'head', 'had')
    """
    m, rng, n = expect_count("m", m), expect_rng(rng), 512
    spread, noise = expect_number("spread", spread, 0, 0.2), expect_number("noise", noise, 0, 1)
    labels, speakers = balanced_labels(m, len(FORMANTS), rng), rng.integers(len(SPEAKERS), size=m)
    averages = np.array(list(FORMANTS.values()), dtype=float)[labels, speakers]
    voices = averages * np.exp(rng.normal(0, spread, averages.shape))
    sounds = [_sound(voice[0], voice[1:], n) + rng.normal(0, noise, n) for voice in voices]
    x = [log_spectra(sound, VOWEL_RATE, 1, bands, n / VOWEL_RATE)[:, 0] for sound in sounds]
    return classified(np.stack(x, axis=1), labels, FORMANTS)
