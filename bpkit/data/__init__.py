"""The course's data sets: small ones made here, drawn letters and vowels, and real sets from archives."""

from .archives import digits, mnist, uci_letters
from .dataset import Dataset, one_hot
from .drawn import FORMANTS, VOWEL_RATE, letters, vowel_sound, vowels
from .spectra import log_spectra
from .speech import SPEECH_RATE, Recording, recordings, spoken_digits
from .toys import moons, sine, spirals, surface, xor

__all__ = [
    "Dataset",
    "FORMANTS",
    "Recording",
    "SPEECH_RATE",
    "VOWEL_RATE",
    "digits",
    "letters",
    "log_spectra",
    "mnist",
    "moons",
    "one_hot",
    "recordings",
    "sine",
    "spirals",
    "spoken_digits",
    "surface",
    "uci_letters",
    "vowel_sound",
    "vowels",
    "xor",
]
